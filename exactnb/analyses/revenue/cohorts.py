"""Customers by when they first bought, and what became of them since."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from exactnb.analyses.period import By, Period
from exactnb.analyses.result import Result, made
from exactnb.analyses.revenue.dimensions import dimension_of
from exactnb.analyses.revenue.sold import Sold, sold
from exactnb.analyses.rows import totalled
from exactnb.display.options import say
from exactnb.display.statement import Check, Column
from exactnb.errors import InputError

__all__ = ["customer_cohorts"]

Figure = Literal["revenue", "customers", "retention"]


def customer_cohorts(
    ledger: Any,
    period: str | Period,
    *,
    by: By = "quarter",
    figure: Figure = "revenue",
    status: str = "all",
) -> Result:
    """Customers by the quarter of their first purchase, in each quarter since.

    Parameters
    ----------
    ledger
        From :meth:`exactnb.Connection.ledger`, or the same columns in another engine: the lines
        are summed where they are.
    period
        The periods that are looked at, as in ``"2023..2025"``. First purchases are looked for in
        them alone: who bought before counts as new in the first.
    by
        "month", "quarter" or "year".
    figure
        "revenue" (euros), "customers" (how many bought) or "retention" (as a share of how many
        there were at first).
    status
        "all" (after entry, na invoer) or "processed" (verwerkt).

    Returns
    -------
    Result
        One row a cohort: ``cohort`` (the period of the first purchase), ``customers`` (how many
        began), then ``0``, ``1``, … periods later; a cell past the end of the period is missing.
        Of revenue also ``total`` and a total row; ``kind``.

    Notes
    -----
    A customer buys in a period when its revenue in it is above nothing, so that a credit note
    alone is no purchase; the revenue of a cohort is all of its customers' revenue since. What
    was booked without a customer, or for one that had not bought yet, is in a row of its own.
    The check holds all of it against the profit and loss.

    Examples
    --------
    >>> import exactnb as ex
    >>> cohorts = ex.customer_cohorts(books.ledger(), "2023..2025", by="year")
    >>> cohorts["cohort"].tolist()[:3]
    ['2023', '2024', '2025']
    """
    if figure not in ("revenue", "customers", "retention"):
        raise InputError(f"figure is 'revenue', 'customers' or 'retention', not {figure!r}")
    customer, time = dimension_of("customer"), dimension_of(by)
    if time.base:
        raise InputError(f"by is 'month', 'quarter' or 'year', not {by!r}")
    found = sold(ledger, period, [customer, time], status=status)
    parts = [str(part) for part in found.period.by(by)]
    cells = found.frame.pivot(index="customer", columns=by, values="cents")
    cells = cells.reindex(columns=parts).fillna(0).astype("int64")
    bought = (cells > 0).to_numpy() & (cells.index != "").reshape(-1, 1)
    begun = bought.any(axis=1)
    first = np.where(begun, bought.argmax(axis=1), -1)
    figures = np.zeros((len(parts), len(parts)), dtype="int64")
    for row, since in enumerate(first):
        if begun[row]:
            later = cells.iloc[row, since:].to_numpy()
            figures[since, : len(later)] += later if figure == "revenue" else bought[row, since:]
    began = np.bincount(first[begun], minlength=len(parts))
    table = pd.DataFrame({"cohort": parts, "customers": began})
    names = [str(later) for later in range(len(parts))]
    past = np.add.outer(np.arange(len(parts)), np.arange(len(parts))) >= len(parts)
    counted = pd.DataFrame(figures, columns=names)
    if figure == "revenue":
        return _revenue(ledger, found, table, counted, past)
    shown = counted.astype("float64").mask(past)
    if figure == "retention":
        shown = shown.div(table["customers"].where(table["customers"] > 0), axis=0)
    table = pd.concat([table, shown], axis=1)[table["customers"] > 0].reset_index(drop=True)
    kind = "count" if figure == "customers" else "percent"
    return _made(ledger, found, table.assign(kind="line"), names, kind)


def _revenue(
    ledger: Any, found: Sold, table: pd.DataFrame, cents: pd.DataFrame, past: Any
) -> Result:
    """The cohorts' revenue; what belongs to none of them in a row of its own; the total."""
    names = list(cents.columns)
    table = pd.concat([table, cents], axis=1)[table["customers"] > 0]
    ahead = past[(table.index)]
    left = int(found.frame["cents"].sum() - cents.to_numpy().sum())
    if left:
        nobody = say("(none of these)", "(geen van deze)")
        row = {"cohort": nobody, "customers": 0} | dict.fromkeys(names, 0)
        table = pd.concat([table, pd.DataFrame([row]).astype(table.dtypes)], ignore_index=True)
    table["total"] = table[names].sum(axis=1)
    if left:
        table.loc[table.index[-1], "total"] = left
    whole = totalled(table, [*names, "total"], "cohort", customers=table["customers"].sum())
    for place, later in enumerate(ahead):
        whole.loc[place, [name for name, gone in zip(names, later, strict=True) if gone]] = np.nan
    right = round(found.check.right * 100)
    check = Check.of(found.check.name, table["total"].sum(), right)
    return _made(ledger, replace(found, check=check), whole, names, "money")


def _made(ledger: Any, found: Sold, table: pd.DataFrame, names: list[str], kind: Any) -> Result:
    return made(
        table,
        ledger,
        title=say("Customers by first purchase", "Klanten naar eerste aankoop"),
        subtitle=str(found.period),
        columns={
            "cohort": Column(say("First in", "Eerst in")),
            "customers": Column(say("Customers", "Klanten"), "count"),
            **{name: Column(f"+{name}" if name != "0" else "0", kind) for name in names},
            "total": Column(say("Total", "Totaal"), "money"),
        },
        checks=[found.check],
        lined=True,
        period=found.period,
        status=found.status,
    )
