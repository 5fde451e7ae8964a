"""GUIDs of what entries refer to by code, and the table form that everything is given out in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from exactnb.sandbox.company import chart, days
from exactnb.sandbox.company.dice import Dice


class Table(NamedTuple):
    """A block of rows of one entity; columns are Exact's field names."""

    entity: str
    columns: tuple[str, ...]
    rows: Iterable[tuple[Any, ...]]


class Frame:
    """GUID of each ledger account, VAT code, journal and classification of each division."""

    def __init__(self, seed: int, divisions: Iterable[int]) -> None:
        dice = Dice(seed, "frame")
        self.gl: dict[tuple[int, str], str] = {}
        self.vat: dict[tuple[int, str], str] = {}
        for division in divisions:
            for row in chart.accounts(division):
                self.gl[division, row[0]] = dice.guid()
            for code in chart.VAT_CODES:
                self.vat[division, code] = dice.guid()
        self.group = {row[0]: dice.guid() for row in chart.DATA["item_groups"]}
        self.dice = dice


NOW = days.ms(days.TODAY, 1050)


def modified(created: int) -> int:
    """When a record was last changed: mostly when it was made, else a few days after."""
    later = created // 1000 % 11
    return created if later else min(created + 3 * days.DAY_MS // 2, max(NOW, created))


def money(cents: int | None) -> float | None:
    """Euros of cents."""
    return None if cents is None else cents / 100
