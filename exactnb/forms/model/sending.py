"""What leaves a form: all of it, or only what changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from exactnb.absent import ABSENT
from exactnb.forms.model.values import Path, same
from exactnb.forms.model.variants import drawn
from exactnb.schema.validate import problems

if TYPE_CHECKING:
    from exactnb.schema.tree import Field

__all__ = ["changed_only", "formulas", "in_order", "mentions", "without_read_only"]

_BEHIND = ("$ref", "$dynamicRef")


def without_read_only(field: Field | None, value: Any) -> Any:
    """The value without what only the service says; an object that held nothing else goes too."""
    if field is None or not mentions(field.schema, "readOnly", *_BEHIND):
        return value
    field = drawn(field)
    if isinstance(value, list):
        inner = field.children
        return [
            without_read_only(inner[i] if i < len(inner) else None, each)
            for i, each in enumerate(value)
        ]
    if not isinstance(value, dict):
        return value
    fields = {child.name: child for child in field.children}
    kept = {}
    for name, each in value.items():
        child = fields.get(name)
        if child is not None and child.read_only:
            continue
        left = without_read_only(child, each)
        if left != {} or each == {} or (child is not None and child.required):
            kept[name] = left
    return kept


def in_order(field: Field | None, value: Any) -> Any:
    """The value with its fields in the order of the schema, and those of your own after them."""
    field = None if field is None else drawn(field)
    if field is None or not isinstance(value, (dict, list)):
        return value
    if isinstance(value, list):
        row = field.item
        return [in_order(row, each) for each in value] if row is not None else value
    own = {child.name: child for child in field.children}
    names = [name for name in own if name in value] + [name for name in value if name not in own]
    return {name: in_order(own.get(name), value[name]) for name in names}


def mentions(schema: Any, *words: str) -> bool:
    """Whether a keyword that is not false stands anywhere in a schema."""
    if isinstance(schema, Mapping):
        return any(schema.get(word) for word in words) or any(
            mentions(each, *words) for each in schema.values()
        )
    return isinstance(schema, list) and any(mentions(each, *words) for each in schema)


def changed_only(
    now: Field, before: Field, value: Mapping[str, Any], baseline: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Path]]:
    """The fields of a record that changed, and the paths that cannot be said to be empty now.

    A field is sent whole. What was cleared has to be said, or the service would keep it: null
    where that may be, else an empty text where that fits.

    Parameters
    ----------
    now, before
        The fields for the value and for the baseline.
    value, baseline
        The record as it is, and as it was.
    """
    changed: dict[str, Any] = {}
    stuck: list[Path] = []
    fields = {child.name: child for child in (*drawn(before).children, *drawn(now).children)}
    for name in {**fields, **value, **baseline}:
        field, new, old = fields.get(name), value.get(name, ABSENT), baseline.get(name, ABSENT)
        if same(new, old) or (field is not None and field.read_only):
            continue
        said, unsaid = _said(field, new, old, (name,))
        stuck += unsaid
        if said is not ABSENT:
            changed[name] = without_read_only(field, said)
    return changed, stuck


def _said(field: Field | None, new: Any, old: Any, path: Path) -> tuple[Any, list[Path]]:
    """A field as it has to be sent, and the paths under it that cannot be said to be empty."""
    if new is ABSENT:
        if isinstance(old, dict) and old and not (field is not None and field.nullable):
            new = {}
        else:
            empty = _emptiness(field)
            return empty, [path] if empty is ABSENT else []
    if not (isinstance(new, dict) and isinstance(old, dict)):
        return new, []
    fields = {child.name: child for child in drawn(field).children} if field is not None else {}
    said, stuck = {**new}, []
    for name in old:
        child = fields.get(name)
        if child is not None and child.read_only:
            continue
        inner, unsaid = _said(child, new.get(name, ABSENT), old[name], (*path, name))
        stuck += unsaid
        if inner is not ABSENT:
            said[name] = inner
    return said, stuck


def _emptiness(field: Field | None) -> Any:
    """What says that a field is empty; ABSENT if nothing does."""
    if field is None:
        return ABSENT
    if field.nullable:
        return None
    for kind, empty in (("string", ""), ("array", [])):
        if field.kind == kind and not problems(field.schema, empty):
            return empty
    return ABSENT


def formulas(tree: Any, path: Path = ()) -> Iterator[tuple[Path, list[str]]]:
    """The objects in a value with names that begin with $, as formulas of Membrane do."""
    if isinstance(tree, dict):
        names = [name for name in tree if name.startswith("$")]
        if names:
            yield path, names
        for name, value in tree.items():
            yield from formulas(value, (*path, name))
    elif isinstance(tree, list):
        for i, value in enumerate(tree):
            yield from formulas(value, (*path, i))
