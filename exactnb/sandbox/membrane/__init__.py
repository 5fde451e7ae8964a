"""Membrane's HTTP API over one Exact Online: a callable from request to answer."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Map, Rule

from exactnb.sandbox.membrane.actions import Actions
from exactnb.sandbox.membrane.call import Call, Handler, Route, check_size
from exactnb.sandbox.membrane.catalog import Catalog
from exactnb.sandbox.membrane.collections import Collections
from exactnb.sandbox.membrane.connecting import Connecting
from exactnb.sandbox.membrane.connections import Connections
from exactnb.sandbox.membrane.definitions import dialect
from exactnb.sandbox.membrane.logs import Logs
from exactnb.sandbox.membrane.problems import Problem
from exactnb.sandbox.membrane.proxy import Proxy
from exactnb.sandbox.membrane.runner import Runner
from exactnb.sandbox.membrane.state import State
from exactnb.sandbox.membrane.tokens import Tokens
from exactnb.sandbox.membrane.upstream import Exact, Upstream

__all__ = ["Membrane"]


class Membrane:
    """The routes of Membrane's API, each with a token checked before it is taken.

    Parameters
    ----------
    exact
        Answers the requests to Exact Online.
    state
        Connections and logs.
    tokens
        Says whose token a request carries.
    dialect_name
        How the actions spell their inputs and shape their outputs.
    """

    def __init__(self, exact: Exact, state: State, tokens: Tokens, dialect_name: str) -> None:
        upstream = Upstream(exact, state)
        self.connections = Connections(state)
        proxy = Proxy(self.connections, upstream)
        runner = Runner(upstream, state, dialect(dialect_name))
        actions = Actions(self.connections, runner, proxy, dialect_name)
        connecting = Connecting(self.connections)

        def elements(call: Call) -> Iterable[tuple[str, dict[str, Any]]]:
            found = self.connections.find_all(call)["items"]
            yield from (("connection", each) for each in found)
            yield from (("action", action.shown(None)) for action in actions.everything())

        self._tokens = tokens
        self._open = [handler for _, _, handler in connecting.open_routes()]
        self._urls = _map(
            [
                *connecting.open_routes(),
                *connecting.routes(),
                *self.connections.routes(),
                *actions.routes(),
                *proxy.routes(),
                *Collections(self.connections, upstream).routes(),
                *Catalog(tokens.workspace_key, elements).routes(),
                *Logs(state).routes(),
            ]
        )

    def __call__(self, request: Request) -> Response:
        """Membrane's answer to a request; its own errors are answers too."""
        try:
            check_size(request)
            handler, values = self._match(request)
            tenant = None if handler in self._open else self._tokens.tenant(request)
            return _answer(handler(Call(request, tenant), **values))
        except Problem as problem:
            return _answer((problem.status, problem.body))

    def _match(self, request: Request) -> tuple[Handler, dict[str, Any]]:
        adapter = self._urls.bind_to_environ(request.environ)
        try:
            handler, values = adapter.match()
        except HTTPException as error:
            self._tokens.tenant(request)  # whoever has no token learns nothing of the paths
            wrong_verb = isinstance(error, MethodNotAllowed)
            raise Problem(
                "bad_request",
                f"Cannot {request.method} {request.path}",
                key=None if wrong_verb else "not_found",
            ) from error
        return handler, dict(values)


def _map(routes: Iterable[Route]) -> Map:
    rules = [Rule(path, endpoint=handler, methods=verbs.split()) for verbs, path, handler in routes]
    # a proxied path holds "https://", which is not two slashes too many
    return Map(rules, merge_slashes=False, strict_slashes=False)


def _answer(made: Any) -> Response:
    """An answer of a handler's: a response, a body, ``(status, body)``; None is an empty body."""
    if isinstance(made, Response):
        return made
    status, body = made if isinstance(made, tuple) else (200, made)
    if body is None:
        return Response(b"", status=status, content_type="application/json")
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text, status=status, mimetype="application/json")
