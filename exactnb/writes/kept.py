"""The writes of a connection, as a person looks back at them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from exactnb.errors import InputError
from exactnb.frames.build import text_dtype
from exactnb.outbox import Row, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from exactnb.writes.writer import Ways

__all__ = ["Kept"]


class Kept:
    """What a :class:`~exactnb.connection.Connection` tells of its writes."""

    _ways: Ways

    def outbox(
        self,
        status: Status | None = None,
        *,
        limit: int | None = None,
        everything: bool = False,
    ) -> pd.DataFrame:
        """The writes that this machine made over this connection, newest first.

        Parameters
        ----------
        status
            Only those that were "sent", that "failed", or of which it is "unknown".
        limit
            How many at most.
        everything
            Those over every connection.

        Returns
        -------
        DataFrame
            when (UTC), connection, division, action, status, record_id, run_id, message, input
            (JSON, with what is sensitive masked), id.

        Examples
        --------
        >>> run = books.create_item(code="BEL-1", description="Fietsbel")
        >>> books.outbox("sent", limit=1)["record_id"].item() == run.record_id
        True
        """
        if status is not None and status not in get_args(Status):
            raise InputError(f"No write is {status!r}; they are {', '.join(get_args(Status))}")
        place = None if everything else self._ways.place
        return _frame(self._ways.outbox.rows(place, status=status, limit=limit))

    def settle(self, id: int, record_id: str | None = None) -> None:
        """Notes what a person found out about a lost write.

        Parameters
        ----------
        id
            Its row in :meth:`outbox`.
        record_id
            The record that came of it; None: none did, and it may be sent anew.

        Raises
        ------
        InputError
            The write was answered, or the record came of another one.
        """
        status: Status = "failed" if record_id is None else "sent"
        self._ways.outbox.settle(id, status, by="person", record_id=record_id)


def _frame(rows: Iterable[Row]) -> pd.DataFrame:
    import pandas as pd

    names = ["connection", "division", "action", "status", "record_id", "run_id", "message"]
    names += ["input"]
    listed = list(rows)
    found: dict[str, Any] = {
        "when": pd.to_datetime([row.moment for row in listed], unit="s", utc=True).astype(
            "datetime64[ms, UTC]"
        )
    }
    for name in names:
        found[name] = pd.Series([getattr(row, name) for row in listed], dtype=text_dtype())
    found["id"] = pd.Series([row.id for row in listed], dtype="int64")
    return pd.DataFrame(found)
