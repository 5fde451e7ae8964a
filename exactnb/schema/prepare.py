"""A value as the validators take it: plain, its keys texts, and what cannot be said told apart."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from exactnb.schema.failure import Failure, Path
from exactnb.schema.plain import Unsayable, plain

__all__ = ["prepared"]


def prepared(value: Any) -> tuple[Any, list[Failure]]:
    """The value in JSON's types, Decimals kept, and a failure for each that JSON cannot say."""
    odd: list[Failure] = []
    try:
        return _prepared(value, (), odd), odd
    except RecursionError:
        return None, [Failure((), "unsayable", "holds itself, or more levels than can be sent")]


def _prepared(value: Any, path: Path, odd: list[Failure]) -> Any:
    kind = type(value)
    if value is None or kind is str or kind is bool or kind is int:
        return value
    if kind is dict or isinstance(value, Mapping):
        return {str(name): _prepared(v, (*path, str(name)), odd) for name, v in value.items()}
    if kind is list or kind is tuple:
        return [_prepared(v, (*path, i), odd) for i, v in enumerate(value)]
    if kind is float and math.isfinite(value):
        return value
    if kind is Decimal and value.is_finite():
        return value
    try:
        return plain(value, path)
    except Unsayable as unsayable:
        odd.append(Failure(unsayable.path, "unsayable", str(unsayable)))
        return None
