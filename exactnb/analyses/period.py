"""One grammar for periods: "2025", "2025-Q3", "2025-04", "2025-01..2025-06", "YTD"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import narwhals as nw

from exactnb.errors import InputError

__all__ = ["By", "Month", "Period"]

#: how a period is cut into columns
By = Literal["month", "quarter", "year"]

_PART = re.compile(r"(\d{4})(?:-(?:Q([1-4])|(\d{1,2})))?", re.IGNORECASE)
_HINT = 'Periods are written "2025", "2025-Q3", "2025-04", "2025-01..2025-06" or "YTD".'
#: periods before the first month (opening) and after the twelfth (closing) that books may have
FIRST, LAST = 0, 99


class Month(NamedTuple):
    """A period of a financial year, as Exact numbers them: 1 to 12, sometimes 0 or 13."""

    year: int
    period: int

    @property
    def ordinal(self) -> int:
        """A number that sorts as the periods do."""
        return self.year * 100 + self.period

    def plus(self, months: int) -> Month:
        """So many months later, or earlier."""
        year, month = divmod(self.year * 12 + min(max(self.period, 1), 12) - 1 + months, 12)
        return Month(year, month + 1)


@dataclass(frozen=True)
class Period:
    """A run of financial periods, both ends included.

    A year takes in its periods 0 and 13 too; so does its first and its last quarter.

    Examples
    --------
    >>> Period.of("2025-Q3").months
    [Month(year=2025, period=7), Month(year=2025, period=8), Month(year=2025, period=9)]
    >>> str(Period.of("2025-01..2025-06").before)
    '2024-07..2024-12'
    """

    first: Month
    last: Month

    @classmethod
    def of(cls, text: str | Period, *, latest: Month | None = None) -> Period:
        """The period that a text means.

        Parameters
        ----------
        text
            In the grammar of this module.
        latest
            The last period of the books, which "YTD" runs to.

        Raises
        ------
        InputError
            The text is no period, or its end is before its beginning.
        """
        if isinstance(text, Period):
            return text
        said = str(text).strip()
        if said.upper() == "YTD":
            if latest is None:
                raise InputError("There are no lines, so there is no year to date", hint=_HINT)
            return cls(Month(latest.year, FIRST), latest)
        begin, dots, end = said.partition("..")
        first, last = _part(begin, said), _part(end if dots else begin, said)
        if last.last.ordinal < first.first.ordinal:
            raise InputError(f"The period {said!r} ends before it begins", hint=_HINT)
        return cls(first.first, last.last)

    def __str__(self) -> str:
        first, last = self._clipped
        if first.year == last.year and (first.period, last.period) == (1, 12):
            return str(first.year)
        if first.period == 1 and last.period == 12:
            return f"{first.year}..{last.year}"
        if first == last:
            return _month(first)
        quarter, start = divmod(first.period - 1, 3)
        if start == 0 and last == first.plus(2):
            return f"{first.year}-Q{quarter + 1}"
        return f"{_month(first)}..{_month(last)}"

    @property
    def _clipped(self) -> tuple[Month, Month]:
        """Its ends among the twelve months, unless it is a period of its own like 13."""
        if self.first == self.last:
            return self.first, self.last
        first, last = self.first, self.last
        return (
            Month(first.year, min(max(first.period, 1), 12)),
            Month(last.year, min(max(last.period, 1), 12)),
        )

    @property
    def months(self) -> list[Month]:
        """Its months, in order."""
        first, last = self._clipped
        return list(_months(first, last))

    @property
    def before(self) -> Period:
        """The period of the same length that ends where this one begins."""
        first, last = self._clipped
        length = len(self.months)
        return _whole(first.plus(-length), last.plus(-length))

    @property
    def year_before(self) -> Period:
        """The same period of the year before."""
        return Period(
            Month(self.first.year - 1, self.first.period),
            Month(self.last.year - 1, self.last.period),
        )

    def by(self, by: By) -> list[Period]:
        """The months, quarters or years of which it is made, cut off at its ends.

        Examples
        --------
        >>> [str(part) for part in Period.of("2025-02..2025-07").by("quarter")]
        ['2025-02..2025-03', '2025-Q2', '2025-07']
        """
        if by not in ("month", "quarter", "year"):
            raise InputError(f"by is 'month', 'quarter' or 'year', not {by!r}")
        size = {"month": 1, "quarter": 3, "year": 12}[by]
        groups: dict[tuple[int, int], list[Month]] = {}
        for month in self.months:
            groups.setdefault((month.year, (month.period - 1) // size), []).append(month)
        # a year's periods 0 and 13 go with its first and its last month
        parts = [Period(_begin(group[0]), _end(group[-1])) for group in groups.values()]
        parts[0] = Period(self.first, parts[0].last)
        parts[-1] = Period(parts[-1].first, self.last)
        return parts

    @property
    def within(self) -> nw.Expr:
        """Whether a line is in it."""
        return _ordinal().is_between(self.first.ordinal, self.last.ordinal)

    @property
    def so_far(self) -> Period:
        """From the beginning of its first year to its end."""
        return Period(Month(self.first.year, FIRST), self.last)

    @property
    def ever(self) -> Period:
        """From the beginning of the books to its end."""
        return Period(Month(0, 0), self.last)

    @property
    def prior(self) -> Period:
        """All before it, from the beginning of the books."""
        first = self.first
        last = Month(first.year, first.period - 1) if first.period else Month(first.year - 1, LAST)
        return Period(Month(0, 0), last)

    def holds(self, frame: Any) -> Any:
        """The same of the rows of a pandas frame of movements, as a mask."""
        ordinal = frame["financial_year"] * 100 + frame["financial_period"]
        return ordinal.between(self.first.ordinal, self.last.ordinal)


def _ordinal() -> nw.Expr:
    return nw.col("financial_year").cast(nw.Int64) * 100 + nw.col("financial_period")


def _part(text: str, whole: str) -> Period:
    found = _PART.fullmatch(text.strip())
    if found is None:
        raise InputError(f"{whole!r} is no period", hint=_HINT)
    year = int(found[1])
    if found[2]:
        last = int(found[2]) * 3
        return _whole(Month(year, last - 2), Month(year, last))
    if found[3]:
        return Period(Month(year, int(found[3])), Month(year, int(found[3])))
    return Period(Month(year, FIRST), Month(year, LAST))


def _whole(first: Month, last: Month) -> Period:
    """From the one month to the other; with a year's first month goes 0, with its last 13."""
    return Period(first, last) if first == last else Period(_begin(first), _end(last))


def _begin(month: Month) -> Month:
    return month._replace(period=FIRST) if month.period == 1 else month


def _end(month: Month) -> Month:
    return month._replace(period=LAST) if month.period == 12 else month


def _months(first: Month, last: Month) -> Iterator[Month]:
    while first <= last:
        yield first
        if not 1 <= first.period <= 12:
            return
        first = first.plus(1)


def _month(month: Month) -> str:
    return f"{month.year}-{month.period:02d}"
