"""Lists in a report, as a reader sorts and filters them; paper and statements stay as they are."""

import re
import subprocess

import nbformat
import pytest
from browser_side import SHOWN, picture
from playwright.sync_api import expect

import exactnb as ex

CELLS = (
    "import exactnb as ex\nex.options.language = language\nbooks = ex.demo()",
    "ledger = books.ledger()",
    "ex.profit_and_loss(ledger, '2025', detail='group')",
    "lines = ledger[ledger['gl_account_code'] == '1300'].head(40)",
    "ex.show(lines, columns=['date', 'account_name', 'amount_dc'], caption='Lines')",
)


@pytest.fixture(scope="module", params=["en", "nl"])
def report(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lists")
    made = nbformat.v4.new_notebook()
    made.cells = [
        nbformat.v4.new_code_cell("language = 'en'", metadata={"tags": ["parameters"]}),
        *map(nbformat.v4.new_code_cell, CELLS),
    ]
    nbformat.write(made, folder / "lists.ipynb")
    return ex.report(folder / "lists.ipynb", folder / "lists.html", language=request.param)


def column(table, at):
    return [
        text.strip() for text in table.locator(f"tbody td:nth-child({at + 1})").all_text_contents()
    ]


def euros(text):
    plain = text.replace(".", "").replace(",", ".") if re.search(r",\d\d$", text) else text
    return float(plain.replace(",", ""))


def day(text):
    return text if text[4] == "-" else "-".join(reversed(text.split("-")))


def test_a_list_is_sorted_by_keyboard_and_back(report, offline_page):
    offline_page.goto(report.path.as_uri())
    table = offline_page.locator("table", has=offline_page.locator("caption", has_text="Lines"))
    before = column(table, 2)
    head = table.get_by_role("button", name="amount_dc")
    head.focus()
    offline_page.keyboard.press("Enter")
    assert column(table, 2) == sorted(before, key=euros)
    expect(table.get_by_role("columnheader", name="amount_dc")).to_have_attribute(
        "aria-sort", "ascending"
    )
    offline_page.keyboard.press("Enter")
    assert column(table, 2) == sorted(before, key=euros, reverse=True)
    picture(offline_page, f"report-sorted-{offline_page.locator('html').get_attribute('lang')}")
    offline_page.keyboard.press("Enter")
    assert column(table, 2) == before
    table.get_by_role("button", name="date").click()
    days = [day(text) for text in column(table, 0)]
    assert days == sorted(days)


def test_a_list_is_filtered_and_says_how_much_is_left(report, offline_page):
    offline_page.goto(report.path.as_uri())
    table = offline_page.locator("table", has=offline_page.locator("caption", has_text="Lines"))
    name = column(table, 1)[0]
    kept = sum(name in other for other in column(table, 1))
    offline_page.get_by_role("searchbox").fill(name.upper())
    expect(table.locator("tbody tr:visible")).to_have_count(kept)
    assert re.fullmatch(rf"{kept} (of|van) 40 (rows|regels)", table.locator("output").inner_text())
    paper = SHOWN / "filtered.pdf"
    paper.parent.mkdir(parents=True, exist_ok=True)
    offline_page.pdf(path=paper, prefer_css_page_size=True)
    printed = subprocess.run(["pdftotext", "-layout", paper, "-"], capture_output=True, text=True)
    assert kept < 40
    assert [cell for cell in column(table, 2) if cell not in printed.stdout] == []
    assert table.locator("output").inner_text() not in printed.stdout


def test_a_statement_keeps_its_order(report, offline_page):
    offline_page.goto(report.path.as_uri())
    statement = offline_page.locator(".exactnb-statement")
    expect(statement.get_by_role("button")).to_have_count(0)
    expect(statement.get_by_role("searchbox")).to_have_count(0)
