"""What is stored, and which fields follow from what is stored: one declaration, much SQL.

A *stored* entity is a table in ``main`` with a column for each value that is its own. Fields
that are looked up through a reference (``AccountName`` through ``Account``) or that put a code
in words (``StatusDescription``) are declared here; a view of the entity's name in ``temp`` joins
them. SQLite leaves out the joins that a query does not use.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Any

from exactnb.sandbox.exact.entities import Entity, entities
from exactnb.sandbox.exact.lookups import FORMULAS, LOOKUPS, WORDS, Lookup

#: entities with a table of their own; every other one is a view in views.sql
STORED = (
    "SystemDivisions", "GLAccounts", "Journals", "VATCodes", "VatPercentages",
    "PaymentConditions", "Accounts", "Contacts", "BankAccounts", "Items", "Projects", "SalesOrders",
    "SalesOrderLines", "SalesInvoices", "SalesInvoiceLines", "PurchaseInvoices",
    "PurchaseInvoiceLines", "Transactions", "TransactionLines", "Returns",
    "FinancialPeriods", "GLClassifications", "GLAccountClassificationMappings",
    "GLTransactionTypes", "SyncDeleted",
)  # fmt: skip

#: tables that no entity shows as they are
HIDDEN: Mapping[str, Mapping[str, str]] = {
    "Users": {
        **{name: f.type for name, f in entities()["Me"].scalars.items()},
        "Created": "DateTime",
        "Modified": "DateTime",
        "Creator": "Guid",
        "Modifier": "Guid",
    },
    "ItemGroups": {
        "ID": "Guid",
        "Code": "String",
        "Description": "String",
        "IsDefault": "Byte",
        "GLRevenue": "Guid",
        "GLCosts": "Guid",
        "GLStock": "Guid",
        "GLPurchaseAccount": "Guid",
        "Notes": "String",
        "Created": "DateTime",
        "Modified": "DateTime",
        "Creator": "Guid",
        "Modifier": "Guid",
    },
}

#: what the entry resources hold beyond what a transaction, or its line, has a column for
EXTRAS: Mapping[str, Mapping[str, str]] = {
    "EntryExtras": {
        "EntryID": "Guid",
        "BatchNumber": "Int32",
        "BankStatementDocument": "Guid",
        "GAccountAmountFC": "Double",
        "ProcessNumber": "Int32",
        "Reversal": "Boolean",
        "WithholdingTaxAmountDC": "Double",
        "WithholdingTaxBaseAmount": "Double",
        "WithholdingTaxPercentage": "Double",
    },
    "LineExtras": {
        "ID": "Guid",
        "Expense": "Guid",
        "From": "DateTime",
        "To": "DateTime",
        "IntraStatArea": "String",
        "IntraStatCountry": "String",
        "IntraStatDeliveryTerm": "String",
        "IntraStatTransactionA": "String",
        "IntraStatTransactionB": "String",
        "IntraStatTransportMethod": "String",
        "OurRef": "Int32",
        "PaymentMethod": "String",
        "PrivateUsePercentage": "Double",
        "StatisticalNetWeight": "Double",
        "StatisticalNumber": "String",
        "StatisticalQuantity": "Double",
        "StatisticalValue": "Double",
        "TaxSchedule": "Guid",
        "TrackingNumber": "Guid",
        "VATNonDeductiblePercentage": "Double",
        "WithholdingAmountDC": "Double",
        "WithholdingTax": "String",
    },
}

#: column → printf format of the codes that the service pads
PADDED: Mapping[str, str] = {
    "Country": "%-3s",
    "Language": "%-10s",
    "Legislation": "%-3s",
    "Unit": "%-8s",
    "UnitCode": "%-8s",
    "VATCode": "%-3s",
    "SalesVATCode": "%-3s",
    "SalesVatCode": "%-3s",
    "PurchaseVATCode": "%-3s",
    "VATCodes.Code": "%-3s",
    "Accounts.Code": "%18s",
}

SQL_TYPES = {
    "Guid": "TEXT",
    "String": "TEXT",
    "Binary": "TEXT",
    "Double": "NUMERIC",  # a whole number is kept as an integer, and so it is on the wire
}


#: tables that are looked up by code
CODED = ("Journals", "VATCodes", "PaymentConditions")

INDEXES = (
    "TransactionLines(EntryID)", "TransactionLines(GLAccount)", "TransactionLines(EntryNumber)",
    "TransactionLines(Account)", "Transactions(EntryNumber)", "Transactions(Division, JournalCode)",
    "SalesInvoices(InvoiceNumber)", "SalesInvoiceLines(InvoiceID)", "SalesOrders(OrderNumber)",
    "SalesOrderLines(OrderID)", "PurchaseInvoiceLines(InvoiceID)", "VatPercentages(VATCodeID)",
    "Contacts(Account)", "BankAccounts(Account)",
    *(f"{name}(Division, Timestamp)" for name in STORED if entities()[name].sync),
)  # fmt: skip


@lru_cache(maxsize=1)
def references() -> dict[str, dict[str, Lookup]]:
    """For each stored entity: the fields that point elsewhere, and where to."""
    found: dict[str, dict[str, Lookup]] = {name: {} for name in STORED}
    for lookup in LOOKUPS:
        for name in lookup.within or STORED:
            if lookup.via in entities()[name].fields:
                found[name].setdefault(lookup.via, lookup)
    return found


def reference(entity: str, name: str) -> Lookup | None:
    """Where a field points to, also of an entity that is a view."""
    for lookup in LOOKUPS:
        if lookup.via == name and (not lookup.within or entity in lookup.within):
            return lookup
    return None


@lru_cache(maxsize=1)
def _derived() -> dict[str, dict[str, Lookup]]:
    found: dict[str, dict[str, Lookup]] = {name: {} for name in STORED}
    for lookup in LOOKUPS:
        for name in lookup.within or STORED:
            fields = entities()[name].fields
            for given in lookup.gives if lookup.via in fields else ():
                if given in fields:
                    found[name].setdefault(given, lookup)
    return found


def words(entity: str, name: str) -> tuple[str, str] | None:
    """The field and the list that a description follows from, None when it is stored."""
    source = WORDS.get(f"{entity}.{name}") or WORDS.get(name)
    return source if source and source[0] in entities()[entity].fields else None


@cache
def columns(table: str) -> dict[str, str]:
    """The columns of a stored table with their EDM types."""
    if table in HIDDEN:
        own = dict(HIDDEN[table])
    elif table in EXTRAS:
        return dict(EXTRAS[table])
    else:
        own = {
            name: f.type
            for name, f in entities()[table].scalars.items()
            if name not in _derived()[table] and words(table, name) is None
        }
    return {**own, "Division": "Int32", "Timestamp": "Int64"}


def key(table: str) -> str:
    """Name of the key column of a stored table."""
    if table in entities():
        return entities()[table].key[0]
    return next(iter(HIDDEN.get(table) or EXTRAS[table]))


def padding(table: str, column: str) -> str | None:
    """The printf format of a code that is padded, None for other columns."""
    return PADDED.get(f"{table}.{column}") or (
        PADDED.get(column) if columns(table).get(column) == "String" else None
    )


def padded(table: str, column: str, value: Any) -> Any:
    """The value as it is stored, padded when its column is."""
    width = padding(table, column)
    return width % value if width and value is not None else value


def tables() -> tuple[str, ...]:
    """Every table that is stored."""
    return (*STORED, *HIDDEN, *EXTRAS)


def ddl(table: str) -> str:
    """The CREATE TABLE statement of a stored table."""
    parts = []
    for name, kind in columns(table).items():
        part = f'"{name}" {SQL_TYPES.get(kind, "INTEGER")}'
        if (padding(table, name) or "").startswith("%-"):
            part += " COLLATE RTRIM"  # char columns are compared without trailing blanks
        parts.append(part)
    return f'CREATE TABLE main."{table}" ({", ".join(parts)})'


def indexes() -> Iterator[str]:
    """The statements that index the tables, once these are full: that is much faster."""
    for table in tables():
        yield f'CREATE UNIQUE INDEX main."{table}_key" ON "{table}"("{key(table)}")'
    for table in CODED:
        yield f'CREATE UNIQUE INDEX main."{table}_code" ON "{table}"(Division, Code)'
    for number, index in enumerate(INDEXES):
        yield f"CREATE INDEX main.i{number} ON {index}"


def insert(table: str, names: tuple[str, ...]) -> str:
    """The INSERT statement for rows of these columns, which pads the codes that need it."""
    unknown = [name for name in names if name not in columns(table)]
    if unknown:
        raise ValueError(f"{table} does not store {', '.join(unknown)}")
    values = []
    for number, name in enumerate(names, 1):
        width = padding(table, name)
        values.append(
            f"iif(?{number} IS NULL, NULL, printf('{width}', ?{number}))" if width else f"?{number}"
        )
    quoted = ", ".join(f'"{name}"' for name in names)
    return f'INSERT INTO main."{table}" ({quoted}) VALUES ({", ".join(values)})'


def view(entity: Entity) -> str:
    """The SELECT of a stored entity with all its fields, looked-up ones too."""
    table = entity.name
    joins: dict[tuple[str, str], str] = {}
    selected = []
    for name in entity.scalars:
        lookup = _derived()[table].get(name)
        worded = words(table, name)
        if lookup:
            join = (
                f'LEFT JOIN main."{lookup.target}" {{0}} ON {{0}}."{lookup.on}" = t."{lookup.via}"'
            )
            if lookup.on == "Code":
                join += " AND {0}.Division = t.Division"
            alias = joins.setdefault((join, lookup.via), f"j{len(joins)}")
            selected.append(f'{alias}."{lookup.gives[name]}" AS "{name}"')
        elif worded:
            code, labels = worded
            join = (
                f"LEFT JOIN temp.Labels {{0}} ON {{0}}.List = '{labels}' "
                f'AND {{0}}.Code = t."{code}"'
            )
            alias = joins.setdefault((join, code), f"j{len(joins)}")
            selected.append(f'{alias}.Description AS "{name}"')
        elif formula := FORMULAS.get(f"{table}.{name}"):
            selected.append(f'coalesce(t."{name}", {formula}) AS "{name}"')
        else:
            selected.append(f't."{name}"')
    selected += [f't."{name}"' for name in ("Division", "Timestamp") if name not in entity.fields]
    joined = " ".join(join.format(alias) for (join, _), alias in joins.items())
    return f'SELECT {", ".join(selected)} FROM main."{table}" t {joined}'
