"""A notebook that was run → a workbook: a sheet of each table that it shows, and one about them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from exactnb.display.statement import Column, Row, Statement
from exactnb.errors import ReportError
from exactnb.reports.excel import write_workbook
from exactnb.reports.heading import Heading
from exactnb.reports.sheets import sheet_names
from exactnb.reports.shown import MIME, read

__all__ = ["tables", "write_notebook"]

_HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t#]*$", re.MULTILINE)
_WORDS = {
    "en": {"report": "Report", "sheets": "Sheets", "table": "Table"},
    "nl": {"report": "Rapport", "sheets": "Bladen", "table": "Tabel"},
}


def write_notebook(notebook: Any, heading: Heading, target: Path) -> None:
    """Write what a notebook shows as a workbook; what is no table is left out.

    Parameters
    ----------
    notebook
        Run with the extension ``exactnb.reports.shown``.
    heading
        Of whom and when it is, and what was proved: the first sheet.
    target
        The file.

    Raises
    ------
    ReportError
        It shows no table.
    InputError
        A text is longer than a cell.
    """
    words = _WORDS[heading.language]
    shown = list(tables(notebook.cells, words["table"]))
    if not shown:
        raise ReportError(
            "The notebook shows no table, and a workbook is made of them",
            hint="A cell shows what its last line gives, such as ex.trial_balance(ledger).",
        )
    names = sheet_names([words["report"], *(name for name, _ in shown)])
    statements = [statement for _, statement in shown]
    first = _first(heading, list(zip(names[1:], statements, strict=True)), words["sheets"])
    write_workbook(
        list(zip(names, [first, *statements], strict=True)),
        target,
        title=heading.title,
        language=heading.language,
        made=heading.made,
    )


def tables(cells: Any, unnamed: str) -> Iterator[tuple[str, Statement]]:
    """The tables that cells show, from top to bottom, each with what it is called.

    That is its title up to the first dot, else the heading above it, else ``unnamed``.
    """
    above = unnamed
    for cell in cells:
        if cell["cell_type"] == "markdown":
            above = ([above, *_HEADING.findall(cell["source"])])[-1]
        for output in cell.get("outputs", ()):
            if said := output.get("data", {}).get(MIME):
                statement = read(said)
                yield statement.title.partition(" · ")[0] or above, statement


def _first(heading: Heading, sheets: list[tuple[str, Statement]], word: str) -> Statement:
    """The title block as a sheet: facts, checks, and what the other sheets are."""
    facts = {**heading.facts, heading.word_made: heading.when}
    rows = [Row((name, fact)) for name, fact in facts.items()]
    if heading.verdict:
        rows.append(Row((heading.word_checks, heading.verdict)))
        rows += [Row(("", said)) for said in heading.failed]
    rows.append(Row((word, ""), "heading"))
    rows += [Row((name, each.subtitle or each.title), level=1) for name, each in sheets]
    return Statement(heading.title, [Column(""), Column("")], rows)
