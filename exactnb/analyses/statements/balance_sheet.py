"""The balance sheet (balans)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from exactnb.analyses.period import FIRST, LAST, By, Month, Period
from exactnb.analyses.result import Result, made
from exactnb.analyses.statements.columns import Columns, Compare
from exactnb.analyses.statements.profit_and_loss import profit_and_loss
from exactnb.analyses.statements.sheet import Detail, Group, Lead, Sheet, Span, total_of
from exactnb.analyses.statements.tables import Amounts, standing, subtitle
from exactnb.analyses.sums import YEAR_END, movements
from exactnb.display.options import say
from exactnb.display.statement import Check, Column

__all__ = ["balance_sheet"]

_ASSETS = (
    Group("fixed_assets", "Fixed assets", "Vaste activa", (30, 35)),
    Group("financial_assets", "Financial and other assets", "Financiële en overige activa", (32,)),
    Group("inventory", "Inventory", "Voorraden", (40,)),
    Group("receivables", "Receivables", "Vorderingen", (20, 21, 22, 24, 25, 26, 27, 29, 90, 100)),
    Group("cash", "Cash and banks", "Liquide middelen", (10, 12, 14, 16)),
    Group("unclassified_assets", "Assets of other types", "Activa van andere soort"),
)
_EQUITY = Group("equity", "Equity", "Eigen vermogen", (50, 52), -1)
_DEBTS = (
    Group(
        "long_term_debt",
        "Provisions and long-term debt",
        "Voorzieningen en langlopende schulden",
        (55,),
        -1,
    ),
    Group("short_term_debt", "Short-term debt", "Kortlopende schulden", (60,), -1),
    Group("unclassified_debts", "Debts of other types", "Passiva van andere soort", (), -1),
)
_VAT = Group("vat", "VAT, all accounts together", "Omzetbelasting, per saldo", (24,))
_SHOWN_WHERE_THERE_ARE = ("unclassified_assets", "unclassified_debts")

_GROUPS = (*_ASSETS, _EQUITY, *_DEBTS)
#: type → the group of its accounts
_SIDE: dict[int | None, str] = {kind: group.key for group in _GROUPS for kind in group.types}
#: groups whose accounts are debts while their balance is a credit one
_TURNING = {
    "financial_assets": "short_term_debt",
    "receivables": "short_term_debt",
    "cash": "short_term_debt",
    "unclassified_assets": "unclassified_debts",
}


def balance_sheet(
    ledger: Any,
    period: str | Period = "YTD",
    *,
    by: By | None = None,
    compare: Compare | Sequence[Compare] | None = None,
    detail: Detail = "account",
    status: str = "all",
) -> Result:
    """Assets, equity and debts at the end of a period.

    Parameters
    ----------
    ledger
        From :meth:`exactnb.Connection.ledger`, or the same columns in another engine.
    period
        As in ``"2025"``, ``"2025-Q3"``, ``"2025-04"``, ``"2025-01..2025-06"`` or ``"YTD"``: the
        balances are those at its end.
    by
        "month", "quarter" or "year": a column for the end of each that the period holds.
    compare
        "before" (the end of the period before it, which is its opening), "year_before" (a year
        earlier), or both: a column, the difference and the change.
    detail
        "account" lists the GL accounts that have a balance; "group" only what they add up to.
    status
        "all" (after entry, na invoer) or "processed" (verwerkt).

    Returns
    -------
    Result
        ``key`` (the code of an account, or ``fixed_assets``, ``financial_assets``, ``inventory``,
        ``receivables``, ``cash``, ``total_assets``, ``equity``, ``result_former_years``,
        ``result``, ``long_term_debt``, ``short_term_debt``, ``vat``, ``total_debts``),
        ``gl_account_code``, ``description``; in euros a column for each part, such as
        ``2025-03``, ``balance``, and ``year_before``, ``year_before_difference`` and
        ``year_before_change`` (a fraction) or the same of ``before``; ``kind``, ``level``.
        Assets are positive where they are debit, equity and debts where they are credit.

    Raises
    ------
    InputError
        The period, or how it is to be cut or compared, cannot be read.
    DataError
        The ledger lacks columns, or lines that cannot be placed.

    Notes
    -----
    A balance is the sum of all lines up to the end of the period, with the bookings that take a
    year's result to equity; those that close all balances at the end of a year and open them in
    the next (types 327 and 328) are left out, but for an opening in the first year. What was
    earned stands in equity: the result of the year, and that of former years as far as it has not
    been booked there.

    Accounts are placed by their type in Exact Online (GLAccounts.Type). Fixed assets, inventory,
    equity and long-term debt stay where they are, whatever their balance. Every other account
    stands where its balance at the end puts it, in all columns: a bank account that is overdrawn,
    or a receivables account in credit, is a short-term debt. All VAT accounts are one position.
    A receivables account is not split by customer: one who paid too much lowers it. Accounts of
    another type stand in groups of their own. Exact has no type for provisions.

    Examples
    --------
    >>> import exactnb as ex
    >>> balance = ex.balance_sheet(books.ledger(), "2025", compare="year_before", detail="group")
    >>> [check["ok"] for check in balance.attrs["checks"]]
    [True, True]
    """
    columns = Columns.of(ledger, period, by, compare, whole="balance")
    moves, left_out = standing(movements(ledger, status=status))
    sheet = Sheet(columns, moves, span=lambda p: p.ever, detail=detail, status=status, **left_out)
    groups = _placed(sheet)
    sheet.heading(say("Assets", "Activa"))
    assets = _section(sheet, _ASSETS, groups)
    listed = [code for group in _ASSETS for code in groups[group.key]]
    named = say("Total assets", "Totaal activa")
    of = dict.fromkeys((group.key for group in _ASSETS), 1)
    sheet.row("total_assets", named, assets, listed, of=of, kind="total")
    sheet.heading(say("Equity and liabilities", "Passiva"))
    result = _equity(sheet, groups["equity"], moves)
    earned = sheet.codes("W")
    equity = -sheet.sum([*groups["equity"], *earned])
    debts = equity + _section(sheet, _DEBTS, groups)
    listed = [code for code in sheet.net if code not in listed]
    named = say("Total equity and liabilities", "Totaal passiva")
    of = dict.fromkeys((group.key for group in (_EQUITY, *_DEBTS)), 1)
    sheet.row("total_debts", named, debts, listed, of=of, kind="total")
    return made(
        sheet.frame,
        ledger,
        title=say("Balance sheet", "Balans"),
        subtitle=subtitle(columns.asked, status, ledger),
        columns={"description": Column("", "text"), **columns.shown(whole=False)},
        checks=[
            columns.check(
                say("assets = equity and liabilities", "activa = passiva"), assets, debts
            ),
            _as_earned(ledger, columns, status, moves, columns.at(result)),
        ],
        behind=sheet.behind,
        sums=sheet.sums,
        notes=columns.notes(int(moves["financial_year"].min()) if len(moves) else None),
        period=columns.asked,
        by=by,
        compare=compare,
        detail=detail,
        status=status,
    )


def _placed(sheet: Sheet) -> dict[str, list[str]]:
    """The accounts of each group; those that may turn stand where their balance puts them."""
    groups: dict[str, list[str]] = {group.key: [] for group in _GROUPS}
    vat = sheet.codes("B", _VAT.types)
    for code in sheet.codes("B"):
        home = _SIDE.get(sheet.type_of(code), "unclassified_assets")
        balances = sheet.sum(vat) if code in vat else sheet.net[code]
        debit = (sheet.columns.at(balances) or balances.sum()) >= 0
        groups[home if debit else _TURNING.get(home, home)].append(code)
    return groups


def _section(sheet: Sheet, layout: Sequence[Group], groups: Mapping[str, Sequence[str]]) -> Amounts:
    """The rows of one side; what they add up to."""
    whole = sheet.sum([])
    for group in layout:
        codes = groups[group.key]
        if codes or group.key not in _SHOWN_WHERE_THERE_ARE:
            whole = whole + sheet.group(group, codes, together=_VAT, level=1)
    return whole


def _equity(sheet: Sheet, codes: Sequence[str], moves: pd.DataFrame) -> Amounts:
    """The rows of equity, with what was earned and not booked to it; the result of the year."""
    earned = moves[moves["balance_type"] == "W"]

    def lines(span: Span) -> Lead:
        return lambda period: sheet.where(span(period), {"balance_type": ["W"]})

    former, year = (-sheet.columns.added_up(earned, span) for span in (_former_years, _year))
    sheet.heading(_EQUITY.name, level=1)
    if sheet.detail == "account":
        sheet.list(codes, _EQUITY.sign, level=2)
    else:
        named = say("Capital and reserves", "Kapitaal en reserves")
        sheet.row("capital", named, -sheet.sum(codes), codes, level=2)
    if former.any():
        named = say("Result of former years, not booked", "Resultaat voorgaande jaren, ongeboekt")
        sheet.row("result_former_years", named, former, lines(_former_years), level=2)
    named = say("Result of the year", "Resultaat boekjaar")
    sheet.row("result", named, year, lines(_year), level=2)
    listed = [*codes, *sheet.codes("W")]
    of = dict.fromkeys((*codes, "capital", "result_former_years", "result"), 1)
    named, whole = total_of(_EQUITY), -sheet.sum(listed)
    sheet.row(_EQUITY.key, named, whole, listed, of=of, kind="subtotal", level=2)
    return year


def _year(period: Period) -> Period:
    """The financial year so far at the end of a period."""
    return Period(Month(period.last.year, FIRST), period.last)


def _former_years(period: Period) -> Period:
    return Period(Month(0, FIRST), Month(period.last.year - 1, LAST))


def _as_earned(
    ledger: Any, columns: Columns, status: str, moves: pd.DataFrame, result: int
) -> Check:
    """The result of the year against the profit and loss account's."""
    year = _year(columns.asked)
    earned = profit_and_loss(ledger, year, detail="group", status=status)
    shown = earned.loc[earned["key"] == "net_result", "total"].item()
    closed = year.holds(moves) & (moves["balance_type"] == "W") & moves["turn"].isin(YEAR_END)
    # what was booked to equity at the end of the year is no longer in the result
    booked = int(moves.loc[closed, "net"].sum())
    named = say("result = profit and loss", "resultaat = W&V")
    return Check.of(named, result + booked, round(shown * 100))
