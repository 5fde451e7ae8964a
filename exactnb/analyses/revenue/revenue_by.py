"""Revenue by customer, item, item group, country, GL account or period, and any two crossed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from exactnb.analyses.period import Period
from exactnb.analyses.result import Result, Where, made
from exactnb.analyses.revenue.dimensions import Dimension, dimension_of
from exactnb.analyses.revenue.sold import Sold, sold
from exactnb.analyses.rows import shares, totalled
from exactnb.display.options import say
from exactnb.display.statement import Column
from exactnb.errors import InputError

__all__ = ["named", "ordered", "revenue_by"]


def revenue_by(
    ledger: Any,
    *dimensions: str,
    period: str | Period = "YTD",
    status: str = "all",
    items: pd.DataFrame | None = None,
    accounts: pd.DataFrame | None = None,
    invoices: pd.DataFrame | None = None,
    lines: pd.DataFrame | None = None,
) -> Result:
    """Net revenue by one dimension, or by two crossed, and its total.

    Parameters
    ----------
    ledger
        From :meth:`exactnb.Connection.ledger`, or the same columns in another engine: the lines
        are summed where they are.
    dimensions
        One or two of "customer", "country", "item", "item_group", "gl_account", "month",
        "quarter", "year". Of two, the first gives the rows, the second the columns.
    period
        As in ``"2025"``, ``"2025-Q3"``, ``"2025-01..2025-06"`` or ``"YTD"``.
    status
        "all" (after entry, na invoer) or "processed" (verwerkt).
    items
        Exact's ``logistics/Items``, for item groups.
    accounts
        Exact's ``crm/Accounts``, for countries.
    invoices, lines
        Exact's ``salesinvoice/SalesInvoices`` and ``SalesInvoiceLines``: where the ledger has one
        line for all items of an invoice, as it has unless each is booked by itself, these tell
        which ones were sold. What the two differ by stays without item.

    Returns
    -------
    Result
        The key (``account_code``, ``country``, ``item_code``, ``item_group_code``,
        ``gl_account_code`` or ``period``) and what it is called (``account_name`` …); then
        ``revenue`` and ``share``, or for two dimensions a column for each key of the second, and
        ``total``; euros, income positive; ``kind``. Periods are in order, all else begins with
        the largest. What has no customer, item, group or country has an empty key.

    Raises
    ------
    DataError
        Columns are missing, or lines cannot be placed.
    InputError
        There is no such dimension, or the frame that it needs was not given.

    Notes
    -----
    Revenue is what was booked on GL accounts of type 110 in the financial period, less what
    closes a year, as in the profit and loss: the check holds them together. The customer is the
    account of the line, to whom was invoiced; memorial entries may name none.

    Examples
    --------
    >>> import exactnb as ex
    >>> revenue = ex.revenue_by(books.ledger(), "customer", period="2025")
    >>> revenue["account_code"].iloc[0]
    '10001'
    >>> list(ex.revenue_by(books.ledger(), "customer", "quarter", period="2025").columns[2:6])
    ['2025-Q1', '2025-Q2', '2025-Q3', '2025-Q4']
    """
    asked = [dimension_of(name) for name in dimensions]
    times = [one for one in asked if not one.base]
    if not 1 <= len(set(asked)) == len(asked) <= 2 or len(times) > 1:
        raise InputError(
            f"Revenue is told by one dimension, or by two that differ, not by {dimensions}",
            hint='Such as revenue_by(ledger, "customer", "month"); one of two may be a period.',
        )
    found = sold(
        ledger,
        period,
        asked,
        status=status,
        items=items,
        accounts=accounts,
        invoices=invoices,
        lines=lines,
    )
    rows, across = asked[0], asked[1] if len(asked) == 2 else None
    if across is None:
        table, figures = found.frame.rename(columns={"cents": "revenue"}), ["revenue"]
        columns: dict[str, Column] = {"revenue": Column(say("Revenue", "Omzet"), "money")}
    else:
        table, figures, columns = _crossed(found, rows, across)
    keys = ordered(table, rows, figures[-1])
    table = table.set_index(rows.name).loc[keys].reset_index()
    whole = table[figures[-1]]
    shown = named(found.labels[rows.name], rows, table[rows.name]).join(table[figures])
    shown["share"] = shares(whole)

    def behind(place: int, column: str | None) -> Where | None:
        keyed = {rows: keys[place]} if place < len(keys) else {}
        if across is not None and column in _across(found, across):
            keyed[across] = _across(found, across)[column]
        return found.where(keyed)

    title = say("Revenue by {}", "Omzet per {}").format(
        say(" and ", " en ").join(one.word for one in asked)
    )
    return made(
        totalled(shown, figures, rows.label or rows.key, share=1.0 if whole.sum() else None),
        ledger,
        title=title,
        subtitle=str(found.period),
        columns={**rows.shown, **columns, "share": Column(say("Share", "Aandeel"), "percent")},
        checks=[found.check],
        behind=behind,
        lined=True,
        dimensions=dimensions,
        period=found.period,
        status=status,
    )


def named(labels: Mapping[str, str], rows: Dimension, keys: pd.Series) -> pd.DataFrame:
    """The columns of a dimension: its keys and what they are called."""
    if rows.label:
        return pd.DataFrame({rows.key: keys, rows.label: rows.called(labels, keys)})
    return pd.DataFrame({rows.key: keys.mask(keys == "", rows.none) if rows.base else keys})


def _crossed(
    found: Sold, rows: Dimension, across: Dimension
) -> tuple[pd.DataFrame, list[str], dict[str, Column]]:
    """The two dimensions as a table: a column for each key of the second, and their total."""
    heads = {key: head for head, key in _across(found, across).items()}
    table = found.frame.pivot(index=rows.name, columns=across.name, values="cents")
    table = table.reindex(columns=list(heads)).fillna(0).astype("int64")
    table.columns = [heads[key] for key in table.columns]
    table["total"] = table.sum(axis=1)
    called = (
        across.called(found.labels[across.name], pd.Series(list(heads), dtype="str"))
        if across.base
        else [*heads]
    )
    columns = {
        head: Column(name if across.label or name != key else key, "money")
        for (key, head), name in zip(heads.items(), called, strict=True)
    }
    columns["total"] = Column(say("Total", "Totaal"), "money")
    return table.reset_index(), [*heads.values(), "total"], columns


def _across(found: Sold, across: Dimension) -> dict[str, str]:
    """The heads of the columns, in order, and the keys that they stand for."""
    if not across.base:
        keys = [str(part) for part in across.parts(found.period)]
        return {key: key for key in keys}
    sums = found.frame.groupby(across.name)["cents"].sum().sort_values(ascending=False)
    keys = [key for key in sums.index if key] + [key for key in sums.index if not key]
    return {key or across.none: key for key in keys}


def ordered(table: pd.DataFrame, rows: Dimension, figure: str) -> list[str]:
    """The keys of the rows, in the order in which they are shown."""
    if not rows.base:
        return sorted(table[rows.name])
    table = table.sort_values([figure, rows.name], ascending=[False, True])
    keys = table[rows.name].tolist()
    return [key for key in keys if key] + [key for key in keys if not key]
