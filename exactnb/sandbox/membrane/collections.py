"""Data collections: the option lists that ``referenceCollection`` in a schema points at."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from exactnb.sandbox.exact.entities import entities
from exactnb.sandbox.membrane.call import Call, Route, text_field
from exactnb.sandbox.membrane.connections import Connections
from exactnb.sandbox.membrane.dialects import record
from exactnb.sandbox.membrane.names import camel, contains, literal
from exactnb.sandbox.membrane.problems import bad_request, not_found
from exactnb.sandbox.membrane.state import Connection
from exactnb.sandbox.membrane.upstream import Upstream, check


@dataclass(frozen=True)
class Collection:
    """Records of an entity that can be chosen by a value, often a code."""

    name: str
    entity: str
    fields: str
    """Fields that a record brings: first the one that names it."""
    value: str = "ID"
    """Field whose value is chosen."""
    searched: tuple[str, ...] = ("Description", "Code")
    """Fields in which a text is searched for."""
    only: str = ""
    """Condition that all of its records meet."""
    parameters: tuple[str, ...] = ()
    """Fields by which a caller may narrow it down."""

    @property
    def label(self) -> str:
        """The field that names a record."""
        return self.fields.split()[0]

    @property
    def coded(self) -> bool:
        """Whether people know its records by a code: those are shown with it, and sorted by it."""
        return self.entity not in ("Accounts", "Contacts")


_ACCOUNT = "Name Code City Country Email Status IsSupplier PaymentConditionSales SalesVATCode"
_JOURNAL = "Description Code Type Currency"

COLLECTIONS = {
    "accounts": Collection("Accounts", "Accounts", _ACCOUNT, searched=("Name", "Code")),
    "customers": Collection(
        "Customers", "Accounts", _ACCOUNT, searched=("Name", "Code"), only="Status eq 'C'"
    ),
    "suppliers": Collection(
        "Suppliers", "Accounts", _ACCOUNT, searched=("Name", "Code"), only="IsSupplier eq true"
    ),
    "contacts": Collection(
        "Contacts",
        "Contacts",
        "FullName Account AccountName JobTitleDescription BusinessEmail",
        searched=("FullName", "AccountName"),
        parameters=("Account",),
    ),
    "items": Collection(
        "Items",
        "Items",
        "Description Code Unit ItemGroupDescription StandardSalesPrice IsSalesItem",
    ),
    "journals": Collection("Journals", "Journals", _JOURNAL, value="Code"),
    "sales-journals": Collection(
        "Sales journals", "Journals", _JOURNAL, value="Code", only="Type eq 20"
    ),
    "gl-accounts": Collection(
        "Ledger accounts",
        "GLAccounts",
        "Description Code Type BalanceType BalanceSide",
        parameters=("Type", "BalanceType"),
    ),
    "vat-codes": Collection(
        "VAT codes", "VATCodes", "Description Code Percentage Type", value="Code"
    ),
    "payment-conditions": Collection(
        "Payment conditions", "PaymentConditions", "Description Code PaymentDays", value="Code"
    ),
    "projects": Collection("Projects", "Projects", "Description Code"),
    "divisions": Collection(
        "Divisions",
        "SystemDivisions",
        "Description Code Status",
        value="Code",
        searched=("Description",),  # the code is a number
    ),
}


class Collections:
    """Option lists over Exact Online's own resources."""

    def __init__(self, connections: Connections, upstream: Upstream) -> None:
        self._connections = connections
        self._upstream = upstream

    def routes(self) -> list[Route]:
        """The paths that are answered here."""
        one = "/connections/<selector>/data/<key>"
        return [
            ("GET", "/connections/<selector>/data", self.all),
            ("GET", one, self.spec),
            ("POST", f"{one}/list", self.find_all),
            ("POST", f"{one}/search", self.search),
            ("POST", f"{one}/find-by-id", self.find_by_id),
        ]

    def all(self, call: Call, selector: str) -> list[dict[str, Any]]:
        """The collections that there are."""
        self._connections.ready(call, selector)
        return [{"key": key, "name": each.name} for key, each in COLLECTIONS.items()]

    def spec(self, call: Call, selector: str, key: str) -> dict[str, Any]:
        """What a collection holds and can do."""
        self._connections.ready(call, selector)
        collection = _collection(key)
        names = collection.fields.split()
        parameters: dict[str, Any] = {
            camel(name): {"title": name, "type": "string"} for name in collection.parameters
        }
        parameters["division"] = {"title": "Division", "type": "integer"}
        return {
            "type": "collection",
            "key": key,
            "name": collection.name,
            "parametersSchema": {"type": "object", "properties": parameters},
            "fieldsSchema": {
                "type": "object",
                "properties": {name: {"title": name} for name in names},
            },
            "list": {"filterFields": names},
            "search": {},
            "findById": {},
        }

    def find_all(self, call: Call, selector: str, key: str) -> dict[str, Any]:
        """One page of a collection: ``{records, cursor?}``."""
        body = call.fields(("filter", "cursor", "parameters"))
        collection = _collection(key)
        names = {name.lower(): name for name in entities()[collection.entity].fields}
        conditions = []
        for name, value in (body.get("filter") or {}).items():
            field = names.get(name.lower())
            if field is None:
                raise bad_request(f"{collection.name} have no field '{name}'", field=name)
            conditions.append(f"{field} eq {literal(collection.entity, field, value)}")
        return self._page(call, selector, collection, conditions, body)

    def search(self, call: Call, selector: str, key: str) -> dict[str, Any]:
        """One page of what a text finds in a collection."""
        body = call.fields(("query", "cursor", "parameters"))
        text = text_field(body, "query", required=True) or ""
        collection = _collection(key)
        return self._page(call, selector, collection, [contains(text, collection.searched)], body)

    def find_by_id(self, call: Call, selector: str, key: str) -> dict[str, Any]:
        """The record with this value: ``{record}``."""
        body = call.fields(("id", "parameters", "udm"))
        id = text_field(body, "id", required=True) or ""
        collection = _collection(key)
        kind = entities()[collection.entity].fields[collection.value].type
        # codes are padded
        field = f"trim({collection.value})" if kind == "String" else collection.value
        condition = f"{field} eq {literal(collection.entity, collection.value, id)}"
        found = self._page(call, selector, collection, [condition], body)["records"]
        if not found:
            raise not_found(collection.name, id)
        return {"record": found[0]}

    def _page(
        self,
        call: Call,
        selector: str,
        collection: Collection,
        conditions: list[str],
        body: Mapping[str, Any],
    ) -> dict[str, Any]:
        connection = self._connections.ready(call, selector)
        parameters = {**call.request.args, **(body.get("parameters") or {})}
        conditions = [*filter(None, (collection.only,)), *conditions]
        for name in collection.parameters:
            value = parameters.get(camel(name))
            if value:
                conditions.append(f"{name} eq {literal(collection.entity, name, value)}")
        key = entities()[collection.entity].key[0]
        select = dict.fromkeys((key, *collection.fields.split(), "Created", "Modified"))
        order = "Code" if collection.coded else collection.label
        query = {"$orderby": order, "$select": ",".join(select)}
        if conditions:
            query["$filter"] = " and ".join(conditions)
        if body.get("cursor"):
            query["$skip"] = text_field(body, "cursor", required=True) or "0"
        found = self._read(connection, collection, query, parameters.get("division"))
        rows = found if isinstance(found, list) else found["results"]
        records = [record(row, collection.value, _label(row, collection)) for row in rows]
        more = isinstance(found, dict) and "__next" in found
        start = int(query.get("$skip", "0"))
        return {"records": records, **({"cursor": str(start + len(rows))} if more else {})}

    def _read(
        self,
        connection: Connection,
        collection: Collection,
        query: Mapping[str, str],
        division: str | None,
    ) -> Any:
        resource = entities()[collection.entity].resource
        path = f"/api/v1/{division or self._upstream.division(connection)}/{resource}"
        return json.loads(check(self._upstream.send(connection, "GET", path, query=query)))["d"]


def _collection(key: str) -> Collection:
    if key not in COLLECTIONS:
        raise not_found("Data collection", key)
    return COLLECTIONS[key]


def _label(row: Mapping[str, Any], collection: Collection) -> str:
    name = str(row.get(collection.label) or "").strip()
    code = str(row.get("Code") or "").strip()
    return f"{code} {name}".strip() if collection.coded else name
