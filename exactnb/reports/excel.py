"""Frames as a workbook: real numbers and dates, and text that is never a formula."""

from __future__ import annotations

import datetime as dt
import math
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from exactnb.analyses.result import Result
from exactnb.display.formats import is_missing, text
from exactnb.display.statement import Column, Row, Statement
from exactnb.errors import InputError
from exactnb.extras import needed
from exactnb.reports.writing import with_care

__all__ = ["to_excel"]

#: how figures and dates are written; Excel puts in the separators of whoever reads
_FORMATS = {
    "money": "#,##0.00",
    "cents": "#,##0.00",
    "side": "#,##0.00;-#,##0.00;",
    "percent": "0.0%",
    "number": "#,##0.0",
    "count": "#,##0",
    "date": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm",
}
_ROWS, _LETTERS, _DIGITS = 1_048_576, 32_767, 10**15
_FIRST_DAY = dt.date(1900, 3, 1)  # before it Excel counts a day that never was
_SAMPLE = 200  # rows that say how wide a column is


def to_excel(
    frames: Mapping[str, pd.DataFrame], path: str | os.PathLike[str], *, title: str = ""
) -> Path:
    """A workbook with a sheet of each frame, made by xlsxwriter (``exactnb[excel]``).

    Numbers and dates are Excel's own, codes and texts are texts (``=1+1`` too), and headers stay
    while the rows scroll. What an analysis gave looks as its statement does, with every row, its
    subtotals and totals, and its checks underneath; the figures are as they were given, and no cell
    is a formula.

    Parameters
    ----------
    frames
        Name of the sheet → DataFrame or result of an analysis. A name is made to fit where Excel
        refuses it, or has it already.
    path
        The file, ``.xlsx``; one that is there is replaced once the new one is whole.
    title
        The title of the workbook, in its properties.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        No frames, or what does not fit in a sheet: every one of them.
    MissingPackageError
        ``exactnb[excel]`` is not installed.

    Examples
    --------
    ::

        ledger = books.ledger()
        result = ex.profit_and_loss(ledger, "2026-05")
        ex.to_excel({"Result": result, "Lines": ex.lines(result, "8210")}, "may.xlsx")
    """
    target = Path(path)
    _refuse_wrong(frames, target)
    xlsxwriter = needed("xlsxwriter", extra="excel", to="write a workbook")
    options = {
        "constant_memory": True,  # a sheet of a million rows goes out row by row
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "remove_timezone": True,
    }

    def write(beside: Path) -> None:
        with xlsxwriter.Workbook(beside, options) as workbook:
            workbook.set_properties({"title": title, "comments": "Made by exactnb"})
            formats = _Formats(workbook)
            for name, frame in zip(sheet_names(frames), frames.values(), strict=True):
                sheet = workbook.add_worksheet(name)
                if isinstance(frame, Result):
                    _write_statement(sheet, frame.part(rows=len(frame)), formats)
                else:
                    _write_frame(sheet, _told(frame), formats)

    with_care(target, write)
    return target


def sheet_names(names: Iterable[str]) -> list[str]:
    """Names that Excel takes: 31 characters, none of its own signs, each once.

    Examples
    --------
    >>> sheet_names(["P&L 2025/11", "p&l 2025-11", ""])
    ['P&L 2025-11', 'p&l 2025-11 2', 'Sheet']
    """
    made: list[str] = []
    for name in names:
        plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "-", str(name)).strip().strip("'")[:31].rstrip("'")
        plain = f"{plain} 1" if plain.lower() == "history" else plain or "Sheet"
        taken = {other.lower() for other in made}
        fresh, count = plain, 1
        while fresh.lower() in taken:
            count += 1
            fresh = f"{plain[: 31 - len(f' {count}')]} {count}"
        made.append(fresh)
    return made


class _Formats:
    """The formats of one workbook, each made once."""

    def __init__(self, workbook: Any) -> None:
        self._workbook = workbook
        self._made: dict[tuple[Any, ...], Any] = {}

    def __call__(self, kind: str = "text", row: str = "line", indent: int = 0) -> Any:
        key = (kind, row, indent)
        if key not in self._made:
            told: dict[str, Any] = {"valign": "top"}
            if kind in _FORMATS:
                told["num_format"] = _FORMATS[kind]
            if kind == "text":
                told |= {"num_format": "@", "indent": indent}
            if row != "line":
                told["bold"] = True
            if row == "head":
                told |= {"bottom": 1, "text_wrap": True}
            if row in ("subtotal", "total"):
                told["top"] = 1
            if row == "total":
                told["bottom"] = 6  # a double rule
            self._made[key] = self._workbook.add_format(told)
        return self._made[key]


def _write_frame(sheet: Any, frame: pd.DataFrame, formats: _Formats) -> None:
    names = [_label(name) for name in frame.columns]
    columns = [frame.iloc[:, at] for at in range(len(names))]  # a name may be there twice
    cells = [column.astype(object).tolist() for column in columns]
    kinds = [_kind(column) for column in columns]
    _widths(sheet, names, cells, kinds)
    for at, name in enumerate(names):
        _write_text(sheet, 0, at, name, formats("text", "head"))
    for down, row in enumerate(zip(*cells, strict=True), start=1):
        for at, value in enumerate(row):
            _write(sheet, down, at, value, kinds[at], formats)
    sheet.freeze_panes(1, 0)
    if names:
        sheet.autofilter(0, 0, len(frame), len(names) - 1)


def _write_statement(sheet: Any, statement: Statement, formats: _Formats) -> None:
    columns = statement.columns
    kinds = [column.kind for column in columns]
    cells = [list(column) for column in zip(*(row.cells for row in statement.rows), strict=True)]
    _widths(sheet, [column.label for column in columns], cells or [[] for _ in columns], kinds)
    _write_text(sheet, 0, 0, statement.title, formats("text", "title"))
    _write_text(sheet, 1, 0, statement.subtitle)
    head = 3
    for at, column in enumerate(columns):
        _write_text(sheet, head, at, column.label, formats("text", "head"))
    down = head
    for down, row in enumerate(statement.rows, start=head + 1):
        _write_row(sheet, down, row, columns, formats)
    under = [*(check.said for check in statement.checks), *statement.notes]
    for below, said in enumerate(under, start=down + 2):
        _write_text(sheet, below, 0, said)
    sheet.freeze_panes(head + 1, 1)


def _write_row(
    sheet: Any, down: int, row: Row, columns: Sequence[Column], formats: _Formats
) -> None:
    texts = (at for at, column in enumerate(columns) if column.kind == "text" and row.cells[at])
    named = next(texts, 0)
    for at, (value, column) in enumerate(zip(row.cells, columns, strict=True)):
        indent = row.level if at == named else 0
        if at == named and row.code:
            value = f"{row.code} {text(value)}"
        _write(sheet, down, at, value, column.kind, formats, row.kind, indent)


def _write(
    sheet: Any,
    down: int,
    at: int,
    value: Any,
    kind: str,
    formats: _Formats,
    row: str = "line",
    indent: int = 0,
) -> None:
    """One cell, by what its value is; nothing is left to a guess at what a text may mean."""
    if is_missing(value):
        sheet.write_blank(down, at, None, formats(kind, row, indent))
    elif type(value).__name__ in ("bool", "bool_"):
        sheet.write_boolean(down, at, bool(value), formats("other", row))
    elif isinstance(value, dt.date) and _day_of(value) >= _FIRST_DAY:
        timed = isinstance(value, dt.datetime) and value.time() != dt.time()
        sheet.write_datetime(down, at, value, formats("moment" if timed else "date", row))
    elif _is_number(value) and kind != "text":
        sheet.write_number(down, at, value, formats(kind, row))
    else:
        told = value.isoformat() if isinstance(value, dt.date) else str(value)
        _write_text(sheet, down, at, told, formats("text", row, indent))


def _write_text(sheet: Any, down: int, at: int, told: str, look: Any = None) -> None:
    if sheet.write_string(down, at, told, look):  # it says so, and leaves the cell out
        raise InputError(
            f"A text of {len(told):,} characters does not fit in a cell of sheet {sheet.name!r}, "
            f"row {down + 1}, column {at + 1}; one holds {_LETTERS:,}"
        )


def _day_of(value: dt.date) -> dt.date:
    return value.date() if isinstance(value, dt.datetime) else value


def _is_number(value: Any) -> bool:
    """Whether Excel can hold it: it knows 15 digits, and nothing that is endless."""
    try:
        return math.isfinite(value) and (
            isinstance(value, (float, Decimal)) or abs(value) < _DIGITS
        )
    except TypeError:
        return False


def _kind(values: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(values):
        return "other"
    if pd.api.types.is_integer_dtype(values):
        return "whole"
    if pd.api.types.is_float_dtype(values):
        cents = values.dropna().astype("float64") * 100
        return "cents" if bool((abs(cents - cents.round()) < 1e-6).all()) else "figure"
    if pd.api.types.is_datetime64_any_dtype(values):
        return "date"
    held = values.dropna()
    return "figure" if len(held) and all(map(_is_number, held)) else "text"


def _told(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with what its index says as columns; row numbers say nothing."""
    index = frame.index
    plain = index.names == [None] and (not len(index) or pd.api.types.is_integer_dtype(index.dtype))
    return frame if plain else frame.reset_index()


def _label(name: Any) -> str:
    return " · ".join(str(part) for part in name if part) if isinstance(name, tuple) else str(name)


def _widths(
    sheet: Any, names: Sequence[str], cells: Sequence[Sequence[Any]], kinds: Sequence[str]
) -> None:
    for at, (name, column, kind) in enumerate(zip(names, cells, kinds, strict=True)):
        said = [len(text(value)) for value in column[:_SAMPLE]]
        room = 3 if kind in _FORMATS else 1
        sheet.set_column(at, at, min(48, max([len(name), *said]) + room))


def _refuse_wrong(frames: Mapping[str, pd.DataFrame], target: Path) -> None:
    wrong = []
    if not isinstance(frames, Mapping):
        raise InputError(
            f"A workbook is made of named frames, not of a {type(frames).__name__}",
            hint='ex.to_excel({"Ledger": ledger}, "ledger.xlsx")',
        )
    if not frames:
        wrong.append("there are no frames, and a workbook has a sheet at least")
    if target.suffix.lower() != ".xlsx":
        wrong.append(f"{target.name} does not end in .xlsx")
    if not target.parent.is_dir():
        wrong.append(f"there is no folder {target.parent}")
    for name, frame in frames.items():
        wrong += [f"{name!r} {why}" for why in _misfits(frame)]
    if wrong:
        raise InputError("No workbook: " + "; ".join(wrong))


def _misfits(frame: Any) -> list[str]:
    if not isinstance(frame, pd.DataFrame):
        return [f"is a {type(frame).__name__} and no DataFrame"]
    if len(frame) >= _ROWS:
        return [f"has {len(frame):,} rows; a sheet holds {_ROWS - 1:,}"]
    return []
