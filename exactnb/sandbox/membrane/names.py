"""Field names as the dialects spell them, and values as the camelCase dialect writes them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from exactnb.sandbox.exact.entities import entities
from exactnb.sandbox.membrane.problems import bad_request

_CAPITALS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]")
_DATE = re.compile(r"/Date\((-?\d+)\)/")
_DAY = 86_400_000
Json = Any


@cache
def camel(name: str) -> str:
    """``GLAccountCode`` → ``glAccountCode``, ``ID`` → ``id``, ``Name`` → ``name``."""
    found = _CAPITALS.match(name)
    return found[0].lower() + name[found.end() :] if found else name


def literal(entity: str, field: str, value: Json) -> str:
    """A value as OData writes it in a filter on this field."""
    kind = entities()[entity].fields[field].type
    if kind == "Guid":
        return f"guid{quoted(value)}"
    if kind == "DateTime":
        return f"datetime{quoted(_naive(value))}"
    if kind == "Boolean":
        return "true" if value else "false"
    if kind == "String":
        return quoted(value)
    try:
        number = float(value) if kind == "Double" else int(value)
    except (TypeError, ValueError) as error:
        raise bad_request(f"'{camel(field)}' must be a number", field=camel(field)) from error
    return f"{number}L" if kind == "Int64" else str(number)


def quoted(value: object) -> str:
    """A text in single quotes, with those inside it doubled."""
    return "'" + str(value).replace("'", "''") + "'"


def contains(text: str, fields: Iterable[str]) -> str:
    """The condition that one of the fields has this text in it, in capitals or not."""
    part = quoted(text.lower())
    return "(" + " or ".join(f"substringof({part},tolower({field}))" for field in fields) + ")"


def _naive(value: Json) -> str:
    # Exact keeps wall-clock time; an offset given by the caller is dropped, not converted
    return re.sub(r"(Z|[+-]\d\d:\d\d)$", "", str(value))


def iso(value: str) -> str:
    """``/Date(ms)/`` → ``2024-09-09``, or with a time where it has one; other text as it is."""
    found = _DATE.fullmatch(value)
    if not found:
        return value
    milliseconds = int(found[1])
    at = datetime.fromtimestamp(milliseconds // 1000, UTC).replace(
        microsecond=milliseconds % 1000 * 1000, tzinfo=None
    )
    if milliseconds % _DAY == 0:
        return at.date().isoformat()
    return at.isoformat(timespec="milliseconds")


def tidy(value: Json) -> Json:
    """A record of Exact in camelCase, with ISO dates, trimmed codes and plain lists of lines."""
    if isinstance(value, Mapping):
        if isinstance(value.get("results"), list):
            return [tidy(each) for each in value["results"]]
        return {
            camel(name): tidy(each)
            for name, each in value.items()
            if name != "__metadata" and not (isinstance(each, Mapping) and "__deferred" in each)
        }
    if isinstance(value, list):
        return [tidy(each) for each in value]
    return iso(value).strip() if isinstance(value, str) else value


def spelled(schema: Mapping[str, Any], spell: Callable[[str], str]) -> dict[str, Any]:
    """An object schema with its properties (and those of lines) under other names."""
    changed = dict(schema)
    if "properties" in schema:
        changed["properties"] = {
            spell(name): spelled(each, spell) for name, each in schema["properties"].items()
        }
    if "required" in schema:
        changed["required"] = [spell(name) for name in schema["required"]]
    if "items" in schema:
        changed["items"] = spelled(schema["items"], spell)
    if "parameters" in schema.get("referenceCollection", {}):
        collection = schema["referenceCollection"]
        parameters = {
            name: {"$var": spell(value["$var"])} if isinstance(value, Mapping) else value
            for name, value in collection["parameters"].items()
        }
        changed["referenceCollection"] = {**collection, "parameters": parameters}
    return changed


def exact_names(
    record: Mapping[str, Any], schema: Mapping[str, Any], spell: Callable[[str], str]
) -> dict[str, Any]:
    """The fields of an input under Exact's names; what the schema does not know is left out."""
    renamed: dict[str, Any] = {}
    for name, each in schema["properties"].items():
        if spell(name) not in record:
            continue
        value = record[spell(name)]
        if "items" in each and isinstance(value, list):
            value = [exact_names(line, each["items"], spell) for line in value]
        renamed[name] = value
    return renamed
