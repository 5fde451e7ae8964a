"""What a test of journal entries is asked for, and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import pandas as pd

from exactnb.analyses.period import Period
from exactnb.display.formats import number
from exactnb.display.options import say
from exactnb.errors import InputError

__all__ = ["MANUAL", "VAGUE", "Asked", "Outcome", "Severity", "euros", "reasons", "weight"]

Severity = Literal["high", "medium", "low"]

#: types of lines that people enter by hand: 90, the ordinary general journal entry (memoriaal)
MANUAL = (90,)

#: descriptions that tell nothing, where they are all that an entry says
VAGUE = frozenset(
    {
        *("adjustment", "boeking", "correctie", "correction", "div", "diversen", "diverse"),
        *("entry", "journaalpost", "journal", "memo", "memoriaal", "misc", "na", "nvt", "onbekend"),
        *("overboeking", "overig", "test", "various"),
    }
)


@dataclass(frozen=True)
class Asked:
    """The parameters of all tests; what each means stands at ``journal_entry_tests``."""

    period: Period
    manual: Sequence[int] | None
    country: str | None
    hours: tuple[float, float]
    back_dated: int
    round_to: float
    vague: frozenset[str]
    seldom_pair: int
    seldom_person: int
    limits: Sequence[float]
    below: float
    period_end: int

    def __post_init__(self) -> None:
        start, end = self.hours
        wrong = [
            said
            for bad, said in (
                (not 0 <= start < end <= 24, f"hours go from 0 to 24, not {self.hours}"),
                (self.back_dated < 0, f"back_dated is a number of days, not {self.back_dated}"),
                (round(self.round_to * 100) < 1, f"round_to is an amount, not {self.round_to}"),
                (self.seldom_pair < 0, f"seldom_pair is a number, not {self.seldom_pair}"),
                (self.seldom_person < 0, f"seldom_person is a number, not {self.seldom_person}"),
                (any(limit <= 0 for limit in self.limits), f"limits are amounts: {self.limits}"),
                (not 0 < self.below < 1, f"below is a part of 1, such as 0.05, not {self.below}"),
                (self.period_end < 0, f"period_end is a number of days, not {self.period_end}"),
            )
            if bad
        ]
        if wrong:
            raise InputError("; ".join(wrong))


class Outcome(NamedTuple):
    """What a test gives.

    ``why`` is a text for each entry that it found, by its place; ``looked_at`` the number of
    entries that it could judge; ``asked`` what it looked for, in words; ``tested`` is False where
    the ledger or the parameters do not let it.
    """

    looked_at: int
    why: pd.Series
    asked: str
    tested: bool = True

    @classmethod
    def untested(cls, asked: str) -> Outcome:
        """A test that could not be made, and why."""
        return cls(0, pd.Series(dtype="object"), asked, False)


def reasons(found: pd.Series, told: Callable[[Any], str]) -> pd.Series:
    """Why each entry was found, from the value that gave it away."""
    return pd.Series([told(value) for value in found], index=found.index, dtype="object")


def weight(severity: str) -> str:
    """How heavy a finding weighs, in the reader's words."""
    words = {
        "high": say("high", "hoog"),
        "medium": say("medium", "middel"),
        "low": say("low", "laag"),
    }
    return words.get(severity, "")


def euros(cents: int) -> str:
    """An amount as texts say it, to the cent where it has cents."""
    return number(cents / 100, 2 if cents % 100 else 0)
