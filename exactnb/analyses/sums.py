"""Sums of ledger lines in whole cents, made where the lines are; what comes back is small."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import narwhals as nw

from exactnb.analyses.period import FIRST, LAST, Month, Period
from exactnb.errors import DataError, InputError
from exactnb.ledger.matching import BUDGET

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "BOOKING",
    "BROKEN",
    "GL",
    "Lines",
    "bookings",
    "counted",
    "eager",
    "latest",
    "lines_of",
    "movements",
    "period_of",
    "total",
    "whole",
]

#: a ledger, whatever holds it
Lines = nw.LazyFrame[Any] | nw.DataFrame[Any]

#: what a ledger says of a GL account
GL = ("gl_account_code", "gl_account_description", "gl_account_type", "balance_type")
_PERIOD = ("financial_year", "financial_period")
_WHEN = (*_PERIOD, "turn")
_WHOLE = ("debit", "credit", "net", "lines")
#: what movements are made from
BOOKING = (*GL, *_PERIOD, "type", "status", "cents")

#: columns that are numbers, in whatever frame
NUMBERS = frozenset(
    {
        "amount_dc",
        "amount_fc",
        "cents",
        "entry_number",
        "financial_period",
        "financial_year",
        "gl_account_type",
        "invoice_number",
        "status",
        "type",
    }
)

#: type of the lines that open the books
OPENING = 10
#: columns that are text though they may look like numbers: 0100 is not 100
CODES = frozenset(
    {"account_code", "balance_type", "gl_account_code", "item_code", "journal_code", "vat_code"}
)

_TEXT = (nw.String, nw.Categorical, nw.Enum, nw.Object)

#: types of lines that close a year, which a profit and loss leaves out (else it shows nothing)
YEAR_END = (310, 320, 321, 322, 323, 324, 325, 326, 327, 328)
#: types of lines that open or close books: they tell nothing of the period that they stand in
TURNS = (OPENING, *YEAR_END)
#: status of an entry that is processed (verwerkt)
PROCESSED = 50
#: euros that no line comes to: what is more, or not even a number, is no amount
_MOST = 1e13
#: the hint where lines cannot be placed
BROKEN = "A figure without them would be wrong; books.refresh('lines', full=True) reads them anew."


def lines_of(ledger: Any, *needed: str) -> Lines:
    """These columns of a ledger, budgets left out, after a look at whether it has them.

    A pandas frame is summed as an Arrow table, which shares most of its memory and is quicker.

    Parameters
    ----------
    ledger
        A DataFrame of pandas or Polars, a relation of DuckDB, a frame of Dask or PySpark.
    needed
        Columns that the question needs; ``cents`` is made from ``amount_dc`` where it is missing.

    Raises
    ------
    DataError
        It is no frame, lacks columns, or a column holds what does not belong there.
    """
    try:
        frame: Lines = nw.from_native(ledger)
    except TypeError as error:
        raise DataError(
            f"A ledger is a frame of lines, not {type(ledger).__name__}",
            hint="books.ledger() gives one.",
        ) from error
    columns = frame.collect_schema().names()
    made = "cents" in needed and "cents" not in columns
    wanted = dict.fromkeys("amount_dc" if made and name == "cents" else name for name in needed)
    missing = [name for name in wanted if name not in columns]
    if missing:
        raise DataError(
            f"The ledger has no column {', '.join(missing)}",
            hint="books.ledger() has every column; ex.ledger_columns() says what each is.",
        )
    kept = [name for name in (*wanted, "type") if name in columns]
    frame = _checked(frame.select(*dict.fromkeys(kept)))
    if made:
        amount = nw.col("amount_dc")
        amount = nw.when(amount.abs() < _MOST).then(amount)  # else it is no amount: it is missing
        frame = frame.with_columns(cents=(amount * 100).round().cast(nw.Int64))
    return bookings(frame) if "type" in columns else frame


def _checked(frame: Lines) -> Lines:
    """The frame, whose numbers are numbers; a pandas one as an Arrow table."""
    if frame.implementation.is_pandas():
        import pyarrow as pa

        native = frame.to_native()
        try:
            table = pa.Table.from_pandas(native, preserve_index=False)
            frame = nw.from_native(_typed(table))
        except (pa.ArrowException, ValueError, TypeError) as error:
            raise DataError(
                f"The ledger has values of more than one kind in a column: {error}",
                hint="ex.ledger_columns() says what each column is.",
            ) from error
    for name, kind in frame.collect_schema().items():
        if name == "cents":
            fits, expected = kind.is_integer(), "whole numbers"
        elif name in NUMBERS:
            fits, expected = kind.is_numeric(), "numbers"
        else:
            fits, expected = name not in CODES or any(kind == each for each in _TEXT), "text"
        if not fits and kind != nw.Unknown:
            raise DataError(
                f"The ledger's column {name} holds {kind}, not {expected}",
                hint="ex.ledger_columns() says what each column is.",
            )
    return frame


def _typed(table: Any) -> Any:
    """The Arrow table, in which a column without a single value has a type all the same."""
    import pyarrow as pa

    for place, field in enumerate(table.schema):
        kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        if pa.types.is_null(kind):
            empty = pa.nulls(len(table), pa.int64() if field.name in NUMBERS else pa.string())
            table = table.set_column(place, field.name, empty)
    return table


def bookings(frame: Lines) -> Lines:
    """The lines of a ledger that are bookings: all but those of budgets."""
    budget = nw.col("type") == BUDGET
    if isinstance(frame, nw.DataFrame) and not frame.select(budget.any()).item():
        return frame  # as it nearly always is: nothing is copied
    return frame.filter(~budget | nw.col("type").is_null())


def total(frame: Lines, by: Sequence[str], **sums: nw.Expr) -> pd.DataFrame:
    """Sums by these columns, as pandas, in the order of the columns.

    Parameters
    ----------
    frame
        From :func:`lines_of`.
    by
        Columns to group by; none gives one row.
    sums
        Name → what is summed for each group, such as ``nw.col("cents").sum()``.
    """
    # a missing value is a group of its own: no line drops out of a sum
    made = eager(frame.group_by(*by).agg(**sums) if by else frame.select(**sums))
    if not by:
        return made
    categories = {name: made[name].cat.categories for name in by if made[name].dtype == "category"}
    for name, values in categories.items():  # which sort by the order of their categories
        made[name] = made[name].cat.reorder_categories(values.sort_values())
    made = made.sort_values(list(by), ignore_index=True)
    return made.astype({name: values.dtype for name, values in categories.items()})


def eager(frame: Lines) -> pd.DataFrame:
    """The rows as pandas; a lazy frame is worked out, where its lines are."""
    return (frame.collect("pandas") if isinstance(frame, nw.LazyFrame) else frame).to_pandas()


def movements(
    ledger: Any,
    *,
    status: str = "all",
    year_end: bool = True,
    years: tuple[int, int] | None = None,
) -> pd.DataFrame:
    """Debit and credit of each GL account in each period, in whole cents.

    Everything that a statement says is worked out from these few thousand rows.

    Parameters
    ----------
    ledger
        The lines.
    status
        "all" counts open and processed entries, which Exact calls "after entry" (na invoer);
        "processed" (verwerkt) only those of status 50.
    year_end
        False leaves the bookings out that close a year.
    years
        The first and the last financial year that are asked for; all, if left out.

    Returns
    -------
    DataFrame
        The columns of :data:`GL`, ``financial_year`` and ``financial_period`` (int64), ``turn``
        (the type of lines that open or close books, :data:`TURNS`; 0 for all others), ``debit``,
        ``credit`` (both 0 or more) and ``net`` (debit less credit), int64 cents, and ``lines``,
        their number; in the order of code and period.

    Raises
    ------
    DataError
        Columns are missing; a line has no GL account, period or amount; an account is of two
        types, as in the ledgers of two administrations together.
    """
    frame = lines_of(ledger, *BOOKING)
    for name, values in counted(status).items():
        frame = frame.filter(nw.col(name).is_in(values))
    if years is not None:
        year = nw.col("financial_year")
        frame = frame.filter(year.is_between(*years) | year.is_null())
    kind, cents = nw.col("type"), nw.col("cents")
    turning = (kind == OPENING) | (kind == TURNS[1]) | kind.is_between(TURNS[2], TURNS[-1])
    made = total(
        frame.with_columns(
            turn=nw.when(turning).then(kind).otherwise(nw.lit(0)),
            _debit=cents.clip(lower_bound=0),
        ),
        (*GL, *_WHEN),
        debit=nw.col("_debit").sum(),
        net=cents.sum(),
        counted=cents.count(),
        lines=nw.len(),
    )
    named = made[list(GL)].drop_duplicates()
    _complete(made, named)
    made["credit"] = made["debit"] - made["net"]
    made = made.astype(dict.fromkeys((*_WHEN, *_WHOLE), "int64") | {"gl_account_type": "Int64"})
    if not year_end:
        made = made[~made["turn"].isin(YEAR_END)].reset_index(drop=True)
    if named["gl_account_code"].duplicated().any():
        made = _named_once(made)
    made["gl_account_description"] = made["gl_account_description"].fillna("").astype("str")
    return made[[*GL, *_WHEN, *_WHOLE]]


def counted(status: str) -> dict[str, Sequence[Any]]:
    """Column → values of the lines that count: "all", or only those "processed"."""
    if status not in ("all", "processed"):
        raise InputError(f"status is 'all' or 'processed', not {status!r}")
    return {"status": [PROCESSED]} if status == "processed" else {}


def _named_once(made: pd.DataFrame) -> pd.DataFrame:
    """The movements, where an account that was renamed has its last name throughout."""
    latest_first = made.sort_values(list(_PERIOD), kind="stable")
    names = latest_first.groupby("gl_account_code")["gl_account_description"].last()
    made = made.assign(gl_account_description=made["gl_account_code"].map(names))
    keys = ["gl_account_code", *_WHEN, *(name for name in GL if name != "gl_account_code")]
    return made.groupby(keys, as_index=False, dropna=False)[list(_WHOLE)].sum()


def period_of(ledger: Any, period: str | Period) -> Period:
    """The period that is meant; "YTD" runs to the last one that the ledger has lines in."""
    year_to_date = isinstance(period, str) and period.strip().upper() == "YTD"
    return Period.of(period, latest=latest(ledger) if year_to_date else None)


def latest(ledger: Any) -> Month | None:
    """The last period that has lines of an ordinary kind; None where there are no lines."""
    frame = lines_of(ledger, "financial_year", "financial_period", "type")
    frame = frame.filter(~nw.col("type").is_in(YEAR_END) | nw.col("type").is_null())
    ordinal = nw.col("financial_year").cast(nw.Int64) * 100 + nw.col("financial_period")
    last = total(frame, (), last=ordinal.max())["last"].iloc[0]
    return None if last is None or last != last else Month(*divmod(int(last), 100))


def whole(values: pd.Series, first: int, last: int) -> None:
    """Refuse a column with a value that is no whole number in these bounds; it may be missing."""
    known = values.dropna()
    fits = known.between(first, last) & (known % 1 == 0)
    if not fits.all():
        raise DataError(
            f"There is no {values.name} {known[~fits].iloc[0]:g}",
            hint=f"It is a whole number from {first} to {last}.",
        )


def _complete(made: pd.DataFrame, named: pd.DataFrame) -> None:
    """Refuse lines that cannot be placed, rather than leave them out of a figure."""
    for name in ("gl_account_code", *_PERIOD):
        if lines := int(made.loc[made[name].isna(), "lines"].sum()):
            raise DataError(f"{lines:,} lines have no {name}", hint=BROKEN)
    if lines := int(made["lines"].sum() - made["counted"].sum()):
        raise DataError(f"{lines:,} lines have no amount", hint=BROKEN)
    whole(made["financial_year"], 1, 9999)
    whole(made["financial_period"], FIRST, LAST)
    whole(named["gl_account_type"], 0, 10**6)
    vague = named.loc[~named["balance_type"].isin(["B", "W"]), "gl_account_code"].unique()
    if len(vague):
        raise DataError(
            f"It is not known whether GL account {', '.join(vague[:5])} belongs to the balance "
            "sheet or to profit and loss",
            hint="books.refresh('gl_accounts') reads the chart of accounts again.",
        )
    kinds = named[["gl_account_code", "gl_account_type", "balance_type"]].drop_duplicates()
    twice = kinds.loc[kinds["gl_account_code"].duplicated(), "gl_account_code"].unique()
    if len(twice):
        raise DataError(
            f"GL account {', '.join(twice[:5])} is of more than one type in this ledger",
            hint="Accounts of two administrations differ: ask for one at a time, "
            "ledger[ledger['division'] == …].",
        )
