"""Membrane's API, Exact Online behind it, and what can go wrong: one WSGI application."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from werkzeug import Request, Response
from werkzeug.http import http_date

from exactnb.sandbox.faults import Faults, cut
from exactnb.sandbox.membrane import Membrane
from exactnb.sandbox.membrane.connecting import page
from exactnb.sandbox.membrane.definitions import DIALECTS
from exactnb.sandbox.membrane.state import State
from exactnb.sandbox.membrane.tokens import Tokens

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from exactnb.sandbox.exact import ExactOnline, Limits
    from exactnb.sandbox.store import Store

#: ledger lines, about, of the company of the usual size, which is the smallest
SMALLEST = 12_000
#: what a caller may sign its own tokens with; make-believe, so no secret
WORKSPACE_KEY = "exactnb-sandbox"
WORKSPACE_SECRET = "not-a-secret: this workspace is make-believe"
TENANT = "noordster"
PERSONAL_TOKEN = "pat-exactnb-sandbox"

_FRONT = """<p>This is a make-believe Membrane, with the books of a make-believe company in
Exact Online behind it. Nothing here is real, and nothing leaves this machine.</p>
<p>In a notebook, <code>exactnb.connect()</code> uses it once the environment variables
<code>MEMBRANE_API_URL</code> and <code>MEMBRANE_TOKEN</code> are set to what
<code>exactnb sandbox</code> printed.</p>"""


def _onward(request: Request) -> bool:
    """Whether a request is for Exact Online, not for Membrane itself."""
    return request.path.startswith("/connections/") and "/proxy/" in request.path


class Sandbox:
    """A WSGI application that answers as Membrane, and behind its proxy as Exact Online.

    Parameters
    ----------
    size
        Ledger lines of the company, about; None: the default company.
    dialect
        How actions answer: ``odata``, ``unwrapped``, ``camel`` or ``records``.
    data
        A directory that keeps what is written; None: nothing is kept.
    faults
        What goes wrong, and when.
    limits
        Exact Online's rate limits; None: none.
    seed
        Makes another company, and other ids; None: the usual ones.
    store
        Other books than those of the company.
    exact
        Further words for :class:`~exactnb.sandbox.exact.ExactOnline`, such as ``language="en"``.

    Attributes
    ----------
    token
        A token of the tenant that has the connection.
    connection_id
        A connection that is ready to use.
    dialect
        As given.
    """

    workspace_key = WORKSPACE_KEY
    workspace_secret = WORKSPACE_SECRET
    tenant = TENANT

    def __init__(
        self,
        size: int | None = None,
        *,
        dialect: str = "odata",
        data: Path | None = None,
        faults: Faults | None = None,
        limits: Limits | None = None,
        seed: int | None = None,
        store: Store | None = None,
        **exact: Any,
    ) -> None:
        if size is not None and size < SMALLEST:
            raise ValueError(f"the smallest company has about {SMALLEST:,} ledger lines")
        if dialect not in DIALECTS:
            raise ValueError(f"no dialect {dialect!r}: there are {', '.join(DIALECTS)}")
        self.dialect = dialect
        self.faults = faults or Faults()
        self.tokens = Tokens(WORKSPACE_KEY, WORKSPACE_SECRET, {PERSONAL_TOKEN: TENANT})
        self.token = self.tokens.mint(TENANT)
        self.state = State(Path(data) if data is not None else None, seed or 0)
        self._size, self._data, self._seed, self._store = size, data, seed, store
        self._exact_words = {**exact, "limits": limits}
        self._opening = threading.Lock()
        self.membrane = Membrane(self._exact, self.state, self.tokens, dialect)
        self.connection_id = self._first_connection()
        self.faults.disconnect = self._lose

    def add_connection(
        self,
        name: str = "Exact Online",
        *,
        key: str | None = None,
        state: str = "READY",
        tenant: str = TENANT,
    ) -> str:
        """The id of one more connection, in the state that is asked for."""
        return self.membrane.connections.add(tenant, name=name, key=key, state=state).id

    def open(self) -> None:
        """Build or open the company now, rather than at the first call for it."""
        with self._opening:
            _ = self.exact_online

    @cached_property
    def exact_online(self) -> ExactOnline:
        """Exact Online's REST API over the company's books."""
        from exactnb.sandbox.exact import ExactOnline
        from exactnb.sandbox.store import Store

        store = self._store
        if store is None:
            seeded = {} if self._seed is None else {"seed": self._seed}
            store = Store.open(self._size, data=self._data, **seeded)
        return ExactOnline(store, **self._exact_words)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request, as WSGI has it."""
        try:
            request = Request(environ)
            answer = self._answer(request)
        except ConnectionResetError:
            if not cut(environ):
                raise  # in process there is no line to cut: the caller sees this
            start_response("500 Internal Server Error", [("Content-Length", "0")])
            return []
        # as a server does; whoever is asked for Exact's time goes by the clock of that world,
        # also where something on the way there answers in its place
        if "Date" not in answer.headers:
            answer.headers["Date"] = self._exact_date() if _onward(request) else http_date()
        return answer(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if request.path == "/" and request.method in ("GET", "HEAD"):
            return page("exactnb sandbox", _FRONT)
        if request.path == "/_sandbox/faults":
            return self.faults.control(request)
        return self.faults.around("membrane", request, self.membrane)

    def _exact(self, request: Request) -> Response:
        self.open()
        return self.faults.around("exact", request, self.exact_online)

    def _exact_date(self) -> str:
        self.open()
        return self.exact_online.date

    def _lose(self) -> None:
        for connection in self.state.connections.values():
            if connection.tenant == TENANT:
                self.membrane.connections.drop(connection)

    def _first_connection(self) -> str:
        connections = self.state.connections
        mine = [c.id for c in connections.values() if c.tenant == TENANT and not c.archived]
        if mine:
            return mine[0]
        first = self.membrane.connections.add(
            TENANT, name="Noordster Rijwielen", key="noordster", created="2026-01-05T09:00:00.000Z"
        )
        return first.id
