"""Runs notebooks top to bottom and keeps their outputs: ``python tools/run_notebooks.py FILE …``.

Cell ids and metadata stay as they are, so that running twice changes nothing.
"""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient


def run(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        record_timing=False,
    ).execute()
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            # a widget that nobody keeps the state of; its text and HTML stay
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
    notebook.metadata.language_info = {"name": "python"}
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number:02}"
        cell.metadata.pop("execution", None)
    nbformat.write(notebook, path)
    print(f"{path}: {len(notebook.cells)} cells")


for name in sys.argv[1:]:
    run(Path(name))
