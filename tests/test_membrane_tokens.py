"""Where the token comes from, and what is said when there is none."""

import base64
import json
import shlex
import sys
from pathlib import Path

import httpx
import pytest

from exactnb.errors import AuthenticationError
from exactnb.membrane import HTTPTransport, Membrane
from exactnb.membrane.tokens import claims, expired, mint, source
from exactnb.settings import ENVIRONMENT, Settings

STANDIN = Path(__file__).parent / "membrane_standin" / "membrane"
COMMAND = shlex.join([sys.executable, "-S", str(STANDIN)])


def token(**body):
    packed = base64.urlsafe_b64encode(json.dumps(body).encode()).rstrip(b"=").decode()
    return f"eyJhbGciOiJIUzI1NiJ9.{packed}.c2lnbmF0dXJl"


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch):
    for names in ENVIRONMENT.values():
        for name in names:
            monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("EXACTNB_MEMBRANE_BIN", COMMAND)
    monkeypatch.delenv("MEMBRANE_STANDIN_TOKEN", raising=False)


def test_the_first_source_wins(monkeypatch):
    def found(**given):
        return source(Settings.load(), clock=lambda: 0, **given).token()

    monkeypatch.setenv("MEMBRANE_STANDIN_TOKEN", token(who="command"))
    assert claims(found())["who"] == "command"
    monkeypatch.setenv("MEMBRANE_WORKSPACE_KEY", "wk")
    monkeypatch.setenv("MEMBRANE_WORKSPACE_SECRET", "secret")
    monkeypatch.setenv("MEMBRANE_TEST_CUSTOMER_ID", "tenant-1")
    assert claims(found()) == {"id": "tenant-1", "iss": "wk", "exp": 3600}
    monkeypatch.setenv("MEMBRANE_ACCESS_TOKEN", "pat-access")
    assert found() == "pat-access"
    monkeypatch.setenv("MEMBRANE_TOKEN", "pat-token")
    assert found() == "pat-token"
    assert found(token="pat-argument") == "pat-argument"


# recorded from @membranehq/sdk 0.28.3, its clock at 1795375925: claims and signature by tenant
RECORDED = {
    "tenant-1": (
        "eyJpZCI6InRlbmFudC0xIiwiaXNzIjoid2siLCJleHAiOjE3OTUzNzk1MjV9",
        "xyuJfpxu-sO7v3c9eySaC9AJzjllPKQt2WIg0bem10Y",
    ),
    None: (
        "eyJpc3MiOiJ3ayIsImV4cCI6MTc5NTM3OTUyNX0",
        "6j4rf7kiwoonkI7EIM7tzcsZMXMKz7yP6L9yVINbEUs",
    ),
    "tënant €": (
        "eyJpZCI6InTDq25hbnQg4oKsIiwiaXNzIjoid2siLCJleHAiOjE3OTUzNzk1MjV9",
        "OAcXn3KBaj4SfCysjjTa6noD4l-EBgEtOz8pgd-4Esg",
    ),
}


@pytest.mark.parametrize("tenant", RECORDED)
def test_minted_tokens_are_those_of_the_javascript_sdk(tenant):
    header = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
    expected = ".".join((header, *RECORDED[tenant]))
    assert mint("wk", "s€cret", tenant, end=1795379525) == expected


def test_a_minted_token_is_kept_until_a_minute_before_its_end():
    now = [1000.4]
    settings = Settings(workspace_key="wk", workspace_secret="s")
    minted = source(settings, clock=lambda: now[0])
    ends = []
    for moment in (1000.4, 1001, 4539.9, 4540, 4541, 8079.9, 8080.1):
        now[0] = moment
        ends.append(claims(minted.token())["exp"])
    assert ends == [4600, 4600, 4600, 8140, 8140, 8140, 11680]


def test_a_token_of_the_command_is_asked_again_shortly_before_its_end(monkeypatch):
    now = [0.0]
    asked = source(Settings.load(), clock=lambda: now[0])
    monkeypatch.setenv("MEMBRANE_STANDIN_TOKEN", token(n=1, exp=100))
    assert claims(asked.token())["n"] == 1
    monkeypatch.setenv("MEMBRANE_STANDIN_TOKEN", token(n=2))
    now[0] = 89
    assert claims(asked.token())["n"] == 1
    now[0] = 91
    assert claims(asked.token())["n"] == 2
    now[0] = 1e9  # one without an end is kept
    monkeypatch.setenv("MEMBRANE_STANDIN_TOKEN", token(n=3))
    assert claims(asked.token())["n"] == 2


def test_without_any_the_error_names_every_way(monkeypatch):
    with pytest.raises(AuthenticationError) as error:
        source(Settings.load()).token()
    for way in ("MEMBRANE_TOKEN", "MEMBRANE_WORKSPACE_SECRET", "membrane login", "ex.demo()"):
        assert way in str(error.value)
    assert "You are not logged in" in str(error.value)
    monkeypatch.setenv("EXACTNB_MEMBRANE_BIN", "/nowhere/membrane")
    with pytest.raises(AuthenticationError, match="no program '/nowhere/membrane'"):
        source(Settings.load()).token()


def test_half_a_workspace_is_named(monkeypatch):
    monkeypatch.setenv("MEMBRANE_WORKSPACE_KEY", "wk")
    with pytest.raises(AuthenticationError, match="MEMBRANE_WORKSPACE_SECRET is not set"):
        source(Settings.load()).token()
    monkeypatch.delenv("MEMBRANE_WORKSPACE_KEY")
    monkeypatch.setenv("MEMBRANE_WORKSPACE_SECRET", "s3cret")
    with pytest.raises(AuthenticationError, match="MEMBRANE_WORKSPACE_KEY is not set") as error:
        source(Settings.load()).token()
    assert "s3cret" not in str(error.value)


@pytest.mark.parametrize("printed", ["Logged in as Ada", "error", "<html>"])
def test_words_are_no_token(monkeypatch, printed):
    monkeypatch.setenv("MEMBRANE_STANDIN_TOKEN", printed)
    with pytest.raises(AuthenticationError, match="printed none"):
        source(Settings.load()).token()


@pytest.mark.parametrize("slip", ["  pat-1\n", '"pat-1"', "Bearer pat-1", "bearer  pat-1"])
def test_slips_of_copying_are_mended(slip):
    assert source(Settings(), token=slip).token() == "pat-1"


@pytest.mark.parametrize("wrong", ["<your token>", "two words", "pat-é", "a\nb"])
def test_what_cannot_be_a_token_is_refused_without_showing_it(wrong):
    with pytest.raises(AuthenticationError) as error:
        source(Settings(), token=wrong)
    assert wrong not in str(error.value)


def test_an_expired_token_is_sent_and_its_end_is_told_when_it_is_refused():
    sent = []

    def answer(asked):
        sent.append(asked.headers["authorization"])
        said = {"type": "bad_request", "key": "not_authenticated", "message": "Not allowed."}
        return httpx.Response(401, json=said)

    def refused(given):
        client = httpx.Client(transport=httpx.MockTransport(answer))
        transport = HTTPTransport(Settings(), client=client, token=given)
        with pytest.raises(AuthenticationError) as error:
            Membrane(transport, Settings()).self_()
        return error.value

    old = token(exp=1_000_000_000)
    error = refused(old)
    assert sent == [f"Bearer {old}"]
    assert error.message.startswith("Not allowed: the token expired on 2001-09-09")
    assert error.status == 401
    assert "expired" not in str(refused(token(exp=1e11)))
    assert "expired" not in str(refused("pat-1"))


@pytest.mark.parametrize("text", ["", "a.b", "a.!!!.c", "a.bnVsbA.c", "pat-1", "a.W10.c"])
def test_claims_of_what_is_no_token_are_empty(text):
    assert claims(text) == {}
    assert expired(text) is None
