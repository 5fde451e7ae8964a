"""Exact Online's OData: queries from Python values, and what its answers and errors look like.

It is OData of version 2: ``guid'…'`` and ``datetime'…'`` literals, ``L`` after 64-bit numbers,
records under ``d``.
"""

from __future__ import annotations

import datetime as dt
import difflib
import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID

from exactnb.errors import BadAnswerError, InputError
from exactnb.exact.entities import Entity, Field

__all__ = [
    "error_text",
    "literal",
    "pad",
    "place",
    "query",
    "record_path",
    "records",
    "resource_path",
]

_OPERATORS: Mapping[str, str] = {
    "=": "eq",
    "==": "eq",
    "!=": "ne",
    "<>": "ne",
    "<": "lt",
    "<=": "le",
    ">": "gt",
    ">=": "ge",
    **{name: name for name in ("eq", "ne", "lt", "le", "gt", "ge")},
}
_FUNCTIONS: Mapping[str, str] = {
    "startswith": "startswith({field},{value})",
    "endswith": "endswith({field},{value})",
    "contains": "substringof({value},{field})",
}
#: fields that hold the code of an account, which Exact keeps in 18 characters, filled from the left
_ACCOUNT_CODES = {
    "AccountCode",
    "CustomerCode",
    "DivisionCustomerCode",
    "InvoiceAccountCode",
    "ResellerCode",
}
_ACCOUNT_CODE_WIDTH = 18
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)


# ---------------------------------------------------------------- values


def literal(value: Any, type: str | None = None) -> str:
    """A value as OData writes it in a filter or a key.

    Parameters
    ----------
    value
        A Python or pandas value; None is ``null``.
    type
        The field's EDM type. None: by the value's own type, a text in quotes.

    Raises
    ------
    InputError
        The value does not fit the type.

    Examples
    --------
    >>> import datetime as dt
    >>> literal("O'Neill"), literal(5, "Int64"), literal(dt.date(2025, 1, 31))
    ("'O''Neill'", '5L', "datetime'2025-01-31'")
    """
    value = value.item() if hasattr(value, "item") and not isinstance(value, str) else value
    if value is None or (value == value) is not True:  # NaN, NaT and NA are not themselves
        return "null"
    try:
        return _literal(value, type or _type_of(value))
    except (TypeError, ValueError, ArithmeticError) as error:
        raise InputError(f"{value!r} does not fit the type {type}") from error


def _type_of(value: Any) -> str:
    if isinstance(value, bool):
        return "Boolean"
    if isinstance(value, int):
        return "Int32" if abs(value) < 2**31 else "Int64"
    if isinstance(value, (float, Decimal)):
        return "Double"
    if isinstance(value, (dt.date, dt.datetime)):
        return "DateTime"
    return "Guid" if isinstance(value, UUID) else "String"


def _literal(value: Any, type: str) -> str:
    if type == "Guid":
        text = str(value).strip("{}")
        if not _GUID.fullmatch(text):
            raise ValueError(text)
        return f"guid'{text.lower()}'"
    if type == "DateTime":
        return f"datetime'{_moment(value)}'"
    if type == "Boolean":
        if value not in (True, False):
            raise ValueError(value)
        return "true" if value else "false"
    if type in ("Int16", "Int32", "Int64", "Byte"):
        whole = Decimal(str(value)) if not isinstance(value, bool) else Decimal(int(value))
        if whole != whole.to_integral_value():
            raise ValueError(value)
        return f"{int(whole)}L" if type == "Int64" else str(int(whole))
    if type == "Double":
        return format(Decimal(str(value)), "f")
    return "'" + str(value).replace("'", "''") + "'"


def _moment(value: Any) -> str:
    """A date or time as ISO; of a time with a zone, the wall clock that it shows."""
    if isinstance(value, str):
        text = value.strip().removesuffix("Z")
        value = dt.datetime.fromisoformat(text) if len(text) > 10 else dt.date.fromisoformat(text)
    if not isinstance(value, dt.datetime):
        return str(value.isoformat())
    precision = "milliseconds" if value.microsecond else "seconds"
    return value.replace(tzinfo=None).isoformat(timespec=precision)


def pad(entity: Entity | None, field: Field, value: Any) -> Any:
    """The value as Exact stores it: an account's code fills 18 characters from the left."""
    is_code = field.name in _ACCOUNT_CODES or (
        entity is not None and entity.name == "Accounts" and field.name == "Code"
    )
    return str(value).strip().rjust(_ACCOUNT_CODE_WIDTH) if is_code and value is not None else value


# ---------------------------------------------------------------- queries


def query(
    entity: Entity | None,
    *,
    select: str | Sequence[str] | None = None,
    filter: str | Mapping[str, Any] | None = None,
    orderby: str | Sequence[str] | None = None,
    top: int | None = None,
    skip: int | None = None,
    expand: str | Sequence[str] | None = None,
    inlinecount: bool = False,
) -> dict[str, str]:
    """The query options of a request, ``$select`` and so on, as text that is not yet encoded.

    Parameters
    ----------
    entity
        What is asked for. Names match its fields without regard to case or underscores. None:
        names are taken as they are.
    select, expand
        Names, or one text of names with commas.
    filter
        OData text, taken as it is, or a mapping of names to what they must be, which must all
        hold: ``{"Status": 20}``; a list for any of several; ``(">=", value)`` for another
        comparison (``startswith``, ``endswith`` and ``contains`` too); a list of such pairs
        where all must hold.
    orderby
        Names, each may be followed by ``desc``.
    top, skip, inlinecount
        As OData has them; ``top`` is the total, not the size of a page.

    Raises
    ------
    InputError
        Names that are not fields, all at once, each with the nearest.

    Examples
    --------
    >>> from exactnb.exact.entities import entity
    >>> query(entity("Accounts"), select=["Code", "name"], filter={"code": "2"}, top=5)
    {'$select': 'Code,Name', '$filter': "Code eq '                 2'", '$top': '5'}
    """
    names = _Names(entity)
    options = {
        "$select": ",".join(names.path(name) for name in _words(select)),
        "$filter": filter.strip() if isinstance(filter, str) else _filter(filter or {}, names),
        "$orderby": ",".join(names.order(name) for name in _words(orderby)),
        "$top": "" if top is None else str(int(top)),
        "$skip": "" if skip is None else str(int(skip)),
        "$expand": ",".join(names.path(name) for name in _words(expand)),
        "$inlinecount": "allpages" if inlinecount else "",
    }
    names.check()
    return {name: text for name, text in options.items() if text}


def _words(given: str | Sequence[str] | None) -> list[str]:
    words = given.split(",") if isinstance(given, str) else given or ()
    return [word.strip() for word in words if word.strip()]


class _Names:
    """Names as Exact spells them; those that it does not know are kept for one error."""

    def __init__(self, entity: Entity | None) -> None:
        self.entity = entity
        self.wrong: list[tuple[tuple[str | int, ...], str]] = []

    def find(self, name: str) -> Field:
        if self.entity is None:
            return Field(name, "")
        field = self.entity.find(name)
        if field is None:
            known = list(self.entity.fields)
            folded = {one.casefold(): one for one in known}
            near = difflib.get_close_matches(name.replace("_", "").casefold(), folded, n=1)
            hint = f"did you mean {folded[near[0]]}?" if near else "it has " + ", ".join(known[:8])
            self.wrong.append(((name,), f"{self.entity.name} has no such field; {hint}"))
            return Field(name, "")
        return field

    def path(self, name: str) -> str:
        """A name, or ``Lines/Name``."""
        outer, slash, inner = name.partition("/")
        field = self.find(outer)
        if not slash:
            return field.name
        line = field.entity.find(inner) if field.entity else None
        return f"{field.name}/{line.name if line else inner}"

    def order(self, name: str) -> str:
        field, _, direction = name.partition(" ")
        direction = direction.strip().lower()
        if direction not in ("", "asc", "desc"):
            self.wrong.append(((name,), "order by a field, or by a field and desc"))
        return f"{self.find(field).name} {direction}".strip()

    def check(self) -> None:
        if self.wrong:
            raise InputError(
                "; ".join(f"{path[0]}: {message}" for path, message in self.wrong),
                problems=self.wrong,
            )


def _filter(wanted: Mapping[str, Any], names: _Names) -> str:
    parts = []
    for name, value in wanted.items():
        field = names.find(name)
        if isinstance(value, (list, set, frozenset)):
            choices = list(value)
            pairs = bool(choices) and all(_is_pair(one) for one in choices)
            tests = [_test(field, one, names) for one in choices]
            if not choices:
                names.wrong.append(((name,), "an empty list is met by nothing"))
            joined = (" and " if pairs else " or ").join(tests)
            parts.append(f"({joined})" if len(tests) > 1 and not pairs else joined)
        else:
            parts.append(_test(field, value, names))
    return " and ".join(parts)


def _is_pair(value: Any) -> bool:
    return isinstance(value, tuple) and len(value) == 2


def _test(field: Field, value: Any, names: _Names) -> str:
    operator, value = value if _is_pair(value) else ("eq", value)
    word = str(operator).strip().lower()
    if word in _FUNCTIONS:
        return _FUNCTIONS[word].format(field=field.name, value=literal(value, "String"))
    if word not in _OPERATORS:
        known = ", ".join([*_OPERATORS, *_FUNCTIONS])
        names.wrong.append(((field.name,), f"{operator!r} is no comparison; there are {known}"))
        return ""
    try:
        text = literal(pad(names.entity, field, value), field.type or None)
    except InputError as error:
        names.wrong.append(((field.name,), error.message))
        return ""
    return f"{field.name} {_OPERATORS[word]} {text}"


# ---------------------------------------------------------------- addresses


def needs_division(path: str) -> bool:
    """Whether a path is meant inside a division: not ``/api/…``, ``current/…`` or an address."""
    placed = path.startswith(("http://", "https://", "/api/"))
    return not placed and not path.lstrip("/").lower().startswith("current/")


def resource_path(resource: Entity | str, division: int | str, prefix: str = "/api/v1") -> str:
    """The path of a resource inside a division.

    ``/api/…`` and full addresses stay as they are; ``current/…`` gets no division.
    """
    path = resource if isinstance(resource, str) else resource.resource
    if path.startswith(("http://", "https://", "/api/")):
        return path
    inside = f"/{division}" if needs_division(path) else ""
    return f"{prefix.rstrip('/')}{inside}/{path.lstrip('/')}"


def record_path(entity: Entity, key: Any, division: int | str, prefix: str = "/api/v1") -> str:
    """The path of one record, by its key; a mapping where the key has several fields.

    Examples
    --------
    >>> from exactnb.exact.entities import entity
    >>> record_path(entity("SystemDivisions"), 124132, 124132)
    '/api/v1/124132/system/Divisions(124132)'
    """
    values = key if isinstance(key, Mapping) else {entity.key[0]: key}
    parts = [(name, literal(values[name], entity.fields[name].type)) for name in entity.key]
    text = parts[0][1] if len(parts) == 1 else ",".join(f"{n}={v}" for n, v in parts)
    return f"{resource_path(entity, division, prefix)}({text})"


def place(link: str) -> str:
    """Path and query of a next link, percent-encoded: its host may not be one to go to."""
    here = urlsplit(link)._replace(scheme="", netloc="", fragment="").geturl()
    return quote(here, safe="%/?&=()',:@$;!*+~")


# ---------------------------------------------------------------- answers


def records(raw: bytes) -> list[dict[str, Any]]:
    """The records in an answer of Exact Online itself, as they came: all three envelopes.

    Raises
    ------
    BadAnswerError
        The answer is not JSON, or has no ``d``.
    """
    try:
        inner = json.loads(raw)["d"]
    except (ValueError, KeyError, TypeError) as error:
        start = raw[:60].decode(errors="replace")
        raise BadAnswerError(
            f"This is no answer of Exact Online: {start!r}",
            hint="It may be down for maintenance, or the answer was cut off; try again.",
        ) from error
    if isinstance(inner, dict):
        inner = inner.get("results", [inner])
    return list(inner or ())


def error_text(raw: bytes) -> str | None:
    """What Exact says went wrong, in the user's language; None if the body says nothing.

    Reads ``{"error": {"message": {"value": …}}}``, the same with a plain message, and the
    ``error_description`` of sign-in errors. Several problems come as several lines.
    """
    try:
        body = json.loads(raw)
    except ValueError:
        return None
    if not isinstance(body, dict):
        return None
    error = body.get("error", body.get("odata.error"))
    message = error.get("message") if isinstance(error, dict) else None
    if isinstance(message, dict):
        message = message.get("value")
    said = message or body.get("error_description") or (error if isinstance(error, str) else None)
    return "\n".join(str(said).splitlines()).strip() or None if said else None
