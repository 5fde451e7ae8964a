"""The profit and loss account (winst-en-verliesrekening)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from exactnb.analyses.period import By, Period
from exactnb.analyses.result import Result, made
from exactnb.analyses.statements.columns import Columns, Compare
from exactnb.analyses.statements.sheet import Detail, Group, Sheet
from exactnb.analyses.statements.tables import subtitle
from exactnb.analyses.sums import YEAR_END, movements
from exactnb.display.options import say
from exactnb.display.statement import Column

__all__ = ["profit_and_loss"]

#: from top to bottom: what is earned or spent, and what is left after it
_LAYOUT = (
    Group("net_revenue", "Net revenue", "Netto-omzet", (110,), -1),
    Group("cost_of_sales", "Cost of sales", "Kostprijs van de omzet", (111,)),
    Group("gross_margin", "Gross margin", "Bruto-marge"),
    Group("personnel_costs", "Personnel costs", "Personeelskosten", (125, 126)),
    Group("depreciation", "Depreciation", "Afschrijvingen", (122,)),
    Group("other_costs", "Other operating costs", "Overige bedrijfskosten", (121, 123)),
    Group("operating_result", "Operating result", "Bedrijfsresultaat"),
    Group("financial", "Financial income and costs", "Financiële baten en lasten", (160,), -1),
    Group(
        "exceptional",
        "Other and exceptional income and costs",
        "Overige en buitengewone baten en lasten",
        (120, 130, 140),
        -1,
    ),
    Group(
        "unclassified",
        "Income and costs of other types",
        "Baten en lasten van andere soort",
        (),
        -1,
    ),
    Group("result_before_tax", "Result before tax", "Resultaat voor belasting"),
    Group("taxes", "Taxes", "Belastingen", (150,)),
    Group("net_result", "Net result", "Netto resultaat"),
)
_RESULTS = ("gross_margin", "operating_result", "result_before_tax", "net_result")
_KNOWN = tuple(kind for group in _LAYOUT for kind in group.types)


def profit_and_loss(
    ledger: Any,
    period: str | Period = "YTD",
    *,
    by: By | None = None,
    compare: Compare | Sequence[Compare] | None = None,
    detail: Detail = "account",
    status: str = "all",
) -> Result:
    """Revenue, costs and result of a period, in the order of Dutch annual accounts.

    Parameters
    ----------
    ledger
        From :meth:`exactnb.Connection.ledger`, or the same columns in another engine.
    period
        As in ``"2025"``, ``"2025-Q3"``, ``"2025-04"``, ``"2025-01..2025-06"`` or ``"YTD"``.
    by
        "month", "quarter" or "year": a column for each, before the total.
    compare
        "before" (the period of the same length before it), "year_before" (the same period of the
        year before), or both: a column, the difference and the change beside the total.
    detail
        "account" lists the GL accounts that have a figure; "group" only what they add up to.
    status
        "all" (after entry, na invoer) or "processed" (verwerkt).

    Returns
    -------
    Result
        ``key`` (the code of an account, or ``net_revenue``, ``cost_of_sales``, ``gross_margin``,
        ``personnel_costs``, ``depreciation``, ``other_costs``, ``operating_result``,
        ``financial``, ``exceptional``, ``result_before_tax``, ``taxes``, ``net_result``),
        ``gl_account_code``, ``description``; in euros a column for each part, such as
        ``2025-03``, ``total``, and ``year_before``, ``year_before_difference`` and
        ``year_before_change`` (a fraction) or the same of ``before``; ``kind``, ``level``.

        Revenue is positive; costs are positive amounts that are subtracted; results, and the
        groups of both income and costs, are positive where something is earned.

    Raises
    ------
    InputError
        The period, or how it is to be cut or compared, cannot be read.
    DataError
        The ledger lacks columns, or lines that cannot be placed.

    Notes
    -----
    Accounts are placed by their type in Exact Online (GLAccounts.Type), never by their number, in
    the order of the model by nature of costs (categoriale winst-en-verliesrekening, Besluit
    modellen jaarrekening): 110 revenue; 111 cost of sales; 125 and 126 personnel; 122
    depreciation; 121 and 123 other operating costs; 160 interest; 120, 130 and 140 other and
    exceptional; 150 taxes. Accounts of another type stand in a group of their own
    (``unclassified``) before the result before tax, so that the result ties. Bookings that close
    a year (types 310 and 320–328) are left out: a closed year would show nothing. A year's
    periods 0 and 13 go with its first and its last month.

    Examples
    --------
    >>> import exactnb as ex
    >>> result = ex.profit_and_loss(books.ledger(), "2025", by="quarter", detail="group")
    >>> list(result.columns[3:8])
    ['2025-Q1', '2025-Q2', '2025-Q3', '2025-Q4', 'total']
    >>> [check["ok"] for check in result.attrs["checks"]]
    [True, True]
    """
    columns = Columns.of(ledger, period, by, compare, whole="total")
    moves = movements(ledger, status=status, year_end=False, years=columns.years)
    without = {"type": YEAR_END}
    sheet = Sheet(columns, moves, detail=detail, status=status, without=without)
    earned = sheet.codes("W")
    placed: list[str] = []
    shown = sheet.sum([])  # what is left, from the amounts as they are shown
    of: dict[str, int] = {}
    for group in _LAYOUT:
        if group.key in _RESULTS:
            kind = "total" if group.key == "net_result" else "subtotal"
            sheet.row(group.key, group.name, shown, list(placed), of=of, kind=kind)
            of = {group.key: 1}
            continue
        codes = sheet.codes("W", group.types)
        if group.key == "unclassified":
            known = {*sheet.codes("W", _KNOWN)}
            codes = [code for code in earned if code not in known]
            if not codes:
                continue
        placed += codes
        amounts = sheet.group(group, codes)
        of[group.key] = -group.sign
        shown = shown + of[group.key] * amounts
    told = {
        say("result = profit and loss accounts", "resultaat = W&V-rekeningen"): -sheet.sum(earned),
        say("result = movement of the balance sheet", "resultaat = mutatie balans"): sheet.sum(
            sheet.codes("B")
        ),
    }
    return made(
        sheet.frame,
        ledger,
        title=say("Profit and loss", "Winst-en-verliesrekening"),
        subtitle=subtitle(columns.asked, status, ledger),
        columns={"description": Column("", "text"), **columns.shown()},
        checks=[columns.check(name, shown, other) for name, other in told.items()],
        behind=sheet.behind,
        sums=sheet.sums,
        notes=columns.notes(int(moves["financial_year"].min()) if len(moves) else None),
        period=columns.asked,
        by=by,
        compare=compare,
        detail=detail,
        status=status,
    )
