"""Finding out what became of a write that got no answer."""

from __future__ import annotations

from exactnb.errors import ExactnbError
from exactnb.outbox import Row
from exactnb.writes.logs import in_logs
from exactnb.writes.records import in_books
from exactnb.writes.verdict import Found, Verdict
from exactnb.writes.writer import Ways

__all__ = ["look_up"]


def look_up(ways: Ways, id: int) -> Found:
    """What became of one write; the outbox keeps it from then on.

    Membrane's logs are asked first, then the records of Exact Online. Nothing is written, and
    a write of which the outcome is known is not looked for.
    """
    row = ways.outbox.row(id)
    if row.status != "unknown":
        return Found(row, f"settled by {row.settled_by} already")
    by = "run log"
    try:
        verdict = in_logs(ways, row)
        if verdict is None:
            verdict, by = in_books(ways, row), "records"
        elif verdict.status == "sent" and not verdict.record_id:
            verdict = _named(ways, row, verdict)
        if verdict.status != "unknown":
            row = ways.outbox.settle(
                id,
                verdict.status,
                by=by,
                record_id=verdict.record_id,
                run_id=verdict.run_id,
                message=None if verdict.status == "sent" else verdict.how,
            )
    except ExactnbError as error:
        return Found(ways.outbox.row(id), f"it could not be looked up: {error.message}")
    return Found(row, verdict.how, verdict.candidates)


def _named(ways: Ways, row: Row, logged: Verdict) -> Verdict:
    """A run that went well, with the record that came of it, where that can be found."""
    found = in_books(ways, row)
    if found.status != "sent":
        return logged
    return Verdict("sent", f"{logged.how}; {found.how}", found.record_id, logged.run_id)
