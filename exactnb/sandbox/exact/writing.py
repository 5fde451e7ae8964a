"""POST, PUT and DELETE: each call kept whole or not at all, by the way of its kind of record."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from exactnb.sandbox.exact import documents, posting
from exactnb.sandbox.exact.documents import DOCUMENTS, DocumentLines, Documents
from exactnb.sandbox.exact.entities import Entity
from exactnb.sandbox.exact.entries import ENTRIES, TERMS, Entries, EntryLines, Terms
from exactnb.sandbox.exact.incoming import Record, read
from exactnb.sandbox.exact.plain import Plain
from exactnb.sandbox.exact.rows import Rows, Values

if TYPE_CHECKING:
    from exactnb.sandbox.store import Store

#: a POST of these answers with the key alone filled
KEY_ONLY = ("Accounts", "Contacts", "Items")


class Way(Protocol):
    """How records of one kind are written."""

    def post(self, entity: Entity, record: Record) -> Any: ...  # noqa: D102
    def put(self, entity: Entity, key: Any, record: Record) -> None: ...  # noqa: D102
    def delete(self, entity: Entity, key: Any) -> None: ...  # noqa: D102


class Writer:
    """Writes in one administration.

    Parameters
    ----------
    store
        The books.
    division
        The administration.
    today
        Midnight of the day that it is, in milliseconds.
    now
        The moment of writing; put later when the books already have a later one.
    """

    def __init__(self, store: Store, division: int, today: int, now: int) -> None:
        self.store = store
        self.now = now
        self.rows = rows = Rows(store, division)
        self.documents = Documents(rows, today)
        entries = Entries(rows, today)
        self.plain = Plain(rows, today)
        self.ways: tuple[tuple[Container[str], Way], ...] = (
            (documents.KINDS, self.documents),
            (DOCUMENTS, DocumentLines(self.documents)),
            (posting.KINDS, entries),
            (ENTRIES, EntryLines(entries)),
            (TERMS, Terms(rows)),
        )

    def post(self, entity: Entity, body: Mapping[str, Any]) -> Any:
        """Make a record; its key."""
        with self._kept():
            return self._way(entity).post(entity, read(self.rows, entity, body, new=True))

    def put(self, entity: Entity, key: Any, body: Mapping[str, Any]) -> None:
        """Change what the body names and leave the rest."""
        with self._kept():
            self._way(entity).put(entity, key, read(self.rows, entity, body, new=False))

    def delete(self, entity: Entity, key: Any) -> None:
        """Delete a record, unless it is in use."""
        with self._kept():
            self._way(entity).delete(entity, key)

    def print(self, body: Values) -> Values:
        """Process a sales invoice."""
        with self._kept():
            return self.documents.print(body)

    def _way(self, entity: Entity) -> Way:
        return next((way for names, way in self.ways if entity.name in names), self.plain)

    @contextmanager
    def _kept(self) -> Iterator[None]:
        with self.store.transaction():
            self.rows.now = self.store.moment(self.now)
            yield


def key_only(entity: Entity, record: Mapping[str, Any]) -> Values:
    """The record as a POST answers it: the key, and for the rest null, false or 0."""
    empty = {"Boolean": False, "Double": 0, "Int32": 0, "Int16": 0, "Byte": 0}
    return {
        name: value
        if name in entity.key or name == "__metadata" or isinstance(value, dict)
        else empty.get(entity.fields[name].type)
        for name, value in record.items()
    }
