"""exactnb serve: a notebook that answers in a browser of this machine, and cannot write."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request

import nbformat
import pytest
from browser_side import picture

CELLS = (
    "import exactnb as ex\nimport ipywidgets as widgets\nbooks = ex.demo()",
    "ledger = books.ledger()",
    (
        "def year(year):\n    display(ex.profit_and_loss(ledger, year, detail='group'))\n"
        "years = widgets.Dropdown(options=['2024', '2025'], description='Year')\n"
        "widgets.interact(year, year=years)"
    ),
    (
        "try:\n    books.create_account(name='Nobody', status='C')\n"
        "except ex.ExactnbError as refused:\n    print(type(refused).__name__)"
    ),
)


@pytest.fixture
def address(tmp_path):
    """Where a dashboard is served."""
    made = nbformat.v4.new_notebook()
    made.cells = [nbformat.v4.new_markdown_cell("# The result")]
    made.cells += [nbformat.v4.new_code_cell(cell) for cell in CELLS]
    nbformat.write(made, tmp_path / "board.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [sys.executable, "-m", "exactnb.cli", "serve", "board.ipynb", "--port", port]
    log = tmp_path / "log"
    with log.open("w") as said:
        served = subprocess.Popen(
            command, cwd=tmp_path, stdout=said, stderr=said, env=os.environ | {"DISPLAY": ""}
        )
        try:
            yield _address(log, served)
        finally:
            served.terminate()
            served.wait(20)


def _address(log, served):
    for _ in range(240):
        if found := re.search(r"http://127\.0\.0\.1:\d+/\?token=\w+", log.read_text()):
            return found[0]
        assert served.poll() is None, log.read_text()
        time.sleep(0.25)
    raise AssertionError(log.read_text())


def test_a_dashboard_answers_and_does_not_write(address, new_page):
    page = new_page()
    page.set_default_timeout(150_000)  # the page is whole once the notebook has run
    page.set_default_navigation_timeout(150_000)
    page.goto(address)
    page.get_by_role("combobox", name="Year").wait_for()
    page.get_by_text("2024 · EUR").wait_for()
    page.get_by_role("combobox", name="Year").select_option("2025")
    page.get_by_text("2025 · EUR").wait_for()
    picture(page, "dashboard")
    assert "ReadOnlyError" in page.inner_text("body")
    assert "create_account" not in page.content()


def test_nobody_gets_in_without_the_token(address):
    with urllib.request.urlopen(address.partition("?")[0], timeout=20) as page:
        assert "/login" in page.url
        assert b"The result" not in page.read()
