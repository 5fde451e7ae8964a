"""The outbox when a process dies, and when several write at once: real processes, a real server."""

import os
import signal
import subprocess
import sys
import time

import pytest

from exactnb.outbox import Outbox
from exactnb.sandbox import Sandbox
from exactnb.sandbox.serve import start

OPEN = """
import os, sys
import exactnb
from exactnb.errors import RepeatError

books = exactnb.connect(read_only=False)
"""
#: reads a line before it writes, so that a test says when
WRITE = """
books.division, books.inputs("create-account")
print("ready", flush=True)
sys.stdin.readline()
try:
    print("sent", books.create_account(name=os.environ["NAME"]).record_id, flush=True)
except RepeatError as repeat:
    print("refused", repeat.outbox_id, flush=True)
"""
#: dies once the answer is there, and before anybody has seen it
DYING = """
from exactnb.membrane.transport import HTTPTransport
send = HTTPTransport.send

def last_words(self, request):
    answer = send(self, request)
    if request.path == "/act":
        os._exit(9)
    return answer

HTTPTransport.send = last_words
"""
LOOK = """
print(books.outbox("unknown").shape[0], flush=True)
found = books.reconcile()
print(found["status"].item(), found["record_id"].item(), flush=True)
"""


@pytest.fixture(scope="module")
def sandbox():
    return Sandbox()


@pytest.fixture
def started(sandbox, tmp_path):
    """Starts a process that talks to the sandbox; none of them is left behind."""
    processes = []
    with start(sandbox) as address:

        def of(code, name="", **settings):
            environ = {
                **os.environ,
                **settings,
                "MEMBRANE_API_URL": address,
                "MEMBRANE_TOKEN": sandbox.token,
                "EXACTNB_HOME": str(tmp_path),
                "NAME": name,
            }
            pipe = subprocess.PIPE
            process = subprocess.Popen(
                [sys.executable, "-c", code],
                env=environ, stdin=pipe, stdout=pipe, stderr=pipe, text=True,
            )  # fmt: skip
            processes.append(process)
            return process

        try:
            yield of
        finally:
            sandbox.faults.clear()
            for each in processes:
                each.kill()
                each.communicate(timeout=30)


def said(process, line=None):
    """What a process prints, after it was given a line."""
    out, err = process.communicate(line, timeout=60)
    assert out, err
    return out.splitlines()


def accounts(sandbox, name):
    sql = "SELECT count(*) FROM main.Accounts WHERE Name = ?"
    return sandbox.exact_online.store.value(sql, (name,))


def soon(happened):
    """Wait until something is so, for half a minute at most."""
    for _ in range(300):
        if happened():
            return
        time.sleep(0.1)
    raise AssertionError("it did not happen")


def test_a_process_killed_between_send_and_answer_leaves_the_write_unknown(
    sandbox, started, tmp_path
):
    sandbox.faults.add("hang", path="/act", method="POST", seconds=60)
    process = started(OPEN + WRITE, "Killed")
    assert process.stdout.readline() == "ready\n"
    process.stdin.write("\n")
    process.stdin.flush()
    box = Outbox(tmp_path / "outbox.sqlite")
    soon(lambda: [f for f in sandbox.faults._faults if f._struck])  # it is under way
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=30)
    assert [row.status for row in box.rows()] == ["unknown"]
    assert accounts(sandbox, "Killed") == 0
    sandbox.faults.clear()  # who killed the sender did not stop what was sent
    soon(lambda: accounts(sandbox, "Killed") == 1)

    again = started(OPEN + WRITE, "Killed")
    assert said(again, "\n")[1:] == [f"refused {box.rows()[0].id}"]
    count, outcome = said(started(OPEN + LOOK))
    assert count == "1"
    row = box.rows()[0]
    assert outcome == f"sent {row.record_id}"
    assert (row.status, row.settled_by) == ("sent", "run log")
    assert accounts(sandbox, "Killed") == 1


def test_a_process_that_dies_before_it_closed_the_row_leaves_it_unknown(sandbox, started, tmp_path):
    process = started(OPEN + DYING + WRITE, "Died")
    assert said(process, "\n") == ["ready"]
    assert process.returncode == 9
    box = Outbox(tmp_path / "outbox.sqlite")
    assert [row.status for row in box.rows()] == ["unknown"]
    sandbox.state.runs.clear()  # not even a log is left: by its content then
    assert said(started(OPEN + LOOK))[1] == f"sent {box.rows()[0].record_id}"
    assert box.rows()[0].settled_by == "records"
    assert accounts(sandbox, "Died") == 1


def test_two_processes_with_one_payload_make_one_record(sandbox, started):
    both = [started(OPEN + WRITE, "Two Processes") for _ in range(2)]
    for each in both:
        assert each.stdout.readline() == "ready\n"
    for each in both:
        each.stdin.write("\n")
        each.stdin.flush()
    outcomes = sorted(said(each)[0].split()[0] for each in both)
    assert outcomes == ["refused", "sent"]
    assert accounts(sandbox, "Two Processes") == 1
