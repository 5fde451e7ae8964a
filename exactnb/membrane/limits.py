"""What an answer says about limits: how many calls are left, and until when to wait."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

__all__ = ["DAY", "MINUTE", "moment", "remaining", "retry_at", "status_behind"]

#: Exact Online's headers for the calls of a clock minute, and of a day.
MINUTE = "x-ratelimit-minutely"
DAY = "x-ratelimit"


def status_behind(status: int, content: bytes) -> int:
    """The status that the app itself gave, where Membrane wraps it in a 400 of its own.

    A run that Exact refused for haste (429) or could not serve (503) is answered as
    ``{"type": "action_run", "causedByError": {"data": {"response": {"status": 429}}}}``.
    """
    if status != 400 or len(content) > 64_000:
        return status
    try:
        error: Any = json.loads(content)
    except ValueError:
        return status
    while isinstance(error, dict):
        if error.get("key") == "rate_limit_exceeded":
            return 429
        data = error.get("data")
        answer = data.get("response") if isinstance(data, dict) else None
        given = answer.get("status") if isinstance(answer, dict) else None
        if isinstance(given, int):
            return given
        error = error.get("causedByError")
    return status


def remaining(headers: Mapping[str, str], which: str) -> int | None:
    """Calls left in the window, if the answer says so."""
    left = headers.get(f"{which}-remaining", "").strip()
    return int(left) if left.isdecimal() else None


def moment(headers: Mapping[str, str], which: str, now: float) -> float | None:
    """When the window ends, in seconds of the epoch, if the answer says so.

    Exact gives milliseconds of the epoch; seconds, and seconds from now, are understood too.
    """
    try:
        value = float(headers.get(f"{which}-reset", ""))
    except ValueError:
        return None
    if value >= 1e11:
        return value / 1000
    if value >= 1e8:
        return value
    return now + value if value >= 0 else None


def retry_at(headers: Mapping[str, str], now: float | None = None) -> float | None:
    """From when a refused call may be sent again, in seconds of the epoch, if it is said.

    ``Retry-After`` (seconds, or a date) decides; else the end of the minute, or that of the
    day when it is the day's calls that are used up.
    """
    now = time.time() if now is None else now
    asked = headers.get("retry-after", "").strip()
    if asked.isdecimal():
        return now + int(asked)
    date = _date(asked)
    if date is not None:
        return date
    minute, day = moment(headers, MINUTE, now), moment(headers, DAY, now)
    if day is not None and (minute is None or remaining(headers, DAY) == 0):
        return day
    return minute


def _date(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except ValueError:
        return None
