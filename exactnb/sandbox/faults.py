"""What can go wrong, on demand: each fault says where, when and how often it strikes."""

from __future__ import annotations

import json
import random
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from typing import Any, Literal

from werkzeug import Request, Response

Next = Callable[[Request], Response]
Where = Literal["membrane", "exact"]

LONGEST_HANG = 120.0


@dataclass
class Fault:
    """One thing that goes wrong.

    Parameters
    ----------
    kind
        One of :data:`KINDS`.
    where
        ``membrane``: before Membrane; ``exact``: between Membrane and Exact Online, where the
        proxy hands it through and an action wraps it.
    method, path
        Which requests; ``*`` stands for anything, as in a file name.
    after
        Matching requests that go well before the first that does not.
    times
        How often it strikes; None: always.
    probability
        With which it strikes, from 0 to 1; seeded by the :class:`Faults` that it is in.
    status, headers, body
        The answer of the kind ``answer``; ``headers`` go with any other kind as well.
    seconds
        How long the kind ``hang`` hangs, and the limit of ``rate_limit`` lasts.
    """

    kind: str
    where: Where = "membrane"
    method: str = "*"
    path: str = "*"
    after: int = 0
    times: int | None = 1
    probability: float = 1.0
    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    seconds: float = 60.0
    _seen: int = field(default=0, repr=False)
    _struck: int = field(default=0, repr=False)
    _kept: Any = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no fault {self.kind!r}: there are {', '.join(KINDS)}")
        if self.where not in ("membrane", "exact"):
            raise ValueError("where must be membrane or exact")

    def strikes(self, where: str, request: Request, chance: random.Random) -> bool:
        """Whether it is the turn of this request; counts those that match."""
        if self.where != where or not fnmatchcase(request.path, self.path):
            return False
        if self.method not in ("*", request.method):
            return False
        self._seen += 1
        if self._seen <= self.after or (self.times is not None and self._struck >= self.times):
            return False
        if self.probability < 1 and chance.random() >= self.probability:
            return False
        self._struck += 1
        return True


class Faults:
    """The faults of a sandbox; they can be changed while it runs.

    Parameters
    ----------
    faults
        Those that there are from the start.
    seed
        Of the chances of faults that have a probability.
    """

    def __init__(self, faults: Iterable[Fault] = (), *, seed: int = 0) -> None:
        self._faults = list(faults)
        self._chance = random.Random(seed)
        self._lock = threading.Lock()
        self._wake = threading.Event()
        #: set by the sandbox: takes the credentials of its connections away
        self.disconnect: Callable[[], None] = lambda: None

    def add(self, kind: str, **how: Any) -> Fault:
        """One more fault: see :class:`Fault` for the words."""
        fault = Fault(kind, **how)
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """No faults any more; whoever hangs is let go."""
        with self._lock:
            self._faults.clear()
            wake, self._wake = self._wake, threading.Event()
        wake.set()

    def around(self, where: Where, request: Request, answer: Next) -> Response:
        """The answer to a request, or what goes wrong instead."""
        with self._lock:
            fault = next((f for f in self._faults if f.strikes(where, request, self._chance)), None)
        if fault is None:
            return answer(request)
        made = KINDS[fault.kind](self, fault, request, answer)
        made.headers.update(fault.headers)
        return made

    def control(self, request: Request) -> Response:
        """Read (GET), add (POST) or clear (DELETE) faults over HTTP, from this machine only."""
        if request.remote_addr not in (None, "127.0.0.1", "::1"):
            return _envelope(403, "bad_request", "Only from this machine", key="access_denied")
        if request.method == "DELETE":
            self.clear()
        elif request.method == "POST":
            try:
                given = json.loads(request.get_data())
                for each in given if isinstance(given, list) else [given]:
                    self.add(**each)
            except (TypeError, ValueError) as error:
                return _envelope(400, "bad_request", f"Not a fault: {error}")
        with self._lock:
            names = [each.name for each in fields(Fault) if not each.name.startswith("_")]
            shown = [{name: getattr(f, name) for name in names} for f in self._faults]
        return _json(200, shown)

    def wait(self, seconds: float) -> None:
        """Let time pass, until it is over or the faults are cleared."""
        self._wake.wait(min(seconds, LONGEST_HANG))


def cut(environ: Mapping[str, Any]) -> bool:
    """Drop the socket that a request came over, without an answer; False if there is none.

    waitress gives an application no socket, but it gives a method of the channel that has it.
    """
    watch = environ.get("waitress.client_disconnected")
    if watch is None:
        return False
    line: socket.socket = watch.__self__.socket
    # closing at once sends a reset; shutting down (not closing) leaves the descriptor to its owner
    with suppress(OSError):  # whoever called may have gone already
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        line.shutdown(socket.SHUT_RDWR)
    return True


def _json(status: int, body: Any) -> Response:
    return Response(
        json.dumps(body, ensure_ascii=False), status=status, mimetype="application/json"
    )


def _envelope(
    status: int, type: str, message: str, key: str | None = None, **more: Any
) -> Response:
    body = {"type": type, **({"key": key} if key else {}), "message": message, **more}
    return _json(status, body)


def _exact(status: int, text: str) -> Response:
    return _json(status, {"error": {"code": "", "message": {"lang": "", "value": text}}})


def _html(status: int, title: str) -> Response:
    text = f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{title}</body></html>"
    return Response(text, status=status, mimetype="text/html")


def _either(
    status: int, key: str, message: str, exact: str
) -> Callable[[Faults, Fault, Request, Next], Response]:
    """The same trouble in the words of whoever is asked."""

    def make(faults: Faults, fault: Fault, request: Request, answer: Next) -> Response:
        if fault.where == "exact":
            return _exact(status, exact)
        return _envelope(status, "bad_request", message, key=key)

    return make


def _page(status: int, title: str) -> Callable[[Faults, Fault, Request, Next], Response]:
    return lambda faults, fault, request, answer: _html(status, title)


def _rate_limit(faults: Faults, fault: Fault, request: Request, answer: Next) -> Response:
    return _either(
        429, "rate_limit_exceeded", "Too many requests", "Too many requests: try again later"
    )(faults, fault, request, answer)


def _rate_limit_retry_after(
    faults: Faults, fault: Fault, request: Request, answer: Next
) -> Response:
    made = _rate_limit(faults, fault, request, answer)
    made.headers["Retry-After"] = str(max(1, round(fault.seconds)))
    return made


def _rate_limit_minutely(faults: Faults, fault: Fault, request: Request, answer: Next) -> Response:
    made = _rate_limit(faults, fault, request, answer)
    reset = round((time.time() + fault.seconds) * 1000)
    made.headers["X-RateLimit-Minutely-Limit"] = "60"
    made.headers["X-RateLimit-Minutely-Remaining"] = "0"
    made.headers["X-RateLimit-Minutely-Reset"] = str(reset)
    return made


def _server_error(faults: Faults, fault: Fault, request: Request, answer: Next) -> Response:
    if fault.where == "exact":
        return _exact(500, "Object reference not set to an instance of an object.")
    return _envelope(500, "internal", "Something went wrong", data={"errorId": "err_sandbox"})


def _answer(faults: Faults, fault: Fault, request: Request, answer: Next) -> Response:
    if isinstance(fault.body, str):
        return Response(fault.body, status=fault.status, mimetype="text/plain")
    return _json(fault.status, fault.body)


def _empty(faults: Faults, fault: Fault, request: Request, answer: Next) -> Response:
    return Response(b"", status=200, mimetype="application/json")


def _truncated(faults: Faults, fault: Fault, request: Request, answer: Next) -> Response:
    whole = answer(request)
    body = whole.get_data()
    whole.set_data(body[: len(body) // 2])
    return whole


def _dropped(faults: Faults, fault: Fault, request: Request, answer: Next) -> Response:
    raise ConnectionResetError("the sandbox dropped the connection")


def _dropped_after(faults: Faults, fault: Fault, request: Request, answer: Next) -> Response:
    answer(request)
    raise ConnectionResetError("the sandbox did it, and dropped the connection")


def _hang(faults: Faults, fault: Fault, request: Request, answer: Next) -> Response:
    faults.wait(fault.seconds)
    return answer(request)


def _repeating_page(faults: Faults, fault: Fault, request: Request, answer: Next) -> Response:
    if fault._kept is None:
        fault._kept = answer(request)
    kept: Response = fault._kept
    return Response(kept.get_data(), status=kept.status, content_type=kept.content_type)


def _validation(faults: Faults, fault: Fault, request: Request, answer: Next) -> Response:
    return _exact(fault.status, "Verplicht: Factuur voor\r\nVerplicht: Besteld door")


def _token_expired(faults: Faults, fault: Fault, request: Request, answer: Next) -> Response:
    return _envelope(400, "connection", "The access token has expired", key="access_token_expired")


def _disconnected(faults: Faults, fault: Fault, request: Request, answer: Next) -> Response:
    faults.disconnect()
    return answer(request)


#: what can go wrong; each makes the answer from the fault, the request, and the way to go well
KINDS: Mapping[str, Callable[[Faults, Fault, Request, Next], Response]] = {
    "answer": _answer,
    "rate_limit": _rate_limit,
    "rate_limit_retry_after": _rate_limit_retry_after,
    "rate_limit_minutely": _rate_limit_minutely,
    "unauthorized": _either(
        401, "not_authenticated", "The token has expired", "The access token has expired"
    ),
    "forbidden": _either(
        403,
        "access_denied",
        "No right to do this",
        "Forbidden - Application Scope Violated. Cannot read",
    ),
    "not_found": _either(
        404, "not_found", "Not found", "Resource not found for the segment 'Nowhere'."
    ),
    "server_error": _server_error,
    "bad_gateway": _page(502, "502 Bad Gateway"),
    "unavailable": _page(503, "503 Service Temporarily Unavailable"),
    "gateway_timeout": _page(504, "504 Gateway Time-out"),
    "html": _page(200, "Exact Online: maintenance"),
    "empty": _empty,
    "truncated": _truncated,
    "dropped": _dropped,
    "dropped_after": _dropped_after,
    "hang": _hang,
    "repeating_page": _repeating_page,
    "validation": _validation,
    "token_expired": _token_expired,
    "disconnected": _disconnected,
}
