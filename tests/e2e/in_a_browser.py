"""Runs a notebook as a browser would, and writes what its cells showed: ``… NOTEBOOK MISSING …``.

What Pyodide has not, this has not: threads, processes, lines to elsewhere, and the packages named.
Python itself and pandas are those of this machine.
"""

import asyncio
import importlib.abc
import json
import socket
import subprocess
import sys
import threading
from pathlib import Path

from IPython.core.displayhook import CapturingDisplayHook
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config


class Missing(importlib.abc.MetaPathFinder):
    """Finds no package of these names."""

    def __init__(self, names):
        self.names = names

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.names:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def refuse(kind, message):
    def refused(*_, **__):
        raise kind(message)

    return refused


def without(packages):
    """From here on this process can do no more than a browser."""
    sys.meta_path.insert(0, Missing(packages))
    threading.Thread.start = refuse(RuntimeError, "can't start new thread")
    subprocess.Popen = refuse(OSError, "emscripten does not support processes.")
    socket.socket.connect = refuse(OSError, "Host is unreachable")


async def run(notebook):
    """The texts that each cell showed."""
    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    shell.kernel = None  # to have one is what makes it a notebook's
    shown = []
    for cell in json.loads(Path(notebook).read_text())["cells"]:
        if cell["cell_type"] != "code":
            continue
        source = "".join(cell["source"])
        with capture_output() as said:
            shell.display_trap.hook = CapturingDisplayHook(shell, said._outputs)
            done = await shell.run_cell_async(source, transformed_cell=source)
        done.raise_error()
        texts = [output.data["text/plain"] for output in said.outputs if output.data]
        shown.append([said.stdout, *texts] if said.stdout else texts)
    return shown


if __name__ == "__main__":
    without(set(sys.argv[2:]))
    results = asyncio.run(run(sys.argv[1]))
    loaded = [name for name in sys.argv[2:] if name in sys.modules]
    json.dump({"shown": results, "loaded": loaded}, sys.__stdout__)
