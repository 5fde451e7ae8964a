"""What is wrong in the demo company's books on purpose: each flaw is found, and nothing else is."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise
from typing import Any

import pytest
from company_books import CompanyBooks, Row, records

from exactnb.sandbox.company import MAIN


@pytest.fixture(scope="module")
def books() -> CompanyBooks:
    return CompanyBooks()


# --- duplicates and gaps ----------------------------------------------------------------------


def test_duplicates(books: CompanyBooks) -> None:
    """Story 7: one real duplicate, paid twice, and one pair that only looks like it."""
    same: dict[Any, list[Row]] = defaultdict(list)
    for head in books.heads():
        if head["JournalCode"] == "60":
            main = books.entries[head["EntryID"]][0]
            same[main["Account"], main["cents"], main["Date"]].append(main)
    pairs = {
        tuple(sorted(r["EntryNumber"] for r in rows)) for rows in same.values() if len(rows) > 1
    }
    twice, alarm = records("duplicates.paid-twice"), records("duplicates.false-alarm")
    assert pairs == {tuple(sorted(twice["entries"])), tuple(sorted(alarm["entries"]))}
    one, other = twice["references"]
    assert one != other
    assert sorted(one) == sorted(other)
    paid = {r["InvoiceNumber"] for r in books.lines() if r["type"] == 22 and r["Type"] == 40}
    assert set(twice["entries"]) <= paid
    texts = {books.by_number[MAIN, n]["Description"] for n in alarm["entries"]}
    assert len(texts) == 2


def test_gaps_and_order_of_invoice_numbers(books: CompanyBooks) -> None:
    """Story 8: two numbers missing, one out of the order of dates."""
    made = sorted(
        (i["InvoiceNumber"], i["InvoiceDate"])
        for i in books.tables["SalesInvoices"]
        if i["InvoiceNumber"]
    )
    missing, early = [], []
    for (number, when), (following, then) in pairwise(made):
        if following // 10_000 == number // 10_000:
            missing += range(number + 1, following)
            early += [following] if then < when else []
    assert missing == records("gaps.missing")["invoices"]
    assert early == records("gaps.out-of-order")["invoices"]
    for journal in ("20", "60", "90", "91"):
        serials = sorted(h["EntryNumber"] for h in books.heads() if h["JournalCode"] == journal)
        assert all(b - a == 1 for a, b in pairwise(serials) if b // 10_000 == a // 10_000)


# --- quality ----------------------------------------------------------------------------------


def valid_vat(number: str) -> bool:
    country, digits = number[:2], [int(c) for c in number[2:] if c.isdigit()]
    if country == "NL":
        return sum(d * w for d, w in zip(digits, range(9, 1, -1), strict=False)) % 11 == digits[8]
    if country == "BE":
        return (int(number[2:10]) + int(number[10:])) % 97 == 0
    if country == "DE":
        product = 10
        for d in digits[:8]:
            product = ((d + product - 1) % 10 + 1) * 2 % 11
        return (11 - product) % 10 == digits[8]
    luhn = sum(d if k % 2 == 0 else d * 2 // 10 + d * 2 % 10 for k, d in enumerate(digits))
    return luhn % 10 == 0


def test_quality_of_the_accounts(books: CompanyBooks) -> None:
    """Story 9: exactly so many flaws, each in the accounts that the stories name."""
    rows = [a for a in books.account.values() if a["Division"] == MAIN]
    businesses = [a for a in rows if a["ChamberOfCommerce"]]
    customers = [a for a in rows if a["Status"] == "C"]
    numbered = [a for a in rows if a["VATNumber"]]
    found = {
        "quality.no-vat-number": [a for a in businesses if not a["VATNumber"]],
        "quality.invalid-vat-number": [a for a in numbered if not valid_vat(a["VATNumber"])],
        "quality.no-terms": [a for a in customers if not a["PaymentConditionSales"]],
    }
    counts = {"quality.no-vat-number": 11, "quality.invalid-vat-number": 4, "quality.no-terms": 9}
    for key, accounts in found.items():
        assert len(accounts) == counts[key]
        assert sorted(a["Code"] for a in accounts) == records(key)["accounts"]
    assert any(a["Country"] in ("BE", "DE") for a in found["quality.no-vat-number"])


def valid_iban(number: str) -> bool:
    turned = number[4:] + number[:4]
    return int("".join(str(int(c, 36)) for c in turned)) % 97 == 1


def test_three_ibans_are_invalid(books: CompanyBooks) -> None:
    rows = books.tables["BankAccounts"]
    wrong = [r for r in rows if not valid_iban(r["BankAccount"])]
    assert len(rows) > 250
    assert (
        sorted(books.code(r["Account"]) for r in wrong)
        == records("quality.invalid-iban")["accounts"]
    )
    assert len(wrong) == 3


def test_six_customers_are_entered_twice(books: CompanyBooks) -> None:
    by_code = {a["Code"]: a for a in books.account.values()}
    pairs = records("quality.twins")["pairs"]
    assert len(pairs) == 6
    for one, other in pairs:
        assert by_code[one]["Name"] != by_code[other]["Name"]
        assert by_code[one]["Postcode"] == by_code[other]["Postcode"]
    twins = [a for a in books.account.values() if a["Status"] == "C" and a["ChamberOfCommerce"]]
    shared = Counter(a["ChamberOfCommerce"] for a in twins)
    assert sum(1 for n in shared.values() if n == 2) == 6
