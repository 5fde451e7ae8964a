"""The local copy of one administration, for any number of readers and one writer at a time."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exactnb.errors import DataError, ExactnbError, NotFoundError
from exactnb.store import disk
from exactnb.store.manifest import State, TableState, decode
from exactnb.store.snapshots import Snapshot, Snapshots

if TYPE_CHECKING:
    import pyarrow as pa

    from exactnb.store.writer import Writer

__all__ = ["Store"]

#: times that a reader begins anew since a writer was quicker
_TRIES = 10


class Store:
    """The tables of one administration, in one folder.

    Nothing is made before something is written. Reading takes no lock.

    Parameters
    ----------
    folder
        Where its files are; for nobody else to look into.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self._snapshots = Snapshots(self.folder)

    @classmethod
    def of(cls, home: Path, api_url: str, connection_id: str, division: int) -> Store:
        """The store of a division that a connection reaches, below the user's data folder."""
        slug = re.sub(r"[^a-z0-9]+", "-", connection_id.lower()).strip("-")[:40]
        of_it = hashlib.sha256(f"{api_url}\n{connection_id}".encode()).hexdigest()[:12]
        return cls(Path(home) / "stores" / f"{slug}-{of_it}" / str(int(division)))

    def __repr__(self) -> str:
        return f"Store({str(self.folder)!r})"

    @property
    def manifest(self) -> Path:
        """The file that says which files make the good state."""
        return self.folder / "manifest.json"

    def state(self, snapshot: str | None = None) -> State:
        """The good state: that of the last commit, or one that was kept under a name.

        Raises
        ------
        NotFoundError
            There is no snapshot of that name.
        DataError
            The list of files is damaged.
        """
        if snapshot is not None:
            return self._snapshots.state(snapshot)
        try:
            raw = self.manifest.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return State()
        except OSError as error:
            raise ExactnbError(
                f"The local copy cannot be read ({self.folder}): {error.strerror or error}",
                hint="Look to whom the folder belongs, or set EXACTNB_HOME to one of your own.",
            ) from error
        return decode(raw)[0]

    def read(
        self,
        table: str,
        columns: Sequence[str] | pa.Schema | None = None,
        *,
        state: State | None = None,
        dictionaries: Collection[str] = (),
    ) -> pa.Table:
        """The rows of a table: each key once, sorted by the table's order and then its key.

        Parameters
        ----------
        table
            Its name.
        columns
            Which, in this order; None: all. A column that only some files have is null for the
            rows of the others; one that no file has is an error, unless a ``pa.Schema`` is given
            here: then it is null, of that schema's type.
        state
            From :meth:`state`; None: the good one at this moment.
        dictionaries
            Columns to give as dictionaries: one for the whole column, of the values that occur,
            sorted.

        Returns
        -------
        pa.Table
            A column whose type differs from file to file is text.

        Raises
        ------
        NotFoundError
            There is no such table, or no such column.
        DataError
            A file is damaged.
        """

        def rows(one: TableState) -> pa.Table:
            from exactnb.store import reading

            return reading.read(self.folder, one.files, one.shape, columns, dictionaries)

        return self._reading(table, state, rows)

    def schema(self, table: str, *, state: State | None = None) -> pa.Schema:
        """The columns that :meth:`read` can give, and their types."""

        def columns(one: TableState) -> pa.Schema:
            from exactnb.store import reading

            return reading.schema(self.folder, one.files)

        return self._reading(table, state, columns)

    def count(self, table: str, *, state: State | None = None) -> int:
        """How many rows :meth:`read` gives; only the key is read for it, if anything."""

        def number(one: TableState) -> int:
            from exactnb.store import reading

            return reading.count(self.folder, one.files, one.shape)

        return int(self._reading(table, state, number))

    def _reading(self, table: str, state: State | None, work: Callable[[TableState], Any]) -> Any:
        """What comes of work on a table, begun anew where a file went away meanwhile."""
        seen = None
        for _ in range(_TRIES):
            now = state or self.state()
            one = now.tables.get(table)
            if one is None or not one.files:
                raise _no_table(table, now)
            try:
                return work(one)
            except FileNotFoundError as error:
                if state is None and now != seen:
                    seen = now
                    continue
                raise _vanished(error, given=state is not None) from error
        raise ExactnbError(
            "The local copy changed again each time that it was read", hint="Try again."
        )

    @contextmanager
    def writing(self, on_wait: Callable[[], None] | None = None) -> Iterator[Writer]:
        """A writer; there is one at a time, whichever process it is in.

        Parameters
        ----------
        on_wait
            Called once if somebody else is writing, before waiting for them.
        """
        from filelock import FileLock, Timeout

        from exactnb.store.writer import Writer

        with disk.writing(self.folder):
            disk.private(self.folder)
            # beside the folder, so that the lock outlives what it guards
            lock = FileLock(self.folder.with_name(f"{self.folder.name}.lock"), mode=0o600)
            try:
                lock.acquire(timeout=0)
            except Timeout:
                if on_wait is not None:
                    on_wait()
                lock.acquire()
        try:
            writer = Writer(self)
            try:
                yield writer
            finally:
                writer.close()
        finally:
            lock.release()

    def snapshot(self, name: str) -> None:
        """Keep the good state under a name, which takes no time and no space.

        Raises
        ------
        NotFoundError
            Nothing was pulled yet.
        InputError
            No name, or one that other figures were kept under.
        """
        for _ in range(_TRIES):
            state = self.state()
            if not state.names:
                raise NotFoundError(
                    "There is nothing to keep a snapshot of", hint="Pull it first: books.refresh()."
                )
            kept = self._snapshots.keep(name, state)
            # a writer that is at work spares what a snapshot names, once that is there
            if not kept or all(
                self._path(piece.file).exists() for piece in state.settled().pieces()
            ):
                return
            self._snapshots.drop(name)
        raise ExactnbError(
            "The local copy changed again each time that it was kept", hint="Try again."
        )

    def snapshots(self) -> list[Snapshot]:
        """The states that were kept, in the order in which they were."""
        return self._snapshots.listed()

    def drop_snapshot(self, name: str) -> None:
        """Forget a snapshot; the next commit frees the space that only it took."""
        self._snapshots.drop(name)

    def spared(self) -> set[str]:
        """The names of the files that some snapshot needs."""
        return {piece.file for piece in self._snapshots.pieces()}

    def size(self) -> int:
        """Bytes that the store takes on disk, snapshots and all."""
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())

    def forget(self) -> None:
        """Delete all of it, snapshots too."""
        with self.writing():
            self.manifest.unlink(missing_ok=True)
            shutil.rmtree(self.folder)

    def _path(self, file: str) -> Path:
        return self.folder / file


def _no_table(table: str, state: State) -> NotFoundError:
    there = ", ".join(state.names)
    begun = table in state.tables
    return NotFoundError(
        f"Table {table!r} was not pulled to its end yet"
        if begun
        else f"There is no table {table!r} in the local copy",
        hint=f"There are: {there}." if there else "Pull it first: books.refresh().",
    )


def _vanished(error: FileNotFoundError, *, given: bool) -> ExactnbError:
    if given:
        return ExactnbError(
            "The local copy moved on, and the state that was asked for is no more",
            hint="Read its state anew; a snapshot keeps one for good: books.snapshot(name).",
        )
    return DataError(
        f"The local copy is damaged: {Path(error.filename or '').name or 'a file'} is missing",
        hint="Drop it and pull anew: books.forget(), then books.refresh().",
    )
