"""What a schema asks for, apart from where it stands: a kind, options, variants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from exactnb.absent import ABSENT
from exactnb.schema.document import Document, kinds_of
from exactnb.schema.keywords import words
from exactnb.schema.merge import merged
from exactnb.schema.options import Option, options_of

__all__ = ["Shape", "shape_of"]

Node = Mapping[str, Any]
#: variants of variants of … at one place; more are a schema that goes around in a circle
_TURNS = 8
#: words that tell the kind without a look at the value
_TELLING = words("type enum const")
#: words by which a variant asks for something else, and not only limits what is there
_SHAPING = words(
    "type properties patternProperties items prefixItems enum const format oneOf anyOf $ref "
    "allOf title additionalProperties"
)


@dataclass(frozen=True)
class Shape:
    """An effective schema, read: its kind, and the branches of its variants if it has any."""

    schema: Node
    kind: str
    nullable: bool
    options: tuple[Option, ...]
    branches: tuple[Any, ...] = ()

    @cached_property
    def flat(self) -> bool:
        """Whether this stands in one cell."""
        return self.kind not in ("object", "array", "variants")


def shape_of(document: Document, schema: Node, value: Any, turns: int = 0) -> Shape:
    """The shape of an effective schema.

    Parameters
    ----------
    value
        Tells the kind where nothing else does.
    turns
        How many variants of variants led here, without a step further into the value.
    """
    if turns > _TURNS:
        return Shape(schema, "raw", "null" in kinds_of(schema), ())
    told = _TELLING & schema.keys() or len(kinds_of(schema)) == 1
    if {"oneOf", "anyOf"} & schema.keys() or not told:
        return _shape(document, schema, value, turns)
    return document.once(schema, lambda: _shape(document, schema, value, turns))


def _shape(document: Document, schema: Node, value: Any, turns: int) -> Shape:
    nullable = "null" in kinds_of(schema) or None in schema.get("enum", ())
    options = options_of(schema)
    if options:
        word = next((w for w in ("oneOf", "anyOf") if w in schema), None)
        branches = schema[word] if word and "enum" not in schema else ()
        nullable = nullable or any(_is_null(branch) for branch in branches)
        return Shape(schema, _kind_of_options(schema, options), nullable, options)
    for word in ("oneOf", "anyOf"):
        branches = [b for b in schema.get(word, ()) if not _is_null(b)]
        if not branches or not any(_shapes(document, b) for b in branches):
            continue
        nullable = nullable or len(branches) < len(schema[word])
        rest = {key: held for key, held in schema.items() if key != word}
        if len(branches) == 1:
            only = document.effective(branches[0], value)
            inner = shape_of(document, merged(rest, only, document.both), value, turns + 1)
            return Shape(inner.schema, inner.kind, nullable or inner.nullable, inner.options,
                         inner.branches)  # fmt: skip
        joined = tuple(document.both(rest, branch) if rest else branch for branch in branches)
        return Shape(schema, "variants", nullable, (), joined)
    kinds = [kind for kind in kinds_of(schema) if kind != "null"]
    if "integer" in kinds and "number" in kinds:
        kinds.remove("integer")
    if len(kinds) > 1 and "type" in schema:
        joined = tuple({**schema, "type": kind} for kind in kinds)
        return Shape(schema, "variants", nullable, (), joined)
    return Shape(schema, _kind(schema, kinds, nullable, value), nullable, ())


def _kind(schema: Node, kinds: list[str], nullable: bool, value: Any) -> str:
    if len(kinds) == 1:
        return kinds[0]
    if kinds:  # it says something about several, and demands none
        first = "object" if "properties" in schema else "raw"
        kind = first if value is ABSENT else kind_of_value(value)
        return kind if kind in kinds else "raw"
    if nullable:
        return "null"
    if "const" in schema:
        return kind_of_value(schema["const"])
    return kind_of_value(value)


def kind_of_value(value: Any) -> str:
    """The kind that a value itself is of; raw if there is none."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    if isinstance(value, Mapping):
        return "object"
    if isinstance(value, list):
        return "array"
    if isinstance(value, int):
        return "number"
    return "number" if type(value).__name__ in ("float", "Decimal") else "raw"


def _kind_of_options(schema: Node, options: tuple[Option, ...]) -> str:
    kinds = {kind_of_value(option.value) for option in options}
    if kinds & {"object", "array", "raw"} or len(kinds) > 1:
        return "raw"
    said = [kind for kind in kinds_of(schema) if kind in ("integer", "number")]
    [kind] = kinds
    return said[0] if kind == "number" and said else kind


def _is_null(branch: Any) -> bool:
    if not isinstance(branch, Mapping):
        return False
    return branch.get("type") == "null" or branch.get("enum") == [None] or (
        "const" in branch and branch["const"] is None
    )  # fmt: skip


def _shapes(document: Document, branch: Any) -> bool:
    return isinstance(branch, Mapping) and bool(_SHAPING & branch.keys())
