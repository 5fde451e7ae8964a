"""What the statements share: sums by account laid beside each other, rows added, cents to euros."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from exactnb.analyses.period import Period
from exactnb.analyses.result import say

__all__ = ["accounts_of", "added", "euros", "subtitle", "sums"]


def accounts_of(moves: pd.DataFrame) -> pd.DataFrame:
    """The GL accounts of these movements, by code: description, type, balance type."""
    named = ["gl_account_description", "gl_account_type", "balance_type"]
    first: pd.DataFrame = moves.drop_duplicates("gl_account_code").set_index("gl_account_code")
    return first[named].sort_index()


def sums(moves: pd.DataFrame, figure: str, accounts: pd.DataFrame) -> pd.Series:
    """A figure of these movements for each of the accounts, 0 where there is none; cents."""
    found = moves.groupby("gl_account_code")[figure].sum()
    return found.reindex(accounts.index, fill_value=0).astype("int64")


def added(table: pd.DataFrame, row: Mapping[str, Any], *, kind: str) -> pd.DataFrame:
    """The table with one more row; texts that it does not name are empty, figures 0."""
    empty = {
        name: 0 if dtype == "int64" else pd.NA if dtype == "Int64" else ""
        for name, dtype in table.dtypes.items()
    }
    more = pd.DataFrame([empty | dict(row) | {"kind": kind}]).astype(table.dtypes)
    return pd.concat([table, more], ignore_index=True)


def euros(table: pd.DataFrame, figures: Sequence[str]) -> pd.DataFrame:
    """The table with these columns in euros rather than cents."""
    return table.assign(**{name: table[name] / 100 for name in figures})


def subtitle(period: Period, status: str) -> str:
    """The period, and which entries count where that is not all of them."""
    processed = say("processed entries only", "alleen verwerkte boekingen")
    return f"{period}" if status == "all" else f"{period} · {processed}"
