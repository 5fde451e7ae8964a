"""Reading from Exact Online's REST API in the sandbox, on a company whose figures are known."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from small_company import (
    BIKE,
    ENTRY,
    GL,
    HOLDING,
    INVOICE,
    JANSEN,
    ORDER,
    SHOP,
    VELO,
    Caller,
    Table,
    company,
    guid,
)

from exactnb.sandbox.exact import ExactOnline, Limits
from exactnb.sandbox.store import Store

LINES = "financialtransaction/TransactionLines"
SYNC = "sync/Financial/TransactionLines"


@pytest.fixture(scope="module")
def store() -> Store:
    return Store.build(company())


@pytest.fixture(scope="module")
def api(store: Store) -> Caller:
    return Caller(ExactOnline(store))


# ---- lists of open items ----------------------------------------------------------------------


def test_control_accounts_tie_to_the_open_items(api: Caller) -> None:
    for resource, code in (("ReceivablesList", "1300"), ("PayablesList", "1600")):
        items = api.rows(f"read/financial/{resource}", select="Amount")
        ledger = api.rows(LINES, filter=f"GLAccountCode eq '{code}'", select="AmountDC")
        total = round(sum(item["Amount"] for item in items), 2)
        assert total == -round(sum(line["AmountDC"] for line in ledger), 2) != 0


def test_a_receipt_without_invoice_is_a_row_of_its_own_with_the_other_sign(api: Caller) -> None:
    loose = api.rows("read/financial/ReceivablesList", filter="InvoiceNumber eq null")
    assert [(row["Amount"], row["JournalCode"], row["YourRef"]) for row in loose] == [
        (50, "20", None)
    ]


def test_another_division_shows_its_own_records_only(store: Store) -> None:
    holding = Caller(ExactOnline(store), HOLDING)
    assert [row["Name"] for row in holding.rows("crm/Accounts")] == ["Jansen BV"]
    assert holding.rows(LINES) == []
    assert len(holding.rows("system/Divisions")) == 2


def test_descriptions_follow_the_language(store: Store) -> None:
    english = Caller(ExactOnline(store, language="en"))
    invoice = english.get(f"salesinvoice/SalesInvoices(guid'{INVOICE}')")
    assert (invoice["StatusDescription"], invoice["TypeDescription"]) == ("Processed", "Invoice")
    ExactOnline(store)  # back to Dutch for the tests that share the store


# ---- envelopes and pages -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def many() -> Caller:
    """The company with 150 more accounts that share three cities, some without one."""
    rows = [
        (guid(0x9000 + n), str(1000 + n), f"Zaak {n}", ["Assen", "Emmen", None][n % 3], n, SHOP)
        for n in range(150)
    ]
    columns = ("ID", "Code", "Name", "City", "CreditLineSales", "Division")
    return Caller(ExactOnline(Store.build([*company(), Table("Accounts", columns, rows)])))


def test_without_top_the_answer_is_a_page_with_results_and_next(many: Caller) -> None:
    body = many.get("crm/Accounts", select="ID")
    assert body.keys() == {"results", "__next"}
    assert len(body["results"]) == 60
    assert "$skiptoken=guid%27" in body["__next"]
    assert "$top" not in body["__next"]


@pytest.mark.parametrize("top", [0, 1, 60])
def test_up_to_sixty_the_answer_is_a_bare_list(many: Caller, top: int) -> None:
    body = many.get("crm/Accounts", top=top)
    assert isinstance(body, list)
    assert len(body) == top
    assert isinstance(many.get("crm/Accounts", top=60, inlinecount="allpages"), dict)


def test_top_is_a_total_that_the_next_links_count_down(many: Caller) -> None:
    body = many.get("crm/Accounts", top=100, select="ID", orderby="Created")
    assert len(body["results"]) == 60
    assert "$top=40" in body["__next"]
    assert len(many.rows("crm/Accounts", top=100, select="ID")) == 100
    assert len(many.rows("crm/Accounts", top=120, select="ID")) == 120
    assert len(many.rows("crm/Accounts", top=1000, select="ID")) == 153


@pytest.mark.parametrize(
    "orderby", [None, "City", "City desc", "CreditLineSales desc,City", "Created asc", "Name"]
)
def test_all_pages_are_the_whole_set_once(many: Caller, orderby: str | None) -> None:
    options = {"orderby": orderby} if orderby else {}
    rows = many.rows("crm/Accounts", select="ID,City,CreditLineSales", **options)
    assert len({row["ID"] for row in rows}) == len(rows) == 153
    cities = [row["City"] or "" for row in rows]
    if orderby in ("City", "City desc"):
        assert cities == sorted(cities, reverse=orderby == "City desc")


def test_pages_keep_the_filter_and_the_count(many: Caller) -> None:
    wanted = "City eq 'Assen' or City eq null"
    body = many.get("crm/Accounts", filter=wanted, inlinecount="allpages", select="City")
    assert body["__count"] == "100"
    rows = many.rows("crm/Accounts", filter=wanted, select="City")
    assert len(rows) == 100
    assert {row["City"] for row in rows} == {"Assen", None}


def test_skip_works_on_a_normal_resource_only(many: Caller) -> None:
    everything = many.rows("crm/Accounts", select="ID")
    assert many.rows("crm/Accounts", select="ID", skip=100) == everything[100:]
    assert many.get("crm/Accounts", select="ID", skip=3, top=2) == everything[3:5]
    for path in ("bulk/CRM/Accounts", "sync/CRM/Accounts"):
        assert many.error("GET", path, select="ID", skip=1)[0] == 400


def test_bulk_gives_a_thousand_a_page_and_wants_a_select(many: Caller) -> None:
    assert len(many.get("bulk/CRM/Accounts", select="ID")["results"]) == 153
    assert len(many.get("BULK/crm/accounts", top=1)) == 1
    status, text = many.error("GET", "bulk/CRM/Accounts")
    assert status == 400
    assert text == "Please add a $select or a $top=1 statement to the query string."
    assert many.error("GET", "bulk/SalesInvoice/SalesInvoices", select="InvoiceID",
                      expand="SalesInvoiceLines")[0] == 400  # fmt: skip


def test_one_record_by_its_key(api: Caller) -> None:
    record = api.get(f"crm/Accounts(guid'{VELO}')", select="Name")
    assert record["Name"] == "Vélo Élégant"
    uri = f"https://start.exactonline.nl/api/v1/{SHOP}/crm/Accounts(guid'{VELO}')"
    assert record["__metadata"] == {"uri": uri, "type": "Exact.Web.Api.Models.CRM.Account"}
    assert api.get("hrm/Divisions(100002)")["Description"] == "Noord Beheer"
    assert api.get("read/financial/RevenueList(Year=2026,Period=3)")["Amount"] == 100
    assert api.error("GET", f"crm/Accounts(guid'{guid(0xFFFF)}')")[0] == 404
    assert api.error("GET", "crm/Accounts('x')")[0] == 400
    other = Caller(api.exact, HOLDING)
    assert other.error("GET", f"crm/Accounts(guid'{VELO}')")[0] == 404


def test_me_is_a_collection_of_one(api: Caller) -> None:
    for options in ({}, {"top": 1}, {"select": "CurrentDivision"}):
        body = api.get("/api/v1/current/Me", **options)
        assert [row["CurrentDivision"] for row in body["results"]] == [SHOP]


def test_lines_are_deferred_expanded_or_walked_to(api: Caller) -> None:
    path = f"salesinvoice/SalesInvoices(guid'{INVOICE}')"
    deferred = api.get(path)["SalesInvoiceLines"]["__deferred"]["uri"]
    assert deferred.endswith(f"/{path}/SalesInvoiceLines")
    expanded = api.get(path, expand="SalesInvoiceLines")["SalesInvoiceLines"]["results"]
    assert [line["Description"] for line in expanded] == ["Zadel", "Bel"]
    walked = api.rows(f"{path}/SalesInvoiceLines", filter="Quantity gt 2", select="Description")
    assert [line["Description"] for line in walked] == ["Bel"]
    (bank,) = api.get(f"crm/Accounts(guid'{JANSEN}')/BankAccounts")["results"]
    assert bank["BankAccount"] == "NL02ABNA0123456789"
    assert api.get(f"crm/Accounts(guid'{VELO}')/BankAccounts") == {"results": []}
    assert api.error("GET", f"{path}/Regels")[0] == 404
    assert api.error("GET", path, expand="Regels")[0] == 400
    sales = api.get(f"salesentry/SalesEntries(guid'{ENTRY[26700001]}')", expand="SalesEntryLines")
    assert "__deferred" in sales["SalesEntryLines"]  # known not to expand
    (order,) = api.get("salesorder/SalesOrders", expand="SalesOrderLines", top=1)
    assert (order["OrderID"], len(order["SalesOrderLines"]["results"])) == (ORDER, 1)


# ---- sync ---------------------------------------------------------------------------------------


def test_sync_goes_by_row_version_and_takes_no_other_filter(api: Caller) -> None:
    rows = api.rows(SYNC, filter="Timestamp gt 1L", select="Timestamp,ID,Modified")
    versions = [int(row["Timestamp"]) for row in rows]
    assert len(rows) == 23
    assert versions == sorted(set(versions))
    moments = [row["Modified"] for row in rows]
    assert moments == sorted(moments)
    later = api.rows(SYNC, filter=f"Timestamp gt {versions[19]}L", select="ID")
    assert [row["ID"] for row in later] == [row["ID"] for row in rows[20:]]
    for wanted in ("Type eq 20", "Timestamp lt 5L", "Timestamp gt 5L and Type eq 20"):
        status, text = api.error("GET", SYNC, filter=wanted)
        assert status == 400
        assert text == "This $filter parameter is not supported for this resource."
    assert api.error("GET", SYNC, orderby="Date")[0] == 400


def test_sync_pages_are_the_whole_set_once() -> None:
    rows = [(guid(0x9000 + n), f"P{n}", "Project", 3, SHOP) for n in range(2500)]
    projects = Table("Projects", ("ID", "Code", "Description", "Type", "Division"), rows)
    many = Caller(ExactOnline(Store.build([*company(), projects])))
    body = many.get("sync/Project/Projects", filter="Timestamp gt 1L", select="ID,Timestamp")
    assert len(body["results"]) == 1000
    found = many.rows("sync/Project/Projects", filter="Timestamp gt 1L", select="ID,Timestamp")
    assert len({row["ID"] for row in found}) == len(found) == 2501
    some = many.rows("sync/Project/Projects", filter="Timestamp gt 1L", select="ID", top=1500)
    assert len(some) == 1500


def test_sync_of_invoices_has_header_and_line_in_one_row(api: Caller) -> None:
    rows = api.rows("sync/SalesInvoice/SalesInvoices", filter="Timestamp gt 1L")
    lines = {(row["InvoiceNumber"], row["LineNumber"]): row["Quantity"] for row in rows}
    assert lines == {(26700001, 1): 2, (26700001, 2): 4, (None, 1): 2}


def test_a_moment_can_be_turned_into_a_row_version(api: Caller) -> None:
    body = api.get("read/sync/Sync/SyncTimestamp", modified="datetime'2026-06-01'",
                   endPoint="'TransactionLines'")  # fmt: skip
    version = body["results"][0]["TimeStampAsBigInt"]
    rows = api.rows(SYNC, filter=f"Timestamp gt {version}L", select="Description,EntryNumber")
    assert {row["EntryNumber"] for row in rows} == {26700002, 26900002}
    assert api.error("GET", "read/sync/Sync/SyncTimestamp")[0] == 400


# ---- who may, how often, and in which form ------------------------------------------------------


def test_an_administration_without_right_is_forbidden_with_a_reason(api: Caller) -> None:
    response = api.call("GET", "/api/v1/999999/crm/Accounts")
    assert (response.status_code, response.headers["Reason"]) == (403, "NoDivisionAccess")
    text = json.loads(response.get_data())["error"]["message"]["value"]
    assert text == "U heeft geen toegang tot deze administratie."
    blocked = Caller(ExactOnline(api.exact.store, reason="LicenseExpired"))
    response = blocked.call("GET", "crm/Accounts")
    assert (response.status_code, response.headers["Reason"]) == (403, "LicenseExpired")


@pytest.mark.parametrize("path", ["/", "/api/v1/100001/crm/Clients", "/api/v1/100001", "/api/v2/x"])
def test_unknown_paths_are_not_found(api: Caller, path: str) -> None:
    assert api.error("GET", path)[0] == 404


def test_names_of_services_do_not_mind_their_case(api: Caller) -> None:
    assert len(api.rows("CRM/accounts")) == 3


def test_mandatory_filtering_is_a_switch(store: Store) -> None:
    strict = Caller(ExactOnline(store, mandatory_filter=True))
    status, text = strict.error("GET", "crm/Accounts", select="Name")
    assert status == 400
    assert text.startswith("This endpoint has mandatory filtering applied. A GET request for")
    assert "Modified" in text
    assert "Classification8" in text
    assert (
        strict.error("GET", "bulk/CRM/Accounts", select="Name", filter="CreditLineSales gt 1")[0]
        == 400
    )
    assert len(strict.rows("crm/Accounts", filter="Modified gt datetime'2020-01-01'")) == 3
    assert strict.get(f"crm/Accounts(guid'{JANSEN}')", select="Name")["Name"] == "Jansen's Fietsen"
    assert len(strict.rows("financial/Journals")) == 4  # no list of fields is known for it


def test_limits_by_the_minute_and_the_day(store: Store) -> None:
    now = [1_782_813_600.0 + 30]
    api = Caller(ExactOnline(store, limits=Limits(minute=3, day=5), clock=lambda: now[0]))

    def call(path: str = "crm/Accounts") -> Any:
        return api.call("GET", path, top=1)

    headers = call().headers
    assert headers["X-RateLimit-Limit"] == "5"
    assert headers["X-RateLimit-Remaining"] == "4"
    assert headers["X-RateLimit-Minutely-Limit"] == "3"
    assert headers["X-RateLimit-Minutely-Remaining"] == "2"
    assert headers["X-RateLimit-Minutely-Reset"] == "1782813660000"
    assert headers["X-RateLimit-Reset"] == "1782864000000"
    assert [call().status_code for _ in range(3)] == [200, 200, 429]
    refused = call()
    names = [name for name, _ in refused.headers if name.startswith("X-RateLimit")]
    assert all("Minutely" in name for name in names)
    assert len(names) == 3
    assert refused.headers["X-RateLimit-Minutely-Remaining"] == "0"
    assert call(f"/api/v1/{HOLDING}/crm/Accounts").status_code == 200  # counted by itself
    now[0] += 30  # the next minute of the clock
    assert [call().status_code for _ in range(3)] == [200, 200, 429]
    now[0] += 60
    assert call().headers["X-RateLimit-Remaining"] == "0"  # the day is used up
    now[0] += 86400
    assert call().status_code == 200


def test_without_limits_nothing_is_refused_and_no_header_tells_of_any(store: Store) -> None:
    api = Caller(ExactOnline(store, clock=lambda: 1_782_813_600.0))
    answers = [api.call("GET", "financial/Journals", top=1, select="ID") for _ in range(65)]
    assert {answer.status_code for answer in answers} == {200}
    assert not [name for name, _ in answers[-1].headers if name.startswith("X-RateLimit")]


def test_the_headers_can_be_hidden_as_a_proxy_may_do(store: Store) -> None:
    exact = ExactOnline(store, limits=Limits(minute=2), hide_limits=True)
    api = Caller(exact)
    answers = [api.call("GET", "financial/Journals", top=1, select="ID") for _ in range(3)]
    assert answers[2].status_code == 429
    for answer in answers:
        assert not [name for name, _ in answer.headers if name.startswith("X-RateLimit")]


@pytest.mark.parametrize("accept", ["*/*", "application/xml", ""])
def test_who_accepts_no_json_gets_an_atom_feed(api: Caller, accept: str) -> None:
    response = api.call("GET", "crm/Accounts", headers={"Accept": accept}, orderby="Name",
                        select="Name,Created,Email,Blocked")  # fmt: skip
    assert response.mimetype == "application/atom+xml"
    feed = ElementTree.fromstring(response.get_data())
    data = "{http://schemas.microsoft.com/ado/2007/08/dataservices}"
    assert [e.text for e in feed.iter(f"{data}Name")] == [
        "Frame & Co",
        "Jansen's Fietsen",
        "Vélo Élégant",
    ]
    assert next(feed.iter(f"{data}Created")).text == "2025-11-01T09:30:00"
    assert next(feed.iter(f"{data}Blocked")).text == "false"
    refused = api.call("GET", "crm/Accounts", headers={"Accept": accept}, filter="x")
    assert (refused.status_code, refused.mimetype) == (400, "application/xml")
    assert "No property" in ElementTree.fromstring(refused.get_data())[1].text


# ---- the store ----------------------------------------------------------------------------------


def test_a_column_that_the_store_does_not_know_is_named() -> None:
    wrong = Table("Accounts", ("ID", "Naam", "AccountName"), [(guid(1), "x", "y")])
    with pytest.raises(ValueError, match="Accounts does not store Naam, AccountName"):
        Store.build([wrong])
    with pytest.raises(ValueError, match="Klanten is not a stored entity"):
        Store.build([Table("Klanten", ("ID",), [])])


def test_the_company_is_built_once_and_its_copy_is_never_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = []

    def build(size: int, seed: int) -> list[Table]:
        built.append((size, seed))
        return company()

    monkeypatch.setenv("EXACTNB_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("exactnb.sandbox.company.build", build)
    first = Store.open(500, seed=7)
    (kept,) = (tmp_path / "home").rglob("*.sqlite")
    before = kept.read_bytes()
    path = f"crm/Accounts(guid'{VELO}')"
    Caller(ExactOnline(first)).done("PUT", path, {"City": "Brugge"})
    first.close()
    second = Store.open(500, seed=7)
    assert Caller(ExactOnline(second)).get(path)["City"] == "Gent"
    second.close()
    assert kept.read_bytes() == before
    assert built == [(500, 7)]
    Store.open(500, seed=8).close()
    assert built == [(500, 7), (500, 8)]

    monkeypatch.setattr("exactnb.sandbox.store.IN_MEMORY", 0)
    large = Store.open(500, seed=7)
    Caller(ExactOnline(large)).done("PUT", path, {"City": "Brugge"})
    large.close()
    assert kept.read_bytes() == before


def test_a_directory_keeps_what_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXACTNB_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("exactnb.sandbox.company.build", lambda size, seed: company())
    for city in ("Brugge", "Luik"):
        store = Store.open(500, data=tmp_path / "data")
        api = Caller(ExactOnline(store))
        before = api.get(f"crm/Accounts(guid'{VELO}')")["City"]
        assert before == {"Brugge": "Gent", "Luik": "Brugge"}[city]
        api.done("PUT", f"crm/Accounts(guid'{VELO}')", {"City": city})
        store.close()


def test_many_callers_at_once_see_whole_records() -> None:
    store = Store.build(company())
    api = Caller(ExactOnline(store))

    def write(number: int) -> int:
        lines = [{"Item": BIKE, "NetPrice": 100}] * 2
        made = api.post(
            "salesinvoice/SalesInvoices", {"OrderedBy": JANSEN, "SalesInvoiceLines": lines}
        )
        api.post("salesinvoice/PrintedSalesInvoices", {"InvoiceID": made["InvoiceID"]})
        entries: dict[str, float] = {}
        for line in api.rows("bulk/Financial/TransactionLines", select="EntryID,AmountDC"):
            entries[line["EntryID"]] = entries.get(line["EntryID"], 0) + line["AmountDC"]
        assert {round(total, 2) for total in entries.values()} == {0}
        return number

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(write, range(12))) == list(range(12))
    printed = api.rows("salesinvoice/SalesInvoices", filter="Status eq 50", select="InvoiceNumber")
    numbers = sorted(row["InvoiceNumber"] for row in printed)
    assert numbers == [26700001, *range(26700004, 26700016)]


def test_the_day_moves_what_is_late(store: Store) -> None:
    later = Caller(ExactOnline(store, today=date(2026, 10, 31)))
    (velo,) = later.rows(
        "read/financial/AgingReceivablesList", filter="AccountName eq 'Vélo Élégant'"
    )
    assert (velo["AgeGroup1Amount"], velo["AgeGroup4Amount"]) == (0, 1000.1)
    ExactOnline(store)


def test_records_refer_to_the_chart(api: Caller) -> None:
    (line,) = api.rows(LINES, filter=f"GLAccount eq guid'{GL['7000']}'", select="AmountDC,Status")
    assert (line["AmountDC"], line["Status"]) == (33.33, 20)
