"""The demo company: its books hold, its records are whole, its figures look like the business."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import pytest
from company_books import CompanyBooks, Row, cents, records, result

import exactnb
from exactnb.sandbox import company
from exactnb.sandbox.company import HOLDING, MAIN

CHECKSUM = "845399fcbdf78c38"
REFERENCES = """GLAccount Account Item ItemGroup Project Creator Modifier OrderedBy InvoiceTo
    Supplier OrderID EntryID GLRevenue GLCosts GLStock GLToPay GLToClaim GLAR GLAP MainContact
    AccountManager SalesOrder Salesperson"""


@pytest.fixture(scope="module")
def books() -> CompanyBooks:
    return CompanyBooks()


def revenue(books: CompanyBooks, year: int) -> int:
    return -books.total("82", year)


# --- form -------------------------------------------------------------------------------------


def test_columns_are_fields_of_exact(books: CompanyBooks) -> None:
    file = Path(exactnb.__file__).parent / "exact" / "entities.json"
    fields = {name: set(e["fields"]) for name, e in json.loads(file.read_text("utf-8")).items()}
    for entity, rows in books.tables.items():
        assert rows, entity
        known = fields.get(entity)
        if known is not None:
            own = {k for k in rows[0] if k not in ("gl", "type", "cents", "Division")}
            assert own <= known, entity
        assert all(row["Division"] in (MAIN, HOLDING) for row in rows), entity


def test_guids_are_version_4_and_unique(books: CompanyBooks) -> None:
    shape = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
    keys = {"Transactions": "EntryID", "SalesOrders": "OrderID", "SalesInvoices": "InvoiceID",
            "Returns": "DocumentID", "Users": "UserID"}  # fmt: skip
    seen: set[str] = set()
    for entity, rows in books.tables.items():
        if entity in ("SystemDivisions", "GLTransactionTypes"):
            continue
        own = [row[keys.get(entity, "ID")] for row in rows]
        assert all(shape.fullmatch(guid) for guid in own), entity
        assert len(set(own)) == len(own), entity
        assert not seen & set(own), entity
        seen |= set(own)


def test_references_point_to_records_of_the_same_division(books: CompanyBooks) -> None:
    there = {row["UserID"]: None for row in books.tables["Users"]}
    for entity in ("GLAccounts", "Accounts", "Contacts", "Items", "ItemGroups", "Projects"):
        there |= {row["ID"]: row["Division"] for row in books.tables[entity]}
    there |= {row["OrderID"]: row["Division"] for row in books.tables["SalesOrders"]}
    there |= {row["InvoiceID"]: row["Division"] for row in books.tables["SalesInvoices"]}
    there |= {row["EntryID"]: row["Division"] for row in books.tables["Transactions"]}
    for entity, rows in books.tables.items():
        for name in REFERENCES.split():
            for row in rows if name in rows[0] else ():
                if row[name] is not None:
                    assert there[row[name]] in (None, row["Division"]), (entity, name)


def test_size(books: CompanyBooks) -> None:
    assert 11_000 <= len(books.tables["TransactionLines"]) <= 13_500


def checksum() -> str:
    digest = hashlib.sha256()
    for block in company.build():
        digest.update(repr((block.entity, block.columns)).encode())
        for row in block.rows:
            digest.update(repr(row).encode())
    return digest.hexdigest()[:16]


def test_every_build_is_the_same_to_the_byte() -> None:
    assert checksum() == CHECKSUM
    code = "from test_sandbox_company import checksum; print(checksum())"
    environment = {**os.environ, "PYTHONHASHSEED": "1", "TZ": "Asia/Taipei", "LC_ALL": "C"}
    again = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parent, env=environment,
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert again.stdout.strip() == CHECKSUM


def test_another_seed_is_another_company() -> None:
    first = next(b for b in company.build(seed=7) if b.entity == "Accounts")
    assert next(iter(first.rows))[0] not in {r["ID"] for r in CompanyBooks().tables["Accounts"]}


def test_stories_file_tells_of_this_build() -> None:
    assert company.stories() == company.STORIES


# --- identities -------------------------------------------------------------------------------


def prove(books: CompanyBooks) -> None:
    """The identities of double entry, VAT, bank and documents, to the cent."""
    for lines in books.entries.values():
        assert sum(row["cents"] for row in lines) == 0
        assert (
            len({(row["Division"], row["EntryNumber"], row["FinancialYear"]) for row in lines}) == 1
        )
    for row in books.tables["TransactionLines"]:
        assert row["cents"] == cents(round(row["AmountFC"] * row["ExchangeRate"], 2))
        assert row["Currency"] == "EUR" or row["ExchangeRate"] != 1
    for kind in (20, 22):  # open items tie to the control account of the main division
        left, _ = books.open_items(kind)
        assert sum(left.values()) == sum(r["cents"] for r in books.lines() if r["type"] == kind)
        assert all(key[0] for key in left)
    for division in (MAIN, HOLDING):
        balance = 0
        for head in sorted(
            (h for h in books.heads(division) if h["Type"] == 40), key=lambda h: h["Date"]
        ):
            lines = books.entries[head["EntryID"]]
            moved = sum(row["cents"] for row in lines if row["type"] == 12)
            assert cents(head["OpeningBalanceFC"]) + moved == cents(head["ClosingBalanceFC"])
            assert balance in (0, cents(head["OpeningBalanceFC"]))
            balance = cents(head["ClosingBalanceFC"])
            assert balance > 0
        assert balance == sum(r["cents"] for r in books.lines(division) if r["type"] == 12)


def prove_documents(books: CompanyBooks) -> None:
    of_invoice: dict[str, list[Row]] = defaultdict(list)
    for row in books.tables["SalesInvoiceLines"]:
        of_invoice[row["InvoiceID"]].append(row)
    for invoice in books.tables["SalesInvoices"]:
        lines = of_invoice[invoice["InvoiceID"]]
        total = sum(cents(row["AmountDC"]) for row in lines) + cents(invoice["VATAmountDC"])
        assert cents(invoice["AmountDC"]) == total
        assert cents(invoice["VATAmountDC"]) == sum(cents(row["VATAmountDC"]) for row in lines)
        assert (invoice["InvoiceNumber"] is None) == (invoice["Status"] != 50)
        if invoice["Status"] == 50:
            head = books.by_number[MAIN, invoice["InvoiceNumber"]]
            main = books.entries[head["EntryID"]][0]
            assert (main["LineNumber"], main["type"], main["cents"]) == (0, 20, total)
            assert (invoice["Type"] == 8021) == (total < 0) == (head["Type"] == 21)
    for bill in books.tables["PurchaseInvoices"]:
        entry = books.entries[books.by_number[MAIN, bill["EntryNumber"]]["EntryID"]]
        assert entry[0]["cents"] == -cents(bill["AmountDC"])
        assert cents(entry[0]["AmountFC"]) == -cents(bill["Amount"])


def test_identities(books: CompanyBooks) -> None:
    prove(books)
    prove_documents(books)


def test_larger_company_keeps_the_identities() -> None:
    books = CompanyBooks(40_000)
    assert 36_000 <= len(books.tables["TransactionLines"]) <= 44_000
    prove(books)
    prove_documents(books)
    assert len(books.tables["Accounts"]) > 350


def test_orders_follow_their_lines(books: CompanyBooks) -> None:
    of_order: dict[str, list[Row]] = defaultdict(list)
    for row in books.tables["SalesOrderLines"]:
        assert row["QuantityInvoiced"] <= row["Quantity"]
        of_order[row["OrderID"]].append(row)
    count: Counter[int] = Counter()
    for order in books.tables["SalesOrders"]:
        done = {row["QuantityInvoiced"] == row["Quantity"] for row in of_order[order["OrderID"]]}
        expected = {frozenset({True}): 21, frozenset({True, False}): 20}.get(frozenset(done), 12)
        assert order["Status"] in (expected, 45)
        count[order["Status"]] += 1
    assert min(count[status] for status in (12, 20, 21, 45)) >= 5
    invoiced = {row["SalesOrderLine"] for row in books.tables["SalesInvoiceLines"]} - {None}
    assert invoiced == {
        row["ID"] for row in books.tables["SalesOrderLines"] if row["QuantityInvoiced"]
    }


def test_fixed_assets_and_stock(books: CompanyBooks) -> None:
    cost: Counter[tuple[str, int]] = Counter()
    for row in books.lines():
        cost[row["gl"], row["FinancialYear"]] += row["cents"]
    for asset, wears in (("0300", "0310"), ("0320", "0330"), ("0400", "0410")):
        left = 0
        for year in range(2023, 2027):
            left += cost[asset, year] + cost[wears, year]
            assert left >= 0
    for year in (2024, 2025, 2026):
        worn = sum(cost[gl, year] for gl in ("0310", "0330", "0410"))
        assert worn == -books.total("4500", year)
    value = sum(cents(i["Stock"] * i["AverageCost"]) for i in books.tables["Items"] if i["Stock"])
    ledger = sum(row["cents"] for row in books.lines() if row["gl"] == "3000")
    assert abs(value - ledger) < 100 * 100  # the average cost has four decimals
    assert all((i["Stock"] or 0) >= 0 for i in books.tables["Items"])


# --- the business -----------------------------------------------------------------------------


def test_turnover_and_season(books: CompanyBooks) -> None:
    for year, millions in ((2023, 2.4), (2024, 2.7), (2025, 2.9), (2026, 1.75)):
        assert revenue(books, year) == pytest.approx(millions * 1e8, rel=0.03)
    for year in (2023, 2024):
        assert 1.07 <= revenue(books, year + 1) / revenue(books, year) <= 1.12
    months: Counter[int] = Counter()
    for row in books.lines():
        if row["gl"].startswith("82") and row["FinancialYear"] < 2026:
            months[row["FinancialPeriod"]] -= row["cents"]
    mean = sum(months.values()) / 12
    assert all(months[m] > 1.25 * mean for m in (3, 4, 5, 6, 7))
    assert all(months[m] < 0.7 * mean for m in (11, 12, 1))


def test_item_groups_and_margins(books: CompanyBooks) -> None:
    sold = {gl: -sum(books.total(gl, y) for y in range(2023, 2027)) for gl in
            ("8210", "8220", "8230", "8240", "8250")}  # fmt: skip
    whole = sum(sold.values())
    for gl, share in (("8210", 45), ("8220", 20), ("8230", 20), ("8240", 9), ("8250", 6)):
        assert sold[gl] / whole * 100 == pytest.approx(share, abs=1.5)
    for gl, costs, margin in (
        ("8210", "7010", 24.5), ("8220", "7020", 28), ("8230", "7030", 38), ("8240", "7040", 45),
    ):  # fmt: skip
        spent = sum(books.total(costs, y) for y in range(2023, 2027))
        assert (1 - spent / sold[gl]) * 100 == pytest.approx(margin, abs=1.5)
    items = books.tables["Items"]
    assert 380 <= len(items) <= 420
    assert sum(1 for i in items if i["EndDate"]) == 30


def test_balance_sheet_is_plausible(books: CompanyBooks) -> None:
    def equity(year: int) -> int:
        codes = {r["gl"] for r in books.lines() if r["type"] in (50, 52)}
        own = sum(books.total(c, y) for y in range(2023, year + 1) for c in codes)
        return -own + sum(result(books, y) for y in range(2023, year + 1))

    worth = [equity(year) for year in range(2023, 2027)]
    assert all(later > earlier > 0 for earlier, later in pairwise(worth))
    assert sum(r["cents"] for r in books.lines() if r["gl"] == "1450") < 0.4 * worth[-1]
    for year in range(2023, 2027):
        assert sum(books.total("3000", y) for y in range(2023, year + 1)) > 300_000_00


# --- the holding ------------------------------------------------------------------------------


def test_holding_mirrors_the_company(books: CompanyBooks) -> None:
    both = [sum(r["cents"] for r in books.lines(d) if r["gl"] == "1450") for d in (MAIN, HOLDING)]
    assert sum(both) == 0
    fee = sum(r["cents"] for r in books.lines() if r["gl"] == "4740")
    charged = sum(r["cents"] for r in books.lines(HOLDING) if r["gl"] == "8800" and r["Account"])
    assert fee == -charged
    dividends = sum(r["cents"] for r in books.lines(HOLDING) if r["gl"] == "9110")
    assert (
        dividends
        == -sum(r["cents"] for r in books.lines() if r["gl"] == "1860" and r["Type"] == 90) * -1
    )
    loose = [r for r in books.lines(HOLDING) if r["type"] == 20 and not r["Account"]]
    assert [r["EntryNumber"] for r in loose] == records("holding.unassigned")["entries"]
