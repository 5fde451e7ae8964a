"""The governor: what one administration allows, counted here so that no limit is ever hit.

Exact Online asks for one call at a time, allows 60 calls in a clock minute and 5,000 a day for
each administration, and blocks a key after ten errors in an hour on one resource. Its headers
say how much is left, but a service in between may hide them: so calls are counted here, and
headers are obeyed where they come through.
"""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from exactnb.membrane import limits

__all__ = ["SHARED", "Lane", "Lanes", "Usage", "Window"]

#: Answers that Exact counts as errors; a 429 is not one of them.
COUNTED_ERRORS = frozenset({400, 401, 403, 404})
_HOUR = 3600.0
#: Two clocks are never quite the same: seconds that a new window is left to begin.
_MARGIN = 0.1


@dataclass(frozen=True)
class Usage:
    """How many calls were sent to one administration, and how many it allows yet.

    None where there is no limit.
    """

    now: float
    """The moment that it tells of, in seconds of the epoch."""
    calls: int
    """Calls of this process, ever."""
    used: int
    """Those of this clock minute."""
    left: int | None
    """What this minute allows yet."""
    a_minute: int | None
    """What any minute allows."""
    left_today: int | None
    used_today: int = 0

    def ends(self, calls: int, seconds: float) -> float:
        """When so many further calls are over, each taking so long, in seconds of the epoch.

        A minute whose calls are used up is waited out, as :class:`Paced` does; that a day's calls
        may be used up is left out.
        """
        if self.left is None or calls <= self.left:
            return self.now + calls * seconds
        size, turn = self.a_minute or 60, self.now // 60 * 60 + 60
        here = min(self.left, int((turn - self.now) / seconds) + 1) if seconds else self.left
        minutes, rest = divmod(calls - here - 1, size)
        following = max(self.now + here * seconds, turn)
        return following + minutes * max(60.0, size * seconds) + (rest + 1) * seconds


@dataclass
class Window:
    """The calls of one fixed window of the clock, such as 10:00:00–10:01:00.

    What we count and what the service says are kept apart: its words may be about more than
    our own calls, and its window may end at another moment.
    """

    seconds: float
    why: str
    used: int = 0
    end: float = 0.0
    left: int | None = None
    reset: float = 0.0

    def opens(self, limit: int | None, now: float) -> float:
        """The moment from which a call is allowed; ``now`` if it is allowed already."""
        self._turn(now)
        full = limit is not None and self.used >= limit
        ours = self.end + _MARGIN if full else now
        theirs = self.reset + _MARGIN if self.left is not None and self.left <= 0 else now
        return max(now, ours, theirs)

    def count(self, now: float) -> None:
        """One more call was sent."""
        self._turn(now)
        self.used += 1
        if self.left is not None:
            self.left -= 1

    def answered(self, now: float) -> None:
        """The answer came; the service may have counted it in the window that began meanwhile."""
        if now >= self.end:
            self.count(now)

    def hear(self, left: int | None, reset: float | None, now: float) -> None:
        """What the headers of an answer say of this window."""
        self._turn(now)
        if left is not None and (reset is None or reset > now):
            self.left, self.reset = left, self.end if reset is None else reset

    def allows(self, limit: int | None, now: float) -> int | None:
        """How many more calls this window takes; None: no limit is known."""
        self._turn(now)
        ours = None if limit is None else max(0, limit - self.used)
        known = [left for left in (ours, self.left) if left is not None]
        return max(0, min(known)) if known else None

    def learn(self, used: int, then: float) -> None:
        """Somebody else counted so many calls up to that moment, ours among them."""
        if then >= self.end:
            self._turn(then)
        if then >= self.end - self.seconds:
            self.used = max(self.used, used)

    def _turn(self, now: float) -> None:
        if not self.end - self.seconds <= now < self.end:  # over, or the clock was set back
            self.used = 0
            self.end = (now // self.seconds + 1) * self.seconds
        if now >= self.reset:
            self.left = None


@dataclass
class Lane:
    """One administration: whose turn it is, and what has been used of its limits.

    All but ``turn`` is read and changed only by whoever has the turn.
    """

    turn: threading.Lock = field(default_factory=threading.Lock)
    minute: Window = field(default_factory=lambda: Window(60, "calls of this minute"))
    day: Window = field(default_factory=lambda: Window(86_400, "calls of today (UTC)"))
    calls: int = 0
    blocked: float = 0.0
    last: float = float("-inf")
    errors: dict[str, deque[tuple[float, int]]] = field(default_factory=lambda: defaultdict(deque))

    def errors_in_hour(self, resource: str, now: float) -> deque[tuple[float, int]]:
        """Moment and status of each error of the last hour on a resource, oldest first."""
        found = self.errors[resource]
        while found and found[0][0] <= now - _HOUR:
            found.popleft()
        return found

    def spaced(self, gap: float, now: float) -> float:
        """From when a call is allowed that keeps its distance from the one before."""
        return min(self.last, now) + gap

    def sent(self, now: float) -> None:
        """A call goes out."""
        self.minute.count(now)
        self.day.count(now)
        self.calls += 1
        self.last = now

    def usage(self, a_minute: int | None, a_day: int | None, now: float) -> Usage:
        """What was used, and what is left of such limits."""
        left, today = self.minute.allows(a_minute, now), self.day.allows(a_day, now)
        return Usage(now, self.calls, self.minute.used, left, a_minute, today, self.day.used)

    def learn(self, usage: Usage) -> None:
        """What another process used, which counts here too."""
        self.minute.learn(usage.used, usage.now)
        self.day.learn(usage.used_today, usage.now)

    def answered(self, resource: str, status: int, headers: Mapping[str, str], now: float) -> None:
        """Its answer came."""
        for window, name in ((self.minute, limits.MINUTE), (self.day, limits.DAY)):
            window.answered(now)
            window.hear(limits.remaining(headers, name), limits.moment(headers, name, now), now)
        if status in COUNTED_ERRORS:
            self.errors_in_hour(resource, now).append((now, status))
        if status == 429:
            said = limits.retry_at(headers, now)
            # where headers are hidden there is no other sign: the minute is full
            self.blocked = (said if said is not None and said > now else self.minute.end) + _MARGIN


class Lanes:
    """The lanes of a service by name: whoever asks for the same name gets the same lane."""

    def __init__(self) -> None:
        self._lanes: dict[str, Lane] = {}
        self._lock = threading.Lock()

    def lane(self, name: str) -> Lane:
        """The lane of that name."""
        with self._lock:
            return self._lanes.setdefault(name, Lane())


#: The lanes of this process: two connections to one administration count together.
SHARED = Lanes()
