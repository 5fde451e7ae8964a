"""One call over HTTP: what is sent, and what becomes of every answer that is not one."""

import gzip
import json
import logging
import pickle
import subprocess
import sys

import httpx
import pytest
from membrane_standin.faulty import faulty, http

from exactnb.errors import BadAnswerError, ExactnbError, InputError, ServerError, TransportError
from exactnb.membrane import HTTPTransport, Membrane, Request
from exactnb.membrane.excerpts import first_words, without_secrets
from exactnb.membrane.transport import encode_query, segment
from exactnb.settings import Settings

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJpZCI6InRlbmFudCJ9.c2lnbmF0dXJl"


def over(answer, **settings):
    """A transport whose service is a function from httpx's request to its response."""
    client = httpx.Client(transport=httpx.MockTransport(answer))
    return HTTPTransport(Settings(token=TOKEN, **settings), client=client)


def to(address, **settings):
    return HTTPTransport(Settings(token=TOKEN, api_url=address, **settings))


def seen(request):
    """A request, and what the service saw of it."""
    came = []

    def answer(asked):
        came.append(asked)
        return httpx.Response(200, json={})

    over(answer).send(request)
    return came[0]


def test_every_call_says_who_asks_and_which_version():
    came = seen(Request("GET", "/self"))
    assert str(came.url) == "https://api.getmembrane.com/self"
    assert came.headers["authorization"] == f"Bearer {TOKEN}"
    assert came.headers["membrane-api-version"] == "2025-10-21"
    assert came.headers["accept"] == "application/json"
    assert came.headers["user-agent"].startswith("exactnb/")
    assert "gzip" in came.headers["accept-encoding"]
    assert "content-type" not in came.headers


def test_own_headers_are_added_but_never_replace_the_token():
    headers = {"Accept": "text/xml", "Prefer": "x", "Authorization": "Basic me", "X": "ü"}
    ours = {k: v for k, v in headers.items() if k != "X"}
    came = seen(Request("GET", "/x", headers=ours))
    assert came.headers["accept"] == "text/xml"
    assert came.headers["prefer"] == "x"
    assert came.headers["authorization"] == f"Bearer {TOKEN}"
    with pytest.raises(TransportError, match="cannot be sent"):
        over(lambda _: httpx.Response(200)).send(Request("GET", "/x", headers=headers))


def test_json_and_raw_bodies():
    came = seen(Request("POST", "/x", json={"name": "Müller", "none": None}))
    assert came.content == '{"name":"Müller","none":null}'.encode()
    assert came.headers["content-type"] == "application/json"
    assert seen(Request("POST", "/x", json=None)).content == b"null"
    assert seen(Request("POST", "/x")).content == b""
    raw = seen(Request("PUT", "/x", content=b"<a/>", headers={"content-type": "text/xml"}))
    assert (raw.content, raw.headers["content-type"]) == (b"<a/>", "text/xml")


@pytest.mark.parametrize("value", [float("nan"), {1, 2}, object()])
def test_what_is_no_json_is_not_sent(value):
    with pytest.raises(InputError, match="cannot be sent as JSON"):
        seen(Request("POST", "/x", json={"value": value}))


def test_a_query_keeps_false_and_leaves_out_what_is_absent():
    query = {"a": True, "b": False, "c": None, "d": "", "e": 0, "f": "x & y/ü", "$top": 5}
    assert encode_query(query) == "a=true&b=false&e=0&f=x%20%26%20y/%C3%BC&$top=5"


def test_a_query_is_added_to_that_of_the_path():
    came = seen(Request("GET", "/x?$skiptoken=guid'1'", {"b": 1}))
    assert came.url.query in (b"$skiptoken=guid'1'&b=1", b"$skiptoken=guid%271%27&b=1")


def test_names_in_a_path_are_encoded_whole():
    assert segment("a b/c?d#é") == "a%20b%2Fc%3Fd%23%C3%A9"
    for wrong in ("", ".", ".."):
        with pytest.raises(InputError):
            segment(wrong)


def test_reads_follow_redirects_and_writes_do_not():
    def answer(asked):
        if asked.url.path == "/old":
            return httpx.Response(302, headers={"location": "/new"})
        return httpx.Response(200, json={"method": asked.method})

    assert over(answer).send(Request("GET", "/old")).json() == {"method": "GET"}
    assert over(answer).send(Request("POST", "/old", json={}, safe=False)).status == 302


def test_a_write_that_is_sent_elsewhere_says_where():
    moved = over(lambda _: httpx.Response(307, headers={"location": "https://x.example/a?b=c"}))
    with pytest.raises(BadAnswerError, match=r"307, moved to https://x\.example/a\n"):
        Membrane(moved, Settings()).create_connection(intent="x")


def test_an_address_with_a_password_is_refused_unseen():
    with pytest.raises(TransportError, match="user and password") as error:
        to("https://me:hunter2@example.com")
    assert "hunter2" not in str(error.value)


def test_the_token_does_not_follow_to_another_host():
    hosts = {}

    def answer(asked):
        hosts[asked.url.host] = asked.headers.get("authorization")
        if asked.url.host == "api.getmembrane.com":
            return httpx.Response(302, headers={"location": "https://elsewhere.example/x"})
        return httpx.Response(200, json={})

    over(answer).send(Request("GET", "/x"))
    assert hosts == {"api.getmembrane.com": f"Bearer {TOKEN}", "elsewhere.example": None}


def test_an_endless_redirect_is_a_bad_answer():
    loop = over(lambda asked: httpx.Response(302, headers={"location": str(asked.url)}))
    with pytest.raises(BadAnswerError, match="redirects"):
        loop.send(Request("GET", "/x"))


def test_any_status_is_an_answer():
    for status in (200, 204, 304, 400, 401, 404, 429, 500, 502, 503):
        assert (
            over(lambda _, s=status: httpx.Response(s)).send(Request("GET", "/x")).status == status
        )


def test_gzip_is_opened_and_broken_gzip_is_a_bad_answer():
    packed = gzip.compress(b'{"a":1}')
    with faulty(http(packed, Content_Encoding="gzip")) as (address, _):
        assert to(address).send(Request("GET", "/x")).json() == {"a": 1}
    broken = http(b"no gzip", Content_Encoding="gzip")
    with faulty(broken) as (address, _), pytest.raises(BadAnswerError):
        to(address).send(Request("GET", "/x"))


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (b"", "dropped before an answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Le", "dropped before an answer"),
        (http(b'{"items":[1,2', length=500), "dropped before an answer"),
        (None, "No answer came within 0.3 s"),
    ],
    ids=["reset", "half a head", "half a body", "hang"],
)
@pytest.mark.parametrize("safe", [True, False])
def test_an_answer_that_does_not_come_is_a_server_error(answer, says, safe):
    with faulty(answer) as (address, got):
        with pytest.raises(ServerError, match=says) as error:
            to(address, read_timeout=0.3).send(Request("POST", "/act", json={}, safe=safe))
        assert len(got) == 1
    assert error.value.__cause__ is not None
    assert ("look in Exact Online before sending it again" in str(error.value)) is not safe


def test_nobody_listening_is_told_apart():
    with faulty(b"") as (address, _):
        pass
    with pytest.raises(ServerError, match="could not be reached") as error:
        to(address).send(Request("POST", "/act", json={}, safe=False))
    assert "Nothing was sent" in str(error.value)
    assert address in str(error.value)


@pytest.mark.parametrize(
    "fault", [ConnectionResetError("reset"), BrokenPipeError(), TimeoutError()]
)
def test_a_sandbox_in_process_can_hang_up_too(fault):
    def app(environ, start_response):
        raise fault

    client = httpx.Client(transport=httpx.WSGITransport(app=app))
    with pytest.raises(ServerError, match="dropped") as error:
        HTTPTransport(Settings(token=TOKEN), client=client).send(Request("GET", "/x"))
    assert error.value.__cause__ is fault


def test_a_body_cut_off_in_process_is_noticed():
    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", "99")])
        return [b'{"items":[]}']

    client = httpx.Client(transport=httpx.WSGITransport(app=app))
    with pytest.raises(ServerError, match="cut off after 12 of 99 bytes"):
        HTTPTransport(Settings(token=TOKEN), client=client).send(Request("GET", "/x"))


@pytest.mark.parametrize("address", ["api.getmembrane.com", "ftp://x", "http://"])
def test_an_address_that_cannot_be_used_names_the_variable(address):
    with pytest.raises(TransportError, match="MEMBRANE_API_URL"):
        to(address).send(Request("GET", "/x"))


def test_after_closing_nothing_is_sent():
    transport = over(lambda _: httpx.Response(200, json={}))
    transport.send(Request("GET", "/x"))
    transport.close()
    with pytest.raises(TransportError, match="closed"):
        transport.send(Request("GET", "/x"))


@pytest.mark.parametrize(
    ("content", "kind", "says"),
    [
        (b"", "application/json", "an empty answer"),
        (b"  \n", "text/plain", "an empty answer"),
        (b'{"items":[{"a":"b', "application/json", r"stops part-way \(17 bytes"),
        (b'{"items":[1,2', "application/json", "stops part-way"),
        (b'{"items":[1,,2]}', "application/json", "broken at character 12"),
        (
            b"<html><title>Hotel &amp; Wi-Fi</title><script>x()</script><h1>Sign in</h1><p>first",
            "text/html; charset=utf-8",
            "text/html instead of JSON: “Hotel & Wi-Fi: Sign in first”",
        ),
        (b"\xff\xfe\x00", "application/octet-stream", "application/octet-stream instead of JSON"),
    ],
)
def test_what_is_no_json_is_shown_in_words(content, kind, says):
    answer = over(
        lambda _: httpx.Response(200, content=content, headers={"content-type": kind})
    ).send(Request("GET", "/x"))
    with pytest.raises(BadAnswerError, match=says) as error:
        answer.json()
    assert error.value.status == 200
    assert "<" not in str(error.value)


def test_the_token_is_nowhere_to_be_read(caplog):
    caplog.set_level(logging.DEBUG)
    echo = httpx.Response(
        400, json={"type": "bad_request", "message": f"Token {TOKEN} is not a good one"}
    )
    answers = [
        echo,
        httpx.Response(502, text=f"<html>Bearer {TOKEN}</html>"),
        httpx.Response(200, text=f"{TOKEN} access_token=abc"),
        httpx.Response(302, headers={"location": f"/login?token={TOKEN}"}),
    ]
    shown = []
    for answer in answers:
        transport = over(lambda _, answer=answer: answer)
        settings = Settings(token=TOKEN)
        shown += [repr(transport), repr(settings), str(settings)]
        request = Request("POST", "/x", headers={"a": TOKEN}, json=TOKEN, safe=False)
        shown += [repr(request), str(request), repr(transport.send(request))]
        with pytest.raises(ExactnbError) as error:
            Membrane(transport, settings).create_connection(intent="x")
        shown += [str(error.value), repr(error.value), str(error.value.__dict__)]
    text = "\n".join(shown) + caplog.text
    assert TOKEN.split(".")[2] not in text
    assert "•••" in text


def test_secrets_are_blotted_out_and_the_rest_stays():
    text = json.dumps({"access_token": "abc.def", "name": "Patrick", "note": f"Bearer {TOKEN}"})
    assert json.loads(without_secrets(text)) == {
        "access_token": "•••",
        "name": "Patrick",
        "note": "Bearer •••",
    }
    assert without_secrets("pat-abc123 and patience") == "••• and patience"
    assert first_words(b"a" * 500) == "a" * 119 + "…"


def test_errors_survive_pickling():
    with faulty(b"") as (address, _), pytest.raises(ServerError) as error:
        to(address).send(Request("GET", "/x"))
    copy = pickle.loads(pickle.dumps(error.value))
    assert str(copy) == str(error.value)


def test_importing_the_room_loads_nothing_heavy():
    code = (
        "import sys, exactnb.membrane as m; "
        "assert not {'httpx', 'pydantic'} & set(sys.modules); "
        "assert all(getattr(m, name) is not None for name in m.__all__)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
