"""Actions: found by key, by words and by intent, and run over every route that Membrane has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug import Response

from exactnb.sandbox.membrane.call import Call, Route, text_field
from exactnb.sandbox.membrane.catalog import APP, is_integration, words
from exactnb.sandbox.membrane.connections import Connections
from exactnb.sandbox.membrane.definitions import Action, actions
from exactnb.sandbox.membrane.intent import ranked
from exactnb.sandbox.membrane.problems import Problem, bad_request, not_found
from exactnb.sandbox.membrane.proxy import Proxy
from exactnb.sandbox.membrane.runner import Runner
from exactnb.sandbox.membrane.state import Connection

_ACT = [
    "id",
    "key",
    "api",
    "code",
    "integrationId",
    "integrationKey",
    "connectionId",
    "connectionKey",
    "input",
    "meta",
]
_STYLES = ("id", "key", "api", "code")
_CONNECTED_BY = ("connectionId", "connectionKey", "integrationId", "integrationKey")


class Actions:
    """The actions of the Exact Online connector in one dialect."""

    def __init__(
        self, connections: Connections, runner: Runner, proxy: Proxy, dialect: str
    ) -> None:
        self._connections = connections
        self._runner = runner
        self._proxy = proxy
        self._dialect = dialect

    def routes(self) -> list[Route]:
        """The paths that are answered here."""
        return [
            ("GET", "/actions", self.find_all),
            ("GET", "/actions/<selector>", self.get),
            ("POST", "/actions/<selector>/run", self.run),
            ("GET", "/action", self.get),
            ("POST", "/action/run", self.run),
            ("GET", "/connections/<connection>/actions", self.find_all),
            ("GET", "/connections/<connection>/actions/<selector>", self.get),
            ("POST", "/connections/<connection>/actions/<selector>/run", self.run_bare),
            ("GET", "/integrations/<integration>/actions", self.find_all),
            ("GET", "/action-instance", self.instance),
            ("POST", "/action-instance/run", self.run_instance),
            ("POST", "/act", self.act),
        ]

    def everything(self) -> list[Action]:
        """All actions, in the order of the connector's documentation."""
        return list(actions(self._dialect).values())

    def find(self, selector: str) -> Action:
        """The action with this id or key."""
        for action in self.everything():
            if selector in (action.id, action.key):
                return action
        raise not_found("Action", selector)

    def find_all(
        self, call: Call, connection: str | None = None, integration: str | None = None
    ) -> dict[str, Any]:
        """One page of actions: those that an intent means, best first, or all in order."""
        intent = call.text("intent", longest=200)
        search = call.text("search")
        call.choice("layer", ("universal", "integration", "connection"))
        asked = connection or call.text("connectionId") or call.text("connectionKey")
        owner = self._connections.find(call, asked) if asked else None
        integration = integration or call.text("integrationKey") or call.text("integrationId")
        app = call.text("externalAppId")
        found = self.everything()
        if (integration and not is_integration(integration)) or app not in (None, APP["id"]):
            found = []
        if intent:
            found = ranked(found, intent)
        if search:
            found = [a for a in found if set(words(search)) <= set(words(f"{a.name} {a.key}"))]
        return call.page([action.shown(owner.id if owner else None) for action in found])

    def get(
        self, call: Call, selector: str | None = None, connection: str | None = None
    ) -> dict[str, Any]:
        """One action; over ``/action`` it is named in the query."""
        call.flag("wait")
        call.number("timeout", 30, low=1, high=60)
        action, asked = self._selected(call, selector), connection or self._asked(call)
        owner = self._connections.find(call, asked) if asked else None
        return action.shown(owner.id if owner else None)

    def run(self, call: Call, selector: str | None = None) -> Response:
        """Run an action on ``{"input": …, "meta"?: …}``."""
        action, body = self._selected(call, selector), call.fields()
        connection = self._connections.ready(call, self._asked(call))
        return self._runner.run(action, connection, body.get("input"), body.get("meta"))

    def run_bare(self, call: Call, connection: str, selector: str) -> Response:
        """Run an action on a body that is the input itself."""
        action = self.find(selector)
        return self._runner.run(
            action, self._connections.ready(call, connection), call.body(), None
        )

    def instance(self, call: Call) -> dict[str, Any]:
        """An action of a connection, in the spelling of older clients."""
        return self.get(call, call.text("parentKey", required=True))

    def run_instance(self, call: Call) -> Response:
        """Run an action on a bare input, in the spelling of older clients."""
        action = self.find(call.text("parentKey", required=True) or "")
        connection = self._connections.ready(call, self._asked(call))
        return self._runner.run(action, connection, call.body(), None)

    def act(self, call: Call) -> Response:
        """Run an action by id or key, or a request to the app, on the connection it names."""
        body = call.fields(_ACT)
        styles = [name for name in _STYLES if name in body]
        if len(styles) != 1:
            given = " and ".join(styles) or "none"
            raise bad_request(f"Exactly one of id, key, api and code is needed, not {given}")
        connection = self._connections.ready(call, self._named(body))
        meta = body.get("meta")
        if "api" in body:
            return self._request(connection, body["api"], meta)
        if "code" in body:
            return self._runner.logged("Code", None, connection, body.get("input"), meta, _no_code)
        action = self.find(text_field(body, styles[0], required=True) or "")
        return self._runner.run(action, connection, body.get("input"), meta)

    def _request(self, connection: Connection, api: Any, meta: Any) -> Response:
        if not isinstance(api, Mapping):
            raise bad_request("'api' must be an object", field="api")
        return self._runner.logged(
            "API request",
            None,
            connection,
            api,
            meta,
            lambda: self._proxy.written_out(connection, api),
        )

    def _selected(self, call: Call, selector: str | None) -> Action:
        selector = selector or call.text("id") or call.text("key")
        if not selector:
            raise bad_request("The action is not named: give its id or key")
        integration = call.text("integrationKey") or call.text("integrationId")
        if integration and not is_integration(integration):
            raise not_found("Integration", integration)
        return self.find(selector)

    @staticmethod
    def _asked(call: Call) -> str | None:
        return next(filter(None, map(call.text, _CONNECTED_BY)), None)

    @staticmethod
    def _named(body: Mapping[str, Any]) -> str | None:
        return next(filter(None, (text_field(body, name) for name in _CONNECTED_BY)), None)


def _no_code() -> bytes:
    raise Problem("custom_code", "The sandbox does not run code")
