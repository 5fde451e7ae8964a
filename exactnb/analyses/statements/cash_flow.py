"""The cash flow statement (kasstroomoverzicht), by the indirect method."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from exactnb.analyses.period import By, Period
from exactnb.analyses.result import Result, Where, made
from exactnb.analyses.statements.columns import Columns, Compare
from exactnb.analyses.statements.sheet import Detail, Group, Sheet
from exactnb.analyses.statements.tables import Amounts, standing, subtitle
from exactnb.analyses.sums import OPENING, TURNS, YEAR_END, counted, movements
from exactnb.display.options import say
from exactnb.display.statement import Column

__all__ = ["CASH", "cash_flow_statement"]

#: types of the GL accounts that are cash: cash, bank, credit card, payment service
CASH = (10, 12, 14, 16)

_DEPRECIATION = Group("depreciation", "Depreciation", "Afschrijvingen", (122,))
_LESS = Group("assets_depreciation", "Less depreciation", "Af: afschrijvingen", (122,), -1)
#: the three kinds of activities, and the accounts whose balances they change
_SECTIONS = (
    (
        Group("operating", "Operating activities", "Operationele activiteiten"),
        (
            Group("receivables", "Change in receivables", "Mutatie debiteuren", (20,), -1),
            Group("inventory", "Change in inventory", "Mutatie voorraden", (40,), -1),
            Group("payables", "Change in payables", "Mutatie crediteuren", (22,), -1),
            Group("vat", "Change in VAT", "Mutatie omzetbelasting", (24,), -1),
            Group(
                "payroll_and_taxes",
                "Change in payroll and other taxes",
                "Mutatie lonen en overige belastingen",
                (25, 29, 100),
                -1,
            ),
            Group(
                "accruals",
                "Change in prepaid and accrued",
                "Mutatie overlopende posten",
                (21, 26, 27),
                -1,
            ),
            Group("general", "Change in other accounts", "Mutatie overige rekeningen", (90,), -1),
        ),
    ),
    (
        Group("investing", "Investing activities", "Investeringsactiviteiten"),
        (
            Group(
                "investments",
                "Investments in fixed assets",
                "Investeringen in vaste activa",
                (30, 35),
                -1,
            ),
            Group(
                "financial_assets",
                "Financial and other assets",
                "Financiële en overige activa",
                (32,),
                -1,
            ),
        ),
    ),
    (
        Group("financing", "Financing activities", "Financieringsactiviteiten"),
        (
            Group("equity", "Capital and reserves", "Kapitaal en reserves", (50, 52), -1),
            Group("debt", "Loans", "Leningen", (55, 60), -1),
        ),
    ),
)
_REST = Group("unclassified", "Accounts of other types", "Rekeningen van andere soort", (), -1)
_KNOWN = (*CASH, *(t for _, groups in _SECTIONS for group in groups for t in group.types))


def cash_flow_statement(
    ledger: Any,
    period: str | Period = "YTD",
    *,
    by: By | None = None,
    compare: Compare | Sequence[Compare] | None = None,
    detail: Detail = "group",
    status: str = "all",
) -> Result:
    """Where cash came from and went to in a period, starting at the result (indirect method).

    Parameters
    ----------
    ledger
        From :meth:`exactnb.Connection.ledger`, or the same columns in another engine.
    period
        As in ``"2025"``, ``"2025-Q3"``, ``"2025-04"``, ``"2025-01..2025-06"`` or ``"YTD"``.
    by, compare
        As of :func:`~exactnb.profit_and_loss`.
    detail
        "group", or "account" to list the GL accounts whose balances changed.
    status
        "all" (after entry, na invoer) or "processed" (verwerkt).

    Returns
    -------
    Result
        ``key`` (the code of an account, or ``net_result``, ``depreciation``, ``receivables``,
        ``inventory``, ``payables``, ``vat``, ``payroll_and_tax``, ``accruals``, ``general``,
        ``operating_cash_flow``, ``investments``, ``financial_assets``, ``investing_cash_flow``,
        ``equity``, ``debt``, ``financing_cash_flow``, ``net_cash_flow``, ``cash_opening``,
        ``cash_closing``), ``gl_account_code``, ``description``; in euros a column for each part,
        such as ``2025-03``, ``total``, and those compared with; ``kind``, ``level``. What brings
        cash is positive.

    Raises
    ------
    InputError
        The period, or how it is to be cut or compared, cannot be read.
    DataError
        The ledger lacks columns, or lines that cannot be placed.

    Notes
    -----
    As debit is credit in every entry, the change in cash is the change of all other accounts with
    its sign turned (RJ 360 and IAS 7 call it the indirect method). Cash is the accounts of type
    10, 12, 14 and 16. Operating: the result, depreciation (122, which costs no cash) and the
    changes in 20 receivables, 40 inventory, 22 payables, 24 VAT, 25, 29 and 100 payroll and
    taxes, 21, 26 and 27 accruals, 90 other. Investing: the change in 30 fixed assets and 35
    their depreciation, less the depreciation of the period; 32 other assets. Financing: 50 and
    52 capital and reserves, 55 and 60 loans. Accounts of another type stand apart. A dividend that
    was declared and not paid is both taken from the reserves and added to the accruals. What
    opens the books (types 10 and 328) is no flow but part of the cash at the beginning.

    Examples
    --------
    >>> import exactnb as ex
    >>> flow = ex.cash_flow_statement(books.ledger(), "2025")
    >>> [check["ok"] for check in flow.attrs["checks"]]
    [True, True]
    """
    columns = Columns.of(ledger, period, by, compare, whole="total")
    moves, left_out = standing(movements(ledger, status=status))
    flows = moves[moves["turn"] == 0]
    without = {"type": TURNS}
    sheet = Sheet(columns, flows, detail=detail, status=status, without=without)
    net = sheet.sum([])
    for section, groups in _SECTIONS:
        net = net + _section(sheet, section, groups)
    if rest := [code for code in sheet.codes("B") if sheet.type_of(code) not in _KNOWN]:
        net = net + sheet.group(_REST, rest)
    cash = (moves["balance_type"] == "B") & moves["gl_account_type"].isin(CASH).fillna(False)
    closing = moves["turn"].isin(YEAR_END) & ~moves["turn"].isin(_OPENING)
    year_end = -columns.added_up(moves[closing & ~cash])
    if year_end.any():
        sheet.row("year_end", say("Closing of the year", "Jaarafsluiting"), year_end, None)
        net = net + year_end
    named = say("Net cash flow", "Netto kasstroom")
    others = [code for code in sheet.net if code not in sheet.codes("B", CASH)]
    parts = [*(_flow(section) for section, _ in _SECTIONS), _REST.key, "year_end"]
    lead_to = None if year_end.any() else others
    of = dict.fromkeys(parts, 1)
    sheet.row("net_cash_flow", named, net, lead_to, of=of, kind="subtotal")

    opened = moves["turn"].isin(_OPENING)
    begin = columns.added_up(moves[cash], lambda p: p.prior)
    begin = begin + columns.added_up(moves[cash & opened])
    named = say("Cash at the beginning", "Liquide middelen begin")
    sheet.row("cash_opening", named, begin, _balances(moves, status, left_out, opening=True))
    end = columns.added_up(moves[cash], lambda p: p.ever)
    named = say("Cash at the end", "Liquide middelen eind")
    lead = _balances(moves, status, left_out, opening=False)
    of = {"cash_opening": 1, "net_cash_flow": 1}
    sheet.row("cash_closing", named, begin + net, lead, of=of, kind="total")
    told = {
        say("cash flow = movement of the cash accounts", "kasstroom = mutatie geldrekeningen"): (
            net,
            columns.added_up(moves[cash & ~opened]),
        ),
        say("cash at the end = balance sheet", "liquide middelen eind = balans"): (
            begin + net,
            end,
        ),
    }
    return made(
        sheet.frame,
        ledger,
        title=say("Cash flow statement", "Kasstroomoverzicht"),
        subtitle=subtitle(columns.asked, status, ledger),
        columns={"description": Column("", "text"), **columns.shown()},
        checks=[columns.check(name, *both) for name, both in told.items()],
        behind=sheet.behind,
        sums=sheet.sums,
        notes=columns.notes(int(moves["financial_year"].min()) if len(moves) else None),
        period=columns.asked,
        by=by,
        compare=compare,
        detail=detail,
        status=status,
    )


#: types of lines that open the books: part of the cash at the beginning
_OPENING = (OPENING, 328)


def _flow(section: Group) -> str:
    """The key of the row that adds up one kind of activities."""
    return f"{section.key}_cash_flow"


def _section(sheet: Sheet, section: Group, groups: Sequence[Group]) -> Amounts:
    """The rows of one kind of activities; what they add up to."""
    earned, costs = sheet.codes("W"), sheet.codes("W", _DEPRECIATION.types)
    sheet.heading(section.name)
    whole, listed = sheet.sum([]), list[str]()
    if section.key == "operating":
        named = say("Net result", "Netto resultaat")
        sheet.row("net_result", named, -sheet.sum(earned), earned, level=1)
        sheet.row(_DEPRECIATION.key, _DEPRECIATION.name, sheet.sum(costs), costs, level=1)
        listed = [code for code in earned if code not in costs]
        whole = -sheet.sum(listed)
    for group in groups:
        codes = [*sheet.codes("B", group.types)]
        if group.key == "investments":  # what the assets lost in value was not received for them
            codes += costs
        listed += codes
        whole = whole + sheet.group(group, codes, together=_LESS, level=1)
    named = say(f"Cash flow from {section.en.lower()}", f"Kasstroom uit {section.nl.lower()}")
    parts = ["net_result", _DEPRECIATION.key] if section.key == "operating" else []
    of = dict.fromkeys([*parts, *(group.key for group in groups)], 1)
    sheet.row(_flow(section), named, whole, listed, of=of, kind="subtotal")
    return whole


def _balances(
    moves: pd.DataFrame, status: str, left_out: dict[str, Any], *, opening: bool
) -> Callable[[Period], Where]:
    """The way to the lines of the cash accounts up to the end of a period, or its beginning."""
    kinds = moves.loc[moves["balance_type"] == "B", ["gl_account_code", "gl_account_type"]]
    codes = kinds.loc[kinds["gl_account_type"].isin(CASH).fillna(False), "gl_account_code"]
    values = {"gl_account_code": sorted(set(codes)), **counted(status)}

    def lead(period: Period) -> Where:
        flows = Where(without={"type": _OPENING}, period=period)
        unless = (*left_out["unless"], flows) if opening else left_out["unless"]
        return Where(values, without=left_out["without"], period=period.ever, unless=unless)

    return lead
