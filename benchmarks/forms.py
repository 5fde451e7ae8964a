"""Forms in a real kernel, beside two other libraries that make them from a JSON Schema.

The other libraries live in an environment of their own (``make bench`` builds it); a kernel of
each takes its turn in every round. Times are those of the kernel until it is idle again; messages
and bytes are what it sent to open widgets and to keep them up to date.
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
def edit(made):
    made[0].set(("lines", 250, "netPrice"), 13.75)
    made[0].validate(("lines", 250, "netPrice"))
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
"""
AUTO_UI = """
from IPython.display import display
from ipyautoui import AutoUi
def build(schema, value=None):
    made = AutoUi(schema) if value is None else AutoUi(schema, value=value)
    display(made)
    return made
"""
LIBRARIES = {
    "exactnb": (sys.executable, OURS),
    "ipywidgets-jsonschema": (PEERS / "bin" / "python", SCHEMA_FORM),
    "ipyautoui": (PEERS / "bin" / "python", AUTO_UI),
}
CASES = {
    "30 fields": "made = build(fields(30))",
    "500 fields": "made = build(fields(500))",
    "50 lines × 8": "made = build(LINES, rows(50))",
    "500 lines × 8": "made = build(LINES, rows(500))",
    "one cell of 500 lines": "edit(made)",
}
Figures = dict[str, float]


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
        figures = {"opened": 0.0, "messages": 0.0, "bytes": 0.0}
        while True:
            message = self._client.get_iopub_msg(timeout=600)
            if message["parent_header"].get("msg_id") != asked:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind.startswith("comm_"):
                figures["opened" if kind == "comm_open" else "messages"] += 1
                figures["bytes"] += len(json.dumps(content).encode())
            elif kind == "error":
                raise RuntimeError("\n".join(content["traceback"]))
            elif kind == "status" and content["execution_state"] == "idle":
                break
        return {"ms": (time.perf_counter() - start) * 1000, **figures}

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
            kernel.run("build(fields(3)); build(LINES, rows(2)); None")  # what is loaded late
            cases = [case for case in CASES if "edit" not in CASES[case] or "def edit" in code]
            return {case: kernel.run(CASES[case]) for case in cases}
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
                lines.append([case, library, "–", "–", "–", "–"])
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
