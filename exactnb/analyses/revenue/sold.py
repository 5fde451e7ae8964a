"""Revenue by the dimensions that are asked for, summed where the lines are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import pandas as pd

from exactnb.analyses.period import Period
from exactnb.analyses.result import Where
from exactnb.analyses.revenue.dimensions import Dimension
from exactnb.analyses.revenue.split import split
from exactnb.analyses.rows import texts
from exactnb.analyses.sums import YEAR_END, Lines, eager, lines_of, movements, period_of, total
from exactnb.display.options import say
from exactnb.display.statement import Check
from exactnb.errors import InputError

__all__ = ["COSTS", "REVENUE", "Sold", "by_kind", "net_of", "parts_of", "sold"]

#: types of GL accounts: revenue, cost of goods
REVENUE, COSTS = 110, 111
_PERIOD = ("financial_year", "financial_period")


@dataclass(frozen=True)
class Sold:
    """Revenue in cents, positive, by key of each dimension."""

    frame: pd.DataFrame
    """One row for each combination: a column of keys for each dimension, by its name; ``cents``,
    and ``quantity`` where that was asked for. A missing key is empty text."""
    labels: Mapping[str, Mapping[str, str]]
    """Dimension → key → what it is called."""
    period: Period
    check: Check
    """Against the net revenue of the profit and loss."""
    gl_account_type: int
    status: str
    bases: Mapping[str, Mapping[str, list[Any]]]
    """Dimension → key → the values of the ledger's column that it stands for."""

    def where(self, keys: Mapping[Dimension, str]) -> Where | None:
        """The lines of these keys; None where no line of the ledger is one of theirs alone."""
        values: dict[str, Sequence[Any]] = {"gl_account_type": [self.gl_account_type]}
        period = self.period
        for dimension, key in keys.items():
            if not dimension.base:
                period = next(p for p in dimension.parts(period) if str(p) == key)
                continue
            if dimension.name not in self.bases:
                return None
            values[dimension.base] = self.bases[dimension.name].get(key, [])
        if self.status == "processed":
            values["status"] = [50]
        return Where(values, without={"type": YEAR_END}, period=period)


def sold(
    ledger: Any,
    period: str | Period,
    dimensions: Sequence[Dimension],
    *,
    status: str = "all",
    items: pd.DataFrame | None = None,
    accounts: pd.DataFrame | None = None,
    invoices: pd.DataFrame | None = None,
    lines: pd.DataFrame | None = None,
    quantity: bool = False,
) -> Sold:
    """The revenue of a period by these dimensions.

    Parameters
    ----------
    ledger, period, status
        As everywhere.
    items, accounts
        Lead from an item to its group, from an account to its country.
    invoices, lines
        Exact's sales invoices and their lines: where the ledger's own line names no item, these
        say which ones were sold.
    quantity
        Whether to sum quantities too.
    """
    asked, given = period_of(ledger, period), {"items": items, "accounts": accounts}
    moves = movements(ledger, status=status, year_end=False)
    net = net_of(moves, REVENUE, asked)
    bases = list(dict.fromkeys(one.base for one in dimensions if one.base))
    splits = lines is not None and "item_code" in bases
    by = [*bases, *(("invoice_number", "gl_account") if splits else ())]
    named = [one.label for one in dimensions if one.base and one.label and not one.given]
    wanted = [*by, *named, *(["quantity"] if quantity else [])]
    frame = by_kind(ledger, REVENUE, asked, status, *wanted)
    if splits:
        frame = frame.with_columns(_document=nw.col("type").is_in([20, 21]))
        by.append("_document")
    sums = {"cents": nw.col("cents").sum()}
    if quantity:
        sums["quantity"] = nw.col("_sold").sum()
        size = nw.col("quantity").abs()
        sold_ = nw.when(nw.col("cents") > 0).then(-size).otherwise(size)
        frame = frame.with_columns(_sold=sold_)  # what came back is negative, as its amount is
    table = total(frame, list(dict.fromkeys([*by, *_PERIOD])), **sums)
    table["cents"] = -table["cents"].astype("int64")
    if quantity:
        table["quantity"] = table["quantity"].astype("float64").fillna(0.0)
    if splits and lines is not None:
        table = split(table, lines, invoices)
    keyed = pd.DataFrame({"cents": table["cents"]})
    labels: dict[str, dict[str, str]] = {}
    meant: dict[str, dict[str, list[Any]]] = {}
    for one in dimensions:
        codes = texts(table[one.base]) if one.base else parts_of(table, asked, one)
        if one.given:
            keyed[one.name], labels[one.name] = one.keys(codes, given[one.given])
        else:
            keyed[one.name] = codes
            labels[one.name] = _called(frame, one, lines if splits else None)
        if one.base and not (splits and one.base == "item_code"):
            meant[one.name] = _values(codes, keyed[one.name])
    if quantity:
        keyed["quantity"] = table["quantity"]
    figures = [name for name in ("cents", "quantity") if name in keyed]
    names = [one.name for one in dimensions]
    keyed = keyed.groupby(names, as_index=False)[figures].sum()
    name = say("revenue = profit and loss", "omzet = winst-en-verliesrekening")
    check = Check.of(name, keyed["cents"].sum(), net)
    return Sold(keyed, labels, asked, check, REVENUE, status, meant)


def by_kind(ledger: Any, kind: int, asked: Period, status: str, *needed: str) -> Lines:
    """The lines of a period on GL accounts of one type, as the profit and loss takes them."""
    if status not in ("all", "processed"):
        raise InputError(f"status is 'all' or 'processed', not {status!r}")
    frame = lines_of(ledger, "gl_account_type", "cents", "type", "status", *_PERIOD, *needed)
    frame = frame.filter((nw.col("gl_account_type") == kind) & asked.within)
    frame = frame.filter(~nw.col("type").is_in(YEAR_END) | nw.col("type").is_null())
    return frame.filter(nw.col("status") == 50) if status == "processed" else frame


def net_of(moves: pd.DataFrame, kind: int, asked: Period) -> int:
    """What the profit and loss says of GL accounts of one type: cents, income positive."""
    return -int(moves.loc[(moves["gl_account_type"] == kind) & asked.holds(moves), "net"].sum())


def parts_of(table: pd.DataFrame, asked: Period, dimension: Dimension) -> pd.Series:
    """Of each row: the month, quarter or year that it is in."""
    named = pd.Series("", index=table.index, dtype="str")
    for part in dimension.parts(asked):
        named = named.mask(part.holds(table), str(part))
    return named


def _called(frame: Lines, dimension: Dimension, lines: pd.DataFrame | None) -> dict[str, str]:
    """What the keys of a dimension are called: by invoice lines, and before that by the ledger."""
    if not (dimension.base and dimension.label):
        return {}
    columns = [dimension.key, dimension.label]
    told = [eager(frame.select(*columns).unique(subset=columns[:1]))]
    if lines is not None and dimension.base == "item_code" and columns[1] in lines:
        told.insert(0, lines[columns].drop_duplicates(columns[0]))
    return {
        key: called
        for pairs in told
        for key, called in zip(*(texts(pairs[name]) for name in columns), strict=True)
        if called
    }


def _values(codes: pd.Series, keys: pd.Series) -> dict[str, list[Any]]:
    """Key → the codes that it stands for; no code is a missing one."""
    pairs = pd.DataFrame({"key": keys, "code": codes}).drop_duplicates()
    return {str(key): [code or None for code in of["code"]] for key, of in pairs.groupby("key")}
