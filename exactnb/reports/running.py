"""Runs a notebook from top to bottom, in a kernel of its own."""

from __future__ import annotations

import copy
import os
import sys
from pathlib import Path
from typing import Any

from exactnb.errors import InputError, ReportError
from exactnb.extras import needed
from exactnb.privacy import HANDED, Names, environment

__all__ = ["encrypted", "ran", "read"]

_TO = "run a notebook"
#: what runs after the notebook's own cells; a kernel may have no exactnb, or an older one
_LAST = """
try:
    from exactnb.privacy import hand_over as _hand_over
except ImportError:
    _hand_over = lambda: None
_hand_over()
"""


def read(path: Path) -> Any:
    """A notebook from its file.

    Raises
    ------
    InputError
        There is no such file, or it is no notebook.
    """
    nbformat = needed("nbformat", extra="report", to=_TO)
    if not path.is_file():
        raise InputError(f"There is no notebook {path}")
    try:
        return nbformat.read(path, as_version=4)
    except (nbformat.reader.NotJSONError, nbformat.ValidationError, UnicodeDecodeError) as wrong:
        raise InputError(f"{path} is no notebook that can be read: {wrong}") from wrong


def ran(
    notebook: Any,
    name: str,
    folder: Path,
    names: Names,
    *,
    hide: bool = False,
    extension: str = "",
) -> Any:
    """The notebook with its outputs; what it said on stderr is said here again.

    Parameters
    ----------
    notebook
        What to run; it stays as it is.
    name
        What it is called when something goes wrong.
    folder
        Where it runs, so that it finds the files beside it.
    names
        Takes the names of companies and people that the run reads.
    hide
        Whether what the run draws tells them by codes.
    extension
        A module that the kernel loads first, as ``%load_ext`` does.

    Raises
    ------
    ReportError
        A cell failed, or the kernel stopped: which cell, and why; or names cannot be hidden.
    """
    nbclient = needed("nbclient", extra="report", to=_TO)
    nbformat = needed("nbformat", extra="report", to=_TO)
    made = copy.deepcopy(notebook)
    count = len(made.cells)
    made.cells.append(nbformat.v4.new_code_cell(_LAST))
    client = nbclient.NotebookClient(
        made,
        timeout=None,  # a first pull of a large administration takes its time
        kernel_name="python3",
        record_timing=False,
        extra_arguments=[f"--ext={extension}"] if extension else [],
        resources={"metadata": {"path": str(folder)}},
        config=encrypted(),
    )
    at: list[int] = []
    client.on_cell_execute = lambda cell, cell_index: at.append(cell_index)
    try:
        client.execute(env=os.environ | environment(names.key, hide=hide))
    except nbclient.exceptions.CellExecutionError as failed:
        place = at[-1]
        raise ReportError(
            f"{name} stopped at cell {place + 1} of {count}: {failed.ename}: {failed.evalue}",
            hint=f"The cell begins with {_first_line(made.cells[place].source)!r}.",
            cell=place + 1,
        ) from None  # its text is the whole cell with colours
    except nbclient.exceptions.DeadKernelError as died:
        place = at[-1] if at else 0
        raise ReportError(
            f"{name} stopped at cell {place + 1} of {count}: the kernel died",
            hint="Often there was no memory left; run the notebook by hand to see.",
            cell=place + 1,
        ) from died
    handed = [output.data[HANDED] for output in made.cells.pop().outputs if "data" in output]
    if hide and not handed:
        raise ReportError(
            f"{name} ran where exactnb notes no names, so that none could be hidden",
            hint="Install this version of exactnb in the environment of the kernel python3.",
        )
    for told in handed:
        for value, kind in told.items():
            names.note(value, kind)
    for cell in made.cells:
        for output in cell.get("outputs", ()):
            if output.get("name") == "stderr":
                sys.stderr.write(output.text)
        if "outputs" in cell:
            cell.outputs = [output for output in cell.outputs if not _is_empty(output)]
    return made


def encrypted() -> Any:
    """Settings by which what goes between here and a kernel is encrypted, where both can."""
    from jupyter_client.manager import KernelManager
    from traitlets.config import Config

    can = hasattr(KernelManager, "transport_encryption")
    return Config({"KernelManager": {"transport_encryption": "auto"}} if can else {})


def _is_empty(output: Any) -> bool:
    """Whether an output says nothing: where a long read showed how far it was, that remains."""
    data = output.get("data")
    return data is not None and set(data) == {"text/plain"} and not data["text/plain"].strip()


def _first_line(source: str) -> str:
    return next((line for line in source.splitlines() if line.strip()), "")
