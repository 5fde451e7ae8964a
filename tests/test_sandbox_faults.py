"""What goes wrong in the sandbox when it is told to, in process and over a real line."""

import signal
import subprocess
import sys
import time

import httpx
import pytest
from membrane_side import DIVISION, books, client, guid, output, problem, run

from exactnb.sandbox import Fault, Faults, Sandbox
from exactnb.sandbox.serve import start

# what can go wrong


def faulty(*faults):
    return client(Sandbox(store=books(), faults=Faults(faults)))


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
def test_membranes_own_troubles(kind, status, key):
    api = faulty(Fault(kind, path="/act", after=1))
    assert run(api, "list-accounts", top=1).status_code == 200
    answer = run(api, "list-accounts", top=1)
    assert (answer.status_code, answer.json().get("key")) == (status, key)
    assert run(api, "list-accounts", top=1).status_code == 200


def test_rate_limits_say_until_when():
    api = faulty(
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
def test_answers_that_are_none(kind, status, start):
    answer = faulty(Fault(kind)).get("/self")
    assert answer.status_code == status
    assert answer.text.startswith(start)


def test_half_an_answer():
    answer = faulty(Fault("truncated", path="/act")).post(
        "/act", json={"key": "list-accounts", "input": {}}
    )
    assert answer.status_code == 200
    with pytest.raises(ValueError, match="line 1"):
        answer.json()


def test_exacts_troubles_come_through_the_proxy_and_inside_a_run():
    told = Fault("validation", where="exact", method="POST", path="*/crm/Accounts", times=2)
    sandbox = Sandbox(store=books(), faults=Faults([told]))
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
def test_exacts_troubles_as_a_run_tells_them(kind, status, type, key):
    api = faulty(Fault(kind, where="exact", path="*/crm/Accounts"))
    body = problem(run(api, "list-accounts"), status, type, key)
    assert body["causedByError"]["data"]["response"]["data"]
    assert body["actionRunId"]


@pytest.mark.parametrize("dialect", ["unwrapped", "camel", "records"])
@pytest.mark.parametrize("kind", ["empty", "truncated"])
def test_an_answer_that_an_action_cannot_read_fails_its_run(dialect, kind):
    told = Faults([Fault(kind, where="exact", path="*/crm/Accounts", times=None)])
    api = client(Sandbox(store=books(), faults=told, dialect=dialect))
    assert problem(run(api, "list-accounts"), 400, "action_run")["actionRunId"]


@pytest.mark.parametrize("where", ["membrane", "exact"])
def test_what_answers_in_exacts_place_tells_exacts_time(where):
    sandbox = Sandbox(store=books())
    api, path = client(sandbox), f"/connections/{sandbox.connection_id}/proxy/{DIVISION}/crm/Items"
    good = api.get(path).headers["Date"]
    sandbox.faults.add("unavailable", where=where)
    assert api.get(path).headers["Date"][:16] == good[:16]


def test_pages_that_repeat():
    path = "*/crm/Accounts"
    api = faulty(Fault("repeating_page", where="exact", path=path, after=1, times=None))
    given, cursors = {}, []
    for _ in range(4):
        cursors.append(output(api, "list-accounts", **given)["d"]["__next"])
        given = {"skipToken": cursors[-1]}
    assert cursors[0] != cursors[1]
    assert cursors[1:] == cursors[1:2] * 3


def test_a_connection_that_is_lost_on_the_way():
    api = faulty(Fault("disconnected", path="/act", after=1))
    assert run(api, "list-accounts", top=1).status_code == 200
    problem(run(api, "list-accounts", top=1), 400, "connection", "connection_is_defunct")
    assert api.get("/connections").json()["items"][0]["state"] == "CLIENT_ACTION_REQUIRED"


def test_chance_is_seeded():
    def fates():
        faults = Faults([Fault("server_error", probability=0.5, times=None)], seed=3)
        api = client(Sandbox(store=books(), faults=faults))
        return [api.get("/self").status_code for _ in range(12)]

    assert fates() == fates()
    assert set(fates()) == {200, 500}


def test_a_fault_of_no_kind_is_refused():
    with pytest.raises(ValueError, match="no fault 'fire'"):
        Faults().add("fire")
    with pytest.raises(ValueError, match="membrane or exact"):
        Faults().add("html", where="nowhere")


def test_in_process_a_dropped_line_is_an_error():
    api = faulty(Fault("dropped"))
    with pytest.raises(ConnectionResetError):
        api.get("/self")
    assert api.get("/self").status_code == 200


# served


@pytest.fixture(scope="module")
def served():
    sandbox = Sandbox(store=books())
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


def test_the_command_prints_what_a_notebook_needs_and_stops_on_ctrl_c(tmp_path):
    code = "from exactnb.sandbox.serve import serve; serve(port=0, dialect='camel', limits=True)"
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        said = [process.stdout.readline().strip() for _ in range(4)]
        given = dict(line.removeprefix("export ").split("=", 1) for line in said[2:])
        headers = {"Authorization": f"Bearer {given['MEMBRANE_TOKEN']}"}
        address = given["MEMBRANE_API_URL"]
        found = httpx.get(f"{address}/connections", headers=headers).json()["items"]
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0
    assert [each["state"] for each in found] == ["READY"]
