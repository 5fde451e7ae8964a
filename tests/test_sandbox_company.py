"""The demo company: its books hold, its figures look like the business, its stories are there.

Everything is worked out from the tables that `company.build` gives, in whole cents.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import exactnb
from exactnb.sandbox import company
from exactnb.sandbox.company import HOLDING, MAIN

Row = dict[str, Any]

CHECKSUM = "16669314bb959fb3"
TODAY = date(2026, 6, 30)
REFERENCES = """GLAccount Account Item ItemGroup Project Creator Modifier OrderedBy InvoiceTo
    Supplier OrderID EntryID GLRevenue GLCosts GLStock GLToPay GLToClaim GLAR GLAP MainContact
    AccountManager SalesOrder Salesperson"""


def cents(amount: float) -> int:
    return round(amount * 100)


def day(ms: int) -> date:
    return date(1970, 1, 1) + timedelta(milliseconds=ms)


def clock(ms: int) -> datetime:
    return datetime(1970, 1, 1) + timedelta(milliseconds=ms)


class Books:
    """The tables of a company as lists of dicts, with the look-ups that the tests need."""

    def __init__(self, size: int | None = None) -> None:
        self.tables: dict[str, list[Row]] = defaultdict(list)
        for block in company.build(size):
            self.tables[block.entity] += [
                dict(zip(block.columns, row, strict=True)) for row in block.rows
            ]
        self.gl = {g["ID"]: g for g in self.tables["GLAccounts"]}
        self.account = {a["ID"]: a for a in self.tables["Accounts"]}
        self.item = {i["ID"]: i for i in self.tables["Items"]}
        self.group = {g["ID"]: g["Code"] for g in self.tables["ItemGroups"]}
        self.vat = {v["Code"]: v for v in self.tables["VATCodes"] if v["Division"] == MAIN}
        self.entries: dict[str, list[Row]] = defaultdict(list)
        for line in self.tables["TransactionLines"]:
            line["gl"] = self.gl[line["GLAccount"]]["Code"]
            line["type"] = self.gl[line["GLAccount"]]["Type"]
            line["cents"] = cents(line["AmountDC"])
            self.entries[line["EntryID"]].append(line)
        self.by_number = {(t["Division"], t["EntryNumber"]): t for t in self.tables["Transactions"]}

    def lines(self, division: int = MAIN) -> list[Row]:
        return [row for row in self.tables["TransactionLines"] if row["Division"] == division]

    def heads(self, division: int = MAIN) -> list[Row]:
        return [row for row in self.tables["Transactions"] if row["Division"] == division]

    def total(self, codes: str, year: int, division: int = MAIN) -> int:
        """Movement of the accounts whose code starts so, in a year."""
        return sum(
            row["cents"]
            for row in self.lines(division)
            if row["FinancialYear"] == year and row["gl"].startswith(codes)
        )

    def open_items(self, kind: int, at: date = TODAY) -> tuple[Counter[Any], dict[Any, date]]:
        """What is open for each account and invoice number, and when it is due."""
        left: Counter[Any] = Counter()
        due: dict[Any, date] = {}
        for row in self.lines():
            if row["type"] == kind and day(row["Date"]) <= at:
                key = (row["Account"], row["InvoiceNumber"])
                left[key] += row["cents"]
                if row["DueDate"]:
                    due[key] = day(row["DueDate"])
        return Counter({key: amount for key, amount in left.items() if amount}), due

    def code(self, account: str) -> str:
        return str(self.account[account]["Code"])


@pytest.fixture(scope="module")
def books() -> Books:
    return Books()


def records(key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(s["records"] for s in company.STORIES if s["key"] == key)
    return found


# --- form -------------------------------------------------------------------------------------


def test_columns_are_fields_of_exact(books: Books) -> None:
    file = Path(exactnb.__file__).parent / "exact" / "entities.json"
    fields = {name: set(e["fields"]) for name, e in json.loads(file.read_text("utf-8")).items()}
    for entity, rows in books.tables.items():
        assert rows, entity
        known = fields.get(entity)
        if known is not None:
            own = {k for k in rows[0] if k not in ("gl", "type", "cents", "Division")}
            assert own <= known, entity
        assert all(row["Division"] in (MAIN, HOLDING) for row in rows), entity


def test_guids_are_version_4_and_unique(books: Books) -> None:
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


def test_references_point_to_records_of_the_same_division(books: Books) -> None:
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


def test_size(books: Books) -> None:
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
    code = "from tests.test_sandbox_company import checksum; print(checksum())"
    environment = {**os.environ, "PYTHONHASHSEED": "1", "TZ": "Asia/Taipei", "LC_ALL": "C"}
    again = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parents[1], env=environment,
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert again.stdout.strip() == CHECKSUM


def test_another_seed_is_another_company() -> None:
    first = next(b for b in company.build(seed=7) if b.entity == "Accounts")
    assert next(iter(first.rows))[0] not in {r["ID"] for r in Books().tables["Accounts"]}


def test_stories_file_tells_of_this_build() -> None:
    assert company.stories() == company.STORIES


# --- identities -------------------------------------------------------------------------------


def prove(books: Books) -> None:
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


def prove_documents(books: Books) -> None:
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


def test_identities(books: Books) -> None:
    prove(books)
    prove_documents(books)


def test_larger_company_keeps_the_identities() -> None:
    books = Books(40_000)
    assert 36_000 <= len(books.tables["TransactionLines"]) <= 44_000
    prove(books)
    prove_documents(books)
    assert len(books.tables["Accounts"]) > 350


def test_orders_follow_their_lines(books: Books) -> None:
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


def test_fixed_assets_and_stock(books: Books) -> None:
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


def revenue(books: Books, year: int) -> int:
    return -books.total("82", year)


def result(books: Books, year: int) -> int:
    return -sum(
        row["cents"]
        for row in books.lines()
        if row["FinancialYear"] == year and books.gl[row["GLAccount"]]["BalanceType"] == "W"
    )


def test_turnover_and_season(books: Books) -> None:
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


def test_item_groups_and_margins(books: Books) -> None:
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


def test_balance_sheet_is_plausible(books: Books) -> None:
    def equity(year: int) -> int:
        codes = {r["gl"] for r in books.lines() if r["type"] in (50, 52)}
        own = sum(books.total(c, y) for y in range(2023, year + 1) for c in codes)
        return -own + sum(result(books, y) for y in range(2023, year + 1))

    worth = [equity(year) for year in range(2023, 2027)]
    assert all(later > earlier > 0 for earlier, later in pairwise(worth))
    assert sum(r["cents"] for r in books.lines() if r["gl"] == "1450") < 0.4 * worth[-1]
    for year in range(2023, 2027):
        assert sum(books.total("3000", y) for y in range(2023, year + 1)) > 300_000_00


def test_result_of_2025_falls_by_a_quarter(books: Books) -> None:
    """Story 1: more turnover, less result, since the e-bike margin slips for eight months."""
    net = {year: result(books, year) for year in range(2023, 2027)}
    assert all(net[year] > 0 for year in net)
    assert 0.70 <= net[2025] / net[2024] <= 0.80
    margin: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
    for row in books.lines():
        if row["gl"] in ("8210", "7010"):
            margin[row["FinancialYear"], row["FinancialPeriod"]][row["gl"] == "7010"] += row[
                "cents"
            ]

    def over(year: int, first: int, last: int) -> float:
        sold, cost = (sum(margin[year, m][k] for m in range(first, last + 1)) for k in (0, 1))
        return (1 + cost / sold) * 100

    assert over(2024, 1, 12) == pytest.approx(26, abs=1)
    assert over(2025, 4, 9) == pytest.approx(21, abs=1)
    assert over(2026, 1, 6) == pytest.approx(26, abs=1)
    half = {
        year: -sum(
            row["cents"] for row in books.lines()
            if row["FinancialYear"] == year and row["FinancialPeriod"] <= 6
            and books.gl[row["GLAccount"]]["BalanceType"] == "W"
        )
        for year in (2025, 2026)
    }  # fmt: skip
    assert half[2026] > half[2025]
    (brand,) = (
        a for a in books.account.values() if a["Code"] in records("result.margin")["accounts"]
    )
    price: dict[bool, list[float]] = defaultdict(list)
    bills = {b["ID"]: b for b in books.tables["PurchaseInvoices"]}
    by_item: dict[str, dict[bool, float]] = defaultdict(dict)
    for row in books.tables["PurchaseInvoiceLines"]:
        bill = bills[row["InvoiceID"]]
        if bill["Supplier"] == brand["ID"] and bill["FinancialYear"] == 2025:
            by_item[row["Item"]][day(bill["InvoiceDate"]) >= date(2025, 2, 1)] = row["UnitPrice"]
    for prices in by_item.values():
        if len(prices) == 2:
            price[True].append(prices[True] / prices[False])
    assert price[True]
    assert min(price[True]) > 1.08


# --- receivables ------------------------------------------------------------------------------


def dso(books: Books, at: date) -> float:
    left, _ = books.open_items(20, at)
    sold = sum(
        row["cents"] for row in books.lines()
        if row["type"] == 20 and row["Type"] in (20, 21)
        and at - timedelta(days=90) < day(row["Date"]) <= at
    )  # fmt: skip
    return sum(left.values()) / sold * 90


def overdue(books: Books) -> Counter[str]:
    left, due = books.open_items(20)
    late: Counter[str] = Counter()
    for key, amount in left.items():
        if key in due and due[key] < TODAY:
            late[books.code(key[0])] += amount
    return late


def test_days_sales_outstanding_creep(books: Books) -> None:
    """Story 2: from about 36 days in mid 2024 to about 51 in mid 2026."""
    assert dso(books, date(2024, 6, 30)) == pytest.approx(36, abs=2)
    assert 37 < dso(books, date(2025, 6, 30)) < 45
    assert dso(books, TODAY) == pytest.approx(51, abs=2)


def test_three_shops_owe_most_of_what_is_overdue(books: Books) -> None:
    late = overdue(books)
    first = [code for code, _ in late.most_common(3)]
    assert sorted(first) == records("receivables.three-shops")["accounts"]
    assert 0.55 <= sum(late[code] for code in first) / sum(late.values()) <= 0.65


def customer_revenue(books: Books, first: date, last: date) -> Counter[str]:
    sold: Counter[str] = Counter()
    for row in books.lines():
        if row["type"] == 110 and row["Account"] and first <= day(row["Date"]) <= last:
            sold[books.code(row["Account"])] -= row["cents"]
    return sold


def test_a_large_customer_pays_later_and_later(books: Books) -> None:
    (code,) = records("receivables.later-and-later")["accounts"]
    sold = customer_revenue(books, date(2023, 1, 1), TODAY)
    assert code in [c for c, _ in sold.most_common(5)]
    due, paid = {}, {}
    for row in books.lines():
        if row["type"] == 20 and row["Account"] and books.code(row["Account"]) == code:
            if row["Type"] == 20:
                due[row["InvoiceNumber"]] = (day(row["Date"]), day(row["DueDate"]))
            elif row["Type"] == 40:
                paid[row["InvoiceNumber"]] = day(row["Date"])
    quarters: dict[int, list[int]] = defaultdict(list)
    for number, (made, by) in due.items():
        if made >= date(2025, 4, 1):
            late = (paid.get(number, TODAY) - by).days
            quarters[(made.year - 2025) * 4 + (made.month - 1) // 3].append(late)
    mean = [sum(quarters[q]) / len(quarters[q]) for q in (1, 2, 3, 4)]
    assert all(later > earlier + 5 for earlier, later in pairwise(mean))
    assert mean[0] < 15 < 60 < mean[-1]


def test_bankrupt_customer_is_partly_written_off(books: Books) -> None:
    told = records("receivables.bankrupt")
    written = 0
    for number in told["entries"]:
        head = books.by_number[MAIN, number]
        assert day(head["Date"]).year == 2025
        for row in books.entries[head["EntryID"]]:
            written -= row["cents"] * (row["type"] == 20)
    left, _ = books.open_items(20)
    still = sum(amount for key, amount in left.items() if [books.code(key[0])] == told["accounts"])
    assert written / (written + still) == pytest.approx(0.6, abs=0.001)
    assert still > 1_000_00


def test_unapplied_receipts(books: Books) -> None:
    loose = [r for r in books.lines() if r["type"] == 20 and r["InvoiceNumber"] is None]
    assert sorted(books.code(r["Account"]) for r in loose) == sorted(
        records("receivables.unapplied")["accounts"]
    )
    assert all(r["Type"] == 40 and r["cents"] < 0 for r in loose)


def test_first_customer_doubles_its_share(books: Books) -> None:
    """Story 3; the first five make about a third of the turnover."""
    (code,) = records("concentration.first")["accounts"]
    spans = {y: (date(y, 1, 1), date(y, 6, 30)) for y in (2024, 2026)}
    share = {}
    for year, span in spans.items():
        sold = customer_revenue(books, *span)
        share[year] = sold[code] / sum(sold.values())
    assert share[2026] / share[2024] == pytest.approx(2, abs=0.2)
    sold = customer_revenue(books, date(2023, 1, 1), TODAY)
    assert sold.most_common(1)[0][0] == code
    assert sum(n for _, n in sold.most_common(5)) / sum(sold.values()) == pytest.approx(
        0.34, abs=0.015
    )


# --- VAT --------------------------------------------------------------------------------------


def vat_due(books: Books, division: int, year: int, quarter: int) -> int:
    """Box 5g from the lines, in cents, without rounding to euros."""
    return -sum(
        row["cents"] for row in books.lines(division)
        if row["type"] == 24 and row["Type"] not in (10, 40, 50) and row["FinancialYear"] == year
        and (row["FinancialPeriod"] + 2) // 3 == quarter
    )  # fmt: skip


def test_all_returns_tie_but_one(books: Books) -> None:
    """Story 4: what was booked into 2025-Q3 after its filing is in no return."""
    odd = []
    filed = [r for r in books.tables["Returns"] if r["Type"] == 31 and r["Status"] == 50]
    assert len(filed) == 26
    for one in filed:
        ledger = vat_due(books, one["Division"], one["Year"], one["Period"])
        if abs(ledger - cents(one["Amount"])) > 5_00:
            odd.append((one["Division"], one["Year"], one["Period"]))
    told = records("vat.return")
    assert odd == [(MAIN, told["year"], told["quarter"])]
    late = [
        books.entries[books.by_number[MAIN, n]["EntryID"]]
        for n in records("vat.after-filing")["entries"]
    ]
    claim = sum(row["cents"] for lines in late for row in lines if row["type"] == 24)
    (one,) = (r for r in filed if (r["Division"], r["Year"], r["Period"]) == odd[0])
    assert abs(vat_due(books, *odd[0]) + claim - cents(one["Amount"])) < 5_00
    for lines in late:
        assert lines[0]["FinancialPeriod"] == 9
        assert lines[0]["Created"] > one["Created"]
    settled = sum(
        r["cents"] for r in books.lines() if r["type"] == 24 and r["FinancialYear"] < 2026
    )
    open_q4 = sum(
        cents(r["Amount"]) for r in filed
        if (r["Division"], r["Year"], r["Period"]) == (MAIN, 2025, 4)
    )  # fmt: skip
    assert settled == claim - open_q4


def test_ec_sales_list_equals_box_3b(books: Books) -> None:
    listed = {c for c, v in books.vat.items() if v["EUSalesListing"] in ("L", "S", "T")}
    for one in books.tables["Returns"]:
        if one["Type"] == 32 and one["Status"] == 50:
            box = -sum(
                row["cents"] for row in books.lines()
                if row["VATType"] in ("V", "X") and row["VATCode"] in listed
                and row["FinancialYear"] == one["Year"]
                and (row["FinancialPeriod"] + 2) // 3 == one["Period"]
            )  # fmt: skip
            assert box == cents(one["Amount"])


def test_wrong_vat_codes(books: Books) -> None:
    """A line is right when its code is that of the item at home, and an EU code for the EU."""
    wrong: dict[str, set[int]] = defaultdict(set)
    numbers = {i["InvoiceID"]: i for i in books.tables["SalesInvoices"] if i["Status"] == 50}
    for row in books.tables["SalesInvoiceLines"]:
        invoice = numbers.get(row["InvoiceID"])
        if invoice is None:
            continue
        country = books.account[invoice["OrderedBy"]]["Country"]
        if country in ("BE", "DE", "IT") and books.vat[row["VATCode"]]["EUSalesListing"] == "N":
            wrong["vat.eu-as-domestic"].add(invoice["InvoiceNumber"])
        if country == "NL" and row["VATCode"] != books.item[row["Item"]]["SalesVatCode"]:
            wrong["vat.low-rate"].add(invoice["InvoiceNumber"])
    for key in ("vat.eu-as-domestic", "vat.low-rate"):
        assert sorted(wrong[key]) == records(key)["invoices"]
        (head,) = (books.by_number[MAIN, n] for n in wrong[key])
        assert (head["FinancialYear"], (head["FinancialPeriod"] + 2) // 3) == (2025, 3)


# --- cash -------------------------------------------------------------------------------------


def forecast(books: Books, overdue_comes: bool) -> list[int]:
    """Bank at the end of each of 13 weeks from what is open, ordered, due to tax and staff."""
    weeks = [0] * 14

    def add(when: date, amount: float) -> None:
        week = max(1, ((when - TODAY).days + 6) // 7)
        if week <= 13:
            weeks[week] += round(amount)

    left, due = books.open_items(20)
    delays: dict[str, list[int]] = defaultdict(list)
    all_due = {
        (r["Account"], r["InvoiceNumber"]): day(r["DueDate"])
        for r in books.lines() if r["type"] == 20 and r["DueDate"]
    }  # fmt: skip
    for row in books.lines():
        if row["type"] == 20 and row["Type"] == 40 and row["InvoiceNumber"]:
            key = (row["Account"], row["InvoiceNumber"])
            delays[row["Account"]].append((day(row["Date"]) - all_due[key]).days)
    for key, amount in left.items():
        usual = delays[key[0]]
        expected = due.get(key, TODAY) + timedelta(days=sum(usual) // max(1, len(usual)))
        if overdue_comes or expected > TODAY:
            add(expected, amount)
    left, due = books.open_items(22)
    for key, amount in left.items():
        add(due.get(key, TODAY), amount)
    for one in books.tables["Returns"]:
        if one["Division"] == MAIN and one["Status"] < 50 and one["Type"] in (31, 146):
            add(day(one["DueDate"]), -cents(one["Amount"]))
    wages = [
        r["cents"] for r in books.lines()
        if r["gl"] == "1810" and r["Type"] == 40 and r["FinancialYear"] == 2026
    ]  # fmt: skip
    for month in (7, 8, 9):
        add(date(2026, month, 25), -sorted(wages)[len(wages) // 2])
    terms = {p["Code"]: p["PaymentDays"] for p in books.tables["PaymentConditions"]}
    orders = {o["OrderID"]: o for o in books.tables["SalesOrders"] if o["Status"] in (12, 20)}
    for row in books.tables["SalesOrderLines"]:
        if row["OrderID"] in orders:
            order = orders[row["OrderID"]]
            rate = 1 + books.vat[row["VATCode"]]["Percentage"]
            value = (row["Quantity"] - row["QuantityInvoiced"]) * row["NetPrice"] * 100 * rate
            due_on = day(order["DeliveryDate"]) + timedelta(
                days=terms[order["PaymentCondition"] or "30"]
            )
            add(due_on, value)
    balance = sum(r["cents"] for r in books.lines() if r["type"] in (10, 12))
    run = [balance]
    for week in weeks[1:]:
        run.append(run[-1] + week)
    return run


@pytest.mark.parametrize("overdue_comes", [True, False])
def test_cash_dips_below_zero_in_week_7(books: Books, overdue_comes: bool) -> None:
    """Story 5, whether one counts on what is overdue or not."""
    run = forecast(books, overdue_comes)
    assert run[0] > 40_000_00
    assert all(amount > 0 for amount in run[:7])
    assert run[7] < -20_000_00
    assert run[6] - run[7] > 400_000_00
    if overdue_comes:
        assert run[8] > run[7]
        assert run[13] > 100_000_00
    (number,) = records("cash.dip")["entries"]
    container = books.entries[books.by_number[MAIN, number]["EntryID"]][0]
    assert container["Currency"] == "USD"
    assert day(container["DueDate"]) == date(2026, 8, 14)


# --- journal entries --------------------------------------------------------------------------


def manual(books: Books) -> Iterator[tuple[Row, list[Row]]]:
    for head in books.heads():
        if head["JournalCode"] == "90" and head["Type"] != 10:
            yield head, books.entries[head["EntryID"]]


def numbers(heads: Iterable[Row]) -> list[int]:
    return sorted(head["EntryNumber"] for head in heads)


def test_planted_entries_are_the_only_ones_of_their_kind(books: Books) -> None:
    """Story 6: each test of the journal finds what was planted, and nothing else."""
    every = list(manual(books))
    assert 820 <= len(every) <= 950
    seldom = Counter(lines[0]["Creator"] for _, lines in every)
    pairs: Counter[tuple[str, str]] = Counter()
    pair_of = {}
    for head, lines in every:
        if len(lines) == 2:
            pair = tuple(row["gl"] for row in sorted(lines, key=lambda r: -r["cents"]))
            pair_of[head["EntryNumber"]] = pair
            pairs[pair] += 1

    def those(odd: Callable[[Row, list[Row]], bool]) -> list[Row]:
        return [head for head, lines in every if odd(head, lines)]

    weekend = those(lambda h, _: clock(h["Created"]).weekday() > 4)
    found = {
        "entries.weekend": weekend,
        "entries.new-year": those(lambda h, _: f"{day(h['Date']):%m-%d}" == "01-01"),
        "entries.night": those(lambda h, _: not 7 <= clock(h["Created"]).hour < 19),
        "entries.round": those(lambda _, lines: any(r["cents"] % 100_000 == 0 for r in lines)),
        "entries.blank": those(lambda h, _: not h["Description"]),
        "entries.backdated": those(lambda h, _: (day(h["Created"]) - day(h["Date"])).days > 35),
        "entries.rare-pair": those(lambda h, _: pairs[pair_of.get(h["EntryNumber"])] == 1),
        "entries.seldom-user": those(lambda _, lines: seldom[lines[0]["Creator"]] < 5),
    }
    for key, heads in found.items():
        assert numbers(heads) == sorted(records(key)["entries"]), key
    assert all(day(h["Date"]).weekday() < 5 for h, _ in every if h not in weekend)


def first_digits(amounts: Iterable[int]) -> float:
    """Mean absolute deviation from Benford's law for amounts of € 10 and more."""
    digits = Counter(int(str(abs(a))[0]) for a in amounts if abs(a) >= 1_000)
    whole = sum(digits.values())
    assert whole > 500
    return sum(abs(digits[d] / whole - math.log10(1 + 1 / d)) for d in range(1, 10)) / 9


def test_benford(books: Books) -> None:
    """Story 10: purchases conform acceptably (Nigrini: below 0.012), manual entries do not."""
    bills = (r["cents"] for r in books.lines() if r["JournalCode"] == "60" and r["LineNumber"] == 0)
    assert first_digits(bills) < 0.012
    assert first_digits(r["cents"] for _, lines in manual(books) for r in lines[:1]) > 0.015


# --- duplicates and gaps ----------------------------------------------------------------------


def test_duplicates(books: Books) -> None:
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


def test_gaps_and_order_of_invoice_numbers(books: Books) -> None:
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


def test_quality_of_the_accounts(books: Books) -> None:
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


def test_three_ibans_are_invalid(books: Books) -> None:
    table = company.Company(None, company.SEED).bank_accounts()
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    wrong = [r for r in rows if not valid_iban(r["BankAccount"])]
    assert len(rows) > 250
    assert (
        sorted(books.code(r["Account"]) for r in wrong)
        == records("quality.invalid-iban")["accounts"]
    )
    assert len(wrong) == 3


def test_six_customers_are_entered_twice(books: Books) -> None:
    by_code = {a["Code"]: a for a in books.account.values()}
    pairs = records("quality.twins")["pairs"]
    assert len(pairs) == 6
    for one, other in pairs:
        assert by_code[one]["Name"] != by_code[other]["Name"]
        assert by_code[one]["Postcode"] == by_code[other]["Postcode"]
    twins = [a for a in books.account.values() if a["Status"] == "C" and a["ChamberOfCommerce"]]
    shared = Counter(a["ChamberOfCommerce"] for a in twins)
    assert sum(1 for n in shared.values() if n == 2) == 6


# --- the holding ------------------------------------------------------------------------------


def test_holding_mirrors_the_company(books: Books) -> None:
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
