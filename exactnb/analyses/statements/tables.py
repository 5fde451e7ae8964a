"""What the statements share: sums by account laid beside each other, rows added, cents to euros."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from exactnb.analyses.period import Period
from exactnb.analyses.result import Where
from exactnb.display.formats import day
from exactnb.display.options import say

__all__ = ["Amounts", "accounts_of", "added", "euros", "standing", "subtitle"]

#: whole cents, one for each column of a statement
Amounts = npt.NDArray[np.int64]

#: types of the lines that close all balances at the end of a year, and open them in the next
_CLOSING, _REOPENING = 327, 328


def accounts_of(moves: pd.DataFrame) -> pd.DataFrame:
    """The GL accounts of these movements, by code: description, type, balance type."""
    named = ["gl_account_description", "gl_account_type", "balance_type"]
    first: pd.DataFrame = moves.drop_duplicates("gl_account_code").set_index("gl_account_code")
    return first[named].sort_index()


def added(
    table: pd.DataFrame, row: Mapping[str, Any], *, kind: str, first: bool = False
) -> pd.DataFrame:
    """The table with one more row, the last or the first; what it does not name is empty or 0."""
    empty = {name: _nothing(dtype) for name, dtype in table.dtypes.items()}
    more = pd.DataFrame([empty | dict(row) | {"kind": kind}])[list(table)].astype(table.dtypes)
    return pd.concat([more, table] if first else [table, more], ignore_index=True)


def _nothing(dtype: Any) -> Any:
    if dtype.kind == "M":
        return pd.NaT
    if dtype == "int64":
        return 0
    return pd.NA if pd.api.types.is_numeric_dtype(dtype) else ""


def euros(table: pd.DataFrame, figures: Sequence[str]) -> pd.DataFrame:
    """The table with these columns in euros rather than cents."""
    return table.assign(**{name: table[name] / 100 for name in figures})


def standing(moves: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The movements that add up to balances over the years, and how ``Where`` says the same.

    What closes the balances at the end of a year and opens them in the next would hide them in
    between; only the opening of the first year says something that no earlier line does.
    """
    first = int(moves["financial_year"].min()) if len(moves) else 0
    again = (moves["turn"] == _REOPENING) & (moves["financial_year"] > first)
    later = Where({"type": [_REOPENING]}, between={"financial_year": (first + 1, None)})
    kept = moves[~again & (moves["turn"] != _CLOSING)]
    return kept, {"without": {"type": [_CLOSING]}, "unless": (later,)}


def subtitle(period: Period | None, status: str, ledger: Any) -> str:
    """The period, which entries count where that is not all of them, the unit, and as of when."""
    told = getattr(ledger, "attrs", {})
    moment = _moment(str(told.get("as_of") or ""))
    said = [
        str(period) if period else "",
        "" if status == "all" else say("processed entries only", "alleen verwerkte boekingen"),
        str(told.get("currency") or ""),
        f"{say('books of', 'stand van')} {moment}" if moment else "",
    ]
    return " · ".join(filter(None, said))


def _moment(text: str) -> str:
    """The day, without the minute: what is shown is the same when it is run again."""
    try:
        return day(dt.datetime.fromisoformat(text).date())
    except ValueError:
        return text
