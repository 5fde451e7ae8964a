"""The bank: what is received and paid is gathered here and comes in on weekly statements."""

from __future__ import annotations

from collections.abc import Set

from exactnb.sandbox.company import days
from exactnb.sandbox.company.days import FIRST, TODAY
from exactnb.sandbox.company.ledger import Book, Entry, Line
from exactnb.sandbox.company.relations import BOOKKEEPER, Relation


class Bank:
    """Gathers expected lines, then posts the statements.

    Parameters
    ----------
    book
        Where the statements are booked.
    opening
        Balance on the first day, in cents.
    weekly
        A statement on each Friday too, not only on the last day of each month.
    """

    def __init__(self, book: Book, opening: int, *, weekly: bool = True) -> None:
        self._book = book
        self._opening = opening
        self._dates = {days.month_end(year, month) for year, month in days.MONTHS}
        if weekly:
            self._dates |= set(range(FIRST + (5 - FIRST) % 7, TODAY, 7))
        self._lines: list[tuple[int, Line]] = []

    def expect(self, date: int, line: Line) -> None:
        """The other side of a receipt (negative) or a payment (positive) on a day."""
        if date <= TODAY:
            self._lines.append((date, line._replace(date=date)))

    def expected(self, codes: Set[str], year: int, months: range) -> int:
        """The sum of what is expected on these accounts in these months, in cents."""
        return sum(
            line.cents
            for date, line in self._lines
            if line.gl in codes and days.YEAR[date] == year and days.MONTH[date] in months
        )

    def post(
        self, group: Relation | None = None, low: int = 0, high: int = 0
    ) -> list[tuple[int, int]]:
        """Post all statements; gives the transfers to (+) and from (-) the group as (day, cents).

        The balance is kept between `low` and `high` by transfers with the other company of the
        group, `group`, on its current account.
        """
        self._lines.sort(key=lambda entry: entry[0])
        transfers: list[tuple[int, int]] = []
        balance, place = self._opening, 0
        for date in sorted(self._dates):
            lines = []
            while place < len(self._lines) and self._lines[place][0] <= date:
                lines.append(self._lines[place][1])
                place += 1
            closing = balance - sum(line.cents for line in lines)
            if group is not None and (moved := _transfer(closing, date, low, high)):
                text = "Naar rekening-courant" if moved > 0 else "Uit rekening-courant"
                lines.append(Line("1450", moved, group, text=text, date=date))
                transfers.append((date, moved))
                closing -= moved
            if not lines:
                continue
            text = f"Afschrift {date - FIRST:04d}"
            entry = Entry(
                "20", 40, date, text, [Line("1100", closing - balance), *lines],
                created=days.ms(date, 1020), user=BOOKKEEPER,
            )  # fmt: skip
            entry.opening, entry.closing = balance, closing
            self._book.post(entry)
            balance = closing
        return transfers


def _transfer(closing: int, date: int, low: int, high: int) -> int:
    """What to move out of a balance that is too high, or (negative) into one that is too low."""
    step = 500_000
    if closing < low:
        return -((low + (high - low) // 3 - closing) // step + 1) * step
    if closing > high:
        return (closing - high + (high - low) // 3) // step * step
    return 0
