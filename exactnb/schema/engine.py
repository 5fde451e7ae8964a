"""Failures of a value against a standard schema, told alike whichever library finds them.

``jsonschema_rs`` is used when it is installed: exact and a hundred times as fast. Else
``jsonschema``, with decimal arithmetic.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from exactnb.schema.keywords import TYPES, rebuilt, words

__all__ = ["Failure", "Find", "Path", "failures", "fits", "nearest"]

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Failure:
    """One keyword that a value does not fit, and where; ``branches`` are those of its variants."""

    path: Path
    keyword: str
    limit: Any = None
    branches: tuple[tuple[Failure, ...], ...] = ()


#: keywords whose limit a message tells
LIMITED = words(
    "const enum format pattern multipleOf minimum maximum exclusiveMinimum exclusiveMaximum "
    "minLength maxLength minItems maxItems minProperties maxProperties"
)
#: finds every failure of a value
Find = Callable[[Any], list[Failure]]


def failures(schema: Any, value: Any) -> list[Failure]:
    """Everything in which a plain value does not fit a standard schema."""
    return _finder(json.dumps(schema))(value)


def fits(schema: Any, value: Any) -> bool:
    """Whether a plain value fits a standard schema."""
    return schema is True or not failures(schema, value)


@cache
def engine() -> Callable[[Any], Find]:
    """What makes a :data:`Find` of a schema: the fast library if it is there, else the other."""
    try:
        from exactnb.schema.engine_fast import find
    except ImportError:
        from exactnb.schema.engine_plain import find
    return find


@lru_cache(maxsize=2048)
def _finder(text: str) -> Find:
    return engine()(json.loads(text))


def failure(path: Path, keyword: str, limit: Any) -> Failure:
    """A failure with its limit in the form that it has for every library."""
    if keyword == "not" and limit in ({}, True):  # how one of them spells a schema that is False
        return Failure(path, "false")
    if keyword == "type":
        kinds = [limit] if isinstance(limit, str) else limit
        return Failure(path, keyword, tuple(kind for kind in TYPES if kind in kinds))
    return Failure(path, keyword, limit if keyword in LIMITED else None)


def without_patterns(schema: Any, compiles: Callable[[str], bool]) -> Any:
    """The schema without the patterns that a library cannot read; these then limit nothing."""

    def change(node: dict[str, Any]) -> dict[str, Any]:
        if not compiles(node.get("pattern", "")):
            del node["pattern"]
        by_pattern = node.get("patternProperties", {})
        if not all(map(compiles, by_pattern)):
            node["patternProperties"] = {p: s for p, s in by_pattern.items() if compiles(p)}
        return node

    return rebuilt(schema, change)


def nearest(branches: Sequence[Sequence[Failure]], path: Path) -> tuple[int, bool]:
    """The variant that a value comes nearest to, and whether no other comes as near."""
    ranks = [_distance(branch, path) for branch in branches]
    best = min(ranks)
    return ranks.index(best), ranks.count(best) == 1


def _distance(branch: Sequence[Failure], path: Path) -> tuple[int, int, int]:
    """How far a value is from a variant: of another kind, told apart by a field, merely wrong."""
    here = [f for f in branch if f.path == path]
    kind = any(f.keyword in ("type", "const", "enum", "false") for f in here)
    telling = [f for f in branch if f.keyword in ("const", "enum") and len(f.path) == len(path) + 1]
    return int(kind), len(telling), len(branch)
