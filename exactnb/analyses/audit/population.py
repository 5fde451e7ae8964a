"""The entries that are tested, and the proof that they are all there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import narwhals as nw
import pandas as pd

from exactnb.analyses.audit.series import missing_runs
from exactnb.analyses.period import Period
from exactnb.analyses.sums import eager, lines_of, movements, total
from exactnb.display.options import say
from exactnb.display.statement import Check
from exactnb.errors import DataError
from exactnb.frames.needs import require
from exactnb.ledger.matching import BUDGET

__all__ = ["Population", "Proof", "chosen", "population", "proof"]

_ENTRY = ("entry_id", "entry_number", "journal_code")
_LINES = (
    *_ENTRY,
    *("financial_year", "financial_period", "date", "created", "creator_full_name"),
    *("description", "gl_account_code", "type", "cents"),
)
_TEXTS = ("journal_code", "creator_full_name", "description", "gl_account_code")


@dataclass(frozen=True)
class Population:
    """Entries of some types, in all periods of a ledger, by their lines.

    Parameters
    ----------
    lines
        Their lines: ``entry`` (the place of their entry), and texts that are text or None.
    entries
        One row an entry, by its place: ``entry_id``, number, journal, first date and moment of
        creation, who made it, a description, its debit (``cents``), and whether it is ``within``
        the period.
    last_day
        The end of the month in which the period has its last line, of whatever type.
    """

    lines: pd.DataFrame
    entries: pd.DataFrame
    last_day: pd.Timestamp

    @property
    def within(self) -> pd.DataFrame:
        """The entries of the period."""
        return self.entries[self.entries["within"]]

    @property
    def lines_within(self) -> pd.DataFrame:
        """The lines of the entries of the period."""
        return self.lines[self.lines["entry"].isin(self.within.index)]

    def of_types(self, types: Sequence[int] | None) -> Population:
        """Those of these types of lines; a line without a type is looked at too."""
        if types is None:
            return self
        lines = self.lines[self.lines["type"].isin(types) | self.lines["type"].isna()]
        entries = self.entries[self.entries.index.isin(lines["entry"])]
        return replace(self, lines=lines, entries=entries)


def population(ledger: Any, period: Period, types: Sequence[int] | None) -> Population:
    """The entries of these types of lines; None: of all types."""
    frame = lines_of(ledger, *_LINES)
    last = total(frame.filter(period.within), (), last=nw.col("date").max())["last"].iloc[0]
    lines = eager(chosen(frame, types))
    for name in _TEXTS:
        lines[name] = lines[name].astype("object").where(lines[name].notna(), None)
    lines["within"] = period.holds(lines).fillna(False).astype(bool)
    lines["_debit"] = lines["cents"].clip(lower=0)
    lines["entry"] = pd.factorize(lines["entry_id"])[0]
    entries = lines.groupby("entry").agg(
        entry_id=("entry_id", "first"),
        entry_number=("entry_number", "first"),
        journal_code=("journal_code", "first"),
        date=("date", "min"),
        created=("created", "min"),
        who=("creator_full_name", "first"),
        description=("description", "first"),
        cents=("_debit", "sum"),
        within=("within", "any"),
    )
    return Population(
        lines.drop(columns="_debit"), entries, pd.Timestamp(last) + pd.offsets.MonthEnd(0)
    )


def chosen(frame: Any, types: Sequence[int] | None) -> Any:
    """The lines of these types, and those whose type is not known; None: all."""
    if types is None:
        return frame
    return frame.filter(nw.col("type").is_in(list(types)) | nw.col("type").is_null())


@dataclass(frozen=True)
class Proof:
    """Whether all bookings of a period are there to be tested.

    Parameters
    ----------
    checks
        What must agree.
    entries, lines, cents
        How many there are, and their debit.
    unbalanced
        The entries whose debit is not their credit: the columns of ``_ENTRY``, ``date``, ``net``
        and ``cents``.
    missing
        Runs of entry numbers that nothing has, by journal: ``journal_code``, ``first``, ``last``.
    """

    checks: list[Check]
    entries: int
    lines: int
    cents: int
    unbalanced: pd.DataFrame
    missing: pd.DataFrame

    @property
    def complete(self) -> bool:
        """Whether everything agrees."""
        return all(check.ok for check in self.checks)


def proof(ledger: Any, period: Period, balances: pd.DataFrame | None = None) -> Proof:
    """The proof that the lines of a period are all there.

    Parameters
    ----------
    ledger
        The lines.
    period
        Which are tested.
    balances
        What Exact Online itself says of each GL account and period
        (``books.odata("financial/ReportingBalance")``), as the proof from outside.
    """
    frame = lines_of(ledger, *_LINES)
    cents = nw.col("cents")
    entries = total(
        frame.filter(period.within).with_columns(_debit=cents.clip(lower_bound=0)),
        _ENTRY,
        date=nw.col("date").min(),
        net=cents.sum(),
        cents=nw.col("_debit").sum(),
        lines=nw.len(),
    )
    if unnamed := int(entries.loc[entries["entry_id"].isna(), "lines"].sum()):
        raise DataError(
            f"{unnamed:,} lines belong to no entry (they have no entry_id)",
            hint="A test that left them out would be blind to them; "
            "books.refresh('lines', full=True) reads them anew.",
        )
    # the parts of an entry that is in more than one journal or has more than one number balance
    # together
    net = entries.groupby("entry_id", dropna=False)["net"].transform("sum")
    unbalanced = entries[net != 0]
    tested = total(frame.filter(period.within), ("gl_account_code",), net=cents.sum())
    checks = [
        Check.of(
            say("opening + tested = closing", "beginsaldo + getest = eindsaldo"),
            _differences(ledger, period, tested),
            0,
        ),
        Check.of(
            say("entries balance", "boekingen sluiten"), int(unbalanced["net"].abs().sum()), 0
        ),
    ]
    if balances is not None:
        checks += _against(balances, ledger, period)
    return Proof(
        checks,
        entries["entry_id"].nunique(),
        int(entries["lines"].sum()),
        int(entries["cents"].sum()),
        unbalanced,
        _missing_numbers(frame, entries),
    )


def _differences(ledger: Any, period: Period, tested: pd.DataFrame) -> int:
    """Over all GL accounts: what opening and tested lines leave of the closing balance; cents."""
    moves = movements(ledger)
    opening = moves[period.prior.holds(moves)].groupby("gl_account_code")["net"].sum()
    closing = moves[period.ever.holds(moves)].groupby("gl_account_code")["net"].sum()
    lines = tested.set_index("gl_account_code")["net"]
    left = closing.sub(opening, fill_value=0).sub(lines, fill_value=0)
    return int(left.abs().sum())


def _against(balances: pd.DataFrame, ledger: Any, period: Period) -> list[Check]:
    """The movement and the closing balance of each account, as Exact Online says them."""
    needed = ["gl_account_code", "reporting_year", "reporting_period", "amount", "type"]
    hint = 'books.odata("financial/ReportingBalance") has them.'
    require(balances, needed, "the balances", hint)
    theirs = balances[balances["type"] != BUDGET].rename(
        columns={"reporting_year": "financial_year", "reporting_period": "financial_period"}
    )
    theirs = theirs.assign(net=(theirs["amount"] * 100).round().astype("int64"))
    ours = movements(ledger)
    checks = []
    for span, name in (
        (period, say("movements = Exact's own", "mutaties = die van Exact")),
        (period.ever, say("closing balances = Exact's own", "eindsaldi = die van Exact")),
    ):
        one, other = (
            moves[span.holds(moves)].groupby("gl_account_code")["net"].sum()
            for moves in (ours, theirs)
        )
        checks.append(Check.of(name, int(one.sub(other, fill_value=0).abs().sum()), 0))
    return checks


def _missing_numbers(frame: Any, entries: pd.DataFrame) -> pd.DataFrame:
    """The entry numbers between those of the period that no entry of the ledger has."""
    known = total(frame, ("journal_code", "entry_number"), lines=nw.len())
    spans = entries.groupby("journal_code", dropna=False)["entry_number"].agg(["min", "max"])
    gaps = []
    for journal, numbers in known.groupby("journal_code", dropna=False)["entry_number"]:
        if journal in spans.index:
            low, high = spans.loc[journal]
            inside = numbers[numbers.between(low, high)].dropna()
            gaps += [(journal, *run) for run in missing_runs(inside.astype("int64"))]
    return pd.DataFrame(gaps, columns=["journal_code", "first", "last"])
