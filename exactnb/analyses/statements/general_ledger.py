"""The general ledger card of one account (grootboekkaart)."""

from __future__ import annotations

from typing import Any

from exactnb.analyses.period import Period
from exactnb.analyses.result import Result, Where, made
from exactnb.analyses.statements.entries import LISTED, booked, entry_of, filled, listed, unknown
from exactnb.analyses.statements.tables import added, euros, subtitle
from exactnb.analyses.sums import counted, movements, period_of
from exactnb.display.options import say
from exactnb.display.statement import Check, Column

__all__ = ["general_ledger"]

_FIGURES = ["debit", "credit", "balance"]


def general_ledger(
    ledger: Any, account: str, period: str | Period = "YTD", *, status: str = "all"
) -> Result:
    """The lines of one GL account in a period, with the balance after each.

    Parameters
    ----------
    ledger
        From :meth:`exactnb.Connection.ledger`, or the same columns in another engine; of it
        ``date``, ``journal_code`` and ``entry_number`` are needed too, and ``account_name``,
        ``description``, ``line_number``, ``entry_id`` and ``id`` are used where it has them.
    account
        The code of the GL account, as "1300".
    period
        As in ``"2025"``, ``"2025-Q3"``, ``"2025-04"``, ``"2025-01..2025-06"`` or ``"YTD"``.
    status
        "all" (after entry, na invoer) or "processed" (verwerkt).

    Returns
    -------
    Result
        The opening, the lines in the order of period, date and entry, and the closing: ``key``
        (``opening``, ``closing``, else the line's id), ``date``, ``journal_code``,
        ``entry_number``, what else the ledger says of a line, ``debit``, ``credit`` and
        ``balance`` (euros, debit positive), ``kind``. ``ex.lines(result, row)`` gives the entry
        that a line belongs to.

    Raises
    ------
    InputError
        The ledger has no such account, or the period cannot be read.
    DataError
        The ledger lacks columns, or lines that cannot be placed.

    Notes
    -----
    The opening is that of :func:`~exactnb.trial_balance`: all that was booked before the period;
    of a profit and loss account, what was booked before it in the same financial year.

    Examples
    --------
    >>> import exactnb as ex
    >>> bank = ex.general_ledger(books.ledger(), "1100", "2025-03")
    >>> [check["ok"] for check in bank.attrs["checks"]]
    [True]
    """
    asked, code = period_of(ledger, period), str(account)
    moves = movements(ledger, status=status)
    own = moves[moves["gl_account_code"] == code]
    if own.empty:
        raise unknown("GL account", account, sorted(set(moves["gl_account_code"])))
    yearly = own["balance_type"].iloc[0] == "W"
    before = Period(asked.so_far.first, asked.prior.last) if yearly else asked.prior
    until = asked.so_far if yearly else asked.ever
    opening = int(own.loc[before.holds(own), "net"].sum())
    values = {"gl_account_code": [code], **counted(status)}
    lines = booked(ledger, Where(values, period=asked))
    lines["balance"] = opening + (lines["debit"] - lines["credit"]).cumsum()
    debit, credit = int(lines["debit"].sum()), int(lines["credit"].sum())
    closing = opening + debit - credit
    of_account = [name for name in LISTED if not name.startswith("gl_account")]
    table = listed(lines, [*of_account, "balance"])
    said = "description" if "description" in table.columns else "journal_code"
    begin = {said: say("Opening", "Beginsaldo"), "key": "opening", "balance": opening}
    end = {said: say("Closing", "Eindsaldo"), "key": "closing", "balance": closing}
    table = added(table, begin, kind="subtotal", first=True)
    table = added(table, end | {"debit": debit, "credit": credit}, kind="total")
    description = own["gl_account_description"].iloc[0]

    def behind(place: int, column: str | None) -> Where | None:
        if place == 0:
            return Where(values, period=before)
        if place <= len(lines):
            return entry_of(lines, place - 1)
        return Where(values, period=asked if column in ("debit", "credit") else until)

    return made(
        euros(table, _FIGURES),
        ledger,
        title=f"{say('General ledger', 'Grootboek')} {code} {description}".rstrip(),
        subtitle=subtitle(asked, status, ledger),
        columns={**filled(table), "balance": Column(say("Balance", "Saldo"), "cents")},
        checks=[
            Check.of(
                say("closing = trial balance", "eindsaldo = proefbalans"),
                closing,
                int(own.loc[until.holds(own), "net"].sum()),
            )
        ],
        behind=behind,
        sums={len(table) - 1: dict.fromkeys(range(1, len(table) - 1), 1)},
        lined=True,
        account=code,
        period=asked,
        status=status,
    )
