"""Totals as formulas: what a row of a statement adds up, in the words of a spreadsheet.

A formula is made of references to our own cells and nothing else, and only where it gives the
figure that the statement has, to the cent.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from exactnb.display.formats import is_missing
from exactnb.display.statement import ADDS_UP, Statement

__all__ = ["formula"]

#: a cell: its row among those of the statement, and its column
_Cell = tuple[int, int]
_LONGEST = 8000  # characters; a spreadsheet takes 8192


def formula(statement: Statement, row: int, column: int, top: int) -> str | None:
    """The formula of a cell that adds others up; None where its figure is just a figure.

    Parameters
    ----------
    statement
        Where the cell is.
    row, column
        Its place among the statement's rows and columns.
    top
        The row of the sheet in which the statement's first row stands, counted from 0.

    Examples
    --------
    >>> from exactnb.display.statement import Column, Row
    >>> rows = [Row(("Sales", 10.1)), Row(("Costs", 4.05)), Row(("Result", 6.05))]
    >>> columns = [Column(""), Column("2025", "money")]
    >>> told = Statement("Result", columns, rows, sums={2: {0: 1, 1: -1}})
    >>> formula(told, 2, 1, top=4)
    '=B5-B6'
    """
    whole = _cents(statement.rows[row].cells[column])
    if whole is None or statement.columns[column].kind not in ADDS_UP:
        return None
    for terms in _terms(statement, row, column):
        added = [
            (sign, _cents(statement.rows[down].cells[at], empty=0))
            for (down, at), sign in terms.items()
        ]
        if not added or any(cents is None for _, cents in added):
            continue
        if sum(sign * cents for sign, cents in added if cents is not None) == whole:
            said = _said({(top + down, at): sign for (down, at), sign in terms.items()})
            return said if len(said) <= _LONGEST else None
    return None


def _terms(statement: Statement, row: int, column: int) -> Iterator[Mapping[_Cell, int]]:
    """The cells that a cell may add up, each with its sign: those above it, or before it."""
    yield {(other, column): sign for other, sign in statement.sums.get(row, {}).items()}
    if statement.columns[column].strong:
        kinds = [each.kind for each in statement.columns[:column]]
        yield {(row, at): 1 for at, kind in enumerate(kinds) if kind in ADDS_UP}


def _cents(value: Any, empty: int | None = None) -> int | None:
    """An amount in whole cents; None where it is none."""
    if is_missing(value):
        return empty
    if isinstance(value, (str, bool)) or type(value).__name__ == "bool":
        return None
    try:
        cents = float(value) * 100
    except (TypeError, ValueError):
        return None
    if not math.isfinite(cents) or abs(cents - round(cents)) > 1e-4:
        return None
    return round(cents)


def _said(terms: Mapping[_Cell, int]) -> str:
    from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

    parts = []
    for sign, first, last in _runs(terms):
        one = first == last
        named = xl_rowcol_to_cell(*first) if one else f"SUM({xl_range(*first, *last)})"
        parts.append(("-" if sign < 0 else "+") + named)
    return "=" + "".join(parts).removeprefix("+")


def _runs(terms: Mapping[_Cell, int]) -> Iterator[tuple[int, _Cell, _Cell]]:
    """Cells of one sign that lie against each other, each run as its first and its last."""
    run: list[_Cell] = []
    for cell in sorted(terms):
        beside = run and cell in ((run[-1][0] + 1, run[-1][1]), (run[-1][0], run[-1][1] + 1))
        straight = len(run) < 2 or cell[0] == run[0][0] or cell[1] == run[0][1]
        if run and not (beside and straight and terms[cell] == terms[run[0]]):
            yield terms[run[0]], run[0], run[-1]
            run = []
        run.append(cell)
    if run:
        yield terms[run[0]], run[0], run[-1]
