"""One answer → one page of columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from exactnb.errors import BadAnswerError
from exactnb.exact.entities import Entity, guess
from exactnb.frames import columns as careful
from exactnb.frames.columns import Columns
from exactnb.frames.opening import (
    Cursor,
    Span,
    cursor_of,
    first_record,
    flatten,
    locate,
    parse,
    run_of,
    span,
)
from exactnb.privacy import note_names

try:
    from exactnb.frames import arrow as fast
except ImportError:  # pyarrow may be missing in a browser; the careful reader does it all then
    fast = None  # type: ignore[assignment]  # None is what says that it is missing

_FAST: bool = fast is not None

__all__ = ["Page", "field_names", "listed", "next_cursor", "read_page", "whole"]


@dataclass(frozen=True)
class Page:
    """The records of one answer, typed, by column name."""

    columns: Columns
    count: int
    """Number of records."""
    entity: Entity | None = None
    run_id: str | None = None
    cursor: Cursor | None = None
    """What asks for the next page."""
    missing: bool = False
    """There is nothing in the answer where records should be, not even an empty list."""


def read_page(raw: bytes, entity: Entity | None = None) -> Page:
    """The records in one answer as typed columns.

    May be called from several threads at once: most of the work is done outside Python's lock.

    Parameters
    ----------
    raw
        The answer as it came: Exact Online's own through the proxy, or that of a run, whichever
        way the action answers (see :mod:`exactnb.frames`).
    entity
        What the records are. None: it is guessed by the names of the fields, and where that is
        unclear the types are inferred from the values.

    Raises
    ------
    BadAnswerError
        The answer is not JSON, or breaks off.
    DataError
        The answer holds an error or a text where records should be.
    """
    where = span(raw)
    if where is not None and not (shell := locate(where.shell, entity)).single:
        page = _read_fast(raw, where, shell.around, entity)
        if page is not None:
            return page
    found = locate(parse(raw), entity)
    if entity is None:
        entity = guess(_names(found.records[:1]))
    records = [flatten(record, entity) for record in found.records]
    records = [record for record in records if record]
    page = _page(careful.read(records, entity), len(records), entity, found.around)
    return replace(page, missing=True) if found.missing else page


def _read_fast(
    raw: bytes, where: Span, around: Sequence[Mapping[str, Any]], entity: Entity | None
) -> Page | None:
    """The page as the fast reader reads it; None where it does not."""
    if where.start == where.stop:
        return _page({}, 0, entity, around)
    if entity is None:
        first = first_record(raw, where.start, where.stop)
        entity = guess(_names([first[0]])) if first else None
    if entity is None or not _FAST:
        return None
    try:
        columns, count = fast.read(raw, where.start, where.stop, entity)
    except fast.Unsuited:
        return None
    return _page(columns, count, entity, around)


def _page(
    columns: Columns, count: int, entity: Entity | None, around: Sequence[Mapping[str, Any]]
) -> Page:
    note_names(entity.name if entity else None, {name: one.values for name, one in columns.items()})
    return Page(columns, count, entity, run_of(around), cursor_of(around))


def _names(records: Sequence[Any]) -> list[str]:
    return careful.names_of([flatten(record, None) for record in records])


def whole(raw: bytes) -> None:
    """Nothing for an answer that is all there, at the cost of its first and last bytes.

    Raises
    ------
    BadAnswerError
        There is nothing in it, it is not JSON, or it breaks off.
    """
    if span(raw) is None and parse(raw) is None:
        raise _nothing()


def listed(raw: bytes) -> None:
    """As :func:`whole`, for an answer that has to hold a list too, if only an empty one."""
    if span(raw) is None and locate(parse(raw)).missing:
        raise _nothing()


def _nothing() -> BadAnswerError:
    return BadAnswerError(
        "The answer has nothing in it",
        hint="Run it again; if it stays so, ask for less at a time.",
    )


def next_cursor(raw: bytes, entity: Entity | None = None) -> Cursor | None:
    """What asks for the page after this one: its name in the answer and its value, or None.

    Only objects around the records are looked at, so no text in a record can pass for a cursor.
    That takes the first and last bytes of the answer; it is parsed whole only where those leave
    a doubt.
    """
    where = span(raw)
    found = locate(where.shell, entity) if where is not None else None
    if found is None or found.single:
        found = locate(parse(raw), entity)
    return cursor_of(found.around)


def field_names(raw: bytes) -> list[str]:
    """The names of the fields of the first record, as the answer spells them."""
    return _names(locate(parse(raw)).records[:1])
