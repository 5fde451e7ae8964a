"""A control for each kind of field that holds one value: one widget, one model."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

import ipywidgets as widgets

from exactnb.absent import ABSENT
from exactnb.forms.model.values import get, same

if TYPE_CHECKING:
    from exactnb.forms.fields.view import Part, View
    from exactnb.schema.tree import Field, Path

__all__ = ["Control", "control_class"]

#: options that a list to scroll through may have; more are searched by typing
SCROLLED = 30
#: longest text that gets a short box
SHORT = 20
#: JSON's null as an option: to a Dropdown, None is that nothing is chosen
NULL = type("Null", (), {"__repr__": lambda _: "null"})()


class Control:
    """A widget and the field that it shows.

    What the widget shows is worked out in one place, :meth:`traits`, when it is made and after
    every change; what a person does to it comes back through :meth:`read`.
    """

    kind: ClassVar[type[widgets.Widget]] = widgets.Text
    fixed: ClassVar[dict[str, Any]] = {"description_allow_html": True}
    """Traits that stay as they are."""
    plain: ClassVar[bool] = False
    """Whether the description is plain text."""

    def __init__(self, view: View, field: Field) -> None:
        self.view = view
        self.path = field.path
        self._showing = False
        self.widget = view.look.make(
            self.kind, *self.classes(field), **self.fixed, **self.traits(field)
        )
        self.widget.observe(self._changed, "value")
        view.parts[field.path] = self

    def classes(self, field: Field) -> tuple[str, ...]:
        """Classes of the style sheet."""
        return ()

    def traits(self, field: Field) -> dict[str, Any]:
        """What the widget shows, by trait."""
        return {
            "description": self.view.caption(
                field, *self.notes(field), problem=self.problem(field), plain=self.plain
            ),
            "disabled": field.read_only or self.view.locked,
            "value": self.value(field),
        }

    def notes(self, field: Field) -> tuple[str, ...]:
        """What is said after the help."""
        return (field.limits,)

    def problem(self, field: Field) -> str:
        """What is said instead of the help."""
        return self.view.problem(self.path)

    def value(self, field: Field) -> Any:
        """The value of the widget."""
        return self.view.model.text(self.path)

    def read(self, value: Any) -> None:
        """Writes the value of the widget to the model."""
        if value:
            self.view.model.enter(self.path, value)
        else:
            self.view.model.clear(self.path)

    def show(self, field: Field) -> None:
        """Brings the widget in line with the model, in one message, or none."""
        traits = self.traits(field)
        if all(same(getattr(self.widget, name), value) for name, value in traits.items()):
            return
        self._showing = True
        try:
            with self.widget.hold_sync():
                for name, value in traits.items():
                    # looked at one by one: a widget loses its value when its options change
                    if not same(getattr(self.widget, name), value):
                        setattr(self.widget, name, value)
        finally:
            self._showing = False

    def reveal(self, path: Path) -> Part:
        """Itself: it is there already."""
        return self

    def focus(self, path: Path) -> None:
        """Puts the cursor in it."""
        self.widget.focus()

    def close(self) -> None:
        """Takes the widget away."""
        if self.view.parts.get(self.path) is self:
            del self.view.parts[self.path]
        self.widget.close()

    def _changed(self, change: Any) -> None:
        if not self._showing:
            self.view.write(self.path, lambda: self.read(change["new"]))


class Line(Control):
    """One line of text; numbers and money too, which the model reads and writes back."""

    fixed: ClassVar[dict[str, Any]] = {"description_allow_html": True, "continuous_update": False}

    def classes(self, field: Field) -> tuple[str, ...]:
        number = field.kind in ("number", "integer")
        longest = field.schema.get("maxLength", SHORT + 1)
        short = number or (isinstance(longest, int) and longest <= SHORT)
        return ("number",) * number + ("short",) * short

    def traits(self, field: Field) -> dict[str, Any]:
        empty = self.view.model.get(self.path) is None
        example = str(field.examples[0]) if field.examples else ""
        placeholder = self.view.say("null") if empty else example
        return {**super().traits(field), "placeholder": placeholder}


class Area(Line):
    """A text of several lines."""

    kind = widgets.Textarea

    def classes(self, field: Field) -> tuple[str, ...]:
        return ("area",)


class Raw(Area):
    """Any value as JSON, for what has no control of its own."""

    def classes(self, field: Field) -> tuple[str, ...]:
        return ("area", "raw")


class Secret(Line):
    """A text that nobody sees, which the widget forgets as soon as the model has it."""

    kind = widgets.Password

    def value(self, field: Field) -> str:
        return ""

    def traits(self, field: Field) -> dict[str, Any]:
        held = self.view.model.get(self.path) not in (ABSENT, None)
        return {**super().traits(field), "placeholder": self.view.say("set") if held else ""}


class Switch(Control):
    """Yes or no, for a field that is one of them."""

    kind = widgets.Checkbox
    fixed: ClassVar[dict[str, Any]] = {"indent": False}
    plain = True

    def traits(self, field: Field) -> dict[str, Any]:
        wrong = ("exactnb-wrong",) if self.path in self.view.errors else ()
        return {
            **super().traits(field),
            "_dom_classes": ("exactnb-check", *wrong),
        }

    def value(self, field: Field) -> bool:
        return self.view.model.get(self.path) is True

    def read(self, value: Any) -> None:
        self.view.model.set(self.path, value)


class Choose(Control):
    """One of a few options, or none of them."""

    kind = widgets.Dropdown
    fixed: ClassVar[dict[str, Any]] = {"description_allow_html": True, "equals": same}

    def traits(self, field: Field) -> dict[str, Any]:
        return {"options": tuple(self.options(field)), **super().traits(field)}

    def options(self, field: Field) -> Iterator[tuple[str, Any]]:
        """Label and value of each: absent first, then the field's own, then what is there now."""
        view, now = self.view, self.value(field)
        own = [(option.label, option.value) for option in field.options]
        if field.const is not ABSENT and not own:
            own = [(view.model.text(self.path) or str(field.const), field.const)]
        if field.kind == "boolean" and not own:
            own = [(view.say("yes"), True), (view.say("no"), False)]
        yield view.say("none"), ABSENT
        yield from own
        if field.nullable or field.kind == "null":
            own.append((view.say("null"), NULL))
            yield own[-1]
        if now is not ABSENT and not any(same(value, now) for _, value in own):
            yield view.say("stray", view.model.text(self.path) or now), now

    def value(self, field: Field) -> Any:
        now = self.view.model.get(self.path)
        return NULL if now is None else now

    def read(self, value: Any) -> None:
        if value is ABSENT:
            self.view.model.clear(self.path)
        else:
            self.view.model.set(self.path, None if value is NULL else value)


class Search(Line):
    """One of many options, or a text of one's own, by typing."""

    kind = widgets.Combobox

    def classes(self, field: Field) -> tuple[str, ...]:
        return ()  # labels are longer than what they stand for

    def traits(self, field: Field) -> dict[str, Any]:
        return {"options": tuple(option.label for option in field.options), **super().traits(field)}


class Many(Control):
    """Several of the options."""

    kind = widgets.SelectMultiple

    def traits(self, field: Field) -> dict[str, Any]:
        own = [(option.label, option.value) for option in field.options]
        strays = [
            (self.view.say("stray", now), now)
            for now in self.value(field)
            if not any(same(value, now) for _, value in own)
        ]
        options = (*own, *strays)
        return {
            "options": options,
            "rows": max(2, min(8, len(options))),
            **super().traits(field),
        }

    def notes(self, field: Field) -> tuple[str, ...]:
        return (field.limits, self.view.say("several"))

    def value(self, field: Field) -> tuple[Any, ...]:
        now = self.view.model.get(self.path)
        return tuple(now) if isinstance(now, list) else ()

    def read(self, value: Any) -> None:
        if value or self.view.model.field(self.path).required:
            self.view.model.set(self.path, list(value))
        else:
            self.view.model.clear(self.path)


class Day(Control):
    """A date; what is no date stays in the model, and is told beside an empty box."""

    kind = widgets.DatePicker
    # its front end gives the cursor to the box around it, which then has to take it
    fixed: ClassVar[dict[str, Any]] = {"description_allow_html": True, "tabbable": False}

    def classes(self, field: Field) -> tuple[str, ...]:
        return ("short",)

    def value(self, field: Field) -> Any:
        try:
            return dt.date.fromisoformat(self._text()[:10])
        except ValueError:
            return None

    def notes(self, field: Field) -> tuple[str, ...]:
        text = self._text()
        return (self.view.say("now", text),) if text and self.value(field) is None else ()

    def read(self, value: Any) -> None:
        if value is None:
            self.view.model.clear(self.path)
        else:
            self.view.model.set(self.path, self.written(value))

    def written(self, value: Any) -> str:
        """The value as JSON says it."""
        return str(value.isoformat())

    def _text(self) -> str:
        now = self.view.model.get(self.path)
        return now if isinstance(now, str) else self.view.model.text(self.path)


class Moment(Day):
    """A date and time in the zone that it came with, else in that of this machine."""

    kind = widgets.NaiveDatetimePicker

    def value(self, field: Field) -> Any:
        return self._moment()

    def _moment(self) -> dt.datetime | None:
        try:
            return dt.datetime.fromisoformat(self._text()).replace(tzinfo=None)
        except ValueError:
            return None

    def notes(self, field: Field) -> tuple[str, ...]:
        zone = self._zone(self._moment() or dt.datetime.now())
        return (*super().notes(field), self.view.say("zone", zone)) if zone else ()

    def written(self, value: Any) -> str:
        return f"{value.isoformat()}{self._zone(value)}"

    def _zone(self, moment: dt.datetime) -> str:
        """The offset as it was written; a moment without one keeps none."""
        text = self._text()
        if text and self._moment() is not None:
            found = re.search(r"(Z|[+-]\d\d:?\d\d)$", text, re.IGNORECASE)
            return found[0] if found else ""
        return moment.astimezone().isoformat()[-6:]


def control_class(view: View, field: Field) -> type[Control]:
    """The kind of control that a field with one value gets."""
    if field.sensitive:
        return Secret
    if field.multiple:
        return Many
    if field.kind == "boolean" and not field.options:
        # a box has no third state: what is not there yet must not look like No
        given = isinstance(field.default, bool) or isinstance(
            get(view.model.baseline, field.path), bool
        )
        return Switch if field.required and given else Choose
    if field.const is not ABSENT or field.kind == "null":
        return Choose
    if field.options:
        many = len(field.options) > SCROLLED or field.allow_custom
        return Search if many else Choose
    if field.kind in ("number", "integer"):
        return Line
    if field.kind != "string":
        return Raw
    if field.format in ("date", "date-time"):
        return Day if field.format == "date" else Moment
    return Area if field.long else Line
