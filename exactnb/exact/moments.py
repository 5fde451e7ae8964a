"""The moments of Exact Online: what the clock on its wall shows, without a zone."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

__all__ = ["wall"]

#: where that clock hangs
_ZONE = ZoneInfo("Europe/Amsterdam")


def wall(seconds: float) -> dt.datetime:
    """A moment (seconds since 1970) as Exact writes it; in the hour that comes twice, the earlier.

    Examples
    --------
    >>> wall(1_767_225_600)
    datetime.datetime(2026, 1, 1, 1, 0)
    """
    at = dt.datetime.fromtimestamp(seconds, dt.UTC)
    shown = [(at + dt.timedelta(hours=h)).astimezone(_ZONE).replace(tzinfo=None) for h in (0, 1)]
    return min(shown) - dt.timedelta(hours=int(shown[1] <= shown[0]))
