"""Connections: made, found, watched while they are built, and ended."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from exactnb.sandbox.membrane.call import Call, Route, text_field
from exactnb.sandbox.membrane.catalog import (
    CONNECTOR,
    INTEGRATION,
    is_connector,
    is_integration,
)
from exactnb.sandbox.membrane.problems import Problem, bad_request, not_found
from exactnb.sandbox.membrane.state import Connection, State, moment, tenant_name, user_id

LONGEST_KEY = 100
_CHANGEABLE = ("name", "key", "meta")


class Connections:
    """The connections of all tenants; each caller sees its own.

    Parameters
    ----------
    state
        Where they are kept.
    building
        Seconds that a connection made from an intent stays BUILDING.
    clock, sleep
        The time, and waiting for it.
    """

    def __init__(
        self,
        state: State,
        *,
        building: float = 0.2,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.state = state
        self.building = building
        self.clock = clock
        self.sleep = sleep

    def routes(self) -> list[Route]:
        """The paths that are answered here."""
        one = "/connections/<selector>"
        return [
            ("GET", "/connections", self.find_all),
            ("POST", "/connections", self.create),
            ("POST", "/connections/ensure", self.ensure),
            ("GET", one, self.get),
            ("PATCH PUT", one, self.change),
            ("DELETE", one, self.archive),
            ("POST", f"{one}/restore", self.restore),
            ("POST", f"{one}/refresh-credentials", self.refresh),
            ("POST", f"{one}/disconnect", self.disconnect),
            ("POST", f"{one}/test", self.test),
            ("GET", f"{one}/logs", self.logs),
        ]

    # finding

    def find(self, call: Call, selector: str) -> Connection:
        """The caller's connection with this id or key, or its only one of this integration."""
        mine = self._mine(call)
        for connection in mine:
            if selector in (connection.id, connection.key):
                return self._settled(connection)
        if is_integration(selector):
            return self.only(call)
        raise not_found("Connection", selector)

    def only(self, call: Call) -> Connection:
        """The caller's only live connection."""
        live = [c for c in self._mine(call) if not c.archived]
        if len(live) == 1:
            return self._settled(live[0])
        if not live:
            raise bad_request("There is no connection to Exact Online", connectorKey="exact-online")
        raise bad_request(
            f"{len(live)} connections fit: say which one by connectionId or connectionKey",
            connectionIds=[c.id for c in live],
        )

    def ready(self, call: Call, selector: str | None) -> Connection:
        """The connection of a selector (or the only one), which must be ready to use."""
        connection = self.find(call, selector) if selector else self.only(call)
        if connection.state == "READY" and not connection.archived:
            return connection
        data = {"connectionId": connection.id, "state": connection.state}
        if connection.state == "CLIENT_ACTION_REQUIRED":
            data["uiUrl"] = screen(call, "connectionId", connection.id)
        if connection.archived:
            message, key = f"Connection '{connection.name}' is archived", "connection_is_defunct"
        elif connection.disconnected:
            message, key = (
                f"Connection '{connection.name}' is disconnected",
                "connection_is_defunct",
            )
        else:
            message = (
                f"Connection '{connection.name}' is not ready: its state is {connection.state}"
            )
            key = None
        raise Problem("connection", message, key=key, data=data)

    def add(
        self,
        tenant: str,
        *,
        name: str = "Exact Online",
        key: str | None = None,
        state: str = "READY",
        id: str | None = None,
        created: str | None = None,
    ) -> Connection:
        """A new connection, as it is told to be."""
        now = created or moment(self.clock())
        with self.state.lock:
            connection = Connection(
                id=id or self.state.new_id("con"),
                tenant=tenant,
                name=name,
                key=key,
                state=state,
                created=now,
                updated=now,
            )
            self.state.connections[connection.id] = connection
            self.state.save()
        return connection

    # the API

    def find_all(self, call: Call) -> dict[str, Any]:
        """One page of the caller's connections."""
        found = self._mine(call)
        if not call.flag("includeArchived"):
            found = [c for c in found if not c.archived]
        connected, disconnected = call.flag("connected"), call.flag("disconnected")
        if connected is not None:
            found = [c for c in found if (c.state == "READY") is connected]
        if disconnected is not None:
            found = [c for c in found if (c.state != "READY") is disconnected]
        search = (call.text("search") or "").lower()
        if search:
            found = [c for c in found if search in f"{c.name} {c.key or ''}".lower()]
        for name, known in (
            ("integrationKey", is_integration),
            ("integrationId", is_integration),
            ("connectorId", is_connector),
        ):
            wanted = call.text(name)
            if wanted is not None and not known(wanted):
                found = []
        return call.page([self.shown(call, self._settled(c)) for c in found])

    def get(self, call: Call, selector: str) -> dict[str, Any]:
        """One connection; with ``wait``, once it is built or the timeout is over."""
        wait = call.flag("wait")
        timeout = call.number("timeout", 30, low=1, high=60)
        connection = self.find(call, selector)
        if wait and connection.state == "BUILDING":
            self.sleep(max(0.0, min(timeout, connection.builds_until - self.clock())))
        return self.shown(call, self._settled(connection))

    def create(self, call: Call) -> dict[str, Any]:
        """A new connection: from a sentence (built first), or from what it is to connect."""
        body = call.fields()
        intent = text_field(body, "intent")
        key = text_field(body, "key", longest=LONGEST_KEY)
        named = [
            body.get("integrationKey"),
            body.get("integrationId"),
            body.get("connectorKey"),
            body.get("connectorId"),
        ]
        if not intent and not any(named):
            raise bad_request("One of intent, integrationKey or connectorKey is required")
        for selector in filter(None, named):
            if not is_integration(selector) and not is_connector(selector):
                raise not_found("Connector or integration", selector)
        self._refuse_taken(call, key)
        connection = self._new(
            call, text_field(body, "name") or "Exact Online", known=True, built=not intent
        )
        if intent and "exact" not in intent.lower():
            self._fails(connection, f"Nothing is known here that fits '{intent}'")
        connection.key = key
        connection.meta = body.get("meta") or {}
        if body.get("credentials"):
            connection.state = "READY"
        self.state.save()
        return self.shown(call, connection)

    def ensure(self, call: Call) -> dict[str, Any]:
        """The caller's connection to the app at this address, made if there is none."""
        body = call.fields(("appUrl", "name"))
        host = _host(text_field(body, "appUrl", longest=2000, required=True) or "")
        known = host == "exact.com" or host.endswith((".exact.com", ".exactonline.nl"))
        known = known or host.split(".")[-2] == "exactonline"
        live = [c for c in self._mine(call) if not c.archived]
        if known and live:
            return self.shown(call, self._settled(live[0]))
        name = text_field(body, "name") or ("Exact Online" if known else host)
        connection = self._new(call, name, known=known, built=known)
        self.state.save()
        return self.shown(call, connection)

    def change(self, call: Call, selector: str) -> dict[str, Any]:
        """A connection with another name, key or meta."""
        connection = self.find(call, selector)
        body = call.fields()
        key = text_field(body, "key", longest=LONGEST_KEY)
        if key and key != connection.key:
            self._refuse_taken(call, key)
        with self.state.lock:
            for name in _CHANGEABLE:
                if name in body:
                    setattr(connection, name, body[name])
            self.touch(connection)
        return self.shown(call, connection)

    def archive(self, call: Call, selector: str) -> None:
        """Archive a connection; it is found by id still, and can be restored."""
        connection = self.find(call, selector)
        connection.archived = moment(self.clock())
        self.touch(connection)

    def restore(self, call: Call, selector: str) -> dict[str, Any]:
        """A connection brought back from the archive."""
        connection = self.find(call, selector)
        connection.archived = None
        self.touch(connection)
        return self.shown(call, connection)

    def refresh(self, call: Call, selector: str) -> tuple[int, None]:
        """Renew the credentials of a connection that has them."""
        self.touch(self.ready(call, selector))
        return 204, None

    def disconnect(self, call: Call, selector: str) -> tuple[int, None]:
        """Forget the credentials of a connection; a person must connect it again."""
        self.drop(self.find(call, selector))
        return 204, None

    def drop(self, connection: Connection) -> None:
        """Take a connection's credentials away."""
        connection.state, connection.disconnected = "CLIENT_ACTION_REQUIRED", True
        self.touch(connection)

    def test(self, call: Call, selector: str) -> dict[str, bool]:
        """Whether a connection works."""
        connection = self.find(call, selector)
        return {"success": connection.state == "READY" and not connection.archived}

    def logs(self, call: Call, selector: str) -> dict[str, Any]:
        """One page of what went to Exact Online over a connection, newest first."""
        connection = self.find(call, selector)
        mine = [r for r in reversed(self.state.calls) if r["connectionId"] == connection.id]
        return call.page(mine)

    # helpers

    def shown(self, call: Call, connection: Connection) -> dict[str, Any]:
        """A connection as the API shows it."""
        ready = connection.state == "READY"
        user = user_id(connection.tenant)
        answer: dict[str, Any] = {
            "id": connection.id,
            "name": connection.name,
            "userId": user,
            "tenantId": user,
            "key": connection.key,
            "state": connection.state,
            "connected": ready,
            "disconnected": not ready,
            "isTest": True,
            "isDefunct": connection.disconnected,
            "integrationId": INTEGRATION["id"],
            "connectorId": CONNECTOR["id"],
            "connectorVersion": CONNECTOR["version"],
            "externalAppId": CONNECTOR["externalAppId"],
            "authOptionKey": "default",
            "canTest": True,
            "canRefreshCredentials": ready,
            "createdAt": connection.created,
            "updatedAt": connection.updated,
            "archivedAt": connection.archived,
            "meta": connection.meta,
            "user": {
                "id": user,
                "name": tenant_name(connection.tenant),
                "internalId": connection.tenant,
            },
            "integration": {name: INTEGRATION[name] for name in ("id", "key", "name", "logoUri")},
        }
        if connection.state == "SETUP_FAILED":
            answer["errors"] = [{"type": "configuration", "message": connection.error}]
        if connection.state == "CLIENT_ACTION_REQUIRED":
            answer["clientAction"] = {
                "type": "connect",
                "description": "Sign in to Exact Online",
                "uiUrl": screen(call, "connectionId", connection.id),
                "agentInstructions": "Show this address to a person, then read the connection.",
            }
        return {name: value for name, value in answer.items() if value is not None}

    def _mine(self, call: Call) -> list[Connection]:
        with self.state.lock:
            everybody = [*self.state.connections.values()]
        return [c for c in everybody if call.tenant in (None, c.tenant)]

    def _settled(self, connection: Connection) -> Connection:
        if connection.state == "BUILDING" and self.clock() >= connection.builds_until:
            connection.state = connection.builds_into
            self.touch(connection)
        return connection

    def _new(self, call: Call, name: str, *, known: bool, built: bool) -> Connection:
        if call.tenant is None:
            raise bad_request("A connection needs the token of a tenant")
        state = "CLIENT_ACTION_REQUIRED" if built else "BUILDING"
        connection = self.add(call.tenant, name=name, state=state)
        connection.builds_until = self.clock() + self.building
        if not known:
            self._fails(
                connection, f"No app is known at {name}; this sandbox has Exact Online only"
            )
        return connection

    @staticmethod
    def _fails(connection: Connection, message: str) -> None:
        connection.builds_into, connection.error = "SETUP_FAILED", message

    def _refuse_taken(self, call: Call, key: str | None) -> None:
        if key and any(c.key == key for c in self._mine(call)):
            raise Problem(
                "bad_request",
                f"There is a connection with the key '{key}' already",
                key="already_exists",
            )

    def touch(self, connection: Connection) -> None:
        """Note that a connection changed, and keep it."""
        connection.updated = moment(self.clock())
        self.state.save()


def screen(call: Call, name: str, id: str) -> str:
    """The address of the page where a person connects."""
    return f"{call.request.host_url}screens/connections?{name}={id}"


def _host(address: str) -> str:
    """The host of an app's address; refuses what has no dot in it, or is a number."""
    try:
        host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
    except ValueError:
        host = ""
    number = ":" in host or host.replace(".", "").isdigit()
    if number or "." not in host.strip("."):
        raise bad_request("appUrl must hold the domain of an app, such as exactonline.nl")
    return host
