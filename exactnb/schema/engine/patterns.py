r"""Patterns of JSON Schema, which are JavaScript's, as each library reads them.

The two languages differ in little: to JavaScript ``$`` is the very end of a text, ``\d`` and
``\w`` are ASCII alone, and a group has its name in ``(?<name>…)``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from exactnb.schema.keywords import rebuilt

__all__ = ["matches", "python", "readable"]

_TOKEN = re.compile(
    r"\\c[A-Za-z] | \\k<\w+> | \\. | \[\^?\] | \[\^? | \] | \$ | \(\?<(?![=!])", re.VERBOSE
)
_BLANKS = r"\s\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
#: what Python writes in another way, inside a class and outside
_IN_CLASS = {r"\s": _BLANKS}
_OUTSIDE = {
    "$": r"\Z",
    "(?<": "(?P<",
    "[]": "(?!)",
    "[^]": r"[\s\S]",
    r"\s": f"[{_BLANKS}]",
    r"\S": f"[^{_BLANKS}]",
}


@lru_cache(maxsize=1024)
def python(pattern: str) -> str | None:
    r"""A pattern as Python has it; None if it is none.

    Examples
    --------
    >>> python(r"^(?<code>\d+)$")
    '(?a)^(?P<code>\\d+)\\Z'
    """
    in_class = False

    def read(match: re.Match[str]) -> str:
        nonlocal in_class
        token = match[0]
        if token.startswith(r"\c") and len(token) > 2:  # a control character
            return rf"\x{ord(token[2]) % 32:02x}"
        if token.startswith(r"\k") and len(token) > 2:
            return f"(?P={token[3:-1]})"
        if token.startswith("\\"):
            return (_IN_CLASS if in_class else _OUTSIDE).get(token, token)
        if in_class:
            in_class = not token.endswith("]")
            return token.replace("[", r"\[")
        in_class = token in ("[", "[^")
        return _OUTSIDE.get(token, token)

    try:
        translated = "(?a)" + _TOKEN.sub(read, pattern)
        re.compile(translated)
    except (re.error, OverflowError, RecursionError):
        return None
    return translated


def matches(pattern: str, text: str) -> bool:
    """Whether a pattern is found in a text; one that cannot be read is found nowhere."""
    translated = python(pattern)
    return translated is not None and re.search(translated, text) is not None


def readable(schema: Any, read: Callable[[str], str | None]) -> Any:
    """The schema with the names of fields matched by what ``read`` makes of their patterns.

    Patterns of which it makes nothing limit nothing.
    """

    def change(node: dict[str, Any]) -> dict[str, Any]:
        if read(node.get("pattern", "")) is None:
            del node["pattern"]
        if "patternProperties" in node:
            by_pattern = {read(p): inner for p, inner in node["patternProperties"].items()}
            node["patternProperties"] = {p: s for p, s in by_pattern.items() if p is not None}
        return node

    return rebuilt(schema, change)
