"""What Binder does with ``binder/``, as far as that goes without Docker.

repo2docker itself says which files it takes and in which order; here they run in that order, in an
environment of their own and a copy of what they need.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
import venv
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from environment_side import plain, run

ROOT = Path(__file__).parents[2]
FIRST = "notebooks/00_first_steps.ipynb"


def free_port() -> int:
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        return any_port.getsockname()[1]


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """A copy of the repository, as far as the image needs it."""
    copy = tmp_path_factory.mktemp("binder") / "repository"
    ignore = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    for name in ("exactnb", "notebooks", "binder"):
        shutil.copytree(ROOT / name, copy / name, ignore=ignore)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    return copy


@pytest.fixture(scope="module")
def image(repository):
    """Variables of a process in the image: the environment is built, ``postBuild`` has run."""
    home = repository.parent
    venv.create(home / "image", with_pip=True)
    programs = home / "image/bin"
    folders = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    variables = plain(
        home / "home",
        PATH=f"{programs}{os.pathsep}{os.environ['PATH']}",
        VIRTUAL_ENV=str(programs.parent),
        REPO_DIR=str(repository),
        EXACTNB_SANDBOX_PORT=str(free_port()),
        **{name: str(home / name.lower()) for name in folders},
    )
    run(programs / "pip", "install", "-r", "binder/requirements.txt", cwd=repository, env=variables)
    run("./binder/postBuild", cwd=repository, env=variables)
    return variables


@contextmanager
def started(repository: Path, image: dict, *command: str):
    """``start`` with a command, and what it says; ended with all that it started."""
    said = repository.parent / "said.txt"
    with said.open("w") as out:
        process = subprocess.Popen(
            ["binder/start", *command],
            cwd=repository,
            env=image,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process, said
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=30)


def answer(address: str, *, seconds: float) -> bytes:
    """What a server answers once it does."""
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address, timeout=10) as response:
                return response.read()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.3)


def test_repo2docker_takes_these_files(repository):
    variables, folder = plain(repository.parent / "home"), repository.parent / "repo2docker"
    venv.create(folder, with_pip=True)
    here = {"cwd": repository, "env": variables}
    run(folder / "bin/pip", "install", "--quiet", "jupyter-repo2docker", **here)
    said = run(folder / "bin/jupyter-repo2docker", "--no-build", "--debug", ".", **here)
    python = (repository / "binder/runtime.txt").read_text().strip()
    steps = (
        f"environment.py-{python.removeprefix('python-')}-linux-64.lock",
        "COPY --chown=0:0 src/ ${REPO_DIR}/",  # "." is there before pip asks for it
        'pip install --no-cache-dir -r "binder/requirements.txt"',
        "RUN ./binder/postBuild",
        'ENV R2D_ENTRYPOINT="${REPO_DIR}/binder/start"',
    )
    # it writes the names of its own files with their signs as codes
    places = [said.replace("-2e", ".").replace("-2d", "-").find(step) for step in steps]
    assert -1 not in places
    assert places == sorted(places)


def test_scripts_may_be_run():
    assert os.access(ROOT / "binder/postBuild", os.X_OK)
    assert os.access(ROOT / "binder/start", os.X_OK)


def test_the_first_notebook_runs_in_the_image(repository, image):
    command = ("jupyter", "nbconvert", "--to", "notebook", "--execute", "--output-dir", "out")
    with started(repository, image, *command, FIRST) as (process, said):
        assert process.wait(timeout=120) == 0, said.read_text()
    ran = nbformat.read(repository / "out" / Path(FIRST).name, as_version=4)
    cells = [cell for cell in ran.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert not [o for cell in cells for o in cell.outputs if o.output_type == "error"]


def test_the_badge_opens_it_in_jupyterlab(repository, image):
    port = free_port()
    options = (f"--port={port}", "--ip=127.0.0.1", "--no-browser", "--allow-root")
    without_token = "--IdentityProvider.token="
    with started(repository, image, "jupyter", "lab", *options, without_token):
        here = f"http://127.0.0.1:{port}"
        assert b"JupyterLab" in answer(f"{here}/lab/tree/{FIRST}", seconds=60)
        assert b'"type": "notebook"' in answer(f"{here}/api/contents/{FIRST}", seconds=10)


def test_connect_reaches_the_make_believe_membrane(repository, image):
    code = """
import os, time, urllib.error, urllib.request
import exactnb as ex
for _ in range(120):  # it starts beside the command
    try:
        urllib.request.urlopen(os.environ["MEMBRANE_API_URL"], timeout=10).close()
        break
    except urllib.error.URLError:
        time.sleep(0.5)
books = ex.connect()
print(books.division, books.read_only)
"""
    with started(repository, image, "python", "-c", code) as (process, said):
        assert process.wait(timeout=90) == 0, said.read_text()
        assert said.read_text() == "2400101 True\n"
