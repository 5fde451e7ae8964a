"""What of an input is nobody's business, and is not kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["MASK", "Masked"]

#: stands for a value that is not kept
MASK = "●●●●"
#: what schemas are combined with; a value is masked if any of them asks for it
_COMBINED = ("allOf", "anyOf", "oneOf")


@dataclass
class Masked:
    """An input with what is sensitive in it masked.

    Sensitive is what the schema calls so: ``isSensitive``, ``writeOnly`` or a password. What
    a branch of the schema calls sensitive is masked whether or not that branch is taken.

    Parameters
    ----------
    whole
        The input, as plain values.
    schema
        The action's input schema, if there is one.

    Attributes
    ----------
    value
        The input as it may be kept.
    """

    whole: Any = field(repr=False)
    schema: Mapping[str, Any] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self._hidden: set[str] = set()
        self.value = self._masked(self.whole, list(self._all(self.schema, frozenset())))

    def out_of(self, text: str | None) -> str | None:
        """A text, such as a refusal that repeats what was sent, without what was masked."""
        for hidden in sorted(self._hidden, key=len, reverse=True):
            text = text and text.replace(hidden, MASK)
        return text

    def _masked(self, value: Any, schemas: list[Mapping[str, Any]]) -> Any:
        if value is None or not schemas:
            return value
        if any(map(_sensitive, schemas)):
            self._hide(value)
            return MASK
        if isinstance(value, Mapping):
            return {
                name: self._masked(each, list(self._inside(schemas, str(name))))
                for name, each in value.items()
            }
        if isinstance(value, list):
            items = list(self._inside(schemas, None))
            return [self._masked(each, items) for each in value]
        return value

    def _hide(self, value: Any) -> None:
        inner = value.values() if isinstance(value, Mapping) else value
        if isinstance(value, (Mapping, list)):
            for each in inner:
                self._hide(each)
        elif isinstance(value, str) and len(value) > 2:  # less would be found in any text
            self._hidden.add(value)

    def _inside(
        self, schemas: list[Mapping[str, Any]], name: str | None
    ) -> Iterator[Mapping[str, Any]]:
        """The schemas of a property, or (without a name) of a row."""
        for schema in schemas:
            if name is None:
                found = [schema.get("items"), *_listed(schema.get("prefixItems"))]
            else:
                own = schema.get("properties")
                patterns = schema.get("patternProperties")
                found = [
                    own.get(name) if isinstance(own, Mapping) else None,
                    *(patterns.values() if isinstance(patterns, Mapping) else ()),
                    schema.get("additionalProperties"),
                ]
            for each in found:
                yield from self._all(each, frozenset())

    def _all(self, schema: Any, seen: frozenset[str]) -> Iterator[Mapping[str, Any]]:
        """A schema and those that hold for the same value."""
        if not isinstance(schema, Mapping):
            return
        yield schema
        for word in _COMBINED:
            for each in _listed(schema.get(word)):
                yield from self._all(each, seen)
        for word in ("if", "then", "else"):
            yield from self._all(schema.get(word), seen)
        pointer = schema.get("$ref")
        if isinstance(pointer, str) and pointer not in seen:
            yield from self._all(self._at(pointer), seen | {pointer})

    def _at(self, pointer: str) -> Any:
        """What a reference within the schema leads to."""
        here: Any = self.schema
        for step in pointer.lstrip("#").strip("/").split("/"):
            name = step.replace("~1", "/").replace("~0", "~")
            here = here.get(name) if name and isinstance(here, Mapping) else here
        return here


def _sensitive(schema: Mapping[str, Any]) -> bool:
    said = schema.get("isSensitive"), schema.get("writeOnly"), schema.get("format") == "password"
    return any(each is True for each in said)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
