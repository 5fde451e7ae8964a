"""What Membrane's logs of runs tell of a lost write."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from exactnb.actions import record_id
from exactnb.errors import ExactnbError, from_envelope
from exactnb.outbox import Row
from exactnb.writes.gate import refused
from exactnb.writes.matching import agrees
from exactnb.writes.verdict import Verdict
from exactnb.writes.writer import Ways

__all__ = ["in_logs"]

#: runs that are looked through, of those of one action in the minutes after the write
_LOOKED_AT = 200


@dataclass(frozen=True)
class _Logged:
    """A run in the log, taken for the write."""

    run_id: str
    verdict: Verdict


def in_logs(ways: Ways, row: Row) -> Verdict | None:
    """What the logs tell; None if they tell nothing, which proves nothing either."""
    if " " in row.action:
        return None  # a request, of which no run is logged
    try:
        clock = ways.membrane.clock()
        found = [_said(row, log) for log in _runs(ways, row, clock.at_least(row.moment))]
    except ExactnbError:
        return None  # the action is gone, or there are no logs, or not for this login
    told = [each for each in found if each is not None]
    if len(told) == 1 and (clock.heard or row.run_id):
        return told[0]
    made = [each for each in told if each.status == "sent"]
    if told and not made:
        return told[0]
    if not made:
        return None
    return Verdict(
        "unknown",
        f"{len(made)} runs in Membrane's logs fit: choose with books.settle({row.id}, record_id)",
        candidates=[{"id": each.record_id, "run_id": each.run_id} for each in made],
    )


def _runs(ways: Ways, row: Row, since: float) -> Iterator[Mapping[str, Any]]:
    """The runs that can be this write: the same action and input, at the moment, of no other."""
    membrane = ways.membrane
    if row.run_id is not None:
        yield membrane.run_log_details(row.run_id)
        return
    patience = ways.settings.run_timeout + ways.settings.reconcile_margin
    logs = membrane.run_logs(
        limit=_LOOKED_AT,
        action_id=ways.catalog.find(row.action).id,
        connection_id=row.connection_id,
        **{"from": _moment(since), "to": _moment(since + patience + 60)},
    )
    for log in logs:
        if ways.outbox.ran(log.id, but=row.id):
            continue
        details = membrane.run_log_details(log.id)
        if isinstance(details, Mapping) and agrees(row.sent, _input(details)):
            yield details


def _input(log: Mapping[str, Any]) -> Any:
    """The input of a run; newer logs keep it in the call that would repeat the run."""
    call = log.get("action")
    said = log.get("input", call.get("input") if isinstance(call, Mapping) else None)
    return _read(said)


def _said(row: Row, log: Mapping[str, Any]) -> Verdict | None:
    """What a run tells; None where it failed in a way that leaves it open."""
    run_id = str(log.get("id") or row.run_id)
    if log.get("status") == "success":
        made = record_id(_read(log.get("output"))) or row.record_id
        return Verdict("sent", f"Membrane's log of run {run_id}", made, run_id)
    error = log.get("error")
    if log.get("status") == "error" and isinstance(error, Mapping):
        told = from_envelope(error)
        if refused(told):
            return Verdict(
                "failed", f"Membrane's log of run {run_id}: {told.message}", None, run_id
            )
    return None


def _read(said: Any) -> Any:
    """A value that a log may keep as text."""
    if isinstance(said, str):
        with suppress(ValueError):
            return json.loads(said)
    return said


def _moment(seconds: float) -> str:
    at = dt.datetime.fromtimestamp(seconds, dt.UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
