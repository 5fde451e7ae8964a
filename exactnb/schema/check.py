"""Whether an input fits an action's input schema: names first, then values, all at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from exactnb.errors import InputError
from exactnb.schema.engine import Path
from exactnb.schema.names import find_name, fold, renamed, say, sketch
from exactnb.schema.plain import Unsayable, plain
from exactnb.schema.standard import standard
from exactnb.schema.validate import problems

__all__ = ["conform", "find_name", "fold", "problems", "say", "sketch", "standard", "together"]


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
    named, found = renamed(value, schema)
    unknown = {path for path, _ in found}
    wrong = [(each.path, each.message) for each in problems(schema, named)]
    found += [(path, message) for path, message in wrong if path not in unknown]
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


def _error(found: Iterable[tuple[Path, str]], action: str | None) -> InputError:
    found = tuple(found)
    lines = [f"  {say(path)}: {message}" if path else f"  {message}" for path, message in found]
    count = "One field does" if len(found) == 1 else f"{len(found)} fields do"
    return InputError(
        f"{count} not fit{' the input of ' + action if action else ''}:\n" + "\n".join(lines),
        hint=f"books.inputs({action!r}) lists what it takes." if action else None,
        problems=found,
    )
