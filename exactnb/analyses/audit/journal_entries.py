"""Journal entry tests (ISA 240): the population first, then who made what entry, when, and how."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from exactnb.analyses.audit import contents, moments
from exactnb.analyses.audit.asked import MANUAL, VAGUE, Asked, Outcome, Severity, weight
from exactnb.analyses.audit.findings import found_in, stacked, tables
from exactnb.analyses.audit.population import Population, Proof, population, proof
from exactnb.analyses.period import Period
from exactnb.analyses.result import Result, Where, made
from exactnb.analyses.sums import period_of
from exactnb.display.options import say
from exactnb.display.statement import Column

__all__ = ["journal_entry_tests"]

#: types of lines with which money is spent: approval limits hold for them, as for manual entries
_PURCHASES = (30, 31)


class _Test(NamedTuple):
    severity: Severity
    en: str
    nl: str
    run: Callable[[Population, Asked], Outcome]
    purchases: bool = False
    """Whether it looks at purchase entries beside those made by hand."""


_TESTS: Mapping[str, _Test] = {
    "weekend": _Test("medium", "Weekend", "Weekend", moments.weekend),
    "holiday": _Test("medium", "Public holiday", "Feestdag", moments.holiday),
    "after_hours": _Test("medium", "After hours", "Buiten kantoortijd", moments.after_hours),
    "back_dated": _Test("high", "Back-dated", "Teruggedateerd", moments.back_dated),
    "period_end": _Test("low", "Period end", "Periode-einde", moments.period_end),
    "description": _Test("medium", "No description", "Zonder omschrijving", contents.description),
    "round": _Test("medium", "Round amount", "Rond bedrag", contents.round_amount),
    "near_limit": _Test("high", "Below a limit", "Onder een grens", contents.near_limit, True),
    "rare_pair": _Test("high", "Seldom-used pair", "Zeldzaam paar", contents.rare_pair),
    "seldom_person": _Test("high", "Seldom posts", "Boekt zelden", contents.seldom_person),
}


def journal_entry_tests(
    ledger: Any,
    period: str | Period = "YTD",
    *,
    manual: Sequence[int] | None = MANUAL,
    balances: pd.DataFrame | None = None,
    country: str | None = "NL",
    hours: tuple[float, float] = (7, 19),
    back_dated: int = 30,
    period_end: int = 3,
    vague: Sequence[str] = tuple(VAGUE),
    round_to: float = 1000,
    limits: Sequence[float] = (),
    below: float = 0.05,
    seldom_pair: int = 1,
    seldom_person: int = 5,
) -> Result:
    """How many journal entries each test found, after the proof that all of them were looked at.

    What was found, entry by entry and with the reason, is ``ex.findings(result)``; the lines of
    the entries that one test found are ``ex.lines(result, "weekend")``.

    Parameters
    ----------
    ledger
        From :meth:`exactnb.Connection.ledger`, or the same columns in another engine. The whole
        of it, not a part: what is seldom is counted over all its periods.
    period
        As in ``"2025"``, ``"2025-Q3"``, ``"2025-04"`` or ``"YTD"``: whose entries are tested.
    manual
        The types of lines that count as made by hand (90: general journal); None: every entry.
        Entries without a type are looked at too.
    balances
        ``books.odata("financial/ReportingBalance")``: Exact Online's own balances, which prove
        the population from outside the ledger.
    country
        Whose public holidays count, "NL" or "BE" say; None leaves that test out.
    hours
        When the office is open, as hours of the day.
    back_dated
        Days that an entry may bear an earlier date than the one on which it was made.
    period_end
        How many of the last days of the period are its end.
    vague
        Descriptions that tell nothing.
    round_to
        Euros; a multiple of it is a round amount.
    limits, below
        Amounts from which someone else must approve, and how far below one counts as just below,
        as a part of it. This test looks at purchases too.
    seldom_pair
        Entries in which a pair of a debit and a credit account may meet and still be seldom.
    seldom_person
        Someone who made fewer entries than this posts seldom.

    Returns
    -------
    Result
        One row a test: ``test`` (its key), ``name``, ``population`` (entries that it could judge),
        ``found`` (entries; missing where it could not be made), ``amount`` (their debit, euros),
        ``severity`` ("high", "medium", "low"; ``weight`` in words), ``asked`` (what it looked
        for), ``kind``. The first
        three rows are about the population: all entries, those that do not balance, and entry
        numbers that are missing. The last counts each entry once.

    Raises
    ------
    DataError
        Columns are missing, or lines belong to no entry, account or period.
    InputError
        A parameter has no meaning.
    MissingPackageError
        The test on holidays takes ``exactnb[checks]``.

    Notes
    -----
    ISA 240 (application material on journal entries): entries to unrelated, unusual or seldom-used
    accounts, by people who typically make none, at the end of the period or after it with little
    or no explanation, in round numbers. Completeness comes before: for each GL account opening
    balance and tested lines give the closing balance, and every entry balances; else the result
    says that the population is incomplete. A finding is no mistake: it is an entry to ask about.

    Examples
    --------
    >>> import exactnb as ex
    >>> tests = ex.journal_entry_tests(books.ledger(), "2025")
    >>> tests.set_index("test")["found"][["weekend", "holiday", "round"]].tolist()
    [0, 2, 2]
    >>> ex.findings(tests, "round")["why"].tolist()
    ['2,000 is round', '3,000 is round']
    """
    asked = Asked(
        period_of(ledger, period),
        *(manual, country, hours, back_dated, round_to),
        frozenset(word.casefold() for word in vague),
        *(seldom_pair, seldom_person, tuple(limits), below, period_end),
    )
    proven = proof(ledger, asked.period, balances)
    by_hand = None if manual is None else tuple(manual)
    wide = population(ledger, asked.period, by_hand and (*by_hand, *_PURCHASES))
    narrow = wide.of_types(by_hand)
    outcomes = {
        key: test.run(wide if test.purchases else narrow, asked) for key, test in _TESTS.items()
    }
    found = found_in(
        wide.within, {key: (_TESTS[key].severity, out.why) for key, out in outcomes.items()}
    )
    found = stacked([*_of_population(proven), found])
    rows = _rows(proven, outcomes, found)
    complete = proven.complete and not _said_incomplete(ledger)
    state = say("population complete", "populatie volledig")
    if not complete:
        state = say("POPULATION INCOMPLETE", "POPULATIE ONVOLLEDIG")
    subtitle = f"{asked.period} · {state}"

    detail = tables(
        found,
        ledger,
        names=dict(zip(rows["test"], rows["name"], strict=True)),
        title=say("Findings of the journal entry tests", "Bevindingen van de boekingstests"),
        subtitle=subtitle,
        checks=proven.checks,
    )

    def behind(place: int, column: str | None) -> Where | None:
        key = rows.loc[place, "test"]
        ids = found.loc[(found["test"] == key) | (key == "total"), "entry_id"].dropna().unique()
        if key == "entries":
            return Where(period=asked.period)
        return Where({"entry_id": ids.tolist()}) if len(ids) else None

    return made(
        rows,
        ledger,
        title=say("Journal entry tests", "Boekingstests"),
        subtitle=subtitle,
        columns={
            "name": Column(say("Test", "Test")),
            "population": Column(say("Entries", "Boekingen"), "count"),
            "found": Column(say("Found", "Gevonden"), "count"),
            "amount": Column(say("Debit", "Debet"), "money"),
            "weight": Column(say("Weight", "Gewicht")),
            "asked": Column(say("Looked for", "Gezocht naar")),
        },
        checks=proven.checks,
        behind=behind,
        found=detail,
        notes=_notes(ledger, found, complete),
        sums={},  # an entry that two tests find counts once
        period=asked.period,
        manual=manual,
        country=country,
        hours=hours,
        back_dated=back_dated,
        period_end=period_end,
        round_to=round_to,
        limits=tuple(limits),
        below=below,
        seldom_pair=seldom_pair,
        seldom_person=seldom_person,
    )


def _of_population(proven: Proof) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What is wrong with the population, as findings."""
    unbalanced = proven.unbalanced.assign(
        test="unbalanced",
        severity="high",
        amount=proven.unbalanced["cents"] / 100,
        why=[
            say(f"debit less credit is {net / 100:.2f}", f"debet min credit is {net / 100:.2f}")
            for net in proven.unbalanced["net"]
        ],
    )
    missing = pd.DataFrame(
        {
            "test": "entry_numbers",
            "severity": "medium",
            "entry_number": proven.missing["first"],
            "journal_code": proven.missing["journal_code"],
            "why": [
                say(
                    f"no entry has number {first}" if first == last else f"{first}–{last} missing",
                    f"geen boeking {first}" if first == last else f"{first}–{last} ontbreken",
                )
                for first, last in zip(proven.missing["first"], proven.missing["last"], strict=True)
            ],
        }
    )
    return unbalanced, missing


def _rows(proven: Proof, outcomes: Mapping[str, Outcome], found: pd.DataFrame) -> pd.DataFrame:
    """The rows of the result."""
    absent = int((proven.missing["last"] - proven.missing["first"] + 1).sum())
    rows: list[tuple[Any, ...]] = [
        (
            *("entries", say("All entries", "Alle boekingen"), proven.entries, None),
            *(proven.cents / 100, "", say(f"{proven.lines:,} lines", f"{proven.lines:,} regels")),
            "line",
        ),
        (
            *("unbalanced", say("Not balanced", "Sluit niet"), proven.entries),
            *(proven.unbalanced["entry_id"].nunique(), proven.unbalanced["cents"].sum() / 100),
            *("high", say("debit is not credit", "debet is niet credit"), "line"),
        ),
        (
            *("entry_numbers", say("Missing numbers", "Ontbrekende nummers"), proven.entries),
            *(absent, None, "medium"),
            *(say("numbers that no entry has", "nummers die geen boeking heeft"), "line"),
        ),
    ]
    for key, outcome in outcomes.items():
        test, here = _TESTS[key], found[found["test"] == key]
        figures = (outcome.looked_at, len(here), round(here["amount"].sum(), 2))
        rows.append(
            (
                *(key, say(test.en, test.nl)),
                *(figures if outcome.tested else (outcome.looked_at, None, None)),
                *(test.severity, outcome.asked, "line"),
            )
        )
    once = found.drop_duplicates("entry_id").dropna(subset=["entry_id"])
    rows.append(
        (
            *("total", say("Found by any test", "Door een test gevonden"), proven.entries),
            *(len(once), round(once["amount"].sum(), 2), "", "", "total"),
        )
    )
    columns = ["test", "name", "population", "found", "amount", "severity", "asked", "kind"]
    table = pd.DataFrame(rows, columns=columns)
    table["weight"] = [weight(one) for one in table["severity"]]
    return table.astype({"population": "int64", "found": "Int64", "amount": "float64"})


def _notes(ledger: Any, found: pd.DataFrame, complete: bool) -> list[str]:
    """What stands under the checks."""
    tests = found.dropna(subset=["entry_id"]).groupby("entry_id")["test"].nunique()
    several = int((tests > 1).sum())
    notes = [
        say(
            f"Found by two tests or more: {several}. A finding is a question, not a mistake.",
            f"Door twee of meer tests gevonden: {several}. Een bevinding is een vraag, geen fout.",
        )
    ]
    if not complete:
        notes += [
            say(
                "The population is incomplete: what was not found below may be among what is not "
                "there.",
                "De populatie is onvolledig: wat hier niet gevonden is, kan in het ontbrekende "
                "deel zitten.",
            )
        ]
    return notes


def _said_incomplete(ledger: Any) -> bool:
    """Whether the ledger says itself that it has not been read to its end."""
    return str(getattr(ledger, "attrs", {}).get("complete", "")).casefold() in ("false", "no")
