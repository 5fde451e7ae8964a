"""Goods: what is bought so that what is sold is there, and what it cost when it leaves."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import Any

from exactnb.sandbox.company import chart, days
from exactnb.sandbox.company.days import FIRST, TODAY
from exactnb.sandbox.company.dice import Dice, share
from exactnb.sandbox.company.items import COSTS, Item, Items
from exactnb.sandbox.company.ledger import Book, Entry, Line
from exactnb.sandbox.company.plan import CONTAINER, Plan
from exactnb.sandbox.company.relations import CONTROLLER, Relation, Relations
from exactnb.sandbox.company.sales import Invoice, SaleLine

#: supplier → days between its deliveries, and how many days a delivery must last
_CADENCE = {"taiwan": (92, 150), "brand": (21, 62), "italian": (40, 75)}
_NORMAL = (34, 66)


@dataclass(eq=False, slots=True)
class Use:
    """Pieces of an item that the company itself uses; their cost is known when they are taken."""

    date: int
    item: Item
    pieces: int
    text: str
    cost: int = 0


@dataclass(eq=False, slots=True)
class Delivery:
    """A delivery by a supplier, and its invoice: item, pieces, price and amount in cents."""

    supplier: Relation
    date: int
    lines: list[tuple[Item, int, int, int]]


class Stock:
    """Runs the warehouse from the first day to the last.

    Attributes
    ----------
    deliveries
        In order of date.
    cost
        (year, month, group) → cost of what was sold, in cents.
    opening
        Value of the goods on the first day, in cents.
    """

    def __init__(
        self,
        plan: Plan,
        relations: Relations,
        items: Items,
        invoices: list[Invoice],
        uses: list[Use],
        seed: int,
    ) -> None:
        self.deliveries: list[Delivery] = []
        self.cost: dict[tuple[int, int, str], int] = {}
        self._dice = Dice(seed, "stock")
        self._plan = plan
        self._demand = _Demand(items, invoices, uses)
        goods = [item for item in items.all if item.cost]
        for item in goods:
            item.stock = self._demand.between(item, FIRST, FIRST + 75) + self._dice.between(1, 4)
            item.value = item.stock * share(item.cost, 985, 1000)
        self.opening = sum(item.value for item in goods)
        self._run(relations, goods, invoices, uses)

    def _run(
        self,
        relations: Relations,
        goods: list[Item],
        invoices: list[Invoice],
        uses: list[Use],
    ) -> None:
        events: list[tuple[int, int, int, Any]] = []
        of_supplier: dict[Relation, list[Item]] = {}
        for item in goods:
            assert item.supplier is not None
            of_supplier.setdefault(item.supplier, []).append(item)
        for number, (supplier, items) in enumerate(of_supplier.items()):
            for date in self._dates(supplier, number, len(items)):
                events.append((date, 0, len(events), (supplier, items)))
        for invoice in invoices:
            events.append((invoice.date, 1, len(events), invoice))
        for use in uses:
            events.append((use.date, 2, len(events), use))
        events.sort(key=lambda event: event[:3])
        for date, kind, _, what in events:
            if kind == 0:
                self._deliver(date, *what)
            elif kind == 1:
                self._sell(date, what)
            else:
                what.cost = _take(what.item, what.pieces)

    def _dates(self, supplier: Relation, number: int, items: int) -> list[int]:
        role = supplier.role.split("/")[0]
        if role == "taiwan":  # containers in the last month of each quarter
            return [days.workday(days.day(y, m, 15)) for y, m in days.MONTHS if m % 3 == 0]
        cadence, _ = _CADENCE.get(role, _NORMAL)
        date, dates = FIRST + 3 + number * 3 % 30, []
        while date <= TODAY:
            dates.append(days.workday(date))
            date += max(1, cadence + self._dice.between(-4, 4))
        return [date for date in dates if date <= TODAY]

    def _deliver(self, date: int, supplier: Relation, items: list[Item]) -> None:
        _, cover = _CADENCE.get(supplier.role.split("/")[0], _NORMAL)
        lines = []
        for item in items:
            if item.end is not None and date > item.end - 60:
                continue
            wanted = self._demand.between(item, date, date + cover)
            pieces = wanted + 2 - item.stock
            if pieces > 0:
                pack = 5 if item.cost < 3_000 else 1
                pieces = (pieces + pack - 1) // pack * pack
                lines.append((item, pieces, item.cost_on(date), pieces * item.cost_on(date)))
        if supplier.role == "taiwan" and date > TODAY - 30:
            self._fill(lines, date, [item for item in items if item.group == "EBIKE"])
        if not lines:
            return
        for item, pieces, _, amount in lines:
            item.stock += pieces
            item.value += amount
        chunk = max(8, len(lines) if self._plan.scale < 2000 else 14)
        for start in range(0, len(lines), chunk):
            self.deliveries.append(Delivery(supplier, date, lines[start : start + chunk]))

    def _fill(self, lines: list[tuple[Item, int, int, int]], date: int, bikes: list[Item]) -> None:
        """Fill the last container up with e-bikes for the next season."""
        room = self._plan.times(CONTAINER) - sum(line[3] for line in lines)
        price = sum(item.cost_on(date) for item in bikes)
        pieces = max(0, room // price)
        lines += [(i, pieces, i.cost_on(date), pieces * i.cost_on(date)) for i in bikes if pieces]

    def _sell(self, date: int, invoice: Invoice) -> None:
        month = (days.YEAR[date], days.MONTH[date])
        for line in invoice.lines:
            item = line.item
            if not item.cost:
                continue
            pieces = line.quantity // 100
            if pieces < 0:
                line.cost = _put_back(item, -pieces, line)
            else:
                line.cost = _take(item, pieces)
            key = (*month, item.group)
            self.cost[key] = self.cost.get(key, 0) + line.cost


def _take(item: Item, pieces: int) -> int:
    """Take pieces out at their average cost; more than there is cannot be taken."""
    cost = share(item.value, pieces, item.stock) if pieces < item.stock else item.value
    item.stock -= pieces
    item.value -= cost
    if item.stock < 0:
        raise ValueError(f"{item.code} was sold before it was there")
    return cost


def _put_back(item: Item, pieces: int, line: SaleLine) -> int:
    cost = pieces * (share(item.value, 1, item.stock) if item.stock > 0 else item.cost)
    item.stock += pieces
    item.value += cost
    return -cost


class _Demand:
    """How many pieces of an item leave in a span of days; last year stands for the future."""

    def __init__(self, items: Items, invoices: list[Invoice], uses: list[Use]) -> None:
        moves: dict[Item, list[tuple[int, int]]] = {item: [] for item in items.all}
        for invoice in invoices:
            for line in invoice.lines:
                if line.quantity > 0:
                    moves[line.item].append((invoice.date, line.quantity // 100))
        for use in uses:
            moves[use.item].append((use.date, use.pieces))
        self._dates: dict[Item, list[int]] = {}
        self._totals: dict[Item, list[int]] = {}
        for item, sold in moves.items():
            sold.sort()
            self._dates[item] = [date for date, _ in sold]
            total, totals = 0, [0]
            for _, pieces in sold:
                total += pieces
                totals.append(total)
            self._totals[item] = totals

    def between(self, item: Item, start: int, end: int) -> int:
        """Pieces from `start` up to but without `end`."""
        dates, totals = self._dates[item], self._totals[item]
        pieces = totals[bisect_left(dates, end)] - totals[bisect_left(dates, start)]
        if end > TODAY + 1:
            pieces += (
                totals[bisect_left(dates, end - 365)] - totals[bisect_left(dates, TODAY - 364)]
            )
        return pieces


def post(book: Book, stock: Stock) -> None:
    """Book the cost of what left the warehouse, month by month and by item group."""
    names = {code: name.lower() for code, name, *_ in chart.DATA["item_groups"]}
    for year, month in days.MONTHS:
        date = days.close(year, month)
        lines = [
            Line(COSTS[group], cost, text=f"Kostprijs {names[group]}")
            for (y, m, group), cost in sorted(stock.cost.items())
            if (y, m) == (year, month) and cost
        ]
        total = sum(line.cents for line in lines)
        lines = [Line("3000", -total), *lines]
        text = f"Uitlevering voorraad {month:02d}-{year}"
        book.post(Entry("91", 120, date, text, lines, created=days.ms(date, 1035), user=CONTROLLER))
