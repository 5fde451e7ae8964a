"""Documents and entries written to the sandbox: prices, totals, and what is booked."""

from __future__ import annotations

import json
from typing import Any

import pytest
from small_company import (
    BIKE,
    ENTRY,
    FRAME,
    GL,
    HOLDING,
    JANSEN,
    OPEN_INVOICE,
    ORDER,
    REPAIR,
    VELO,
    Caller,
    company,
    wire_date,
)

from exactnb.sandbox.exact import ExactOnline
from exactnb.sandbox.store import Store

LINES = "financialtransaction/TransactionLines"


@pytest.fixture
def store() -> Store:
    return Store.build(company())


@pytest.fixture
def api(store: Store) -> Caller:
    return Caller(ExactOnline(store, clock=lambda: 1_782_820_800.0))


def legs(api: Caller, entry: int) -> list[tuple[Any, ...]]:
    """Line number, account, amount and VAT letter of an entry's lines."""
    rows = api.rows(LINES, filter=f"EntryNumber eq {entry}")
    assert round(sum(row["AmountDC"] for row in rows), 2) == 0
    return sorted(
        (row["LineNumber"], row["GLAccountCode"], row["AmountDC"], row["VATType"]) for row in rows
    )


# ---- documents ----------------------------------------------------------------------------------


def make_invoice(api: Caller, **header: Any) -> dict[str, Any]:
    lines = [{"Item": BIKE, "Quantity": 2}, {"Item": REPAIR, "Quantity": 1.5, "VATCode": "1"}]
    return api.post(
        "salesinvoice/SalesInvoices", {"OrderedBy": JANSEN, "SalesInvoiceLines": lines, **header}
    )


def test_a_new_invoice_is_open_priced_and_without_number(api: Caller) -> None:
    invoice = make_invoice(api, YourRef="PO 99")
    assert (invoice["Status"], invoice["InvoiceNumber"], invoice["Type"]) == (20, None, 8020)
    assert (invoice["Journal"], invoice["PaymentCondition"]) == ("70", "30")
    assert invoice["InvoiceTo"] == invoice["DeliverTo"] == JANSEN
    assert (invoice["AmountFCExclVat"], invoice["VATAmountDC"]) == (1059.9, 215.38)
    assert invoice["AmountDC"] == invoice["AmountFC"] == 1275.28
    assert "__deferred" in invoice["SalesInvoiceLines"]
    path = f"salesinvoice/SalesInvoices(guid'{invoice['InvoiceID']}')/SalesInvoiceLines"
    bike, repair = sorted(api.rows(path), key=lambda line: line["LineNumber"])
    assert (bike["NetPrice"], bike["AmountDC"], bike["VATAmountDC"]) == (499.95, 999.9, 209.98)
    assert (bike["VATCode"], bike["GLAccount"], bike["UnitCode"]) == ("2  ", GL["8000"], "stuk    ")
    assert (repair["AmountDC"], repair["VATAmountFC"], repair["VATPercentage"]) == (60, 5.4, 0.09)
    assert repair["GLAccount"] == GL["8000"]  # of the item's group


@pytest.mark.parametrize(
    ("line", "net", "tax", "price"),
    [
        ({"NetPrice": 100}, 100, 21, 100),
        ({"Quantity": 3, "UnitPrice": 10, "Discount": 0.1}, 27, 5.67, 9),
        ({"Quantity": 2, "NetPrice": 60.5, "VATCode": "4"}, 100, 21, 60.5),
        ({"NetPrice": 100, "VATCode": "7"}, 100, 0, 100),
        ({"NetPrice": 100, "VATCode": "0"}, 100, 0, 100),
        ({"Quantity": 4, "AmountFC": 50}, 50, 10.5, 12.5),
        ({"Quantity": -1, "NetPrice": 100}, -100, -21, 100),
        ({"NetPrice": 0.05}, 0.05, 0.01, 0.05),
    ],
)
def test_prices_discount_and_vat(
    api: Caller, line: dict[str, Any], net: float, tax: float, price: float
) -> None:
    body = {"OrderedBy": JANSEN, "SalesInvoiceLines": [{"Item": BIKE, **line}]}
    invoice = api.post("salesinvoice/SalesInvoices", body)
    assert (invoice["AmountFCExclVat"], invoice["VATAmountDC"]) == (net, tax)
    assert invoice["AmountDC"] == pytest.approx(net + tax)
    where = f"InvoiceID eq guid'{invoice['InvoiceID']}'"
    (made,) = api.rows("salesinvoice/SalesInvoiceLines", filter=where)
    assert made["NetPrice"] == price


def test_lines_are_added_changed_and_taken_out_while_the_invoice_is_open(api: Caller) -> None:
    invoice = make_invoice(api)["InvoiceID"]
    where, lines = f"salesinvoice/SalesInvoices(guid'{invoice}')", "salesinvoice/SalesInvoiceLines"
    line = api.post(lines, {"InvoiceID": invoice, "Item": BIKE, "NetPrice": 10})
    assert (line["LineNumber"], api.get(where)["AmountDC"]) == (3, 1287.38)
    api.done("PUT", f"{lines}(guid'{line['ID']}')", {"Quantity": 3})
    changed = api.get(f"{lines}(guid'{line['ID']}')")
    assert (changed["AmountDC"], changed["VATAmountDC"], changed["NetPrice"]) == (30, 6.3, 10)
    assert api.get(where)["AmountDC"] == 1311.58
    api.done("DELETE", f"{lines}(guid'{line['ID']}')")
    api.done("PUT", where, {"Description": "Voorjaar"})
    read = api.get(where)
    assert (read["AmountDC"], read["Description"]) == (1275.28, "Voorjaar")
    api.done("DELETE", where)
    assert len(api.rows(lines)) == 3
    gone = [row["EntityKey"] for row in api.rows("sync/Deleted") if row["EntityType"] == 13]
    assert gone == [invoice]


def test_printing_an_invoice_numbers_it_and_books_the_sale(api: Caller) -> None:
    before = api.rows("read/financial/ReceivablesList")
    invoice = make_invoice(api, YourRef="PO 99")["InvoiceID"]
    printed = api.post(
        "salesinvoice/PrintedSalesInvoices", {"InvoiceID": invoice, "SendEmailToCustomer": True}
    )
    assert printed["InvoiceID"] == invoice
    assert printed["EmailCreationSuccess"]
    read = api.get(f"salesinvoice/SalesInvoices(guid'{invoice}')")
    assert (read["Status"], read["InvoiceNumber"]) == (50, 26700004)
    assert (read["InvoiceDate"], read["DueDate"]) == (
        wire_date("2026-06-30"),
        wire_date("2026-07-30"),
    )
    assert legs(api, 26700004) == [
        (0, "1300", 1275.28, None),
        (1, "8000", -999.9, "V"),
        (2, "8000", -60, "V"),
        (9999, "1500", -209.98, "A"),
        (9999, "1501", -5.4, "A"),
    ]
    (entry,) = api.rows("salesentry/SalesEntries", filter="EntryNumber eq 26700004")
    assert (entry["AmountDC"], entry["VATAmountDC"], entry["Status"]) == (1275.28, 215.38, 20)
    (item,) = api.rows("read/financial/ReceivablesList", filter="InvoiceNumber eq 26700004")
    assert (item["Amount"], item["YourRef"]) == (-1275.28, "PO 99")
    assert len(api.rows("read/financial/ReceivablesList")) == len(before) + 1
    again = api.error("POST", "salesinvoice/PrintedSalesInvoices", {"InvoiceID": invoice})
    assert again == (500, "Factuur is reeds afgedrukt")
    refused = api.error("PUT", f"salesinvoice/SalesInvoices(guid'{invoice}')", {"Description": "x"})
    assert refused == (500, "Wijzigen is niet mogelijk, status: Verwerkt")
    status, text = api.error("DELETE", f"salesentry/SalesEntries(guid'{entry['EntryID']}')")
    assert (status, "in gebruik" in text) == (500, True)
    assert api.error("POST", "salesinvoice/PrintedSalesInvoices", {})[0] == 400
    assert api.error("POST", "salesinvoice/PrintedSalesInvoices", {"Invoice": 1})[0] == 400


def test_printing_an_invoice_with_vat_in_its_prices(api: Caller) -> None:
    lines = [
        {"Item": BIKE, "NetPrice": 19.99, "VATCode": "4"},
        {"Item": BIKE, "NetPrice": 0.07, "VATCode": "4"},
    ]
    invoice = api.post(
        "salesinvoice/SalesInvoices", {"OrderedBy": JANSEN, "SalesInvoiceLines": lines}
    )
    assert (invoice["AmountDC"], invoice["AmountFCExclVat"]) == (20.06, 16.58)
    api.post("salesinvoice/PrintedSalesInvoices", {"InvoiceID": invoice["InvoiceID"]})
    assert legs(api, 26700004)[0] == (0, "1300", 20.06, None)


def test_a_due_date_goes_by_month_ends_and_days(api: Caller) -> None:
    invoice = make_invoice(api, PaymentCondition="2M")["InvoiceID"]
    body = {"InvoiceID": invoice, "InvoiceDate": "2026-01-17"}
    api.post("salesinvoice/PrintedSalesInvoices", body)
    read = api.get(f"salesinvoice/SalesInvoices(guid'{invoice}')")
    assert read["DueDate"] == wire_date("2026-03-15")
    assert read["InvoiceNumber"] == 26700004


def test_orders_get_a_number_and_statuses(api: Caller) -> None:
    body = {"OrderedBy": VELO, "SalesOrderLines": [{"Item": BIKE, "Quantity": 3, "NetPrice": 400}]}
    order = api.post("salesorder/SalesOrders", body)
    assert (order["OrderNumber"], order["Status"], order["ApprovalStatus"]) == (8, 12, 1)
    assert (order["AmountDC"], order["AmountFCExclVat"]) == (1200, 1200)  # inside the EU, no VAT
    (line,) = api.rows("salesorder/SalesOrderLines", filter="OrderNumber eq 8")
    assert (line["AmountDC"], line["QuantityInvoiced"], line["VATCode"]) == (1200, 0, "7  ")
    api.done("PUT", f"salesorder/SalesOrderLines(guid'{line['ID']}')", {"Quantity": 1})
    assert api.get(f"salesorder/SalesOrders(guid'{order['OrderID']}')")["AmountDC"] == 400
    api.done("DELETE", f"salesorder/SalesOrders(guid'{order['OrderID']}')")
    assert [row["OrderID"] for row in api.rows("salesorder/SalesOrders")] == [ORDER]


def test_purchase_invoices_are_documents_too(api: Caller) -> None:
    lines = [{"Item": BIKE, "Quantity": 10, "NetPrice": 300, "VATCode": "2"}]
    body = {"Journal": "60", "Supplier": FRAME, "Type": 8033, "PurchaseInvoiceLines": lines}
    made = api.post("purchase/PurchaseInvoices", body)
    assert (made["Amount"], made["VATAmount"], made["Status"]) == (3630, 630, 20)
    (line,) = api.rows("purchase/PurchaseInvoiceLines", filter=f"InvoiceID eq guid'{made['ID']}'")
    assert (line["Amount"], line["VATAmount"]) == (3000, 630)


def test_an_open_invoice_of_the_company_can_be_printed(api: Caller) -> None:
    api.post("salesinvoice/PrintedSalesInvoices", {"InvoiceID": OPEN_INVOICE})
    assert legs(api, 26700004) == [(0, "1300", 80, None), (1, "8100", -80, "V")]


# ---- entries -------------------------------------------------------------------------------------


def test_a_sales_entry_balances_with_its_vat(api: Caller) -> None:
    lines = [
        {"GLAccount": GL["8000"], "AmountFC": 100, "VATCode": "2", "Description": "Fietsen"},
        {"GLAccount": GL["8000"], "AmountFC": 60.5, "VATCode": "4"},
        {"GLAccount": GL["8100"], "AmountFC": 10, "VATCode": "7"},
    ]
    body = {
        "Journal": "70",
        "Customer": JANSEN,
        "EntryDate": "2026-05-20",
        "SalesEntryLines": lines,
    }
    made = api.post("salesentry/SalesEntries", body | {"YourRef": "A1", "BatchNumber": 7})
    assert (made["EntryNumber"], made["AmountDC"], made["VATAmountDC"]) == (26700004, 191.5, 31.5)
    assert (made["ReportingYear"], made["ReportingPeriod"], made["Type"]) == (2026, 5, 20)
    assert (made["DueDate"], made["BatchNumber"]) == (wire_date("2026-06-19"), 7)
    assert legs(api, 26700004) == [
        (0, "1300", 191.5, None),
        (1, "8000", -100, "V"),
        (2, "8000", -50, "V"),
        (3, "8100", -10, "V"),
        (9999, "1500", -21, "A"),
        (9999, "1500", -10.5, "A"),
    ]


def test_a_credit_note_has_its_own_type_and_letters(api: Caller) -> None:
    lines = [{"GLAccount": GL["8000"], "AmountFC": -100, "VATCode": "2"}]
    made = api.post(
        "salesentry/SalesEntries", {"Journal": "70", "Customer": JANSEN, "SalesEntryLines": lines}
    )
    assert (made["Type"], made["AmountDC"]) == (21, -121)
    assert legs(api, made["EntryNumber"]) == [
        (0, "1300", -121, None), (1, "8000", 100, "X"), (9999, "1500", 21, "Z"),
    ]  # fmt: skip


def test_a_purchase_from_the_eu_pays_and_claims_its_vat(api: Caller) -> None:
    lines = [{"GLAccount": GL["7000"], "AmountFC": 100, "AmountDC": 999, "VATCode": "9"}]
    body = {"Journal": "60", "Supplier": FRAME, "PurchaseEntryLines": lines}
    made = api.post("purchaseentry/PurchaseEntries", body)
    assert (made["AmountDC"], made["VATAmountDC"], made["EntryNumber"]) == (100, 0, 26600002)
    assert legs(api, 26600002) == [
        (0, "1600", -100, None),
        (1, "7000", 100, "I"),
        (9999, "1505", -21, "P"),
        (9999, "1520", 21, "O"),
    ]


def test_amount_dc_of_a_purchase_line_is_ignored(api: Caller) -> None:
    lines = [{"GLAccount": GL["7000"], "AmountDC": 100}]
    body = {"Journal": "60", "Supplier": FRAME, "PurchaseEntryLines": lines}
    assert api.error("POST", "purchaseentry/PurchaseEntries", body) == (400, "Verplicht: Bedrag")


def test_foreign_currency_is_converted_line_by_line(api: Caller) -> None:
    lines = [
        {"GLAccount": GL["7000"], "AmountFC": 33.33},
        {"GLAccount": GL["4100"], "AmountFC": 66.66},
    ]
    body = {
        "Journal": "60",
        "Supplier": FRAME,
        "Currency": "USD",
        "Rate": 0.91,
        "PurchaseEntryLines": lines,
    }
    made = api.post("purchaseentry/PurchaseEntries", body)
    assert (made["AmountFC"], made["AmountDC"], made["Currency"]) == (99.99, 90.99, "USD")
    assert [leg[2] for leg in legs(api, made["EntryNumber"])] == [-90.99, 30.33, 60.66]


def test_an_entry_is_changed_as_long_as_it_is_open(api: Caller) -> None:
    lines = [{"GLAccount": GL["8000"], "AmountFC": 100, "VATCode": "2"}]
    made = api.post(
        "salesentry/SalesEntries", {"Journal": "70", "Customer": JANSEN, "SalesEntryLines": lines}
    )
    where, number = f"salesentry/SalesEntries(guid'{made['EntryID']}')", made["EntryNumber"]
    keys = {row["ID"] for row in api.rows(LINES, filter=f"EntryNumber eq {number}", select="ID")}
    api.done("PUT", where, {"Description": "Omgezet", "Customer": VELO})
    read = api.get(where)
    assert (read["Description"], read["CustomerName"], read["EntryNumber"]) == (
        "Omgezet", "Vélo Élégant", number,
    )  # fmt: skip
    line = api.rows(f"{where}/SalesEntryLines")[0]["ID"]
    api.done("PUT", f"salesentry/SalesEntryLines(guid'{line}')", {"AmountFC": 200})
    assert api.get(where)["AmountDC"] == 242
    assert {
        row["ID"] for row in api.rows(LINES, filter=f"EntryNumber eq {number}", select="ID")
    } == keys
    line = {"EntryID": made["EntryID"], "GLAccount": GL["8100"], "AmountFC": 10}
    extra = api.post("salesentry/SalesEntryLines", line)
    assert (extra["GLAccountCode"], api.get(where)["AmountDC"]) == ("8100", 252)
    api.done("DELETE", f"salesentry/SalesEntryLines(guid'{extra['ID']}')")
    assert api.get(where)["AmountDC"] == 242
    api.done("DELETE", where)
    assert api.rows(LINES, filter=f"EntryNumber eq {number}") == []
    processed = f"salesentry/SalesEntries(guid'{ENTRY[26700001]}')"
    assert api.error("PUT", processed, {"Description": "x"})[0] == 500


def test_an_entry_needs_a_journal_of_its_kind(api: Caller) -> None:
    lines = [{"GLAccount": GL["8000"], "AmountFC": 100}]
    body = {"Journal": "60", "Customer": JANSEN, "SalesEntryLines": lines}
    assert api.error("POST", "salesentry/SalesEntries", body) == (400, "Ongeldig: Dagboek")
    body["Journal"] = "77"
    answer = api.error("POST", "salesentry/SalesEntries", body)
    assert answer == (400, "Ongeldige verwijzing: Dagboek")


def test_a_memorial_must_balance(api: Caller) -> None:
    path = "generaljournalentry/GeneralJournalEntries"
    lines = [{"GLAccount": GL["4100"], "AmountFC": 10}, {"GLAccount": GL["1100"], "AmountFC": -9.5}]
    body = {"JournalCode": "90", "GeneralJournalEntryLines": lines}
    assert api.error("POST", path, body) == (500, "Boeking is niet in evenwicht, verschil: 0.50")
    lines[1]["AmountFC"] = -10
    made = api.post(path, body)
    assert (made["Type"], made["Status"], made["EntryNumber"]) == (90, 20, 26900003)
    assert legs(api, 26900003) == [(1, "4100", 10, None), (2, "1100", -10, None)]
    later = {**body, "FinancialYear": 2031, "FinancialPeriod": 1}
    assert api.error("POST", path, later) == (500, "Periode bestaat niet: 2031/1")
    lines[0]["VATCode"] = "2"
    assert api.error("POST", path, body) == (400, "Ongeldig: Btw-code")  # the journal has no VAT
    api.done("DELETE", f"{path}(guid'{made['EntryID']}')")


def test_a_bank_statement_knows_its_balances_and_pays_invoices(api: Caller) -> None:
    line = {"GLAccount": GL["1300"], "Account": JANSEN, "AmountFC": 50, "OurRef": 26700001}
    path, body = "financialtransaction/BankEntries", {"JournalCode": "20", "BankEntryLines": [line]}
    made = api.post(path, body)
    assert (made["OpeningBalanceFC"], made["ClosingBalanceFC"]) == (10021, 10071)
    assert legs(api, made["EntryNumber"]) == [(0, "1100", 50, None), (1, "1300", -50, None)]
    assert api.rows("read/financial/ReceivablesList", filter="InvoiceNumber eq 26700001") == []
    (paid,) = api.rows("cashflow/Receivables", filter="InvoiceNumber eq 26700001")
    assert (paid["IsFullyPaid"], paid["Status"], paid["AmountDC"]) == (True, 50, 0)
    assert paid["EndDate"] == wire_date("2026-06-30")
    wrong = {**body, "OpeningBalanceFC": 10071, "ClosingBalanceFC": 10100}
    assert api.error("POST", path, wrong) == (500, "Eindsaldo klopt niet, verschil: -21.00")


def test_a_term_of_payment_takes_another_reference(api: Caller) -> None:
    (term,) = api.rows("cashflow/Receivables", filter="InvoiceNumber eq 26700001")
    where = f"cashflow/Receivables(guid'{term['ID']}')"
    api.done("PUT", where, {"PaymentReference": "RF18", "PaymentMethod": "I"})
    read = api.get(where)
    assert (read["PaymentReference"], read["PaymentMethod"], read["AmountDC"]) == ("RF18", "I", -50)


def test_sums_follow_what_is_written(api: Caller) -> None:
    def revenue() -> float:
        (row,) = api.rows("read/financial/RevenueList", filter="Year eq 2026 and Period eq 6")
        return row["Amount"]

    before = revenue()
    lines = [{"GLAccount": GL["8000"], "AmountFC": 100.25}]
    api.post(
        "salesentry/SalesEntries", {"Journal": "70", "Customer": JANSEN, "SalesEntryLines": lines}
    )
    assert revenue() == pytest.approx(before + 100.25)


def test_what_is_written_in_one_division_is_not_seen_in_the_other(api: Caller) -> None:
    holding = Caller(api.exact, HOLDING)
    made = holding.post("crm/Accounts", {"Name": "Zustermaatschappij"})
    assert api.error("GET", f"crm/Accounts(guid'{made['ID']}')")[0] == 404
    assert api.error("PUT", f"crm/Accounts(guid'{made['ID']}')", {"Name": "x"})[0] == 404
    assert json.loads(holding.call("GET", "crm/Accounts", top=5).get_data())["d"][1]["Name"]
