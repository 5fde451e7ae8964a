"""What type a column has whose pieces differ, and its values in that type, with nothing lost."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["as_text", "common", "conform", "plain"]

_TEXT = pa.string()
_INTEGERS = (pa.int8(), pa.int16(), pa.int32(), pa.int64())


def plain(kind: pa.DataType) -> pa.DataType:
    """The type without the ways to write it shorter."""
    if pa.types.is_dictionary(kind):
        return plain(kind.value_type)
    return _TEXT if kind in (pa.large_string(), pa.string_view()) else kind


def common(kinds: Iterable[pa.DataType]) -> pa.DataType:
    """The one type for values of all these: that which they share, else text.

    A column of nulls has no type; whole numbers take the widest.
    """
    seen = {plain(kind) for kind in kinds} - {pa.null()}
    if len(seen) <= 1:
        return seen.pop() if seen else pa.null()
    if seen.issubset(_INTEGERS):
        return max(seen, key=lambda kind: int(kind.bit_width))
    return _TEXT


def conform(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    """The column in a type that :func:`common` gave for it and others."""
    if column.type == kind:
        return column
    if pa.types.is_string(kind) and plain(column.type) != kind and column.type != pa.null():
        return as_text(column)
    return column.cast(kind)


def as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Dates as ISO 8601 writes them, all else as JSON would; text stays what it is."""
    kind = column.type
    if pa.types.is_timestamp(kind):
        # 2025-01-31 00:00:00.000 → 2025-01-31T00:00:00
        text = pc.replace_substring(column.cast(_TEXT), " ", "T", max_replacements=1)
        return pc.replace_substring_regex(text, r"\.0+(Z|[+-]|$)", r"\1")
    if pa.types.is_floating(kind) and not pa.types.is_float16(kind):
        # what has no fraction is a whole number in JSON, and equal to one
        return column.cast(_TEXT)
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_date(kind):
        return column.cast(_TEXT)
    if pa.types.is_time(kind) or pa.types.is_decimal(kind):
        return column.cast(_TEXT)
    return pa.chunked_array([pa.array(map(_json, column.to_pylist()), _TEXT)], _TEXT)


def _json(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)
