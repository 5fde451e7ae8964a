"""The raw Exact Online API: the proxy, and one request written out as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from werkzeug import Response

from exactnb.sandbox.membrane.call import Call, Route, text_field
from exactnb.sandbox.membrane.connections import Connections
from exactnb.sandbox.membrane.problems import bad_request
from exactnb.sandbox.membrane.state import Connection
from exactnb.sandbox.membrane.upstream import Upstream, as_json

VERBS = "GET POST PUT PATCH DELETE"
_REQUEST = ("path", "method", "pathParameters", "query", "headers", "data")
_ALIASES = {"url": "path", "body": "data"}


class Proxy:
    """Requests to Exact Online that a caller writes itself."""

    def __init__(self, connections: Connections, upstream: Upstream) -> None:
        self._connections = connections
        self._upstream = upstream

    def routes(self) -> list[Route]:
        """The paths that are answered here."""
        one = "/connections/<selector>"
        return [
            (VERBS, f"{one}/proxy/<path:path>", self.forward),
            ("POST", f"{one}/request", self.request),
        ]

    def forward(self, call: Call, selector: str, path: str) -> Response:
        """Exact's answer: status, headers and body as they are."""
        connection = self._connections.ready(call, selector)
        return self._upstream.forward(connection, path, call.request)

    def request(self, call: Call, selector: str) -> Response:
        """Exact's answer inside JSON: ``{status, headers, body, data}``."""
        connection = self._connections.ready(call, selector)
        fields = call.fields(_REQUEST)
        for name, value in (fields.get("query") or {}).items():
            if not isinstance(value, str):
                raise bad_request(f"query.{name} must be a string", field=f"query.{name}")
        return Response(self.written_out(connection, fields), mimetype="application/json")

    def written_out(self, connection: Connection, fields: Mapping[str, Any]) -> bytes:
        """The JSON of an answer to a request given as fields, as ``/act`` takes it too."""
        fields = {_ALIASES.get(name, name): value for name, value in fields.items()}
        path = text_field(fields, "path", required=True) or ""
        method = (text_field(fields, "method", required=True) or "").upper()
        if method not in VERBS.split():
            raise bad_request(f"method must be one of {VERBS}", field="method")
        for name, value in _mapping(fields, "pathParameters").items():
            path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
        data = fields.get("data")
        if data is not None:
            data = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
        answer = self._upstream.send(
            connection,
            method,
            path,
            query=_mapping(fields, "query"),
            headers={name: str(value) for name, value in _mapping(fields, "headers").items()},
            body=None if data is None else data.encode(),
        )
        body = as_json(answer)
        headers = json.dumps({name.lower(): value for name, value in answer.headers}).encode()
        return b'{"status":%d,"headers":%b,"body":%b,"data":%b}' % (
            answer.status_code,
            headers,
            body,
            body,
        )


def _mapping(fields: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = fields.get(name) or {}
    if not isinstance(value, Mapping):
        raise bad_request(f"'{name}' must be an object", field=name)
    return value
