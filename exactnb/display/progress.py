"""How far a long read is: shown once it has taken a while, gone when it is done."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["Progress", "clock_time", "progress"]


#: while nobody knows how many rows there are, and when somebody does
_OPEN = "{desc}: {n:,} rows [{elapsed}{postfix}]"
_KNOWN = "{desc}: {n:,} of about {total:,} rows |{bar:20}| [{elapsed}{postfix}]"


class Progress:
    """Counts rows and tells of waits."""

    def __init__(self, bar: Any) -> None:
        self._bar = bar

    def rows(self, count: int, told: str = "") -> None:
        """So many more rows have come; ``told`` is what else there is to say."""
        bar = self._bar
        bar.set_postfix_str(told, refresh=False)
        if bar.total is not None:
            bar.total = max(bar.total, bar.n + count)
        bar.update(count)

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
    bar = _bar_class()(desc=title, unit=" rows", delay=delay, leave=False, bar_format=_OPEN)
    try:
        yield Progress(bar)
    finally:
        bar.close()


def _bar_class() -> Any:
    """A line of text in a terminal; in a notebook the same, in an output that is emptied."""
    from tqdm import tqdm

    shell = sys.modules.get("IPython")
    if shell is None or not hasattr(shell.get_ipython(), "kernel"):
        return tqdm

    class InNotebook(tqdm):  # type: ignore[type-arg]
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
