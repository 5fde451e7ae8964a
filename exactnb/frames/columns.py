"""The careful reader: columns of typed values out of decoded records, whatever their spelling.

A *kind* is what a column holds: ``text``, ``code`` (text that Exact pads), ``guid``, ``int``,
``float``, ``bool``, ``date`` (milliseconds since 1970 of the wall clock), ``nested`` (records
within the record), or ``empty`` (nothing seen that tells).
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from exactnb.exact.entities import Entity, Field, snake

__all__ = [
    "Column",
    "Columns",
    "Stray",
    "coerce",
    "infer",
    "kind_of",
    "names_of",
    "read",
    "to_text",
]

_KINDS: Mapping[str, str] = {
    "Guid": "guid",
    "Double": "float",
    "Int16": "int",
    "Int32": "int",
    "Int64": "int",
    "Byte": "int",
    "Boolean": "bool",
    "DateTime": "date",
}
_INT64 = range(-(2**63), 2**63)
_EXACT_FLOAT = 2**53
_DAY = 86_400_000
_TICKS = re.compile(r"/Date\((-?\d+)(?:([+-])(\d\d)(\d\d))?\)/")
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[T ](\d\d)(?::(\d\d)(?::(\d\d)(?:[.,](\d+))?)?)?(?:Z|[+-]\d\d:?\d\d)?)?"
)
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")


class Stray(NamedTuple):
    """A value that does not fit its column: its row in the page, and itself."""

    row: int
    value: Any


class Column(NamedTuple):
    """Values of one kind: a list (missing is None), or an Arrow array."""

    kind: str
    values: Any
    stray: Stray | None = None
    """Why the kind is text although the entity says otherwise."""


Columns = dict[str, Column]


def kind_of(field: Field) -> str:
    """The kind of column that a field makes."""
    if field.nested:
        return "nested"
    return "code" if field.padded else _KINDS.get(field.type, "text")


# ---------------------------------------------------------------- one value


def _int(value: Any) -> int | None:
    if isinstance(value, str):
        text = value.strip()
        if not text:
            return None
        value = int(text) if text.lstrip("+-").isdecimal() else _float(text)
    if isinstance(value, float):
        if not value.is_integer() or abs(value) > _EXACT_FLOAT:
            raise ValueError
        value = int(value)
    if not isinstance(value, int) or value not in _INT64:
        raise ValueError
    return int(value)


def _float(value: Any) -> float | None:
    if isinstance(value, str):
        text = value.strip()
        if not text:
            return None
        if not _NUMBER.fullmatch(text):
            raise ValueError
        return float(text)
    if not isinstance(value, (int, float)):
        raise ValueError
    return float(value)


def _bool(value: Any) -> bool | None:
    if isinstance(value, str):
        value = {"true": True, "1": True, "false": False, "0": False, "": ""}[value.strip().lower()]
        return None if value == "" else value
    if value not in (0, 1):
        raise ValueError
    return bool(value)


def _date(value: Any) -> int | None:
    """Milliseconds of the wall clock: the day is the one that was written, in any time zone."""
    if value == "":
        return None
    if ticks := _TICKS.fullmatch(value):
        ms, sign, hours, minutes = ticks.groups()
        offset = (int(hours) * 60 + int(minutes)) * 60_000 if sign else 0
        return int(ms) + (-offset if sign == "-" else offset)
    if not (iso := _ISO.fullmatch(value)):
        raise ValueError
    year, month, day, hour, minute, second, fraction = iso.groups(default="0")
    time = dt.time(int(hour), int(minute), int(second))
    days = dt.date(int(year), int(month), int(day)).toordinal() - 719_163
    seconds = (time.hour * 60 + time.minute) * 60 + time.second
    return days * _DAY + seconds * 1000 + int(fraction.ljust(3, "0")[:3])


def _text(value: Any) -> str:
    return value if isinstance(value, str) else to_text(value)


def _nested(value: Any) -> list[dict[str, Any]] | dict[str, Any] | None:
    """The records within a record; None where Exact only says where to find them."""
    if isinstance(value, dict):
        if "__deferred" in value:
            return None
        value = value.get("results", value)
    if not isinstance(value, (dict, list)):
        raise ValueError
    return value


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "int": _int,
    "float": _float,
    "bool": _bool,
    "date": _date,
    "text": _text,
    "code": lambda value: _text(value).strip(" "),
    "guid": lambda value: _text(value).lower(),
    "nested": _nested,
}


def to_text(value: Any, kind: str = "") -> str:
    """A value as text: as JSON writes it, a date as ISO."""
    if isinstance(value, str):
        return value
    if kind == "date":
        try:
            moment = dt.datetime(1970, 1, 1) + dt.timedelta(milliseconds=value)
        except OverflowError:  # before the year 1 or after 9999
            return f"/Date({value})/"
        return moment.isoformat().removesuffix("T00:00:00")
    return json.dumps(value, ensure_ascii=False)


# ---------------------------------------------------------------- one column


def coerce(values: Sequence[Any], kind: str) -> Column:
    """A column of that kind, or of text where one of the values cannot be read as that.

    Read are: whole numbers written as ``5.0``, numbers and Booleans written as text, dates as
    ``/Date(ms)/`` or ISO; ``""`` is missing except in text. Anything else makes the column text,
    with nothing lost, and ``stray`` says which value it was.
    """
    read_one = _READERS[kind]
    column = []
    for row, value in enumerate(values):
        if value is not None:
            try:
                value = read_one(value)
            except (ValueError, KeyError, TypeError, OverflowError):
                texts = [None if v is None else to_text(v) for v in values]
                return Column("text", texts, Stray(row, value))
        column.append(value)
    return Column(kind, column)


def infer(values: Sequence[Any]) -> Column:
    """A column of the kind that all its values are; text where they differ.

    Digits in text stay text, for they may be a code; a whole number of more than 64 bits, or one
    among fractions that a float cannot hold, makes it text.
    """
    seen = [value for value in values if value is not None]
    types = {type(value) for value in seen}
    kind = "text"
    if not types:
        kind = "empty"
    elif types <= {dict, list}:
        kind = "nested"
    elif types == {bool}:
        kind = "bool"
    elif types == {int}:
        kind = "int"
    elif types <= {int, float}:
        exact = all(abs(value) < _EXACT_FLOAT for value in seen if type(value) is int)
        kind = "float" if exact else "text"
    elif types == {str} and _is_date(seen[0]):
        kind = "date" if all(map(_is_date, seen)) else "text"
    if kind == "empty":
        return Column("empty", list(values))
    return coerce(values, kind)._replace(stray=None)


def _is_date(text: str) -> bool:
    return (_TICKS.fullmatch(text) or _ISO.fullmatch(text)) is not None


# ---------------------------------------------------------------- many columns


def names_of(records: Iterable[Mapping[str, Any]]) -> list[str]:
    """The names of the fields in the records, in order of appearance, without OData's own."""
    shapes = dict.fromkeys(tuple(record) for record in records)
    names = dict.fromkeys(name for shape in shapes for name in shape)
    return [name for name in names if not name.startswith(("__", "@", "odata."))]


def read(records: Sequence[Mapping[str, Any]], entity: Entity | None) -> Columns:
    """The columns of the records, by column name.

    Parameters
    ----------
    records
        Decoded records, names in any spelling.
    entity
        Gives known names their kind and column name; the kind of others is inferred.
    """
    spellings: dict[str, list[str]] = {}
    fields: dict[str, Field] = {}
    for name in names_of(records):
        field = entity.find(name) if entity else None
        column = field.column if field else snake(name)
        spellings.setdefault(column, []).append(name)
        if field:
            fields[column] = field
    columns: Columns = {}
    for column, names in spellings.items():
        field = fields.get(column)
        for number, values in enumerate(_merged(records, names), start=1):
            name = column if number == 1 else f"{column}_{number}"
            columns[name] = coerce(values, kind_of(field)) if field else infer(values)
    return columns


def _merged(records: Sequence[Mapping[str, Any]], names: Sequence[str]) -> list[list[Any]]:
    """The values of a field; more than one list where two spellings of it contradict."""
    merged = [[record.get(names[0]) for record in records]]
    for name in names[1:]:
        others = [record.get(name) for record in records]
        pairs = list(zip(merged[0], others, strict=True))
        if any(a is not None and b is not None and a != b for a, b in pairs):
            merged.append(others)
        else:
            merged[0] = [b if a is None else a for a, b in pairs]
    return merged
