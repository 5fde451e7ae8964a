"""JSON Schema's keywords by what they hold: where schemas stand inside schemas, and of what shape.

Every walk over a schema goes by these tables, so that a ``$ref`` inside an ``enum`` or a
``default`` is data and stays data.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

__all__ = ["LISTS", "MAPS", "SINGLE", "TYPES", "rebuilt", "subschemas", "well_formed", "words"]


def words(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


TYPES = ("object", "array", "string", "number", "integer", "boolean", "null")
#: nobody counts further
_MOST = 2**53
#: keywords that hold one schema
SINGLE = words(
    "items additionalProperties not if then else contains propertyNames unevaluatedItems "
    "unevaluatedProperties contentSchema"
)
#: keywords that hold a list of schemas
LISTS = words("allOf anyOf oneOf prefixItems")
#: keywords that hold schemas by name
MAPS = words("properties patternProperties $defs dependentSchemas")


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _is_count(value: Any) -> bool:
    return _is_number(value) and 0 <= value < _MOST and value == int(value)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


_SHAPES: dict[str, Callable[[Any], bool]] = {
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _is_number),
    "multipleOf": lambda value: _is_number(value) and value > 0,
    **dict.fromkeys(
        words(
            "minLength maxLength minItems maxItems minProperties maxProperties minContains "
            "maxContains"
        ),
        _is_count,
    ),
    **dict.fromkeys(
        words("title description format pattern $id $ref $anchor $dynamicRef $dynamicAnchor"),
        _is_text,
    ),
    **dict.fromkeys(SINGLE, lambda value: isinstance(value, (bool, dict))),
    **dict.fromkeys(LISTS, lambda value: isinstance(value, list) and bool(value)),
    **dict.fromkeys(MAPS, lambda value: isinstance(value, dict)),
    "enum": lambda value: isinstance(value, list) and bool(value),
    "required": _is_names,
    "dependentRequired": lambda value: (
        isinstance(value, dict) and all(map(_is_names, value.values()))
    ),
    "uniqueItems": lambda value: isinstance(value, bool),
}


def well_formed(keyword: str, value: Any) -> bool:
    """Whether a keyword holds what it should; one that does not, says nothing."""
    shape = _SHAPES.get(keyword)
    return shape is None or shape(value)


def subschemas(schema: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """The schemas directly inside a schema, each with the steps that lead there."""
    for keyword, held in schema.items():
        if keyword in SINGLE:
            yield (keyword,), held
        elif keyword in LISTS:
            for index, each in enumerate(held):
                yield (keyword, index), each
        elif keyword in MAPS:
            for name, each in held.items():
                yield (keyword, name), each


def rebuilt(schema: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    """A copy of a schema with every schema in it changed, the inner ones first."""
    if not isinstance(schema, dict):
        return schema
    copy: dict[str, Any] = {}
    for keyword, held in schema.items():
        if keyword in SINGLE:
            copy[keyword] = rebuilt(held, change)
        elif keyword in LISTS:
            copy[keyword] = [rebuilt(each, change) for each in held]
        elif keyword in MAPS:
            copy[keyword] = {name: rebuilt(each, change) for name, each in held.items()}
        else:
            copy[keyword] = held
    return change(copy)
