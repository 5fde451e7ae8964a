"""The calls that Membrane answers, typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from exactnb.absent import ABSENT
from exactnb.errors import InputError
from exactnb.membrane.answers import (
    body,
    envelope,
    failure,
    fitted,
    items,
    parsed,
    require_success,
    route_missing,
)
from exactnb.membrane.clock import Clock
from exactnb.membrane.collection import Collection
from exactnb.membrane.connecting import Connecting
from exactnb.membrane.lanes import Usage
from exactnb.membrane.models import Action, CollectionSpec, Customer, RunLog
from exactnb.membrane.pacing import Paced
from exactnb.membrane.transport import QueryValue, Request, Response, Transport, segment
from exactnb.settings import Settings

__all__ = ["Membrane"]

#: Actions that an intent finds when no limit is asked; they come best first.
_INTENT_LIMIT = 20
_INTENT_LENGTH = 200


class Membrane(Connecting):
    """Membrane's calls over any transport; see each method for its route.

    Arguments that are passed on as they are (``**query``, ``**fields``) may be written in
    snake_case: ``integration_key="exact-online"`` is sent as ``integrationKey``.

    Parameters
    ----------
    transport
        What carries the calls; usually a :class:`~exactnb.membrane.pacing.Paced` one.
    settings
        Time-outs are taken from here.
    """

    def __init__(self, transport: Transport, settings: Settings) -> None:
        super().__init__(transport, settings)
        self._acts = True  # whether POST /act is there

    def close(self) -> None:
        """Let go of sockets."""
        self._transport.close()

    def usage(self, lane: str) -> Usage | None:
        """How many calls of a lane were used and are left; None where nobody counts them."""
        return self._transport.usage(lane) if isinstance(self._transport, Paced) else None

    def learn(self, lane: str, usage: Usage) -> None:
        """What another process used of a lane, which counts here too."""
        if isinstance(self._transport, Paced):
            self._transport.learn(lane, usage)

    # -- who

    def self_(self) -> Customer:
        """The tenant that the token belongs to: a cheap check of a login. ``GET /self``."""
        return parsed(Customer, self._read("/self"))

    def clock(self) -> Clock:
        """Membrane's clock, which its run logs go by. ``GET /self``."""
        clock = Clock()
        asked = clock.now()
        clock.hear(self._read("/self").headers, asked)
        return clock

    # -- actions

    def actions(
        self,
        *,
        connection_id: str | None = None,
        intent: str | None = None,
        search: str | None = None,
        limit: int | None = None,
        **query: QueryValue,
    ) -> Iterator[Action]:
        """Actions, of all pages. ``GET /actions``.

        With an ``intent`` (plain words) those that fit it, best first and 20 unless ``limit``
        says otherwise.
        """
        if intent:
            limit = limit or _INTENT_LIMIT
        asked = {
            "connectionId": connection_id,
            "intent": intent and intent[:_INTENT_LENGTH],
            "search": search,
            **query,
        }
        return self._every(Action, "/actions", asked, limit=limit)

    def action(
        self,
        selector: str,
        *,
        connection_id: str | None = None,
        integration_key: str | None = None,
    ) -> Action:
        """One action, by id or key.

        A key alone may exist in several connections and integrations; with one of those given
        it is looked up there first (``GET /action?key=…``), then by itself
        (``GET /actions/{selector}``).
        """
        if connection_id or integration_key:
            query = {
                "key": selector,
                "integrationKey": integration_key,
                "connectionId": connection_id,
            }
            found = self._read("/action", query)
            if found.status != 404:  # else the selector may be an id
                return parsed(Action, found)
        return parsed(Action, self._read(f"/actions/{segment(selector)}"))

    def run(
        self,
        action: Action | str,
        input: Any = None,
        *,
        connection_id: str,
        safe: bool,
        lane: str | None = None,
        check: Callable[[bytes], None] | None = None,
    ) -> Response:
        """The answer of one run, its bytes as they came: ``{"output": …, "actionRunId": …}``.

        ``POST /act``; a service that does not have it yet is asked by
        ``POST /actions/{selector}/run``.

        Parameters
        ----------
        action
            A key, or an :class:`Action` (which is run by its id).
        safe
            Whether it only reads, and may be sent again when no answer comes.
        check
            As of :class:`Request`.
        """
        by = {"id": action.id} if isinstance(action, Action) else {"key": action}
        name = (action.key or action.id) if isinstance(action, Action) else action
        given = {} if input is None else input

        def post(path: str, query: Mapping[str, QueryValue], sent: Any) -> Response:
            return self._transport.send(
                Request(
                    "POST",
                    path,
                    query,
                    json=sent,
                    safe=safe,
                    lane=lane,
                    resource=f"action {name}",
                    timeout=self._settings.run_timeout,
                    check=check,
                )
            )

        if self._acts:
            answer = post("/act", {}, {**by, "connectionId": connection_id, "input": given})
            self._acts = not route_missing(answer)
        if not self._acts:
            path = f"/actions/{segment(next(iter(by.values())))}/run"
            answer = post(path, {"connectionId": connection_id}, {"input": given})
        require_success(answer, action=name)
        _require_json(answer)
        return answer

    def run_logs(self, *, limit: int | None = None, **query: QueryValue) -> Iterator[RunLog]:
        """Membrane's records of runs, newest first. ``GET /action-run-logs``."""
        return self._every(RunLog, "/action-run-logs", query, limit=limit)

    def run_log(self, run_id: str) -> RunLog:
        """The record of one run. ``GET /action-run-logs/{id}``."""
        return parsed(RunLog, self._read(f"/action-run-logs/{segment(run_id)}"))

    def run_log_details(self, run_id: str) -> Any:
        """All that Membrane kept of one run, as it gives it.

        ``GET /action-run-logs/{id}/details``, or the older ``?details=true``.
        """
        path = f"/action-run-logs/{segment(run_id)}"
        answer = self._read(f"{path}/details")
        if route_missing(answer):
            answer = self._read(path, {"details": True})
        return body(answer)

    # -- the app's own API

    def proxy(
        self,
        connection_id: str,
        method: str,
        path: str,
        *,
        query: Mapping[str, QueryValue] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = ABSENT,
        content: bytes | None = None,
        path_params: Mapping[str, str | int] | None = None,
        safe: bool,
        lane: str | None = None,
        check: Callable[[bytes], None] | None = None,
    ) -> Response:
        """What the app answered, with its own status; only Membrane's own errors raise.

        ``ANY /connections/{id}/proxy/{path}``. :func:`~exactnb.membrane.answers.failure` makes
        the exception for an answer of status 400 or above.

        Parameters
        ----------
        path
            Below the app's base address, or a full address; ``{name}`` is filled from
            ``path_params``. Characters that cannot stand in an address are encoded.
        content
            A body to send as it is.
        safe
            Whether it only reads, and may be sent again when no answer comes.
        check
            As of :class:`Request`.
        """
        target = app_path(path, path_params or {})
        answer = self._transport.send(
            Request(
                method.upper(),
                f"/connections/{segment(connection_id)}/proxy/{target.lstrip('/')}",
                query or {},
                headers or {},
                json=json,
                content=content,
                safe=safe,
                lane=lane,
                resource=re.sub(r"\(.*?\)", "", target.partition("?")[0]),
                timeout=self._settings.run_timeout,
                check=check,
            )
        )
        gateway = answer.status in (502, 503, 504) and answer.content.lstrip()[:1] != b"{"
        if answer.status >= 400 and (gateway or envelope(answer)):
            raise failure(answer)
        return answer

    # -- data collections

    def collections(self, connection_id: str) -> list[CollectionSpec]:
        """The data collections of a connection. ``GET /connections/{id}/data``."""
        found = body(self._read(f"/connections/{segment(connection_id)}/data"))
        return [fitted(CollectionSpec, item) for item in items(found)]

    def collection(
        self,
        connection_id: str,
        key: str,
        parameters: Mapping[str, QueryValue] | None = None,
        *,
        lane: str | None = None,
    ) -> Collection:
        """A data collection, to list, search and find in; nothing is asked yet."""
        path = f"/connections/{segment(connection_id)}/data/{segment(key)}"
        return Collection(
            self._transport, path, parameters or {}, lane=lane, timeout=self._settings.run_timeout
        )


def app_path(path: str, params: Mapping[str, str | int]) -> str:
    """The path with its ``{name}`` filled in and percent-encoded where that is needed.

    Raises
    ------
    InputError
        If a name is missing or not used, or the path would lead out of the app.
    """
    names = set(re.findall(r"{(\w+)}", path))
    problems = [
        ((name,), "is in the path, but has no value") for name in sorted(names - set(params))
    ]
    problems += [((name,), "is not in the path") for name in sorted(set(params) - names)]
    if problems:
        raise InputError(
            f"The path {path!r} and path_params do not fit: "
            + "; ".join(f"{where[0]} {what}" for where, what in problems),
            hint="Name every {placeholder} of the path in path_params, and no other.",
            problems=problems,
        )
    filled = re.sub(r"{(\w+)}", lambda found: quote(str(params[found[1]]), safe=""), path)
    head, mark, tail = filled.partition("?")
    if ".." in head.replace("%2e", ".").replace("%2E", ".").split("/"):
        raise InputError(f"The path {path!r} may not hold '..'", hint="Write the path out.")
    # what is encoded already stays as it is
    return quote(head, safe="/%:@!$&'()*+,;=~") + mark + quote(tail, safe="/%:@!$&'()*+,;=~?")


def _require_json(answer: Response) -> None:
    """Raise unless the bytes are JSON; a large page is only looked at, not decoded twice."""
    if len(answer.content) <= 64_000:
        answer.json()
        return
    start, end = answer.content[:64].lstrip()[:1], answer.content[-64:].rstrip()[-1:]
    if (start, end) not in ((b"{", b"}"), (b"[", b"]")):
        answer.json()
        raise answer.bad()
