"""Noordster Beheer B.V.: management fee, current account, dividends; few bookings."""

from __future__ import annotations

from collections.abc import Iterable

from exactnb.sandbox.company import chart, checkdigits, days
from exactnb.sandbox.company.bank import Bank
from exactnb.sandbox.company.chart import HOLDING
from exactnb.sandbox.company.days import FIRST, MONTHS, TODAY
from exactnb.sandbox.company.dice import Dice, share
from exactnb.sandbox.company.ledger import Book, Entry, Line
from exactnb.sandbox.company.names import Names
from exactnb.sandbox.company.opening import CURRENT_ACCOUNT
from exactnb.sandbox.company.plan import Plan
from exactnb.sandbox.company.purchases import Bill
from exactnb.sandbox.company.relations import BOOKKEEPER, CONTROLLER, PAYABLES, Relation

BANK = 41_214_850
_BALANCES = {
    "0500": -1_800_000,
    "0600": 12_500_000,
    "1100": BANK,
    "1450": -CURRENT_ACCOUNT,
    "1560": -58_200,
}

#: role, name, account, months of its invoices, lowest and highest amount in cents, what
_COSTS = (
    ("accountant", "Grootboek & Partners", "4700", (3, 9), 64_000, 128_000, "Werkzaamheden"),
    ("software", "Wolkenveld Software B.V.", "4220", (1, 4, 7, 10), 14_700, 16_900, "Licentie"),
    ("advice", "Terp & Dijk Advocaten", "4720", (11,), 88_000, 214_000, "Advies"),
)


class Holding:
    """The second division: its relations and its book.

    Attributes
    ----------
    unassigned
        The entry that stands on the receivables account without a relation.
    """

    def __init__(self, plan: Plan, seed: int) -> None:
        self._plan = plan
        self._dice = Dice(seed, "holding")
        self.book = Book(HOLDING, seed)
        self.bank = Bank(self.book, plan.times(BANK), weekly=False)
        self._role: dict[str, Relation] = {}
        names = Names(seed + 1)
        for role, name in (
            ("company", "Noordster Rijwielen B.V."),
            *((cost[0], cost[1]) for cost in _COSTS),
            ("tax office", "Belastingdienst"),
        ):
            self._role[role] = self._relation(names, role, name)
        self.relations = list(self._role.values())
        self.company, self.tax_office = self._role["company"], self._role["tax office"]
        self.unassigned = self._opening()

    def _relation(self, names: Names, role: str, name: str) -> Relation:
        dice = self._dice
        town, postcode = names.town("NL")
        sells = role == "company"
        relation = Relation(
            dice.guid(), (30_001 if sells else 40_001) + len(self._role), name, role, "NL", town,
            postcode, names.street(), names.phone("NL"), f"{role.replace(' ', '')}@example.nl",
            days.day(2021, 6, 1), HOLDING, customer=sells, supplier=not sells, terms="14",
            bank=checkdigits.iban(dice, "NL"),
        )  # fmt: skip
        if sells:
            relation.vat_number = chart.VAT_NUMBER[chart.MAIN]
            relation.chamber = chart.CHAMBER_NUMBER[chart.MAIN]
        elif role != "tax office":
            relation.vat_number = checkdigits.vat_number(dice, "NL")
            relation.chamber = checkdigits.chamber_number(dice, "NL")
        return relation

    def _opening(self) -> Entry:
        lines = [Line(gl, self._plan.times(cents)) for gl, cents in _BALANCES.items()]
        lines.append(Line("0540", -sum(line.cents for line in lines)))
        self._memorial(10, FIRST, "Beginbalans 2023", lines, days.ms(days.day(2023, 1, 5), 610))
        self.bank.expect(
            days.close(2023, 1), Line("1560", self._plan.times(58_200), text="Omzetbelasting 2022")
        )
        date = days.day(2025, 11, 28)
        lines = [Line("1300", 125_000), Line("8800", -125_000)]
        text = "Correctie vergoeding, nog uit te zoeken"
        return self._memorial(90, date, text, lines, days.ms(date, 930))

    def _memorial(self, kind: int, date: int, text: str, lines: list[Line], created: int) -> Entry:
        return self.book.post(
            Entry("90", kind, date, text, lines, created=created, user=CONTROLLER)
        )

    def post(self, fees: Iterable[Bill], dividends: list[tuple[int, int]]) -> None:
        """Book the fees that the company was charged, the costs, and the dividends received."""
        for bill in fees:
            self._fee(bill)
        for role, _, gl, months, low, high, text in _COSTS:
            for year, month in MONTHS:
                if month in months:
                    self._cost(self._role[role], year, month, gl, (low, high), text)
        for date, cents in dividends:
            self.bank.expect(date, Line("9110", -cents, self.company, text="Dividend"))
        for year, month in MONTHS:
            date = days.workday(days.day(year, month, 3))
            self.bank.expect(date, Line("4400", self._dice.between(890, 1_420), text="Bankkosten"))

    def _fee(self, bill: Bill) -> None:
        net = sum(line.amount for line in bill.lines)
        vat = share(net, 21, 100)
        lines = [
            Line("1300", net + vat, self.company, due=bill.due),
            Line("8800", -net, self.company, vat="2", role="V", vat_cents=-vat),
            Line("1500", -vat, self.company, vat="2", role="A", vat_cents=-net),
        ]
        entry = self.book.post(
            Entry("70", 20, bill.date, bill.text, lines, created=days.ms(bill.date, 570),
                  user=BOOKKEEPER, account=self.company, due=bill.due, terms="14")
        )  # fmt: skip
        if bill.paid_on <= TODAY:
            text = f"Noordster Rijwielen {bill.ref}"
            line = Line("1300", -net - vat, self.company, settles=entry, text=text)
            self.bank.expect(bill.paid_on, line)

    def _cost(
        self, who: Relation, year: int, month: int, gl: str, range_: tuple[int, int], text: str
    ) -> None:
        dice = self._dice
        date = dice.pick(days.workdays(year, month)[:15])
        net = dice.between(*range_)
        vat = share(net, 21, 100)
        lines = [
            Line("1600", -net - vat, who, due=date + 14),
            Line(gl, net, who, vat="2", role="I", vat_cents=vat),
            Line("1520", vat, who, vat="2", role="O", vat_cents=net),
        ]
        made = days.ms(days.workday(date + 2), 600)
        ref = f"{year}{month:02d}{dice.between(100, 999)}"
        entry = self.book.post(
            Entry("60", 30, date, text, lines, created=made, user=PAYABLES, account=who,
                  due=date + 14, ref=ref, terms="14")
        )  # fmt: skip
        paid_on = days.workday(date + 14)
        self.bank.expect(
            paid_on, Line("1600", net + vat, who, settles=entry, text=f"{who.name} {ref}")
        )

    def transfers(self, moved: list[tuple[int, int]]) -> None:
        """Expect the other side of what the company moved on the current account."""
        for date, cents in moved:
            text = "Van Noordster Rijwielen" if cents > 0 else "Naar Noordster Rijwielen"
            self.bank.expect(date, Line("1450", -cents, self.company, text=text))
