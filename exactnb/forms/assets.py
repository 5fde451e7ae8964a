"""Scripts and style sheets that are shipped beside the modules that use them."""

from __future__ import annotations

import re
from importlib.resources import files

__all__ = ["asset"]

#: lines that are for whoever reads the file: comments and what is empty
_FOR_READERS = re.compile(r"^\s*(//.*|/\*.*\*/)?$")


def asset(package: str, *names: str) -> str:
    """The texts of files beside a module, one after the other, as they are sent.

    Each widget sends them, and each saved notebook keeps them; so comments, indents and empty
    lines stay behind. A comment has its lines to itself.
    """
    text = "\n".join(files(package).joinpath(name).read_text("utf-8") for name in names)
    text = re.sub(r"^\s*/\*.*?\*/\s*$", "", text, flags=re.DOTALL | re.MULTILINE)
    return "\n".join(line.strip() for line in text.splitlines() if not _FOR_READERS.match(line))
