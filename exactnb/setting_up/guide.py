"""Taking the steps: a token or a login, a connection that is mended or made, a division."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any, Literal

from exactnb.display.options import say
from exactnb.errors import ConnectionStateError, ExactnbError
from exactnb.membrane.excerpts import without_secrets
from exactnb.setting_up.diagnosis import LOGIN, Over, diagnose, membrane
from exactnb.setting_up.login import begin_login, complete_login
from exactnb.setting_up.standing import building, page, standing
from exactnb.settings import ENVIRONMENT, Settings

if TYPE_CHECKING:
    from exactnb.membrane.api import Membrane
    from exactnb.membrane.models import ConnectionInfo
    from exactnb.setting_up.screen import Screen
    from exactnb.setting_up.steps import Diagnosis

__all__ = ["Setup", "setup"]

#: where Exact Online is, for who has no connector of that name
_APP = "exactonline.nl"
_CONNECTOR = "exact-online"
#: looks at whether a person has connected, and seconds between them: ten minutes
_LOOKS, _EVERY = 300, 2.0


def setup(*, api_url: str | None = None, over: Over = "http") -> Setup:
    """A guide from nothing to ``books = ex.connect("…")``; in a notebook it is shown as a form.

    It looks at what is there, asks for the one thing that is missing, and goes on until a first
    call proves the connection; then it shows the lines to paste. A token that is given to it is
    kept in this process alone, as the variable ``MEMBRANE_TOKEN``.

    Parameters
    ----------
    api_url
        Base address; else ``MEMBRANE_API_URL``, ``MEMBRANE_API_URI``, or Membrane's own.
    over
        "http", or "command" where only the ``membrane`` command may be used.
    """
    return Setup(api_url=api_url, over=over)


class Setup:
    """The way from nothing to a connection; each method takes a step and looks again.

    Attributes
    ----------
    found : Diagnosis
        How far it is.
    message : str
        What came of the last step, where there is something to say.
    link : str or None
        The page where a person has to do something now.
    doing : {"", "login", "connect"}
        What the page is for; while it is "connect", :meth:`wait` sees when it is done.
    """

    def __init__(self, *, api_url: str | None = None, over: Over = "http") -> None:
        self._api_url, self._over = api_url, over
        self._wanted: str | None = None
        self._division: int | None = None
        self._request: str | None = None
        self._mending: str | None = None
        self._stop = threading.Event()
        self._screen: Screen | None = None
        self._shown: list[Any] = []
        self.message = ""
        self.link: str | None = None
        self.doing: Literal["", "login", "connect"] = ""
        self.found: Diagnosis
        self.look()

    # --- the steps ----------------------------------------------------------------------------

    def look(self) -> Diagnosis:
        """How far it is now."""
        self.link, self.doing, self._request, self._mending = None, "", None, None
        self.found = diagnose(self._settings(), self._wanted, self._division, over=self._over)
        return self.found

    def use_token(self, token: str) -> None:
        """Use this token, and if it is accepted, so does everything else in this process."""
        self._take(self._use_token, token)

    def _use_token(self, token: str) -> None:
        from exactnb.membrane.tokens import Fixed

        token = Fixed(token).token()
        found = diagnose(self._settings(token=token), self._wanted, self._division)
        if found["service"].state == "ok":
            os.environ[ENVIRONMENT["token"][0]] = token
            self.look()
            self.message = say(
                "The token is accepted. It is kept in this notebook's process alone: set "
                "MEMBRANE_TOKEN before you start Jupyter to have it next time.",
                "Het token is geaccepteerd. Het blijft alleen in het proces van dit notebook: zet "
                "MEMBRANE_TOKEN voordat je Jupyter start om het de volgende keer te hebben.",
            )
        else:
            why = found.next.found if found.next else ""
            self.message = say(
                f"The token is not used: {why}", f"Het token wordt niet gebruikt: {why}"
            )

    def log_in(self) -> None:
        """Begin a login with the ``membrane`` command; :attr:`link` is where it is done."""
        self._take(self._log_in)

    def _log_in(self) -> None:
        address = begin_login(self._settings())
        if address is None:
            self._logged_in()
            return
        self.link, self.doing = page(address), "login"
        if self.link is None:
            self.doing = ""
            self.message = say(
                f"Log in with `{LOGIN}` in a terminal, then look again.",
                f"Log in met `{LOGIN}` in een terminal, en kijk dan opnieuw.",
            )

    def finish_login(self, code: str) -> None:
        """End the login with the code that the page showed."""
        self._take(self._finish_login, code)

    def _finish_login(self, code: str) -> None:
        complete_login(self._settings(), code)
        self._logged_in()

    def _logged_in(self) -> None:
        """Look with the login; what stood in the environment before was missing or refused."""
        left = [
            variable
            for name in ("token", "workspace_key", "workspace_secret")
            for variable in ENVIRONMENT[name]
            if self._over == "http" and os.environ.pop(variable, "")
        ]
        self.look()
        self.message = say("Logged in.", "Ingelogd.")
        if left:
            self.message += say(
                " The variables that were not accepted are not used in this notebook.",
                " De variabelen die zijn geweigerd, worden in dit notebook niet gebruikt.",
            )

    def choose(self, connection: str) -> None:
        """Use the connection of this id."""
        self._wanted, self._division = connection, None
        self._take(self.look)

    def choose_division(self, code: int) -> None:
        """Read this administration."""
        self._division = code
        self._take(self.look)

    def connect(self) -> None:
        """Begin to mend the connection that is there, or to make one where there is none."""
        self._take(self._connect)

    def _connect(self) -> None:
        there = self.found.chosen
        api = membrane(self._settings(), self._over)
        self._stop.clear()
        if there is None:
            self._make(api)
        elif building(there) or page(there.url):
            self.link, self._mending = page(there.url), there.id
        else:
            self._ask(api, connection_id=there.id)
        self.doing = "connect"

    def _make(self, api: Membrane) -> None:
        """Ask a person to connect Exact Online's connector; without one, ensure a connection."""
        hits = list(api.search(_CONNECTOR, "connector", limit=5))
        known = next((hit.id for hit in hits if hit.key == _CONNECTOR), None)
        known = known or next((hit.id for hit in hits), None)
        if known:
            self._ask(api, connector_id=known)
            return
        made = api.ensure_connection(_APP)
        self.link, self._mending = page(made.url), made.id

    def _ask(self, api: Membrane, **what: str) -> None:
        asked = api.create_connection_request(**what)
        self._request, self.link = asked.request_id, page(asked.url)
        if self.link is None:
            raise ConnectionStateError(
                "Membrane gave no page at which to connect",
                hint="Connect with `membrane connect` in a terminal, then look again.",
            )

    # --- waiting for a person -------------------------------------------------------------------

    def wait(self, *, looks: int = _LOOKS, every: float = _EVERY) -> None:
        """Wait until the connection is ready, a person gave up, or the time is over."""
        self._take(self._wait, looks, every)

    def stop(self) -> None:
        """Wait no longer."""
        self._stop.set()

    def _wait(self, looks: int, every: float) -> None:
        api = membrane(self._settings(), self._over)
        for _ in range(looks):
            if self.doing != "connect" or self._stop.is_set():
                break
            if self._asked(api) if self._request else self._mended(api):
                self.look()
                return
            self._stop.wait(every)
        stopped = self._stop.is_set()
        self.look()
        if not self.found.proven:
            self.message = (
                say("Waiting was stopped.", "Het wachten is gestopt.")
                if stopped
                else say("Nobody has connected yet.", "Nog niemand heeft verbonden.")
            )

    def _asked(self, api: Membrane) -> bool:
        """Whether a person has answered; the connection that came of it is chosen."""
        request = api.connection_request(self._request or "")
        if request.pending:
            return False
        if request.status == "success":
            self._wanted = request.result_connection_id or self._wanted
            return True
        why = f"({request.status})"
        why += f": {request.result_error}" if request.result_error else ""
        said = say(f"The connection was not made {why}", f"De verbinding is niet gemaakt {why}")
        self.message = without_secrets(said)
        return True

    def _mended(self, api: Membrane) -> bool:
        """Whether the connection is ready, or has become what waiting does not help."""
        info: ConnectionInfo = api.connection(self._mending or "")
        if building(info):
            self._show(None)
            return False
        if info.ready:
            self._wanted = info.id
            return True
        self._show(page(info.url))
        if self.link is None:
            self.message = f"{info.name}: {standing(info)}"
        return self.link is None

    def _show(self, link: str | None) -> None:
        if link != self.link:
            self.link = link
            self._refresh()

    # --- what all steps share -------------------------------------------------------------------

    def _settings(self, **given: Any) -> Settings:
        return Settings.load(api_url=self._api_url, **given)

    def _take(self, step: Callable[..., Any], *given: Any) -> None:
        """Take a step; what goes wrong is said, and nothing is lost by it."""
        self.message = ""
        try:
            step(*given)
        except ExactnbError as error:
            self.message = without_secrets(str(error))
        self._refresh()

    def _refresh(self) -> None:
        if self._screen is not None:
            self._screen.refresh()

    # --- how it shows ---------------------------------------------------------------------------

    @property
    def screen(self) -> Screen:
        """The guide as widgets, made when it is first asked for."""
        if self._screen is None:
            from exactnb.setting_up.screen import Screen

            self._screen = Screen(self)
        return self._screen

    @property
    def widget(self) -> Any:
        """The ipywidgets box, to put among others."""
        return self.screen.widget

    @property
    def html(self) -> str:
        """How far it is and what came of the last step, as HTML of text alone."""
        look = "max-width:50em;line-height:1.5"
        said = f"<p role='status' style='{look}'>{escape(self.message)}</p>" if self.message else ""
        return self.found._repr_html_() + said

    def __str__(self) -> str:
        link = f"Open {self.link}" if self.link else ""
        return "\n\n".join(filter(None, (str(self.found), self.message, link)))

    def __repr__(self) -> str:
        step = self.found.next
        return f"<Setup: {step.name if step else 'proven'}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """The widget, and what it shows as text for where no widget lives."""
        live = self.widget._repr_mimebundle_() or {}
        return {**live, "text/plain": str(self), "text/html": self.html}

    def _ipython_display_(self) -> None:
        from IPython.display import display

        self._shown.append(display(self._repr_mimebundle_(), raw=True, display_id=True))

    def redraw(self) -> None:
        """Put how far it is into the outputs that show it, for when they are saved."""
        for handle in self._shown:
            handle.update(self._repr_mimebundle_(), raw=True)
