"""Records without lines: relations, items, accounts, codes."""

from __future__ import annotations

from typing import Any

from exactnb.sandbox.exact import tables
from exactnb.sandbox.exact.entities import Entity, singular
from exactnb.sandbox.exact.incoming import Record
from exactnb.sandbox.exact.messages import Refusal
from exactnb.sandbox.exact.rows import Rows, Values

#: records whose code may be there only once
CODED = ("Accounts", "Items", "GLAccounts", "Journals", "VATCodes", "PaymentConditions", "Projects")
#: types of ledger accounts that are normally in credit
CREDIT = (14, 21, 22, 24, 25, 27, 29, 35, 50, 52, 55, 60, 100, 110, 140)


class Plain:
    """Makes, changes and deletes records that stand by themselves."""

    def __init__(self, rows: Rows, today: int) -> None:
        self.rows = rows
        self.today = today

    def post(self, entity: Entity, record: Record) -> Any:
        """Add a record, with the rates of a VAT code; its key."""
        values = {**self._defaults(entity, record.values), **record.values}
        self._unique(entity, values, None)
        key = self.rows.insert(entity.name, values)
        for rate in record.nested.get("VATPercentages", []):
            self.rows.insert("VatPercentages", {**rate.values, "VATCodeID": key})
        return key

    def put(self, entity: Entity, key: Any, record: Record) -> None:
        """Change what the record names."""
        self._unique(entity, record.values, key)
        self.rows.update(entity.name, key, record.values)

    def delete(self, entity: Entity, key: Any) -> None:
        """Delete a record that no other refers to."""
        self._unused(entity, key)
        if entity.name == "VATCodes":
            sql = "SELECT ID FROM main.VatPercentages WHERE VATCodeID = ?"
            for rate in self.rows.all(sql, key):
                self.rows.remove("VatPercentages", rate["ID"])
        self.rows.remove(entity.name, key)

    def _defaults(self, entity: Entity, values: Values) -> Values:
        """What a new record says where its maker did not."""
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
            side = "C" if kind in CREDIT else "D"
            return {"Type": kind, "BalanceType": "W" if kind >= 110 else "B", "BalanceSide": side}
        return {}

    def _unique(self, entity: Entity, values: Values, key: Any) -> None:
        if entity.name in CODED and values.get("Code"):
            found = self.rows.by_code(entity.name, values["Code"])
            if found and found[tables.key(entity.name)] != key:
                raise Refusal(400, ("exists", "Code"))

    def _unused(self, entity: Entity, key: Any) -> None:
        if entity.name == "SystemDivisions":
            raise Refusal(500, ("in_use", "Division"))
        row = self.rows.get(entity.name, key) or {}
        for table, references in tables.references().items():
            for field, lookup in references.items():
                if lookup.target != entity.name or table == "VatPercentages":
                    continue
                sql = f'SELECT 1 FROM main."{table}" WHERE "{field}" = ?'
                if self.rows.first(sql, row.get(lookup.on)):
                    raise Refusal(500, ("in_use", singular(table)))
