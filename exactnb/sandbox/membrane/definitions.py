"""The 20 actions: their schemas, made from ``actions.json`` and Exact's fields, in a dialect."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from exactnb.sandbox.exact.entities import entities
from exactnb.sandbox.membrane.catalog import APP, INTEGRATION
from exactnb.sandbox.membrane.names import camel, spelled

DIALECTS = ("odata", "unwrapped", "camel", "records")
Schema = dict[str, Any]

_TYPES = {
    **dict.fromkeys(("Double",), "number"),
    **dict.fromkeys(("Int16", "Int32", "Byte"), "integer"),
    "Boolean": "boolean",
}
_RECORD_TYPES = {
    "list": "list-data-records",
    "get": "find-data-record-by-id",
    "create": "create-data-record",
    "update": "update-data-record",
}
_SEARCH: Schema = {
    "title": "Search",
    "description": "Part of a name, a code or a reference",
    "type": "string",
    "maxLength": 100,
}
_DIVISION: Schema = {
    "title": "Division",
    "description": "Leave out to use the administration that is current for the login",
    "type": "integer",
    "referenceCollection": {"key": "divisions"},
}
_ID: Schema = {"title": "Id", "type": "string", "format": "uuid"}
_CLEARABLE_FORMATS = ("date", "email", "uri", "uuid")


@dataclass(frozen=True)
class Dialect:
    """How the actions of a connector spell their inputs and shape their outputs."""

    name: str
    limit: str
    """Input that says how many records at most."""
    pages: tuple[str, ...]
    """Inputs that take the next page: a token, an address or a cursor."""
    spell: Callable[[str], str]
    """Exact's name of a field → the name in the input of a write."""


def dialect(name: str) -> Dialect:
    """The dialect of this name."""
    if name not in DIALECTS:
        raise ValueError(f"no dialect {name!r}: there are {', '.join(DIALECTS)}")
    if name == "odata":
        return Dialect(name, "top", ("skipToken",), camel)
    if name == "unwrapped":
        return Dialect(name, "top", ("nextLink", "skipToken"), str)
    return Dialect(name, "limit", ("cursor",), camel)


@dataclass(frozen=True)
class Action:
    """One action, as found, described and run.

    ``writes`` is the schema of a write under Exact's own names; ``filters`` says, input by
    input, on which field a list filters.
    """

    id: str
    key: str
    name: str
    description: str
    verb: str
    entity: str
    type: str
    words: str
    input_schema: Schema
    output_schema: Schema
    search: tuple[str, ...] = ()
    lines: str | None = None
    filters: Mapping[str, str] = field(default_factory=dict)
    writes: Schema | None = None

    def shown(self, connection_id: str | None) -> dict[str, Any]:
        """The action as the API shows it."""
        answer: dict[str, Any] = {
            "id": self.id,
            "key": self.key,
            "name": self.name,
            "description": self.description,
            "type": self.type,
            "state": "READY",
            "isPublic": True,
            "isCustomized": False,
            "revision": "1",
            "createdAt": "2026-01-05T09:00:00.000Z",
            "updatedAt": "2026-01-05T09:00:00.000Z",
            "integrationId": INTEGRATION["id"],
            "integrationKey": INTEGRATION["key"],
            "externalAppId": APP["id"],
            "externalAppKey": APP["key"],
            "inputSchema": self.input_schema,
            "outputSchema": self.output_schema,
        }
        if connection_id:
            answer["connectionId"] = connection_id
        return answer


@cache
def actions(dialect_name: str) -> Mapping[str, Action]:
    """The 20 actions by key, in the order of the connector's documentation."""
    book = json.loads(files(__package__).joinpath("actions.json").read_bytes())
    way = dialect(dialect_name)
    return {key: _action(key, said, book["records"], way) for key, said in book["actions"].items()}


def _action(key: str, said: dict[str, Any], records: dict[str, Any], way: Dialect) -> Action:
    verb = key.partition("-")[0]
    entity, lines = said["entity"], said.get("lines")
    writes = None
    if verb == "list":
        inputs = _list_inputs(said, way)
    elif verb == "get":
        inputs = _object({"id": _ID, **(_expand() if lines else {})}, ["id"])
    else:
        writes = records[entity] if verb == "create" else _changes(records[entity], entity)
        inputs = spelled(_object(writes["properties"], writes["required"]), way.spell)
    inputs["properties"]["division"] = _DIVISION
    return Action(
        id=f"act_{hashlib.blake2b(key.encode(), digest_size=12).hexdigest()}",
        key=key,
        name=said["name"],
        description=said["description"],
        verb=verb,
        entity=entity,
        type=_RECORD_TYPES[verb] if way.name == "records" else "api-request-to-external-app",
        words=said["words"],
        input_schema=inputs,
        output_schema=_output(verb, entity, lines, way),
        search=tuple(said.get("search", ())),
        lines=lines,
        filters={name: each["on"] for name, each in said.get("filters", {}).items()},
        writes=writes,
    )


def _object(properties: Mapping[str, Any], required: list[str]) -> Schema:
    schema: Schema = {"type": "object", "properties": dict(properties)}
    if required:
        schema["required"] = list(required)
    return schema


def _expand() -> Schema:
    return {
        "expandLines": {
            "title": "With lines",
            "description": "Whether each record brings its lines",
            "type": "boolean",
            "default": False,
        }
    }


def _list_inputs(said: dict[str, Any], way: Dialect) -> Schema:
    entity = entities()[said["entity"]]
    filters = {
        name: {word: value for word, value in each.items() if word != "on"}
        for name, each in said["filters"].items()
    }
    general: Schema = {
        "filter": {
            "title": "Filter",
            "description": "An OData filter, added to the others",
            "type": "string",
            "examples": [f"{next(iter(entity.fields))} ne null"],
        },
        "select": {
            "title": "Fields",
            "description": "Exact Online's names of the fields to bring; leave out for all",
            "type": "array",
            "items": {"type": "string"},
        },
        "orderBy": {"title": "Order", "type": "string", "examples": ["Modified desc"]},
        way.limit: {
            "title": "At most",
            "description": "Number of records in all; a page has at most 60",
            "type": "integer",
            "minimum": 1,
        },
    }
    for name in way.pages:
        general[name] = {
            "title": "Next page",
            "description": "What the page before gave",
            "type": "string",
        }
    expand = _expand() if said["lines"] else {}
    return _object({"search": _SEARCH, **filters, **expand, **general}, [])


def _changes(record: Schema, entity: str) -> Schema:
    # an empty text is no date, address or reference, so null empties these
    clearable = {
        name: {**each, "type": [each["type"], "null"]}
        if each.get("format") in _CLEARABLE_FORMATS and name not in record["required"]
        else {word: value for word, value in each.items() if word != "default"}
        for name, each in record["properties"].items()
    }
    key = entities()[entity].key[0]
    return _object({key: _ID, **clearable}, [key])


def _output(verb: str, entity: str, lines: str | None, way: Dialect) -> Schema:
    record = _record(entity, lines, way)
    if way.name == "records":
        return _records_output(verb, record)
    if verb == "update":
        return {} if way.name == "odata" else {"type": "object"}
    if way.name == "odata":
        page = _object({"results": _list_of(record), "__next": {"type": "string"}}, [])
        several: Schema = {"anyOf": [page, _list_of(record)]}
        return _object({"d": several if verb == "list" else record}, ["d"])
    if verb != "list":
        return record
    if way.name == "unwrapped":
        return _object({"results": _list_of(record), "nextLink": {"type": "string"}}, ["results"])
    plural = camel(entity)
    return _object({plural: _list_of(record), "nextCursor": {"type": "string"}}, [plural])


def _records_output(verb: str, fields: Schema) -> Schema:
    identity = {"id": {"type": "string"}}
    if verb in ("create", "update"):
        return _object(identity, ["id"])
    shape = {**identity, "name": {"type": "string"}, "uri": {"type": "string"}, "fields": fields}
    record = _object(shape, ["id"])
    if verb == "get":
        return _object({"record": record}, ["record"])
    return _object({"records": _list_of(record), "cursor": {"type": "string"}}, ["records"])


def _list_of(record: Schema) -> Schema:
    return {"type": "array", "items": record}


def _record(entity: str, lines: str | None, way: Dialect) -> Schema:
    spell = camel if way.name == "camel" else str
    return _object(dict(_fields(entity, lines, way, spell)), [])


def _fields(
    entity: str, lines: str | None, way: Dialect, spell: Callable[[str], str]
) -> Iterator[tuple[str, Schema]]:
    for name, each in entities()[entity].fields.items():
        if each.scalar:
            yield spell(name), {"type": [_TYPES.get(each.type, "string"), "null"]}
        elif name == lines:
            inner = _object(dict(_fields(lines, None, way, spell)), [])
            several = _list_of(inner)
            plain = way.name == "camel"
            yield spell(name), several if plain else _object({"results": several}, [])
