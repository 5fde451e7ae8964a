"""The sandbox as Membrane: tokens, connections, the catalog and the logs."""

import hashlib
import hmac
import json
import time
from base64 import urlsafe_b64encode

import httpx
import pytest
from membrane_side import NOBODY, NOT_JSON, books, client, output, problem, run

from exactnb.sandbox import Sandbox


@pytest.fixture
def sandbox():
    return Sandbox(store=books())


@pytest.fixture
def api(sandbox):
    return client(sandbox)


@pytest.fixture
def at(sandbox):
    return f"/connections/{sandbox.connection_id}"


# who calls


def signed(sandbox, claims, algorithm="HS256", secret=None):
    def part(value):
        return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")

    body = part({"alg": algorithm, "typ": "JWT"}) + b"." + part(claims)
    digest = {"HS256": hashlib.sha256, "HS512": hashlib.sha512}.get(algorithm, hashlib.sha256)
    mark = hmac.new((secret or sandbox.workspace_secret).encode(), body, digest).digest()
    return (body + b"." + urlsafe_b64encode(mark).rstrip(b"=")).decode()


@pytest.mark.parametrize("algorithm", ["HS256", "HS512"])
@pytest.mark.parametrize("names", [("workspaceKey", "tenantKey"), ("iss", "id")])
def test_a_token_signed_with_the_workspace_secret_is_let_in(sandbox, algorithm, names):
    claims = dict(zip(names, (sandbox.workspace_key, "somebody"), strict=True))
    claims["exp"] = time.time() + 60
    answer = client(sandbox, signed(sandbox, claims, algorithm)).get("/self")
    assert answer.json()["internalId"] == "somebody"


def test_a_personal_token_is_let_in(sandbox):
    answer = client(sandbox, "pat-exactnb-sandbox").get("/self")
    assert answer.json()["internalId"] == sandbox.tenant


def refused_tokens(sandbox):
    good = {"workspaceKey": sandbox.workspace_key, "tenantKey": "x"}
    return {
        "expired": signed(sandbox, {**good, "exp": time.time() - 1}),
        "other secret": signed(sandbox, good, secret="other"),
        "other workspace": signed(sandbox, {**good, "workspaceKey": "other"}),
        "unsigned": signed(sandbox, good, algorithm="none"),
        "no claims": signed(sandbox, "text"),
        "odd expiry": signed(sandbox, {**good, "exp": "soon"}),
        "unknown personal": "pat-nobody",
        "not a token": "abc",
        "three parts": "a.b.c",
    }


@pytest.mark.parametrize(
    "which",
    [
        "expired",
        "other secret",
        "other workspace",
        "unsigned",
        "no claims",
        "odd expiry",
        "unknown personal",
        "not a token",
        "three parts",
    ],
)
def test_any_other_token_is_refused(sandbox, which):
    answer = client(sandbox, refused_tokens(sandbox)[which]).get("/connections")
    problem(answer, 401, "bad_request", "not_authenticated")


def test_without_a_token_nothing_is_told(sandbox):
    bare = httpx.Client(transport=httpx.WSGITransport(app=sandbox), base_url="http://sandbox")
    for path in ("/self", "/connections", "/nothing/here"):
        problem(bare.get(path), 401, "bad_request", "not_authenticated")
    assert "make-believe" in bare.get("/").text


def test_tenants_see_their_own(sandbox, api, at):
    other = client(sandbox, sandbox.tokens.mint("other"))
    assert other.get("/connections").json() == {"items": []}
    for path in (at, f"{at}/data", f"{at}/proxy/api/v1/current/Me", f"{at}/logs"):
        problem(other.get(path), 404, "bad_request", "not_found")
    assert run(api, "list-accounts", top=1).status_code == 200
    run_id = api.get("/action-run-logs").json()["items"][0]["id"]
    problem(other.get(f"/action-run-logs/{run_id}"), 404, "bad_request", "not_found")
    asked = api.post("/connection-requests", json={"connectorKey": "exact-online"}).json()
    path = f"/connection-requests/{asked['requestId']}"
    problem(other.get(path), 404, "bad_request", "not_found")


def test_the_whole_workspace_sees_all_connections_but_is_nobody(sandbox):
    sandbox.add_connection(tenant="other")
    manager = client(sandbox, sandbox.tokens.mint(None))
    assert len(manager.get("/connections").json()["items"]) == 2
    problem(manager.get("/self"), 403, "bad_request", "access_denied")


# what is asked, and how


def test_limits_of_a_query_are_kept(api):
    for path in (
        "/actions?limit=0",
        "/actions?limit=1001",
        "/actions?limit=many",
        f"/actions?intent={'x' * 201}",
        "/actions?cursor=abc",
        "/actions?layer=nowhere",
        "/connections?connected=perhaps",
        "/search",
        f"/search?q={'x' * 201}",
        "/search?q=exact&limit=101",
        "/search?q=exact&elementType=Connector",
        "/action-run-logs?status=odd",
    ):
        problem(api.get(path), 400, "bad_request")


def test_a_body_of_more_than_ten_megabytes_is_refused(api, at):
    answer = api.post(f"{at}/request", content=b"x" * (10 * 1024 * 1024 + 1))
    assert problem(answer, 413, "bad_request")["message"].endswith("10 MB")


def test_broken_json_and_wrong_shapes_are_refused(api):
    problem(api.post("/act", content=b'{"key":'), 400, "bad_request")
    problem(api.post("/act", json=[1]), 400, "bad_request")
    problem(api.post("/connections/ensure", json={"appUrl": 3}), 400, "bad_request")


def test_unknown_paths_and_verbs(api, at):
    problem(api.get("/nothing"), 404, "bad_request", "not_found")
    problem(api.delete("/actions"), 400, "bad_request")


# connections


def test_a_connection_is_found_by_id_key_and_integration(api, at, sandbox):
    for selector in (sandbox.connection_id, "noordster", "exact-online"):
        found = api.get(f"/connections/{selector}?includeSecrets=false").json()
        assert (found["id"], found["state"], found["connected"]) == (
            sandbox.connection_id,
            "READY",
            True,
        )
        assert found["integration"]["key"] == "exact-online"


def test_two_connections_must_be_told_apart(api, sandbox):
    second = sandbox.add_connection("Noordster Beheer", key="beheer")
    assert [c["name"] for c in api.get("/connections").json()["items"]] == [
        "Noordster Rijwielen",
        "Noordster Beheer",
    ]
    body = problem(run(api, "list-accounts"), 400, "bad_request")
    assert body["data"]["connectionIds"] == [sandbox.connection_id, second]
    problem(api.get("/connections/exact-online"), 400, "bad_request")
    chosen = {"key": "list-accounts", "input": {"top": 1}}
    for name, value in (("connectionId", second), ("connectionKey", "beheer")):
        assert api.post("/act", json={**chosen, name: value}).status_code == 200


def test_connections_are_filtered_and_paged(api, sandbox):
    sandbox.add_connection("Beheer", state="CLIENT_ACTION_REQUIRED")

    def names(query):
        return [c["name"] for c in api.get(f"/connections?{query}").json()["items"]]

    assert names("connected=true") == ["Noordster Rijwielen"]
    assert names("connected=false") == ["Beheer"]
    assert names("disconnected=false") == ["Noordster Rijwielen"]
    assert names("search=beheer") == ["Beheer"]
    assert names("integrationKey=other") == []
    first = api.get("/connections?limit=1&cursor=0").json()
    rest = api.get(f"/connections?limit=1&cursor={first['cursor']}").json()
    assert [first["items"][0]["name"], rest["items"][0]["name"]] == [
        "Noordster Rijwielen",
        "Beheer",
    ]
    assert "cursor" not in rest


def test_ensure_leads_a_new_tenant_to_a_connection(sandbox):
    newcomer = client(sandbox, sandbox.tokens.mint("newcomer"))
    made = newcomer.post("/connections/ensure", json={"appUrl": "exactonline.nl"}).json()
    assert (made["state"], made["connected"]) == ("CLIENT_ACTION_REQUIRED", False)
    problem(run(newcomer, "list-accounts"), 400, "connection")
    page = made["clientAction"]["uiUrl"]
    person = httpx.Client(transport=httpx.WSGITransport(app=sandbox))
    assert "Connect" in person.get(page).text
    assert "ready" in person.post(page, data={"answer": "connect"}).text
    again = newcomer.post(
        "/connections/ensure", json={"appUrl": "https://start.exactonline.nl"}
    ).json()
    assert (again["id"], again["state"]) == (made["id"], "READY")
    assert len(output(newcomer, "list-accounts", top=2)["d"]) == 2


@pytest.mark.parametrize("address", ["", "exact-online", "10.0.0.1", "http://[::1]", "x" * 2001])
def test_ensure_wants_a_domain(api, address):
    answer = api.post("/connections/ensure", json={"appUrl": address})
    problem(answer, 400, "bad_request")


def test_a_connection_made_from_an_intent_is_built_first(sandbox):
    newcomer = client(sandbox, sandbox.tokens.mint("newcomer"))
    made = newcomer.post("/connections", json={"intent": "Connect to Exact Online"}).json()
    assert made["state"] == "BUILDING"
    assert "clientAction" not in made
    built = newcomer.get(f"/connections/{made['id']}?wait=true&timeout=5").json()
    assert built["state"] == "CLIENT_ACTION_REQUIRED"


def test_an_app_that_is_not_known_ends_in_a_failed_setup(api):
    made = api.post("/connections/ensure", json={"appUrl": "shop.example.com"}).json()
    built = api.get(f"/connections/{made['id']}?wait=true").json()
    assert built["state"] == "SETUP_FAILED"
    assert "shop.example.com" in built["errors"][0]["message"]


def test_a_connection_is_changed_archived_and_brought_back(api, sandbox):
    made = api.post("/connections", json={"connectorKey": "exact-online", "key": "two"}).json()
    taken = api.post("/connections", json={"connectorKey": "exact-online", "key": "two"})
    problem(taken, 400, "bad_request", "already_exists")
    one = f"/connections/{made['id']}"
    changed = api.patch(one, json={"name": "Other", "meta": {"a": 1}}).json()
    assert (changed["name"], changed["meta"], changed["key"]) == ("Other", {"a": 1}, "two")
    problem(api.put(one, json={"key": "noordster"}), 400, "bad_request", "already_exists")
    problem(api.put(one, json={"key": "x" * 101}), 400, "bad_request")
    gone = api.delete(one)
    assert (gone.status_code, gone.content) == (200, b"")
    assert len(api.get("/connections").json()["items"]) == 1
    assert len(api.get("/connections?includeArchived=true").json()["items"]) == 2
    problem(api.get(f"{one}/proxy/api/v1/current/Me"), 400, "connection", "connection_is_defunct")
    assert "archivedAt" not in api.post(f"{one}/restore", headers=NOT_JSON).json()
    assert len(api.get("/connections").json()["items"]) == 2


def test_a_disconnected_connection_is_connected_again(api, at, sandbox):
    assert api.post(f"{at}/test", headers=NOT_JSON).json() == {"success": True}
    assert api.post(f"{at}/refresh-credentials", headers=NOT_JSON).status_code == 204
    assert api.post(f"{at}/disconnect", headers=NOT_JSON).status_code == 204
    assert api.post(f"{at}/test").json() == {"success": False}
    found = api.get(at).json()
    assert (found["state"], found["isDefunct"]) == ("CLIENT_ACTION_REQUIRED", True)
    body = problem(run(api, "list-accounts"), 400, "connection", "connection_is_defunct")
    person = httpx.Client(transport=httpx.WSGITransport(app=sandbox))
    person.post(body["data"]["uiUrl"], data={"answer": "connect"})
    assert api.get(at).json()["state"] == "READY"


@pytest.mark.parametrize(("pressed", "status"), [("connect", "success"), ("cancel", "cancelled")])
def test_a_connection_request_waits_for_a_person(api, sandbox, pressed, status):
    asked = api.post("/connection-requests", json={"connectorKey": "exact-online", "name": "B"})
    request = asked.json()
    assert request["status"] == "pending"
    person = httpx.Client(transport=httpx.WSGITransport(app=sandbox))
    assert person.post(request["url"], data={"answer": pressed}).status_code == 200
    settled = api.get(f"/connection-requests/{request['requestId']}").json()
    assert settled["status"] == status
    names = {c["id"]: c["name"] for c in api.get("/connections").json()["items"]}
    assert names.get(settled.get("resultConnectionId")) == ("B" if status == "success" else None)
    problem(person.post(request["url"], data={"answer": pressed}), 400, "bad_request")


def test_a_connection_request_is_checked_and_withdrawn(api):
    problem(api.post("/connection-requests", json={"odd": 1}), 400, "bad_request")
    unknown = api.post("/connection-requests", json={"connectorKey": "other"})
    problem(unknown, 404, "bad_request", "not_found")
    request = api.post("/connection-requests", json={"connectorKey": "exact-online"}).json()
    path = f"/connection-requests/{request['requestId']}"
    assert api.delete(path).json()["status"] == "cancelled"
    assert api.get(path).json()["status"] == "cancelled"


def test_what_a_person_reads_is_text(api, sandbox):
    asked = {"connectorKey": "exact-online", "name": "<script>x</script>"}
    request = api.post("/connection-requests", json=asked).json()
    person = httpx.Client(transport=httpx.WSGITransport(app=sandbox))
    said = person.post(request["url"], data={"answer": "connect"}).text
    assert "&lt;script&gt;" in said
    assert "<script>" not in said


# the catalog


def test_search_finds_the_connector(api):
    found = api.get("/search?q=exact-online&elementType=connector").json()["items"]
    assert [(f["elementType"], f["element"]["key"]) for f in found] == [
        ("connector", "exact-online")
    ]
    kinds = {f["elementType"] for f in api.get("/search?q=noordster").json()["items"]}
    assert kinds == {"connection"}
    bare = api.get("/semantic-search?q=bookkeeping").json()
    assert {f["elementType"] for f in bare} == {"connector", "app"}
    assert api.get("/search?q=nothingofthekind").json() == {"items": []}


def test_apps_connectors_and_integrations(api):
    for path in ("/external-apps", "/connectors", "/integrations"):
        assert api.get(f"{path}?search=exact").json()["items"][0]["key"] == "exact-online"
        assert api.get(f"{path}?search=other").json()["items"] == []
        assert api.get(f"{path}/exact-online").json()["name"] == "Exact Online"
        problem(api.get(f"{path}/other"), 404, "bad_request", "not_found")
    assert api.post("/connection-options").json()[0]["type"] == "oauth2"


# the logs


def test_runs_and_calls_are_logged(api, sandbox):
    run(api, "list-accounts", top=1)
    run(api, "get-account", id=NOBODY)
    run(api, "create-account", name="", status="Q", bsn="123456782")
    runs = api.get("/action-run-logs").json()["items"]
    assert [(r["name"], r["status"]) for r in runs] == [
        ("Create Account", "error"),
        ("Get Account", "error"),
        ("List Accounts", "success"),
    ]
    assert [r["name"] for r in api.get("/action-run-logs?status=success").json()["items"]] == [
        "List Accounts"
    ]
    assert api.get("/action-run-logs?connectionId=other").json()["items"] == []
    details = api.get(f"/action-run-logs/{runs[0]['id']}/details").json()
    assert details["input"]["bsn"] == "***"
    assert "input" not in api.get(f"/action-run-logs/{runs[0]['id']}").json()
    good = api.get(f"/action-run-logs/{runs[2]['id']}?details=true").json()
    assert json.loads(good["output"])["d"]
    calls = api.get("/external-api-logs?sortOrder=asc").json()["items"]
    assert [c["statusCode"] for c in calls] == [200, 200, 404]  # the first asks for the division
    bad = api.get("/external-api-logs?isSuccess=false").json()["items"]
    assert [c["statusCode"] for c in bad] == [404]
    assert "/crm/Accounts" in bad[0]["requestUrl"]


def test_what_was_made_is_kept(tmp_path):
    first = Sandbox(store=books(), data=tmp_path)
    made = client(first).post("/connections", json={"connectorKey": "exact-online", "key": "two"})
    first.membrane.connections.state.connections[made.json()["id"]].state = "READY"
    run_id = (
        client(first)
        .post("/act", json={"key": "list-accounts", "connectionKey": "noordster"})
        .json()
    )
    again = client(Sandbox(store=books(), data=tmp_path))
    assert [c["key"] for c in again.get("/connections").json()["items"]] == ["noordster", "two"]
    assert again.get(f"/action-run-logs/{run_id['actionRunId']}").json()["status"] == "success"


def test_two_sandboxes_hand_out_the_same_ids():
    ids = [
        (made.connection_id, run(client(made), "list-accounts").json()["actionRunId"])
        for made in (Sandbox(store=books()), Sandbox(store=books()))
    ]
    assert ids[0] == ids[1]


def test_a_dialect_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="odata, unwrapped, camel, records"):
        Sandbox(dialect="xml")
