"""What a refresh brought, table by table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from exactnb.display.cards import Card

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Change", "Refreshed"]


@dataclass(frozen=True)
class Change:
    """What became of one table."""

    rows: int
    """How many it has now."""
    new: int
    changed: int
    deleted: int
    way: str
    """How it was read: sync, bulk or plain."""

    def __str__(self) -> str:
        parts = {"new": self.new, "changed": self.changed, "deleted": self.deleted}
        said = [f"{count:,} {name}" for name, count in parts.items() if count]
        return f"{self.rows:,} rows: {', '.join(said) or 'nothing new'}"


@dataclass(frozen=True)
class Refreshed:
    """What a refresh brought; shows as a card.

    Attributes
    ----------
    tables : mapping
        Name of each table that was read → its :class:`Change`: ``rows``, ``new``, ``changed``,
        ``deleted``, ``way``.
    refused : mapping
        What Exact Online refused → why.
    calls : int or None
        Calls that it took.
    seconds : float
        Time that it took.
    as_of : str
        The moment, by Exact's clock on the wall, that the copy is of.
    notes : sequence of str
        What the copy cannot tell.
    """

    tables: Mapping[str, Change]
    refused: Mapping[str, str] = field(default_factory=dict)
    calls: int | None = None
    seconds: float = 0.0
    as_of: str = ""
    notes: Sequence[str] = ()

    def frame(self) -> pd.DataFrame:
        """The same as a DataFrame: table, rows, new, changed, deleted, way."""
        import pandas as pd

        names = ["table", "rows", "new", "changed", "deleted", "way"]
        rows = [
            (name, one.rows, one.new, one.changed, one.deleted, one.way)
            for name, one in self.tables.items()
        ]
        return pd.DataFrame(rows, columns=names)

    def _card(self) -> Card:
        facts = {name: str(change) for name, change in self.tables.items()}
        facts["As of"] = self.as_of.replace("T", " ")
        took = f"{self.seconds:,.1f} s"
        facts["Took"] = took if self.calls is None else f"{self.calls:,} calls, {took}"
        refused = [f"{what} was refused: {why}" for what, why in self.refused.items()]
        return Card(
            "Local copy refreshed",
            facts,
            state="up to date" if not refused else "some refused",
            tone="good" if not refused else "quiet",
            notes=(*refused, *self.notes),
        )

    def _repr_html_(self) -> str:
        return self._card()._repr_html_()

    def __repr__(self) -> str:
        return str(self._card())
