"""The one who writes: pieces first, then the manifest that makes them count."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from exactnb.errors import DataError, ExactnbError
from exactnb.store import disk, pieces, reading
from exactnb.store.manifest import Piece, Shape, State, TableState, encode, now

if TYPE_CHECKING:
    from exactnb.store.store import Store

__all__ = ["Writer"]

#: share of the base that may come after it before both are written as one
_SHARE = 0.05
#: files of a table before they are written as one
_PIECES = 20
#: seconds that a file outlives the state that named it, for readers that are at it
_GRACE = 600.0


@dataclass(frozen=True)
class _Staged:
    shape: Shape
    whole: bool = False
    gone: pa.Table | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)


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
            What to remember of the pull, as JSON; put over what was remembered of it before.

        Raises
        ------
        DataError
            Rows without a key.
        ExactnbError
            The disk is full, or the folder somebody else's; nothing has changed.
        """
        _check(table, rows, shape.key)
        before = self.state.tables.get(table, TableState(key=shape.key, order=shape.order))
        piece = self._write(table, rows, shape)
        self._put(
            {
                table: replace(
                    before,
                    pending=(*before.pending, piece),
                    pending_meta={**before.pending_meta, **pending_meta},
                )
            }
        )

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
            Its key and order; if these are new, the table is written anew.
        whole
            What is pending is all there is: it replaces what was there.
        gone
            Keys of which there shall be no row, neither old nor pending: an array for a key of
            one column, a table of the key's columns for any.
        **meta
            What to remember of the table, as JSON; put over what was remembered before, or
            instead of it if the table is whole.
        """
        self._staged[table] = _Staged(shape, whole, _keys(table, gone, shape), meta)

    def remember(self, **meta: Any) -> None:
        """Have the next commit remember something of the whole store, as JSON."""
        self._meta |= meta

    def commit(self) -> State:
        """The new state: all that was staged, in one step.

        A table of which much came after its base is written as one sorted file. Files that
        nothing needs any more are deleted.

        Raises
        ------
        ExactnbError
            The disk is full, or the folder somebody else's; nothing has changed.
        """
        self._own()
        tables = {
            name: replace(
                before := self.state.tables.get(name, TableState()),
                files=self._files(name, before, staged),
                pending=(),
                meta=dict(staged.meta) if staged.whole else {**before.meta, **staged.meta},
                pending_meta={},
                key=staged.shape.key,
                order=staged.shape.order,
            )
            for name, staged in self._staged.items()
        }
        meta = {**self.state.meta, **self._meta}
        self._put(tables, meta=meta, made_at=now())
        self._staged, self._meta = {}, {}
        self._collect()
        return self.state

    def _files(self, name: str, before: TableState, staged: _Staged) -> tuple[Piece, ...]:
        """The files of a table with what is staged: a base, then what came after it."""
        shape = staged.shape
        gone = [] if staged.gone is None else [self._write(name, staged.gone, shape, "gone")]
        old = () if staged.whole else before.files
        if not old or before.shape != shape:
            return (self._base(name, [*old, *before.pending, *gone], shape),)
        files = [*old, *gone]
        if before.pending:
            rows = reading.gather(self._folder, [*before.pending, *gone], shape)
            if rows.num_rows:
                files.append(self._write(name, rows, shape))
        later = sum(piece.rows for piece in files[1:])
        if len(files) > _PIECES or later > _SHARE * files[0].rows:
            rows = reading.read(self._folder, files, shape)
            return (self._write(name, rows, shape),)
        return tuple(files)

    def _base(self, name: str, files: Sequence[Piece], shape: Shape) -> Piece:
        if any(piece.kind == "rows" for piece in files):
            rows = reading.gather(self._folder, files, shape)
        else:
            rows = pa.table({column: pa.nulls(0) for column in (*shape.key, *shape.order)})
        return self._write(name, rows, shape)

    def _write(self, name: str, rows: pa.Table, shape: Shape, kind: Any = "rows") -> Piece:
        self._own()
        with disk.writing(self._folder):
            return pieces.write(self._folder, name, rows, kind, distinct=shape.key)

    def _put(self, tables: Mapping[str, TableState], **others: Any) -> None:
        """Make a state with these tables the good one."""
        self._own()
        state = replace(self.state, tables={**self.state.tables, **tables}, **others)
        data = encode(state)
        with disk.writing(self._folder):
            needed = {piece.file for piece in state.pieces()}
            for piece in self.state.pieces():
                if piece.file not in needed:
                    os.utime(self._folder / piece.file)  # its grace begins
            disk.replace(self._store.manifest, data)
        self.state = state

    def _collect(self) -> None:
        """Delete the files that nothing needs, such as those of a writer that was killed."""
        try:
            needed = {piece.file for piece in self.state.pieces()} | self._store.spared()
        except DataError:
            return  # a snapshot is damaged, and what it needs is not known
        old = time.time() - _GRACE
        for path in [*self._folder.glob("*.parquet"), *self._folder.rglob("*.tmp")]:
            if path.name not in needed and path.stat().st_mtime < old:
                disk.remove(path)

    def _own(self) -> None:
        if self._process != os.getpid():
            raise ExactnbError(
                "This writer of the local copy is not in force any more",
                hint="It writes within its `with`, and in the process that opened it.",
            )


def _check(table: str, rows: pa.Table, key: Sequence[str]) -> None:
    """Raise where rows have no key, or two columns one name."""
    names = rows.column_names
    wrong = [f"column {name!r} is there twice" for name in {n for n in names if names.count(n) > 1}]
    wrong += [f"column {name!r} of the key is missing" for name in key if name not in names]
    wrong += [
        f"{rows[name].null_count} rows have no {name!r}"
        for name in key
        if names.count(name) == 1 and rows[name].null_count
    ]
    if wrong:
        raise DataError(f"Rows of {table} cannot be kept: {'; '.join(wrong)}")


def _keys(table: str, gone: Any, shape: Shape) -> pa.Table | None:
    """Keys as a table of their columns, each once."""
    if gone is None or not len(gone):
        return None
    if not isinstance(gone, pa.Table):
        if len(shape.key) != 1:
            raise DataError(f"Keys of {table} that are gone have {len(shape.key)} columns")
        gone = pa.table({shape.key[0]: pc.unique(gone)})
    _check(table, gone, shape.key)
    return gone.select(list(shape.key))
