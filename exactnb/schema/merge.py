"""Two schemas that both count, as one: what ``allOf``, ``$ref`` and ``then`` add to a schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from exactnb.schema.keywords import words

__all__ = ["Both", "merged"]

Schema = Mapping[str, Any]
#: makes one schema of two that stand at the same place further in
Both = Callable[[Any, Any], Any]

_LARGEST = words("minimum exclusiveMinimum minLength minItems minProperties minContains")
_SMALLEST = words("maximum exclusiveMaximum maxLength maxItems maxProperties maxContains")
_EITHER = words("uniqueItems readOnly writeOnly isSensitive deprecated")
_BY_NAME = words("properties patternProperties")
_LATER = words("items additionalProperties")
#: words that limit values: where two differ, both stay
_LIMITS = words(
    "pattern format not multipleOf const contains propertyNames oneOf anyOf unevaluatedProperties "
    "unevaluatedItems prefixItems enum"
)


def merged(one: Schema, other: Schema, both: Both) -> dict[str, Any]:
    """One schema that says what two say; where they describe, the first has the word.

    Limits become the tighter of the two. Those that cannot be put into one word stay beside each
    other in ``allOf``.
    """
    out = dict(one)
    rest: dict[str, Any] = {}
    for word, value in other.items():
        if word not in out:
            out[word] = value
        elif word in _LARGEST:
            out[word] = max(out[word], value)
        elif word in _SMALLEST:
            out[word] = min(out[word], value)
        elif word in _EITHER:
            out[word] = bool(out[word]) or bool(value)
        elif word in _BY_NAME:
            out[word] = _by_name(out[word], value, both)
        elif word in _LATER:
            out[word] = both(out[word], value)
        elif word == "type":
            out[word] = _types(out[word], value)
        elif word == "required":
            out[word] = [*out[word], *(name for name in value if name not in out[word])]
        elif word == "allOf":
            out[word] = [*out[word], *(each for each in value if each not in out[word])]
        elif word == "enum" and any(each in out[word] for each in value):
            out[word] = [each for each in out[word] if each in value]
        elif word in _LIMITS and out[word] != value:
            rest[word] = value
    if rest and rest not in out.get("allOf", ()):
        out["allOf"] = [*out.get("allOf", ()), rest]
    return out


def _by_name(one: Schema, other: Schema, both: Both) -> dict[str, Any]:
    out = dict(one)
    for name, schema in other.items():
        out[name] = both(out[name], schema) if name in out else schema
    return out


def _types(one: Any, other: Any) -> Any:
    """The types that both allow; the first's if there are none, which then fails validation."""
    ours = [one] if isinstance(one, str) else list(one)
    theirs = [other] if isinstance(other, str) else list(other)
    shared = [kind for kind in ours if kind in theirs]
    if "number" in ours and "integer" in theirs and "integer" not in shared:
        shared.append("integer")
    if "integer" in ours and "number" in theirs and "integer" not in shared:
        shared.append("integer")
    return (shared[0] if len(shared) == 1 else shared) if shared else one
