"""What each kind of field is drawn as."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as widgets

from exactnb.forms.fields.controls import Secret, control_class
from exactnb.forms.fields.group import Group
from exactnb.forms.fields.look import Box, caption
from exactnb.forms.fields.picker import Picker
from exactnb.forms.fields.rows import Rows
from exactnb.forms.fields.variants import Variants
from exactnb.forms.lines.grid import Grid
from exactnb.forms.lines.pastebox import GridBox

if TYPE_CHECKING:
    from exactnb.forms.fields.view import Part, View
    from exactnb.schema.tree import Field, Path

__all__ = ["part_class"]


def part_class(view: View, field: Field) -> type[Part]:
    """The kind of part that a field is drawn as."""
    if field.sensitive:
        return Secret
    if field.kind == "variants":
        return Variants
    if field.kind == "object":
        return Group
    if field.kind == "array" and not (field.multiple and not field.allow_custom):
        return Lines if field.grid else Rows
    return Picker if view.finders.has(field) else control_class(view, field)


class Lines:
    """A list of flat records as a grid, which keeps itself in line with the model."""

    def __init__(self, view: View, field: Field) -> None:
        self.view = view
        self.path = field.path
        self.grid = Grid(view.model, field.path, view.finders, layout=view.look.layout)
        self._box = GridBox(self.grid, layout=view.look.layout)
        self._title = view.look.make(widgets.HTML, value=self._said(field))
        self.widget = view.look.make(Box, "lines", children=(self._title, self._box))
        if view.shown:
            self.shown()
        view.parts[field.path] = self

    def _said(self, field: Field) -> str:
        return caption(self.view.title(field), field.help, star=self.view.star(field))

    def show(self, field: Field) -> None:
        """Its title, which a condition may change; the grid listens by itself."""
        said = self._said(field)
        if self._title.value != said:
            self._title.value = said

    def shown(self) -> None:
        """Waits for a front end that draws the grid."""
        self._box.shown()

    def reveal(self, path: Path) -> Part:
        """Itself: it is there already."""
        return self

    def focus(self, path: Path) -> None:
        """Puts the cursor in the cell at a path."""
        row, column = (*path[len(self.path) :], 0, "")[:2]
        self.grid.focus_cell(int(row), str(column))

    def close(self) -> None:
        """Takes the grid away."""
        self.view.parts.pop(self.path, None)
        for widget in (self._box, self._title, self.widget):
            widget.close()
