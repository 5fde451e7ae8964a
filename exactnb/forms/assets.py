"""Scripts and style sheets that are shipped beside the modules that use them."""

from __future__ import annotations

import re
from importlib.resources import files

__all__ = ["asset"]

#: comments that have lines to themselves, in either language
_BLOCKS = re.compile(r"^\s*/\*.*?\*/\s*$", re.DOTALL | re.MULTILINE)
#: a comment to the end of a line; one with a quote in it may be part of a text, and stays
_COMMENT = re.compile(r"(^|\s)// ?[^\"'`]*$")
#: what may stand around the signs of a style sheet
_AROUND = re.compile(r"\s*([{};,>])\s*|(?<=:)\s+")


def asset(package: str, *names: str) -> str:
    """The texts of files beside a module, one after the other, as they are sent.

    Each widget sends them, and each saved notebook keeps them; so comments, indents and empty
    lines stay behind, and in a style sheet all the room between its signs.
    """
    folder = files(package)
    return "".join(_brief(name, folder.joinpath(name).read_text("utf-8")) for name in names)


def _brief(name: str, text: str) -> str:
    """One file without what is only there for whoever reads it."""
    text = _BLOCKS.sub("", text)
    if name.endswith(".css"):
        return _AROUND.sub(lambda sign: sign[1] or "", text).replace(";}", "}").strip()
    lines = (_COMMENT.sub("", line).strip() for line in text.splitlines())
    return "".join(f"{line}\n" for line in lines if line)
