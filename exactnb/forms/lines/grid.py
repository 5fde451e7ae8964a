"""The grid: lines of a form in one widget, typed into like a spreadsheet."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from exactnb.errors import ExactnbError
from exactnb.forms.assets import asset
from exactnb.forms.lines.cells import splice
from exactnb.forms.lines.frame import from_frame, to_frame
from exactnb.forms.lines.lines import WHOLE, Lines
from exactnb.forms.lines.static import as_html, as_text
from exactnb.threads import later

if TYPE_CHECKING:
    import pandas as pd

    from exactnb.forms.lookup import Finder, Finders, Found
    from exactnb.forms.model import Change, FormModel
    from exactnb.schema.tree import Path

__all__ = ["Grid"]

#: choices that the list of a cell shows at most
_LISTED = 50
_CLOSED = ("pending", "done")
_MORE = {
    "en": "There are more: type to narrow it down.",
    "nl": "Er zijn er meer: typ om te zoeken.",
}


def _as_text(rows: list[list[str]], _widget: Any) -> str:
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def _from_text(text: str, _widget: Any) -> Any:
    return json.loads(text)


class Grid(anywidget.AnyWidget):  # type: ignore[misc]  # anywidget's types are not followed
    """An array of flat objects as a grid of cells; the model alone holds the values.

    The traits are what the front end starts from: display texts, not values. They are kept up to
    date in place, without messages; each edit is answered by one message with what it changed.

    Parameters
    ----------
    model, path
        The model, and where the array is in it.
    finders
        Where the values of reference columns are found.
    """

    _esm = asset(__package__, "grid_view.js", "grid.js")
    _css = asset(__package__, "grid.css")

    columns: Any = traitlets.List().tag(sync=True)
    rows: Any = traitlets.List().tag(sync=True, to_json=_as_text, from_json=_from_text)
    errors = traitlets.Dict().tag(sync=True)
    totals = traitlets.Dict().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)
    language = traitlets.Unicode("en").tag(sync=True)

    def __init__(
        self, model: FormModel, path: Path, finders: Finders | None = None, **traits: Any
    ) -> None:
        self.lines = Lines(model, path, finders)
        self.ready = False
        """Whether a front end shows the grid."""
        self.on_ready: Callable[[], None] = lambda: None
        self._guard = threading.RLock()
        self._noted: list[Change] | None = None
        self._finder: Finder | None = None
        self._learning = False
        super().__init__(
            columns=[column.wire() for column in self.lines.columns],
            rows=self.lines.texts(),
            errors=self.lines.errors(),
            totals=self.lines.totals.wire(model.language),
            state=self._state(),
            label=self.lines.title,
            language=model.language,
            **traits,
        )
        self.on_msg(lambda _, content, __: self._receive(content))
        self._unobserve = model.observe(self._on_change)

    # --- as data ----------------------------------------------------------------------------------

    @property
    def frame(self) -> pd.DataFrame:
        """The lines as a DataFrame under the schema's own names; setting it replaces them.

        Takes a DataFrame or a list of records. What does not fit a column is kept, with an error
        in its cell.
        """
        return to_frame(self.lines)

    @frame.setter
    def frame(self, given: pd.DataFrame | Sequence[Mapping[str, Any]]) -> None:
        from_frame(self.lines, given)

    def to_html(self) -> str:
        """The lines as a table of text, for where no widget lives."""
        return as_html(self.lines)

    def to_text(self) -> str:
        """The lines as plain text."""
        return as_text(self.lines)

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle = super()._repr_mimebundle_(**options)
        if bundle is None:
            return None
        data, metadata = bundle
        return {**data, "text/html": self.to_html(), "text/plain": self.to_text()}, metadata

    def close(self) -> None:
        """Lets go of the model and of the front end."""
        self._unobserve()
        if self._finder is not None:
            self._finder.cancel()
        super().close()

    # --- messages: each edit comes as one and is answered by one --------------------------------

    def _receive(self, content: Mapping[str, Any]) -> None:
        operation = content.get("op")
        if operation == "ready":
            self.ready = True
            self.on_ready()
            self._learn_later()
        elif operation == "lookup":
            self._look(content)
        elif not self.state["disabled"]:
            with self._guard:
                self._noted, note = [], ""
                try:
                    note = self._edit(str(operation), content)
                finally:  # also after a failure the front end has to show what is so
                    changes, self._noted = self._noted, None
                    self._answer(changes, seq=content.get("seq"), note=note)
            self._learn_later()

    def _edit(self, operation: str, content: Mapping[str, Any]) -> str:
        """Does what the front end asks; says what came of it, if that does not show."""
        lines, row = self.lines, int(content.get("row", 0))
        rows = range(row, int(content.get("last", row)) + 1)
        match operation:
            case "set" if "pick" in content:
                lines.pick(row, content["column"], content["pick"])
            case "set":
                lines.enter(row, content["column"], content["text"])
            case "clear":
                lines.clear(rows, content["columns"])
            case "paste":
                size = int(content.get("height", 1)), int(content.get("width", 1))
                return lines.paste(content["text"], row, content["columns"], *size)
            case "insert":
                lines.insert(row)
            case "remove":
                lines.remove(rows)
            case "duplicate":
                lines.duplicate(rows)
            case "move":
                lines.move(rows, int(content["by"]))
            case "undo" | "redo":
                getattr(lines.model, operation)()
                lines.check_whole()
        return ""

    def _on_change(self, changes: Sequence[Change]) -> None:
        """An edit of the model, by this grid (then it is answered later) or by anybody else."""
        if self._noted is not None:
            self._noted.extend(changes)
            return
        with self._guard:
            self._answer(changes)

    def refresh(self) -> None:
        """Shows everything anew that is not as the front end shows it."""
        with self._guard:
            self._answer(None)

    def focus_cell(self, row: int, name: str) -> None:
        """Puts the cursor in a cell; in its row's first one if there is no such column."""
        names = [column.name for column in self.lines.columns]
        self.send({"focus": [max(0, row), names.index(name) if name in names else 0]})

    def _answer(
        self, changes: Sequence[Change] | None, *, seq: int | None = None, note: str = ""
    ) -> None:
        """Sends the one message with what is new; none if nobody asked and nothing is."""
        rows = None if changes is None else self._cell_rows(changes)
        message = self._all_rows() if rows is None else self._cells_of(rows)
        if not changes:
            message |= self._all_errors()
        for name, now in (
            ("totals", self.lines.totals.wire(self.lines.model.language)),
            ("state", self._state()),
        ):
            if now != getattr(self, name):
                _refill(getattr(self, name), now)
                message[name] = now
        if note:
            message["note"] = note
        if seq is not None:
            message["seq"] = seq
        if message:
            self.send(message)

    def _cell_rows(self, changes: Sequence[Change]) -> set[int] | None:
        """The one row, or none, in which cells changed; None if more changed."""
        depth = len(self.lines.path)
        rows = set()
        for path, *_ in changes:
            if path[:depth] != self.lines.path[: len(path)]:
                continue  # elsewhere in the form
            row = path[depth] if len(path) == depth + 2 else None
            if not isinstance(row, int) or row >= len(self.rows):
                return None
            rows.add(row)
        return rows if len(rows) <= 1 else None

    def _cells_of(self, rows: set[int]) -> dict[str, Any]:
        """What is new in the cells of rows."""
        cells: list[list[Any]] = []
        for row in rows:
            self.lines.count(row)
            errors = self.lines.errors_of(row)
            for at, text in enumerate(self.lines.text_of(row)):
                error = errors.pop(f"{row}:{at}", "")
                if text != self.rows[row][at] or error != self.errors.get(f"{row}:{at}", ""):
                    self.rows[row][at] = text
                    cells.append([row, at, text, error])
                    self._mark(f"{row}:{at}", error)
            for key, error in errors.items():  # of the row, and of all lines
                if error != self.errors.get(key, ""):
                    where = int(key.partition(":")[0])
                    cells.append([where, WHOLE, "", error])
                    self._mark(key, error)
        return {"cells": cells} if cells else {}

    def _mark(self, key: str, error: str) -> None:
        if error:
            self.errors[key] = error
        else:
            self.errors.pop(key, None)

    def _all_rows(self) -> dict[str, Any]:
        """What is new in all rows."""
        self.lines.count_all()
        texts = self.lines.texts()
        replaced = splice(self.rows, texts)
        self.rows[:] = texts
        return self._all_errors() | ({"splice": replaced} if replaced else {})

    def _all_errors(self) -> dict[str, Any]:
        """All errors, if any is new."""
        errors = self.lines.errors()
        if errors == self.errors:
            return {}
        _refill(self.errors, errors)
        return {"errors": errors}

    def _state(self) -> dict[str, bool]:
        model = self.lines.model
        return {
            "disabled": model.status in _CLOSED,
            "undo": bool(model.can_undo),
            "redo": bool(model.can_redo),
        }

    # --- references ------------------------------------------------------------------------------

    def _look(self, content: Mapping[str, Any]) -> None:
        """Looks for choices of a cell; a search that was overtaken by another answers nothing."""
        name, sought = str(content["column"]), content.get("seq")
        if self._finder is not None:
            self._finder.cancel()
        self._finder = self.lines.finder(name, int(content["row"]))
        if self._finder is None:
            self.send({"sought": sought})
            return

        def done(found: Found | Exception) -> None:
            if isinstance(found, Exception):
                self.send({"sought": sought, "note": str(found)})
                return
            self.lines.know(name, found)
            more = found.more or len(found) > _LISTED
            note = {"note": _MORE[self.lines.model.language]} if more else {}
            choices = [[choice.value, choice.label] for choice in found[:_LISTED]]
            self.send({"sought": sought, "choices": choices, **note})

        self._finder.search_later(str(content.get("text", "")), done)

    def _learn_later(self) -> None:
        """Finds out, beside, what the keys in the lines are called."""
        if self._learning or not self.lines.unknown():
            return
        self._learning = True
        later(0, self.learn)

    def learn(self) -> None:
        """Finds out what the keys in the lines are called, and shows it."""
        note = ""
        try:
            self.lines.learn(self.lines.unknown())
        except ExactnbError as failed:
            note = str(failed)
        finally:
            self._learning = False
        with self._guard:
            self._noted = []
            try:
                self.lines.take_learned()
            finally:
                self._noted = None
            self._answer(None, note=note)


def _refill(kept: dict[str, Any], now: Mapping[str, Any]) -> None:
    """Makes a trait's own dict say something else; assigning it would send it as well."""
    kept.clear()
    kept.update(now)
