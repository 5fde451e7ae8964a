"""``report``: a notebook is run and becomes one file."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from exactnb.display.cards import Card
from exactnb.display.formats import number
from exactnb.errors import InputError
from exactnb.extras import needed
from exactnb.reports import shown
from exactnb.reports.heading import Heading
from exactnb.reports.parameters import with_parameters
from exactnb.reports.printing import browser, printed
from exactnb.reports.running import ran, read
from exactnb.reports.workbook import write_notebook
from exactnb.reports.writing import with_care

__all__ = ["Report", "report"]


@dataclass(frozen=True)
class Report:
    """A report that was written.

    Attributes
    ----------
    path
        Its file.
    title
        What stands above it.
    passed, failed
        The checks of all that it shows, in words.
    outside
        Addresses that it would load from; the page forbids itself that, so they stay empty.
    """

    path: Path
    title: str
    passed: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    outside: tuple[str, ...] = field(default=())

    def _card(self) -> Card:
        checks = len(self.passed) + len(self.failed)
        facts = {
            "File": str(self.path),
            "Size": f"{number(self.path.stat().st_size / 1e6, 2)} MB",
            "Checks": f"{len(self.passed)} of {checks} hold" if checks else "none",
        }
        notes = [*self.failed]
        notes += [f"Left out, since a report loads nothing: {place}" for place in self.outside]
        good = not self.failed
        return Card(
            self.title, facts, "made" if good else "checks fail", "good" if good else "bad", notes
        )

    def _repr_html_(self) -> str:
        return self._card()._repr_html_()

    def __repr__(self) -> str:
        return str(self._card())


def report(
    notebook: str | os.PathLike[str], to: str | os.PathLike[str], **parameters: Any
) -> Report:
    """Run a notebook and write what it shows as one file, which opens without a network.

    There is no code in it: statements, charts, cards and forms as they look in print, under a
    title block that says of whom and when it is, how it was made, and which checks hold. The
    notebook itself stays as it is.

    Parameters
    ----------
    notebook
        The notebook's file; it runs in its own folder.
    to
        The file to write: ``.html``; ``.pdf`` where there is a Chromium or Chrome to print it; or
        ``.xlsx``, a workbook with a sheet of each table that it shows, as
        :func:`~exactnb.to_excel` writes them, with every row that a table has unless the notebook
        itself asks for fewer. A file that is there is replaced once all went well.
    parameters
        Other values for what its cell tagged ``parameters`` sets.

    Returns
    -------
    Report
        The file, and what was proved.

    Raises
    ------
    ReportError
        A cell failed: which, and why; or there is nothing to print with, or no table for a
        workbook. The old file is still there.
    InputError
        There is no such notebook, it has no such parameter, or the file has another ending.
    MissingPackageError
        ``exactnb[report]`` is not installed, or ``exactnb[excel]`` for a workbook.

    Examples
    --------
    ::

        ex.report("notebooks/10_month_end.ipynb", to="month-end.html", period="2026-05")
    """
    source, target = Path(notebook), Path(to)
    write = _writer(target)
    asked = with_parameters(read(source), parameters)
    folder = source.resolve().parent
    if write is None:
        done = ran(asked, source.name, folder, extension=shown.__name__)
        heading = Heading.of(done, source.stem)
        write_notebook(done, heading, target)
        return Report(target, heading.title, tuple(heading.passed), tuple(heading.failed))
    needed("nbconvert", extra="report", to="write a report")
    from exactnb.reports.exporter import ReportExporter, outside_loads

    done = ran(asked, source.name, folder)
    html, kept = ReportExporter().from_notebook_node(
        done, {"metadata": {"name": source.stem, "path": str(folder)}}
    )
    with_care(target, lambda beside: write(html, beside))
    heading = kept["heading"]
    return Report(
        target,
        heading.title,
        tuple(heading.passed),
        tuple(heading.failed),
        tuple(outside_loads(html)),
    )


def _writer(target: Path) -> Callable[[str, Path], None] | None:
    """What writes a page to a file of this name; None: it is a workbook, and no page.

    That nothing is in its way is seen before a long run.
    """
    ending = target.suffix.lower()
    if ending not in (".html", ".pdf", ".xlsx"):
        raise InputError(
            f"A report cannot be written as {ending or 'a file without an ending'}",
            hint="The name ends in .html, .pdf or .xlsx.",
        )
    if not target.parent.is_dir():
        raise InputError(f"There is no folder {target.parent}")
    if ending == ".xlsx":
        needed("xlsxwriter", extra="excel", to="write a workbook")
        return None
    if ending == ".html":
        return _html
    command = browser()
    return lambda html, path: printed(html, path, command)


def _html(html: str, path: Path) -> None:
    path.write_text(html, encoding="utf-8", newline="\n")
