"""Where the records are in an answer, and what stands around them.

Nothing public shows what the actions answer, so nothing is assumed: Exact's own envelopes, lists
under any name, bare lists, single records and Membrane's data records are all found by the same
walk (:func:`locate`). For a page of a thousand records the walk does not need the records: it goes
over the *shell*, the same JSON with its one list emptied, of which a few hundred bytes remain.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from exactnb.errors import BadAnswerError, DataError
from exactnb.exact.entities import Entity, fold

__all__ = [
    "Cursor",
    "Located",
    "Span",
    "cursor_of",
    "first_record",
    "flatten",
    "is_data_record",
    "locate",
    "parse",
    "run_of",
    "span",
]


class Cursor(NamedTuple):
    """What asks for the next page: the name that it has in the answer, and its value."""

    kind: str
    value: str


class Located(NamedTuple):
    """The records of an answer, and the objects around them, outermost first."""

    records: list[Any]
    around: tuple[Mapping[str, Any], ...]
    single: bool = False
    """The answer is one record, not a list of one."""
    missing: bool = False
    """There is nothing where they should be, not even an empty list."""


class Span(NamedTuple):
    """Where the bytes of the records begin and end, and the shell around them."""

    start: int
    stop: int
    shell: Any


_WRAPPERS = ("output", "d", "data", "body", "response", "result", "record")
_LISTS = ("results", "records", "items", "value", "data", "rows")
_CURSORS = (
    "__next",
    "@odata.nextlink",
    "odata.nextlink",
    "nextlink",
    "nextcursor",
    "cursor",
    "nextskiptoken",
    "skiptoken",
    "nextpagetoken",
    "pagetoken",
    "continuationtoken",
    "nextpage",
    "next",
)
_MORE = ("hasMore", "has_more", "hasNextPage")
#: names that say nothing about whether an object is a record or stands around records
_NEUTRAL = {*_WRAPPERS, *_LISTS, *_CURSORS, "name", "status", "type", "count", "message"}
_PAGING = ("pagination", "paging", "meta", "links")

_TEXT = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_HEAD = re.compile(rb'(?:[^"\[\]]|' + _TEXT + rb")*+\[\s*", re.S)
_TAIL = re.compile(rb'\](?:[^"\[\]]|' + _TEXT + rb")*+\Z", re.S)
_TAIL_BYTES = 4096
_FIRST_KEY = re.compile(rb"\{" + _TEXT + rb"(?=\s*:)", re.S)


def parse(raw: bytes) -> Any:
    """The decoded JSON; nothing at all is None.

    Raises
    ------
    BadAnswerError
        The bytes are not JSON, or break off.
    """
    if not raw.strip():
        return None
    try:
        return json.loads(raw)
    except ValueError as error:
        start = raw[:60].decode(errors="replace")
        raise BadAnswerError(
            f"The answer is not readable JSON ({error}); it begins with {start!r}",
            hint="The service may be down for maintenance, or the answer was cut off; try again.",
        ) from error


def span(raw: bytes) -> Span | None:
    """Where the one list of records lies in the bytes; None where that takes a parse to tell.

    Quotes and brackets in text cannot mislead it: the first ``[`` and the last ``]`` outside text
    are found by going over whole strings, from both ends inwards; ``}]`` anywhere between them
    could be the end of another list, and then the answer is None.
    """
    head = _HEAD.match(raw)
    stop = _last_bracket(raw)
    if head is None or stop is None:
        return None
    start = head.end()
    if start < stop and not (
        raw[start : start + 1] == b"{"
        and raw[stop - 1 : stop] == b"}"
        and not _ends_list(raw, start, stop)
    ):
        return None
    try:
        return Span(start, stop, json.loads(raw[:start] + raw[stop:]))
    except ValueError:
        return None


def _ends_list(raw: bytes, start: int, stop: int) -> bool:
    """Whether ``}]`` is in between; by one byte at a time, which is ten times faster than two."""
    while (start := raw.find(b"]", start, stop)) != -1:
        if raw[start - 1] == b"}"[0]:
            return True
        start += 1
    return False


def first_record(raw: bytes, start: int, stop: int) -> tuple[Any, bytes] | None:
    """The first record, and the bytes that stand between it and the next one's first value.

    None where there is no record, or where the records do not all begin with the same name.
    """
    key = _FIRST_KEY.match(raw, start, stop)
    if key is None:
        return None
    for comma in (b"},", b"}, "):
        end = raw.find(comma + key[0], start, stop)
        if end != -1:
            break
    try:
        return json.loads(raw[start : stop if end == -1 else end + 1]), comma + key[0]
    except ValueError:
        return None


def _last_bracket(raw: bytes) -> int | None:
    """Position of the last ``]`` outside text, if it stands in the last bytes."""
    least, stop = max(0, len(raw) - _TAIL_BYTES), len(raw)
    while (stop := raw.rfind(b"]", least, stop)) != -1:
        # from within a string an odd number of quotes follows, so the pattern cannot reach the end
        if _TAIL.match(raw, stop):
            return stop
    return None


def locate(document: Any, entity: Entity | None = None) -> Located:
    """The records in a decoded answer.

    Goes inwards through ``output``, ``d``, ``data`` …, then takes ``results``, ``records``,
    ``items``, ``value``, ``data``, or the first list under any name; an object without those is
    itself the one record.

    Raises
    ------
    DataError
        There is an error or a bare text where records should be.
    """
    around: list[Mapping[str, Any]] = []
    here = document
    while isinstance(here, dict) and here:
        inner = _inner(here, entity)
        if inner is here:
            return Located([here], tuple(around), single=True)
        around.append(here)
        here = inner
    if isinstance(here, list):
        return Located(here, tuple(around))
    if here is None or here == "" or here == {}:
        return Located([], tuple(around), missing=True)
    raise DataError(f"The answer holds no records but {str(here)[:200]!r}")


def _inner(here: dict[str, Any], entity: Entity | None) -> Any:
    """One step towards the records; the object itself where it is a record."""
    names = {fold(name): name for name in here}
    for wrapper in ("output", "d"):
        if wrapper in names:
            return here[names[wrapper]]
    if _is_record(here, entity):
        return here
    if error := here.get(names.get("error", "")):
        raise DataError(f"The answer is an error, not records: {str(error)[:300]}")
    for wanted, kinds in ((_WRAPPERS, (dict, list)), (_LISTS, (list,))):
        for name in wanted:
            if isinstance(value := here.get(names.get(name, "")), kinds):
                return value
    lists = [value for value in here.values() if isinstance(value, list)]
    if lists:
        return lists[0]
    objects = [name for name, value in here.items() if isinstance(value, dict)]
    if len(objects) == 1 and {*names} - {fold(objects[0])} <= _NEUTRAL:
        return here[objects[0]]  # {"account": {…}}
    return None if names.keys() & {*_WRAPPERS, *_LISTS} else here  # {"data": null}


def _is_record(here: Mapping[str, Any], entity: Entity | None) -> bool:
    """Whether an object is a record, not one that stands around some.

    It is if it has the key; it is not if it has a list of objects under a name that is no field;
    else it is if it has fields of its own.
    """
    if "__metadata" in here or is_data_record(here):
        return True
    lists = [name for name, value in here.items() if isinstance(value, list)]
    if entity is None:
        if not {fold(name) for name in lists}.isdisjoint(_LISTS):
            return False
        return any(fold(name).endswith("id") and fold(name) != "actionrunid" for name in here)
    if fold(entity.name) in map(fold, lists):
        return False
    found = {f.name for name in here if fold(name) not in _NEUTRAL and (f := entity.find(name))}
    if found.issuperset(entity.key):
        return True
    foreign = [here[name] for name in lists if entity.find(name) is None]
    return bool(found) and not any(all(isinstance(v, dict) for v in one) for one in foreign)


def is_data_record(record: Any) -> bool:
    """Whether this is Membrane's generic record, whose fields are one level further in."""
    return isinstance(record, dict) and (
        isinstance(record.get("fields"), dict) or isinstance(record.get("rawFields"), dict)
    )


def flatten(record: Any, entity: Entity | None) -> dict[str, Any]:
    """The fields of one record: of a data record those further in, with its id as the key."""
    if not isinstance(record, dict):
        return {"value": record}
    if not is_data_record(record):
        return record
    fields = {**(record.get("fields") or {}), **(record.get("rawFields") or {})}
    keys = entity.key if entity else ("id",)
    if record.get("id") is not None and not {fold(key) for key in keys} <= {*map(fold, fields)}:
        fields[keys[0] if len(keys) == 1 else "id"] = record["id"]
    return fields


def _members(around: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The objects around the records and the paging ones among their members, innermost first."""
    for one in reversed(around):
        yield one
        yield from (v for n, v in one.items() if fold(n) in _PAGING and isinstance(v, dict))


def cursor_of(around: Sequence[Mapping[str, Any]]) -> Cursor | None:
    """The mark of the next page among the objects around the records; empty or null is none."""
    for one in _members(around):
        if any(one.get(name) is False for name in _MORE):
            return None
        # `__next` keeps its underscores: they are what sets it apart
        names = {name.casefold() if name.startswith("__") else fold(name): name for name in one}
        for name in _CURSORS:
            value = one.get(names.get(name, ""))
            if isinstance(value, (str, int)) and not isinstance(value, bool) and value != "":
                return Cursor(names[name], str(value))
    return None


def run_of(around: Sequence[Mapping[str, Any]]) -> str | None:
    """Membrane's ``actionRunId``, if the answer is that of a run."""
    return next((str(one["actionRunId"]) for one in around if one.get("actionRunId")), None)
