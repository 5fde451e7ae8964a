"""Builds a site on which exactnb runs in the browser: ``python lite/build.py [FOLDER]``.

JupyterLab comes from PyPI as JupyterLite, Python from npm as Pyodide, and so do all packages that
are made for a browser. Those in a compiled language that neither has are left where Pyodide's lock
has them: on its CDN, under a checksum.
"""

import argparse
import hashlib
import importlib.metadata
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from email.parser import HeaderParser
from pathlib import Path
from typing import Any

import nbformat
from jupyterlite_pyodide_kernel.constants import (
    PYODIDE_CDN_URL,
    PYODIDE_PYTHON_VERSION,
    PYODIDE_VERSION,
)
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

ROOT = Path(__file__).parents[1]
NOTEBOOKS = ("00_first_steps.ipynb", "09_create_customer_and_invoice.ipynb")
#: what a kernel of JupyterLite starts with, and what it finds out about the code that it is given
KERNEL = ("micropip", "packaging", "ipython", "comm", "jedi")
#: what is compiled and yet on PyPI for browsers
COMPILED_ON_PYPI = {"pydantic-core"}
#: what requirements are told of the machine
BROWSER = {
    "extra": "",
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_machine": "wasm32",
    "platform_python_implementation": "CPython",
    "platform_system": "Emscripten",
    "python_version": PYODIDE_PYTHON_VERSION,
    "sys_platform": "emscripten",
}


def build(site: Path, work: Path) -> None:
    """A site in ``site``, in place of one that is there; what it is made from is in ``work``."""
    if site.exists():
        if not (site / "jupyter-lite.json").exists():
            raise SystemExit(f"{site} is there and is no site: name another folder")
        shutil.rmtree(site)
    for folder in ("files", "pypi", "static", "wheels"):
        (work / folder).mkdir(parents=True)
    for name in NOTEBOOKS:
        nbformat.write(in_the_browser(ROOT / "notebooks" / name), work / "files" / name)
    run("pip", "wheel", "--quiet", "--no-deps", f"--wheel-dir={work / 'pypi'}", str(ROOT))
    pyodide(work / "static")
    lock(work / "static" / "pyodide", next((work / "pypi").glob("*.whl")), work / "wheels")
    options = (f"--lite-dir={work}", f"--output-dir={site}", "--no-sourcemaps")
    run("jupyterlite_core", "build", *options, cwd=work)


def in_the_browser(path: Path) -> nbformat.NotebookNode:
    """A notebook that first installs exactnb, without the outputs of another machine."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    install = nbformat.v4.new_code_cell("%pip install -q exactnb", id="install")
    notebook.cells.insert(1, install)  # below the title
    notebook.metadata.kernelspec = {
        "name": "python",  # which JupyterLite calls its only one
        "display_name": "Python (Pyodide)",
        "language": "python",
    }
    return notebook


def pyodide(folder: Path) -> None:
    """Pyodide's core, of the version that the kernel is made for, in ``folder / "pyodide"``."""
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("make site takes Pyodide from npm, which is not installed (apt: npm)")
    package = f"pyodide@{PYODIDE_VERSION}"
    subprocess.run([npm, "pack", "--silent", package], cwd=folder, check=True, timeout=300)
    (packed,) = folder.glob("*.tgz")
    with tarfile.open(packed) as archive:
        archive.extractall(folder, filter="data")
    packed.unlink()
    (folder / "package").rename(folder / "pyodide")


def lock(folder: Path, exactnb: Path, wheels: Path) -> None:
    """Pyodide's lock, so that all that exactnb and the kernel need is found.

    Wheels that PyPI has for a browser are put beside it; the names of others become addresses.
    """
    path = folder / "pyodide-lock.json"
    spec = json.loads(path.read_text())
    packages: dict[str, Any] = spec["packages"]
    seen, wanted = set[str](), {*KERNEL, *requirements(exactnb)}
    while new := wanted - seen:
        seen |= new
        here = {n for n in new if n in COMPILED_ON_PYPI or pure(packages.get(n))}
        wanted = {canonicalize_name(d) for n in new - here for d in packages[n]["depends"]}
        for wheel in downloaded(here, spec, wheels):
            shutil.copy(wheel, folder)
            entry = described(wheel)
            packages[entry["name"]] = entry
            wanted |= set(entry["depends"])
    for entry in packages.values():
        if not (folder / entry["file_name"]).exists():
            entry["file_name"] = f"{PYODIDE_CDN_URL}/{entry['file_name']}"
    path.write_text(json.dumps(spec))


def pure(entry: dict[str, Any] | None) -> bool:
    """Whether a package runs on any machine; one that Pyodide does not compile has to."""
    return entry is None or entry["file_name"].endswith("-none-any.whl")


def downloaded(names: Iterable[str], spec: dict[str, Any], wheels: Path) -> list[Path]:
    """The wheels of these packages."""
    before = set(wheels.iterdir())
    if specs := [name + version(name, spec["packages"]) for name in sorted(names)]:
        platform = f"--platform=pyemscripten_{spec['info']['abi_version']}_wasm32"
        python = (f"--python-version={PYODIDE_PYTHON_VERSION}", "--implementation=cp")
        how = ("--quiet", "--no-deps", "--only-binary=:all:", *python, platform)
        run("pip", "download", *how, f"--dest={wheels}", *specs)
    return sorted(set(wheels.iterdir()) - before)


def version(name: str, packages: dict[str, Any]) -> str:
    """That of this environment; else that of the lock; else "", for the newest."""
    try:
        return f"=={importlib.metadata.version(name)}"
    except importlib.metadata.PackageNotFoundError:
        return f"=={packages[name]['version']}" if name in packages else ""


def described(wheel: Path) -> dict[str, Any]:
    """What Pyodide's lock says of a wheel."""
    name, version, _, _ = parse_wheel_filename(wheel.name)
    with zipfile.ZipFile(wheel) as archive:
        tops = {file.split("/")[0] for file in archive.namelist()}
    return {
        "name": name,
        "version": str(version),
        "file_name": wheel.name,
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "depends": sorted(requirements(wheel)),
        "imports": sorted(
            top.removesuffix(".py") for top in tops if not top.endswith((".dist-info", ".data"))
        ),
        "install_dir": "site",
        "package_type": "package",
        "unvendored_tests": False,
    }


def requirements(wheel: Path) -> Iterator[str]:
    """The names of the packages that a wheel needs in a browser."""
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        headers = HeaderParser().parsestr(archive.read(metadata).decode())
    for text in headers.get_all("Requires-Dist") or ():
        needed = Requirement(text)
        if needed.marker is None or needed.marker.evaluate(BROWSER):
            yield canonicalize_name(needed.name)


def run(module: str, *arguments: str, **how: Any) -> None:
    """A module of this environment, run as a program."""
    subprocess.run([sys.executable, "-m", module, *arguments], check=True, timeout=600, **how)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("site", nargs="?", type=Path, default=ROOT / "build" / "site")
    to = parser.parse_args().site.resolve()
    with tempfile.TemporaryDirectory() as work:
        build(to, Path(work))
    print(f"Built {to}; to look at it: {sys.executable} -m http.server --directory {to}")
