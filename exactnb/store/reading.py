"""The rows of a table, out of its pieces."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from exactnb.errors import NotFoundError
from exactnb.store.dictionaries import coded, decoded, encoded
from exactnb.store.manifest import Piece, Shape
from exactnb.store.merging import arranged, interleaved, lost, places, stretches, winners
from exactnb.store.pieces import Pieces

__all__ = ["count", "gather", "read", "schema"]

Columns = dict[str, pa.ChunkedArray]


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
        one = len(files) == 1
        found = pieces.read(0, names, short) if one else _gathered(pieces, shape, names)
        for name in short:
            found[name] = decoded(*coded(encoded(found[name])))
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
    """How many rows :func:`read` gives, by the key alone."""
    if len(files) == 1 or not shape.key:
        return sum(piece.rows for piece in files if piece.kind == "rows")
    pieces = Pieces(folder, files)
    later = _later(pieces, shape.key)
    left = winners([later[name] for name in shape.key], _gone(pieces, 1))
    base = pieces.read(0, shape.key)
    without = lost([base[name] for name in shape.key], [later[name] for name in shape.key])
    return int(files[0].rows - without.sum() + len(left))


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
    """Whether the base is in order too if its columns take the types that all pieces share."""
    for name in _sorting(shape):
        mine, shared = pieces.type_in(0, name), pieces.types.get(name, pa.null())
        if mine not in (shared, pa.null()) and not pa.types.is_integer(shared):
            return False
    return True


def _gone(pieces: Pieces, start: int = 0) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Where the rows of the pieces from there on are keys that are gone."""
    listed = pieces.listed[start:]
    return np.repeat([piece.kind == "gone" for piece in listed], [piece.rows for piece in listed])


def _later(
    pieces: Pieces, names: Sequence[str], dictionaries: Collection[str] = (), start: int = 1
) -> Columns:
    """The columns of the pieces from there on, one after the other."""
    parts = [pieces.read(at, names, dictionaries) for at in range(start, len(pieces.listed))]
    return {
        name: pa.chunked_array(
            [chunk for part in parts for chunk in part[name].chunks], parts[0][name].type
        )
        for name in names
    }


def _gathered(pieces: Pieces, shape: Shape, names: Sequence[str], start: int = 0) -> Columns:
    """The rows of pieces in any order, with the columns of their key and order."""
    sorting = _sorting(shape)
    found = _later(pieces, list(dict.fromkeys((*names, *sorting))), start=start)
    left = winners([found[name] for name in shape.key], _gone(pieces, start))
    if sorting:
        order = pa.array(left)
        left = left[arranged([found[name].take(order) for name in sorting])]
    positions = pa.array(left)
    return {name: found.pop(name).take(positions) for name in list(found)}


def _overlaid(
    pieces: Pieces, shape: Shape, names: Sequence[str], dictionaries: Collection[str]
) -> Columns:
    """The rows of the base with what came later in its place."""
    sorting = _sorting(shape)
    rows = _gathered(pieces, shape, names, start=1)
    touched = _later(pieces, shape.key)
    base = pieces.read(0, list(rows), dictionaries)
    without = lost([base[name] for name in shape.key], [touched[name] for name in shape.key])
    if not shape.key:
        without = np.zeros(pieces.listed[0].rows, dtype=bool)
    where = places([base[name] for name in sorting], [rows[name] for name in sorting])
    plan = list(stretches(without, where))
    found = {}
    for name in names:  # one column at a time, so that each is there twice only once
        old, new = base.pop(name), rows.pop(name)
        if name in dictionaries:
            both = pa.chunked_array([*encoded(old).chunks, *encoded(new).chunks])
            values, codes = coded(both)
            old, new = codes.slice(0, len(old)), codes.slice(len(old))
            found[name] = decoded(values, interleaved(plan, old, new))
        else:
            found[name] = interleaved(plan, old, new)
    return found
