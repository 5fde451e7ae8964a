"""Open items in buckets by their age, by account or one by one, and beside Exact's own list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from exactnb.analyses.receivables.control import party_column
from exactnb.analyses.rows import texts
from exactnb.display.options import say
from exactnb.display.statement import Check
from exactnb.errors import DataError, InputError
from exactnb.frames.needs import require
from exactnb.ledger.matching import match

__all__ = ["aged_items", "agreement", "beside", "buckets_of", "by_account", "one_by_one"]


def buckets_of(by: str, buckets: Sequence[int]) -> tuple[list[str], list[int]]:
    """The names of the buckets, and the last day of each but the last."""
    last = [int(days) for days in buckets if not isinstance(days, bool) and days == int(days)]
    if len(last) != len(buckets) or not last or sorted({0, *last}) != [0, *last]:
        raise InputError(
            f"Buckets are whole days that rise, not {tuple(buckets)}",
            hint="Such as (30, 60, 90): 1 to 30, 31 to 60, 61 to 90, and over 90 days.",
        )
    if by not in ("due_date", "invoice_date"):
        raise InputError(f"by is 'due_date' or 'invoice_date', not {by!r}")
    first = 1 if by == "due_date" else 0
    begins = [first, *(days + 1 for days in last[:-1])]
    names = [f"days_{begin}_{end}" for begin, end in zip(begins, last, strict=True)]
    names.append(f"days_over_{last[-1]}")
    return (["not_due", *names], [0, *last]) if by == "due_date" else (names, last)


def aged_items(
    lines: pd.DataFrame, day: pd.Timestamp, by: str, edges: Sequence[int]
) -> pd.DataFrame:
    """The open items: whose, how old, in which bucket (the last is for what is unapplied)."""
    matched = match(lines)
    cents = lines["cents"].to_numpy()
    open_ = matched.sums(cents)
    billed = matched.sums(np.where(matched.document, cents, 0))
    counted = lines["date"].to_numpy()[matched.first]
    if by == "due_date":
        due = lines["due_date"].to_numpy()[matched.first]
        counted = np.where(np.isnat(due), counted, due)
    days = (day.to_numpy() - counted) // np.timedelta64(1, "D")
    # what was paid beyond its amount is nobody's invoice either
    apart = ~matched.named | ~matched.document[matched.first] | (np.sign(open_) != np.sign(billed))
    items = pd.DataFrame(
        {
            "item": np.arange(len(matched.first)),
            "first": matched.first,
            "party": lines[party_column(lines)].iloc[matched.first].array,
            "days": days,
            "bucket": np.where(apart, len(edges) + 1, np.searchsorted(edges, days)),
            "cents": open_,
        }
    )
    owed: pd.DataFrame = items[(open_ != 0)].reset_index(drop=True)
    return owed


def by_account(items: pd.DataFrame, lines: pd.DataFrame, parts: Sequence[str]) -> pd.DataFrame:
    """One row an account, in the order of their codes; who has no account comes last."""
    code, parties = pd.factorize(items["party"])
    row = np.where(code < 0, len(parties), code)  # the last row is of those without an account
    flat = np.zeros((len(parties) + 1) * len(parts), dtype="int64")
    np.add.at(flat, row * len(parts) + items["bucket"].to_numpy(), items["cents"].to_numpy())
    cells = flat.reshape(-1, len(parts))
    first = np.full(len(parties) + 1, -1)
    first[row[::-1]] = items["first"].to_numpy()[::-1]
    there = first >= 0
    table = _named(lines, first[there]).assign(
        **dict(zip(parts, cells[there].T, strict=True)), open=cells[there].sum(axis=1)
    )
    table["party"] = np.array([*parties, None], dtype="object")[there]
    return table.sort_values("account_code", key=_last_when_empty, ignore_index=True)


def one_by_one(items: pd.DataFrame, lines: pd.DataFrame, parts: Sequence[str]) -> pd.DataFrame:
    """One row an open item, by account and date."""
    first = items["first"].to_numpy()
    told = lines.iloc[first].reset_index(drop=True)
    table = _named(lines, first).assign(
        invoice_number=told["invoice_number"].astype("Int64"),
        your_ref=texts(told["your_ref"]),
        invoice_date=told["date"],
        due_date=told["due_date"],
        days=items["days"].astype("Int64"),
        **{
            name: np.where(items["bucket"] == place, items["cents"], 0)
            for place, name in enumerate(parts)
        },
        open=items["cents"],
        id=texts(told["id"]),
        party=items["party"].astype("object"),
    )
    order = ["account_code", "invoice_date", "invoice_number", "id"]
    table = table.sort_values(order[1:])
    return table.sort_values("account_code", key=_last_when_empty, kind="stable", ignore_index=True)


def _named(lines: pd.DataFrame, places: Any) -> pd.DataFrame:
    """Code and name of the accounts of these lines."""
    told = lines[["account_code", "account_name"]].iloc[places].reset_index(drop=True)
    told = told.apply(texts)
    nobody = say("(no account)", "(geen relatie)")
    unknown = lines[party_column(lines)].iloc[places].isna().to_numpy()
    return told.assign(account_name=told["account_name"].mask(unknown, nobody))


def _last_when_empty(codes: pd.Series) -> pd.Series:
    return codes.where(codes != "", "\uffff")


# ---------------------------------------------------------------- beside Exact's own list


def beside(table: pd.DataFrame, listed: pd.DataFrame) -> pd.DataFrame:
    """The table with what Exact's list says of each account, and of accounts that only it has."""
    needed = ["account_code", "account_name", "total_amount"]
    hint = "books.odata('read/financial/AgingReceivablesList') gives it with them."
    require(listed, needed, "Exact's list", hint)
    if missing_amounts := int(listed["total_amount"].isna().sum()):
        raise DataError(f"{missing_amounts} accounts of Exact's list have no amount")
    theirs = listed[needed].assign(
        account_code=texts(listed["account_code"]),
        account_name=texts(listed["account_name"]),
        listed=(listed["total_amount"] * 100).round().astype("int64"),
    )
    theirs = theirs.groupby("account_code", as_index=False).agg(
        named=("account_name", "first"), listed=("listed", "sum")
    )
    both = table.merge(theirs, on="account_code", how="left")
    rest = theirs[~theirs["account_code"].isin(table["account_code"])]
    more = rest.rename(columns={"named": "account_name"}).reindex(columns=table.columns)
    whole = pd.concat(
        [both.drop(columns="named"), more.assign(listed=rest["listed"]).fillna(0)],
        ignore_index=True,
    )
    # which sign the list gives to what is owed is not said anywhere
    whole["listed"] = whole["listed"].fillna(0)
    alike = float((whole["listed"].astype("float64") * whole["open"]).sum())
    whole["listed"] = whole["listed"] * (-1 if alike < 0 else 1)
    figures = [name for name in whole if name not in ("account_code", "account_name")]
    return whole.astype(dict.fromkeys(figures, "int64"))


def agreement(table: pd.DataFrame, words: str) -> list[Check]:
    """Whether the list says the same, in all and of each account."""
    named = table["account_code"] != ""
    apart = (table["open"] - table["listed"]).where(named, 0)
    listed = say("Exact's list", "lijst van Exact")
    return [
        Check.of(f"{words} = {listed}", table.loc[named, "open"].sum(), table["listed"].sum()),
        Check.of(say("of each account", "per relatie"), apart.abs().sum(), 0),
    ]
