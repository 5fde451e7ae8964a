"""What a portfolio is made of: administrations, open already or to be opened by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from exactnb.connection import Connection
from exactnb.errors import InputError
from exactnb.opening import reach, reopen
from exactnb.settings import Settings

if TYPE_CHECKING:
    from exactnb.membrane.lanes import Usage
    from exactnb.membrane.models import ConnectionInfo

__all__ = ["Item", "Member", "Place", "members", "used"]

#: a connection, open already or by its id, key or name; alone, or with the code of a division
Item = Connection | str | tuple[Connection | str, int]


class Place(NamedTuple):
    """Where an administration is, which takes a call or two to know."""

    info: ConnectionInfo
    division: int
    usage: Usage | None = None
    """The calls that were used of it there."""


@dataclass(frozen=True)
class Member:
    """One administration of a portfolio.

    It travels to the worker that refreshes it, and the token with it (see ``opening.reopen``).

    Parameters
    ----------
    name
        What it is called here; no other member is called so.
    connection
        An open one, or the id, key or name of one.
    division
        Code of the administration; None: the one that the connection looks at.
    settings
        Those by which it is opened.
    lent
        Whether the connection is also somebody else's: not so after it has travelled.
    usage
        The calls that were used of it where it was before it travelled; they count here too.
    """

    name: str
    connection: Connection | str
    division: int | None = None
    settings: Settings = field(default_factory=Settings.load, repr=False)
    lent: bool = field(default=True, repr=False)
    usage: Usage | None = field(default=None, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        usage = None if isinstance(self.connection, str) else used(self.open())
        return {**self.__dict__, "lent": False, "usage": usage}

    @property
    def key(self) -> tuple[str, str, int | None]:
        """The same for the same administration, as far as it is known without asking."""
        if isinstance(self.connection, str):
            return self.settings.api_url, self.connection, self.division
        known = self.connection._proxy.known if self.division is None else self.division
        return self.settings.api_url, self.connection.info.id, known

    @property
    def words(self) -> str:
        """The connection in words."""
        return self.connection if isinstance(self.connection, str) else self.connection.info.name

    def open(self) -> Connection:
        """The connection, looking at this administration.

        Raises
        ------
        ExactnbError
            It cannot be opened, as :func:`exactnb.connect` says.
        """
        books = self.connection
        if isinstance(books, str):
            return reach(self.settings, books, division=self.division)
        if self.division is not None:
            books = books.beside(self.division)
        if self.usage is not None:
            books.membrane.learn(books._proxy.lane, self.usage)
        return books

    @contextmanager
    def opened(self) -> Iterator[Connection]:
        """The same for as long as the block lasts; its sockets are closed if nobody else's."""
        books = self.open()
        try:
            yield books
        finally:
            if isinstance(self.connection, str) or not self.lent:
                books.membrane.close()

    def at(self, place: Place) -> Member:
        """The same one, now that it is known where it is: opening it asks nothing any more."""
        books = self.connection
        if isinstance(books, str):
            books = reopen(self.settings, place.info, place.division, True)
        return replace(self, connection=books, division=place.division, usage=place.usage)


def used(books: Connection) -> Usage | None:
    """The calls that were used of an administration, as far as this process knows."""
    return books.membrane.usage(books._proxy.lane)


def members(items: Connection | Iterable[Item]) -> list[Member]:
    """The members of a portfolio: the items, or every division of one connection.

    Raises
    ------
    InputError
        Nothing, something else, or the same administration twice; all that is wrong is named.
    """
    if isinstance(items, Connection):
        found = items.divisions()
        every = zip(found["code"], found["description"], strict=True)
        made = [_member((items, int(code)), str(name)) for code, name in every]
    else:
        given = [] if isinstance(items, str) else list(items)
        wrong = [(n, item) for n, item in enumerate(given) if not _fits(item)]
        if wrong or not given:
            raise InputError(
                "A portfolio is made of connections: "
                + (", ".join(f"{item!r} is none" for _, item in wrong) or "no list of them"),
                hint="Give a list of open connections, of their ids or names, or of "
                "(connection, division) pairs; or one open connection, for all its divisions.",
                problems=[((n,), "is no connection") for n, _ in wrong],
            )
        made = [_member(item) for item in given]
    named = _told_apart(made)
    _refuse_twice(named)
    return named


def _fits(item: Any) -> bool:
    if isinstance(item, tuple):
        return len(item) == 2 and _fits(item[0]) and type(item[1]) is int
    return isinstance(item, Connection) or (isinstance(item, str) and bool(item.strip()))


def _member(item: Item, name: str | None = None) -> Member:
    connection, division = item if isinstance(item, tuple) else (item, None)
    settings = Settings.load() if isinstance(connection, str) else connection.settings
    made = Member(name or "", connection, division, settings)
    called = made.words if division is None else f"{made.words} {division}"
    return made if name else replace(made, name=called)


def _told_apart(made: Sequence[Member]) -> list[Member]:
    """The members, each with a name of its own."""
    names = Counter(member.name for member in made)
    apart, seen = [], Counter[str]()
    for member in made:
        name = member.name
        if names[name] > 1:
            name += f" ({' '.join(str(part) for part in member.key[1:] if part)})"
        seen[name] += 1
        if seen[name] > 1:  # one id in two worlds
            name += f" #{seen[name]}"
        apart.append(replace(member, name=name))
    return apart


def _refuse_twice(made: Sequence[Member]) -> None:
    first: dict[Any, Member] = {}
    twice = []
    for n, member in enumerate(made):
        if first.setdefault(member.key, member) is not member:
            twice.append((n, member))
    if twice:
        raise InputError(
            "An administration is in a portfolio once: "
            + ", ".join(f"{first[member.key].name} was given again" for _, member in twice),
            hint="Leave out what is there twice.",
            problems=[((n,), "is there already") for n, _ in twice],
        )
