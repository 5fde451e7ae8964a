"""How far a long read is: shown once it has taken a while, gone when it is done."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["Progress", "progress"]


class Progress:
    """Counts rows and tells of waits."""

    def __init__(self, bar: Any) -> None:
        self._bar = bar

    def rows(self, count: int) -> None:
        """So many more rows have come."""
        self._bar.set_postfix_str("", refresh=False)
        self._bar.update(count)

    def waiting(self, until: float, why: str) -> None:
        """The next call has to wait until that moment, in seconds of the epoch."""
        moment = dt.datetime.fromtimestamp(until).strftime("%H:%M:%S")
        self._bar.set_postfix_str(f"waiting until {moment}: {why}")


@contextmanager
def progress(title: str, delay: float) -> Iterator[Progress]:
    """A progress that appears after ``delay`` seconds and leaves nothing behind."""
    bar = _bar_class()(desc=title, unit=" rows", delay=delay, leave=False)
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
