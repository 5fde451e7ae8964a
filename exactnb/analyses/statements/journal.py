"""The journal (dagboek): entries with their lines."""

from __future__ import annotations

from typing import Any

from exactnb.analyses.period import Period
from exactnb.analyses.result import Result, Where, made
from exactnb.analyses.statements.entries import LISTED, booked, entry_of, filled, listed, unknown
from exactnb.analyses.statements.tables import added, euros, subtitle
from exactnb.analyses.sums import counted, eager, lines_of, period_of
from exactnb.display.formats import number
from exactnb.display.options import say
from exactnb.display.statement import Check
from exactnb.errors import InputError

__all__ = ["journal"]

_FIGURES = ["debit", "credit"]
_ENTRY = ["financial_year", "journal_code", "entry_number"]


def journal(
    ledger: Any,
    journal: str | None = None,
    period: str | Period | None = None,
    *,
    entry: int | str | None = None,
    status: str = "all",
) -> Result:
    """The entries of a journal in a period, or one entry, each with its lines.

    Parameters
    ----------
    ledger
        From :meth:`exactnb.Connection.ledger`, or the same columns in another engine; of it
        ``date``, ``journal_code`` and ``entry_number`` are needed too, and ``account_name``,
        ``description``, ``line_number``, ``entry_id`` and ``id`` are used where it has them.
    journal
        The code of the journal, as "70"; all of them, if left out.
    period
        As in ``"2025"``, ``"2025-Q3"``, ``"2025-04"``, ``"2025-01..2025-06"`` or ``"YTD"``; left
        out: the year to date, or all of the books where one entry is asked for.
    entry
        The number of an entry, or its id.
    status
        "all" (after entry, na invoer) or "processed" (verwerkt).

    Returns
    -------
    Result
        The lines, entry by entry in the order of period and date, then the total: ``key`` (the
        line's id, ``total``), ``date``, ``journal_code``, ``entry_number``, ``gl_account_code``,
        ``gl_account_description``, what else the ledger says of a line, ``debit`` and ``credit``
        (euros), ``kind``. Entries whose debit is not their credit are named under it.
        ``ex.lines(result, row)`` gives the whole entry of a line.

    Raises
    ------
    InputError
        The ledger has no such journal or entry, or the period cannot be read.
    DataError
        The ledger lacks columns, or lines that have no amount.

    Examples
    --------
    >>> import exactnb as ex
    >>> memorial = ex.journal(books.ledger(), "90", "2025-03")
    >>> [check["ok"] for check in memorial.attrs["checks"]]
    [True, True]
    """
    whole = entry is not None and period is None
    asked = None if whole else period_of(ledger, period or "YTD")
    values: dict[str, Any] = {}
    if journal is not None:
        values["journal_code"] = [_known(ledger, journal)]
    if entry is not None:
        by_id = isinstance(entry, str) and not entry.strip().isdigit()
        values["entry_id" if by_id else "entry_number"] = [entry if by_id else int(entry)]
    where = Where(values | counted(status), period=asked)
    lines = booked(ledger, where)
    if entry is not None and lines.empty:
        raise InputError(f"The ledger has no entry {entry!r}" + (f" in {asked}" if asked else ""))
    table = listed(lines, LISTED)
    debit, credit = int(lines["debit"].sum()), int(lines["credit"].sum())
    said = "description" if "description" in table.columns else "gl_account_description"
    total = {"key": "total", said: say("Total", "Totaal"), "debit": debit, "credit": credit}
    table = added(table, total, kind="total")
    apart = lines.groupby(_ENTRY, dropna=False)["cents"].sum()
    apart = apart[apart != 0]

    def behind(place: int, _column: str | None) -> Where | None:
        return entry_of(lines, place) if place < len(lines) else where

    named = say("Journal", "Dagboek") if entry is None else say("Entry", "Boeking")
    number_of = "" if entry is None else str(lines["entry_number"].iloc[0])  # rather than its key
    return made(
        euros(table, _FIGURES),
        ledger,
        title=" ".join(filter(None, (named, number_of or str(journal or "")))),
        subtitle=subtitle(asked, status, ledger),
        columns=filled(table),
        checks=[
            Check.of(say("debit = credit", "debet = credit"), debit, credit),
            Check.of(say("every entry balances", "elke boeking sluit"), int(apart.abs().sum()), 0),
        ],
        notes=[_open(key, cents) for key, cents in apart.head(5).items()],
        behind=behind,
        lined=True,
        journal=journal,
        period=asked,
        entry=entry,
        status=status,
    )


def _known(ledger: Any, code: Any) -> str:
    """The code of a journal that the ledger has."""
    frame = lines_of(ledger, "journal_code").select("journal_code").unique()
    known = sorted(value for value in eager(frame)["journal_code"] if isinstance(value, str))
    if str(code) not in known:
        raise unknown("journal", code, known)
    return str(code)


def _open(key: Any, cents: int) -> str:
    """What is said of an entry that does not balance."""
    year, code, entry = key
    apart = number(cents / 100, 2)
    return say(
        f"Entry {entry} of journal {code} in {year} does not balance: {apart}",
        f"Boeking {entry} van dagboek {code} in {year} sluit niet: {apart}",
    )
