"""Names and constraints in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from exactnb.schema.messages import FORMATS, amount, say

__all__ = ["in_words", "is_long", "is_money", "limits_of"]

#: where a word begins inside a name: orderedBy, GLAccount (not IDs), line2
_BEGIN = re.compile(
    r"(?<=[a-zß-ÿ0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])(?![A-Z]s\b)|(?<=[^\W\d_])(?=[0-9])"
)
_MONEY = re.compile(
    r"(?:^| )(?:price|amount|total|cost|fee|salary|bedrag|prijs|totaal|kosten)s?(?: |$)"
)
_MANY = re.compile(
    r"(?:^| )(?:description|notes?|remarks?|comments?|memo|message|body|terms|omschrijving|"
    r"opmerking(?:en)?|notitie|toelichting)(?: |$)"
)
_LONG = 200


def in_words(name: str) -> str:
    """A name as a title: ``orderedBy`` → ``Ordered by``, ``GLAccountCode`` → ``GL account code``.

    Examples
    --------
    >>> in_words("orderedBy"), in_words("vat_code"), in_words("GLAccountCode")
    ('Ordered by', 'Vat code', 'GL account code')
    """
    parts = re.findall(r"[^\W_]+", _BEGIN.sub(" ", name))
    if not parts:
        return name
    text = " ".join(part if part.isupper() and len(part) > 1 else part.lower() for part in parts)
    return text[0].upper() + text[1:]


def is_money(schema: Mapping[str, Any], name: str) -> bool:
    """Whether a number is money: it goes by the cent, or its name says so."""
    if schema.get("multipleOf") == 0.01 or schema.get("format") in ("money", "currency"):
        return True
    return "multipleOf" not in schema and bool(_MONEY.search(in_words(name).lower()))


def is_long(schema: Mapping[str, Any], name: str) -> bool:
    """Whether a text is likely to have several lines."""
    if schema.get("format") or "pattern" in schema or "enum" in schema:
        return schema.get("format") in ("textarea", "multiline", "markdown", "html")
    most = schema.get("maxLength")
    if most is not None:
        return bool(most >= _LONG)
    return bool(_MANY.search(in_words(name).lower()))


def limits_of(schema: Mapping[str, Any], kind: str, language: str) -> str:
    """The constraints of a node in words: ``at most 50 characters``; empty without any."""
    said: list[str] = []
    if kind == "string":
        said += _range(schema, "Length", "characters", language)
        said += _form(schema, language)
    elif kind in ("number", "integer"):
        said += _numbers(schema, kind, language)
    elif kind == "array":
        said += _range(schema, "Items", "rows", language)
        said += [say("unique", language)] if schema.get("uniqueItems") is True else []
    elif kind == "object":
        said += _range(schema, "Properties", "fields", language)
    return ", ".join(said)


def _range(schema: Mapping[str, Any], what: str, unit: str, language: str) -> list[str]:
    low, high = schema.get(f"min{what}"), schema.get(f"max{what}")
    if not low and high is None:
        return []
    if not low:
        return [say("at most", language, limit=amount(high, unit, language))]
    if high is None:
        return [say("at least", language, limit=amount(low, unit, language))]
    if low == high:
        return [say("exactly", language, limit=amount(low, unit, language))]
    return [say("from to", language, low=amount(low, "", language),
                high=amount(high, unit, language))]  # fmt: skip


def _form(schema: Mapping[str, Any], language: str) -> list[str]:
    form, said = schema.get("format"), []
    if form in FORMATS:
        said.append(FORMATS[form][language == "nl"])
    if "pattern" in schema:
        said.append(say("form", language, limit=schema["pattern"]))
    return said


def _numbers(schema: Mapping[str, Any], kind: str, language: str) -> list[str]:
    said = [say("whole", language)] if kind == "integer" else []
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        low, high = amount(low, "", language), amount(high, "", language)
        said.append(say("from to", language, low=low, high=high))
    elif low is not None:
        said.append(say("or more", language, limit=amount(low, "", language)))
    elif high is not None:
        said.append(say("at most", language, limit=amount(high, "", language)))
    for word, key in (("exclusiveMinimum", "more than"), ("exclusiveMaximum", "less than")):
        if word in schema:
            said.append(say(key, language, limit=amount(schema[word], "", language)))
    step = schema.get("multipleOf")
    if step is not None and not (kind == "integer" and step == 1):
        said.append(steps(step, language))
    return said


def steps(step: Any, language: str) -> str:
    """What numbers may be with ``multipleOf``: ``with at most 2 decimals``, ``in steps of 5``."""
    exact = Decimal(str(step)).normalize()
    exponent = exact.as_tuple().exponent
    if exact.as_tuple().digits == (1,) and isinstance(exponent, int) and exponent < 0:
        return say("decimals", language, limit=amount(-exponent, "decimals", language))
    return say("steps", language, limit=amount(step, "", language))
