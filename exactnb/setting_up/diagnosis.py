"""Looking at each step from nothing to a connection; the first that is not taken ends it."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Literal

from exactnb.connection import Connection
from exactnb.display.options import say
from exactnb.errors import (
    AccessError,
    AuthenticationError,
    ExactnbError,
    NotFoundError,
    TransportError,
)
from exactnb.membrane import tokens
from exactnb.membrane.command import INSTALL, Command
from exactnb.membrane.excerpts import without_secrets
from exactnb.opening import fitting, membrane_over
from exactnb.setting_up.standing import advice, page, standing
from exactnb.setting_up.steps import TITLES, Diagnosis, Step
from exactnb.settings import ENVIRONMENT, Settings

if TYPE_CHECKING:
    from exactnb.membrane.api import Membrane
    from exactnb.membrane.lanes import Lanes
    from exactnb.membrane.models import ConnectionInfo
    from exactnb.membrane.transport import Request, Response, Transport

__all__ = ["LOGIN", "Over", "diagnose", "membrane"]

#: the two ways to Membrane
Over = Literal["http", "command"]

#: how to log in with the command
LOGIN = "membrane login --tenant"


def diagnose(
    settings: Settings | None = None,
    connection: str | None = None,
    division: int | None = None,
    *,
    over: Over = "http",
) -> Diagnosis:
    """How far this machine is from a connection that works, and the one thing to do next.

    Nothing is written anywhere, and the first thing that is missing ends the asking, so that
    nothing which is bound to fail is tried.

    Parameters
    ----------
    settings
        By default those of the environment.
    connection
        Id, key or name of the connection that is meant.
    division
        Code of the administration; left out: the one that the login is in.
    over
        "http", or "command" for the ``membrane`` command.
    """
    return _Round(settings or Settings.load(), connection, division, over).go()


class _Told:
    """A transport that keeps what each call answered."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.calls: list[str] = []

    @property
    def lanes(self) -> Lanes:
        return self._transport.lanes

    def send(self, request: Request) -> Response:
        try:
            answer = self._transport.send(request)
        except ExactnbError as error:
            self.calls.append(f"{request}: {error.message}")
            raise
        self.calls.append(f"{request}: {answer.status}")
        return answer

    def close(self) -> None:
        self._transport.close()


def carrier(settings: Settings, over: Over) -> Transport:
    """What carries the calls, by one way or the other."""
    if over == "command":
        from exactnb.membrane.cli import CLITransport

        return CLITransport(settings)
    from exactnb.membrane.transport import HTTPTransport

    return HTTPTransport(settings)


def membrane(settings: Settings, over: Over) -> Membrane:
    """Membrane, by one way or the other; AuthenticationError if the token cannot be one."""
    return membrane_over(carrier(settings, over), settings)


class _Round:
    """One look at all steps; what one finds, the next ones use."""

    def __init__(
        self, settings: Settings, connection: str | None, division: int | None, over: Over
    ) -> None:
        self.settings, self.over = settings, over
        self.wanted, self.asked = connection, division
        self.told: _Told | None = None
        self.every: list[ConnectionInfo] = []
        self.fits: list[ConnectionInfo] = []
        self.chosen: ConnectionInfo | None = None
        self.books: Connection | None = None
        self.divisions: dict[int, str] = {}
        self.division: int | None = None

    def go(self) -> Diagnosis:
        steps: list[Step] = []
        for name in TITLES:
            if steps and steps[-1].state != "ok":
                steps.append(Step(name, "blocked"))
                continue
            try:
                steps.append(getattr(self, f"_{name}")())
            except ExactnbError as error:
                steps.append(_stopped(name, error))
        proven = all(step.state == "ok" for step in steps)
        return Diagnosis(
            steps,
            connections=tuple(self.fits),
            chosen=self.chosen,
            divisions=self.divisions,
            division=self.division,
            code=self._code() if proven else "",
            calls=tuple(self.told.calls) if self.told else (),
        )

    # --- what is on this machine ------------------------------------------------------------

    @property
    def _tokenless(self) -> bool:
        given = self.settings
        return not (given.token or (given.workspace_key and given.workspace_secret))

    def _command(self) -> Step:
        try:
            return Step("command", "ok", Command(self.settings).path)
        except TransportError as missing:
            if self.over == "http" and not self._tokenless:
                unneeded = say(
                    "not installed, and not needed: there is a token",
                    "niet geïnstalleerd, en niet nodig: er is een token",
                )
                return Step("command", "ok", unneeded)
            first = (missing.hint or INSTALL).rstrip(".")
            do = say(f"{first}; then log in with `{LOGIN}`.", f"{first}; log dan in met `{LOGIN}`.")
            if self.over == "http":
                do += say(" Without it: set MEMBRANE_TOKEN.", " Zonder: zet MEMBRANE_TOKEN.")
            return Step("command", "next", missing.message, do)

    def _token(self) -> Step:
        if self.over == "command":
            own = say("the command keeps its own login", "de opdracht heeft een eigen login")
            return Step("token", "ok", own)
        given = self.settings
        source = tokens.source(given)
        try:
            token = source.token()
        except AuthenticationError as none:
            more = say(" or set MEMBRANE_TOKEN", " of zet MEMBRANE_TOKEN")
            return Step("token", "next", none.message, _log_in(more))
        late = tokens.expired(token)
        return Step("token", "ok", origin(given) + (f"; {late}" if late else ""))

    # --- what the service says --------------------------------------------------------------

    def _service(self) -> Step:
        self.told = _Told(carrier(self.settings, self.over))
        self.membrane = membrane_over(self.told, self.settings)
        try:
            who = self._who()
            self.every = list(self.membrane.connections())
        except AuthenticationError as refused:
            return Step("service", "next", refused.message, self._anew())
        where = self.settings.api_url if self.over == "http" else say("the command", "de opdracht")
        whom = say(f" to {who}", f" aan {who}") if who else ""
        return Step("service", "ok", say(f"{where} answers{whom}", f"{where} antwoordt{whom}"))

    def _who(self) -> str | None:
        if self.over == "command":
            return None  # it has no way to ask
        try:
            found = self.membrane.self_()
        except (NotFoundError, AccessError):
            return None  # a token that may not ask this may still list connections
        return found.name or found.id

    def _anew(self) -> str:
        """What to do about a token that is not accepted."""
        given = self.settings
        if self.over == "command" or self._tokenless:
            return _log_in()
        if given.token:
            return say(
                f"Make a new token in Membrane, and put it in the place of {origin(given)}.",
                f"Maak in Membrane een nieuw token, en zet het op de plaats van {origin(given)}.",
            )
        names = "MEMBRANE_WORKSPACE_KEY, MEMBRANE_WORKSPACE_SECRET"
        return say(
            f"Check {names} and MEMBRANE_TENANT_KEY.",
            f"Controleer {names} en MEMBRANE_TENANT_KEY.",
        )

    def _connection(self) -> Step:
        self.fits = fits = fitting(self.every, self.wanted)
        ready = [c for c in fits if c.ready]
        if len(ready) == 1:
            self.chosen = ready[0]
            one, count = f"{ready[0].name} ({ready[0].id})", len(fits)
            found = say(f"{one}: ready", f"{one}: klaar")
            if count > 1:
                found += say(f", one of {count}", f", één van {count}")
            return Step("connection", "ok", found)
        listed = "; ".join(f"{c.name} ({c.id}): {standing(c)}" for c in fits)
        if ready:
            call = f'ex.connect("{ready[0].id}")'
            do = say(
                f"Choose one by its id: {call}, or in ex.setup().",
                f"Kies er een met zijn id: {call}, of in ex.setup().",
            )
            return Step("connection", "next", listed, do)
        if not fits:
            return self._no_connection()
        # one that is there is mended, not made anew; the one with a page of its own first
        self.chosen = mend = min(fits, key=lambda c: page(c.url) is None)
        return Step("connection", "next", listed, advice(mend), page(mend.url))

    def _no_connection(self) -> Step:
        what = repr(self.wanted)
        if self.wanted is None:
            what = say("to Exact Online", "met Exact Online")
        found = say(f"there is none {what}", f"er is geen {what}")
        if other := ", ".join(f"{c.name} ({c.id})" for c in self.every):
            found += say(f"; there are: {other}", f"; er zijn: {other}")
        do = say(
            "Make one: ex.setup() in a notebook leads through it.",
            "Maak er een: ex.setup() in een notebook leidt je erdoor.",
        )
        if self.wanted is not None and self.every:
            id = self.every[0].id
            do = say(
                f"Name one that is there, such as {id}.", f"Noem er een die er is, zoals {id}."
            )
        return Step("connection", "next", found, do)

    # --- what Exact Online says -------------------------------------------------------------

    def _division(self) -> Step:
        assert self.chosen is not None
        self.books = books = Connection(self.membrane, self.chosen, self.settings)
        current = books.division
        try:
            rows = books.divisions()
            names = zip(rows["code"], rows["description"], strict=True)
            self.divisions = {int(code): str(name) for code, name in names}
        except AccessError:
            # the right to list them is one of its own; the first call tells about this one
            self.divisions = {self.asked or current: ""}
        listed = ", ".join(f"{code} {name}".rstrip() for code, name in self.divisions.items())
        if self.asked is not None and self.asked not in self.divisions:
            found = say(
                f"there is no division {self.asked}; there are: {listed}",
                f"er is geen administratie {self.asked}; er zijn: {listed}",
            )
            do = say(
                f"Choose one of these, such as {current}.", f"Kies een van deze, zoals {current}."
            )
            return Step("division", "next", found, do)
        self.division = here = self.asked or current
        if here != current:
            self.books = books.beside(here)
        found = f"{here} {self.divisions.get(here, '')}".rstrip()
        count = len(self.divisions)
        among = say(f", one of: {listed}", f", één van: {listed}") if count > 1 else ""
        return Step("division", "ok", found + among)

    def _call(self) -> Step:
        assert self.books is not None
        read = self.books.odata("GLAccounts", select=["Code", "Description"], top=1)
        if read.empty:
            none = say(
                "GL accounts were read: there is none yet",
                "grootboekrekeningen zijn gelezen: er is er nog geen",
            )
            return Step("call", "ok", none)
        first = f"{read['code'].iloc[0]} {read['description'].iloc[0]}"
        found = say(f"GL account {first} was read", f"grootboekrekening {first} is gelezen")
        return Step("call", "ok", found)

    # --- what to paste ----------------------------------------------------------------------

    def _code(self) -> str:
        assert self.chosen is not None
        key = self.chosen.key
        name = key if key and len(fitting(self.every, key)) == 1 else self.chosen.id
        words = [json.dumps(name, ensure_ascii=False)]
        if self.asked is not None or len(self.divisions) > 1:
            # the one that the login is in changes with where somebody last looked
            words.append(f"division={self.division}")
        if self.settings.api_url != Settings.load().api_url:
            words.append(f"api_url={json.dumps(self.settings.api_url)}")
        lines = ["import exactnb as ex"]
        if self.over == "command":
            lines.append("from exactnb.membrane.cli import CLITransport")
            words.append("transport=CLITransport()")
        return "\n".join([*lines, "", f"books = ex.connect({', '.join(words)})"])


def origin(settings: Settings) -> str:
    """Where the token comes from that would be used; never what it is."""
    if settings.token:
        for name in ENVIRONMENT["token"]:
            if os.environ.get(name) == settings.token:
                return name
        return say("the token that was given", "het token dat is gegeven")
    if settings.workspace_key and settings.workspace_secret:
        return say(
            "signed here, with MEMBRANE_WORKSPACE_KEY and MEMBRANE_WORKSPACE_SECRET",
            "hier getekend, met MEMBRANE_WORKSPACE_KEY en MEMBRANE_WORKSPACE_SECRET",
        )
    return say("the login of the membrane command", "de login van de opdracht membrane")


def _log_in(more: str = "") -> str:
    return say(f"Log in with `{LOGIN}`{more}.", f"Log in met `{LOGIN}`{more}.")


def _stopped(name: str, error: ExactnbError) -> Step:
    """The step that an error stopped, in the error's own words."""
    do = error.hint or say(
        "Look at what it says, and try again.", "Kijk wat er staat, en probeer het opnieuw."
    )
    url = page(getattr(error, "url", None))
    return Step(name, "next", without_secrets(error.message), without_secrets(do), url)
