"""One good state of a store, and how it is written down."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

from exactnb.errors import DataError, ExactnbError

__all__ = ["Piece", "Shape", "State", "TableState", "decode", "encode", "now"]

#: raised when a store of this version could not be read by the one before it
_FORMAT = 1


class Piece(NamedTuple):
    """One file of a table: its name, how many rows it has, of what, and how it is checked."""

    file: str
    rows: int
    kind: Literal["rows", "gone"]
    """``gone``: keys only, of rows that are no more."""
    check: int = 0
    """Checksum of the part that says where all else is; that has checksums of its own."""


class Shape(NamedTuple):
    """What tells the rows of a table from each other, and what they are sorted by."""

    key: tuple[str, ...]
    """Empty: there is none, and no row ever takes the place of another."""
    order: tuple[str, ...] = ()
    """The key follows these, so that the order is always the same."""


@dataclass(frozen=True)
class TableState:
    """The files of one table, and what whoever fills it wants to remember."""

    files: tuple[Piece, ...] = ()
    """What readers see, older first. The first is the base: sorted, each key once."""
    pending: tuple[Piece, ...] = ()
    """Of a pull that has not come to its end: as it came, kept, seen by no reader."""
    meta: Mapping[str, Any] = field(default_factory=dict)
    """About ``files``, as JSON."""
    pending_meta: Mapping[str, Any] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    order: tuple[str, ...] = ()

    @property
    def shape(self) -> Shape:
        """The shape that ``files`` have."""
        return Shape(self.key, self.order)


@dataclass(frozen=True)
class State:
    """One good state of a whole store."""

    tables: Mapping[str, TableState] = field(default_factory=dict)
    meta: Mapping[str, Any] = field(default_factory=dict)
    made_at: str = ""
    """The moment of its commit, ISO 8601 in UTC; empty where there was none."""

    @property
    def names(self) -> list[str]:
        """The tables that can be read."""
        return sorted(name for name, table in self.tables.items() if table.files)

    def pieces(self) -> Iterator[Piece]:
        """Every file that this state needs."""
        for table in self.tables.values():
            yield from table.files
            yield from table.pending

    def settled(self) -> State:
        """The same without what is pending."""
        tables = {
            name: replace(table, pending=(), pending_meta={})
            for name, table in self.tables.items()
            if table.files
        }
        return replace(self, tables=tables)


def now() -> str:
    """The moment it is, ISO 8601 in UTC, to the millisecond."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def encode(state: State, **beside: str) -> bytes:
    """A state as JSON with a checksum.

    Raises
    ------
    TypeError, ValueError
        Something in its ``meta`` is not JSON.
    """
    body = {
        **beside,
        "made_at": state.made_at,
        "meta": dict(state.meta),
        "tables": {
            name: {
                "key": table.key,
                "order": table.order,
                "files": table.files,
                "meta": dict(table.meta),
                "pending": table.pending,
                "pending_meta": dict(table.pending_meta),
            }
            for name, table in state.tables.items()
        },
    }
    text = _text(body)
    return f'{{"format":{_FORMAT},"sha256":"{_sum(text)}",\n"body":{text}}}\n'.encode()


def decode(raw: bytes) -> tuple[State, dict[str, Any]]:
    """The state in such a file, and the whole of what it says.

    Raises
    ------
    DataError
        The file is damaged.
    ExactnbError
        A newer version of exactnb made it.
    """
    try:
        whole = json.loads(raw)
        if not isinstance(whole["format"], int):
            raise TypeError
        if whole["format"] > _FORMAT:
            raise ExactnbError(
                "The local copy was made by a newer exactnb",
                hint="Upgrade exactnb here too, or drop the copy and pull anew: books.forget(), "
                "then books.refresh().",
            )
        body = whole["body"]
        if _sum(_text(body)) != whole["sha256"]:
            raise ValueError
        return _state(body), body
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DataError(
            "The local copy is damaged: the list of its files cannot be read",
            hint="Drop it and pull anew: books.forget(), then books.refresh().",
        ) from error


def _state(body: Mapping[str, Any]) -> State:
    tables = {
        name: TableState(
            files=_pieces(table["files"]),
            pending=_pieces(table["pending"]),
            meta=table["meta"],
            pending_meta=table["pending_meta"],
            key=tuple(table["key"]),
            order=tuple(table["order"]),
        )
        for name, table in body["tables"].items()
    }
    return State(tables, body["meta"], body["made_at"])


def _pieces(listed: list[list[Any]]) -> tuple[Piece, ...]:
    return tuple(Piece(*each) for each in listed)


def _text(body: Any) -> str:
    return json.dumps(body, ensure_ascii=False, allow_nan=False, sort_keys=True)


def _sum(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
