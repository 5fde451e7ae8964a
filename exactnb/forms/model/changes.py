"""Old and new side by side, as people read them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, NamedTuple

from exactnb.absent import ABSENT
from exactnb.forms.model.typed import MASK, write
from exactnb.forms.model.values import Path, leaves, same
from exactnb.schema.check import say
from exactnb.schema.plain import plain

if TYPE_CHECKING:
    from exactnb.schema.tree import Field

__all__ = ["Difference", "differences"]


class Difference(NamedTuple):
    """One field or row that is not what it was."""

    field: str
    path: str
    old: str
    new: str


class _Side(NamedTuple):
    """A value before or after, and the field that it is of."""

    field: Field | None
    value: Any

    def at(self, part: str | int) -> _Side:
        inner: Any = ABSENT
        if isinstance(self.value, dict):
            inner = self.value.get(part, ABSENT)
        elif isinstance(self.value, list) and isinstance(part, int):
            inner = self.value[part]
        return _Side(None if self.field is None else self.field.at((part,)), inner)


def differences(
    before: Field, baseline: Any, after: Field, value: Any, language: str = "en"
) -> Iterator[Difference]:
    """What differs, leaf by leaf and row by row; sensitive values are masked.

    A row that was put in or taken out is one difference, and does not make the rows after it
    differ.
    """
    yield from _walk(_Side(before, baseline), _Side(after, value), (), "", language)


def _walk(old: _Side, new: _Side, path: Path, title: str, language: str) -> Iterator[Difference]:
    if same(old.value, new.value):
        return
    if not _is_sensitive(old.field, new.field):
        if _both(dict, old.value, new.value):
            for name in {**(old.value or {}), **(new.value or {})}:
                inner = old.at(name), new.at(name)
                yield from _walk(*inner, (*path, name), _titled(title, name, *inner), language)
            return
        if _both(list, old.value, new.value) and _has_rows(old.value, new.value):
            yield from _rows(old, new, path, title, language)
            return
    said = _said(old, language), _said(new, language)
    yield Difference(title, say(path), *said)


def _rows(old: _Side, new: _Side, path: Path, title: str, language: str) -> Iterator[Difference]:
    olds, news = [_key(row) for row in old.value or []], [_key(row) for row in new.value or []]
    for what, a, a_end, b, b_end in SequenceMatcher(None, olds, news, autojunk=False).get_opcodes():
        if what == "equal":
            continue
        pairs = min(a_end - a, b_end - b)
        for i in range(pairs):
            inner = old.at(a + i), new.at(b + i)
            yield from _walk(*inner, (*path, b + i), f"{title} {b + i + 1}", language)
        for i in range(a + pairs, a_end):
            gone, nothing = old.at(i), _Side(None, ABSENT)
            said = _said(gone, language), _said(nothing, language)
            yield Difference(f"{title} {i + 1}", say((*path, i)), *said)
        for i in range(b + pairs, b_end):
            said = _said(_Side(None, ABSENT), language), _said(new.at(i), language)
            yield Difference(f"{title} {i + 1}", say((*path, i)), *said)


def _both(kind: type, one: Any, other: Any) -> bool:
    """Whether two values are of a kind, or one is and the other is not there."""
    present = [value for value in (one, other) if value is not ABSENT]
    return all(isinstance(value, kind) for value in present) and any(present)


def _has_rows(one: Any, other: Any) -> bool:
    return any(isinstance(row, (dict, list)) for row in [*(one or []), *(other or [])])


def _is_sensitive(*fields: Field | None) -> bool:
    return any(field is not None and field.sensitive for field in fields)


def _titled(above: str, name: str, old: _Side, new: _Side) -> str:
    field = new.field or old.field
    own = field.title if field is not None else name
    return f"{above} › {own}" if above else own


def _said(side: _Side, language: str) -> str:
    """A value in words; absent, null and an empty text are three different things."""
    field, value = side
    if value is ABSENT:
        return "–"
    if _is_sensitive(field):
        return MASK
    if value is None:
        return "null"
    if value == "":
        return '""'
    if isinstance(value, list) and value and not _has_rows(value, ()):
        return ", ".join(_said(side.at(i), language) for i in range(len(value)))
    if isinstance(value, (dict, list)) and value:
        return _row(side, language)
    return write(field, value, language)


def _row(side: _Side, language: str) -> str:
    """Everything in a row: ``Item: Helmet; Quantity: 2``."""
    parts = []
    for path, _ in leaves(side.value):
        inner, title = side, ""
        for part in path:
            inner = inner.at(part)
            name = str(part) if isinstance(part, str) else str(part + 1)
            title = _titled(title, name, inner, inner)
            if _is_sensitive(inner.field):
                break
        parts.append(f"{title}: {_said(inner, language)}")
    return "; ".join(dict.fromkeys(parts))


def _key(row: Any) -> str:
    return json.dumps(plain(row), sort_keys=True)
