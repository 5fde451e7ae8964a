"""Exact Online's manners: names, entities, code lists, OData."""

import datetime as dt
import json
import re
from decimal import Decimal
from uuid import UUID

import pandas as pd
import pytest

from exactnb.errors import BadAnswerError, InputError, NotFoundError
from exactnb.exact import odata
from exactnb.exact.codes import codes, label
from exactnb.exact.entities import by_resource, entities, entity, guess, snake

ALL = pytest.mark.parametrize("name", list(entities()))
GUID = "0a1b2c3d-0000-4000-8000-00000000000f"


# ---------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("GLAccountCode", "gl_account_code"),
        ("glAccountCode", "gl_account_code"),
        ("AmountDC", "amount_dc"),
        ("ID", "id"),
        ("HID", "hid"),
        ("VATAmountFC", "vat_amount_fc"),
        ("AmountVATFC", "amount_vat_fc"),
        ("AmountVATBaseFC", "amount_vat_base_fc"),
        ("AmountFCExclVat", "amount_fc_excl_vat"),
        ("VATNonDeductibleGLAccount", "vat_non_deductible_gl_account"),
        ("VATGLAccountType", "vat_gl_account_type"),
        ("FreeDateField_01", "free_date_field_01"),
        ("AddressLine1", "address_line1"),
        ("BankAccountIBAN", "bank_account_iban"),
        ("IsOEIMigrationMandatory", "is_oei_migration_mandatory"),
        ("CustomerPOnumber", "customer_po_number"),
        ("DivisionHRLinkUnlinkDate", "division_hr_link_unlink_date"),
        ("already_snake", "already_snake"),
        ("naïveCafé", "naïve_café"),
        ("@odata.etag", "odata_etag"),
        ("…", "…"),
    ],
)
def test_columns_are_the_words_of_the_name(name, column):
    assert snake(name) == column


@ALL
def test_every_field_has_a_column_of_its_own_and_is_found_in_every_spelling(name):
    about = entity(name)
    assert len(set(about.columns)) == len(about.fields)
    for field in about.fields.values():
        assert re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", field.column)
        camel = field.name[0].lower() + field.name[1:]
        for spelling in (field.name, field.column, camel, field.name.upper()):
            assert about.find(spelling) is field
    assert about.find("NoSuchField") is None


def test_there_are_48_entities_and_1835_fields():
    assert len(entities()) == 48
    assert sum(len(one.fields) for one in entities().values()) == 1835


def test_a_field_knows_what_it_is():
    accounts = entity("accounts")
    assert accounts.name == "Accounts"
    assert accounts.key == ("ID",)
    assert accounts.page == 60
    assert "PUT" in accounts.methods
    name = accounts.fields["Name"]
    assert (name.type, name.required, name.post, name.filter) == ("String", True, True, True)
    assert not accounts.fields["Created"].post
    assert accounts.fields["Code"].padded
    assert not accounts.fields["Name"].padded


def test_lines_are_records_of_an_entity():
    field, line = entity("SalesInvoices").lines
    assert (field.name, line.name) == ("SalesInvoiceLines", "SalesInvoiceLines")
    assert entity("VATCodes").lines[1].name == "VatPercentages"
    assert entity("Accounts").lines is None


def test_an_unknown_entity_is_met_with_the_nearest():
    with pytest.raises(NotFoundError, match="Did you mean SalesInvoices"):
        entity("SaleInvoice")


@pytest.mark.parametrize(
    ("path", "name", "page", "first"),
    [
        ("crm/Accounts", "Accounts", 60, "ID"),
        ("/CRM/accounts", "Accounts", 60, "ID"),
        ("bulk/crm/Accounts?$top=5", "Accounts", 1000, "ID"),
        ("/api/v1/124132/sync/Financial/TransactionLines", "TransactionLines", 1000, "Timestamp"),
        ("/api/v1/{division}/crm/Contacts", "Contacts", 60, "ID"),
        ("sync/SalesOrder/SalesOrderHeaders", "SalesOrders", 1000, "Timestamp"),
        (f"https://start.exactonline.nl/api/v1/1/crm/Accounts(guid'{GUID}')", "Accounts", 60, "ID"),
        ("financial/ReceivablesList", "ReceivablesList", 60, "HID"),
        ("read/financial/ReceivablesList", "ReceivablesList", 60, "HID"),
        ("/api/v1/current/Me", "Me", 60, "UserID"),
        ("system/Divisions", "SystemDivisions", 60, "Code"),
        ("hrm/Divisions", "Divisions", 60, "Code"),
        ("sync/Deleted", "SyncDeleted", 1000, "Timestamp"),
        ("gl_accounts", "GLAccounts", 60, "ID"),
    ],
)
def test_an_entity_is_found_by_any_spelling_of_its_resource(path, name, page, first):
    found = by_resource(path)
    assert (found.name, found.page) == (name, page)
    assert found.columns[0] == snake(first) or first in found.key


@pytest.mark.parametrize("path", ["crm/Nothing", "", "assets/Accounts"])
def test_an_unknown_resource_is_none(path):
    assert by_resource(path) is None


@ALL
def test_an_entity_is_guessed_by_its_names(name):
    found = guess(snake(one) for one in entity(name).fields)
    # the two ageing lists have the same fields
    assert list(found.fields.values()) == list(entity(name).fields.values())


def test_what_could_be_many_things_is_not_guessed():
    assert guess(["ID", "Code", "Description"]) is None
    assert guess([]) is None
    assert guess(["foo", "bar", "id"]) is None
    assert guess(["id", "name", "addressLine1", "isSales"]).name == "Accounts"


# ---------------------------------------------------------------- codes


def test_codes_have_labels_in_both_languages():
    assert label("SalesInvoices", "Status", 50) == "Processed"
    assert label("SalesInvoices", "status", "50", "nl") == "Verwerkt"
    assert label("TransactionLines", "VATType", "V", "nl") == "Verkoop: grondslag"
    assert label("Returns", "Status", -10) == "Void"
    assert label("SyncDeleted", "EntityType", 2) == "Accounts"
    assert label("SalesInvoices", "Status", 99) is None
    assert label("SalesInvoices", "Status", pd.NA) is None
    assert label("SalesInvoices", "Description", 50) is None
    assert label("SalesInvoices", "NoSuchField", 50) is None


def test_types_of_ledger_accounts_say_where_they_stand():
    types = codes("GLAccounts", "Type")
    assert (types["20"].balance, types["20"].side) == ("B", "D")
    assert (types["110"].balance, types["110"].side) == ("W", "C")
    assert {code.balance for code in types.values()} == {"B", "W", None}


def test_every_list_belongs_to_a_field_and_every_code_has_both_labels():
    listed = [codes(one, field) for one in entities().values() for field in one.fields]
    assert sum(map(bool, listed)) > 50
    assert all(code.en and code.nl for one in listed for code in one.values())


# ---------------------------------------------------------------- literals and queries


@pytest.mark.parametrize(
    ("value", "type", "text"),
    [
        ("O'Neill", None, "'O''Neill'"),
        (GUID.upper(), "Guid", f"guid'{GUID}'"),
        (UUID(GUID), None, f"guid'{GUID}'"),
        (dt.date(2025, 1, 31), None, "datetime'2025-01-31'"),
        (dt.datetime(2025, 1, 31, 13, 5), None, "datetime'2025-01-31T13:05:00'"),
        (pd.Timestamp("2025-01-31 13:05:00.250"), "DateTime", "datetime'2025-01-31T13:05:00.250'"),
        ("2025-01-31", "DateTime", "datetime'2025-01-31'"),
        ("2025-01-31T10:00:00Z", "DateTime", "datetime'2025-01-31T10:00:00'"),
        (
            dt.datetime(2025, 3, 30, 2, 30, tzinfo=dt.timezone(dt.timedelta(hours=2))),
            None,
            "datetime'2025-03-30T02:30:00'",
        ),
        (True, None, "true"),
        (False, "Boolean", "false"),
        (7, "Int64", "7L"),
        (123456789012345678, "Int64", "123456789012345678L"),
        ("123456789012345678", "Int64", "123456789012345678L"),
        (2**40, None, f"{2**40}L"),
        (20, "Int16", "20"),
        (20.0, "Int32", "20"),
        (0.1, "Double", "0.1"),
        (Decimal("1234.50"), None, "1234.50"),
        (1e-7, "Double", "0.0000001"),
        (None, "Guid", "null"),
        (float("nan"), "Double", "null"),
        (1300, "String", "'1300'"),
    ],
)
def test_values_are_written_as_odata_writes_them(value, type, text):
    assert odata.literal(value, type) == text


def test_numpy_and_missing_pandas_values_are_values_too():
    frame = pd.DataFrame({"a": pd.array([20, None], dtype="Int64")})
    assert odata.literal(frame["a"].iloc[0], "Int32") == "20"
    assert odata.literal(frame["a"].iloc[1], "Int32") == "null"
    assert odata.literal(pd.NaT, "DateTime") == "null"


@pytest.mark.parametrize(
    ("value", "type"), [("x", "Guid"), ("x", "Int32"), (5.5, "Int32"), ("maybe", "DateTime")]
)
def test_a_value_that_does_not_fit_is_an_input_error(value, type):
    with pytest.raises(InputError, match="does not fit"):
        odata.literal(value, type)


def test_a_query_is_built_from_python_values():
    built = odata.query(
        entity("SalesInvoices"),
        select="invoice_id, amountDC",
        filter={
            "status": [20, 50],
            "Modified": (">=", dt.date(2025, 1, 1)),
            "invoice_date": [(">=", "2025-01-01"), ("<", "2026-01-01")],
            "orderedByName": ("startswith", "O'N"),
            "Creator": GUID,
        },
        orderby=["Modified desc", "invoice_number"],
        top=100,
        expand="sales_invoice_lines",
        inlinecount=True,
    )
    assert built == {
        "$select": "InvoiceID,AmountDC",
        "$filter": "(Status eq 20 or Status eq 50) and Modified ge datetime'2025-01-01'"
        " and InvoiceDate ge datetime'2025-01-01' and InvoiceDate lt datetime'2026-01-01'"
        f" and startswith(OrderedByName,'O''N') and Creator eq guid'{GUID}'",
        "$orderby": "Modified desc,InvoiceNumber",
        "$top": "100",
        "$expand": "SalesInvoiceLines",
        "$inlinecount": "allpages",
    }


def test_codes_of_accounts_are_padded_where_exact_keeps_them_padded():
    padded = " " * 17 + "2"
    assert odata.query(entity("Accounts"), filter={"Code": "2"})["$filter"] == f"Code eq '{padded}'"
    lines = odata.query(entity("TransactionLines"), filter={"account_code": 2})
    assert lines["$filter"] == f"AccountCode eq '{padded}'"
    assert odata.query(entity("GLAccounts"), filter={"Code": "1300"})["$filter"] == "Code eq '1300'"


def test_sync_rows_are_asked_for_by_a_64_bit_number():
    sync = by_resource("sync/CRM/Accounts")
    assert odata.query(sync, filter={"Timestamp": (">", 1)}) == {"$filter": "Timestamp gt 1L"}


def test_text_filters_and_unknown_resources_are_taken_as_they_are():
    assert odata.query(entity("Accounts"), filter=" trim(Code) eq '2' ", top=0) == {
        "$filter": "trim(Code) eq '2'",
        "$top": "0",
    }
    assert odata.query(None, select="Foo", filter={"Bar": None, "Baz": "x"}) == {
        "$select": "Foo",
        "$filter": "Bar eq null and Baz eq 'x'",
    }
    assert odata.query(entity("SalesInvoices"), select="SalesInvoiceLines/amount_dc") == {
        "$select": "SalesInvoiceLines/AmountDC"
    }


def test_all_wrong_names_come_in_one_error_with_the_nearest():
    with pytest.raises(InputError) as caught:
        odata.query(
            entity("Accounts"),
            select=["Nmae", "Code"],
            filter={"statuss": "C", "ID": "no guid", "Name": ("~", "x")},
            orderby="Modified sideways",
        )
    problems = dict(caught.value.problems)
    assert set(problems) == {
        ("Nmae",),
        ("statuss",),
        ("ID",),
        ("Name",),
        ("Modified sideways",),
    }
    assert "did you mean Name?" in problems[("Nmae",)]
    assert "did you mean Status?" in problems[("statuss",)]


# ---------------------------------------------------------------- addresses and answers


@pytest.mark.parametrize(
    ("resource", "path"),
    [
        ("/crm/Contacts", "/api/v1/124132/crm/Contacts"),
        ("crm/Contacts", "/api/v1/124132/crm/Contacts"),
        ("current/Me", "/api/v1/current/Me"),
        ("/api/v1/7/crm/Contacts", "/api/v1/7/crm/Contacts"),
        ("https://start.exactonline.nl/x", "https://start.exactonline.nl/x"),
    ],
)
def test_resources_are_taken_inside_the_division(resource, path):
    assert odata.resource_path(resource, 124132) == path


def test_a_prefix_may_be_absent_and_a_record_has_its_key():
    assert odata.resource_path(entity("Contacts"), 5, prefix="") == "/5/crm/Contacts"
    assert odata.record_path(entity("Contacts"), GUID, 5) == f"/api/v1/5/crm/Contacts(guid'{GUID}')"
    keys = {"Journal": "70", "Period": 1, "Year": 2025}
    assert odata.record_path(entity("JournalStatusList"), keys, 5).endswith(
        "JournalStatusList(Journal='70',Period=1,Year=2025)"
    )


def test_of_a_next_link_only_path_and_query_are_used():
    link = "https://start.exactonline.nl/api/v1/1/x/Y?$skiptoken=datetime'2018-09-21',guid'ab c'"
    assert odata.place(link) == "/api/v1/1/x/Y?$skiptoken=datetime'2018-09-21',guid'ab%20c'"
    encoded = "https://x.nl/api/v1/1/x/Y?$filter=Name%20eq%20'a%26b'&$skiptoken=1L"
    assert odata.place(encoded) == "/api/v1/1/x/Y?$filter=Name%20eq%20'a%26b'&$skiptoken=1L"


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({"d": {"results": [{"Code": "1"}, {"Code": "2"}], "__next": "x"}}, ["1", "2"]),
        ({"d": [{"Code": "1"}]}, ["1"]),
        ({"d": {"Code": "1"}}, ["1"]),
        ({"d": []}, []),
        ({"d": None}, []),
    ],
)
def test_records_are_taken_out_of_every_envelope(body, codes):
    assert [one["Code"] for one in odata.records(json.dumps(body).encode())] == codes


@pytest.mark.parametrize("raw", [b"<html>", b"", b"[]", b'{"x": 1}', b'{"d": {"results": ['])
def test_an_answer_that_is_not_exacts_is_a_bad_answer(raw):
    with pytest.raises(BadAnswerError):
        odata.records(raw)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (
            {
                "error": {
                    "code": "",
                    "message": {
                        "lang": "",
                        "value": "Verplicht: Factuur voor\r\nVerplicht: Besteld door",
                    },
                }
            },
            "Verplicht: Factuur voor\nVerplicht: Besteld door",
        ),
        ({"error": {"message": "Forbidden"}}, "Forbidden"),
        ({"error": "invalid_grant", "error_description": "Token expired"}, "Token expired"),
        ({"error": "unauthorized_client"}, "unauthorized_client"),
        ({"error": {"message": {"value": ""}}}, None),
        ({"d": []}, None),
        ([], None),
    ],
)
def test_errors_are_read_in_every_shape(body, text):
    assert odata.error_text(json.dumps(body).encode()) == text


def test_a_web_page_says_nothing():
    assert odata.error_text(b"<html>Onderhoud</html>") is None
