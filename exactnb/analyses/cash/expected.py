"""What is expected to come in and go out, one row a payment, each with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from exactnb.analyses.cash.position import CASH
from exactnb.analyses.receivables.settlement import settlement
from exactnb.analyses.sums import eager, lines_of
from exactnb.display.options import say
from exactnb.frames.needs import require
from exactnb.ledger.matching import PAYABLES, RECEIVABLES, Side

__all__ = ["COLUMNS", "expected"]

#: of each payment that is expected: when, how much (cents, what comes in is positive), of which
#: kind, of whom, why, and whether it was due already
COLUMNS = ["date", "cents", "kind", "who", "why", "overdue"]

#: Returns.Type → who is paid by it
_RETURNS = {31: ("VAT", "Btw"), 146: ("Wage tax", "Loonheffing")}
#: Returns.Status of what is on its way: draft, open, approved, realised; 50 is paid or settled
_DUE = (10, 20, 30, 40)
#: SalesOrders.Status: open and partly delivered
_ORDERED = (12, 20)
#: GLAccounts.Type that have dates of their own (open items, returns), or are cash themselves
_DATED = (20, 22, *CASH)
_TAXES = (24, 100)
#: months that are looked back on, and in how many of them a cost recurs to be called recurring
_MONTHS, _OFTEN = 12, 10
#: days after which an order is paid by a customer of whom nothing is known
_USUAL = 30


def expected(
    ledger: Any,
    day: pd.Timestamp,
    until: pd.Timestamp,
    *,
    returns: pd.DataFrame | None,
    orders: pd.DataFrame | None,
    later: int = 0,
) -> pd.DataFrame:
    """The payments that are expected after a day and up to another, in order: :data:`COLUMNS`.

    ``later`` puts off what customers pay by so many days.
    """
    habits = _habits(ledger, day)
    parts = [
        *_open(ledger, day, RECEIVABLES, habits["days_late"], later),
        *_open(ledger, day, PAYABLES, pd.Series(dtype="float64"), 0),
        *(_taxes(returns, day) if returns is not None else ()),
        *(_ordered(orders, day, habits["days_to_pay"], later) if orders is not None else ()),
        *_recurring(ledger, day, until, with_taxes=returns is None),
    ]
    made = pd.DataFrame(parts, columns=COLUMNS)
    made["date"] = pd.to_datetime(made["date"]).astype("datetime64[ms]")
    made = made.astype({"cents": "int64", "overdue": "bool"})
    # what was to come already is expected on the first day
    made["date"] = made["date"].clip(lower=day + pd.Timedelta(days=1))
    within = made[(made["date"] <= until) & (made["cents"] != 0)]
    order = ["date", "kind", "who", "cents"]
    result: pd.DataFrame = within.sort_values(order, kind="stable", ignore_index=True)
    return result


def _habits(ledger: Any, day: pd.Timestamp) -> pd.DataFrame:
    """By customer: days late and days to pay, means weighted by amount."""
    documents, payments, *_ = settlement(ledger, RECEIVABLES, day)
    at = payments["document"].to_numpy()
    weights = payments["cents"].clip(lower=0)
    to_pay = (payments["date"] - documents["invoice_date"].to_numpy()[at]).dt.days
    sums = (
        pd.DataFrame(
            {
                "party": documents["party"].to_numpy()[at],
                "weight": weights,
                "days_late": payments["days_late"] * weights,
                "days_to_pay": to_pay * weights,
            }
        )
        .groupby("party")
        .sum()
    )
    known = sums[sums["weight"] > 0]
    return known[["days_late", "days_to_pay"]].div(known["weight"], axis=0)


def _open(
    ledger: Any, day: pd.Timestamp, side: Side, late: pd.Series, later: int
) -> Iterable[tuple[Any, ...]]:
    """Open items, on their due date and as much later as that customer usually is."""
    documents = settlement(ledger, side, day).documents
    rest = documents[documents["open"] != 0]
    usual = rest["party"].map(late).astype("float64").fillna(0).clip(lower=0).round() + later
    dates = rest["due_date"] + pd.to_timedelta(usual, unit="D")
    kind = "customers" if side is RECEIVABLES else "suppliers"
    sign = 1 if side is RECEIVABLES else -1
    for date, cents, who, number, due in zip(
        dates, rest["open"], rest["account_name"], rest["invoice_number"], rest["due_date"],
        strict=True,
    ):  # fmt: skip
        why = say("invoice ", "factuur ") + ("" if number is pd.NA else str(number))
        yield date, sign * cents, kind, who, why.strip(), due < day


def _taxes(returns: pd.DataFrame, day: pd.Timestamp) -> Iterable[tuple[Any, ...]]:
    """Returns that are still to be paid, on their due date."""
    needed = ("type", "status", "due_date", "amount", "subject")
    require(returns, needed, "the returns", "books.table('returns') has them.")
    due = returns[returns["type"].isin(list(_RETURNS)) & returns["status"].isin(_DUE)]
    for kind, date, amount, subject in zip(
        due["type"], due["due_date"], due["amount"], due["subject"], strict=True
    ):
        yield date, -round(float(amount) * 100), "taxes", say(*_RETURNS[kind]), subject, date < day


def _ordered(
    orders: pd.DataFrame, day: pd.Timestamp, to_pay: pd.Series, later: int
) -> Iterable[tuple[Any, ...]]:
    """What is ordered and not invoiced yet, VAT included, when its customer will have paid."""
    needed = (
        *("order_number", "ordered_by", "ordered_by_name", "status", "delivery_date"),
        *("quantity", "quantity_invoiced", "net_price", "vat_percentage"),
    )
    require(orders, needed, "the orders", "books.odata('SalesOrders', lines=True) has them.")
    left = orders[orders["status"].isin(_ORDERED)]
    quantity = left["quantity"].fillna(0) - left["quantity_invoiced"].fillna(0)
    value = quantity * left["net_price"].fillna(0) * (1 + left["vat_percentage"].fillna(0)) * 100
    by = left.assign(cents=value).groupby("order_number").agg(
        cents=("cents", "sum"), party=("ordered_by", "first"), who=("ordered_by_name", "first"),
        date=("delivery_date", "first"),
    )  # fmt: skip
    usual = by["party"].map(to_pay).astype("float64").fillna(_USUAL).clip(lower=0).round() + later
    dates = by["date"].clip(lower=day) + pd.to_timedelta(usual, unit="D")
    for number, date, cents, who in zip(by.index, dates, by["cents"], by["who"], strict=True):
        yield date, round(cents), "orders", who, say(f"order {number}", f"order {number}"), False


def _recurring(
    ledger: Any, day: pd.Timestamp, until: pd.Timestamp, *, with_taxes: bool
) -> Iterable[tuple[Any, ...]]:
    """What the bank paid or got month after month on the same GL account: its median, monthly.

    Open items, taxes and transfers between banks are left out: they have dates of their own.
    """
    lines = eager(
        lines_of(ledger, "date", "type", "cents", "gl_account_type", *_NAMED).filter(
            nw.col("type") == 40,
            ~nw.col("gl_account_type").is_in(_DATED if with_taxes else (*_DATED, *_TAXES)),
        )
    )
    lines["date"] = lines["date"].astype("datetime64[ms]")
    last = (day + pd.Timedelta(days=1)).to_period("M") - 1  # the last month that is over
    month = lines["date"].dt.to_period("M")
    lines = lines[(month <= last) & (month > last - _MONTHS)]
    for (_, name), rows in lines.groupby(list(_NAMED), observed=True):
        monthly = rows.groupby(rows["date"].dt.to_period("M"))["cents"].sum()
        if len(monthly) < _OFTEN or not _steady(monthly):
            continue
        cents = -int(np.median(monthly))
        on = int(rows["date"].dt.day.median())
        for one in pd.period_range(day, until, freq="M"):
            date = one.start_time + pd.Timedelta(days=min(on, one.days_in_month) - 1)
            if date > day:
                why = say("as in most months", "zoals in de meeste maanden")
                yield date, cents, "recurring", str(name), why, False


def _steady(monthly: pd.Series) -> bool:
    """Whether it always goes the same way, and mostly by half as much or more."""
    middle = float(monthly.median())
    spread = float((monthly - middle).abs().median())
    return bool((np.sign(monthly) == np.sign(middle)).all()) and spread <= abs(middle) / 2


_NAMED = ("gl_account_code", "gl_account_description")
