"""Writing to Exact Online in the sandbox: what is kept, what is answered, what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from small_company import (
    BIKE,
    BRAM,
    ENTRY,
    FRAME,
    GL,
    HOLDING,
    INVOICE,
    JANSEN,
    JANSEN_BV,
    OPEN_INVOICE,
    ORDER,
    REPAIR,
    VELO,
    Caller,
    company,
    guid,
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


# ---- plain records -------------------------------------------------------------------------------


def test_a_new_account_answers_its_key_and_is_there_when_read(api: Caller) -> None:
    answer = api.post("crm/Accounts", {"Name": "Zadelpunt", "Status": "C", "Country": "NL"})
    key = answer["ID"]
    assert (answer["Name"], answer["Blocked"], answer["CreditLineSales"]) == (None, False, 0)
    record = api.get(f"crm/Accounts(guid'{key}')")
    assert record["Name"] == "Zadelpunt"
    assert record["Code"] == f"{61:>18}"  # the next number
    assert (record["Country"], record["CountryName"]) == ("NL ", "Nederland")
    assert record["CreatorFullName"] == "Anna Visser"
    assert record["Created"] == wire_date("2026-06-30T12:00:00")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("crm/Accounts", {"Name": "Zadelpunt"}),
        ("crm/Contacts", {"Account": JANSEN, "LastName": "Bakker"}),
        ("logistics/Items", {"Code": "BEL", "Description": "Bel"}),
    ],
)
def test_prefer_return_representation_fills_the_answer(
    api: Caller, path: str, body: dict[str, Any]
) -> None:
    bare = api.post(path, body)
    assert [bare[name] for name in body] == [None] * len(body)
    if "Code" in body:
        body = {**body, "Code": "BEL2"}
    full = api.post(path, body, headers={"Prefer": "return=representation"})
    assert {name: full[name] for name in body} == body


@pytest.mark.parametrize(
    ("path", "body", "change", "key"),
    [
        ("financial/GLAccounts", {"Code": "4999", "Description": "Overig", "Type": 121},
         {"Description": "Divers"}, "ID"),
        ("financial/Journals", {"Code": "71", "Description": "Webwinkel", "Type": 20,
                                "GLAccount": GL["1300"]}, {"Description": "Winkel"}, "ID"),
        ("project/Projects", {"Code": "P2", "Description": "Beurs", "Type": 2},
         {"Description": "Vakbeurs"}, "ID"),
        ("vat/VATCodes", {"Code": "8", "Description": "Invoer",
                          "VATPercentages": [{"Percentage": 0.21, "StartDate": "2020-01-01"}]},
         {"Description": "Import"}, "ID"),
        ("financial/GLAccountClassificationMappings",
         {"Classification": guid(0xC0), "GLAccount": GL["1300"], "GLSchemeID": guid(0xC2)},
         {"GLAccount": GL["1600"]}, "ID"),
    ],
)  # fmt: skip
def test_records_are_made_changed_and_deleted(
    api: Caller, path: str, body: dict[str, Any], change: dict[str, Any], key: str
) -> None:
    made = api.post(path, body)
    where = f"{path}(guid'{made[key]}')"
    before = api.get(where)
    sent = {name: value for name, value in body.items() if not isinstance(value, list)}
    sent = {
        name: f"{v:<3}" if (path, name) == ("vat/VATCodes", "Code") else v
        for name, v in sent.items()
    }
    assert {name: before[name] for name in sent} == sent
    api.done("PUT", where, change)
    after = api.get(where)
    touched = change.keys() | {"Modified", "GLAccountCode", "GLAccountDescription"}
    assert {n: v for n, v in after.items() if n not in touched} == {
        n: v for n, v in before.items() if n not in touched
    }
    assert {name: after[name] for name in change} == change
    api.done("DELETE", where)
    assert api.error("GET", where)[0] == 404


def test_a_new_vat_code_has_the_rate_that_came_with_it(api: Caller) -> None:
    rates = [
        {"Percentage": 0.06, "StartDate": "2012-10-01"},
        {"Percentage": 0.09, "StartDate": "2019-01-01"},
    ]
    made = api.post("vat/VATCodes", {"Code": "3", "Description": "Laag", "VATPercentages": rates})
    assert (made["Code"], made["Percentage"]) == ("3  ", 0.09)
    found = api.rows("vat/VatPercentages", filter=f"VATCodeID eq guid'{made['ID']}'")
    assert sorted(row["Percentage"] for row in found) == [0.06, 0.09]


def test_payment_conditions_are_posted_but_not_changed(api: Caller) -> None:
    made = api.post(
        "cashflow/PaymentConditions", {"Code": "60", "Description": "60 dagen", "PaymentDays": 60}
    )
    assert made["PaymentDays"] == 60
    status, text = api.error(
        "PUT", f"cashflow/PaymentConditions(guid'{made['ID']}')", {"Description": "x"}
    )
    assert (status, "PUT is not allowed" in text) == (405, True)


def test_put_changes_what_it_names_and_who_changed_it(api: Caller) -> None:
    where = f"crm/Accounts(guid'{JANSEN}')"
    before = api.get(where)
    assert before["Modifier"] == BRAM
    api.done("PUT", where, {"City": "Haren", "CreditLineSales": 2500})
    after = api.get(where)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"City", "CreditLineSales", "Modified", "Modifier", "ModifierFullName"}
    assert after["Modified"] > before["Modified"]
    api.done("PUT", where, {"Email": None})
    assert api.get(where)["Email"] is None


def test_sync_after_a_change_gives_just_that(api: Caller) -> None:
    sync = "sync/CRM/Accounts"
    rows = api.rows(sync, filter="Timestamp gt 1L", select="Timestamp")
    last = max(int(row["Timestamp"]) for row in rows)
    assert api.rows(sync, filter=f"Timestamp gt {last}L", select="ID") == []
    api.done("PUT", f"crm/Accounts(guid'{VELO}')", {"City": "Brugge"})
    (row,) = api.rows(sync, filter=f"Timestamp gt {last}L", select="Timestamp,ID,City")
    assert (row["ID"], row["City"]) == (VELO, "Brugge")
    made = api.post("crm/Accounts", {"Name": "Kort"})["ID"]
    api.done("DELETE", f"crm/Accounts(guid'{made}')")
    (gone,) = api.rows("sync/Deleted", filter=f"Timestamp gt {row['Timestamp']}L")
    assert (gone["EntityKey"], gone["EntityType"]) == (made, 2)
    (row,) = api.rows(sync, filter=f"Timestamp gt {last}L", select="ID")
    assert row["ID"] == VELO


# ---- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "body", "dutch", "english"),
    [
        ("crm/Accounts", {}, "Verplicht: Naam", "Mandatory: Name"),
        ("crm/Contacts", {"LastName": "x"}, "Verplicht: Relatie", "Mandatory: Relationship"),
        ("salesinvoice/SalesInvoices", {"SalesInvoiceLines": [{"Item": BIKE}]},
         "Verplicht: Factuur voor\r\nVerplicht: Besteld door",
         "Mandatory: Invoice to\r\nMandatory: Ordered by"),
        ("salesinvoice/SalesInvoices", {"OrderedBy": JANSEN, "SalesInvoiceLines": [{}]},
         "Verplicht: Artikel", "Mandatory: Item"),
        ("salesinvoice/SalesInvoices", {"OrderedBy": JANSEN}, "Verplicht: Regels",
         "Mandatory: Lines"),
        ("salesinvoice/SalesInvoiceLines", {"Item": BIKE}, "Verplicht: Invoice ID",
         "Mandatory: Invoice ID"),
        ("crm/Accounts", {"Name": "x", "PaymentConditionSales": "99", "SalesVATCode": "X"},
         "Ongeldige verwijzing: Betalingsconditie\r\nOngeldige verwijzing: Btw-code",
         "Invalid reference: Payment condition\r\nInvalid reference: VAT code"),
        ("crm/Contacts", {"Account": guid(0xDEAD), "LastName": "x"},
         "Ongeldige verwijzing: Relatie", "Invalid reference: Relationship"),
        ("logistics/Items", {"Code": "W1", "Description": "x"}, "Bestaat reeds: Code",
         "Already exists: Code"),
        ("vat/VATCodes", {"Code": "2", "Description": "x"}, "Bestaat reeds: Code",
         "Already exists: Code"),
    ],
)  # fmt: skip
def test_validation_speaks_the_language_of_the_user(
    store: Store, path: str, body: dict[str, Any], dutch: str, english: str
) -> None:
    for language, text in (("nl", dutch), ("en", english)):
        api = Caller(ExactOnline(store, language=language))
        assert api.error("POST", path, body) == (400, text)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            {"Naam": "x"},
            "property name 'Naam' specified for type 'Exact.Web.Api.Models.CRM.Account'",
        ),
        ({"Name": 5}, "property 'Name' to type 'Edm.String'"),
        ({"Name": "x", "MainContact": "nobody"}, "property 'MainContact' to type 'Edm.Guid'"),
        (
            {"Name": "x", "CreditLineSales": "veel"},
            "property 'CreditLineSales' to type 'Edm.Double'",
        ),
        ({"Name": "x", "SecurityLevel": 1.5}, "property 'SecurityLevel' to type 'Edm.Int32'"),
        ({"Name": "x", "Blocked": "ja"}, "property 'Blocked' to type 'Edm.Boolean'"),
        ({"Name": "x", "StartDate": "morgen"}, "property 'StartDate' to type 'Edm.DateTime'"),
        ({"Name": ["x"]}, "property 'Name' to type 'Edm.String'"),
    ],
)
def test_a_body_that_does_not_fit_is_refused(api: Caller, body: dict[str, Any], words: str) -> None:
    status, text = api.error("POST", "crm/Accounts", body)
    assert status == 400
    assert text.startswith("Error processing request stream.")
    assert words in text
    assert len(api.rows("crm/Accounts")) == 3


@pytest.mark.parametrize("body", [[], "x", None])
def test_a_body_that_is_no_record_is_refused(api: Caller, body: Any) -> None:
    assert api.error("POST", "crm/Accounts", body)[0] == 400


def test_lines_come_as_a_plain_list(api: Caller) -> None:
    body = {"OrderedBy": JANSEN, "SalesInvoiceLines": {"results": [{"Item": BIKE}]}}
    status, text = api.error("POST", "salesinvoice/SalesInvoices", body)
    assert (status, "'SalesInvoiceLines' must be a list" in text) == (400, True)


def test_a_reference_to_another_administration_becomes_empty(api: Caller) -> None:
    made = api.post(
        "project/Projects", {"Code": "P9", "Description": "x", "Type": 3, "Account": JANSEN_BV}
    )
    assert made["Account"] is None
    status, text = api.error("POST", "crm/Contacts", {"Account": JANSEN_BV, "LastName": "x"})
    assert (status, text) == (400, "Verplicht: Relatie")


def test_what_cannot_be_written_is_passed_over(api: Caller) -> None:
    made = api.post(
        "crm/Accounts", {"Name": "x", "IsSales": True, "CreatorFullName": "ik", "ID": JANSEN}
    )
    record = api.get(f"crm/Accounts(guid'{made['ID']}')")
    assert made["ID"] != JANSEN
    assert (record["IsSales"], record["CreatorFullName"]) == (False, "Anna Visser")


@pytest.mark.parametrize(
    ("where", "text"),
    [
        (f"crm/Accounts(guid'{JANSEN}')", "in gebruik: Contact"),
        (f"logistics/Items(guid'{BIKE}')", "in gebruik: Sales Order Line"),
        (f"financial/GLAccounts(guid'{GL['1300']}')", "in gebruik: Dagboek"),
        (f"financial/Journals(guid'{guid(0x42)}')", "in gebruik: Sales Invoice"),
        (f"vat/VATCodes(guid'{guid(0x52)}')", "in gebruik: Relatie"),
        (f"salesinvoice/SalesInvoices(guid'{INVOICE}')", "status: Verwerkt"),
        (f"salesentry/SalesEntries(guid'{ENTRY[26700001]}')", "status: Verwerkt"),
        ("system/Divisions(100002)", "in gebruik: Division"),
    ],
)
def test_what_is_in_use_is_not_deleted(api: Caller, where: str, text: str) -> None:
    status, said = api.error("DELETE", where)
    assert (status, text in said) == (500, True), said
    assert api.call("GET", where).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", LINES),
        ("PUT", "crm/Accounts"),
        ("DELETE", "crm/Accounts"),
        ("POST", f"crm/Accounts(guid'{JANSEN}')"),
        ("POST", "bulk/CRM/Accounts"),
        ("PUT", f"generaljournalentry/GeneralJournalEntries(guid'{ENTRY[26900002]}')"),
        ("PATCH", f"crm/Accounts(guid'{JANSEN}')"),
    ],
)
def test_methods_that_a_resource_does_not_have(api: Caller, method: str, path: str) -> None:
    assert api.error(method, path, {"Name": "x"})[0] == 405


def test_a_refused_write_leaves_nothing_behind(api: Caller) -> None:
    lines = [{"Item": BIKE}, {"Item": BIKE, "VATCode": "X"}]
    body = {"OrderedBy": JANSEN, "SalesInvoiceLines": lines}
    assert api.error("POST", "salesinvoice/SalesInvoices", body)[0] == 400
    assert len(api.rows("salesinvoice/SalesInvoices")) == 2
    assert len(api.rows("salesinvoice/SalesInvoiceLines")) == 3


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
