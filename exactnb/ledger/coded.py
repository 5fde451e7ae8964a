"""Columns of few distinct texts: each text once, and a small number a line.

A million lines name a few hundred GL accounts. So what belongs to an account is looked up for
those few hundred, and the lines follow by one look-up of their numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["Coded", "Codes", "coded", "encode", "first_of", "relabel"]

Codes = np.ndarray[Any, np.dtype[np.signedinteger[Any]]]


class Coded(NamedTuple):
    """A text for each line: ``words[codes]``, missing where the code is -1.

    The words are distinct, sorted, and all of them are in use, so that groups come in the order
    of their texts and there are no empty ones.
    """

    codes: Codes
    words: pa.Array


def coded(column: pa.ChunkedArray) -> Coded:
    """A column that a store gave as dictionaries: one for all, sorted, of the values that occur."""
    chunks = column.chunks
    if not chunks:
        return Coded(np.empty(0, "int8"), pa.array([], pa.string()))
    words = chunks[0].dictionary.cast(pa.string())
    parts = [chunk.indices.fill_null(-1).to_numpy(zero_copy_only=False) for chunk in chunks]
    return Coded(np.concatenate(parts).astype(_smallest(len(words))), words)


def encode(codes: Codes, words: pa.Array) -> Coded:
    """The same texts with words that are distinct and sorted; a null word is missing.

    Every word must be in use.
    """
    distinct = words.unique().drop_null().sort()
    place = pc.index_in(words, value_set=distinct).fill_null(-1).to_numpy(zero_copy_only=False)
    # the code -1 finds what is added at the end
    return Coded(np.append(place, -1).astype(_smallest(len(distinct)))[codes], distinct)


def first_of(names: pa.Array, keys: Codes, own: Coded) -> Coded:
    """The name of each line's key, or else the line's own text.

    Parameters
    ----------
    names
        The name of each key; null where it has none.
    keys
        The key of each line, -1 where it has none.
    own
        What the lines say themselves.
    """
    named = np.append(names.is_valid().to_numpy(zero_copy_only=False), False)[keys]
    codes = np.where(named, keys, np.where(own.codes < 0, -1, own.codes + np.int32(len(names))))
    words = pa.concat_arrays([names, own.words])
    used = np.zeros(len(words) + 1, dtype=bool)
    used[codes] = True
    return encode(codes, pc.if_else(pa.array(used[:-1]), words, pa.scalar(None, pa.string())))


def _smallest(size: int) -> str:
    """The integers to count so many words with, as pandas chooses them."""
    return "int8" if size < 2**7 - 1 else "int16" if size < 2**15 - 1 else "int32"


def relabel(column: Coded | pa.ChunkedArray, name: Callable[[Any], str | None]) -> Coded:
    """What each line's text or number is called; missing where it has no name."""
    if not isinstance(column, Coded):
        numbers = column.combine_chunks().dictionary_encode()
        codes = numbers.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        column = Coded(codes, numbers.dictionary)
    names = [name(word) for word in column.words.to_pylist()]
    return encode(column.codes, pa.array(names, pa.string()))
