"""From a form to a record and back: checked, confirmed, sent once, read back, refused in place."""

import threading
from decimal import Decimal

import pandas as pd
import pytest
from sandbox_side import over

import exactnb
from exactnb.errors import InputError, NotFoundError, ReadOnlyError, ServerError
from exactnb.sandbox import Sandbox

NOBODY = "00000000-0000-0000-0000-000000000001"


@pytest.fixture(scope="module")
def demo():
    return exactnb.demo()


@pytest.fixture(scope="module")
def customer(demo):
    return demo.list_accounts(status="C", limit=1).iloc[0]


@pytest.fixture(scope="module")
def items(demo):
    return demo.list_items(limit=3)


def sent(form):
    """The receipt of a form that nothing is wrong with."""
    preview = form.check()
    assert preview is not None, form.errors
    receipt = form.send()
    assert receipt is not None, form.submission.message
    assert form.status == "done"
    return receipt


# --- every action that writes ---------------------------------------------------------------------


def test_every_action_that_writes_goes_from_form_to_record_and_back(spoken):
    books = spoken
    account = sent(
        exactnb.form(
            books,
            "create-account",
            {"name": "Fietsatelier Zuid", "status": "C", "creditLineSales": "1.234,56"},
        )
    )
    assert account.record["name"] == "Fietsatelier Zuid"
    assert account.record["credit_line_sales"] == 1234.56
    assert account.not_kept == ()
    contact = sent(
        exactnb.form(
            books,
            "create-contact",
            {"account": account.record_id, "firstName": "Ada", "lastName": "Zuidema"},
        )
    )
    assert contact.record["account"] == account.record_id
    item = sent(
        exactnb.form(books, "create-item", {"code": "ZADEL-1", "description": "Zadel, leer"})
    )
    assert item.record["code"] == "ZADEL-1"
    lines = pd.DataFrame(
        {"item": [item.record_id] * 2, "quantity": [2, 1], "netPrice": [Decimal("12.34"), 5]}
    )
    for action, place in (
        ("create-sales-invoice", "salesInvoiceLines"),
        ("create-sales-order", "salesOrderLines"),
    ):
        form = exactnb.form(books, action, {"orderedBy": account.record_id, place: lines})
        receipt = sent(form)
        assert receipt.record["ordered_by"] == account.record_id
        assert receipt.not_kept == ()
    changed = sent(exactnb.form(books, "update-account", {"city": "Assen"}, id=account.record_id))
    assert changed.record["city"] == "Assen"
    changed = sent(
        exactnb.form(books, "update-contact", {"lastName": "Zuidema-Smit"}, id=contact.record_id)
    )
    assert changed.record["last_name"] == "Zuidema-Smit"


def test_a_form_knows_the_names_that_people_give(demo):
    form = exactnb.form(demo, "create-account", {"Name": "A", "vat_number": "NL1"}, dry_run=True)
    assert form.value["name"] == "A"
    assert form["VATNumber"] == "NL1"
    with pytest.raises(InputError, match="'shoe_size' is not an input of create-account"):
        form["shoe_size"] = 43


def test_lines_are_a_frame_both_ways(demo, items):
    form = exactnb.form(demo, "create-sales-order", dry_run=True)
    form["lines"] = pd.DataFrame({"item": items["id"], "quantity": [1, 2, 3], "net_price": 2.5})
    frame = form["lines"]
    assert frame["quantity"].tolist() == [1, 2, 3]
    frame["quantity"] = [4, 5, 6]
    form["sales_order_lines"] = frame
    assert [line["quantity"] for line in form.payload["salesOrderLines"]] == [4, 5, 6]
    form["lines"] = [{"item": items["id"].iloc[0], "netPrice": "1.234,56"}]
    assert form.payload["salesOrderLines"][0]["netPrice"] == Decimal("1234.56")


def test_a_form_asks_for_what_it_needs(demo, books):
    with pytest.raises(InputError, match="needs the id"):
        exactnb.form(demo, "update-account")
    with pytest.raises(InputError, match="only reads"):
        exactnb.form(demo, "list-accounts")
    with pytest.raises(ReadOnlyError, match="read_only=False"):
        exactnb.form(books, "create-account")
    with pytest.raises(NotFoundError):
        exactnb.form(demo, "update-account", id=NOBODY)
    with pytest.raises(InputError, match="not checked yet"):
        exactnb.form(demo, "create-account", {"name": "x"}).send()


def test_a_dry_run_stops_after_the_preview(books):
    form = exactnb.form(books, "create-account", {"name": "Proef"}, dry_run=True)
    preview = form.check()
    assert "dry run" in str(preview)
    assert form.send() is None
    assert form.status == "confirm"
    assert books.outbox().empty


# --- what is wrong, where it is wrong -------------------------------------------------------------


def test_nothing_goes_out_while_something_is_wrong(demo):
    before = len(demo.outbox())
    form = exactnb.form(demo, "create-contact", {"email": "nee", "lastName": "x" * 51})
    assert form.check() is None
    assert set(form.errors) >= {"account", "email", "lastName"}
    assert form.status == "ready"
    assert len(demo.outbox()) == before


@pytest.fixture(scope="module")
def speaking(tmp_path_factory):
    """Administrations whose Exact Online refuses in Dutch, and in English."""
    home = tmp_path_factory.mktemp("home")
    return {each: over(Sandbox(language=each), home=home) for each in ("nl", "en")}


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize(
    ("action", "values", "field"),
    [
        ("create-account", {"name": "R1", "paymentConditionSales": "99"}, "paymentConditionSales"),
        ("create-account", {"name": "R2", "salesVATCode": "zz"}, "salesVATCode"),
        ("create-account", {"name": "R3", "glAccountSales": NOBODY}, "glAccountSales"),
        ("create-account", {"name": "R4", "code": "10001"}, "code"),
        ("create-contact", {"lastName": "R5", "account": NOBODY}, "account"),
        ("create-item", {"code": "R6", "description": "d", "glRevenue": NOBODY}, "glRevenue"),
        ("create-sales-invoice", {"orderedBy": NOBODY}, "orderedBy"),
        ("create-sales-order", {"orderedBy": NOBODY}, "orderedBy"),
    ],
)
def test_a_refusal_lands_on_its_field(speaking, language, action, values, field):
    books = speaking[language]
    before = len(books.outbox("failed"))
    if "sales-" in action:
        place = "salesInvoiceLines" if "invoice" in action else "salesOrderLines"
        values = {**values, place: [{"item": books.list_items(limit=1)["id"].iloc[0]}]}
    if field == "code":
        values = {**values, "code": books.list_accounts(limit=1)["code"].iloc[0]}
    form = exactnb.form(books, action, values)
    assert form.check() is not None, form.errors
    assert form.send() is None
    assert form.status == "failed"
    assert list(form.errors) == [field]
    assert len(books.outbox("failed")) == before + 1


def test_a_refused_line_is_told_at_its_line(demo, customer, items):
    lines = [{"item": items["id"].iloc[0]}, {"item": NOBODY}]
    form = exactnb.form(
        demo, "create-sales-invoice", {"orderedBy": customer["id"], "salesInvoiceLines": lines}
    )
    form.check()
    assert form.send() is None
    assert "salesInvoiceLines[1].item" in form.errors


def test_several_problems_in_one_refusal_land_each_on_its_own_field():
    sandbox = Sandbox()
    books = over(sandbox)
    values = {
        "orderedBy": books.list_accounts(status="C", limit=1)["id"].iloc[0],
        "salesInvoiceLines": [{"item": books.list_items(limit=1)["id"].iloc[0]}],
    }
    form = exactnb.form(books, "create-sales-invoice", values)
    form.check()
    sandbox.faults.add("validation", where="exact", method="POST")
    assert form.send() is None
    assert form.errors == {
        "orderedBy": "Verplicht: Besteld door",
        "invoiceTo": "Verplicht: Factuur voor",
    }
    assert form.status == "failed"


def test_what_fits_no_field_stands_above_the_form():
    sandbox = Sandbox()
    books = over(sandbox)
    form = exactnb.form(books, "create-account", {"name": "Geen veld"})
    form.check()
    sandbox.faults.add("forbidden", where="exact", method="POST")
    assert form.send() is None
    assert form.errors == {}
    assert form.status == "failed"
    assert any("Scope" in line for line in form.model.banner)


def test_after_a_refusal_it_is_put_right_and_sent(demo):
    form = exactnb.form(demo, "create-account", {"name": "Nog eens", "salesVATCode": "zz"})
    form.check()
    assert form.send() is None
    form["salesVATCode"] = "2"
    assert form.errors == {}
    assert sent(form).record["sales_vat_code"] == "2"


def test_what_was_refused_can_be_tried_again_as_it_is():
    sandbox = Sandbox()
    books = over(sandbox)
    form = exactnb.form(books, "create-account", {"name": "Tweede poging"})
    form.check()
    sandbox.faults.add("validation", where="exact", method="POST")
    assert form.send() is None
    assert form.model.banner
    assert form.check() is not None
    assert form.model.banner == ()
    assert form.send().record["name"] == "Tweede poging"


# --- once, and only once --------------------------------------------------------------------------


def named(books, name):
    return books.odata("crm/Accounts", filter={"Name": name}, select=["ID", "Name"])


def test_a_second_click_sends_nothing(demo):
    form = exactnb.form(demo, "create-account", {"name": "Twee keer geklikt"})
    form.check()
    first, second = form.send(), form.send()
    assert first is not None
    assert second is None or second is first
    assert len(named(demo, "Twee keer geklikt")) == 1


def test_the_same_from_another_form_is_refused_unless_asked_for(demo):
    for _ in range(2):
        form = exactnb.form(demo, "create-account", {"name": "Dubbel"})
        form.check()
        form.send()
    assert form.status == "confirm"
    assert "again=True" in form.submission.message
    assert len(named(demo, "Dubbel")) == 1
    assert form.send(again=True) is not None
    assert len(named(demo, "Dubbel")) == 2


def test_ten_threads_with_one_payload_make_one_record(demo):
    forms = [exactnb.form(demo, "create-account", {"name": "Tien draden"}) for _ in range(10)]
    for form in forms:
        assert form.check() is not None
    threads = [threading.Thread(target=form.send) for form in forms]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(form.status for form in forms) == ["confirm"] * 9 + ["done"]
    assert len(named(demo, "Tien draden")) == 1


@pytest.mark.parametrize("where", ["membrane", "exact"])
def test_a_lost_answer_is_looked_for_and_found(where):
    sandbox = Sandbox()
    books = over(sandbox)
    form = exactnb.form(books, "create-account", {"name": "Zoekgeraakt"})
    form.check()
    steps = []
    form.submission.watch(lambda: steps.append(form.status))
    sandbox.faults.add("dropped_after", where=where, method="POST", times=1)
    receipt = form.send()
    assert steps == ["pending", "unknown", "done"]
    assert receipt.record["name"] == "Zoekgeraakt"
    assert named(books, "Zoekgeraakt")["id"].tolist() == [receipt.record_id]
    assert books.outbox()["status"].tolist() == ["sent"]
    assert form.send() is None or len(named(books, "Zoekgeraakt")) == 1


def test_what_cannot_be_found_out_stays_unknown_and_is_not_sent_again():
    sandbox = Sandbox()
    books = over(sandbox)
    form = exactnb.form(books, "create-account", {"name": "Onbekend"})
    form.check()
    sandbox.faults.add("dropped", where="membrane", method="POST", path="/act", times=1)
    assert form.send() is None
    assert form.status == "unknown"
    assert "not known whether it was written" in str(form)
    assert form.send() is None
    assert form.check() is None
    assert named(books, "Onbekend").empty
    assert books.outbox()["status"].tolist() == ["unknown"]
    # a person knows better, and then it can be sent
    form.submission.claim(None)
    assert form.status == "failed"
    assert sent(form).record["name"] == "Onbekend"


def test_what_was_lost_before_it_arrived_can_be_sent_anew():
    sandbox = Sandbox()
    books = over(sandbox, run_timeout=30, reconcile_margin=-30)
    form = exactnb.form(books, "create-account", {"name": "Nooit aangekomen"})
    form.check()
    sandbox.faults.add("dropped", where="membrane", method="POST", path="/act", times=1)
    assert form.send() is None
    assert form.status == "failed"
    assert "nothing was written" in form.submission.message
    assert sent(form).record["name"] == "Nooit aangekomen"


def test_a_person_can_say_which_record_it_is():
    sandbox = Sandbox()
    books = over(sandbox, retries=0)
    form = exactnb.form(books, "create-account", {"name": "Door een mens gevonden"})
    form.check()
    sandbox.faults.add("dropped_after", where="membrane", method="POST", path="/act", times=1)
    sandbox.faults.add("bad_gateway", where="membrane", method="GET", times=None)
    form.send()
    assert form.status == "unknown"
    sandbox.faults.clear()
    id = named(books, "Door een mens gevonden")["id"].iloc[0]
    receipt = form.submission.claim(id)
    assert receipt is not None
    assert receipt.record_id == id
    assert books.outbox()["status"].tolist() == ["sent"]


def test_an_interrupted_send_is_unknown(demo, monkeypatch):
    form = exactnb.form(demo, "create-account", {"name": "Onderbroken"})
    form.check()
    real = demo.run

    def stopped(*args, **kwargs):
        real(*args, **kwargs)
        raise KeyboardInterrupt

    monkeypatch.setattr(demo, "run", stopped)
    with pytest.raises(KeyboardInterrupt):
        form.send()
    assert form.status == "unknown"
    monkeypatch.undo()
    assert form.send() is None


# --- updates --------------------------------------------------------------------------------------


def test_an_update_sends_only_what_changed(demo, customer):
    form = exactnb.form(demo, "update-account", id=customer["id"])
    assert form["name"] == customer["name"]
    assert form.payload == {}
    assert form.check() is None
    assert "nothing was changed" in form.submission.message
    form["phone"] = "050 555 55 55"
    preview = form.check()
    assert preview.sent == {"id": customer["id"], "phone": "050 555 55 55"}
    assert preview.changes["field"].tolist() == ["Phone"]
    assert form.send().record["phone"] == "050 555 55 55"


def test_what_is_odd_in_a_record_does_not_stop_a_change_of_something_else(demo):
    id = demo.create_account(name="Oude gegevens").record_id
    store = demo.membrane._transport._transport._client._transport.app.exact_online.store
    with store.transaction():
        sql = "UPDATE main.Accounts SET Email = 'geen', Postcode = '12345678901234' WHERE ID = ?"
        store.connection.execute(sql, (id,))
    form = exactnb.form(demo, "update-account", {"city": "Assen"}, id=id)
    assert sent(form).record["city"] == "Assen"
    form = exactnb.form(demo, "update-account", {"email": "ook niet"}, id=id)
    assert form.check() is None
    assert list(form.errors) == ["email"]


def test_what_someone_else_changed_is_shown_and_kept(demo, items):
    account = demo.list_accounts(status="C", limit=2).iloc[1]
    form = exactnb.form(demo, "update-account", {"phone": "020 111 11 11"}, id=account["id"])
    demo.update_account(account["id"], city="Elders", phone="020 222 22 22")
    preview = form.check()
    told = preview.conflict.set_index("field")
    assert told.loc["city", "now"] == "Elders"
    assert told.loc["phone"].tolist() == [account["phone"], "020 222 22 22", "020 111 11 11"]
    form.submission.take_over()
    assert form["city"] == "Elders"
    assert form["phone"] == "020 111 11 11"
    preview = form.check()
    assert preview.conflict is None
    assert preview.sent == {"id": account["id"], "phone": "020 111 11 11"}
    assert form.send().record["city"] == "Elders"


def test_a_change_between_preview_and_confirmation_is_shown_first(demo):
    account = demo.list_accounts(status="C", limit=3).iloc[2]
    form = exactnb.form(demo, "update-account", {"phone": "030 1"}, id=account["id"])
    assert form.check().conflict is None
    demo.update_account(account["id"], city="Tussendoor")
    assert form.send() is None
    assert form.status == "confirm"
    assert form.submission.preview.conflict["now"].tolist() == ["Tussendoor"]
    assert form.send().record["phone"] == "030 1"


# --- duplicates, warnings and receipts ------------------------------------------------------------


def test_likely_duplicates_are_shown_before_sending(demo, customer):
    values = {"name": customer["name"].lower(), "vatNumber": customer["vat_number"]}
    form = exactnb.form(demo, "create-account", values, dry_run=True)
    preview = form.check()
    assert preview.alike["id"].tolist()[0] == customer["id"]
    assert customer["code"] in preview._repr_html_()


def test_the_receipt_warns_of_what_was_not_kept(demo):
    # a project of another administration is dropped in silence, as the service does
    other = demo.in_division(2400102).list_gl_accounts(limit=1)["id"].iloc[0]
    form = exactnb.form(demo, "create-account", {"name": "Weggelaten", "glAccountSales": other})
    receipt = sent(form)
    assert [kept.name for kept in receipt.not_kept] == ["glAccountSales"]
    assert "Not kept as sent: glAccountSales" in str(receipt)
    assert "Not kept as sent: glAccountSales" in receipt._repr_html_()


def test_the_button_says_what_will_happen(demo, customer, items):
    lines = [{"item": items["id"].iloc[0], "quantity": 2, "netPrice": 50, "vatCode": "2"}]
    form = exactnb.form(
        demo,
        "create-sales-invoice",
        {"orderedBy": customer["id"], "salesInvoiceLines": lines},
        dry_run=True,
    )
    preview = form.check()
    assert preview.heading == f"Create sales invoice for {customer['name']}, € 121.00"


def test_a_write_that_failed_on_the_way_back_is_still_a_write(demo, monkeypatch):
    form = exactnb.form(demo, "create-account", {"name": "Niet teruggelezen"})
    form.check()

    def broken(*args, **kwargs):
        raise ServerError("the service failed")

    monkeypatch.setattr(demo, "get_account", broken)
    receipt = form.send()
    assert form.status == "done"
    assert "could not be read back" in str(receipt)
