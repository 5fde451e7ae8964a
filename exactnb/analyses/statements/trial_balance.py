"""The trial balance (proef- en saldibalans)."""

from __future__ import annotations

from typing import Any

import pandas as pd

from exactnb.analyses.period import Month, Period
from exactnb.analyses.result import Result, Where, made
from exactnb.analyses.statements.tables import accounts_of, added, euros, subtitle
from exactnb.analyses.sums import counted, movements, period_of
from exactnb.display.options import say
from exactnb.display.statement import Check, Column

__all__ = ["trial_balance"]

_FIGURES = ["opening", "debit", "credit", "closing"]


def trial_balance(ledger: Any, period: str | Period = "YTD", *, status: str = "all") -> Result:
    """Opening, debit, credit and closing of every GL account.

    Parameters
    ----------
    ledger
        From :meth:`exactnb.Connection.ledger`, or the same columns in another engine.
    period
        As in ``"2025"``, ``"2025-Q3"``, ``"2025-04"``, ``"2025-01..2025-06"`` or ``"YTD"``.
    status
        "all" (after entry, na invoer) or "processed" (verwerkt).

    Returns
    -------
    Result
        One row an account that has a figure, by code, then the result of former years as far as
        it has not been booked to equity, then the total: ``gl_account_code``,
        ``gl_account_description``, ``gl_account_type``, ``balance_type``, ``opening``, ``debit``,
        ``credit``, ``closing`` (euros, debit positive), ``kind``.

    Notes
    -----
    The opening of a balance sheet account is all that was booked before the period; that of a
    profit and loss account, what was booked before it in the same financial year. Exact Online's
    proefbalans over a period shows the same.

    Examples
    --------
    >>> import exactnb as ex
    >>> balance = ex.trial_balance(books.ledger(), "2025")
    >>> [check["ok"] for check in balance.attrs["checks"]]
    [True, True]
    """
    moves = movements(ledger, status=status)
    asked = period_of(ledger, period)
    within, before, profit = asked.holds(moves), asked.prior.holds(moves), _profit(moves)
    carried = before & (~profit | (moves["financial_year"] == asked.first.year))
    placed = {
        "opening": moves["net"].where(carried, 0),
        "debit": moves["debit"].where(within, 0),
        "credit": moves["credit"].where(within, 0),
    }
    sums = moves.assign(**placed).groupby("gl_account_code")[list(placed)].sum()
    table = accounts_of(moves).join(sums)
    table["closing"] = table["opening"] + table["debit"] - table["credit"]
    table = table[(table[_FIGURES] != 0).any(axis=1)].reset_index().assign(kind="line")
    former = int(moves.loc[before & ~carried, "net"].sum())
    if former:
        named = say("Result of former years", "Resultaat voorgaande jaren")
        figures = {"opening": former, "closing": former}
        table = added(table, {"gl_account_description": named, **figures}, kind="line")
    whole = table[_FIGURES].sum()
    table = added(table, {"gl_account_description": say("Total", "Totaal"), **whole}, kind="total")
    codes = table["gl_account_code"].tolist()

    def behind(place: int, column: str | None) -> Where | None:
        if table.loc[place, "kind"] == "total":
            return None
        if codes[place] == "":  # former years
            former = {"balance_type": ["W"], **counted(status)}
            return Where(former, period=Period(*_years_before(asked)))
        values = {"gl_account_code": [codes[place]], **counted(status)}
        yearly = table.loc[place, "balance_type"] == "W"
        spans = {
            "opening": Period(asked.so_far.first, asked.prior.last) if yearly else asked.prior,
            "closing": asked.so_far if yearly else asked.ever,
        }
        return Where(values, period=spans.get(column or "", asked))

    return made(
        euros(table, _FIGURES),
        ledger,
        title=say("Trial balance", "Proefbalans"),
        subtitle=subtitle(asked, status, ledger),
        columns={
            "gl_account_code": Column(say("Code", "Rekening")),
            "gl_account_description": Column(say("Description", "Omschrijving")),
            "opening": Column(say("Opening", "Beginsaldo"), "money"),
            "debit": Column(say("Debit", "Debet"), "money"),
            "credit": Column(say("Credit", "Credit"), "money"),
            "closing": Column(say("Closing", "Eindsaldo"), "money"),
        },
        checks=[
            Check.of(say("debit = credit", "debet = credit"), whole["debit"], whole["credit"]),
            Check.of(say("closing = 0", "eindsaldo = 0"), whole["closing"], 0),
        ],
        behind=behind,
        period=asked,
        status=status,
    )


def _profit(moves: pd.DataFrame) -> pd.Series:
    return moves["balance_type"] == "W"


def _years_before(asked: Period) -> tuple[Month, Month]:
    return Month(0, 0), Month(asked.first.year - 1, 99)
