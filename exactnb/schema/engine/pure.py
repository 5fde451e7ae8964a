"""The failures that ``jsonschema`` finds, with numbers compared digit by digit."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from exactnb.schema.engine.failure import Failure, Path, failure
from exactnb.schema.engine.find import Find
from exactnb.schema.engine.formats import FORMATS
from exactnb.schema.engine.patterns import matches, python, readable
from exactnb.schema.keywords import LISTS, MAPS, SINGLE, rebuilt
from exactnb.schema.references import registry, root_of

__all__ = ["find"]

#: keywords in which False means more than a schema that nothing fits
_FALSE_MATTERS = {
    "additionalProperties",
    "unevaluatedProperties",
    "unevaluatedItems",
    "propertyNames",
}


def find(schema: Any) -> Find:
    """What finds every failure of a value against this schema."""
    own = _own(schema)
    validator = _dialect()(own, format_checker=_formats(), registry=registry(_known))
    from referencing.exceptions import Unresolvable

    def failures(value: Any) -> list[Failure]:
        try:
            return [_read(error) for error in validator.iter_errors(_exact(value))]
        except (RecursionError, Unresolvable):
            return []  # a schema that is nothing but itself, or two with one address, says nothing

    return failures


def _own(schema: Any) -> Any:
    """The schema as this library reads it: exact numbers, Python's patterns, no plain False."""
    exact = json.loads(json.dumps(schema), parse_float=Decimal)
    return rebuilt(readable(exact, python), _no_false)


@lru_cache(maxsize=128)
def _known(address: str) -> Any:
    return _own(root_of(address))


def _no_false(node: dict[str, Any]) -> dict[str, Any]:
    """The schema with False spelled so that the library keeps the path of what it refuses."""
    return {
        word: [_spelled(each) for each in held]
        if word in LISTS
        else {name: _spelled(each) for name, each in held.items()}
        if word in MAPS
        else _spelled(held)
        if word in SINGLE - _FALSE_MATTERS
        else held
        for word, held in node.items()
    }


def _spelled(schema: Any) -> Any:
    return {"not": {}} if schema is False else schema


def _exact(value: Any) -> Any:
    """The value with its floats as the decimals that they are written as."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, dict):
        return {name: _exact(inner) for name, inner in value.items()}
    return [_exact(inner) for inner in value] if isinstance(value, list) else value


def _inexact(limit: Any) -> Any:
    """A limit as it stood in the schema."""
    if isinstance(limit, Decimal):
        return float(limit)
    if isinstance(limit, dict):
        return {name: _inexact(inner) for name, inner in limit.items()}
    return [_inexact(inner) for inner in limit] if isinstance(limit, list) else limit


@cache
def _formats() -> Any:
    from jsonschema import FormatChecker

    def check(name: str) -> Any:
        return lambda value: not isinstance(value, str) or bool(FORMATS[name](value))

    checker = FormatChecker(())
    checker.checkers = {name: (check(name), ValueError) for name in FORMATS}
    return checker


@cache
def _dialect() -> Any:
    """The validator class of jsonschema, with what it lacks.

    Where JupyterLab is installed, so is ``rfc3987_syntax``, which builds a grammar for a second
    when it is imported; jsonschema uses it for formats that are checked here in another way.
    """
    slow = "rfc3987_syntax"
    kept = sys.modules.get(slow)
    sys.modules[slow] = None  # type: ignore[assignment]  # what makes an import fail
    try:
        from jsonschema import Draft202012Validator
        from jsonschema.validators import extend
    finally:
        del sys.modules[slow]
        if kept is not None:
            sys.modules[slow] = kept
    types = Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer)
    own = {
        "pattern": _pattern,
        "multipleOf": _multiple_of,
        "required": _required,
        "dependentRequired": _dependent_required,
        "additionalProperties": _additional_properties,
        "unevaluatedProperties": _unevaluated(
            Draft202012Validator.VALIDATORS["unevaluatedProperties"]
        ),
        "propertyNames": _property_names,
        "items": _items,
    }
    return extend(  # type: ignore[no-untyped-call]
        Draft202012Validator, validators=own, type_checker=types
    )


def _is_integer(_: Any, value: Any) -> bool:
    if isinstance(value, Decimal):
        return value == value.to_integral_value()
    return isinstance(value, int) and not isinstance(value, bool)


def _error(*path: str | int, **more: Any) -> Any:
    from jsonschema import ValidationError

    return ValidationError("", path=path, **more)


def _pattern(validator: Any, pattern: Any, value: Any, _: Any) -> Iterator[Any]:
    if validator.is_type(value, "string") and not matches(pattern, value):
        yield _error()


def _multiple_of(validator: Any, step: Any, value: Any, _: Any) -> Iterator[Any]:
    if validator.is_type(value, "number") and not _divides(Decimal(step), Decimal(value)):
        yield _error()


def _divides(step: Decimal, value: Decimal) -> bool:
    """Whether a number is a whole number of steps, also where one has hundreds of digits."""
    a, b = value.as_integer_ratio(), step.as_integer_ratio()
    return (a[0] * b[1]) % (a[1] * b[0]) == 0


def _required(validator: Any, names: Any, value: Any, _: Any) -> Iterator[Any]:
    if validator.is_type(value, "object"):
        yield from (_error(name) for name in names if name not in value)


def _dependent_required(validator: Any, needs: Any, value: Any, _: Any) -> Iterator[Any]:
    if validator.is_type(value, "object"):
        for given, names in needs.items():
            if given in value:
                yield from (_error(name) for name in names if name not in value)


def _additional_properties(validator: Any, schema: Any, value: Any, around: Any) -> Iterator[Any]:
    if not validator.is_type(value, "object"):
        return
    patterns = around.get("patternProperties", {})
    for name, inner in value.items():
        if name in around.get("properties", {}) or any(re.search(p, name) for p in patterns):
            continue
        if schema is False:
            yield _error(name)
        else:
            yield from validator.descend(inner, schema, path=name)


def _unevaluated(library: Any) -> Any:
    """The library's own rule; it names the fields in its message alone."""

    def rule(validator: Any, schema: Any, value: Any, around: Any) -> Iterator[Any]:
        for error in library(validator, schema, value, around):
            yield from (_error(name) for name in value if repr(name) in error.message)

    return rule


def _property_names(validator: Any, schema: Any, value: Any, _: Any) -> Iterator[Any]:
    if not validator.is_type(value, "object"):
        return
    if schema is False:
        yield from [_error()] if value else []
        return
    for name in value:
        for error in validator.descend(name, schema):
            yield _error(name, context=[error])


def _items(validator: Any, schema: Any, value: Any, around: Any) -> Iterator[Any]:
    if validator.is_type(value, "array"):
        for index in range(len(around.get("prefixItems", ())), len(value)):
            yield from validator.descend(value[index], schema, path=index)


def _read(error: Any, base: Path = ()) -> Failure:
    path: Path = (*base, *error.relative_path)
    keyword = error.validator or "false"
    if keyword == "propertyNames":
        return Failure(path, keyword, branches=tuple((_read(inner),) for inner in error.context))
    if keyword in ("minContains", "maxContains"):
        return Failure(path, "contains")
    if keyword == "oneOf" and not error.context:
        return Failure(path, "oneOfMany")
    if keyword in ("oneOf", "anyOf"):
        branches: dict[Any, list[Failure]] = {n: [] for n in range(len(error.validator_value))}
        for inner in error.context:
            if inner.relative_schema_path:
                branches[inner.relative_schema_path[0]].append(_read(inner, path))
        for n, branch in enumerate(error.validator_value):
            if branch is False:  # one that lies where no schema was looked for
                branches[n] = [Failure(path, "false")]
        return Failure(path, keyword, branches=tuple(map(tuple, branches.values())))
    return failure(path, keyword, _inexact(error.validator_value))
