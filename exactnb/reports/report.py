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
from exactnb.reports.names import anonymised, refuse_names, rows_with_names
from exactnb.reports.parameters import with_parameters
from exactnb.reports.printing import browser, printed
from exactnb.reports.running import ran, read
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
        facts["Names"] = f"{rows} rows" if self.rows_with_names else "none"
        if self.codes:
            facts["Names"] = "told by codes"
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
        The file to write, ``.html``, or ``.pdf`` where there is a Chromium or Chrome to print it.
        A file that is there is replaced once all went well.
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
        A cell failed: which, and why; or there is nothing to print with; or a name would stay in
        an anonymised report. The old file is still there.
    InputError
        There is no such notebook, it has no such parameter, or the file has another ending.
    MissingPackageError
        ``exactnb[report]`` is not installed.

    Examples
    --------
    ::

        ex.report("notebooks/10_month_end.ipynb", to="month-end.html", period="2026-05")
    """
    source, target = Path(notebook), Path(to)
    write = _writer(target)
    needed("nbconvert", extra="report", to="write a report")
    from exactnb.reports.exporter import ReportExporter, outside_loads

    asked = with_parameters(read(source), parameters)
    names = Names(local_key(Settings.load().home) if anonymise else b"unused: nothing is coded")
    done = ran(asked, source.name, source.resolve().parent, names, hide=anonymise)
    if anonymise:
        done = anonymised(done, names)
    html, kept = ReportExporter().from_notebook_node(
        done, {"metadata": {"name": source.stem, "path": str(source.resolve().parent)}}
    )
    if anonymise:
        refuse_names(html, names)
    with_care(target, lambda beside: write(html, beside))
    heading = kept["heading"]
    return Report(
        target,
        heading.title,
        tuple(heading.passed),
        tuple(heading.failed),
        tuple(outside_loads(html)),
        0 if anonymise else rows_with_names(done, names),
        names.codes if anonymise else {},
    )


def _writer(target: Path) -> Callable[[str, Path], None]:
    """What writes a file of this name; that nothing is in its way is seen before a long run."""
    ending = target.suffix.lower()
    if ending not in (".html", ".pdf"):
        raise InputError(
            f"A report cannot be written as {ending or 'a file without an ending'}",
            hint="The name ends in .html or .pdf.",
        )
    if not target.parent.is_dir():
        raise InputError(f"There is no folder {target.parent}")
    if ending == ".html":
        return _html
    command = browser()
    return lambda html, path: printed(html, path, command)


def _html(html: str, path: Path) -> None:
    path.write_text(html, encoding="utf-8", newline="\n")
