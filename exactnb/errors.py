"""Every exception that exactnb raises, and the one table from Membrane's errors to them.

::

    ExactnbError                    message, hint, action, run_id, outbox_id, unknown
    ├─ TransportError               no usable answer came            .status, .sent
    │  ├─ AuthenticationError       no token, or one that is wrong or expired
    │  ├─ AccessError               the login has no right to this   .reason
    │  ├─ RateLimitError            too many calls                   .retry_at
    │  ├─ ServerError               the service failed or was cut off
    │  └─ BadAnswerError            an answer that is not what it should be
    ├─ ConnectionStateError         the connection is not ready      .state, .url
    ├─ NotFoundError (LookupError)  no such connection, action, record, resource
    ├─ AmbiguousError (LookupError) more than one fits, and none was chosen
    ├─ InputError (ValueError)      does not fit the input schema    .problems
    ├─ ReadOnlyError                a write on a read-only connection
    ├─ RepeatError                  the same write was sent before   .when, .record_id
    ├─ RunError                     Exact Online or Membrane refused  .data, .status, .broke
    ├─ DataError (ValueError)       an answer or frame lacks what was promised
    ├─ MissingPackageError          a package is not installed      .extra (ImportError)
    ├─ ReportError                  a notebook stopped part-way     .cell
    └─ IncompleteError              a read stopped part-way          .frame
       └─ PullInterrupted           … because someone pressed Ctrl-C (KeyboardInterrupt)
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import datetime as dt

__all__ = [
    "AccessError",
    "AmbiguousError",
    "AuthenticationError",
    "BadAnswerError",
    "ConnectionStateError",
    "DataError",
    "ExactnbError",
    "IncompleteError",
    "InputError",
    "MissingPackageError",
    "NotFoundError",
    "PullInterrupted",
    "RateLimitError",
    "ReadOnlyError",
    "RepeatError",
    "ReportError",
    "RunError",
    "ServerError",
    "TransportError",
    "crashed",
    "from_envelope",
]


class ExactnbError(Exception):
    """What happened, why, and what to do next.

    Parameters
    ----------
    message
        What happened, in one sentence.
    hint
        What to do next.
    action
        Key of the action that was run, if one was.
    run_id
        Membrane's ``actionRunId``: the thing to quote to support.

    Attributes
    ----------
    outbox_id : int or None
        The row of the outbox that keeps the write which failed.
    unknown : bool
        Whether it is not known if that write was made; ``books.reconcile()`` finds out.
    """

    outbox_id: int | None = None
    unknown: bool = False

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        action: str | None = None,
        run_id: str | None = None,
        **details: Any,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.action = action
        self.run_id = run_id
        self.__dict__.update(details)

    def __str__(self) -> str:
        known = {"action": self.action, "run": self.run_id}
        about = [f"{name} {value}" for name, value in known.items() if value]
        text = self.message + (f" ({', '.join(about)})" if about else "")
        return f"{text}\n→ {self.hint}" if self.hint else text

    def __reduce__(self) -> tuple[Any, ...]:
        # keyword arguments do not survive pickling by default
        return _rebuild, (type(self), self.message, self.__dict__)


def _rebuild(cls: type[ExactnbError], message: str, state: dict[str, Any]) -> ExactnbError:
    error = cls(message)
    error.__dict__.update(state)
    return error


class TransportError(ExactnbError):
    """No usable answer came back.

    ``sent`` is False where it is certain that the call never left this machine.
    """

    status: int | None = None
    sent: bool = True


class AuthenticationError(TransportError):
    """There is no token, or the service does not accept it."""


class AccessError(TransportError):
    """The login is known but may not do this."""

    reason: str | None = None


class RateLimitError(TransportError):
    """More calls than the service allows.

    ``retry_at`` is the moment (epoch seconds) from which calls are allowed again, if known.
    """

    retry_at: float | None = None


class ServerError(TransportError):
    """The service failed, timed out, or dropped the connection."""


class BadAnswerError(TransportError):
    """An answer came, yet it is not what it should be: a web page, broken JSON, nothing."""


class ConnectionStateError(ExactnbError):
    """The connection exists but is not ready to use.

    ``url`` is the page where a person can put that right, if there is one.
    """

    state: str | None = None
    url: str | None = None


class NotFoundError(ExactnbError, LookupError):
    """No connection, action, record or resource of that name."""


class AmbiguousError(ExactnbError, LookupError):
    """More than one fits and none was chosen."""


class InputError(ExactnbError, ValueError):
    """The input does not fit the action's input schema.

    ``problems`` lists every one as ``(path, message)``; a path is a tuple of names and
    positions, such as ``("lines", 0, "quantity")``.
    """

    problems: Sequence[tuple[tuple[str | int, ...], str]] = ()


class ReadOnlyError(ExactnbError):
    """A write was asked of a connection that is open for reading only."""

    @classmethod
    def of(cls, what: str, *, action: str | None = None) -> ReadOnlyError:
        """The refusal of a write, with what opens the connection for it."""
        return cls(
            f"{what} writes, and this connection is read-only",
            hint="Open it for writing: ex.connect(read_only=False). "
            "Where EXACTNB_READ_ONLY is set, such as in a dashboard, nothing writes.",
            action=action,
        )


class RepeatError(ExactnbError):
    """The same write was sent before, on the same connection.

    ``when`` is the moment that it was, ``record_id`` the record that came of it, if known;
    ``outbox_id`` is the row that keeps it.
    """

    when: dt.datetime | None = None
    record_id: str | None = None


class RunError(ExactnbError):
    """The action ran, and Exact Online or Membrane refused.

    ``data`` is the service's own error body, ``status`` that of its answer where it is known.
    ``broke`` is True where nobody refused: the run itself broke, at something in it or at an
    answer that it could not read, which says nothing about what it had done by then.
    """

    data: Any = None
    status: int | None = None
    broke: bool = False


class DataError(ExactnbError, ValueError):
    """An answer or a frame lacks what was promised."""


class MissingPackageError(ExactnbError, ImportError):
    """A package is needed that is not installed; ``extra`` is the extra of exactnb that has it."""

    extra: str | None = None


class ReportError(ExactnbError):
    """A notebook could not be run to its end; ``cell`` is the number of the cell, from 1."""

    cell: int | None = None


class IncompleteError(ExactnbError):
    """A read stopped part-way; ``frame`` holds the rows that came before it did."""

    frame: Any = None


class PullInterrupted(IncompleteError, KeyboardInterrupt):
    """Someone pressed Ctrl-C during a read; ``frame`` holds the rows that came before."""


#: Membrane's (type, key) → our class. The key decides where it is known, else the type.
_BY_KEY: Mapping[str, type[ExactnbError]] = {
    "not_authenticated": AuthenticationError,
    "access_token_expired": ConnectionStateError,
    "connection_is_defunct": ConnectionStateError,
    "access_denied": AccessError,
    "not_found": NotFoundError,
    "rate_limit_exceeded": RateLimitError,
}
_BY_TYPE: Mapping[str, type[ExactnbError]] = {
    "bad_request": RunError,
    "connection": ConnectionStateError,
    "configuration": RunError,
    "dependency_error": RunError,
    "concurrency": ServerError,
    "internal": ServerError,
    "action_run": RunError,
    "action_instance_setup": RunError,
    "unit_run": RunError,
    "custom_code": RunError,
    "flow_run": RunError,
    "flow_instance_setup": RunError,
    "insufficient_credit": AccessError,
    "openrouter_not_configured": RunError,
}
#: types of errors in what runs, not in what is asked of it
_RUNS = frozenset({"action_run", "unit_run", "custom_code", "flow_run"})
_BY_STATUS: Mapping[int, type[ExactnbError]] = {
    401: AuthenticationError,
    403: AccessError,
    404: NotFoundError,
    429: RateLimitError,
}
#: what to do about an error that comes from the service
HINTS: Mapping[type[ExactnbError], str] = {
    AuthenticationError: "Set MEMBRANE_TOKEN to a valid token, or pass token=… to ex.connect().",
    AccessError: "Ask whoever manages Membrane or Exact Online for the right to do this.",
    ConnectionStateError: "Reconnect Exact Online in Membrane, then call ex.connect() again.",
    RateLimitError: "Wait for the limit to reset, then run the cell again.",
    ServerError: "The service had a problem; run the cell again in a minute.",
}
#: what a program says that failed, as opposed to one that refuses
_FAILURE = re.compile(
    r"object reference|internal server|unhandled|unexpected|exception|time-?out|timed out|deadlock",
    re.IGNORECASE,
)


def crashed(status: int, said: str | None) -> bool:
    """Whether an answer leaves open what was done.

    Exact Online refuses with 500 too, in words that a user can read; a crash, a gateway that
    gave up and a time-out (408) say nothing about the work.
    """
    if status == 500:
        return not said or _FAILURE.search(said) is not None
    return status == 408 or status > 500


def _upstream(cause: Mapping[str, Any]) -> tuple[int | None, Any]:
    """The app's own status, and the answer, where the error of a run tells them."""
    data = cause.get("data")
    response = data.get("response") if isinstance(data, Mapping) else None
    status = response.get("status") if isinstance(response, Mapping) else None
    return (status if isinstance(status, int) else None), response


def _refuses(cause: Mapping[str, Any]) -> bool:
    """Whether one of the errors in a chain is somebody's no."""
    status, _ = _upstream(cause)
    if status is not None:
        return status >= 400
    return "key" in cause or cause.get("type", "unit_run") not in _RUNS


def _by_upstream(cause: Mapping[str, Any]) -> type[ExactnbError] | None:
    """What the app's own status means, where the error of a run tells it."""
    status, response = _upstream(cause)
    if status is None:
        return None
    if status == 401:  # Exact does not know Membrane any more; our own token is good
        return ConnectionStateError
    if crashed(status, _words(response)):
        return ServerError
    return _BY_STATUS.get(status)


def _words(response: Any) -> str | None:
    """What the app said, in the body that the error of a run keeps of its answer."""
    said = response.get("data")
    if isinstance(said, str):
        try:
            said = json.loads(said)
        except ValueError:
            return None  # a page of a gateway
    for name in ("error", "message", "value"):
        said = said.get(name, said) if isinstance(said, Mapping) else said
    return said if isinstance(said, str) else None


def is_envelope(body: Any) -> bool:
    """Whether a decoded body is one of Membrane's own errors, not an answer of Exact Online."""
    told = isinstance(body, dict) and isinstance(body.get("message"), str)
    return told and body.get("type") in _BY_TYPE


def from_envelope(
    body: Mapping[str, Any], status: int | None = None, *, action: str | None = None
) -> ExactnbError:
    """Membrane's error body as one of our exceptions; the innermost cause gives the reason.

    Parameters
    ----------
    body
        ``{type?, key?, message, data?, causedByError?, actionRunId?}``.
    status
        HTTP status of the answer, if it came over HTTP.
    action
        Key of the action that was run.
    """
    message = str(body.get("message") or "The service gave an error without a message")
    kind, refused = None, body.get("type") not in _RUNS
    cause: Any = body
    while isinstance(cause, Mapping):
        # the innermost cause that is known says what it is: a run fails since a record is gone
        kind = _BY_KEY.get(str(cause.get("key"))) or _by_upstream(cause) or kind
        refused = refused or _refuses(cause)
        inner = str(cause.get("message") or "")
        if inner not in message:
            message = f"{message}: {inner}"
        cause = cause.get("causedByError")
    kind = (
        kind
        or _BY_TYPE.get(str(body.get("type")))
        or _BY_STATUS.get(status or 0)
        or (ServerError if crashed(status or 0, None) else RunError)
    )
    details: dict[str, Any] = {}
    if issubclass(kind, TransportError):
        details["status"] = status
    if issubclass(kind, RunError):
        details |= {"data": dict(body), "broke": not refused}
    run_id = body.get("actionRunId")
    return kind(
        message,
        hint=HINTS.get(kind),
        action=action,
        run_id=str(run_id) if run_id else None,
        **details,
    )
