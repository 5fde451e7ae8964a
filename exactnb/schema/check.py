"""Whether an input fits an action's input schema: names first, then values, all at once."""

from __future__ import annotations

import difflib
import json
import sys
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from exactnb.errors import InputError
from exactnb.schema.plain import Unsayable, plain

__all__ = ["conform", "find_name", "fold", "problems", "sketch", "standard", "together"]

Path = tuple[str | int, ...]
Problem = tuple[Path, str]


def conform(
    given: Mapping[str, Any], schema: Mapping[str, Any] | None, *, action: str | None = None
) -> dict[str, Any]:
    """The input as the action wants it: its own names, plain values, checked.

    Names match without regard to case or underscores, at every level. Fields that were not
    given stay absent.

    Parameters
    ----------
    given
        Names and Python values.
    schema
        The action's ``inputSchema``; None accepts anything.
    action
        The action's key, for the message.

    Raises
    ------
    InputError
        Names every wrong field at once; ``problems`` has them as ``(path, message)``.

    Examples
    --------
    >>> schema = {"type": "object", "properties": {"orderedBy": {"type": "string"}}}
    >>> conform({"ordered_by": "c1"}, schema)
    {'orderedBy': 'c1'}
    """
    try:
        value = plain(dict(given))
    except Unsayable as odd:
        raise _error([(odd.path, str(odd))], action) from odd
    if schema is None:
        return dict(value)
    found: list[Problem] = []
    named = _rename(value, schema, (), found)
    wrong_names = {path for path, _ in found}
    found += [p for p in problems(schema, named) if p[0] not in wrong_names]
    if found:
        raise _error(found, action)
    return dict(named)


def together(
    input: Mapping[str, Any] | None, more: Mapping[str, Any], *, action: str | None = None
) -> dict[str, Any]:
    """An input given as a mapping, as keyword arguments, or both."""
    if input is not None and not isinstance(input, Mapping):
        raise InputError(
            f"The input is a {type(input).__name__}",
            hint="Give a mapping of names to values, or keyword arguments.",
            action=action,
        )
    return {**(input or {}), **more}


def _error(found: list[Problem], action: str | None) -> InputError:
    lines = [f"  {say(path)}: {message}" if path else f"  {message}" for path, message in found]
    count = "One field does" if len(found) == 1 else f"{len(found)} fields do"
    return InputError(
        f"{count} not fit{' the input of ' + action if action else ''}:\n" + "\n".join(lines),
        hint=f"books.inputs({action!r}) lists what it takes." if action else None,
        problems=tuple(found),
    )


def say(path: Path) -> str:
    """A path for people: ``lines[0].quantity``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def sketch(schema: Mapping[str, Any] | None) -> str:
    """The inputs of a schema in one line, required ones first and starred: ``id*, expandLines``."""
    fields = list((schema or {}).get("properties") or {})
    required = [f for f in fields if f in ((schema or {}).get("required") or [])]
    return ", ".join([f"{f}*" for f in required] + [f for f in fields if f not in required])


def fold(name: str) -> str:
    """A name without what spellings differ in."""
    return name.replace("_", "").replace("$", "").replace("-", "").lower()


def find_name(wanted: str, schema: Mapping[str, Any] | None) -> str | None:
    """The schema's own spelling of a name, matched without regard to case or underscores."""
    fields = (schema or {}).get("properties") or {}
    if wanted in fields:
        return wanted
    folded = fold(wanted)
    return next((str(name) for name in fields if fold(name) == folded), None)


def _rename(value: Any, schema: Any, path: Path, found: list[Problem]) -> Any:
    """The value with the schema's own names; a name that it does not have is a problem."""
    if not isinstance(schema, Mapping):
        return value
    if isinstance(value, list):
        return [_rename(v, schema.get("items"), (*path, i), found) for i, v in enumerate(value)]
    fields = schema.get("properties")
    if not isinstance(value, dict) or not fields:
        return value
    open_ended = schema.get("additionalProperties") not in (None, False)
    named: dict[str, Any] = {}
    for name, inner in value.items():
        own = find_name(name, schema)
        if own is None:
            if not open_ended:
                found.append(((*path, name), _unknown(name, fields)))
            named[name] = inner
        elif own in named:
            found.append(((*path, name), f"is given twice, as {own} too"))
        else:
            named[own] = _rename(inner, fields[own], (*path, own), found)
    return named


def _unknown(name: str, fields: Mapping[str, Any]) -> str:
    by_fold = {fold(f): f for f in fields}
    near = difflib.get_close_matches(fold(name), by_fold, n=3, cutoff=0.6)
    if near:
        return f"is not an input here; did you mean {' or '.join(by_fold[n] for n in near)}?"
    return f"is not an input here; there are: {', '.join(fields)}"


def problems(schema: Mapping[str, Any], value: Any) -> list[Problem]:
    """Every way in which a plain value does not fit, as ``(path, message)``, in field order."""
    validator = _validator(json.dumps(schema, default=str))
    return [
        problem
        for error in sorted(validator.iter_errors(value), key=lambda e: [str(p) for p in e.path])
        for problem in _in_words(error)
    ]


@lru_cache(maxsize=1)
def _dialect() -> Any:
    """The validator class of jsonschema, without the second that one format of it takes to load.

    Where JupyterLab is installed, so is ``rfc3987_syntax``, which builds a grammar when it is
    imported; jsonschema uses it for the formats ``iri`` and ``iri-reference`` alone.
    """
    slow = "rfc3987_syntax"
    if slow in sys.modules:
        from jsonschema import Draft202012Validator
    else:
        sys.modules[slow] = None  # type: ignore[assignment]  # what makes an import fail
        try:
            from jsonschema import Draft202012Validator
        finally:
            del sys.modules[slow]
    return Draft202012Validator


@lru_cache(maxsize=256)
def _validator(text: str) -> Any:
    dialect = _dialect()
    return dialect(standard(json.loads(text)), format_checker=dialect.FORMAT_CHECKER)


#: keywords of Membrane's own that are no part of JSON Schema's meaning
_TYPES = {"object", "array", "string", "number", "integer", "boolean", "null"}


def standard(schema: Any) -> Any:
    """Membrane's DataSchema as standard JSON Schema.

    Types are spelled in lower case, unknown types and non-object schemas accept anything,
    ``enum`` entries ``{value, label}`` become their values, ``referenceRecords`` without
    ``allowCustom`` become an enum of their ids, and ``nullable`` is a type.
    """
    if isinstance(schema, bool):
        return schema
    if not isinstance(schema, Mapping):
        return True
    out = {k: v for k, v in schema.items() if k not in ("type", "enum", "required", "nullable")}
    kinds = schema.get("type")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if isinstance(kinds, list):
        kinds = [k.lower() for k in kinds if isinstance(k, str)]
        if kinds and all(k in _TYPES for k in kinds):
            out["type"] = kinds + (["null"] if schema.get("nullable") else [])
    choices = _choices(schema)
    if choices is not None and not schema.get("allowCustom"):
        out["enum"] = choices + ([None] if "null" in (out.get("type") or []) else [])
    if isinstance(schema.get("required"), list):
        out["required"] = [r for r in schema["required"] if isinstance(r, str)]
    for keyword in ("items", "additionalProperties", "not", "if", "then", "else", "contains"):
        if keyword in out:
            out[keyword] = standard(out[keyword])
    for keyword in ("properties", "$defs", "definitions", "patternProperties"):
        if isinstance(out.get(keyword), Mapping):
            out[keyword] = {name: standard(sub) for name, sub in out[keyword].items()}
    for keyword in ("anyOf", "oneOf", "allOf"):
        if isinstance(out.get(keyword), list):
            out[keyword] = [standard(sub) for sub in out[keyword]]
    return out


def _choices(schema: Mapping[str, Any]) -> list[Any] | None:
    records = schema.get("referenceRecords")
    if isinstance(records, list) and records:
        return [r["id"] for r in records if isinstance(r, Mapping) and "id" in r]
    enum = schema.get("enum")
    if isinstance(enum, list):
        return [e["value"] if isinstance(e, Mapping) and "value" in e else e for e in enum]
    return None


_KINDS = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "True or False",
    "array": "a list",
    "object": "a dict of fields",
    "null": "None",
}


def _in_words(error: Any) -> list[Problem]:
    """One failure of jsonschema in plain words; a missing field is named by its own path."""
    path: Path = tuple(error.absolute_path)
    limit, value = error.validator_value, error.instance
    match error.validator:
        case "required":
            # one error a missing field; only its message says which
            name = next(n for n in limit if error.message.startswith(repr(n)))
            return [((*path, name), "is required")]
        case "type":
            kinds = [limit] if isinstance(limit, str) else limit
            wanted = " or ".join(_KINDS.get(k, k) for k in kinds)
            return [(path, f"takes {wanted}, not {value!r}")]
        case "enum":
            labels = _labels(error.schema)
            listed = ", ".join(f"{c!r} ({labels[c]})" if c in labels else repr(c) for c in limit)
            return [(path, f"takes one of {listed}, not {value!r}")]
        case "format":
            example = {"date": ", such as 2025-12-31", "email": ", such as name@example.com"}
            return [(path, f"takes a {limit}{example.get(limit, '')}, not {value!r}")]
        case "maxLength":
            return [(path, f"takes at most {limit} characters, not {len(value)}")]
        case "minLength":
            return [(path, f"takes at least {limit} characters, not {len(value)}")]
        case "minimum":
            return [(path, f"takes {limit} or more, not {value}")]
        case "maximum":
            return [(path, f"takes {limit} or less, not {value}")]
        case "minItems":
            return [(path, f"takes at least {limit} rows, not {len(value)}")]
        case "maxItems":
            return [(path, f"takes at most {limit} rows, not {len(value)}")]
        case _:
            return [(path, str(error.message))]


def _labels(schema: Mapping[str, Any]) -> dict[Any, str]:
    records = schema.get("referenceRecords")
    if not isinstance(records, list):
        return {}
    return {r["id"]: str(r.get("name") or r["id"]) for r in records if isinstance(r, Mapping)}
