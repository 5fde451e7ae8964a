"""The ways to read a table from Exact Online, best first, and what each of them asks."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

from exactnb.errors import ExactnbError
from exactnb.exact.entities import Entity, by_resource
from exactnb.exact.odata import literal
from exactnb.frames import Cursor, to_table
from exactnb.local.declarations import TABLES, Declaration
from exactnb.pages import Rows, pull

if TYPE_CHECKING:
    from exactnb.membrane.clock import Clock
    from exactnb.membrane.lanes import Usage

__all__ = ["VERSION", "Chain", "Reader", "Way", "conditions", "ways"]

#: the field that row versions are in
VERSION = "Timestamp"
#: before anybody's first booking
_EVER = dt.datetime(1900, 1, 1)


class Reader(Protocol):
    """Whoever reads an administration of Exact Online; a :class:`~exactnb.proxy.Proxy` does."""

    clock: Clock

    @property
    def division(self) -> int:
        """Code of the administration."""
        ...

    def page(self, path: str, query: Mapping[str, Any] | None = None) -> bytes:
        """The bytes of the first page of a resource."""
        ...

    def follow(self, link: str) -> bytes:
        """The bytes of the page that a page's own link leads to."""
        ...

    def usage(self) -> Usage | None:
        """How many calls were used and are left, if somebody counts them."""
        ...


class Way(NamedTuple):
    """One of the ways to read a table."""

    name: str
    path: str
    by: Literal["version", "modified", "year", "nothing"]
    """What tells its new rows from those that are known."""

    @property
    def gives(self) -> Entity:
        """What comes that way: bulk and sync in larger pages, sync with row versions."""
        found = by_resource(self.path)
        assert found is not None, self.path
        return found

    def select(self, table: Declaration) -> tuple[str, ...]:
        """The fields that are asked for."""
        return (VERSION, *table.select) if self.by == "version" else table.select


def ways(table: Declaration) -> Iterator[Way]:
    """The ways to read a table, best first.

    Sync tells just what changed, 1,000 rows a call, but takes a right of its own; bulk gives
    1,000 too, the plain resource 60. Where a filter on Modified is refused, year by year.
    """
    about = table.entity
    if about.sync:
        yield Way("sync", about.sync, "version")
    open_to_all = [("bulk", about.bulk)] if about.bulk else []
    open_to_all.append(("plain", about.resource))
    for name, path in open_to_all:
        yield Way(name, path or "", "modified" if table.dated else "nothing")
    if table.dated and "FinancialYear" in table.select:
        for name, path in open_to_all:
            yield Way(f"{name} by year", path or "", "year")


def conditions(
    way: Way, table: Declaration, reader: Reader, *, mark: int, since: str | None
) -> list[str]:
    """The filters of the chains that together give a table, or what is new of it.

    Parameters
    ----------
    mark
        The row version after which they begin.
    since
        The moment from which on they begin; None: at the first.
    """
    if way.by == "version":
        return [f"{VERSION} gt {mark}L"]
    if way.by == "modified":
        # mandatory filtering is content with this one, even where it leaves nothing out
        moment = literal(since or _EVER, "DateTime")
        return [f"Modified {'ge' if since else 'gt'} {moment}"]
    if way.by == "year":
        return [f"FinancialYear eq {year}" for year in _years(reader)]
    return [table.filter.format(division=reader.division) or table.everything]


def _years(reader: Reader) -> list[int]:
    """The financial years of the administration: nothing can be booked in another."""
    periods = TABLES["periods"].entity
    chain = Chain(reader, periods.resource, {"$select": "ID,FinYear"})
    found = pull(chain, periods, marked=True)
    if found.stopped is not None:
        raise found.stopped
    years = to_table(found.pages, periods, ["FinYear"])["fin_year"]
    return sorted({int(year) for year in years.to_pylist() if year is not None})


@dataclass(frozen=True)
class Chain:
    """The pages of one resource, one after the other."""

    reader: Reader
    path: str
    query: Mapping[str, str]
    link: str | None = None
    """Where to go on; None: at the beginning."""

    def __call__(self, cursor: Cursor | None, rows: Rows | None) -> bytes | None:
        """The next page; None after the last."""
        if rows is not None:
            return None if cursor is None else self.reader.follow(cursor.value)
        if self.link is not None:
            return self.reader.follow(self.link)
        return self.reader.page(self.path, self.query)

    def total(self) -> int | None:
        """How many rows it has in all, if Exact Online tells."""
        query = {**self.query, "$top": "1", "$inlinecount": "allpages"}
        try:
            return int(json.loads(self.reader.page(self.path, query))["d"]["__count"])
        except (ExactnbError, ValueError, KeyError, TypeError):
            return None  # it is for show only; what is really wrong the next page tells
