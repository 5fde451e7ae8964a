"""Pareto: who or what makes most of the revenue, in classes A, B and C."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from exactnb.analyses.period import Period
from exactnb.analyses.result import Result, Where, made
from exactnb.analyses.revenue.dimensions import dimension_of
from exactnb.analyses.revenue.revenue_by import named, ordered
from exactnb.analyses.revenue.sold import sold
from exactnb.analyses.rows import shares, totalled
from exactnb.display.formats import number
from exactnb.display.options import say
from exactnb.display.statement import Column
from exactnb.errors import InputError

__all__ = ["pareto"]


def pareto(
    ledger: Any,
    by: str = "customer",
    period: str | Period = "YTD",
    *,
    classes: tuple[float, float] = (0.80, 0.95),
    status: str = "all",
    items: pd.DataFrame | None = None,
    accounts: pd.DataFrame | None = None,
    invoices: pd.DataFrame | None = None,
    lines: pd.DataFrame | None = None,
) -> Result:
    """Revenue from the largest down, how much of it has come by then, and in which class.

    Parameters
    ----------
    ledger, period, status, items, accounts, invoices, lines
        As of :func:`revenue_by`.
    by
        "customer", "country", "item", "item_group" or "gl_account".
    classes
        Up to which share of the revenue class A and class B run.

    Returns
    -------
    Result
        The key and what it is called, ``revenue`` (euros), ``share``, ``cumulative`` (share of
        it and all before it), ``rank``, ``class`` ("A", "B" or "C"), ``kind``; then the total.
        What has no key, as memorial entries without a customer, comes last and has no rank and
        no class. ``attrs["concentration"]`` has ``first`` and ``five``, the shares of the first
        and of the first five, and ``hhi``.

    Notes
    -----
    A are the fewest that together make 80 % of the revenue, B those that bring it to 95 %, C the
    rest. The Herfindahl-Hirschman index is the sum of the squares of the shares in per cent, of
    those above nothing: 10,000 is one customer; under 1,500 is usually called unconcentrated
    (bounds of the U.S. merger guidelines of 2010). The check holds the revenue against the
    profit and loss.

    Examples
    --------
    >>> import exactnb as ex
    >>> abc = ex.pareto(books.ledger(), "customer", "2025")
    >>> abc["class"].iloc[0], round(abc.attrs["concentration"]["five"], 2)
    ('A', 0.34)
    """
    one = dimension_of(by)
    if not one.base:
        raise InputError(f"Periods have no order of size: by is not {by!r}")
    first, second = classes
    if not 0 < first <= second <= 1:
        raise InputError(f"Classes are two shares that rise, such as (0.8, 0.95), not {classes}")
    found = sold(
        ledger,
        period,
        [one],
        status=status,
        items=items,
        accounts=accounts,
        invoices=invoices,
        lines=lines,
    )
    table = found.frame.rename(columns={"cents": "revenue"})
    keys = ordered(table, one, "revenue")
    table = table.set_index(one.name).loc[keys].reset_index()
    shown = named(found.labels[one.name], one, table[one.name]).assign(revenue=table["revenue"])
    shown["share"] = shares(shown["revenue"])
    shown["cumulative"] = shown["share"].cumsum()
    known = (table[one.name] != "").to_numpy()
    shown["rank"] = pd.Series(np.arange(1, len(keys) + 1), dtype="Int64").where(known)
    # in whole cents, so that a share that is just 80 % is not a hair more
    before = shown["revenue"].cumsum() - shown["revenue"]
    whole = int(shown["revenue"].sum())
    if whole <= 0 and known.any():
        before = pd.Series(whole + 1, index=before.index)  # nothing to divide: all are C
    place = np.select([before < first * whole, before < second * whole], ["A", "B"], "C")
    shown["class"] = np.where(known, place, "")
    concentration = _concentration(shown.loc[known, "revenue"], whole)

    def behind(place: int, _column: str | None) -> Where | None:
        return found.where({one: keys[place]} if place < len(keys) else {})

    result = made(
        totalled(
            shown.astype({"class": "str"}),
            ["revenue"],
            one.label or one.key,
            share=1.0 if whole else None,
        ),
        ledger,
        title=say(f"Pareto by {one.en}", f"Pareto per {one.nl}"),
        subtitle=str(found.period),
        columns={
            **one.shown,
            "revenue": Column(say("Revenue", "Omzet"), "money"),
            "share": Column(say("Share", "Aandeel"), "percent"),
            "cumulative": Column(say("Cumulative", "Cumulatief"), "percent"),
            "class": Column(say("Class", "Klasse")),
        },
        checks=[found.check],
        behind=behind,
        lined=True,
        notes=_notes(concentration, shown["class"]),
        by=by,
        period=found.period,
        classes=classes,
        status=status,
    )
    result.attrs["concentration"] = concentration
    return result


def _concentration(revenue: pd.Series, whole: int) -> dict[str, float]:
    if whole <= 0:
        return {"first": float("nan"), "five": float("nan"), "hhi": float("nan")}
    parts = revenue.clip(lower=0) / revenue.clip(lower=0).sum() * 100
    return {
        "first": float(revenue.head(1).sum() / whole),
        "five": float(revenue.head(5).sum() / whole),
        "hhi": float((parts**2).sum()),
    }


def _notes(concentration: dict[str, float], classes: pd.Series) -> list[str]:
    if pd.isna(concentration["first"]):
        return []
    first, five = (number(concentration[name] * 100, 1) for name in ("first", "five"))
    counts = ", ".join(f"{name}: {(classes == name).sum()}" for name in "ABC")
    hhi = number(concentration["hhi"], 0)
    return [
        say(
            f"The first makes {first} %, the first five {five} % · HHI {hhi} · {counts}",
            f"De eerste maakt {first} %, de eerste vijf {five} % · HHI {hhi} · {counts}",
        )
    ]
