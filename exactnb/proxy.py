"""Exact Online itself, through Membrane's proxy: where a path lies, and what a refusal means."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from exactnb.absent import ABSENT
from exactnb.errors import (
    BadAnswerError,
    DataError,
    ExactnbError,
    InputError,
    NotFoundError,
    ReadOnlyError,
)
from exactnb.exact import odata
from exactnb.exact.refusals import refusal
from exactnb.membrane.transport import Response

if TYPE_CHECKING:
    from exactnb.membrane.api import Membrane

__all__ = ["Proxy"]

#: what Exact's own links have before the division
_OWN_PREFIX = "/api/v1"
_VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


class Proxy:
    """Exact Online's REST API for one administration.

    Parameters
    ----------
    membrane, connection_id
        The way there.
    prefix
        What stands before the division in a path, as the connector's base address wants it.
    division
        Code of the administration; None: the one that the login is in.
    read_only
        Whether every write is refused.
    """

    def __init__(
        self,
        membrane: Membrane,
        connection_id: str,
        *,
        prefix: str,
        division: int | None,
        read_only: bool,
    ) -> None:
        self._membrane = membrane
        self._connection_id = connection_id
        self._prefix = prefix
        self._division = division
        self._read_only = read_only
        self._me: Mapping[str, Any] | None = None
        self._name: str | None = None
        self._asked = False

    @property
    def me(self) -> Mapping[str, Any]:
        """``current/Me``: the user, and the division that the login is in; asked for once."""
        if self._me is None:
            found = odata.records(self._first("current/Me"))
            if not found:
                raise DataError("Exact Online did not say who is signed in")
            self._me = found[0]
        return self._me

    def _first(self, path: str) -> bytes:
        """The first page that is ever asked for, which tells what the prefix is.

        Whether the connector's base address has it already is not known before; so a path that
        is not there is tried once more the other way.
        """
        try:
            return self.page(path)
        except NotFoundError as missing:
            given, self._prefix = self._prefix, "" if self._prefix else _OWN_PREFIX
            try:
                return self.page(path)
            except NotFoundError:
                self._prefix = given
                raise missing from None

    @property
    def division(self) -> int:
        """Code of the administration."""
        if self._division is None:
            self._division = int(self.me["CurrentDivision"])
        return self._division

    @property
    def told(self) -> str:
        """The division for provenance, or "unknown": not worth failing for, or asking twice."""
        if self._division is None and not self._asked:
            self._asked = True
            with suppress(ExactnbError):
                return str(self.division)
        return "unknown" if self._division is None else str(self._division)

    @property
    def division_name(self) -> str:
        """Name of the administration, or nothing where Exact does not say."""
        if self._name is None:
            query = {"$select": "Code,Description", "$filter": f"Code eq {self.division}"}
            found = odata.records(self.page("system/Divisions", query))
            self._name = str((found[0] if found else {}).get("Description") or "")
        return self._name

    @property
    def lane(self) -> str:
        """What calls are counted by: this connection and this administration."""
        return f"{self._connection_id}:{self._division or ''}"

    def send(
        self,
        path: str,
        *,
        method: str = "GET",
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = ABSENT,
        content: bytes | None = None,
        path_params: Mapping[str, Any] | None = None,
    ) -> Response:
        """What Exact Online answers.

        Raises
        ------
        ReadOnlyError
            Anything but a GET on a read-only connection.
        ExactnbError
            Whatever an answer of 400 or more means; see :func:`exactnb.exact.refusals.refusal`.
        """
        method = method.upper()
        if method not in _VERBS:
            raise InputError(f"{method} is no method", hint=f"There are {', '.join(_VERBS)}.")
        safe = method in ("GET", "HEAD")
        if self._read_only and not safe:
            raise ReadOnlyError.of(f"{method} {path}")
        return self._send(
            self._place(path),
            path,
            method=method,
            safe=safe,
            query=query,
            headers=headers,
            json=json,
            content=content,
            path_params=path_params,
        )

    def _send(
        self, placed: str, about: str, *, method: str = "GET", safe: bool = True, **parts: Any
    ) -> Response:
        answer = self._membrane.proxy(
            self._connection_id, method, placed, safe=safe, lane=self.lane, **parts
        )
        if answer.status >= 400:
            raise refusal(answer.status, answer.headers, answer.content, about)
        return answer

    def page(self, path: str, query: Mapping[str, Any] | None = None) -> bytes:
        """The bytes of a page of records, where nothing at all is not an answer."""
        return _something(self.send(path, query=query), path)

    def follow(self, link: str) -> bytes:
        """The page at one of Exact's own links.

        Of the link only the path counts: its host may be one that the proxy does not serve, and
        its prefix one that the connector's base address has already.
        """
        placed = self._prefix + odata.place(link).removeprefix(_OWN_PREFIX)
        return _something(self._send(placed, placed.partition("?")[0]), placed)

    def _place(self, path: str) -> str:
        # asking for the division asks who is signed in, which is itself outside of one
        division = self.division if odata.needs_division(path) else ""
        return odata.resource_path(path, division, self._prefix)


def _something(answer: Response, about: str) -> bytes:
    if not answer.content.strip():
        raise BadAnswerError(
            f"{about}: Exact Online answered {answer.status} with nothing in it",
            hint="Run it again; if it stays so, ask for less at a time.",
            status=answer.status,
        )
    return answer.content
