"""Membrane's errors: one envelope, and which HTTP status goes with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

STATUS_BY_KEY = {
    "not_authenticated": 401,
    "access_denied": 403,
    "not_found": 404,
    "rate_limit_exceeded": 429,
}
STATUS_BY_TYPE = {"internal": 500, "insufficient_credit": 402}


class Problem(Exception):
    """An answer that is one of Membrane's errors.

    Parameters
    ----------
    type
        ``bad_request``, ``connection``, ``action_run``, ``custom_code``, ``internal`` …
    message
        What a person reads.
    key
        What a program branches on: ``not_found``, ``already_exists`` …
    data
        Details, such as the connection's id.
    cause
        The error underneath, in the same shape.
    run_id
        The ``actionRunId``, when an action was running.
    """

    def __init__(
        self,
        type: str,
        message: str,
        *,
        key: str | None = None,
        data: Mapping[str, Any] | None = None,
        cause: Mapping[str, Any] | None = None,
        run_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.body: dict[str, Any] = {"type": type, "message": message}
        if key:
            self.body["key"] = key
        if data:
            self.body["data"] = dict(data)
        if cause:
            self.body["causedByError"] = dict(cause)
        if run_id:
            self.body["actionRunId"] = run_id

    @property
    def status(self) -> int:
        """The HTTP status: four keys and two types have their own, all else is 400."""
        return STATUS_BY_KEY.get(
            self.body.get("key", ""), STATUS_BY_TYPE.get(self.body["type"], 400)
        )


def bad_request(message: str, **data: Any) -> Problem:
    """The problem of a request that cannot be understood."""
    return Problem("bad_request", message, data=data)


def not_found(what: str, selector: object) -> Problem:
    """The problem of a selector that fits nothing this caller may see."""
    return Problem("bad_request", f"{what} '{selector}' not found", key="not_found")
