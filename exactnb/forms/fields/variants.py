"""A field that may be of several kinds: which one, and then that one's own fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from exactnb.absent import ABSENT
from exactnb.forms.fields.group import Group
from exactnb.forms.fields.look import Box, caption
from exactnb.forms.fields.section import Section
from exactnb.forms.model.variants import drawn

if TYPE_CHECKING:
    from exactnb.forms.fields.view import Part, View
    from exactnb.schema.tree import Field, Path

__all__ = ["Variants"]


class Variants:
    """A dropdown of the kinds, and below it the part of the kind that was chosen."""

    def __init__(self, view: View, field: Field) -> None:
        self.view = view
        self.path = field.path
        self._part: Part | None = None
        self._none = False
        self._showing = False
        self._draw(self._chosen(field))
        self._which = view.look.make(
            widgets.Dropdown, description_allow_html=True, **self._traits(field)
        )
        self._which.observe(self._changed, "value")
        self.widget = view.look.make(Box, "variants", children=self._children())

    def show(self, field: Field) -> None:
        """Brings the choice and its fields in line with the model."""
        self._draw(self._chosen(field))
        self._showing = True
        try:
            for name, value in self._traits(field).items():
                if getattr(self._which, name) != value:
                    setattr(self._which, name, value)
        finally:
            self._showing = False
        if self._children() != self.widget.children:
            self.widget.children = self._children()

    def _chosen(self, field: Field) -> Field | None:
        """The field as its kind makes it; None while there is no kind."""
        # the model remembers the kind of a field that was cleared; a person took it away
        self._none = self._none and self.view.model.get(self.path) is ABSENT
        chosen = None if self._none else field.chosen
        # of variants of a variant the value decides: the model has one choice a path
        return None if chosen is None else drawn(chosen)

    def _draw(self, chosen: Field | None) -> None:
        """Makes the part of the chosen kind, or brings it up to date; nothing shows a null."""
        empty = chosen is None or chosen.kind in ("null", "variants")
        kind = None if chosen is None or empty else self.view.kind_of(chosen)
        now = self._part
        if now is not None and type(now) is not kind:
            now.close()
            now = self._part = None
        if chosen is None or kind is None:
            return
        if now is not None:
            now.show(chosen)
        elif kind is Group:
            self._part = Group(self.view, chosen, bare=True)
        else:
            self._part = kind(self.view, chosen)

    def _traits(self, field: Field) -> dict[str, Any]:
        view, variant = self.view, None if self._none else field.variant
        options: list[tuple[str, Any]] = [
            (option.label, index) for index, option in enumerate(field.variants)
        ]
        if variant is None or (self.path and not field.required):
            options.insert(0, (view.say("none"), ABSENT))
        title = view.say("kind", field.title) if field.title else view.say("kind_alone")
        problem = view.problem(self.path) if self._part is None else ""
        star = view.say("required") if field.required else ""
        return {
            "options": tuple(options),
            "value": ABSENT if variant is None else variant,
            "description": caption(title, field.help, star=star, problem=problem),
            "disabled": view.locked or field.read_only,
        }

    def _children(self) -> tuple[widgets.Widget, ...]:
        return (self._which,) if self._part is None else (self._which, self._part.widget)

    def _changed(self, change: Any) -> None:
        if self._showing:
            return
        index, model = change["new"], self.view.model
        self._none = index is ABSENT
        if index is ABSENT:
            self.view.write(self.path, lambda: model.clear(self.path))
        else:
            self.view.write(self.path, lambda: model.choose(self.path, index))

    def reveal(self, path: Path) -> Part:
        """Opens what has to be open to see what is at a path, and gives the part nearest to it."""
        part = self._part
        if part is None or (path == self.path and isinstance(part, Section)):
            return self
        return part.reveal(path)

    def focus(self, path: Path) -> None:
        """Puts the cursor on the choice of a kind."""
        self._which.focus()

    def close(self) -> None:
        """Takes all of it away."""
        if self._part is not None:
            self._part.close()
        self._which.close()
        self.widget.close()
