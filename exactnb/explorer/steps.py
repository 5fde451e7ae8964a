"""The steps of a walk: a statement, lines, an entry; each knows how it is shown and made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pandas as pd

from exactnb.analyses.result import Result
from exactnb.analyses.statements.entries import headings
from exactnb.display.formats import number
from exactnb.display.options import say
from exactnb.display.statement import Column, Row, Statement

__all__ = ["PAGE", "Lines", "Sheet", "Step"]

#: rows of a list that are shown at a time
PAGE = 50


@dataclass(frozen=True)
class Sheet:
    """A statement, whose figures lead to lines; or an entry, a list that leads nowhere.

    Attributes
    ----------
    name
        What it is called where the way to it is told.
    code
        The Python that gives its frame; the last line is the frame itself.
    frame
        All that is shown, page after page.
    part
        Whether it is of a part of the lines, so that it proves nothing.
    listed
        Whether it is a list, that is turned through.
    """

    name: str
    code: Sequence[str]
    frame: Result
    part: bool = False
    listed: bool = False

    @property
    def size(self) -> int:
        """The lines of an entry are turned through, a statement is shown whole."""
        return len(self.frame) - 1 if self.listed else 0

    def statement(self, page: int) -> Statement:
        """What is shown of it."""
        if self.listed:
            return self.frame.part(rows=PAGE, first=page * PAGE)
        whole = self.frame.part()
        if not self.part:
            return whole
        said = say(
            "Of the lines that were filtered only, which need not balance",
            "Alleen van de gefilterde regels, die niet hoeven te sluiten",
        )
        return replace(whole, checks=(), notes=[*whole.notes, said])

    def columns(self) -> Sequence[str]:
        """The names of the columns that are shown."""
        return [name for name in self.frame.shown if name in self.frame.columns]

    def opens(self, page: int, row: int) -> list[str | None]:
        """The row where it has lines, and its figures that are not 0."""
        if self.listed or not 0 <= row < len(self.frame) or not self.frame.opens(row):
            return []
        return [None, *(name for name in self.columns() if self._has(row, name))]

    def _has(self, row: int, name: str) -> bool:
        value = self.frame[name].iloc[row]
        return (
            self.frame.shown[name].kind in ("money", "cents", "side", "count")
            and not pd.isna(value)
            and bool(value)
            and self.frame.opens(row, name)
        )


@dataclass(frozen=True)
class Lines:
    """Lines of the ledger, each of which leads to its entry; attributes are as of a sheet."""

    name: str
    code: Sequence[str]
    frame: pd.DataFrame
    subtitle: str = ""

    @property
    def size(self) -> int:
        """All of them."""
        return len(self.frame)

    @cached_property
    def _cents(self) -> pd.Series:
        if "cents" in self.frame:
            return self.frame["cents"].astype("int64")
        return (self.frame["amount_dc"] * 100).round().astype("int64")

    def statement(self, page: int) -> Statement:
        """A page of the lines, and what all of them add up to."""
        shown = slice(page * PAGE, (page + 1) * PAGE)
        cents = self._cents.iloc[shown]
        sides = {"debit": cents.clip(lower=0) / 100, "credit": (-cents).clip(lower=0) / 100}
        table = self.frame.iloc[shown].assign(**sides)
        names = self.columns()
        cells = zip(*(table[name].astype(object) for name in names), strict=True)
        debit = int(self._cents.clip(lower=0).sum())
        credit = debit - int(self._cents.sum())
        texts = [name for name in ("description", "journal_code") if name in names]
        said = say(
            f"Total of {number(len(self.frame), 0)} lines",
            f"Totaal van {number(len(self.frame), 0)} regels",
        )
        total = {texts[0]: said, "debit": debit / 100, "credit": credit / 100}
        rows = [*map(Row, cells), Row([total.get(name) for name in names], "total")]
        columns = [replace(self._headings[name], once=False) for name in names]
        net = number((debit - credit) / 100, 2)
        notes = [say(f"Debit less credit: {net}", f"Debet min credit: {net}")]
        return Statement(self.name, columns, rows, self.subtitle, notes=notes, lined=True)

    @cached_property
    def _headings(self) -> dict[str, Column]:
        return headings()

    def columns(self) -> Sequence[str]:
        """The columns that the ledger has of those that say most."""
        made = ("debit", "credit")
        return [name for name in self._headings if name in made or name in self.frame]

    def opens(self, page: int, row: int) -> list[str | None]:
        """Every line leads to its entry."""
        return [None] if 0 <= row < min(PAGE, len(self.frame) - page * PAGE) else []

    def entry(self, row: int) -> tuple[str, dict[str, Any]]:
        """The name of a line's entry, and how :func:`exactnb.journal` is asked for it."""
        line = self.frame.iloc[row]
        entry = int(line["entry_number"])
        key = line.get("entry_id")
        if isinstance(key, str) and key:
            asked: dict[str, Any] = {"entry": key}
        else:
            year = str(int(line["financial_year"]))
            asked = {"journal": str(line["journal_code"]), "period": year, "entry": entry}
        return f"{say('Entry', 'Boeking')} {entry}", asked


#: something shown, that may lead further
Step = Sheet | Lines
