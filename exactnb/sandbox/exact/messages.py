"""What Exact Online says when it refuses, in the user's language, and how it says it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

LANGUAGES = ("nl", "en")

#: key → (Dutch, English); the texts of the OData layer are English for everybody
TEXTS: Mapping[str, tuple[str, str]] = {
    "mandatory": ("Verplicht: {0}", "Mandatory: {0}"),
    "reference": ("Ongeldige verwijzing: {0}", "Invalid reference: {0}"),
    "invalid": ("Ongeldig: {0}", "Invalid: {0}"),
    "exists": ("Bestaat reeds: {0}", "Already exists: {0}"),
    "in_use": (
        "Verwijderen is niet mogelijk, het gegeven is in gebruik: {0}",
        "Cannot be deleted, the data is in use: {0}",
    ),
    "processed": (
        "Wijzigen is niet mogelijk, status: Verwerkt",
        "Cannot be changed, status: Processed",
    ),
    "unbalanced": (
        "Boeking is niet in evenwicht, verschil: {0}",
        "Entry is not in balance, difference: {0}",
    ),
    "statement": (
        "Eindsaldo klopt niet, verschil: {0}",
        "Closing balance is not correct, difference: {0}",
    ),
    "blocked": ("Geblokkeerd: {0}", "Blocked: {0}"),
    "period": ("Periode bestaat niet: {0}", "Period does not exist: {0}"),
    "printed": ("Factuur is reeds afgedrukt", "Invoice has already been printed"),
    "no_access": (
        "U heeft geen toegang tot deze administratie.",
        "You have no access to this administration.",
    ),
    "limit_minute": (
        "Het maximum aantal aanroepen per minuut is bereikt.",
        "The number of calls per minute has been exceeded.",
    ),
    "limit_day": (
        "Het maximum aantal aanroepen per dag is bereikt.",
        "The number of calls per day has been exceeded.",
    ),
}

#: fields as they are called on the screen, where an error may name them
LABELS: Mapping[str, tuple[str, str]] = {
    "Account": ("Relatie", "Relationship"),
    "AmountFC": ("Bedrag", "Amount"),
    "BankEntryLines": ("Regels", "Lines"),
    "Classification": ("Classificatie", "Classification"),
    "Code": ("Code", "Code"),
    "Country": ("Land", "Country"),
    "Customer": ("Klant", "Customer"),
    "Description": ("Omschrijving", "Description"),
    "GeneralJournalEntryLines": ("Regels", "Lines"),
    "GLAccount": ("Grootboekrekening", "G/L account"),
    "GLSchemeID": ("Rekeningschema", "G/L scheme"),
    "InvoiceTo": ("Factuur voor", "Invoice to"),
    "Item": ("Artikel", "Item"),
    "Journal": ("Dagboek", "Journal"),
    "JournalCode": ("Dagboek", "Journal"),
    "Name": ("Naam", "Name"),
    "OrderedBy": ("Besteld door", "Ordered by"),
    "PaymentCondition": ("Betalingsconditie", "Payment condition"),
    "Project": ("Project", "Project"),
    "PaymentConditionPurchase": ("Betalingsconditie", "Payment condition"),
    "PaymentConditionSales": ("Betalingsconditie", "Payment condition"),
    "PurchaseEntryLines": ("Regels", "Lines"),
    "PurchaseInvoiceLines": ("Regels", "Lines"),
    "SalesEntryLines": ("Regels", "Lines"),
    "SalesInvoiceLines": ("Regels", "Lines"),
    "SalesOrderLines": ("Regels", "Lines"),
    "PurchaseVATCode": ("Btw-code", "VAT code"),
    "SalesVATCode": ("Btw-code", "VAT code"),
    "SalesVatCode": ("Btw-code", "VAT code"),
    "Supplier": ("Leverancier", "Supplier"),
    "Type": ("Type", "Type"),
    "VATCode": ("Btw-code", "VAT code"),
}


class Refusal(Exception):
    """A call that is refused: the status, the reasons, and headers that go with them.

    A reason is a text, or a key of :data:`TEXTS` with the field or value that it is about.
    """

    def __init__(
        self,
        status: int,
        *reasons: str | tuple[str, str],
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, *reasons)
        self.status = status
        self.reasons = reasons
        self.headers = dict(headers or {})

    def text(self, language: str) -> str:
        """All reasons in one text, one a line as the service joins them."""
        return "\r\n".join(_said(reason, language) for reason in self.reasons)


def mandatory(fields: Iterable[str]) -> Refusal:
    """The refusal of a record without these fields."""
    return Refusal(400, *(("mandatory", name) for name in fields))


def _said(reason: str | tuple[str, str], language: str) -> str:
    place = LANGUAGES.index(language)
    if isinstance(reason, str):
        return TEXTS[reason][place] if reason in TEXTS else reason
    key, about = reason
    label = LABELS.get(about) or (re.sub(r"(?<=[a-z])(?=[A-Z])", " ", about),) * 2
    return TEXTS[key][place].format(label[place] if about.isidentifier() else about)
