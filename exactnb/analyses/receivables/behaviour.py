"""How customers pay: how late, how steadily, and whether it gets better or worse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from exactnb.analyses.period import Period
from exactnb.analyses.receivables.control import Day, calendar, day_in, span, whose
from exactnb.analyses.receivables.settlement import settlement
from exactnb.analyses.result import Result, Where, made
from exactnb.analyses.rows import totalled
from exactnb.display.formats import day as day_said
from exactnb.display.options import say
from exactnb.display.statement import Check, Column
from exactnb.errors import InputError
from exactnb.ledger.matching import PAYABLES, RECEIVABLES

__all__ = ["payment_behaviour"]

#: payments from which a trend is worked out, and the days that they must span
_ENOUGH, _SPAN = 4, 90
_YEAR = 365.25


def payment_behaviour(
    ledger: Any,
    period: str | Period | None = None,
    *,
    as_of: Day | None = None,
    kind: str = "receivable",
) -> Result:
    """How late each customer pays, and whether it pays later and later; then all together.

    Parameters
    ----------
    ledger
        From :meth:`exactnb.Connection.ledger`, or the same columns in another engine: the lines
        on the control accounts come to pandas.
    period
        Payments made in these calendar months; None: all of them.
    as_of
        Any day, also in the past: nothing after it counts. None: the day that the ledger was
        read.
    kind
        "receivable", or "payable": how late suppliers are paid.

    Returns
    -------
    Result
        By account: ``account_code``, ``account_name``, ``payments`` (their number), ``paid``
        (euros), ``days_to_pay`` and ``days_late`` (means, weighted by amount; negative is
        early), ``median_late`` (half of the money came sooner), ``on_time`` (share of the money
        that came by the due date), ``in_parts`` (share of the paid invoices that took more than
        one payment), ``trend`` (by how many days it comes later in a year), ``overdue`` (euros
        still open past the due date), ``kind``.

    Raises
    ------
    DataError
        Columns are missing, or a line on a control account has no date or amount.
    InputError
        ``as_of`` is no date, ``period`` no period, ``kind`` neither side.

    Notes
    -----
    A payment in parts counts part by part, so a customer that pays half on time is half on
    time. Payments are what entries of type 40 (cash flow) book on an invoice; write-offs and
    unapplied receipts tell nothing of the habit. The trend is the slope of a line through days
    late by due date, weighted by amount (least squares), for those with four payments or more
    that span three months; what has not been paid yet counts in it with the days that it is late
    so far, since a customer that stops paying would otherwise look better. The check compares
    the payments with what they are on the control accounts.

    Examples
    --------
    >>> import exactnb as ex
    >>> habits = ex.payment_behaviour(books.ledger(), "2025-07..2026-06")
    >>> bool(habits.set_index("account_code").loc["10002", "trend"] > 20)
    True
    """
    sides = {side.kind: side for side in (RECEIVABLES, PAYABLES)}
    if kind not in sides:
        raise InputError(f"kind is 'receivable' or 'payable', not {kind!r}")
    side, day = sides[kind], day_in(ledger, as_of)
    asked = None if period is None else calendar(ledger, day, period)
    documents, payments, *_ = settlement(ledger, side, day)
    if asked is not None:
        payments = payments[payments["date"].between(*span(asked))].reset_index(drop=True)
    whole = int(payments["cents"].sum())
    # a credit note paid out tells nothing of how its customer pays
    told = documents["invoiced"].to_numpy()[payments["document"]] > 0
    rest, payments = int(payments.loc[~told, "cents"].sum()), payments[told].copy()
    for name in ("account_code", "account_name", "party", "due_date", "invoice_date"):
        payments[name] = documents[name].to_numpy()[payments["document"]]
    payments["days"] = (payments["date"] - payments["invoice_date"]).dt.days
    late = _unpaid(documents, day)
    rows = [
        _habit(of, late[late["party"] == party], documents)
        for party, of in payments.groupby("party", sort=False)
    ]
    table = pd.DataFrame(rows, columns=_COLUMNS).astype(_DTYPES)
    table = table.sort_values("account_code", ignore_index=True)
    everyone = _habit(payments, late, documents) if len(payments) else {}
    codes = table["account_code"].tolist()

    def behind(place: int, column: str | None) -> Where | None:
        values: dict[str, Any] = {"gl_account_type": [side.gl_account_type]}
        if place < len(codes):
            values["account_code"] = [codes[place]]
        if column == "overdue":
            return Where(values, {"date": (None, day.to_pydatetime())})
        first = None if asked is None else span(asked)[0].to_pydatetime()
        last = day if asked is None else min(day, span(asked)[1])
        return Where({**values, "type": [40]}, {"date": (first, last.to_pydatetime())})

    within = say("all payments", "alle betalingen") if asked is None else str(asked)
    kept = {name: everyone.get(name) for name in _MEASURES}
    result = totalled(table, ["paid", "overdue"], "account_name", payments=len(payments), **kept)
    return made(
        result,
        ledger,
        title=say("Payment behaviour", "Betaalgedrag"),
        subtitle=f"{within} · {say('as of', 'per')} {day_said(day.date())}",
        columns={
            "account_code": Column(say("Code", "Code")),
            "account_name": Column(whose(side)),
            "payments": Column(say("Payments", "Betalingen"), "count"),
            "paid": Column(say("Paid", "Betaald"), "money"),
            "days_to_pay": Column(say("Days to pay", "Betaaldagen"), "number"),
            "days_late": Column(say("Days late", "Dagen te laat"), "number"),
            "median_late": Column(say("Median", "Mediaan"), "number"),
            "on_time": Column(say("On time", "Op tijd"), "percent"),
            "in_parts": Column(say("In parts", "In delen"), "percent"),
            "trend": Column(say("Later by, a year", "Later per jaar"), "number"),
            "overdue": Column(say("Overdue", "Vervallen"), "money"),
        },
        checks=[
            Check.of(
                say("payments of invoices and credit notes", "betalingen van facturen en credits"),
                int(table["paid"].sum()) + rest,
                whole,
            )
        ],
        behind=behind,
        lined=True,
        period=asked,
        as_of=day.date(),
        kind=kind,
    )


_MEASURES = ["days_to_pay", "days_late", "median_late", "on_time", "in_parts", "trend"]
_COLUMNS = ["account_code", "account_name", "payments", "paid", *_MEASURES, "overdue"]
_DTYPES = {
    "account_code": "str",
    "account_name": "str",
    "payments": "Int64",
    "paid": "int64",
    "overdue": "int64",
} | dict.fromkeys(_MEASURES, "float64")


def _unpaid(documents: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """What is open of invoices past their due date."""
    late = (documents["open"] > 0) & (documents["invoiced"] > 0) & (documents["due_date"] < day)
    unpaid: pd.DataFrame = documents.loc[late, ["party", "due_date", "open"]]
    return unpaid.assign(days_late=(day - unpaid["due_date"]).dt.days)


def _habit(payments: pd.DataFrame, late: pd.DataFrame, documents: pd.DataFrame) -> dict[str, Any]:
    """One row: how these payments came."""
    weights = payments["cents"].clip(lower=0).to_numpy()
    days = payments["days_late"].to_numpy()
    # only invoices that these payments finished say whether they came in parts
    of = documents.iloc[payments["document"].unique()]
    of = of[of["state"] == "paid"]
    return {
        "account_code": payments["account_code"].iloc[0],
        "account_name": payments["account_name"].iloc[0],
        "payments": len(payments),
        "paid": int(payments["cents"].sum()),
        "days_to_pay": _mean(payments["days"].to_numpy(), weights),
        "days_late": _mean(days, weights),
        "median_late": _median(days, weights),
        "on_time": _mean((days <= 0).astype(float), weights),
        "in_parts": float((of["payments"] > 1).mean()) if len(of) else np.nan,
        "trend": _slope(
            np.concatenate([payments["due_date"].to_numpy(), late["due_date"].to_numpy()]),
            np.concatenate([days, late["days_late"].to_numpy()]),
            np.concatenate([weights, late["open"].to_numpy()]),
        ),
        "overdue": int(late["open"].sum()),
    }


def _mean(values: Any, weights: Any) -> float:
    return float(np.average(values, weights=weights)) if weights.sum() else np.nan


def _median(values: Any, weights: Any) -> float:
    """The value by which half of the weight has come."""
    if not weights.sum():
        return np.nan
    order = np.argsort(values, kind="stable")
    gone = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(gone, gone[-1] / 2)])


def _slope(dates: Any, values: Any, weights: Any) -> float:
    """By how much the values grow in a year: the slope of the line of least squares."""
    days = (dates - dates.min()) / np.timedelta64(1, "D") if len(dates) else np.empty(0)
    if len(days) < _ENOUGH or np.ptp(days) < _SPAN or not weights.sum():
        return np.nan
    years = days / _YEAR - _mean(days / _YEAR, weights)
    spread = float((weights * years**2).sum())
    return float((weights * years * values).sum() / spread) if spread else np.nan
