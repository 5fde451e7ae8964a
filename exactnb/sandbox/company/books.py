"""The whole company: everything is drawn, booked, numbered, and given out as tables."""

from __future__ import annotations

from collections.abc import Iterator

from . import document_tables, frame_tables, ledger_tables, master_tables, sales, stock
from .bank import Bank
from .chart import MAIN
from .dice import Dice
from .frame import Frame, Table
from .items import Items
from .ledger import Book
from .opening import BANK, Opening
from .plan import Plan
from .purchases import Purchases
from .receipts import Receipts
from .relations import Relations
from .sales import Sales
from .stock import Stock


class Company:
    """Both divisions with all that happened in them."""

    def __init__(self, size: int | None, seed: int) -> None:
        self.seed = seed
        self.plan = plan = Plan(size)
        self.relations = Relations(plan, seed)
        self.items = Items(plan, self.relations, seed)
        self.sales = Sales(plan, self.relations, self.items, seed)
        self.stock = Stock(plan, self.relations, self.items, self.sales.invoices, [], seed)
        self.purchases = Purchases(plan, self.relations, self.stock.deliveries, seed)

        self.book = book = Book(MAIN, seed)
        bank = Bank(book, plan.times(BANK))
        receipts = Receipts(book, bank, seed)
        opening = Opening(plan, self.relations, self.stock.opening, seed)
        opening.post(book, bank, receipts)
        sales.post(book, self.sales.invoices)
        stock.post(book, self.stock)
        self.purchases.post(book, bank)
        receipts.invoices(self.sales.invoices)
        group = self.relations.role["holding"]
        bank.post(group, plan.times(3_000_000), plan.times(22_000_000))
        self._number()

    def _number(self) -> None:
        orders = self.sales.orders
        orders.sort(key=lambda order: order.date)
        for number, order in enumerate(orders, 1001):
            order.number = number
        self.book.number(self.plan.digits, {})
        for invoice in self.sales.invoices:
            if invoice.entry and invoice.order:
                invoice.entry.order = invoice.order.number

    def tables(self) -> Iterator[Table]:
        """All tables, each row made when it is asked for."""
        seed, users = self.seed, self.relations.user_ids
        frame = Frame(seed, (MAIN, 2400102))
        dice = Dice(seed, "projects")
        projects = {code: dice.guid() for code in master_tables.PROJECTS}
        yield from frame_tables.tables(frame, users, self.relations.users)
        yield from master_tables.accounts(self.relations.all, frame, users)
        yield from master_tables.items(self.items, frame, users)
        yield master_tables.projects(projects, users)
        yield master_tables.deleted(users, seed)
        yield from document_tables.tables(
            frame, self.sales.invoices, self.sales.orders, self.purchases.bills, users, seed
        )
        yield from ledger_tables.tables(self.book, frame, users, projects, seed)
