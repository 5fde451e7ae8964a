"""What may be chosen: options with their labels, variants, and where choices are looked up."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from exactnb.absent import ABSENT
from exactnb.schema.engine import Path
from exactnb.schema.standard import OPTIONS

__all__ = ["Lookup", "Option", "bare", "lookup_of", "options_of"]


@dataclass(frozen=True)
class Option:
    """A value that may be chosen, and how it is called."""

    value: Any
    label: str


@dataclass(frozen=True)
class Lookup:
    """The collection in which values are looked up; parameters may be ``{"$var": …}`` formulas."""

    key: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def resolved(self, value: Any, path: Path) -> Lookup | None:
        """The lookup with its formulas filled in from a form's whole value.

        A variable is looked for in the row of ``path`` first, then further out, up to the whole.
        A parameter without a value is left out; None if the key itself has none.
        """
        key = _filled(self.key, value, path)
        if not isinstance(key, str) or not key:
            return None
        filled = {name: _filled(held, value, path) for name, held in self.parameters.items()}
        return Lookup(key, {name: held for name, held in filled.items() if held is not ABSENT})


def _filled(held: Any, value: Any, path: Path) -> Any:
    if not isinstance(held, Mapping):
        return held
    if set(held) == {"$var"} and isinstance(held["$var"], str):
        return _variable(held["$var"].split("."), value, path)
    if len(held) == 1 and next(iter(held)).startswith("$"):
        return ABSENT  # a formula that only the service can work out
    return held


def _variable(names: list[str], value: Any, path: Path) -> Any:
    rows: list[Any] = [value]
    for step in path:
        rows.append(_step(rows[-1], step))
    for start, row in reversed(list(enumerate(rows))):
        # a variable may be told from the root, without the indexes on the way to this row
        way = [step for step in path[:start] if isinstance(step, str)]
        for steps in (names, names[len(way) :] if names[: len(way)] == way else []):
            found = row
            for step in steps:
                found = _step(found, step)
            if steps and found is not ABSENT and found is not None:
                return found
    return ABSENT


def _step(value: Any, step: str | int) -> Any:
    if isinstance(value, Mapping):
        return value.get(step, ABSENT)
    if isinstance(value, list) and isinstance(step, int) and -len(value) <= step < len(value):
        return value[step]
    return ABSENT


def lookup_of(schema: Mapping[str, Any]) -> Lookup | None:
    """The lookup of a schema, in any of Membrane's three spellings; None without one."""
    given = schema.get("referenceCollection")
    if isinstance(given, str) and given:
        return Lookup(given)
    if isinstance(given, Mapping) and given.get("key"):
        parameters = given.get("parameters")
        return Lookup(given["key"], parameters if isinstance(parameters, Mapping) else {})
    path = schema.get("referenceCollectionPath")
    path = path if isinstance(path, str) and path else schema.get("referenceCollectionUri")
    if not isinstance(path, str) or not path:
        return None
    address, _, query = path.partition("?")
    key = address.strip("/").removeprefix("data/")
    return Lookup(key, dict(parse_qsl(query))) if key else None


def options_of(schema: Mapping[str, Any]) -> tuple[Option, ...]:
    """The choices of an effective schema, labelled; without ``null``, which is no choice."""
    labels = _labels(schema.get(OPTIONS))
    if "enum" in schema:
        named = {_key(option.value): option for option in labels}
        return tuple(
            named.get(_key(value)) or Option(value, bare(value))
            for value in schema["enum"]
            if value is not None
        )
    if labels:
        return labels
    for word in ("oneOf", "anyOf"):
        if found := _constants(schema.get(word)):
            return found
    return ()


def _labels(given: Any) -> tuple[Option, ...]:
    return tuple(
        Option(each["const"], str(each.get("title", bare(each["const"]))))
        for each in (given if isinstance(given, list) else ())
        if isinstance(each, Mapping) and each.get("const") is not None
    )


def _constants(branches: Any) -> tuple[Option, ...]:
    """Options of a ``oneOf`` that only has constants; () if it has anything else."""
    found: list[Option] = []
    for branch in branches or ():
        if not isinstance(branch, Mapping) or not {"const", "enum"} & branch.keys():
            if isinstance(branch, Mapping) and branch.get("type") == "null":
                continue
            return ()
        if {"properties", "items", "required"} & branch.keys():
            return ()
        values = [branch["const"]] if "const" in branch else branch["enum"]
        title = branch.get("title")
        for value in values:
            if value is not None:
                named = isinstance(title, str) and len(values) == 1
                found.append(Option(value, str(title) if named else bare(value)))
    return tuple(found)


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def bare(value: Any) -> str:
    """A value as the label that it has when it was given none."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
