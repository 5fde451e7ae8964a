"""A long section is drawn a page at a time, with a button for the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import ipywidgets as widgets

if TYPE_CHECKING:
    from exactnb.forms.fields.view import View
    from exactnb.schema.tree import Field, Path

__all__ = ["Pages"]


class Pages:
    """How many fields of a section are drawn by now.

    Each is a widget, which costs the kernel and the browser time; nobody looks at hundreds at
    once. A last page that would be shorter than half of one comes with the page before it.

    Parameters
    ----------
    view
        The surroundings.
    size
        Fields of a page.
    what
        The word for them.
    """

    def __init__(self, view: View, size: int, what: str) -> None:
        self._view, self._size, self._what = view, size, what
        self._drawn = size
        self._next: Path = ()
        self._button: widgets.Button | None = None

    def reach(self, count: int) -> None:
        """Has so many drawn at least, in whole pages."""
        if count > self._drawn:
            self._drawn = -(-count // self._size) * self._size

    def of(self, fields: Sequence[Field]) -> Sequence[Field]:
        """The fields to draw, of all that there are."""
        if len(fields) - self._drawn <= self._size // 2:
            self.reach(len(fields))
        return fields[: self._drawn]

    def more(self, fields: Sequence[Field]) -> Iterator[widgets.Widget]:
        """The button that draws the next page, as long as there is one, and leads to it."""
        left = len(fields) - self._drawn
        if left <= 0:
            return
        self._next = fields[self._drawn].path
        view = self._view
        last = left <= self._size * 3 // 2
        what = view.say(self._what)
        said = view.say("rest", left, what) if last else view.say("next", self._size, what, left)
        if self._button is None:
            self._button = view.look.make(widgets.Button, "action", description=said)
            self._button.on_click(lambda _: view.focus(self._next))
        elif self._button.description != said:
            self._button.description = said
        yield self._button

    def close(self) -> None:
        """Takes the button away."""
        if self._button is not None:
            self._button.close()
