"""Invoice numbers that are missing, used twice, or out of the order of their dates."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pandas as pd

from exactnb.analyses.audit.series import JUMP, disordered, missing_runs, series
from exactnb.analyses.period import Period
from exactnb.analyses.result import Result, Where, made
from exactnb.analyses.sums import lines_of, period_of, total
from exactnb.display.formats import day
from exactnb.display.options import say
from exactnb.display.statement import Check, Column
from exactnb.errors import InputError

__all__ = ["invoice_number_gaps"]

#: the types of lines of sales invoices and credit notes, and of the GL account they are due on
_TYPES, _CONTROL = [20, 21], 20


def invoice_number_gaps(
    ledger: Any,
    period: str | Period | None = None,
    *,
    jump: int = JUMP,
) -> Result:
    """For each series of sales invoice numbers, how many are missing, used twice, or out of order.

    Which they are, and between which dates, is ``ex.findings(result)``.

    Parameters
    ----------
    ledger
        From :meth:`exactnb.Connection.ledger`, or the same columns in another engine.
    period
        As in ``"2025"``; None: all of the ledger.
    jump
        A step between two numbers that is larger begins a new series, as a new year does.

    Returns
    -------
    Result
        One row a series: ``series``, ``journal_code``, ``first``, ``last``, ``invoices``
        (entries), ``missing`` (numbers), ``twice``, ``out_of_order`` (invoices).
        The findings: ``test`` ("missing", "twice", "out_of_order"), ``series``, ``first`` and
        ``last`` number, ``date`` and ``other_date`` (its own; of a gap: those around it), ``why``.

    Notes
    -----
    Numbers before the first and after the last one are not missing. Out of order are the fewest
    invoices without which the dates never go back while the numbers rise, so that one date that is
    much too late accuses only itself. Credit notes count in the series of their journal. An
    invoice that has not been booked yet is missing from a ledger: look there before you ask.
    Gaps in the numbers of other journals are one of :func:`exactnb.journal_entry_tests`.

    Examples
    --------
    >>> import exactnb as ex
    >>> gaps = ex.invoice_number_gaps(books.ledger())
    >>> found = ex.findings(gaps)
    >>> found[found["test"] == "missing"]["first"].tolist()
    [24700165, 25700261]
    """
    if jump < 1:
        raise InputError(f"jump is 1 or more, not {jump}")
    asked = None if period is None else period_of(ledger, period)
    invoices = _invoices(ledger, asked)
    numbered = invoices.dropna(subset=["invoice_number"]).astype({"invoice_number": "int64"})
    parts = [
        group[group["invoice_number"].between(part[0], part[-1])]
        for _, group in numbered.groupby("journal_code", dropna=False)
        for part in series(group["invoice_number"], jump)
    ]
    parts = [part.sort_values(["invoice_number", "date"], ignore_index=True) for part in parts]
    found = [one for part in parts for one in _odd(part)]
    table = pd.DataFrame(map(_row, parts), columns=list(_SERIES)).astype(_SERIES)
    listed = pd.DataFrame(found, columns=list(_FOUND)).astype(_FOUND)
    for test in ("missing", "twice", "out_of_order"):
        here = listed[listed["test"] == test]
        counts = (here["last"] - here["first"] + 1).groupby(here["series"]).sum()
        table[test] = table["series"].map(counts).fillna(0).astype("int64")
    unnumbered = len(invoices) - len(numbered)
    subtitle = str(asked) if asked else say("all periods", "alle perioden")

    def detail(which: Any) -> Result:
        words = {
            "missing": say("missing", "ontbreekt"),
            "twice": say("twice", "dubbel"),
            "out_of_order": say("out of order", "volgorde"),
        }
        named = listed.assign(name=listed["test"].map(words))
        here = named if which is None else named[named["series"] == which]
        return _listed(here.reset_index(drop=True), ledger, subtitle)

    def behind(place: int, column: str | None) -> Where:
        row = table.loc[place]
        values: dict[str, Any] = {"journal_code": [row["journal_code"]], "type": _TYPES}
        span = {"invoice_number": (int(row["first"]), int(row["last"]))}
        return Where(values, span, period=asked)

    between = int((table["last"] - table["first"] + 1).sum())
    used = int(table["invoices"].sum() - table["twice"].sum())
    return made(
        table,
        ledger,
        title=say("Series of invoice numbers", "Reeksen factuurnummers"),
        subtitle=subtitle,
        columns={
            "series": Column(say("Series", "Reeks")),
            "first": Column(say("First", "Eerste")),
            "last": Column(say("Last", "Laatste")),
            "invoices": Column(say("Invoices", "Facturen"), "count"),
            "missing": Column(say("Missing", "Ontbreken"), "count"),
            "twice": Column(say("Twice", "Dubbel"), "count"),
            "out_of_order": Column(say("Out of order", "Volgorde"), "count"),
        },
        checks=[
            Check(
                say("first to last = used + missing", "eerste t/m laatste = gebruikt + ontbrekend"),
                between,
                used + int(table["missing"].sum()),
            )
        ],
        behind=behind,
        found=detail,
        notes=[
            say(
                f"Invoices without a number: {unnumbered:,}.",
                f"Facturen zonder nummer: {unnumbered:,}.",
            )
        ]
        if unnumbered
        else [],
        period=asked,
        jump=jump,
    )


_SERIES = {
    **dict.fromkeys(("series", "journal_code"), "object"),
    **dict.fromkeys(("first", "last", "invoices"), "int64"),
}
_FOUND = {
    **dict.fromkeys(("test", "series"), "object"),
    **dict.fromkeys(("first", "last"), "int64"),
    **dict.fromkeys(("date", "other_date"), "datetime64[ms]"),
    **dict.fromkeys(("why", "entry_id"), "object"),
}


def _invoices(ledger: Any, asked: Period | None) -> pd.DataFrame:
    """One row an invoice: its entry, journal, number and date."""
    by = ("entry_id", "journal_code", "invoice_number")
    needed = (*by, "date", "type", "gl_account_type", "financial_year", "financial_period")
    frame = lines_of(ledger, *needed)
    frame = frame.filter(nw.col("type").is_in(_TYPES) & (nw.col("gl_account_type") == _CONTROL))
    if asked is not None:
        frame = frame.filter(asked.within)
    made = total(frame, by, date=nw.col("date").min())
    made["journal_code"] = made["journal_code"].astype("object")
    made["date"] = pd.to_datetime(made["date"])
    return made


def _named(part: pd.DataFrame) -> str:
    """What a series is called."""
    numbers = part["invoice_number"]
    return f"{part['journal_code'].iloc[0]} · {numbers.iloc[0]}–{numbers.iloc[-1]}"


def _row(part: pd.DataFrame) -> dict[str, Any]:
    """A series, from its invoices in the order of their numbers."""
    return {
        "series": _named(part),
        "journal_code": part["journal_code"].iloc[0],
        "first": part["invoice_number"].iloc[0],
        "last": part["invoice_number"].iloc[-1],
        "invoices": len(part),
    }


def _odd(part: pd.DataFrame) -> list[dict[str, Any]]:
    """What is wrong in a series, in the order of its numbers."""
    named, numbers, dates = _named(part), part["invoice_number"], part["date"]
    found = []
    for first, last in missing_runs(numbers, jump=int(numbers.iloc[-1])):
        # what stands before and after the gap
        after = int(numbers.searchsorted(last, side="right"))
        count = last - first + 1
        why = say(f"{count} missing", f"{count} ontbreekt" if count == 1 else f"{count} ontbreken")
        around = {"date": dates.iloc[after - 1], "other_date": dates.iloc[after]}
        found.append({"test": "missing", "first": first, "last": last, "why": why, **around})
    for place in part.index[part.duplicated("invoice_number")]:
        why = say("another invoice has this number too", "een andere factuur heeft dit nummer ook")
        found.append({"test": "twice", "why": why, **_one(part, place)})
    for place in disordered(dates):
        beside = [i for i in (place - 1, place + 1) if 0 <= i < len(part)]
        said = " / ".join(day(dates.iloc[i].to_pydatetime()) for i in beside)
        why = say(f"the numbers around it: {said}", f"de nummers eromheen: {said}")
        found.append({"test": "out_of_order", "why": why, **_one(part, place)})
    return sorted(({"series": named, **one} for one in found), key=lambda one: one["first"])


def _one(part: pd.DataFrame, place: int) -> dict[str, Any]:
    row = part.loc[place]
    return {
        **dict.fromkeys(("first", "last"), row["invoice_number"]),
        "date": row["date"],
        "entry_id": row["entry_id"],
    }


def _listed(here: pd.DataFrame, ledger: Any, subtitle: str) -> Result:
    def behind(place: int, column: str | None) -> Where | None:
        entry = here.loc[place, "entry_id"]
        return Where({"entry_id": [entry]}) if isinstance(entry, str) else None

    return made(
        here,
        ledger,
        title=say("Invoice numbers to ask about", "Factuurnummers om na te vragen"),
        subtitle=subtitle,
        columns={
            "name": Column(say("What", "Wat")),
            "series": Column(say("Series", "Reeks")),
            "first": Column(say("From", "Van")),
            "last": Column(say("To", "Tot en met")),
            "date": Column(say("Date", "Datum"), "date"),
            "other_date": Column(say("Next date", "Volgende datum"), "date"),
            "why": Column(say("Why", "Waarom")),
        },
        behind=behind,
        lined=True,
    )
