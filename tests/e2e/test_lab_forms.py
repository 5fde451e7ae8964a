"""Records made and changed in JupyterLab, by someone who has no mouse."""

import pytest
from keys_side import Keys
from playwright.sync_api import expect

CUSTOMER = "customer = ex.form(books, 'create-account')\ncustomer"
INVOICE = "invoice = ex.form(books, 'create-sales-invoice')\ninvoice"
NAME = "Rijwielhuis De Vliet B.V."
#: in whole cents, as Excel writes prices in Dutch
PRICES = [24550, 1295, 8900, 109999, 75, 1250, 30005, 999, 64, 123456]


def button(form, said):
    return form.get_by_role("button", name=said)


def press(keys, form, said):
    """Go to the button of this text and press it."""
    keys.tab_to(button(form, said))
    keys.press("Enter")


def confirm(keys, form, heading):
    """Check, and then confirm what the preview says will happen; the receipt is shown."""
    press(keys, form, "Check")
    back = button(form, "Back to the form")
    expect(back).to_be_focused()  # a second, hasty Enter sends nothing
    expect(form.get_by_text("nothing is sent yet")).to_be_visible()
    keys.tab_to(button(form, heading))
    keys.press("Enter")
    expect(form.get_by_text("● done")).to_be_visible()


def as_excel_copies(items):
    rows = [["Item", "Quantity", "Net price", "VAT code"]]
    for number, (item, cents) in enumerate(zip(items, PRICES, strict=True), 1):
        euros = f"{cents // 100:,}".replace(",", ".") + f",{cents % 100:02}"
        rows.append([item, str(number), euros, "2"])
    rows[4][1] = "vier"  # the mistake
    return "\r\n".join("\t".join(row) for row in rows) + "\r\n"


@pytest.fixture
def records(service, notebook):
    """Forms to make a customer and an invoice, shown and not yet touched."""
    opened = notebook(service.connect, CUSTOMER, INVOICE)
    opened.run()
    return opened


def make_customer(keys, form):
    keys.tab_to(form.get_by_role("textbox", name="Name*"))
    keys.type(NAME)
    keys.choose(form.get_by_role("combobox", name="Status"), "Customer")
    keys.choose(form.get_by_role("combobox", name="Add a field"), "E-mail")
    mail = form.get_by_role("textbox", name="E-mail")
    expect(mail).to_be_focused()
    keys.type("administratie@")
    press(keys, form, "Check")
    expect(form.get_by_text("takes an e-mail address").first).to_be_visible()
    expect(mail).to_be_focused()  # what is wrong is gone to
    keys.press("End")
    keys.type("devliet.example.nl")
    keys.press("Tab")
    confirm(keys, form, f"Create account {NAME}")


def test_a_customer_and_an_invoice_of_ten_lines_are_made_by_keyboard_alone(service, records):
    books, keys = service.books, Keys(records.page)
    records.select(1)
    make_customer(keys, records.output(1))
    (account,) = books.list_accounts(search=NAME).to_dict("records")
    assert account["status"] == "C"
    assert account["email"] == "administratie@devliet.example.nl"

    items = books.list_items(limit=10)["code"].tolist()
    form = records.output(2)
    records.select(2)
    ordered_by = keys.tab_to(form.get_by_role("combobox", name="Ordered by"))
    records.page.wait_for_timeout(700)  # in which the form above has led its keyboard on
    assert keys.has_focus(ordered_by)
    keys.type(NAME)
    keys.press("Tab")
    expect(ordered_by).to_have_value(f"{account['code']} · {NAME}")
    keys.tab_to(form.get_by_role("combobox", name="Item, new line"))
    keys.paste(as_excel_copies(items))
    expect(form.get_by_role("rowheader", name="10", exact=True)).to_be_visible()
    keys.press("Escape")
    press(keys, form, "Check")
    expect(button(form, "Lines 4 Quantity: takes a number")).to_be_visible()
    wrong = form.get_by_role("textbox", name="Quantity, line 4")
    expect(wrong).to_be_focused()
    expect(wrong).to_have_attribute("aria-invalid", "true")
    keys.type("4")
    keys.press("Enter", "Escape")
    expect(button(form, "✓ Lines 4 Quantity")).to_be_visible()
    expect(form.get_by_text("Put right: check again.")).to_be_visible()

    heading = f"Create sales invoice for {NAME}, € "
    confirm(keys, form, heading)
    made = books.list_sales_invoices(ordered_by=account["id"])
    expect(form.get_by_text(f"{made['amount_dc'].item():,.2f}").first).to_be_visible()
    lines = books.get_sales_invoice(made["invoice_id"].item(), lines=True)
    assert lines["item_code"].tolist() == items
    assert lines["quantity"].tolist() == list(range(1, 11))
    assert (lines["net_price"] * 100).round().astype(int).tolist() == PRICES


def test_a_second_click_makes_no_second_record(service, notebook):
    filled = {"name": NAME, "status": "C"}
    opened = notebook(service.connect, f"form = ex.form(books, 'create-account', {filled})\nform")
    opened.run()
    form = opened.output(1)
    button(form, "Check").dblclick()
    send = button(form, f"Create account {NAME}")
    expect(send).to_be_visible()
    assert len(service.books.list_accounts(search=NAME)) == 0
    send.dblclick()
    expect(form.get_by_text("● done")).to_be_visible()
    # nor does the whole notebook run again, with all of it clicked again
    opened.run()
    button(form, "Check").click()
    send.click()
    expect(button(form, "Send it once more all the same")).to_be_visible()
    assert len(service.books.list_accounts(search=NAME)) == 1


def test_an_update_sends_one_changed_field(service, notebook):
    account = service.books.list_accounts(status="C", limit=1).iloc[0]
    cell = f"form = ex.form(books, 'update-account', id={account['id']!r})\nform"
    opened = notebook(service.connect, cell)
    opened.run()
    form, keys = opened.output(1), Keys(opened.page)
    opened.select(1)
    keys.tab_to(form.get_by_role("textbox", name="City"))
    keys.press("Control+a")
    keys.type("Assen")
    keys.press("Tab")
    confirm(keys, form, f"Change account {account['name']}")
    (write,) = service.written("update-account")
    assert write == {"id": account["id"], "city": "Assen"}
    after = service.books.get_account(account["id"])
    assert after["city"] == "Assen"
    assert after["name"] == account["name"]
