"""One call to Membrane: what is asked, what came back, and the one method between them.

A transport moves a :class:`Request` and answers a :class:`Response`, whatever its status.
It raises (only :mod:`exactnb.errors`) when no answer came. :class:`HTTPTransport` does so over
HTTP; :class:`exactnb.membrane.cli.CLITransport` over the ``membrane`` command; and
:class:`exactnb.membrane.pacing.Paced` wraps either with patience and manners.
"""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote, urlencode, urlsplit

import httpx

from exactnb._version import __version__
from exactnb.absent import ABSENT
from exactnb.errors import BadAnswerError, InputError, ServerError, TransportError
from exactnb.membrane import tokens
from exactnb.membrane.excerpts import first_words, without_secrets
from exactnb.membrane.lanes import SHARED, Lanes
from exactnb.settings import Settings

__all__ = [
    "HTTPTransport",
    "QueryValue",
    "Request",
    "Response",
    "Transport",
    "encode_json",
    "encode_query",
    "segment",
]


QueryValue = str | int | float | bool | None


@dataclass(frozen=True)
class Request:
    """What is asked of Membrane.

    Parameters
    ----------
    method
        ``"GET"``, ``"POST"``, …
    path
        Below the base address, percent-encoded already; may carry a query of its own.
    query
        Added to the path; ``True`` is sent as ``true``, None and ``""`` are left out.
    headers
        Beside those that every call has.
    json, content
        The body, as a value or as raw bytes; ``json`` ABSENT is no JSON body, None is ``null``.
    safe
        A read, which may be sent again. False: a write, sent once and never again.
    lane
        The administration that the call ends up at: one call at a time, counted together.
    resource
        What the lane's errors are counted by: Exact counts them by resource. Default: the path.
    timeout
        Seconds to wait for the answer; None: the setting for short calls.
    check
        Raises BadAnswerError where the bytes of a good answer are not whole; None: any are.
    """

    method: str
    path: str
    query: Mapping[str, QueryValue] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    json: Any = field(default=ABSENT, repr=False)
    content: bytes | None = field(default=None, repr=False)
    safe: bool = True
    lane: str | None = None
    resource: str | None = None
    timeout: float | None = None
    check: Callable[[bytes], None] | None = field(default=None, repr=False)

    @property
    def target(self) -> str:
        """The path with its whole query, ready to be put behind a base address."""
        query = encode_query(self.query)
        if not query:
            return self.path
        return f"{self.path}{'&' if '?' in self.path else '?'}{query}"

    @property
    def body(self) -> bytes | None:
        """The bytes to send, or None.

        Raises
        ------
        InputError
            If the value cannot be written as JSON.
        """
        return self.content if self.json is ABSENT else encode_json(self.json)

    def __str__(self) -> str:
        return f"{self.method} {without_secrets(self.path.partition('?')[0])}"


@dataclass(frozen=True)
class Response:
    """What came back; ``headers`` have lower-case names.

    ``note`` is what the transport knows about it that the service does not say, such as that
    the token that was sent has expired.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    note: str | None = None

    def json(self) -> Any:
        """The decoded body.

        Raises
        ------
        BadAnswerError
            If it is empty, a web page or broken JSON; it shows the first words.
        """
        try:
            return json.loads(self.content)
        except ValueError as error:
            raise self.bad(error) from error

    def bad(self, error: ValueError | None = None) -> BadAnswerError:
        """The error for an answer that is not what it should be, in words."""
        kind = self.headers.get("content-type", "no content type").partition(";")[0]
        body = self.content.strip()
        if not body:
            what = "an empty answer"
        elif isinstance(error, json.JSONDecodeError) and body[:1] in b"{[":
            cut = error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated")
            how = "stops part-way" if cut else f"is broken at character {error.pos:,}"
            what = f"JSON that {how} ({len(self.content):,} bytes of {kind})"
        else:
            what = f"{kind} instead of JSON: “{first_words(body)}”"
        return BadAnswerError(
            f"The service answered {self.status} with {what}",
            hint="Run it again; if it stays, check the address in MEMBRANE_API_URL and whether "
            "a proxy or a login page stands in between.",
            status=self.status,
        )


class Transport(Protocol):
    """Something that carries a request to Membrane."""

    @property
    def lanes(self) -> Lanes:
        """Where calls over it are counted."""
        ...

    def send(self, request: Request) -> Response:
        """The answer, whatever its status; raises only when none came."""
        ...

    def close(self) -> None:
        """Let go of sockets."""
        ...


def segment(text: str) -> str:
    """One segment of a path, percent-encoded throughout: ``/`` and ``?`` too."""
    if text in ("", ".", ".."):
        raise InputError(f"{text!r} cannot be an id or key", hint="Give its id or its key.")
    return quote(text, safe="")


def encode_query(query: Mapping[str, QueryValue]) -> str:
    """The query as text: ``true`` and ``false``, spaces as ``%20``; None and ``""`` left out."""
    pairs = [
        (name, str(value).lower() if isinstance(value, bool) else str(value))
        for name, value in query.items()
        if value is not None and value != ""
    ]
    return urlencode(pairs, quote_via=quote, safe="$'(),:*/")


def encode_json(value: Any) -> bytes:
    """The value as compact JSON in UTF-8; InputError if it cannot be."""
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return text.encode()
    except (TypeError, ValueError) as error:
        raise InputError(
            f"The input cannot be sent as JSON: {error}",
            hint="Use text, numbers, booleans, None, lists and dictionaries; dates as text.",
        ) from error


class HTTPTransport:
    """Calls over HTTP, on connections that are kept open.

    Parameters
    ----------
    settings
        Base address, API version, time-outs, and where to find a token.
    client
        An ``httpx.Client`` to use, such as one over ``httpx.WSGITransport(sandbox)``. It may
        lead to another world, so its calls are counted apart from those of the process.
    token
        Wins over every other source of a token.
    """

    def __init__(
        self, settings: Settings, *, client: httpx.Client | None = None, token: str | None = None
    ) -> None:
        self._settings = settings
        self._base = settings.api_url.rstrip("/")
        if "@" in urlsplit(self._base).netloc:
            # it would be shown in errors and written to logs
            raise TransportError(
                "The address of Membrane may not hold a user and password",
                hint="Leave them out of MEMBRANE_API_URL: a token says who you are.",
            )
        self._tokens = tokens.source(settings, token=token)
        self._client = client
        self.lanes = SHARED if client is None else Lanes()
        self._starting = threading.Lock()

    def __repr__(self) -> str:
        return f"HTTPTransport({self._base!r})"

    def send(self, request: Request) -> Response:
        """The answer, whatever its status; redirects are followed for GET only.

        Raises
        ------
        AuthenticationError
            If there is no token.
        ServerError
            If no whole answer came: refused, dropped, cut short, or too late.
        TransportError
            If the address cannot be used.
        BadAnswerError
            If the answer cannot be unpacked, or redirects without end.
        """
        body = request.body
        token = self._tokens.token()
        headers = {
            "accept": "application/json",
            "user-agent": f"exactnb/{__version__}",
            **({} if request.json is ABSENT else {"content-type": "application/json"}),
            **{name.lower(): value for name, value in request.headers.items()},
            "membrane-api-version": self._settings.api_version,
            "authorization": f"Bearer {token}",
        }
        patience = request.timeout or self._settings.read_timeout
        with _translated(request, self._base, patience):
            answer = self._http().request(
                request.method,
                self._base + request.target,
                headers=headers,
                content=body,
                timeout=httpx.Timeout(patience, connect=self._settings.connect_timeout),
                follow_redirects=request.method in ("GET", "HEAD"),
            )
        due = answer.headers.get("content-length", "")
        if (
            request.method != "HEAD"
            and "content-encoding" not in answer.headers
            and due.isdigit()
            and len(answer.content) < int(due)
        ):
            raise _lost(
                request, f"The answer was cut off after {len(answer.content):,} of {due} bytes"
            )
        return Response(
            answer.status_code,
            dict(answer.headers.items()),
            _quoted(answer, token),
            note=tokens.expired(token) if answer.status_code == 401 else None,
        )

    def close(self) -> None:
        """Close the open sockets; nothing can be sent after that."""
        if self._client is not None:
            self._client.close()

    def _http(self) -> httpx.Client:
        # made at the first call: reading the certificates takes a while
        with self._starting:
            if self._client is None:
                self._client = httpx.Client()
        if self._client.is_closed:
            raise TransportError(
                "This way to Membrane was closed",
                hint="Call ex.connect() for a new one.",
                sent=False,
            )
        return self._client


def _quoted(answer: httpx.Response, token: str) -> bytes:
    """The body; one that an error may quote does not repeat the token it was asked with."""
    good = answer.is_success and "json" in answer.headers.get("content-type", "")
    if good or len(token) < 16:
        return answer.content
    return answer.content.replace(token.encode(), "•••".encode())


def _lost(request: Request, what: str, **details: Any) -> ServerError:
    """The error for an answer that did not come; of a write it says that all is unknown."""
    if request.safe:
        hint = "The service or the network had a problem; run the cell again in a minute."
    else:
        hint = "It may have been done or not: look in Exact Online before sending it again."
    return ServerError(f"{what} ({request})", hint=hint, **details)


@contextmanager
def _translated(request: Request, where: str, patience: float) -> Iterator[None]:
    """Turn what httpx and the system raise into our errors, with theirs kept as the cause."""
    check = f"Check MEMBRANE_API_URL ({where}) and the network. Nothing was sent."
    try:
        yield
    except (httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise ServerError(
            f"{where} could not be reached in time ({request})", hint=check, sent=False
        ) from error
    except httpx.TimeoutException as error:
        raise _lost(request, f"No answer came within {patience:g} s", timed_out=True) from error
    except httpx.ConnectError as error:
        if _caused_by(error, ssl.SSLCertVerificationError):
            raise TransportError(
                f"The certificate of {where} is not trusted: {error}", hint=check, sent=False
            ) from error
        raise ServerError(
            f"{where} could not be reached: {error} ({request})", hint=check, sent=False
        ) from error
    except (
        httpx.UnsupportedProtocol,
        httpx.InvalidURL,
        httpx.LocalProtocolError,
        UnicodeEncodeError,  # a header that is not ASCII
    ) as error:
        raise TransportError(
            f"{request} cannot be sent: {error}", hint=check, sent=False
        ) from error
    except (httpx.TooManyRedirects, httpx.DecodingError) as error:
        raise BadAnswerError(
            f"The answer cannot be used: {error} ({request})", hint="Check MEMBRANE_API_URL."
        ) from error
    except (httpx.HTTPError, OSError) as error:
        what = str(error) or type(error).__name__
        raise _lost(request, f"The connection was dropped before an answer came: {what}") from error


def _caused_by(error: BaseException | None, kind: type[BaseException]) -> bool:
    while error is not None:
        if isinstance(error, kind):
            return True
        error = error.__cause__ or error.__context__
    return False
