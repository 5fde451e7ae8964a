"""A list of values or of objects, each with what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from exactnb.forms.fields.section import Section

if TYPE_CHECKING:
    from exactnb.forms.fields.view import View
    from exactnb.schema.tree import Field

__all__ = ["Rows"]


class Rows(Section):
    """A list: its items, each with what can be done with it."""

    page = (20, "rows")

    def __init__(self, view: View, field: Field) -> None:
        self._add: widgets.Button | None = None
        self._frames: list[tuple[widgets.Box, tuple[widgets.Button, ...]]] = []
        super().__init__(view, field)

    def body(self, field: Field) -> Iterator[widgets.Widget]:
        """The items, and the button for one more."""
        items = field.children
        drawn = self.paged(items)
        self.keep(set(range(len(drawn))))
        while len(self._frames) > len(drawn):
            frame, buttons = self._frames.pop()
            for widget in (frame, *buttons):
                widget.close()
        for index, item in enumerate(drawn):
            yield self._framed(index, self.part(index, item).widget, len(items), field)
        yield from self.pages.more(items)
        if self._add is None:
            what = field.item.title if field.item is not None else field.title
            self._add = self.view.look.make(
                widgets.Button, "action", description=f"+ {self.view.say('add', what)}"
            )
            self._add.on_click(
                lambda _: self._do(len(self._all), self.view.model.insert, self.path)
            )
        self._add.disabled = self.view.locked or field.read_only
        yield self._add

    def _framed(
        self, index: int, widget: widgets.Widget, count: int, field: Field
    ) -> widgets.Widget:
        view, model, path = self.view, self.view.model, (*self.path, index)
        if index == len(self._frames):
            does: list[tuple[str, Callable[[], None]]] = [
                ("up", lambda: self._do(index - 1, model.move, path, index - 1)),
                ("down", lambda: self._do(index + 1, model.move, path, index + 1)),
                ("copy", lambda: self._do(index + 1, model.duplicate, path)),
                ("remove", lambda: self._do(index, model.remove, path)),
            ]
            buttons = tuple(
                view.look.make(
                    widgets.Button,
                    "action",
                    description=view.say(word),
                    tooltip=f"{view.say(word)}: {field.title} {index + 1}",
                )
                for word, _ in does
            )
            for button, (_, do) in zip(buttons, does, strict=True):
                button.on_click(lambda _, do=do: do())
            frame = view.look.make(widgets.Box, "item", children=(widget, *buttons))
            self._frames.append((frame, buttons))
        frame, buttons = self._frames[index]
        if frame.children[0] is not widget:
            frame.children = (widget, *buttons)
        still = view.locked or field.read_only
        for button, stuck in zip(
            buttons, (index == 0, index == count - 1, False, False), strict=True
        ):
            button.disabled = still or stuck
        return frame

    def _do(self, row: int, edit: Callable[..., None], *arguments: Any) -> None:
        """Makes an edit, with the row drawn where it is seen."""
        self.opened = True
        self.pages.reach(row + 1)
        self.view.write(self.path, lambda: edit(*arguments))

    def close(self) -> None:
        """Takes all of it away."""
        super().close()
        framed = [widget for frame, buttons in self._frames for widget in (frame, *buttons)]
        for widget in filter(None, (self._add, *framed)):
            widget.close()
