"""The typed calls: what they ask, and what they make of every kind of answer."""

import json

import httpx
import pytest

from exactnb.errors import (
    AccessError,
    AuthenticationError,
    BadAnswerError,
    ConnectionStateError,
    InputError,
    NotFoundError,
    RateLimitError,
    RunError,
    ServerError,
)
from exactnb.membrane import HTTPTransport, Membrane, failure
from exactnb.membrane.api import app_path
from exactnb.membrane.models import Action, ConnectionInfo
from exactnb.settings import Settings

TOKEN = "pat-test"


class Service:
    """Answers by route with a body, a response, or a list of them in turn; keeps what came."""

    def __init__(self, /, **routes):
        self.routes = {key.replace("__", "/"): value for key, value in routes.items()}
        self.came = []

    def __call__(self, request):
        self.came.append(request)
        found = self.routes.get(request.url.path.lstrip("/"), httpx.Response(404, json={}))
        if isinstance(found, list):
            found = found.pop(0)
        return found if isinstance(found, httpx.Response) else httpx.Response(200, json=found)

    @property
    def asked(self):
        return [f"{r.method} {r.url.raw_path.decode()}" for r in self.came]

    def bodies(self):
        return [json.loads(request.content) for request in self.came]


def over(service):
    client = httpx.Client(transport=httpx.MockTransport(service))
    settings = Settings(token=TOKEN)
    return Membrane(HTTPTransport(settings, client=client), settings)


def connection(**more):
    return {"id": "con_1", "name": "Exact", **more}


# -- models


@pytest.mark.parametrize(
    ("given", "status", "ready"),
    [
        ({"state": "READY"}, "READY", True),
        ({"state": "READY", "archivedAt": "2026-01-01"}, "READY", False),
        ({"state": "BUILDING", "connected": True}, "BUILDING", False),
        ({"state": "SOMETHING_NEW", "connected": True}, "SOMETHING_NEW", False),
        ({"connected": True}, "READY", True),
        ({"disconnected": False}, "READY", True),
        ({"connected": False, "disconnected": False}, "DISCONNECTED", False),
        ({"disconnected": True}, "DISCONNECTED", False),
        ({}, "DISCONNECTED", False),
    ],
)
def test_when_a_connection_is_ready(given, status, ready):
    info = ConnectionInfo.model_validate(connection(**given))
    assert (info.status, info.ready) == (status, ready)


def test_what_is_wrong_with_a_connection_and_where_to_mend_it():
    asked = ConnectionInfo.model_validate(
        connection(
            state="CLIENT_ACTION_REQUIRED",
            clientAction={"type": "connect", "description": "Sign in", "uiUrl": "https://ui/x"},
        )
    )
    assert (asked.problem, asked.url) == ("Sign in", "https://ui/x")
    inner = {"message": "no such host"}
    failed = ConnectionInfo.model_validate(
        connection(state="SETUP_FAILED", errors=[{"message": "Setup", "causedByError": inner}])
    )
    assert (failed.problem, failed.url) == ("Setup: no such host", None)
    by_integration = ConnectionInfo.model_validate(connection(integration={"key": "exact-online"}))
    at_top = ConnectionInfo.model_validate(connection(integrationKey="exact-online"))
    assert by_integration.app == at_top.app == "exact-online"


def test_fields_of_another_kind_do_not_matter_but_the_id_does():
    info = ConnectionInfo.model_validate(
        {"id": 7, "name": None, "errors": "oops", "connected": "perhaps", "integration": []}
    )
    assert (info.id, info.name, info.errors, info.connected) == ("7", "", [], None)
    membrane = over(Service(connections__x=[{"name": "no id"}, ["a list"]]))
    for _ in range(2):
        with pytest.raises(BadAnswerError, match="no ConnectionInfo"):
            membrane.connection("x")


# -- lists


def test_a_list_goes_through_all_its_pages():
    service = Service(
        connections=[
            {"items": [{"id": "1"}, {"id": "2"}], "cursor": "a b"},
            {"items": [], "cursor": 7},
            {"items": [{"id": "3"}], "cursor": ""},
        ]
    )
    found = over(service).connections(integration_key="exact-online", include_archived=False)
    assert [info.id for info in found] == ["1", "2", "3"]
    query = "integrationKey=exact-online&includeArchived=false&limit=1000"
    assert service.asked == [
        f"GET /connections?{query}",
        f"GET /connections?{query}&cursor=a%20b",
        f"GET /connections?{query}&cursor=7",
    ]


def test_a_bare_list_is_a_list_too_and_anything_else_is_not():
    membrane = over(Service(actions=[[{"id": "1"}], {"rows": []}, "text", {"items": None}]))
    assert [action.id for action in membrane.actions()] == ["1"]
    for _ in range(3):
        with pytest.raises(BadAnswerError, match="no list of items"):
            next(membrane.actions())


@pytest.mark.parametrize(
    ("route", "call", "page"),
    [
        ("connections", lambda m: m.connections(), {"items": [{"id": "1"}]}),
        ("actions", lambda m: m.actions(), {"items": [{"id": "1"}]}),
        ("search", lambda m: m.search("x"), {"items": [{"elementType": "app"}]}),
        ("external-apps", lambda m: m.external_apps(), {"items": [{"id": "1"}]}),
        ("action-run-logs", lambda m: m.run_logs(), {"items": [{"id": "1"}]}),
        (
            "connections__c__data__k__list",
            lambda m: m.collection("c", "k").records(),
            {"records": [{"id": "1"}]},
        ),
    ],
)
def test_a_chain_that_repeats_itself_ends_in_an_error(route, call, page):
    def answer(request):
        asked = request.url.params.get("cursor") or json.loads(request.content or "{}").get(
            "cursor"
        )
        return httpx.Response(200, json={**page, "cursor": {"a": "b"}.get(asked, "a")})

    found = call(over(answer))
    assert len([next(found) for _ in range(3)]) == 3
    with pytest.raises(BadAnswerError, match="repeats itself"):
        next(found)


def test_a_limit_stops_asking():
    service = Service(
        actions=[
            {"items": [{"id": str(n)} for n in range(3)], "cursor": "a"},
            {"items": [{"id": str(n)} for n in range(3, 6)], "cursor": "b"},
        ]
    )
    assert [action.id for action in over(service).actions(limit=5)] == list("01234")
    assert service.asked == ["GET /actions?limit=5", "GET /actions?limit=5&cursor=a"]


def test_an_intent_is_asked_for_the_best_few():
    service = Service(actions={"items": [{"id": "1"}], "cursor": "more"})
    next(over(service).actions(connection_id="c", intent="x" * 300))
    assert service.asked == [f"GET /actions?connectionId=c&intent={'x' * 200}&limit=20"]


# -- connections


def test_a_connection_is_asked_for_without_secrets_or_with_patience():
    service = Service(connections__con_1=connection())
    membrane = over(service)
    membrane.connection("con_1")
    membrane.connection("con_1", wait=True, timeout=90)
    assert service.asked == [
        "GET /connections/con_1?includeSecrets=false",
        "GET /connections/con_1?wait=true&timeout=60",
    ]
    assert service.came[1].extensions["timeout"]["read"] >= 65


def test_making_and_changing_connections():
    service = Service(
        **{
            "connections": connection(state="BUILDING"),
            "connections__ensure": connection(),
            "connections__a b": connection(),
        }
    )
    membrane = over(service)
    assert membrane.create_connection(integration_key="exact-online").status == "BUILDING"
    membrane.ensure_connection("https://start.exactonline.nl/x", "Mine")
    membrane.patch_connection("a b", name="New", key=None)
    service.routes["connections/a b"] = httpx.Response(204)
    membrane.archive_connection("a b")
    assert service.asked == [
        "POST /connections",
        "POST /connections/ensure",
        "PATCH /connections/a%20b",
        "DELETE /connections/a%20b",
    ]
    service.came.pop()
    assert service.bodies() == [
        {"integrationKey": "exact-online"},
        {"appUrl": "https://start.exactonline.nl/x", "name": "Mine"},
        {"name": "New", "key": None},
    ]


@pytest.mark.parametrize(
    "app", ["", "exact-online", "127.0.0.1", "https://10.0.0.1:80/x", "a" * 3000]
)
def test_an_address_that_is_none_is_refused_here(app):
    with pytest.raises(InputError, match="not the address of an app"):
        over(Service()).ensure_connection(app)


def test_a_connection_request_is_followed_until_somebody_signs_in():
    def asked(status, **more):
        return {"requestId": "r1", "status": status, "url": "https://ui/r1", **more}

    now = [0.0]

    def sleep(seconds):
        now[0] += seconds

    def wait(*answers):
        membrane = over(Service(**{"connection-requests__r1": list(answers)}))
        return membrane.wait_for_connection_request(
            "r1", timeout=10, clock=lambda: now[0], sleep=sleep
        )

    done = wait(asked("pending"), asked("pending"), asked("success", resultConnectionId="c"))
    assert (done.result_connection_id, now[0]) == ("c", 4)
    with pytest.raises(ConnectionStateError, match="cancelled"):
        wait(asked("cancelled"))
    with pytest.raises(ConnectionStateError, match=r"not made \(error\): no scope"):
        wait(asked("error", resultError={"message": "no scope"}))
    with pytest.raises(ConnectionStateError, match="within 10 s") as error:
        wait(*[asked("pending")] * 9)
    assert error.value.url == "https://ui/r1"


# -- actions and runs


def test_an_action_is_looked_up_where_it_belongs():
    service = Service(
        action=[{"id": "1", "key": "k"}, httpx.Response(404, json={})],
        **{"actions__a b": {"id": "2"}},
    )
    membrane = over(service)
    assert membrane.action("k", integration_key="exact-online").id == "1"
    assert membrane.action("a b", connection_id="c").id == "2"
    assert service.asked == [
        "GET /action?key=k&integrationKey=exact-online",
        "GET /action?key=a%20b&connectionId=c",
        "GET /actions/a%20b",
    ]


def test_a_run_by_key_and_by_id():
    raw = b'{"output":  {"d": [1.10]},\n"actionRunId":"run_1"}'
    service = Service(act=httpx.Response(200, content=raw))
    membrane = over(service)
    answer = membrane.run("list-accounts", connection_id="c", safe=True)
    membrane.run(Action(id="42", key="k"), {"a": None}, connection_id="c", safe=False)
    assert answer.content == raw
    assert service.bodies() == [
        {"key": "list-accounts", "connectionId": "c", "input": {}},
        {"id": "42", "connectionId": "c", "input": {"a": None}},
    ]
    assert service.came[0].extensions["timeout"]["read"] >= 65


@pytest.mark.parametrize(
    "missing",
    [
        httpx.Response(404, json={"statusCode": 404, "message": "Cannot POST /act"}),
        httpx.Response(404, text="<html>Not found</html>"),
        httpx.Response(405, text=""),
        httpx.Response(
            404, json={"type": "bad_request", "key": "not_found", "message": "Cannot POST /act"}
        ),
    ],
)
def test_a_service_without_act_is_asked_the_older_way_from_then_on(missing):
    service = Service(act=missing, actions__k__run={"output": 1})
    membrane = over(service)
    for _ in range(2):
        assert membrane.run("k", {"a": 1}, connection_id="c", safe=False).json() == {"output": 1}
    run = "POST /actions/k/run?connectionId=c"
    assert service.asked == ["POST /act", run, run]
    assert service.bodies()[1] == {"input": {"a": 1}}


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (
            httpx.Response(
                404,
                json={"type": "bad_request", "key": "not_found", "message": "Action not found"},
            ),
            NotFoundError,
        ),
        (httpx.Response(500, text="oops"), ServerError),
        (httpx.Response(400, json={"type": "action_run", "message": "m"}), RunError),
        (httpx.Response(200, text="<html>"), BadAnswerError),
        (httpx.Response(200, text=""), BadAnswerError),
        (httpx.Response(200, text='{"output":'), BadAnswerError),
        (httpx.Response(200, content=b'{"output":[' + b"1," * 50_000), BadAnswerError),
        (httpx.Response(200, content=b"<html>" + b" " * 99_000), BadAnswerError),
        (httpx.Response(200, json={"type": "internal", "message": "in a 200"}), ServerError),
    ],
)
def test_an_action_that_may_have_run_is_not_run_again(answer, kind):
    service = Service(act=answer, actions__k__run={"output": 1})
    with pytest.raises(kind):
        over(service).run("k", connection_id="c", safe=False)
    assert service.asked == ["POST /act"]


def test_run_logs_and_the_two_ways_to_their_details():
    service = Service(
        **{
            "action-run-logs": {"items": [{"id": "r"}], "cursor": "x"},
            "action-run-logs__r": {"id": "r", "status": "error", "error": {"message": "m"}},
            "action-run-logs__r__details": [{"id": "r", "x": 1}, httpx.Response(404, text="")],
        }
    )
    membrane = over(service)
    assert [log.id for log in membrane.run_logs(connection_id="c", status="error", limit=1)] == [
        "r"
    ]
    assert str(membrane.run_log("r").error) == "m"
    assert membrane.run_log_details("r")["x"] == 1
    assert membrane.run_log_details("r")["status"] == "error"
    assert service.asked[0] == "GET /action-run-logs?connectionId=c&status=error&limit=1"
    assert service.asked[-1] == "GET /action-run-logs/r?details=true"


# -- errors


def said(type, key=None, message="No"):
    return {"type": type, "message": message, **({"key": key} if key else {})}


NEST = {"statusCode": 400, "message": ["x must be text", "y too"], "error": "Bad Request"}


@pytest.mark.parametrize(
    ("status", "body", "kind", "says"),
    [
        (401, said("bad_request", "not_authenticated"), AuthenticationError, "No"),
        (403, said("bad_request", "access_denied"), AccessError, "No"),
        (404, said("bad_request", "not_found"), NotFoundError, "No"),
        (429, said("bad_request", "rate_limit_exceeded"), RateLimitError, "No"),
        (500, said("internal"), ServerError, "No"),
        (400, said("connection", "access_token_expired"), ConnectionStateError, "No"),
        (400, said("connection", "connection_is_defunct"), ConnectionStateError, "No"),
        (402, said("insufficient_credit"), AccessError, "No"),
        (400, said("something_new"), RunError, "400: No"),
        (400, NEST, RunError, "400: x must be text; y too"),
        (502, {"message": "bad gateway"}, ServerError, "502: bad gateway"),
        (502, "<title>502</title><h1>Bad gateway</h1>", ServerError, "502: 502: Bad gateway"),
        (503, "", ServerError, "503 without a word"),
        (401, "", AuthenticationError, "401"),
        (404, "<html>nothing here</html>", NotFoundError, "nothing here"),
    ],
)
def test_every_error_is_one_that_a_caller_can_tell(status, body, kind, says):
    if isinstance(body, str):
        answer = httpx.Response(status, text=body)
    else:
        answer = httpx.Response(status, json=body)
    with pytest.raises(kind, match=says) as error:
        over(Service(self=answer)).self_()
    assert type(error.value) is kind
    assert "<" not in str(error.value)


def test_the_innermost_reason_and_the_run_are_told():
    body = {
        "type": "action_run",
        "message": "Action failed",
        "actionRunId": "run_9",
        "causedByError": {"type": "bad_request", "message": "Verplicht: Factuur aan"},
    }
    with pytest.raises(RunError) as error:
        over(Service(act=httpx.Response(400, json=body))).run("k", connection_id="c", safe=False)
    assert "Action failed: Verplicht: Factuur aan (action k, run run_9)" in str(error.value)
    assert error.value.data["actionRunId"] == "run_9"


def test_limits_and_reasons_come_along():
    body = {"type": "bad_request", "key": "rate_limit_exceeded", "message": "Slow"}
    reset = {"x-ratelimit-minutely-reset": "1800000060000"}
    membrane = over(Service(self=httpx.Response(429, json=body, headers=reset)))
    with pytest.raises(RateLimitError) as limited:
        membrane.self_()
    assert limited.value.retry_at == 1_800_000_060
    headers = {"Reason": "NoDivisionAccess"}
    with pytest.raises(AccessError) as denied:
        over(Service(self=httpx.Response(403, text="", headers=headers))).self_()
    assert denied.value.reason == "NoDivisionAccess"


@pytest.mark.parametrize("text", ["<html><title>Login</title>", '{"id":"u1', ""])
def test_a_success_that_says_nothing_is_none(text):
    with pytest.raises(BadAnswerError):
        over(Service(self=httpx.Response(200, text=text))).self_()


# -- the app's own API


def test_the_proxy_sends_what_it_is_given():
    service = Service(**{"connections__c 1__proxy__api__v1__x(guid'a b')": httpx.Response(204)})
    answer = over(service).proxy(
        "c 1",
        "put",
        "/api/v1/x(guid'{id}')?$select=A, B",
        path_params={"id": "a b"},
        query={"$top": 5, "flag": False},
        headers={"Prefer": "return=minimal"},
        json={"Name": "x"},
        safe=False,
    )
    assert answer.status == 204
    sent = service.came[0]
    assert sent.method == "PUT"
    assert sent.url.raw_path.startswith(b"/connections/c%201/proxy/api/v1/x(guid")
    assert dict(sent.url.params) == {"$select": "A, B", "$top": "5", "flag": "false"}
    assert sent.headers["prefer"] == "return=minimal"
    assert sent.content == b'{"Name":"x"}'


def test_a_full_address_stays_whole():
    seen = []

    def answer(request):
        seen.append(request.url.raw_path.decode())
        return httpx.Response(200, json={})

    over(answer).proxy("c", "GET", "https://start.exactonline.nl/api/v1/current/Me", safe=True)
    assert seen == ["/connections/c/proxy/https://start.exactonline.nl/api/v1/current/Me"]


@pytest.mark.parametrize(
    ("path", "params", "expected"),
    [
        ("/a b/ü", {}, "/a%20b/%C3%BC"),
        ("/a%20b?x=%27", {}, "/a%20b?x=%27"),
        ("/{d}/x", {"d": 7}, "/7/x"),
        ("/x('{k}')", {"k": "a/b?c#d"}, "/x('a%2Fb%3Fc%23d')"),
        ("/x?$filter=Code eq '{c}'", {"c": "A&B"}, "/x?$filter=Code%20eq%20'A%26B'"),
        ("/x?$filter=a#b", {}, "/x?$filter=a%23b"),
    ],
)
def test_paths_are_filled_and_encoded(path, params, expected):
    assert app_path(path, params) == expected


@pytest.mark.parametrize(
    ("path", "params", "says"),
    [
        ("/{a}/{b}", {"a": 1}, "b is in the path"),
        ("/x", {"a": 1}, "a is not in the path"),
        ("/../self", {}, "may not hold"),
        ("/x/%2e%2E/%2e./y", {}, "may not hold"),
        ("/x/{a}", {"a": ".."}, "may not hold"),
    ],
)
def test_paths_that_do_not_fit_are_refused(path, params, says):
    with pytest.raises(InputError, match=says):
        over(Service()).proxy("c", "GET", path, path_params=params, safe=True)


def test_the_apps_errors_are_answers_and_membranes_are_not():
    exact = {"error": {"code": "", "message": {"lang": "nl-NL", "value": "Verplicht: Naam"}}}
    lost = {"type": "connection", "key": "access_token_expired", "message": "expired"}
    service = Service(
        connections__c__proxy__x=[
            httpx.Response(400, json=exact),
            httpx.Response(500, json=exact),
            httpx.Response(401, text=""),
            httpx.Response(200, text="<a/>", headers={"content-type": "text/xml"}),
            httpx.Response(400, json=lost),
            httpx.Response(502, text="<html>Bad gateway</html>"),
        ]
    )
    membrane = over(service)

    def call():
        return membrane.proxy("c", "GET", "x", safe=True)

    refused = call()
    assert (refused.status, refused.json()) == (400, exact)
    text = refused.json()["error"]["message"]["value"]
    assert isinstance(failure(refused, text=text), RunError)
    assert failure(refused, text=text).message == "Verplicht: Naam"
    assert [call().status for _ in range(3)] == [500, 401, 200]
    with pytest.raises(ConnectionStateError):
        call()
    with pytest.raises(ServerError, match="Bad gateway"):
        call()


# -- data collections


def test_a_data_collection_is_listed_searched_and_looked_up():
    base = "connections__c__data__k"
    service = Service(
        **{
            "connections__c__data": [[{"key": "k", "name": "K"}], {"items": []}],
            base: {"key": "k", "name": "K", "type": "collection", "list": {}, "search": None},
            f"{base}__list": [
                {"records": [{"id": 1, "fields": {"Code": "400"}}], "cursor": "2"},
                {"records": [{"id": "2"}]},
            ],
            f"{base}__search": {"records": []},
            f"{base}__find-by-id": [{"record": {"id": "1", "name": "ACME"}}, {"x": 1}],
        }
    )
    membrane = over(service)
    assert [spec.key for spec in membrane.collections("c")] == ["k"]
    assert membrane.collections("c") == []
    collection = membrane.collection("c", "k", {"division": 1})
    spec = collection.spec()
    assert (spec.lists, spec.searches) == ({}, None)
    assert [record.id for record in collection.records({"Code": "4"})] == ["1", "2"]
    assert collection.search("acme", cursor="9").cursor is None
    assert collection.find_by_id("1").name == "ACME"
    with pytest.raises(BadAnswerError, match="no record"):
        collection.find_by_id("1")
    path = "/connections/c/data/k"
    assert service.asked[2:] == [
        f"GET {path}?division=1",
        f"POST {path}/list?division=1",
        f"POST {path}/list?division=1",
        f"POST {path}/search?division=1",
        f"POST {path}/find-by-id?division=1",
        f"POST {path}/find-by-id?division=1",
    ]
    service.came = service.came[3:7]
    assert service.bodies() == [
        {"filter": {"Code": "4"}},
        {"filter": {"Code": "4"}, "cursor": "2"},
        {"query": "acme", "cursor": "9"},
        {"id": "1"},
    ]
