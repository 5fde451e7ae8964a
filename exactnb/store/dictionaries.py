"""Columns of few values: numbers into one dictionary for all their chunks."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["coded", "decoded", "encoded"]


def encoded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column as dictionaries, one a chunk."""
    return column if pa.types.is_dictionary(column.type) else column.dictionary_encode()


def coded(column: pa.ChunkedArray) -> tuple[pa.Array, pa.ChunkedArray]:
    """The values of an encoded column, each once and sorted, and for each row which it has."""
    kind = column.type.value_type
    all_values = pa.chunked_array([chunk.dictionary for chunk in column.chunks], kind)
    values = pc.unique(all_values).drop_null()
    values = values.take(pc.sort_indices(values))
    codes = [pc.index_in(chunk.dictionary, values).take(chunk.indices) for chunk in column.chunks]
    return values, pa.chunked_array(codes, pa.int32())


def decoded(values: pa.Array, codes: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column with one dictionary: the values that occur, in their order.

    So it is the same for the same rows, in whatever pieces they came.
    """
    used = np.zeros(len(values), dtype=bool)
    used[np.asarray(pc.unique(codes).drop_null())] = True
    if not used.all():  # rows that others took the place of leave their values behind
        values = values.filter(pa.array(used))
        fewer = pa.array(np.cumsum(used) - 1, pa.int32())
        codes = pa.chunked_array([fewer.take(chunk) for chunk in codes.chunks], pa.int32())
    chunks = [pa.DictionaryArray.from_arrays(chunk, values, safe=False) for chunk in codes.chunks]
    return pa.chunked_array(chunks, pa.dictionary(pa.int32(), values.type))
