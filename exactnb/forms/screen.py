"""The form on the screen: its fields, what is wrong with them, its buttons, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from exactnb.forms.fields import Fields
from exactnb.forms.fields.look import CSS, Box, Look
from exactnb.forms.lead import Lead
from exactnb.forms.words import say
from exactnb.threads import later

if TYPE_CHECKING:
    from exactnb.forms.form import Form
    from exactnb.forms.model import Change
    from exactnb.schema.tree import Path

__all__ = ["Screen"]

#: seconds after which a front end has drawn what it was sent
_DRAWN = 0.3
#: problems that are listed; of more it is said how many
_LISTED = 8


class Screen:
    """What a form looks like: made when it is first shown, brought up to date after each step.

    A button does one thing for as long as it is there: the one that sends is another than the
    one that checked, so that a click that comes twice does not confirm what it asked for.
    """

    def __init__(self, form: Form) -> None:
        self._form = form
        self._way = form.submission
        self._look = look = Look()
        self.fields = Fields(form.model, form.finders, look)
        self._heading = look.make(
            widgets.HTML,
            value=f"<style>{CSS}</style><h3 class='exactnb-heading'>{escape(form.title)}</h3>",
        )
        self._buttons = look.make(widgets.HBox, "buttons")
        self._lead: list[Lead] = []
        self._kept: dict[str, Any] = {}
        self._passing: list[Any] = []
        self._links: dict[Path, Any] = {}
        self.widget = look.make(Box, "form")
        self._arrange()
        form.model.observe(self._edited)

    def refresh(self) -> None:
        """Show where the record is on its way."""
        self._arrange()
        self.fields.refresh()

    def _arrange(self) -> None:
        """Put what there is now around the fields."""
        before, self._passing = self._passing, []
        self._buttons.children = tuple(self._actions())
        fields = [] if self._form.status in ("done", "unknown") else [self.fields.widget]
        self.widget.children = (
            self._heading,
            *fields,
            *self._problems(),
            *self._outcome(),
            *self._lead,
            self._buttons,
        )
        for widget in before:
            widget.close()

    def _edited(self, changes: Sequence[Change]) -> None:
        """What is edited after a preview is not what was previewed; what is put right is told."""
        if changes and self._form.status in ("confirm", "failed"):
            self._way.back()
        self._retell()

    # --- what is wrong --------------------------------------------------------------------------

    def _problems(self) -> list[Any]:
        """What is wrong with the form, each with the way to its field."""
        model = self._form.model
        shown = [self._note(line) for line in (self._way.message, *model.banner) if line]
        errors = model.shown_errors if model.tried else {}
        self._links = {path: self._link(path) for path in list(errors)[:_LISTED]}
        if errors:
            self._count = self._note("")
            shown += [self._count, *self._links.values()]
            if len(errors) > _LISTED:
                shown.append(self._note(say("more", len(errors) - _LISTED)))
            self._retell()
        return shown

    def _retell(self) -> None:
        """Say of each problem whether it is still there.

        Nothing comes or goes: the button under it would slip away from who is about to click it.
        """
        errors = self._form.model.shown_errors
        if self._links:
            count = len(errors)
            key = "problems" if count > 1 else "one_problem" if count else "put_right"
            self._count.value = _said(say(key, count))
        for path, link in self._links.items():
            called, wrong = self._form.called(path), "; ".join(errors.get(path, ()))
            link.description = f"{called}: {wrong}" if wrong else f"✓ {called}"

    def _link(self, path: Path) -> Any:
        button = self._made(widgets.Button, "link")
        button.on_click(lambda _: self.fields.focus(path))
        return button

    def _note(self, text: str) -> Any:
        return self._made(widgets.HTML, value=_said(text))

    def _made(self, kind: type, *classes: str, **traits: Any) -> Any:
        """A widget that is there until the next step."""
        self._passing.append(self._look.make(kind, *classes, **traits))
        return self._passing[-1]

    # --- what came of it ------------------------------------------------------------------------

    def _outcome(self) -> list[Any]:
        """The preview, the receipt, or what is known of a write that got lost."""
        thing = self._way.outcome
        return [] if thing is None else [self._made(widgets.HTML, value=thing._repr_html_())]

    # --- buttons --------------------------------------------------------------------------------

    def _actions(self) -> list[Any]:
        way, status = self._way, self._form.status
        if status in ("confirm", "pending"):
            # going back stands first: it is what a second, hasty click may do
            buttons = [self._button("back", way.back)]
            if way.preview is not None and way.preview.conflict is not None:
                buttons.append(self._button("take_over", way.take_over))
            if way.repeat is not None:
                buttons.append(self._button("send_again", partial(way.send, again=True)))
            elif way.preview is not None and not way.dry_run:
                heading = say("sending") if status == "pending" else way.preview.heading
                buttons.append(self._button("send", way.send, heading))
            return buttons
        if status == "unknown":
            return [self._button("find", way.find), *self._candidates()]
        if status == "done":
            return [] if way.original is not None else [self._button("another", way.another)]
        return [self._button("check", way.check)]

    def _candidates(self) -> list[Any]:
        """One button for each record that a lost write may have made, and one for none of them."""
        found = None if self._way.lost is None else self._way.lost.found
        if found is None or not len(found):
            return []
        claims = [
            self._button(f"claim {id}", partial(self._way.claim, id), say("claim", id))
            for id in found["id"].astype(str)
        ]
        return [*claims, self._button("none", partial(self._way.claim, None))]

    def _button(self, key: str, act: Callable[[], Any], said: str | None = None) -> Any:
        """A button, the same one each time that it is needed."""
        if key not in self._kept:
            style = "primary" if key == "send" else ""
            self._kept[key] = self._look.make(widgets.Button, button_style=style)
            self._kept[key].on_click(lambda _: self._press(act))
        button = self._kept[key]
        button.description = said or say(key)
        button.disabled = self._form.status in ("checking", "pending")
        return button

    def _press(self, act: Callable[[], Any]) -> None:
        before = self._form.status
        self._lead = self._lead or [Lead(layout=self._look.layout)]
        act()
        now = self._form.status
        if now != before and now in ("done", "unknown"):
            # nobody runs the cell again that shows this form: what came of it would be lost
            self._form.redraw()
        # the button that was pressed may be gone, and the focus with it
        later(_DRAWN, self._lead[0].on, self._refocus)

    def _refocus(self) -> None:
        """Lead the keyboard to what comes next: a wrong field, else the first button."""
        model = self._form.model
        wrong = next(iter(model.shown_errors), None) if model.tried else None
        if self._form.status in ("ready", "failed") and wrong is not None:
            self.fields.focus(wrong)
        elif self._buttons.children:
            self._buttons.children[0].focus()


def _said(text: str) -> str:
    return f"<p class='exactnb-note' role='status'>{escape(text)}</p>"
