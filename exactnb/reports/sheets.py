"""A statement as a sheet of a workbook: cell by cell, each of the kind that its value is."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from exactnb.display.formats import is_missing, text
from exactnb.display.statement import Column, Statement, on_the_right
from exactnb.errors import InputError
from exactnb.reports.formulas import formula

__all__ = ["ROWS", "Formats", "sheet_names", "write_statement", "write_text"]

#: rows that a sheet holds, and the letters that a cell does
ROWS, _LETTERS = 1_048_576, 32_767
_DIGITS = 10**15
_FIRST_DAY = dt.date(1900, 3, 1)  # before it Excel counts a day that never was
_SAMPLE = 200  # rows that say how wide a column is
_NARROW, _WIDE = 8, 48

#: how figures are written; Excel puts in the separators of whoever reads
_FIGURES = {
    "money": '#,##0.00;-#,##0.00;"–"',
    "cents": "#,##0.00",
    "side": "#,##0.00;-#,##0.00;",
    "percent": "0.0 %",
    "number": "#,##0.0",
    "count": "#,##0",
}
#: days as each language writes them
_DAYS = {"en": "yyyy-mm-dd", "nl": "dd-mm-yyyy"}


class Formats:
    """The formats of one workbook, each made once.

    Parameters
    ----------
    workbook
        Of xlsxwriter.
    language
        "en" or "nl": how days are written.
    """

    def __init__(self, workbook: Any, language: str) -> None:
        self._workbook = workbook
        day = _DAYS[language]
        self._written = {**_FIGURES, "date": day, "moment": f"{day} hh:mm"}
        self._made: dict[tuple[Any, ...], Any] = {}

    def __call__(self, kind: str = "text", row: str = "line", indent: int = 0) -> Any:
        """The format of a cell: what it holds, in which kind of row, indented how far."""
        key = (kind, row, indent)
        if key not in self._made:
            told: dict[str, Any] = {"valign": "top"}
            if kind in ("date", "moment"):
                told["align"] = "left"
            if kind in self._written:
                told["num_format"] = self._written[kind]
            if kind == "text":
                told |= {"num_format": "@", "align": "left"}
            if told.get("align") == "left":
                told["indent"] = indent
            if row not in ("line", "said"):
                told["bold"] = True
            if row == "title":
                told["font_size"] = 14
            if row in ("head", "head right"):
                told |= {"bottom": 1, "text_wrap": True, "valign": "bottom"}
            if row == "head right":
                told["align"] = "right"  # over its figures
            if row in ("subtotal", "total"):
                told["top"] = 1
            if row == "total":
                told["bottom"] = 6  # a double rule
            self._made[key] = self._workbook.add_format(told)
        return self._made[key]


def write_statement(sheet: Any, statement: Statement, formats: Formats) -> None:
    """Write a statement, or a list: one without a title begins with what stands above its columns.

    Raises
    ------
    InputError
        A text that is longer than a cell.
    """
    columns = statement.columns
    _widths(sheet, statement)
    if statement.title:
        write_text(sheet, 0, 0, statement.title, formats("text", "title"))
    if statement.subtitle:
        write_text(sheet, 1, 0, statement.subtitle)
    head = 3 if statement.title else 0
    for at, column in enumerate(columns):
        side = "head right" if on_the_right(column.kind) else "head"
        write_text(sheet, head, at, column.label, formats("text", side, _room(columns, at)))
    _write_rows(sheet, statement, head + 1, formats)
    last = head + len(statement.rows)
    under = [*(check.said for check in statement.checks), *statement.notes]
    for down, said in enumerate(under, start=last + 2):
        write_text(sheet, down, 0, said, formats("said", "said"))
    sheet.freeze_panes(head + 1, 1 if statement.title else 0)
    if columns and all(row.kind == "line" for row in statement.rows):
        sheet.autofilter(head, 0, last, len(columns) - 1)
    _for_paper(sheet, head, statement)


def write_text(sheet: Any, down: int, at: int, told: str, look: Any = None) -> None:
    """Write a text, which stays one whatever it looks like.

    Raises
    ------
    InputError
        It is longer than a cell.
    """
    if sheet.write_string(down, at, told, look):  # it says so, and leaves the cell out
        raise InputError(
            f"A text of {len(told):,} characters does not fit in a cell of sheet {sheet.name!r}, "
            f"row {down + 1}, column {at + 1}; one holds {_LETTERS:,}"
        )


def sheet_names(names: Iterable[str]) -> list[str]:
    """Names that Excel takes: 31 characters, none of its own signs, each once.

    Examples
    --------
    >>> sheet_names(["P&L 2025/11", "p&l 2025-11", ""])
    ['P&L 2025-11', 'p&l 2025-11 2', 'Sheet']
    """
    made: list[str] = []
    for name in names:
        plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "-", str(name).rstrip(" ?:"))
        plain = plain.strip().strip("'")[:31].rstrip("'")
        plain = f"{plain} 1" if plain.lower() == "history" else plain or "Sheet"
        taken = {other.lower() for other in made}
        fresh, count = plain, 1
        while fresh.lower() in taken:
            count += 1
            fresh = f"{plain[: 31 - len(f' {count}')]} {count}"
        made.append(fresh)
    return made


def _write_rows(sheet: Any, statement: Statement, top: int, formats: Formats) -> None:
    columns, kinds = statement.columns, [column.kind for column in statement.columns]
    rooms = [_room(columns, at) for at in range(len(columns))]
    every, adding = range(len(columns)), [at for at, each in enumerate(columns) if each.strong]
    for place, row in enumerate(statement.rows):
        down, named = top + place, -1
        if row.level or row.code:  # what names the row: its first text
            texts = (at for at in every if kinds[at] == "text" and text(row.cells[at]))
            named = next(texts, 0)
        sums = every if place in statement.sums else adding
        for at, (value, kind, room) in enumerate(zip(row.cells, kinds, rooms, strict=True)):
            if at == named:
                value = f"{row.code} {text(value)}" if row.code else value
                room += row.level
            if at in sums and (told := formula(statement, place, at, top)):
                sheet.write_formula(down, at, told, formats(kind, row.kind), float(value))
            else:
                _write(sheet, down, at, value, kind, formats, row.kind, room)


def _room(columns: Sequence[Column], at: int) -> int:
    """How far a text stands off the figures before it."""
    left = not on_the_right(columns[at].kind)
    return int(left and at > 0 and on_the_right(columns[at - 1].kind))


def _write(
    sheet: Any,
    down: int,
    at: int,
    value: Any,
    kind: str,
    formats: Formats,
    row: str,
    indent: int,
) -> None:
    """One cell, by what its value is; nothing is left to a guess at what a text may mean."""
    if is_missing(value):
        sheet.write_blank(down, at, None, formats(kind, row, indent))
    elif type(value).__name__ in ("bool", "bool_"):
        sheet.write_boolean(down, at, bool(value), formats("other", row))
    elif isinstance(value, dt.date) and _day_of(value) >= _FIRST_DAY:
        timed = isinstance(value, dt.datetime) and value.time() != dt.time()
        look = formats("moment" if timed else "date", row, indent)
        sheet.write_datetime(down, at, value, look)
    elif is_number(value) and kind != "text":
        sheet.write_number(down, at, value, formats(kind, row))
    else:
        told = value.isoformat() if isinstance(value, dt.date) else str(value)
        write_text(sheet, down, at, told, formats("text", row, indent))


def _day_of(value: dt.date) -> dt.date:
    return value.date() if isinstance(value, dt.datetime) else value


def is_number(value: Any) -> bool:
    """Whether Excel can hold it: it knows 15 digits, and nothing that is endless."""
    try:
        return math.isfinite(value) and (
            isinstance(value, (float, Decimal)) or abs(value) < _DIGITS
        )
    except TypeError:
        return False


def _widths(sheet: Any, statement: Statement) -> None:
    rows = [*statement.rows[:_SAMPLE], *statement.rows[_SAMPLE:][-1:]]
    for at, column in enumerate(statement.columns):
        said = [_length(row.cells[at], column) for row in rows]
        if column.kind == "text":
            said = [
                length + 2 * row.level + (len(row.code) + 1 if row.code else 0)
                for length, row in zip(said, rows, strict=True)
            ]
        room = 1 if column.kind == "text" else 3
        sheet.set_column(at, at, min(_WIDE, max([_NARROW, len(column.label) + 1, *said]) + room))


def _length(value: Any, column: Column) -> int:
    """How many letters a cell takes, figures with their separators."""
    if column.kind in ("money", "cents", "side") and is_number(value):
        return len(f"{value:,.2f}")
    return len(text(value))


def _for_paper(sheet: Any, head: int, statement: Statement) -> None:
    """A4, as wide as the paper, and across where there are many columns; the head on each page."""
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(head)
    if len(statement.columns) > 6:
        sheet.set_landscape()
