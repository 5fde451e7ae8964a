"""The file that writes are kept in, safe to use from several threads and processes."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

from exactnb.errors import ExactnbError, InputError, NotFoundError, RepeatError
from exactnb.outbox.rows import Place, Row, Status, Write

__all__ = ["Outbox"]

_TABLES = """
CREATE TABLE IF NOT EXISTS secret (key BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS writes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    moment REAL NOT NULL,
    connection_id TEXT NOT NULL,
    connection TEXT NOT NULL,
    api_url TEXT NOT NULL,
    division TEXT NOT NULL,
    action TEXT NOT NULL,
    kind TEXT NOT NULL,
    input TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    status TEXT NOT NULL DEFAULT 'unknown',
    run_id TEXT,
    record_id TEXT,
    message TEXT,
    settled_by TEXT
);
CREATE INDEX IF NOT EXISTS writes_by_fingerprint ON writes (fingerprint);
CREATE INDEX IF NOT EXISTS writes_by_record ON writes (record_id);
"""
#: seconds to wait for another process that is writing
_PATIENCE = 30.0
_COLUMNS = ", ".join(each.name for each in fields(Row))


class Outbox:
    """The outbox of this machine; any number of threads and processes may use it.

    Parameters
    ----------
    path
        Its file, made at the first write; None: in memory, and gone with this object.
    clock
        Seconds since 1970.
    """

    def __init__(self, path: Path | None, *, clock: Callable[[], float] = time.time) -> None:
        self.path = path
        self.clock = clock
        self._lock = threading.Lock()
        self._memory: sqlite3.Connection | None = None
        if path is None:
            self._memory = _ready(sqlite3.connect(":memory:", check_same_thread=False))
            weakref.finalize(self, self._memory.close)

    def record(self, place: Place, write: Write, *, hours: float, again: bool = False) -> int:
        """The id of the row that keeps the write; it is on disk when this returns.

        Parameters
        ----------
        place
            The connection.
        write
            What will be sent.
        hours
            For how long the same write is not sent twice.
        again
            Send it although it was sent before.

        Raises
        ------
        RepeatError
            The same write was sent within those hours, or it is not known whether it was.
        """
        now = self.clock()
        with self._transaction() as books:
            fingerprint = _fingerprint(_key(books), place, write)
            before = None if again else _before(books, fingerprint, now - hours * 3600)
            if before is None:
                return int(
                    books.execute(
                        "INSERT INTO writes (moment, connection_id, connection, api_url, "
                        "division, action, kind, input, fingerprint, record_id) "
                        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
                        (
                            now,
                            *place,
                            write.division,
                            write.action,
                            write.kind,
                            json.dumps(write.masked.value, ensure_ascii=False),
                            fingerprint,
                            write.record_id,
                        ),
                    ).fetchone()[0]
                )
        raise _repeat(before)

    def close(
        self,
        id: int,
        status: Status,
        *,
        run_id: str | None = None,
        record_id: str | None = None,
        message: str | None = None,
    ) -> None:
        """Keep what the answer to a write was; no answer leaves it unknown, with the reason."""
        with self._transaction() as books:
            books.execute(
                "UPDATE writes SET status = ?, run_id = ?, record_id = coalesce(?, record_id), "
                "message = ?, settled_by = ? WHERE id = ?",
                (status, run_id, record_id, message, None if status == "unknown" else "answer", id),
            )

    def settle(
        self,
        id: int,
        status: Status,
        *,
        by: str,
        record_id: str | None = None,
        run_id: str | None = None,
        message: str | None = None,
    ) -> Row:
        """The row after its write was found out about, by something else than its answer.

        Raises
        ------
        NotFoundError
            There is no such row.
        InputError
            Its answer came, or the record came of another write.
        """
        with self._transaction() as books:
            row = _row(books, id)
            if row.settled_by == "answer":
                raise InputError(f"Write {id} was answered: it is {row.status}")
            if row.kind == "create" and record_id in _claimed(books, [record_id], but=id):
                raise InputError(f"Record {record_id} came of another write")
            books.execute(
                "UPDATE writes SET status = ?, settled_by = ?, message = ?, "
                "run_id = coalesce(?, run_id), record_id = coalesce(?, record_id) WHERE id = ?",
                (status, by, message, run_id, record_id, id),
            )
            return _row(books, id)

    def row(self, id: int) -> Row:
        """One row; NotFoundError if there is none."""
        with self._transaction() as books:
            return _row(books, id)

    def rows(
        self,
        place: Place | None = None,
        *,
        status: Status | None = None,
        limit: int | None = None,
    ) -> list[Row]:
        """The writes over a connection, or over any, newest first."""
        if self.path is not None and not self.path.exists():
            return []
        asked: dict[str, Any] = {"status": status} if status else {}
        if place is not None:
            asked |= {"connection_id": place.connection_id, "api_url": place.api_url}
        tests = " AND ".join(f"{name} = :{name}" for name in asked) or "true"
        with self._transaction() as books:
            found = books.execute(
                f"SELECT {_COLUMNS} FROM writes WHERE {tests} ORDER BY id DESC LIMIT :limit",
                {**asked, "limit": -1 if limit is None else limit},
            )
            return [Row(*values) for values in found]

    def claimed(self, record_ids: Iterable[str | None], *, but: int) -> set[str]:
        """Those of the records that came of another write than this one."""
        with self._transaction() as books:
            return _claimed(books, record_ids, but=but)

    def ran(self, run_id: str, *, but: int) -> bool:
        """Whether a run belongs to another write than this one."""
        with self._transaction() as books:
            sql = "SELECT 1 FROM writes WHERE run_id = ? AND id <> ?"
            return books.execute(sql, (run_id, but)).fetchone() is not None

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """The database, to be changed by nobody else meanwhile."""
        try:
            with self._lock, self._opened() as books:
                books.execute("BEGIN IMMEDIATE")
                try:
                    yield books
                except BaseException:
                    books.execute("ROLLBACK")
                    raise
                books.execute("COMMIT")
        except (sqlite3.Error, OSError) as error:
            raise ExactnbError(
                f"The outbox cannot be used ({self.path or 'in memory'}): {error}",
                hint="Writes are recorded in it before they are sent. Make room, or set "
                "EXACTNB_HOME to a folder of your own.",
            ) from error

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        if self._memory is not None:
            yield self._memory
            return
        assert self.path is not None
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        # opened anew each time: nothing is held while waiting, and a fork inherits nothing
        books = sqlite3.connect(self.path, timeout=_PATIENCE)
        try:
            yield _ready(books)
        finally:
            books.close()


def _ready(books: sqlite3.Connection) -> sqlite3.Connection:
    """The database with its tables, in which each statement stands by itself."""
    books.isolation_level = None
    if not books.execute("SELECT 1 FROM sqlite_master WHERE name = 'writes_by_record'").fetchone():
        books.executescript(_TABLES)
    return books


def _key(books: sqlite3.Connection) -> bytes:
    """The key of the fingerprints in this file, without which nothing can be guessed from them."""
    found = books.execute("SELECT key FROM secret").fetchone()
    if found is not None:
        return bytes(found[0])
    key = secrets.token_bytes(32)
    books.execute("INSERT INTO secret VALUES (?)", (key,))
    return key


def _fingerprint(key: bytes, place: Place, write: Write) -> bytes:
    where = [place.connection_id, place.api_url, write.division, write.action]
    text = json.dumps(
        [where, _even(write.input), write.further],
        sort_keys=True,
        default=str,
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return hashlib.blake2b(text.encode(), key=key, digest_size=32).digest()


def _even(value: Any) -> Any:
    """A value in which 2.0 and 2 are the same, as they are to whoever gets them."""
    if isinstance(value, Mapping):
        return {name: _even(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_even(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _row(books: sqlite3.Connection, id: int) -> Row:
    found = books.execute(f"SELECT {_COLUMNS} FROM writes WHERE id = ?", (id,)).fetchone()
    if found is None:
        raise NotFoundError(f"There is no write {id} in the outbox", hint="books.outbox() has all.")
    return Row(*found)


def _before(books: sqlite3.Connection, fingerprint: bytes, since: float) -> Row | None:
    """The newest write of this fingerprint that was sent, or may have been."""
    found = books.execute(
        f"SELECT {_COLUMNS} FROM writes WHERE fingerprint = ? AND moment > ? "
        "AND status IN ('sent', 'unknown') ORDER BY id DESC",
        (fingerprint, since),
    ).fetchone()
    return None if found is None else Row(*found)


def _claimed(books: sqlite3.Connection, ids: Iterable[str | None], *, but: int) -> set[str]:
    sql = "SELECT 1 FROM writes WHERE record_id = ? AND kind = 'create' AND id <> ?"
    return {id for id in ids if id and books.execute(sql, (id, but)).fetchone()}


def _repeat(before: Row) -> RepeatError:
    record = f", record {before.record_id}" if before.record_id else ""
    at = f"{before.when.astimezone():%Y-%m-%d %H:%M:%S}"
    if before.status == "sent":
        what, hint = f"was sent at {at} already{record}", ""
    else:
        what = f"was sent at {at}, and it is not known whether it was written"
        hint = "books.reconcile() finds that out. "
    return RepeatError(
        f"The same {before.action} {what}",
        hint=f"{hint}If it is meant to be sent once more, say so: again=True.",
        action=before.action,
        when=before.when,
        record_id=before.record_id,
        outbox_id=before.id,
    )
