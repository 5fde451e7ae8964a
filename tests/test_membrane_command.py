"""Running the `membrane` program: its arguments, what it prints, and how it fails."""

import json
import shlex
import sys
import time

import pytest

from exactnb.errors import (
    AuthenticationError,
    BadAnswerError,
    InputError,
    NotFoundError,
    ServerError,
    TransportError,
)
from exactnb.membrane import CLITransport, Membrane, Request
from exactnb.membrane.arguments import arguments
from exactnb.membrane.command import Command, Done
from exactnb.settings import Settings

ENVELOPE = {"type": "bad_request", "key": "not_found", "message": "No such connection"}


def program(tmp_path, code):
    """Settings whose command runs this Python."""
    script = tmp_path / "a program" / "membrane"
    script.parent.mkdir(exist_ok=True)
    script.write_text("import sys, os, json, time\n" + code)
    return Settings(membrane_bin=shlex.join([sys.executable, "-S", str(script)]))


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (Request("GET", "/connections", {"limit": 1000}), "connection list"),
        (Request("GET", "/connections/c%201", {"includeSecrets": False}), "connection get 'c 1'"),
        (
            Request("GET", "/connections/c", {"wait": True, "timeout": 30}),
            "connection get c --wait --timeout=30",
        ),
        (
            Request(
                "POST", "/connections/ensure", json={"appUrl": "exactonline.nl", "name": "A B"}
            ),
            "connection ensure exactonline.nl '--name=A B'",
        ),
        (
            Request("POST", "/connections", json={"intent": "to Exact"}),
            "connection create 'to Exact'",
        ),
        (
            Request("PATCH", "/connections/c", json={"name": "Mü"}),
            """connection patch c '--data={"name":"Mü"}'""",
        ),
        (Request("DELETE", "/connections/c"), "connection archive c"),
        (
            Request("POST", "/connection-requests", json={"connectorId": "x", "name": "y"}),
            "connection-request create --connectorId=x --name=y",
        ),
        (Request("GET", "/connection-requests/r"), "connection-request get r"),
        (
            Request("GET", "/actions", {"intent": "unpaid $(x)", "connectionId": "c", "limit": 5}),
            "action list '--intent=unpaid $(x)' --connectionId=c --limit=5",
        ),
        (
            Request("GET", "/action", {"key": "k", "connectionId": "c"}),
            "action get k --connectionId=c",
        ),
        (Request("GET", "/actions/a"), "action get a"),
        (
            Request("POST", "/actions/a/run", {"connectionId": "c"}, json={"input": {"x": "-1"}}),
            """action run a --connectionId=c '--input={"x":"-1"}'""",
        ),
        (
            Request("POST", "/act", json={"key": "k", "connectionId": "c", "input": {}}),
            "action run k --connectionId=c '--input={}'",
        ),
        (
            Request("GET", "/search", {"q": "exact-online", "limit": 9}),
            "search exact-online --limit=9",
        ),
        (Request("GET", "/external-apps", {"search": "exact"}), "external-app list --search=exact"),
        (Request("GET", "/action-run-logs/r"), "action-run-log get r"),
        (Request("GET", "/action-run-logs/r/details"), "action-run-log get r --details"),
        (Request("GET", "/action-run-logs/r", {"details": True}), "action-run-log get r --details"),
        (
            Request("GET", "/connections/c/proxy/x(1)?$filter=a%20eq%20'b%26c'", {"$top": 5}),
            """request c '/x(1)' --method=GET --query='$filter=a eq '"'b&c'" '--query=$top=5'""",
        ),
        (
            Request("POST", "/connections/c/proxy/x", headers={"A": "b"}, json={"a": [1]}),
            """request c /x --method=POST '--header=A: b' '--header=Content-Type: application/json'
            '--data={"a":[1]}'""",
        ),
        (
            Request("PUT", "/connections/c/proxy/x", content=b"<a/>"),
            "request c /x --method=PUT '--data=<a/>' --rawData",
        ),
        (
            Request("GET", "/connections/c/proxy/https://start.exactonline.nl/x"),
            "request c https://start.exactonline.nl/x --method=GET",
        ),
    ],
)
def test_a_request_becomes_these_arguments(request_, expected):
    assert arguments(request_) == [*shlex.split(expected), "--json"]


@pytest.mark.parametrize("selector", ["-rf", "--help"])
def test_a_name_cannot_pass_for_an_option(selector):
    with pytest.raises(InputError):
        arguments(Request("GET", f"/connections/{selector}"))


def test_nothing_goes_through_a_shell(tmp_path):
    settings = program(tmp_path, "print(json.dumps({'items': [], 'saw': sys.argv[1:]}))")
    trick = "$(touch x); `id` && %PATH% | 'quote\" \n é"
    sent = Request("GET", "/actions", {"intent": trick, "connectionId": "c"})
    saw = CLITransport(settings).send(sent).json()["saw"]
    assert saw == ["action", "list", f"--intent={trick}", "--connectionId=c", "--json"]


def test_the_program_runs_without_a_terminal_or_colours(tmp_path):
    code = (
        "seen = [sys.stdin.read(), os.environ['NO_COLOR'], os.environ['CI']]\n"
        "print(json.dumps({'id': 'c', 'name': '|'.join(seen)}))"
    )
    settings = program(tmp_path, code)
    assert Membrane(CLITransport(settings), settings).connection("c").name == "|1|1"


def test_a_program_may_be_a_path_with_spaces(tmp_path):
    script = tmp_path / "my membrane"
    script.write_text(f"#!{sys.executable} -S\nprint('{{\"items\": []}}')\n")
    script.chmod(0o755)
    settings = Settings(membrane_bin=str(script))
    assert list(Membrane(CLITransport(settings), settings).connections()) == []


@pytest.mark.parametrize("name", ["/nowhere/membrane", "no-such-program-here --flag", " "])
def test_a_program_that_is_not_there_is_named_with_how_to_get_it(name):
    with pytest.raises(TransportError, match="There is no program") as error:
        CLITransport(Settings(membrane_bin=name)).send(Request("GET", "/connections"))
    assert "npm install -g @membranehq/cli" in str(error.value)
    assert "EXACTNB_MEMBRANE_BIN" in str(error.value)


def test_a_program_that_cannot_be_started(tmp_path):
    script = tmp_path / "membrane"
    script.write_text("#!/nowhere/node\n")
    script.chmod(0o755)
    with pytest.raises(TransportError, match="could not be started") as error:
        CLITransport(Settings(membrane_bin=str(script))).send(Request("GET", "/connections"))
    assert isinstance(error.value.__cause__, OSError)


def test_a_batch_file_is_not_given_arguments(tmp_path):
    script = tmp_path / "membrane.cmd"
    script.write_text("")
    script.chmod(0o755)
    with pytest.raises(TransportError, match="batch file"):
        CLITransport(Settings(membrane_bin=str(script))).send(Request("GET", "/connections"))


def test_an_input_too_large_for_a_command_says_so(tmp_path):
    settings = program(tmp_path, "print('{}')")
    with pytest.raises(TransportError, match="too large") as error:
        Membrane(CLITransport(settings), settings).run(
            "k", {"x": "y" * 3_000_000}, connection_id="c", safe=False
        )
    assert "over HTTP" in str(error.value)


def test_a_program_that_does_not_end_is_ended_with_what_it_started(tmp_path):
    pids = tmp_path / "pids"
    code = (
        "import subprocess\n"
        "child = subprocess.Popen([sys.executable, '-S', '-c', 'import time; time.sleep(60)'])\n"
        f"open({str(pids)!r}, 'w').write(f'{{os.getpid()}} {{child.pid}}')\n"
        "time.sleep(60)"
    )
    with pytest.raises(ServerError, match="did not end within 2 s") as error:
        Command(program(tmp_path, code)).run(["action", "run", "x"], timeout=2)
    assert error.value.timed_out
    deadline = time.monotonic() + 10
    started = [int(pid) for pid in pids.read_text().split()]
    while (left := [pid for pid in started if _state(pid) not in ("gone", "Z")]) and (
        time.monotonic() < deadline
    ):
        time.sleep(0.01)
    assert (len(started), left) == (2, [])


def _state(pid):
    """How a process is, as the system tells: gone, or a letter."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "gone"


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        ('{"id": "c"}', {"id": "c"}),
        ("null", None),
        ('\x1b[32m✔\x1b[39m Done\n{"id": "c"}\n', {"id": "c"}),
        ('\x1b[2K\r✔ Done {"id": "c"}', {"id": "c"}),
        (
            '[info] one {moment}\n{\n  "id": "c",\n  "a": [\n    {}\n  ]\n}\nbye',
            {"id": "c", "a": [{}]},
        ),
        ('{"level":"info"}\n{"items": [{"id": 1}]}\n', {"items": [{"id": 1}]}),
        ("\x1b]0;title\x07[1, 2]", [1, 2]),
    ],
)
def test_json_is_found_among_other_things(printed, value):
    assert Done(0, _plain(printed), "").value() == value


@pytest.mark.parametrize(
    "printed",
    [
        "",
        "Usage: membrane [command]",
        '{"items": [{"id": "1"}',
        'notice\n{\n  "items": [\n    {"id": "1"},\n    {"id": "2"}\n',
        'notice {"items": [{"id": "1"}, {"id": "2"}',
    ],
)
def test_half_an_answer_does_not_pass_for_one(printed):
    with pytest.raises(BadAnswerError, match="printed no JSON"):
        Done(0, printed, "").value()


def _plain(text):
    from exactnb.membrane.command import _plain

    return _plain(text.encode())


@pytest.mark.parametrize("shape", ["bare", "inside error"])
@pytest.mark.parametrize("channel", ["stdout", "stderr"])
@pytest.mark.parametrize("code", [0, 1])
def test_an_error_is_an_error_wherever_it_is_printed(tmp_path, shape, channel, code):
    error = ENVELOPE if shape == "bare" else {"error": ENVELOPE}
    lines = f"print({json.dumps(error)!r}, file=sys.{channel}); sys.exit({code})"
    settings = program(tmp_path, lines)
    kind = BadAnswerError if (channel, code) == ("stderr", 0) else NotFoundError
    with pytest.raises(kind):
        Membrane(CLITransport(settings), settings).connection("c")


@pytest.mark.parametrize(
    ("words", "kind", "hint"),
    [
        ("You are not logged in", AuthenticationError, "membrane login"),
        ("Request failed: read ECONNRESET", ServerError, "network"),
        ("error: unknown command 'action'", TransportError, "terminal"),
        ("", TransportError, "terminal"),
    ],
)
def test_failures_in_words_say_what_to_do(tmp_path, words, kind, hint):
    settings = program(tmp_path, f"print({words!r}, file=sys.stderr); sys.exit(3)")
    with pytest.raises(kind, match=r"failed \(exit 3\)") as error:
        CLITransport(settings).send(Request("GET", "/connections"))
    assert type(error.value) is kind
    assert hint in str(error.value)


def test_another_program_of_that_name_is_suspected(tmp_path):
    settings = program(tmp_path, "print('membrane: ad auditor 0.1')")
    with pytest.raises(BadAnswerError, match="@membranehq/cli"):
        CLITransport(settings).send(Request("GET", "/connections"))


def test_a_token_that_the_program_prints_is_not_shown(tmp_path):
    token = "eyJhbGciOiJIUzI1NiJ9.eyJpZCI6InRlbmFudCJ9.c2lnbmF0dXJl"
    settings = program(tmp_path, f"print('bad token {token}', file=sys.stderr); sys.exit(1)")
    with pytest.raises(TransportError) as error:
        CLITransport(settings).send(Request("GET", "/connections"))
    assert "c2lnbmF0dXJl" not in str(error.value)


@pytest.mark.parametrize(
    ("printed", "status", "content"),
    [
        ({"status": 200, "headers": {"A": "b"}, "body": {"d": 1}}, 200, b'{"d": 1}'),
        ({"status": 201, "headers": {}, "data": {"d": 1}}, 201, b'{"d": 1}'),
        ({"output": {"status": 404, "headers": {}, "data": "<x/>"}}, 404, b"<x/>"),
        ({"status": 204, "headers": {}}, 204, b""),
        ({"d": {"results": []}}, 200, b'{"d": {"results": []}}'),
        ({"status": 20, "Name": "x"}, 200, b'{"status": 20, "Name": "x"}'),
    ],
)
def test_the_apps_answer_in_each_form_that_is_described(tmp_path, printed, status, content):
    settings = program(tmp_path, f"print({json.dumps(printed)!r})")
    answer = Membrane(CLITransport(settings), settings).proxy("c", "GET", "/x", safe=True)
    assert (answer.status, answer.content) == (status, content)


def test_a_connection_is_archived_whatever_is_printed(tmp_path):
    for printed in ("", "Archived.", "{}"):
        settings = program(tmp_path, f"print({printed!r})")
        assert Membrane(CLITransport(settings), settings).archive_connection("c") is None


def test_repr_shows_the_program_and_no_more():
    settings = Settings(membrane_bin="npx @membranehq/cli", token="pat-secret")
    assert repr(CLITransport(settings)) == "CLITransport('npx @membranehq/cli')"
    assert repr(Command(settings)) == "Command('npx @membranehq/cli')"
