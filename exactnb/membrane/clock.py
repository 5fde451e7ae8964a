"""What another clock says, by the ``Date`` of the answers that come from there."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime

__all__ = ["Clock"]

#: seconds that clocks may differ where nothing was heard: machines keep theirs right
_UNHEARD = 120.0


class Clock:
    """How far the clock of a service is ahead of ours.

    A ``Date`` is in whole seconds and was written some time between question and answer, so
    each gives a range; what several have in common is narrower.

    Parameters
    ----------
    clock
        Our own: seconds since 1970.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.now = clock
        self._least: float | None = None
        self._most = 0.0

    @property
    def heard(self) -> bool:
        """Whether the service told its time."""
        return self._least is not None

    def hear(self, headers: Mapping[str, str], asked: float) -> None:
        """Take in the ``Date`` of an answer to what was asked at that moment of ours."""
        try:
            said = parsedate_to_datetime(headers.get("date", "")).timestamp()
        except ValueError:
            return
        least, most = said - self.now(), said + 1 - asked
        if self._least is not None and self._least <= most and least <= self._most:
            least, most = max(least, self._least), min(most, self._most)
        # else one of the clocks was set since, and the newest answer counts
        self._least, self._most = least, most

    def at_least(self, moment: float) -> float:
        """The earliest that it can have been there at a moment of ours."""
        return moment - _UNHEARD if self._least is None else moment + self._least
