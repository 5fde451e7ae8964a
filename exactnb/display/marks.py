"""What an output says about itself beside what it shows, in the notebook's own metadata.

A reader of the notebook, such as a report, finds there of whom and when the figures are and what
was proved, without reading it back from the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from exactnb.display.options import options

__all__ = ["marked", "marks"]

_KEY = "exactnb"


def marked(
    about: Mapping[str, str], checks: Sequence[tuple[str, bool]] = ()
) -> dict[str, dict[str, Any]]:
    """The metadata of an output: of what it is, and each check in words and whether it holds."""
    told: dict[str, Any] = {"language": options.language, **about}
    if checks:
        told["checks"] = [{"said": said, "ok": ok} for said, ok in checks]
    return {_KEY: told}


def marks(cells: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """What the outputs of a notebook's cells say about themselves, from top to bottom."""
    for cell in cells:
        for output in cell.get("outputs", ()):
            told = output.get("metadata", {}).get(_KEY)
            if told is not None:
                yield told
