"""The columns of the ledger, in one table: the frame is built from it, and so is its description.

A line names its GL account, journal, account and item. What it is called is looked up in the
master table, which knows today's name; where that has no such record, the line's own words count.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

import pandas as pd

from exactnb.exact.entities import snake
from exactnb.frames.build import text_dtype

__all__ = ["COLUMNS", "DTYPES", "MASTERS", "Column", "Kind", "Master", "ledger_columns"]

Kind = Literal["date", "int", "cents", "float", "text", "category"]

#: kind → dtype in a DataFrame
DTYPES: Mapping[Kind, str] = MappingProxyType(
    {
        "date": "datetime64[ms]",
        "int": "Int32",
        "cents": "int64",
        "float": "float64",
        "text": "str",
        "category": "category",
    }
)


class Column(NamedTuple):
    """One column: its name, what it holds, what it means, and where it comes from."""

    name: str
    kind: Kind
    source: str
    """The field of the line, ``TransactionLines.GLAccountCode``; empty where a line has none."""
    master: str
    """The field of a master table that goes before it, ``GLAccounts.Code``; empty without."""
    unit: str
    en: str
    nl: str

    @property
    def own(self) -> str:
        """The column of the stored lines that it is read from, or empty."""
        return snake(self.source.partition(".")[2])

    @property
    def field(self) -> tuple[str, str]:
        """The entity and field that say what its values mean."""
        entity, _, name = (self.master or self.source).partition(".")
        return entity, name


class Master(NamedTuple):
    """A table that says more of what a line names."""

    table: str
    """Its name in the store."""
    key: str
    """The column that is its key …"""
    named_by: str
    """… and the column of the line that names it."""


#: entity → the master table of it
MASTERS: Mapping[str, Master] = MappingProxyType(
    {
        "GLAccounts": Master("gl_accounts", "id", "gl_account"),
        "Journals": Master("journals", "code", "journal_code"),
        "Accounts": Master("accounts", "id", "account"),
        "Items": Master("items", "id", "item"),
    }
)

_HOME = "home currency"
_DOCUMENT = "document currency"

# fmt: off
#: kind, field of the line, field of the master table, unit, English, Dutch
_TABLE: tuple[tuple[Kind, str, str, str, str, str], ...] = (
    ("date", "Date", "", "", "Day of the booking", "Boekdatum"),
    ("int", "FinancialYear", "", "", "Financial year of the booking", "Boekjaar"),
    ("int", "FinancialPeriod", "", "", "Period in the financial year, usually the month",
     "Periode in het boekjaar, meestal de maand"),
    ("category", "JournalCode", "", "", "Code of the journal", "Code van het dagboek"),
    ("category", "JournalDescription", "Journals.Description", "", "Name of the journal",
     "Naam van het dagboek"),
    ("int", "EntryNumber", "", "", "Number of the entry", "Boekstuknummer"),
    ("int", "LineNumber", "", "", "Line in the entry: 0 is the main line, 9999 the VAT line",
     "Regel in de boeking: 0 is de hoofdregel, 9999 de btw-regel"),
    ("category", "GLAccountCode", "GLAccounts.Code", "", "Number of the GL account",
     "Nummer van de grootboekrekening"),
    ("category", "GLAccountDescription", "GLAccounts.Description", "", "Name of the GL account",
     "Naam van de grootboekrekening"),
    ("int", "", "GLAccounts.Type", "", "What kind of GL account it is, such as 20 receivables",
     "Soort grootboekrekening, zoals 20 debiteuren"),
    ("category", "", "GLAccounts.BalanceType", "", "B balance sheet, W profit and loss",
     "B balans, W winst-en-verlies"),
    ("category", "", "GLAccounts.BalanceSide", "", "Its normal side: D debit, C credit",
     "Normale zijde: D debet, C credit"),
    ("category", "AccountCode", "Accounts.Code", "", "Code of the customer or supplier",
     "Code van de relatie"),
    ("category", "AccountName", "Accounts.Name", "", "Name of the customer or supplier",
     "Naam van de relatie"),
    ("text", "Description", "", "", "What the line says it is about", "Omschrijving"),
    ("text", "YourRef", "", "", "The other party's reference", "Uw referentie"),
    ("int", "InvoiceNumber", "", "", "Number of the invoice that the line belongs to",
     "Factuurnummer"),
    ("int", "OrderNumber", "", "", "Number of the order that the line belongs to", "Ordernummer"),
    ("date", "DueDate", "", "", "Day that payment is due, on main lines",
     "Vervaldatum, op hoofdregels"),
    ("float", "AmountDC", "", _HOME, "Amount; debit positive, credit negative",
     "Bedrag; debet positief, credit negatief"),
    ("cents", "AmountDC", "", "cents of the " + _HOME, "The amount in whole cents, for exact sums",
     "Het bedrag in hele centen, voor exacte sommen"),
    ("float", "AmountFC", "", _DOCUMENT, "Amount in the currency of the document",
     "Bedrag in de valuta van het document"),
    ("category", "Currency", "", "ISO 4217", "Currency of the document", "Valuta van het document"),
    ("float", "ExchangeRate", "", "home for one of the document", "Exchange rate", "Wisselkoers"),
    ("category", "VATCode", "", "", "VAT code", "Btw-code"),
    ("category", "VATType", "", "", "Role of the line in the VAT return, one letter",
     "Rol van de regel in de btw-aangifte, één letter"),
    ("float", "VATPercentage", "", "fraction", "VAT rate at the time of booking, 0.21 for 21 %",
     "Btw-tarief bij het boeken, 0,21 voor 21 %"),
    ("float", "AmountVATFC", "", _DOCUMENT, "VAT", "Btw-bedrag"),
    ("float", "AmountVATBaseFC", "", _DOCUMENT, "Amount that the VAT is computed on",
     "Grondslag van de btw"),
    ("category", "ItemCode", "Items.Code", "", "Code of the item", "Artikelcode"),
    ("category", "ItemDescription", "Items.Description", "", "Name of the item",
     "Omschrijving van het artikel"),
    ("float", "Quantity", "", "units of the item", "Quantity", "Aantal"),
    ("category", "CostCenter", "", "", "Code of the cost centre", "Kostenplaats"),
    ("category", "CostUnit", "", "", "Code of the cost unit", "Kostendrager"),
    ("category", "ProjectCode", "", "", "Code of the project", "Projectcode"),
    ("int", "Type", "", "", "Kind of transaction, such as 20 sales entry",
     "Soort boeking, zoals 20 verkoopboeking"),
    ("int", "Status", "", "", "20 open, 50 processed", "20 open, 50 verwerkt"),
    ("int", "LineType", "", "", "Exact's internal kind of line", "Interne soort regel van Exact"),
    ("text", "PaymentReference", "", "", "Reference that the payer should quote",
     "Betalingskenmerk"),
    ("int", "DocumentNumber", "", "", "Number of the document that is attached",
     "Nummer van het gekoppelde document"),
    ("date", "Created", "", "Exact's wall clock", "Moment that the line was made", "Aangemaakt op"),
    ("category", "CreatorFullName", "", "", "Who made it", "Aangemaakt door"),
    ("date", "Modified", "", "Exact's wall clock", "Moment of the last change", "Gewijzigd op"),
    ("category", "ModifierFullName", "", "", "Who changed it last", "Gewijzigd door"),
    ("category", "GLAccount", "", "", "Key of the GL account", "Sleutel van de grootboekrekening"),
    ("category", "Account", "", "", "Key of the customer or supplier", "Sleutel van de relatie"),
    ("category", "Item", "", "", "Key of the item", "Sleutel van het artikel"),
    ("text", "EntryID", "", "", "Key of the entry, shared by its lines", "Sleutel van de boeking"),
    ("text", "ID", "", "", "Key of the line", "Sleutel van de regel"),
)
# fmt: on


def _column(kind: Kind, own: str, master: str, unit: str, en: str, nl: str) -> Column:
    field = master.partition(".")[2]
    # GLAccounts.Type beside the line's own Type
    name = "gl_account_type" if field == "Type" else snake(own or field)
    source = f"TransactionLines.{own}" if own else ""
    return Column(name if kind != "cents" else kind, kind, source, master, unit, en, nl)


#: the columns of the ledger, in order
COLUMNS: tuple[Column, ...] = tuple(_column(*row) for row in _TABLE)


def ledger_columns() -> pd.DataFrame:
    """What the columns of the ledger hold, one row a column.

    Returns
    -------
    pandas.DataFrame
        ``column``, ``dtype`` (``str`` is text with NaN for missing, ``Int32`` whole numbers with
        NA), ``meaning`` in English, ``betekenis`` in Dutch, ``unit`` (empty where there is none),
        ``source`` (the field of Exact Online; where there are two, the first that has a value).

    Examples
    --------
    >>> described = ledger_columns().set_index("column")
    >>> described.loc["amount_dc", "meaning"]
    'Amount; debit positive, credit negative'
    >>> described.loc["gl_account_code", "source"]
    'GLAccounts.Code, else TransactionLines.GLAccountCode'
    """
    rows = [
        (one.name, DTYPES[one.kind], one.en, one.nl, one.unit,
         ", else ".join(field for field in (one.master, one.source) if field))
        for one in COLUMNS
    ]  # fmt: skip
    names = ["column", "dtype", "meaning", "betekenis", "unit", "source"]
    return pd.DataFrame(rows, columns=names, dtype=text_dtype())
