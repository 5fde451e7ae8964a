"""Purchases: invoices for the goods that came in, for costs, and for fixed assets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from exactnb.sandbox.company import chart, days
from exactnb.sandbox.company.bank import Bank
from exactnb.sandbox.company.days import TODAY
from exactnb.sandbox.company.dice import Dice, share
from exactnb.sandbox.company.items import Item
from exactnb.sandbox.company.ledger import Book, Entry, Line
from exactnb.sandbox.company.plan import PRICE_LEVEL, PROJECTS, Plan
from exactnb.sandbox.company.relations import COSTS, PAYABLES, Relation, Relations
from exactnb.sandbox.company.stock import Delivery

#: euros for a dollar in each month from January 2023 on, in millionths
DOLLAR = (
    928_117, 933_243, 934_071, 911_893, 919_877, 922_931, 904_117, 916_759, 936_487, 946_793,
    925_367, 916_423, 917_221, 926_579, 919_753, 932_471, 925_139, 929_267, 922_193, 908_327,
    900_713, 917_389, 940_957, 954_283, 966_011, 960_127, 925_381, 891_973, 886_709, 868_127,
    856_291, 859_433, 852_647, 859_871, 865_177, 854_921, 851_363, 848_297, 853_511, 857_809,
    861_433, 858_197,
)  # fmt: skip

#: year, month, account, price in cents, what
INVESTMENTS = (
    (2023, 5, "0300", 1_484_000, "Werkplaatsinrichting"),
    (2024, 3, "0400", 3_150_000, "Bestelbus elektrisch"),
    (2025, 1, "0320", 924_000, "Laptops en kassa's"),
    (2025, 11, "0300", 1_126_000, "Palletstelling"),
)

MANAGEMENT_FEE = {2023: 195_000, 2024: 202_500, 2025: 262_500, 2026: 270_000}
"""What the holding charges a month, in cents."""


class BillLine(NamedTuple):
    """A line of a purchase invoice, in cents."""

    item: Item | None
    pieces: int
    price: int
    amount: int
    gl: str


@dataclass(eq=False, slots=True)
class Bill:
    """A purchase invoice."""

    supplier: Relation
    date: int
    ref: str
    lines: list[BillLine]
    vat: str
    created: int = 0
    text: str = ""
    entry: Entry | None = None
    paid_on: int = 0
    project: str | None = None
    net: int = field(init=False, default=0)

    @property
    def due(self) -> int:
        """Day on which payment is due."""
        return self.date + chart.TERMS[self.supplier.terms or "30"]


class Purchases:
    """All purchase invoices of the main division; `post` books them and tells the bank."""

    def __init__(
        self, plan: Plan, relations: Relations, deliveries: list[Delivery], seed: int
    ) -> None:
        self._plan, self.relations = plan, relations
        self._dice = Dice(seed, "purchases")
        self._refs: dict[Relation, int] = {}
        self._seen: dict[tuple[Relation, int], int] = {}
        self.bills = [self._goods(delivery) for delivery in deliveries]
        for cost in COSTS:
            self._costs(cost)
        for year, month, gl, price, text in INVESTMENTS:
            supplier = relations.role["lease" if gl == "0400" else "tools"]
            date = days.workdays(year, month)[4]
            self.bills.append(self.bill(supplier, date, gl, plan.times(price), "2", text))
        for year, month in days.MONTHS:
            fee = self.bill(
                relations.role["holding"], days.workdays(year, month)[2], "4740",
                plan.times(MANAGEMENT_FEE[year]), "2", f"Managementvergoeding {month:02d}-{year}",
            )  # fmt: skip
            fee.ref = f"{year % 100}70{month:04d}"
            self.bills.append(fee)
        self.bills.sort(key=lambda bill: bill.date)

    def _goods(self, delivery: Delivery) -> Bill:
        supplier = delivery.supplier
        lines = [BillLine(*goods, "3000") for goods in delivery.lines]
        vat = "8" if supplier.country == "TW" else "9" if supplier.in_eu else "2"
        text = "Container" if vat == "8" else "Levering goederen"
        return Bill(
            supplier, delivery.date, self.ref(supplier, delivery.date), lines, vat, text=text
        )

    def _costs(self, cost: dict[str, object]) -> None:
        dice, plan = self._dice, self._plan
        supplier = self.relations.role[str(cost["role"])]
        low, high, often = (int(str(cost[k])) for k in ("low", "high", "per_year"))
        fixed = low == high
        for year in range(2023, 2027):
            count = often if fixed else plan.times(often)
            for place in range(count):
                date = days.workday(
                    days.day(year, 1, 3) + (place * 363 + dice.between(0, 200)) // count
                )
                if fixed:
                    month = place * 12 // count + 1
                    date = days.workday(days.day(year, month, 2 + low % 5))
                if date > TODAY or days.YEAR[date] != year:
                    continue
                net = plan.times(low * 100) if fixed else dice.spread(low * 100, high * 100)
                net = share(net, PRICE_LEVEL[year], 1000)
                text = str(cost["text"])
                if not fixed and dice.chance(3):
                    net, text = -share(net, 1, 5), f"Creditnota {text.lower()}"
                bill = self.bill(supplier, date, str(cost["gl"]), net, str(cost["vat"]), text)
                bill.project = _project(supplier, date)
                self.bills.append(bill)

    def bill(self, supplier: Relation, date: int, gl: str, net: int, vat: str, text: str) -> Bill:
        """An invoice for costs of one kind."""
        while abs(date - self._seen.get((supplier, net), 0)) < 15:
            net += 7  # two invoices of one amount in a fortnight would look like a duplicate
        self._seen[supplier, net] = date
        line = BillLine(None, 1, net, net, gl)
        return Bill(supplier, date, self.ref(supplier, date), [line], vat, text=text)

    def ref(self, supplier: Relation, date: int) -> str:
        """The next invoice number of a supplier."""
        number = self._refs.get(supplier, self._dice.between(100, 8000)) + self._dice.between(1, 9)
        self._refs[supplier] = number
        style = supplier.code % 3
        year = days.YEAR[date]
        return (f"{year}{number:05d}", f"F{year % 100}-{number:05d}", f"{number + 300_000}")[style]

    def post(self, book: Book, bank: Bank) -> None:
        """Book every invoice and expect its payment."""
        dice = self._dice
        for bill in self.bills:
            if not bill.created:
                late = min(days.workday(bill.date + dice.between(1, 6)), TODAY)
                bill.created = days.ms(late, dice.between(510, 1010)) + dice.between(0, 59_999)
            bill.entry = book.post(_entry(bill))
            seen_on = days.workday(bill.created // days.DAY_MS + EPOCH)
            bill.paid_on = days.workday(max(bill.due + dice.between(-3, 1), seen_on))
            gross = -bill.entry.lines[0].cents
            self._pay(book, bank, bill, bill.paid_on, gross)

    def _pay(self, book: Book, bank: Bank, bill: Bill, paid_on: int, gross: int) -> None:
        entry = bill.entry
        assert entry is not None
        paid = gross
        if entry.currency == "USD" and paid_on <= TODAY:
            paid = share(-(entry.lines[0].fc or 0), dollar(paid_on), 1_000_000)
            difference = paid - gross
            lines = [
                Line("1600", -difference, bill.supplier, settles=entry),
                Line("4910", difference),
            ]
            date = days.workday(paid_on)
            book.post(
                Entry("90", 82, date, f"Koersverschil {bill.ref}", lines,
                      created=days.ms(date, 990), user=PAYABLES)
            )  # fmt: skip
        text = f"{bill.supplier.name} {bill.ref}"
        bank.expect(paid_on, Line("1600", paid, bill.supplier, settles=entry, text=text))


_PROJECT_OF = {"tools": "P2301", "webshop": "P2401", "assembly": "P2402", "advertising": "P2501"}


def _project(supplier: Relation, date: int) -> str | None:
    """The project that a supplier works on at the time."""
    code = _PROJECT_OF.get(supplier.role)
    if code is None:
        return None
    _, start, end, _ = PROJECTS[code]
    return code if days.day(*start) <= date <= (days.day(*end) if end else TODAY) else None


EPOCH = days.day(1970, 1, 1)


def dollar(date: int) -> int:
    """Euros for a dollar on a day, in millionths."""
    return DOLLAR[(days.YEAR[date] - 2023) * 12 + days.MONTH[date] - 1]


def _entry(bill: Bill) -> Entry:
    """The booking of a bill: payable, costs or stock by account, VAT (both sides if reversed)."""
    supplier, code = bill.supplier, chart.VAT_CODES[bill.vat]
    rate = dollar(bill.date) if supplier.country == "TW" else 1_000_000
    if rate != 1_000_000:
        _round_to_dollars(bill, rate)
    by_gl: dict[str, int] = {}
    for line in bill.lines:
        by_gl[line.gl] = by_gl.get(line.gl, 0) + line.amount
    bill.net = net = sum(by_gl.values())
    vat = share(net, code.percent, 100)
    back = net < 0
    base, claim, pay = ("W", "Q", "Y") if back else ("I", "O", "P")

    def fc(cents: int) -> int | None:
        return share(cents, 1_000_000, rate) if rate != 1_000_000 else None

    gross = net if code.charged else net + vat
    lines = [Line("1600", -gross, supplier, due=bill.due, fc=fc(-gross))]
    left = vat
    for gl, amount in by_gl.items():
        part = share(amount, code.percent, 100) if len(lines) < len(by_gl) else left
        left -= part
        lines.append(
            Line(
                gl,
                amount,
                supplier,
                vat=code.code,
                role=base,
                vat_cents=part,
                fc=fc(amount),
                project=bill.project,
            )
        )
    if vat and code.to_claim:
        if code.charged and code.to_pay:
            lines.append(
                Line(
                    code.to_pay,
                    -vat,
                    supplier,
                    vat=code.code,
                    role=pay,
                    vat_cents=-net,
                    fc=fc(-vat),
                )
            )
        lines.append(
            Line(code.to_claim, vat, supplier, vat=code.code, role=claim, vat_cents=net, fc=fc(vat))
        )
    entry = Entry(
        "60", 31 if back else 30, bill.date, bill.text, lines, created=bill.created, user=PAYABLES,
        account=supplier, due=bill.due, ref=bill.ref, terms=supplier.terms,
    )  # fmt: skip
    if rate != 1_000_000:
        entry.currency, entry.rate = "USD", rate
    return entry


def _round_to_dollars(bill: Bill, rate: int) -> None:
    """Make the euro amounts those of whole dollar cents; the goods take the cent of difference."""
    net = sum(line.amount for line in bill.lines)
    exact = share(share(net, 1_000_000, rate), rate, 1_000_000)
    last = bill.lines[-1]
    bill.lines[-1] = last._replace(amount=last.amount + exact - net)
    if last.item is not None:
        last.item.value += exact - net
