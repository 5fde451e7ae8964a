"""Columns and cells of a grid of lines: fields to columns, values to text, tab-separated text."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from exactnb.absent import ABSENT
from exactnb.forms.model.typed import MASK, parse, write
from exactnb.schema.check import fold

if TYPE_CHECKING:
    from exactnb.forms.lines.references import References
    from exactnb.schema.tree import Field

__all__ = ["Column", "PerRow", "Sheet", "read_sheet", "splice"]

T = TypeVar("T")

_KINDS = {"number": "number", "integer": "number", "boolean": "choice"}
_YES_NO = {"en": ("Yes", "No"), "nl": ("Ja", "Nee")}


@dataclass(frozen=True)
class Column:
    """One column of the lines: its field, and how cells of it are read and written."""

    field: Field
    language: str
    reference: bool = False
    """Whether its values are keys of records, to be looked for."""

    @cached_property
    def name(self) -> str:
        """Its name in the schema."""
        return self.field.name

    @property
    def fixed(self) -> bool:
        """Whether nobody may type in it."""
        return self.field.read_only or self.field.const is not ABSENT

    @cached_property
    def kind(self) -> str:
        """How it is typed in and aligned: text, number, date, choice or lookup."""
        if self.field.options:
            return "choice"
        if self.reference:
            return "lookup"
        if self.field.format == "date":
            return "date"
        return _KINDS.get(self.field.kind, "text")

    @cached_property
    def sensitive(self) -> bool:
        """Whether its values are nobody's business."""
        return bool(self.field.sensitive)

    @cached_property
    def money(self) -> bool:
        """Whether its values are amounts."""
        return bool(self.field.money)

    def wire(self) -> dict[str, Any]:
        """What the front end has to know of it; what is not so is not said."""
        field = self.field
        options = [[option.value, option.label] for option in field.options]
        if field.kind == "boolean" and not options:
            yes, no = _YES_NO[self.language]
            options = [[True, yes], [False, no]]
        told = {
            "name": field.name,
            "title": field.title,
            "kind": self.kind,
            "help": " · ".join(part for part in (field.help, field.limits) if part),
            "required": field.required,
            "readonly": self.fixed,
            "options": options,
            "custom": field.allow_custom or field.nullable,
            "lookup": self.reference,
        }
        return {name: each for name, each in told.items() if each}

    def text(self, value: Any, references: References) -> str:
        """A cell as it is shown: written for the language, a key as what it stands for."""
        if value is ABSENT or value is None:
            return ""
        if self.sensitive:
            return MASK
        if self.kind == "text" and isinstance(value, str):
            return value
        if self.reference and (label := references.label(self.name, value)):
            return label
        said = write(self.field, value, self.language)
        return _to_cents(said, self.language) if self.money and _is_number(value) else said

    def read(self, text: str, references: References) -> Any:
        """The value that a text means.

        Raises
        ------
        ValueError
            When the column does not take it; the message says what would be right.
        """
        if self.reference and (choice := references.match(self.name, text)) is not None:
            return choice.value
        return parse(self.field, text, self.language)


class PerRow(Generic[T]):
    """What a function makes of rows; a row that it was asked about before is not asked again.

    Rows of a model are never altered: an edit puts another in their place.
    """

    def __init__(self, work: Callable[[Any], T]) -> None:
        self._work = work
        self._known: dict[int, tuple[Any, T]] = {}

    def of(self, rows: Sequence[Any]) -> list[T]:
        """What the function makes of each of these rows; the others are forgotten."""
        known = self._known
        self._known = {id(row): known.get(id(row)) or (row, self._work(row)) for row in rows}
        return [self._known[id(row)][1] for row in rows]

    def clear(self) -> None:
        """Forgets all."""
        self._known.clear()


@dataclass(frozen=True)
class Sheet:
    """Cells from tab-separated text, with the columns they belong to."""

    names: Sequence[str | None]
    """The column of each cell in a row; None: it belongs to none."""
    rows: Sequence[Sequence[str]]
    left_out: Sequence[str] = ()
    """Headings, or numbers, of the columns that there is no place for."""


def read_sheet(text: str, names: Sequence[str], columns: Sequence[Column]) -> Sheet:
    """What was copied from a spreadsheet, matched to columns.

    A first row of headings is recognised by its words and decides which column each cell belongs
    to; without one, cells go to ``names`` in their order.

    Parameters
    ----------
    text
        Rows of cells with tabs between them, as spreadsheets copy them: cells that hold a tab,
        a quote or a new line stand in quotes.
    names
        The columns from where it was pasted on.
    columns
        All columns, for the headings.
    """
    rows = _cells(text)
    width = max(map(len, rows), default=0)
    headings = _headings(rows[0], columns) if rows else None
    if headings is not None:
        gone = [cell for cell, name in zip(rows[0], headings, strict=True) if not name and cell]
        extra: list[str | None] = [None] * (width - len(headings))
        return Sheet([*headings, *extra], rows[1:], gone)
    fitting: list[str | None] = [names[i] if i < len(names) else None for i in range(width)]
    gone = [str(i + 1) for i in range(len(names), width) if any(row[i:] and row[i] for row in rows)]
    return Sheet(fitting, rows, gone)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def _to_cents(said: str, language: str) -> str:
    """An amount with two decimals or more, so that amounts stand under each other."""
    mark = "," if language == "nl" else "."
    whole, _, decimals = said.partition(mark)
    return f"{whole}{mark}{decimals.ljust(2, '0')}"


def _cells(text: str) -> list[list[str]]:
    lines = io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n"), newline="")
    rows = list(csv.reader(lines, delimiter="\t", doublequote=True))
    return [row or [""] for row in rows]


def _headings(row: Sequence[str], columns: Sequence[Column]) -> list[str | None] | None:
    """The column that each heading names; None if this is no row of headings."""
    known: dict[str, str] = {}
    for column in columns:
        for heading in (column.name, column.field.title):
            known.setdefault(_folded(heading), column.name)
    named = [known.get(_folded(cell)) for cell in row]
    said = [name for cell, name in zip(row, named, strict=True) if cell.strip()]
    found = [name for name in said if name]
    is_head = len(found) == len(set(found)) and len(found) * 2 > len(said)
    return named if is_head and (len(found) > 1 or len(said) == 1) else None


def _folded(name: str) -> str:
    return fold("".join(name.split())).rstrip("*")


def splice(old: Sequence[Any], new: Sequence[Any]) -> dict[str, Any] | None:
    """The one replacement that makes ``new`` of ``old``; None if they are the same.

    Examples
    --------
    >>> splice([["a"], ["b"], ["c"]], [["a"], ["c"]])
    {'at': 1, 'gone': 1, 'rows': []}
    """
    shorter = min(len(old), len(new))
    start = _common(old, new, shorter)
    if start == len(old) == len(new):
        return None
    end = _common(reversed(old), reversed(new), shorter - start)
    rows = list(new[start : len(new) - end])
    return {"at": start, "gone": len(old) - end - start, "rows": rows}


def _common(one: Iterable[Any], other: Iterable[Any], most: int) -> int:
    """How many of the first items are the same."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if count == most or a != b:
            break
        count += 1
    return count
