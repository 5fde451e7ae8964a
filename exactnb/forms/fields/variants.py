"""A field that may be of several kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from exactnb.forms.fields.group import Group
from exactnb.forms.fields.look import caption

if TYPE_CHECKING:
    from exactnb.forms.fields.view import Part, View
    from exactnb.schema.tree import Field

__all__ = ["Variants"]


class Variants:
    """A field that may be of several kinds: which one, and then that one's own fields."""

    def __init__(self, view: View, field: Field) -> None:
        self.view = view
        self.path = field.path
        self._part: Part | None = None
        self._showing = False
        self._which = view.look.make(
            widgets.Dropdown, description_allow_html=True, **self._traits(field)
        )
        self._which.observe(self._chosen, "value")
        self.widget = view.look.make(widgets.VBox, "variants", children=self._children(field))

    def _traits(self, field: Field) -> dict[str, Any]:
        options = [(option.label, index) for index, option in enumerate(field.variants)]
        if field.variant is None:
            options.insert(0, (self.view.say("none"), None))
        title = self.view.say("kind", field.title)
        problem = self.view.problem(self.path) if field.chosen is None else ""
        star = self.view.say("required") if field.required else ""
        return {
            "options": tuple(options),
            "value": field.variant,
            "description": caption(title, field.help, star=star, problem=problem),
            "disabled": self.view.locked or field.read_only,
        }

    def _children(self, field: Field) -> tuple[widgets.Widget, ...]:
        chosen, now = field.chosen, self._part
        kind = None if chosen is None else self.view.kind_of(chosen)
        if now is not None and type(now) is not kind:
            now.close()
            now = None
        if chosen is None or kind is None:
            self._part = None
            return (self._which,)
        if now is not None:
            now.show(chosen)
        else:
            bare = kind is Group
            now = Group(self.view, chosen, bare=True) if bare else kind(self.view, chosen)
        self._part = now
        return (self._which, now.widget)

    def show(self, field: Field) -> None:
        """Brings the choice and its fields in line with the model."""
        self._showing = True
        try:
            for name, value in self._traits(field).items():
                if getattr(self._which, name) != value:
                    setattr(self._which, name, value)
        finally:
            self._showing = False
        children = self._children(field)
        if children != self.widget.children:
            self.widget.children = children

    def _chosen(self, change: Any) -> None:
        index = change["new"]
        if not self._showing and index is not None:
            self.view.write(self.path, lambda: self.view.model.choose(self.path, index))

    def close(self) -> None:
        """Takes all of it away."""
        if self._part is not None:
            self._part.close()
        self._which.close()
        self.widget.close()
