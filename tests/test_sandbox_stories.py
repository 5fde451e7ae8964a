"""What the demo company's books tell: each story and mistake is worked out from the tables.

The stories file is only asked where something was planted, never how it turns out.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from itertools import pairwise

import pytest
from company_books import TODAY, CompanyBooks, Row, cents, clock, day, records, result

from exactnb.sandbox.company import MAIN


@pytest.fixture(scope="module")
def books() -> CompanyBooks:
    return CompanyBooks()


def test_result_of_2025_falls_by_a_quarter(books: CompanyBooks) -> None:
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


def dso(books: CompanyBooks, at: date) -> float:
    left, _ = books.open_items(20, at)
    sold = sum(
        row["cents"] for row in books.lines()
        if row["type"] == 20 and row["Type"] in (20, 21)
        and at - timedelta(days=90) < day(row["Date"]) <= at
    )  # fmt: skip
    return sum(left.values()) / sold * 90


def overdue(books: CompanyBooks) -> Counter[str]:
    left, due = books.open_items(20)
    late: Counter[str] = Counter()
    for key, amount in left.items():
        if key in due and due[key] < TODAY:
            late[books.code(key[0])] += amount
    return late


def test_days_sales_outstanding_creep(books: CompanyBooks) -> None:
    """Story 2: from about 36 days in mid 2024 to about 51 in mid 2026."""
    assert dso(books, date(2024, 6, 30)) == pytest.approx(36, abs=2)
    assert 37 < dso(books, date(2025, 6, 30)) < 45
    assert dso(books, TODAY) == pytest.approx(51, abs=2)


def test_three_shops_owe_most_of_what_is_overdue(books: CompanyBooks) -> None:
    late = overdue(books)
    first = [code for code, _ in late.most_common(3)]
    assert sorted(first) == records("receivables.three-shops")["accounts"]
    assert 0.55 <= sum(late[code] for code in first) / sum(late.values()) <= 0.65


def customer_revenue(books: CompanyBooks, first: date, last: date) -> Counter[str]:
    sold: Counter[str] = Counter()
    for row in books.lines():
        if row["type"] == 110 and row["Account"] and first <= day(row["Date"]) <= last:
            sold[books.code(row["Account"])] -= row["cents"]
    return sold


def test_a_large_customer_pays_later_and_later(books: CompanyBooks) -> None:
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


def test_bankrupt_customer_is_partly_written_off(books: CompanyBooks) -> None:
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


def test_unapplied_receipts(books: CompanyBooks) -> None:
    loose = [r for r in books.lines() if r["type"] == 20 and r["InvoiceNumber"] is None]
    assert sorted(books.code(r["Account"]) for r in loose) == sorted(
        records("receivables.unapplied")["accounts"]
    )
    assert all(r["Type"] == 40 and r["cents"] < 0 for r in loose)


def test_first_customer_doubles_its_share(books: CompanyBooks) -> None:
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


def vat_due(books: CompanyBooks, division: int, year: int, quarter: int) -> int:
    """Box 5g from the lines, in cents, without rounding to euros."""
    return -sum(
        row["cents"] for row in books.lines(division)
        if row["type"] == 24 and row["Type"] not in (10, 40, 50) and row["FinancialYear"] == year
        and (row["FinancialPeriod"] + 2) // 3 == quarter
    )  # fmt: skip


def test_all_returns_tie_but_one(books: CompanyBooks) -> None:
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


def test_ec_sales_list_equals_box_3b(books: CompanyBooks) -> None:
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


def test_wrong_vat_codes(books: CompanyBooks) -> None:
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


def forecast(books: CompanyBooks, overdue_comes: bool) -> list[int]:
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
def test_cash_dips_below_zero_in_week_7(books: CompanyBooks, overdue_comes: bool) -> None:
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


def manual(books: CompanyBooks) -> Iterator[tuple[Row, list[Row]]]:
    for head in books.heads():
        if head["JournalCode"] == "90" and head["Type"] != 10:
            yield head, books.entries[head["EntryID"]]


def numbers(heads: Iterable[Row]) -> list[int]:
    return sorted(head["EntryNumber"] for head in heads)


def test_planted_entries_are_the_only_ones_of_their_kind(books: CompanyBooks) -> None:
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


def test_benford(books: CompanyBooks) -> None:
    """Story 10: purchases conform acceptably (Nigrini: below 0.012), manual entries do not."""
    bills = (r["cents"] for r in books.lines() if r["JournalCode"] == "60" and r["LineNumber"] == 0)
    assert first_digits(bills) < 0.012
    assert first_digits(r["cents"] for _, lines in manual(books) for r in lines[:1]) > 0.015
