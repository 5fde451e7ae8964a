"""Writing to Exact Online in the sandbox: what is kept, what is answered, what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from small_company import (
    BIKE,
    BRAM,
    ENTRY,
    GL,
    INVOICE,
    JANSEN,
    JANSEN_BV,
    VELO,
    Caller,
    company,
    guid,
    wire_date,
)

from exactnb.sandbox.exact import ExactOnline
from exactnb.sandbox.store import Store

LINES = "financialtransaction/TransactionLines"


@pytest.fixture
def store() -> Store:
    return Store.build(company())


@pytest.fixture
def api(store: Store) -> Caller:
    return Caller(ExactOnline(store, clock=lambda: 1_782_820_800.0))


# ---- plain records -------------------------------------------------------------------------------


def test_a_new_account_answers_its_key_and_is_there_when_read(api: Caller) -> None:
    answer = api.post("crm/Accounts", {"Name": "Zadelpunt", "Status": "C", "Country": "NL"})
    key = answer["ID"]
    assert (answer["Name"], answer["Blocked"], answer["CreditLineSales"]) == (None, False, 0)
    record = api.get(f"crm/Accounts(guid'{key}')")
    assert record["Name"] == "Zadelpunt"
    assert record["Code"] == f"{61:>18}"  # the next number
    assert (record["Country"], record["CountryName"]) == ("NL ", "Nederland")
    assert record["CreatorFullName"] == "Anna Visser"
    assert record["Created"] == wire_date("2026-06-30T12:00:00")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("crm/Accounts", {"Name": "Zadelpunt"}),
        ("crm/Contacts", {"Account": JANSEN, "LastName": "Bakker"}),
        ("logistics/Items", {"Code": "BEL", "Description": "Bel"}),
    ],
)
def test_prefer_return_representation_fills_the_answer(
    api: Caller, path: str, body: dict[str, Any]
) -> None:
    bare = api.post(path, body)
    assert [bare[name] for name in body] == [None] * len(body)
    if "Code" in body:
        body = {**body, "Code": "BEL2"}
    full = api.post(path, body, headers={"Prefer": "return=representation"})
    assert {name: full[name] for name in body} == body


@pytest.mark.parametrize(
    ("path", "body", "change", "key"),
    [
        ("financial/GLAccounts", {"Code": "4999", "Description": "Overig", "Type": 121},
         {"Description": "Divers"}, "ID"),
        ("financial/Journals", {"Code": "71", "Description": "Webwinkel", "Type": 20,
                                "GLAccount": GL["1300"]}, {"Description": "Winkel"}, "ID"),
        ("project/Projects", {"Code": "P2", "Description": "Beurs", "Type": 2},
         {"Description": "Vakbeurs"}, "ID"),
        ("vat/VATCodes", {"Code": "8", "Description": "Invoer",
                          "VATPercentages": [{"Percentage": 0.21, "StartDate": "2020-01-01"}]},
         {"Description": "Import"}, "ID"),
        ("financial/GLAccountClassificationMappings",
         {"Classification": guid(0xC0), "GLAccount": GL["1300"], "GLSchemeID": guid(0xC2)},
         {"GLAccount": GL["1600"]}, "ID"),
    ],
)  # fmt: skip
def test_records_are_made_changed_and_deleted(
    api: Caller, path: str, body: dict[str, Any], change: dict[str, Any], key: str
) -> None:
    made = api.post(path, body)
    where = f"{path}(guid'{made[key]}')"
    before = api.get(where)
    sent = {name: value for name, value in body.items() if not isinstance(value, list)}
    sent = {
        name: f"{v:<3}" if (path, name) == ("vat/VATCodes", "Code") else v
        for name, v in sent.items()
    }
    assert {name: before[name] for name in sent} == sent
    api.done("PUT", where, change)
    after = api.get(where)
    touched = change.keys() | {"Modified", "GLAccountCode", "GLAccountDescription"}
    assert {n: v for n, v in after.items() if n not in touched} == {
        n: v for n, v in before.items() if n not in touched
    }
    assert {name: after[name] for name in change} == change
    api.done("DELETE", where)
    assert api.error("GET", where)[0] == 404


def test_a_new_vat_code_has_the_rate_that_came_with_it(api: Caller) -> None:
    rates = [
        {"Percentage": 0.06, "StartDate": "2012-10-01"},
        {"Percentage": 0.09, "StartDate": "2019-01-01"},
    ]
    made = api.post("vat/VATCodes", {"Code": "3", "Description": "Laag", "VATPercentages": rates})
    assert (made["Code"], made["Percentage"]) == ("3  ", 0.09)
    found = api.rows("vat/VatPercentages", filter=f"VATCodeID eq guid'{made['ID']}'")
    assert sorted(row["Percentage"] for row in found) == [0.06, 0.09]


def test_payment_conditions_are_posted_but_not_changed(api: Caller) -> None:
    made = api.post(
        "cashflow/PaymentConditions", {"Code": "60", "Description": "60 dagen", "PaymentDays": 60}
    )
    assert made["PaymentDays"] == 60
    status, text = api.error(
        "PUT", f"cashflow/PaymentConditions(guid'{made['ID']}')", {"Description": "x"}
    )
    assert (status, "PUT is not allowed" in text) == (405, True)


def test_put_changes_what_it_names_and_who_changed_it(api: Caller) -> None:
    where = f"crm/Accounts(guid'{JANSEN}')"
    before = api.get(where)
    assert before["Modifier"] == BRAM
    api.done("PUT", where, {"City": "Haren", "CreditLineSales": 2500})
    after = api.get(where)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"City", "CreditLineSales", "Modified", "Modifier", "ModifierFullName"}
    assert after["Modified"] > before["Modified"]
    api.done("PUT", where, {"Email": None})
    assert api.get(where)["Email"] is None


def test_sync_after_a_change_gives_just_that(api: Caller) -> None:
    sync = "sync/CRM/Accounts"
    rows = api.rows(sync, filter="Timestamp gt 1L", select="Timestamp")
    last = max(int(row["Timestamp"]) for row in rows)
    assert api.rows(sync, filter=f"Timestamp gt {last}L", select="ID") == []
    api.done("PUT", f"crm/Accounts(guid'{VELO}')", {"City": "Brugge"})
    (row,) = api.rows(sync, filter=f"Timestamp gt {last}L", select="Timestamp,ID,City")
    assert (row["ID"], row["City"]) == (VELO, "Brugge")
    made = api.post("crm/Accounts", {"Name": "Kort"})["ID"]
    api.done("DELETE", f"crm/Accounts(guid'{made}')")
    (gone,) = api.rows("sync/Deleted", filter=f"Timestamp gt {row['Timestamp']}L")
    assert (gone["EntityKey"], gone["EntityType"]) == (made, 2)
    (row,) = api.rows(sync, filter=f"Timestamp gt {last}L", select="ID")
    assert row["ID"] == VELO


# ---- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "body", "dutch", "english"),
    [
        ("crm/Accounts", {}, "Verplicht: Naam", "Mandatory: Name"),
        ("crm/Contacts", {"LastName": "x"}, "Verplicht: Relatie", "Mandatory: Relationship"),
        ("salesinvoice/SalesInvoices", {"SalesInvoiceLines": [{"Item": BIKE}]},
         "Verplicht: Factuur voor\r\nVerplicht: Besteld door",
         "Mandatory: Invoice to\r\nMandatory: Ordered by"),
        ("salesinvoice/SalesInvoices", {"OrderedBy": JANSEN, "SalesInvoiceLines": [{}]},
         "Verplicht: Artikel", "Mandatory: Item"),
        ("salesinvoice/SalesInvoices", {"OrderedBy": JANSEN}, "Verplicht: Regels",
         "Mandatory: Lines"),
        ("salesinvoice/SalesInvoiceLines", {"Item": BIKE}, "Verplicht: Invoice ID",
         "Mandatory: Invoice ID"),
        ("crm/Accounts", {"Name": "x", "PaymentConditionSales": "99", "SalesVATCode": "X"},
         "Ongeldige verwijzing: Betalingsconditie\r\nOngeldige verwijzing: Btw-code",
         "Invalid reference: Payment condition\r\nInvalid reference: VAT code"),
        ("crm/Contacts", {"Account": guid(0xDEAD), "LastName": "x"},
         "Ongeldige verwijzing: Relatie", "Invalid reference: Relationship"),
        ("logistics/Items", {"Code": "W1", "Description": "x"}, "Bestaat reeds: Code",
         "Already exists: Code"),
        ("vat/VATCodes", {"Code": "2", "Description": "x"}, "Bestaat reeds: Code",
         "Already exists: Code"),
    ],
)  # fmt: skip
def test_validation_speaks_the_language_of_the_user(
    store: Store, path: str, body: dict[str, Any], dutch: str, english: str
) -> None:
    for language, text in (("nl", dutch), ("en", english)):
        api = Caller(ExactOnline(store, language=language))
        assert api.error("POST", path, body) == (400, text)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            {"Naam": "x"},
            "property name 'Naam' specified for type 'Exact.Web.Api.Models.CRM.Account'",
        ),
        ({"Name": 5}, "property 'Name' to type 'Edm.String'"),
        ({"Name": "x", "MainContact": "nobody"}, "property 'MainContact' to type 'Edm.Guid'"),
        (
            {"Name": "x", "CreditLineSales": "veel"},
            "property 'CreditLineSales' to type 'Edm.Double'",
        ),
        ({"Name": "x", "SecurityLevel": 2**31}, "property 'SecurityLevel' to type 'Edm.Int32'"),
        ({"Name": "x", "SecurityLevel": 1.5}, "property 'SecurityLevel' to type 'Edm.Int32'"),
        ({"Name": "x", "Blocked": "ja"}, "property 'Blocked' to type 'Edm.Boolean'"),
        ({"Name": "x", "StartDate": "morgen"}, "property 'StartDate' to type 'Edm.DateTime'"),
        ({"Name": ["x"]}, "property 'Name' to type 'Edm.String'"),
    ],
)
def test_a_body_that_does_not_fit_is_refused(api: Caller, body: dict[str, Any], words: str) -> None:
    status, text = api.error("POST", "crm/Accounts", body)
    assert status == 400
    assert text.startswith("Error processing request stream.")
    assert words in text
    assert len(api.rows("crm/Accounts")) == 3


@pytest.mark.parametrize("body", [[], "x", None])
def test_a_body_that_is_no_record_is_refused(api: Caller, body: Any) -> None:
    assert api.error("POST", "crm/Accounts", body)[0] == 400


def test_lines_come_as_a_plain_list(api: Caller) -> None:
    body = {"OrderedBy": JANSEN, "SalesInvoiceLines": {"results": [{"Item": BIKE}]}}
    status, text = api.error("POST", "salesinvoice/SalesInvoices", body)
    assert (status, "'SalesInvoiceLines' must be a list" in text) == (400, True)


def test_a_reference_to_another_administration_becomes_empty(api: Caller) -> None:
    made = api.post(
        "project/Projects", {"Code": "P9", "Description": "x", "Type": 3, "Account": JANSEN_BV}
    )
    assert made["Account"] is None
    status, text = api.error("POST", "crm/Contacts", {"Account": JANSEN_BV, "LastName": "x"})
    assert (status, text) == (400, "Verplicht: Relatie")


def test_what_cannot_be_written_is_passed_over(api: Caller) -> None:
    made = api.post(
        "crm/Accounts", {"Name": "x", "IsSales": True, "CreatorFullName": "ik", "ID": JANSEN}
    )
    record = api.get(f"crm/Accounts(guid'{made['ID']}')")
    assert made["ID"] != JANSEN
    assert (record["IsSales"], record["CreatorFullName"]) == (False, "Anna Visser")


@pytest.mark.parametrize(
    ("where", "text"),
    [
        (f"crm/Accounts(guid'{JANSEN}')", "in gebruik: Contact"),
        (f"logistics/Items(guid'{BIKE}')", "in gebruik: Sales Order Line"),
        (f"financial/GLAccounts(guid'{GL['1300']}')", "in gebruik: Dagboek"),
        (f"financial/Journals(guid'{guid(0x42)}')", "in gebruik: Sales Invoice"),
        (f"vat/VATCodes(guid'{guid(0x52)}')", "in gebruik: Relatie"),
        (f"salesinvoice/SalesInvoices(guid'{INVOICE}')", "status: Verwerkt"),
        (f"salesentry/SalesEntries(guid'{ENTRY[26700001]}')", "status: Verwerkt"),
        ("system/Divisions(100002)", "in gebruik: Division"),
    ],
)
def test_what_is_in_use_is_not_deleted(api: Caller, where: str, text: str) -> None:
    status, said = api.error("DELETE", where)
    assert (status, text in said) == (500, True), said
    assert api.call("GET", where).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", LINES),
        ("PUT", "crm/Accounts"),
        ("DELETE", "crm/Accounts"),
        ("POST", f"crm/Accounts(guid'{JANSEN}')"),
        ("POST", "bulk/CRM/Accounts"),
        ("PUT", f"generaljournalentry/GeneralJournalEntries(guid'{ENTRY[26900002]}')"),
        ("PATCH", f"crm/Accounts(guid'{JANSEN}')"),
    ],
)
def test_methods_that_a_resource_does_not_have(api: Caller, method: str, path: str) -> None:
    assert api.error(method, path, {"Name": "x"})[0] == 405


def test_a_refused_write_leaves_nothing_behind(api: Caller) -> None:
    lines = [{"Item": BIKE}, {"Item": BIKE, "VATCode": "X"}]
    body = {"OrderedBy": JANSEN, "SalesInvoiceLines": lines}
    assert api.error("POST", "salesinvoice/SalesInvoices", body)[0] == 400
    assert len(api.rows("salesinvoice/SalesInvoices")) == 2
    assert len(api.rows("salesinvoice/SalesInvoiceLines")) == 3
