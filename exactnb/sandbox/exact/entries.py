"""Entries as they are asked for: made, and while they are open changed and booked anew."""

from __future__ import annotations

from exactnb.sandbox.exact.entities import Entity, entities
from exactnb.sandbox.exact.incoming import Record
from exactnb.sandbox.exact.messages import Refusal
from exactnb.sandbox.exact.posting import KINDS, Poster
from exactnb.sandbox.exact.rows import Rows, Values

#: entity of lines → the entity of their entry
ENTRIES = {kind.lines: name for name, kind in KINDS.items()}
TERMS = ("Receivables", "Payments")


class Entries:
    """Sales, purchase, bank and general journal entries."""

    def __init__(self, rows: Rows, today: int) -> None:
        self.rows = rows
        self.poster = Poster(rows, today)

    def post(self, entity: Entity, record: Record) -> str:
        """Book a new entry; its key."""
        return self.poster.post(entity.name, record.values, record.lines)

    def put(self, entity: Entity, key: str, record: Record) -> None:
        """Book an entry anew with what the record names; its lines are added."""
        header, lines = self.open(entity.name, key)
        self.poster.post(entity.name, {**header, **record.values}, [*lines, *record.lines])

    def delete(self, entity: Entity, key: str) -> None:
        """Take an entry out of the books."""
        self.open(entity.name, key)
        self.poster.remove(key)

    def open(self, entity: str, key: str) -> tuple[Values, list[Values]]:
        """Header and lines of an entry that may be changed, as they were entered."""
        kind = KINDS[entity]
        header = self.read(entity, "EntryID", key)[0]
        if header["Status"] == 50:
            raise Refusal(500, "processed")
        sql = "SELECT 1 FROM main.SalesInvoices WHERE Status = 50 AND InvoiceNumber = ?"
        if kind.party and self.rows.first(sql, header["EntryNumber"]):
            raise Refusal(500, ("in_use", "SalesInvoices"))
        lines = self.read(kind.lines, "EntryID", key)
        for line in lines:
            code = self.rows.by_code("VATCodes", line["VATCode"]) if line.get("VATCode") else None
            if code and code["Type"] == "I":  # the VAT was in the amount
                line["AmountFC"] = round(line["AmountFC"] + (line.get("VATAmountFC") or 0), 2)
        return header, lines

    def read(self, entity: str, field: str, key: str) -> list[Values]:
        """Records of an entity with this value, in the order of their lines."""
        order = " ORDER BY LineNumber" if "LineNumber" in entities()[entity].fields else ""
        return self.rows.all(f'SELECT * FROM temp."{entity}" WHERE "{field}" = ?{order}', key)


class EntryLines:
    """Single lines of entries: with each change the entry is booked anew."""

    def __init__(self, entries: Entries) -> None:
        self.entries = entries

    def post(self, entity: Entity, record: Record) -> str:
        """Add a line to the entry that it names; the line's key."""
        name, key = ENTRIES[entity.name], record.needed("EntryID")
        if not self.entries.read(name, "EntryID", key):
            raise Refusal(400, ("reference", "EntryID"))
        header, lines = self.entries.open(name, key)
        header.pop("ClosingBalanceFC", None)
        self.entries.poster.post(name, header, [*lines, record.values])
        return str(self.entries.read(entity.name, "EntryID", key)[-1]["ID"])

    def put(self, entity: Entity, key: str, record: Record) -> None:
        """Change a line; its VAT is reckoned again when the amount or code is another."""
        values = dict(record.values)
        if values.keys() & {"AmountFC", "VATCode"}:
            values.setdefault("VATAmountFC", None)
        self._book(entity, key, values)

    def delete(self, entity: Entity, key: str) -> None:
        """Take a line out; an entry keeps at least one."""
        self._book(entity, key, None)

    def _book(self, entity: Entity, key: str, values: Values | None) -> None:
        name = ENTRIES[entity.name]
        entry = self.entries.read(entity.name, "ID", key)[0]["EntryID"]
        header, lines = self.entries.open(name, entry)
        changed = [{**x, **(values or {})} if x["ID"] == key else x for x in lines]
        if values is None:
            changed = [line for line in lines if line["ID"] != key]
        if not changed:
            raise Refusal(400, ("mandatory", entity.name))
        self.entries.poster.post(name, header, changed)


class Terms:
    """Terms of payment: lines of the ledger, of which little can be changed."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows

    def post(self, entity: Entity, record: Record) -> str:
        """Terms come with invoices and cannot be made."""
        raise Refusal(405, f"Method POST is not allowed for {entity.resource}.")

    def put(self, entity: Entity, key: str, record: Record) -> None:
        """Change the description, the reference or the way of payment."""
        self.rows.update("TransactionLines", key, record.values)
        if "PaymentMethod" in record.values:
            extras = self.rows.all("SELECT * FROM main.LineExtras WHERE ID = ?", key)
            self.rows.remove("LineExtras", key)
            method = {"ID": key, "PaymentMethod": record.values["PaymentMethod"]}
            self.rows.insert("LineExtras", {**(extras[0] if extras else {}), **method})

    def delete(self, entity: Entity, key: str) -> None:
        """Terms go with their invoices and cannot be deleted."""
        raise Refusal(405, f"Method DELETE is not allowed for {entity.resource}.")
