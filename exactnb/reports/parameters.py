"""The parameters of a notebook: what its cell tagged ``parameters`` sets, and other values."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping
from typing import Any

from exactnb.errors import InputError

__all__ = ["declared", "effective", "spelled", "with_parameters"]

_TAG = "parameters"
#: the tag that papermill gives to the cell it puts in, too
_INJECTED = "injected-parameters"


def declared(notebook: Any) -> dict[str, Any]:
    """Each parameter of a notebook with its own value; None where that takes running.

    Raises
    ------
    InputError
        The cell that sets them is no Python.
    """
    place = _place(notebook)
    return {} if place is None else dict(_set_by(notebook.cells[place].source))


def effective(notebook: Any) -> dict[str, Any]:
    """Each parameter with the value that a run has: what was put in goes before its own."""
    values: dict[str, Any] = {}
    for tag in (_TAG, _INJECTED):
        place = _place(notebook, tag)
        values |= {} if place is None else dict(_set_by(notebook.cells[place].source))
    return values


def with_parameters(notebook: Any, values: Mapping[str, Any]) -> Any:
    """The notebook, with a cell that sets these values after the one tagged ``parameters``.

    Raises
    ------
    InputError
        Names that the notebook does not have, or values that cannot be written in a cell; it
        names them all.
    """
    made = copy.deepcopy(notebook)
    if not values:
        return made
    known = declared(notebook)
    wrong = [f"{name!r} is no parameter of this notebook" for name in values if name not in known]
    wrong += [
        f"{name} = {value!r} cannot be written in a cell"
        for name, value in values.items()
        if name in known and not _is_literal(value)
    ]
    if wrong:
        raise InputError("; ".join(wrong), hint=_hint(known))
    source = "\n".join(f"{name} = {value!r}" for name, value in values.items())
    cell = copy.deepcopy(made.cells[_place(made)])
    cell.update(id=_INJECTED, source=source, outputs=[], execution_count=None)
    cell.metadata["tags"] = [_INJECTED]
    kept = [cell for cell in made.cells if _INJECTED not in cell.metadata.get("tags", ())]
    made.cells = kept
    place = _place(made)
    assert place is not None  # there are known names
    made.cells.insert(place + 1, cell)
    return made


def spelled(notebook: Any, texts: Mapping[str, str]) -> dict[str, Any]:
    """Values that were typed as text, each of the kind that the notebook's own value is.

    What is a text in the notebook stays one, so that ``period=2025`` is no number there.

    Raises
    ------
    InputError
        A value is of another kind.
    """
    known = declared(notebook)
    values: dict[str, Any] = {}
    wrong = []
    for name, text in texts.items():
        own = known.get(name, "")
        if isinstance(own, str):
            values[name] = text
            continue
        try:
            values[name] = ast.literal_eval(text)
        except (ValueError, SyntaxError):
            values[name] = text
        if own is not None and not _alike(values[name], own):
            wrong.append(f"{name} is {own!r} in the notebook, and {text!r} is of another kind")
    if wrong:
        raise InputError("; ".join(wrong))
    return values


def _place(notebook: Any, tag: str = _TAG) -> int | None:
    places = (
        place
        for place, cell in enumerate(notebook.cells)
        if cell.cell_type == "code" and tag in cell.metadata.get("tags", ())
    )
    return next(places, None)


def _set_by(source: str) -> Iterator[tuple[str, Any]]:
    try:
        statements = ast.parse(source).body
    except SyntaxError as wrong:
        raise InputError(f"The cell tagged parameters is no plain Python: {wrong}") from wrong
    for each in statements:
        if isinstance(each, ast.Assign):
            targets, value = each.targets, each.value
        elif isinstance(each, ast.AnnAssign) and each.value is not None:
            targets, value = [each.target], each.value
        else:
            continue
        for target in targets:
            if isinstance(target, ast.Name):
                yield target.id, _literal(value)


def _literal(value: ast.expr) -> Any:
    try:
        return ast.literal_eval(value)
    except ValueError:
        return None


def _is_literal(value: Any) -> bool:
    try:
        return bool(ast.literal_eval(repr(value)) == value)
    except (ValueError, SyntaxError):
        return False


def _alike(value: Any, own: Any) -> bool:
    numbers = {type(value), type(own)} <= {int, float}
    return numbers or value is None or type(value) is type(own)


def _hint(known: Mapping[str, Any]) -> str:
    if not known:
        return "It has none: give the cell that sets them the tag 'parameters'."
    told = ", ".join(f"{name} = {value!r}" for name, value in known.items())
    return f"It has {told}; texts, numbers, yes or no, None, and lists of them can be given."
