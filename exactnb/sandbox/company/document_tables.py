"""Sales orders, sales invoices and purchase invoices as Exact's entities."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from exactnb.sandbox.company import chart, days
from exactnb.sandbox.company.dice import Dice, share
from exactnb.sandbox.company.frame import Frame, Table, modified
from exactnb.sandbox.company.items import COSTS, REVENUE, Item
from exactnb.sandbox.company.purchases import Bill
from exactnb.sandbox.company.sales import Invoice, Order, SaleLine

_MAIN = chart.MAIN


def tables(
    frame: Frame, invoices: list[Invoice], orders: list[Order], bills: list[Bill],
    users: list[str], seed: int,
) -> Iterator[Table]:  # fmt: skip
    """All document tables of the main division, orders first."""
    dice = Dice(seed, "documents")
    for order in orders:
        for line in order.lines:
            line.order_line = dice.guid()
    yield Table("SalesOrders", _ORDER, _orders(orders, users))
    yield Table("SalesOrderLines", _ORDER_LINE, _order_lines(orders))
    yield Table("SalesInvoices", _INVOICE, _invoices(invoices, users))
    yield Table("SalesInvoiceLines", _INVOICE_LINE, _invoice_lines(invoices, frame, dice))
    ids = [dice.guid() for _ in bills]
    goods = [(i, bill) for i, bill in zip(ids, bills, strict=True) if bill.text in GOODS]
    yield Table("PurchaseInvoices", _BILL, _bills(goods))
    yield Table("PurchaseInvoiceLines", _BILL_LINE, _bill_lines(goods, dice))


GOODS = ("Container", "Levering goederen")

_ORDER = (
    "OrderID", "Division", "OrderNumber", "OrderDate", "DeliveryDate", "OrderedBy", "DeliverTo",
    "InvoiceTo", "Status", "DeliveryStatus", "InvoiceStatus", "ApprovalStatus", "Approved",
    "Currency", "AmountDC", "AmountFC", "AmountFCExclVat", "AmountDiscount", "Discount",
    "Description", "YourRef", "PaymentCondition", "Salesperson", "Created", "Creator",
    "Modified", "Modifier",
)  # fmt: skip


def _vat(line: SaleLine) -> int:
    return share(line.amount, chart.VAT_CODES[line.vat].percent, 100)


def _order_created(order: Order) -> int:
    return days.ms(order.date, 520 + order.number * 7 % 480)


def _orders(orders: list[Order], users: list[str]) -> Iterator[tuple[Any, ...]]:
    for order in orders:
        who, user, created = order.customer, users[order.user], _order_created(order)
        net = sum(line.amount for line in order.lines)
        gross = net + sum(_vat(line) for line in order.lines)
        yield (
            order.id, _MAIN, order.number, days.ms(order.date), days.ms(order.delivery), who.id,
            who.id, who.id, order.status, order.status, order.status, 1, created, "EUR",
            gross / 100, gross / 100, net / 100, 0.0, 0.0, f"Order {order.ref}", order.ref,
            who.terms, user, created, user, modified(created), user,
        )  # fmt: skip


_ORDER_LINE = (
    "ID", "Division", "OrderID", "LineNumber", "Item", "Description", "Quantity",
    "QuantityDelivered", "QuantityInvoiced", "UnitCode", "UnitPrice", "NetPrice", "Discount",
    "AmountDC", "AmountFC", "VATCode", "VATAmount", "CostPriceFC", "Margin", "DeliveryDate",
    "DeliveryStatus", "InvoiceStatus", "OrderStatus",
)  # fmt: skip


def _order_lines(orders: list[Order]) -> Iterator[tuple[Any, ...]]:
    for order in orders:
        for place, line in enumerate(order.lines):
            done = place < order.invoiced
            status = 45 if order.status == 45 else 21 if done else 12
            quantity = line.quantity / 100
            cost = line.item.cost_on(order.date)
            margin = (line.price - cost) / line.price if line.item.cost else None
            yield (
                line.order_line, _MAIN, order.id, place + 1, line.item.id, line.item.name, quantity,
                quantity if done else 0.0, quantity if done else 0.0, line.item.unit,
                line.unit_price / 100, line.price / 100, _discount(line), line.amount / 100,
                line.amount / 100, line.vat, _vat(line) / 100, cost / 100,
                None if margin is None else round(margin, 4), days.ms(order.delivery), status,
                status, order.status,
            )  # fmt: skip


def _discount(line: SaleLine) -> float:
    return (line.item.cost and round(1 - line.price / line.unit_price, 3)) or 0.0


_INVOICE = (
    "InvoiceID", "Division", "InvoiceNumber", "Journal", "Type", "Status", "InvoiceDate",
    "DueDate", "OrderDate", "OrderNumber", "OrderedBy", "DeliverTo", "InvoiceTo", "Currency",
    "AmountDC", "AmountFC", "AmountFCExclVat", "VATAmountDC", "VATAmountFC", "AmountDiscount",
    "AmountDiscountExclVat", "Discount", "DiscountType", "Description", "YourRef",
    "PaymentCondition", "PaymentReference", "Salesperson", "IsExtraDuty", "Created", "Creator",
    "Modified", "Modifier",
)  # fmt: skip


def _invoices(invoices: list[Invoice], users: list[str]) -> Iterator[tuple[Any, ...]]:
    for invoice in invoices:
        who, user, order = invoice.customer, users[invoice.user], invoice.order
        number = invoice.entry.number if invoice.entry else None
        gross = (invoice.net + invoice.vat) / 100
        yield (
            invoice.id, _MAIN, number, "70", 8021 if invoice.credit else 8020, invoice.status,
            days.ms(invoice.date), days.ms(invoice.due),
            days.ms(order.date if order else invoice.date), order.number if order else None,
            who.id, who.id, who.id, "EUR", gross, gross, invoice.net / 100, invoice.vat / 100,
            invoice.vat / 100, 0.0, 0.0, 0.0, 1, invoice.text, invoice.ref, who.terms,
            str(number) if number else None, user, 0, invoice.created, user,
            modified(invoice.created), user,
        )  # fmt: skip


_INVOICE_LINE = (
    "ID", "Division", "InvoiceID", "LineNumber", "Item", "Description", "Quantity", "UnitCode",
    "UnitPrice", "NetPrice", "Discount", "AmountDC", "AmountFC", "VATCode", "VATAmountDC",
    "VATAmountFC", "GLAccount", "SalesOrder", "SalesOrderLine", "SalesOrderNumber",
    "SalesOrderLineNumber",
)  # fmt: skip


def _invoice_lines(invoices: list[Invoice], frame: Frame, dice: Dice) -> Iterator[tuple[Any, ...]]:
    gl = {group: frame.gl[_MAIN, code] for group, code in REVENUE.items()}
    for invoice in invoices:
        order = invoice.order
        for place, line in enumerate(invoice.lines, 1):
            item = line.item
            amount, vat = line.amount / 100, line.vat_cents / 100
            yield (
                dice.guid(), _MAIN, invoice.id, place, item.id, item.name, line.quantity / 100,
                item.unit, line.unit_price / 100, line.price / 100, _discount(line), amount, amount,
                line.vat, vat, vat, gl[item.group], order.id if order else None, line.order_line,
                order.number if order else None, place if order else None,
            )  # fmt: skip


_BILL = (
    "ID", "Division", "EntryNumber", "Journal", "Type", "Status", "Source", "Supplier",
    "InvoiceDate", "DueDate", "FinancialYear", "FinancialPeriod", "Currency", "ExchangeRate",
    "Amount", "AmountDC", "AmountFCExclVat", "VATAmount", "Description", "YourRef",
    "PaymentCondition", "Modified",
)  # fmt: skip


def _bills(goods: list[tuple[str, Bill]]) -> Iterator[tuple[Any, ...]]:
    for own, bill in goods:
        entry = bill.entry
        assert entry is not None
        total = -entry.lines[0].cents
        total_fc = total if entry.lines[0].fc is None else -entry.lines[0].fc
        vat = 0 if chart.VAT_CODES[bill.vat].charged else total - bill.net
        yield (
            own, _MAIN, entry.number, "60", 8033, 50, 3, bill.supplier.id, days.ms(bill.date),
            days.ms(bill.due), entry.year, entry.period, entry.currency, entry.rate / 1_000_000,
            total_fc / 100, total / 100, (total_fc - vat) / 100, vat / 100, bill.text, bill.ref,
            bill.supplier.terms, modified(bill.created),
        )  # fmt: skip


_BILL_LINE = (
    "ID", "Division", "InvoiceID", "LineNumber", "InvoiceType", "Item", "Description", "Quantity",
    "QuantityInDefaultUnits", "Unit", "UnitPrice", "NetPrice", "Discount", "Amount", "AmountDC",
    "Currency", "VATCode", "VATAmount", "Rebill", "Modified",
)  # fmt: skip


def _bill_lines(goods: list[tuple[str, Bill]], dice: Dice) -> Iterator[tuple[Any, ...]]:
    for own, bill in goods:
        entry = bill.entry
        assert entry is not None
        percent = 0 if chart.VAT_CODES[bill.vat].charged else chart.VAT_CODES[bill.vat].percent
        left = -(entry.lines[0].fc or entry.lines[0].cents)
        left_vat = 0 if not percent else left - bill.net
        left -= left_vat
        for place, (item, pieces, price, amount, _) in enumerate(bill.lines, 1):
            last = place == len(bill.lines)
            fc = left if last else share(amount, 1_000_000, entry.rate)
            vat = left_vat if last else share(amount, percent, 100)
            left, left_vat = left - fc, left_vat - vat
            unit = share(price, 1_000_000, entry.rate) / 100
            yield (
                dice.guid(), _MAIN, own, place, 8033, item.id if item else None,
                item.name if item else bill.text, float(pieces), float(pieces),
                item.unit if item else None, unit, unit, 0.0, fc / 100, amount / 100,
                entry.currency, bill.vat, vat / 100, 0, modified(bill.created),
            )  # fmt: skip


def item_accounts(item: Item, frame: Frame) -> tuple[str, str | None, str | None]:
    """GUIDs of the accounts for revenue, costs and stock of an item."""
    costs = COSTS[item.group]
    return (
        frame.gl[_MAIN, REVENUE[item.group]],
        frame.gl[_MAIN, costs] if costs else None,
        frame.gl[_MAIN, "3000"] if costs else None,
    )
