"""Frames as a workbook: real numbers and dates, totals as formulas, text that is never one."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from exactnb.display.options import options
from exactnb.display.statement import Statement
from exactnb.errors import InputError
from exactnb.extras import needed
from exactnb.reports.lists import as_statement
from exactnb.reports.sheets import ROWS, Formats, sheet_names, write_statement
from exactnb.reports.writing import with_care

__all__ = ["to_excel", "write_workbook"]


def to_excel(
    frames: Mapping[str, pd.DataFrame], path: str | os.PathLike[str], *, title: str = ""
) -> Path:
    """A workbook with a sheet of each frame, made by xlsxwriter (``exactnb[excel]``).

    Numbers and dates are Excel's own, codes and texts are texts (``=1+1`` too), and headers stay
    while the rows scroll. What an analysis gave looks as its statement does, with every row and
    its checks underneath. Its subtotals and totals are formulas over the rows that they add up,
    with the figure beside them for whoever does not calculate; one that would not give the
    statement's own figure, to the cent, is written as that figure. All other figures are as they
    were given, and no formula is made of data.

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
    told = ((name, as_statement(frame)) for name, frame in frames.items())
    sheets = [(name, statement) for name, statement in told if statement is not None]
    write_workbook(sheets, target, title=title, language=options.language)
    return target


def write_workbook(
    sheets: Sequence[tuple[str, Statement]],
    target: Path,
    *,
    title: str,
    language: str,
    made: dt.datetime | None = None,
) -> None:
    """Write a workbook with a sheet of each statement; the old file stays until it is whole.

    Parameters
    ----------
    sheets
        The name of each, made to fit, and what it holds.
    target
        The file.
    title, made
        The properties of the workbook: its title, and when it was made; by default now.
    language
        How days are written.
    """
    xlsxwriter = needed("xlsxwriter", extra="excel", to="write a workbook")
    settings = {
        "constant_memory": True,  # a sheet of a million rows goes out row by row
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "remove_timezone": True,
    }
    told = {"title": title, "comments": "Made by exactnb"}

    def write(beside: Path) -> None:
        with xlsxwriter.Workbook(beside, settings) as workbook:
            workbook.set_properties(told | ({"created": made} if made else {}))
            formats = Formats(workbook, language)
            names = sheet_names(name for name, _ in sheets)
            for name, (_, statement) in zip(names, sheets, strict=True):
                write_statement(workbook.add_worksheet(name), statement, formats)

    with_care(target, write)


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
    if len(frame) >= ROWS:
        return [f"has {len(frame):,} rows; a sheet holds {ROWS - 1:,}"]
    return []
