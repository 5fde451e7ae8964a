"""Exact Online's refusals as our exceptions."""

from __future__ import annotations

from collections.abc import Mapping

from exactnb.errors import (
    AccessError,
    AuthenticationError,
    ExactnbError,
    NotFoundError,
    RateLimitError,
    RunError,
    ServerError,
    crashed,
)
from exactnb.exact.odata import error_text

__all__ = ["refusal"]

#: the header ``Reason`` of a 403 → what to do about it
_REASONS: Mapping[str, str] = {
    "BlockedUser": "The user is blocked in Exact Online.",
    "InactiveUser": "The user is not active in Exact Online.",
    "BlockedCustomer": "The Exact Online subscription is blocked.",
    "LicenseExpired": "The Exact Online licence has expired.",
    "DivisionBlocked": "The division is blocked in Exact Online.",
    "NoDivisionAccess": "The user has no right to this division; books.divisions() lists those.",
}


def refusal(status: int, headers: Mapping[str, str], content: bytes, about: str) -> ExactnbError:
    """What an answer of 400 or more means.

    Exact uses 400 and, for validation too, 500 with a readable message; that is a
    :class:`RunError`, while a 500 without one, or of a crash, is a :class:`ServerError`.

    Parameters
    ----------
    status, headers, content
        The answer; header names in lower case.
    about
        The path that was asked for.
    """
    said = error_text(content)
    message = f"{about}: {said}" if said else f"{about}: Exact Online answered {status}"
    if status == 401:
        return AuthenticationError(
            message, hint="Reconnect Exact Online in Membrane, then try again.", status=status
        )
    if status == 403:
        reason = headers.get("reason")
        hint = _REASONS.get(reason or "", "Ask for this right in Exact Online.")
        return AccessError(message, hint=hint, status=status, reason=reason)
    if status == 404:
        return NotFoundError(
            message, hint="Check the path and the key: it is not there, or not in this division."
        )
    if status == 429:
        return RateLimitError(message, hint="Wait for a minute, then try again.", status=status)
    if crashed(status, said):
        return ServerError(message, hint="Try again in a minute.", status=status)
    return RunError(message, data=said, status=status)
