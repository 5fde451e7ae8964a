"""A refresh: which tables are due, one after the other, what was deleted, one commit."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from exactnb.display.progress import progress
from exactnb.errors import AccessError, ExactnbError, IncompleteError, PullInterrupted
from exactnb.exact.moments import wall
from exactnb.local.about import cautions
from exactnb.local.declarations import LEDGER, NEEDED, TABLES, Declaration, declaration
from exactnb.local.deletions import DELETED, deleted_since, settle, version_at
from exactnb.local.pull import Course, Puller
from exactnb.local.refreshed import Change, Refreshed
from exactnb.local.refusals import Closed, Refusals
from exactnb.local.tally import Tally
from exactnb.local.ways import Reader
from exactnb.membrane.pacing import watching

if TYPE_CHECKING:
    from exactnb.settings import Settings
    from exactnb.store import State, Store
    from exactnb.store.writer import Writer

__all__ = ["refresh"]

_HOUR, _DAY = 3600.0, 86_400.0
#: the table whose row tells that an administration was moved, which changes every row version
_MOVED = "division"


def refresh(
    store: Store,
    reader: Reader,
    settings: Settings,
    tables: Sequence[str] = (),
    *,
    insist: Sequence[str] = (),
    full: bool = False,
    title: str = "Ledger",
) -> Refreshed:
    """The local copy after it was brought up to date, and what that brought.

    Parameters
    ----------
    tables
        Those to bring up to date: lines always, the others when they are due. None: those of the
        ledger, and whatever else the store holds.
    insist
        Those of them that are asked for whatever is known of them.
    full
        Read them anew.

    Raises
    ------
    AccessError
        Exact Online does not let this login read what a ledger cannot do without.
    IncompleteError
        It stopped before its end; what came is kept, and the same call goes on from there. After
        Ctrl-C it is a :class:`PullInterrupted`.
    """
    asked = [declaration(name).name for name in tables]
    with progress(title, settings.progress_delay) as bar, watching(bar.waiting):

        def wait() -> None:
            bar.say("waiting for another notebook that is refreshing these books")

        with store.writing(wait) as writer:
            tally = Tally(bar, reader.usage)
            return _Refresh(store, writer, reader, settings, tally).run(asked, insist, full=full)


class _Refresh:
    """One refresh of one store."""

    def __init__(
        self, store: Store, writer: Writer, reader: Reader, settings: Settings, tally: Tally
    ) -> None:
        self._store = store
        self._writer = writer
        self._reader = reader
        self._settings = settings
        self._tally = tally
        self._began = reader.clock.now()
        self._version: int | None = None
        self._done: dict[str, Course] = {}
        self._refusals = Refusals(
            self._state.meta.get("refused", {}), now=self._began, hours=settings.refusal_hours
        )
        moved = str(writer.state.meta.get("moved", ""))
        self._puller = Puller(reader, writer, tally, self._refusals, self._deleted_mark, moved)

    @property
    def _state(self) -> State:
        return self._writer.state

    def run(self, tables: Sequence[str], insist: Sequence[str], *, full: bool) -> Refreshed:
        """Bring it up to date."""
        started = time.monotonic()
        before = self._pending()
        for name in insist:
            self._refusals.lift(f"{name} ", DELETED)
        try:
            self._pull(tables, insist, full=full)
            deletions = self._deletions()
        except (ExactnbError, KeyboardInterrupt) as stop:
            self._writer.remember(refused=self._refusals.known)
            self._writer.commit()
            if isinstance(stop, AccessError) or (
                isinstance(stop, ExactnbError) and self._pending() == before
            ):
                raise
            raise self._stopped(stop) from stop
        counts = {name: self._stage(name, deletions) for name in self._done}
        as_of = self._as_of()
        self._writer.remember(as_of=as_of, refused=self._refusals.known, moved=self._puller.moved)
        state = self._writer.commit()
        changes = {
            name: Change(self._store.count(name, state=state), way=self._done[name].way, **found)
            for name, found in counts.items()
        }
        seconds = time.monotonic() - started
        refused = {what: str(one["why"]) for what, one in self._refusals.known.items()}
        return Refreshed(changes, refused, self._tally.calls, seconds, as_of, cautions(state))

    # --- which tables, and in what order ---------------------------------------------------

    def _pull(self, tables: Sequence[str], insist: Sequence[str], *, full: bool) -> None:
        """Pull what is due; first what tells whether the administration was moved."""
        wanted = list(tables) or [name for name in TABLES if name in LEDGER or self._held(name)]
        for name in sorted(wanted, key=list(TABLES).index):
            if full or name in insist or self._due(name):
                self._one(TABLES[name], full=full or self._forgotten(name))
            if name == _MOVED:
                self._puller.moved = self._moved()

    def _one(self, table: Declaration, *, full: bool) -> None:
        try:
            self._done[table.name] = self._puller.pull(table, full=full)
        except AccessError as refusal:
            if table.name in NEEDED or refusal.reason is not None:
                raise  # others can be done without; what is closed is in the refusals

    def _held(self, name: str) -> bool:
        found = self._state.tables.get(name)
        return found is not None and bool(found.files or found.pending_meta)

    def _due(self, name: str) -> bool:
        """Whether a table has to be asked for, by what is known of it."""
        found = self._state.tables.get(name)
        if name == "lines" or found is None or not found.files:
            return True
        if found.pending_meta or found.meta.get("moved") != self._puller.moved:
            return True
        if not {*TABLES[name].select} <= {*found.meta.get("select", ())}:
            return True
        age = self._began - float(found.meta.get("asked", 0))
        return not 0 <= age < self._settings.master_hours * _HOUR or self._missed(name)

    def _missed(self, name: str) -> bool:
        """Whether a line that came names a row of this table that is not there."""
        if "lines" not in self._done:
            return False
        for at in TABLES["lines"].names:
            if at.table == name:
                named = self._writer.pending("lines", pa.schema([(at.named_by, pa.string())]))
                keys = pc.unique(named[at.named_by]).drop_null()
                there = self._store.read(name, [at.key], state=self._state)[at.key]
                known = pc.is_in(keys, value_set=there.combine_chunks())
                if not pc.all(known, min_count=0).as_py():
                    return True
        return False

    def _forgotten(self, name: str) -> bool:
        """Whether deletions were looked at so long ago that Exact Online may not tell of all."""
        found = self._state.tables.get(name)
        if found is None or TABLES[name].deleted is None or "looked" not in found.meta:
            return False
        return self._began - float(found.meta["looked"]) > self._settings.deleted_days * _DAY

    def _moved(self) -> str:
        """When the administration was last moved, as far as is known."""
        if _MOVED not in self._done:
            return self._puller.moved
        columns = pa.schema([("code", pa.int64()), ("division_move_date", pa.timestamp("ms"))])
        row = self._writer.pending(_MOVED, columns).to_pylist()
        return str((row[0]["division_move_date"] if row else None) or "")

    # --- deletions, and the end -------------------------------------------------------------

    def _deleted_mark(self) -> int:
        """The row version of an hour ago: asked for once, when a pull of everything begins."""
        if self._version is None:
            clock = self._reader.clock
            self._version = version_at(self._reader, clock.at_least(clock.now()) - _HOUR)
        return self._version

    def _deletions(self) -> pa.Table | None:
        """What was deleted since each of the tables was looked at; None where nobody tells."""
        marks = [c.deleted for name, c in self._done.items() if TABLES[name].deleted is not None]
        if not marks:
            return None
        if DELETED not in self._refusals:
            try:
                return deleted_since(self._reader, min(marks), self._tally)
            except Closed as closed:
                self._refusals.note(DELETED, closed.why)
        return None

    def _stage(self, name: str, deletions: pa.Table | None) -> dict[str, int]:
        """Have the commit show a table; how many of its rows are new, changed, deleted."""
        table, course = TABLES[name], self._done[name]
        by = "version" if course.way == "sync" else "modified"
        gone, counts = settle(self._store, self._writer, table, deletions, full=course.full, by=by)
        meta: dict[str, Any] = {
            "way": course.way,
            "select": list(table.select),
            "mark": course.mark,
            "known": course.known,
            "moved": course.moved,
            "deleted": course.deleted,
            "asked": self._began,
        }
        if deletions is not None:
            highest = pc.max(deletions["timestamp"]).as_py()
            meta |= {"deleted": max(highest or 1, course.deleted), "looked": self._began}
        elif course.full:
            meta["looked"] = course.begun
        self._writer.stage(name, table.shape, whole=course.full, gone=gone, **meta)
        return counts

    def _stopped(self, stop: BaseException) -> IncompleteError:
        """What to raise where it stopped with something kept."""
        interrupted = isinstance(stop, KeyboardInterrupt)
        why = "it was interrupted" if interrupted else str(stop)
        return (PullInterrupted if interrupted else IncompleteError)(
            f"The refresh stopped before its end; {self._pending():,} rows that came are kept: "
            f"{why}",
            hint="The same call goes on from there. Until then the copy stays as it was: "
            "books.ledger(refresh=False).",
        )

    def _pending(self) -> int:
        return sum(piece.rows for table in self._state.tables.values() for piece in table.pending)

    def _as_of(self) -> str:
        """The moment, on Exact's wall, before which no line is missing.

        Pages that came before an interruption are not looked at again: what was booked since is
        on none of those that came after it, unless they are of row versions.
        """
        there = self._reader.clock.at_least(self._began)
        lines = self._done.get("lines")
        if lines is not None and lines.way != "sync":
            there = min(there, lines.begun)
        return wall(there).isoformat(timespec="seconds")
