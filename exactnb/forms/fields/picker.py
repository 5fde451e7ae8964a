"""A control to choose a reference: type to search, choose by code and name, keep the id."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from exactnb.absent import ABSENT
from exactnb.errors import ExactnbError
from exactnb.forms.fields.controls import Control

if TYPE_CHECKING:
    from exactnb.forms.fields.view import View
    from exactnb.forms.lookup import Choice, Finder, Found
    from exactnb.schema.tree import Field

__all__ = ["Picker"]

#: choices that are put in the list at once
SHOWN = 100


class Picker(Control):
    """A box to search in. The model has the id, or what was typed as long as that is no choice."""

    kind = widgets.Combobox

    def __init__(self, view: View, field: Field) -> None:
        self._field = field
        self._finder: Finder = view.finders.of(field, view.model.get(()))
        self._labels: dict[str, Choice] = {}
        self._note = ""
        self._problem = ""
        self._asking = False
        self._sought: Any = ABSENT
        self._missing = ""
        super().__init__(view, field)
        self._begin()

    # --- what the box shows -----------------------------------------------------------------------

    def traits(self, field: Field) -> dict[str, Any]:
        """What the widget shows, by trait."""
        return {"options": tuple(self._labels), **super().traits(field)}

    def notes(self, field: Field) -> tuple[str, ...]:
        """How the search stands."""
        now = self.value(field)
        if now and now == self._missing:
            return (self.view.say("unknown_id", now),)
        if now and not self.typed:
            return ()  # it was chosen: there is no more to narrow down
        return (self._note or ("" if now else self.view.say("type")),)

    def problem(self, field: Field) -> str:
        """What is wrong, unless someone is still about to choose."""
        if self._asking:
            return ""
        choosing = self._labels and self.typed and not self.view.model.tried
        return self._problem or ("" if choosing else super().problem(field))

    def value(self, field: Field) -> str:
        """The label of what is chosen; its id while that is not known; else what was typed."""
        value = self.view.model.get(self.path)
        if self.typed or value in (ABSENT, None):
            return self.typed
        known = self._finder.known(value)
        return known.label if known is not None else str(value)

    @property
    def typed(self) -> str:
        """A text that is no choice, or not yet."""
        model = self.view.model
        value, text = model.get(self.path), model.text(self.path)
        return "" if value not in (ABSENT, None) and text == str(value) else text

    def show(self, field: Field) -> None:
        """Brings the box in line with the model; looks anew when what it depends on changed."""
        self._field = field
        if field.lookup is not None and "$var" in repr(field.lookup.parameters):
            finder = self.view.finders.of(field, self.view.model.get(()))
            if finder.source is not self._finder.source:
                self._finder.cancel()
                self._finder, self._labels, self._sought = finder, {}, ABSENT
                self._begin()
        elif not self._asking:
            self._meet()
        super().show(field)

    def __str__(self) -> str:
        """Title and label, as a line of text."""
        return f"{self._field.title}: {self.value(self._field)}"

    def to_html(self) -> str:
        """The same as HTML."""
        title, value = escape(self._field.title), escape(self.value(self._field))
        return f'<span class="exactnb-picked">{title}: <strong>{value}</strong></span>'

    # --- what a person does -----------------------------------------------------------------------

    def read(self, value: str) -> None:
        """Takes a label as the choice of its id; any other text is looked for."""
        self._problem = self._note = ""
        self._asking = False
        self._finder.cancel()
        chosen, model = self._labels.get(value), self.view.model
        if chosen is not None:
            model.set(self.path, chosen.value)
        elif value == str(model.get(self.path)):
            model.set(self.path, model.get(self.path))  # the id that it has, pasted once more
        elif not value:
            model.clear(self.path)
            self._ask("")
        elif self._field.allow_custom:
            model.enter(self.path, value)
            self._ask(value)
        else:
            why = self.view.say("choose", value)
            self.view.hold(self.path, value, why)
            self._ask(value)

    # --- asking -----------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Looks up the label of what is chosen, and the first choices."""
        if not self._meet():
            self._ask("")

    def _meet(self) -> bool:
        """Whether what is chosen has to be looked up, which then begins."""
        value = self.view.model.get(self.path)
        if self.typed or value in (ABSENT, None, self._sought):
            return False
        if not self._finder.live or self._finder.known(value) is not None:
            return False
        self._sought = value
        self._finder.find_later(value, self._met)
        return True

    def _met(self, answer: Choice | Exception | None) -> None:
        with self.view.lock:
            self._sought = self.view.model.get(self.path)
            if answer is None:
                self._missing = str(self._sought)
            super().show(self._field)
        if not self._labels:
            self._ask("")

    def _ask(self, text: str) -> None:
        if not self._finder.live:
            self._answered(text, self._finder.search(text))
            return
        self._asking = bool(text)
        if text:
            self._note = self.view.say("searching")
        self._finder.search_later(text, lambda answer: self._answered(text, answer))

    def _answered(self, text: str, answer: Found | Exception) -> None:
        """Takes what was found for a text; the one whose id, code or name it is, is chosen."""
        view = self.view
        with view.lock:
            self._asking, self._note, self._problem = False, "", ""
            if isinstance(answer, Exception):
                told = answer.message if isinstance(answer, ExactnbError) else str(answer)
                self._problem = view.say("failed", told)
            else:
                self._take(text, answer)
            if not view.writing:
                super().show(self._field)

    def _take(self, text: str, found: Found) -> None:
        view = self.view
        self._labels = _by_label(found[:SHOWN])
        if text and text == self.typed:
            meant = [choice for choice in found if choice.meant_by(text)]
            only = meant[0] if len(meant) == 1 and not found.more else None
            chosen = only or self._labels.get(text)
            if chosen is not None:
                view.write(self.path, lambda: view.model.set(self.path, chosen.value))
                return
            if not found:
                self._problem = view.say("nothing", text)
        if found.more or len(found) > SHOWN:
            self._note = view.say("first", min(len(found), SHOWN))
        elif text and found:
            self._note = view.say("fits", len(found))

    def close(self) -> None:
        """Takes the box away; an answer that is still to come is dropped."""
        self._finder.cancel()
        super().close()


def _by_label(choices: list[Choice]) -> dict[str, Choice]:
    """Choices by label; those whose labels are the same get their value behind it."""
    labels = [choice.label for choice in choices]
    return {
        choice.label
        if labels.count(choice.label) == 1
        else f"{choice.label} · {choice.value}": choice
        for choice in choices
    }
