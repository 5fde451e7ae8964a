"""One call to Membrane: who makes it, its query and body read with care, its pages cut."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug import Request

from exactnb.sandbox.membrane.problems import Problem, bad_request

BODY_LIMIT = 10 * 1024 * 1024
TOO_LARGE = 413

Handler = Callable[..., Any]
#: (verbs, path, handler): what each part of the API adds to the routes
Route = tuple[str, str, Handler]


@dataclass(frozen=True)
class Call:
    """A request and the tenant whose token came with it (None: the whole workspace)."""

    request: Request
    tenant: str | None

    def text(self, name: str, *, longest: int | None = None, required: bool = False) -> str | None:
        """A query value, or None where it is absent or empty."""
        value = self.request.args.get(name) or None
        if value is None and required:
            raise bad_request(f"Query parameter '{name}' is required", field=name)
        if value is not None and longest is not None and len(value) > longest:
            raise bad_request(
                f"Query parameter '{name}' must have at most {longest} characters", field=name
            )
        return value

    def number(self, name: str, default: int, *, low: int, high: int) -> int:
        """A whole number from the query, within its limits."""
        value = self.text(name)
        if value is None:
            return default
        if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
            raise bad_request(
                f"Query parameter '{name}' must be a whole number from {low} to {high}", field=name
            )
        return int(value)

    def flag(self, name: str) -> bool | None:
        """True, False, or None where the query says nothing."""
        value = self.text(name)
        if value not in (None, "true", "false", "1", "0"):
            raise bad_request(f"Query parameter '{name}' must be true or false", field=name)
        return None if value is None else value in ("true", "1")

    def choice(self, name: str, options: Collection[str]) -> str | None:
        """A query value out of a fixed list."""
        value = self.text(name)
        if value is not None and value not in options:
            raise bad_request(
                f"Query parameter '{name}' must be one of: {', '.join(options)}", field=name
            )
        return value

    def body(self) -> Any:
        """The JSON body; an empty one, of whatever content type, is an empty object."""
        raw = self.request.get_data()
        if not raw:
            return {}
        try:
            return json.loads(raw)
        except ValueError as error:
            raise bad_request(f"The body is not valid JSON: {error}") from error

    def fields(self, allowed: Collection[str] | None = None) -> dict[str, Any]:
        """The JSON body as an object; with ``allowed``, any other field is refused."""
        body = self.body()
        if not isinstance(body, dict):
            raise bad_request("The body must be a JSON object")
        unknown = sorted(set(body) - set(allowed)) if allowed is not None else []
        if unknown:
            raise bad_request(
                f"Unrecognized key(s) in the body: {', '.join(unknown)}", keys=unknown
            )
        return body

    def page(self, items: Sequence[Any], *, default: int = 100, most: int = 1000) -> dict[str, Any]:
        """``{items, cursor?}``: the page that ``limit`` and ``cursor`` ask for.

        The real SDK asks for the first page with ``cursor=0``; no cursor in the answer is the end.
        """
        limit = self.number("limit", default, low=1, high=most)
        cursor = self.text("cursor") or "0"
        if not (cursor.isascii() and cursor.isdigit()):
            raise bad_request("The cursor is not one that was handed out here", cursor=cursor)
        start = int(cursor)
        answer: dict[str, Any] = {"items": list(items[start : start + limit])}
        if start + limit < len(items):
            answer["cursor"] = str(start + limit)
        return answer


def check_size(request: Request) -> None:
    """Refuse a body of more than 10 MB, before it is read."""
    if (request.content_length or 0) > BODY_LIMIT:
        raise TooLarge


class TooLarge(Problem):
    """The body is larger than Membrane takes."""

    def __init__(self) -> None:
        super().__init__("bad_request", "Request entity too large: the limit is 10 MB")

    @property
    def status(self) -> int:
        """The HTTP status of a body that is too large."""
        return TOO_LARGE


def text_field(
    body: Mapping[str, Any], name: str, *, longest: int | None = None, required: bool = False
) -> str | None:
    """A text field of a body; refuses another type, or too long a text."""
    value = body.get(name)
    if value is None:
        if required:
            raise bad_request(f"'{name}' is required", field=name)
        return None
    if not isinstance(value, str):
        raise bad_request(f"'{name}' must be a string", field=name)
    if required and not value:
        raise bad_request(f"'{name}' must not be empty", field=name)
    if longest is not None and len(value) > longest:
        raise bad_request(f"'{name}' must have at most {longest} characters", field=name)
    return value
