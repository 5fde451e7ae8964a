"""The failures that ``jsonschema_rs`` finds."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import jsonschema_rs

from exactnb.schema.engine import pure
from exactnb.schema.engine.failure import Failure, Path, failure
from exactnb.schema.engine.find import Find
from exactnb.schema.engine.patterns import readable
from exactnb.schema.keywords import rebuilt
from exactnb.schema.references import KNOWN

__all__ = ["find"]

#: kinds of error that we name by another keyword
_KEYWORDS = {"falseSchema": "false"}
#: where the limit of a keyword stands in what the library says of an error
_LIMITS = (
    "limit",
    "multiple_of",
    "pattern",
    "format",
    "options",
    "expected_value",
    "types",
    "schema",
)


def find(schema: Any) -> Find:
    """What finds every failure of a value against this schema."""
    schema = rebuilt(schema, _with_properties)
    for each in (schema, readable(schema, _read_pattern)):
        with suppress(jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError):
            return _finder(_validator(each))
    return pure.find(schema)  # such as a reference to the schema of an older draft


def _with_properties(node: dict[str, Any]) -> dict[str, Any]:
    """The node with properties where no others are allowed: else it does not name the others."""
    if node.get("additionalProperties") is False:
        node.setdefault("properties", {})
    return node


def _finder(validator: jsonschema_rs.Draft202012Validator) -> Find:
    def failures(value: Any) -> list[Failure]:
        return [each for error in validator.iter_errors(value) for each in _read(error, value)]

    return failures


def _validator(schema: Any) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True, retriever=_retrieve)


def _retrieve(uri: str) -> Any:
    # what is not known is not fetched, and accepts anything
    return KNOWN[uri].root if uri in KNOWN else {}


def _read_pattern(pattern: str) -> str | None:
    try:
        jsonschema_rs.Draft202012Validator({"pattern": pattern})
    except jsonschema_rs.ValidationError:
        return None
    return pattern


def _steps(path: Sequence[str | int], value: Any) -> Path:
    """A path with names of fields as texts: the library tells ``"1"`` as a number."""
    steps: list[str | int] = []
    for step in path:
        inside = isinstance(value, dict)
        steps.append(str(step) if inside else step)
        value = value.get(str(step)) if inside else value[step]
    return tuple(steps)


def _read(error: jsonschema_rs.ValidationError, value: Any) -> list[Failure]:
    path = _steps(error.instance_path, value)
    said = error.kind.as_dict()
    keyword = _KEYWORDS.get(error.kind.name, error.kind.name)
    if keyword == "required":
        word = "dependentRequired" if "dependentRequired" in error.schema_path[-1:] else keyword
        return [Failure((*path, said["property"]), word)]
    if keyword in ("additionalProperties", "unevaluatedProperties"):
        return [Failure((*path, name), keyword) for name in said["unexpected"]]
    if error.schema_path[-1:] == ["propertyNames"]:
        return [Failure(path, "propertyNames")]
    if keyword == "propertyNames":
        inner = said["error"]
        return [
            Failure((*path, inner.instance), keyword, branches=(tuple(_read(inner, value)),)),
        ]
    branches = tuple(
        tuple(each for inner in branch for each in _read(inner, value))
        for branch in said.get("context", ())
    )
    if keyword == "oneOf" and error.kind.__class__.__name__ == "OneOfMultipleValid":
        return [Failure(path, "oneOfMany")]
    if branches:
        return [Failure(path, keyword, branches=branches)]
    limit = next((said[word] for word in _LIMITS if word in said), None)
    return [failure(path, keyword, limit)]
