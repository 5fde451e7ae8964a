"""One table, from Exact Online into a store: the way that is open, from where on, page by page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from exactnb.errors import AccessError, ExactnbError
from exactnb.exact.moments import wall
from exactnb.frames import Page, to_table
from exactnb.local.declarations import Declaration
from exactnb.local.refusals import Closed, Refusals, refuses
from exactnb.local.tally import Tally
from exactnb.local.ways import VERSION, Chain, Reader, Way, conditions, ways
from exactnb.pages import turn

if TYPE_CHECKING:
    from exactnb.store import Piece, TableState
    from exactnb.store.writer import Writer

__all__ = ["Course", "Puller"]

#: pages that are kept in one piece, so what a killed process loses at most
_PIECE = 20
#: pages after which it is worth a call to know how many there are
_LONG = 8
#: by how much the clock on Exact's wall may be off, in a country of another zone
_OFF = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Course:
    """Where a pull is; kept beside its rows, so that any process can go on from there."""

    way: str
    select: list[str]
    full: bool
    """Whether what comes is all there is, and will replace what was there."""
    begun: float
    """The moment, by Exact's clock, before which nothing is missing once it is done."""
    mark: int | None = None
    """The highest row version that is known."""
    since: str | None = None
    """The moment from which on rows were asked for."""
    moved: str = ""
    """When the administration was moved; its row versions are of since then."""
    deleted: int = 1
    """The row version after which deletions are not known."""
    leg: int = 0
    """Which of its chains it is in …"""
    link: str | None = None
    """… and where in that it goes on."""

    @property
    def known(self) -> str:
        """The moment from which on to ask next time, on Exact's wall."""
        return (wall(self.begun) - _OFF).isoformat(timespec="seconds")


class Puller:
    """Pulls tables into a store.

    Parameters
    ----------
    reader, writer
        From where, and where to.
    tally
        Told of each page.
    refusals
        What is known to be closed; what turns out to be is added.
    deleted
        Gives the row version after which deletions have to be looked at, if a pull of everything
        begins now.
    moved
        When the administration was last moved, as far as is known.

    Attributes
    ----------
    moved : str
        The same; what is of before is read anew.
    """

    def __init__(
        self,
        reader: Reader,
        writer: Writer,
        tally: Tally,
        refusals: Refusals,
        deleted: Callable[[], int],
        moved: str,
    ) -> None:
        self.moved = moved
        self._reader = reader
        self._writer = writer
        self._tally = tally
        self._refusals = refusals
        self._deleted = deleted

    def pull(self, table: Declaration, *, full: bool) -> Course:
        """The end of the pull of a table, whose rows are pending in the store then.

        It takes up one that was stopped, if that fits.

        Parameters
        ----------
        full
            Everything, whatever is there already.

        Raises
        ------
        AccessError
            It is closed in every way.
        """
        for way in ways(table):
            if f"{table.name} {way.name}" in self._refusals:
                continue
            try:
                return self._by(way, table, full=full)
            except Closed as closed:
                self._refusals.note(f"{table.name} {way.name}", closed.why)
        self._writer.discard(table.name)
        raise AccessError(
            f"Exact Online does not let this login read {table.entity.name}: "
            f"{self._refusals.why(f'{table.name} ')}",
            hint="Ask for the right (scope) to read it. It is asked for again after a day, or "
            f"when you name it: books.refresh({table.name!r}).",
        )

    def _by(self, way: Way, table: Declaration, *, full: bool) -> Course:
        kept = self._writer.state.tables.get(table.name)
        course = self._left(kept, way, table, full=full)
        if course is not None:
            try:
                return self._follow(course, way, table)
            except Closed:
                if way.by == "version":
                    raise
                # the link leads nowhere any more: anew, as it was begun
                full = full or course.full
        self._writer.discard(table.name)
        return self._follow(self._begin(kept, way, table, full=full), way, table)

    def _left(
        self, kept: TableState | None, way: Way, table: Declaration, *, full: bool
    ) -> Course | None:
        """Where a pull is that was stopped, if it can go on."""
        if kept is None or not kept.pending_meta:
            return None
        course = Course(**kept.pending_meta)
        fits = (course.way, course.moved) == (way.name, self.moved)
        whole = {*table.select} <= {*course.select} and course.full >= full
        return course if fits and whole else None

    def _begin(
        self, kept: TableState | None, way: Way, table: Declaration, *, full: bool
    ) -> Course:
        """Where a new pull begins: at what is known, or at nothing."""
        known: Mapping[str, Any] = kept.meta if kept is not None and kept.files else {}
        mark, since = known.get("mark"), known.get("known")
        start = {"version": mark, "modified": since}.get(way.by)
        full = (
            full
            or start is None
            or known.get("moved") != self.moved
            or not {*table.select} <= {*known.get("select", ())}
        )
        now = self._reader.clock.now()
        deleted = known.get("deleted") if not full else None
        if deleted is None:
            deleted = 1 if table.deleted is None else self._deleted()
        return Course(
            way.name,
            list(table.select),
            full,
            begun=self._reader.clock.at_least(now),
            mark=None if full else mark,
            since=None if full else since,
            moved=self.moved,
            deleted=deleted,
        )

    def _follow(self, course: Course, way: Way, table: Declaration) -> Course:
        """The course at its end.

        Raises
        ------
        Closed
            The first thing that was asked for was refused.
        """
        self._tally.begin(table.name, way.gives.page)
        # where a page ended, rows of the same version may have been left out
        resumed = course.mark is not None and bool(self._pending(table))
        mark = (course.mark or 1) - resumed
        select = ",".join(way.select(table))
        try:
            filters = conditions(way, table, self._reader, mark=mark, since=course.since)
        except ExactnbError as error:
            if refuses(error):
                raise Closed(error) from error
            raise
        for leg in range(course.leg, len(filters)):
            query = {"$select": select, "$filter": filters[leg]}
            query = {name: text for name, text in query.items() if text}
            link = course.link if leg == course.leg and way.by != "version" else None
            chain = Chain(self._reader, way.path, query, link)
            course = self._read(chain, replace(course, leg=leg, link=link), way, table)
        if course.full and not self._pending(table):  # that there is nothing is an answer too
            course = self._keep(course, [], way, table)
        return course

    def _read(self, chain: Chain, course: Course, way: Way, table: Declaration) -> Course:
        """The course at the end of a chain; also on the way to an error its pages are kept."""
        batch: list[Page] = []
        pages = 0
        before = sum(p.rows for p in self._pending(table)) if chain.link is not None else 0
        try:
            for page in turn(chain, way.gives, marked=True):
                batch.append(page)
                pages += 1
                self._tally.page(page.count)
                if pages == _LONG and page.cursor is not None and (total := chain.total()):
                    self._tally.of(total - before)
                if len(batch) == _PIECE:
                    course, batch = self._keep(course, batch, way, table), []
        except ExactnbError as error:
            if refuses(error) and not pages and (course.leg == 0 or chain.link is not None):
                raise Closed(error) from error
            raise
        finally:
            if batch:
                course = self._keep(course, batch, way, table)
        return course

    def _keep(self, course: Course, pages: list[Page], way: Way, table: Declaration) -> Course:
        """The course after these pages, which are on disk then."""
        rows = to_table(pages, way.gives, way.select(table))
        if way.by == "version" and (highest := pc.max(rows[VERSION.lower()]).as_py()) is not None:
            course = replace(course, mark=max(int(highest), course.mark or 0))
        if pages and way.by != "version":  # which goes on by its mark
            at = pages[-1].cursor
            course = replace(
                course,
                leg=course.leg + (at is None),
                link=None if at is None else at.value,
            )
        if rows.num_rows or course.full:
            self._writer.keep(table.name, rows, table.shape, **asdict(course))
        return course

    def _pending(self, table: Declaration) -> tuple[Piece, ...]:
        kept = self._writer.state.tables.get(table.name)
        return kept.pending if kept is not None else ()
