"""The newcomer's path in the README's own words: a clone, one command, a table; then an account."""

import os
import re
import shlex
import signal
import subprocess
import time
from contextlib import contextmanager

import pytest
from documentation_side import blocks
from environment_side import ROOT, plain, run
from lab_side import Lab, Notebook

#: seconds that the one command may take to build what it needs, on a busy machine
BUILT = 900


def said(language):
    """What the README says in a language, block by block."""
    return [block.code for block in blocks(ROOT / "README.md") if block.language == language]


@contextmanager
def started(command, ready, *, seconds, log, cwd, env):
    """What a command says when it is ready, as a match of ``ready``; it ends with the block."""
    with log.open("w") as out:
        process = subprocess.Popen(
            command, cwd=cwd, env=env, stdout=out, stderr=out, start_new_session=True
        )
    try:
        end = time.monotonic() + seconds
        while not (found := re.search(ready, log.read_text(), re.DOTALL)):
            assert process.poll() is None, log.read_text()[-4000:]
            assert time.monotonic() < end, log.read_text()[-4000:]
            time.sleep(0.5)
        yield found
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A clone of the project, and the variables of a machine that has no screen."""
    folder = tmp_path_factory.mktemp("newcomer")
    home = folder / "home"
    (home / "config").mkdir(parents=True)
    # so that this test can press what a person presses
    (home / "config" / "jupyter_lab_config.json").write_text(
        '{"LabApp": {"expose_app_in_browser": true}}'
    )
    env = plain(
        home / "exactnb",
        JUPYTER_CONFIG_DIR=str(home / "config"),
        JUPYTER_RUNTIME_DIR=str(home / "runtime"),
        JUPYTERLAB_SETTINGS_DIR=str(home / "settings"),
        JUPYTERLAB_WORKSPACES_DIR=str(home / "workspaces"),
        IPYTHONDIR=str(home / "ipython"),
    )
    env = {name: value for name, value in env.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    run("git", "clone", "--quiet", ROOT, "exactnb", cwd=folder, env=env)
    return folder / "exactnb", env


@pytest.fixture(scope="module")
def demo(clone):
    """The README's first command, until it answers: the address that it printed, and its folder."""
    folder, env = clone
    command = shlex.split(said("sh")[0].splitlines()[0], comments=True)
    assert command == ["make", "demo"]
    address = r"(http://127\.0\.0\.1:\d+)(/lab\S*token=\w+)"
    log = folder.parent / "demo.log"
    with started(command, address, seconds=BUILT, log=log, cwd=folder, env=env) as found:
        yield found[0], Lab(found[1], folder)


@pytest.fixture
def page(demo, new_page):
    """A browser in which the printed address was opened: it knows the token from then on."""
    address, _ = demo
    page = new_page()
    page.goto(address)
    page.locator(".jp-Notebook").wait_for(timeout=90_000)
    return page


def run_cell(notebook, number):
    """The texts that a cell shows."""
    outputs = notebook.tell(
        f"""
        panel.content.activeCellIndex = {number};
        await window.jupyterapp.commands.execute("notebook:run-cell");
        return panel.content.widgets[{number}].model.outputs.toJSON();
        """
    )
    return "\n".join("".join(each.get("data", each).get("text/plain", "")) for each in outputs)


def test_from_a_clone_to_the_first_table(demo, page):
    address, lab = demo
    name = re.search(r"/lab/tree/(\S+)\?", address)[1]
    assert name == "notebooks/00_first_steps.ipynb"
    notebook = Notebook(page, lab, name)
    outputs = [each for cell in notebook.run() for each in cell]
    shown = ["".join(each.get("data", {}).get("text/plain", "")) for each in outputs]
    assert any("list-sales-invoices · Noordster Rijwielen" in text for text in shown)
    notebook.close()


def test_from_the_demo_to_an_account(clone, demo, page):
    folder, env = clone
    _, lab = demo
    sandbox = [str(folder / ".venv/bin/exactnb"), "sandbox", "--port", "0"]
    ready = r"export MEMBRANE_API_URL=(\S+)\nexport MEMBRANE_TOKEN=(\S+)\n"
    with started(
        sandbox, ready, seconds=120, log=folder.parent / "sandbox.log", cwd=folder, env=env
    ) as found:
        address, token = found[1], found[2]
        setup, connect = said("python")[-2:]
        name = lab.write(
            "my_account.ipynb",
            f"import os\n\nimport exactnb as ex\n\nos.environ['MEMBRANE_API_URL'] = '{address}'",
            setup,
            f"{connect}\nbooks",
            "ex.show(books.list_sales_invoices(limit=3))",
        )
        notebook = Notebook(page, lab, name)
        run_cell(notebook, 0)
        assert "set MEMBRANE_TOKEN" in run_cell(notebook, 1)
        field = notebook.output(1).get_by_placeholder("paste it and press Enter").first
        field.fill(token)
        field.press("Enter")
        notebook.output(1).get_by_text("Paste this").first.wait_for()
        assert "read only" in run_cell(notebook, 2)
        assert "3 rows" in run_cell(notebook, 3)
        notebook.close()
        assert token not in (folder / name).read_text()
