"""Whatever goes wrong is one clear error that says what to do next, and nothing is lost."""

import signal
import subprocess
import sys
import time

import pytest

import exactnb
from exactnb import errors
from exactnb.connection import Connection
from exactnb.membrane.api import Membrane
from exactnb.membrane.lanes import Lanes
from exactnb.membrane.pacing import Paced
from exactnb.membrane.tokens import mint
from exactnb.membrane.transport import HTTPTransport
from exactnb.sandbox import Sandbox
from exactnb.sandbox.faults import Faults
from exactnb.sandbox.serve import start
from exactnb.settings import Settings

QUICK = {
    "backoff": 0.01,
    "retries": 1,
    "calls_a_minute": None,
    "calls_a_day": None,
    "longest_wait": 2,
}


@pytest.fixture(scope="module")
def sandbox():
    return Sandbox(faults=Faults())


@pytest.fixture(scope="module")
def address(sandbox):
    with start(sandbox) as url:
        yield url


@pytest.fixture(autouse=True)
def _no_faults_left(sandbox):
    yield
    sandbox.faults.clear()


@pytest.fixture
def open_books(sandbox, address, tmp_path):
    """Opens the sandbox's administration with settings that make a test quick."""
    opened = []

    def of(*, read_only=True, **how):
        how = {**QUICK, "home": tmp_path, **how}
        settings = Settings(api_url=address, token=sandbox.token, **how)
        membrane = Membrane(Paced(HTTPTransport(settings), settings, lanes=Lanes()), settings)
        opened.append(membrane)
        info = membrane.connection(sandbox.connection_id)
        return Connection(membrane, info, settings, read_only=read_only)

    yield of
    for membrane in opened:
        membrane.close()


@pytest.fixture
def books(open_books):
    return open_books()


def connect(sandbox, address, *arguments, **named):
    named.setdefault("token", sandbox.token)
    return exactnb.connect(*arguments, api_url=address, **named)


# --- connecting ------------------------------------------------


def test_no_token(address, monkeypatch, raised):
    monkeypatch.setenv("EXACTNB_MEMBRANE_BIN", "no-such-membrane")
    error = raised(errors.AuthenticationError, exactnb.connect, api_url=address)
    assert "MEMBRANE_TOKEN" in str(error)
    assert "ex.demo()" in str(error) or "token=" in str(error)


def test_a_token_that_nobody_knows(sandbox, address, raised):
    error = raised(errors.AuthenticationError, connect, sandbox, address, token="pat-wrong")
    assert "pat-wrong" not in str(error)
    assert "token" in str(error)


def test_an_expired_token_says_when_it_expired(sandbox, address, raised):
    old = mint(sandbox.workspace_key, sandbox.workspace_secret, sandbox.tenant, end=1_700_000_000)
    error = raised(errors.AuthenticationError, connect, sandbox, address, token=old)
    assert "expired on 2023-11-14" in str(error)
    assert old not in str(error)


def test_the_environment_is_enough(sandbox, address, monkeypatch):
    monkeypatch.setenv("MEMBRANE_API_URI", address)
    monkeypatch.setenv("MEMBRANE_ACCESS_TOKEN", sandbox.token)
    assert len(exactnb.connect().list_gl_accounts(limit=3)) == 3
    monkeypatch.delenv("MEMBRANE_ACCESS_TOKEN")
    monkeypatch.setenv("MEMBRANE_WORKSPACE_KEY", sandbox.workspace_key)
    monkeypatch.setenv("MEMBRANE_WORKSPACE_SECRET", sandbox.workspace_secret)
    monkeypatch.setenv("MEMBRANE_TENANT_KEY", sandbox.tenant)
    assert exactnb.connect().division


def test_an_unknown_connection_is_answered_with_those_there_are(sandbox, address, raised):
    error = raised(errors.NotFoundError, connect, sandbox, address, "con_nowhere")
    assert "con_nowhere" in str(error)
    assert sandbox.connection_id in str(error)


def test_two_connections_and_none_chosen(raised):
    sandbox = Sandbox()
    other = sandbox.add_connection("Exact Online van de ander", key="other")
    with start(sandbox) as address:
        error = raised(errors.AmbiguousError, connect, sandbox, address)
        assert other in str(error)
        assert sandbox.connection_id in str(error)
        assert "ex.connect(" in str(error)
        assert connect(sandbox, address, "other").info.id == other


@pytest.mark.parametrize("state", ["CLIENT_ACTION_REQUIRED", "SETUP_FAILED"])
def test_a_connection_that_is_not_ready(state, raised):
    sandbox = Sandbox()
    key = sandbox.add_connection("Exact Online nieuw", state=state)
    with start(sandbox) as address:
        error = raised(errors.ConnectionStateError, connect, sandbox, address, key)
    assert error.state == state
    assert "not ready" in str(error)
    if state == "CLIENT_ACTION_REQUIRED":
        assert error.url
        assert error.url in str(error)


def test_a_base_address_that_has_the_prefix_already_is_found_out(books, sandbox):
    sandbox.faults.add("not_found", path="*/proxy/api/v1/*", times=None)
    assert books.division
    assert len(books.odata("TransactionLines", limit=120)) == 120


def test_without_the_proxy_actions_still_work_and_nothing_is_asked_twice(books, sandbox):
    fault = sandbox.faults.add("forbidden", path="*/proxy/*", times=None)
    for _ in range(3):
        frame = books.list_gl_accounts(limit=5)
        assert len(frame) == 5
        assert frame.attrs["division"] == "unknown"
    assert fault._struck == 1
    assert "unknown" in books._repr_html_()


# --- what a service may answer ------------------------------------------------


@pytest.mark.parametrize("where", ["membrane", "exact"])
@pytest.mark.parametrize(
    ("fault", "kind", "says"),
    [
        ("unauthorized", (errors.AuthenticationError, errors.ConnectionStateError), "token"),
        ("forbidden", errors.AccessError, "right"),
        ("not_found", errors.NotFoundError, "ot found"),
        ("rate_limit", errors.RateLimitError, "again"),
        ("server_error", (errors.ServerError, errors.RunError), "500|wrong|Object reference"),
        ("bad_gateway", errors.ServerError, "502"),
        ("unavailable", errors.ServerError, "503"),
    ],
)
@pytest.mark.parametrize("road", ["action", "request"])
def test_every_status_is_one_clear_error(books, sandbox, fault, kind, says, where, road):
    books.division, books.inputs("list-items")  # known before things go wrong
    sandbox.faults.add(fault, where=where, method="*", path="*", times=None)
    with pytest.raises(kind, match=says):
        books.list_items() if road == "action" else books.request("/logistics/Items")


@pytest.mark.parametrize("fault", ["html", "empty", "truncated"])
@pytest.mark.parametrize("road", ["action", "odata"])
def test_an_answer_that_is_none_is_not_taken_for_one(books, sandbox, fault, road):
    books.division, books.inputs("list-items")
    sandbox.faults.add(fault, times=None)
    with pytest.raises(errors.BadAnswerError) as caught:
        books.list_items() if road == "action" else books.odata("logistics/Items")
    assert caught.value.hint


@pytest.mark.parametrize("fault", ["dropped", "bad_gateway", "rate_limit_retry_after"])
def test_a_read_gets_over_a_trouble_that_passes(books, sandbox, fault):
    expected = books.list_gl_accounts()
    sandbox.faults.add(fault, path="/act", times=1, seconds=1)
    assert books.list_gl_accounts().equals(expected)


@pytest.mark.parametrize("fault", ["dropped_after", "gateway_timeout", "rate_limit", "empty"])
def test_a_write_is_sent_once_whatever_comes_back(sandbox, open_books, fault):
    books = open_books(read_only=False)
    before = len(books.list_accounts())
    sandbox.faults.add(fault, method="POST", path="/act", times=1)
    with pytest.raises(errors.TransportError):
        books.create_account(name=f"Once {fault}")
    sandbox.faults.clear()
    names = open_books().list_accounts()["name"]
    made = int((names == f"Once {fault}").sum())
    assert made == (1 if fault == "dropped_after" else 0)
    assert len(names) == before + made


def test_a_dropped_socket_says_so(books, sandbox, raised):
    books.inputs("list-items")
    sandbox.faults.add("dropped", path="/act", times=None)
    error = raised(errors.ServerError, books.list_items)
    assert error.hint


def test_a_call_that_hangs_is_given_up(sandbox, open_books, raised):
    books = open_books(run_timeout=0.5, retries=0)
    books.inputs("list-items")
    sandbox.faults.add("hang", path="/act", times=1, seconds=20)
    begun = time.monotonic()
    error = raised(errors.ServerError, books.list_items)
    assert time.monotonic() - begun < 15
    assert "0.5" in str(error) or "no answer" in str(error).lower()


def test_by_default_a_call_may_take_longer_than_membranes_own_minute():
    assert Settings().run_timeout >= 65


def test_a_page_chain_that_repeats_itself(books, sandbox, raised):
    books.inputs("list-accounts")
    sandbox.faults.add("repeating_page", path="/act", times=None)
    error = raised(errors.IncompleteError, books.list_accounts)
    assert 60 <= len(error.frame) <= 120
    assert books.partial is error.frame


def test_exacts_dutch_validation_text_comes_through(sandbox, open_books, raised):
    books = open_books(read_only=False)
    sandbox.faults.add("validation", where="exact", method="POST", status=400)
    error = raised(errors.RunError, books.create_account, name="Jansen")
    assert "Verplicht: Factuur voor" in str(error)
    assert "Verplicht: Besteld door" in str(error)
    assert error.run_id


# --- long reads ------------------------------------------------


def test_a_failure_on_a_later_page_hands_over_the_pages_before(books, sandbox, raised):
    everything = books.odata("financialtransaction/TransactionLines", limit=600)
    sandbox.faults.add("forbidden", path="*TransactionLines*", after=7, times=None)
    error = raised(
        errors.IncompleteError, books.odata, "financialtransaction/TransactionLines", limit=600
    )
    assert len(error.frame) == 7 * 60
    assert error.frame.equals(everything.head(420))
    assert error.frame.attrs["complete"] == "no"
    assert "incomplete" in str(exactnb.show(error.frame))
    assert books.partial is error.frame


def test_ctrl_c_in_a_long_read_hands_over_what_came(books, sandbox, monkeypatch):
    calls = []
    send = books.membrane.proxy

    def interrupted(*arguments, **named):
        calls.append(arguments)
        if len(calls) == 5:
            raise KeyboardInterrupt
        return send(*arguments, **named)

    monkeypatch.setattr(books.membrane, "proxy", interrupted)
    with pytest.raises(errors.PullInterrupted) as caught:
        books.odata("financialtransaction/TransactionLines")
    assert len(caught.value.frame) == 60 * (len(calls) - 1 - 1 * (calls[0][2].endswith("Me")))
    assert books.partial is caught.value.frame
    assert "interrupted" in caught.value.frame.attrs["stopped"]


INTERRUPTED = """
import sys, threading, time
import exactnb
from exactnb.errors import PullInterrupted

books = exactnb.demo()
books.division
print("reading", flush=True)
try:
    books.odata("financialtransaction/TransactionLines")
except PullInterrupted as stopped:
    frame = books.partial
    print(len(frame), len(frame) % 60, frame.attrs["complete"], frame["id"].is_unique)
    print(len(books.list_gl_accounts(limit=5)))
"""


def test_a_real_ctrl_c_keeps_what_came_and_the_connection_goes_on():
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout.readline() == "reading\n"
        time.sleep(0.6)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    rows, rest, complete, unique = out.splitlines()[0].split()
    assert 0 < int(rows) < 12_000, err
    assert (rest, complete, unique) == ("0", "no", "True")
    assert out.splitlines()[1] == "5"
