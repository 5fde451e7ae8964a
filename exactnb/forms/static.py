"""A form as it stands, for where no widget lives: plain text, and HTML of text alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

from exactnb.absent import ABSENT
from exactnb.display.formats import text
from exactnb.display.style import CELL, TABLE
from exactnb.forms.lines import static as line_static
from exactnb.forms.model.typed import MASK
from exactnb.forms.model.values import Path
from exactnb.forms.model.variants import drawn
from exactnb.forms.words import say
from exactnb.schema.plain import plain

if TYPE_CHECKING:
    from exactnb.forms.lines import Lines
    from exactnb.forms.lookup import Finders
    from exactnb.forms.model import FormModel
    from exactnb.schema.tree import Field

__all__ = ["Line", "Static", "said_of"]


class Line(NamedTuple):
    """One filled field: how deep it lies, what it is called, what is in it, what is wrong."""

    depth: int
    title: str
    value: str
    problem: str


class Static:
    """A form to be read: what is filled in, in the order of its schema.

    Parameters
    ----------
    title
        What stands above it.
    model, finders
        The form, and what its keys are called, as far as that is known already.
    lines
        The arrays that are tables of their own, by path.
    """

    def __init__(
        self,
        title: str,
        model: FormModel,
        finders: Finders | None = None,
        lines: Mapping[Path, Lines] | None = None,
    ) -> None:
        self.title = title
        self.model = model
        self.finders = finders
        self.tables = [
            each for path, each in (lines or {}).items() if model.get(path) is not ABSENT
        ]
        self._apart = {each.path for each in self.tables}

    def __iter__(self) -> Iterator[Line]:
        """The filled fields, and those with a problem."""
        yield from self._of(self.model.field(), 0)

    def _of(self, field: Field, depth: int) -> Iterator[Line]:
        errors = self.model.shown_errors
        for number, child in enumerate(drawn(field).children, 1):
            value, problem = self.model.get(child.path), "; ".join(errors.get(child.path, ()))
            if (value is ABSENT and not problem) or child.path in self._apart:
                continue
            title = f"{number}" if field.kind == "array" else child.title
            inner = isinstance(value, (dict, list)) and not child.multiple and not child.sensitive
            said = "" if inner else said_of(child, self.model, self.finders)
            yield Line(depth, title, said, problem)
            if inner:
                yield from self._of(child, depth + 1)

    def __str__(self) -> str:
        """The form as plain text, one line a field."""
        body = [
            f"{'  ' * (line.depth + 1)}{line.title}"
            + (f"  {line.value}" if line.value else "")
            + (f"  ✗ {line.problem}" if line.problem else "")
            for line in self
        ]
        if not body and not self.tables:
            body = [f"  {say('empty')}"]
        return "\n".join([self.title, *body, *map(line_static.as_text, self.tables)])

    def _repr_html_(self) -> str:
        """The form as a table of its filled fields, and one of each set of lines."""
        rows = []
        for line in self:
            indent = f"padding-left:{0.75 + 1.25 * line.depth}em;text-align:left;font-weight:400"
            problem = f" <em>✗ {escape(line.problem)}</em>" if line.problem else ""
            rows.append(
                f'<tr><th scope="row" style="{indent}">{escape(line.title)}</th>'
                f"<td{CELL}>{escape(line.value)}{problem}</td></tr>"
            )
        empty = "" if rows or self.tables else f"<p>{escape(say('empty'))}</p>"
        return (
            f'{TABLE}<div class="exactnb-table"><table><caption>{escape(self.title)}</caption>'
            f"<tbody>{''.join(rows)}</tbody></table>{empty}</div>"
            + "".join(map(line_static.table, self.tables))
        )


def said_of(field: Field, model: FormModel, finders: Finders | None = None) -> str:
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
        known = finders.of(field, model.get(())).known(value)
        if known is not None:
            return known.label
    if value is None:
        return "(empty)"
    if isinstance(value, (dict, list)):
        return json.dumps(plain(value), ensure_ascii=False)
    return text(value) if isinstance(value, bool) else str(model.text(field.path) or text(value))
