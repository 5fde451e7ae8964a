"""The demo company's books, read through the REST API: twelve identities that they must satisfy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

import pytest
from small_company import Caller

from exactnb.sandbox.exact import ExactOnline
from exactnb.sandbox.store import Store

Row = dict[str, Any]

LINE_FIELDS = (
    "ID,EntryID,EntryNumber,LineNumber,Type,Status,Date,FinancialYear,FinancialPeriod,JournalCode,"
    "GLAccount,Account,AmountDC,AmountFC,ExchangeRate,InvoiceNumber,VATCode,VATType,Created"
)
SETTLED, RECEIVABLE, PAYABLE, VAT = 50, 20, 22, 24


def cents(amount: float | None) -> int:
    return round((amount or 0) * 100)


def summed(rows: Iterable[Row], *by: str, amount: str = "AmountDC") -> dict[Any, int]:
    """Sum in cents by these fields."""
    sums: dict[Any, int] = defaultdict(int)
    for row in rows:
        sums[tuple(row[name] for name in by)] += cents(row[amount])
    return dict(sums)


class Books:
    """What the API says about one division, each resource read once and to its end."""

    def __init__(self, exact: ExactOnline, division: int) -> None:
        self.api = Caller(exact, division)

    def all(self, resource: str, **options: Any) -> list[Row]:
        return self.api.rows(resource, **options)

    @cached_property
    def lines(self) -> list[Row]:
        options = {"filter": "Timestamp gt 1L", "select": LINE_FIELDS}
        return self.all("sync/Financial/TransactionLines", **options)

    @cached_property
    def accounts(self) -> dict[str, Row]:
        fields = "ID,Code,Type,BalanceType"
        return {row["ID"]: row for row in self.all("bulk/Financial/GLAccounts", select=fields)}

    @cached_property
    def returns(self) -> list[Row]:
        return self.all("read/financial/Returns")

    def of_type(self, *types: int) -> list[Row]:
        return [line for line in self.lines if self.accounts[line["GLAccount"]]["Type"] in types]


@pytest.fixture(scope="session")
def books() -> Iterator[list[Books]]:
    """The two divisions of the default company, the main one first."""
    store = Store.open()
    exact = ExactOnline(store)
    divisions = Caller(exact, 0).rows("/api/v1/current/Me")[0]["CurrentDivision"]
    codes = [row["Code"] for row in Caller(exact, divisions).rows("hrm/Divisions")]
    yield [Books(exact, code) for code in sorted(codes, key=lambda code: code != divisions)]
    store.close()


@pytest.fixture(scope="session")
def main(books: list[Books]) -> Books:
    return books[0]


@pytest.fixture(scope="session")
def holding(books: list[Books]) -> Books:
    return books[1]


def test_the_company_is_of_the_size_it_says(main: Books, holding: Books) -> None:
    assert 10_000 < len(main.lines) + len(holding.lines) < 16_000
    assert len({line["ID"] for line in main.lines}) == len(main.lines)
    assert {line["FinancialYear"] for line in main.lines} == {2023, 2024, 2025, 2026}


def test_1_every_entry_balances(books: list[Books]) -> None:
    for each in books:
        assert set(summed(each.lines, "EntryID").values()) == {0}


def test_2_every_year_balances(books: list[Books]) -> None:
    for each in books:
        assert set(summed(each.lines, "FinancialYear").values()) == {0}


def test_3_reporting_balance_is_the_movement_of_the_lines(books: list[Books]) -> None:
    for each in books:
        balance = each.all("financial/ReportingBalance")
        by = ("GLAccount", "ReportingYear", "ReportingPeriod", "Status")
        reported = summed(balance, *by, amount="Amount")
        booked = summed(each.lines, "GLAccount", "FinancialYear", "FinancialPeriod", "Status")
        assert reported == booked
        for row in balance:
            assert cents(row["AmountDebit"]) - cents(row["AmountCredit"]) == cents(row["Amount"])
        assert sum(row["Count"] for row in balance) == len(each.lines)
        assert len({row["ID"] for row in balance}) == len(balance)


def test_4_the_balance_sheet_and_the_result_cancel_out(books: list[Books]) -> None:
    for each in books:
        kinds: dict[str, int] = defaultdict(int)
        for line in each.lines:
            kinds[each.accounts[line["GLAccount"]]["BalanceType"]] += cents(line["AmountDC"])
        assert kinds.keys() == {"B", "W"}
        assert kinds["B"] == -kinds["W"] != 0


@pytest.mark.parametrize(
    ("kind", "items", "ages", "column"),
    [
        (RECEIVABLE, "ReceivablesList", "AgingReceivablesList", "AmountReceivable"),
        (PAYABLE, "PayablesList", "AgingPayablesList", "AmountPayable"),
    ],
)
def test_5_open_items_are_the_control_accounts(
    main: Books, kind: int, items: str, ages: str, column: str
) -> None:
    rows = main.all(f"read/financial/{items}")
    ledger = sum(cents(line["AmountDC"]) for line in main.of_type(kind))
    assert sum(cents(row["Amount"]) for row in rows) == -ledger != 0
    sign = -1 if kind == RECEIVABLE else 1
    by_party = {k[0]: sign * v for k, v in summed(rows, "AccountId", amount="Amount").items()}
    aged = main.all(f"read/financial/{ages}")
    assert {row["AccountId"]: cents(row["TotalAmount"]) for row in aged} == by_party
    for row in aged:
        groups = [cents(row[f"AgeGroup{number}Amount"]) for number in (1, 2, 3, 4)]
        assert sum(groups) == cents(row["TotalAmount"])
    overview = {
        row["AgeGroup"]: cents(row[column]) for row in main.all("read/financial/AgingOverview")
    }
    assert overview.keys() == {0, 1, 2, 3, 4}
    assert overview[0] == sum(overview[n] for n in (1, 2, 3, 4)) == sum(by_party.values())
    open_terms = main.all(f"cashflow/{'Receivables' if kind == RECEIVABLE else 'Payments'}",
                          filter="Status eq 20", select="AmountDC")  # fmt: skip
    assert sum(cents(row["AmountDC"]) for row in open_terms) == -ledger


def test_5_in_the_holding_a_line_without_relation_is_the_difference(holding: Books) -> None:
    items = holding.all("read/financial/ReceivablesList")
    lines = holding.of_type(RECEIVABLE)
    loose = [line for line in lines if line["Account"] is None]
    difference = sum(cents(line["AmountDC"]) for line in lines) + sum(
        cents(row["Amount"]) for row in items
    )
    assert len(loose) == 1
    assert difference == cents(loose[0]["AmountDC"]) != 0


def quarter(row: Row) -> tuple[int, int]:
    return row["FinancialYear"], (row["FinancialPeriod"] + 2) // 3


def test_6_a_vat_return_clears_its_quarter(main: Books) -> None:
    filed = {
        (row["Year"], row["Period"]): row
        for row in main.returns
        if row["Type"] == 31 and row["Status"] == 50
    }
    assert len(filed) == 13
    returned = [line for line in main.of_type(VAT) if line["Type"] == SETTLED]
    (settlement,) = {
        line["GLAccount"] for line in main.of_type(VAT) if line["Type"] == 40 and line["LineNumber"]
    }
    late: dict[tuple[int, int], set[str]] = defaultdict(set)
    for when, row in filed.items():
        lines = [line for line in main.of_type(VAT) if quarter(line) == when]
        for line in lines:
            if line["Type"] != SETTLED and line["Created"] > row["Created"]:
                late[when].add(line["EntryID"])
        in_time = [line for line in lines if line["EntryID"] not in late[when]]
        cleared = summed((line for line in in_time if line["GLAccount"] != settlement), "GLAccount")
        assert set(cleared.values()) == {0}, when
        owed = [line for line in returned if quarter(line) == when]
        to_pay = -sum(cents(line["AmountDC"]) for line in owed if line["GLAccount"] == settlement)
        assert to_pay == cents(row["Amount"])
        due = -sum(
            cents(line["AmountDC"])
            for line in in_time
            if line["GLAccount"] != settlement and line["Type"] != SETTLED
        )
        assert abs(due - to_pay) < 600  # whole euros: at most one for each rubriek
    assert {when: len(found) for when, found in late.items() if found} == {(2025, 3): 2}


def test_6_sales_inside_the_eu_are_what_was_listed(main: Books) -> None:
    listed = {row["Code"] for row in main.all("vat/VATCodes") if row["EUSalesListing"] in "LST"}
    sales = [x for x in main.lines if x["VATCode"] in listed and x["VATType"] in ("V", "X")]
    lists = [row for row in main.returns if row["Type"] == 32]
    assert len(lists) == 14
    for row in lists:  # the last one is a draft, made while the quarter's last day went on
        when = (row["Year"], row["Period"])
        sold = [x for x in sales if quarter(x) == when and x["Created"] <= row["Created"]]
        assert -sum(cents(x["AmountDC"]) for x in sold) == cents(row["Amount"])
        assert row["Status"] < 50 or len(sold) == sum(quarter(x) == when for x in sales)


def test_7_processed_invoices_are_their_lines_and_their_entry(main: Books) -> None:
    invoices = main.all("bulk/SalesInvoice/SalesInvoices", filter="Status eq 50",
                        select="InvoiceID,InvoiceNumber,AmountDC,VATAmountDC")  # fmt: skip
    lines = main.all("bulk/SalesInvoice/SalesInvoiceLines", select="ID,InvoiceID,AmountDC")
    net = summed(lines, "InvoiceID")
    booked = summed(
        (line for line in main.of_type(RECEIVABLE) if line["Type"] in (20, 21)), "EntryNumber"
    )
    assert len(invoices) > 1000
    for invoice in invoices:
        total = cents(invoice["AmountDC"])
        assert total == net[(invoice["InvoiceID"],)] + cents(invoice["VATAmountDC"])
        assert total == booked[(invoice["InvoiceNumber"],)]


def test_8_bank_statements_follow_on_each_other(books: list[Books]) -> None:
    for each in books:
        entries = sorted(
            each.all("financialtransaction/BankEntries"), key=lambda row: row["EntryNumber"]
        )
        parts = each.all("financialtransaction/BankEntryLines", select="EntryID,AmountDC")
        lines = summed(parts, "EntryID")
        banks = {
            r["Code"]: r["GLAccount"] for r in each.all("financial/Journals", filter="Type eq 12")
        }
        for journal, gl in banks.items():
            own = [row for row in entries if row["JournalCode"] == journal]
            closing = cents(own[0]["OpeningBalanceFC"])
            for row in own:
                assert cents(row["OpeningBalanceFC"]) == closing
                closing += lines[(row["EntryID"],)]
                assert cents(row["ClosingBalanceFC"]) == closing
            assert closing == sum(
                cents(line["AmountDC"]) for line in each.lines if line["GLAccount"] == gl
            )


def test_9_opening_balances_are_the_closing_ones_of_the_year_before(books: list[Books]) -> None:
    for each in books:
        for name, year in (("CurrentYear", 2026), ("PreviousYear", 2025)):
            before = [
                line
                for line in each.lines
                if line["FinancialYear"] < year
                and each.accounts[line["GLAccount"]]["BalanceType"] == "B"
            ]
            for status, least in (("AfterEntry", 20), ("Processed", 50)):
                opening = each.all(f"openingbalance/{name}/{status}")
                closing = summed((x for x in before if x["Status"] >= least), "GLAccount")
                assert {row["ReportingYear"] for row in opening} == {year}
                assert summed(opening, "GLAccount", amount="Amount") == {
                    key: value for key, value in closing.items() if value
                }


def test_10_home_currency_is_the_document_s_times_the_rate(books: list[Books]) -> None:
    foreign = 0
    for each in books:
        for line in each.lines:
            rate = line["ExchangeRate"] if line["ExchangeRate"] is not None else 1
            foreign += rate != 1
            if line["Type"] != 82:  # an exchange difference has no amount in foreign currency
                expected = line["AmountFC"] * rate * 100
                assert abs(cents(line["AmountDC"]) - expected) <= 0.5 + 1e-6, line
    assert foreign > 10


def test_11_assets_are_worth_more_than_was_written_off(main: Books) -> None:
    cost = depreciation = 0
    for year in (2023, 2024, 2025, 2026):
        of_year = [line for line in main.lines if line["FinancialYear"] == year]
        kinds = dict.fromkeys((30, 35, 122), 0)
        for line in of_year:
            kind = main.accounts[line["GLAccount"]]["Type"]
            if kind in kinds and line["Type"] != 10:
                kinds[kind] += cents(line["AmountDC"])
        opening = [line for line in of_year if line["Type"] == 10]
        for line in opening:
            kind = main.accounts[line["GLAccount"]]["Type"]
            cost += cents(line["AmountDC"]) * (kind == 30)
            depreciation += cents(line["AmountDC"]) * (kind == 35)
        cost, depreciation = cost + kinds[30], depreciation + kinds[35]
        assert kinds[122] == -kinds[35] > 0
        assert cost + depreciation >= 0


def test_12_orders_follow_their_lines(main: Books) -> None:
    fields = "ID,OrderID,Quantity,QuantityInvoiced,QuantityDelivered"
    lines: dict[str, list[Row]] = defaultdict(list)
    for line in main.all("bulk/SalesOrder/SalesOrderLines", select=fields):
        lines[line["OrderID"]].append(line)
    orders = main.all("bulk/SalesOrder/SalesOrders",
                      select="OrderID,Status,DeliveryStatus,InvoiceStatus")  # fmt: skip
    assert len(orders) > 500
    seen = set()
    for order in orders:
        own = lines[order["OrderID"]]
        assert own
        for done, field in (
            ("QuantityInvoiced", "InvoiceStatus"),
            ("QuantityDelivered", "DeliveryStatus"),
        ):
            if order["Status"] == 45:
                continue
            seen.add(order[field])
            assert all((line[done] or 0) <= line["Quantity"] for line in own)
            if all((line[done] or 0) == line["Quantity"] for line in own):
                assert order[field] == 21
            elif any(line[done] for line in own):
                assert order[field] == 20
            else:
                assert order[field] == 12
    assert seen >= {12, 21}
