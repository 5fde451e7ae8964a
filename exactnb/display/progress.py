"""How far a long read is: shown once it has taken a while, gone when it is done."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from exactnb.threads import there_are_threads

__all__ = ["Heed", "Progress", "clock_time", "in_notebook", "progress", "quietly", "steps"]

#: told how many rows have come; it stops the read by raising KeyboardInterrupt
Heed = Callable[[int], None]

#: while nobody knows how many rows there are, and when somebody does
_OPEN = "{desc}: {n:,} rows [{elapsed}{postfix}]"
_KNOWN = "{desc}: {n:,} of about {total:,} rows |{bar:20}| [{elapsed}{postfix}]"
_STEPS = "{desc}: {n:,} of {total:,} |{bar:20}| [{elapsed}{postfix}]"

_heed: ContextVar[Heed | None] = ContextVar("exactnb_heed", default=None)


class Progress:
    """Counts rows and tells of waits."""

    def __init__(self, bar: Any, heed: Heed | None = None) -> None:
        self._bar = bar
        self._heed = heed

    def rows(self, count: int, told: str = "") -> None:
        """So many more rows have come; ``told`` is what else there is to say."""
        bar = self._bar
        bar.set_postfix_str(told, refresh=False)
        if bar.total is not None:
            bar.total = max(bar.total, bar.n + count)
        bar.update(count)
        if self._heed is not None:
            self._heed(count)

    def of(self, total: int) -> None:
        """How many rows there are, about, the ones that came already among them."""
        self._bar.bar_format = _KNOWN
        self._bar.total = max(total, self._bar.n)

    def begin(self, title: str) -> None:
        """From here on rows of something else are counted."""
        bar = self._bar
        bar.bar_format, bar.total, bar.n, bar.last_print_n = _OPEN, None, 0, 0
        bar.set_description_str(title, refresh=False)

    def waiting(self, until: float, why: str) -> None:
        """The next call has to wait until that moment, in seconds of the epoch."""
        self.say(f"waiting until {clock_time(until)}: {why}")

    def say(self, told: str) -> None:
        """Tell of something now."""
        self._bar.set_postfix_str(told)


def clock_time(moment: float) -> str:
    """A moment of today as the clock here shows it."""
    return dt.datetime.fromtimestamp(moment).strftime("%H:%M:%S")


@contextmanager
def progress(title: str, delay: float) -> Iterator[Progress]:
    """A progress that appears after ``delay`` seconds and leaves nothing behind."""
    heed = _heed.get()
    how = {"bar_format": _OPEN, "disable": heed is not None}
    with _bar(desc=title, unit=" rows", delay=delay, **how) as bar:
        yield Progress(bar, heed)


@contextmanager
def steps(title: str, count: int, delay: float) -> Iterator[Progress]:
    """A progress of so many steps, each of them a "row"."""
    with _bar(desc=title, total=count, delay=delay, bar_format=_STEPS) as bar:
        yield Progress(bar)


@contextmanager
def quietly(heed: Heed) -> Iterator[None]:
    """In this block no progress is shown: what comes is told to ``heed`` instead."""
    before = _heed.set(heed)
    try:
        yield
    finally:
        _heed.reset(before)


@contextmanager
def _bar(**how: Any) -> Iterator[Any]:
    bar = _bar_class()(leave=False, **how)
    try:
        yield bar
    finally:
        bar.close()


def in_notebook() -> bool:
    """Whether what is displayed becomes an output of a notebook."""
    shell = sys.modules.get("IPython")
    return shell is not None and hasattr(shell.get_ipython(), "kernel")


def _bar_class() -> Any:
    """A line of text in a terminal; in a notebook the same, in an output that is emptied."""
    from tqdm import tqdm

    class Bar(tqdm):  # type: ignore[type-arg]
        monitor_interval = tqdm.monitor_interval if there_are_threads() else 0

    if not in_notebook():
        return Bar

    class InNotebook(Bar):
        """No widget: its text would stay in the saved notebook."""

        shown: Any = None

        def display(self, msg: str | None = None, pos: int | None = None) -> None:
            from IPython.display import display

            said = {"text/plain": str(self) if msg is None else msg}
            if self.shown is not None:
                self.shown.update(said, raw=True)
            elif said["text/plain"]:
                self.shown = display(said, raw=True, display_id=True)

    return InNotebook
