"""What is planted in the books and where it sits, so that an analysis can prove its finds."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exactnb.sandbox.company import days
from exactnb.sandbox.company.bank import Bank
from exactnb.sandbox.company.dice import share
from exactnb.sandbox.company.ledger import Book, Entry, Line
from exactnb.sandbox.company.purchases import Bill, Purchases
from exactnb.sandbox.company.receipts import BANKRUPT_SINCE
from exactnb.sandbox.company.relations import CONTROLLER, Relation
from exactnb.sandbox.company.sales import Invoice, Sales

if TYPE_CHECKING:
    from exactnb.sandbox.company.books import Company

HERE = Path(__file__)
STORIES: list[dict[str, Any]] = json.loads(HERE.with_name("stories.json").read_text("utf-8"))
"""Each story: key, kind, division, description, and the records of the default company."""

_QUARTER = (days.day(2025, 7, 1), days.day(2025, 9, 30))


class Planted:
    """Plants the mistakes, each at its time, and remembers the entries it made or chose."""

    def __init__(self) -> None:
        self.entries: dict[str, list[Entry]] = {}
        self._invoices: dict[str, Invoice] = {}
        self._bills: dict[str, list[Bill]] = {}
        self.gaps: dict[tuple[str, int], set[int]] = {}

    def in_sales(self, sales: Sales, flawed: Iterable[Relation]) -> None:
        """Two wrong VAT codes in a quarter of 2025, and an invoice dated before its number."""
        avoid = set(flawed)

        def plain(country: str, start: int, end: int, without_order: bool = False) -> Invoice:
            """The invoice nearest to € 3,000 among those that nothing else is wrong with."""
            fit = [
                i
                for i in sales.invoices
                if start <= i.date <= end and i.customer.country == country and i.customer.weight
                and i.customer.chamber and i.customer not in avoid
                and not i.credit and not (i.order and without_order)
                and all(line.item.vat == "2" for line in i.lines)
            ]  # fmt: skip
            return min(fit, key=lambda i: abs(i.net - 300_000))

        for key, country, code in (("vat.eu-as-domestic", "BE", "0"), ("vat.low-rate", "NL", "1")):
            invoice = plain(country, *_QUARTER)
            for line in invoice.lines:
                line.vat = code
            invoice.add_up()
            self._invoices[key] = invoice
        early = plain("NL", days.day(2025, 5, 12), days.day(2025, 5, 31), without_order=True)
        early.date = days.workday(early.date - 17)
        self._invoices["gaps.out-of-order"] = early
        for year, tenths in ((2024, 45), (2025, 72)):
            made = sum(1 for i in sales.invoices if days.YEAR[i.date] == year)
            self.gaps["70", year] = {made * tenths // 100}

    def in_purchases(self, purchases: Purchases) -> None:
        """Two bills after the filing, one paid twice, and a pair that only looks like it."""
        role = purchases.relations.role
        late = [
            purchases.bill(
                role["tools"], days.day(2025, 9, 18), "4200", 143_250, "2", "Momentsleutels"
            ),
            purchases.bill(
                role["lawyer"], days.day(2025, 9, 25), "4720", 288_700, "2", "Juridisch advies"
            ),
        ]
        for bill, (month, day, minute) in zip(late, ((11, 12, 640), (11, 18, 905)), strict=True):
            bill.created = days.ms(days.day(2025, month, day), minute)
        spring = days.day(2025, 4, 1), days.day(2025, 7, 31)
        first = max(
            (
                b
                for b in purchases.bills
                if b.supplier.role == "freight" and spring[0] <= b.date <= spring[1]
            ),
            key=_net,
        )
        again = Bill(
            first.supplier,
            first.date,
            _mistyped(first.ref),
            first.lines,
            first.vat,
            text=first.text,
        )
        again.created = days.ms(days.workday(first.date + 13), 700)
        first.created = days.ms(days.workday(first.date + 2), 610)
        date = days.day(2025, 3, 11)
        course = [
            purchases.bill(
                role["training"],
                date,
                "4050",
                68_500,
                "0",
                f"Cursus e-bike techniek, deelnemer {n}",
            )
            for n in (1, 2)
        ]
        course[1].lines = course[0].lines  # the amount, too, is the same
        purchases.bills += [*late, again, *course]
        purchases.bills.sort(key=lambda bill: bill.date)
        self._bills = {
            "vat.after-filing": late,
            "duplicates.paid-twice": [first, again],
            "duplicates.false-alarm": course,
        }

    def in_memorial(self, book: Book, bank: Bank) -> None:
        """The unusual entries of planted.json."""
        for row in json.loads(HERE.with_name("planted.json").read_text("utf-8")):
            date = datetime.fromisoformat(row["date"]).toordinal()
            made = datetime.fromisoformat(row["created"])
            created = days.ms(made.toordinal(), made.hour * 60 + made.minute)
            lines = [Line(gl, cents) for gl, cents in row["lines"]]
            entry = Entry("90", 90, date, row["text"], lines, created=created, user=row["user"])
            self.entries.setdefault(row["key"], []).append(book.post(entry))
            for line in lines:
                if line.gl == "1825":
                    bank.expect(
                        days.workday(date + 7), line._replace(cents=-line.cents, text=row["text"])
                    )

    def bankruptcy(self, book: Book, invoices: list[Invoice], customer: Relation) -> None:
        """Write off six tenths of what the bankrupt customer owes, in two steps."""
        owed = [
            i for i in invoices if i.customer is customer and i.date >= BANKRUPT_SINCE and i.entry
        ]
        half = (len(owed) + 1) // 2
        for part, date in (
            (owed[:half], days.day(2025, 9, 29)),
            (owed[half:], days.day(2025, 12, 15)),
        ):
            lines = [
                Line("1300", -share(i.net + i.vat, 6, 10), customer, settles=i.entry) for i in part
            ]
            lines.insert(0, Line("4730", -sum(line.cents for line in lines)))
            text = f"Afboeking faillissement {customer.name}"
            entry = Entry("90", 90, date, text, lines, created=days.ms(date, 640), user=CONTROLLER)
            self.entries.setdefault("receivables.bankrupt", []).append(book.post(entry))

    def unapplied(self, bank: Bank, customers: list[Relation]) -> list[Relation]:
        """Receipts that nobody could match: no invoice number on the line."""
        chosen = [c for c in customers if c.habit == "week late" and c.chamber and not c.in_eu][:2]
        for customer, cents, date in zip(
            chosen, (83_214, 151_900), (days.day(2026, 6, 24), days.TODAY - 1), strict=True
        ):
            bank.expect(date, Line("1300", -cents, customer, text=f"{customer.name} betaling"))
        return chosen

    def records(self, company: Company) -> dict[str, dict[str, Any]]:
        """Key → where the story sits: numbers of entries and invoices, codes of accounts."""
        found: dict[str, dict[str, Any]] = {
            key: {"entries": [entry.number for entry in entries]}
            for key, entries in self.entries.items()
        }
        for key, invoice in self._invoices.items():
            assert invoice.entry is not None
            found[key] = {"invoices": [invoice.entry.number], "accounts": [_code(invoice.customer)]}
        for key, bills in self._bills.items():
            found[key] = {
                "entries": [bill.entry.number for bill in bills if bill.entry],
                "accounts": [_code(bills[0].supplier)],
                "references": [bill.ref for bill in bills],
            }
            if len({bill.supplier.code for bill in bills}) > 1:
                found[key]["accounts"] = [_code(bill.supplier) for bill in bills]
        digits = company.plan.digits
        found["gaps.missing"] = {
            "invoices": [
                int(f"{year % 100}{journal}{serial:0{digits}d}")
                for (journal, year), serials in sorted(self.gaps.items())
                for serial in sorted(serials)
            ]
        }
        found.update(_of_relations(company))
        found["holding.unassigned"] = {"entries": [company.holding.unassigned.number]}
        containers = [
            b.entry for b in company.purchases.bills
            if b.entry and b.supplier.role == "taiwan" and b.date > days.day(2026, 6, 1)
        ]  # fmt: skip
        found["cash.dip"] = {"entries": [entry.number for entry in containers], "week": 7}
        found["receivables.bankrupt"]["accounts"] = [_code(company.relations.role["bankrupt"])]
        found["receivables.unapplied"] = {"accounts": [_code(r) for r in company.unapplied]}
        return found


def _of_relations(company: Company) -> dict[str, dict[str, Any]]:
    role, flaws = company.relations.role, company.flaws
    late = ("slipping", "stalling", "fading")
    return {
        "result.margin": {
            "gl_accounts": ["8210", "7010"], "accounts": [_code(role["brand"])],
            "from": "2025-02", "to": "2025-09",
        },
        "receivables.dso": {"accounts": [_code(role[r]) for r in late]},
        "receivables.three-shops": {"accounts": [_code(role[r]) for r in late]},
        "receivables.later-and-later": {"accounts": [_code(role["slipping"])]},
        "concentration.first": {"accounts": [_code(role["first"])]},
        "vat.return": {"year": 2025, "quarter": 3},
        "benford.manual": {"journal": "90"},
        "quality.twins": {"pairs": [[_code(a), _code(b)] for a, b, _ in flaws.twins]},
        "quality.no-vat-number": {"accounts": _codes(flaws.without_vat_number)},
        "quality.invalid-vat-number": {"accounts": _codes(flaws.invalid_vat_number)},
        "quality.invalid-iban": {"accounts": _codes(flaws.invalid_iban)},
        "quality.no-terms": {"accounts": _codes(flaws.without_terms)},
    }  # fmt: skip


def _code(relation: Relation) -> str:
    return str(relation.code)


def _codes(relations: Iterable[Relation]) -> list[str]:
    return sorted(_code(relation) for relation in relations)


def _net(bill: Bill) -> int:
    return sum(line.amount for line in bill.lines)


def _mistyped(ref: str) -> str:
    """The reference with two neighbouring digits the wrong way round."""
    for place in range(len(ref) - 1, 0, -1):
        if ref[place] != ref[place - 1] and ref[place - 1 : place + 1].isdigit():
            return ref[: place - 1] + ref[place] + ref[place - 1] + ref[place + 1 :]
    return ref + "-1"


def told(company: Company) -> list[dict[str, Any]]:
    """The stories with the records of this company."""
    records = company.planted.records(company)
    return [{**story, "records": records[story["key"]]} for story in STORIES]
