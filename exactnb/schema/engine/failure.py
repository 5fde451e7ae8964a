"""What does not fit, in the one form that all libraries are told in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from exactnb.schema.keywords import TYPES, words

__all__ = ["Failure", "Path", "failure", "nearest"]

Path = tuple[str | int, ...]
#: keywords whose limit a message tells
LIMITED = words(
    "const enum format pattern multipleOf minimum maximum exclusiveMinimum exclusiveMaximum "
    "minLength maxLength minItems maxItems minProperties maxProperties"
)


@dataclass(frozen=True)
class Failure:
    """One keyword that a value does not fit, and where; ``branches`` are those of its variants."""

    path: Path
    keyword: str
    limit: Any = None
    branches: tuple[tuple[Failure, ...], ...] = ()


def failure(path: Path, keyword: str, limit: Any) -> Failure:
    """A failure with its limit in the form that it has for every library."""
    if keyword == "not" and limit in ({}, True):  # how one of them spells a schema that is False
        return Failure(path, "false")
    if keyword == "type":
        kinds = [limit] if isinstance(limit, str) else limit
        return Failure(path, keyword, tuple(kind for kind in TYPES if kind in kinds))
    return Failure(path, keyword, limit if keyword in LIMITED else None)


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
