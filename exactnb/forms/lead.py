"""Leading the keyboard on after a step, unless whoever pressed the button has gone elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import anywidget

from exactnb.forms.assets import asset

__all__ = ["Lead"]


class Lead(anywidget.AnyWidget):  # type: ignore[misc]  # anywidget's types are not followed
    """Shows nothing; by it the front end says whether the keyboard is still here, or nowhere.

    A step takes its time, in which a person may have begun to type in another place: what they
    type must not land here. Where no front end draws it, nobody is led anywhere.
    """

    _esm = asset(__package__, "lead.js")

    def __init__(self, **traits: Any) -> None:
        self._step: Callable[[], Any] | None = None
        super().__init__(**traits)
        self.on_msg(self._told)

    def on(self, step: Callable[[], Any]) -> None:
        """Take the step that moves the keyboard, if it may be moved; the last one asked for."""
        self._step = step
        self.send({})

    def _told(self, _widget: Any, content: Mapping[str, Any], _buffers: Any) -> None:
        step, self._step = self._step, None  # each place where it is drawn answers
        if step is not None and content.get("free") is True:
            step()
