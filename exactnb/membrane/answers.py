"""From an answer of Membrane to a value, or to the right exception."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from exactnb.errors import (
    AccessError,
    AuthenticationError,
    BadAnswerError,
    ExactnbError,
    RateLimitError,
    from_envelope,
    is_envelope,
)
from exactnb.membrane.excerpts import first_words, without_secrets
from exactnb.membrane.limits import retry_at
from exactnb.membrane.transport import Response

__all__ = [
    "body",
    "cursor_of",
    "envelope",
    "failure",
    "fitted",
    "items",
    "pages",
    "parsed",
    "require_success",
    "route_missing",
]

M = TypeVar("M", bound=BaseModel)

#: An error body is small; a larger answer is not looked through for one.
_ERROR_SIZE = 64_000


def failure(
    response: Response, *, text: str | None = None, action: str | None = None
) -> ExactnbError:
    """The exception that an answer of status 300 or above stands for.

    Parameters
    ----------
    response
        The answer of Membrane, or of Exact Online through its proxy.
    text
        What Exact Online said, if the caller has read it from the body.
    action
        Key of the action that was run.
    """
    said: dict[str, Any] = envelope(response) or {"message": text or _words(response)}
    if text:
        said = {**said, "message": text}
    if 300 <= response.status < 400:
        return _moved(response)
    error = from_envelope(said, response.status, action=action)
    if response.note and isinstance(error, AuthenticationError):
        error.message = f"{error.message.rstrip('.')}: {response.note}"
    elif isinstance(error, RateLimitError):
        error.retry_at = retry_at(response.headers)
    elif isinstance(error, AccessError):
        error.reason = response.headers.get("reason")
    return error


def envelope(response: Response) -> dict[str, Any] | None:
    """Membrane's own error body, if that is what the answer holds."""
    if len(response.content) > _ERROR_SIZE or b'"message"' not in response.content:
        return None
    try:
        found = json.loads(without_secrets(response.content.decode("utf-8", "replace")))
    except ValueError:
        return None
    return found if is_envelope(found) else None


def route_missing(response: Response) -> bool:
    """Whether the service has no such route, as opposed to no such thing behind it."""
    if response.status not in (404, 405):
        return False
    said = envelope(response)
    return said is None or str(said["message"]).startswith("Cannot ")


def body(response: Response, *, action: str | None = None) -> Any:
    """The decoded body of an answer that must be a success and must say something.

    Raises
    ------
    ExactnbError
        The one that fits the error which was answered.
    BadAnswerError
        If it is no JSON.
    """
    require_success(response, action=action)
    return response.json()


def require_success(response: Response, *, action: str | None = None) -> None:
    """Raise if the answer is an error, by its status or by its body."""
    if not 200 <= response.status < 300:
        raise failure(response, action=action)
    said = envelope(response)
    if said is not None:
        raise from_envelope(said, action=action)


def parsed(model: type[M], response: Response) -> M:
    """The answer as a model."""
    return fitted(model, body(response))


def fitted(model: type[M], value: Any) -> M:
    """A decoded value as a model; BadAnswerError names the fields that are not there."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        missing = ", ".join(".".join(map(str, e["loc"])) or "all of it" for e in error.errors())
        raise BadAnswerError(
            f"The service answered something that is no {model.__name__} (wrong: {missing})",
            hint="Check MEMBRANE_API_URL: this may be another service.",
        ) from error


def items(value: Any) -> list[Any]:
    """The list in an answer: ``{"items": […]}``, or a bare list."""
    found = value.get("items") if isinstance(value, dict) else value
    if not isinstance(found, list):
        keys = ", ".join(list(value)[:5]) if isinstance(value, dict) else type(value).__name__
        raise BadAnswerError(f"The service answered no list of items (but: {keys})")
    return found


def cursor_of(value: Any) -> str | None:
    """The cursor of the next page; None at the end."""
    cursor = value.get("cursor") if isinstance(value, dict) else None
    return None if cursor in (None, "") else str(cursor)


def pages(fetch: Callable[[str | None], Any]) -> Iterator[Any]:
    """Every decoded page, from the first to the one without a cursor.

    Raises
    ------
    BadAnswerError
        If a cursor comes back that came before: the chain would never end.
    """
    cursor: str | None = None
    seen: set[str] = set()
    while True:
        page = fetch(cursor)
        yield page
        cursor = cursor_of(page)
        if cursor is None:
            return
        if cursor in seen:
            raise BadAnswerError(
                f"The list repeats itself: page {len(seen) + 1} points back to an earlier page",
                hint="What came before it is complete up to there; report this to Membrane.",
            )
        seen.add(cursor)


def _words(response: Response) -> str:
    """What an error answer that is no envelope says, for a person to read."""
    try:
        said = json.loads(response.content[:_ERROR_SIZE])
    except ValueError:
        said = None
    message = said.get("message") if isinstance(said, dict) else None
    if isinstance(message, list):  # NestJS gives one text for each field
        message = "; ".join(map(str, message))
    text = message.encode() if isinstance(message, str) else response.content
    words = first_words(text, limit=300)
    what = f"The service answered {response.status}"
    return f"{what}: {words}" if words else f"{what} without a word"


def _moved(response: Response) -> BadAnswerError:
    to = without_secrets(response.headers.get("location", "").partition("?")[0])
    return BadAnswerError(
        f"The service answered {response.status}, moved to {to or 'nowhere'}",
        hint="A write does not follow: set MEMBRANE_API_URL to the new address.",
        status=response.status,
    )
