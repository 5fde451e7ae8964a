"""What is said about values and their limits: one table, in English and in Dutch.

The sentences read on after the name of a field, and say what would be right.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

__all__ = ["FORMATS", "MESSAGES", "amount", "say"]

#: key → (English, Dutch)
MESSAGES: dict[str, tuple[str, str]] = {
    # keywords, as something that a value does not fit
    "type": ("takes {limit}{given}", "verwacht {limit}{given}"),
    "enum": ("takes one of {limit}{given}", "verwacht een van {limit}{given}"),
    "const": ("has to be {limit}{given}", "moet {limit} zijn{given}"),
    "required": ("is required", "is verplicht"),
    "dependentRequired": (
        "is required with what is filled in here",
        "is verplicht bij wat hier is ingevuld",
    ),
    "minimum": ("takes {limit} or more{given}", "verwacht {limit} of meer{given}"),
    "maximum": ("takes {limit} or less{given}", "verwacht {limit} of minder{given}"),
    "exclusiveMinimum": ("takes more than {limit}{given}", "verwacht meer dan {limit}{given}"),
    "exclusiveMaximum": ("takes less than {limit}{given}", "verwacht minder dan {limit}{given}"),
    "multipleOf": ("takes a number {limit}{given}", "verwacht een getal {limit}{given}"),
    "minLength": ("takes at least {limit}{given}", "verwacht minstens {limit}{given}"),
    "maxLength": ("takes at most {limit}{given}", "verwacht hooguit {limit}{given}"),
    "filled": ("takes a text that is not empty", "verwacht een tekst die niet leeg is"),
    "pattern": ("takes a text of the form {limit}{given}",
                "verwacht een tekst van de vorm {limit}{given}"),
    "format": ("takes {limit}{given}", "verwacht {limit}{given}"),
    "minItems": ("takes at least {limit}{given}", "verwacht minstens {limit}{given}"),
    "maxItems": ("takes at most {limit}{given}", "verwacht hooguit {limit}{given}"),
    "uniqueItems": ("takes each value once", "verwacht elke waarde één keer"),
    "contains": ("takes at least {low} of a certain kind",
                 "verwacht minstens {low} van een bepaalde soort"),
    "contains range": ("takes {low} to {high} of a certain kind",
                       "verwacht {low} tot {high} van een bepaalde soort"),
    "minProperties": ("takes at least {limit}{given}", "verwacht minstens {limit}{given}"),
    "maxProperties": ("takes at most {limit}{given}", "verwacht hooguit {limit}{given}"),
    "propertyNames": ("is no name for a field here: it {limit}",
                      "is hier geen naam van een veld: die {limit}"),
    "no names": ("takes no fields", "verwacht geen velden"),
    "additionalProperties": ("is not known here{limit}", "is hier niet bekend{limit}"),
    "unevaluatedProperties": ("does not fit here; leave it out", "past hier niet; laat het weg"),
    "unevaluatedItems": ("has rows that do not fit; leave them out",
                         "heeft regels die niet passen; laat ze weg"),
    "false": ("is not used here; leave it empty", "wordt hier niet gebruikt; laat het leeg"),
    "not": ("takes another value than this", "verwacht een andere waarde dan deze"),
    "oneOf": ("fits none of: {limit}", "past bij geen van: {limit}"),
    "anyOf": ("fits none of: {limit}", "past bij geen van: {limit}"),
    "oneOfMany": ("fits more than one of: {limit}; it has to be one",
                  "past bij meer dan een van: {limit}; het moet er een zijn"),
    "unsayable": ("{limit}", "kan zo niet worden verstuurd: geef tekst, een getal of een datum"),
    "other": ("does not fit {limit}", "past niet bij {limit}"),
    # what was typed
    "number": ("takes a number, such as 1234.56", "verwacht een getal, zoals 1234,56"),
    "date": ("takes a date, such as 2025-12-31", "verwacht een datum, zoals 31-12-2025"),
    # parts of sentences
    "given": (", not {value}", ", niet {value}"),
    "or": (" or ", " of "),
    "did you mean": ("; did you mean {names}?", "; bedoelt u {names}?"),
    "there are": ("; there are: {names}", "; wel: {names}"),
    "variant": ("variant {number}", "variant {number}"),
    # limits, as help
    "at most": ("at most {limit}", "hooguit {limit}"),
    "at least": ("at least {limit}", "minstens {limit}"),
    "exactly": ("exactly {limit}", "precies {limit}"),
    "from to": ("{low} to {high}", "{low} tot en met {high}"),
    "or more": ("{limit} or more", "{limit} of meer"),
    "more than": ("more than {limit}", "meer dan {limit}"),
    "less than": ("less than {limit}", "minder dan {limit}"),
    "steps": ("in steps of {limit}", "in stappen van {limit}"),
    "decimals": ("with at most {limit}", "met hooguit {limit}"),
    "whole": ("a whole number", "een geheel getal"),
    "unique": ("each value once", "elke waarde één keer"),
    "form": ("of the form {limit}", "van de vorm {limit}"),
    # kinds of values
    "string": ("text", "tekst"),
    "integer": ("a whole number", "een geheel getal"),
    "a number": ("a number", "een getal"),
    "boolean": ("True or False", "True of False"),
    "array": ("a list", "een lijst"),
    "object": ("a dict of fields", "een dict met velden"),
    "null": ("None", "None"),
}  # fmt: skip

#: format → what it is, with an example (English, Dutch)
FORMATS: dict[str, tuple[str, str]] = {
    "date": ("a date, such as 2025-12-31", "een datum, zoals 2025-12-31"),
    "time": (
        "a time with its zone, such as 09:30:00+01:00",
        "een tijd met zone, zoals 09:30:00+01:00",
    ),
    "date-time": (
        "a date and time with its zone, such as 2025-12-31T09:30:00+01:00",
        "een datum en tijd met zone, zoals 2025-12-31T09:30:00+01:00",
    ),
    "duration": ("a duration, such as P1DT12H", "een duur, zoals P1DT12H"),
    "email": ("an e-mail address, such as name@example.com",
              "een e-mailadres, zoals naam@example.com"),
    "idn-email": ("an e-mail address, such as name@example.com",
                  "een e-mailadres, zoals naam@example.com"),
    "uri": ("a web address, such as https://example.com",
            "een webadres, zoals https://example.com"),
    "uri-reference": ("a web address or a part of one", "een webadres of een deel daarvan"),
    "iri": ("a web address, such as https://example.com",
            "een webadres, zoals https://example.com"),
    "iri-reference": ("a web address or a part of one", "een webadres of een deel daarvan"),
    "uri-template": ("an address with names in braces, such as /items/{id}",
                     "een adres met namen tussen accolades, zoals /items/{id}"),
    "uuid": ("an id, such as 8f14e45f-ceea-467a-9575-6f1d2a3b4c5d",
             "een id, zoals 8f14e45f-ceea-467a-9575-6f1d2a3b4c5d"),
    "hostname": ("the name of a host, such as example.com",
                 "de naam van een server, zoals example.com"),
    "idn-hostname": ("the name of a host, such as example.com",
                     "de naam van een server, zoals example.com"),
    "ipv4": ("an IP address, such as 192.0.2.1", "een IP-adres, zoals 192.0.2.1"),
    "ipv6": ("an IPv6 address, such as 2001:db8::1", "een IPv6-adres, zoals 2001:db8::1"),
    "regex": ("a regular expression, such as ^[A-Z]+$",
              "een reguliere expressie, zoals ^[A-Z]+$"),
    "json-pointer": ("a JSON pointer, such as /lines/0", "een JSON-pointer, zoals /lines/0"),
    "relative-json-pointer": ("a relative JSON pointer, such as 1/lines",
                              "een relatieve JSON-pointer, zoals 1/lines"),
}  # fmt: skip

#: what is counted, one and many (English, Dutch)
_UNITS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "characters": (("character", "characters"), ("teken", "tekens")),
    "rows": (("row", "rows"), ("regel", "regels")),
    "fields": (("field", "fields"), ("veld", "velden")),
    "decimals": (("decimal", "decimals"), ("decimaal", "decimalen")),
}


def say(key: str, language: str = "en", /, **parts: Any) -> str:
    """The sentence of this key, filled in."""
    english, dutch = MESSAGES[key]
    return (dutch if language == "nl" else english).format(**parts)


def amount(value: Any, unit: str, language: str) -> str:
    """A number as it is written in a language, with what it counts."""
    text = written(value, language)
    if not unit:
        return text
    one, many = _UNITS[unit][language == "nl"]
    return f"{text} {one if value == 1 else many}"


def written(value: Any, language: str) -> str:
    """A value as people read it: numbers in their language, texts in quotes."""
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return _number(value, language)
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return repr(value)


def _number(value: Any, language: str) -> str:
    from exactnb.schema.numbers import write_number  # which says its errors in this table's words

    return write_number(value, language)
