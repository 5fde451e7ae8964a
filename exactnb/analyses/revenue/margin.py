"""Gross margin: revenue less the cost of what was sold, by the ledger or by cost prices."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import narwhals as nw
import pandas as pd

from exactnb.analyses.period import Period
from exactnb.analyses.result import Result, Where, made
from exactnb.analyses.revenue.dimensions import DIMENSIONS, Dimension, dimension_of
from exactnb.analyses.revenue.revenue_by import named, ordered
from exactnb.analyses.revenue.sold import COSTS, REVENUE, by_kind, net_of, parts_of, sold
from exactnb.analyses.rows import texts, totalled
from exactnb.analyses.sums import YEAR_END, movements, period_of, total
from exactnb.display.formats import number
from exactnb.display.options import say
from exactnb.display.statement import Check, Column
from exactnb.errors import DataError, InputError

__all__ = ["gross_margin"]

Cost = Literal["auto", "ledger", "price"]

#: entries that book what sold goods cost, with the customer and the item: sales, deliveries
_DELIVERIES = (20, 21, 120, 121)
_FIGURES = ["revenue", "cost", "margin"]


def gross_margin(
    ledger: Any,
    by: str = "month",
    period: str | Period = "YTD",
    *,
    cost: Cost = "auto",
    status: str = "all",
    items: pd.DataFrame | None = None,
    invoices: pd.DataFrame | None = None,
    lines: pd.DataFrame | None = None,
) -> Result:
    """Revenue, cost of goods and gross margin, by month, customer, item or item group.

    Parameters
    ----------
    ledger, period, status, invoices, lines
        As of :func:`revenue_by`.
    by
        "month", "quarter", "year", "customer", "item" or "item_group".
    cost
        "ledger" takes the cost that is booked, GL accounts of type 111; "price" quantities times
        the cost price of ``items``; "auto" the ledger where it says whose or which cost it is,
        else prices.
    items
        Exact's ``logistics/Items``: the GL accounts of each item group, and cost prices
        (``average_cost``, or else ``cost_price_standard``: those of today).

    Returns
    -------
    Result
        The key and what it is called, ``revenue``, ``cost``, ``margin`` (euros, all positive as
        a rule), ``margin_share`` (of the revenue), ``kind``; then the total. With cost prices
        also ``unknown``: revenue of which the cost is not known, which is in no margin (revenue =
        unknown + cost + margin). ``attrs["parameters"]["cost"]`` says which it was.

    Raises
    ------
    InputError
        The ledger does not say whose cost it is, and what else would is not given.

    Notes
    -----
    Gross margin = net revenue - cost of goods sold, here GL accounts of type 110 and 111. By the
    ledger an item group is the GL accounts that its items name (``GLRevenue``, ``GLCosts``), as
    far as an account belongs to one group alone; customers and items are those on cost lines of
    sales entries and deliveries. The checks hold revenue, and by the ledger cost too, against
    the profit and loss.

    Examples
    --------
    >>> import exactnb as ex
    >>> margin = ex.gross_margin(books.ledger(), "month", "2025")
    >>> [check["ok"] for check in margin.attrs["checks"]]
    [True, True]
    """
    one = dimension_of(by)
    if by in ("country", "gl_account"):
        raise InputError(f"Margins are by period, customer, item or item group, not by {by!r}")
    if cost not in ("auto", "ledger", "price"):
        raise InputError(f"cost is 'auto', 'ledger' or 'price', not {cost!r}")
    asked = period_of(ledger, period)
    given = {"items": items, "invoices": invoices, "lines": lines}
    found = None if cost == "price" else _by_ledger(ledger, one, asked, status, given)
    if found is None and cost == "ledger":
        raise InputError(
            f"The cost of goods in the ledger does not say of which {one.en} it is",
            hint='cost="price" takes the cost prices of items=… instead.',
        )
    by_ledger = found is not None
    table, labels, where = found or _by_price(ledger, one, asked, status, given)
    moves = movements(ledger, status=status, year_end=False)
    profit = say("profit and loss", "winst-en-verliesrekening")
    net, spent = net_of(moves, REVENUE, asked), -net_of(moves, COSTS, asked)
    checks = [Check.of(f"{say('revenue', 'omzet')} = {profit}", table["revenue"].sum(), net)]
    notes = []
    if by_ledger:
        name = f"{say('cost of goods', 'kostprijs')} = {profit}"
        checks.append(Check.of(name, table["cost"].sum(), spent))
    else:
        apart = number((table["cost"].sum() - spent) / 100, 0)
        notes.append(
            say(
                f"At the cost prices of today, {apart} from the cost of goods in the ledger.",
                f"Tegen de kostprijzen van vandaag, {apart} van de kostprijs in het grootboek.",
            )
        )
        table["margin"] = -table["unknown"]
    table["margin"] = table.get("margin", 0) + table["revenue"] - table["cost"]
    figures = [*_FIGURES, *([] if by_ledger else ["unknown"])]
    keys = ordered(table, one, "revenue")
    table = table.set_index(one.name).loc[keys].reset_index()
    shown = named(labels, one, table[one.name]).join(table[figures])
    shown["margin_share"] = _share(shown)
    whole = shown[figures].sum().to_frame().T
    return made(
        totalled(shown, figures, one.label or one.key, margin_share=_share(whole).iloc[0]),
        ledger,
        title=say(f"Gross margin by {one.en}", f"Brutomarge per {one.nl}"),
        subtitle=f"{asked} · {_words(by_ledger)}",
        columns={
            **one.shown,
            "revenue": Column(say("Revenue", "Omzet"), "money"),
            "cost": Column(say("Cost of goods", "Kostprijs"), "money"),
            "unknown": Column(say("Cost not known", "Kostprijs onbekend"), "money"),
            "margin": Column(say("Gross margin", "Brutomarge"), "money"),
            "margin_share": Column(say("Margin", "Marge"), "percent"),
        },
        checks=checks,
        behind=lambda place, column: where(keys[place] if place < len(keys) else None, column),
        lined=True,
        notes=notes,
        by=by,
        period=asked,
        cost="ledger" if by_ledger else "price",
        status=status,
    )


def _share(table: pd.DataFrame) -> pd.Series:
    """The margin as a part of the revenue of which the cost is known."""
    known = table["revenue"] - table.get("unknown", 0)
    return (table["margin"] / known.where(known != 0)).astype("float64")


def _words(by_ledger: bool) -> str:
    if by_ledger:
        return say("cost from the ledger", "kostprijs uit het grootboek")
    return say("cost at cost prices", "kostprijs volgens kostprijzen")


class _Margins(NamedTuple):
    """Revenue and cost in cents by key; what keys are called; the lines behind a cell."""

    table: pd.DataFrame
    labels: Mapping[str, str]
    where: Callable[[str | None, str | None], Where | None]


def _by_ledger(
    ledger: Any, one: Dimension, asked: Period, status: str, given: Mapping[str, Any]
) -> _Margins | None:
    """By what the ledger booked; None where it does not say whose cost that is."""
    if one.base and one.name != "item_group":
        return _by_lines(ledger, one, asked, status, given)
    moves = movements(ledger, status=status, year_end=False)
    moves = moves[asked.holds(moves) & moves["gl_account_type"].isin([REVENUE, COSTS])]
    labels: Mapping[str, str] = {}
    codes: dict[str, list[str]] = {}
    if one.base:
        groups = _groups(given["items"])
        if groups is None:
            return None
        by_account, labels = groups
        keys = moves["gl_account_code"].map(by_account).fillna("")
        cost = (moves["gl_account_type"] == COSTS).to_numpy()
        size = moves["net"].abs()
        if 2 * size[cost & (keys == "").to_numpy()].sum() > size[cost].sum():
            return None
        for code, key in zip(moves["gl_account_code"], keys, strict=True):
            codes.setdefault(key, []).append(code)
    else:
        keys = parts_of(moves, asked, one)
    sums = moves.assign(**{one.name: keys.to_numpy()})
    sums["revenue"] = -sums["net"].where(sums["gl_account_type"] == REVENUE, 0)
    sums["cost"] = sums["net"].where(sums["gl_account_type"] == COSTS, 0)
    table = sums.groupby(one.name, as_index=False)[["revenue", "cost"]].sum()

    def where(key: str | None, column: str | None) -> Where | None:
        values: dict[str, list[Any]] = {"gl_account_type": _types(column)}
        if key is not None and one.base:
            values["gl_account_code"] = sorted(set(codes[key]))
        named = {} if one.base else {str(part): part for part in one.parts(asked)}
        return _where(values, named.get(key or "", asked), status)

    return _Margins(table, labels, where)


def _by_lines(
    ledger: Any, one: Dimension, asked: Period, status: str, given: Mapping[str, Any]
) -> _Margins | None:
    """By the customer or the item that cost lines name."""
    frame = by_kind(ledger, COSTS, asked, status, one.base)
    costs = total(frame, [one.base, "type"], cents=nw.col("cents").sum())
    costs["cents"] = costs["cents"].astype("int64")
    known = costs["type"].isin(_DELIVERIES) & costs[one.base].notna()
    if 2 * costs.loc[known, "cents"].abs().sum() <= costs["cents"].abs().sum():
        return None
    # what purchases name is the supplier
    costs[one.name] = texts(costs[one.base]).where(known, "")
    found = sold(
        ledger, asked, [one], status=status, invoices=given["invoices"], lines=given["lines"]
    )
    revenue = found.frame.set_index(one.name)["cents"]
    cost = costs.groupby(one.name)["cents"].sum()
    table = pd.DataFrame({"revenue": revenue, "cost": cost}).fillna(0).astype("int64")

    def where(key: str | None, column: str | None) -> Where | None:
        if key is None:
            return _where({"gl_account_type": _types(column)}, asked, status)
        if column == "revenue":
            return found.where({one: key})
        if key == "":
            return None
        values: dict[str, list[Any]] = {"gl_account_type": [COSTS], one.base: [key]}
        values["type"] = list(_DELIVERIES)
        return _where(values, asked, status) if column == "cost" else None

    return _Margins(table.rename_axis(one.name).reset_index(), found.labels[one.name], where)


def _by_price(
    ledger: Any, one: Dimension, asked: Period, status: str, given: Mapping[str, Any]
) -> _Margins:
    """By quantities and the cost prices of items."""
    items, item = given["items"], DIMENSIONS["item"]
    if items is None:
        raise InputError(
            f"The cost of goods in the ledger does not say of which {one.en} it is",
            hint="Give items=books.odata('logistics/Items') for its cost prices, and invoices=… "
            "and lines=… where the ledger does not name items.",
        )
    prices = _prices(items)
    found = sold(
        ledger,
        asked,
        list(dict.fromkeys([one, item])),
        status=status,
        quantity=True,
        **given,
    )
    sums = found.frame.rename(columns={"cents": "revenue"})
    price = sums["item"].map(prices).astype("float64")
    sums["cost"] = (sums["quantity"] * price * 100).round().fillna(0).astype("int64")
    sums["unknown"] = sums["revenue"].where(price.isna(), 0)
    table = sums.groupby(one.name, as_index=False)[["revenue", "cost", "unknown"]].sum()

    def where(key: str | None, column: str | None) -> Where | None:
        if column not in (None, "revenue"):
            return None
        return found.where({} if key is None else {one: key})

    return _Margins(table, found.labels[one.name], where)


def _groups(items: pd.DataFrame | None) -> tuple[dict[str, str], dict[str, str]] | None:
    """GL account → item group, of accounts that belong to one group; group → its name."""
    columns = ["gl_revenue_code", "gl_costs_code", "item_group_code", "item_group_description"]
    if items is None or not set(columns) <= set(items.columns):
        return None
    told = items[columns].apply(texts)
    group = "item_group_code"
    pairs = pd.concat(
        [told[[name, group]].set_axis(["account", group], axis=1) for name in columns[:2]]
    ).drop_duplicates()
    pairs = pairs[(pairs["account"] != "") & (pairs[group] != "")]
    alone = pairs[~pairs["account"].duplicated(keep=False)]
    names = dict(zip(told[group], told["item_group_description"], strict=True))
    return dict(zip(alone["account"], alone[group], strict=True)), names


def _prices(items: pd.DataFrame) -> dict[str, float]:
    """Item → cost price, of those that have one."""
    known = [name for name in ("average_cost", "cost_price_standard") if name in items.columns]
    if "code" not in items.columns or not known:
        raise DataError(
            "items has no code, or neither average_cost nor cost_price_standard",
            hint="books.odata('logistics/Items') has them.",
        )
    price = items[known[0]]
    for name in known[1:]:
        price = price.where(price > 0, items[name])
    told = pd.Series(price.to_numpy(), index=texts(items["code"]))
    return {str(code): float(value) for code, value in told.items() if value > 0}


def _types(column: str | None) -> list[int]:
    return {"revenue": [REVENUE], "cost": [COSTS]}.get(column or "", [REVENUE, COSTS])


def _where(values: Mapping[str, Sequence[Any]], period: Period, status: str) -> Where:
    processed = {"status": [50]} if status == "processed" else {}
    return Where({**values, **processed}, without={"type": YEAR_END}, period=period)
