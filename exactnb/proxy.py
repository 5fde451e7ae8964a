"""Exact Online itself, through Membrane's proxy: where a path lies, and what a refusal means."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from exactnb.absent import ABSENT
from exactnb.display.cards import Card
from exactnb.errors import (
    BadAnswerError,
    DataError,
    ExactnbError,
    InputError,
    NotFoundError,
)
from exactnb.exact import odata
from exactnb.exact.entities import Entity, by_resource, entity
from exactnb.exact.refusals import refusal
from exactnb.frames import Cursor, whole
from exactnb.membrane.api import app_path
from exactnb.membrane.clock import Clock
from exactnb.membrane.transport import Response
from exactnb.privacy import note_names_in

if TYPE_CHECKING:
    from exactnb.membrane.api import Membrane
    from exactnb.membrane.lanes import Usage
    from exactnb.membrane.models import ConnectionInfo

__all__ = ["READING", "Proxy", "Resource", "Target", "decoded", "verb"]

#: what Exact's own links have before the division
_OWN_PREFIX = "/api/v1"
READING = ("GET", "HEAD")
_VERBS = (*READING, "POST", "PUT", "PATCH", "DELETE")


#: a division, or the resources outside of one, and what is asked of it
_PLACED = re.compile(r"/(\d+|current)(/.*)")
_KEY = re.compile(r"\((?:guid)?'?([^'()=,]+)'?\)/?$")


class Target(NamedTuple):
    """Where a path leads, however it is spelled."""

    division: str
    path: str
    """Inside the division: ``/crm/Accounts``."""

    @property
    def record_id(self) -> str | None:
        """The key of the record that it is, if it is one."""
        found = _KEY.search(self.path)
        return found[1] if found else None


@dataclass(frozen=True)
class Resource:
    """A resource of Exact Online, about to be read page by page."""

    proxy: Proxy
    path: str
    about: Entity | None
    query: Mapping[str, Any]
    select: str | None
    """What was chosen of its fields, if anything was."""

    def page(self, cursor: Cursor | None, rows: object) -> bytes | None:
        """The next page; the first when no rows came yet, None after the last."""
        if rows is None:
            return self.proxy.page(self.path, self.query)
        return None if cursor is None else self.proxy.follow(cursor.value)


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

    Attributes
    ----------
    clock : Clock
        Exact Online's.
    """

    def __init__(
        self,
        membrane: Membrane,
        connection_id: str,
        *,
        prefix: str,
        division: int | None,
    ) -> None:
        self._membrane = membrane
        self._connection_id = connection_id
        self._prefix = prefix
        self._division = division
        self.clock = Clock()
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
            note_names_in(found, "Me")
        return self._me

    def _first(self, path: str) -> bytes:
        """The first page that is ever asked for, which tells what the prefix is.

        Whether the connector's base address has it already is not known before; so a path that
        is not there is tried once more the other way.
        """
        try:
            return self._page(self._place(path), path)
        except NotFoundError as missing:
            given, self._prefix = self._prefix, "" if self._prefix else _OWN_PREFIX
            try:
                return self._page(self._place(path), path)
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
    def known(self) -> int | None:
        """Code of the administration where it is known without asking."""
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
    def division_in_words(self) -> str:
        """Code and name of the administration."""
        return f"{self.division} {self.division_name}".rstrip()

    def card(self, info: ConnectionInfo, *, read_only: bool) -> Card:
        """The administration, who is signed in, and over which connection."""
        try:
            user = str(self.me.get("FullName") or "")
            division = self.division_in_words
        except ExactnbError as unknown:
            user, division = "unknown", f"unknown: {unknown.message}"
        facts = {
            "Division": division,
            "User": user,
            "Connection": f"{info.name} ({info.id})",
            "Access": "read only" if read_only else "may write",
        }
        return Card(
            "Exact Online administration",
            facts,
            state=info.status.lower().replace("_", " "),
            tone="good" if info.ready else "bad",
            notes=("books.actions() lists what it can do.",),
        )

    def beside(self, division: str) -> Proxy:
        """The way to another administration of the same connection."""
        if not division.isdecimal() or division == str(self._division):
            return self
        other = Proxy(
            self._membrane, self._connection_id, prefix=self._prefix, division=int(division)
        )
        other.clock = self.clock
        return other

    def listen(self) -> None:
        """Hear what time it is at Exact Online, at the cost of a call."""
        self.page("current/Me", {"$select": "CurrentDivision"})

    def target(self, path: str, path_params: Mapping[str, Any] | None = None) -> Target:
        """Where a path leads."""
        placed = self._place(app_path(path, path_params or {})).partition("?")[0]
        found = _PLACED.search(placed)
        return Target(found[1], found[2]) if found else Target(self.told, placed)

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
        """What Exact Online answers; a write is for :class:`exactnb.writes.Writer` to send.

        Raises
        ------
        ExactnbError
            Whatever an answer of 400 or more means; see :func:`exactnb.exact.refusals.refusal`.
        """
        method = verb(method)
        return self._send(
            self._place(path),
            path,
            method=method,
            safe=method in READING,
            query=query,
            headers=headers,
            json=json,
            content=content,
            path_params=path_params,
        )

    def _send(
        self, placed: str, about: str, *, method: str = "GET", safe: bool = True, **parts: Any
    ) -> Response:
        asked = self.clock.now()
        answer = self._membrane.proxy(
            self._connection_id, method, placed, safe=safe, lane=self.lane, **parts
        )
        self.clock.hear(answer.headers, asked)
        if answer.status >= 400:
            raise refusal(answer.status, answer.headers, answer.content, about)
        return answer

    def resource(
        self,
        name: str,
        *,
        select: str | Sequence[str] | None = None,
        expand: str | Sequence[str] | None = None,
        lines: bool = False,
        **options: Any,
    ) -> Resource:
        """A resource by its path or an entity's name, with the options of OData.

        ``lines`` asks for the lines too; the further options are ``filter``, ``orderby`` and
        ``top``, as of :func:`exactnb.exact.odata.query`.
        """
        about = by_resource(name) if "/" in name else entity(name)
        if lines and expand is None and about is not None and about.lines is not None:
            expand = about.lines[0].name
        path = about.resource if about is not None and "/" not in name else name
        chosen = odata.query(about, select=select).get("$select")
        if select is None and about is not None and path.lstrip("/").lower().startswith("bulk/"):
            select = about.values  # which bulk resources cannot do without
        query = odata.query(about, select=select, expand=expand, **options)
        return Resource(self, path, about, query, chosen)

    def page(self, path: str, query: Mapping[str, Any] | None = None) -> bytes:
        """The bytes of a page of records, where nothing at all is not an answer."""
        placed = self._place(path)
        try:
            return self._page(placed, path, query=query)
        except NotFoundError:
            if self._me is not None:
                raise
            given = self._prefix
            with suppress(ExactnbError):
                _ = self.me  # which tells what the prefix is, where a division was given
            if self._prefix == given:
                raise
            return self._page(self._place(path), path, query=query)

    def follow(self, link: str) -> bytes:
        """The page at one of Exact's own links.

        Of the link only the path counts: its host may be one that the proxy does not serve, and
        its prefix one that the connector's base address has already.
        """
        placed = self._prefix + odata.place(link).removeprefix(_OWN_PREFIX)
        return self._page(placed, placed.partition("?")[0])

    def _page(self, placed: str, about: str, **parts: Any) -> bytes:
        answer = self._send(placed, about, check=whole, **parts)
        if not answer.content.strip():
            raise BadAnswerError(
                f"{about}: Exact Online answered {answer.status} with nothing in it",
                hint="Run it again; if it stays so, ask for less at a time.",
                status=answer.status,
            )
        return answer.content

    def usage(self) -> Usage | None:
        """How many calls of this administration were used and are left, if they are counted."""
        return self._membrane.usage(self.lane)

    def _place(self, path: str) -> str:
        # asking for the division asks who is signed in, which is itself outside of one
        division = self.division if odata.needs_division(path) else ""
        return odata.resource_path(path, division, self._prefix)


def verb(method: str) -> str:
    """The method in capitals; InputError if it is none."""
    if method.upper() not in _VERBS:
        raise InputError(f"{method.upper()} is no method", hint=f"There are {', '.join(_VERBS)}.")
    return method.upper()


def decoded(answer: Response) -> Any:
    """The decoded JSON, text if it is not JSON, None if there is nothing."""
    if not answer.content.strip():
        return None
    if "json" in answer.headers.get("content-type", "json"):
        found = answer.json()
        note_names_in(found)
        return found
    return answer.content.decode("utf-8", "replace")
