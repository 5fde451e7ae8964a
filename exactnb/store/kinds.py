"""What type a column has whose pieces differ, and its values in that type, with nothing lost."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["common", "conform", "plain"]

_TEXT = pa.string()
#: types of which each holds all values of those before it
_FAMILIES = (
    (pa.int8(), pa.int16(), pa.int32(), pa.int64()),
    (pa.float32(), pa.float64()),
    (pa.timestamp("s"), pa.timestamp("ms"), pa.timestamp("us")),
)


def plain(kind: pa.DataType) -> pa.DataType:
    """The type without the ways to write it shorter."""
    if pa.types.is_dictionary(kind):
        return plain(kind.value_type)
    return _TEXT if pa.types.is_large_string(kind) else kind


def common(kinds: Iterable[pa.DataType]) -> pa.DataType:
    """The one type for values of all these: what they share, or the widest of its family.

    Of nothing but nulls there is no type, and any other goes before it. All else is text.
    """
    seen = {plain(kind) for kind in kinds} - {pa.null()}
    if len(seen) <= 1:
        return seen.pop() if seen else pa.null()
    for family in _FAMILIES:
        if seen.issubset(family):
            return max(seen, key=family.index)
    return _TEXT


def conform(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    """The column in a type that :func:`common` gave for it and others.

    As text, dates are written as ISO 8601 has them and all else as JSON has it.
    """
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if not pa.types.is_string(kind) or _casts(column.type):
        return column if column.type == kind else column.cast(kind)
    if pa.types.is_timestamp(column.type):
        # 2025-01-31 00:00:00.000 → 2025-01-31T00:00:00
        text = pc.replace_substring(column.cast(_TEXT), " ", "T", max_replacements=1)
        return pc.replace_substring_regex(text, r"\.0+(Z|[+-]|$)", r"\1")
    return pa.chunked_array([pa.array(map(_json, column.to_pylist()), _TEXT)], _TEXT)


def _casts(kind: pa.DataType) -> bool:
    """Whether Arrow writes values of the type as they are to be written."""
    return bool(
        pa.types.is_null(kind)
        or pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_boolean(kind)
        or pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_decimal(kind)
        or pa.types.is_date(kind)
        or pa.types.is_time(kind)
    )


def _json(value: Any) -> str | None:
    if value is None:
        return None
    return json.dumps(value, ensure_ascii=False, default=str)
