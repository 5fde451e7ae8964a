"""A ledger walked in JupyterLab, by someone who has no mouse."""

from browser_side import picture
from keys_side import Keys
from playwright.sync_api import expect

CELL = """import exactnb as ex

books = ex.demo()
explorer = ex.explore(books.ledger(), "2025", statement="profit_and_loss")
explorer"""


def test_a_ledger_is_walked_to_an_entry_and_back(notebook):
    opened = notebook(CELL)
    opened.run()
    keys, shown = Keys(opened.page), opened.output(0)
    title, way = shown.locator("caption"), shown.get_by_role("navigation")
    opened.select(0)
    keys.tab_to(shown.get_by_role("gridcell", name="8210 Omzet e-bikes"))
    keys.press("ArrowDown", "ArrowDown", "ArrowDown")
    account = shown.get_by_role("gridcell", name="8240 Omzet accessoires")
    expect(account).to_be_focused()
    figure = account.locator("xpath=following-sibling::td").inner_text()

    keys.press("Enter")
    expect(title).to_contain_text("8240 Omzet accessoires")
    expect(shown.locator(".exn-foot")).to_contain_text("Lines 1–50 of 64")
    difference = shown.get_by_text("Debit less credit").inner_text()
    assert f"{-float(difference.split(': ')[1].replace(',', '')):,.0f}" == figure

    line = shown.locator("tbody tr:first-child td[tabindex='0']")
    expect(line).to_be_focused()
    number = shown.locator("tbody tr:first-child td").nth(2).inner_text()
    keys.press("Enter")
    expect(title).to_contain_text(f"Entry {number}")
    expect(way).to_contain_text("8240 Omzet accessoires")
    expect(shown.locator(".exn-foot")).to_contain_text("✓ debit = credit")
    picture(shown, "explorer_entry")

    keys.press("Escape")
    expect(title).to_contain_text("8240 Omzet accessoires")
    expect(line).to_be_focused()
    keys.press("Escape")
    expect(title).to_contain_text("Profit and loss")
    expect(account).to_be_focused()


def test_the_total_that_stays_in_view_stays_whole(notebook):
    opened = notebook(CELL)
    opened.run()
    shown = opened.output(0)
    total = [cell.bounding_box() for cell in shown.locator("tr.total td").all()]
    assert len({cell["y"] for cell in total}) == 1
    box = shown.locator(".exn-box").bounding_box()
    assert total[0]["y"] + total[0]["height"] <= box["y"] + box["height"] + 1
    picture(shown, "explorer")


def test_what_is_asked_wrongly_is_told_at_its_field(notebook):
    opened = notebook(CELL)
    opened.run()
    keys, shown = Keys(opened.page), opened.output(0)
    opened.select(0)
    period = keys.tab_to(shown.get_by_role("textbox", name="Period"))
    keys.press("Control+a")
    keys.type("2025-14-1")
    keys.press("Enter")
    told = shown.get_by_role("alert").filter(has_text="✗")
    expect(told).to_contain_text("2025-14-1")
    expect(period).to_have_attribute("aria-invalid", "")
    keys.press("Control+a")
    keys.type("2024")
    keys.press("Enter")
    expect(told).to_have_count(0)
    expect(shown.locator("caption")).to_contain_text("2024")
