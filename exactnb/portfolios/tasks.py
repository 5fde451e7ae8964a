"""One task for every administration of a portfolio, side by side on any executor."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    Executor,
    Future,
    wait,
)
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from exactnb.display.progress import Heed, quietly, steps
from exactnb.errors import ExactnbError
from exactnb.ledger.making import LINES
from exactnb.portfolios.members import Member, Place, used
from exactnb.threads import pool

if TYPE_CHECKING:
    from exactnb.local.refreshed import Refreshed

__all__ = ["Outcome", "Refresh", "Stopped", "in_a_line", "side_by_side"]

#: seconds after which the bar shows that time passes
_TICK = 1.0
#: seconds that are left to threads to stop: one may be waiting for a call, or for its turn
_PATIENCE = 10.0


class Outcome(NamedTuple):
    """What became of one administration."""

    ok: bool
    """Whether its refresh came to its end."""
    why: str = ""
    """What went wrong, and what to do."""
    place: Place | None = None
    rows: int | None = None
    calls: int | None = None
    seconds: float | None = None
    as_of: str = ""


_CANCELLED = Outcome(False, "The refresh was stopped before this one was in → refresh again")
_GOES_ON = Outcome(
    False, "The refresh was stopped, this one goes on by itself → refresh again later"
)


class Stopped(KeyboardInterrupt):
    """Someone pressed Ctrl-C; ``outcomes`` has one for each member nevertheless."""

    def __init__(self, outcomes: Sequence[Outcome]) -> None:
        super().__init__()
        self.outcomes = outcomes


def _unheeded(rows: int) -> None:
    """Where nobody can be told of the rows that come."""


@dataclass(frozen=True)
class Refresh:
    """Brings an administration up to date, wherever it is called.

    ``tables`` and ``full`` are those of ``books.refresh``; ``heed`` is told of the rows as they
    come.
    """

    tables: tuple[str, ...] = ()
    full: bool = False
    heed: Heed = field(default=_unheeded, repr=False)

    def __call__(self, member: Member) -> Outcome:
        """What became of it; whatever goes wrong is told in there."""
        began, place = time.monotonic(), None
        try:
            with quietly(self.heed), member.opened() as books:
                place = Place(books.info, books.division)
                try:
                    done = books.refresh(*self.tables, full=self.full)
                finally:
                    place = place._replace(usage=used(books))
            tables = [done.tables.get(name) for name in self.tables or (LINES,)]
            rows = sum(table.rows for table in tables if table is not None)
            outcome = Outcome(True, self._told(done), place, rows, done.calls, as_of=done.as_of)
        except (Exception, KeyboardInterrupt) as error:
            outcome = Outcome(False, in_a_line(error), place)
        return outcome._replace(seconds=time.monotonic() - began)

    def _told(self, done: Refreshed) -> str:
        """What to beware of although it came to its end."""
        refused = {
            name: why
            for name in self.tables
            if name not in done.tables
            for what, why in done.refused.items()
            if what.startswith(f"{name} ")
        }
        said = [*done.notes, *(f"{name} was refused: {why}" for name, why in refused.items())]
        return " ".join("; ".join(said).split())


def side_by_side(
    task: Refresh,
    members: Sequence[Member],
    executor: Executor | None,
    *,
    workers: int,
    delay: float,
) -> list[Outcome]:
    """What became of each member, in their order.

    Parameters
    ----------
    executor
        Where the tasks run, one for a member; it is left open. None: so many threads as there
        are ``workers``, which stop soon after Ctrl-C.
    delay
        Seconds after which a bar appears.

    Raises
    ------
    Stopped
        Someone pressed Ctrl-C. What had not begun never will.
    """
    if executor is not None:
        return _gather(task, members, executor, delay, None)
    stop = threading.Event()

    def heed(rows: int) -> None:
        if stop.is_set():
            raise KeyboardInterrupt  # as if it was pressed there: a read keeps what came

    threads = pool(workers)
    try:
        return _gather(replace(task, heed=heed), members, threads, delay, stop)
    finally:
        threads.shutdown(wait=False)


def _gather(
    task: Refresh,
    members: Sequence[Member],
    executor: Executor,
    delay: float,
    stop: threading.Event | None,
) -> list[Outcome]:
    outcomes = [_CANCELLED] * len(members)
    futures: dict[Future[Outcome], int] = {}
    try:
        for place, member in enumerate(members):
            try:
                futures[executor.submit(task, member)] = place
            except Exception as error:  # it cannot travel, or the executor is shut down
                outcomes[place] = Outcome(False, in_a_line(error))
        left, failed = set(futures), len(members) - len(futures)
        with steps("Portfolio", len(members), delay) as bar:
            bar.rows(failed)
            while left:
                done, left = wait(left, timeout=_TICK, return_when=FIRST_COMPLETED)
                for future in done:
                    outcomes[futures[future]] = outcome = _outcome(future)
                    failed += not outcome.ok
                told = f"{failed:,} failed" if failed else ""
                bar.rows(len(done), told)
                bar.say(told)  # and so, also where none is done, that time passes
    except KeyboardInterrupt:
        begun = [future for future in futures if not future.cancel()]
        if stop is not None:
            stop.set()
            wait(begun, timeout=_PATIENCE)
        for future in begun:
            outcomes[futures[future]] = _outcome(future) if future.done() else _GOES_ON
        raise Stopped(outcomes) from None
    return outcomes


def _outcome(future: Future[Outcome]) -> Outcome:
    """What a task gave, or what happened to it where it ran."""
    if future.cancelled():
        return _CANCELLED
    error = future.exception()
    return future.result() if error is None else Outcome(False, in_a_line(error))


def in_a_line(error: BaseException) -> str:
    """What happened and what to do, as one line; an error of exactnb behind it tells that best."""
    told: BaseException | None = error
    while told is not None and not isinstance(told, ExactnbError):
        told = told.__cause__ or told.__context__
    return " ".join(str(told or f"{type(error).__name__}: {error}").split())
