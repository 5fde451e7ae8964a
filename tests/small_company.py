"""A company of nine entries whose every figure is known, and a caller of its API."""

from __future__ import annotations

import calendar
import json
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request, Response

from exactnb.sandbox.exact import ExactOnline

SHOP, HOLDING = 100001, 100002


class Table(NamedTuple):
    entity: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def guid(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000"


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def wire_date(text: str) -> str:
    return f"/Date({ms(text)})/"


ANNA, BRAM = guid(1), guid(2)
JANSEN, VELO, FRAME, JANSEN_BV = (guid(0x10 + n) for n in range(4))
BIKE, REPAIR = guid(0x20), guid(0x21)
INVOICE, OPEN_INVOICE, ORDER = guid(0x30), guid(0x31), guid(0x32)
STAMP = ms("2025-11-01T09:30:00")
MARK = ("Division", "Created", "Modified", "Creator", "Modifier")
MARKED = (SHOP, STAMP, STAMP + 1000, ANNA, BRAM)

# fmt: off
LEDGER = {
    "0500": (50, "B", "C", "Aandelenkapitaal"), "1100": (12, "B", "D", "Bank"),
    "1300": (20, "B", "D", "Debiteuren"), "1500": (24, "B", "C", "Af te dragen BTW hoog"),
    "1501": (24, "B", "C", "Af te dragen BTW laag"), "1505": (24, "B", "C", "BTW verlegd"),
    "1520": (24, "B", "D", "Te vorderen BTW"), "1560": (24, "B", "C", "BTW rekening-courant"),
    "1600": (22, "B", "C", "Crediteuren"), "3000": (40, "B", "D", "Voorraad"),
    "4100": (121, "W", "D", "Huur"), "7000": (111, "W", "D", "Inkoopwaarde omzet"),
    "8000": (110, "W", "C", "Omzet hoog"), "8100": (110, "W", "C", "Omzet EU"),
}
GL = {code: guid(0x100 + number) for number, code in enumerate(LEDGER)}

HIGH_V, HIGH_X, HIGH_I, EU_V = ("2", "V", 0.21), ("2", "X", 0.21), ("2", "I", 0.21), ("7", "V", 0.0)
#: entry, line, type, date, due, ledger account, relation, amount, VAT, invoice, status
LINES = [
    (26900001, 1, 10, "2026-01-01", None, "1100", None, 10000, None, None, 50),
    (26900001, 2, 10, "2026-01-01", None, "0500", None, -10000, None, None, 50),
    (25700001, 0, 20, "2025-12-10", "2025-12-24", "1300", JANSEN, 60.5, None, 25700001, 50),
    (25700001, 1, 20, "2025-12-10", None, "8000", JANSEN, -50, HIGH_V, 25700001, 50),
    (25700001, 9999, 20, "2025-12-10", None, "1500", JANSEN, -10.5, None, 25700001, 50),
    (26700001, 0, 20, "2026-03-05", "2026-04-04", "1300", JANSEN, 121, None, 26700001, 50),
    (26700001, 1, 20, "2026-03-05", None, "8000", JANSEN, -100, HIGH_V, 26700001, 50),
    (26700001, 9999, 20, "2026-03-05", None, "1500", JANSEN, -21, None, 26700001, 50),
    (26700002, 0, 20, "2026-06-20", "2026-07-20", "1300", VELO, 1000.1, None, 26700002, 20),
    (26700002, 1, 20, "2026-06-20", None, "8100", VELO, -1000.1, EU_V, 26700002, 20),
    (26700003, 0, 21, "2026-05-10", "2026-05-24", "1300", JANSEN, -12.1, None, 26700003, 50),
    (26700003, 1, 21, "2026-05-10", None, "8000", JANSEN, 10, HIGH_X, 26700003, 50),
    (26700003, 9999, 21, "2026-05-10", None, "1500", JANSEN, 2.1, None, 26700003, 50),
    (26600001, 0, 30, "2026-02-01", "2026-03-03", "1600", FRAME, -242, None, 26600001, 50),
    (26600001, 1, 30, "2026-02-01", None, "4100", FRAME, 200, HIGH_I, 26600001, 50),
    (26600001, 9999, 30, "2026-02-01", None, "1520", FRAME, 42, None, 26600001, 50),
    (26200001, 0, 40, "2026-04-10", None, "1100", None, 121, None, None, 50),
    (26200001, 1, 40, "2026-04-10", None, "1300", JANSEN, -71, None, 26700001, 50),
    (26200001, 2, 40, "2026-04-10", None, "1300", JANSEN, -50, None, None, 50),
    (26200002, 0, 40, "2026-05-12", None, "1100", None, -100, None, None, 50),
    (26200002, 1, 40, "2026-05-12", None, "1600", FRAME, 100, None, 26600001, 50),
    (26900002, 1, 90, "2026-06-30", None, "7000", None, 33.33, None, None, 20),
    (26900002, 2, 90, "2026-06-30", None, "3000", None, -33.33, None, None, 20),
]
ENTRY = {number: guid(0x200 + n) for n, number in enumerate(dict.fromkeys(r[0] for r in LINES))}
BALANCES = {26200001: (10000, 10121), 26200002: (10121, 10021)}


def _lines() -> list[tuple[Any, ...]]:
    rows = []
    for n, (entry, line, kind, day, due, gl, who, amount, vat, invoice, status) in enumerate(LINES):
        code, letter, rate = vat or (None, None, None)
        rows.append((
            guid(0x1000 + n), ENTRY[entry], entry, line, kind, ms(day), ms(due) if due else None,
            GL[gl], who, amount, amount, "EUR", 1.0, code, letter, rate,
            round(amount * rate, 2) if vat else None, amount if vat else None, invoice, status,
            int(day[:4]), int(day[5:7]), str(entry)[2:4], f"Regel {n}", SHOP,
            ms(day) + 36_000_000, ms(day) + 37_000_000 + n, ANNA, BRAM,
            "PO 12" if (line, kind) == (0, 20) else None, BIKE if gl == "8000" else None,
        ))
    return rows


def _entries() -> list[tuple[Any, ...]]:
    rows = {}
    for entry, _, kind, day, *_, status in LINES:
        opening, closing = BALANCES.get(entry, (None, None))
        rows.setdefault(entry, (
            ENTRY[entry], entry, kind, status, ms(day), int(day[:4]), int(day[5:7]),
            str(entry)[2:4], "14" if kind == 20 else None, opening, closing, SHOP, STAMP, STAMP,
        ))
    return list(rows.values())


def _periods() -> list[tuple[Any, ...]]:
    return [
        (guid(0x300 + year * 12 + month), year, month, ms(f"{year}-{month:02}-01"),
         ms(f"{year}-{month:02}-{calendar.monthrange(year, month)[1]}"), *MARKED)
        for year in (2025, 2026) for month in range(1, 13)
    ]


def company() -> list[Table]:
    return [
        Table("SystemDivisions", ("Code", "Division", "Description", "Country", "Currency",
                                  "Status", "Hid", "IsMainDivision", "Legislation",
                                  "CustomerCode"), [
            (SHOP, SHOP, "Noord B.V.", "NL", "EUR", 1, 9007199254740993, 1, "NL", "1"),
            (HOLDING, HOLDING, "Noord Beheer", "NL", "EUR", 2, 2, 0, "NL", "1")]),
        Table("Users", ("UserID", "UserName", "FullName", "Email", "Language", "Legislation"), [
            (ANNA, "anna", "Anna Visser", "anna@example.nl", "NL-NL", 128),
            (BRAM, "bram", "Bram Smit", "bram@example.nl", "NL-NL", 128)]),
        Table("GLAccounts", ("ID", "Code", "Type", "BalanceType", "BalanceSide", "Description",
                             *MARK),
              [(GL[code], code, *rest, *MARKED) for code, rest in LEDGER.items()]),
        Table("Journals", ("ID", "Code", "Description", "Type", "GLAccount", "AllowVAT",
                           "Currency", *MARK), [
            (guid(0x40), "20", "Bank", 12, GL["1100"], 0, "EUR", *MARKED),
            (guid(0x41), "60", "Inkoopboek", 22, GL["1600"], 1, "EUR", *MARKED),
            (guid(0x42), "70", "Verkoopboek", 20, GL["1300"], 1, "EUR", *MARKED),
            (guid(0x43), "90", "Memoriaal", 90, None, 0, "EUR", *MARKED)]),
        Table("VATCodes", ("ID", "Code", "Description", "Type", "VATTransactionType", "Charged",
                           "EUSalesListing", "GLToPay", "GLToClaim", *MARK), [
            (guid(0x50), "0", "Geen BTW", "N", "B", 0, "N", None, None, *MARKED),
            (guid(0x51), "1", "Laag", "E", "B", 0, "N", GL["1501"], GL["1520"], *MARKED),
            (guid(0x52), "2", "Hoog", "E", "B", 0, "N", GL["1500"], GL["1520"], *MARKED),
            (guid(0x53), "4", "Hoog incl.", "I", "B", 0, "N", GL["1500"], GL["1520"], *MARKED),
            (guid(0x54), "7", "Binnen EU", "B", "S", 0, "L", None, None, *MARKED),
            (guid(0x55), "9", "Buiten NL", "E", "P", 1, "N", GL["1505"], GL["1520"], *MARKED)]),
        Table("VatPercentages", ("ID", "VATCodeID", "Percentage", "StartDate", "LineNumber",
                                 *MARK), [
            (guid(0x60 + n), guid(0x50 + n), rate, ms("2019-01-01"), 1, *MARKED)
            for n, rate in enumerate((0, 0.09, 0.21, 0.21, 0, 0.21))]),
        Table("PaymentConditions", ("ID", "Code", "Description", "PaymentDays",
                                    "PaymentEndOfMonths", "PaymentMethod", *MARK), [
            (guid(0x70), "14", "14 dagen", 14, 0, "B", *MARKED),
            (guid(0x71), "30", "30 dagen", 30, 0, "B", *MARKED),
            (guid(0x72), "2M", "Twee maanden en 15", 15, 2, "B", *MARKED)]),
        Table("Accounts", ("ID", "Code", "Name", "Status", "IsSupplier", "IsSales", "Country",
                           "City", "PaymentConditionSales", "SalesVATCode", "Email", "Blocked",
                           *MARK), [
            (JANSEN, "1", "Jansen's Fietsen", "C", 0, 1, "NL", "Groningen", "30", "2",
             "j@example.nl", 0, *MARKED),
            (VELO, "2", "Vélo Élégant", "C", 0, 1, "BE", "Gent", "14", "7", None, 0, *MARKED),
            (FRAME, "60", "Frame & Co", "A", 1, 0, "TW", "Taichung", None, None, None, 0, *MARKED),
            (JANSEN_BV, "9", "Jansen BV", "C", 0, 1, "NL", "Haren", None, None, None, 0,
             HOLDING, *MARKED[1:])]),
        Table("Contacts", ("ID", "Account", "FirstName", "LastName", "Email", *MARK), [
            (guid(0x80), JANSEN, "Piet", "Jansen", "piet@example.nl", *MARKED)]),
        Table("BankAccounts", ("ID", "Account", "BankAccount", "BICCode", "Main", "Type", *MARK), [
            (guid(0x88), JANSEN, "NL02ABNA0123456789", "ABNANL2A", 1, "A", *MARKED)]),
        Table("ItemGroups", ("ID", "Code", "Description", "GLRevenue", "GLCosts", "Division"), [
            (guid(0x90), "FIETS", "Fietsen", GL["8000"], GL["7000"], SHOP)]),
        Table("Items", ("ID", "Code", "Description", "ItemGroup", "GLRevenue", "SalesVatCode",
                        "StandardSalesPrice", "Unit", "IsSalesItem", *MARK), [
            (BIKE, "00012", "Stadsfiets", guid(0x90), GL["8000"], "2", 499.95, "stuk", 1, *MARKED),
            (REPAIR, "W1", "Reparatie", guid(0x90), None, "1", 40.0, "uur", 1, *MARKED)]),
        Table("Projects", ("ID", "Code", "Description", "Type", "Account", *MARK), [
            (guid(0xA0), "P1", "Werkplaats", 3, JANSEN, *MARKED)]),
        Table("SalesOrders", ("OrderID", "OrderNumber", "OrderedBy", "InvoiceTo", "DeliverTo",
                              "OrderDate", "Status", "DeliveryStatus", "InvoiceStatus",
                              "ApprovalStatus", "Currency", "AmountDC", "AmountFCExclVat",
                              *MARK), [
            (ORDER, 7, JANSEN, JANSEN, JANSEN, ms("2026-06-01"), 20, 20, 20, 1, "EUR", 1209.88,
             999.9, *MARKED)]),
        Table("SalesOrderLines", ("ID", "OrderID", "LineNumber", "Item", "Quantity",
                                  "QuantityInvoiced", "NetPrice", "AmountDC", "AmountFC", "VATCode",
                                  "UnitCode", "Division"), [
            (guid(0x33), ORDER, 1, BIKE, 2, 1, 499.95, 999.9, 999.9, "2", "stuk", SHOP)]),
        Table("SalesInvoices", ("InvoiceID", "InvoiceNumber", "OrderedBy", "InvoiceTo", "DeliverTo",
                                "Journal", "Status", "Type", "InvoiceDate", "DueDate", "AmountDC",
                                "AmountFCExclVat", "VATAmountDC", "Currency", "PaymentCondition",
                                "YourRef", *MARK), [
            (INVOICE, 26700001, JANSEN, JANSEN, JANSEN, "70", 50, 8020, ms("2026-03-05"),
             ms("2026-04-04"), 121, 100, 21, "EUR", "30", "PO 12", *MARKED),
            (OPEN_INVOICE, None, VELO, VELO, VELO, "70", 20, 8020, ms("2026-06-29"), None, 80, 80,
             0, "EUR", "14", None, *MARKED)]),
        Table("SalesInvoiceLines", ("ID", "InvoiceID", "LineNumber", "Item", "Description",
                                    "Quantity", "NetPrice", "AmountDC", "AmountFC", "VATAmountFC",
                                    "VATCode", "GLAccount", "Division"), [
            (guid(0x34), INVOICE, 1, BIKE, "Zadel", 2, 30, 60, 60, 12.6, "2", GL["8000"], SHOP),
            (guid(0x35), INVOICE, 2, BIKE, "Bel", 4, 10, 40, 40, 8.4, "2", GL["8000"], SHOP),
            (guid(0x36), OPEN_INVOICE, 1, REPAIR, "Uur", 2, 40, 80, 80, 0, "7", GL["8100"], SHOP)]),
        Table("PurchaseInvoices", ("ID", "Supplier", "Journal", "Type", "Status", "Amount",
                                   "VATAmount", "InvoiceDate", "Modified", "Division"), [
            (guid(0x38), FRAME, "60", 8033, 50, 242, 42, ms("2026-02-01"), STAMP, SHOP)]),
        Table("PurchaseInvoiceLines", ("ID", "InvoiceID", "LineNumber", "Item", "Quantity",
                                       "UnitPrice", "Amount", "VATCode", "Division"), [
            (guid(0x39), guid(0x38), 1, BIKE, 1, 200, 200, "2", SHOP)]),
        Table("Transactions", ("EntryID", "EntryNumber", "Type", "Status", "Date", "FinancialYear",
                               "FinancialPeriod", "JournalCode", "PaymentConditionCode",
                               "OpeningBalanceFC", "ClosingBalanceFC", "Division", "Created",
                               "Modified"), _entries()),
        Table("TransactionLines", ("ID", "EntryID", "EntryNumber", "LineNumber", "Type", "Date",
                                   "DueDate", "GLAccount", "Account", "AmountDC", "AmountFC",
                                   "Currency", "ExchangeRate", "VATCode", "VATType",
                                   "VATPercentage", "AmountVATFC", "AmountVATBaseFC",
                                   "InvoiceNumber", "Status",
                                   "FinancialYear", "FinancialPeriod", "JournalCode", "Description",
                                   "Division", "Created", "Modified", "Creator", "Modifier",
                                   "YourRef", "Item"), _lines()),
        Table("Returns", ("DocumentID", "Amount", "Type", "Year", "Period", "Status", "Division"), [
            (guid(0xB0), -10.5, 31, 2026, 1, 50, SHOP)]),
        Table("FinancialPeriods", ("ID", "FinYear", "FinPeriod", "StartDate", "EndDate", *MARK),
              _periods()),
        Table("GLClassifications", ("ID", "Code", "Name", "Description", *MARK), [
            (guid(0xC0), "BLim", "BLim", "Liquide middelen", *MARKED)]),
        Table("GLAccountClassificationMappings", ("ID", "Classification", "GLAccount", "GLSchemeID",
                                                  "GLSchemeCode", "Division"), [
            (guid(0xC1), guid(0xC0), GL["1100"], guid(0xC2), "RGS 3.5", SHOP)]),
        Table("GLTransactionTypes", ("ID", "Description", "Division"), [
            (20, "Verkoopboeking", SHOP), (40, "Geldstroom", SHOP)]),
        Table("SyncDeleted", ("Timestamp", "ID", "EntityKey", "EntityType", "DeletedBy",
                              "DeletedDate", "Division"), [
            (90000, guid(0xD0), guid(0xD1), 2, ANNA, ms("2026-06-01T11:00"), SHOP)]),
    ]
# fmt: on

OPTIONS = ("select", "filter", "orderby", "top", "skip", "expand", "inlinecount", "skiptoken")


class Caller:
    """Calls the API as a client would, and reads the JSON."""

    def __init__(self, exact: ExactOnline, division: int = SHOP) -> None:
        self.exact = exact
        self.division = division

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> Response:
        headers = {"Accept": "application/json", **options.pop("headers", {})}
        if not path.startswith("/"):
            path = f"/api/v1/{self.division}/{path}"
        query = {f"${name}" if name in OPTIONS else name: str(v) for name, v in options.items()}
        data = None if body is None else json.dumps(body)
        builder = EnvironBuilder(path, method=method, headers=headers, data=data)
        if query:
            builder.args.update(query)
        return self.exact(Request(builder.get_environ()))

    def get(self, path: str, **options: Any) -> Any:
        response = self.call("GET", path, **options)
        assert response.status_code == 200, response.get_data(as_text=True)
        return json.loads(response.get_data())["d"]

    def post(self, path: str, body: Any, **options: Any) -> dict[str, Any]:
        response = self.call("POST", path, body, **options)
        assert response.status_code == 201, response.get_data(as_text=True)
        return json.loads(response.get_data())["d"]

    def done(self, method: str, path: str, body: Any = None) -> None:
        response = self.call(method, path, body)
        assert (response.status_code, response.get_data()) == (204, b""), response.get_data()

    def error(self, method: str, path: str, body: Any = None, **options: Any) -> tuple[int, str]:
        response = self.call(method, path, body, **options)
        error = json.loads(response.get_data())["error"]
        assert error["code"] == ""
        assert error["message"]["lang"] == ""
        return response.status_code, error["message"]["value"]

    def rows(self, path: str, **options: Any) -> list[dict[str, Any]]:
        """All records of all pages."""
        found: list[dict[str, Any]] = []
        body = self.get(path, **options)
        for _ in range(20_000):
            if isinstance(body, list):
                return found + body
            found += body["results"]
            if "__next" not in body:
                return found
            address = urlsplit(body["__next"])
            assert f"{address.scheme}://{address.netloc}" == "https://start.exactonline.nl"
            query = dict(parse_qsl(address.query))
            body = self.get(address.path, **{name.lstrip("$"): v for name, v in query.items()})
        raise AssertionError("the pages do not end")
