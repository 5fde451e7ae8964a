"""Pieces → rows: a later row of a key wins, keys that are gone have none, the result is sorted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["arranged", "interleaved", "lost", "winners"]

Columns = Mapping[str, pa.ChunkedArray]
Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

#: rows of a sorted base that are copied together when one of them changes
_STRETCH = 8_192


def winners(keys: Sequence[pa.ChunkedArray], gone: Mask) -> Numbers:
    """Positions of the rows that are left, in the order in which they came.

    Parameters
    ----------
    keys
        The columns of the key, of all pieces, older first. None at all: every row stays.
    gone
        Where a row only says that its key is no more.
    """
    if not keys:
        return np.flatnonzero(~gone)
    codes = _codes(keys)
    last = np.full(int(codes.max(initial=-1)) + 1, -1, dtype=np.int64)
    last[codes] = np.arange(len(codes))  # of a code that comes twice, the later position stays
    last = np.sort(last)
    return last[~gone[last]]


def _codes(keys: Sequence[pa.ChunkedArray]) -> Numbers:
    """A number for each row, the same where the whole key is."""
    codes: Numbers = np.zeros(len(keys[0]), dtype=np.int64)
    for column in keys:
        encoded = column.combine_chunks().dictionary_encode(null_encoding="encode")
        if isinstance(encoded, pa.ChunkedArray):
            encoded = encoded.unify_dictionaries().combine_chunks()
        part: Numbers = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        if len(keys) == 1:
            return part
        codes = np.unique(codes * (len(encoded.dictionary) + 1) + part, return_inverse=True)[1]
        codes = codes.reshape(-1).astype(np.int64)
    return codes


def arranged(columns: Sequence[pa.ChunkedArray]) -> Numbers:
    """Positions that sort rows by these columns, null last; equal rows stay as they are."""
    count = len(columns[0])
    table = pa.table(
        [*map(_comparable, columns), pa.array(np.arange(count))],
        names=[str(at) for at in range(len(columns) + 1)],
    )
    keys = [(name, "ascending") for name in table.column_names]
    return np.asarray(pc.sort_indices(table, sort_keys=keys)).astype(np.int64)


def _comparable(column: Any) -> Any:
    """The column with its NaN as null: the one value that is not even equal to itself."""
    if pa.types.is_floating(column.type):
        return pc.if_else(pc.is_nan(column), None, column)
    return column


def lost(keys: Sequence[pa.ChunkedArray], later: Sequence[pa.ChunkedArray]) -> Mask:
    """Where a row has a key that comes in later pieces.

    Parameters
    ----------
    keys
        The columns of the key, of the base.
    later
        The same of all that came after it.
    """
    if not keys:
        return np.zeros(0, dtype=bool)
    mask = pc.is_in(keys[0], value_set=later[0].combine_chunks())
    for column, others in zip(keys[1:], later[1:], strict=True):
        mask = pc.and_(mask, pc.is_in(column, value_set=others.combine_chunks()))
    found: Mask = np.asarray(mask)
    if len(keys) == 1 or not found.any():
        return found
    # each part of the key comes somewhere in the later ones; now the keys as a whole
    may = np.flatnonzero(found)
    both = [
        pa.chunked_array([*column.take(pa.array(may)).chunks, *others.chunks])
        for column, others in zip(keys, later, strict=True)
    ]
    codes = _codes(both)
    found[may] = np.isin(codes[: len(may)], codes[len(may) :])
    return found


def places(base: Sequence[pa.ChunkedArray], rows: Sequence[pa.ChunkedArray]) -> Numbers:
    """For each row, the position in the sorted base before which it comes: a binary search.

    Parameters
    ----------
    base, rows
        The columns that both are sorted by.
    """
    low: Numbers = np.zeros(len(rows[0]), dtype=np.int64)
    high: Numbers = np.full(len(rows[0]), len(base[0]), dtype=np.int64)
    base = [_comparable(column) for column in base]
    rows = [_comparable(column) for column in rows]
    while (open_ := np.flatnonzero(low < high)).size:
        middle = (low[open_] + high[open_]) // 2
        before = _before(
            [column.take(pa.array(middle)) for column in base],
            [column.take(pa.array(open_)) for column in rows],
        )
        low[open_] = np.where(before, middle + 1, low[open_])
        high[open_] = np.where(before, high[open_], middle)
    return low


def _before(left: Sequence[Any], right: Sequence[Any]) -> Mask:
    """Where a row of the left sorts before its counterpart, null last."""
    before: Mask = np.zeros(len(left[0]), dtype=bool)
    same: Mask = np.ones(len(left[0]), dtype=bool)
    for one, other in zip(left, right, strict=True):
        if one.type == pa.null():
            continue
        empty, others_empty = np.asarray(pc.is_null(one)), np.asarray(pc.is_null(other))
        less = np.asarray(pc.fill_null(pc.less(one, other), False)) | (~empty & others_empty)
        equal = np.asarray(pc.fill_null(pc.equal(one, other), False)) | (empty & others_empty)
        before |= same & less
        same &= equal
    return before


class Stretch(NamedTuple):
    """Rows of a sorted base from one position to another, and what becomes of them."""

    start: int
    stop: int
    first: int = 0
    last: int = 0
    """Which new rows come among them."""
    take: pa.Array | None = None
    """Positions in both together; None: the rows stay as they are."""


def stretches(without: Mask, where: Numbers) -> Iterator[Stretch]:
    """A sorted base cut into stretches that stay and stretches that change.

    Parameters
    ----------
    without
        The rows of the base that it loses.
    where
        For each new row, sorted, the position before which it comes.
    """
    count = len(without)
    number = max(1, -(-count // _STRETCH))
    changed = np.zeros(number, dtype=bool)
    changed[np.flatnonzero(without) // _STRETCH] = True
    changed[np.minimum(where // _STRETCH, number - 1)] = True
    edges = [0, *(np.flatnonzero(np.diff(changed)) + 1).tolist(), number]
    for begin, end in pairwise(edges):
        start, stop = begin * _STRETCH, min(end * _STRETCH, count)
        if not changed[begin]:
            yield Stretch(start, stop)
            continue
        first = int(np.searchsorted(where, start)) if start else 0
        last = len(where) if stop == count else int(np.searchsorted(where, stop))
        kept = np.flatnonzero(~without[start:stop])
        new = np.arange(last - first) + (stop - start)
        take = np.insert(kept, np.searchsorted(kept, where[first:last] - start), new)
        yield Stretch(start, stop, first, last, pa.array(take))


def interleaved(
    plan: Sequence[Stretch], base: pa.ChunkedArray, rows: pa.ChunkedArray
) -> pa.ChunkedArray:
    """A column of the base with what it loses left out and the new rows in their places."""
    chunks: list[pa.Array] = []
    for each in plan:
        old = base.slice(each.start, each.stop - each.start).chunks
        if each.take is None:
            chunks += old
        else:
            new = rows.slice(each.first, each.last - each.first).chunks
            chunks.append(pa.concat_arrays([*old, *new]).take(each.take))
    return pa.chunked_array(chunks, base.type)
