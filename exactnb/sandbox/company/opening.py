"""The opening balance at 1 January 2023: every balance sheet account, each open item by itself."""

from __future__ import annotations

from exactnb.sandbox.company import chart, days
from exactnb.sandbox.company.bank import Bank
from exactnb.sandbox.company.days import FIRST
from exactnb.sandbox.company.dice import Dice
from exactnb.sandbox.company.ledger import Book, Entry, Line, OpenItem
from exactnb.sandbox.company.plan import Plan
from exactnb.sandbox.company.receipts import Receipts
from exactnb.sandbox.company.relations import CONTROLLER, Relation, Relations

BANK = 5_841_233
"""Balance of the bank on the first day, in cents; smallest company."""
CURRENT_ACCOUNT = 20_000_000
"""What the holding owes on the first day, in cents."""

BALANCES = {
    "0300": 16_842_000, "0310": -9_310_500, "0320": 4_120_000, "0330": -2_648_250,
    "0400": 7_935_000, "0410": -3_702_000, "0500": -1_800_000, "0510": -4_500_000,
    "0900": -24_000_000, "1100": BANK, "1400": 212_500, "1450": CURRENT_ACCOUNT,
    "1560": -2_731_400, "1800": -1_384_600, "1820": -402_300, "1830": -1_871_200,
    "1850": -1_265_000,
}  # fmt: skip
_RECEIVABLE, _PAYABLE = 16_900_000, 12_600_000


class Opening:
    """The opening entry, and what has still to be paid from before."""

    def __init__(self, plan: Plan, relations: Relations, inventory: int, seed: int) -> None:
        self._plan = plan
        self._dice = Dice(seed, "opening")
        shops = [r for r in relations.customers if r.role != "consumer"]
        self._receivable = self._items(shops, _RECEIVABLE, 22_700_431)
        self._payable = self._items(relations.suppliers[:36], _PAYABLE, 22_600_377)
        self._inventory = inventory

    def _items(
        self, relations: list[Relation], total: int, number: int
    ) -> list[tuple[Relation, int, int, OpenItem]]:
        """Invoices of late 2022 that add up to about the total: (who, date, cents, which)."""
        dice, left, items = self._dice, self._plan.times(total), []
        while left > 0:
            cents = min(left, dice.spread(42_000, 1_350_000))
            left -= cents
            date = days.workday(FIRST - dice.between(4, 40))
            items.append((dice.pick(relations), date, cents, number))
        items.sort(key=lambda item: item[1])
        return [
            (r, date, cents, OpenItem(number + place))
            for place, (r, date, cents, number) in enumerate(items)
        ]

    def post(self, book: Book, bank: Bank, receipts: Receipts) -> None:
        """Book the balance, and expect the payment of all that was open."""
        plan = self._plan
        lines = [Line(gl, plan.times(cents)) for gl, cents in BALANCES.items()]
        lines.append(Line("3000", self._inventory))
        for customer, date, cents, item in self._receivable:
            due = date + chart.TERMS[customer.terms or "30"]
            lines.append(
                Line("1300", cents, customer, settles=item, due=due, text=f"Factuur {item.number}")
            )
            receipts.pay(customer, FIRST + 2, due, cents, item)
        for supplier, date, cents, item in self._payable:
            due = date + chart.TERMS[supplier.terms or "30"]
            lines.append(
                Line("1600", -cents, supplier, settles=item, due=due, text=f"Factuur {item.number}")
            )
            paid_on = days.workday(max(due, FIRST + 3))
            bank.expect(paid_on, Line("1600", cents, supplier, settles=item, text=supplier.name))
        lines.append(Line("0540", -sum(line.cents for line in lines)))
        lines.sort(key=lambda line: line.gl)
        book.post(
            Entry("90", 10, FIRST, "Beginbalans 2023", lines,
                  created=days.ms(days.day(2023, 1, 4), 560), user=CONTROLLER)
        )  # fmt: skip
        for gl, month, text in (
            ("1560", 1, "Omzetbelasting Q4 2022"),
            ("1850", 7, "Vennootschapsbelasting 2022"),
        ):
            date = days.close(2023, month)
            bank.expect(date, Line(gl, -plan.times(BALANCES[gl]), text=text))
