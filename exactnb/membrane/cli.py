"""The same calls over the ``membrane`` command, for who has logged in with that.

Every call starts the program anew, which takes about half a second: HTTP is the way for more
than a few. What the program prints is read tolerantly, since its errors are not documented.
"""

from __future__ import annotations

import json
import re
from typing import Any

from exactnb.errors import (
    AuthenticationError,
    ExactnbError,
    ServerError,
    TransportError,
    is_envelope,
)
from exactnb.membrane.arguments import PROXY, RUN, arguments
from exactnb.membrane.command import Command, Done
from exactnb.membrane.lanes import SHARED
from exactnb.membrane.transport import Request, Response
from exactnb.settings import Settings

__all__ = ["CLITransport"]

#: Seconds that the program may take beside the call itself.
_START = 15
_STATUS = {
    "not_authenticated": 401,
    "access_denied": 403,
    "not_found": 404,
    "rate_limit_exceeded": 429,
}
_LOGIN = re.compile(r"log ?in|logged|unauthori[sz]ed|unauthenticated|credentials", re.IGNORECASE)
_CUT = re.compile(
    r"ECONNRESET|ETIMEDOUT|ENOTFOUND|ECONNREFUSED|EAI_AGAIN|socket hang up|fetch failed"
)


class CLITransport:
    """Calls over the ``membrane`` command, with the login that it keeps.

    Parameters
    ----------
    settings
        Which program, and time-outs; by default from the environment
        (``EXACTNB_MEMBRANE_BIN``).
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings or Settings.load()
        self._command = Command(self._settings)
        self.lanes = SHARED

    def __repr__(self) -> str:
        return f"CLITransport({self._settings.membrane_bin!r})"

    def send(self, request: Request) -> Response:
        """The answer that the program printed, with the status that it stands for.

        Raises
        ------
        TransportError
            If the program is not there, has no way to ask this, or failed without saying more.
        AuthenticationError
            If nobody has logged in with it.
        ServerError
            If it did not end in time, or its own call was cut off.
        BadAnswerError
            If it printed no JSON.
        """
        asked = arguments(request)
        patience = (request.timeout or self._settings.read_timeout) + _START
        done = self._command.run(asked, timeout=patience)
        if done.code == 0 and request.method == "DELETE" and "{" not in done.stdout:
            return Response(200, {}, b"")  # nothing is due
        value = _read(done)
        path = request.path.partition("?")[0]
        if PROXY.fullmatch(path):
            return _of_app(value) or _answer(value, done)
        run = RUN.fullmatch(path) is not None
        return _answer(_unwrapped(value, run=run, failed=bool(done.code)), done)

    def close(self) -> None:
        """Nothing stays open."""


def _read(done: Done) -> Any:
    """The JSON that was printed; the error of a failure that printed none."""
    try:
        return done.value()
    except ExactnbError as error:
        if not done.code:
            raise
        raise _failed(done) from error


def _failed(done: Done) -> TransportError:
    what = f"The membrane command failed (exit {done.code}): {done.last_words}"
    if _CUT.search(what):
        return ServerError(what, hint="Check the network and run the cell again in a minute.")
    if _LOGIN.search(what):
        return AuthenticationError(what, hint="Log in with `membrane login`, then run it again.")
    return TransportError(what, hint="Try the same in a terminal, or connect over HTTP.")


def _unwrapped(value: Any, *, run: bool, failed: bool) -> Any:
    """The answer itself, where the program printed it inside a lone ``{"output": …}``."""
    if not isinstance(value, dict) or set(value) != {"output"}:
        return value
    inner = value["output"]
    if run and not failed:  # a run's own answer has an output too
        whole = isinstance(inner, dict) and {"output", "actionRunId"} <= set(inner)
        return inner if whole else value
    return inner


def _answer(value: Any, done: Done) -> Response:
    """A success, or the error that the value is, whatever the exit code says."""
    error = value
    if isinstance(value, dict) and is_envelope(value.get("error")):
        error = value["error"]
    status = 200
    if isinstance(error, dict) and is_envelope(error):
        failed = 500 if error.get("type") == "internal" else 400
        status = _STATUS.get(str(error.get("key")), failed)
    elif done.code:
        said = error.get("statusCode", error.get("status")) if isinstance(error, dict) else None
        status = said if isinstance(said, int) and 400 <= said < 600 else 400
    return _response(status, {}, error)


def _of_app(value: Any) -> Response | None:
    """The app's own answer, if that is what was printed: status, headers and body."""
    if isinstance(value, dict) and set(value) == {"output"}:
        value = value["output"]
    if not isinstance(value, dict) or not isinstance(value.get("status"), int):
        return None
    names = [name for name in ("body", "data") if name in value]
    if not names and "headers" not in value:
        return None
    headers = value.get("headers")
    known = headers if isinstance(headers, dict) else {}
    return _response(
        value["status"],
        {str(name).lower(): str(text) for name, text in known.items()},
        value[names[0]] if names else None,
    )


def _response(status: int, headers: dict[str, str], body: Any) -> Response:
    if isinstance(body, str):
        content = body.encode()
    elif body is None:
        content = b""
    else:
        content = json.dumps(body, ensure_ascii=False).encode()
    for name in ("content-length", "content-encoding", "transfer-encoding"):
        headers.pop(name, None)  # of the bytes that the program received, not of these
    return Response(status, {"content-type": "application/json", **headers}, content)
