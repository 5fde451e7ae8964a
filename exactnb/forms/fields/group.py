"""The fields of an object: those that matter first, the others when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from exactnb.absent import ABSENT
from exactnb.forms.fields.look import caption
from exactnb.forms.fields.section import Section
from exactnb.forms.static import said_of

if TYPE_CHECKING:
    from exactnb.forms.fields.view import Part, View
    from exactnb.schema.tree import Field, Path

__all__ = ["Group"]

#: optional fields shown from the start, in a form of at most so many others
FIRST, SMALL = 7, 12
#: letters that are shown of what a row is known by
LONGEST = 40
#: an empty value for each kind of a field that gets its name from the user
_EMPTY: dict[str, Any] = {"object": {}, "array": [], "boolean": False, "number": 0, "integer": 0}


class Group(Section):
    """The fields of an object: required and filled ones, the first few, then those asked for."""

    def __init__(self, view: View, field: Field, *, bare: bool = False) -> None:
        self._shown: set[str] = set()
        self._met: set[str] = set()
        self._adder: widgets.Dropdown | None = None
        self._namer: widgets.Text | None = None
        self._removers: dict[str, tuple[widgets.Button, widgets.Box]] = {}
        super().__init__(view, field, bare=bare)

    def body(self, field: Field) -> Iterator[widgets.Widget]:
        """The fields that are shown, in the order of the schema, and the way to the others."""
        children = [c for c in field.children if not c.read_only or self._present(c)]
        names = self._now_shown(children)
        shown = [c for c in children if c.name in names]
        drawn = self.paged(shown)
        known = field.schema.get("properties") or {}
        self.keep({c.name for c in drawn})
        for child in drawn:
            widget = self.part(child.name, child).widget
            yield widget if child.name in known else self._own(child, widget)
        yield from self.pages.more(shown)
        if len(self.parts) < len(children):
            yield self._add(field, [c for c in children if c.name not in self.parts])
        if field.open:
            yield self._name(field)

    def held(self, field: Field) -> str:
        """Of a row the first that is filled in, by which people know it; else how much is."""
        row = self.path and isinstance(self.path[-1], int)
        for child in field.children if row else ():
            value = self.view.model.get(child.path)
            if isinstance(value, (str, int, float, Decimal)) and not child.sensitive:
                said = " ".join(said_of(child, self.view.model, self.view.finders).split())
                if said:
                    return said if len(said) <= LONGEST else f"{said[: LONGEST - 1]}…"
        return super().held(field)

    def _present(self, field: Field) -> bool:
        return self.view.model.get(field.path) is not ABSENT

    def _now_shown(self, children: list[Field]) -> set[str]:
        """Names of the fields to show: once shown, a field stays."""
        needed = {c.name for c in children if c.required or self._present(c)}
        others = [c.name for c in children if c.name not in needed | self._met]
        # those that were not there before come by a condition, or with another kind
        self._shown |= set(others[:FIRST]) if self._met or len(needed) <= SMALL else set()
        self._met |= {c.name for c in children}
        self._shown |= needed | self.wrong()
        return self._shown

    def _add(self, field: Field, hidden: list[Field]) -> widgets.Widget:
        """The dropdown of fields that are not drawn: to be added, or on a page to come."""
        view = self.view
        options = ((view.say("none"), ABSENT), *((c.title, c.name) for c in hidden))
        verb = "go" if any(c.name in self._shown for c in hidden) else "add"
        title = view.say(f"{verb}_to", field.title) if self.path else view.say(f"{verb}_field")
        if self._adder is None:
            self._adder = view.look.make(
                widgets.Dropdown,
                "adder",
                options=options,
                description=caption(title),
                description_allow_html=True,
                disabled=view.locked,
            )
            self._adder.observe(self._added, "value")
        elif self._adder.options != options:
            self._adder.options = options
        self._adder.description = caption(title)
        self._adder.disabled = view.locked
        return self._adder

    def _added(self, change: Any) -> None:
        if change["new"] is not ABSENT:
            self.view.focus((*self.path, change["new"]))

    def _name(self, field: Field) -> widgets.Widget:
        """The box for the name of a field that the schema does not have."""
        view = self.view
        if self._namer is None:
            self._namer = view.look.make(
                widgets.Text,
                "adder",
                description=caption(view.say("own"), view.say("own_help")),
                description_allow_html=True,
                continuous_update=False,
                disabled=view.locked,
            )
            self._namer.observe(self._named, "value")
        self._namer.disabled = view.locked
        return self._namer

    def _named(self, change: Any) -> None:
        name, model = change["new"].strip(), self.view.model
        if not name:
            return
        path = (*self.path, name)
        if self._namer is not None:
            self._namer.value = ""
        if model.get(path) is not ABSENT:
            return

        def put() -> None:
            model.set(path, "")
            kind = model.field(path).kind
            if kind in _EMPTY:
                model.set(path, _EMPTY[kind])

        self.view.write(path, put)

    def _own(self, field: Field, widget: widgets.Widget) -> widgets.Widget:
        """A field of the user's own, with a button that takes it out."""
        view, name = self.view, field.name
        if name not in self._removers or self._removers[name][1].children[0] is not widget:
            button = view.look.make(
                widgets.Button, "action", description=view.say("remove"), tooltip=field.title
            )
            button.on_click(lambda _: self._remove(name))
            row = view.look.make(widgets.HBox, "row", children=(widget, button))
            self._removers[name] = (button, row)
        return self._removers[name][1]

    def _remove(self, name: str) -> None:
        self._shown.discard(name)
        path = (*self.path, name)
        self.view.write(self.path, lambda: self.view.model.clear(path))

    def reveal(self, path: Path) -> Part:
        """Opens it, and shows the field at a path if it was behind the others."""
        if not self.opened and path != self.path:
            self.toggle()
        name = path[len(self.path)] if len(path) > len(self.path) else None
        if isinstance(name, str) and name not in self._shown:
            self._shown.add(name)
            self.view.refresh()
        return super().reveal(path)

    def close(self) -> None:
        """Takes all of it away."""
        super().close()
        removers = [widget for pair in self._removers.values() for widget in pair]
        for widget in filter(None, (self._adder, self._namer, *removers)):
            widget.close()
