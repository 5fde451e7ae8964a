"""The entities of Exact Online: fields, types, methods and paths, read from ``entities.json``."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path

#: the one thing that the sandbox shares with the client: a data file
FILE = Path(__file__).parents[2] / "exact" / "entities.json"

#: name of the namespace in ``__metadata.type`` where it is not the service in upper camel case
NAMESPACES = {
    "crm": "CRM",
    "hrm": "HRM",
    "vat": "VAT",
    "current": "System",
    "read": "Financial",
    "financialtransaction": "Financial",
    "generaljournalentry": "GeneralJournalEntry",
    "purchaseentry": "PurchaseEntry",
    "salesentry": "SalesEntry",
    "salesinvoice": "SalesInvoice",
    "salesorder": "SalesOrder",
    "openingbalance": "OpeningBalance",
}


@dataclass(frozen=True)
class Field:
    """One property of an entity, with its EDM type and what may be done with it."""

    name: str
    type: str
    flags: frozenset[str] = frozenset()

    @property
    def scalar(self) -> bool:
        """True unless it holds records (a collection or a complex value)."""
        return "(" not in self.type

    @property
    def collection(self) -> str | None:
        """Type of the records that it holds, None when it holds a value."""
        return self.type[11:-1] if self.type.startswith("Collection(") else None


@dataclass(frozen=True, eq=False)
class Entity:
    """One resource: where it is, what can be done there, and which fields it has."""

    name: str
    resource: str
    methods: frozenset[str]
    key: tuple[str, ...]
    page: int
    bulk: str | None
    sync: str | None
    fields: Mapping[str, Field] = field(repr=False)

    @cached_property
    def scalars(self) -> dict[str, Field]:
        """The fields that hold a value, in the order of the reference."""
        return {name: f for name, f in self.fields.items() if f.scalar}

    @cached_property
    def type(self) -> str:
        """Name of its type as ``__metadata`` gives it."""
        service = self.resource.split("/")[0]
        space = NAMESPACES.get(service, service.capitalize())
        return f"Exact.Web.Api.Models.{space}.{singular(self.resource.split('/')[-1])}"


def singular(name: str) -> str:
    """One of what the name says: ``SalesEntries`` → ``SalesEntry``."""
    return re.sub("ies$", "y", name) if name.endswith("ies") else re.sub("s$", "", name)


@lru_cache(maxsize=1)
def entities() -> dict[str, Entity]:
    """Every entity by name; the four opening balances share one field table."""
    found = {}
    for name, raw in json.loads(FILE.read_text(encoding="utf-8")).items():
        fields = {}
        for column, text in raw["fields"].items():
            kind, *flags = text.split()
            fields[column] = Field(column, kind, frozenset(flags))
        found[name] = Entity(
            name=name,
            resource=raw["resource"],
            methods=frozenset(raw["methods"].split()),
            key=tuple(raw["key"]),
            page=raw["page"],
            bulk=raw.get("bulk"),
            sync=None if name == "SalesInvoices" else raw.get("sync"),  # see _merged
            fields=fields,
        )
    after = found["OpeningBalanceCurrentYearAfterEntry"]
    for year in ("CurrentYear", "PreviousYear"):
        for status in ("AfterEntry", "Processed"):
            name, resource = f"OpeningBalance{year}{status}", f"openingbalance/{year}/{status}"
            found[name] = replace(after, name=name, resource=resource)
    return found | {"SyncSalesInvoices": _merged(found)}


def _merged(found: Mapping[str, Entity]) -> Entity:
    """The sync resource of sales invoices: header and line in one row."""
    header, line = found["SalesInvoices"], found["SalesInvoiceLines"]
    return replace(
        line,
        name="SyncSalesInvoices",
        resource="sync/SalesInvoice/SalesInvoices",
        methods=frozenset({"GET"}),
        bulk=None,
        sync="sync/SalesInvoice/SalesInvoices",
        fields={**line.scalars, **header.scalars},
    )
