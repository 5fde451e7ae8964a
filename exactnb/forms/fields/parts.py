"""What each kind of field is drawn as."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exactnb.forms.fields.controls import Secret, control_class
from exactnb.forms.fields.group import Group
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
        self.widget = GridBox(self.grid, layout=view.look.layout)
        if view.shown:
            self.widget.shown()
        view.parts[field.path] = self

    def show(self, field: Field) -> None:
        """Nothing: the grid listens by itself."""

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
        self.widget.close()
