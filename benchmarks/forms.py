"""Forms in a real kernel, beside two other libraries that make them from a JSON Schema.

The other libraries live in an environment of their own (``make bench`` builds it); a kernel of
each takes its turn in every round. Times are those of the kernel until it is idle again; messages
and bytes are what it sent to open widgets and to keep them up to date.

A long form is drawn a page at a time, so it is told twice: with its first page, and when all of it
is drawn. How long 500 bare texts of ipywidgets take, which share their Layout and Style, tells how
much of that is ours, and how busy the machine is.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

from benchmarks.measure import table

ROUNDS = 3
#: where the libraries are that are not part of this project
PEERS = Path(os.environ.get("EXACTNB_BENCH_PEERS", "build/bench-peers"))

SCHEMAS = """
import json
TEXT = {"type": "string", "maxLength": 60}
def fields(n):
    names = [f"field{i:03}" for i in range(n)]
    return {"type": "object", "title": "Form", "properties": {
        name: {**TEXT, "title": f"Field {i}"} for i, name in enumerate(names)}, "required": names}
COLUMNS = {"item": TEXT, "description": TEXT, "quantity": {"type": "number"},
    "netPrice": {"type": "number"}, "discount": {"type": "number", "minimum": 0, "maximum": 1},
    "vatCode": {"type": "string", "enum": ["0", "1", "2"]}, "unit": TEXT,
    "deliveryDate": {"type": "string", "format": "date"}}
LINES = {"type": "object", "title": "Form", "properties": {"lines": {
    "type": "array", "title": "Lines", "items": {
        "type": "object", "title": "Line", "properties": {
            name: {**each, "title": name} for name, each in COLUMNS.items()}}}}}
def rows(n):
    return {"lines": [{"item": f"item {i}", "description": f"what is sold {i}", "quantity": 2,
        "netPrice": 12.5, "discount": 0.05, "vatCode": "2", "unit": "pc",
        "deliveryDate": "2026-06-30"} for i in range(n)]}
"""
OURS = """
from IPython.display import display
from exactnb.forms.fields import Fields
from exactnb.forms.model import FormModel
def build(schema, value=None):
    model = FormModel(schema) if value is None else FormModel(schema, value)
    made = Fields(model)
    display(made.widget)
    return model, made
def build_all(schema):
    model, made = build(schema)
    made[list(schema["properties"])[-1]]
    return model, made
build_page = build
def edit(made):
    made[0].set(("lines", 250, "netPrice"), 13.75)
    made[0].validate(("lines", 250, "netPrice"))
"""
SCREEN = """
import exactnb
from IPython.display import display
from exactnb.forms.form import Form
from exactnb.membrane.models import Action
books = exactnb.demo()
def build(schema, value=None):
    action = {"id": "act_1", "key": "create-thing", "name": "Thing", "inputSchema": schema}
    nothing = dict(record=None, id=None, choices=None)
    made = Form(books, Action.model_validate(action), value, **nothing, dry_run=True)
    display(made)
    return made
def build_all(schema):
    made = build(schema)
    made.screen.fields[list(schema["properties"])[-1]]
    return made
build_page = build
"""
SCHEMA_FORM = """
from IPython.display import display
from ipywidgets_jsonschema import Form
def build(schema, value=None):
    made = Form(schema)
    if value is not None:
        made.data = value
    made.show()
    return made
build_all = build
"""
AUTO_UI = """
from IPython.display import display
from ipyautoui import AutoUi
def build(schema, value=None):
    made = AutoUi(schema) if value is None else AutoUi(schema, value=value)
    display(made)
    return made
build_all = build
"""
BARE = """
import ipywidgets as widgets
from IPython.display import display
def build_all(schema):
    layout, style = widgets.Layout(), widgets.Text.style.klass()
    texts = [widgets.Text(description=each["title"], layout=layout, style=style)
        for each in schema["properties"].values()]
    made = widgets.VBox(texts, layout=layout)
    display(made)
    return made
"""
LIBRARIES = {
    "exactnb": (sys.executable, OURS),
    "exactnb, whole screen": (sys.executable, SCREEN),
    "bare ipywidgets": (sys.executable, BARE),
    "ipywidgets-jsonschema": (PEERS / "bin" / "python", SCHEMA_FORM),
    "ipyautoui": (PEERS / "bin" / "python", AUTO_UI),
}
CASES = {
    "30 fields": "made = build_all(fields(30))",
    "500 fields, first page": "made = build_page(fields(500))",
    "500 fields, all drawn": "made = build_all(fields(500))",
    "50 lines × 8": "made = build(LINES, rows(50))",
    "500 lines × 8": "made = build(LINES, rows(500))",
    "one cell of 500 lines": "edit(made)",
}
#: what has a library load what it loads late
WARM = ("build_all(fields(3))", "build(LINES, rows(2))")
Figures = dict[str, float]


def offered(code: str, run: str) -> bool:
    """Whether a library has the function that a case calls."""
    name = run.partition("(")[0].rpartition(" ")[2]
    return f"def {name}(" in code or f"\n{name} = " in code


class Kernel:
    """A kernel of some interpreter, to run code in and count what it sends."""

    def __init__(self, python: Path | str, folder: Path) -> None:
        spec = folder / "kernels" / "one"
        spec.mkdir(parents=True, exist_ok=True)
        argv = [str(python), "-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f"]
        told = {"argv": [*argv, "{connection_file}"], "display_name": "one", "language": "python"}
        (spec / "kernel.json").write_text(json.dumps(told))
        specs = KernelSpecManager(kernel_dirs=[str(folder / "kernels")])
        self._manager = KernelManager(
            kernel_name="one", kernel_spec_manager=specs, transport="ipc", ip=str(folder / "wire")
        )
        self._manager.start_kernel()
        self._client = self._manager.client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=120)

    def run(self, code: str) -> Figures:
        """What a piece of code cost; raises what it raised."""
        start = time.perf_counter()
        asked = self._client.execute(code)
        sent = []
        while True:
            message = self._client.get_iopub_msg(timeout=600)
            if message["parent_header"].get("msg_id") != asked:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind.startswith("comm_"):
                sent.append((kind, content))
            elif kind == "error":
                raise RuntimeError("\n".join(content["traceback"]))
            elif kind == "status" and content["execution_state"] == "idle":
                break
        took = (time.perf_counter() - start) * 1000
        opened = sum(kind == "comm_open" for kind, _ in sent)
        return {
            "ms": took,
            "opened": opened,
            "messages": len(sent) - opened,
            "bytes": sum(len(json.dumps(content).encode()) for _, content in sent),
        }

    def close(self) -> None:
        """End the kernel."""
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)


def once(library: str) -> dict[str, Figures]:
    """The figures of every case, in a new kernel of one library."""
    python, code = LIBRARIES[library]
    with tempfile.TemporaryDirectory() as folder:
        kernel = Kernel(python, Path(folder))
        try:
            kernel.run(SCHEMAS + code)
            for run in WARM:
                if offered(code, run):
                    kernel.run(f"{run}; None")
            return {case: kernel.run(run) for case, run in CASES.items() if offered(code, run)}
        finally:
            kernel.close()


def build_peers() -> None:
    """Make the environment of the other libraries, once."""
    if (PEERS / "bin" / "python").exists():
        return
    subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True)
    wanted = ["ipykernel", "ipyautoui==0.9.0", "ipywidgets-jsonschema==1.2.1"]
    pip = [str(PEERS / "bin" / "python"), "-m", "pip", "install", "--quiet", *wanted]
    subprocess.run(pip, check=True)


def main() -> None:
    """Print medians of every case, library by library."""
    build_peers()
    found: dict[str, list[dict[str, Figures]]] = {library: [] for library in LIBRARIES}
    for _ in range(ROUNDS):
        for library in LIBRARIES:
            found[library].append(once(library))
    lines: list[list[Any]] = []
    for case in CASES:
        for library, rounds in found.items():
            if case not in rounds[0]:
                continue
            middle = {k: median(one[case][k] for one in rounds) for k in rounds[0][case]}
            lines.append(
                [
                    case,
                    library,
                    f"{middle['ms']:,.0f}",
                    f"{middle['opened']:,.0f}",
                    f"{middle['messages']:,.0f}",
                    f"{middle['bytes'] / 1000:,.1f}",
                ]
            )
    heads = ["case", "library", "ms", "comm_open", "comm_msg", "kB"]
    table(f"Forms, medians of {ROUNDS} rounds in turn", heads, lines)


if __name__ == "__main__":
    main()
