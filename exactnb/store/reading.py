"""The rows of a table, out of its pieces."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from exactnb.errors import NotFoundError
from exactnb.store.dictionaries import encoded, pruned, unified
from exactnb.store.manifest import Piece, Shape
from exactnb.store.merging import (
    Mask,
    Numbers,
    arranged,
    interleaved,
    lost,
    places,
    stretches,
    winners,
)
from exactnb.store.pieces import Pieces
from exactnb.store.taking import take_all
from exactnb.threads import pool

__all__ = ["count", "gather", "read", "schema"]

Columns = dict[str, pa.ChunkedArray]

#: columns that are merged at the same time
_WORKERS = min(4, os.cpu_count() or 1)


def schema(folder: Path, files: Sequence[Piece]) -> pa.Schema:
    """The columns that any of the files has, and their types over all of them."""
    return pa.schema(list(Pieces(folder, files).types.items()))


def read(
    folder: Path,
    files: Sequence[Piece],
    shape: Shape,
    columns: Sequence[str] | pa.Schema | None = None,
    dictionaries: Collection[str] = (),
) -> pa.Table:
    """The rows of a table whose first file is its base: merged and sorted.

    Rows of the base are copied only near those that a later file changes.
    """
    pieces = Pieces(folder, files)
    names = _asked(pieces, columns)
    short = [name for name in names if name in dictionaries]
    if len(files) > 1 and _still_sorted(pieces, shape):
        found = _overlaid(pieces, shape, names, short)
    else:
        whole = len(files) == 1
        found = pieces.read(0, names, short) if whole else _gathered(pieces, shape, names)
        found |= {name: unified(encoded(found[name])) for name in short}
    return pa.table({name: found[name] for name in names})


def gather(
    folder: Path,
    files: Sequence[Piece],
    shape: Shape,
    columns: Sequence[str] | pa.Schema | None = None,
) -> pa.Table:
    """The rows of pieces in any order and with keys that repeat: merged and sorted."""
    pieces = Pieces(folder, files)
    names = _asked(pieces, columns)
    found = _gathered(pieces, shape, names)
    return pa.table({name: found[name] for name in names})


def count(folder: Path, files: Sequence[Piece], shape: Shape) -> int:
    """How many rows :func:`read` gives; only the key is read for it, if anything."""
    if len(files) == 1 or not shape.key:
        return sum(piece.rows for piece in files if piece.kind == "rows")
    pieces = Pieces(folder, files)
    later, base = _later(pieces, shape.key), pieces.read(0, shape.key)
    left = winners(list(later.values()), _gone(pieces, 1))
    without = lost(list(base.values()), list(later.values()))
    return int(len(without) - without.sum() + len(left))


def _asked(pieces: Pieces, columns: Sequence[str] | pa.Schema | None) -> list[str]:
    """The names of the columns to read; those of a schema may be in no piece at all."""
    if columns is None:
        return list(pieces.types)
    if isinstance(columns, pa.Schema):
        for field in columns:
            pieces.types.setdefault(field.name, field.type)
        return list(columns.names)
    if unknown := [name for name in columns if name not in pieces.types]:
        raise NotFoundError(
            f"The table has no column {', '.join(map(repr, unknown))}",
            hint=f"It has: {', '.join(pieces.types)}.",
        )
    return list(dict.fromkeys(columns))


def _sorting(shape: Shape) -> list[str]:
    """What rows are sorted by: the order, then the key, so that no two are equal."""
    return list(dict.fromkeys((*shape.order, *shape.key)))


def _still_sorted(pieces: Pieces, shape: Shape) -> bool:
    """Whether the base is in order in the types that its columns have over all pieces.

    As text, numbers sort otherwise.
    """
    for name in _sorting(shape):
        mine, shared = pieces.type_in(0, name), pieces.types.get(name, pa.null())
        if mine not in (shared, pa.null()) and pa.types.is_string(shared):
            return False
    return True


def _gone(pieces: Pieces, start: int = 0) -> Mask:
    """Where the rows of the pieces from there on are keys that are gone."""
    listed = pieces.listed[start:]
    return np.repeat([piece.kind == "gone" for piece in listed], [piece.rows for piece in listed])


def _later(pieces: Pieces, names: Sequence[str], start: int = 1) -> Columns:
    """The columns of the pieces from there on, one after the other."""
    parts = [pieces.read(at, names) for at in range(start, len(pieces.listed))]
    return {
        name: pa.chunked_array(
            [chunk for part in parts for chunk in part[name].chunks], parts[0][name].type
        )
        for name in names
    }


def _gathered(pieces: Pieces, shape: Shape, names: Sequence[str], start: int = 0) -> Columns:
    """The rows of the pieces from there on, with the columns of their key and order too."""
    sorting = _sorting(shape)
    found = _later(pieces, list(dict.fromkeys((*names, *sorting))), start)
    left = winners([found[name] for name in shape.key], _gone(pieces, start))
    if sorting:
        positions = pa.array(left)
        left = left[arranged([take_all(found[name], positions) for name in sorting])]
    positions = pa.array(left)
    # one column at a time, so that no more than one is there twice
    return {name: take_all(found.pop(name), positions) for name in list(found)}


def _overlaid(
    pieces: Pieces, shape: Shape, names: Sequence[str], dictionaries: Collection[str]
) -> Columns:
    """The rows of the base, and in their places those that came later."""
    sorting = _sorting(shape)
    rows = _gathered(pieces, shape, names, start=1)
    base = pieces.read(0, list(rows), dictionaries)
    without: Mask = np.zeros(pieces.listed[0].rows, dtype=bool)
    if shape.key:
        later = _later(pieces, shape.key)
        without = lost([base[name] for name in shape.key], list(later.values()))
    where: Numbers = np.full(len(next(iter(rows.values()))), len(without), dtype=np.int64)
    if sorting:
        where = places([base[name] for name in sorting], [rows[name] for name in sorting])
    plan, dropped = list(stretches(without, where)), pa.array(without)

    def merged(name: str) -> pa.ChunkedArray:
        old, new = base.pop(name), rows.pop(name)
        if name not in dictionaries:
            return interleaved(plan, old, new)
        both = unified(pa.chunked_array([*encoded(old).chunks, *encoded(new).chunks]))
        codes = pa.chunked_array([part.indices for part in both.chunks])
        old, new = codes.slice(0, len(old)), codes.slice(len(old))
        return pruned(interleaved(plan, old, new), both.chunk(0).dictionary, old.filter(dropped))

    # a few columns at a time: Arrow works outside Python's lock, and the others are there once
    with pool(_WORKERS) as workers:
        return dict(zip(names, workers.map(merged, names), strict=True))
