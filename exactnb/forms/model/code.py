"""The Python that does what a form does: one call, laid out as Black would."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from decimal import Decimal
from keyword import iskeyword
from typing import TYPE_CHECKING, Any, Final

from exactnb.actions import POPULAR
from exactnb.schema.check import find_name

if TYPE_CHECKING:
    from exactnb.schema.tree import Field

__all__ = ["SENSITIVE", "call", "covered"]


class Sensitive(enum.Enum):
    """The type of :data:`SENSITIVE`."""

    SENSITIVE = "sensitive"


#: stands where a value is that code must not show
SENSITIVE: Final = Sensitive.SENSITIVE

_WIDTH = 88
_INDENT = 4


def covered(field: Field | None, value: Any, cover: Any = SENSITIVE) -> Any:
    """The value with a cover wherever nobody should read along."""
    if field is None:
        return value
    if field.sensitive:
        return cover
    if isinstance(value, dict):
        return {name: covered(field.at((name,)), each, cover) for name, each in value.items()}
    if isinstance(value, list):
        return [covered(field.at((i,)), each, cover) for i, each in enumerate(value)]
    return value


def call(
    action: str, input: Any, *, id: str | None = None, schema: Mapping[str, Any] | None = None
) -> str:
    """The call that runs an action with this input, with the import that it needs.

    Parameters
    ----------
    action
        Its key. The popular ones have a method of their own.
    input
        What is sent; :data:`SENSITIVE` becomes a placeholder to fill in.
    id
        Of the record, for an update.
    schema
        The action's input schema, for its own name of the id.

    Examples
    --------
    >>> print(call("create-item", {"code": "A1", "costPriceStandard": Decimal("9.90")}))
    from decimal import Decimal
    <BLANKLINE>
    books.create_item({"code": "A1", "costPriceStandard": Decimal("9.90")})
    >>> print(call("update-account", {"phone": "050 123 45 67"}, id="1f3a"))
    books.update_account("1f3a", phone="050 123 45 67")
    """
    if action not in POPULAR or not isinstance(input, dict):
        if id is not None and isinstance(input, dict):
            input = {find_name("id", schema) or "id": id, **input}
        written = _call("run", [(None, action), (None, input)])
    elif action.startswith("create-"):
        written = _call(_method(action), [(None, input)])
    elif id is None and action.startswith("update-"):
        written = _call("run", [(None, action), (None, input)])
    else:
        first: list[tuple[str | None, Any]] = [] if id is None else [(None, id)]
        named = all(name.isidentifier() and not iskeyword(name) for name in input)
        rest: list[tuple[str | None, Any]] = [*input.items()] if named else [("**", input)]
        written = _call(_method(action), first + rest)
    return f"from decimal import Decimal\n\n{written}" if _has_decimal(input) else written


def _method(action: str) -> str:
    return action.replace("-", "_")


def _call(method: str, arguments: list[tuple[str | None, Any]]) -> str:
    hidden = any(_has_hidden(value) for _, value in arguments)
    flat = ", ".join(_named(name) + _flat(value) for name, value in arguments)
    if not hidden and len(f"books.{method}({flat})") <= _WIDTH:
        return f"books.{method}({flat})"
    last = "" if len(arguments) == 1 else ","
    lines = [
        " " * _INDENT + _named(name) + _laid_out(value, _INDENT, _named(name)) + _end(value, last)
        for name, value in arguments
    ]
    return "\n".join([f"books.{method}(", *lines, ")"])


def _named(name: str | None) -> str:
    return "" if name is None else name if name == "**" else f"{name}="


def _laid_out(value: Any, indent: int, before: str) -> str:
    """A value on one line if it fits there, else one line for each thing in it."""
    flat = _flat(value)
    fits = indent + len(before) + len(flat) + 1 <= _WIDTH and not _has_hidden(value)
    if fits or not value or not isinstance(value, (dict, list)):
        return flat
    inner = indent + _INDENT
    if isinstance(value, dict):
        things = [(f"{_string(name)}: ", each) for name, each in value.items()]
    else:
        things = [("", each) for each in value]
    lines = [" " * inner + key + _laid_out(v, inner, key) + _end(v, ",") for key, v in things]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return "\n".join([opening, *lines, " " * indent + closing])


def _end(value: Any, comma: str) -> str:
    return f"{comma}  # sensitive: fill it in" if value is SENSITIVE else comma


def _flat(value: Any) -> str:
    if value is SENSITIVE:
        return '"…"'
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, Decimal):
        return f'Decimal("{value}")'
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_string(k)}: {_flat(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flat, value)) + "]"
    return repr(value)


def _string(text: str) -> str:
    """A string in double quotes, unless that takes more backslashes."""
    written = repr(text)
    if written[0] == "'" and '"' not in text:
        return '"' + written[1:-1].replace("\\'", "'") + '"'
    return written


def _has_hidden(value: Any) -> bool:
    return value is SENSITIVE or any(_has_hidden(each) for each in _inside(value))


def _has_decimal(value: Any) -> bool:
    return isinstance(value, Decimal) or any(_has_decimal(each) for each in _inside(value))


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value.values()]
    return value if isinstance(value, list) else []
