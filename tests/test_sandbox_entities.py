"""Each entity of the sandbox's Exact Online: one record, and what it says."""

from __future__ import annotations

from typing import Any

import pytest
from small_company import (
    ANNA,
    BIKE,
    ENTRY,
    FRAME,
    SHOP,
    Caller,
    company,
    guid,
    ms,
    wire_date,
)

from exactnb.sandbox.exact import ExactOnline
from exactnb.sandbox.exact.entities import entities
from exactnb.sandbox.store import Store


@pytest.fixture(scope="module")
def api() -> Caller:
    return Caller(ExactOnline(Store.build(company())))


#: entity → (filter that finds one record, what that record says)
EXPECTED: dict[str, tuple[str, dict[str, Any]]] = {
    "Accounts": (
        "City eq 'Groningen'",
        {
            "Code": "                 1",
            "Name": "Jansen's Fietsen",
            "Country": "NL ",
            "CountryName": "Nederland",
            "PaymentConditionSalesDescription": "30 dagen",
            "SalesVATCode": "2  ",
            "SalesVATCodeDescription": "Hoog",
            "IsSupplier": False,
            "CreatorFullName": "Anna Visser",
            "ModifierFullName": "Bram Smit",
            "Created": wire_date("2025-11-01T09:30:00"),
            "VATNumber": None,
        },
    ),
    "Contacts": (
        "LastName eq 'Jansen'",
        {
            "FullName": "Piet Jansen",
            "AccountName": "Jansen's Fietsen",
            "AccountIsCustomer": True,
            "AccountIsSupplier": False,
        },
    ),
    "BankAccounts": (
        "Main eq true",
        {"BankAccount": "NL02ABNA0123456789", "AccountName": "Jansen's Fietsen", "Type": "A"},
    ),
    "Items": (
        "Code eq '00012'",
        {
            "ItemGroupCode": "FIETS",
            "GLRevenueCode": "8000",
            "GLRevenueDescription": "Omzet hoog",
            "SalesVatCodeDescription": "Hoog",
            "StandardSalesPrice": 499.95,
            "Unit": "stuk    ",
            "UnitDescription": "Stuk",
        },
    ),
    "SalesInvoices": (
        "InvoiceNumber eq 26700001",
        {
            "AmountDC": 121,
            "VATAmountDC": 21,
            "StatusDescription": "Verwerkt",
            "TypeDescription": "Factuur",
            "OrderedByName": "Jansen's Fietsen",
            "JournalDescription": "Verkoopboek",
            "PaymentConditionDescription": "30 dagen",
            "DueDate": wire_date("2026-04-04"),
        },
    ),
    "SalesInvoiceLines": (
        "Description eq 'Bel'",
        {
            "AmountDC": 40,
            "ItemCode": "00012",
            "GLAccountDescription": "Omzet hoog",
            "VATCode": "2  ",
            "VATPercentage": 0.21,
        },
    ),
    "SalesOrders": (
        "OrderNumber eq 7",
        {
            "AmountDC": 1209.88,
            "StatusDescription": "Gedeeltelijk",
            "ApprovalStatusDescription": "Automatisch",
            "DeliverToName": "Jansen's Fietsen",
        },
    ),
    "SalesOrderLines": (
        "Quantity eq 2",
        {"OrderNumber": 7, "ItemDescription": "Stadsfiets", "QuantityInvoiced": 1},
    ),
    "GLAccounts": (
        "Code eq '1300'",
        {"Type": 20, "TypeDescription": "Debiteuren", "BalanceType": "B", "BalanceSide": "D"},
    ),
    "GeneralJournalEntries": (
        "EntryNumber eq 26900002",
        {"Type": 90, "TypeDescription": "Memoriaal", "Status": 20, "Currency": "EUR"},
    ),
    "GeneralJournalEntryLines": (
        "EntryNumber eq 26900002 and LineNumber eq 2",
        {"AmountDC": -33.33, "GLAccountCode": "3000", "Date": wire_date("2026-06-30")},
    ),
    "TransactionLines": (
        "EntryNumber eq 26700001 and LineNumber eq 0",
        {
            "AmountDC": 121,
            "GLAccountCode": "1300",
            "AccountCode": "                 1",
            "JournalDescription": "Verkoopboek",
            "YourRef": "PO 12",
            "FinancialYear": 2026,
            "FinancialPeriod": 3,
            "VATCode": None,
            "Modified": f"/Date({ms('2026-03-05') + 37_000_005})/",
        },
    ),
    "Transactions": (
        "EntryNumber eq 26200002",
        {
            "OpeningBalanceFC": 10121,
            "ClosingBalanceFC": 10021,
            "TypeDescription": "Geldstroom",
            "JournalDescription": "Bank",
        },
    ),
    "SalesEntries": (
        "EntryNumber eq 26700003",
        {
            "AmountDC": -12.1,
            "VATAmountDC": -2.1,
            "Type": 21,
            "CustomerName": "Jansen's Fietsen",
            "ReportingPeriod": 5,
        },
    ),
    "SalesEntryLines": (
        f"EntryID eq guid'{ENTRY[26700001]}'",
        {"AmountDC": 100, "VATAmountFC": 21, "VATBaseAmountFC": 100, "GLAccountCode": "8000"},
    ),
    "PurchaseEntries": (
        "EntryNumber eq 26600001",
        {"AmountDC": 242, "VATAmountDC": 42, "Supplier": FRAME, "SupplierName": "Frame & Co"},
    ),
    "PurchaseEntryLines": (
        "GLAccountCode eq '4100'",
        {"AmountFC": 200, "VATAmountFC": 42, "VATPercentage": 0.21},
    ),
    "PurchaseInvoices": ("Amount eq 242", {"VATAmount": 42, "Type": 8033, "Journal": "60"}),
    "PurchaseInvoiceLines": ("Amount eq 200", {"Item": BIKE, "VATPercentage": 0.21}),
    "Journals": (
        "Code eq '70'",
        {"GLAccountCode": "1300", "GLAccountType": 20, "CurrencyDescription": "Euro"},
    ),
    "ReportingBalance": (
        "GLAccountCode eq '8000' and ReportingPeriod eq 5",
        {"Amount": 10, "AmountDebit": 10, "AmountCredit": 0, "Count": 1, "BalanceType": "W"},
    ),
    "FinancialPeriods": (
        "FinYear eq 2026 and FinPeriod eq 2",
        {"StartDate": wire_date("2026-02-01"), "EndDate": wire_date("2026-02-28")},
    ),
    "ReceivablesList": (
        "InvoiceNumber eq 26700001",
        {
            "Amount": -50,
            "AccountName": "Jansen's Fietsen",
            "DueDate": wire_date("2026-04-04"),
            "JournalDescription": "Verkoopboek",
            "YourRef": "PO 12",
            "CurrencyCode": "EUR",
        },
    ),
    "PayablesList": ("InvoiceNumber eq 26600001", {"Amount": 142, "AccountId": FRAME}),
    "AgingReceivablesList": (
        "AccountName eq 'Vélo Élégant'",
        {"TotalAmount": 1000.1, "AgeGroup1Amount": 1000.1, "AgeGroup4Amount": 0},
    ),
    "VATCodes": ("Code eq '2  '", {"Percentage": 0.21, "GLToPayCode": "1500", "Charged": False}),
    "VatPercentages": ("Percentage eq 0.09", {"VATCodeID": guid(0x51)}),
    "PaymentConditions": ("Code eq '30'", {"PaymentDays": 30, "PaymentMethod": "B"}),
    "Divisions": (
        "Code eq 100001",
        {"HID": "9007199254740993", "Main": True, "Status": 0, "CountryDescription": "Nederland"},
    ),
    "Me": (
        "FullName eq 'Anna Visser'",
        {"UserID": ANNA, "CurrentDivision": SHOP, "Language": "NL-NL     ", "Legislation": "128"},
    ),
    "Projects": (
        "Code eq 'P1'",
        {"TypeDescription": "Nacalculatie", "AccountName": "Jansen's Fietsen"},
    ),
    "AgingPayablesList": ("TotalAmount eq 142", {"AgeGroup4Amount": 142, "AccountId": FRAME}),
    "AgingOverview": (
        "AgeGroup eq 0",
        {"AmountReceivable": 1048.5, "AmountPayable": 142, "AgeGroupDescription": "Totaal"},
    ),
    "OutstandingInvoicesOverview": (
        "CurrencyCode eq 'EUR'",
        {
            "OutstandingReceivableInvoiceAmount": 1098.5,
            "OutstandingReceivableInvoiceCount": 4,
            "OverdueReceivableInvoiceAmount": 98.4,
            "OverduePayableInvoiceAmount": 142,
        },
    ),
    "Receivables": (
        "InvoiceNumber eq 26700001",
        {
            "AmountDC": -50,
            "TransactionAmountDC": 121,
            "IsFullyPaid": False,
            "Status": 20,
            "LastPaymentDate": wire_date("2026-04-10"),
            "PaymentDays": 14,
        },
    ),
    "Payments": (
        "InvoiceNumber eq 26600001",
        {"AmountDC": 142, "TransactionAmountDC": 242, "Status": 20, "Journal": "60"},
    ),
    "BankEntries": (
        "EntryNumber eq 26200001",
        {"OpeningBalanceFC": 10000, "ClosingBalanceFC": 10121, "StatusDescription": "Verwerkt"},
    ),
    "BankEntryLines": (
        "EntryNumber eq 26200002",
        {"AmountDC": -100, "GLAccountCode": "1600", "OurRef": 26600001},
    ),
    "RevenueList": ("Year eq 2026 and Period eq 3", {"Amount": 100}),
    "ProfitLossOverview": (
        "CurrentYear eq 2026",
        {
            "CurrentPeriod": 6,
            "RevenueCurrentYear": 1090.1,
            "CostsCurrentYear": 233.33,
            "ResultCurrentYear": 856.77,
            "ResultPreviousYear": 50,
            "RevenueCurrentPeriod": 1000.1,
        },
    ),
    "JournalStatusList": (
        "Journal eq '70' and Year eq 2026 and Period eq 3",
        {"Status": 1, "StatusDescription": "Gesloten", "JournalTypeDescription": "Verkoop"},
    ),
    "Returns": ("Type eq 31", {"Amount": -10.5, "Year": 2026, "Status": 50}),
    "OpeningBalanceCurrentYearAfterEntry": (
        "GLAccountCode eq '1300'",
        {"Amount": 60.5, "ReportingYear": 2026, "BalanceSide": "D"},
    ),
    "GLTransactionTypes": ("ID eq 40", {"Description": "Geldstroom"}),
    "GLClassifications": ("Code eq 'BLim'", {"Description": "Liquide middelen"}),
    "GLAccountClassificationMappings": (
        "GLSchemeCode eq 'RGS 3.5'",
        {"GLAccountCode": "1100", "ClassificationCode": "BLim"},
    ),
    "SyncDeleted": ("Timestamp gt 1L", {"EntityKey": guid(0xD1), "EntityType": 2}),
    "SystemDivisions": (
        "Code eq 100002",
        {"Status": 2, "Legislation": "NL ", "Description": "Noord Beheer"},
    ),
    "OpeningBalanceCurrentYearProcessed": ("GLAccountCode eq '1500'", {"Amount": -10.5}),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_one_record_of_each_entity_says_what_is_in_the_books(api: Caller, name: str) -> None:
    wanted, values = EXPECTED[name]
    resource = entities()[name].resource
    path = "/api/v1/current/Me" if name == "Me" else resource
    records = api.rows(path, filter=wanted)
    assert len(records) == 1
    assert {field: records[0][field] for field in values} == values
    assert records[0].keys() >= entities()[name].fields.keys()
    assert records[0]["__metadata"]["type"] == entities()[name].type


def test_every_entity_was_asked(api: Caller) -> None:
    previous = {"OpeningBalancePreviousYearAfterEntry", "OpeningBalancePreviousYearProcessed"}
    assert entities().keys() == EXPECTED.keys() | previous | {"SyncSalesInvoices"}
    assert api.rows("openingbalance/PreviousYear/AfterEntry") == []  # the books begin in 2025
