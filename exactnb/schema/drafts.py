"""What older drafts of JSON Schema (04 to 2019-09) wrote in other words than 2020-12."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from exactnb.schema.keywords import LISTS, MAPS, SINGLE, well_formed, words

__all__ = ["DRAFT_2020", "LOOP", "WORDS", "draft_of", "modern", "moved"]

DRAFT_2020 = 9
_DRAFTS = {"draft-03": 3, "draft-04": 4, "draft-06": 6, "draft-07": 7, "2019-09": 8, "2020-12": 9}
#: the words that :func:`modern` answers for
WORDS = words(
    "id $id $schema items additionalItems dependencies definitions $recursiveRef $recursiveAnchor "
    "minimum maximum exclusiveMinimum exclusiveMaximum $vocabulary"
)
_RECURSIVE = "recursive-anchor"
LOOP = f"#{_RECURSIVE}"

Read = Callable[[Any], Any]


def draft_of(schema: Mapping[str, Any]) -> int | None:
    """The draft that a schema says it is written in; None if it does not say or is not known."""
    said = schema.get("$schema")
    if not isinstance(said, str):
        return None
    return next((draft for name, draft in _DRAFTS.items() if f"/{name}/" in said), None)


def modern(schema: Mapping[str, Any], draft: int, read: Read) -> dict[str, Any]:
    """The words of a schema that drafts differ in, as 2020-12 has them."""
    return {
        **_identity(schema, draft),
        **_recursion(schema),
        **_rows(schema, read),
        **_dependencies(schema, read),
        **_definitions(schema, read),
        **_bounds(schema, "minimum", "exclusiveMinimum"),
        **_bounds(schema, "maximum", "exclusiveMaximum"),
    }


def _identity(schema: Mapping[str, Any], draft: int) -> dict[str, Any]:
    own = schema.get("id" if draft <= 4 else "$id")
    if not isinstance(own, str) or (draft <= 7 and "$ref" in schema):
        return {}
    address, _, anchor = own.partition("#")
    out = {"$id": address} if address else {}
    return {**out, "$anchor": anchor} if anchor and draft <= 7 else out


def _recursion(schema: Mapping[str, Any]) -> dict[str, Any]:
    anchor = {"$dynamicAnchor": _RECURSIVE} if schema.get("$recursiveAnchor") is True else {}
    # without an anchor of that name to find, this one is taken out and "#" is put in its place
    loop = {"$dynamicRef": LOOP} if schema.get("$recursiveRef") == "#" else {}
    return {**anchor, **loop}


def _rows(schema: Mapping[str, Any], read: Read) -> dict[str, Any]:
    items, rest = schema.get("items"), schema.get("additionalItems")
    if not isinstance(items, list):
        return {"items": read(items)} if isinstance(items, (dict, bool)) else {}
    out = {"prefixItems": [read(each) for each in items]} if items else {}
    return {**out, "items": read(rest)} if isinstance(rest, (dict, bool)) else out


def _dependencies(schema: Mapping[str, Any], read: Read) -> dict[str, Any]:
    given = schema.get("dependencies")
    names: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for name, needs in given.items() if isinstance(given, dict) else ():
        needs = [needs] if isinstance(needs, str) else needs
        if isinstance(needs, (dict, bool)):
            schemas[name] = read(needs)
        elif well_formed("required", needs):
            names[name] = needs
    out = {"dependentRequired": names} if names else {}
    return {**out, "dependentSchemas": schemas} if schemas else out


def _definitions(schema: Mapping[str, Any], read: Read) -> dict[str, Any]:
    both: dict[str, Any] = {}
    for word in ("definitions", "$defs"):
        if isinstance(schema.get(word), dict):
            both |= {name: read(each) for name, each in schema[word].items()}
    return {"$defs": both} if both else {}


def _bounds(schema: Mapping[str, Any], plain: str, strict: str) -> dict[str, Any]:
    out = {w: schema[w] for w in (plain, strict) if w in schema and well_formed(w, schema[w])}
    if schema.get(strict) is True and plain in out:
        return {strict: out[plain]}
    return out


def moved(reference: str) -> str:
    """A reference to where :func:`modern` put what it points at."""
    address, hash_, pointer = reference.partition("#")
    if not pointer.startswith("/") or "json-schema.org" in address:
        return reference
    steps = pointer[1:].split("/")
    out: list[str] = []
    while steps:
        word = steps.pop(0)
        if word == "items" and steps and steps[0].isdigit():
            out += ["prefixItems", steps.pop(0)]
        elif word == "additionalItems":
            out.append("items")
        elif word in SINGLE:
            out.append(word)
        elif steps and (word in LISTS or word in MAPS or word in ("definitions", "dependencies")):
            new = {"definitions": "$defs", "dependencies": "dependentSchemas"}
            out += [new.get(word, word), steps.pop(0)]
        else:
            out += [word, *steps]
            break
    return f"{address}{hash_}/{'/'.join(out)}"
