"""The book as Exact's Transactions and TransactionLines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from exactnb.sandbox.company import chart, days
from exactnb.sandbox.company.dice import Dice, share
from exactnb.sandbox.company.frame import Frame, Table, modified
from exactnb.sandbox.company.ledger import Book, Entry

_PROCESSED_UNTIL = days.day(2026, 5, 1)

_ENTRY = (
    "EntryID", "Division", "EntryNumber", "JournalCode", "Type", "Status", "FinancialYear",
    "FinancialPeriod", "Date", "Description", "OpeningBalanceFC", "ClosingBalanceFC",
    "PaymentConditionCode", "PaymentReference", "IsExtraDuty", "Created", "Modified",
)  # fmt: skip
_LINE = (
    "ID", "Division", "EntryID", "EntryNumber", "JournalCode", "Type", "Status", "FinancialYear",
    "FinancialPeriod", "LineNumber", "Date", "DueDate", "GLAccount", "Account", "Description",
    "AmountDC", "AmountFC", "Currency", "ExchangeRate", "AmountVATFC", "AmountVATBaseFC",
    "VATCode", "VATType", "VATPercentage", "InvoiceNumber", "OrderNumber", "YourRef",
    "PaymentReference", "Item", "Quantity", "Project", "OffsetID", "Created", "Creator",
    "Modified", "Modifier",
)  # fmt: skip


def tables(
    book: Book, frame: Frame, users: list[str], projects: dict[str, str], seed: int
) -> Iterator[Table]:
    """Both tables of a book."""
    yield Table("Transactions", _ENTRY, _entries(book))
    yield Table("TransactionLines", _LINE, _lines(book, frame, users, projects, seed))


def _status(entry: Entry) -> int:
    return 50 if entry.date < _PROCESSED_UNTIL else 20


def _reference(entry: Entry) -> str | None:
    return str(entry.number) if entry.journal == "70" else None


def _entries(book: Book) -> Iterator[tuple[Any, ...]]:
    for entry in book.entries:
        bank = entry.kind == 40
        yield (
            entry.id, book.division, entry.number, entry.journal, entry.kind, _status(entry),
            entry.year, entry.period, days.ms(entry.date), entry.text,
            entry.opening / 100 if bank else None, entry.closing / 100 if bank else None,
            entry.terms, _reference(entry), 0, entry.created, modified(entry.created),
        )  # fmt: skip


def _lines(
    book: Book, frame: Frame, users: list[str], projects: dict[str, str], seed: int
) -> Iterator[tuple[Any, ...]]:
    division = book.division
    guid = Dice(seed, f"lines {division}").guid
    gl = {code: frame.gl[division, code] for (d, code) in frame.gl if d == division}
    percent = {code: vat.percent / 100 for code, vat in chart.VAT_CODES.items()}
    ms = days.ms
    for entry in book.entries:
        number, created, user = entry.number, entry.created, users[entry.user]
        changed, status, rate = modified(created), _status(entry), entry.rate
        document = entry.journal in ("60", "70")
        head = None
        for place, line in enumerate(entry.lines):
            own = guid()
            if place == 0:
                head = own
            role = line.role
            on_vat = role is not None and role in "AZOPQY"
            settles, account = line.settles, line.account
            vat_fc = line.vat_cents if rate == 1_000_000 else share(line.vat_cents, 1_000_000, rate)
            euro = line.fc is None
            paid = None
            if entry.kind == 40 and account and settles:
                paid = f"{account.name} {settles.number}"
            yield (
                own, division, entry.id, number, entry.journal, entry.kind, status, entry.year,
                entry.period, 9999 if document and on_vat else place,
                ms(line.date or entry.date),
                ms(line.due) if line.due else None,
                gl[line.gl],
                account.id if account else None,
                line.text or paid or entry.text,
                line.cents / 100,
                (line.cents if line.fc is None else line.fc) / 100,
                "EUR" if euro else entry.currency,
                1.0 if euro else rate / 1_000_000,
                vat_fc / 100 if role and not on_vat else None,
                vat_fc / 100 if on_vat else None,
                line.vat, role,
                percent[line.vat] if line.vat else None,
                settles.number if settles else number if document else None,
                entry.order, entry.ref,
                _reference(entry) if place == 0 else None,
                line.item.id if line.item else None,
                line.quantity / 100 if line.quantity else None,
                projects[line.project] if line.project else None,
                head if settles and entry.kind == 40 else None,
                created, user, changed, user,
            )  # fmt: skip
