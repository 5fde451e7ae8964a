"""What each kind of field is drawn as."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exactnb.forms.fields.controls import Secret, control_class
from exactnb.forms.fields.group import Group
from exactnb.forms.fields.picker import Picker
from exactnb.forms.fields.rows import Rows
from exactnb.forms.fields.variants import Variants

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
        from exactnb.forms.lines.grid import Grid

        self.view = view
        self.path = field.path
        self.widget = Grid(view.model, field.path, view.finders)
        view.parts[field.path] = self

    def show(self, field: Field) -> None:
        """Nothing: the grid listens by itself."""

    def reveal(self, path: Path) -> None:
        """Nothing: it is there already."""

    def close(self) -> None:
        """Takes the grid away."""
        self.view.parts.pop(self.path, None)
        self.widget.close()
