"""What is shown of a write: before it is sent, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

from exactnb.display.cards import Card
from exactnb.display.show import Table

if TYPE_CHECKING:
    import pandas as pd

    from exactnb.forms.records import Kept

__all__ = ["Lost", "Preview", "Receipt"]

_PRE = (
    ' style="margin:.5em 0 0;padding:8px 16px;border:1px solid #8885;border-radius:4px;'
    'max-width:46em;overflow-x:auto;white-space:pre-wrap;overflow-wrap:anywhere"'
)


@dataclass(frozen=True)
class Preview:
    """What will be sent, to where, and what speaks against it."""

    heading: str
    """What will happen, in words."""
    connection: str
    division: str
    sent: Any
    """The input as it will be sent, with what is sensitive covered."""
    changes: pd.DataFrame | None
    """For an update: field, old, new."""
    alike: pd.DataFrame
    """Records that may be the same one."""
    conflict: pd.DataFrame | None
    """What someone else changed since the form was opened: field, opened, now, yours."""
    notes: tuple[str, ...] = ()

    @property
    def json(self) -> str:
        """The exact JSON of the input."""
        return json.dumps(self.sent, indent=2, ensure_ascii=False)

    @property
    def tables(self) -> list[Table]:
        """What there is to look at before confirming, most urgent first."""
        asked = (
            (self.conflict, "Changed by someone else since this form was opened"),
            (self.alike, "Already there, and probably the same"),
            (self.changes, "What changes"),
        )
        return [
            Table(frame, list(frame.columns), len(frame), caption)
            for frame, caption in asked
            if frame is not None and len(frame)
        ]

    def _card(self) -> Card:
        facts = {"Connection": self.connection, "Division": self.division}
        return Card(self.heading, facts, state="nothing is sent yet", notes=self.notes)

    def _repr_html_(self) -> str:
        tables = "".join(table._repr_html_() for table in self.tables)
        code = f"<pre{_PRE}>{escape(self.json)}</pre>"
        return f"{self._card()._repr_html_()}{tables}{code}"

    def __str__(self) -> str:
        return "\n\n".join([str(self._card()), *map(str, self.tables), self.json])

    __repr__ = __str__


@dataclass(frozen=True)
class Receipt:
    """What became of a write that was sent: the record, read back."""

    heading: str
    record_id: str | None
    run_id: str | None
    """The run to quote to support; None if the answer got lost."""
    record: pd.Series | None
    """The record read back; None where that could not be done, see ``notes``."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """What of it tells which one it is, in words."""
    not_kept: tuple[Kept, ...] = ()
    """Fields of which something else was kept than was sent."""
    notes: tuple[str, ...] = ()

    def _card(self) -> Card:
        facts = {"Record": self.record_id or "–"}
        if self.run_id:
            facts["Run"] = self.run_id
        facts |= self.facts
        lost = [f"✗ Not kept as sent: {each}" for each in self.not_kept]
        return Card(self.heading, facts, state="done", tone="good", notes=(*lost, *self.notes))

    def _repr_html_(self) -> str:
        return self._card()._repr_html_()

    def __str__(self) -> str:
        return str(self._card())

    __repr__ = __str__


@dataclass(frozen=True)
class Lost:
    """A write of which the answer did not come: whether it was done is not known."""

    heading: str
    why: str
    found: pd.DataFrame | None = None
    """Records that may be it, one row each; None before they were looked for."""

    def _card(self) -> Card:
        if self.found is None:
            note = "Do not send it again: look for it first."
        elif len(self.found):
            note = "Say which of the records below it is, or that it is none of them."
        else:
            note = "It was not found yet. Look for it once more in a minute."
        return Card(
            self.heading,
            {"What happened": self.why},
            state="not known whether it was written",
            tone="bad",
            notes=(note,),
        )

    @property
    def _tables(self) -> list[Table]:
        if self.found is None or not len(self.found):
            return []
        return [Table(self.found, list(self.found.columns), len(self.found), "Found")]

    def _repr_html_(self) -> str:
        return self._card()._repr_html_() + "".join(t._repr_html_() for t in self._tables)

    def __str__(self) -> str:
        return "\n\n".join(map(str, [self._card(), *self._tables]))

    __repr__ = __str__
