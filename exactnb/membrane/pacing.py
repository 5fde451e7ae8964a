"""Patience and manners around any transport: retries for reads, and the governor's limits."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from exactnb.errors import BadAnswerError, RateLimitError, ServerError
from exactnb.membrane import limits
from exactnb.membrane.lanes import Lane, Lanes, Usage
from exactnb.membrane.transport import Request, Response, Transport
from exactnb.settings import Settings

__all__ = ["OnWait", "Paced", "watching"]

#: Told until when (seconds of the epoch) and why the next call has to wait.
OnWait = Callable[[float, str], None]

_PASSING = frozenset({429, 502, 503, 504})
_watcher: ContextVar[OnWait | None] = ContextVar("exactnb_on_wait", default=None)


@contextmanager
def watching(on_wait: OnWait) -> Iterator[None]:
    """Tell ``on_wait(until, why)`` of each wait in this block, such as to show it in a bar."""
    before = _watcher.set(on_wait)
    try:
        yield
    finally:
        _watcher.reset(before)


class Paced:
    """A transport that waits its turn, keeps within the limits and repeats reads that failed.

    Parameters
    ----------
    transport
        What sends.
    settings
        Limits, retries and back-off.
    clock, sleep, jitter
        Seconds of the epoch, how to wait, and a random number from 0 to 1.
    on_wait
        Told of waits where no :func:`watching` block is.
    lanes
        Where calls are counted; by default where the transport says.
    gentle
        Spread the calls evenly over the minute, as Exact advises, rather than spend them first.
    """

    def __init__(
        self,
        transport: Transport,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
        on_wait: OnWait | None = None,
        lanes: Lanes | None = None,
        gentle: bool = False,
    ) -> None:
        self._transport = transport
        self._settings = settings
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter
        self._on_wait = on_wait
        self.lanes = transport.lanes if lanes is None else lanes
        self._gap = 60 / (settings.calls_a_minute or 60) if gentle else 0.0

    def __repr__(self) -> str:
        return f"Paced({self._transport!r})"

    def send(self, request: Request) -> Response:
        """The answer; a read is asked again while the trouble may pass, a write never.

        Trouble that may pass is no answer, one of 429, 502, 503 or 504, and one that
        ``request.check`` finds broken.

        Raises
        ------
        RateLimitError
            If the wait would be longer than ``settings.longest_wait``, as when the calls of the
            day are used up; or if so many errors came within an hour that the next ones could
            block the key. ``retry_at`` says until when.
        ServerError
            If no answer came, after all retries.
        """
        tries = self._settings.retries if request.safe else 0
        for failed in range(tries + 1):
            last = failed == tries
            try:
                answer = self._in_turn(request)
            except ServerError as error:
                # a service that was silent for a minute is asked once more, not four times
                if last or (getattr(error, "timed_out", False) and failed):
                    raise
                until, why = self._back_off(failed), f"{error.message}; trying again"
            else:
                status = limits.status_behind(answer.status, answer.content)
                broken = None if last else _broken(request, answer)
                if broken is not None:
                    until, why = self._back_off(failed), f"{broken}; trying again"
                elif last or status not in _PASSING:
                    return answer
                else:
                    until, why = self._told(request, answer, status, failed)
                if until - self._clock() > self._settings.longest_wait:
                    return answer
            self._wait(until, why)
        raise AssertionError("the last try returns or raises")

    def usage(self, lane: str) -> Usage:
        """How many calls of a lane were used, and how many are left."""
        given = self._settings
        found = self._lane(lane)
        with found.turn:
            return found.usage(given.calls_a_minute, given.calls_a_day, self._clock())

    def learn(self, lane: str, usage: Usage) -> None:
        """What another process used of a lane, which counts here too."""
        found = self._lane(lane)
        with found.turn:
            found.learn(usage)

    def close(self) -> None:
        """Let go of sockets."""
        self._transport.close()

    # -- the governor

    def _in_turn(self, request: Request) -> Response:
        """Send when the request's lane allows, and nobody else is on it."""
        if request.lane is None:
            return self._transport.send(request)
        lane = self._lane(request.lane)
        resource = request.resource or request.path
        while True:
            with lane.turn:
                now = self._clock()
                until, why = self._allowed(lane, resource, now)
                if until <= now:
                    return self._count(lane, resource, request)
            if until - now > self._settings.longest_wait:
                raise RateLimitError(
                    f"The {why} are used up, until {_moment(until)}",
                    hint="Run it again after that; a smaller selection needs fewer calls.",
                    retry_at=until,
                )
            self._wait(until, f"the {why} are used up")

    def _lane(self, name: str) -> Lane:
        return self.lanes.lane(f"{self._settings.api_url} {name}")

    def _allowed(self, lane: Lane, resource: str, now: float) -> tuple[float, str]:
        """From when the lane allows a call, and what holds it up until then."""
        given = self._settings
        errors = lane.errors_in_hour(resource, now)
        if len(errors) >= given.errors_an_hour:
            until = errors[0][0] + 3600
            statuses = ", ".join(map(str, sorted({status for _, status in errors})))
            raise RateLimitError(
                f"{len(errors)} calls of {resource} failed within an hour (status {statuses}). "
                "Exact Online blocks a key at ten, so no more are sent",
                hint="Look at those errors first: the same call will fail again. Calls of it are "
                f"sent again from {_moment(until)}.",
                retry_at=until,
            )
        return max(
            (lane.minute.opens(given.calls_a_minute, now), lane.minute.why),
            (lane.day.opens(given.calls_a_day, now), lane.day.why),
            (lane.blocked, "calls that the service allows"),
            (lane.spaced(self._gap, now), "calls of this moment"),
        )

    def _count(self, lane: Lane, resource: str, request: Request) -> Response:
        lane.sent(self._clock())
        answer = self._transport.send(request)
        status = limits.status_behind(answer.status, answer.content)
        lane.answered(resource, status, answer.headers, self._clock())
        return answer

    # -- waiting

    def _told(
        self, request: Request, answer: Response, status: int, failed: int
    ) -> tuple[float, str]:
        """Until when to wait after an answer that asks for it."""
        said = limits.retry_at(answer.headers, self._clock())
        why = f"the service answered {status}; trying again"
        if status != 429:
            # of limits, only those of the headers that are about this answer
            said = said if "retry-after" in answer.headers else None
        elif request.lane is not None:
            return self._clock(), why  # the lane itself is blocked until it opens
        return max(said or 0.0, self._back_off(failed)), why

    def _back_off(self, failed: int) -> float:
        given = self._settings
        longest = min(given.backoff * 2**failed, given.backoff_limit)
        wait: float = longest * (0.5 + self._jitter() / 2)
        return self._clock() + wait

    def _wait(self, until: float, why: str) -> None:
        if until <= self._clock():
            return
        tell = _watcher.get() or self._on_wait
        if tell is not None:
            tell(until, why)
        while (left := until - self._clock()) > 0:
            # in pieces: a laptop that slept in between notices that the time is over
            self._sleep(min(left, 5.0))


def _broken(request: Request, answer: Response) -> str | None:
    """What is wrong with an answer that should be a good one, in words."""
    if request.check is None or answer.status >= 400:
        return None
    try:
        request.check(answer.content)
    except BadAnswerError as error:
        return error.message
    return None


def _moment(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds).astimezone():%Y-%m-%d %H:%M:%S %Z}"
