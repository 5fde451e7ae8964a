"""The cash flow of the weeks to come."""

from __future__ import annotations

from typing import Any

import pandas as pd

from exactnb.analyses.cash.expected import expected
from exactnb.analyses.cash.position import CASH, cash_position
from exactnb.analyses.receivables.control import Day, day_in
from exactnb.analyses.result import Result, Where, made
from exactnb.display.formats import day as day_said
from exactnb.display.options import say
from exactnb.display.statement import Check, Column
from exactnb.errors import InputError

__all__ = ["cash_flow_forecast"]

_KINDS = ("customers", "orders", "suppliers", "taxes", "recurring")
#: by how many days more customers are late when things go badly
_BAD = 14


def cash_flow_forecast(
    ledger: Any,
    as_of: Day | None = None,
    *,
    weeks: int = 13,
    returns: pd.DataFrame | None = None,
    orders: pd.DataFrame | None = None,
    later: int = 0,
    detail: bool = False,
) -> Result:
    """The bank balance of the next 13 weeks, from what is open, ordered, due and recurring.

    Parameters
    ----------
    ledger
        From :meth:`exactnb.Connection.ledger`, or the same columns in another engine.
    as_of
        The day it starts from; None: the day that the ledger was read.
    weeks
        1 to 53.
    returns
        ``books.table("returns")``: VAT and wage tax on the day that they are due. Without it
        wage tax counts as a recurring cost if it is one, and VAT not at all.
    orders
        ``books.odata("SalesOrders", lines=True)``: what is ordered and not invoiced yet.
    later
        Days by which every customer pays later than it usually does: a scenario.
    detail
        One row an expected payment instead: ``week``, ``date``, ``amount``, ``flow``, ``who``,
        ``why``, ``overdue``.

    Returns
    -------
    Result
        One row a week, the first the balance now: ``week``, ``from``, ``until``, ``customers``,
        ``orders``, ``suppliers``, ``taxes``, ``recurring``, ``net``, ``balance``, and
        ``balance_low``: if nothing that is overdue comes and customers pay two weeks later still.

    Notes
    -----
    Invoices are expected on their due date and as many days later as that customer was on
    average, weighted by amount; what was expected before today, tomorrow. Suppliers are paid when
    it is due. Recurring is what the bank paid on a GL account in ten of the last twelve months
    or more: its median month, on its median day. New sales and purchases beyond the orders are
    not assumed.

    Examples
    --------
    >>> import exactnb as ex
    >>> orders = books.odata("SalesOrders", lines=True)
    >>> weeks = ex.cash_flow_forecast(books.ledger(), returns=books.table("returns"), orders=orders)
    >>> int(weeks["balance"].idxmin())
    7
    """
    if not 1 <= weeks <= 53:
        raise InputError(f"weeks is 1 to 53, not {weeks}")
    day = day_in(ledger, as_of)
    until = day + pd.Timedelta(weeks=weeks)
    items = expected(ledger, day, until, returns=returns, orders=orders, later=later)
    worse = expected(ledger, day, until, returns=returns, orders=orders, later=later + _BAD)
    worse = worse[~(worse["overdue"] & worse["kind"].eq("customers"))]
    position = cash_position(ledger, day)
    opening = round(float(position["balance"].iloc[-1]) * 100)
    items["week"] = _week(items["date"], day)
    table = (
        items.pivot_table(index="week", columns="kind", values="cents", aggfunc="sum")
        .reindex(index=range(1, weeks + 1), columns=list(_KINDS))
        .fillna(0)
        .astype("int64")
    )
    table = pd.concat([pd.DataFrame(0, index=[0], columns=table.columns), table])
    table["net"] = table.sum(axis=1)
    table["balance"] = opening + table["net"].cumsum()
    low = worse.groupby(_week(worse["date"], day))["cents"].sum()
    table["balance_low"] = opening + low.reindex(table.index, fill_value=0).cumsum()
    starts = [day + pd.Timedelta(days=7 * (week - 1) + 1) for week in table.index]
    ends = [day + pd.Timedelta(weeks=week) for week in table.index]
    frame = (table / 100).reset_index(names="week")
    frame.insert(1, "from", pd.Series(starts).astype("datetime64[ms]"))
    frame.insert(2, "until", pd.Series(ends).astype("datetime64[ms]"))
    frame.loc[0, "from"] = pd.NaT
    frame["kind"] = ["subtotal" if week == 0 else "line" for week in frame["week"]]
    said = say(
        "what is open, ordered, due and recurring",
        "wat openstaat, besteld is, vervalt en terugkeert",
    )
    told = {
        "title": say("Cash flow forecast", "Liquiditeitsprognose"),
        "subtitle": f"{weeks} {say('weeks from', 'weken vanaf')} {day_said(day.date())} · {said}",
        "as_of": day.date(),
        "weeks": weeks,
        "later": later,
    }
    if detail:
        return _items(items, ledger, **told)
    lowest = int(frame["balance"].idxmin())

    def behind(place: int, column: str | None) -> Where | None:
        if place:
            return None
        return Where({"gl_account_type": list(CASH)}, {"date": (None, day.to_pydatetime())})

    return made(
        frame,
        ledger,
        columns={
            "week": Column(say("Week", "Week"), "count"),
            "until": Column(say("Until", "T/m"), "date"),
            "customers": Column(say("Customers", "Klanten"), "money"),
            "orders": Column(say("Orders", "Orders"), "money"),
            "suppliers": Column(say("Suppliers", "Leveranciers"), "money"),
            "taxes": Column(say("Taxes", "Belastingen"), "money"),
            "recurring": Column(say("Recurring", "Terugkerend"), "money"),
            "net": Column(say("Net", "Saldo"), "money"),
            "balance": Column(say("Bank", "Bank"), "money"),
            "balance_low": Column(say("If late", "Als laat"), "money"),
        },
        checks=[
            Check.of(
                say("bank + payments = last balance", "bank + betalingen = eindsaldo"),
                opening + int(items["cents"].sum()),
                round(float(frame["balance"].iloc[-1]) * 100),
            )
        ],
        notes=[
            say(
                f"Lowest in week {lowest}. No new sales or purchases are assumed beyond orders.",
                f"Laagste stand in week {lowest}. Nieuwe verkopen en inkopen, buiten orders, "
                "zijn niet aangenomen.",
            ),
            say(
                f"If late: customers pay {_BAD} days later still, and what is overdue never comes.",
                f"Als laat: klanten betalen nog {_BAD} dagen later, en wat vervallen is komt niet.",
            ),
        ],
        behind=behind,
        **told,
    )


def _week(dates: pd.Series, day: pd.Timestamp) -> pd.Series:
    """1 for the seven days after that day, and so on."""
    return ((dates - day).dt.days + 6) // 7


def _items(items: pd.DataFrame, ledger: Any, **told: Any) -> Result:
    frame = items.assign(amount=items["cents"] / 100)
    frame = frame[["week", "date", "amount", "kind", "who", "why", "overdue"]]
    return made(
        frame.rename(columns={"kind": "flow"}),
        ledger,
        columns={
            "week": Column("Week", "count"),
            "date": Column(say("Expected", "Verwacht"), "date"),
            "flow": Column(say("Kind", "Soort")),
            "who": Column(say("Who", "Wie")),
            "why": Column(say("Why", "Waarom")),
            "amount": Column(say("Amount", "Bedrag"), "cents"),
        },
        lined=True,
        **told,
    )
