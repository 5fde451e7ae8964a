"""A failure → the sentence that says what would be right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from exactnb.absent import ABSENT
from exactnb.schema.engine import Failure
from exactnb.schema.messages import FORMATS, MESSAGES, amount, say, written
from exactnb.schema.names import there_are
from exactnb.schema.options import bare
from exactnb.schema.tree import Field
from exactnb.schema.words import steps

__all__ = ["sentence"]

#: keywords that count something, and what
_COUNTED = {
    **dict.fromkeys(("minLength", "maxLength"), "characters"),
    **dict.fromkeys(("minItems", "maxItems"), "rows"),
    **dict.fromkeys(("minProperties", "maxProperties"), "fields"),
}
#: so much of a value is shown
_SHOWN = 60


def sentence(failure: Failure, field: Field | None, value: Any, language: str, hidden: bool) -> str:
    """What a failure is to a person.

    Parameters
    ----------
    failure
        What does not fit.
    field
        The field where it stands, for its options and labels.
    value
        What stands there; it is shown unless ``hidden``.
    """
    key, limit = failure.keyword, failure.limit
    given = "" if hidden or value is ABSENT else written(value, language)
    if len(given) > _SHOWN:
        given = ""
    if key in _COUNTED:
        if key == "minLength" and limit == 1:
            return say("filled", language)
        given = "" if hidden else amount(len(value), "", language)
        return _say(key, language, amount(limit, _COUNTED[key], language), given)
    if key in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
        return _say(key, language, amount(limit, "", language), given)
    if key == "multipleOf":
        return _say(key, language, steps(limit, language), given)
    if key == "type":
        return _say(key, language, _kinds(limit, language), given)
    if key in ("enum", "const"):
        return _say(key, language, _choices(failure, field, language), given)
    return _other(failure, field, language, given, hidden)


def _other(failure: Failure, field: Field | None, language: str, given: str, hidden: bool) -> str:
    key = failure.keyword
    if key == "format":
        said = FORMATS.get(failure.limit)
        kind = said[language == "nl"] if said else str(failure.limit)
        return _say(key, language, kind, given)
    if key in ("pattern", "unsayable"):
        return _say(key, language, failure.limit, given)
    if key in ("anyOf", "oneOf", "oneOfMany"):
        return _variants(failure, field, language, given)
    if key == "contains":
        return _contains(field, language)
    if key == "propertyNames":
        return _name(failure, language, hidden)
    if key == "additionalProperties":
        fields = field.schema.get("properties", {}) if field is not None else {}
        return say(key, language, limit=there_are(str(failure.path[-1]), fields, language))
    return say(key, language) if key in MESSAGES else say("other", language, limit=key)


def _say(key: str, language: str, limit: Any, given: str) -> str:
    shown = say("given", language, value=given) if given else ""
    return say(key, language, limit=limit, given=shown)


def _kinds(kinds: Sequence[str], language: str) -> str:
    words = [say("a number" if kind == "number" else kind, language) for kind in kinds]
    return say("or", language).join(words)


def _choices(failure: Failure, field: Field | None, language: str) -> str:
    values = failure.limit if failure.keyword == "enum" else [failure.limit]
    return _listed(values, field, language)


def _listed(values: Iterable[Any], field: Field | None, language: str) -> str:
    options = field.options if field is not None else ()
    labels = {written(o.value, language): o.label for o in options if o.label != bare(o.value)}
    said = []
    for value in values:
        text = written(value, language)
        said.append(f"{text} ({labels[text]})" if text in labels else text)
    return ", ".join(said)


def _variants(failure: Failure, field: Field | None, language: str, given: str) -> str:
    if failure.keyword != "oneOfMany" and isinstance(failure.limit, tuple):
        wholes: tuple[Failure, ...] = failure.limit
        if all(each.keyword == "type" for each in wholes):
            kinds = dict.fromkeys(kind for each in wholes for kind in each.limit)
            return _say("type", language, _kinds(list(kinds), language), given)
        if all(each.keyword in ("const", "enum") for each in wholes):
            values = [
                value
                for each in wholes
                for value in (each.limit if each.keyword == "enum" else [each.limit])
            ]
            return _say("enum", language, _listed(values, field, language), given)
        return _say("type", language, _mixed(wholes, field, language), given)
    names = [option.label for option in field.variants] if field is not None else []
    if not names:
        count = max(len(failure.branches), 2)
        names = [say("variant", language, number=n + 1) for n in range(count)]
    return say(failure.keyword, language, limit=", ".join(names))


def _mixed(wholes: Iterable[Failure], field: Field | None, language: str) -> str:
    parts = [
        _kinds(each.limit, language) if each.keyword == "type" else _choices(each, field, language)
        for each in wholes
    ]
    return say("or", language).join(dict.fromkeys(parts))


def _contains(field: Field | None, language: str) -> str:
    schema = field.schema if field is not None else {}
    low, high = schema.get("minContains", 1), schema.get("maxContains")
    if high is None:
        return say("contains", language, low=amount(low, "rows", language))
    high = amount(high, "rows", language)
    return say("contains range", language, low=amount(low, "", language), high=high)


def _name(failure: Failure, language: str, hidden: bool) -> str:
    inner = [each for branch in failure.branches for each in branch]
    if not inner:
        return say("no names", language)
    name = failure.path[-1]
    return say("propertyNames", language, limit=sentence(inner[0], None, name, language, hidden))
