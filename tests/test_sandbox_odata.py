"""Filters, order and selection of the sandbox's Exact Online."""

from __future__ import annotations

import pytest
from small_company import JANSEN, Caller, company

from exactnb.sandbox.exact import ExactOnline
from exactnb.sandbox.store import Store

LINES = "financialtransaction/TransactionLines"


@pytest.fixture(scope="module")
def api() -> Caller:
    return Caller(ExactOnline(Store.build(company())))


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("Name eq 'Jansen''s Fietsen'", "J"),
        ("Name ne 'Frame & Co'", "JV"),
        ("Email ne 'j@example.nl'", "VF"),
        ("Email eq null", "VF"),
        ("Email ne null", "J"),
        ("IsSupplier eq true", "F"),
        ("IsSupplier", "F"),
        ("not IsSupplier", "JV"),
        ("not (City eq 'Gent' or IsSupplier eq true)", "J"),
        ("City gt 'Gent' and City lt 'T'", "J"),
        ("City ge 'Gent' and City le 'Groningen'", "JV"),
        ("City eq 'Gent' or City eq 'Taichung' and IsSupplier eq false", "V"),
        ("(City eq 'Gent' or City eq 'Taichung') and IsSupplier eq false", "V"),
        ("Code eq '2'", ""),
        ("Code eq '                 2'", "V"),
        ("trim(Code) eq '2'", "V"),
        ("Country eq 'BE'", "V"),
        ("Country eq 'BE '", "V"),
        ("substringof('ietsen',Name)", "J"),
        ("substringof('ietsen',Name) eq true", "J"),
        ("startswith(Name,'V') eq true", "V"),
        ("endswith(Name,'Co')", "F"),
        ("tolower(Name) eq 'vélo élégant'", "V"),
        ("toupper(City) eq 'GENT'", "V"),
        ("length(City) eq 4", "V"),
        ("indexof(City,'ing') ge 0", "J"),
        ("concat(trim(Country),City) eq 'BEGent'", "V"),
        ("replace(City,'G','g') eq 'gent'", "V"),
        ("substring(City,1) eq 'ent'", "V"),
        ("substring(City,0,2) eq 'Ge'", "V"),
        (f"ID eq guid'{JANSEN}'", "J"),
        (f"ID eq guid'{JANSEN.upper()}'", "J"),
        ("Created gt datetime'2025-11-01'", "JVF"),
        ("Created gt datetime'2025-11-01T09:30:00.001'", ""),
        ("year(Created) eq 2025 and month(Created) eq 11 and day(Created) eq 1", "JVF"),
        ("hour(Created) eq 9 and minute(Created) eq 30 and second(Created) eq 0", "JVF"),
    ],
)
def test_filters_of_text_flags_and_dates(api: Caller, wanted: str, found: str) -> None:
    assert {row["Name"][0] for row in api.rows("crm/Accounts", filter=wanted)} == set(found)


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ("AmountDC gt 121", 3),
        ("AmountDC ge 121", 5),
        ("AmountDC lt -100.5M", 3),
        ("AmountDC add 1 eq 122", 2),
        ("AmountDC sub 21 eq 100.0", 2),
        ("AmountDC mul 2 eq 242", 2),
        ("AmountDC div 2 eq 60.5", 2),
        ("EntryNumber mod 100000 eq 2 and Type eq 20", 2),
        ("1 add 2 mul 3 eq 7 and LineNumber eq 9999", 4),
        ("round(AmountDC) eq 1000", 1),
        ("floor(AmountDC) eq 60", 1),
        ("ceiling(AmountDC) eq 61", 1),
        ("-AmountDC eq 50", 2),
        ("AmountDC eq -100", 2),
        ("VATPercentage eq null and Type eq 30", 2),
        ("LineNumber eq 0L", 7),
    ],
)
def test_filters_of_numbers(api: Caller, wanted: str, count: int) -> None:
    assert len(api.rows(LINES, filter=wanted, select="ID")) == count


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ("Naam eq 'x'", "No property 'Naam' exists in type 'Exact.Web.Api.Models.CRM.Account'"),
        ("Name eq", "Expression expected"),
        ("Name eq 'x' and", "Expression expected"),
        ("(Name eq 'x'", "')' expected"),
        ("Name eq 'x' 'y'", "Syntax error at position 12"),
        ("Name eq #", "Syntax error"),
        ("Name", "single boolean value"),
        ("Name eq 5", "incompatible with operand types 'Edm.String' and 'Edm.Int32'"),
        (f"ID eq '{JANSEN}'", "'Edm.Guid' and 'Edm.String'"),
        ("Name add 1 eq 2", "Operator 'add' incompatible"),
        ("Name gt null", "incompatible with null"),
        ("soundex(Name) eq 'J'", "Unknown function 'soundex'"),
        ("startswith(Name)", "No applicable function"),
        ("Created gt datetime'yesterday'", "Unrecognized 'Edm.DateTime' literal"),
        ("BankAccounts eq 1", "is not a value"),
        ("CreditLineSales eq 99999999999999999999", "Unrecognized 'Edm.Int64' literal"),
        ("(" * 60 + "Blocked" + ")" * 60, "Recursion depth exceeded"),
        ("not " * 60 + "Blocked", "Recursion depth exceeded"),
        (" or ".join(["Blocked"] * 900), "Recursion depth exceeded"),
    ],
)
def test_a_wrong_filter_is_refused_with_its_reason(api: Caller, wanted: str, words: str) -> None:
    status, text = api.error("GET", "crm/Accounts", filter=wanted)
    assert status == 400
    assert words in text


def test_order_by_several_fields_nulls_first(api: Caller) -> None:
    rows = api.rows("crm/Accounts", orderby="PaymentConditionSales desc,City", select="City")
    assert [row["City"] for row in rows] == ["Groningen", "Gent", "Taichung"]
    rows = api.rows("crm/Accounts", orderby="Email asc,Name desc", select="Name")
    assert [row["Name"][0] for row in rows] == ["V", "F", "J"]
    assert api.error("GET", "crm/Accounts", orderby="City up")[0] == 400
    assert api.error("GET", "crm/Accounts", orderby="Stad")[0] == 400


def test_select_drops_the_rest_and_knows_its_fields(api: Caller) -> None:
    (row,) = api.get("crm/Accounts", select="Name,Code", top=1)
    assert row.keys() == {"__metadata", "Name", "Code"}
    status, text = api.error("GET", "crm/Accounts", select="Name,Naam")
    assert (status, "'Naam'" in text) == (400, True)


@pytest.mark.parametrize("option", [{"top": "ten"}, {"skip": "-1"}, {"$format": "json"}])
def test_wrong_options_are_refused(api: Caller, option: dict[str, str]) -> None:
    assert api.error("GET", "crm/Accounts", **option)[0] == 400


def test_a_long_list_of_keys_is_no_trouble(api: Caller) -> None:
    keys = " or ".join(f"ID eq guid'{JANSEN[:-3]}{n:03}'" for n in range(400))
    assert [row["Name"] for row in api.rows("crm/Accounts", filter=keys)] == ["Jansen's Fietsen"]
