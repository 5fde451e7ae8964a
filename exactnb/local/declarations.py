"""The tables of a local copy: one declaration each, and no code for any of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from exactnb.errors import NotFoundError
from exactnb.exact.entities import Entity, entity
from exactnb.ledger.columns import COLUMNS, MASTERS, Master
from exactnb.store import Shape

__all__ = ["LEDGER", "NEEDED", "TABLES", "Declaration", "declaration"]


@dataclass(frozen=True)
class Declaration:
    """One table: what it holds, and what may be asked of Exact Online to fill it."""

    name: str
    """Of the table in the store."""
    of: str
    """The entity that its rows are."""
    fields: str = ""
    """Names of the fields to keep; empty: every one that holds a value."""
    but: str = "Logo Picture BSN"
    """Those that are left out: images, and what nobody should have on a disk."""
    order: tuple[str, ...] = ()
    """Columns that it is sorted by, before its key."""
    deleted: int | None = None
    """Its type in sync/Deleted; None: that says nothing of it."""
    everything: str = ""
    """A filter that every row meets, for where Exact demands one."""
    filter: str = ""
    """Which of its rows; ``{division}`` is filled in."""
    names: tuple[Master, ...] = ()
    """The tables that a row names rows of, and by which columns."""

    @cached_property
    def entity(self) -> Entity:
        """What its rows are."""
        return entity(self.of)

    @cached_property
    def select(self) -> tuple[str, ...]:
        """The fields that are asked for."""
        given = self.fields.split() or self.entity.values
        return tuple(dict.fromkeys(name for name in given if name not in self.but.split()))

    @cached_property
    def shape(self) -> Shape:
        """What makes its rows one and the same, and what they are sorted by."""
        key = tuple(self.entity.fields[name].column for name in self.entity.key)
        return Shape(key, self.order)

    @cached_property
    def dated(self) -> bool:
        """Whether what changed can be asked for by Modified."""
        field = self.entity.fields.get("Modified")
        return field is not None and field.filter and "Modified" in self.select


def _lines() -> str:
    """The fields that the columns of the ledger come from."""
    return " ".join(column.source.partition(".")[2] for column in COLUMNS if column.source)


#: every table, by its name
TABLES: Mapping[str, Declaration] = MappingProxyType(
    {
        one.name: one
        for one in (
            Declaration("division", "SystemDivisions", filter="Code eq {division}"),
            Declaration(
                "lines",
                "TransactionLines",
                fields=_lines(),
                order=("date", "entry_number", "line_number"),
                deleted=1,
                names=tuple(MASTERS.values()),
            ),
            Declaration("gl_accounts", "GLAccounts", order=("code",), deleted=7),
            Declaration("journals", "Journals", order=("code",)),
            Declaration("vat_codes", "VATCodes", order=("code",)),
            Declaration("accounts", "Accounts", order=("code",), deleted=2),
            Declaration("items", "Items", order=("code",), deleted=9),
            Declaration("sales_invoices", "SalesInvoices", order=("invoice_date",), deleted=13),
            Declaration(
                "sales_invoice_lines",
                "SalesInvoiceLines",
                order=("invoice_id", "line_number"),
                everything="LineNumber ge 0",
            ),
            Declaration("receivables", "ReceivablesList", order=("due_date",)),
            Declaration("payables", "PayablesList", order=("due_date",)),
            Declaration("periods", "FinancialPeriods", order=("fin_year", "fin_period")),
            Declaration("returns", "Returns", order=("year", "period")),
        )
    }
)

#: the tables that a ledger is made of; without the first two there is none
LEDGER = ("lines", "gl_accounts", "journals", "accounts", "division")
NEEDED = LEDGER[:2]


def declaration(name: str) -> Declaration:
    """The declaration of a table.

    Raises
    ------
    NotFoundError
        There is none of that name; it lists them.
    """
    if name not in TABLES:
        raise NotFoundError(f"No table is called {name!r}", hint=f"There are {', '.join(TABLES)}.")
    return TABLES[name]
