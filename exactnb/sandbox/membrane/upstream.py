"""Exact Online as Membrane reaches it: addresses, headers, and a log of every call."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from werkzeug import Request, Response

from exactnb.sandbox.membrane.catalog import APP, BASE_ADDRESS, INTEGRATION
from exactnb.sandbox.membrane.problems import Problem
from exactnb.sandbox.membrane.state import Connection, State, moment, user_id

Exact = Callable[[Request], Response]

_HOST = re.compile(r"start\.exactonline\.(nl|be|de|fr|es|com|co\.uk)")
#: what Membrane keeps to itself of a request that goes through its proxy
_STRIPPED = re.compile(
    r"HTTP_(AUTHORIZATION|CONNECTION|KEEP_ALIVE|PROXY_.*|TE|TRAILER|TRANSFER_ENCODING|UPGRADE"
    r"|X_REQUEST_ID|X_REAL_IP|X_FORWARDED_.*|X_SCHEME|CF_.*|CDN_LOOP|X_AMZN_TRACE_ID"
    r"|MEMBRANE_API_VERSION|COOKIE)|werkzeug\..*"
)


class Upstream:
    """Calls to Exact Online over a connection.

    Parameters
    ----------
    exact
        What answers them.
    state
        Where the log of them is kept.
    """

    def __init__(self, exact: Exact, state: State) -> None:
        self._exact = exact
        self._state = state
        self._divisions: dict[str, int] = {}

    def forward(self, connection: Connection, path: str, request: Request) -> Response:
        """Exact's answer to a caller's own request, as it is."""
        host, path, query = address(path)
        environ = {k: v for k, v in request.environ.items() if not _STRIPPED.fullmatch(k)}
        own = request.environ.get("QUERY_STRING", "")
        environ.update(_place(host, path, "&".join(filter(None, (query, own)))))
        return self._call(connection, environ)

    def send(
        self,
        connection: Connection,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Response:
        """Exact's answer to a request that Membrane makes itself."""
        host, path, own = address(path)
        more = urlencode({k: _text(v) for k, v in (query or {}).items()}, quote_via=quote)
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method.upper(),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_ACCEPT": "application/json",
            "CONTENT_LENGTH": str(len(body or b"")),
            "wsgi.input": BytesIO(body or b""),
        }
        if body is not None:
            environ["CONTENT_TYPE"] = "application/json"
        for name, value in (headers or {}).items():
            word = name.upper().replace("-", "_")
            environ[word if word == "CONTENT_TYPE" else f"HTTP_{word}"] = value
        environ = {k: v for k, v in environ.items() if not _STRIPPED.fullmatch(k)}
        environ.update(_place(host, path, "&".join(filter(None, (own, more)))))
        return self._call(connection, environ)

    def division(self, connection: Connection) -> int:
        """The administration that is current for the connection's login."""
        if connection.id not in self._divisions:
            answer = self.send(
                connection, "GET", "/api/v1/current/Me", query={"$select": "CurrentDivision"}
            )
            found = check(answer)
            self._divisions[connection.id] = json.loads(found)["d"]["results"][0]["CurrentDivision"]
        return self._divisions[connection.id]

    def _call(self, connection: Connection, environ: dict[str, Any]) -> Response:
        request = Request(environ, populate_request=False)
        started = time.time()
        answer = self._exact(request)
        user = user_id(connection.tenant)
        self._state.log(
            "calls",
            {
                "id": self._state.new_id("api"),
                "workspaceId": "wsp_sandbox",
                "customerId": user,
                "connectionId": connection.id,
                "integrationId": INTEGRATION["id"],
                "externalAppId": APP["id"],
                "method": request.method,
                "requestUrl": request.url,
                "statusCode": answer.status_code,
                "isSuccess": answer.status_code < 400,
                "s3Uri": "",
                "duration": round((time.time() - started) * 1000),
                "createdAt": moment(started),
            },
        )
        return answer


def address(path: str) -> tuple[str, str, str]:
    """Host, path and query of what a caller calls a path.

    ``/api/v1/1/crm/Accounts``, ``/1/crm/Accounts`` and a full address of a country site all lead
    to the same place; ``/crm/Accounts`` leads to Exact's own 404.
    """
    host = urlsplit(BASE_ADDRESS).netloc
    full = re.match(r"(?i)https?:/+([^/?]*)", path.lstrip("/"))
    if full:
        host = full[1].lower()
        if not _HOST.fullmatch(host):
            raise Problem(
                "connection", f"The sandbox reaches Exact Online only, not {host or 'that address'}"
            )
        path = path.lstrip("/")[full.end() :]
    path, _, query = path.partition("?")
    path = "/" + path.lstrip("/")
    if not path.lower().startswith("/api/"):
        path = "/api/v1" + path
    return host, path, query


def check(answer: Response) -> bytes:
    """The body of a good answer of Exact; of any other, the problem it is to Membrane."""
    body = answer.get_data()
    status = answer.status_code
    html = (answer.mimetype or "").endswith("html")
    if status < 400 and not html:
        return body
    message = reason(body)
    cause = {
        "type": "internal" if status >= 500 else "bad_request",
        "message": message or f"Exact Online answered {status}",
        "data": {"response": {"status": status, "data": _readable(body)}},
    }
    if status == 401:
        raise Problem(
            "connection",
            "Exact Online does not accept the access token",
            key="access_token_expired",
            cause=cause,
        )
    if status == 429:
        raise Problem(
            "connection",
            "Exact Online's rate limit is reached",
            key="rate_limit_exceeded",
            cause=cause,
        )
    if status == 404:
        cause["key"] = "not_found"
    raise Problem("action_run", f"Exact Online answered {status}", cause=cause)


def reason(body: bytes) -> str | None:
    """The text of an error of Exact, in whatever language it is."""
    found = _readable(body)
    try:
        return str(found["error"]["message"]["value"]) or None
    except (KeyError, TypeError):
        return None


def _readable(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")


def _place(host: str, path: str, query: str) -> dict[str, str]:
    return {
        "SCRIPT_NAME": "",
        "PATH_INFO": path.encode().decode("latin-1"),  # as WSGI wants it
        "QUERY_STRING": query,
        "HTTP_HOST": host,
        "SERVER_NAME": host,
        "SERVER_PORT": "443",
        "wsgi.url_scheme": "https",
    }


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def as_json(answer: Response) -> bytes:
    """The body of any answer as JSON: JSON as it is, without reading it, and else as a text."""
    body = answer.get_data()
    if answer.is_json and body.endswith((b"}", b"]")):
        return body
    return json.dumps(body.decode("utf-8", "replace") or None).encode()
