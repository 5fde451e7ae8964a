"""The fields that follow from others: looked up through a reference, put in words, worked out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Lookup:
    """A field that refers to a record elsewhere, and the fields that follow from it."""

    via: str
    target: str
    gives: Mapping[str, str] = field(default_factory=dict)
    on: str = "ID"
    within: tuple[str, ...] = ()
    """Only in these entities; empty: in every stored one that has the field."""


def _codes(target: str, *pairs: str) -> Iterator[Lookup]:
    for pair in pairs:
        via, description = pair.split(">")
        yield Lookup(via, target, {description: "Description"} if description else {}, on="Code")


#: fields with a ledger account whose code and description are given beside them
LEDGER_FIELDS = (
    "GLRevenue", "GLCosts", "GLStock", "GLCostsWorkInProgress", "GLRevenueWorkInProgress",
    "GLToPay", "GLToClaim", "GLDiscountPurchase", "GLDiscountSales",
)  # fmt: skip

LOOKUPS: tuple[Lookup, ...] = (
    Lookup("Creator", "Users", {"CreatorFullName": "FullName"}, on="UserID"),
    Lookup("Modifier", "Users", {"ModifierFullName": "FullName"}, on="UserID"),
    Lookup("AccountManager", "Users", {"AccountManagerFullName": "FullName"}, on="UserID"),
    Lookup("Salesperson", "Users", {"SalespersonFullName": "FullName"}, on="UserID"),
    Lookup("Approver", "Users", {"ApproverFullName": "FullName"}, on="UserID"),
    Lookup("Manager", "Users", {"ManagerFullname": "FullName"}, on="UserID"),
    Lookup("Account", "Accounts", {"AccountCode": "Code", "AccountName": "Name"}),
    Lookup(
        "Account",
        "Accounts",
        {"AccountIsSupplier": "IsSupplier", "AccountMainContact": "MainContact"},
        within=("Contacts",),
    ),
    Lookup(
        "InvoiceAccount", "Accounts", {"InvoiceAccountCode": "Code", "InvoiceAccountName": "Name"}
    ),
    Lookup("Reseller", "Accounts", {"ResellerCode": "Code", "ResellerName": "Name"}),
    Lookup("Parent", "Accounts", within=("Accounts",)),
    Lookup("Customer", "Accounts"),
    Lookup("Supplier", "Accounts"),
    Lookup("OrderedBy", "Accounts", {"OrderedByName": "Name"}),
    Lookup("InvoiceTo", "Accounts", {"InvoiceToName": "Name"}),
    Lookup("DeliverTo", "Accounts", {"DeliverToName": "Name"}),
    Lookup("MainContact", "Contacts"),
    Lookup("OrderedByContactPerson", "Contacts", {"OrderedByContactPersonFullName": "FullName"}),
    Lookup("InvoiceToContactPerson", "Contacts", {"InvoiceToContactPersonFullName": "FullName"}),
    Lookup("DeliverToContactPerson", "Contacts", {"DeliverToContactPersonFullName": "FullName"}),
    Lookup("ContactPerson", "Contacts"),
    Lookup("AccountContact", "Contacts"),
    Lookup("Item", "Items", {"ItemCode": "Code", "ItemDescription": "Description"}),
    Lookup("FixedPriceItem", "Items", {"FixedPriceItemDescription": "Description"}),
    Lookup("PrepaidItem", "Items", {"PrepaidItemDescription": "Description"}),
    Lookup(
        "ItemGroup",
        "ItemGroups",
        {"ItemGroupCode": "Code", "ItemGroupDescription": "Description"},
    ),
    Lookup("Project", "Projects", {"ProjectCode": "Code", "ProjectDescription": "Description"}),
    Lookup(
        "GLAccount",
        "GLAccounts",
        {
            "GLAccountCode": "Code",
            "GLAccountDescription": "Description",
            "GLAccountType": "Type",
        },
    ),
    *(
        Lookup(name, "GLAccounts", {f"{name}Code": "Code", f"{name}Description": "Description"})
        for name in LEDGER_FIELDS
    ),
    *(
        Lookup(name, "GLAccounts")
        for name in ("GLAP", "GLAR", "GLAccountSales", "GLAccountPurchase")
    ),
    Lookup(
        "Classification",
        "GLClassifications",
        {"ClassificationCode": "Code", "ClassificationDescription": "Description"},
        within=("GLAccountClassificationMappings",),
    ),
    Lookup("InvoiceID", "SalesInvoices", on="InvoiceID", within=("SalesInvoiceLines",)),
    Lookup(
        "OrderID", "SalesOrders", {"OrderNumber": "OrderNumber"}, "OrderID", ("SalesOrderLines",)
    ),
    Lookup("InvoiceID", "PurchaseInvoices", within=("PurchaseInvoiceLines",)),
    Lookup("EntryID", "Transactions", on="EntryID", within=("TransactionLines",)),
    Lookup("VATCodeID", "VATCodes", within=("VatPercentages",)),
    *_codes("Journals", "JournalCode>JournalDescription", "Journal>JournalDescription"),
    *_codes(
        "PaymentConditions",
        "PaymentCondition>PaymentConditionDescription",
        "PaymentConditionCode>PaymentConditionDescription",
        "PaymentConditionSales>PaymentConditionSalesDescription",
        "PaymentConditionPurchase>PaymentConditionPurchaseDescription",
    ),
    *_codes(
        "VATCodes",
        "VATCode>VATCodeDescription",
        "SalesVATCode>SalesVATCodeDescription",
        "SalesVatCode>SalesVatCodeDescription",
        "PurchaseVATCode>PurchaseVATCodeDescription",
    ),
    Lookup("VATCode", "VATCodes", {"VATDescription": "Description"}, "Code", ("GLAccounts",)),
)

#: field in words → (the field with the code, the list in labels.json)
WORDS: Mapping[str, tuple[str, str]] = {
    "CountryName": ("Country", "country"),
    "BankAccountCountryName": ("BankAccountCountry", "country"),
    "LanguageDescription": ("Language", "language"),
    "CurrencyDescription": ("Currency", "currency"),
    "SalesCurrencyDescription": ("SalesCurrency", "currency"),
    "PurchaseCurrencyDescription": ("PurchaseCurrency", "currency"),
    "SalesInvoiceLines.UnitDescription": ("UnitCode", "unit"),
    "SalesOrderLines.UnitDescription": ("UnitCode", "unit"),
    "Items.UnitDescription": ("Unit", "unit"),
    "SalesInvoices.StatusDescription": ("Status", "invoice_status"),
    "SalesInvoices.TypeDescription": ("Type", "invoice_type"),
    "SalesOrders.StatusDescription": ("Status", "order_status"),
    "SalesOrders.DeliveryStatusDescription": ("DeliveryStatus", "order_status"),
    "SalesOrders.InvoiceStatusDescription": ("InvoiceStatus", "order_status"),
    "SalesOrders.ApprovalStatusDescription": ("ApprovalStatus", "approval"),
    "Transactions.StatusDescription": ("Status", "entry_status"),
    "Transactions.TypeDescription": ("Type", "entry_type"),
    "GLAccounts.TypeDescription": ("Type", "gl_type"),
    "Projects.TypeDescription": ("Type", "project_type"),
    "BankAccounts.TypeDescription": ("Type", "bank_account_type"),
}

#: fields that are worked out; a value that is stored goes before it
FORMULAS: Mapping[str, str] = {
    "Contacts.FullName": """trim(coalesce(t.FirstName || ' ', '')
        || coalesce(t.MiddleName || ' ', '') || coalesce(t.LastName, ''))""",
    "Contacts.IsMainContact": """(SELECT a.MainContact = t.ID FROM main.Accounts a
        WHERE a.ID = t.Account)""",
    "Contacts.AccountIsCustomer": """(SELECT a.Status = 'C' FROM main.Accounts a
        WHERE a.ID = t.Account)""",
    "VATCodes.Percentage": """(SELECT p.Percentage FROM main.VatPercentages p
        WHERE p.VATCodeID = t.ID ORDER BY p.StartDate DESC)""",
    **{
        f"{name}.VATPercentage": """(SELECT coalesce(v.Percentage, (SELECT p.Percentage FROM
            main.VatPercentages p WHERE p.VATCodeID = v.ID ORDER BY p.StartDate DESC))
            FROM main.VATCodes v WHERE v.Division = t.Division AND v.Code = t.VATCode)"""
        for name in ("SalesInvoiceLines", "SalesOrderLines", "PurchaseInvoiceLines")
    },
}
