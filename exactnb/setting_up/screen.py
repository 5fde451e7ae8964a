"""The guide as widgets: what was found, and what the next step takes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from exactnb.display.options import say
from exactnb.forms.fields.look import Box, Look
from exactnb.setting_up.standing import building, page, standing
from exactnb.setting_up.steps import linked

if TYPE_CHECKING:
    from exactnb.setting_up.guide import Setup

__all__ = ["Screen"]


class Screen:
    """What the guide looks like, brought up to date after each step.

    Steps are taken off the main thread, one at a time: the notebook stays free meanwhile.
    """

    def __init__(self, guide: Setup) -> None:
        self._guide = guide
        self._look = Look()
        self._whole = widgets.Layout(width="max-content", max_width="100%")
        self._thread: threading.Thread | None = None
        self._busy = False
        self._passing: list[Any] = []
        self._state = self._look.make(widgets.HTML)
        self._controls = self._look.make(Box)
        self.widget = self._look.make(Box, children=(self._state, self._controls))
        self.refresh()

    def refresh(self) -> None:
        """Show how far it is, and what can be done now."""
        before, self._passing = self._passing, []
        self._state.value = self._guide.html
        self._controls.children = tuple(self._busy_controls() if self._busy else self._steps())
        for widget in before:
            widget.close()

    def join(self, timeout: float | None = None) -> None:
        """Wait until the step that is being taken is taken."""
        if self._thread is not None:
            self._thread.join(timeout)

    # --- what can be done -----------------------------------------------------------------------

    def _busy_controls(self) -> list[Any]:
        if self._guide.doing != "connect":
            return [self._note(say("One moment …", "Een ogenblik …"))]
        words = say("Stop waiting", "Niet langer wachten")
        stop = self._made(widgets.Button, description=words, layout=self._whole)
        stop.on_click(lambda _: self._guide.stop())
        step = self._guide.found.next
        if self._guide.link and step and step.url == self._guide.link:
            seen = say(
                "What you do on that page is seen here by itself.",
                "Wat je op die pagina doet, wordt hier vanzelf gezien.",
            )
            return [self._note(seen), stop]
        said = say(
            "Connect on this page; it is seen here by itself:",
            "Verbind op deze pagina; dat wordt hier vanzelf gezien:",
        )
        return [*self._page(said), stop]

    def _steps(self) -> list[Any]:
        guide, step = self._guide, self._guide.found.next
        if step is None:
            shown = self._divisions()
        elif step.name in ("command", "token", "service"):
            shown = self._login()
        elif step.name == "connection":
            shown = self._connections()
        else:
            shown = self._divisions()
        return [*shown, self._button(say("Look again", "Kijk opnieuw"), guide.look)]

    def _login(self) -> list[Any]:
        guide, found = self._guide, self._guide.found
        shown, help = [], say("paste it and press Enter", "plak het en druk op Enter")
        if guide._over == "http":
            shown.append(self._secret("Token", help, guide.use_token))
        if guide.doing == "login":
            shown += self._page(
                say(
                    "Log in on this page, and copy the code that it shows:",
                    "Log in op deze pagina, en kopieer de code die er dan staat:",
                )
            )
            shown.append(self._secret("Code", help, guide.finish_login))
        elif found["command"].state == "ok":
            said = say("Log in with the membrane command", "Inloggen met de opdracht membrane")
            shown.append(self._button(said, guide.log_in))
        return shown

    def _connections(self) -> list[Any]:
        guide, found = self._guide, self._guide.found
        shown = []
        if len(found.connections) > 1:
            options = [(f"{c.name} ({c.id}): {standing(c)}", c.id) for c in found.connections]
            chosen = found.chosen.id if found.chosen else options[0][1]
            said = say("Use this connection", "Gebruik deze verbinding")
            shown += self._choice(found["connection"].title, options, chosen, said, guide.choose)
        there = found.chosen
        if there is None and found.connections:
            return shown  # several are ready: one is to be chosen first
        if there is None:
            said = say("Make a connection to Exact Online", "Maak een verbinding met Exact Online")
        elif building(there):
            said = say(f"Wait for {there.name}", f"Wacht op {there.name}")
        elif page(there.url):
            said = say(f"Connect {there.name}", f"Verbind {there.name}")
        else:
            said = say(f"Reconnect {there.name}", f"Verbind {there.name} opnieuw")
        return [*shown, self._button(said, self._connect_and_wait)]

    def _divisions(self) -> list[Any]:
        guide, found = self._guide, self._guide.found
        if len(found.divisions) < 2:
            return []
        options = [(f"{code} {name}", code) for code, name in found.divisions.items()]
        here = found.division if found.division in found.divisions else options[0][1]
        said = say("Use this division", "Gebruik deze administratie")
        return self._choice(found["division"].title, options, here, said, guide.choose_division)

    def _connect_and_wait(self) -> None:
        self._guide.connect()
        if self._guide.doing == "connect":
            self._guide.wait()

    # --- widgets --------------------------------------------------------------------------------

    def _made(self, kind: type, **traits: Any) -> Any:
        """A widget that is there until the next step."""
        self._passing.append(self._look.make(kind, **traits))
        return self._passing[-1]

    def _note(self, text: str) -> Any:
        return self._made(widgets.HTML, value=f"<p>{escape(text)}</p>")

    def _page(self, said: str) -> list[Any]:
        if not self._guide.link:
            return [self._note(say("Membrane is at work on it …", "Membrane is ermee bezig …"))]
        link = f"<p>{escape(said)}<br>{linked(self._guide.link)}</p>"
        return [self._made(widgets.HTML, value=link)]

    def _button(self, said: str, act: Callable[[], Any]) -> Any:
        button = self._made(widgets.Button, description=said, layout=self._whole)
        button.on_click(lambda _: self.take(act))
        return button

    def _choice(
        self,
        title: str,
        options: list[tuple[str, Any]],
        value: Any,
        said: str,
        act: Callable[[Any], Any],
    ) -> list[Any]:
        how = {"options": options, "value": value, "layout": self._whole}
        box = self._made(widgets.Dropdown, description=title, **how)
        return [box, self._button(said, lambda: act(box.value))]

    def _secret(self, title: str, help: str, act: Callable[[str], Any]) -> Any:
        """A field that forgets what is typed into it before anything is done with it."""
        field = self._made(
            widgets.Password, description=title, placeholder=help, continuous_update=False
        )

        def entered(change: Any) -> None:
            given = change["new"].strip()
            if change["new"]:
                field.value = ""
            if given:
                self.take(lambda: act(given))

        field.observe(entered, "value")
        return field

    def take(self, act: Callable[[], Any]) -> None:
        """Take a step in the background, unless one is being taken."""
        if self._busy:
            return
        self._busy = True
        self.refresh()
        self._thread = threading.Thread(target=self._run, args=(act,), daemon=True)
        self._thread.start()

    def _run(self, act: Callable[[], Any]) -> None:
        try:
            act()
        finally:
            self._busy = False
            self.refresh()
        if self._guide.found.proven:
            self._guide.redraw()
