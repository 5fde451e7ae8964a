"""The actions of a connection: finding one by its key, and what it takes."""

from __future__ import annotations

import difflib
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from exactnb.errors import InputError, NotFoundError, RunError
from exactnb.schema.check import conform, find_name, fold, sketch

if TYPE_CHECKING:
    import pandas as pd

    from exactnb.exact.entities import Entity
    from exactnb.membrane.api import Membrane
    from exactnb.membrane.models import Action

__all__ = [
    "Catalog",
    "actions_frame",
    "conform_input",
    "expand_input",
    "id_input",
    "inputs_frame",
    "reads",
]

_READ_KEYS = ("list-", "get-", "find-", "search-")
_READ_TYPES = {
    "list-data-records",
    "find-data-record-by-id",
    "match-data-record",
    "search-data-record",
}


def reads(action: Action) -> bool:
    """Whether an action only reads; one that does not say so by its type or key may write."""
    return action.type in _READ_TYPES or (action.key or "").startswith(_READ_KEYS)


class Catalog:
    """The actions of one connection; the list of them is asked for once."""

    def __init__(self, membrane: Membrane, connection_id: str) -> None:
        self._membrane = membrane
        self._connection_id = connection_id
        self._known: dict[str, Action] = {}
        self._lock = threading.Lock()

    def search(self, intent: str | None = None, limit: int | None = None) -> list[Action]:
        """The actions, best match first when an intent is given."""
        found: list[Action] = []
        for action in self._membrane.actions(
            connection_id=self._connection_id, intent=intent, limit=limit
        ):
            found.append(action)
            if limit is not None and len(found) >= limit:
                break
        self._remember(found)
        return found

    def find(self, selector: str) -> Action:
        """An action by its key or id.

        Raises
        ------
        NotFoundError
            There is none; the hint names the nearest keys.
        """
        selector = selector.strip()
        with self._lock:
            if not self._known:
                self.search()
            if selector not in self._known:
                # a long catalogue may keep an action back until it is searched for
                self.search(selector.replace("-", " ").replace("_", " ")[:200])
            if selector not in self._known:
                with suppress(NotFoundError):
                    self._remember(
                        [self._membrane.action(selector, connection_id=self._connection_id)]
                    )
        if selector in self._known:
            return self._ready(selector)
        keys = sorted({action.key for action in self._known.values() if action.key})
        near = difflib.get_close_matches(selector.replace("_", "-"), keys, n=3)
        raise NotFoundError(
            f"There is no action {selector!r} on this connection",
            hint=f"Did you mean {' or '.join(near)}?"
            if near
            else "books.actions('what you want to do') searches for one.",
        )

    def _ready(self, selector: str) -> Action:
        action = self._known[selector]
        if not action.ready:
            self._known.clear()  # so that it is looked up anew next time
            raise RunError(
                f"{selector} cannot be run yet ({action.state})",
                hint="Membrane is still making it; run this again in a minute.",
                action=action.key,
            )
        return action

    def _remember(self, actions: Iterable[Action]) -> None:
        for action in actions:
            for selector in (action.key, action.id):
                if selector:
                    self._known.setdefault(selector, action)


def actions_frame(actions: Iterable[Action]) -> pd.DataFrame:
    """One row an action: key, name, description, writes, inputs (required ones starred), id."""
    import pandas as pd

    rows = [
        (a.key or a.id, a.name, a.description or "", not reads(a), sketch(a.input_schema), a.id)
        for a in actions
    ]
    columns = ["key", "name", "description", "writes", "inputs", "id"]
    types = {name: "bool" if name == "writes" else "str" for name in columns}
    return pd.DataFrame(rows, columns=columns).astype(types)


def inputs_frame(action: Action) -> pd.DataFrame:
    """One row an input: its name, type, whether required, description, choices."""
    import pandas as pd

    schema = action.input_schema or {}
    required = schema.get("required") or []
    rows = [
        (
            name,
            _kind(field),
            name in required,
            str(field.get("description") or field.get("title") or ""),
            ", ".join(_choices(field)),
        )
        for name, field in (schema.get("properties") or {}).items()
        if isinstance(field, Mapping)
    ]
    columns = ["input", "type", "required", "description", "choices"]
    types = {name: "bool" if name == "required" else "str" for name in columns}
    return pd.DataFrame(rows, columns=columns).astype(types)


def _kind(field: Mapping[str, Any]) -> str:
    kind = field.get("type")
    said = " or ".join(map(str, kind)) if isinstance(kind, list) else str(kind or "any")
    return f"{said} ({field['format']})" if field.get("format") else said


def _choices(field: Mapping[str, Any]) -> list[str]:
    said = []
    for choice in field.get("referenceRecords") or field.get("enum") or []:
        if isinstance(choice, Mapping):
            value = choice.get("id", choice.get("value"))
            label = choice.get("name", choice.get("label"))
            said.append(f"{value} {label}" if label is not None else str(value))
        else:
            said.append(str(choice))
    return said


def id_input(action: Action) -> str:
    """The input that takes a record's key: ``id``, else one like ``accountId``."""
    schema = action.input_schema or {}
    noun = (action.key or "").partition("-")[2]
    for name in ("id", f"{noun}id", "recordid"):
        own = find_name(name, schema)
        if own:
            return own
    required = schema.get("required") or []
    return str(required[0]) if len(required) == 1 else "id"


def conform_input(
    action: Action,
    given: Mapping[str, Any],
    division: int | None,
    current: Callable[[], int],
) -> dict[str, Any]:
    """The input as the action wants it, for the division that was chosen.

    Parameters
    ----------
    division
        The one that was chosen; None: the one that the login is in.
    current
        Tells which one the login is in.

    Raises
    ------
    InputError
        It does not fit the schema, or the action would go to another division.
    """
    schema, key = action.input_schema, action.key or action.id
    sent = conform(given, schema, action=key)
    if division is not None:
        name = find_name("division", schema)
        if name is not None:
            sent.setdefault(name, division)
        elif division != current():
            raise InputError(
                f"{key} takes no division: it would read another administration than {division}",
                hint="Read the resource itself, such as books.odata('crm/Accounts').",
                action=key,
            )
    return sent


def expand_input(action: Action, about: Entity) -> dict[str, Any]:
    """The input that asks for the lines of a record too; empty when the action has none.

    Raises
    ------
    InputError
        Records of this kind have no lines.
    """
    if about.lines is None:
        raise InputError(f"{about.name} have no lines", action=action.key)
    for name, field in ((action.input_schema or {}).get("properties") or {}).items():
        if fold(name).startswith(("expand", "includelines", "withlines")):
            boolean = isinstance(field, Mapping) and field.get("type") == "boolean"
            return {name: True if boolean else about.lines[0].name}
    return {}
