"""How far a refresh is: rows, calls used and left, and when it will end."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from exactnb.display.progress import Progress, clock_time

if TYPE_CHECKING:
    from exactnb.membrane.lanes import Usage

__all__ = ["Tally"]

#: calls by whose pace the end is told
_LAST = 15


class Tally:
    """Shows of each table how far it is.

    Parameters
    ----------
    bar
        Where it is shown.
    usage
        How many calls were used and are left, if they are counted.
    """

    def __init__(self, bar: Progress, usage: Callable[[], Usage | None]) -> None:
        self.bar = bar
        self._usage = usage
        self._first = usage()

    def begin(self, title: str, size: int) -> None:
        """Another table begins, of so many rows a page."""
        self.bar.begin(title)
        self._size, self._rows, self._total = size, 0, None
        self._moments: deque[float] = deque(maxlen=_LAST + 1)

    _total: int | None = None

    def of(self, total: int) -> None:
        """So many rows there are, about."""
        self._total = total
        self.bar.of(total)

    def page(self, rows: int) -> None:
        """A page of so many rows came."""
        self._rows += rows
        self.bar.rows(rows, self._told(self._usage()))

    @property
    def calls(self) -> int | None:
        """Calls since it began; None where nobody counts."""
        now = self._usage()
        return None if now is None or self._first is None else now.calls - self._first.calls

    def _told(self, usage: Usage | None) -> str:
        if usage is None:
            return ""
        self._moments.append(usage.now)
        said = [f"{usage.used:,} calls this minute"]
        if usage.left is not None:
            said.append(f"{usage.left:,} left")
        if usage.left_today is not None:
            said.append(f"{usage.left_today:,} left today")
        end = self._end(usage)
        return ", ".join(said) + (f"; until about {clock_time(end)}" if end is not None else "")

    def _end(self, usage: Usage) -> float | None:
        """When this table is done, if that can be told."""
        times = list(self._moments)
        if self._total is None or len(times) < 2:
            return None
        # waits for the next minute are few among them, so the middle one is a call's own time
        each = median(b - a for a, b in pairwise(times))
        return usage.ends(-(-max(0, self._total - self._rows) // self._size), each)
