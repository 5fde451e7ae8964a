"""Relations, items and projects as Exact's entities."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from exactnb.sandbox.company import chart, days
from exactnb.sandbox.company.chart import DATA, MAIN
from exactnb.sandbox.company.days import TODAY
from exactnb.sandbox.company.dice import Dice
from exactnb.sandbox.company.document_tables import item_accounts
from exactnb.sandbox.company.frame import Frame, Table, modified
from exactnb.sandbox.company.frame_tables import SET_UP
from exactnb.sandbox.company.items import Items
from exactnb.sandbox.company.plan import PROJECTS
from exactnb.sandbox.company.relations import CONTROLLER, SALES, Relation

_STAMP = ("Created", "Creator", "Modified", "Modifier")
_LANGUAGE = {"NL": "NL", "BE": "NL", "DE": "DE", "CH": "DE"}
_PURCHASE_VAT = {"NL": "2", "BE": "9", "DE": "9", "IT": "9", "TW": "8"}

_ACCOUNT = (
    "ID", "Division", "Code", "SearchCode", "Name", "Status", "Type", "IsSupplier", "IsSales",
    "IsPurchase", "IsBank", "IsMailing", "Blocked", "AddressLine1", "Postcode", "City", "Country",
    "Language", "Email", "Phone", "Website", "VATNumber", "VATLiability", "ChamberOfCommerce",
    "PaymentConditionSales", "PaymentConditionPurchase", "CreditLineSales", "DiscountSales",
    "SalesCurrency", "PurchaseCurrency", "SalesVATCode", "PurchaseVATCode", "GLAR", "GLAP",
    "GLAccountSales", "GLAccountPurchase", "InvoicingMethod", "AccountManager", "MainContact",
    "StartDate", "CustomerSince", "StatusSince", "Source", *_STAMP,
)  # fmt: skip


def accounts(relations: Iterable[Relation], frame: Frame, users: list[str]) -> Iterator[Table]:
    """Accounts and their contacts."""
    relations = list(relations)
    yield Table("Accounts", _ACCOUNT, [_account(r, frame, users) for r in relations])
    yield Table(
        "Contacts",
        ("ID", "Division", "Account", "HID", "Code", "FirstName", "LastName", "Initials",
         "JobTitleDescription", "BusinessEmail", "Email", "BusinessPhone", "City", "Country",
         "Language", "StartDate", *_STAMP),
        _contacts(relations, users),
    )  # fmt: skip


def _account(r: Relation, frame: Frame, users: list[str]) -> tuple[Any, ...]:
    gl = frame.gl
    created = days.ms(r.since, 600 + r.code % 400)
    user = users[r.manager if r.customer else CONTROLLER]
    credit = max(250_000, r.weight * 1_000 // 250_000 * 250_000) if r.customer else None
    if r.customer and not r.weight:
        credit = 15_000_000
    shop = r.customer and r.role != "consumer"
    sales_vat = "2" if r.country == "NL" else "7" if r.in_eu else "6"
    return (
        r.id, r.division, str(r.code), r.name.upper().replace(" ", "")[:12], r.name,
        "C" if r.customer else "A", "A", int(r.supplier), int(r.customer), int(r.supplier), 0,
        int(shop), 0, r.street, r.postcode, r.town, r.country, _LANGUAGE.get(r.country, "EN"),
        r.email, r.phone, f"https://{r.email.split('@')[1]}" if shop else None, r.vat_number,
        "E" if r.in_eu else "N", r.chamber,
        r.terms if r.customer else None, r.terms if r.supplier else None,
        credit / 100 if credit else None, r.discount / 1000 if r.customer else None,
        "EUR", "USD" if r.country == "TW" else "EUR", sales_vat if r.customer else None,
        _PURCHASE_VAT.get(r.country) if r.supplier else None,
        gl[r.division, "1300"] if r.customer else None,
        gl[r.division, "1600"] if r.supplier else None, None,
        gl[r.division, "3000"] if r.supplier and r.role.split("/")[0] in _GOODS else None,
        2 if shop else 1, users[r.manager] if r.customer else None,
        r.contacts[0][0] if r.contacts else None, days.ms(r.since),
        days.ms(r.since) if r.customer else None, days.ms(r.since), 0, created, user,
        modified(created), user,
    )  # fmt: skip


_GOODS = {
    "brand",
    "taiwan",
    "italian",
    *(f"parts {n}" for n in range(1, 5)),
    *(f"accessories {n}" for n in range(1, 4)),
}


def _contacts(relations: list[Relation], users: list[str]) -> Iterator[tuple[Any, ...]]:
    number = 0
    for r in relations:
        for own, first, last, job in r.contacts:
            number += 1
            created = days.ms(r.since, 620)
            user = users[r.manager]
            mail = f"{first}.{last}@{r.email.split('@')[1]}".lower()
            yield (
                own, r.division, r.id, number, str(number), first, last, f"{first[0]}.", job, mail,
                mail, r.phone, r.town, r.country, _LANGUAGE.get(r.country, "EN"), days.ms(r.since),
                created, user, created, user,
            )  # fmt: skip


def bank_accounts(relations: Iterable[Relation], users: list[str], seed: int) -> Table:
    """The bank accounts of the relations, the main one of each."""
    stamp = (SET_UP, users[CONTROLLER], SET_UP, users[CONTROLLER])
    guid = Dice(seed, "bank accounts").guid
    return Table(
        "BankAccounts",
        (
            "ID",
            "Division",
            "Account",
            "BankAccount",
            "BICCode",
            "Main",
            "Type",
            "BankAccountHolderName",
            *_STAMP,
        ),
        [
            (guid(), r.division, r.id, number, bic, 1, "A", r.name, *stamp)
            for r in relations
            if r.bank
            for number, _, bic in [r.bank]
        ],
    )


def items(items: Items, frame: Frame, users: list[str]) -> Iterator[Table]:
    """Item groups and items, with what is on hand and its average cost."""
    stamp = (SET_UP, users[CONTROLLER], SET_UP, users[CONTROLLER])
    gl = frame.gl
    yield Table(
        "ItemGroups",
        ("ID", "Division", "Code", "Description", "IsDefault", "GLRevenue", "GLCosts", "GLStock",
         *_STAMP),
        [
            (frame.group[code], MAIN, code, name, int(code == "PART"), gl[MAIN, revenue],
             gl.get((MAIN, costs)), gl.get((MAIN, stock)), *stamp)
            for code, name, revenue, costs, stock in DATA["item_groups"]
        ],
    )  # fmt: skip
    yield Table("Items", _ITEM, _items(items, frame, users))


_ITEM = (
    "ID", "Division", "Code", "SearchCode", "Description", "ItemGroup", "Unit", "UnitType",
    "SalesVatCode", "StandardSalesPrice", "CostPriceStandard", "CostPriceCurrency", "AverageCost",
    "Stock", "GLRevenue", "GLCosts", "GLStock", "Barcode", "IsStockItem", "IsSalesItem",
    "IsPurchaseItem", "IsFractionAllowedItem", "IsTime", "IsWebshopItem", "IsMakeItem",
    "StartDate", "EndDate", *_STAMP,
)  # fmt: skip


def _items(items: Items, frame: Frame, users: list[str]) -> Iterator[tuple[Any, ...]]:
    for place, item in enumerate(items.all):
        goods = bool(item.cost)
        created = days.ms(item.start, 540 + place % 480)
        user = users[SALES]
        hours = item.unit == "hour"
        yield (
            item.id, MAIN, item.code, item.name.upper().replace(" ", "")[:12], item.name,
            frame.group[item.group], item.unit, "T" if hours else "O", item.vat,
            item.price_on(TODAY) / 100, item.cost_on(TODAY) / 100 if goods else None, "EUR",
            round(item.value / item.stock / 100, 4) if item.stock else None,
            float(item.stock) if goods else None, *item_accounts(item, frame),
            f"299{place:09d}" if goods else None, int(goods), 1, int(goods), int(hours),
            int(hours), int(goods), 0, days.ms(item.start), days.ms(item.end) if item.end else None,
            created, user, modified(created), user,
        )  # fmt: skip


def projects(own: dict[str, str], users: list[str]) -> Table:
    """The projects, with these GUIDs."""
    stamp = (SET_UP, users[CONTROLLER], SET_UP, users[CONTROLLER])
    return Table(
        "Projects",
        ("ID", "Division", "Code", "Description", "Type", "StartDate", "EndDate", "Manager",
         "BlockEntry", "BlockInvoicing", *_STAMP),
        [
            (own[code], MAIN, code, name, kind, days.ms(days.day(*start)),
             days.ms(days.day(*end)) if end else None, users[CONTROLLER], 0, 0, *stamp)
            for code, (name, start, end, kind) in PROJECTS.items()
        ],
    )  # fmt: skip


#: entity type (contact, sales invoice, item, account), month and day
_DELETED = ((5, (5, 11)), (13, (5, 27)), (9, (6, 8)), (2, (6, 19)))


def deleted(users: list[str], seed: int) -> Table:
    """Records that were removed lately: a draft, a contact, an item."""
    dice = Dice(seed, "deleted")
    return Table(
        "SyncDeleted",
        ("Timestamp", "Division", "ID", "EntityKey", "EntityType", "DeletedDate", "DeletedBy"),
        [
            (90_001 + place, chart.MAIN, dice.guid(), dice.guid(), kind,
             days.ms(days.day(2026, *date), 640), users[SALES])
            for place, (kind, date) in enumerate(_DELETED)
        ],
    )  # fmt: skip
