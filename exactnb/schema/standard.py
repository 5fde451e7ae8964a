"""Membrane's DataSchema and JSON Schema of any age → JSON Schema 2020-12."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any

from exactnb.schema import drafts
from exactnb.schema.keywords import LISTS, MAPS, SINGLE, TYPES, well_formed, words
from exactnb.schema.references import has_references, keep_what_resolves

__all__ = ["OPTIONS", "content", "standard"]

#: our annotation: the choices of a node with their labels, ``[{"const": …, "title": …}]``
OPTIONS = "x-options"
_REWRITTEN = drafts.WORDS | {"type", "nullable", "enum", "required", "$ref", "$dynamicRef"}
_LABELLED = {"value", "label", "title", "name", "description"}
#: words of JSON Schema itself that begin as Membrane's formulas do
_NO_FORMULAS = words("$id $ref $anchor $schema $comment $defs $dynamicRef $dynamicAnchor")
_LABELS = ("enumNames", "x-enumNames", "x-enum-varnames")


def standard(schema: Any) -> dict[str, Any] | bool:
    """The schema as JSON Schema 2020-12, whatever dialect and draft it was written in.

    Membrane's own words become standard ones: types in any case, ``{value, label}`` in an
    ``enum``, ``referenceRecords`` (which win over ``enum``), ``allowCustom``, ``nullable``. The
    labels of choices stay, as ``x-options``. Words of older drafts are rewritten. What is not
    well formed (a type nobody knows, a formula in the place of a number, a ``$ref`` to nowhere)
    says nothing, so it accepts anything. Nothing is ever fetched.

    The answer is kept by content and shared: do not change it.

    Examples
    --------
    >>> standard({"type": "String", "enum": [{"value": "A", "label": "Advice"}]})
    {'type': 'string', 'enum': ['A'], 'x-options': [{'const': 'A', 'title': 'Advice'}]}
    """
    text = content(schema)
    return True if text is None else _standard(text)


def content(schema: Any) -> str | None:
    """A schema as JSON text; None for what JSON cannot say, such as one that holds itself."""
    try:
        return json.dumps(schema, default=_plain, skipkeys=True)
    except (ValueError, TypeError, RecursionError):
        return None


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset)):
        return list(value)
    return float(value) if isinstance(value, Decimal) else str(value)


@lru_cache(maxsize=512)
def _standard(text: str) -> dict[str, Any] | bool:
    try:
        schema = _read(json.loads(text), drafts.DRAFT_2020)
        if isinstance(schema, dict) and has_references(text):
            keep_what_resolves(schema, partial(_read, draft=drafts.DRAFT_2020))
    except RecursionError:  # deeper than anybody fills in
        return True
    return schema


def _read(schema: Any, draft: int) -> dict[str, Any] | bool:
    """One schema and all in it; ``draft`` is what it is written in unless it says another."""
    if not isinstance(schema, dict):
        return schema if isinstance(schema, bool) else True
    draft = drafts.draft_of(schema) or draft
    read = partial(_read, draft=draft)
    if draft <= 7 and isinstance(schema.get("$ref"), str):  # nothing counts beside it
        schema = {k: schema[k] for k in ("$ref", "definitions", "$defs") if k in schema}
    return {
        **_types(schema),
        **{k: _inside(k, v, read) for k, v in schema.items() if _stays(k, v)},
        **drafts.modern(schema, draft, read),
        **_names(schema, read),
        **_references(schema),
        **_choices(schema),
    }


def _stays(keyword: str, value: Any) -> bool:
    if keyword in _REWRITTEN or not well_formed(keyword, value):
        return False
    return not (keyword in ("default", "const", *MAPS) and _is_formula(value))


def _is_formula(value: Any) -> bool:
    """Whether this is one of Membrane's formulas, such as ``{"$var": "kind"}``."""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    [(word, inner)] = value.items()
    if word in _NO_FORMULAS or not word.startswith("$"):
        return False
    return not isinstance(inner, (bool, dict))


def _inside(keyword: str, value: Any, read: drafts.Read) -> Any:
    if keyword in SINGLE:
        return read(value)
    if keyword in LISTS:
        return [read(each) for each in value]
    if keyword in MAPS:
        return {name: read(each) for name, each in value.items()}
    return value


def _types(schema: Mapping[str, Any]) -> dict[str, Any]:
    kinds = schema.get("type")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if not isinstance(kinds, list) or not all(isinstance(kind, str) for kind in kinds):
        return {}
    kinds = list(dict.fromkeys(kind.lower() for kind in kinds))
    if not kinds or not set(kinds) <= set(TYPES):
        return {}
    if schema.get("nullable") is True and "null" not in kinds:
        kinds.append("null")
    return {"type": kinds if isinstance(schema["type"], list) or len(kinds) > 1 else kinds[0]}


def _names(schema: Mapping[str, Any], read: drafts.Read) -> dict[str, Any]:
    """``required`` as a list of names, also where the properties themselves say it (draft 03)."""
    names = schema.get("required")
    names = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
    properties = schema.get("properties")
    for name, inner in properties.items() if isinstance(properties, dict) else ():
        if isinstance(inner, dict) and inner.get("required") is True and name not in names:
            names.append(name)
    return {"required": names} if names else {}


def _references(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {
        word: drafts.moved(schema[word]) or "#"
        for word in ("$ref", "$dynamicRef")
        if isinstance(schema.get(word), str)
    }


def _choices(schema: Mapping[str, Any]) -> dict[str, Any]:
    """``enum`` as values, with the labels beside it."""
    if isinstance(schema.get(OPTIONS), list):  # they were read before
        return {"enum": schema["enum"]} if well_formed("enum", schema.get("enum")) else {}
    options = _records(schema) or _labelled(schema) or []
    values = [option["const"] for option in options]
    if not options:
        given = schema.get("enum")
        values = given if isinstance(given, list) else []
    if not values:
        return {}
    labels = {OPTIONS: options} if options else {}
    if schema.get("allowCustom") is True:
        return {OPTIONS: options or [{"const": value} for value in values]}
    kinds = schema.get("type")
    own = bool(options) and isinstance(kinds, list) and "null" in kinds
    empty = None not in values and (own or schema.get("nullable") is True)
    return {"enum": [*values, *([None] if empty else [])], **labels}


def _records(schema: Mapping[str, Any]) -> list[dict[str, Any]]:
    records = schema.get("referenceRecords")
    return [
        {"const": record["id"], "title": str(record.get("name") or record["id"])}
        for record in (records if isinstance(records, list) else ())
        if isinstance(record, dict) and record.get("id") is not None
    ]


def _labelled(schema: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The labels of an ``enum``, in the entries themselves or in a list of their own."""
    values = schema.get("enum")
    if not isinstance(values, list):
        return []
    if any(_is_labelled(each) for each in values):
        return [
            {"const": each["value"], "title": _label(each)}
            if _is_labelled(each)
            else {"const": each}
            for each in values
        ]
    named = (schema[word] for word in _LABELS if isinstance(schema.get(word), list))
    names: list[Any] = next(named, [])
    if len(names) != len(values):
        return []
    return [{"const": v, "title": str(n)} for v, n in zip(values, names, strict=True)]


def _is_labelled(entry: Any) -> bool:
    return isinstance(entry, dict) and "value" in entry and set(entry) <= _LABELLED


def _label(entry: Mapping[str, Any]) -> str:
    named = next((entry[word] for word in ("label", "title", "name") if entry.get(word)), None)
    return str(entry["value"] if named is None else named)
