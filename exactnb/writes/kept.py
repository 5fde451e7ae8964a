"""The writes of a connection, as a person looks back at them."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from exactnb.errors import InputError
from exactnb.outbox import Row, Status
from exactnb.writes.search import look_up
from exactnb.writes.verdict import Found

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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

    def reconcile(self) -> pd.DataFrame:
        """The lost writes of this connection after each was looked for, one row each.

        A write whose answer did not come is looked for in Membrane's logs, then among the
        records of Exact Online: one that was made since, fits what was sent and came of no
        other write is the one. Where none is there after ``settings.run_timeout`` and
        ``settings.reconcile_margin``, it failed, and may be sent anew. Nothing is written.

        Returns
        -------
        DataFrame
            id, when (UTC), action, input, status, record_id, how (that is known, or why not),
            candidates (the keys of records among which a person has to choose, see
            :meth:`settle`).

        Examples
        --------
        >>> books.reconcile()["status"].tolist()
        []
        """
        import pandas as pd

        unknown = self._ways.outbox.rows(self._ways.place, status="unknown")
        found = [look_up(self._ways, row.id) for row in reversed(unknown)]
        frame = _frame([each.row for each in found])
        frame["how"] = _text(each.how for each in found)
        frame["candidates"] = pd.Series([each.candidate_ids for each in found], dtype=object)
        names = ["id", "when", "action", "input", "status", "record_id", "how", "candidates"]
        return frame[names]

    def look_up(self, id: int) -> Found:
        """What became of one write, by its row in :meth:`outbox`; as :meth:`reconcile` does it.

        Its ``status``, ``record_id`` and ``how`` tell; ``candidates`` is a DataFrame of the
        records that may have come of it.
        """
        return look_up(self._ways, id)

    def settle(self, id: int, record_id: str | None = None) -> Found:
        """A lost write with what a person found out about it, which is kept.

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
        row = self._ways.outbox.settle(int(id), status, by="person", record_id=record_id)
        return Found(row, "settled by person")


def _frame(rows: Sequence[Row]) -> pd.DataFrame:
    import pandas as pd

    names = ["connection", "division", "action", "status", "record_id", "run_id", "message"]
    moments = pd.Series([row.when for row in rows], dtype="datetime64[ms, UTC]")
    texts = {name: _text(getattr(row, name) for row in rows) for name in [*names, "input"]}
    ids = pd.Series([row.id for row in rows], dtype="int64")
    return pd.DataFrame({"when": moments, **texts, "id": ids})


def _text(values: Iterable[str | None]) -> pd.Series:
    import pandas as pd

    from exactnb.frames.build import text_dtype

    return pd.Series(list(values), dtype=text_dtype())
