"""The sandbox on a port of this machine, served by waitress."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from waitress.server import create_server

from exactnb.sandbox.app import Sandbox

#: calls that are answered at the same time; one that hangs takes one of them
THREADS = 8


def serve(
    host: str = "127.0.0.1",
    port: int = 8123,
    *,
    size: int | None = None,
    dialect: str = "odata",
    data: Path | None = None,
    limits: bool = False,
) -> None:
    """Serve a sandbox until Ctrl-C; prints the variables that make ``exactnb.connect()`` use it.

    Parameters
    ----------
    host, port
        Where to listen; port 0 takes a free one.
    size, dialect, data
        As of :class:`~exactnb.sandbox.app.Sandbox`.
    limits
        Whether Exact Online's rate limits are kept to.
    """
    from exactnb.sandbox.exact import Limits

    sandbox = Sandbox(size, dialect=dialect, data=data, limits=Limits() if limits else None)
    sandbox.open()
    server = _server(sandbox, host, port)
    try:
        lines = [
            f"Serving a make-believe Exact Online at {_address(server)} (Ctrl-C stops it)",
            "To use it in a notebook, set:",
            f"export MEMBRANE_API_URL={_address(server)}",
            f"export MEMBRANE_TOKEN={sandbox.token}",
        ]
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()
        server.run()
    finally:
        sandbox.faults.clear()
        server.close()


@contextmanager
def start(sandbox: Sandbox | None = None, *, port: int = 0, **how: Any) -> Iterator[str]:
    """The address of a sandbox that is served from a thread for as long as the block lasts.

    Parameters
    ----------
    sandbox
        The one to serve; without it, a new one made as ``how`` says.
    port
        Where to listen on this machine; 0 takes a free one.
    """
    sandbox = sandbox or Sandbox(**how)
    server = _server(sandbox, "127.0.0.1", port)
    stopping = threading.Event()
    thread = threading.Thread(target=_run, args=(server, stopping), name="sandbox", daemon=True)
    thread.start()
    try:
        yield _address(server)
    finally:
        sandbox.faults.clear()
        stopping.set()
        thread.join(timeout=10)


def _run(server: Any, stopping: threading.Event) -> None:
    """Serve until told to stop, then close the server and the lines that callers keep open.

    All in the one thread: waitress may close its own wake-up call under whoever is using it.
    """
    while not stopping.is_set():
        server.asyncore.loop(timeout=0.1, map=server._map, count=1)
    server.task_dispatcher.shutdown()
    for channel in list(server.active_channels.values()):
        channel.handle_close()
    server.close()


def _server(sandbox: Sandbox, host: str, port: int) -> Any:
    # the sandbox has its own limit on bodies, with Membrane's answer to it
    return create_server(sandbox, host=host, port=port, threads=THREADS, ident=None)


def _address(server: Any) -> str:
    return f"http://{server.effective_host}:{server.effective_port}"
