"""How many calls Exact Online allows, counted for each administration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from exactnb.sandbox.exact.messages import Refusal

MINUTE, DAY = 60, 86400


@dataclass(frozen=True)
class Limits:
    """Calls that one administration may take in a clock minute and in a day."""

    minute: int = 60
    day: int = 5000


class Meter:
    """Counts calls by administration in fixed minutes and days of the clock.

    Without limits nothing is refused, and no header tells of any.
    """

    def __init__(self, limits: Limits | None, clock: Callable[[], float]) -> None:
        self.limits = limits
        self.clock = clock
        self.calls: dict[tuple[str, int, int], int] = {}

    def count(self, division: str) -> dict[str, str]:
        """Count a call; the headers that tell what is left, if there are limits.

        Raises
        ------
        Refusal
            With status 429, when the minute or the day is used up.
        """
        if self.limits is None:
            return {}
        now = self.clock()
        self.calls = {k: n for k, n in self.calls.items() if now < (k[2] + 1) * k[1]}
        day, minute = (division, DAY, int(now // DAY)), (division, MINUTE, int(now // MINUTE))
        by_minute = self._headers("X-RateLimit-Minutely-", self.limits.minute, minute)
        if self.calls.get(minute, 0) >= self.limits.minute:
            raise Refusal(429, "limit_minute", headers=by_minute)
        if self.calls.get(day, 0) >= self.limits.day:
            by_day = self._headers("X-RateLimit-", self.limits.day, day)
            raise Refusal(429, "limit_day", headers={**by_day, **by_minute})
        for key in (day, minute):
            self.calls[key] = self.calls.get(key, 0) + 1
        return {
            **self._headers("X-RateLimit-", self.limits.day, day),
            **self._headers("X-RateLimit-Minutely-", self.limits.minute, minute),
        }

    def _headers(self, prefix: str, limit: int, key: tuple[str, int, int]) -> dict[str, str]:
        left = max(limit - self.calls.get(key, 0), 0)
        reset = datetime.fromtimestamp((key[2] + 1) * key[1], UTC)
        return {
            f"{prefix}Limit": str(limit),
            f"{prefix}Remaining": str(left),
            f"{prefix}Reset": str(int(reset.timestamp() * 1000)),
        }
