"""Whoever writes: pieces first, then the manifest by which they count."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa

from exactnb.errors import DataError, ExactnbError
from exactnb.store import disk, pieces, reading
from exactnb.store.manifest import Piece, Shape, State, TableState, encode, now

if TYPE_CHECKING:
    from exactnb.store.store import Store

__all__ = ["Writer"]

#: share of its base that may come after it before both are written as one
_SHARE = 0.05
#: files of a table before they are written as one
_PIECES = 20
#: seconds that a file outlives the last state that named it, for readers that are at it
_GRACE = 600.0


@dataclass(frozen=True)
class _Staged:
    """What becomes of one table at the next commit."""

    shape: Shape
    whole: bool
    gone: pa.Table | None
    meta: Mapping[str, Any]


class Writer:
    """Changes one store; from :meth:`Store.writing`.

    Attributes
    ----------
    state : State
        What is on disk.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._folder = store.folder
        self._staged: dict[str, _Staged] = {}
        self._meta: dict[str, Any] = {}
        self._process: int | None = os.getpid()
        self.state = store.state()

    def close(self) -> None:
        """Write no more: somebody else may."""
        self._process = None

    def keep(self, table: str, rows: pa.Table, shape: Shape, **pending_meta: Any) -> None:
        """Keep rows of a pull that goes on; they are on disk when this returns.

        Parameters
        ----------
        table
            Its name.
        rows
            Some rows of it. Of a key that comes twice, the later row will win.
        shape
            Its key and order.
        **pending_meta
            What to remember of the pull, as JSON; put over what is remembered of it already.

        Raises
        ------
        DataError
            Rows without a key.
        ExactnbError
            The disk is full, or the folder somebody else's; nothing has changed.
        """
        shape, meta = _shape(shape), _json(pending_meta)
        if not rows.num_rows:  # an answer without rows may well have no columns either
            for name in shape.key:
                if name not in rows.column_names:
                    rows = rows.append_column(name, pa.nulls(0))
        _check(table, rows, shape.key)
        before = self.state.tables.get(table, TableState(key=shape.key, order=shape.order))
        pending = (*before.pending, self._write(table, rows))
        meta = {**before.pending_meta, **meta}
        self._put({table: replace(before, pending=pending, pending_meta=meta)})

    def pending(self, table: str, columns: pa.Schema) -> pa.Table:
        """What is pending of a table: each key once, in no order to speak of.

        A column that no file has is null, of the schema's type.
        """
        found = self.state.tables.get(table, TableState())
        if not found.pending:
            return columns.empty_table()
        return reading.gather(self._folder, found.pending, Shape(found.key), columns)

    def discard(self, table: str) -> None:
        """Drop what is pending of a table."""
        before = self.state.tables.get(table)
        if before is not None and (before.pending or before.pending_meta):
            self._put({table: replace(before, pending=(), pending_meta={})})

    def stage(
        self,
        table: str,
        shape: Shape,
        *,
        whole: bool = False,
        gone: pa.Array | pa.ChunkedArray | pa.Table | None = None,
        **meta: Any,
    ) -> None:
        """Have the next commit show what is pending of a table.

        Parameters
        ----------
        table
            Its name.
        shape
            Its key and order. Where they differ from before, the table is written anew.
        whole
            What is pending is all there is: it replaces what was there.
        gone
            Keys of which there shall be no row, neither old nor pending: an array for a key of
            one column, a table of its columns for any.
        **meta
            What to remember of the table, as JSON; put over what is remembered already, or
            instead of it where the table is whole.
        """
        shape = _shape(shape)
        self._staged[table] = _Staged(shape, whole, _keys(table, gone, shape.key), _json(meta))

    def remember(self, **meta: Any) -> None:
        """Have the next commit remember something of the whole store, as JSON."""
        self._meta |= _json(meta)

    def commit(self) -> State:
        """The new state: all that was staged, in one step.

        A table of which much came after its base is written as one sorted file. Files that
        nothing needs any more are deleted, those that readers may be at ten minutes later.

        Raises
        ------
        ExactnbError
            The disk is full, or the folder somebody else's; nothing has changed.
        """
        self._own()
        tables = {}
        for name, staged in self._staged.items():
            before = self.state.tables.get(name, TableState())
            tables[name] = TableState(
                files=self._files(name, before, staged),
                meta=staged.meta if staged.whole else {**before.meta, **staged.meta},
                key=staged.shape.key,
                order=staged.shape.order,
            )
        self._put(tables, meta={**self.state.meta, **self._meta}, made_at=now())
        self._staged, self._meta = {}, {}
        self._collect()
        return self.state

    def _files(self, table: str, before: TableState, staged: _Staged) -> tuple[Piece, ...]:
        """The files of a table with what is staged: a base, and what came after it."""
        shape = staged.shape
        old = () if staged.whole else before.files
        gone = [] if staged.gone is None else [self._write(table, staged.gone, "gone")]
        if not old or before.shape != shape:
            rows = self._gathered([*old, *before.pending, *gone], shape)
            return (self._write(table, rows),)
        files = [*old, *gone]
        if before.pending:
            rows = self._gathered([*before.pending, *gone], shape)
            files += [self._write(table, rows)] if rows.num_rows else []
        later = sum(piece.rows for piece in files[1:])
        if len(files) > _PIECES or later > _SHARE * files[0].rows:
            return (self._write(table, self._read(reading.read, files, shape)),)
        return tuple(files)

    def _gathered(self, files: Sequence[Piece], shape: Shape) -> pa.Table:
        if not any(piece.kind == "rows" for piece in files):
            return pa.table({name: pa.nulls(0) for name in shape.key})
        return self._read(reading.gather, files, shape)

    def _read(
        self,
        how: Callable[[Path, Sequence[Piece], Shape], pa.Table],
        files: Sequence[Piece],
        shape: Shape,
    ) -> pa.Table:
        try:
            return how(self._folder, files, shape)
        except FileNotFoundError as error:
            raise disk.missing(error.filename) from error

    def _write(self, table: str, rows: pa.Table, kind: Literal["rows", "gone"] = "rows") -> Piece:
        self._own()
        with disk.refusals(self._folder):
            return pieces.write(self._folder, table, rows, kind)

    def _put(self, tables: Mapping[str, TableState], **others: Any) -> None:
        """Make the state with these tables the good one."""
        self._own()
        before = self.state
        state = replace(before, tables={**before.tables, **tables}, **others)
        needed = {piece.file for piece in state.pieces()}
        try:
            with disk.refusals(self._folder):
                for piece in before.settled().pieces():
                    if piece.file not in needed:
                        self._retire(piece)
                disk.replace(self._store.manifest, encode(state))
        finally:
            # whatever stopped it, an interrupt even: what is on disk is what counts
            self.state = self._store.state()
        for table in before.tables.values():
            for piece in table.pending:  # which no reader has seen
                if piece.file not in needed:
                    disk.remove(self._folder / piece.file)

    def _retire(self, piece: Piece) -> None:
        """Let the grace of a file begin now."""
        with suppress(FileNotFoundError):
            os.utime(self._folder / piece.file)

    def _collect(self) -> None:
        """Delete the files that nothing needs, such as those of a writer that was killed."""
        try:
            needed = {piece.file for piece in self.state.pieces()} | self._store.spared()
        except DataError:
            return  # a snapshot is damaged, so nobody knows what it needs
        before = time.time() - _GRACE
        for path in [*self._folder.glob("*.parquet"), *self._folder.rglob("*.tmp")]:
            with suppress(FileNotFoundError):
                if path.name not in needed and path.stat().st_mtime < before:
                    disk.remove(path)

    def _own(self) -> None:
        if self._process != os.getpid():
            raise ExactnbError(
                "This writer of the local copy is not in force any more",
                hint="It writes within its `with`, and in the process that opened it.",
            )


def _shape(shape: Shape) -> Shape:
    """The shape as the manifest gives it back."""
    return Shape(tuple(shape.key), tuple(shape.order))


def _json(meta: Mapping[str, Any]) -> dict[str, Any]:
    """What is to be remembered, as the manifest gives it back; TypeError if that is not JSON."""
    return dict(json.loads(json.dumps(meta, allow_nan=False)))


def _check(table: str, rows: pa.Table, key: Sequence[str]) -> None:
    """Raise where rows have no key, or two columns one name."""
    names = rows.column_names
    wrong = [f"column {name!r} is there twice" for name in {n for n in names if names.count(n) > 1}]
    for name in key:
        if name not in names:
            wrong.append(f"column {name!r} of the key is missing")
        elif names.count(name) == 1 and (nulls := rows[name].null_count):
            wrong.append(f"{nulls} of {rows.num_rows} rows have no {name!r}")
    if wrong:
        raise DataError(f"Rows of {table!r} cannot be kept: {'; '.join(sorted(wrong))}")


def _keys(table: str, gone: Any, key: Sequence[str]) -> pa.Table | None:
    """Keys as a table of their columns, each once."""
    if gone is None or not len(gone):
        return None
    if not isinstance(gone, pa.Table):
        if len(key) != 1:
            raise DataError(
                f"Rows of {table!r} cannot be gone by one column: their key has {len(key)}"
            )
        gone = pa.table({key[0]: gone})
    _check(table, gone, key)
    return gone.select(list(key)).group_by(list(key)).aggregate([])
