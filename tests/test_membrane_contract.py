"""Both ways to Membrane answer the same: HTTP, and the `membrane` command in all its moods."""

import shlex
import sys
from pathlib import Path

import httpx
import pytest

from exactnb.errors import (
    AccessError,
    AuthenticationError,
    BadAnswerError,
    NotFoundError,
    RateLimitError,
    RunError,
    ServerError,
    TransportError,
)
from exactnb.membrane import CLITransport, HTTPTransport, Membrane, Paced
from exactnb.sandbox import Sandbox
from exactnb.sandbox.serve import start
from exactnb.settings import Settings

STANDIN = Path(__file__).parent / "membrane_standin" / "membrane"
COMMAND = shlex.join([sys.executable, "-S", str(STANDIN)])
#: of the company of the sandbox
DIVISION = 2400101
MOODS = ["plain", "output", "banner,stderr", "zero"]


@pytest.fixture(scope="module")
def sandbox():
    return Sandbox()


@pytest.fixture(scope="module")
def address(sandbox):
    with start(sandbox) as address:
        yield address


@pytest.fixture(params=["http", *(f"command {mood}" for mood in MOODS)])
def membrane(request, sandbox, address, monkeypatch):
    way, _, mood = request.param.partition(" ")
    settings = Settings(api_url=address, token=sandbox.token, membrane_bin=COMMAND)
    if way == "http":
        transport = HTTPTransport(settings)
    else:
        monkeypatch.setenv("MEMBRANE_API_URL", address)
        monkeypatch.setenv("MEMBRANE_TOKEN", sandbox.token)
        monkeypatch.setenv("MEMBRANE_STANDIN", mood)
        transport = CLITransport(settings)
    membrane = Membrane(transport, settings)
    yield membrane
    membrane.close()


def test_connections_are_listed_and_fetched(membrane, sandbox):
    listed = {connection.id: connection for connection in membrane.connections()}
    one = membrane.connection(sandbox.connection_id)
    assert listed[one.id] == one
    assert one.ready
    assert one.app == "exact-online"
    assert membrane.connection(one.id, wait=True, timeout=1).id == one.id


def test_an_unknown_connection_is_not_found(membrane):
    with pytest.raises(NotFoundError, match="con_nowhere"):
        membrane.connection("con_nowhere")


def test_actions_are_found_by_intent_by_key_and_by_id(membrane, sandbox):
    here = {"connection_id": sandbox.connection_id}
    every = {action.key: action for action in membrane.actions(**here)}
    assert len(every) >= 20
    assert every["list-accounts"].input_schema["type"] == "object"
    best = next(membrane.actions(**here, intent="unpaid sales invoices", limit=3))
    assert best.key == "list-sales-invoices"
    by_key = membrane.action("list-accounts", **here)
    assert by_key.id == every["list-accounts"].id
    assert membrane.action(by_key.id).key == "list-accounts"


def test_a_run_gives_its_output_and_the_id_of_the_run(membrane, sandbox):
    answer = membrane.run(
        "list-gl-accounts", {}, connection_id=sandbox.connection_id, safe=True
    ).json()
    assert len(answer["output"]["d"]["results"]) == 60
    assert answer["actionRunId"]
    log = membrane.run_log(answer["actionRunId"])
    assert (log.id, log.status) == (answer["actionRunId"], "success")


def test_a_run_by_id_is_the_same_run(membrane, sandbox):
    action = membrane.action("list-gl-accounts", connection_id=sandbox.connection_id)
    answer = membrane.run(action, connection_id=sandbox.connection_id, safe=True).json()
    assert len(answer["output"]["d"]["results"]) == 60


def test_a_refused_run_says_why_and_which_run(membrane, sandbox):
    with pytest.raises(RunError) as refused:
        membrane.run(
            "create-contact",
            {"FirstName": "Ada"},
            connection_id=sandbox.connection_id,
            safe=False,
        )
    assert refused.value.data["type"] in ("bad_request", "action_run")


def test_an_unknown_action_is_not_found(membrane, sandbox):
    with pytest.raises(NotFoundError, match="list-nothing"):
        membrane.run("list-nothing", connection_id=sandbox.connection_id, safe=True)


def test_the_proxy_reads_with_query_and_path_parameters(membrane, sandbox):
    answer = membrane.proxy(
        sandbox.connection_id,
        "GET",
        "/api/v1/{division}/crm/Accounts",
        path_params={"division": DIVISION},
        query={"$top": 2, "$select": "ID,Name", "$filter": "Name ne 'A & B + 100%'"},
        safe=True,
    )
    assert answer.status == 200
    assert "json" in answer.headers["content-type"]
    rows = answer.json()["d"]
    assert [set(row) - {"__metadata"} for row in rows] == [{"ID", "Name"}] * 2


def test_the_proxy_takes_a_full_address_and_a_query_in_the_path(membrane, sandbox):
    answer = membrane.proxy(
        sandbox.connection_id,
        "get",
        "https://start.exactonline.nl/api/v1/current/Me?$select=CurrentDivision",
        safe=True,
    )
    assert answer.json()["d"]["results"][0]["CurrentDivision"] == DIVISION


def test_the_proxy_writes_changes_and_deletes(membrane, sandbox):
    accounts = f"/api/v1/{DIVISION}/crm/Accounts"

    def call(method, path, **more):
        return membrane.proxy(sandbox.connection_id, method, path, safe=False, **more)

    made = call("POST", accounts, json={"Name": "Fietsen “Ümlaut” & Co <b>"})
    assert made.status == 201
    one = f"{accounts}(guid'{made.json()['d']['ID']}')"
    changed = call("PUT", one, json={"City": None, "Phone": "030"})
    assert (changed.status, changed.content) == (204, b"")
    read = membrane.proxy(sandbox.connection_id, "GET", one, safe=True).json()["d"]
    assert (read["Name"], read["Phone"]) == ("Fietsen “Ümlaut” & Co <b>", "030")
    assert call("DELETE", one).status == 204


def test_exacts_own_refusal_passes_through_with_its_status(membrane, sandbox):
    answer = membrane.proxy(
        sandbox.connection_id, "POST", f"/api/v1/{DIVISION}/crm/Accounts", json={}, safe=False
    )
    assert answer.status >= 400
    assert answer.json()["error"]["message"]["value"]


def test_what_can_be_connected_is_found(membrane):
    connector = next(membrane.search("exact-online", "connector"))
    assert (connector.element_type, connector.key) == ("connector", "exact-online")
    assert "Exact Online" in {app.name for app in membrane.external_apps("exact")}


def test_a_connection_is_ensured_renamed_and_archived(membrane):
    made = membrane.ensure_connection("https://start.exactonline.nl")
    renamed = membrane.patch_connection(made.id, name="Van der Berg & Zn")
    assert (renamed.id, renamed.name) == (made.id, "Van der Berg & Zn")


def test_a_connection_request_waits_for_a_person(membrane):
    made = membrane.create_connection_request(integration_key="exact-online", name="New one")
    assert made.pending
    assert made.url
    assert membrane.connection_request(made.request_id).request_id == made.request_id


def test_a_connection_is_made_and_archived(membrane):
    made = membrane.create_connection(intent="Connect to Exact Online")
    membrane.archive_connection(made.id)
    assert made.id not in {connection.id for connection in membrane.connections()}


def test_a_refused_token_is_an_authentication_error(membrane, address, sandbox, monkeypatch):
    monkeypatch.setenv("MEMBRANE_TOKEN", "pat-wrong")
    settings = Settings(api_url=address, token="pat-wrong", membrane_bin=COMMAND)
    kind = type(membrane._transport)
    other = Membrane(kind(settings), settings)
    with pytest.raises(AuthenticationError):
        other.connection(sandbox.connection_id)
    other.close()


@pytest.mark.parametrize(
    "call",
    [
        lambda m: m.self_(),
        lambda m: m.collection("con_1", "accounts").list(),
        lambda m: next(m.run_logs()),
        lambda m: m.proxy("con_1", "HEAD", "/x", safe=True),
        lambda m: m.proxy("con_1", "POST", "/x", content=b"\xff\xfe", safe=False),
        lambda m: m.create_connection(connector_id="c"),
        lambda m: next(m.connections(search="exact")),
    ],
)
def test_what_the_command_cannot_ask_is_said_before_anything_is_started(call):
    settings = Settings(membrane_bin="/nowhere/membrane")
    with pytest.raises(TransportError, match="no way to") as error:
        call(Membrane(CLITransport(settings), settings))
    assert "over HTTP" in str(error.value)


def test_http_alone_has_self_logs_and_data_collections(sandbox):
    settings = Settings(api_url="http://sandbox.example", token=sandbox.token)
    client = httpx.Client(transport=httpx.WSGITransport(app=sandbox))
    membrane = Membrane(HTTPTransport(settings, client=client), settings)
    assert membrane.self_().name
    assert membrane.collections(sandbox.connection_id)
    gl_accounts = membrane.collection(sandbox.connection_id, "gl-accounts")
    assert gl_accounts.spec().lists is not None
    first = gl_accounts.list()
    found = gl_accounts.find_by_id(first.records[0].id)
    assert (found.id, found.name) == (first.records[0].id, first.records[0].name)
    word = found.name.split()[1]
    assert found.id in {hit.id for hit in gl_accounts.search(word).records}
    every = [record.id for record in gl_accounts.records()]
    assert len(every) == len(set(every)) > len(first.records)
    membrane.run("list-items", connection_id=sandbox.connection_id, safe=True)
    newest = next(membrane.run_logs(connection_id=sandbox.connection_id, limit=1))
    assert membrane.run_log_details(newest.id)
    membrane.close()


def test_minted_tokens_are_accepted_and_wrong_ones_are_not(sandbox):
    def who(**given):
        settings = Settings(api_url="http://sandbox.example", **given)
        client = httpx.Client(transport=httpx.WSGITransport(app=sandbox))
        with client:
            return Membrane(HTTPTransport(settings, client=client), settings).self_()

    key, tenant = sandbox.workspace_key, sandbox.tenant
    assert who(workspace_key=key, workspace_secret=sandbox.workspace_secret, tenant_key=tenant)
    with pytest.raises((AuthenticationError, AccessError)):
        who(workspace_key=key, workspace_secret="wrong", tenant_key=tenant)
    expired = sandbox.tokens.mint(tenant, lifetime=-60)
    with pytest.raises(AuthenticationError, match="the token expired on 20"):
        who(token=expired)


ACCOUNTS = f"/api/v1/{DIVISION}/crm/Accounts"


@pytest.fixture(params=["in process", "served"])
def patient(request, sandbox, address):
    """Membrane with patience, but no time to lose."""
    settings = Settings(api_url=address, token=sandbox.token, backoff=0.01, calls_a_minute=None)
    client = None
    if request.param == "in process":
        client = httpx.Client(transport=httpx.WSGITransport(app=sandbox))
    membrane = Membrane(Paced(HTTPTransport(settings, client=client), settings), settings)
    yield membrane
    sandbox.faults.clear()
    membrane.close()


@pytest.mark.parametrize("kind", ["dropped", "bad_gateway", "unavailable", "gateway_timeout"])
@pytest.mark.parametrize("where", ["membrane", "exact"])
def test_a_read_survives_what_passes(patient, sandbox, kind, where):
    sandbox.faults.add(kind, where=where, times=2)
    answer = patient.run(
        "list-items", {}, connection_id=sandbox.connection_id, safe=True, lane="survivor"
    )
    assert answer.json()["output"]


@pytest.mark.parametrize("kind", ["dropped", "dropped_after", "bad_gateway", "rate_limit"])
def test_a_write_is_done_at_most_once_whatever_happens(patient, sandbox, kind):
    name = f"Once only ({kind})"

    def found():
        query = {"$filter": f"Name eq '{name}'", "$select": "ID"}
        answer = patient.proxy(sandbox.connection_id, "GET", ACCOUNTS, query=query, safe=True)
        return answer.content.count(b'"ID"')

    before = found()
    sandbox.faults.add(kind, method="POST", times=1)
    with pytest.raises((ServerError, RateLimitError)):
        patient.proxy(
            sandbox.connection_id, "POST", ACCOUNTS, json={"Name": name}, safe=False, lane=name
        )
    assert found() - before == (1 if kind == "dropped_after" else 0)


@pytest.mark.parametrize("kind", ["html", "empty", "truncated"])
def test_a_success_that_is_none_is_no_success(patient, sandbox, kind):
    sandbox.faults.add(kind, times=1)
    with pytest.raises(BadAnswerError):
        patient.run("list-items", {}, connection_id=sandbox.connection_id, safe=True)


def test_errors_in_words_are_told_apart(address, sandbox, monkeypatch):
    settings = Settings(membrane_bin=COMMAND, api_url=address)
    membrane = Membrane(CLITransport(settings), settings)
    monkeypatch.setenv("MEMBRANE_API_URL", address)
    monkeypatch.setenv("MEMBRANE_TOKEN", sandbox.token)
    monkeypatch.setenv("MEMBRANE_STANDIN", "text")
    with pytest.raises(TransportError, match=r"exit 1.*con_nowhere"):
        membrane.connection("con_nowhere")
    monkeypatch.setenv("MEMBRANE_API_URL", "http://127.0.0.1:1")
    with pytest.raises(ServerError, match="socket hang up"):
        membrane.connection("con_nowhere")
