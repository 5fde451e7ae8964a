"""What a notebook shows, as a workbook takes it: each table with all its rows, typed.

This is an extension of the kernel that runs a notebook for a workbook; whatever is shown there
says in its output, beside its text, what its cells are. Notebooks that people run have none of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from exactnb.display.formats import is_missing
from exactnb.display.statement import Column, Row, Statement

__all__ = ["MIME", "load_ipython_extension", "read", "told"]

MIME = "application/vnd.exactnb.table+json"
_EVERY_ROW = 1_048_576  # as many as a sheet has


class _Formatter:
    """What IPython asks for this form of an object."""

    format_type = MIME
    enabled = True

    def __call__(self, thing: Any) -> dict[str, Any] | None:
        from exactnb.reports.lists import as_statement

        statement = as_statement(thing)
        return None if statement is None else told(statement)

    def lookup(self, thing: Any) -> Any:
        """Nothing is registered by type."""
        raise KeyError(type(thing))


def load_ipython_extension(shell: Any) -> None:
    """Give tables their typed form, and every row, in the kernel that loads it."""
    from exactnb.display.options import options

    options.rows = _EVERY_ROW
    shell.display_formatter.formatters[MIME] = _Formatter()
    shell.display_formatter.active_types = [MIME, "text/plain"]


def told(statement: Statement) -> dict[str, Any]:
    """A statement in what JSON has.

    Examples
    --------
    >>> told(Statement("Cash", [Column("Bank", "money")], [Row([12.5])]))["rows"]
    [['line', 0, '', [12.5]]]
    """
    return {
        "title": statement.title,
        "subtitle": statement.subtitle,
        "columns": [[each.label, each.kind, each.strong] for each in statement.columns],
        "rows": [
            [row.kind, int(row.level), str(row.code), [_told(value) for value in row.cells]]
            for row in statement.rows
        ],
        "notes": [*(check.said for check in statement.checks), *statement.notes],
        "sums": [[row, list(terms.items())] for row, terms in statement.sums.items()],
    }


def read(said: Mapping[str, Any]) -> Statement:
    """The statement that was told; its checks are lines under it.

    Examples
    --------
    >>> read(told(Statement("Cash", [Column("Bank", "money")], [Row([12.5])]))).rows
    [Row(cells=[12.5], kind='line', level=0, code='')]
    """
    return Statement(
        said["title"],
        [Column(label, kind, strong) for label, kind, strong in said["columns"]],
        [
            Row([_read(cell) for cell in cells], kind, level, code)
            for kind, level, code, cells in said["rows"]
        ],
        said["subtitle"],
        notes=said["notes"],
        sums={row: dict(terms) for row, terms in said["sums"]},
    )


def _told(value: Any) -> Any:
    """A cell as JSON has it; what JSON lacks is a mapping of its kind to its text."""
    if is_missing(value):
        return None
    value = value.item() if hasattr(value, "item") else value  # numpy's own
    if isinstance(value, (dt.datetime, dt.date)):
        kind = "moment" if isinstance(value, dt.datetime) else "date"
        return {kind: value.isoformat()}
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    endless = isinstance(value, float) and value in (float("inf"), float("-inf"))
    return value if isinstance(value, (bool, int, float, str)) and not endless else str(value)


_READERS: Mapping[str, Callable[[str], Any]] = {
    "moment": dt.datetime.fromisoformat,
    "date": dt.date.fromisoformat,
    "decimal": Decimal,
}


def _read(cell: Any) -> Any:
    if isinstance(cell, Mapping):
        ((kind, text),) = cell.items()
        return _READERS[kind](text)
    return cell
