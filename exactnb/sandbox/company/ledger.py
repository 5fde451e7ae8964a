"""The book of a division: entries are posted, proved to balance, and numbered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from exactnb.sandbox.company import days
from exactnb.sandbox.company.dice import Dice

if TYPE_CHECKING:
    from exactnb.sandbox.company.items import Item
    from exactnb.sandbox.company.relations import Relation


class Line(NamedTuple):
    """A line of an entry, in the compact form that the books are worked out in."""

    gl: str
    cents: int
    account: Relation | None = None
    settles: Entry | OpenItem | None = None
    text: str | None = None
    vat: str | None = None
    role: str | None = None
    """The letter of the line in the VAT return (Exact's VATType)."""
    vat_cents: int = 0
    """On a base line the VAT over it, on a VAT line its base."""
    fc: int | None = None
    """Amount in the entry's currency, when that is not the euro."""
    due: int | None = None
    date: int | None = None
    """Day of a line on a bank statement; None: that of the entry."""
    item: Item | None = None
    quantity: int | None = None
    """In hundredths."""
    project: str | None = None


class OpenItem:
    """An invoice of before the books, known by its number only."""

    __slots__ = ("number", "ref")

    def __init__(self, number: int, ref: str | None = None) -> None:
        self.number = number
        self.ref = ref


class Entry:
    """A booking: what a Transaction and its TransactionLines are made from."""

    __slots__ = (
        "account", "closing", "created", "currency", "date", "due", "id", "journal", "kind",
        "lines", "number", "opening", "order", "period", "rate", "ref", "terms", "text", "user",
        "year",
    )  # fmt: skip

    def __init__(
        self,
        journal: str,
        kind: int,
        date: int,
        text: str | None,
        lines: list[Line],
        *,
        created: int,
        user: int,
        account: Relation | None = None,
        due: int | None = None,
        ref: str | None = None,
        terms: str | None = None,
    ) -> None:
        self.journal, self.kind, self.date, self.text, self.lines = journal, kind, date, text, lines
        self.created, self.user, self.account = created, user, account
        self.due, self.ref, self.terms = due, ref, terms
        self.year, self.period = days.YEAR[date], days.MONTH[date]
        self.number = 0
        self.id = ""
        self.order: int | None = None
        self.currency, self.rate = "EUR", 1_000_000
        self.opening = self.closing = 0


class Book:
    """All entries of one division."""

    def __init__(self, division: int, seed: int) -> None:
        self.division = division
        self._dice = Dice(seed, f"book {division}")
        self.entries: list[Entry] = []
        self._sums: dict[tuple[str, int, int], int] = {}
        self.vat: list[tuple[Entry, Line]] = []
        """Lines that take part in a VAT return, as posted."""

    def post(self, entry: Entry) -> Entry:
        """Take an entry into the book; one that does not balance is refused."""
        total = 0
        sums, year, period = self._sums, entry.year, entry.period
        for line in entry.lines:
            total += line.cents
            key = (line.gl, year, period)
            sums[key] = sums.get(key, 0) + line.cents
            if line.role:
                self.vat.append((entry, line))
        if total:
            raise ValueError(f"entry of {entry.text!r} is out of balance by {total} cents")
        self.entries.append(entry)
        return entry

    def movement(self, codes: Iterable[str], year: int, periods: Iterable[int]) -> int:
        """The sum of what was booked on these accounts in these periods of a year, in cents."""
        months = list(periods)
        return sum(self._sums.get((code, year, p), 0) for code in codes for p in months)

    def balance(self, code: str) -> int:
        """The balance of an account over all that was booked, in cents."""
        return sum(cents for (gl, _, _), cents in self._sums.items() if gl == code)

    def number(self, digits: int, skipped: dict[tuple[str, int], set[int]]) -> None:
        """Number the entries by journal and year in the order in which they were made.

        A number is the year (2 digits), the journal (2), and a serial of so many digits; serials
        in `skipped` are left out.
        """
        serials: dict[tuple[str, int], int] = {}
        self.entries.sort(key=lambda e: e.created)
        for entry in self.entries:
            series = (entry.journal, entry.year)
            serial = serials.get(series, 0) + 1
            while serial in skipped.get(series, ()):
                serial += 1
            serials[series] = serial
            entry.id = self._dice.guid()
            entry.number = int(f"{entry.year % 100}{entry.journal}{serial:0{digits}d}")
