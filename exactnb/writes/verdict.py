"""What was found out about a lost write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from exactnb.outbox import Row, Status

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Found", "Verdict"]


@dataclass(frozen=True)
class Verdict:
    """What one source tells of a write."""

    status: Status
    how: str
    """How that is known, or why it is not."""
    record_id: str | None = None
    run_id: str | None = None
    candidates: Sequence[Mapping[str, Any]] = field(default=(), repr=False)
    """Records that may have come of it, where that is for a person to say."""


@dataclass(frozen=True)
class Found:
    """A write after it was looked for, as :meth:`~.Kept.look_up` gives it."""

    row: Row
    """As the outbox keeps it now."""
    how: str
    """How its outcome is known, or why it is not."""
    _candidates: Sequence[Mapping[str, Any]] = field(default=(), repr=False)

    @property
    def id(self) -> int:
        """The row of the outbox."""
        return self.row.id

    @property
    def status(self) -> Status:
        """What became of it."""
        return self.row.status

    @property
    def record_id(self) -> str | None:
        """The record that came of it, if that is known."""
        return self.row.record_id if self.status == "sent" else None

    @property
    def candidates(self) -> pd.DataFrame:
        """The records that may have come of it, one row each: id first, then what was sent."""
        import pandas as pd

        return pd.DataFrame(list(self._candidates), columns=None if self._candidates else ["id"])

    @property
    def candidate_ids(self) -> list[str]:
        """The keys of those records."""
        return [str(each["id"]) for each in self._candidates]
