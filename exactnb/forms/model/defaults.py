"""What a new record and a new row begin with: the defaults that a person will see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from exactnb.absent import ABSENT
from exactnb.forms.model.values import jsonable, same
from exactnb.forms.model.variants import drawn

if TYPE_CHECKING:
    from exactnb.schema.tree import Field

__all__ = ["fresh", "fresh_item", "fresh_variant"]

#: a default may switch on a condition that brings further defaults; this often, and no more
_ROUNDS = 8
#: what holds things, without any
_EMPTY: Mapping[str, Any] = {"object": {}, "array": [], "null": None}


def fresh(tree: Callable[[Any], Field]) -> tuple[Any, Field]:
    """The value of an untouched form, and its fields: the defaults that are shown, else ABSENT.

    Shown are the fields of the record itself and of objects that are required in it. A default
    of null says nothing and is not filled in.

    Parameters
    ----------
    tree
        The effective fields for a value.
    """
    value: Any = ABSENT
    root = tree(value)
    for _ in range(_ROUNDS):
        filled = _filled(root, value, ())
        if same(filled, value):
            break
        value, root = filled, tree(filled)
    return value, root


def fresh_item(item: Field | None) -> Any:
    """A new row: its defaults; an empty object or list where that is what a row is, else null."""
    if item is None:
        return None
    value = _filled(item, ABSENT, ())
    return _EMPTY.get(drawn(item).kind) if value is ABSENT else value


def fresh_variant(variant: Field, old: Any) -> Any:
    """What a variant begins with: its defaults, and what was there of the fields that it has."""
    kept: Any = ABSENT
    if isinstance(old, dict):
        own = {child.name for child in variant.children if child.const is ABSENT}
        own &= variant.schema.get("properties", {}).keys()
        kept = {name: each for name, each in old.items() if name in own}
    value = _filled(variant, kept, ())
    if value is ABSENT and variant.const is not ABSENT:
        return jsonable(variant.const)
    return _EMPTY.get(variant.kind, value) if value is ABSENT else value


def _filled(field: Field, value: Any, above: tuple[Mapping[str, Any], ...]) -> Any:
    """The value with the defaults of a field and of what it shows."""
    if value is ABSENT:
        value = _own(field)
    field = drawn(field)
    if value is ABSENT:
        value = _own(field)
    if field.kind != "object" or not (value is ABSENT or isinstance(value, dict)):
        return value
    if field.schema in above:  # it contains itself, without end
        return value
    above = (*above, field.schema)
    inner = {} if value is ABSENT else {**value}
    for child in field.children:
        now = inner.get(child.name, ABSENT)
        if child.read_only:
            continue
        shown = child.required or now is not ABSENT or child.kind != "object"
        then = _filled(child, now, above) if shown else _own(child)
        if then is not ABSENT:
            inner[child.name] = then
    return inner if inner or value is not ABSENT else ABSENT


def _own(field: Field) -> Any:
    if field.default is not ABSENT and field.default is not None:
        return jsonable(field.default)
    if field.required and field.const is not ABSENT:
        return jsonable(field.const)  # nothing else fits
    return ABSENT
