"""The books of the sandbox in one SQLite database, and the cache that they are built into once."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import tempfile
import threading
import uuid
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

import platformdirs

from exactnb.sandbox.exact import tables, views
from exactnb.sandbox.exact.entities import FILE

SIZE = 12_000
SEED = 2026
#: databases up to this size are copied into memory, larger ones into a temporary file
IN_MEMORY = 64_000_000


class Table(Protocol):
    """A block of rows for one entity, as the company gives them."""

    @property
    def entity(self) -> str: ...  # noqa: D102
    @property
    def columns(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def rows(self) -> Iterable[tuple[Any, ...]]: ...  # noqa: D102


class Store:
    """One SQLite database with the books; every use of it goes through one lock.

    Tables (what is stored) are in ``main``, views of the same names (what an entity shows) in
    ``temp``, so that a file that was kept never holds a view of an older version.
    """

    def __init__(self, connection: sqlite3.Connection, *, scratch: Path | None = None) -> None:
        self.connection = connection
        self.lock = threading.RLock()
        self.version = 0
        """Counts the writes, so that what was worked out can be known to be of before."""
        self._close = weakref.finalize(self, _close, connection, scratch)
        connection.create_function("lower", 1, _lower, deterministic=True)
        connection.create_function("upper", 1, _upper, deterministic=True)
        connection.execute("PRAGMA temp_store = MEMORY")
        views.create(connection)
        self._sums: dict[str, int] = {}

    @classmethod
    def open(cls, size: int | None = None, *, seed: int = SEED, data: Path | None = None) -> Store:
        """A store with the demo company, built on first use and copied from the cache after.

        Parameters
        ----------
        size
            Number of ledger lines, about; None: the default.
        seed
            The same seed gives the same figures on every machine.
        data
            A directory that keeps a writable file, so that what is written stays.
        """
        master = _master(size or SIZE, seed)
        if data is not None:
            file = Path(data) / "sandbox.sqlite"
            if not file.exists():
                file.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(master, file)
            return cls(_connect(file))
        if master.stat().st_size <= IN_MEMORY:
            memory = _connect(":memory:")
            with closing(sqlite3.connect(master)) as source:
                source.backup(memory)
            return cls(memory)
        scratch = Path(tempfile.mkdtemp(prefix="exactnb-"))
        shutil.copyfile(master, scratch / master.name)
        return cls(_connect(scratch / master.name), scratch=scratch)

    @classmethod
    def build(cls, blocks: Iterable[Table]) -> Store:
        """A store in memory with these rows."""
        connection = _connect(":memory:")
        try:
            load(connection, blocks)
        except BaseException:
            connection.close()
            raise
        return cls(connection)

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with self.lock:
            return self.connection.execute(sql, parameters).fetchall()

    def records(self, sql: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """All rows of a query, each a dict by column name."""
        with self.lock:
            cursor = self.connection.execute(sql, parameters)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]

    def value(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        """The first value of the first row, None when there is no row."""
        with self.lock:
            row = self.connection.execute(sql, parameters).fetchone()
        return row[0] if row else None

    def fresh(self, sums: Iterable[str]) -> Store:
        """The same store, with these kept sums made anew if something was written since."""
        with self.lock:
            for kept in sums:
                if self._sums.get(kept) != self.version:
                    views.work_out(self.connection, kept)
                    self._sums[kept] = self.version
        return self

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep all that is written inside, or nothing when it raises."""
        with self.lock:
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self.connection.execute("ROLLBACK")
                raise
            self.connection.execute("COMMIT")
            self.version += 1

    def next_timestamp(self) -> int:
        """The next row version; inside a transaction."""
        sql = "UPDATE main.RowVersion SET Last = Last + 1 RETURNING Last"
        return int(self.connection.execute(sql).fetchone()[0])

    def new_key(self) -> str:
        """A key that no row has, the same one whenever the same is written; in a transaction."""
        digest = hashlib.blake2b(b"key %d" % self.next_timestamp(), digest_size=16).digest()
        return str(uuid.UUID(bytes=digest, version=4))

    def moment(self, now: int) -> int:
        """A moment, in milliseconds, after every moment in the books; inside a transaction."""
        sql = "UPDATE main.RowVersion SET Moment = max(Moment + 1, ?) RETURNING Moment"
        return int(self.connection.execute(sql, (now,)).fetchone()[0])

    def close(self) -> None:
        """Close the database and remove the private copy; more often does nothing."""
        self._close()


def load(connection: sqlite3.Connection, blocks: Iterable[Table]) -> None:
    """Make the tables, fill them, and give every row a version in order of its Modified."""
    connection.execute("BEGIN")
    for name in tables.tables():
        connection.execute(tables.ddl(name))
    for block in blocks:
        if block.entity not in tables.tables():
            raise ValueError(f"{block.entity} is not a stored entity")
        connection.executemany(tables.insert(block.entity, tuple(block.columns)), block.rows)
    _give_versions(connection)
    for statement in tables.indexes():
        connection.execute(statement)
    connection.execute("COMMIT")
    connection.execute("ANALYZE main")


def _give_versions(connection: sqlite3.Connection) -> None:
    """One series over all tables, as a database that counts its row versions would have it."""
    versioned = [
        name
        for name in tables.tables()
        if "Timestamp" in tables.columns(name) and name != "SyncDeleted"
    ]
    rows = " UNION ALL ".join(
        f"SELECT {number} AS place, rowid AS row, "
        f"{'Modified' if 'Modified' in tables.columns(name) else 'NULL'} AS moment FROM main.{name}"
        for number, name in enumerate(versioned)
    )
    connection.execute(
        "CREATE TEMP TABLE versions AS SELECT place, row, moment, 100000 + row_number() OVER "
        f"(ORDER BY moment, place, row) AS version FROM ({rows})"
    )
    connection.execute("CREATE INDEX temp.versions_of ON versions(place, row)")
    for number, name in enumerate(versioned):
        connection.execute(
            f"UPDATE main.{name} SET Timestamp = v.version FROM temp.versions v "
            f"WHERE v.place = {number} AND v.row = main.{name}.rowid"
        )
    connection.execute("CREATE TABLE main.RowVersion (Last INTEGER, Moment INTEGER)")
    connection.execute(
        "INSERT INTO main.RowVersion SELECT max(version), max(moment) FROM (SELECT 0 AS version, "
        "0 AS moment UNION ALL SELECT version, moment FROM temp.versions "
        "UNION ALL SELECT Timestamp, DeletedDate FROM main.SyncDeleted)"
    )
    connection.execute("DROP TABLE temp.versions")


def _master(size: int, seed: int) -> Path:
    """The cached database of this size and seed, built if it is not there."""
    home = os.environ.get("EXACTNB_HOME")
    folder = (Path(home) if home else Path(platformdirs.user_cache_dir("exactnb"))) / "sandbox"
    file = folder / f"company-{size}-{seed}-{_fingerprint()}.sqlite"
    if file.exists():
        return file
    from exactnb.sandbox import company  # the generator is only needed here

    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=file.stem, suffix=".part", dir=folder)
    os.close(handle)
    try:
        with closing(_connect(name)) as connection:
            for pragma in ("synchronous = OFF", "journal_mode = OFF", "cache_size = -200000"):
                connection.execute(f"PRAGMA {pragma}")  # a part that fails is thrown away
            load(connection, company.build(size, seed))
        Path(name).replace(file)
        for old in folder.glob(f"company-{size}-{seed}-*.sqlite"):
            if old != file:
                old.unlink(missing_ok=True)  # of an earlier version of the sandbox
    finally:
        with suppress(FileNotFoundError):
            Path(name).unlink()
    return file


def _fingerprint() -> str:
    """Changes with everything that the content of a database depends on."""
    here = Path(__file__).parent
    digest = hashlib.sha256()
    sources = [
        Path(__file__),
        FILE,
        *(here / "exact" / name for name in ("tables.py", "lookups.py")),
    ]
    for file in [*sources, *sorted(p for p in (here / "company").rglob("*") if p.is_file())]:
        if "__pycache__" not in file.parts:
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _connect(file: Path | str) -> sqlite3.Connection:
    connection = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
    connection.execute("PRAGMA mmap_size = 4000000000")  # a large file is read in no order
    return connection


def _close(connection: sqlite3.Connection, scratch: Path | None) -> None:
    connection.close()
    if scratch is not None:
        shutil.rmtree(scratch, ignore_errors=True)


def _lower(text: Any) -> Any:
    return text.lower() if isinstance(text, str) else text


def _upper(text: Any) -> Any:
    return text.upper() if isinstance(text, str) else text
