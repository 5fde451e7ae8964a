"""What is said about a value that does not fit: one table, in English and in Dutch."""

from __future__ import annotations

from typing import Any

__all__ = ["say"]

#: what was expected → (English, Dutch); reads on after the name of a field
MESSAGES: dict[str, tuple[str, str]] = {
    "number": (
        "takes a number, such as 1234.56",
        "verwacht een getal, zoals 1234,56",
    ),
    "date": (
        "takes a date, such as 2025-12-31",
        "verwacht een datum, zoals 31-12-2025",
    ),
}


def say(key: str, language: str = "en", /, **parts: Any) -> str:
    """The sentence of this key, filled in."""
    english, dutch = MESSAGES[key]
    return (dutch if language == "nl" else english).format(**parts)
