"""Running an action: its input checked, put as requests to Exact Online, its run logged."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from werkzeug import Response

from exactnb.sandbox.exact.entities import entities
from exactnb.sandbox.membrane.catalog import APP, INTEGRATION
from exactnb.sandbox.membrane.checking import check_input
from exactnb.sandbox.membrane.definitions import Action, Dialect
from exactnb.sandbox.membrane.dialects import next_page, shape
from exactnb.sandbox.membrane.names import contains, exact_names, literal
from exactnb.sandbox.membrane.problems import Problem
from exactnb.sandbox.membrane.state import Connection, State, moment, user_id
from exactnb.sandbox.membrane.upstream import Upstream, check

#: an output larger than this is not kept in the log
LOGGED_OUTPUT = 20_000


class Runner:
    """Runs the actions of a dialect over Exact Online's own API."""

    def __init__(self, upstream: Upstream, state: State, dialect: Dialect) -> None:
        self._upstream = upstream
        self._state = state
        self._dialect = dialect

    def run(
        self, action: Action, connection: Connection, given: Any, meta: Mapping[str, Any] | None
    ) -> Response:
        """``{output, actionRunId}`` of an action."""

        def work() -> bytes:
            return self._output(action, connection, check_input(action, given))

        return self.logged(action.name, action, connection, given, meta, work)

    def logged(
        self,
        name: str,
        action: Action | None,
        connection: Connection,
        given: Any,
        meta: Mapping[str, Any] | None,
        work: Callable[[], bytes],
    ) -> Response:
        """``{output, actionRunId}`` around the JSON that some work gives; always logged."""
        run_id, started = self._state.new_id("run"), time.time()
        log = {
            "id": run_id,
            "name": name,
            "userId": user_id(connection.tenant),
            "tenantId": user_id(connection.tenant),
            "integrationId": INTEGRATION["id"],
            "externalAppId": APP["id"],
            "connectionId": connection.id,
            "integrationActionId": action.id if action else "",
            "actionId": action.id if action else None,
            "createdAt": moment(started),
            "input": without_secrets(given, action.input_schema if action else {}),
            "meta": dict(meta or {}),
        }
        try:
            output = work()
            log["status"] = "success"
            log["output"] = output.decode() if len(output) <= LOGGED_OUTPUT else None
        except Problem as problem:
            if action and problem.body["type"] == "action_run":
                problem.body["message"] = f"{name} failed: {problem.body['message']}"
                problem.body["data"] = {"actionKey": action.key, "connectionId": connection.id}
            problem.body["actionRunId"] = run_id
            log["status"], log["error"] = "error", problem.body
            raise
        finally:
            ended = time.time()
            log["completedAt"], log["duration"] = moment(ended), round((ended - started) * 1000)
            if "status" in log:  # else the sandbox itself failed, or was made to
                self._state.log("runs", log)
        body = b'{"output":%b,"actionRunId":"%b"}' % (output, run_id.encode())
        return Response(body, mimetype="application/json")

    def _output(self, action: Action, connection: Connection, given: dict[str, Any]) -> bytes:
        division = given.get("division") or self._upstream.division(connection)
        path = f"/api/v1/{division}/{entities()[action.entity].resource}"
        if action.verb == "list":
            query = list_query(action, self._dialect, given)
            raw = check(self._upstream.send(connection, "GET", path, query=query))
            return shape(action, self._dialect.name, raw)
        if action.verb == "get":
            expand = action.lines if given.get("expandLines") else None
            query = {"$expand": expand} if expand else {}
            one = f"{path}(guid'{given['id']}')"
            raw = check(self._upstream.send(connection, "GET", one, query=query))
            return shape(action, self._dialect.name, raw)
        assert action.writes is not None
        record = exact_names(given, action.writes, self._dialect.spell)
        id = None
        if action.verb == "update":
            id = record.pop(entities()[action.entity].key[0])
            path = f"{path}(guid'{id}')"
        method = "PUT" if action.verb == "update" else "POST"
        body = json.dumps(record, ensure_ascii=False).encode()
        raw = check(self._upstream.send(connection, method, path, body=body))
        return shape(action, self._dialect.name, raw, id)


def list_query(action: Action, dialect: Dialect, given: Mapping[str, Any]) -> dict[str, str]:
    """The OData query of a list action's input."""
    query: dict[str, str] = {}
    conditions = list(_conditions(action, given))
    if conditions:
        query["$filter"] = " and ".join(conditions)
    select = list(given.get("select") or ())
    if select:
        key = entities()[action.entity].key[0]
        with_id = [] if dialect.name != "records" or key in select else [key]
        query["$select"] = ",".join(with_id + select)
    if given.get("orderBy"):
        query["$orderby"] = given["orderBy"]
    if given.get("expandLines") and action.lines:
        query["$expand"] = action.lines
        if select and action.lines not in select:
            query["$select"] += f",{action.lines}"
    if given.get(dialect.limit):
        query["$top"] = str(given[dialect.limit])
    for name in dialect.pages:
        if given.get(name):
            query.update(next_page(action, given[name]))
    return query


def _conditions(action: Action, given: Mapping[str, Any]) -> Iterator[str]:
    if given.get("search"):
        yield contains(given["search"], action.search)
    for name, on in action.filters.items():
        if given.get(name) is not None:
            field, comparison = on.split()
            yield f"{field} {comparison} {literal(action.entity, field, given[name])}"
    if given.get("filter"):
        yield f"({given['filter']})"


def without_secrets(given: Any, schema: Mapping[str, Any]) -> Any:
    """An input for the log, without what the schema calls sensitive."""
    if not isinstance(given, Mapping):
        return given
    properties = schema.get("properties", {})
    hidden = {name for name, each in properties.items() if each.get("isSensitive")}
    return {name: "***" if name in hidden else value for name, value in given.items()}
