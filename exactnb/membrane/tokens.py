"""Where the bearer token comes from.

In this order: an argument, ``MEMBRANE_TOKEN`` or ``MEMBRANE_ACCESS_TOKEN``, a workspace's key
and secret (a token is signed here, as Membrane's JavaScript SDK does it), and last the
``membrane token`` command of someone who has logged in with it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from exactnb.errors import AuthenticationError, ExactnbError
from exactnb.membrane.command import Command
from exactnb.settings import Settings

__all__ = ["Asked", "Fixed", "Minted", "TokenSource", "claims", "expired", "mint", "source"]

_WAYS = (
    "Set MEMBRANE_TOKEN, or MEMBRANE_WORKSPACE_KEY and MEMBRANE_WORKSPACE_SECRET, or log in "
    "with `membrane login`; or pass token=… to ex.connect(). ex.demo() needs none."
)
#: What may stand behind "Bearer" (RFC 6750).
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")

Clock = Callable[[], float]


class TokenSource(Protocol):
    """Gives the token for the next call."""

    def token(self) -> str:
        """A token; AuthenticationError if there is none."""
        ...


def source(
    settings: Settings, *, token: str | None = None, clock: Clock = time.time
) -> TokenSource:
    """The first source that the argument, the settings or the machine offer.

    Raises
    ------
    AuthenticationError
        If the token that was given cannot be one.
    """
    if token or settings.token:
        return Fixed(token or settings.token or "")
    if settings.workspace_key and settings.workspace_secret:
        return Minted(settings, clock=clock)
    return Asked(settings, clock=clock)


class Fixed:
    """The token that was given, as it is: whether it is still valid is for the service to say."""

    def __init__(self, token: str) -> None:
        self._token = _checked(token, "The token that was given")

    def token(self) -> str:
        """The token."""
        return self._token


class _Renewed(ABC):
    """A token that is kept until shortly before its end."""

    def __init__(self, clock: Clock, margin: float) -> None:
        self._clock = clock
        self._margin = margin
        self._kept: tuple[str, float] | None = None
        self._lock = threading.Lock()

    def token(self) -> str:
        """The token that is kept, or a new one when it is about to expire."""
        with self._lock:
            if self._kept is None or self._kept[1] - self._clock() <= self._margin:
                token = self._new()
                self._kept = token, _end(token)
            return self._kept[0]

    @abstractmethod
    def _new(self) -> str: ...


class Minted(_Renewed):
    """Tokens signed here with the workspace's secret, made anew before they expire."""

    def __init__(self, settings: Settings, *, clock: Clock = time.time) -> None:
        super().__init__(clock, settings.token_renewal)
        self._settings = settings

    def _new(self) -> str:
        given = self._settings
        end = int(self._clock()) + given.token_lifetime
        return mint(
            given.workspace_key or "", given.workspace_secret or "", given.tenant_key, end=end
        )


class Asked(_Renewed):
    """Tokens printed by the ``membrane token`` command, asked anew before they expire."""

    def __init__(self, settings: Settings, *, clock: Clock = time.time) -> None:
        super().__init__(clock, margin=10)
        self._settings = settings

    def _new(self) -> str:
        try:
            done = Command(self._settings).run(["token"], timeout=self._settings.read_timeout)
        except ExactnbError as error:
            raise AuthenticationError(self._none(error.message), hint=_WAYS) from error
        lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
        token = lines[0] if lines and not done.code else ""
        if not _TOKEN.fullmatch(token) or not (token.count(".") == 2 or token.startswith("pat-")):
            why = f"`membrane token` printed none: {done.last_words}"
            raise AuthenticationError(self._none(why), hint=_WAYS)
        return token

    def _none(self, why: str) -> str:
        half = self._settings.workspace_key or self._settings.workspace_secret
        missing = "SECRET" if self._settings.workspace_key else "KEY"
        unset = f", and MEMBRANE_WORKSPACE_{missing} is not set" if half else ""
        return f"There is no token for Membrane: none was given{unset}. {why}"


def mint(key: str, secret: str, tenant: str | None, *, end: int) -> str:
    """A token as the JavaScript SDK 0.28.3 makes it, byte for byte.

    ``{"id": tenant, "iss": key, "exp": end}``, signed with HMAC-SHA256; without a tenant there
    is no ``id``.
    """
    body: dict[str, Any] = {"id": tenant} if tenant else {}
    body |= {"iss": key, "exp": end}
    signed = f"{_base64(_compact({'alg': 'HS256', 'typ': 'JWT'}))}.{_base64(_compact(body))}"
    signature = hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{_base64(signature)}"


def claims(token: str) -> dict[str, Any]:
    """What the token says, unchecked; nothing for one that is not a JSON Web Token."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        body = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def expired(token: str, *, clock: Clock = time.time) -> str | None:
    """A sentence that says when the token expired, if it did."""
    end = _end(token)
    if end > clock():
        return None
    return f"the token expired on {datetime.fromtimestamp(end).astimezone():%Y-%m-%d %H:%M %Z}"


def _end(token: str) -> float:
    end = claims(token).get("exp")
    return float(end) if isinstance(end, int | float) else float("inf")


def _checked(token: str, what: str) -> str:
    token = token.strip().strip("\"'")
    if token.lower().startswith("bearer "):
        token = token[7:].strip()
    if not _TOKEN.fullmatch(token):
        # the text itself is not shown: it may be the secret with a slip in it
        raise AuthenticationError(f"{what} holds characters that no token has", hint=_WAYS)
    return token


def _compact(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
