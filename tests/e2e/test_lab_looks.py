"""All that exactnb shows, in JupyterLab: light and dark, and usable by everybody."""

import pytest
from access_side import SERIOUS, unnamed, violations
from browser_side import picture
from playwright.sync_api import expect

START = "import exactnb as ex\n\nbooks = ex.demo()\nledger = books.ledger()"
SHOWN = {
    "connection": "books",
    "actions": "books.actions('unpaid invoices', limit=3)",
    "record": "ex.show(books.get_account(books.list_accounts(limit=1)['id'].item()))",
    "table": "ex.show(books.list_sales_invoices(limit=8))",
    "interactive": "ex.show(ex.aged_receivables(ledger), interactive=True)",
    "profit_and_loss": "ex.profit_and_loss(ledger, '2026-01..2026-04', by='month', detail='group')",
    "balance_sheet": "ex.balance_sheet(ledger, '2025')",
    "vat_return": "ex.vat_return(ledger, '2026-Q1', codes=books.table('vat_codes'))",
    "checks": "ex.journal_entry_tests(ledger, '2025')",
    "chart": "ex.charts.ageing(ex.aged_receivables(ledger))",
    "explorer": "ex.explore(ledger, '2025', statement='trial_balance')",
    "guide": "ex.setup(api_url='http://127.0.0.1:9')",
    "customer": """\
customer = ex.form(books, 'create-account', {'name': 'De Vliet', 'status': 'C'})
customer""",
    "lines": """\
items = books.list_items(limit=3)[['id']]
lines = items.rename(columns={'id': 'item'}).assign(quantity=[2, 0.5, 1])
invoice = ex.form(books, 'create-sales-invoice', {'lines': lines})
invoice""",
    "update": "ex.form(books, 'update-account', id=books.list_accounts(limit=1)['id'].item())",
    "outbox": "ex.show(books.outbox())",
}
OUTPUTS = ".jp-Cell-outputArea"


@pytest.fixture
def everything(notebook):
    """All of it, with a form that says what is wrong and one that shows its preview."""
    opened = notebook(START, *SHOWN.values(), viewport={"width": 1280, "height": 2400})
    opened.run()
    output = dict(zip(SHOWN, map(opened.output, range(1, len(SHOWN) + 1)), strict=True))
    for name in ("customer", "lines"):
        output[name].get_by_role("button", name="Check", exact=True).click()
    output["customer"].get_by_role("button", name="Back to the form").wait_for()
    output["lines"].get_by_text("needs a look").wait_for()
    opened.outputs = output
    return opened


def test_everything_is_usable_by_everybody_in_light_and_dark(everything):
    for theme in ("Light", "Dark"):
        everything.theme(theme)
        found = violations(everything.page, OUTPUTS)
        for name, output in everything.outputs.items():
            output.scroll_into_view_if_needed()
            picture(output, f"{name}_{theme.lower()}")
            assert unnamed(output) == [], name
        assert [each for each in found if each[0] in SERIOUS] == []


def test_the_checks_find_what_nobody_could_use(new_page):
    page = new_page()
    page.set_content(
        "<main><input><button></button><a href='/'></a><p style='color:#ccc'>faint</p></main>"
    )
    assert len(unnamed(page.locator("main"))) == 3
    rules = {rule for severity, rule, _ in violations(page, "main") if severity in SERIOUS}
    assert {"label", "button-name", "link-name", "color-contrast"} <= rules


def test_an_invoice_about_to_be_sent_as_the_readme_shows_it(notebook):
    invoice = """\
import exactnb as ex

books = ex.demo()
items = books.list_items(limit=3)["id"].tolist()
prices = [(2, 245.5), (10, 12.95), (1, 89)]
lines = [
    {"item": item, "quantity": quantity, "netPrice": price, "vatCode": "2"}
    for item, (quantity, price) in zip(items, prices)
]
filled = {
    "ordered_by": books.list_accounts(search="Kettinggalerij")["id"].iloc[0],
    "your_ref": "Bestelling 1207",
    "lines": lines,
}
form = ex.form(books, "create-sales-invoice", filled)
form"""
    opened = notebook(invoice, viewport={"width": 1280, "height": 2600})
    opened.run()
    page, form = opened.page, opened.output(0)
    form.get_by_role("button", name="Check", exact=True).click()
    send = form.get_by_role("button", name="Create sales invoice for Kettinggalerij")
    expect(send).to_contain_text("€ 858.50")
    back = form.get_by_role("button", name="Back to the form")
    expect(back).to_be_focused()
    back.blur()
    first = form.get_by_role("textbox", name="Your reference").bounding_box()
    whole, last = form.locator(".exactnb-form").first.bounding_box(), send.bounding_box()
    top, bottom = first["y"] - 10, last["y"] + last["height"] + 10
    clip = {"x": whole["x"], "y": top, "width": whole["width"], "height": bottom - top}
    picture(page, "create_sales_invoice", clip=clip)
