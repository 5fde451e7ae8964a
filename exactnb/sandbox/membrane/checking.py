"""An action's input against its schema, as Membrane checks it."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from exactnb.sandbox.membrane.definitions import Action, Schema
from exactnb.sandbox.membrane.problems import Problem

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator


def check_input(action: Action, given: Any) -> dict[str, Any]:
    """An input that fits the action's schema; else a problem that tells all that is wrong with it.

    What the schema does not know is let through: it is ignored later on, as at the real service.
    """
    given = {} if given is None else given
    validator = _validator()(_checked(action.input_schema), format_checker=_formats())
    problems = [
        {"path": ".".join(str(step) for step in error.absolute_path), "message": error.message}
        for error in sorted(validator.iter_errors(given), key=lambda e: [str(s) for s in e.path])
    ]
    if problems:
        texts = "; ".join(f"{p['path'] or 'input'}: {p['message']}" for p in problems)
        raise Problem("bad_request", f"Input is not valid: {texts}", data={"errors": problems})
    return dict(given)


def _validator() -> type[Draft202012Validator]:
    from jsonschema import Draft202012Validator  # slow to import, and reading needs it late

    return Draft202012Validator


@cache
def _formats() -> Any:
    from jsonschema import FormatChecker

    formats = FormatChecker(["date", "email", "uuid"])

    @formats.checks("date-time", raises=ValueError)
    def is_moment(value: object) -> bool:
        return not isinstance(value, str) or bool(datetime.fromisoformat(value))

    return formats


def _checked(schema: Schema) -> Schema:
    """The schema as it is checked: options with labels are a limit, unless others are allowed."""
    kept = {word: value for word, value in schema.items() if word != "enum"}
    options = schema.get("enum") or [each["id"] for each in schema.get("referenceRecords", ())]
    if options and not schema.get("allowCustom"):
        kept["enum"] = options
    if "properties" in kept:
        kept["properties"] = {name: _checked(each) for name, each in kept["properties"].items()}
    if "items" in kept:
        kept["items"] = _checked(kept["items"])
    return kept
