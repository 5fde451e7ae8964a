"""``report``: a notebook is run and becomes one file."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from exactnb.display.cards import Card
from exactnb.display.formats import number
from exactnb.errors import InputError
from exactnb.extras import needed
from exactnb.privacy import Names, local_key
from exactnb.reports import shown
from exactnb.reports.heading import Heading
from exactnb.reports.names import anonymised, refuse_names, rows_with_names
from exactnb.reports.parameters import with_parameters
from exactnb.reports.printing import browser, printed
from exactnb.reports.running import ran, read
from exactnb.reports.workbook import write_notebook
from exactnb.reports.writing import with_care
from exactnb.settings import Settings

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
    rows_with_names
        Rows of all that it shows in which a company or a person is named, by name, address or
        number.
    codes
        Of an anonymised report each code and what it stands for. It is not in the file.
    """

    path: Path
    title: str
    passed: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    rows_with_names: int = 0
    codes: Mapping[str, str] = field(default_factory=dict, repr=False)

    def _card(self) -> Card:
        checks = len(self.passed) + len(self.failed)
        facts = {
            "File": str(self.path),
            "Size": f"{number(self.path.stat().st_size / 1e6, 2)} MB",
            "Checks": f"{len(self.passed)} of {checks} hold" if checks else "none",
        }
        rows = number(self.rows_with_names, 0)
        named = f"{rows} rows" if self.rows_with_names else "none"
        facts["Names"] = "told by codes" if self.codes else named
        notes = [*self.failed]
        if self.rows_with_names:
            notes.append(
                f"{rows} rows name companies or people: send it to whom those may be told. "
                "anonymise=True puts codes in their place."
            )
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
    notebook: str | os.PathLike[str],
    to: str | os.PathLike[str],
    *,
    anonymise: bool = False,
    **parameters: Any,
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
    anonymise
        Put codes in the place of names, addresses, VAT numbers, IBANs, mail addresses and
        telephone numbers of companies and people, in texts, tables and charts: ``ACC-K7QF3A``.
        The codes of this machine are the same in each report; what they stand for is in
        ``codes`` of what comes back, and in no file. A text that means somebody without naming
        them stays as it is, and so does the name of the administration itself.
    parameters
        Other values for what its cell tagged ``parameters`` sets.

    Returns
    -------
    Report
        The file, and what was proved.

    Raises
    ------
    ReportError
        A cell failed: which, and why; or there is nothing to print with, no table for a workbook,
        or a name that would stay in an anonymised report. The old file is still there.
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
    asked, folder = with_parameters(read(source), parameters), source.resolve().parent
    names = Names(local_key(Settings.load().home) if anonymise else b"unused: nothing is coded")
    extension = "" if write else shown.__name__
    done = ran(asked, source.name, folder, names, hide=anonymise, extension=extension)
    if anonymise:
        done = anonymised(done, names)
    heading = Heading.of(done, source.stem)
    outside: list[str] = []
    if write is None:
        write_notebook(done, heading, target)
    else:
        html, outside = _page(done, heading, source)
        if anonymise:
            refuse_names(html, names)
        with_care(target, lambda beside: write(html, beside))
    return Report(
        target,
        heading.title,
        tuple(heading.passed),
        tuple(heading.failed),
        tuple(outside),
        0 if anonymise else rows_with_names(done, names),
        names.codes if anonymise else {},
    )


def _page(notebook: Any, heading: Heading, source: Path) -> tuple[str, list[str]]:
    """What a notebook shows as one page, and what that would load from elsewhere."""
    from exactnb.reports.exporter import ReportExporter, outside_loads

    about = {"metadata": {"name": source.stem, "path": str(source.resolve().parent)}}
    html, _ = ReportExporter().from_notebook_node(notebook, {**about, "heading": heading})
    return html, outside_loads(html)


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
    needed("nbconvert", extra="report", to="write a report")
    if ending == ".html":
        return _html
    command = browser()
    return lambda html, path: printed(html, path, command)


def _html(html: str, path: Path) -> None:
    path.write_text(html, encoding="utf-8", newline="\n")
