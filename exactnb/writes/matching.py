"""Whether a record, or a run in a log, is what was sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from exactnb.exact.entities import Entity, Field
from exactnb.outbox import MASK

__all__ = ["agrees", "compared", "likeness"]

#: amounts that differ less than this are the same: Exact rounds to cents
_CENT = 0.005


def agrees(kept: Any, logged: Any) -> bool:
    """Whether an input that a log tells is the one that was kept; what is masked may be anything.

    Examples
    --------
    >>> agrees({"name": "Jansen", "pin": MASK}, {"name": "Jansen", "pin": "***"})
    True
    """
    if kept == MASK:
        return True
    if isinstance(kept, Mapping) and isinstance(logged, Mapping):
        return kept.keys() == logged.keys() and all(agrees(kept[n], logged[n]) for n in kept)
    if isinstance(kept, list) and isinstance(logged, list):
        return len(kept) == len(logged) and all(map(agrees, kept, logged))
    return bool(kept == logged)


def compared(sent: Mapping[str, Any], about: Entity) -> dict[str, tuple[Field, Any]]:
    """The values of an input that a record has too, by the record's columns."""
    found = {}
    for name, value in sent.items():
        field = about.find(name)
        if field and not field.nested and not field.key and value != MASK:
            found[field.column] = field, value
    return found


def likeness(sent: Any, record: Mapping[str, Any], about: Entity) -> float:
    """The part of what was sent that a record has: 1 where all is equal, 0 where nothing is.

    Lines count one by one, in their order; a line too few or too many counts as unlike.
    """
    equal = list(_equal(sent, record, about))
    return sum(equal) / len(equal) if equal else 0.0


def _equal(sent: Any, record: Mapping[str, Any], about: Entity) -> Iterator[bool]:
    if not isinstance(sent, Mapping):
        return
    for column, (field, value) in compared(sent, about).items():
        yield _same(value, record.get(column), field)
    if about.lines is None:
        return
    holder, line = about.lines
    for name, lines in sent.items():
        if about.find(name) is holder and isinstance(lines, list):
            found = record.get(holder.column)
            there = found if isinstance(found, list) else []
            yield len(there) == len(lines)
            for one, other in zip(lines, there, strict=False):
                yield from _equal(one, other, line)


def _same(sent: Any, cell: Any, field: Field) -> bool:
    """Whether a cell of a frame is a value that was sent, however the service writes it."""
    if cell is None or cell == "" or (cell == cell) is not True:  # NaN, NaT and NA are not equal
        return sent in (None, "", 0, False)
    if sent is None or sent == "":
        return False
    try:
        return _SAME.get(field.type, _same_text)(sent, cell)
    except (TypeError, ValueError):
        return False


def _same_text(sent: Any, cell: Any) -> bool:
    # codes are padded, VAT numbers and postcodes come back with other spaces and capitals
    one, other = ("".join(filter(str.isalnum, str(v))).casefold() for v in (sent, cell))
    return one == other if one or other else str(sent).strip() == str(cell).strip()


def _same_number(sent: Any, cell: Any) -> bool:
    return abs(float(sent) - float(cell)) < _CENT


def _same_moment(sent: Any, cell: Any) -> bool:
    one, other = dt.datetime.fromisoformat(str(sent)), dt.datetime.fromisoformat(str(cell))
    # of many fields Exact keeps the day only
    return one.replace(tzinfo=None) == other or (one.date() == other.date() and not other.hour)


_SAME: Mapping[str, Callable[[Any, Any], bool]] = {
    **dict.fromkeys(("Double", "Int16", "Int32", "Int64", "Byte"), _same_number),
    "DateTime": _same_moment,
    "Boolean": lambda sent, cell: bool(sent) == bool(cell),
}
