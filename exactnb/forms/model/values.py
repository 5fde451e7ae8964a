"""A JSON tree that is never altered: an edit gives a new one, which shares all it did not touch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from exactnb.absent import ABSENT
from exactnb.schema.plain import plain

__all__ = ["Path", "drop", "get", "jsonable", "leaves", "put", "same"]

Path = tuple[str | int, ...]

#: types of which every value is JSON, and none can be altered
_PLAIN = frozenset((str, int, bool, type(None)))


def jsonable(value: Any, path: Path = ()) -> Any:
    """A copy of a Python value that JSON can say, with Decimals kept and what is absent left out.

    Raises
    ------
    exactnb.schema.plain.Unsayable
        For what JSON has no way to say: NaN, a Decimal with more digits than can be sent, …

    Examples
    --------
    >>> import datetime as dt
    >>> jsonable({"date": dt.date(2025, 12, 31), "price": Decimal("12.50"), "note": ABSENT})
    {'date': '2025-12-31', 'price': Decimal('12.50')}
    """
    if type(value) in _PLAIN or value is ABSENT:
        return value
    if isinstance(value, Mapping):
        return {
            str(name): each if type(each) in _PLAIN else jsonable(each, (*path, str(name)))
            for name, each in value.items()
            if each is not ABSENT
        }
    if isinstance(value, (list, tuple)):
        return [
            each if type(each) in _PLAIN else jsonable(each, (*path, i))
            for i, each in enumerate(value)
            if each is not ABSENT
        ]
    said = plain(value, path)
    return value if isinstance(value, Decimal) else said


def get(tree: Any, path: Path) -> Any:
    """What stands at a path, or ABSENT."""
    for part in path:
        if isinstance(tree, dict):
            tree = tree.get(part, ABSENT)
        elif isinstance(tree, list) and isinstance(part, int) and 0 <= part < len(tree):
            tree = tree[part]
        else:
            return ABSENT
    return tree


def put(tree: Any, path: Path, value: Any) -> Any:
    """The tree with a value at a path; what has to be there to hold it is made.

    Raises
    ------
    IndexError
        For a row beyond the one after the last.

    Examples
    --------
    >>> put({"a": 1}, ("lines", 0, "quantity"), 2)
    {'a': 1, 'lines': [{'quantity': 2}]}
    """
    if not path:
        return value
    part, rest = path[0], path[1:]
    if isinstance(part, int):
        rows = [*tree] if isinstance(tree, list) else []
        if not 0 <= part <= len(rows):
            raise IndexError(f"There is no row {part}; there are {len(rows)}")
        inner = rows[part] if part < len(rows) else ABSENT
        rows[part : part + 1] = [put(inner, rest, value)]
        return rows
    fields = {**tree} if isinstance(tree, dict) else {}
    fields[part] = put(fields.get(part, ABSENT), rest, value)
    return fields


def drop(tree: Any, path: Path) -> Any:
    """The tree without what stands at a path, whose last part is a name."""
    holder = get(tree, path[:-1])
    if not isinstance(holder, dict) or path[-1] not in holder:
        return tree
    return put(tree, path[:-1], {name: v for name, v in holder.items() if name != path[-1]})


def same(one: Any, other: Any) -> bool:
    """Whether two trees say the same JSON; numbers are compared by the digits they are sent with.

    Examples
    --------
    >>> same(Decimal("12.10"), 12.1), same(1, True), same(0, None)
    (True, False, False)
    """
    if one is other:
        return True
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if _is_number(one) and _is_number(other):
        return _digits(one) == _digits(other)
    return type(one) is type(other) and bool(one == other)


def leaves(tree: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Everything in a tree that holds nothing further, by path; empty objects and lists too."""
    if isinstance(tree, dict) and tree:
        for name, value in tree.items():
            yield from leaves(value, (*path, name))
    elif isinstance(tree, list) and tree:
        for i, value in enumerate(tree):
            yield from leaves(value, (*path, i))
    else:
        yield path, tree


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def _digits(value: int | float | Decimal) -> Decimal:
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
