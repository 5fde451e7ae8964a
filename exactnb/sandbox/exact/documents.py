"""Orders and invoices: documents with lines, priced, added up, and printed into the books."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from exactnb.sandbox.exact.entities import Entity
from exactnb.sandbox.exact.incoming import Record
from exactnb.sandbox.exact.messages import Refusal
from exactnb.sandbox.exact.posting import Poster
from exactnb.sandbox.exact.rows import Rows, Values
from exactnb.sandbox.exact.trade import cents, due, vat

PROCESSED = 50


@dataclass(frozen=True)
class Kind:
    """A resource of documents: its lines, and the field of a line that points to its document."""

    lines: str
    back: str
    key: str
    party: str
    names: Mapping[str, str]
    """Total (net, tax, all; in own and document currency) → field of the header."""


TOTALS = {"AmountDC": "all", "AmountFC": "all", "AmountFCExclVat": "net"}
KINDS: Mapping[str, Kind] = {
    "SalesInvoices": Kind(
        "SalesInvoiceLines",
        "InvoiceID",
        "InvoiceID",
        "OrderedBy",
        {**TOTALS, "VATAmountDC": "tax", "VATAmountFC": "tax"},
    ),
    "SalesOrders": Kind("SalesOrderLines", "OrderID", "OrderID", "OrderedBy", TOTALS),
    "PurchaseInvoices": Kind(
        "PurchaseInvoiceLines",
        "InvoiceID",
        "ID",
        "Supplier",
        {"Amount": "all", "AmountDC": "all", "AmountFCExclVat": "net", "VATAmount": "tax"},
    ),
}


#: entity of lines → the entity of their document
DOCUMENTS = {kind.lines: name for name, kind in KINDS.items()}


class Documents:
    """Makes and changes the documents of one administration."""

    def __init__(self, rows: Rows, today: int) -> None:
        self.rows = rows
        self.today = today

    def post(self, entity: Entity, record: Record) -> str:
        """Add a document with its lines; its key."""
        kind, header = KINDS[entity.name], record.values
        account = self.rows.get("Accounts", header[kind.party]) or {}
        header = {**self._defaults(entity.name, header, account), **_given(header)}
        key = str(self.rows.insert(entity.name, header))
        for line in record.lines:
            self.add_line(entity.name, key, line, add_up=False)
        self.add_up(entity.name, key)
        return key

    def put(self, entity: Entity, key: str, record: Record) -> None:
        """Change the header of a document; lines in the record are added."""
        self.changeable(entity.name, key)
        self.rows.update(entity.name, key, record.values)
        for line in record.lines:
            self.add_line(entity.name, key, line, add_up=False)
        self.add_up(entity.name, key)

    def delete(self, entity: Entity, key: str) -> None:
        """Delete a document with its lines."""
        kind = KINDS[entity.name]
        self.changeable(entity.name, key)
        for line in self._lines(kind, key):
            self.rows.remove(kind.lines, line["ID"])
        self.rows.remove(entity.name, key)

    def add_line(self, entity: str, key: str, line: Values, *, add_up: bool = True) -> str:
        """Add one line to a document; the line's key."""
        kind, header = KINDS[entity], self.changeable(entity, key)
        last = f"SELECT max(LineNumber) AS Last FROM main.{kind.lines} WHERE {kind.back} = ?"
        number = (self.rows.all(last, key)[0]["Last"] or 0) + 1
        priced = self._priced(entity, header, _given(line))
        made = self.rows.insert(kind.lines, {**priced, kind.back: key, "LineNumber": number})
        if add_up:
            self.add_up(entity, key)
        return str(made)

    def change_line(self, entity: str, line: str, values: Values) -> None:
        """Change one line, price it anew and add its document up."""
        kind = KINDS[entity]
        before = self.rows.get(kind.lines, line) or {}
        header = self.changeable(entity, before[kind.back])
        if values.keys() & {"Quantity", "NetPrice", "UnitPrice", "Discount", "VATCode", "Item"}:
            worked_out = {"AmountDC", "AmountFC", "Amount", "VATAmountFC", "VATAmount"}
            worked_out |= {"NetPrice"} if values.keys() & {"UnitPrice", "Discount"} else set()
            before = {n: v for n, v in before.items() if n not in worked_out}
        self.rows.update(kind.lines, line, self._priced(entity, header, {**before, **values}))
        self.add_up(entity, before[kind.back])

    def remove_line(self, entity: str, line: str) -> None:
        """Delete one line and add its document up."""
        kind = KINDS[entity]
        document = (self.rows.get(kind.lines, line) or {})[kind.back]
        self.changeable(entity, document)
        self.rows.remove(kind.lines, line)
        self.add_up(entity, document)

    def changeable(self, entity: str, key: str) -> Values:
        """The header of a document that may still be changed."""
        header = self.rows.get(entity, key)
        if header is None:
            raise Refusal(400, ("reference", KINDS[entity].back))
        if header["Status"] == PROCESSED:
            raise Refusal(500, "processed")
        return header

    def add_up(self, entity: str, key: str) -> None:
        """Put the totals of the lines in the header."""
        kind = KINDS[entity]
        lines = self._lines(kind, key)
        tax = "VATAmountFC" if entity == "SalesInvoices" else "VATAmount"
        amount = "Amount" if entity == "PurchaseInvoices" else "AmountFC"
        net = sum(cents(line[amount]) for line in lines)
        taxed = sum(cents(line[tax]) for line in lines)
        totals = {"net": net / 100, "tax": taxed / 100, "all": (net + taxed) / 100}
        self.rows.update(entity, key, {n: totals[which] for n, which in kind.names.items()})

    def print(self, body: Values) -> Values:
        """Process an invoice: it gets its number, and its sales entry is booked."""
        key = body.get("InvoiceID")
        invoice = self.rows.get("SalesInvoices", key) if key else None
        if invoice is None:
            raise Refusal(400, ("reference" if key else "mandatory", "InvoiceID"))
        if invoice["Status"] == PROCESSED:
            raise Refusal(500, "printed")
        when = body.get("InvoiceDate") or invoice["InvoiceDate"] or self.today
        lines = self._lines(KINDS["SalesInvoices"], invoice["InvoiceID"])
        if not lines:
            raise Refusal(500, ("mandatory", "SalesInvoiceLines"))
        shared = [
            "Currency",
            "Description",
            "Journal",
            "OrderNumber",
            "PaymentCondition",
            "PaymentReference",
            "YourRef",
        ]
        header: Values = {name: invoice[name] for name in shared}
        header |= {
            "Customer": invoice["InvoiceTo"],
            "EntryDate": when,
            "DueDate": invoice["DueDate"],
        }
        header |= {n: body[n] for n in ("ReportingYear", "ReportingPeriod") if body.get(n)}
        entry = Poster(self.rows, self.today).post(
            "SalesEntries", header, [self._entry_line(line) for line in lines]
        )
        number = (self.rows.get("Transactions", entry) or {})["EntryNumber"]
        sql = "SELECT DueDate FROM main.TransactionLines WHERE EntryID = ? AND LineNumber = 0"
        self.rows.update(
            "SalesInvoices",
            invoice["InvoiceID"],
            {
                "Status": PROCESSED,
                "InvoiceNumber": number,
                "InvoiceDate": when,
                "DueDate": self.rows.all(sql, entry)[0]["DueDate"],
            },
        )
        return {"InvoiceID": invoice["InvoiceID"], "InvoiceDate": when}

    def _lines(self, kind: Kind, key: str) -> list[Values]:
        sql = f"SELECT * FROM main.{kind.lines} WHERE {kind.back} = ? ORDER BY LineNumber"
        return self.rows.all(sql, key)

    def _defaults(self, entity: str, header: Values, account: Values) -> Values:
        """What a document says where its maker did not."""
        sold = entity != "PurchaseInvoices"
        condition = "PaymentConditionSales" if sold else "PaymentConditionPurchase"
        terms = header.get("PaymentCondition") or account.get(condition)
        defaults: Values = {"Currency": "EUR", "PaymentCondition": terms, "Status": 20}
        if sold:
            party = header["OrderedBy"]
            defaults |= {"DeliverTo": party, "OrderDate": self.today}
            defaults |= {"InvoiceTo": account.get("InvoiceAccount") or party}
        if entity == "SalesInvoices":
            journal = self.rows.first("SELECT Code FROM main.Journals WHERE Type = 20") or {}
            defaults |= {"Journal": journal.get("Code"), "Type": 8020}
        elif entity == "SalesOrders":
            sql = "SELECT max(OrderNumber) AS Last FROM main.SalesOrders WHERE Division = ?"
            last = self.rows.all(sql, self.rows.division)[0]["Last"] or 0
            defaults |= {"OrderNumber": last + 1, "ApprovalStatus": 1}
            defaults |= {"Status": 12, "DeliveryStatus": 12, "InvoiceStatus": 12}
        else:
            when = header.get("InvoiceDate") or self.today
            defaults |= {"InvoiceDate": when, "DueDate": due(self.rows, when, terms), "Source": 5}
        return defaults

    def _priced(self, entity: str, header: Values, line: Values) -> Values:
        """A line with price, VAT and amounts filled in: from the item, then from the party."""
        kind = KINDS[entity]
        item = self.rows.get("Items", line.get("Item") or "") or {}
        group = self.rows.get("ItemGroups", item.get("ItemGroup") or "") or {}
        account = self.rows.get("Accounts", header[kind.party]) or {}
        sold = entity != "PurchaseInvoices"
        total = "AmountFC" if sold else "Amount"
        quantity: float = 1 if line.get("Quantity") is None else line["Quantity"]
        unit = line.get("UnitPrice")
        if unit is None:
            unit = item.get("StandardSalesPrice" if sold else "CostPriceStandard") or 0
        price = line.get("NetPrice")
        if price is None and line.get(total) is not None:
            price = line[total] / quantity if quantity else 0
        if price is None:
            price = round(unit * (1 - (line.get("Discount") or 0)), 6)
        by_party = account.get("SalesVATCode" if sold else "PurchaseVATCode")
        code = vat(self.rows, line.get("VATCode") or by_party or item.get("SalesVatCode"))
        net, tax = code.split(cents(quantity * price))
        if line.get(total) is not None:
            net = cents(line[total])
            tax = cents(net / 100 * code.rate) if code.kind in ("E", "I") else 0
        filled = {
            "Description": item.get("Description"),
            "GLAccount": item.get("GLRevenue") or group.get("GLRevenue"),
            "UnitCode": item.get("Unit"),
            **line,
            "Quantity": quantity,
            "UnitPrice": unit,
            "NetPrice": price,
            "VATCode": code.code,
            "VATPercentage": code.rate,
            total: net / 100,
            "AmountDC": net / 100,
            "VATAmount": tax / 100,
            "VATAmountDC": tax / 100,
            "VATAmountFC": tax / 100,
        }
        if entity == "SalesOrders":
            filled |= {n: line.get(n) or 0 for n in ("QuantityDelivered", "QuantityInvoiced")}
            filled |= {n: line.get(n) or 12 for n in ("DeliveryStatus", "InvoiceStatus")}
            filled["OrderStatus"] = line.get("OrderStatus") or 12
        return filled

    def _entry_line(self, line: Values) -> Values:
        """A line of an invoice as a line of its sales entry."""
        if line["GLAccount"] is None:
            raise Refusal(500, ("mandatory", "GLAccount"))
        shared = [
            "AmountFC",
            "CostCenter",
            "CostUnit",
            "Description",
            "GLAccount",
            "Item",
            "Notes",
            "Project",
            "Quantity",
            "VATAmountFC",
            "VATCode",
        ]
        values = {name: line[name] for name in shared}
        if vat(self.rows, line["VATCode"]).kind == "I":
            values["AmountFC"] = (cents(line["AmountFC"]) + cents(line["VATAmountFC"])) / 100
        return values


class DocumentLines:
    """Single lines of documents: with each change the document is added up."""

    def __init__(self, documents: Documents) -> None:
        self.documents = documents

    def post(self, entity: Entity, record: Record) -> str:
        """Add a line to the document that it names; the line's key."""
        document = DOCUMENTS[entity.name]
        return self.documents.add_line(document, record.needed(KINDS[document].back), record.values)

    def put(self, entity: Entity, key: str, record: Record) -> None:
        """Change a line, and price it anew."""
        self.documents.change_line(DOCUMENTS[entity.name], key, record.values)

    def delete(self, entity: Entity, key: str) -> None:
        """Take a line out."""
        self.documents.remove_line(DOCUMENTS[entity.name], key)


def _given(values: Values) -> Values:
    return {name: value for name, value in values.items() if value is not None}
