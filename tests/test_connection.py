"""One administration: who and where, finding actions, the raw API, the read-only gate."""

import datetime as dt

import pytest

import exactnb
from exactnb.errors import (
    AccessError,
    InputError,
    NotFoundError,
    ReadOnlyError,
    RunError,
)

MAIN, HOLDING = "Noordster Rijwielen B.V.", "Noordster Beheer B.V."


def test_the_card_says_which_administration_and_whether_it_may_be_written(books):
    card = books._repr_html_()
    assert MAIN in card
    assert str(books.division) in card
    assert "read only" in card
    assert "may write" in exactnb.demo()._repr_html_()


def test_no_token_shows_anywhere(books):
    token = books.settings.token
    assert token
    seen = [repr(books), books._repr_html_(), repr(books.settings), repr(books.membrane)]
    seen += [str(books.list_gl_accounts(limit=1).attrs), repr(books.membrane._transport)]
    assert not [text for text in seen if token in text]


def test_divisions_and_another_one(books):
    divisions = books.divisions()
    assert divisions["description"].tolist() == [MAIN, HOLDING]
    other = books.in_division(int(divisions["code"].iloc[1]))
    assert other.division == divisions["code"].iloc[1]
    assert HOLDING in other._repr_html_()
    mine, theirs = books.list_gl_accounts(), other.list_gl_accounts()
    assert set(mine["division"]) == {books.division}
    assert set(theirs["division"]) == {other.division}
    assert set(other.odata("financial/Journals")["division"]) == {other.division}


def test_a_division_that_is_not_there_is_named_with_those_that_are(books):
    with pytest.raises(NotFoundError, match=f"999.*{MAIN}.*{HOLDING}"):
        books.in_division(999)


def test_an_action_without_a_division_does_not_read_another_one_by_mistake(books):
    other = books.in_division(int(books.divisions()["code"].iloc[1]))
    action = other._catalog.find("list-gl-accounts")
    del action.input_schema["properties"]["division"]
    with pytest.raises(InputError, match="another administration"):
        other.list_gl_accounts()


# --- finding actions ------------------------------------------------


def test_actions_are_found_by_what_one_wants(books):
    found = books.actions("unpaid invoices")
    assert found["key"].iloc[0] == "list-sales-invoices"
    assert books.actions("nieuwe klant aanmaken")["key"].iloc[0] == "create-account"
    every = books.actions()
    assert len(every) >= 20
    assert every.set_index("key").loc["create-account", "writes"]
    assert not every.set_index("key").loc["list-accounts", "writes"]
    assert len(books.actions(limit=3)) == 3


def test_inputs_are_listed_with_what_they_take(books):
    inputs = books.inputs("list-sales-invoices").set_index("input")
    assert "50" in inputs.loc["status", "choices"]
    assert books.inputs("create-account").set_index("input").loc["name", "required"]


def test_an_unknown_action_is_answered_with_the_nearest(books):
    with pytest.raises(NotFoundError, match="Did you mean list-accounts"):
        books.run("list-acounts")


def test_an_action_that_is_still_being_made_is_not_run_and_looked_up_anew():
    books = exactnb.demo()
    action = books._catalog.find("list-items")
    books._catalog._known["list-items"] = action.model_copy(update={"state": "BUILDING"})
    with pytest.raises(RunError, match="BUILDING"):
        books.list_items(limit=1)
    assert len(books.list_items(limit=1)) == 1


def test_an_action_runs_by_key_or_id_with_any_spelling_of_its_inputs(books):
    action = books._catalog.find("list-gl-accounts")
    for run in (books.run("list-gl-accounts", {"TOP": 2}), books.run(action.id, top=2)):
        assert run.action == "list-gl-accounts"
        assert run.input == {"top": 2}
        assert len(run.output["d"]) == 2
        assert run.id


def test_an_unknown_input_names_the_right_one(books):
    with pytest.raises(InputError, match="did you mean status"):
        books.list_sales_invoices(statuss=20)


def test_wrong_inputs_are_named_all_at_once(books):
    with pytest.raises(InputError) as caught:
        books.list_sales_invoices(status="paid", from_="31-12-2025", nonsense=1)
    assert {path[0] for path, _ in caught.value.problems} == {"status", "from", "nonsense"}


def test_an_input_that_is_no_mapping_is_named(books):
    with pytest.raises(InputError, match="is a list"):
        books.run("list-accounts", ["Jansen"])


def test_dates_may_be_python_dates(books):
    frame = books.list_sales_invoices(from_=dt.date(2025, 3, 1), to=dt.date(2025, 3, 31))
    assert frame["invoice_date"].dt.month.unique().tolist() == [3]


# --- the gate ------------------------------------------------


@pytest.mark.parametrize(
    "write",
    [
        lambda books: books.create_account(name="X"),
        lambda books: books.update_account("00000000-0000-4000-8000-000000000000", name="X"),
        lambda books: books.run("create-item", code="1", description="x"),
        lambda books: books.request("/crm/Accounts", method="POST", json={"Name": "X"}),
        lambda books: books.request("/crm/Accounts(guid'1')", method="DELETE"),
    ],
)
def test_a_read_only_connection_refuses_every_write_and_says_how_to_open_it(books, write):
    before = len(books.list_accounts())
    with pytest.raises(ReadOnlyError, match=r"connect\(read_only=False\)"):
        write(books)
    assert len(books.list_accounts()) == before


def test_an_action_that_does_not_say_that_it_reads_counts_as_a_write():
    books = exactnb.demo(read_only=True)
    action = books.action("list-items")
    odd = action.model_copy(update={"key": "do-something", "type": "run-javascript"})
    books._catalog._known["do-something"] = odd
    with pytest.raises(ReadOnlyError):
        books.run("do-something")


# --- Exact Online itself ------------------------------------------------


def test_requests_reach_exact_by_any_kind_of_path(books):
    contact = books.request("/crm/Contacts", query={"$top": 1, "$select": "ID,FullName"})["d"][0]
    division = books.division
    for path in (
        "crm/Contacts",
        f"/api/v1/{division}/crm/Contacts",
        f"https://start.exactonline.nl/api/v1/{division}/crm/Contacts",
    ):
        assert books.request(path, query={"$top": 1, "$select": "ID,FullName"})["d"][0] == contact
    assert books.request("current/Me")["d"]["results"][0]["CurrentDivision"] == division
    one = books.request("/crm/Contacts(guid'{id}')", path_params={"id": contact["ID"]})
    assert one["d"]["FullName"] == contact["FullName"]


def test_every_verb_and_both_kinds_of_body():
    books = exactnb.demo()
    made = books.request("/crm/Accounts", method="POST", json={"Name": "Testrijder B.V."})
    key = made["d"]["ID"]
    path = f"/crm/Accounts(guid'{key}')"
    body = b'{"City": "Assen"}'
    headers = {"Content-Type": "application/json"}
    assert books.request(path, method="PUT", data=body, headers=headers) is None
    assert books.request(path)["d"]["City"] == "Assen"
    assert books.request(path)["d"]["Name"] == "Testrijder B.V."
    assert books.request(path, method="delete") is None
    with pytest.raises(NotFoundError):
        books.request(path)


def test_odata_pages_to_the_end_with_the_options_of_odata(books):
    frame = books.odata(
        "TransactionLines",
        select=["EntryNumber", "amount_dc", "GLAccountCode"],
        filter={"financial_year": 2025, "GLAccountCode": "1300", "AmountDC": (">", 0)},
        orderby="EntryNumber desc",
    )
    assert frame.columns.tolist() == ["entry_number", "amount_dc", "gl_account_code"]
    assert len(frame) > 120
    assert frame["entry_number"].is_monotonic_decreasing
    assert (frame["amount_dc"] > 0).all()
    assert len(books.odata("financialtransaction/TransactionLines", limit=61)) == 61


def test_odata_with_lines(books):
    lines = books.odata("SalesInvoices", filter={"Status": 50}, top=5, lines=True)
    assert lines["invoice_id"].nunique() == 5
    assert lines["item_code"].notna().all()


def test_as_many_rows_as_a_page_has_are_no_doubt_where_they_were_asked_for(books):
    assert books.odata("Items", top=60).attrs["complete"] == "yes"


def test_an_unknown_field_is_named_with_the_nearest(books):
    with pytest.raises(InputError, match="InvoiceNumber"):
        books.odata("SalesInvoices", select=["InvoiceNumbr"])


def test_an_unknown_entity_is_named_with_the_nearest(books):
    with pytest.raises(NotFoundError, match="Did you mean SalesInvoices"):
        books.odata("SalesInvoice")


def test_a_bulk_resource_is_asked_for_every_value_since_it_needs_a_selection(books):
    bulk, plain = books.odata("bulk/CRM/Accounts"), books.odata("crm/Accounts")
    assert bulk["name"].tolist() == plain["name"].tolist()
    assert bulk.attrs["pages"] == "1"
    assert list(bulk.columns) == list(plain.columns)


def test_a_method_that_is_none_is_not_sent(books):
    with pytest.raises(InputError, match="FETCH"):
        books.request("/crm/Accounts", method="fetch")


def test_a_company_smaller_than_the_smallest_is_refused():
    with pytest.raises(ValueError, match="12,000"):
        exactnb.demo(size=100)


def test_exacts_refusals_are_read(books):
    with pytest.raises(NotFoundError, match="crm/Contactz"):
        books.request("/crm/Contactz")
    with pytest.raises(RunError, match=r"\$select"):
        books.request("/bulk/CRM/Accounts")
    with pytest.raises(AccessError, match="division") as caught:
        books.request("/api/v1/999/crm/Accounts")
    assert caught.value.reason == "NoDivisionAccess"


def test_another_prefix_is_a_setting(books):
    settings = books.settings.model_copy(update={"exact_prefix": ""})
    bare = exactnb.Connection(books.membrane, books.info, settings, read_only=True)
    assert bare.division == books.division
    assert len(bare.odata("financial/GLAccounts")) == len(books.odata("financial/GLAccounts")) > 60
