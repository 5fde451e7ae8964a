"""What a sheet can hold, each as a statement: results, tables, and any DataFrame."""

from __future__ import annotations

from typing import Any

import pandas as pd

from exactnb.analyses.result import Result
from exactnb.display.interactive import Interactive
from exactnb.display.show import Table
from exactnb.display.statement import Column, Kind, Row, Statement, is_cents
from exactnb.reports.sheets import is_number

__all__ = ["as_statement"]


def as_statement(thing: Any) -> Statement | None:
    """A result with all of its rows, or a list of a frame's; None for what is no table.

    Examples
    --------
    >>> import pandas as pd
    >>> told = as_statement(pd.DataFrame({"code": ["0012"], "amount": [12.5]}))
    >>> [column.kind for column in told.columns]
    ['text', 'cents']
    """
    if isinstance(thing, Statement):
        return thing
    if isinstance(thing, Result):
        return thing.whole_statement
    if isinstance(thing, Interactive):
        return as_statement(thing.plain)
    if isinstance(thing, Table):
        frame = thing.frame[list(thing.columns)].head(thing.rows)
        return _list(frame, thing.caption, [thing.note])
    if isinstance(thing, pd.Series):
        thing = thing.to_frame()
    return _list(_told(thing), "", []) if isinstance(thing, pd.DataFrame) else None


def _list(frame: pd.DataFrame, title: str, notes: list[str]) -> Statement:
    columns = [frame.iloc[:, at] for at in range(len(frame.columns))]  # a name may be there twice
    cells = zip(*(column.astype(object).tolist() for column in columns), strict=True)
    named = zip(frame.columns, columns, strict=True)
    return Statement(
        title,
        [Column(_label(name), _kind(column)) for name, column in named],
        [Row(row) for row in cells] if columns else [],
        notes=notes,
    )


def _kind(values: pd.Series) -> Kind:
    if pd.api.types.is_bool_dtype(values) or pd.api.types.is_integer_dtype(values):
        return "plain"
    if pd.api.types.is_float_dtype(values):
        return "cents" if is_cents(values.astype("float64")) else "plain"
    if pd.api.types.is_datetime64_any_dtype(values):
        return "date"
    held = values.dropna()
    return "plain" if len(held) and all(map(is_number, held)) else "text"


def _told(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with what its index says as columns; row numbers say nothing."""
    index = frame.index
    plain = index.names == [None] and (not len(index) or pd.api.types.is_integer_dtype(index.dtype))
    return frame if plain else frame.reset_index()


def _label(name: Any) -> str:
    return " · ".join(str(part) for part in name if part) if isinstance(name, tuple) else str(name)
