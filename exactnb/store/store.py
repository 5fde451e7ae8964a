"""The local copy of one administration, for any number of readers and one writer at a time."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exactnb.errors import ExactnbError, NotFoundError
from exactnb.privacy import note_names
from exactnb.store import disk
from exactnb.store.manifest import State, TableState, decode
from exactnb.store.snapshots import Snapshot, Snapshots

if TYPE_CHECKING:
    import pyarrow as pa

    from exactnb.store.writer import Writer

__all__ = ["Store"]

#: times that a reader begins anew where a writer was quicker
_TRIES = 10
#: who writes which store in this process: a second `with` within the first would wait for ever
_WRITERS: dict[Path, tuple[int, int]] = {}


class Store:
    """The tables of one administration, in one folder.

    Nothing is made before something is written. Reading takes no lock. Of pyarrow, which does
    the work, nothing is loaded before there is any.

    Parameters
    ----------
    folder
        Where its files are, for nobody else to look into.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self._snapshots = Snapshots(self.folder)

    @classmethod
    def of(cls, home: Path, api_url: str, connection_id: str, division: int) -> Store:
        """The store of a division that a connection reaches, below the user's data folder."""
        slug = re.sub(r"[^a-z0-9]+", "-", connection_id.lower()).strip("-")[:40]
        which = hashlib.sha256(f"{api_url}\n{connection_id}".encode()).hexdigest()[:12]
        return cls(Path(home) / "stores" / f"{slug}-{which}" / str(int(division)))

    def __repr__(self) -> str:
        return f"Store({str(self.folder)!r})"

    @property
    def manifest(self) -> Path:
        """The file that says which of the others make the good state."""
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
            raw = disk.read(self.manifest)
        except (FileNotFoundError, NotADirectoryError):
            return State()
        except OSError as error:
            raise ExactnbError(
                f"The local copy cannot be read ({self.folder}): {error.strerror or error}",
                hint="See to whom the folder belongs, or set EXACTNB_HOME to one of your own.",
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
            Which, in this order; None: all. Where only some files have a column, it is null in
            the rows of the others. One that no file has is an error, unless a ``pa.Schema`` is
            given here: then it is null throughout, and of that schema's type.
        state
            From :meth:`state`; None: the good one at this moment.
        dictionaries
            Columns to give as dictionaries: one for the whole column, of the values that occur,
            sorted, with numbers of 32 bits into it.

        Returns
        -------
        pa.Table
            A column that is not of one type in all files is text.

        Raises
        ------
        NotFoundError
            There is no such table, or no such column.
        DataError
            A file is damaged or missing.
        """

        def rows(one: TableState) -> pa.Table:
            from exactnb.store import reading

            return reading.read(self.folder, one.files, one.shape, columns, dictionaries)

        found: pa.Table = self._reading(table, state, rows)
        note_names(table, dict(zip(found.column_names, found.columns, strict=True)))
        return found

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
        for _ in range(_TRIES):
            good = state or self.state()
            one = good.tables.get(table)
            if one is None or not one.files:
                raise _no_table(table, good)
            try:
                return work(one)
            except FileNotFoundError as error:
                if good == self.state():
                    raise disk.missing(error.filename) from error
                if state is not None:
                    raise _moved_on() from error
        raise _restless()

    @contextmanager
    def writing(self, on_wait: Callable[[], None] | None = None) -> Iterator[Writer]:
        """Whoever may write; there is one at a time, whichever process it is in.

        Parameters
        ----------
        on_wait
            Called once if somebody else is writing, before they are waited for.
        """
        from exactnb.store.writer import Writer

        me = (os.getpid(), threading.get_ident())
        if _WRITERS.get(self.folder) == me:
            raise ExactnbError(
                "The local copy is being written by this very cell",
                hint="One `with store.writing()` within another would wait for ever.",
            )
        lock = self._locked(on_wait)
        _WRITERS[self.folder] = me
        try:
            writer = Writer(self)
            try:
                yield writer
            finally:
                writer.close()
        finally:
            if os.getpid() == me[0]:  # a fork has the lock of its parent, and leaves it alone
                _WRITERS.pop(self.folder, None)
                lock.release()

    def _locked(self, on_wait: Callable[[], None] | None) -> Any:
        """The lock on writing; the system frees it when its holder dies."""
        from filelock import FileLock, Timeout

        # beside the folder, so that it outlives what it guards
        path = self.folder.with_name(f"{self.folder.name}.lock")
        with disk.refusals(self.folder):
            disk.private(self.folder)
            lock = FileLock(str(path), mode=0o600)
            with suppress(Timeout):
                lock.acquire(timeout=0)
                return lock
        if on_wait is not None:
            on_wait()
        with disk.refusals(self.folder):
            lock.acquire()
        return lock

    def snapshot(self, name: str) -> None:
        """Keep the good state under a name, which takes hardly any time or space.

        Kept again under the same name, the same figures are no error.

        Raises
        ------
        NotFoundError
            Nothing was pulled yet.
        InputError
            No name, or one under which other figures are kept.
        """
        for _ in range(_TRIES):
            state = self.state().settled()
            if not state.tables:
                raise NotFoundError(
                    "There is nothing to keep a snapshot of",
                    hint="Pull it first: books.refresh().",
                )
            kept = self._snapshots.keep(name, state)
            # from here on a writer spares these files; it may have been quicker
            if not kept or all((self.folder / piece.file).exists() for piece in state.pieces()):
                return
            self._snapshots.drop(name)
            if self.state().settled() == state:
                raise disk.missing(None)
        raise _restless()

    def snapshots(self) -> list[Snapshot]:
        """The states that were kept, in the order in which they were."""
        return self._snapshots.listed()

    def drop_snapshot(self, name: str) -> None:
        """Forget a snapshot; a later commit frees the space that only it took."""
        self._snapshots.drop(name)

    def spared(self) -> set[str]:
        """The names of the files that a snapshot needs."""
        return {piece.file for piece in self._snapshots.pieces()}

    def size(self) -> int:
        """Bytes that the store takes on disk, snapshots and all."""
        total = 0
        for path in self.folder.rglob("*"):
            with suppress(FileNotFoundError):  # a writer cleans up meanwhile
                total += path.stat().st_size if path.is_file() else 0
        return total

    def forget(self) -> None:
        """Delete all of it, snapshots too; refused while somebody is writing."""

        def busy() -> None:
            raise ExactnbError(
                "Somebody is pulling into the local copy at this moment",
                hint="Let it come to its end, or interrupt it, and forget it then.",
            )

        lock = self._locked(busy)
        try:
            with disk.refusals(self.folder):
                self.manifest.unlink(missing_ok=True)  # readers find nothing rather than half
                shutil.rmtree(self.folder)
        finally:
            lock.release()


def _no_table(table: str, state: State) -> NotFoundError:
    there = ", ".join(state.names)
    return NotFoundError(
        f"Table {table!r} was not pulled to its end yet"
        if table in state.tables
        else f"There is no table {table!r} in the local copy",
        hint=f"There are: {there}." if there else "Pull it first: books.refresh().",
    )


def _restless() -> ExactnbError:
    return ExactnbError(
        f"The local copy changed each of the {_TRIES} times that it was read", hint="Try again."
    )


def _moved_on() -> ExactnbError:
    return ExactnbError(
        "The local copy was written anew, and the state that was asked for is no more",
        hint="Ask for the state that is good now; a snapshot keeps one: books.snapshot(name).",
    )
