"""The 20 popular actions, each in all four dialects, by the values that they bring."""

import inspect

import pandas as pd
import pytest

from exactnb.actions import POPULAR, PopularActions
from exactnb.errors import InputError, NotFoundError, RunError

LISTS = [key for key in POPULAR if key.startswith("list-")]
GETS = [key for key in POPULAR if key.startswith("get-")]


def method(key):
    return key.replace("-", "_")


def plain_list(books, key):
    """The same records by Exact Online's own API, which no action has touched."""
    return books.odata(POPULAR[key])


@pytest.fixture(scope="session")
def from_exact(books):
    """Each list of the popular actions by Exact's own API, in the order of the keys."""
    return {key: plain_list(books, key) for key in LISTS}


def key_of(frame):
    return next(c for c in ("id", "invoice_id", "order_id", "entry_id") if c in frame)


# --- lists ------------------------------------------------


@pytest.mark.parametrize("key", LISTS)
def test_a_list_is_what_exact_itself_gives_in_every_dialect(spoken, from_exact, key):
    expected = from_exact[key]
    frame = getattr(spoken, method(key))()
    name = key_of(expected)
    known = frame[frame[name].isin(expected[name])]  # tests of writes add records
    assert len(known) == len(expected) > 2
    order = {"by": name, "ignore_index": True}
    pd.testing.assert_frame_equal(
        known.sort_values(**order)[[name, *VALUES[key]]],
        expected.sort_values(**order)[[name, *VALUES[key]]],
        check_like=False,
    )
    assert list(frame.columns) == list(expected.columns)
    assert list(frame.dtypes) == list(expected.dtypes)
    assert frame.attrs["action"] == key
    assert frame.attrs["complete"] == "yes"
    assert frame[name].is_unique


VALUES = {
    "list-accounts": ["code", "name", "status", "is_supplier", "vat_number", "country"],
    "list-contacts": ["full_name", "account", "account_name", "email"],
    "list-items": ["code", "description", "cost_price_standard", "start_date"],
    "list-sales-invoices": [
        "invoice_number",
        "invoice_date",
        "due_date",
        "amount_dc",
        "status",
        "ordered_by_name",
    ],
    "list-sales-orders": ["order_number", "order_date", "amount_dc", "status"],
    "list-gl-accounts": ["code", "description", "type", "balance_type", "balance_side"],
    "list-journal-entries": ["entry_number", "journal_code", "financial_year", "type"],
}


def test_list_accounts_finds_the_tail_of_customers_and_suppliers(spoken):
    accounts = spoken.list_accounts()
    customers = accounts[accounts["status"] == "C"]
    assert 200 <= len(customers) <= 320
    assert 50 <= accounts["is_supplier"].sum() <= 75
    assert not accounts["code"].str.contains(" ").any()
    assert {"NL", "BE", "DE"} <= set(accounts["country"])


def test_list_sales_invoices_takes_the_actions_own_inputs(spoken):
    processed = spoken.list_sales_invoices(status=50)
    assert set(processed["status"]) == {50}
    assert processed["invoice_number"].notna().all()
    assert (processed["invoice_number"] > 23_000_000).all()
    quarter = spoken.list_sales_invoices(status=50, FROM="2025-04-01", to="2025-06-30")
    assert quarter["invoice_date"].between("2025-04-01", "2025-06-30").all()
    expected = processed["invoice_date"].between("2025-04-01", "2025-06-30").sum()
    assert len(quarter) == expected > 60


def test_list_gl_accounts_has_the_dutch_chart(spoken):
    chart = spoken.list_gl_accounts().set_index("code")
    assert chart.loc["1300", "type"] == 20
    assert chart.loc["1600", "type"] == 22
    assert chart.loc["8000", "balance_type"] == "W"
    assert chart.loc["1300", "description"] == "Debiteuren"


def test_list_journal_entries_has_the_general_journal_only(spoken):
    entries = spoken.list_journal_entries()
    journals = spoken.odata("Journals").set_index("code")["type"]
    assert set(entries["journal_code"].map(journals)) == {90}
    assert entries["entry_number"].is_unique


def test_lines_repeat_the_header_and_add_up_to_it(spoken):
    lines = spoken.list_sales_invoices(status=50, limit=20, lines=True)
    by_invoice = lines.groupby("invoice_id").agg(
        lines=("line_amount_dc", "sum"),
        vat=("vat_amount_dc", "first"),
        total=("amount_dc", "first"),
        rows=("amount_dc", "size"),
    )
    assert len(by_invoice) == 20
    assert by_invoice["rows"].max() > 1
    gap = (by_invoice["lines"] + by_invoice["vat"] - by_invoice["total"]).abs()
    assert gap.max() < 0.005


def test_a_limit_is_kept(spoken):
    assert len(spoken.list_accounts(limit=61)) == 61
    assert len(spoken.list_accounts(limit=5)) == 5


# --- one record ------------------------------------------------


@pytest.mark.parametrize("key", GETS)
def test_a_record_is_the_row_of_its_list(spoken, from_exact, key):
    listed = from_exact[key.replace("get-", "list-") + "s"]
    row = listed.iloc[len(listed) // 2]
    record = getattr(spoken, method(key))(row[key_of(listed)])
    assert list(record.index) == list(listed.columns)
    assert record.name == row[key_of(listed)]
    for column in listed.columns:
        mine, theirs = record[column], row[column]
        assert (pd.isna(mine) and pd.isna(theirs)) or mine == theirs, column


@pytest.mark.parametrize("key", GETS)
def test_a_record_that_is_not_there_is_not_found(spoken, key):
    with pytest.raises(NotFoundError, match=r"404|not found"):
        getattr(spoken, method(key))("00000000-0000-4000-8000-000000000000")


def test_the_lines_of_a_record_are_a_frame(spoken):
    invoice = spoken.list_sales_invoices(status=50, limit=1).iloc[0]
    lines = spoken.get_sales_invoice(invoice["invoice_id"], lines=True)
    assert abs(lines["amount_dc"].sum() + invoice["vat_amount_dc"] - invoice["amount_dc"]) < 0.005
    order = spoken.list_sales_orders(limit=1).iloc[0]
    assert (spoken.get_sales_order(order["order_id"], lines=True)["quantity"] > 0).all()


def test_records_without_lines_say_so(spoken):
    with pytest.raises(InputError, match="have no lines"):
        spoken.list_gl_accounts(lines=True)


# --- writes ------------------------------------------------


def test_create_and_update_an_account(spoken):
    run = spoken.create_account(name="Rijwielhuis De Testfiets", status="C", city="Assen")
    record = spoken.get_account(run.record_id)
    assert (record["name"], record["status"], record["city"]) == (
        "Rijwielhuis De Testfiets",
        "C",
        "Assen",
    )
    assert record["code"].isdigit()
    updated = spoken.update_account(run.record_id, phone="050 123 45 67")
    assert updated.action == "update-account"
    after = spoken.get_account(run.record_id)
    assert after["phone"] == "050 123 45 67"
    assert after["city"] == "Assen"  # what was not given is as it was


def test_an_update_of_nothing_is_not_sent(spoken):
    with pytest.raises(InputError, match="nothing to change"):
        spoken.update_account(spoken.list_accounts(limit=1)["id"].iloc[0])


def test_create_and_update_a_contact(spoken):
    account = spoken.list_accounts(limit=1).iloc[0]
    run = spoken.create_contact(account=account["id"], first_name="Tjitske", last_name="Testma")
    assert spoken.get_contact(run.record_id)["full_name"] == "Tjitske Testma"
    assert spoken.get_contact(run.record_id)["account_name"] == account["name"]
    spoken.update_contact(run.record_id, email="tjitske@example.nl")
    assert spoken.get_contact(run.record_id)["email"] == "tjitske@example.nl"


def test_create_an_item(spoken):
    run = spoken.create_item(code=f"T-{spoken.info.id[-6:]}", description="Testbel")
    assert spoken.get_item(run.record_id)["description"] == "Testbel"


def test_create_a_sales_invoice(spoken):
    customer = spoken.list_accounts(status="C", limit=1).iloc[0]
    item = spoken.list_items(limit=1).iloc[0]
    line = {"item": item["id"], "quantity": 3, "net_price": 100.10}
    run = spoken.create_sales_invoice(ordered_by=customer["id"], sales_invoice_lines=[line])
    invoice = spoken.get_sales_invoice(run.record_id)
    assert invoice["status"] == 20
    assert pd.isna(invoice["invoice_number"])
    assert invoice["ordered_by_name"] == customer["name"]
    assert abs(invoice["amount_dc"] - invoice["vat_amount_dc"] - 300.30) < 0.005


def test_create_a_sales_order(spoken):
    customer = spoken.list_accounts(status="C", limit=1).iloc[0]
    item = spoken.list_items(limit=1).iloc[0]
    run = spoken.create_sales_order(
        {
            "OrderedBy": customer["id"],
            "sales_order_lines": [{"item": item["id"], "quantity": 2, "net_price": 50}],
        }
    )
    order = spoken.get_sales_order(run.record_id)
    assert order["status"] == 12
    lines = spoken.get_sales_order(run.record_id, lines=True)
    assert lines["quantity"].tolist() == [2.0]


def test_what_exact_refuses_is_told_in_its_own_words(spoken):
    line = {"item": "00000000-0000-4000-8000-000000000000", "quantity": 1}
    customer = spoken.list_accounts(status="C", limit=1).iloc[0]
    with pytest.raises(RunError) as caught:
        spoken.create_sales_invoice(ordered_by=customer["id"], sales_invoice_lines=[line])
    assert caught.value.run_id
    assert "rtikel" in str(caught.value) or "Verplicht" in str(caught.value)


# --- the table of them ------------------------------------------------


def test_every_popular_action_is_a_method_and_every_method_one_of_them(spoken):
    methods = {
        name
        for name, member in vars(PopularActions).items()
        if inspect.isfunction(member) and name.startswith(("list_", "get_", "create_", "update_"))
    }
    assert methods == {method(key) for key in POPULAR}
    assert len(POPULAR) == 20
    assert set(POPULAR) <= set(spoken.actions()["key"])
    for name in methods:
        assert inspect.getdoc(getattr(PopularActions, name)), name
