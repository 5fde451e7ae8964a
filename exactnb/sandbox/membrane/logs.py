"""The logs of runs and of calls to Exact Online."""

from __future__ import annotations

from typing import Any

from exactnb.sandbox.membrane.call import Call, Route
from exactnb.sandbox.membrane.problems import not_found
from exactnb.sandbox.membrane.state import State, user_id

_SAME = [
    "actionId",
    "integrationActionId",
    "connectionActionId",
    "integrationId",
    "connectionId",
    "tenantId",
    "userId",
    "externalAppId",
]


class Logs:
    """What ran, newest first; each caller sees its own."""

    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> list[Route]:
        """The paths that are answered here."""
        return [
            ("GET", "/action-run-logs", self.runs),
            ("GET", "/action-run-logs/<run_id>", self.run),
            ("GET", "/action-run-logs/<run_id>/details", self.details),
            ("GET", "/external-api-logs", self.calls),
        ]

    def runs(self, call: Call) -> dict[str, Any]:
        """One page of the runs of actions."""
        status = call.choice("status", ("success", "error"))
        found = [
            _brief(record)
            for record in self._mine(call, "runs", "userId")
            if status in (None, record["status"])
        ]
        return call.page(found)

    def run(self, call: Call, run_id: str) -> dict[str, Any]:
        """One run; with ``details=true``, with its input and output."""
        record = self._find(call, run_id)
        return record if call.flag("details") else _brief(record)

    def details(self, call: Call, run_id: str) -> dict[str, Any]:
        """One run with its input and output."""
        return self._find(call, run_id)

    def calls(self, call: Call) -> dict[str, Any]:
        """One page of the calls to Exact Online."""
        good = call.flag("isSuccess")
        oldest_first = call.choice("sortOrder", ("asc", "desc")) == "asc"
        found = [
            r for r in self._mine(call, "calls", "customerId") if good in (None, r["isSuccess"])
        ]
        return call.page(found[::-1] if oldest_first else found)

    def _find(self, call: Call, run_id: str) -> dict[str, Any]:
        for record in self._mine(call, "runs", "userId", filtered=False):
            if record["id"] == run_id:
                return record
        raise not_found("Action run", run_id)

    def _mine(
        self, call: Call, kind: str, owner: str, *, filtered: bool = True
    ) -> list[dict[str, Any]]:
        with self._state.lock:
            records = [*getattr(self._state, kind)][::-1]
        if call.tenant is not None:
            records = [r for r in records if r[owner] == user_id(call.tenant)]
        if not filtered:
            return records
        wanted = {name: call.text(name) for name in _SAME if call.text(name)}
        start, end = call.text("from") or "", call.text("to") or "~"
        return [
            r
            for r in records
            if all(r.get(name) == value for name, value in wanted.items())
            and start <= r["createdAt"] <= end
        ]


def _brief(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in ("input", "output")}
