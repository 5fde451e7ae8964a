"""The sandbox as Membrane: what any program that speaks its API sees."""

import hashlib
import hmac
import json
import time
import uuid
from base64 import urlsafe_b64encode
from typing import NamedTuple

import httpx
import pytest

from exactnb.sandbox import Fault, Faults, Sandbox
from exactnb.sandbox.serve import start
from exactnb.sandbox.store import Store

DIVISION = 101
MONDAY = 1_725_840_000_000  # 9 September 2024, as Exact writes a date
NOBODY = "6f1a4b4e-0000-4000-8000-000000000000"
NOT_JSON = {"Content-Type": "application/x-www-form-urlencoded"}


def guid(number):
    return str(uuid.UUID(int=number + (4 << 76) + (8 << 62)))


class Rows(NamedTuple):
    entity: str
    columns: tuple
    rows: list


def books():
    """A small administration: 130 accounts, odd ones customers, every third a supplier."""
    moment = [MONDAY + 1000 * n for n in range(130)]
    return Store.build(
        [
            Rows(
                "SystemDivisions", ("Code", "Description", "Status"), [(DIVISION, "Rijwielen", 1)]
            ),
            Rows("Users", ("UserID", "UserName", "FullName"), [(guid(1), "user", "A User")]),
            Rows(
                "Accounts",
                ("ID", "Division", "Code", "Name", "Status", "IsSupplier", "Created", "Modified"),
                [
                    (guid(1000 + n), DIVISION, str(n), f"Fiets {n}", "PC"[n % 2], n % 3 == 0, t, t)
                    for n, t in enumerate(moment)
                ],
            ),
            Rows(
                "Contacts",
                ("ID", "Division", "Account", "FullName", "LastName"),
                [
                    (guid(2000 + n), DIVISION, guid(1000 + n % 3), f"P {n}", str(n))
                    for n in range(9)
                ],
            ),
            Rows(
                "Journals",
                ("ID", "Division", "Code", "Description", "Type"),
                [(guid(5), DIVISION, "70", "Verkoop", 20), (guid(6), DIVISION, "90", "Memo", 90)],
            ),
            Rows(
                "VATCodes",
                ("ID", "Division", "Code", "Description", "Percentage", "Type"),
                [(guid(7), DIVISION, "2", "Hoog", 0.21, "E")],
            ),
            Rows(
                "Items",
                ("ID", "Division", "Code", "Description", "IsSalesItem", "SalesVatCode"),
                [(guid(8), DIVISION, "BEL", "Fietsbel", 1, "2")],
            ),
        ]
    )


@pytest.fixture(scope="module")
def store():
    return books()


def client(sandbox, token=None):
    return httpx.Client(
        transport=httpx.WSGITransport(app=sandbox),
        base_url="http://sandbox",
        headers={
            "Authorization": f"Bearer {token or sandbox.token}",
            "Accept": "application/json",
            "membrane-api-version": "2025-10-21",
        },
    )


@pytest.fixture
def sandbox(store):
    return Sandbox(store=store)


@pytest.fixture
def api(sandbox):
    return client(sandbox)


@pytest.fixture
def at(sandbox):
    return f"/connections/{sandbox.connection_id}"


def run(api, key, **given):
    return api.post("/act", json={"key": key, "input": given})


def output(api, key, **given):
    answer = run(api, key, **given)
    assert answer.status_code == 200, answer.text
    return answer.json()["output"]


def problem(answer, status, type, key=None):
    body = answer.json()
    assert (answer.status_code, body["type"], body.get("key")) == (status, type, key)
    return body


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


# finding actions

KEYS = [
    *(f"list-{n}" for n in ("accounts", "contacts", "items", "sales-invoices", "sales-orders")),
    *("list-gl-accounts", "list-journal-entries"),
    *(f"get-{n}" for n in ("account", "contact", "item", "sales-invoice", "sales-order")),
    "get-gl-account",
    *(f"create-{n}" for n in ("account", "contact", "item", "sales-invoice", "sales-order")),
    *("update-account", "update-contact"),
]


def test_there_are_twenty_actions_in_pages(api, at):
    first = api.get("/actions?limit=15&cursor=0").json()
    rest = api.get("/actions", params={"limit": 15, "cursor": first["cursor"]}).json()
    assert [a["key"] for a in first["items"] + rest["items"]] == KEYS
    assert "cursor" not in rest
    for path in (f"{at}/actions", "/integrations/exact-online/actions"):
        assert [a["key"] for a in api.get(path).json()["items"]] == KEYS
    assert api.get("/integrations/other/actions").json()["items"] == []


@pytest.mark.parametrize(
    ("intent", "key"),
    [
        ("unpaid invoices", "list-sales-invoices"),
        ("openstaande facturen", "list-sales-invoices"),
        ("list customers", "list-accounts"),
        ("klanten", "list-accounts"),
        ("nieuwe klant aanmaken", "create-account"),
        ("change the address of a supplier", "update-account"),
        ("grootboekrekeningen", "list-gl-accounts"),
        ("journal entries", "list-journal-entries"),
        ("make a sales order", "create-sales-order"),
        ("één artikel", "get-item"),
        ("contact details", "get-contact"),
    ],
)
def test_an_intent_finds_the_action(api, intent, key):
    found = api.get("/actions", params={"intent": intent, "limit": 10}).json()["items"]
    assert found[0]["key"] == key


def test_words_that_fit_nothing_find_nothing(api):
    assert api.get("/actions?intent=weather+forecast").json()["items"] == []
    found = api.get("/actions?search=sales").json()["items"]
    assert len(found) == 6
    assert all("sales" in a["key"] for a in found)


def test_every_way_to_one_action_leads_to_it(api, at, sandbox):
    key, integration = "get-item", "integrationKey=exact-online"
    id = api.get(f"/actions/{key}").json()["id"]
    for path in (
        f"/actions/{id}",
        f"/action?key={key}&{integration}",
        f"/action?key={key}&connectionId={sandbox.connection_id}",
        f"{at}/actions/{key}",
        f"/action-instance?parentKey={key}&connectionId={sandbox.connection_id}&autoCreate=true",
    ):
        assert api.get(path).json()["id"] == id, path
    for path in ("/actions/no", "/action?key=no", f"/action?key={key}&integrationKey=no"):
        problem(api.get(path), 404, "bad_request", "not_found")
    problem(api.get("/action"), 400, "bad_request")


def test_schemas_are_rich(api):
    def properties(key):
        return api.get(f"/actions/{key}").json()["inputSchema"]["properties"]

    status = properties("list-sales-invoices")["status"]
    assert status["type"] == "integer"
    assert [(r["id"], r["name"]) for r in status["referenceRecords"]] == [
        (10, "Draft"),
        (20, "Open"),
        (50, "Processed"),
    ]
    invoice = properties("create-sales-invoice")
    assert invoice["orderedBy"]["referenceCollection"] == {"key": "customers"}
    contact = invoice["orderedByContactPerson"]["referenceCollection"]
    assert contact == {"key": "contacts", "parameters": {"account": {"$var": "orderedBy"}}}
    lines = invoice["salesInvoiceLines"]["items"]
    assert lines["required"] == ["item"]
    assert {"quantity", "netPrice", "discount", "description", "vatCode"} <= set(
        lines["properties"]
    )
    account = properties("create-account")
    assert len(account) > 35
    assert account["bsn"]["isSensitive"]
    assert account["email"]["format"] == "email"
    update = api.get("/actions/update-account").json()["inputSchema"]
    assert update["required"] == ["id"]
    assert update["properties"]["endDate"]["type"] == ["string", "null"]


@pytest.mark.parametrize("dialect", ["odata", "unwrapped", "camel", "records"])
def test_every_schema_of_every_dialect_is_a_valid_json_schema(store, dialect):
    from jsonschema import Draft202012Validator

    found = client(Sandbox(store=store, dialect=dialect)).get("/actions").json()["items"]
    assert len(found) == 20
    for action in found:
        Draft202012Validator.check_schema(action["inputSchema"])
        Draft202012Validator.check_schema(action["outputSchema"])
        required = action["inputSchema"].get("required", [])
        assert set(required) <= set(action["inputSchema"]["properties"])


# running actions


def test_every_route_runs_an_action(api, at, sandbox):
    key, id = "list-accounts", sandbox.connection_id
    given = {"top": 2, "select": ["Name"], "orderBy": "Name"}
    action_id = api.get(f"/actions/{key}").json()["id"]
    wrapped, bare = {"input": given}, given
    answers = [
        api.post("/act", json={"key": key, "connectionId": id, **wrapped}),
        api.post("/act", json={"id": action_id, "connectionKey": "noordster", **wrapped}),
        api.post("/act", json={"key": key, "integrationKey": "exact-online", **wrapped}),
        api.post("/act", json={"key": key, **wrapped}),
        api.post(f"/actions/{action_id}/run?connectionId={id}", json=wrapped),
        api.post(f"/actions/{key}/run?connectionKey=noordster", json=wrapped),
        api.post(f"/actions/{key}/run?integrationKey=exact-online", json=wrapped),
        api.post(
            f"/action/run?key={key}&integrationKey=exact-online&connectionId={id}", json=wrapped
        ),
        api.post(f"{at}/actions/{key}/run", json=bare),
        api.post(f"/action-instance/run?connectionId={id}&parentKey={key}", json=bare),
    ]
    assert {answer.status_code for answer in answers} == {200}
    names = [[row["Name"] for row in answer.json()["output"]["d"]] for answer in answers]
    assert names == [["Fiets 0", "Fiets 1"]] * len(answers)
    assert len({answer.json()["actionRunId"] for answer in answers}) == len(answers)


def test_an_empty_body_is_an_empty_input(api, at):
    for path in ("/actions/list-accounts/run", f"{at}/actions/list-accounts/run"):
        answer = api.post(path, headers=NOT_JSON)
        assert len(answer.json()["output"]["d"]["results"]) == 60


def test_act_takes_one_style_and_no_other_fields(api):
    for body in (
        {},
        {"key": "list-accounts", "id": "x"},
        {"key": "list-accounts", "api": {}},
        {"action": {"key": "list-accounts"}},
        {"key": "list-accounts", "odd": 1},
        {"key": 5},
    ):
        problem(api.post("/act", json=body), 400, "bad_request")
    problem(run(api, "list-nothing"), 404, "bad_request", "not_found")


def test_act_writes_a_request_to_the_app(api):
    asked = {"method": "get", "path": "/api/v1/current/Me", "query": {"$select": "CurrentDivision"}}
    made = api.post("/act", json={"api": asked}).json()
    assert made["output"]["status"] == 200
    assert made["output"]["data"]["d"]["results"][0]["CurrentDivision"] == DIVISION
    nowhere = api.post("/act", json={"api": {"method": "GET", "url": "/crm/Accounts"}}).json()
    assert nowhere["output"]["status"] == 404
    body = problem(api.post("/act", json={"code": "1 + 1"}), 400, "custom_code")
    assert body["actionRunId"].startswith("run_")


def test_an_input_is_checked_whole_and_what_is_unknown_is_ignored(api):
    given = {"status": "Q", "email": "nobody", "discountSales": 2, "startDate": "soon"}
    body = problem(run(api, "create-account", **given), 400, "bad_request")
    assert {e["path"] for e in body["data"]["errors"]} == {"", *given}
    assert "'name' is a required property" in body["message"]
    assert body["actionRunId"].startswith("run_")
    lines = run(api, "create-sales-invoice", orderedBy=guid(1001), salesInvoiceLines=[{}])
    body = problem(lines, 400, "bad_request")
    assert [e["path"] for e in body["data"]["errors"]] == ["salesInvoiceLines.0"]
    assert len(output(api, "list-accounts", top=1, unheardOf=5)["d"]) == 1
    problem(run(api, "list-accounts", modifiedSince="yesterday"), 400, "bad_request")
    problem(run(api, "list-sales-invoices", status=21), 400, "bad_request")
    # a country that is not on the list may be given, a status may not
    assert output(api, "list-accounts", country="JP")["d"] == {"results": []}


def test_list_inputs_become_one_filter(api):
    def names(**given):
        found = output(api, "list-accounts", select=["Name"], **given)["d"]
        rows = found if isinstance(found, list) else found["results"]
        return [row["Name"] for row in rows]

    assert names(search="Fiets 12", status="C", isSupplier=True) == ["Fiets 123", "Fiets 129"]
    assert names(search="129") == ["Fiets 129"]
    assert names(search="O'x") == []
    since = "2024-09-09T00:02:08Z"
    assert names(modifiedSince=since) == ["Fiets 129"]
    assert names(filter="trim(Code) eq '7' or trim(Code) eq '8'", status="C") == ["Fiets 7"]
    assert names(top=2, orderBy="Modified desc") == ["Fiets 129", "Fiets 128"]


def everything(api, key, how):
    """All records of a list action: names by the way that a dialect gives its next page."""
    given, names = {}, []
    for _ in range(10):
        found = output(api, key, select=["ID", "Name"], **given)
        rows, following = how(found)
        names += rows
        if not following:
            return names
        given = following
    raise AssertionError("the pages do not end")


DIALECTS = {
    "odata": lambda o: (
        [row["Name"] for row in o["d"]["results"]],
        {"skipToken": o["d"]["__next"]} if "__next" in o["d"] else None,
    ),
    "unwrapped": lambda o: (
        [row["Name"] for row in o["results"]],
        {"nextLink": o["nextLink"]} if "nextLink" in o else None,
    ),
    "camel": lambda o: (
        [row["name"] for row in o["accounts"]],
        {"cursor": o["nextCursor"]} if "nextCursor" in o else None,
    ),
    "records": lambda o: (
        [row["fields"]["Name"] for row in o["records"]],
        {"cursor": o["cursor"]} if "cursor" in o else None,
    ),
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_turns_all_its_pages(store, dialect):
    api = client(Sandbox(store=store, dialect=dialect))
    names = everything(api, "list-accounts", DIALECTS[dialect])
    assert sorted(names) == sorted(f"Fiets {n}" for n in range(130))


def test_a_bare_skip_token_turns_the_page_too(api):
    first = output(api, "list-accounts", select=["ID"])["d"]["results"]
    token = f"guid'{first[-1]['ID']}'"
    second = output(api, "list-accounts", select=["ID"], skipToken=token)["d"]["results"]
    assert len(second) == 60
    assert not {r["ID"] for r in first} & {r["ID"] for r in second}


def test_a_next_page_of_another_action_is_refused(api):
    address = "https://start.exactonline.nl/api/v1/101/crm/Contacts?$skiptoken=guid'x'"
    problem(run(api, "list-accounts", skipToken=address), 400, "bad_request")


def test_one_record_in_every_dialect(store):
    def one(dialect):
        api = client(Sandbox(store=store, dialect=dialect))
        return output(api, "get-account", id=guid(1007))

    assert one("odata")["d"]["Code"] == "7".rjust(18)
    assert one("unwrapped")["Code"] == "7".rjust(18)
    camel = one("camel")
    assert (camel["code"], camel["isSupplier"]) == ("7", False)
    assert camel["modified"] == "2024-09-09T00:00:07.000"
    record = one("records")["record"]
    assert (record["id"], record["name"]) == (guid(1007), "Fiets 7")
    assert record["fields"]["Name"] == "Fiets 7"
    assert record["updatedTime"] == "2024-09-09T00:00:07.000"


def test_a_record_that_is_not_there_is_a_failed_run_around_exacts_answer(api):
    body = problem(run(api, "get-account", id=NOBODY), 400, "action_run")
    cause = body["causedByError"]
    assert cause["key"] == "not_found"
    exact = cause["data"]["response"]
    assert exact["status"] == 404
    assert cause["message"] == exact["data"]["error"]["message"]["value"]
    log = api.get(f"/action-run-logs/{body['actionRunId']}").json()
    assert (log["status"], log["name"]) == ("error", "Get Account")
    assert log["error"]["message"] == body["message"]
    problem(run(api, "get-account", id="x' or 1 eq 1"), 400, "bad_request")


def test_an_action_runs_in_the_division_that_is_asked_for(api):
    body = problem(run(api, "list-accounts", division=999), 400, "action_run")
    assert body["causedByError"]["data"]["response"]["status"] == 403
    assert len(output(api, "list-accounts", division=DIVISION, top=3)["d"]) == 3


# the raw API


def test_the_proxy_takes_every_spelling_of_an_address(api, at):
    for path in (
        "/api/v1/current/Me",
        "/current/Me",
        "current/Me",
        "/https://start.exactonline.nl/api/v1/current/Me",
        "/https%3A%2F%2Fstart.exactonline.nl%2Fapi%2Fv1%2Fcurrent%2FMe",
    ):
        answer = api.get(f"{at}/proxy/{path.lstrip('/')}?$select=CurrentDivision")
        assert answer.json()["d"]["results"][0]["CurrentDivision"] == DIVISION, path


def test_the_proxy_hands_through_what_exact_says(api, at):
    nowhere = api.get(f"{at}/proxy/crm/Accounts")
    assert nowhere.status_code == 404
    assert "type" not in nowhere.json()
    assert nowhere.json()["error"]["message"]["value"]
    assert api.get(f"{at}/proxy/999/crm/Accounts").headers["Reason"] == "NoDivisionAccess"
    found = api.get(f"{at}/proxy/{DIVISION}/crm/Accounts?$top=1&$select=Code")
    assert found.headers["X-RateLimit-Minutely-Limit"] == "60"
    assert [row["Code"] for row in found.json()["d"]] == ["0".rjust(18)]
    problem(api.get(f"{at}/proxy/https://example.com/"), 400, "connection")


def test_a_request_is_written_out(api, at):
    asked = {
        "path": "/api/v1/{division}/crm/Accounts",
        "method": "get",
        "pathParameters": {"division": str(DIVISION)},
        "query": {"$select": "Name", "$filter": "Name eq 'Fiets 5'"},
    }
    answer = api.post(f"{at}/request", json=asked).json()
    assert answer["status"] == 200
    assert answer["headers"]["content-type"].startswith("application/json")
    assert answer["body"]["d"]["results"][0]["Name"] == "Fiets 5"
    assert answer["data"] == answer["body"]
    nowhere = api.post(f"{at}/request", json={"path": "/crm/Accounts", "method": "GET"}).json()
    assert nowhere["status"] == 404
    for wrong in (
        {"path": "/x"},
        {"method": "GET"},
        {"path": "/x", "method": "FETCH"},
        {"path": "/x", "method": "GET", "query": {"$top": 1}},
        {"path": "/x", "method": "GET", "odd": 1},
    ):
        problem(api.post(f"{at}/request", json=wrong), 400, "bad_request")


# option lists


def test_collections_list_search_and_find(api, at):
    def records(path, **body):
        return api.post(f"{at}/data/{path}", json=body).json()

    keys = {each["key"] for each in api.get(f"{at}/data").json()}
    assert {"customers", "suppliers", "items", "journals", "gl-accounts", "vat-codes"} <= keys
    assert {"payment-conditions", "contacts", "divisions", "projects"} <= keys
    first = records("customers/list")
    second = records("customers/list", cursor=first["cursor"])
    assert (len(first["records"]), len(second["records"])) == (60, 5)
    assert "cursor" not in second
    assert {r["fields"]["Status"] for r in first["records"]} == {"C"}
    found = records("customers/search", query="fiets 12")["records"]
    assert [r["name"] for r in found] == [f"Fiets {n}" for n in (121, 123, 125, 127, 129)]
    assert records("customers/find-by-id", id=guid(1001))["record"]["name"] == "Fiets 1"
    assert [r["id"] for r in records("sales-journals/list")["records"]] == ["70"]
    assert records("vat-codes/find-by-id", id="2")["record"]["fields"]["Percentage"] == 0.21
    assert records("divisions/find-by-id", id=str(DIVISION))["record"]["id"] == str(DIVISION)
    people = records(f"contacts/list?account={guid(1001)}")["records"]
    assert [r["name"] for r in people] == ["P 1", "P 4", "P 7"]
    one = records("accounts/list", filter={"name": "Fiets 9"})["records"]
    assert [r["id"] for r in one] == [guid(1009)]


def test_collections_say_what_they_are_and_refuse_the_rest(api, at):
    spec = api.get(f"{at}/data/contacts").json()
    assert (spec["type"], spec["name"]) == ("collection", "Contacts")
    assert {"account", "division"} == set(spec["parametersSchema"]["properties"])
    problem(api.get(f"{at}/data/nothing"), 404, "bad_request", "not_found")
    missing = api.post(f"{at}/data/customers/find-by-id", json={"id": NOBODY})
    problem(missing, 404, "bad_request", "not_found")
    for path, body in (
        ("customers/search", {}),
        ("customers/list", {"filter": {"odd": 1}}),
        ("divisions/find-by-id", {"id": "x"}),
    ):
        problem(api.post(f"{at}/data/{path}", json=body), 400, "bad_request")


def test_every_reference_in_a_schema_leads_to_a_collection(api, at):
    keys = {each["key"] for each in api.get(f"{at}/data").json()}

    def references(schema):
        if "referenceCollection" in schema:
            yield schema["referenceCollection"]["key"]
        for each in [*schema.get("properties", {}).values(), schema.get("items", {})]:
            yield from references(each) if each else ()

    for action in api.get("/actions").json()["items"]:
        assert set(references(action["inputSchema"])) <= keys


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


def test_what_was_made_is_kept(store, tmp_path):
    first = Sandbox(store=store, data=tmp_path)
    made = client(first).post("/connections", json={"connectorKey": "exact-online", "key": "two"})
    first.membrane.connections.state.connections[made.json()["id"]].state = "READY"
    run_id = (
        client(first)
        .post("/act", json={"key": "list-accounts", "connectionKey": "noordster"})
        .json()
    )
    again = client(Sandbox(store=store, data=tmp_path))
    assert [c["key"] for c in again.get("/connections").json()["items"]] == ["noordster", "two"]
    assert again.get(f"/action-run-logs/{run_id['actionRunId']}").json()["status"] == "success"


def test_two_sandboxes_hand_out_the_same_ids(store):
    ids = [
        (made.connection_id, run(client(made), "list-accounts").json()["actionRunId"])
        for made in (Sandbox(store=store), Sandbox(store=store))
    ]
    assert ids[0] == ids[1]


def test_a_dialect_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="odata, unwrapped, camel, records"):
        Sandbox(dialect="xml")


# what can go wrong


def faulty(store, *faults):
    return client(Sandbox(store=store, faults=Faults(faults)))


@pytest.mark.parametrize(
    ("kind", "status", "key"),
    [
        ("rate_limit", 429, "rate_limit_exceeded"),
        ("rate_limit_retry_after", 429, "rate_limit_exceeded"),
        ("rate_limit_minutely", 429, "rate_limit_exceeded"),
        ("unauthorized", 401, "not_authenticated"),
        ("forbidden", 403, "access_denied"),
        ("not_found", 404, "not_found"),
        ("token_expired", 400, "access_token_expired"),
        ("server_error", 500, None),
    ],
)
def test_membranes_own_troubles(store, kind, status, key):
    api = faulty(store, Fault(kind, path="/act", after=1))
    assert run(api, "list-accounts", top=1).status_code == 200
    answer = run(api, "list-accounts", top=1)
    assert (answer.status_code, answer.json().get("key")) == (status, key)
    assert run(api, "list-accounts", top=1).status_code == 200


def test_rate_limits_say_until_when(store):
    api = faulty(
        store,
        Fault("rate_limit_retry_after", seconds=7),
        Fault("rate_limit_minutely", seconds=7),
    )
    assert api.get("/self").headers["Retry-After"] == "7"
    reset = int(api.get("/self").headers["X-RateLimit-Minutely-Reset"]) / 1000
    assert reset == pytest.approx(time.time() + 7, abs=5)


@pytest.mark.parametrize(
    ("kind", "status", "start"),
    [
        ("bad_gateway", 502, "<!DOCTYPE html>"),
        ("unavailable", 503, "<!DOCTYPE html>"),
        ("gateway_timeout", 504, "<!DOCTYPE html>"),
        ("html", 200, "<!DOCTYPE html>"),
        ("empty", 200, ""),
    ],
)
def test_answers_that_are_none(store, kind, status, start):
    answer = faulty(store, Fault(kind)).get("/self")
    assert answer.status_code == status
    assert answer.text.startswith(start)


def test_half_an_answer(store):
    answer = faulty(store, Fault("truncated", path="/act")).post(
        "/act", json={"key": "list-accounts", "input": {}}
    )
    assert answer.status_code == 200
    with pytest.raises(ValueError, match="line 1"):
        answer.json()


def test_exacts_troubles_come_through_the_proxy_and_inside_a_run(store):
    told = Fault("validation", where="exact", method="POST", path="*/crm/Accounts", times=2)
    sandbox = Sandbox(store=store, faults=Faults([told]))
    api, at = client(sandbox), f"/connections/{sandbox.connection_id}"
    raw = api.post(f"{at}/proxy/{DIVISION}/crm/Accounts", json={})
    assert raw.status_code == 500
    text = raw.json()["error"]["message"]["value"]
    assert text.startswith("Verplicht: Factuur voor\r\n")
    body = problem(run(api, "create-account", name="X"), 400, "action_run")
    assert body["causedByError"]["message"] == text


@pytest.mark.parametrize(
    ("kind", "status", "type", "key"),
    [
        ("unauthorized", 400, "connection", "access_token_expired"),
        ("rate_limit", 429, "connection", "rate_limit_exceeded"),
        ("forbidden", 400, "action_run", None),
        ("unavailable", 400, "action_run", None),
        ("html", 400, "action_run", None),
    ],
)
def test_exacts_troubles_as_a_run_tells_them(store, kind, status, type, key):
    api = faulty(store, Fault(kind, where="exact", path="*/crm/Accounts"))
    body = problem(run(api, "list-accounts"), status, type, key)
    assert body["causedByError"]["data"]["response"]["data"]
    assert body["actionRunId"]


def test_pages_that_repeat(store):
    path = "*/crm/Accounts"
    api = faulty(store, Fault("repeating_page", where="exact", path=path, after=1, times=None))
    given, cursors = {}, []
    for _ in range(4):
        cursors.append(output(api, "list-accounts", **given)["d"]["__next"])
        given = {"skipToken": cursors[-1]}
    assert cursors[0] != cursors[1]
    assert cursors[1:] == cursors[1:2] * 3


def test_a_connection_that_is_lost_on_the_way(store):
    api = faulty(store, Fault("disconnected", path="/act", after=1))
    assert run(api, "list-accounts", top=1).status_code == 200
    problem(run(api, "list-accounts", top=1), 400, "connection", "connection_is_defunct")
    assert api.get("/connections").json()["items"][0]["state"] == "CLIENT_ACTION_REQUIRED"


def test_chance_is_seeded(store):
    def fates():
        faults = Faults([Fault("server_error", probability=0.5, times=None)], seed=3)
        api = client(Sandbox(store=store, faults=faults))
        return [api.get("/self").status_code for _ in range(12)]

    assert fates() == fates()
    assert set(fates()) == {200, 500}


def test_a_fault_of_no_kind_is_refused():
    with pytest.raises(ValueError, match="no fault 'fire'"):
        Faults().add("fire")
    with pytest.raises(ValueError, match="membrane or exact"):
        Faults().add("html", where="nowhere")


def test_in_process_a_dropped_line_is_an_error(store):
    api = faulty(store, Fault("dropped"))
    with pytest.raises(ConnectionResetError):
        api.get("/self")
    assert api.get("/self").status_code == 200


# served


@pytest.fixture(scope="module")
def served(store):
    sandbox = Sandbox(store=store)
    with start(sandbox) as address:
        yield sandbox, address


@pytest.fixture
def over_http(served):
    sandbox, address = served
    headers = {"Authorization": f"Bearer {sandbox.token}", "Accept": "application/json"}
    with httpx.Client(base_url=address, headers=headers, timeout=10) as made:
        yield made
        made.delete("/_sandbox/faults")


def test_the_served_sandbox_is_the_same(over_http, served):
    sandbox, address = served
    assert "make-believe" in over_http.get("/").text
    assert len(output(over_http, "list-accounts")["d"]["results"]) == 60
    full = f"/connections/{sandbox.connection_id}/proxy/https://start.exactonline.nl/api/v1"
    found = over_http.get(f"{full}/{DIVISION}/crm/Accounts(guid'{guid(1003)}')?$select=Name")
    assert found.json()["d"]["Name"] == "Fiets 3"
    asked = over_http.post("/connection-requests", json={"connectorKey": "exact-online"}).json()
    assert asked["url"].startswith(address)


@pytest.mark.parametrize("kind", ["dropped", "dropped_after"])
def test_a_dropped_line_is_a_real_one(over_http, kind):
    added = over_http.post("/_sandbox/faults", json={"kind": kind, "path": "/self"})
    assert added.json()[0]["kind"] == kind
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        over_http.get("/self")
    assert over_http.get("/self").status_code == 200


def test_a_hang_is_let_go_when_the_faults_are_cleared(over_http):
    over_http.post("/_sandbox/faults", json=[{"kind": "hang", "path": "/self", "seconds": 60}])
    with pytest.raises(httpx.ReadTimeout):
        over_http.get("/self", timeout=0.3)
    assert over_http.delete("/_sandbox/faults").json() == []
    assert over_http.get("/self").status_code == 200


def test_faults_over_http_are_checked(over_http):
    assert over_http.post("/_sandbox/faults", json={"kind": "fire"}).status_code == 400
    assert over_http.post("/_sandbox/faults", json={"knd": "html"}).status_code == 400
    assert over_http.get("/_sandbox/faults").json() == []
