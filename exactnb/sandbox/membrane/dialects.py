"""What an action gives back: Exact's answer in one of the four dialects, and its next page."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from exactnb.sandbox.exact.entities import entities
from exactnb.sandbox.membrane.definitions import Action
from exactnb.sandbox.membrane.names import camel, iso, tidy
from exactnb.sandbox.membrane.problems import Problem, bad_request

#: fields that name a record, the first one that it has
_NAMES = ("Name", "FullName", "Description", "InvoiceToName", "OrderedByName", "JournalDescription")


def shape(action: Action, dialect: str, raw: bytes, id: str | None = None) -> bytes:
    """The JSON of an action's output, made from the body that Exact answered with.

    The odata dialect hands the body through as it is, without reading it. ``id`` is that of the
    record which an update changed: Exact answers it with no body.
    """
    if dialect == "odata":
        return raw or b"null"
    try:
        found = json.loads(raw)["d"] if raw else None
    except ValueError as error:
        raise Problem("action_run", f"Exact Online's answer cannot be read: {error}") from error
    if found is None and action.verb != "update":
        raise Problem("action_run", "Exact Online answered with nothing")
    if action.verb == "list":
        output: Any = _page(action, dialect, found)
    elif dialect == "records":
        output = _one_record(action, found, id)
    elif dialect == "camel":
        output = tidy(found or {})
    else:
        output = found or {}
    return json.dumps(output, ensure_ascii=False, separators=(",", ":")).encode()


def next_page(action: Action, given: str) -> dict[str, str]:
    """The query that the next page needs, from any form in which it was handed out.

    That is a bare ``$skiptoken``, Exact's ``__next`` address, or a cursor made of it here.
    """
    address = given
    if given.startswith("c_"):
        try:
            address = base64.urlsafe_b64decode(given[2:]).decode()
        except ValueError as error:
            raise bad_request("The cursor is not one that was handed out here") from error
    if "?" not in address:
        return {"$skiptoken": address}
    split = urlsplit(address)
    if not split.path.lower().endswith(entities()[action.entity].resource.lower()):
        raise bad_request("The next page belongs to another action")
    return dict(parse_qsl(split.query))


def _page(action: Action, dialect: str, found: Any) -> dict[str, Any]:
    rows = found if isinstance(found, list) else found["results"]
    following = None if isinstance(found, list) else found.get("__next")
    if dialect == "unwrapped":
        return {"results": rows, **({"nextLink": following} if following else {})}
    cursor = f"c_{base64.urlsafe_b64encode(following.encode()).decode()}" if following else None
    if dialect == "camel":
        page = {camel(action.entity): [tidy(row) for row in rows]}
        return {**page, **({"nextCursor": cursor} if cursor else {})}
    records = [record(row, entities()[action.entity].key[0]) for row in rows]
    return {"records": records, **({"cursor": cursor} if cursor else {})}


def _one_record(action: Action, found: dict[str, Any] | None, id: str | None) -> dict[str, Any]:
    key = entities()[action.entity].key[0]
    if action.verb == "get":
        return {"record": record(found or {}, key)}
    return {"id": found[key] if found else id}


def record(row: dict[str, Any], key: str, name: str | None = None) -> dict[str, Any]:
    """One of Membrane's data records: ``{id, name, uri, fields, createdTime, updatedTime}``."""
    fields = {field: value for field, value in row.items() if field != "__metadata"}
    named = name or next((row[each] for each in _NAMES if row.get(each)), None)
    made: dict[str, Any] = {
        "id": str(row[key]).strip(),
        "name": str(named).strip() if named else None,
        "uri": row.get("__metadata", {}).get("uri"),
        "fields": fields,
        "createdTime": iso(row["Created"]) if row.get("Created") else None,
        "updatedTime": iso(row["Modified"]) if row.get("Modified") else None,
    }
    return {word: value for word, value in made.items() if value is not None}
