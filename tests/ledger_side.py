"""Administrations in a store: the demo company's, read through its API, and small made-up ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pandas as pd
import pyarrow as pa
from small_company import Caller

from exactnb.exact.entities import Entity, by_resource
from exactnb.frames import read_page
from exactnb.frames.arrow import TYPES, to_arrow
from exactnb.frames.columns import kind_of
from exactnb.ledger import ledger_frame
from exactnb.sandbox.exact import ExactOnline
from exactnb.store import Shape, Store

Tables = dict[str, pa.Table]

RESOURCES = {
    "lines": ("sync/Financial/TransactionLines", {"filter": "Timestamp gt 1L"}),
    "gl_accounts": ("bulk/Financial/GLAccounts", {}),
    "journals": ("financial/Journals", {}),
    "accounts": ("bulk/CRM/Accounts", {}),
    "items": ("bulk/Logistics/Items", {"select": "ID,Code,Description"}),
    "receivables": ("read/financial/ReceivablesList", {}),
    "payables": ("read/financial/PayablesList", {}),
}
SHAPES = {
    "lines": Shape(("id",), ("date", "entry_number", "line_number", "id")),
    "journals": Shape(("id",)),
    "receivables": Shape(("hid",)),
    "payables": Shape(("hid",)),
    "division": Shape(("code",)),
}


def read(api: Caller, resource: str, options: Mapping[str, str]) -> pa.Table:
    """All records of a resource, page by page, as its columns are stored."""
    entity = by_resource(resource)
    path, query = resource, dict(options)
    if resource.startswith(("bulk/", "sync/")) and "select" not in query:
        query["select"] = ",".join(name for name in entity.values if name != "Timestamp")
    pages = [empty(entity)]
    for _ in range(5_000):
        raw = api.call("GET", path, **query).get_data()
        page = read_page(raw, entity)
        flat = {name: c for name, c in page.columns.items() if c.kind != "nested"}
        pages.append(pa.table({name: to_arrow(column) for name, column in flat.items()}))
        shell = json.loads(raw)["d"]
        if not isinstance(shell, dict) or "__next" not in shell:
            return pa.concat_tables(pages, promote_options="permissive")
        address = urlsplit(shell["__next"])
        path, query = address.path, {n.lstrip("$"): v for n, v in parse_qsl(address.query)}
    raise AssertionError("the pages do not end")


def empty(entity: Entity) -> pa.Table:
    """No records, in the types that they would have."""
    flat = [field for field in entity.fields.values() if field.nested is None]
    return pa.schema([(field.column, TYPES[kind_of(field)]) for field in flat]).empty_table()


def read_company(exact: ExactOnline, division: int) -> Tables:
    """The tables that a ledger is made of."""
    api = Caller(exact, division)
    tables = {name: read(api, *asked) for name, asked in RESOURCES.items()}
    divisions = read(api, "hrm/Divisions", {"filter": f"Code eq {division}"})
    tables["division"] = divisions.select(["code", "description", "currency"])
    return tables


def stored(folder: Path, tables: Mapping[str, pa.Table]) -> Store:
    """A store that holds these tables."""
    store = Store(folder)
    with store.writing() as writer:
        for name, table in tables.items():
            shape = SHAPES.get(name, Shape(("id",)))
            writer.keep(name, table, shape)
            writer.stage(name, shape, whole=True)
        writer.commit()
    return store


class Administration:
    """One division of a company: its API, what was read of it, the store and the ledger."""

    def __init__(self, exact: ExactOnline, division: int, folder: Path) -> None:
        self.division = division
        self.api = Caller(exact, division)
        self.tables = read_company(exact, division)
        self.store = stored(folder, self.tables)

    def frame(self, resource: str, **options: str) -> pd.DataFrame:
        """All records of a resource, as pandas has them."""
        return read(self.api, resource, options).to_pandas()

    @cached_property
    def ledger(self) -> pd.DataFrame:
        return ledger_frame(self.store)
