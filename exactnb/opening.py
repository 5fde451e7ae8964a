"""From nothing to an administration: ``connect()`` with an account, ``demo()`` without."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from exactnb.connection import Connection
from exactnb.errors import AmbiguousError, ConnectionStateError, NotFoundError
from exactnb.membrane.api import Membrane
from exactnb.membrane.pacing import Paced
from exactnb.membrane.transport import HTTPTransport
from exactnb.outbox import Outbox
from exactnb.settings import Settings

if TYPE_CHECKING:
    from exactnb.membrane.models import ConnectionInfo
    from exactnb.membrane.transport import Transport

__all__ = ["connect", "demo", "fitting", "membrane_over", "reach", "reopen"]


def connect(
    connection: str | None = None,
    *,
    division: int | None = None,
    read_only: bool = True,
    token: str | None = None,
    api_url: str | None = None,
    transport: Transport | None = None,
) -> Connection:
    """The administration behind a Membrane connection to Exact Online.

    Parameters
    ----------
    connection
        Id, key or name of the connection; it may be left out when there is just one.
    division
        Code of the administration; left out: the one that the login is in.
    read_only
        True refuses every write. Open for writing with ``read_only=False``.
    token
        Membrane token; else ``MEMBRANE_TOKEN``, ``MEMBRANE_ACCESS_TOKEN``, a workspace key
        and secret, or the ``membrane`` command's login.
    api_url
        Base address; else ``MEMBRANE_API_URL``, ``MEMBRANE_API_URI``, or Membrane's own.
    transport
        Another way to Membrane, such as ``CLITransport()``.

    Raises
    ------
    AuthenticationError
        No token, or one that is not accepted.
    NotFoundError
        No such connection, or none to Exact Online at all.
    AmbiguousError
        Several connections and none chosen.
    ConnectionStateError
        The connection is not ready; ``url`` leads to where it can be put right.
    """
    settings = Settings.load(token=token, api_url=api_url)
    return reach(settings, connection, division=division, read_only=read_only, transport=transport)


def reach(
    settings: Settings,
    connection: str | None = None,
    *,
    division: int | None = None,
    read_only: bool = True,
    transport: Transport | None = None,
) -> Connection:
    """As :func:`connect`, with these settings in place of this machine's."""
    membrane = membrane_over(transport or HTTPTransport(settings), settings)
    info = _choose(membrane, connection)
    return Connection(
        membrane,
        info,
        settings,
        division=division,
        read_only=read_only,
        reopen=reopen if transport is None else None,
    )


def reopen(
    settings: Settings, info: ConnectionInfo, division: int | None, read_only: bool
) -> Connection:
    """The connection again, in this process or in another one; nothing is asked yet.

    A connection is pickled as a call of this. **So its pickle holds the token** (or the
    workspace's secret) that is in ``settings``: whoever opens it there needs it. Send it only to
    workers that may have it, and do not keep it in a file. A login by the ``membrane`` command
    does not travel: there, somebody has to have logged in as well.
    """
    membrane = membrane_over(HTTPTransport(settings), settings)
    return Connection(
        membrane, info, settings, division=division, read_only=read_only, reopen=reopen
    )


def demo(size: int | None = None, *, dialect: str = "odata", read_only: bool = False) -> Connection:
    """An embedded wholesaler in bicycles, offline and the same for everybody; it may write.

    What is written is kept until the connection is gone.

    Parameters
    ----------
    size
        Ledger lines, about: 12,000 unless said; 100,000 and 1,000,000 tell the same stories.
    dialect
        How its actions answer: "odata", "unwrapped", "camel" or "records". The DataFrames are
        the same; this exists to prove that.

    Examples
    --------
    >>> demo().division
    2400101
    """
    import httpx

    from exactnb.sandbox import Sandbox

    sandbox = Sandbox(size, dialect=dialect)
    given = Settings.load(api_url="http://sandbox.example", token=sandbox.token)
    # the sandbox has no limits unless it is asked to, and no key that it could block
    free = {"calls_a_minute": None, "calls_a_day": None, "errors_an_hour": 10_000}
    # its books vanish with it, and so does what was written in them or kept of them
    home = Path(tempfile.mkdtemp(prefix="exactnb-"))
    settings = given.model_copy(
        update={**free, "exact_prefix": Settings().exact_prefix, "home": home}
    )
    client = httpx.Client(transport=httpx.WSGITransport(app=sandbox))
    membrane = membrane_over(HTTPTransport(settings, client=client), settings)
    weakref.finalize(membrane, shutil.rmtree, home, ignore_errors=True)
    info = membrane.connection(sandbox.connection_id)
    return Connection(membrane, info, settings, read_only=read_only, outbox=Outbox(None))


def membrane_over(transport: Transport, settings: Settings) -> Membrane:
    """Membrane over a transport that keeps to the limits, let go of when nobody needs it."""
    membrane = Membrane(Paced(transport, settings), settings)
    weakref.finalize(membrane, transport.close)
    return membrane


def fitting(every: Sequence[ConnectionInfo], wanted: str | None) -> list[ConnectionInfo]:
    """The connections that are meant: by id, key or name, or those to Exact Online."""
    if wanted is not None:
        return [c for c in every if wanted in (c.id, c.key, c.name)]
    return [c for c in every if "exact" in f"{c.app or ''} {c.name}".lower()]


def _choose(membrane: Membrane, wanted: str | None) -> ConnectionInfo:
    every = list(membrane.connections())
    fits = fitting(every, wanted)
    if len(fits) == 1:
        return _ready(fits[0])
    listed = ", ".join(f"{c.name} ({c.id})" for c in (fits or every))
    if fits:
        raise AmbiguousError(
            f"{len(fits)} connections fit: {listed}",
            hint=f"Choose one by its id: ex.connect({fits[0].id!r}).",
        )
    what = f"connection {wanted!r}" if wanted is not None else "connection to Exact Online"
    raise NotFoundError(
        f"There is no {what}" + (f"; there are: {listed}" if every else " in this workspace"),
        hint="Make one in Membrane (or with `membrane connect`), then run this again; "
        "ex.demo() needs none.",
    )


def _ready(info: ConnectionInfo) -> ConnectionInfo:
    if info.ready:
        return info
    why = f": {info.problem}" if info.problem else ""
    where = f"Open {info.url} to sign in" if info.url else "Reconnect it in Membrane"
    raise ConnectionStateError(
        f"Connection {info.name} is not ready ({info.status}){why}",
        hint=f"{where}, then run this again.",
        state=info.status,
        url=info.url,
    )
