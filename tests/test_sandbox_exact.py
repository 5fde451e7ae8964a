"""Exact Online's REST API in the sandbox, on a small company whose every figure is known."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request, Response

from exactnb.sandbox.exact import ExactOnline
from exactnb.sandbox.store import Store

SHOP, HOLDING = 100001, 100002
JSON = {"Accept": "application/json"}


class Table(NamedTuple):
    entity: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def guid(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000"


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


ANNA, BRAM = guid(1), guid(2)
ACCOUNT = {"Jansen's Fietsen": 0x10, "Vélo Élégant": 0x11, "Frame & Co": 0x12, "Jansen BV": 0x13}
JANSEN, VELO, FRAME, JANSEN_BV = (guid(n) for n in ACCOUNT.values())
GL = {
    code: guid(0x100 + number)
    for number, code in enumerate(
        ["0500", "1100", "1300", "1500", "1501", "1505", "1520", "1560", "1600", "3000", "4100", "7000", "8000", "8100"]
    )
}
GL_KINDS = {
    "0500": (50, "B", "C", "Aandelenkapitaal"),
    "1100": (12, "B", "D", "Bank"),
    "1300": (20, "B", "D", "Debiteuren"),
    "1500": (24, "B", "C", "Af te dragen BTW hoog"),
    "1501": (24, "B", "C", "Af te dragen BTW laag"),
    "1505": (24, "B", "C", "Af te dragen BTW verlegd"),
    "1520": (24, "B", "D", "Te vorderen BTW"),
    "1560": (24, "B", "C", "BTW rekening-courant"),
    "1600": (22, "B", "C", "Crediteuren"),
    "3000": (40, "B", "D", "Voorraad"),
    "4100": (121, "W", "D", "Huur"),
    "7000": (111, "W", "D", "Inkoopwaarde omzet"),
    "8000": (110, "W", "C", "Omzet hoog"),
    "8100": (110, "W", "C", "Omzet EU"),
}
BIKE, REPAIR = guid(0x20), guid(0x21)
INVOICE, OPEN_INVOICE, ORDER = guid(0x30), guid(0x31), guid(0x32)
ENTRY = {
    number: guid(0x200 + index)
    for index, number in enumerate(
        (26900001, 26700001, 26700002, 26700003, 26600001, 26200001, 26200002, 26900002, 25700001)
    )
}


def lines_of_the_books() -> list[tuple[Any, ...]]:
    """entry, line number, type, date, due, gl, account, amount, VAT, invoice, status."""
    vat = ("2", "V", 0.21)
    rows = [
        (26900001, 1, 10, "2026-01-01", None, "1100", None, 10000, None, None, 50),
        (26900001, 2, 10, "2026-01-01", None, "0500", None, -10000, None, None, 50),
        (25700001, 0, 20, "2025-12-10", "2025-12-24", "1300", JANSEN, 60.5, None, 25700001, 50),
        (25700001, 1, 20, "2025-12-10", None, "8000", JANSEN, -50, vat, 25700001, 50),
        (25700001, 9999, 20, "2025-12-10", None, "1500", JANSEN, -10.5, None, 25700001, 50),
        (26700001, 0, 20, "2026-03-05", "2026-04-04", "1300", JANSEN, 121, None, 26700001, 50),
        (26700001, 1, 20, "2026-03-05", None, "8000", JANSEN, -100, vat, 26700001, 50),
        (26700001, 9999, 20, "2026-03-05", None, "1500", JANSEN, -21, None, 26700001, 50),
        (26700002, 0, 20, "2026-06-20", "2026-07-20", "1300", VELO, 1000.1, None, 26700002, 20),
        (26700002, 1, 20, "2026-06-20", None, "8100", VELO, -1000.1, ("7", "V", 0), 26700002, 20),
        (26700003, 0, 21, "2026-05-10", "2026-05-24", "1300", JANSEN, -12.1, None, 26700003, 50),
        (26700003, 1, 21, "2026-05-10", None, "8000", JANSEN, 10, ("2", "X", 0.21), 26700003, 50),
        (26700003, 9999, 21, "2026-05-10", None, "1500", JANSEN, 2.1, None, 26700003, 50),
        (26600001, 0, 30, "2026-02-01", "2026-03-03", "1600", FRAME, -242, None, 26600001, 50),
        (26600001, 1, 30, "2026-02-01", None, "4100", FRAME, 200, ("2", "I", 0.21), 26600001, 50),
        (26600001, 9999, 30, "2026-02-01", None, "1520", FRAME, 42, None, 26600001, 50),
        (26200001, 0, 40, "2026-04-10", None, "1100", None, 121, None, None, 50),
        (26200001, 1, 40, "2026-04-10", None, "1300", JANSEN, -71, None, 26700001, 50),
        (26200001, 2, 40, "2026-04-10", None, "1300", JANSEN, -50, None, None, 50),
        (26200002, 0, 40, "2026-05-12", None, "1100", None, -100, None, None, 50),
        (26200002, 1, 40, "2026-05-12", None, "1600", FRAME, 100, None, 26600001, 50),
        (26900002, 1, 90, "2026-06-30", None, "7000", None, 33.33, None, None, 20),
        (26900002, 2, 90, "2026-06-30", None, "3000", None, -33.33, None, None, 20),
    ]
    return rows


def company() -> list[Table]:
    stamp, who = ms("2025-11-01T09:30:00"), (ANNA, BRAM)
    mark = ("Division", "Created", "Modified", "Creator", "Modifier")
    marked = (SHOP, stamp, stamp + 1000, *who)
    lines = []
    for number, (
        entry,
        line,
        kind,
        day,
        due,
        gl,
        account,
        amount,
        vat,
        invoice,
        status,
    ) in enumerate(lines_of_the_books()):
        code, letter, rate = vat or (None, None, None)
        lines.append(
            (
                guid(0x1000 + number),
                ENTRY[entry],
                entry,
                line,
                kind,
                ms(day),
                ms(due) if due else None,
                GL[gl],
                account,
                amount,
                amount,
                "EUR",
                1.0,
                code,
                letter,
                rate,
                round(amount * rate, 2) if rate is not None else None,
                amount if rate is not None else None,
                invoice,
                status,
                int(day[:4]),
                int(day[5:7]),
                str(entry)[2:4],
                f"Regel {number}",
                SHOP,
                ms(day) + 36_000_000,
                ms(day) + 37_000_000 + number,
                *who,
                "PO 12" if line == 0 and kind == 20 else None,
                BIKE if gl == "8000" else None,
            )
        )
    entries = {}
    for entry, _, kind, day, *_, status in lines_of_the_books():
        entries.setdefault(
            entry,
            (
                ENTRY[entry],
                entry,
                kind,
                status,
                ms(day),
                int(day[:4]),
                int(day[5:7]),
                str(entry)[2:4],
                "14" if kind == 20 else None,
                {26200001: 10000, 26200002: 10121}.get(entry),
                {26200001: 10121, 26200002: 10021}.get(entry),
                SHOP,
                stamp,
                stamp,
            ),
        )
    return [
        Table(
            "SystemDivisions",
            (
                "Code",
                "Division",
                "Description",
                "Country",
                "Currency",
                "Status",
                "Hid",
                "IsMainDivision",
                "Legislation",
                "VATNumber",
                "Customer",
                "CustomerCode",
            ),
            [
                (
                    SHOP,
                    SHOP,
                    "Noord B.V.",
                    "NL",
                    "EUR",
                    1,
                    9007199254740993,
                    1,
                    "NL",
                    None,
                    None,
                    "1",
                ),
                (HOLDING, HOLDING, "Noord Beheer", "NL", "EUR", 1, 2, 0, "NL", None, None, "1"),
            ],
        ),
        Table(
            "Users",
            ("UserID", "UserName", "FullName", "Email", "Language", "Legislation", "Division"),
            [
                (ANNA, "anna", "Anna Visser", "anna@example.nl", "NL-NL", 128, SHOP),
                (BRAM, "bram", "Bram Smit", "bram@example.nl", "NL-NL", 128, SHOP),
            ],
        ),
        Table(
            "GLAccounts",
            ("ID", "Code", "Description", "Type", "BalanceType", "BalanceSide", *mark),
            [(GL[c], c, d, t, b, s, *marked) for c, (t, b, s, d) in GL_KINDS.items()],
        ),
        Table(
            "Journals",
            ("ID", "Code", "Description", "Type", "GLAccount", "Currency", *mark),
            [
                (guid(0x40), "20", "Bank", 12, GL["1100"], "EUR", *marked),
                (guid(0x41), "60", "Inkoopboek", 22, GL["1600"], "EUR", *marked),
                (guid(0x42), "70", "Verkoopboek", 20, GL["1300"], "EUR", *marked),
                (guid(0x43), "90", "Memoriaal", 90, None, "EUR", *marked),
            ],
        ),
        Table(
            "VATCodes",
            (
                "ID",
                "Code",
                "Description",
                "Type",
                "VATTransactionType",
                "Charged",
                "EUSalesListing",
                "GLToPay",
                "GLToClaim",
                *mark,
            ),
            [
                (guid(0x50), "0", "Geen BTW", "N", "B", 0, "N", None, None, *marked),
                (guid(0x51), "1", "Laag", "E", "B", 0, "N", GL["1501"], GL["1520"], *marked),
                (guid(0x52), "2", "Hoog", "E", "B", 0, "N", GL["1500"], GL["1520"], *marked),
                (guid(0x53), "4", "Hoog incl.", "I", "B", 0, "N", GL["1500"], GL["1520"], *marked),
                (guid(0x54), "7", "Binnen EU", "B", "S", 0, "L", None, None, *marked),
                (
                    guid(0x55),
                    "9",
                    "Verwerving EU",
                    "E",
                    "P",
                    1,
                    "N",
                    GL["1505"],
                    GL["1520"],
                    *marked,
                ),
            ],
        ),
        Table(
            "VatPercentages",
            ("ID", "VATCodeID", "Percentage", "StartDate", "LineNumber", "Type", *mark),
            [
                (guid(0x60 + n), guid(0x50 + n), rate, ms("2019-01-01"), 1, 0, *marked)
                for n, rate in enumerate((0, 0.09, 0.21, 0.21, 0, 0.21))
            ],
        ),
        Table(
            "PaymentConditions",
            (
                "ID",
                "Code",
                "Description",
                "PaymentDays",
                "PaymentEndOfMonths",
                "PaymentMethod",
                *mark,
            ),
            [
                (guid(0x70), "14", "14 dagen", 14, 0, "B", *marked),
                (guid(0x71), "30", "30 dagen", 30, 0, "B", *marked),
            ],
        ),
        Table(
            "Accounts",
            (
                "ID",
                "Code",
                "Name",
                "Status",
                "IsSupplier",
                "IsSales",
                "Country",
                "City",
                "PaymentConditionSales",
                "SalesVATCode",
                "Email",
                "Blocked",
                *mark,
            ),
            [
                (
                    JANSEN,
                    "1",
                    "Jansen's Fietsen",
                    "C",
                    0,
                    1,
                    "NL",
                    "Groningen",
                    "30",
                    "2",
                    "j@example.nl",
                    0,
                    *marked,
                ),
                (VELO, "2", "Vélo Élégant", "C", 0, 1, "BE", "Gent", "14", "7", None, 0, *marked),
                (
                    FRAME,
                    "60",
                    "Frame & Co",
                    "A",
                    1,
                    0,
                    "TW",
                    "Taichung",
                    None,
                    None,
                    None,
                    0,
                    *marked,
                ),
                (
                    JANSEN_BV,
                    "9",
                    "Jansen BV",
                    "C",
                    0,
                    1,
                    "NL",
                    "Haren",
                    "30",
                    "2",
                    None,
                    0,
                    HOLDING,
                    stamp,
                    stamp,
                    *who,
                ),
            ],
        ),
        Table(
            "Contacts",
            ("ID", "Account", "FirstName", "LastName", "Email", *mark),
            [(guid(0x80), JANSEN, "Piet", "Jansen", "piet@example.nl", *marked)],
        ),
        Table(
            "ItemGroups",
            ("ID", "Code", "Description", "GLRevenue", "GLCosts", "GLStock", "Division"),
            [(guid(0x90), "FIETS", "Fietsen", GL["8000"], GL["7000"], GL["3000"], SHOP)],
        ),
        Table(
            "Items",
            (
                "ID",
                "Code",
                "Description",
                "ItemGroup",
                "GLRevenue",
                "SalesVatCode",
                "StandardSalesPrice",
                "Unit",
                "IsSalesItem",
                *mark,
            ),
            [
                (
                    BIKE,
                    "00012",
                    "Stadsfiets",
                    guid(0x90),
                    GL["8000"],
                    "2",
                    499.95,
                    "stuk",
                    1,
                    *marked,
                ),
                (REPAIR, "W1", "Reparatie", guid(0x90), None, "1", 40.0, "uur", 1, *marked),
            ],
        ),
        Table(
            "Projects",
            ("ID", "Code", "Description", "Type", "Account", *mark),
            [(guid(0xA0), "P1", "Werkplaats", 3, JANSEN, *marked)],
        ),
        Table(
            "SalesOrders",
            (
                "OrderID",
                "OrderNumber",
                "OrderedBy",
                "InvoiceTo",
                "DeliverTo",
                "OrderDate",
                "Status",
                "DeliveryStatus",
                "InvoiceStatus",
                "ApprovalStatus",
                "Currency",
                "AmountDC",
                "AmountFC",
                "AmountFCExclVat",
                *mark,
            ),
            [
                (
                    ORDER,
                    7,
                    JANSEN,
                    JANSEN,
                    JANSEN,
                    ms("2026-06-01"),
                    20,
                    20,
                    20,
                    1,
                    "EUR",
                    1209.88,
                    1209.88,
                    999.9,
                    *marked,
                )
            ],
        ),
        Table(
            "SalesOrderLines",
            (
                "ID",
                "OrderID",
                "LineNumber",
                "Item",
                "Quantity",
                "QuantityInvoiced",
                "QuantityDelivered",
                "NetPrice",
                "UnitPrice",
                "AmountDC",
                "AmountFC",
                "VATCode",
                "UnitCode",
                "Division",
            ),
            [
                (
                    guid(0x33),
                    ORDER,
                    1,
                    BIKE,
                    2,
                    1,
                    1,
                    499.95,
                    499.95,
                    999.9,
                    999.9,
                    "2",
                    "stuk",
                    SHOP,
                )
            ],
        ),
        Table(
            "SalesInvoices",
            (
                "InvoiceID",
                "InvoiceNumber",
                "OrderedBy",
                "InvoiceTo",
                "DeliverTo",
                "Journal",
                "Status",
                "Type",
                "InvoiceDate",
                "DueDate",
                "AmountDC",
                "AmountFC",
                "AmountFCExclVat",
                "VATAmountDC",
                "VATAmountFC",
                "Currency",
                "PaymentCondition",
                "YourRef",
                *mark,
            ),
            [
                (
                    INVOICE,
                    26700001,
                    JANSEN,
                    JANSEN,
                    JANSEN,
                    "70",
                    50,
                    8020,
                    ms("2026-03-05"),
                    ms("2026-04-04"),
                    121,
                    121,
                    100,
                    21,
                    21,
                    "EUR",
                    "30",
                    "PO 12",
                    *marked,
                ),
                (
                    OPEN_INVOICE,
                    None,
                    VELO,
                    VELO,
                    VELO,
                    "70",
                    20,
                    8020,
                    ms("2026-06-29"),
                    None,
                    80,
                    80,
                    80,
                    0,
                    0,
                    "EUR",
                    "14",
                    None,
                    *marked,
                ),
            ],
        ),
        Table(
            "SalesInvoiceLines",
            (
                "ID",
                "InvoiceID",
                "LineNumber",
                "Item",
                "Description",
                "Quantity",
                "NetPrice",
                "UnitPrice",
                "AmountDC",
                "AmountFC",
                "VATAmountDC",
                "VATAmountFC",
                "VATCode",
                "GLAccount",
                "Division",
            ),
            [
                (
                    guid(0x34),
                    INVOICE,
                    1,
                    BIKE,
                    "Zadel",
                    2,
                    30,
                    30,
                    60,
                    60,
                    12.6,
                    12.6,
                    "2",
                    GL["8000"],
                    SHOP,
                ),
                (
                    guid(0x35),
                    INVOICE,
                    2,
                    BIKE,
                    "Bel",
                    4,
                    10,
                    10,
                    40,
                    40,
                    8.4,
                    8.4,
                    "2",
                    GL["8000"],
                    SHOP,
                ),
                (
                    guid(0x36),
                    OPEN_INVOICE,
                    1,
                    REPAIR,
                    "Uren",
                    2,
                    40,
                    40,
                    80,
                    80,
                    0,
                    0,
                    "7",
                    GL["8100"],
                    SHOP,
                ),
            ],
        ),
        Table(
            "PurchaseInvoices",
            (
                "ID",
                "Supplier",
                "Journal",
                "Type",
                "Status",
                "Amount",
                "AmountDC",
                "VATAmount",
                "InvoiceDate",
                "Modified",
                "Division",
            ),
            [(guid(0x38), FRAME, "60", 8033, 50, 242, 242, 42, ms("2026-02-01"), stamp, SHOP)],
        ),
        Table(
            "PurchaseInvoiceLines",
            (
                "ID",
                "InvoiceID",
                "LineNumber",
                "Item",
                "Quantity",
                "UnitPrice",
                "Amount",
                "VATCode",
                "Division",
            ),
            [(guid(0x39), guid(0x38), 1, BIKE, 1, 200, 200, "2", SHOP)],
        ),
        Table(
            "Transactions",
            (
                "EntryID",
                "EntryNumber",
                "Type",
                "Status",
                "Date",
                "FinancialYear",
                "FinancialPeriod",
                "JournalCode",
                "PaymentConditionCode",
                "OpeningBalanceFC",
                "ClosingBalanceFC",
                "Division",
                "Created",
                "Modified",
            ),
            list(entries.values()),
        ),
        Table(
            "TransactionLines",
            (
                "ID",
                "EntryID",
                "EntryNumber",
                "LineNumber",
                "Type",
                "Date",
                "DueDate",
                "GLAccount",
                "Account",
                "AmountDC",
                "AmountFC",
                "Currency",
                "ExchangeRate",
                "VATCode",
                "VATType",
                "VATPercentage",
                "AmountVATFC",
                "AmountVATBaseFC",
                "InvoiceNumber",
                "Status",
                "FinancialYear",
                "FinancialPeriod",
                "JournalCode",
                "Description",
                "Division",
                "Created",
                "Modified",
                "Creator",
                "Modifier",
                "YourRef",
                "Item",
            ),
            lines,
        ),
        Table(
            "Returns",
            ("DocumentID", "Amount", "Type", "Year", "Period", "Status", "Frequency", "Division"),
            [(guid(0xB0), -10.5, 31, 2026, 1, 50, "Q", SHOP)],
        ),
        Table(
            "FinancialPeriods",
            ("ID", "FinYear", "FinPeriod", "StartDate", "EndDate", *mark),
            [
                (
                    guid(0x300 + (year - 2025) * 12 + month),
                    year,
                    month,
                    ms(f"{year}-{month:02}-01"),
                    ms(f"{year}-{month:02}-28"),
                    *marked,
                )
                for year in (2025, 2026)
                for month in range(1, 13)
            ],
        ),
        Table(
            "GLClassifications",
            ("ID", "Code", "Name", "Description", *mark),
            [(guid(0xC0), "BLim", "BLim", "Liquide middelen", *marked)],
        ),
        Table(
            "GLAccountClassificationMappings",
            ("ID", "Classification", "GLAccount", "GLSchemeID", "GLSchemeCode", "Division"),
            [(guid(0xC1), guid(0xC0), GL["1100"], guid(0xC2), "RGS 3.5", SHOP)],
        ),
        Table(
            "GLTransactionTypes",
            ("ID", "Description", "Division"),
            [(20, "Verkoopboeking", SHOP), (40, "Geldstroom", SHOP)],
        ),
        Table(
            "SyncDeleted",
            ("Timestamp", "ID", "EntityKey", "EntityType", "DeletedBy", "DeletedDate", "Division"),
            [(90000, guid(0xD0), guid(0xD1), 2, ANNA, ms("2026-06-01T11:00"), SHOP)],
        ),
    ]


class Caller:
    """Calls the API as a client would and reads the JSON."""

    def __init__(self, exact: ExactOnline) -> None:
        self.exact = exact

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> Response:
        headers = {**JSON, **options.pop("headers", {})}
        if not path.startswith("/"):
            path = f"/api/v1/{SHOP}/{path}"
        query = {f"${name}" if name in OPTIONS else name: str(v) for name, v in options.items()}
        data = None if body is None else json.dumps(body)
        builder = EnvironBuilder(
            path,
            method=method,
            headers=headers,
            data=data,
            **({"query_string": query} if query else {}),
        )
        return self.exact(Request(builder.get_environ()))

    def get(self, path: str, **options: Any) -> Any:
        response = self.call("GET", path, **options)
        assert response.status_code == 200, response.get_data(as_text=True)
        return json.loads(response.get_data(as_text=True))["d"]

    def error(self, method: str, path: str, body: Any = None, **options: Any) -> tuple[int, str]:
        response = self.call(method, path, body, **options)
        return response.status_code, json.loads(response.get_data(as_text=True))["error"][
            "message"
        ]["value"]

    def rows(self, path: str, **options: Any) -> list[dict[str, Any]]:
        """All records of all pages."""
        found, pages = [], 0
        body = self.get(path, **options)
        while True:
            if isinstance(body, list):
                return body
            found += body["results"]
            pages += 1
            assert pages < 1000
            if "__next" not in body:
                return found
            address = urlsplit(body["__next"])
            assert f"{address.scheme}://{address.netloc}" == "https://start.exactonline.nl"
            body = self.get(address.path, **dict(parse_qsl(address.query)))


OPTIONS = ["select", "filter", "orderby", "top", "skip", "expand", "inlinecount", "skiptoken"]


@pytest.fixture(scope="module")
def shared() -> Store:
    return Store.build(company())


@pytest.fixture(scope="module")
def api(shared: Store) -> Caller:
    """For reading only."""
    return Caller(ExactOnline(shared))


@pytest.fixture
def fresh() -> Caller:
    """A company of its own, to write in."""
    return Caller(ExactOnline(Store.build(company())))
