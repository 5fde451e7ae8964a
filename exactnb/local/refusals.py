"""What Exact Online refused, remembered: nothing is probed in a loop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from exactnb.errors import AccessError, ExactnbError, NotFoundError, RunError

__all__ = ["Closed", "Refusals", "refuses"]


def refuses(error: ExactnbError) -> bool:
    """Whether an error says that a resource cannot be read so, and another way may do."""
    if isinstance(error, AccessError):
        return error.reason is None  # else it is the login, or the division, that is refused
    if isinstance(error, RunError):
        return error.status == 400
    return isinstance(error, NotFoundError)


class Closed(Exception):
    """A way to read something is closed; ``why`` is Exact Online's refusal."""

    def __init__(self, why: ExactnbError) -> None:
        super().__init__(why.message)
        self.why = why


class Refusals:
    """The ways that were closed, and since when.

    Parameters
    ----------
    known
        As :attr:`known` was: what was refused → why, and when, in seconds of the epoch.
    now, hours
        The moment, and for how long a refusal holds.
    """

    def __init__(self, known: Mapping[str, Any], *, now: float, hours: float) -> None:
        self.known = {what: one for what, one in known.items() if now - one["at"] < hours * 3600}
        self._now = now

    def __contains__(self, what: str) -> bool:
        return what in self.known

    def note(self, what: str, why: ExactnbError) -> None:
        """It is closed."""
        self.known[what] = {"why": why.message, "at": self._now}

    def lift(self, *parts: str) -> None:
        """Ask for what begins so again."""
        for what in [what for what in self.known if what.startswith(parts)]:
            del self.known[what]

    def why(self, part: str) -> str:
        """Why what begins so is closed, in words; empty if it is not."""
        found = dict.fromkeys(
            one["why"] for what, one in self.known.items() if what.startswith(part)
        )
        return "; ".join(found)
