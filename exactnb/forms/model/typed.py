"""What a person types and what a field holds: text to value, and value to text."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from exactnb.absent import ABSENT
from exactnb.forms.model.values import jsonable, same
from exactnb.schema.numbers import parse_date, parse_number, write_number
from exactnb.schema.plain import plain
from exactnb.schema.validate import problems

if TYPE_CHECKING:
    from exactnb.schema.tree import Field

__all__ = ["MASK", "from_json", "parse", "to_json", "write"]

#: stands for a value that is nobody's business
MASK = "●●●●"

_SAID: Mapping[str, tuple[str, str]] = {
    "option": ("takes one of {}", "verwacht een van {}"),
    "boolean": ("takes Yes or No", "verwacht Ja of Nee"),
    "moment": (
        "takes a date and a time, such as 2025-12-31T14:30:00+01:00",
        "verwacht een datum met tijd, zoals 2025-12-31T14:30:00+01:00",
    ),
    "json": ("is not JSON: {}", "is geen JSON: {}"),
}
_YES_NO = {"en": ("Yes", "No"), "nl": ("Ja", "Nee")}
_YES = frozenset(("yes", "y", "ja", "j", "true", "waar", "1", "x"))
_NO = frozenset(("no", "n", "nee", "false", "onwaar", "0"))
#: formats of text in which no blank belongs, so that one that was pasted along is dropped
_WITHOUT_BLANKS = frozenset(("uuid", "email", "uri", "url", "hostname", "ipv4", "ipv6"))
#: labels named in a message before it says how many more there are
_NAMED = 8
#: what a JSON text begins with that no one writes by accident
_OPENINGS = ("{", "[", '"')


def write(field: Field | None, value: Any, language: str = "en") -> str:
    """What a text control shows of a value; empty for ABSENT and null.

    A value that does not fit its field is shown as it is.
    """
    if value is ABSENT or value is None:
        return ""
    for option in field.options if field is not None else ():
        if same(option.value, value):
            return option.label
    if isinstance(value, bool):
        return _YES_NO[language][not value]
    if isinstance(value, (int, float, Decimal)):
        return write_number(value, language)
    if not isinstance(value, str) or (field is not None and field.kind == "raw"):
        return to_json(value)
    if field is not None and field.format == "date" and language == "nl" and _is_day(value):
        return dt.date.fromisoformat(value).strftime("%d-%m-%Y")
    return value


def parse(field: Field | None, text: str, language: str = "en") -> Any:
    """The value that a person meant by a text.

    Raises
    ------
    ValueError
        When it cannot be read as what the field takes; the message says what would be right.
    """
    if field is None:
        return text
    if field.options:
        return _option(field, text, language)
    return _by_kind(field, text, language)


def _by_kind(field: Field, text: str, language: str) -> Any:
    match field.kind:
        case "number" | "integer":
            number = parse_number(text, language)
            plain(number)  # refuses more digits than can be sent
            whole = field.kind == "integer" and number == number.to_integral_value()
            return int(number) if whole else number
        case "boolean":
            folded = text.strip().casefold()
            if folded in _YES or folded in _NO:
                return folded in _YES
            raise ValueError(_say("boolean", language))
        case "string":
            return _text(field, text, language)
        case "raw" if text.lstrip()[:1] not in _OPENINGS and not problems(field.schema, text):
            return _bare_word(text)
        case _:
            return from_json(text, language)


def _bare_word(text: str) -> Any:
    """What JSON makes of a text without quotes or brackets, or else the text itself."""
    try:
        return from_json(text)
    except ValueError:
        return text


def _text(field: Field, text: str, language: str) -> str:
    if field.format == "date":
        return parse_date(text, language).isoformat()
    if field.format == "date-time":
        return _moment(text.strip(), language)
    return re.sub(r"\s+", "", text) if field.format in _WITHOUT_BLANKS else text


def _moment(text: str, language: str) -> str:
    """ISO 8601 with the zone as it was typed."""
    day, _, time = text.replace("T", " ").partition(" ")
    try:
        moment = f"{parse_date(day, language).isoformat()}T{time.strip()}"
        dt.datetime.fromisoformat(moment)
    except ValueError as odd:
        raise ValueError(_say("moment", language)) from odd
    return moment


def _option(field: Field, text: str, language: str) -> Any:
    """The value of an option, by its label or by itself; else what was typed, if that may be."""
    wanted = text.strip().casefold()
    for option in field.options:
        if wanted == option.label.strip().casefold():
            return option.value
    for option in field.options:
        if wanted in (_bare(option.value, language).casefold(), _bare(option.value).casefold()):
            return option.value
    if field.allow_custom:
        return _by_kind(field, text, language)
    labels = [option.label for option in field.options]
    more = [f"… ({len(labels)})"] if len(labels) > _NAMED else []
    raise ValueError(_say("option", language, ", ".join(labels[:_NAMED] + more)))


def _bare(value: Any, language: str = "en") -> str:
    return write(None, value, language)


def from_json(text: str, language: str = "en") -> Any:
    """What a JSON text says, its fractions as Decimals.

    Raises
    ------
    ValueError
        Says where it stops being JSON.
    """
    try:
        return jsonable(json.loads(text, parse_float=Decimal, parse_constant=_no_number))
    except json.JSONDecodeError as odd:
        where = f"{odd.msg} ({odd.lineno}:{odd.colno})"
        raise ValueError(_say("json", language, where)) from odd
    except RecursionError as odd:
        raise ValueError(_say("json", language, "…")) from odd


def _no_number(name: str) -> Any:
    raise ValueError(_say("json", "en", name))


def to_json(value: Any) -> str:
    """A value as JSON text, for people to read and change."""
    return json.dumps(plain(value), ensure_ascii=False, indent=2)


def _is_day(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _say(key: str, language: str, *values: Any) -> str:
    english, dutch = _SAID[key]
    return (dutch if language == "nl" else english).format(*values)
