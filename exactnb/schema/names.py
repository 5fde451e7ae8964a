"""Names of fields: matched in any spelling, and shown as a path."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from exactnb.schema.engine import Path
from exactnb.schema.messages import say as in_words

__all__ = ["find_name", "fold", "renamed", "say", "sketch"]


def fold(name: str) -> str:
    """A name without what spellings differ in."""
    return name.replace("_", "").replace("$", "").replace("-", "").lower()


def find_name(wanted: str, schema: Mapping[str, Any] | None) -> str | None:
    """The schema's own spelling of a name, matched without regard to case or underscores."""
    fields = (schema or {}).get("properties") or {}
    if wanted in fields:
        return wanted
    folded = fold(wanted)
    return next((str(name) for name in fields if fold(name) == folded), None)


def say(path: Path) -> str:
    """A path for people: ``lines[0].quantity``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def sketch(schema: Mapping[str, Any] | None) -> str:
    """The inputs of a schema in one line, required ones first and starred: ``id*, expandLines``."""
    fields = list((schema or {}).get("properties") or {})
    required = [f for f in fields if f in ((schema or {}).get("required") or [])]
    return ", ".join([f"{f}*" for f in required] + [f for f in fields if f not in required])


def renamed(value: Any, schema: Any) -> tuple[Any, list[tuple[Path, str]]]:
    """The value with the schema's own names, and a problem for each name that it does not have."""
    found: list[tuple[Path, str]] = []
    return _renamed(value, schema, (), found), found


def _renamed(value: Any, schema: Any, path: Path, found: list[tuple[Path, str]]) -> Any:
    if not isinstance(schema, Mapping):
        return value
    if isinstance(value, list):
        rows = schema.get("items")
        return [_renamed(each, rows, (*path, i), found) for i, each in enumerate(value)]
    fields = schema.get("properties")
    if not isinstance(value, dict) or not fields:
        return value
    open_ended = schema.get("additionalProperties") not in (None, False)
    named: dict[str, Any] = {}
    for name, inner in value.items():
        own = find_name(name, schema)
        if own is None:
            if not open_ended:
                found.append(((*path, name), f"is not an input here{there_are(name, fields)}"))
            named[name] = inner
        elif own in named:
            found.append(((*path, name), f"is given twice, as {own} too"))
        else:
            named[own] = _renamed(inner, fields[own], (*path, own), found)
    return named


def there_are(name: str, fields: Mapping[str, Any], language: str = "en") -> str:
    """The names that are like one that is not known, or all there are, to end a sentence with."""
    by_fold = {fold(f): f for f in fields}
    near = difflib.get_close_matches(fold(name), by_fold, n=3, cutoff=0.6)
    if near:
        alike = in_words("or", language).join(by_fold[n] for n in near)
        return in_words("did you mean", language, names=alike)
    return in_words("there are", language, names=", ".join(fields)) if fields else ""
