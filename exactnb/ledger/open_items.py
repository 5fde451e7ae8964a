"""What is still to be paid, worked out from the ledger and held against what else says so."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from exactnb.display.statement import Check
from exactnb.errors import DataError, InputError
from exactnb.frames.build import text_dtype
from exactnb.frames.needs import require
from exactnb.ledger.matching import BUDGET, PAYABLES, RECEIVABLES, Side, match

__all__ = ["Day", "day_of", "open_items"]

Day = str | dt.date | np.datetime64
_Cents = np.ndarray[Any, np.dtype[np.int64]]


_SIDES = (RECEIVABLES, PAYABLES)

_TAKEN = [
    "account_code", "account_name", "invoice_number", "your_ref", "description", "date", "due_date",
    "currency", "entry_number", "journal_code", "account",
]  # fmt: skip
#: texts of few distinct values
_NAMES = ("account_code", "account_name", "currency", "journal_code", "account")
_NEEDED = (*_TAKEN, "cents", "amount_fc", "type", "gl_account_type")
_LISTED = ("account_id", "account_code", "account_name", "invoice_number", "entry_number", "amount")
_STATES = ("open", "partly paid", "overpaid", "credit", "unapplied", "no account", "only listed")
_COLUMNS = [
    "kind", "account_code", "account_name", "invoice_number", "your_ref", "description",
    "invoice_date", "due_date", "days_overdue", "currency", "invoiced", "paid", "open", "open_fc",
    "state", "entry_number", "journal_code", "account", "cents",
]  # fmt: skip


def open_items(
    ledger: pd.DataFrame,
    as_of: Day | None = None,
    *,
    receivables: pd.DataFrame | None = None,
    payables: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """What customers and suppliers still have to pay or to be paid, one row an item.

    The lines on GL accounts of type 20 (receivables) and 22 (payables) dated up to ``as_of``, open
    and processed, are taken together by account and invoice number. What has no invoice number or
    no account stands alone: it is never set off against anything.

    Parameters
    ----------
    ledger
        From ``books.ledger()``.
    as_of
        The last day that counts; None: the day that the ledger was read.
    receivables, payables
        Exact's own ReceivablesList and PayablesList. They are of the day that the ledger was
        read; for another ``as_of`` they are left alone.

    Returns
    -------
    pandas.DataFrame
        Sorted by ``kind`` ("receivable", "payable"), account and date. ``invoiced``, ``paid`` and
        ``open`` are in the home currency, exact to the cent (``cents`` is ``open`` in cents);
        positive is what is to be received of a receivable, and what is owed of a payable.
        ``open_fc`` is in ``currency``. ``days_overdue`` counts from ``due_date``, or from
        ``invoice_date`` where there is none; it is negative before that day.

        ``state`` is

        - "open", "partly paid": an invoice;
        - "overpaid": an invoice for which too much was paid;
        - "credit": a credit note;
        - "unapplied": a payment or another booking without an invoice that it belongs to;
        - "no account": a booking that names no customer or supplier;
        - "only listed": in Exact's list, and not in the ledger.

        ``listed``, where a list was given, is what that says of the item (its sign made the same).

        ``attrs["checks"]`` holds dicts of ``name``, ``left``, ``right``, ``difference`` (in
        euros) and ``ok``: what accounts owe against the balance of the control accounts, and
        against the lists. Bookings without an account are a difference between them.

    Raises
    ------
    DataError
        The ledger or a list lacks columns.
    InputError
        ``as_of`` is no date.

    Examples
    --------
    >>> items = open_items(books.ledger(), "2025-12-31")
    >>> partly = items[items["state"] == "partly paid"]
    >>> bool((partly["invoiced"] > partly["open"]).all())
    True
    >>> [check["ok"] for check in items.attrs["checks"]]
    [True, True]

    Notes
    -----
    Documents are entries of the types 10 (opening balance), 20, 21, 30 and 31; what else is
    booked under their number is taken as payment of them.
    """
    require(ledger, _NEEDED, "the ledger", "books.ledger() gives one that has them.")
    read_on = _read_on(ledger)
    day = read_on if as_of is None else day_of(as_of)
    lines = ledger[list(_NEEDED)]
    kept = ~(lines["date"] > day) & (lines["type"] != BUDGET).fillna(True)
    lines = lines[kept.to_numpy(dtype=bool)]
    parts, checks = [], []
    for side, listed in zip(_SIDES, (receivables, payables), strict=True):
        on_side = (lines["gl_account_type"] == side.gl_account_type).fillna(False)
        items = _items(lines[on_side.to_numpy(dtype=bool)], side)
        balance = int(items["cents"].sum())
        items = items[items["cents"] != 0]
        owed = int(items.loc[items["state"] != "no account", "cents"].sum())
        what = f"{side.kind}s of accounts"
        checks.append(
            Check.of(f"{what} = GL accounts of type {side.gl_account_type}", owed, balance)
        )
        if listed is not None and day == read_on:
            items = _with_list(items, listed, side)
            total = int(_cents(items["listed"]).sum())
            checks.append(Check.of(f"{what} = Exact's {side.kind.capitalize()}sList", owed, total))
        parts.append(items)
    frame = _finished(parts, day)
    frame.attrs = {**ledger.attrs, "day": str(day.date()), "rows": str(len(frame))}
    frame.attrs["checks"] = [check.told for check in checks]
    return frame


# ---------------------------------------------------------------- from lines to items


def _items(lines: pd.DataFrame, side: Side) -> pd.DataFrame:
    """The lines of one side by account and invoice number, also those that come to nothing."""
    matched = match(lines)
    cents = side.sign * lines["cents"].to_numpy()
    open_, invoiced = matched.sums(cents), matched.sums(np.where(matched.document, cents, 0))
    items = lines[_TAKEN].iloc[matched.first].reset_index(drop=True)
    items = items.rename(columns={"date": "invoice_date"}).astype(
        dict.fromkeys(_NAMES, text_dtype())
    )
    items["cents"] = open_
    items["invoiced"] = invoiced / 100
    items["paid"] = (invoiced - open_) / 100
    items["open"] = open_ / 100
    items["open_fc"] = matched.sums(side.sign * _cents(lines["amount_fc"])) / 100
    items["state"] = np.select(
        [
            ~matched.named,
            ~matched.document[matched.first],
            (open_ < 0) & (invoiced > 0),
            open_ < 0,
            (invoiced > open_) & (open_ > 0),
        ],
        ["no account", "unapplied", "overpaid", "credit", "partly paid"],
        "open",
    )
    items["kind"] = side.kind
    return items


def _finished(parts: list[pd.DataFrame], day: pd.Timestamp) -> pd.DataFrame:
    """The items of both sides in order, with what is known of the days."""
    frame = pd.concat(parts, ignore_index=True)
    # receivables are before payables in the list of sides
    order = ["account_code", "invoice_date", "invoice_number", "entry_number"]
    place = frame.assign(side=frame["kind"] == _SIDES[1].kind).sort_values(["side", *order]).index
    frame = frame.loc[place].reset_index(drop=True)
    counted = frame["due_date"].fillna(frame["invoice_date"])
    frame["days_overdue"] = (day - counted).dt.days.astype("Int32")
    for name in _NAMES:
        frame[name] = frame[name].astype("category")
    frame["kind"] = pd.Categorical(frame["kind"], [side.kind for side in _SIDES])
    frame["state"] = pd.Categorical(frame["state"], _STATES)
    return frame[[*_COLUMNS, *(["listed"] if "listed" in frame else [])]]


# ---------------------------------------------------------------- against Exact's own lists


def _with_list(items: pd.DataFrame, listed: pd.DataFrame, side: Side) -> pd.DataFrame:
    """The items with what the list says of them, and those that only the list has."""
    name = f"{side.kind.capitalize()}sList"
    require(listed, _LISTED, name, f"books.table('{side.kind}s') gives it with them.")
    if missing := int(listed["amount"].isna().sum()):
        raise DataError(f"{missing} items of {name} have no amount")
    theirs = listed.rename(columns={"account_id": "account", "currency_code": "currency"})
    theirs["account"] = theirs["account"].astype(text_dtype())
    theirs["listed"] = _cents(theirs["amount"])
    theirs["listed"] *= _sign(items, theirs) or side.listed
    theirs, ours = _keyed(theirs, "listed"), _keyed(items, "cents")
    # an invoice that is paid in parts is in the list more than once
    sums = theirs.groupby(_KEY, as_index=False, dropna=False)["listed"].sum()
    theirs = theirs.drop_duplicates(_KEY).drop(columns="listed").merge(sums, on=_KEY)
    ours = ours.merge(sums, on=_KEY, how="left")
    rest = theirs.merge(ours[_KEY], on=_KEY, how="left", indicator=True)
    rest = rest[rest["_merge"] == "left_only"].reset_index(drop=True)
    for each in (ours, rest):
        each["listed"] = each["listed"].fillna(0) / 100
    ours = ours.drop(columns=["entry", "rank"])
    if rest.empty:
        return ours
    zeros = dict.fromkeys(("cents", "invoiced", "paid", "open", "open_fc"), 0)
    rest = rest.assign(kind=side.kind, state="only listed", **zeros)
    rest = rest.reindex(columns=ours.columns)
    return pd.concat([ours, rest.astype(ours.dtypes)], ignore_index=True)


def _sign(items: pd.DataFrame, theirs: pd.DataFrame) -> int:
    """Whether the list writes what is to be paid as we do (1) or not (-1); 0 where unclear.

    By the balances of the accounts that both have: the sign is not the same everywhere.
    """
    ours = items.groupby("account")["cents"].sum()
    both = ours * theirs.groupby("account")["listed"].sum().reindex(ours.index, fill_value=0)
    return int(np.sign(both.astype("float64").sum()))


_KEY = ["account", "number", "entry", "rank"]


def _keyed(items: pd.DataFrame, amount: str) -> pd.DataFrame:
    """The items with what tells them apart: the invoice number, or else entry and amount."""
    items = items.sort_values(amount, kind="stable").reset_index(drop=True)
    items["number"] = items["invoice_number"].fillna(-1).astype("int64")
    alone = (items["number"] < 0).to_numpy()
    items["entry"] = np.where(alone, items["entry_number"].fillna(-1).astype("int64"), -1)
    rank = items.groupby(["account", "number", "entry"], dropna=False).cumcount().to_numpy()
    items["rank"] = np.where(alone, rank, 0)
    return items


# ---------------------------------------------------------------- small things


def _cents(amounts: pd.Series) -> _Cents:
    """Whole cents; what is missing counts as nothing."""
    cents: _Cents = np.rint(amounts.fillna(0).to_numpy(dtype="float64") * 100).astype("int64")
    return cents


def day_of(value: Any) -> pd.Timestamp:
    """The day that is meant, or an InputError."""
    try:
        moment = pd.NaT if isinstance(value, (int, float)) else pd.Timestamp(value)
    except (ValueError, TypeError):
        moment = pd.NaT
    if moment is pd.NaT:
        raise InputError(
            f"as_of={value!r} is no date", hint='Write it as "2025-12-31", or give a date.'
        )
    return moment.tz_localize(None).normalize()


def _read_on(ledger: pd.DataFrame) -> pd.Timestamp:
    """The day that the ledger was read, or else that of its last line."""
    if "as_of" in ledger.attrs:
        return day_of(ledger.attrs["as_of"])
    last = ledger["date"].max()
    return pd.Timestamp.today().normalize() if pd.isna(last) else last.normalize()
