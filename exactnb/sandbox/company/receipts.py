"""How customers pay: on time, a week late, in parts, later and later, or not at all."""

from __future__ import annotations

from exactnb.sandbox.company import days
from exactnb.sandbox.company.bank import Bank
from exactnb.sandbox.company.days import TODAY
from exactnb.sandbox.company.dice import Dice, share
from exactnb.sandbox.company.ledger import Book, Entry, Line, OpenItem
from exactnb.sandbox.company.relations import BOOKKEEPER, Relation
from exactnb.sandbox.company.sales import Invoice

_LATE = {
    "punctual": (-4, 2),
    "week late": (4, 11),
    "month late": (18, 30),
    "after reminders": (36, 58),
    "collected": (0, 0),
}
_CREEPS_FROM = days.day(2024, 7, 1)
_SLIPS_FROM = days.day(2025, 7, 1)
_STALLS_FROM = days.day(2024, 7, 1)
BANKRUPT_SINCE = days.day(2024, 12, 1)


class Receipts:
    """Draws the days on which invoices are paid and tells the bank."""

    def __init__(self, book: Book, bank: Bank, seed: int) -> None:
        self._book, self._bank = book, bank
        self._dice = Dice(seed, "receipts")

    def invoices(self, invoices: list[Invoice]) -> None:
        """Pay the processed invoices of the books."""
        for invoice in invoices:
            if invoice.entry is None:
                continue
            total = invoice.net + invoice.vat
            self.pay(invoice.customer, invoice.date, invoice.due, total, invoice.entry)

    def pay(
        self,
        customer: Relation,
        date: int,
        due: int,
        total: int,
        entry: Entry | OpenItem,
    ) -> None:
        """Pay one open item, in one or more parts."""
        # drawn for every item, so that what one customer does leaves the others' luck alone
        short = self._dice.between(1, 95) if self._dice.chance(5) else 0
        for days_late, part in self._parts(customer, date, total):
            paid_on = days.workday(max(due + days_late, date + 1))
            if paid_on > TODAY:
                continue
            left = short if part == total and total > 5_000 else 0
            if left:
                self._write_off(customer, left, paid_on, entry)
            self._bank.expect(paid_on, Line("1300", -(part - left), customer, settles=entry))

    def _parts(self, customer: Relation, date: int, total: int) -> list[tuple[int, int]]:
        dice, habit = self._dice, customer.habit
        if total < 0 and habit != "bankrupt":
            return [(dice.between(-5, 5), total)]
        if habit in _LATE:
            creep = max(0, date - _CREEPS_FROM) // (75 if "late" in habit else 160)
            return [(dice.between(*_LATE[habit]) + creep, total)]
        if habit == "in parts":
            first = share(total, dice.between(4, 6), 10)
            return [(dice.between(0, 6), first), (dice.between(20, 36), total - first)]
        if habit == "bankrupt":
            return [] if date >= BANKRUPT_SINCE else [(dice.between(4, 15), total)]
        if habit == "slipping":
            slip = max(0, date - _SLIPS_FROM) * 30 // 100
            return [(dice.between(2, 9) + slip, total)]
        slip = max(0, date - _STALLS_FROM) * 14 // 100
        if habit == "fading" and slip > 40:
            first = share(total, dice.between(2, 4), 10)
            return [(slip // 2, first), (slip + dice.between(5, 25), total - first)]
        return [(dice.between(4, 12) + slip, total)]

    def _write_off(
        self, customer: Relation, left: int, paid_on: int, entry: Entry | OpenItem
    ) -> None:
        """Book the cents that were not paid as a payment difference."""
        lines = [Line("1300", -left, customer, settles=entry), Line("4900", left)]
        date = days.workday(min(paid_on + 1, TODAY))
        created = days.ms(date, 520 + left * 5)
        text = f"Betalingsverschil {customer.name}"
        self._book.post(Entry("90", 83, date, text, lines, created=created, user=BOOKKEEPER))
