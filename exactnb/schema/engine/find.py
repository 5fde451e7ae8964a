"""Failures of a value against a standard schema, told alike whichever library finds them.

``jsonschema_rs`` is used when it is installed: exact and a hundred times as fast. Else
``jsonschema``, with decimal arithmetic.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

from exactnb.schema.engine.failure import Failure
from exactnb.schema.plain import sayable

__all__ = ["Find", "engine", "failures", "fits"]

#: finds every failure of a value
Find = Callable[[Any], list[Failure]]


def failures(schema: Any, value: Any) -> list[Failure]:
    """Everything in which a value does not fit a standard schema."""
    find = _finder(json.dumps(schema))
    try:
        return find(value)
    except ValueError:  # a value that is not plain
        return find(sayable(value)[0])


def fits(schema: Any, value: Any) -> bool:
    """Whether a plain value fits a standard schema."""
    return schema is True or not failures(schema, value)


@cache
def engine() -> Callable[[Any], Find]:
    """What makes a :data:`Find` of a schema: the fast library if it is there, else the other."""
    try:
        from exactnb.schema.engine.fast import find
    except ImportError:
        from exactnb.schema.engine.pure import find
    return find


@lru_cache(maxsize=2048)
def _finder(text: str) -> Find:
    return engine()(json.loads(text))
