"""The lines on the control accounts of one side up to a day, from a ledger in any engine."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pandas as pd

from exactnb.analyses.period import Period
from exactnb.analyses.sums import Lines, eager, lines_of, period_of, total
from exactnb.display.options import say
from exactnb.errors import DataError, InputError
from exactnb.ledger.matching import RECEIVABLES, Side
from exactnb.ledger.open_items import Day, day_of

__all__ = [
    "Day",
    "calendar",
    "control_lines",
    "daily",
    "day_in",
    "on_control",
    "party_column",
    "span",
    "whose",
]

_BROKEN = "A figure without them would be wrong; books.refresh('lines', full=True) reads them anew."


def whose(side: Side) -> str:
    """What the accounts of a side are called."""
    return say("Customer", "Klant") if side is RECEIVABLES else say("Supplier", "Leverancier")


def day_in(ledger: Any, as_of: Day | None) -> pd.Timestamp:
    """The day that is meant; None: that on which the ledger was read, or else its last line's."""
    if as_of is not None:
        return day_of(as_of)
    if "as_of" in getattr(ledger, "attrs", {}):
        return day_of(ledger.attrs["as_of"])
    last = total(lines_of(ledger, "date"), (), last=nw.col("date").max())["last"].iloc[0]
    if pd.isna(last):
        raise InputError(
            "There are no lines, so it is not known which day is meant",
            hint='Say it: as_of="2025-12-31".',
        )
    return pd.Timestamp(last).normalize()


def on_control(ledger: Any, side: Side, *needed: str) -> Lines:
    """The lines on the control accounts of one side, where they are: those columns and ``date``.

    Raises
    ------
    DataError
        Columns are missing, or it is not known of which type a GL account is.
    """
    frame = lines_of(ledger, "gl_account_type", "date", "cents", *needed)
    schema = frame.collect_schema()
    for name in ("date", "due_date"):
        if name in schema and not (schema[name].is_temporal() or schema[name] == nw.Unknown):
            raise DataError(f"The ledger's column {name} holds {schema[name]}, not dates")
    kind = nw.col("gl_account_type")
    _refuse(
        total(frame, (), nulls=kind.is_null().cast(nw.Int64).sum())["nulls"].iloc[0],
        "are on a GL account of which the type is not known",
    )
    return frame.filter(kind == side.gl_account_type)


def control_lines(ledger: Any, side: Side, day: pd.Timestamp, *needed: str) -> pd.DataFrame:
    """The lines on the control accounts up to a day, as pandas, with what matching needs.

    Raises
    ------
    DataError
        As :func:`on_control`; or a line has no date or no amount.
    """
    account = "account" if _has(ledger, "account") else "account_code"
    lines = eager(on_control(ledger, side, account, "invoice_number", "type", *needed))
    _refuse(lines["date"].isna().sum(), "on the control accounts have no date")
    _refuse(lines["cents"].isna().sum(), "on the control accounts have no amount")
    for name in ("date", "due_date"):
        if name in lines:
            lines[name] = lines[name].to_numpy("datetime64[D]").astype("datetime64[ms]")
    lines["cents"] = side.sign * lines["cents"].astype("int64")
    until: pd.DataFrame = lines[(lines["date"] <= day).to_numpy()]
    return until


def daily(ledger: Any, side: Side) -> pd.DataFrame:
    """What each day adds to what is owed, in cents: ``net`` of all, ``billed`` of its documents.

    The documents are sales or purchase entries and credit notes, VAT included.
    """
    frame = on_control(ledger, side, "type")
    billed = nw.col("type").is_in(_BILLED[side.kind])
    made = total(
        frame.with_columns(_billed=nw.when(billed).then(nw.col("cents")).otherwise(0)),
        ("date",),
        net=nw.col("cents").sum(),
        billed=nw.col("_billed").sum(),
        counted=nw.col("cents").count(),
        lines=nw.len(),
    )
    _refuse(made.loc[made["date"].isna(), "lines"].sum(), "on the control accounts have no date")
    missing = made["lines"].sum() - made["counted"].sum()
    _refuse(missing, "on the control accounts have no amount")
    made["date"] = made["date"].astype("datetime64[ms]").dt.normalize()
    sums = made.groupby("date")[["net", "billed"]].sum().astype("int64")
    whole: pd.DataFrame = side.sign * sums
    return whole


def calendar(ledger: Any, day: pd.Timestamp, period: str | Period) -> Period:
    """The calendar months that a period means here; the year to date ends with that day."""
    if str(period).strip().upper() == "YTD":
        return Period.of(f"{day.year}-01..{day.year}-{day.month:02d}")
    return period_of(ledger, period)


def span(period: Period) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The first and the last day of these months."""
    first, last = period.months[0], period.months[-1]
    begin = pd.Timestamp(first.year, min(max(first.period, 1), 12), 1)
    end = pd.Timestamp(last.year, min(max(last.period, 1), 12), 1) + pd.offsets.MonthEnd(0)
    return begin, end


#: entries by which is sold and bought: what they put on the control account
_BILLED = {"receivable": (20, 21), "payable": (30, 31)}


def party_column(lines: pd.DataFrame) -> str:
    """The column that says whose a line is."""
    return "account" if "account" in lines else "account_code"


def _has(ledger: Any, column: str) -> bool:
    """Whether a ledger has this column."""
    frame = nw.from_native(ledger, pass_through=True)
    return hasattr(frame, "collect_schema") and column in frame.collect_schema().names()


def _refuse(lines: Any, words: str) -> None:
    if not pd.isna(lines) and int(lines):
        raise DataError(f"{int(lines):,} lines {words}", hint=_BROKEN)
