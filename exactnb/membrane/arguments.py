"""From a request to the arguments of the ``membrane`` command that stands for it.

Only commands and flags that Membrane documents are used, in the form ``--flag=value``, which
every option reader takes whatever the value looks like.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

from exactnb.absent import ABSENT
from exactnb.errors import InputError, TransportError
from exactnb.membrane.transport import Request, encode_json

__all__ = ["PROXY", "RUN", "arguments"]

#: Paths whose answers are read in their own way.
PROXY = re.compile(r"/connections/([^/]+)/proxy/(.*)", re.DOTALL)
RUN = re.compile(r"/act|/actions/[^/]+/run")


def arguments(request: Request) -> list[str]:
    """The arguments that ask the same of the ``membrane`` command.

    Raises
    ------
    TransportError
        If the command has no way to ask this.
    """
    path, _, query = request.target.partition("?")
    asked = parse_qsl(query, keep_blank_values=True)
    through = PROXY.fullmatch(path)
    if through:
        return _request(request, through[1], through[2], asked)
    for way in _WAYS:
        found = way.path.fullmatch(path)
        if found and request.method == way.method:
            break
    else:
        raise _no_way(request)
    call = _Call(request, [_positional(unquote(part)) for part in found.groups()], dict(asked))
    words = way.words(call)
    flags = [_flag(name, call.query.pop(name)) for name in way.flags if name in call.query]
    unknown = set(call.query) - way.dropped
    if unknown:
        raise _no_way(request, f" with {', '.join(sorted(unknown))}")
    return [*words, *flags, "--json"]


@dataclass
class _Call:
    """A request taken apart; what a way takes from the query is gone from it afterwards."""

    request: Request
    parts: list[str]
    query: dict[str, str]

    def take(self, name: str) -> str:
        return _positional(self.query.pop(name, ""))

    @property
    def fields(self) -> Mapping[str, Any]:
        body = self.request.json
        return body if isinstance(body, dict) else {}

    def only(self, *names: str) -> None:
        """Refuse a body with other fields than these."""
        more = set(self.fields) - set(names)
        if more:
            raise _no_way(self.request, f" with {', '.join(sorted(more))}")


@dataclass(frozen=True)
class _Way:
    """One command: the call it stands for, its words, and which of the query it takes.

    ``dropped`` can be left out of the command without harm: sizes of pages.
    """

    method: str
    path: re.Pattern[str]
    words: Callable[[_Call], list[str]]
    flags: tuple[str, ...] = ()
    dropped: frozenset[str] = field(default=frozenset({"limit", "includeSecrets"}))


def _way(method: str, path: str, words: Callable[[_Call], list[str]], *flags: str) -> _Way:
    pattern = re.escape(path).replace(r"\{\}", "([^/]+)")
    return _Way(method, re.compile(pattern), words, flags)


def _ensure(call: _Call) -> list[str]:
    call.only("appUrl", "name")
    name = call.fields.get("name")
    named = [_flag("name", name)] if name else []
    return ["connection", "ensure", _positional(str(call.fields.get("appUrl", ""))), *named]


def _create(call: _Call) -> list[str]:
    call.only("intent")
    return ["connection", "create", _positional(str(call.fields.get("intent", "")))]


def _patch(call: _Call) -> list[str]:
    return ["connection", "patch", *call.parts, _flag("data", encode_json(call.fields).decode())]


def _ask(call: _Call) -> list[str]:
    return ["connection-request", "create", *(_flag(k, v) for k, v in call.fields.items())]


def _run(call: _Call) -> list[str]:
    connection = call.query.pop("connectionId", "")
    return _action_run(call.parts[0], connection, call.fields.get("input"))


def _act(call: _Call) -> list[str]:
    # `action run` takes a key as well as an id, and every description of the command has it
    call.only("id", "key", "connectionId", "input")
    name = _positional(str(call.fields.get("id") or call.fields.get("key") or ""))
    return _action_run(name, str(call.fields.get("connectionId", "")), call.fields.get("input"))


def _action_run(name: str, connection: str, given: Any) -> list[str]:
    sent = _flag("input", encode_json({} if given is None else given).decode())
    return ["action", "run", name, _flag("connectionId", connection), sent]


def _details(call: _Call) -> list[str]:
    asked = call.query.pop("details", "false") == "true"
    return ["action-run-log", "get", *call.parts, *(["--details"] if asked else [])]


_WAYS = (
    _way("GET", "/connections", lambda call: ["connection", "list"]),
    _way(
        "GET",
        "/connections/{}",
        lambda call: ["connection", "get", *call.parts],
        "wait",
        "timeout",
    ),
    _way("POST", "/connections/ensure", _ensure),
    _way("POST", "/connections", _create),
    _way("PATCH", "/connections/{}", _patch),
    _way("DELETE", "/connections/{}", lambda call: ["connection", "archive", *call.parts]),
    _way("POST", "/connection-requests", _ask),
    _way("GET", "/connection-requests/{}", lambda call: ["connection-request", "get", *call.parts]),
    _way(
        "GET",
        "/actions",
        lambda call: ["action", "list"],
        "intent",
        "connectionId",
        "connectionKey",
        "externalAppId",
        "limit",
    ),
    _way(
        "GET",
        "/action",
        lambda call: ["action", "get", call.take("key")],
        "connectionId",
        "integrationKey",
    ),
    _way("GET", "/actions/{}", lambda call: ["action", "get", *call.parts], "wait", "timeout"),
    _way("POST", "/actions/{}/run", _run),
    _way("POST", "/act", _act),
    _way("GET", "/action-run-logs/{}", _details),
    _way(
        "GET",
        "/action-run-logs/{}/details",
        lambda call: ["action-run-log", "get", *call.parts, "--details"],
    ),
    _way("GET", "/search", lambda call: ["search", call.take("q")], "elementType", "limit"),
    _way("GET", "/external-apps", lambda call: ["external-app", "list"], "search"),
)


def _request(
    request: Request, connection: str, path: str, query: list[tuple[str, str]]
) -> list[str]:
    """``membrane request``: a call of the app's own API."""
    if request.method not in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        raise _no_way(request)
    full = re.match(r"https?://", path)
    given = {name.lower(): value for name, value in request.headers.items()}
    body: list[str] = []
    if request.json is not ABSENT:
        # said twice, since descriptions differ on what --json does to a body
        given.setdefault("content-type", "application/json")
        body = [_flag("data", encode_json(request.json).decode())]
    elif request.content is not None:
        try:
            body = [_flag("data", request.content.decode()), "--rawData"]
        except UnicodeDecodeError as error:
            raise _no_way(request, " with a body that is not text") from error
    return [
        "request",
        _positional(unquote(connection)),
        path if full else f"/{path}",
        _flag("method", request.method),
        *(_flag("header", f"{name.title()}: {value}") for name, value in given.items()),
        *body,
        *(_flag("query", f"{name}={value}") for name, value in query),
        "--json",
    ]


def _flag(name: str, value: Any) -> str:
    if isinstance(value, dict | list):
        value = json.dumps(value)
    elif isinstance(value, bool):
        value = str(value).lower()
    return f"--{name}" if (name, value) == ("wait", "true") else f"--{name}={value}"


def _positional(text: str) -> str:
    """A word that cannot be taken for an option."""
    if not text or text.startswith("-"):
        raise InputError(f"{text!r} cannot be an id or key", hint="Give its id or its key.")
    return text


def _no_way(request: Request, more: str = "") -> TransportError:
    return TransportError(
        f"The membrane command has no way to {request}{more}",
        hint="Connect over HTTP for this: leave transport= out of ex.connect().",
    )
