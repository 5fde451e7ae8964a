"""The site of ``make site``: what it holds, and what runs on it in Chromium.

numpy, pandas and pyarrow for a browser are on Pyodide's CDN alone. So here the demo, a write and a
form run in the browser without them, and the notebooks run to their end outside of it, in a process
that can do no more than a browser can.
"""

import functools
import hashlib
import http.server
import json
import re
import shutil
import sys
import threading
import zipfile
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import markupsafe
import pytest
from browser_side import Watch
from environment_side import ROOT, plain, run
from playwright.sync_api import expect

NOTEBOOKS = ("00_first_steps.ipynb", "09_create_customer_and_invoice.ipynb")
#: milliseconds that something may take to appear on a busy machine
PATIENCE = 60_000
#: compiled for browsers by Pyodide alone
ELSEWHERE = {"markupsafe", "numpy", "pandas", "pyarrow", "rpds-py"}
#: what exactnb needs and can be had here
PACKAGES = (
    "anywidget filelock httpx ipywidgets itables jsonschema narwhals platformdirs pydantic tqdm "
    "tzdata waitress werkzeug"
)
IN_THE_BROWSER = f"""
import sys
import pyodide_js
await pyodide_js.loadPackage({PACKAGES.split()})
%pip install -q --no-deps exactnb
import exactnb as ex
books = ex.demo()
account = books.request("/crm/Accounts", query={{"$select": "ID", "$top": 1}})["d"][0]["ID"]
run = books.run("create-contact", {{"account": account, "last_name": "De Vries"}})
kept = books.request(f"/crm/Contacts(guid'{{run.record_id}}')", query={{"$select": "LastName"}})
form = ex.form(books, "create-contact", {{"account": account}})
display(books, form)
heavy = [name for name in ("numpy", "pandas", "pyarrow") if name in sys.modules]
print("On", sys.platform, "is kept", kept["d"]["LastName"], "without", heavy or "any frame")
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site") / "site"
    command = ("make", "site", f"SITE={folder}", f"PYTHON={sys.executable}")
    run(*command, cwd=ROOT, env=plain(folder.parent / "home"))
    return folder


def lock_of(site: Path) -> dict:
    return json.loads((site / "static/pyodide/pyodide-lock.json").read_text())


def test_all_that_is_needed_is_on_the_site_or_under_a_checksum_elsewhere(site):
    packages = lock_of(site)["packages"]
    seen, waiting = set(), [*PACKAGES.split(), *ELSEWHERE, "micropip", "ipython", "comm", "jedi"]
    while waiting:
        name = waiting.pop().replace("_", "-").lower()
        if name not in seen:
            seen.add(name)
            waiting += packages[name]["depends"]
    for name in seen:
        file = packages[name]["file_name"]
        assert file.startswith("https://cdn.jsdelivr.net/pyodide/v") == (name in ELSEWHERE), file
        assert len(packages[name]["sha256"]) == 64
        if name not in ELSEWHERE:
            wheel = site / "static/pyodide" / file
            assert hashlib.sha256(wheel.read_bytes()).hexdigest() == packages[name]["sha256"]


def test_exactnb_is_in_its_index_with_all_that_it_requires(site):
    index = json.loads((site / "pypi/all.json").read_text())
    ((release,),) = index["exactnb"]["releases"].values()
    with zipfile.ZipFile(site / "pypi" / release["filename"]) as wheel:
        (metadata,) = (name for name in wheel.namelist() if name.endswith("/METADATA"))
        told = wheel.read(metadata).decode()
    lines = [line for line in told.splitlines() if line.startswith("Requires-Dist: ")]
    needed = {line.split()[1].split(">")[0].rstrip(";") for line in lines if "extra ==" not in line}
    assert needed == {*PACKAGES.split(), "numpy", "pandas", "pyarrow"}


def test_notebooks_install_exactnb_and_hold_nothing_of_another_machine(site):
    listed = json.loads((site / "api/contents/all.json").read_text())["content"]
    assert sorted(file["name"] for file in listed) == sorted(NOTEBOOKS)
    for name in NOTEBOOKS:
        notebook = json.loads((site / "files" / name).read_text())
        code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        assert "".join(code[0]["source"]) == "%pip install -q exactnb"
        assert notebook["metadata"]["kernelspec"]["name"] == "python"
        assert not any(cell["outputs"] for cell in code)


@pytest.mark.parametrize("missing", ["jsonschema_rs", "jsonschema_rs pyarrow"])
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_notebooks_show_the_same_where_there_are_no_threads(name, missing, tmp_path):
    runs = (Path(__file__).with_name("in_a_browser.py"), ROOT / "notebooks" / name)
    variables = plain(tmp_path, PYTHONPATH=str(ROOT))
    said = run(sys.executable, "-W", "error", *runs, *missing.split(), env=variables, cwd=ROOT)
    told = json.loads(said)
    assert told["loaded"] == []
    cells = json.loads((ROOT / "notebooks" / name).read_text())["cells"]
    stored = [cell["outputs"] for cell in cells if cell["cell_type"] == "code"]
    assert told["shown"] == [[text_of(output) for output in each] for each in stored]


def text_of(output: dict) -> str:
    return "".join(output["text"] if "text" in output else output["data"]["text/plain"])


# ---------------------------------------------------------------- in Chromium


@pytest.fixture(scope="module")
def here(site, tmp_path_factory):
    """The site with the two small packages of :data:`ELSEWHERE` as Python alone has them."""
    copy = tmp_path_factory.mktemp("here") / "site"
    shutil.copytree(site, copy)
    wheels = tmp_path_factory.mktemp("wheels")
    pip = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:")
    packages = ("pyrsistent", "pyrsistent-as-rpds-py")
    run(*pip, f"--dest={wheels}", *packages, cwd=wheels, env=plain(wheels))
    sources = {"rpds.py": b"from pyrsistent_as_rpds.pure import *\n"}
    for wheel in wheels.iterdir():
        with zipfile.ZipFile(wheel) as held:
            sources |= {name: held.read(name) for name in held.namelist() if name.endswith(".py")}
    own = Path(markupsafe.__file__).parent
    lock = lock_of(copy)
    replace(lock, copy, "rpds-py", sources)
    replace(
        lock, copy, "markupsafe", {f"markupsafe/{p.name}": p.read_bytes() for p in own.glob("*.py")}
    )
    (copy / "static/pyodide/pyodide-lock.json").write_text(json.dumps(lock))
    return copy


def replace(lock: dict, site: Path, name: str, sources: dict[str, bytes]) -> None:
    entry = lock["packages"][name]
    stem = f"{name.replace('-', '_')}-{entry['version']}"
    file = site / "static/pyodide" / f"{stem}-py3-none-any.whl"
    said = {
        "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {entry['version']}\n",
        "WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "RECORD": "",
    }
    with zipfile.ZipFile(file, "w") as wheel:
        for path, text in {
            **sources,
            **{f"{stem}.dist-info/{k}": v for k, v in said.items()},
        }.items():
            wheel.writestr(path, text)
    entry |= {"file_name": file.name, "sha256": hashlib.sha256(file.read_bytes()).hexdigest()}


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Files, in the types that a browser asks modules to have."""

    extensions_map = {  # noqa: RUF012 # as the class above has it
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
    }

    def log_message(self, format, *args):
        """Nobody reads it."""


@contextmanager
def served(site: Path):
    """The address of a site on this machine."""
    handler = functools.partial(Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def asked(chromium):
    """What a page of a site asks of other machines while it is looked at."""

    def asked(site, path, look):
        context = chromium.new_context(viewport={"width": 1200, "height": 1000})
        context.set_default_timeout(PATIENCE)
        with served(site) as address:
            page = context.new_page()
            watch = Watch(page)
            page.goto(f"{address}/{path}")
            look(page)
            context.close()
        return set(watch.outside)

    return asked


def cell(code: str) -> str:
    """The page on which a cell is run."""
    return f"repl/index.html?kernel=python&code={quote(code)}"


def test_the_first_notebook_is_shown(site, asked):
    def look(page):
        page.locator(".jp-Notebook").get_by_role("heading", name="First steps").wait_for()
        page.locator(".jp-CodeCell", has_text="%pip install -q exactnb").wait_for()

    assert asked(site, f"lab/index.html?path={NOTEBOOKS[0]}", look) == set()


def test_installing_asks_for_what_is_elsewhere_and_for_nothing_more(site, asked):
    def look(page):
        page.locator(".jp-OutputArea-output", has_text="That was all").wait_for()

    packages = lock_of(site)["packages"]
    install = cell('%pip install -q exactnb\nprint("That was all")')
    assert asked(site, install, look) == {packages[name]["file_name"] for name in ELSEWHERE}


def test_the_demo_a_write_and_a_form_run_in_the_browser(here, asked):
    def look(page):
        told = page.locator(".jp-OutputArea-output", has_text="On emscripten")
        expect(told).to_have_text("On emscripten is kept De Vries without any frame", **patient)
        # looked up by the event loop, where there are no threads
        customer = page.get_by_role("combobox", name="Account")
        expect(customer).to_have_value(re.compile(r"^\d+ · \w"), **patient)
        mail, wrong = page.get_by_role("textbox", name="E-mail at work"), "takes an e-mail address"
        mail.fill("de.vries@")
        mail.press("Tab")
        page.get_by_text(wrong).wait_for()
        mail.fill("de.vries@example.com")
        mail.press("Tab")
        page.get_by_text(wrong).wait_for(state="detached")

    patient = {"timeout": PATIENCE}
    assert asked(here, cell(IN_THE_BROWSER), look) == set()
