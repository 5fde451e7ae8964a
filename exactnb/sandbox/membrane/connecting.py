"""Asking a person to connect: connection requests, and the page where they are answered."""

from __future__ import annotations

from html import escape
from typing import Any

from werkzeug import Response

from exactnb.sandbox.membrane.call import Call, Route, text_field
from exactnb.sandbox.membrane.catalog import is_connector, is_integration
from exactnb.sandbox.membrane.connections import LONGEST_KEY, Connections, screen
from exactnb.sandbox.membrane.problems import bad_request, not_found
from exactnb.sandbox.membrane.state import Connection, ConnectionRequest, moment, user_id

SCREEN = "/screens/connections"
_FIELDS = [
    "integrationId",
    "integrationKey",
    "connectorId",
    "connectorKey",
    "connectorVersion",
    "connectionId",
    "connectionKey",
    "name",
    "allowMultipleConnections",
    "connectorParameters",
    "redirectUri",
    "prompt",
]

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<title>{title}</title>
<style>body{{font:16px/1.5 system-ui,sans-serif;max-width:34em;margin:4em auto;padding:0 1em}}
button{{font:inherit;padding:.4em 1.2em;margin-right:.6em}}</style>
<h1>{title}</h1>{body}</html>"""
_QUESTION = """<p>A notebook asks to use the make-believe Exact Online of this sandbox.
At the real service you would sign in here.</p>
<form method="post"><button name="answer" value="connect">Connect</button>
<button name="answer" value="cancel">Cancel</button></form>"""


def page(title: str, body: str, status: int = 200) -> Response:
    """A small web page; ``body`` is HTML, ``title`` is text."""
    text = _PAGE.format(title=escape(title), body=body)
    return Response(text, status=status, mimetype="text/html")


class Connecting:
    """Connection requests, and the screen behind every address that a person is sent to."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._state = connections.state

    def routes(self) -> list[Route]:
        """The paths that are answered here, with a token."""
        return [
            ("POST", "/connection-requests", self.ask),
            ("GET", "/connection-requests/<request_id>", self.asked),
            ("DELETE", "/connection-requests/<request_id>", self.cancel),
        ]

    def open_routes(self) -> list[Route]:
        """The paths that a browser reaches, without a token."""
        return [("GET", SCREEN, self.show), ("POST", SCREEN, self.answer)]

    def ask(self, call: Call) -> dict[str, Any]:
        """A request to connect, with the address where a person can do so."""
        body = call.fields(_FIELDS)
        if call.tenant is None:
            raise bad_request("A connection request needs the token of a tenant")
        text_field(body, "name")
        text_field(body, "connectionKey", longest=LONGEST_KEY)
        for name in ("integrationId", "integrationKey", "connectorId", "connectorKey"):
            selector = text_field(body, name)
            if selector and not is_integration(selector) and not is_connector(selector):
                raise not_found("Connector or integration", selector)
        again = text_field(body, "connectionId")
        request = ConnectionRequest(
            id=self._state.new_id("req"),
            tenant=call.tenant,
            created=moment(self._connections.clock()),
            asked=body,
            connection=self._connections.find(call, again).id if again else None,
        )
        with self._state.lock:
            self._state.requests[request.id] = request
            self._state.save()
        return self._shown(call, request)

    def asked(self, call: Call, request_id: str) -> dict[str, Any]:
        """A connection request, and what became of it."""
        return self._shown(call, self._find(call, request_id))

    def cancel(self, call: Call, request_id: str) -> dict[str, Any]:
        """A connection request that is withdrawn."""
        request = self._find(call, request_id)
        if request.status == "pending":
            request.status = "cancelled"
            self._state.save()
        return self._shown(call, request)

    def show(self, call: Call) -> Response:
        """The page that asks a person to connect."""
        self._meant(call)
        return page("Connect to Exact Online", _QUESTION)

    def answer(self, call: Call) -> Response:
        """The page that says what came of the answer."""
        yes = call.request.form.get("answer") == "connect"
        with self._state.lock:
            request, connection = self._meant(call)
            if request is not None:
                connection = self._settle(request, connection, yes=yes)
            if connection is not None and yes:
                connection.state, connection.disconnected = "READY", False
                self._connections.touch(connection)
            self._state.save()
        if yes and connection is not None:
            return page("Connected", f"<p>{escape(connection.name)} is ready. Close this page.</p>")
        return page("Not connected", "<p>Nothing was connected. You can close this page.</p>")

    def _meant(self, call: Call) -> tuple[ConnectionRequest | None, Connection | None]:
        request = self._state.requests.get(call.text("connectionRequestId") or "")
        wanted = request.connection if request else call.text("connectionId")
        connection = self._state.connections.get(wanted or "")
        if request is None and connection is None:
            raise not_found("Connection request", call.request.query_string.decode())
        if request is not None and request.status != "pending":
            raise bad_request(f"This request is {request.status} already")
        return request, connection

    def _settle(
        self, request: ConnectionRequest, connection: Connection | None, *, yes: bool
    ) -> Connection | None:
        if yes and connection is None:
            connection = self._connections.add(
                request.tenant,
                name=request.asked.get("name") or "Exact Online",
                key=request.asked.get("connectionKey"),
            )
        request.status = "success" if yes else "cancelled"
        request.connection = connection.id if connection else None
        return connection

    def _shown(self, call: Call, request: ConnectionRequest) -> dict[str, Any]:
        answer = {
            **request.asked,
            "requestId": request.id,
            "tenantId": user_id(request.tenant),
            "status": request.status,
            "createdAt": request.created,
            "url": screen(call, "connectionRequestId", request.id),
        }
        if request.status == "success":
            answer["resultConnectionId"] = request.connection
        return answer

    def _find(self, call: Call, request_id: str) -> ConnectionRequest:
        request = self._state.requests.get(request_id)
        if request is None or call.tenant not in (None, request.tenant):
            raise not_found("Connection request", request_id)
        return request
