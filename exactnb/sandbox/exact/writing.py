"""POST, PUT and DELETE: plain records here, documents and entries by their own modules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from exactnb.sandbox.exact import documents, posting, tables
from exactnb.sandbox.exact.documents import Documents
from exactnb.sandbox.exact.entities import Entity, entities
from exactnb.sandbox.exact.incoming import Record, read
from exactnb.sandbox.exact.messages import Refusal
from exactnb.sandbox.exact.posting import Poster
from exactnb.sandbox.exact.rows import Rows, Values

if TYPE_CHECKING:
    from exactnb.sandbox.store import Store

#: a POST of these answers with the key alone filled
KEY_ONLY = ("Accounts", "Contacts", "Items")
#: records whose code may be there only once
CODED = ("Accounts", "Items", "GLAccounts", "Journals", "VATCodes", "PaymentConditions", "Projects")

#: entity of lines → the entity of their document or entry
DOCUMENT_LINES = {kind.lines: name for name, kind in documents.KINDS.items()}
ENTRY_LINES = {kind.lines: name for name, kind in posting.KINDS.items()}


def key_only(entity: Entity, record: Mapping[str, Any]) -> Values:
    """The record as a POST answers it: the key, and for the rest null, false or 0."""
    empty = {"Boolean": False, "Double": 0, "Int32": 0, "Int16": 0, "Byte": 0}
    return {
        name: value
        if name in entity.key or name == "__metadata" or isinstance(value, dict)
        else empty.get(entity.fields[name].type)
        for name, value in record.items()
    }


class Writer:
    """Writes in one administration; each call is kept whole or not at all.

    Parameters
    ----------
    store
        The books.
    division
        The administration.
    today
        Midnight of the day that it is, in milliseconds.
    now
        The moment of writing; put later when the books already have a later one.
    """

    def __init__(self, store: Store, division: int, today: int, now: int) -> None:
        self.store = store
        self.today = today
        self.now = now
        self.rows = Rows(store, division)
        self.documents = Documents(self.rows, today)
        self.poster = Poster(self.rows, today)

    def post(self, entity: Entity, body: Mapping[str, Any]) -> Any:
        """Make a record; its key."""
        with self._kept():
            record = read(self.rows, entity, body, new=True)
            lines = self._nested(record)
            if entity.name in documents.KINDS:
                return self.documents.create(entity.name, record.values, lines)
            if entity.name in posting.KINDS:
                return self.poster.post(entity.name, record.values, lines)
            if entity.name in DOCUMENT_LINES:
                document = DOCUMENT_LINES[entity.name]
                key = self._parent(record.values, documents.KINDS[document].back)
                return self.documents.add_line(document, key, record.values)
            if entity.name in ENTRY_LINES:
                return self._entry_line(ENTRY_LINES[entity.name], record.values)
            return self._plain(entity, record)

    def put(self, entity: Entity, key: Any, body: Mapping[str, Any]) -> None:
        """Change what the body names and leave the rest."""
        with self._kept():
            record = read(self.rows, entity, body, new=False)
            values = record.values
            if entity.name in documents.KINDS:
                self._document(entity.name, key, record)
            elif entity.name in DOCUMENT_LINES:
                self.documents.change_line(DOCUMENT_LINES[entity.name], key, values)
            elif entity.name in posting.KINDS:
                header, lines = self._entry(entity.name, key)
                added = self._nested(record)
                self.poster.post(entity.name, {**header, **values}, [*lines, *added])
            elif entity.name in ENTRY_LINES:
                self._change_entry_line(entity.name, key, values)
            elif entity.name in ("Receivables", "Payments"):
                self._cashflow(key, values)
            else:
                self._unique(entity, values, key)
                self.rows.update(entity.name, key, values)

    def delete(self, entity: Entity, key: Any) -> None:
        """Delete a record that nothing refers to."""
        with self._kept():
            if entity.name in documents.KINDS:
                self.documents.remove(entity.name, key)
            elif entity.name in DOCUMENT_LINES:
                self.documents.remove_line(DOCUMENT_LINES[entity.name], key)
            elif entity.name in posting.KINDS:
                self._entry(entity.name, key)
                self.poster.remove(key)
            elif entity.name in ENTRY_LINES:
                self._change_entry_line(entity.name, key, None)
            else:
                self._unused(entity, key)
                for rate in self._rates(entity, key):
                    self.rows.remove("VatPercentages", rate["ID"])
                self.rows.remove(entity.name, key)

    def print(self, body: Mapping[str, Any]) -> Values:
        """Process a sales invoice."""
        with self._kept():
            return self.documents.print(dict(body))

    @contextmanager
    def _kept(self) -> Iterator[None]:
        with self.store.transaction():
            self.rows.now = self.store.moment(self.now)
            yield

    def _nested(self, record: Record) -> list[Values]:
        return [line.values for lines in record.nested.values() for line in lines]

    def _parent(self, values: Values, field: str) -> str:
        if not values.get(field):
            raise Refusal(400, ("mandatory", field))
        return str(values[field])

    def _plain(self, entity: Entity, record: Record) -> Any:
        """A record without lines of its own."""
        values = {**self._defaults(entity, record.values), **record.values}
        self._unique(entity, values, None)
        key = self.rows.insert(entity.name, values)
        for rate in record.nested.get("VATPercentages", []):
            self.rows.insert("VatPercentages", {**rate.values, "VATCodeID": key})
        return key

    def _defaults(self, entity: Entity, values: Values) -> Values:
        if entity.name == "Accounts":
            defaults = {"Status": "A", "Type": "A", "StartDate": self.today}
            if not values.get("Code"):
                values.pop("Code", None)
                sql = """SELECT max(CAST(Code AS INTEGER)) AS Last FROM main.Accounts
                    WHERE Division = ?"""
                last = self.rows.all(sql, self.rows.division)[0]["Last"] or 0
                defaults["Code"] = str(last + 1)
            return defaults
        if entity.name == "Items" and not values.get("ItemGroup"):
            group = self.rows.first("SELECT * FROM main.ItemGroups WHERE 1") or {}
            columns = ("GLRevenue", "GLCosts", "GLStock")
            return {"ItemGroup": group.get("ID"), **{name: group.get(name) for name in columns}}
        if entity.name == "GLAccounts":
            kind = values.get("Type") or 90
            side = "C" if kind in (24, 27, 29, 50, 52, 55, 60, 100, 110, 140) else "D"
            return {"Type": kind, "BalanceType": "W" if kind >= 110 else "B", "BalanceSide": side}
        return {}

    def _unique(self, entity: Entity, values: Values, key: Any) -> None:
        if entity.name in CODED and values.get("Code"):
            found = self.rows.by_code(entity.name, values["Code"])
            if found and found[tables.key(entity.name)] != key:
                raise Refusal(400, ("exists", "Code"))

    def _unused(self, entity: Entity, key: Any) -> None:
        """Refuse to delete what some other record refers to."""
        row = self.rows.get(entity.name, key) or {}
        if entity.name == "SystemDivisions":
            raise Refusal(500, ("in_use", "Division"))
        for table, references in tables.references().items():
            for field, lookup in references.items():
                if lookup.target != entity.name or table == "VatPercentages":
                    continue
                sql = f'SELECT 1 FROM main."{table}" WHERE "{field}" = ?'
                if self.rows.first(sql, row.get(lookup.on)):
                    raise Refusal(500, ("in_use", singular_name(table)))

    def _rates(self, entity: Entity, key: Any) -> list[Values]:
        if entity.name != "VATCodes":
            return []
        return self.rows.all("SELECT ID FROM main.VatPercentages WHERE VATCodeID = ?", key)

    def _document(self, entity: str, key: str, record: Record) -> None:
        """Change the header of a document; lines in the body are added to it."""
        self.documents.changeable(entity, key)
        self.rows.update(entity, key, record.values)
        for line in self._nested(record):
            self.documents.add_line(entity, key, line)
        self.documents.add_up(entity, key)

    def _entry(self, entity: str, key: str) -> tuple[Values, list[Values]]:
        """Header and lines of an entry that may be changed, in the names of the resource."""
        kind = posting.KINDS[entity]
        header = self._read(entity, "EntryID", key)[0]
        lines = self._read(kind.lines, "EntryID", key)
        if header["Status"] == 50:
            raise Refusal(500, "processed")
        sql = "SELECT 1 FROM main.SalesInvoices WHERE Status = 50 AND InvoiceNumber = ?"
        if kind.party and self.rows.first(sql, header["EntryNumber"]):
            raise Refusal(500, ("in_use", "SalesInvoices"))
        for line in lines:
            if vat_included := self._included(line):
                line["AmountFC"] = vat_included
        return header, lines

    def _included(self, line: Values) -> float | None:
        """The amount as it was entered, of a line whose VAT code has the VAT in it."""
        code = self.rows.by_code("VATCodes", line["VATCode"]) if line.get("VATCode") else None
        if not code or code["Type"] != "I":
            return None
        return float(round(line["AmountFC"] + (line.get("VATAmountFC") or 0), 2))

    def _read(self, entity: str, field: str, key: str) -> list[Values]:
        order = " ORDER BY LineNumber" if "LineNumber" in entities()[entity].fields else ""
        return self.rows.all(f'SELECT * FROM temp."{entity}" WHERE "{field}" = ?{order}', key)

    def _entry_line(self, entity: str, values: Values) -> str:
        """Add a line to an entry and book that anew."""
        key = self._parent(values, "EntryID")
        if not self._read(entity, "EntryID", key):
            raise Refusal(400, ("reference", "EntryID"))
        header, lines = self._entry(entity, key)
        header.pop("ClosingBalanceFC", None)
        self.poster.post(entity, header, [*lines, values])
        made = self._read(posting.KINDS[entity].lines, "EntryID", key)
        return str(made[-1]["ID"])

    def _change_entry_line(self, entity: str, line: str, values: Values | None) -> None:
        """Change a line of an entry, or take it out, and book the entry anew."""
        entry = self._read(entity, "ID", line)[0]["EntryID"]
        header, lines = self._entry(ENTRY_LINES[entity], entry)
        changed = []
        for each in lines:
            if each["ID"] != line:
                changed.append(each)
            elif values is not None:
                if values.keys() & {"AmountFC", "VATCode"} and "VATAmountFC" not in values:
                    each["VATAmountFC"] = None
                changed.append({**each, **values})
        if not changed:
            raise Refusal(400, ("mandatory", entity))
        self.poster.post(ENTRY_LINES[entity], header, changed)

    def _cashflow(self, line: str, values: Values) -> None:
        """A term of payment is a line of the ledger."""
        self.rows.update("TransactionLines", line, values)
        if "PaymentMethod" in values:
            extras = self.rows.all("SELECT * FROM main.LineExtras WHERE ID = ?", line)
            self.rows.remove("LineExtras", line)
            kept = extras[0] if extras else {"ID": line}
            self.rows.insert("LineExtras", {**kept, "PaymentMethod": values["PaymentMethod"]})


def singular_name(table: str) -> str:
    """What a refusal calls the record that stands in the way."""
    return entities()[table].type.rsplit(".", 1)[-1]
