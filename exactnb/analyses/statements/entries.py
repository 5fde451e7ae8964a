"""What the lists of lines share: the lines that are asked for, in the order of the books."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

import narwhals as nw
import pandas as pd
from pandas.api.types import is_numeric_dtype

from exactnb.analyses.result import Where
from exactnb.analyses.sums import BOOKING, BROKEN, eager, lines_of, whole
from exactnb.display.options import say
from exactnb.display.statement import Column
from exactnb.errors import DataError, InputError
from exactnb.frames.build import text_dtype

__all__ = ["LISTED", "booked", "entry_of", "filled", "headings", "listed", "unknown"]

_NEEDED = ("date", "journal_code", "entry_number")
#: what a line says besides, where the ledger has it
_BESIDES = ("line_number", "account_name", "description", "entry_id", "id")
#: what a list of lines shows
LISTED = (
    *("date", "journal_code", "entry_number", "gl_account_code", "gl_account_description"),
    *("account_name", "description", "debit", "credit"),
)
_PERIOD = ("financial_year", "financial_period")
_ORDER = (*_PERIOD, "date", "journal_code", "entry_number")


def booked(ledger: Any, where: Where) -> pd.DataFrame:
    """These lines of a ledger in the order of the books, with debit and credit in whole cents."""
    lines_of(ledger, *where.columns)  # which says so where the ledger has them not
    frame = nw.from_native(ledger)
    besides = [name for name in _BESIDES if name in frame.collect_schema().names()]
    chosen = where.of(frame).to_native()
    found = eager(lines_of(chosen, *dict.fromkeys((*BOOKING, *_NEEDED, *besides))))
    if missing := int(found["cents"].isna().sum()):
        raise DataError(f"{missing:,} lines have no amount", hint=BROKEN)
    whole(found["entry_number"], 0, 10**15)
    texts = [name for name in found if not is_numeric_dtype(found[name]) and name != "date"]
    found = found.astype(dict.fromkeys(texts, text_dtype()))
    found = found.astype(dict.fromkeys(("entry_number", *_PERIOD), "Int64"))
    cents = found["cents"].astype("int64")
    found = found.assign(debit=cents.clip(lower=0), credit=(-cents).clip(lower=0))
    order = [name for name in (*_ORDER, "line_number", "id") if name in found]
    return found.sort_values(order, ignore_index=True)


def listed(lines: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Rows of these columns, those that the ledger does not have left out; first a key."""
    table = lines[[name for name in names if name in lines.columns]].assign(kind="line")
    keys = lines["id"] if "id" in lines.columns else pd.Series("", index=lines.index)
    table.insert(0, "key", keys.astype(text_dtype()))
    return table


def entry_of(lines: pd.DataFrame, place: int) -> Where:
    """The entry that a line belongs to."""
    entry = lines.iloc[place]
    if "entry_id" in lines.columns and isinstance(entry["entry_id"], str):
        return Where({"entry_id": [entry["entry_id"]]})
    names = ("financial_year", "journal_code", "entry_number")
    return Where({name: [_plain(entry[name])] for name in names})


def filled(table: pd.DataFrame) -> dict[str, Column]:
    """The headings of the columns of a list of lines that hold something."""
    named = {name: column for name, column in headings().items() if name in table}
    return {name: named[name] for name in named if table[name].dropna().ne("").any()}


def headings() -> dict[str, Column]:
    """What stands above the columns of a list of lines, by column."""
    return {
        "date": Column(say("Date", "Datum"), "date", once=True),
        "journal_code": Column(say("Journal", "Dagboek"), once=True),
        "entry_number": Column(say("Entry", "Boeking"), once=True),
        "gl_account_code": Column(say("Code", "Rekening")),
        "gl_account_description": Column(say("GL account", "Omschrijving")),
        "account_name": Column(say("Account", "Relatie")),
        "description": Column(say("Description", "Boekingstekst")),
        "debit": Column(say("Debit", "Debet"), "side"),
        "credit": Column(say("Credit", "Credit"), "side"),
    }


def unknown(what: str, said: Any, known: Sequence[str]) -> InputError:
    """The error for a code that the ledger does not have, with those that are like it."""
    near = get_close_matches(str(said), known, n=5, cutoff=0.5) or list(known)[:5]
    return InputError(
        f"The ledger has no {what} {str(said)!r}",
        hint=f"There are, among others: {', '.join(near)}." if near else "It has no lines at all.",
    )


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value
