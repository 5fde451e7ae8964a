"""Columns of few values: one dictionary for the whole column, and numbers into it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["encoded", "pruned", "unified"]


def encoded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column with a dictionary for each chunk."""
    if pa.types.is_dictionary(column.type):
        return column
    # what has no type has no value either, and text is what dictionaries are of
    return (column.cast(pa.string()) if column.type == pa.null() else column).dictionary_encode()


def unified(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """An encoded column with one dictionary of all its values, sorted.

    So it is the same for the same rows, in whatever pieces they came.
    """
    values = pc.unique(
        pa.chunked_array([part.dictionary for part in column.chunks], column.type.value_type)
    ).drop_null()
    values = values.take(pc.sort_indices(values))
    # the dictionary of the first chunk says how the values are numbered in all
    first = pa.DictionaryArray.from_arrays(pa.array([], pa.int32()), values)
    return pa.chunked_array([first, *column.chunks]).unify_dictionaries()


def pruned(codes: pa.ChunkedArray, values: pa.Array, lost: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column of these numbers and values, without the values that none of its rows has.

    Parameters
    ----------
    codes, values
        The column, as numbers into the values.
    lost
        Numbers of the rows that it lost: only their values can be without a row.
    """
    used = np.ones(len(values), dtype=bool)
    used[np.asarray(pc.unique(lost).drop_null())] = False
    for chunk in codes.chunks:
        if used.all():
            break
        used[np.asarray(pc.unique(chunk).drop_null())] = True
    if not used.all():
        values = values.filter(pa.array(used))
        fewer = pa.array(np.cumsum(used) - 1, pa.int32())
        codes = pa.chunked_array([fewer.take(chunk) for chunk in codes.chunks], pa.int32())
    chunks = [pa.DictionaryArray.from_arrays(chunk, values, safe=False) for chunk in codes.chunks]
    return pa.chunked_array(chunks, pa.dictionary(pa.int32(), values.type))
