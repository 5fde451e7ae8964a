"""A form as it stands, for where no widget lives: plain text, and HTML of text alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

from exactnb.absent import ABSENT
from exactnb.display.formats import text
from exactnb.display.style import CELL, TABLE
from exactnb.forms.preview import MASK
from exactnb.schema.plain import plain

if TYPE_CHECKING:
    from exactnb.forms.lookup import Finders
    from exactnb.forms.model import FormModel
    from exactnb.schema.tree import Field

__all__ = ["Line", "as_html", "as_text", "lines", "said"]


class Line(NamedTuple):
    """One filled field: how deep it lies, what it is called, and what is in it."""

    depth: int
    title: str
    value: str
    problem: str


def lines(model: FormModel, finders: Finders | None = None) -> Iterator[Line]:
    """The filled fields of a form and those with a problem, in the order of its schema."""
    errors = model.shown_errors
    yield from _of(model.field(()), model, finders, errors, depth=0)


def _of(
    field: Field,
    model: FormModel,
    finders: Finders | None,
    errors: Mapping[tuple[str | int, ...], tuple[str, ...]],
    *,
    depth: int,
) -> Iterator[Line]:
    for number, child in enumerate(field.children, 1):
        value, problem = model.get(child.path), "; ".join(errors.get(child.path, ()))
        if value is ABSENT and not problem:
            continue
        title = child.title if field.kind != "array" else f"{number}"
        inner = child.kind in ("object", "array") and not child.multiple and not child.sensitive
        yield Line(depth, title, "" if inner else said(child, model, finders), problem)
        if inner:
            yield from _of(child, model, finders, errors, depth=depth + 1)


def said(field: Field, model: FormModel, finders: Finders | None = None) -> str:
    """The value of a field as people read it: labels for codes and keys, nothing secret."""
    value = model.get(field.path)
    if value is ABSENT:
        return ""
    if field.sensitive:
        return MASK
    values = value if isinstance(value, list) else [value]
    return ", ".join(_label(field, each, model, finders) for each in values)


def _label(field: Field, value: Any, model: FormModel, finders: Finders | None) -> str:
    for option in field.options:
        if option.value == value and isinstance(option.value, bool) == isinstance(value, bool):
            return option.label
    if field.lookup is not None and finders is not None:
        known = finders.of(field, model.value).known(value)
        if known is not None:
            return known.label
    if value is None:
        return "(empty)"
    if isinstance(value, (dict, list)):
        return json.dumps(plain(value), ensure_ascii=False)
    return text(value) if isinstance(value, bool) else str(model.text(field.path) or text(value))


def as_text(title: str, model: FormModel, finders: Finders | None = None) -> str:
    """The form as plain text, one line a field."""
    body = [
        f"{'  ' * (line.depth + 1)}{line.title}"
        + (f"  {line.value}" if line.value else "")
        + (f"  ✗ {line.problem}" if line.problem else "")
        for line in lines(model, finders)
    ]
    return "\n".join([title, *(body or ["  (nothing filled in)"])])


def as_html(title: str, model: FormModel, finders: Finders | None = None) -> str:
    """The form as a table of its filled fields."""
    rows = []
    for line in lines(model, finders):
        indent = f"padding-left:{0.75 + 1.25 * line.depth}em;text-align:left;font-weight:400"
        problem = f" <em>✗ {escape(line.problem)}</em>" if line.problem else ""
        rows.append(
            f'<tr><th scope="row" style="{indent}">{escape(line.title)}</th>'
            f"<td{CELL}>{escape(line.value)}{problem}</td></tr>"
        )
    empty = "" if rows else "<p>Nothing filled in.</p>"
    return (
        f'{TABLE}<div class="exactnb-table"><table><caption>{escape(title)}</caption>'
        f"<tbody>{''.join(rows)}</tbody></table>{empty}</div>"
    )
