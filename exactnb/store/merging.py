"""Pieces → rows: a later row of a key wins, keys that are gone have none, the result is sorted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from exactnb.store.taking import take

__all__ = [
    "Mask",
    "Numbers",
    "Stretch",
    "arranged",
    "interleaved",
    "lost",
    "places",
    "stretches",
    "winners",
]

Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

#: rows of a sorted base that are copied together where one of them changes
_STRETCH = 8_192
#: such stretches that are copied together at most
_LONGEST = 32


def winners(keys: Sequence[pa.ChunkedArray], gone: Mask) -> Numbers:
    """Positions of the rows that are left, in no order.

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
    last: Numbers = np.zeros(int(codes.max(initial=-1)) + 1, dtype=np.int64)
    last[codes] = np.arange(len(codes))  # of a code that comes twice the later position stays
    return last[~gone[last]]


def _codes(keys: Sequence[pa.ChunkedArray]) -> Numbers:
    """A number for each row, from 0 on, the same where the whole key is."""
    codes: Numbers = np.zeros(len(keys[0]), dtype=np.int64)
    for column in keys:
        # which gives all chunks the same dictionary, so that their numbers mean the same
        parts = column.dictionary_encode().chunks
        of_it = [np.asarray(part.indices, dtype=np.int64) for part in parts]
        one: Numbers = np.concatenate(of_it) if of_it else codes
        if column is keys[0]:
            codes = one
        else:
            both = codes * (int(one.max(initial=0)) + 1) + one
            codes = np.unique(both, return_inverse=True)[1].reshape(-1).astype(np.int64)
    return codes


def arranged(columns: Sequence[pa.ChunkedArray]) -> Numbers:
    """Positions that sort rows by these columns, null last; equal rows stay as they are."""
    names = [str(at) for at in range(len(columns) + 1)]
    place = pa.array(np.arange(len(columns[0])))
    table = pa.table([*map(_comparable, columns), place], names=names)
    # what is null throughout sorts nothing, and Arrow would not know how
    by = [(name, "ascending") for name in names if table[name].type != pa.null()]
    return np.asarray(pc.sort_indices(table, sort_keys=by)).astype(np.int64)


def lost(keys: Sequence[pa.ChunkedArray], later: Sequence[pa.ChunkedArray]) -> Mask:
    """Where a row of the base has a key that comes again later, be it to say that it is gone.

    Parameters
    ----------
    keys, later
        The columns of the key, of the base and of all that came after it.
    """
    mask = pc.is_in(keys[0], value_set=later[0])
    for column, others in zip(keys[1:], later[1:], strict=True):
        mask = pc.and_(mask, pc.is_in(column, value_set=others))
    found: Mask = np.array(mask)
    may = np.flatnonzero(found)
    if len(keys) > 1 and len(may):
        # each part of the key comes again; it must be so for the key as a whole
        at = pa.array(may)
        both = [
            pa.chunked_array([*column.take(at).chunks, *others.chunks], column.type)
            for column, others in zip(keys, later, strict=True)
        ]
        codes = _codes(both)
        found[may] = np.isin(codes[: len(may)], codes[len(may) :])
    return found


def places(base: Sequence[pa.ChunkedArray], rows: Sequence[pa.ChunkedArray]) -> Numbers:
    """For each row the position in the sorted base before which it comes: a binary search.

    Parameters
    ----------
    base, rows
        The columns that both are sorted by.
    """
    low: Numbers = np.zeros(len(rows[0]), dtype=np.int64)
    high: Numbers = np.full(len(rows[0]), len(base[0]), dtype=np.int64)
    base, rows = list(map(_comparable, base)), list(map(_comparable, rows))
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
    """Where a row on the left sorts before that on the right, null last."""
    before: Mask = np.zeros(len(left[0]), dtype=bool)
    same: Mask = np.ones(len(left[0]), dtype=bool)
    for one, other in zip(left, right, strict=True):
        if one.type == pa.null():
            continue
        no_one, no_other = np.asarray(pc.is_null(one)), np.asarray(pc.is_null(other))
        less = np.asarray(pc.fill_null(pc.less(one, other), False))
        equal = np.asarray(pc.fill_null(pc.equal(one, other), False))
        before |= same & (less | (~no_one & no_other))
        same &= equal | (no_one & no_other)
    return before


def _comparable(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column with its NaN as null: of all values the one that is not equal to itself."""
    if pa.types.is_floating(column.type):
        return pc.if_else(pc.is_nan(column), None, column)
    return column


class Stretch(NamedTuple):
    """Rows of a sorted base from one position to another, and what becomes of them."""

    start: int
    stop: int
    first: int = 0
    last: int = 0
    """Which of the new rows come among them."""
    positions: pa.Array | None = None
    """Of the rows that are left, in the old ones followed by the new; None: all the old."""


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
    turns = np.flatnonzero(np.diff(changed)) + 1
    edges = sorted({*range(0, number, _LONGEST), *turns.tolist(), number})
    for begin, end in pairwise(edges):
        start, stop = begin * _STRETCH, min(end * _STRETCH, count)
        if not changed[begin]:
            yield Stretch(start, stop)
            continue
        first = int(np.searchsorted(where, start))
        last = len(where) if stop == count else int(np.searchsorted(where, stop))
        kept = np.flatnonzero(~without[start:stop])
        new = np.arange(last - first) + (stop - start)
        among = np.searchsorted(kept, where[first:last] - start)
        yield Stretch(start, stop, first, last, pa.array(np.insert(kept, among, new)))


def interleaved(
    plan: Sequence[Stretch], base: pa.ChunkedArray, rows: pa.ChunkedArray
) -> pa.ChunkedArray:
    """A column of the base without what it loses and with the new rows in their places."""
    chunks: list[pa.Array] = []
    for each in plan:
        old = base.slice(each.start, each.stop - each.start).chunks
        if each.positions is None:
            chunks += old
        else:
            new = rows.slice(each.first, each.last - each.first).chunks
            chunks.append(take(pa.concat_arrays([*old, *new]), each.positions))
    return pa.chunked_array(chunks, base.type)
