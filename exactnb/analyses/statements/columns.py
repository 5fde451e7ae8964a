"""The columns of a statement: periods beside each other, and what they are compared with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from exactnb.analyses.period import By, Period
from exactnb.analyses.statements.tables import Amounts
from exactnb.analyses.sums import period_of
from exactnb.display.options import say
from exactnb.display.statement import Check, Column
from exactnb.errors import InputError

__all__ = ["Columns", "Compare"]

#: what a period is held against: the one before it, or the same one of the year before
Compare = Literal["before", "year_before"]


@dataclass(frozen=True)
class Columns:
    """Which periods a statement lays beside each other.

    Parameters
    ----------
    asked
        The period that the statement is about.
    whole
        The name of its column, such as ``total``.
    parts
        The columns that it is cut into, by name.
    compared
        The columns that it is held against, by name.
    """

    asked: Period
    whole: str
    parts: dict[str, Period]
    compared: dict[str, Period]

    @classmethod
    def of(
        cls,
        ledger: Any,
        period: str | Period,
        by: By | None,
        compare: Compare | Sequence[Compare] | None,
        *,
        whole: str,
    ) -> Columns:
        """The columns that are asked for."""
        asked = period_of(ledger, period)
        wanted = [compare] if isinstance(compare, str) else list(compare or ())
        if strange := [name for name in wanted if name not in ("before", "year_before")]:
            raise InputError(f"compare is 'before', 'year_before' or both, not {strange[0]!r}")
        parts = {str(part): part for part in asked.by(by)} if by else {}
        return cls(asked, whole, parts, {name: getattr(asked, name) for name in wanted})

    @property
    def spans(self) -> dict[str, Period]:
        """Name → period of every column that is summed."""
        return {**self.parts, self.whole: self.asked, **self.compared}

    @property
    def years(self) -> tuple[int, int]:
        """The first and the last financial year of them all."""
        years = [end.year for span in self.spans.values() for end in (span.first, span.last)]
        return min(years), max(years)

    def at(self, amounts: Amounts) -> int:
        """The amount of the period that the statement is about."""
        return int(amounts[list(self.spans).index(self.whole)])

    def by_account(self, moves: pd.DataFrame, span: Callable[[Period], Period]) -> Amounts:
        """Debit less credit in cents: a row an account, in order, and a column a period."""
        places, codes = pd.factorize(moves["gl_account_code"], sort=True)
        net = moves["net"].to_numpy()
        made = np.zeros((len(codes), len(self.spans)), dtype="int64")
        for column, period in enumerate(self.spans.values()):
            held = span(period).holds(moves).to_numpy()
            np.add.at(made[:, column], places[held], net[held])
        return made

    def added_up(
        self, moves: pd.DataFrame, span: Callable[[Period], Period] = lambda period: period
    ) -> Amounts:
        """Debit less credit in cents of all of them together, for each column."""
        whole: Amounts = self.by_account(moves, span).sum(axis=0)
        return whole

    def check(self, name: str, left: Amounts, right: Amounts) -> Check:
        """That two figures agree in every column; shown is where they differ most."""
        apart = np.abs(left - right)
        column = int(apart.argmax()) if apart.any() else list(self.spans).index(self.whole)
        return Check.of(name, int(left[column]), int(right[column]))

    def compare(self, table: pd.DataFrame) -> pd.DataFrame:
        """The table, in euros, with difference and change beside each column compared with."""
        placed: dict[str, Any] = {}
        for name in table.columns:
            placed[name] = table[name]
            if name in self.compared:
                difference = (table[self.whole] - table[name]).round(2)
                placed[f"{name}_difference"] = difference
                placed[f"{name}_change"] = (difference / table[name].abs()).where(table[name] != 0)
        return pd.DataFrame(placed)

    def shown(self, *, whole: bool = True) -> dict[str, Column]:
        """What stands above the columns of figures; ``whole``: that of the period asked for too."""
        shown = {name: Column(name, "money") for name in self.parts}
        if whole or not self.parts:
            named = say("Total", "Totaal") if self.parts else str(self.asked)
            shown[self.whole] = Column(named, "money", strong=bool(self.parts))
        for name, span in self.compared.items():
            shown[name] = Column(str(span), "money")
            shown[f"{name}_difference"] = Column(say("Difference", "Verschil"), "money")
            shown[f"{name}_change"] = Column("%", "percent")
        return shown

    def notes(self, first: int | None) -> list[str]:
        """That the books do not go back so far, where they do not; ``first``: their first year."""
        missing = {str(s) for s in self.compared.values() if first is None or s.last.year < first}
        no_lines = say("The ledger has no lines in", "Het grootboek heeft geen regels in")
        return [f"{no_lines} {span}" for span in sorted(missing)]
