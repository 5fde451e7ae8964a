"""Fields under a heading, which opens and shuts them; they are drawn when first opened."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import ipywidgets as widgets

from exactnb.absent import ABSENT
from exactnb.forms.fields.look import Box, caption
from exactnb.forms.fields.pages import Pages

if TYPE_CHECKING:
    from exactnb.forms.fields.view import Part, View
    from exactnb.schema.tree import Field, Path

__all__ = ["Section"]

#: rows with which a list is drawn open, and levels to which groups are
ROWS, DEPTH = 10, 5


class Section(ABC):
    """Fields under a heading, which opens and shuts them; they are made when first opened."""

    page: ClassVar[tuple[int, str]] = (100, "fields")
    """How many of them are drawn at a time, and the word for them."""

    def __init__(self, view: View, field: Field, *, bare: bool = False) -> None:
        self.view = view
        self.path = field.path
        self.opened = bare or self.opens(field)
        self.parts: dict[Any, Part] = {}
        self.pages = Pages(view, *self.page)
        self._all: Sequence[Field] = ()
        self._note: widgets.HTML | None = None
        self._heading: widgets.Button | None = None
        if not bare:
            self._heading = view.look.make(
                widgets.Button, "heading", description=self.heading(field)
            )
            self._heading.on_click(lambda _: self.toggle())
        self.widget = view.look.make(
            Box,
            *(("fields",) if not field.path else ("group",) if not bare else ("within",)),
            children=self.children(field),
        )

    # --- what a kind of section says ------------------------------------------------------------

    def opens(self, field: Field) -> bool:
        """Whether it is drawn open at first."""
        value = self.view.model.get(self.path)
        rows = len(field.children) if field.kind == "array" else self._among()
        filled = field.required or value not in (ABSENT, None)
        return filled and rows <= ROWS and len(self.path) <= DEPTH

    def _among(self) -> int:
        """How many rows the list has that this is a row of."""
        beside = self.view.model.get(self.path[:-1]) if self.path else ABSENT
        return len(beside) if isinstance(beside, list) else 0

    @abstractmethod
    def body(self, field: Field) -> Iterator[widgets.Widget]:
        """The widgets under the heading."""

    def held(self, field: Field) -> str:
        """What a shut section holds, in short; empty if nothing."""
        value = self.view.model.get(self.path)
        count = len(value) if isinstance(value, (dict, list)) else 0
        return self.view.say("filled", count) if count else ""

    # --- showing --------------------------------------------------------------------------------

    def show(self, field: Field) -> None:
        """Brings all of it in line with the model; the list of widgets only when it changed."""
        children = self.children(field)
        if self._heading is not None:
            said = self.heading(field)
            if self._heading.description != said:
                self._heading.description = said
        if children != self.widget.children:
            self.widget.children = children

    def children(self, field: Field) -> tuple[widgets.Widget, ...]:
        """Heading, note and body, as far as they are there now."""
        if not self.opened and any(
            path[: len(self.path)] == self.path for path in self.view.errors
        ):
            self.opened = True  # what is wrong must be seen
        head = () if self._heading is None else (self._heading,)
        return (*head, *self._noted(field), *(self.body(field) if self.opened else ()))

    def heading(self, field: Field) -> str:
        """Triangle, title, star, and what a shut one holds."""
        star = " *" if self.view.star(field) else ""
        held = "" if self.opened else self.held(field)
        said = f"{self.view.title(field)}{star}{f' · {held}' if held else ''}"
        return f"{'▾' if self.opened else '▸'} {said}"

    def _noted(self, field: Field) -> tuple[widgets.Widget, ...]:
        """What is wrong with the whole, or its help: a widget only while there is such a text."""
        problem = self.view.problem(self.path)
        help = " · ".join(filter(None, (field.help, field.limits)))
        said = caption("", help, problem=problem) if problem or (help and self.opened) else ""
        if not said and self._note is None:
            return ()
        if self._note is None:
            self._note = self.view.look.make(widgets.HTML, "note", value=said)
        elif self._note.value != said:
            self._note.value = said
        return (self._note,) if said else ()

    def paged(self, fields: Sequence[Field]) -> Sequence[Field]:
        """Those of its fields that are drawn by now: what is wrong must be seen."""
        self._all, wrong = fields, self.wrong()
        for number, field in enumerate(fields if wrong else (), 1):
            if field.name in wrong:
                self.pages.reach(number)
        return self.pages.of(fields)

    def wrong(self) -> set[str]:
        """The names of those with something wrong in them."""
        depth = len(self.path)
        return {str(p[depth]) for p in self.view.errors if p[:depth] == self.path and p[depth:]}

    def part(self, key: Any, field: Field) -> Part:
        """The part of a field, made or brought up to date."""
        kind, now = self.view.kind_of(field), self.parts.get(key)
        if now is not None and type(now) is kind:
            now.show(field)
            return now
        if now is not None:
            now.close()
        self.parts[key] = kind(self.view, field)
        return self.parts[key]

    def keep(self, keys: set[Any]) -> None:
        """Takes away the parts that are no longer there."""
        for key in [key for key in self.parts if key not in keys]:
            self.parts.pop(key).close()

    def toggle(self) -> None:
        """Opens or shuts it."""
        self.opened = not self.opened
        self.view.refresh()

    def reveal(self, path: Path) -> Part:
        """Opens what has to be open to see what is at a path, and gives the part nearest to it."""
        if path == self.path:
            return self  # to see it, it need not be open
        if not self.opened:
            self.toggle()
        step = path[len(self.path) : len(self.path) + 1]
        for number, field in enumerate(self._all, 1):
            if field.path[-1:] == step and number > len(self.pages.of(self._all)):
                self.pages.reach(number)
                self.view.refresh()
        for part in self.parts.values():
            if path[: len(part.path)] == part.path:
                return part.reveal(path)
        return self

    def focus(self, path: Path) -> None:
        """Puts the cursor on the heading; without one, on the first field."""
        if self._heading is not None:
            self._heading.focus()
        else:
            for part in list(self.parts.values())[:1]:
                part.focus(path)

    def close(self) -> None:
        """Takes all of it away."""
        self.keep(set())
        self.pages.close()
        for widget in filter(None, (self._heading, self._note, self.widget)):
            widget.close()
