"""The whole company: everything is drawn, booked, numbered, and given out as tables."""

from __future__ import annotations

from collections.abc import Iterator

from exactnb.sandbox.company import (
    document_tables,
    frame_tables,
    ledger_tables,
    master_tables,
    payroll,
    sales,
    stock,
    vat,
    yearend,
)  # fmt: skip
from exactnb.sandbox.company.bank import Bank
from exactnb.sandbox.company.chart import HOLDING, MAIN
from exactnb.sandbox.company.dice import Dice
from exactnb.sandbox.company.flaws import Flaws
from exactnb.sandbox.company.frame import Frame, Table
from exactnb.sandbox.company.holding import Holding
from exactnb.sandbox.company.items import Items
from exactnb.sandbox.company.ledger import Book
from exactnb.sandbox.company.memorial import Memorial
from exactnb.sandbox.company.opening import BANK, Opening
from exactnb.sandbox.company.payroll import Payroll
from exactnb.sandbox.company.plan import PROJECTS, Plan
from exactnb.sandbox.company.purchases import Purchases
from exactnb.sandbox.company.receipts import Receipts
from exactnb.sandbox.company.relations import Relations
from exactnb.sandbox.company.sales import Sales
from exactnb.sandbox.company.stock import Stock
from exactnb.sandbox.company.stories import Planted


class Company:
    """Both divisions with all that happened in them."""

    def __init__(self, size: int | None, seed: int) -> None:
        self.seed = seed
        self.plan = plan = Plan(size)
        self.relations = relations = Relations(plan, seed)
        self.flaws = Flaws(relations, seed)
        self.items = Items(plan, relations, seed)
        self.sales = Sales(plan, relations, self.items, seed)
        self.planted = planted = Planted()
        planted.in_sales(self.sales, self.flaws.all)
        memorial = Memorial(plan, seed)
        uses = memorial.uses(self.items)
        self.stock = Stock(plan, relations, self.items, self.sales.invoices, uses, seed)
        self.purchases = Purchases(plan, relations, self.stock.deliveries, seed)
        planted.in_purchases(self.purchases)
        self.holding = Holding(plan, seed)

        self.book = book = Book(MAIN, seed)
        bank = Bank(book, plan.times(BANK))
        receipts = Receipts(book, bank, seed)
        wages = Payroll(plan, relations, seed)
        Opening(plan, relations, self.stock.opening, seed).post(book, bank, receipts)
        sales.post(book, self.sales.invoices)
        stock.post(book, self.stock)
        self.purchases.post(book, bank)
        receipts.invoices(self.sales.invoices)
        wages.post(book, bank)
        payroll.finance(plan, relations, bank, seed)
        memorial.post(book, bank, uses, self.purchases.bills)
        planted.in_memorial(book, bank)
        planted.bankruptcy(book, self.sales.invoices, relations.role["bankrupt"])
        self.unapplied = planted.unapplied(bank, relations.tail)
        yearend.bonuses(plan, book, bank)
        self._close(bank, wages)
        self._number()

    def _close(self, bank: Bank, wages: Payroll) -> None:
        """What rests on all other bookings: returns, tax on the result, dividends, the bank."""
        relations, holding = self.relations, self.holding
        office, group = relations.role["tax office"], relations.role["holding"]
        self.returns = vat.returns(self.book, bank, office)
        self.returns += vat.wage_returns(wages.tax)
        net = yearend.corporate_tax(self.book, bank, office)
        dividends = yearend.dividends(self.book, bank, net, group)
        moved = bank.post(group, self.plan.times(4_000_000), self.plan.times(12_500_000))

        holding.post((b for b in self.purchases.bills if b.supplier is group), dividends)
        self.returns += vat.returns(holding.book, holding.bank, holding.tax_office, 700)
        yearend.corporate_tax(holding.book, holding.bank, holding.tax_office)
        holding.transfers(moved)
        holding.bank.post()

    def _number(self) -> None:
        self.sales.orders.sort(key=lambda order: order.date)
        for number, order in enumerate(self.sales.orders, 1001):
            order.number = number
        for invoice in self.sales.invoices:
            if invoice.entry and invoice.order:
                invoice.entry.order = invoice.order.number
        self.book.number(self.plan.digits, self.planted.gaps)
        self.holding.book.number(4, {})

    def tables(self) -> Iterator[Table]:
        """All tables, each row made when it is asked for."""
        seed, users = self.seed, self.relations.user_ids
        frame = Frame(seed, (MAIN, HOLDING))
        dice = Dice(seed, "projects")
        projects = {code: dice.guid() for code in PROJECTS}
        yield from frame_tables.tables(frame, users, self.relations.users)
        relations = [*self.relations.all, *self.holding.relations]
        yield from master_tables.accounts(relations, frame, users)
        yield master_tables.bank_accounts(relations, users, seed)
        yield from master_tables.items(self.items, frame, users)
        yield master_tables.projects(projects, users)
        yield master_tables.deleted(users, seed)
        yield from document_tables.tables(
            frame,
            [*self.sales.invoices, *self.sales.drafts],
            self.sales.orders,
            self.purchases.bills,
            users,
            seed,
        )
        yield vat.table(self.returns, seed)
        for book in (self.book, self.holding.book):
            yield from ledger_tables.tables(book, frame, users, projects, seed)
