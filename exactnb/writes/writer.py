"""Running an action that writes, and sending a request that does: both through the gate."""

from __future__ import annotations

import hashlib
import json as jsons
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from exactnb.absent import ABSENT
from exactnb.actions import Run, record_id
from exactnb.catalog import Catalog, conform_input, id_input
from exactnb.errors import BadAnswerError
from exactnb.exact.entities import by_resource
from exactnb.frames import listed, whole
from exactnb.membrane.api import Membrane
from exactnb.membrane.models import Action, ConnectionInfo
from exactnb.membrane.transport import Response, encode_json
from exactnb.outbox import Kind, Outbox, Place, Write
from exactnb.proxy import READING, Proxy, Target
from exactnb.schema.check import find_name
from exactnb.settings import Settings
from exactnb.writes.gate import Answer, Gate

__all__ = ["Ways", "Writer"]

_KINDS: Mapping[str, Kind] = {"create": "create", "update": "update", "delete": "delete"}
_VERBS: Mapping[str, Kind] = {
    "POST": "create",
    "PUT": "update",
    "PATCH": "update",
    "DELETE": "delete",
}


@dataclass(frozen=True)
class Ways:
    """What writing over a connection takes: the ways there, and where it is kept.

    ``division`` is the administration that was chosen; None: the one that the login is in.
    """

    membrane: Membrane
    catalog: Catalog
    proxy: Proxy
    outbox: Outbox
    place: Place
    settings: Settings
    division: int | None = None

    @classmethod
    def over(
        cls,
        membrane: Membrane,
        info: ConnectionInfo,
        settings: Settings,
        division: int | None,
        outbox: Outbox | None,
    ) -> Ways:
        """The ways over a connection to one of its administrations.

        Without an outbox of its own, its writes are kept on this machine.
        """
        return cls(
            membrane,
            Catalog(membrane, info.id),
            Proxy(membrane, info.id, prefix=settings.exact_prefix, division=division),
            Outbox(settings.home / "outbox.sqlite") if outbox is None else outbox,
            Place(info.id, info.name, settings.api_url),
            settings,
            division,
        )

    def conform(self, action: Action, given: Mapping[str, Any]) -> dict[str, Any]:
        """The input as the action wants it, for the administration that was chosen."""
        return conform_input(
            action, given, self.division, lambda: int(self.proxy.me["CurrentDivision"])
        )

    def run(
        self, action: Action, input: Mapping[str, Any], *, safe: bool, further: bool = False
    ) -> Response:
        """The answer of one run; ``safe`` says that it only reads, ``further`` a further page."""
        check = listed if further else whole
        return self.membrane.run(
            action,
            input,
            connection_id=self.place.connection_id,
            safe=safe,
            lane=self.proxy.lane,
            check=check if safe else None,
        )


class Writer:
    """Writes over one connection, each recorded in the outbox and sent once."""

    def __init__(self, ways: Ways, *, read_only: bool) -> None:
        self._ways = ways
        hours = ways.settings.repeat_hours
        self._gate = Gate(ways.outbox, ways.place, read_only=read_only, hours=hours)

    def run(self, action: Action, input: Mapping[str, Any], *, again: bool) -> Run:
        """The run of an action that writes."""
        ways, key = self._ways, action.key or action.id
        self._gate.check(key, action=key)
        write = _of_action(action, input, ways.proxy)
        runs: list[Run] = []

        def told(answer: Response) -> Answer:
            place = ways.place.connection
            runs.append(Run.of(answer.json(), action=key, input=input, connection=place))
            return Answer(runs[0].id, runs[0].record_id)

        row, _ = self._gate.once(
            write, lambda: ways.run(action, input, safe=False), told, again=again
        )
        return replace(runs[0], outbox_id=row)

    def request(
        self,
        path: str,
        *,
        method: str,
        query: Mapping[str, Any] | None,
        path_params: Mapping[str, Any] | None,
        json: Any,
        content: bytes | None,
        headers: Mapping[str, str] | None,
        again: bool,
    ) -> Response:
        """The answer of Exact Online to a request; one that only reads passes no gate."""
        proxy = self._ways.proxy

        def send() -> Response:
            return proxy.send(
                path,
                method=method,
                query=query,
                headers=headers,
                json=json,
                content=content,
                path_params=path_params,
            )

        if method in READING:
            return send()
        self._gate.check(f"{method} {path}")
        body = content if json is ABSENT else encode_json(json)
        further = [dict(query or {}), path.partition("?")[2]]
        write = _of_request(method, proxy.target(path, path_params), body, further)

        def told(answer: Response) -> Answer:
            return Answer(None, _made(answer, write.kind))

        return self._gate.once(write, send, told, again=again)[1]


def _of_action(action: Action, input: Mapping[str, Any], proxy: Proxy) -> Write:
    key, schema = action.key or action.id, action.input_schema
    given = input.get(find_name("division", schema) or "")
    kind: Kind = next((k for word, k in _KINDS.items() if key.startswith(f"{word}-")), "other")
    about = input.get(id_input(action)) if kind in ("update", "delete") else None
    return Write(
        key,
        kind,
        division=str(given) if given is not None else proxy.told,
        input=dict(input),
        schema=schema,
        record_id=None if about is None else str(about),
    )


def _of_request(method: str, target: Target, body: bytes | None, further: Any) -> Write:
    about = target.record_id
    known = by_resource(target.path) is not None
    kind = _VERBS[method] if known and (about is None) == (method == "POST") else "other"
    return Write(
        f"{method} {target.path}",
        kind,
        division=target.division,
        input=_readable(body),
        further=further,
        record_id=about,
    )


def _readable(body: bytes | None) -> Any:
    """A body as its value; of one that is no JSON, what tells it from another."""
    if not body:
        return None
    try:
        return jsons.loads(body)
    except ValueError:
        return {"bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}


def _made(answer: Response, kind: Kind) -> str | None:
    """The key of the record in an answer; BadAnswerError if it is the answer of something else."""
    form = answer.headers.get("content-type", "")
    if not answer.content.strip():
        if kind == "create":
            raise answer.bad()
        return None
    if "html" in form:
        raise answer.bad()
    if "json" not in form:
        return None
    body = answer.json()
    if not isinstance(body, Mapping):
        raise BadAnswerError(f"A {type(body).__name__} came where a record was due")
    return record_id(body)
