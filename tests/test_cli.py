"""The ``exactnb`` command, run as a program."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

import exactnb
from exactnb.cli import main

ROOT = Path(__file__).parent.parent


@contextmanager
def running(*arguments, until, cwd=ROOT):
    """The command in the background, with what it printed up to a line that matches ``until``."""
    process = subprocess.Popen(
        [sys.executable, "-m", "exactnb.cli", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=cwd,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    stop = threading.Timer(60, process.kill)
    stop.start()
    try:
        printed = []
        for line in process.stdout:
            printed.append(line)
            if re.search(until, line):
                break
        yield "".join(printed), process
    finally:
        stop.cancel()
        process.terminate()
        process.communicate(timeout=30)


def free_port():
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return line.getsockname()[1]


def fetched(url):
    """What is there, once the server that has just said its address listens."""
    for _ in range(50):
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return answer.read().decode()
        except urllib.error.URLError:
            time.sleep(0.2)
    raise AssertionError(f"nobody answers at {url.partition('?')[0]}")


def test_the_sandbox_prints_the_two_variables_that_make_connect_use_it(monkeypatch):
    with running("sandbox", "--port", "0", until="MEMBRANE_TOKEN") as (printed, process):
        for name, value in re.findall(r"export (\w+)=(\S+)", printed):
            monkeypatch.setenv(name, value)
        books = exactnb.connect(read_only=False)
        assert "Noordster Rijwielen B.V." in books._repr_html_()
        run = books.create_account(name="Via de bediende sandbox")
        assert books.get_account(run.record_id)["name"] == "Via de bediende sandbox"
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0


def test_the_sandbox_keeps_what_is_written_when_asked_to(tmp_path, monkeypatch):
    key = None
    for _ in range(2):
        with running("sandbox", "--port", "0", "--data", str(tmp_path), until="TOKEN") as (out, _p):
            for name, value in re.findall(r"export (\w+)=(\S+)", out):
                monkeypatch.setenv(name, value)
            books = exactnb.connect(read_only=False)
            key = key or books.create_account(name="Blijft bewaard").record_id
            assert books.get_account(key)["name"] == "Blijft bewaard"


def test_lab_prints_the_address_of_the_notebook_and_keeps_serving(monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    notebook, port = "notebooks/00_first_steps.ipynb", str(free_port())
    with running("lab", notebook, "--port", port, until=r"127\.0\.0\.1:\d+/lab") as (out, process):
        address, token = re.search(
            r"(http://127\.0\.0\.1:\d+)/lab/tree/\S+token=(\w+)", out
        ).groups()
        assert f"/lab/tree/{notebook}" in out
        assert "ex.demo()" in fetched(f"{address}/api/contents/{notebook}?token={token}")
        assert process.poll() is None


def test_a_notebook_that_is_not_there(capsys):
    assert main(["lab", "no-such.ipynb"]) == 1
    assert "no-such.ipynb" in capsys.readouterr().err


def test_the_version(capsys):
    with pytest.raises(SystemExit):
        main(["--version"])
    assert exactnb.__version__ in capsys.readouterr().out
