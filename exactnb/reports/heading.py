"""The title block of a report: of whom, of when, made by what, and what was proved."""

from __future__ import annotations

import copy
import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from exactnb._version import __version__
from exactnb.display.marks import marks
from exactnb.reports.parameters import effective

__all__ = ["Heading", "untitled"]

_TITLE = re.compile(r"\A\s*#[ \t]+(.+?)[ \t#]*(?:\n|\Z)")
_WORDS = {
    "en": {
        "administration": "Administration",
        "period": "Period",
        "as_of": "Books of",
        "made": "Made",
        "by": "By",
        "checks": "Checks",
        "all": "{} of {} hold",
        "some": "{} of {} do not hold",
    },
    "nl": {
        "administration": "Administratie",
        "period": "Periode",
        "as_of": "Boeken van",
        "made": "Gemaakt",
        "by": "Door",
        "checks": "Controles",
        "all": "{} van {} kloppen",
        "some": "{} van {} kloppen niet",
    },
}


@dataclass(frozen=True)
class Heading:
    """What stands above a report.

    Parameters
    ----------
    title
        The first heading of the notebook, else the name of its file.
    facts
        Name → value, in the order in which they stand.
    passed, failed
        The checks of all that is shown, in words.
    language
        ``en`` or ``nl``.
    made
        When; the one thing that differs when the same notebook is run again.
    """

    title: str
    facts: dict[str, str]
    passed: Sequence[str]
    failed: Sequence[str]
    language: str
    made: dt.datetime

    @classmethod
    def of(cls, notebook: Any, name: str, made: dt.datetime | None = None) -> Heading:
        """The heading of a notebook that was run, from what its outputs say about themselves."""
        made = made or dt.datetime.now().astimezone()
        told = list(marks(notebook.cells))
        language = next((mark["language"] for mark in reversed(told)), "en")
        words = _WORDS[language]
        facts = {
            words[key]: ", ".join(dict.fromkeys(mark[key] for mark in told if key in mark))
            for key in ("administration", "period", "as_of")
        }
        if isinstance(asked := effective(notebook).get("period"), str):
            facts[words["period"]] = asked  # its statements may reach back further
        facts[words["by"]] = f"{name}.ipynb · exactnb {__version__}"
        checks = [check for mark in told for check in mark.get("checks", ())]
        return cls(
            title=_title(notebook) or name,
            facts={key: value for key, value in facts.items() if value},
            passed=[check["said"] for check in checks if check["ok"]],
            failed=[check["said"] for check in checks if not check["ok"]],
            language=language,
            made=made,
        )

    @property
    def word_made(self) -> str:
        """What stands before the time."""
        return _WORDS[self.language]["made"]

    @property
    def word_checks(self) -> str:
        """What stands before the checks."""
        return _WORDS[self.language]["checks"]

    @property
    def when(self) -> str:
        """When it was made, to the minute, as a reader writes it."""
        return self.made.strftime("%d-%m-%Y %H:%M" if self.language == "nl" else "%Y-%m-%d %H:%M")

    @property
    def verdict(self) -> str:
        """How many checks hold, or how many do not; empty where nothing was proved."""
        words, count = _WORDS[self.language], len(self.passed) + len(self.failed)
        if self.failed:
            return "✗ " + words["some"].format(len(self.failed), count)
        return "✓ " + words["all"].format(count, count) if count else ""


def untitled(notebook: Any) -> Any:
    """The notebook without the first heading, which stands in the title block."""
    made = copy.deepcopy(notebook)
    if _title(notebook):
        made.cells[0].source = _TITLE.sub("", made.cells[0].source, count=1)
        made.cells = made.cells[0 if made.cells[0].source.strip() else 1 :]
    return made


def _title(notebook: Any) -> str:
    first = notebook.cells[0] if notebook.cells else None
    found = _TITLE.match(first.source) if first and first.cell_type == "markdown" else None
    return found.group(1) if found else ""
