"""Sales: orders, invoices and credit notes, drawn so that they add up to the plan."""

from __future__ import annotations

from dataclasses import dataclass, field

from exactnb.sandbox.company import chart, days
from exactnb.sandbox.company.days import TODAY
from exactnb.sandbox.company.dice import Dice, running, share
from exactnb.sandbox.company.items import REVENUE, Item, Items
from exactnb.sandbox.company.ledger import Book, Entry, Line
from exactnb.sandbox.company.plan import CUSTOMER_SHARE, GROUP_SHARE, GROUPS, Plan
from exactnb.sandbox.company.relations import Relation, Relations

#: smallest and largest value of goods, in cents, that a group is sold for at once
_WINDOW = {
    "EBIKE": (140_000, 10**12),
    "CITY": (45_000, 10**12),
    "PART": (2_000, 1_600_000),
    "ACC": (2_000, 900_000),
    "WORK": (2_000, 500_000),
}
_MOST_LINES = {"EBIKE": 3, "CITY": 3, "PART": 5, "ACC": 3, "WORK": 2}
_TEXT = {
    "EBIKE": "E-bikes", "CITY": "Stadsfietsen", "PART": "Onderdelen", "ACC": "Accessoires",
    "WORK": "Werkplaats", "SHIP": "Vracht",
}  # fmt: skip
_TYPICAL = 1_250_000
"""Value of one invoice to a large customer, in cents."""


@dataclass(eq=False, slots=True)
class SaleLine:
    """A line of an order or an invoice; amounts in cents, quantities in hundredths."""

    item: Item
    quantity: int
    unit_price: int
    price: int
    vat: str
    amount: int
    vat_cents: int = 0
    cost: int = 0
    id: str = ""
    order_line: str | None = None


@dataclass(eq=False, slots=True)
class Order:
    """A sales order; `invoiced` of its first lines have been delivered and invoiced."""

    id: str
    customer: Relation
    date: int
    delivery: int
    lines: list[SaleLine]
    user: int
    ref: str
    status: int = 21
    invoiced: int = 0
    number: int = 0


@dataclass(eq=False, slots=True)
class Invoice:
    """A sales invoice (or credit note, with negative quantities)."""

    id: str
    customer: Relation
    date: int
    created: int
    user: int
    lines: list[SaleLine]
    status: int = 50
    credit: bool = False
    ref: str | None = None
    order: Order | None = None
    entry: Entry | None = None
    net: int = field(init=False, default=0)
    vat: int = field(init=False, default=0)

    @property
    def due(self) -> int:
        """Day on which payment is due."""
        return self.date + chart.TERMS[self.customer.terms or "30"]

    @property
    def text(self) -> str:
        """The groups of what is on it, in words."""
        groups = dict.fromkeys(_TEXT[line.item.group] for line in self.lines)
        text = " en ".join(groups).lower().capitalize()
        return f"Creditnota {text.lower()}" if self.credit else text

    def add_up(self) -> None:
        """Work out net and VAT: VAT by code over the sum, shared out to the lines."""
        self.net = sum(line.amount for line in self.lines)
        self.vat = 0
        by_code: dict[str, list[SaleLine]] = {}
        for line in self.lines:
            by_code.setdefault(line.vat, []).append(line)
        for code, lines in by_code.items():
            percent = chart.VAT_CODES[code].percent
            due = share(sum(line.amount for line in lines), percent, 100)
            self.vat += due
            for line in lines:
                line.vat_cents = share(line.amount, percent, 100)
                due -= line.vat_cents
            lines[-1].vat_cents += due


class Sales:
    """All orders and invoices of the main division."""

    def __init__(self, plan: Plan, relations: Relations, items: Items, seed: int) -> None:
        self._plan, self._items, self._relations = plan, items, relations
        # of the streams that were tried, the one whose chance lumps blur the stories least
        self._dice = Dice(seed, "sales 106")
        self._sold = dict.fromkeys(GROUPS, 0)
        self._owed: dict[str, int] = {}
        """What each large customer, or the tail, still lacks of its planned turnover."""
        self._buyers = relations.tail
        self._weights = running([r.weight for r in self._buyers])
        self._popular = {
            g: running([60 + 900 // (p + 3) for p in range(len(items.group[g]))])
            for g in items.group
        }
        self.invoices: list[Invoice] = []
        self.orders: list[Order] = []
        for year, month in days.MONTHS:
            self._month(year, month)
        self._credit_notes()
        self.drafts: list[Invoice] = []
        """Invoices that are not booked: open (20) and draft (10)."""
        self._pending()
        self.invoices.sort(key=lambda invoice: invoice.created)

    def _month(self, year: int, month: int) -> None:
        dice, plan = self._dice, self._plan
        dates = days.workdays(year, month)
        budget = plan.turnover(year, month)
        half = (year - 2023) * 2 + (month > 6)
        rest, count = budget, plan.invoices(month)
        for role, shares in CUSTOMER_SHARE.items():
            part = share(budget, shares[half], 1000)
            rest -= part
            if role == "bankrupt" and (year, month) > (2025, 3):
                rest += part
                continue
            owed = self._owed.get(role, 0) + part
            number = max(1, owed // _TYPICAL)
            count -= number
            for value in self._split(owed, number):
                owed -= self._invoice(self._relations.role[role], dice.pick(dates), value)
            self._owed[role] = owed
        owed = self._owed.get("tail", 0) + rest
        buyers = [self._buyers[dice.weighted(self._weights)] for _ in range(count)]
        shops = [r for r in buyers if r.role != "consumer"]
        for consumer in (r for r in buyers if r.role == "consumer"):
            owed -= self._invoice(consumer, dice.pick(dates), dice.spread(4_000, 90_000))
        for shop, value in zip(shops, self._split(owed, len(shops)), strict=True):
            owed -= self._invoice(shop, dice.pick(dates), value)
        self._owed["tail"] = owed

    def _split(self, whole: int, count: int) -> list[int]:
        weights = [self._dice.spread(16, 96) for _ in range(count)]
        return [share(whole, weight, sum(weights)) for weight in weights]

    def _invoice(self, customer: Relation, date: int, value: int) -> int:
        dice = self._dice
        lines = self._lines(customer, date, value)
        order = None
        ref = f"PO-{dice.between(10_000, 99_999)}"
        user = SELLERS[dice.chance(30)] if customer.role != "consumer" else SELLERS[2]
        if customer.role != "consumer" and dice.chance(52):
            ordered = days.workday(date - dice.between(3, 16), -1)
            order = Order(dice.guid(), customer, ordered, date, lines, user, ref)
            order.invoiced = len(lines)
            self.orders.append(order)
        created = days.ms(date, dice.between(500, 1040)) + dice.between(0, 59_999)
        invoice = Invoice(dice.guid(), customer, date, created, user, lines, ref=ref, order=order)
        invoice.add_up()
        self.invoices.append(invoice)
        return invoice.net

    def _lines(self, customer: Relation, date: int, value: int) -> list[SaleLine]:
        dice = self._dice
        home = customer.country == "NL"
        first = self._group(value, home, ())
        parts = [(first, value)]
        if dice.chance(30):
            side = share(value, dice.between(12, 38), 100)
            second = self._group(side, home, (first,))
            if second != first:
                parts = [(first, value - side), (second, side)]
        lines: list[SaleLine] = []
        for group, amount in parts:
            lines += self._of_group(customer, date, group, amount)
        if home and dice.chance(11):
            lines.append(self._line(customer, date, dice.pick(self._items.group["SHIP"]), 100))
        return lines

    def _group(self, value: int, home: bool, without: tuple[str, ...]) -> str:
        """A group that suits the value, the likelier the further it is behind its share."""
        total = sum(self._sold.values()) + value
        open_to = [
            g
            for g in GROUPS
            if g not in without
            and _WINDOW[g][0] <= value <= _WINDOW[g][1]
            and (home or g != "WORK")
        ]
        if not open_to:
            return "PART"
        behind = [max(0, share(total, GROUP_SHARE[g], 1000) - self._sold[g]) + 1 for g in open_to]
        return open_to[self._dice.weighted(running(behind))]

    def _of_group(self, customer: Relation, date: int, group: str, amount: int) -> list[SaleLine]:
        dice = self._dice
        lines: list[SaleLine] = []
        count = dice.between(1, _MOST_LINES[group])
        left = amount
        for place in range(count):
            part = left if place == count - 1 else share(left, dice.between(25, 60), 100)
            item = self._item(group, date)
            price = item.price_on(date)
            if part * 2 < price and lines:
                break
            step = 25 if item.unit == "hour" else 100
            quantity = max(step, (part * 100 // price + step // 2) // step * step)
            line = self._line(customer, date, item, quantity)
            left -= line.amount
            lines.append(line)
            if left <= 0:
                break
        self._sold[group] += sum(line.amount for line in lines)
        return lines

    def _item(self, group: str, date: int) -> Item:
        items, popular = self._items.group[group], self._popular[group]
        while True:
            item = items[self._dice.weighted(popular)]
            if item.end is None or date < item.end - 60:
                return item

    def _line(self, customer: Relation, date: int, item: Item, quantity: int) -> SaleLine:
        unit_price = item.price_on(date)
        discount = customer.discount if item.cost else 0
        price = unit_price - share(unit_price, discount, 1000)
        amount = share(price, quantity, 100)
        return SaleLine(item, quantity, unit_price, price, vat_code(customer, item), amount)

    def _credit_notes(self) -> None:
        dice = self._dice
        for invoice in list(self.invoices):
            goods = [line for line in invoice.lines if line.item.cost]
            date = days.workday(invoice.date + dice.between(4, 20))
            if not goods or date > TODAY or not dice.chance(2.2):
                continue
            line = dice.pick(goods)
            quantity = -dice.between(1, max(1, line.quantity // 300)) * 100
            amount = line.price * quantity // 100
            back = SaleLine(line.item, quantity, line.unit_price, line.price, line.vat, amount)
            created = days.ms(date, dice.between(500, 1040)) + dice.between(0, 59_999)
            credit = Invoice(
                dice.guid(), invoice.customer, date, created, invoice.user, [back],
                credit=True, ref=invoice.ref,
            )  # fmt: skip
            credit.add_up()
            self.invoices.append(credit)

    def _pending(self) -> None:
        """What is not invoiced yet, or never will be."""
        dice, plan = self._dice, self._plan
        prompt = [
            r for r in self._buyers if r.habit == "punctual" and r.terms == "30" and r.chamber
        ]
        ordered = days.workdays(2026, 6)[4:]
        for number in range(plan.times(46)):  # delivered in July and August
            delivery = days.workday(TODAY + 17 + number * 34 // plan.times(46))
            value = dice.spread(420_000, 1_550_000)
            self._order(dice.pick(prompt), dice.pick(ordered), delivery, value, 12)
        for _ in range(plan.times(9)):
            date = dice.pick(days.workdays(*dice.pick(days.MONTHS)))
            self._order(dice.pick(self._buyers), date, date + 14, dice.spread(40_000, 600_000), 45)
        late = [o for o in self.orders if o.status == 21 and days.TODAY - 20 < o.delivery <= TODAY]
        for order in late[: plan.times(7)]:  # one line of these is still to be delivered
            item = self._item("PART", order.date)
            order.lines = [*order.lines, self._line(order.customer, order.date, item, 400)]
            order.status = 20
        for number in range(plan.times(10)):
            who, date = dice.pick(prompt), TODAY - number % 2
            lines = self._lines(who, date, dice.spread(15_000, 400_000))
            created = days.ms(date, dice.between(520, 1020))
            status = 20 if number % 5 < 3 else 10
            invoice = Invoice(dice.guid(), who, date, created, SELLERS[0], lines, status)
            invoice.add_up()
            self.drafts.append(invoice)

    def _order(self, who: Relation, date: int, delivery: int, value: int, status: int) -> None:
        lines = self._lines(who, date, value)
        ref = f"PO-{self._dice.between(10_000, 99_999)}"
        own = self._dice.guid()
        self.orders.append(Order(own, who, date, delivery, lines, SELLERS[0], ref, status))


SELLERS = (4, 5, 6)


def vat_code(customer: Relation, item: Item) -> str:
    """The VAT code that belongs to a customer and an item."""
    if customer.country == "NL":
        return item.vat
    if customer.in_eu:
        return "7D" if item.group == "WORK" else "7"
    return "6"


def post(book: Book, invoices: list[Invoice]) -> None:
    """Book each processed invoice: receivable, revenue by account and VAT code, VAT."""
    for invoice in invoices:
        if invoice.status != 50:
            continue
        base_role, vat_role = ("X", "Z") if invoice.credit else ("V", "A")
        revenue: dict[tuple[str, str], list[int]] = {}
        for line in invoice.lines:
            sums = revenue.setdefault((REVENUE[line.item.group], line.vat), [0, 0])
            sums[0] += line.amount
            sums[1] += line.vat_cents
        customer, due = invoice.customer, invoice.due
        lines = [Line("1300", invoice.net + invoice.vat, customer, due=due)]
        vat: dict[str, list[int]] = {}
        for (gl, code), (net, due_vat) in revenue.items():
            lines.append(Line(gl, -net, customer, vat=code, role=base_role, vat_cents=-due_vat))
            sums = vat.setdefault(code, [0, 0])
            sums[0] += net
            sums[1] += due_vat
        for code, (net, due_vat) in vat.items():
            to_pay = chart.VAT_CODES[code].to_pay
            if to_pay and due_vat:
                lines.append(
                    Line(to_pay, -due_vat, customer, vat=code, role=vat_role, vat_cents=-net)
                )
        entry = Entry(
            "70", 21 if invoice.credit else 20, invoice.date, invoice.text, lines,
            created=invoice.created, user=invoice.user, account=customer, due=due,
            ref=invoice.ref, terms=customer.terms or "30",
        )  # fmt: skip
        invoice.entry = book.post(entry)
