"""The fields of a form as widgets: they show what the model holds, and write to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exactnb.forms.fields.group import Group
from exactnb.forms.fields.look import Box, Look
from exactnb.forms.fields.parts import Lines, part_class
from exactnb.forms.fields.view import View
from exactnb.forms.lookup import Finders
from exactnb.threads import later

if TYPE_CHECKING:
    from exactnb.forms.fields.view import Part
    from exactnb.forms.model import FormModel
    from exactnb.schema.tree import Field, Path

__all__ = ["Fields"]

#: seconds in which a front end has drawn what was added to a form
DRAWN = 0.3


class Fields:
    """The controls of a form, in one box.

    Required and filled fields stand first to be seen, with up to seven others; the rest is
    behind "add a field". Of more than a hundred a page is drawn at a time; what is asked for,
    led to or wrong is drawn whatever page it is on. A change of the model shows at once, whoever
    made it; what a person enters is in the model when they leave the control.

    Parameters
    ----------
    model
        What is shown and written to.
    finders
        Where choices of references are looked up.
    look
        Shared with other widgets of the form, so that they share Layout and Style.

    Attributes
    ----------
    widget : ipyBox
        To be put in a form.

    Examples
    --------
    >>> from exactnb.forms.model import FormModel
    >>> model = FormModel({"properties": {"price": {"type": "number"}}})
    >>> fields = Fields(model)
    >>> fields["price"].value = "1.234,50"
    >>> model.payload()
    {'price': Decimal('1234.50')}
    """

    def __init__(
        self, model: FormModel, finders: Finders | None = None, look: Look | None = None
    ) -> None:
        self._view = View(
            model,
            finders or Finders(),
            look or Look(),
            kinds=part_class,
            refresh=self.refresh,
            focus=self.focus,
        )
        self._view.look_again()
        self._root, self.widget = self._draw(model.field(()))
        self._unobserve = model.observe(lambda _: self.refresh())

    def _draw(self, field: Field) -> tuple[Part, Box]:
        """The part that shows everything, and the box that it is in: the same, for an object."""
        view = self._view
        kind = view.kind_of(field)
        if kind is Group:
            group = Group(view, field, bare=True)
            return group, group.widget
        part = kind(view, field)
        return part, view.look.make(Box, "fields", children=(part.widget,))

    @property
    def paths(self) -> tuple[Path, ...]:
        """The paths of the controls that were drawn."""
        return tuple(self._view.parts)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the fields of the form itself that are drawn, in their order."""
        return tuple(getattr(self._root, "parts", ()))

    def control(self, path: Path) -> Any:
        """The widget of a field, which is drawn now if it was not yet.

        Raises
        ------
        KeyError
            When there is no such field.
        """
        self._view.model.field(path)
        part = self._root.reveal(path)
        if part.path != path:
            raise KeyError(f"{'.'.join(map(str, path))} has no control of its own")
        return part.widget

    def focus(self, path: Path) -> bool:
        """Whether there is such a field; it is brought into sight, with the cursor in it.

        What has no control of its own, such as a cell of a grid, is gone to as near as can be.
        """
        drawn = self._view.drawn
        part = self._root.reveal(path)
        part.focus(path)
        if self._view.drawn != drawn:  # a front end hears nothing before it has drawn the control
            later(DRAWN, part.focus, path)
        return self._view.model.field().at(path) is not None

    def shown(self) -> None:
        """To be called when the form is displayed: grids that no front end draws are replaced."""
        self._view.shown = True
        for part in self._view.parts.values():
            if isinstance(part, Lines):
                part.shown()

    def __getitem__(self, path: Path | str) -> Any:
        return self.control((path,) if isinstance(path, str) else path)

    def refresh(self) -> None:
        """Shows the model as it is: values, errors, fields, and whether it is locked."""
        with self._view.lock:
            if not self._view.writing:
                self._view.drawn += 1
                self._view.look_again()
                self._root.show(self._view.model.field(()))

    def close(self) -> None:
        """Takes all widgets away, and stops listening."""
        self._unobserve()
        self._root.close()
        self.widget.close()
