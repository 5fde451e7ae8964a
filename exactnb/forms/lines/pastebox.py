"""Lines without the grid: a box to paste into, one cell to change, a table to read."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from exactnb.errors import ExactnbError
from exactnb.forms.lines.static import as_html
from exactnb.threads import later

if TYPE_CHECKING:
    from exactnb.forms.lines.grid import Grid
    from exactnb.forms.lines.lines import Lines

__all__ = ["GridBox", "PasteBox"]

#: seconds in which a front end that can show the grid says so
PATIENCE = 3.0

_SAID = {
    "why": (
        "The grid cannot be shown here. Paste lines from Excel, or change one cell at a time.",
        "Het raster kan hier niet worden getoond. Plak regels uit Excel of wijzig een cel.",
    ),
    "paste": ("Paste here", "Plak hier"),
    "head": ("First row: column names, if you like", "Eerste rij: kolomnamen, als u wilt"),
    "add": ("Add these lines", "Voeg deze regels toe"),
    "line": ("Line", "Regel"),
    "column": ("Column", "Kolom"),
    "value": ("Value", "Waarde"),
    "change": ("Change this cell", "Wijzig deze cel"),
    "remove": ("Delete this line", "Verwijder deze regel"),
    "undo": ("Undo", "Ongedaan maken"),
}


class PasteBox(widgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """The lines in core widgets; they work on the same model as the grid.

    Parameters
    ----------
    lines
        What is shown and changed.
    layout
        A layout to share with other widgets.
    """

    def __init__(self, lines: Lines, layout: Any = None) -> None:
        self.lines = lines
        layout = layout if layout is not None else widgets.Layout(width="auto")
        shared = {"layout": layout}
        self.paste = widgets.Textarea(
            description=self._say("paste"), placeholder=self._say("head"), rows=4, **shared
        )
        self.add = widgets.Button(description=self._say("add"), **shared)
        self.line = widgets.BoundedIntText(value=1, min=1, description=self._say("line"), **shared)
        self.column = widgets.Dropdown(
            options=[(c.field.title, c.name) for c in lines.columns if not c.fixed],
            description=self._say("column"),
            **shared,
        )
        self.value = widgets.Text(description=self._say("value"), **shared)
        self.change = widgets.Button(description=self._say("change"), **shared)
        self.remove = widgets.Button(description=self._say("remove"), **shared)
        self.undo = widgets.Button(description=self._say("undo"), **shared)
        self.said = widgets.HTML(**shared)
        self.table = widgets.HTML(**shared)
        self.add.on_click(lambda _: self._paste())
        self.change.on_click(lambda _: self._change())
        self.remove.on_click(lambda _: self._remove())
        self.undo.on_click(lambda _: self._undo())
        for control in (self.line, self.column):
            control.observe(lambda _: self._show_cell(), "value")
        super().__init__(
            [
                self.said,
                self.table,
                widgets.HBox([self.paste, self.add], **shared),
                widgets.HBox([self.line, self.column, self.value, self.change], **shared),
                widgets.HBox([self.remove, self.undo], **shared),
            ],
            **shared,
        )
        self.said.value = self._say("why")
        self._unobserve = lines.model.observe(lambda _: self.show())
        self.show()

    def show(self) -> None:
        """Shows the lines as they are now."""
        model = self.lines.model
        self.lines.count_all()
        self.table.value = as_html(self.lines)
        closed = model.status in ("pending", "done")
        rows = len(self.lines.rows)
        self.line.max = max(1, rows + 1)
        for control in (self.paste, self.add, self.line, self.column, self.value, self.change):
            control.disabled = closed
        self.remove.disabled = closed or self.line.value > rows
        self.undo.disabled = closed or not model.can_undo
        self._show_cell()

    def close(self) -> None:
        """Lets go of the model."""
        self._unobserve()
        super().close()

    def _show_cell(self) -> None:
        row, at = self.line.value - 1, self._at()
        texts = self.lines.text_of(row) if row < len(self.lines.rows) else []
        self.value.value = texts[at] if at is not None and texts else ""
        self.remove.disabled = self.change.disabled or row >= len(self.lines.rows)

    def _at(self) -> int | None:
        names = [column.name for column in self.lines.columns]
        return names.index(self.column.value) if self.column.value in names else None

    def _paste(self) -> None:
        text = self.paste.value
        if text.strip():
            names = [column.name for column in self.lines.columns]
            self._tell(self.lines.paste(text, len(self.lines.rows), names))
            self.paste.value = ""
            self.learn()

    def _change(self) -> None:
        if self.column.value is not None:
            self.lines.enter(self.line.value - 1, self.column.value, self.value.value)
            self.learn()

    def _remove(self) -> None:
        self.lines.remove([self.line.value - 1])

    def _undo(self) -> None:
        self.lines.model.undo()
        self.lines.check_whole()

    def learn(self) -> None:
        """Finds out what keys are called, and which codes and names are keys."""
        try:
            self.lines.learn(self.lines.unknown())
        except ExactnbError as failed:
            self._tell(str(failed))
            return
        self.lines.take_learned()
        self.show()

    def _tell(self, said: str) -> None:
        self.said.value = escape(said)

    def _say(self, key: str) -> str:
        return _SAID[key][self.lines.model.language == "nl"]


class GridBox(widgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A grid, with a paste box below it where no front end shows the grid.

    Parameters
    ----------
    grid
        The grid.
    layout
        A layout to share with other widgets.
    patience
        Seconds after which the grid is taken to be missing.
    """

    def __init__(self, grid: Grid, layout: Any = None, *, patience: float = PATIENCE) -> None:
        self.grid = grid
        self.pastebox: PasteBox | None = None
        self._patience = patience
        self._stop_waiting: Callable[[], None] | None = None
        grid.on_ready = self._on_ready
        super().__init__([grid], **({} if layout is None else {"layout": layout}))

    def shown(self) -> None:
        """Starts waiting for the grid; whoever displays a widget with this in it calls it."""
        if not self.grid.ready and self._stop_waiting is None:
            self._stop_waiting = later(self._patience, self.fall_back)

    def fall_back(self) -> None:
        """Puts the paste box below the grid, unless a front end shows the grid after all."""
        if not self.grid.ready and self.pastebox is None:
            self.pastebox = PasteBox(self.grid.lines)
            self.children = [self.grid, self.pastebox]
            self.pastebox.learn()

    def _on_ready(self) -> None:
        if self._stop_waiting is not None:
            self._stop_waiting()
        if self.pastebox is not None:
            self.children = [self.grid]
            self.pastebox.close()
            self.pastebox = None

    def close(self) -> None:
        """Stops waiting, and closes the grid."""
        if self._stop_waiting is not None:
            self._stop_waiting()
        if self.pastebox is not None:
            self.pastebox.close()
        self.grid.close()
        super().close()

    def _repr_mimebundle_(self, **options: Any) -> Any:
        self.shown()
        bundle = super()._repr_mimebundle_(**options)
        html, text = self.grid.to_html(), self.grid.to_text()
        return {**bundle, "text/html": html, "text/plain": text} if bundle else bundle
