"""A JupyterLab of our own, and one notebook in it as its user has it."""

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import nbformat

from exactnb.settings import ENVIRONMENT

ROOT = Path(__file__).parents[2]

#: no news, no saving behind our back, and every cell in the page, also far below the window
PREFERENCES = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "docmanager-extension/plugin": {"autosave": False},
    "notebook-extension/tracker": {"windowingMode": "none"},
}
#: milliseconds after which a notebook that does not open, or a run that does not end, is an error
LATE = 180_000
#: a run is started only once the kernel has answered: before, JupyterLab would ask which kernel
OPENED = """
  await panel.context.ready;
  await panel.sessionContext.ready;
  await panel.sessionContext.session.kernel.info;
"""
RUN = """
  await window.jupyterapp.commands.execute("notebook:run-all-cells");
  return [...panel.content.widgets]
    .filter((cell) => cell.model.type === "code")
    .map((cell) => ({ count: cell.model.executionCount, outputs: cell.model.outputs.toJSON() }));
"""
CLOSE = """
  await panel.sessionContext.shutdown();
  await panel.context.save();
"""
#: what the kernel that every cell runs in is called, which JupyterLab would ask for otherwise
KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}


class Lab:
    """A running JupyterLab: its address, and the folder that its notebooks are in."""

    def __init__(self, address, folder):
        self.address, self.folder = address, folder

    def write(self, name, *cells):
        """A notebook of these cells; its name comes back."""
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(source) for source in cells],
            metadata={"kernelspec": KERNEL},
        )
        nbformat.write(notebook, self.folder / name)
        return name


class Notebook:
    """A notebook in a page of the browser."""

    def __init__(self, page, lab, name):
        self.page, self.lab = page, lab
        page.goto(f"{lab.address}/lab/tree/{name}?reset")  # without what an earlier test left open
        page.locator(".jp-Notebook").wait_for(timeout=90_000)
        self.tell(OPENED)
        self.theme("Light")  # a theme is kept, also that of an earlier test

    def tell(self, script):
        """What a script gives that works on the ``panel`` of the notebook, if in time."""
        return self.page.evaluate(
            f"""() => Promise.race([
              (async (panel) => {{ {script} }})(window.jupyterapp.shell.currentWidget),
              new Promise((_, late) => setTimeout(() => late(new Error("too late")), {LATE})),
            ])"""
        )

    def run(self):
        """Run every cell; the outputs of each code cell come back. None of them is an error."""
        cells = self.tell(RUN)
        errors = [
            f"{output['ename']}: {output['evalue']}"
            for cell in cells
            for output in cell["outputs"]
            if output["output_type"] == "error"
        ]
        assert errors == []
        assert all(cell["count"] for cell in cells)
        return [cell["outputs"] for cell in cells]

    def saved(self):
        """What would be written to its file, with the state of its widgets."""
        return json.dumps(self.tell("return panel.context.model.toJSON();"))

    def output(self, number):
        """What stands under a code cell, counted from 0 (from the end below 0)."""
        return self.page.locator(".jp-CodeCell").nth(number).locator(".jp-Cell-outputArea")

    def select(self, number):
        """Be where a person is who has just run this code cell: at it, nothing of it in focus."""
        self.tell(
            f"""
            const code = panel.content.widgets.filter((cell) => cell.model.type === "code");
            panel.content.activeCellIndex = panel.content.widgets.indexOf(code[{number}]);
            panel.content.mode = "command";
            panel.content.activate();
            """
        )

    def theme(self, name):
        """Change to the theme ``"Light"`` or ``"Dark"``."""
        self.page.evaluate(
            "name => window.jupyterapp.commands.execute('apputils:change-theme', {theme: name})",
            f"JupyterLab {name}",
        )
        light = "true" if name == "Light" else "false"
        self.page.locator(f"body[data-jp-theme-light={light}]").wait_for(state="attached")

    def close(self):
        """Stop its kernel; saved, so that leaving the page asks nothing."""
        self.tell(CLOSE)


@contextmanager
def served(folder):
    """A JupyterLab on this machine for as long as the block lasts; it keeps to its folder.

    Its kernels' sockets are in one of their own: their paths may have 107 characters.
    """
    with tempfile.TemporaryDirectory(prefix="lab-") as runtime:
        yield from _served(folder, Path(runtime))


def _served(folder, runtime):
    notebooks, home = folder / "notebooks", folder / "home"
    notebooks.mkdir()
    for name, values in PREFERENCES.items():
        file = home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))
    own = {variable for variables in ENVIRONMENT.values() for variable in variables}
    environment = {name: value for name, value in os.environ.items() if name not in own}
    environment |= {
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_RUNTIME_DIR": str(runtime),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "IPYTHONDIR": str(home / "ipython"),
        "EXACTNB_HOME": str(home / "exactnb"),
        "EXACTNB_PROGRESS_DELAY": "3600",
        "PYTHONPATH": str(ROOT),
    }
    options = [
        "--no-browser",
        "--allow-root",
        "--ServerApp.ip=127.0.0.1",
        "--ServerApp.port=0",
        f"--ServerApp.root_dir={notebooks}",
        "--ServerApp.disable_check_xsrf=True",
        "--IdentityProvider.token=",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.expose_app_in_browser=True",
        "--KernelManager.transport=ipc",
    ]
    with (home / "log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Lab(_address(server, home / "log", runtime), notebooks)
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _address(server, log, runtime):
    """Where it answers, from the file in which a Jupyter server says so."""
    for _ in range(600):
        assert server.poll() is None, log.read_text()[-2000:]
        for file in runtime.glob("jpserver-*.json"):
            address = json.loads(file.read_text())["url"].rstrip("/")
            if httpx.get(f"{address}/api").is_success:
                return address
        time.sleep(0.2)
    raise AssertionError(log.read_text()[-2000:])
