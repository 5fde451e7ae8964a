"""Days sales and days payable outstanding (DSO, DPO), month by month."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd

from exactnb.analyses.period import By, Period
from exactnb.analyses.receivables.control import calendar, control_lines, daily, day_in, span
from exactnb.analyses.result import Result, Where, made
from exactnb.display.formats import number
from exactnb.display.options import say
from exactnb.display.statement import Check, Column
from exactnb.errors import InputError
from exactnb.ledger.matching import PAYABLES, RECEIVABLES, Side, match

__all__ = ["days_payable_outstanding", "days_sales_outstanding"]

Method = Literal["simple", "count_back"]


def days_sales_outstanding(
    ledger: Any,
    period: str | Period = "YTD",
    *,
    method: Method = "simple",
    window: int = 90,
    by: By = "month",
) -> Result:
    """How many days of sales customers still have to pay, at the end of each month.

    Parameters
    ----------
    ledger
        From :meth:`exactnb.Connection.ledger`, or the same columns in another engine.
    period
        As in ``"2025"`` or ``"2024-07..2026-06"``: calendar months, also where the financial year
        is another.
    method
        "simple" divides what is open by the sales of the last ``window`` days; "count_back" takes
        the sales of the month from what is open, then those of the month before, and counts the
        days of those months, of the last one in proportion. It is better where sales are seasonal.
    window
        Days of sales of the simple method.
    by
        "month", "quarter" or "year": at the end of each.

    Returns
    -------
    Result
        One row a month: ``period``, ``date`` (its end, or the ledger's last day where that is
        sooner), ``open`` and ``billed`` (euros; sales of the window, or of the month) and
        ``days``. ``days`` is missing where the books do not reach back far enough, or where
        nothing was sold.

    Raises
    ------
    DataError
        Columns are missing, or a line on a control account has no date or amount.
    InputError
        The period, the method or the window makes no sense.

    Notes
    -----
    DSO = receivables ÷ credit sales × days, both with VAT: dividing by revenue without VAT would
    overstate it by the VAT. Receivables are the balance of the GL accounts of type 20; credit
    sales are what sales entries and credit notes (types 20 and 21) put on them. Count-back as
    credit managers define it (exhaustion method). The check compares the last balance with the
    open items of that day.

    Examples
    --------
    >>> import exactnb as ex
    >>> dso = ex.days_sales_outstanding(books.ledger(), "2025")
    >>> len(dso)
    12
    """
    return _outstanding(ledger, RECEIVABLES, period, method, window, by)


def days_payable_outstanding(
    ledger: Any,
    period: str | Period = "YTD",
    *,
    method: Method = "simple",
    window: int = 90,
    by: By = "month",
) -> Result:
    """How many days of purchases are still to be paid to suppliers, at the end of each month.

    As :func:`days_sales_outstanding`: payables are the balance of the GL accounts of type 22,
    purchases are what purchase entries and credit notes (types 30 and 31) put on them.

    Examples
    --------
    >>> import exactnb as ex
    >>> dpo = ex.days_payable_outstanding(books.ledger(), "2025", by="quarter")
    >>> dpo["period"].tolist()
    ['2025-Q1', '2025-Q2', '2025-Q3', '2025-Q4']
    """
    return _outstanding(ledger, PAYABLES, period, method, window, by)


def _outstanding(
    ledger: Any, side: Side, period: str | Period, method: Method, window: int, by: By
) -> Result:
    if method not in ("simple", "count_back"):
        raise InputError(f"method is 'simple' or 'count_back', not {method!r}")
    if isinstance(window, bool) or window < 1:
        raise InputError(f"The window is a number of days, not {window!r}")
    days = daily(ledger, side)
    ended = day_in(ledger, None)
    asked = calendar(ledger, ended, period)
    rows, begun = [], days.index.min()
    for part in asked.by(by):
        first, last = span(part)
        at = min(last, ended)
        if days.empty or first > ended or at < begun:
            continue
        so_far = days.loc[:at]
        owed = int(so_far["net"].sum())
        if method == "simple":
            since = at - pd.Timedelta(days=window)
            billed = int(so_far.loc[so_far.index > since, "billed"].sum())
            known = billed > 0 and begun <= since + pd.Timedelta(days=1)
            taken = owed / billed * window if known else np.nan
        else:
            billed = int(so_far.loc[first:, "billed"].sum())
            taken = _count_back(so_far["billed"], owed, at)
        rows.append((str(part), at, owed / 100, billed / 100, taken))
    table = pd.DataFrame(rows, columns=["period", "date", "open", "billed", "days"])
    table["period"] = table["period"].astype("str")
    table["days"] = table["days"].astype("float64")
    names = _words(side, method, window)
    checks = []
    if rows:
        lines = control_lines(ledger, side, rows[-1][1])
        items = match(lines).sums(lines["cents"])
        checks = [Check.of(names["check"], round(rows[-1][2] * 100), items.sum())]

    def behind(place: int, column: str | None) -> Where | None:
        at = table.loc[place, "date"].to_pydatetime()
        control = {"gl_account_type": [side.gl_account_type]}
        if column == "billed":
            billed = {"type": [20, 21] if side is RECEIVABLES else [30, 31]}
            since = span(Period.of(table.loc[place, "period"]))[0]
            if method == "simple":
                since = at - pd.Timedelta(days=window - 1)
            return Where({**control, **billed}, {"date": (pd.Timestamp(since).to_pydatetime(), at)})
        return Where(control, {"date": (None, at)})

    return made(
        table,
        ledger,
        title=names["title"],
        subtitle=f"{asked} · {names['method']}",
        columns={
            "period": Column(say("Period", "Periode")),
            "date": Column(say("At", "Per"), "date"),
            "open": Column(names["open"], "money"),
            "billed": Column(names["billed"], "money"),
            "days": Column(say("Days", "Dagen"), "number"),
        },
        checks=checks,
        behind=behind,
        notes=_trend(table["days"].dropna()),
        period=asked,
        method=method,
        window=window if method == "simple" else None,
        by=by,
    )


def _count_back(billed: pd.Series, owed: int, at: pd.Timestamp) -> float:
    """The days of the months, from this one back, of which the sales are still owed."""
    if owed <= 0:
        return 0.0
    counted = 0.0
    months = billed.groupby([billed.index.year, billed.index.month]).sum()
    begin = at.replace(day=1)
    while (begin.year, begin.month) >= months.index[0]:
        length = (at - begin).days + 1
        sold = int(months.get((begin.year, begin.month), 0))
        if sold >= owed:
            return float(counted + length * owed / sold)
        counted, owed = counted + length, owed - sold
        at = begin - pd.Timedelta(days=1)
        begin = at.replace(day=1)
    return float("nan")


def _trend(days: pd.Series) -> list[str]:
    if len(days) < 2:
        return []
    first, last = (number(days.iloc[place], 1) for place in (0, -1))
    return [say(f"From {first} to {last} days.", f"Van {first} naar {last} dagen.")]


def _words(side: Side, method: str, window: int) -> dict[str, str]:
    sold = side is RECEIVABLES
    sales = say("Sales", "Verkopen") if sold else say("Purchases", "Inkopen")
    owed = say("Receivables", "Debiteuren") if sold else say("Payables", "Crediteuren")
    vat = say("incl. VAT", "incl. btw")
    ways = {
        "simple": say(
            f"over {sales.lower()} of {window} days, {vat}",
            f"over {sales.lower()} van {window} dagen, {vat}",
        ),
        "count_back": say(f"counted back, {vat}", f"teruggeteld, {vat}"),
    }
    return {
        "title": say("Days sales outstanding", "Debiteurendagen")
        if sold
        else say("Days payable outstanding", "Crediteurendagen"),
        "open": owed,
        "billed": sales,
        "method": ways[method],
        "check": f"{owed.lower()} = {say('open items', 'openstaande posten')}",
    }
