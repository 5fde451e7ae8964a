"""A company whose every text is markup, formulas, odd letters or far too long: shown as text."""

from __future__ import annotations

import json
import re
import zipfile
from xml.etree import ElementTree

import ipywidgets as widgets
import pandas as pd
import pytest
from form_side import under
from hostile_side import (
    COMPANIES,
    FORMULAS,
    LETTERS,
    MARKUP,
    brought,
    hostile,
    legible,
    texts,
    words,
)
from sandbox_side import over
from setting_up_side import place
from small_company import JANSEN

import exactnb as ex
from exactnb.errors import ExactnbError, RunError
from exactnb.forms.lines.grid import Grid
from exactnb.sandbox.exact import tables

KINDS = list(COMPANIES)
#: the formulas that a workbook of ours has
OURS = re.compile(r"(SUBTOTAL\(109,|SUM\()[A-Z]+\d+:[A-Z]+\d+\)")
LISTS = ("accounts", "contacts", "items", "sales_invoices", "sales_orders", "journal_entries")


class Shop:
    """A hostile company, what is read of it, and the checks of what is shown."""

    def __init__(self, kind):
        self.kind, self.values = kind, COMPANIES[kind]
        self.sandbox = hostile(kind)
        self.sandbox.state.connections[self.sandbox.connection_id].name = self.values[0]
        self.books = over(self.sandbox)
        self.ledger = self.books.ledger()
        self.frames = {name: getattr(self.books, f"list_{name}")() for name in LISTS}

    def text(self, html, *, data=True):
        """The words of a page that has nothing of the data but text, and some of that."""
        assert brought(html) == []
        found = words(html)
        if data:
            assert any(legible(found, value) for value in self.values), found[:500]
        return found


@pytest.fixture(scope="module", params=KINDS)
def shop(request):
    return Shop(request.param)


@pytest.fixture(scope="module")
def marked():
    return Shop("markup")


# --- that the checks see what they are for ---------------------------------------------------


@pytest.mark.parametrize("value", MARKUP[:7])
def test_the_check_sees_what_is_not_escaped(value):
    pages = (f"<p>{value}</p>", f"<p title='{value}'></p>", f'<p title="{value}"></p>')
    assert any(brought(page) for page in pages)


def test_every_text_field_of_the_company_is_hostile(marked):
    store, count = marked.sandbox.exact_online.store, 0
    for table in tables.tables():
        for column in texts(table):
            held = {row[0] for row in store.rows(f'SELECT "{column}" FROM main.{table}')}
            assert held <= {*MARKUP}, (table, column)
            count += bool(held)
    assert count > 250


# --- frames, tables, records ---------------------------------------------------


def test_frames_hold_the_text_as_it_is(shop):
    names = {*shop.frames["accounts"]["name"], *shop.frames["items"]["description"]}
    assert names <= {value.strip() for value in shop.values} | {*shop.values}
    assert {*shop.ledger["description"]} <= {*shop.values}
    assert {*shop.books.odata("Accounts")["name"]} == {*shop.frames["accounts"]["name"]}


@pytest.mark.parametrize("how", [{}, {"interactive": True}])
def test_tables_and_records_show_it_as_text(shop, how):
    for frame in (*shop.frames.values(), shop.books.divisions(), shop.ledger):
        shop.text(ex.show(frame, **how)._repr_html_(), data=not how)
    shop.text(ex.show(shop.books.get_account(JANSEN))._repr_html_())
    shop.text(ex.show(shop.frames["contacts"].iloc[0])._repr_html_())


def test_names_of_columns_and_titles_are_text_too():
    for value in MARKUP:
        frame = pd.DataFrame({value: [value, "b"], "n": [1, 2]})
        frame.attrs["connection"] = value
        for how in ({}, {"interactive": True}):
            html = ex.show(frame, caption=value, **how)._repr_html_()
            assert brought(html) == []
            assert legible(words(html), value)


def test_what_would_steer_a_terminal_is_seen():
    frame = pd.DataFrame({"name": [LETTERS[4], "b"]})
    for shown in (ex.show(frame), ex.show(frame.iloc[0])):
        assert "escape␛[31m" in str(shown)
        assert "\x1b" not in str(shown) + shown._repr_html_()


def test_cards_show_it_as_text(shop):
    books = shop.books
    for card in (books, books.refresh("lines"), books.store, books.snapshot(f"s{shop.kind}")):
        shop.text(card._repr_html_(), data=card is books)


# --- results and charts ---------------------------------------------------


def results(shop):
    """What is worked out of the ledger, as far as this company has it."""
    ledger, books = shop.ledger, shop.books
    accounts, items = shop.frames["accounts"], shop.frames["items"]
    codes = books.table("vat_codes")
    yield ex.trial_balance(ledger, "2026")
    yield ex.profit_and_loss(ledger, "2026", detail="account")
    yield ex.balance_sheet(ledger, "2026", detail="account")
    yield ex.general_ledger(ledger, "8000", "2026")
    yield ex.journal(ledger, "70", "2026")
    yield ex.aged_receivables(ledger, "2026-06-30")
    yield ex.aged_payables(ledger, "2026-06-30")
    yield ex.pareto(ledger, "customer", "2026", accounts=accounts, items=items)
    yield ex.revenue_by(ledger, "customer", "item", period="2026", accounts=accounts, items=items)
    yield ex.payment_behaviour(ledger, "2026", as_of="2026-06-30")
    yield ex.vat_return(ledger, "2026-Q1", codes=codes, boxes={"9": "4a"})
    yield ex.cash_position(ledger, "2026-06-30")
    yield ex.account_quality(accounts)
    yield ex.duplicate_accounts(accounts)
    yield ex.journal_entry_tests(ledger, "2026")
    yield ex.sample(ledger, "2026", size=5)


def test_results_show_it_as_text(shop):
    named = 0
    for result in results(shop):
        html = result._repr_html_()
        found = shop.text(html, data=False)
        named += any(legible(found, value) for value in shop.values)
        shop.text(ex.show(result, interactive=True)._repr_html_(), data=False)
    assert named >= 8


def test_charts_show_it_as_text_and_are_drawn(shop, tmp_path):
    aged = ex.charts.ageing(ex.aged_receivables(shop.ledger, "2026-06-30"))
    ranked = ex.charts.pareto(ex.pareto(shop.ledger, "customer", "2026"))
    for chart in (aged, ranked):
        shop.text(chart._repr_html_(), data=False)
        ElementTree.fromstring(chart.svg)  # which a stricter reader than a browser takes
        chart.save(tmp_path / "chart.png")
        assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")


# --- forms ---------------------------------------------------


def controls(form):
    """What a front end makes markup of: the text of controls that take it, and their labels."""
    for each in under(form.widget):
        if isinstance(each, widgets.HTML | widgets.HTMLMath):
            yield each.value
        if getattr(each, "description_allow_html", False):
            yield each.description


def seen(form):
    bundle = form._repr_mimebundle_()
    return [bundle["text/html"], *controls(form)]


def test_forms_show_it_as_text_from_the_first_look_to_the_receipt(shop):
    books, customer, item = shop.books, JANSEN, shop.frames["items"]["id"].iloc[0]
    value = shop.values[0][:60]
    lines = [{"item": item, "description": value, "quantity": 1}]
    given = {"orderedBy": customer, "description": value, "salesInvoiceLines": lines}
    form = ex.form(books, "create-sales-invoice", given)
    finder = form.finders.of(form.model.field(("orderedBy",)), form.value)
    found = finder.search("") or finder.search(value[:4])
    assert any(choice.value == customer for choice in found) or finder.find(customer)
    form.finders.of(form.model.field(("salesInvoiceLines", 0, "item")), form.value).find(item)
    pages = seen(form)
    preview = form.check()
    assert preview is not None, form.errors
    pages += [preview._repr_html_(), *seen(form)]
    receipt = form.send()
    assert receipt is not None, form.submission.message
    pages += [receipt._repr_html_(), *seen(form)]
    pages.append(Grid(form.model, ("salesInvoiceLines",), form.finders).to_html())
    for page in pages:
        shop.text(page, data=False)
    assert any(legible(words(page), value) for page in pages)
    kept = json.loads(books.outbox()["input"].iloc[0])
    assert kept["description"] == value
    shop.text(ex.show(books.outbox())._repr_html_())


def test_an_update_shows_what_is_there_as_text(shop):
    form = ex.form(shop.books, "update-account", id=JANSEN)
    form["city"] = "Assen"
    pages = seen(form)
    assert form.check() is not None, form.errors
    for page in (*pages, *seen(form)):
        shop.text(page, data=False)
    assert set(form.payload) == {"id", "city"}


@pytest.mark.parametrize("value", [MARKUP[0], MARKUP[2]])
def test_a_refusal_in_hostile_words_is_text_in_errors_and_forms(marked, value):
    told = {"error": {"code": "", "message": {"lang": "", "value": value}}}
    form = ex.form(marked.books, "create-account", {"name": f"Refused {value}"[:50]})
    form.check()
    marked.sandbox.faults.add(
        "answer", where="exact", method="POST", path="*/crm/Accounts", status=500, body=told
    )
    assert form.send() is None
    pages = seen(form)
    assert any(legible(words(page), value) for page in pages)
    for page in pages:
        marked.text(page, data=False)
    marked.sandbox.faults.add(
        "answer", where="exact", path="*/crm/Accounts", status=400, body=told, times=None
    )
    with pytest.raises(RunError) as caught:
        marked.books.list_accounts()
    marked.sandbox.faults.clear()
    assert value in str(caught.value)
    assert not hasattr(caught.value, "_repr_html_")  # a traceback is text


# --- walking, many administrations, setting up ---------------------------------------------------


def test_the_explorer_shows_it_as_text(shop):
    explorer = ex.explore(shop.ledger, "2026")
    for row in ("8000", 0):
        explorer.drill(row)
        html = explorer._repr_mimebundle_()[0]["text/html"]
        shop.text(html)
    compile(explorer.code, "shown", "exec")  # the Python that is shown quotes what it names


def test_a_portfolio_shows_it_as_text(shop):
    portfolio = ex.portfolio([shop.books])
    done = portfolio.refresh()
    shop.text(portfolio._repr_html_(), data=False)
    shop.text(ex.show(pd.DataFrame(done))._repr_html_())


@pytest.mark.parametrize("value", MARKUP[:3])
def test_setting_up_shows_a_connections_name_as_text(monkeypatch, tmp_path, value):
    with place(monkeypatch, tmp_path) as here:
        here.connections[here.sandbox.connection_id].name = value
        here.log_in("http")
        guide = ex.setup()
        pages = [guide._repr_mimebundle_()["text/html"], *controls(guide)]
        assert [brought(page) for page in pages] == [[]] * len(pages)
        assert any(legible(words(page), value) for page in pages)
        with pytest.raises(ExactnbError) as caught:
            ex.connect("another")
        assert value in str(caught.value)


# --- files ---------------------------------------------------


def test_no_cell_of_a_workbook_is_a_formula_from_data(shop, tmp_path):
    given = {"accounts": shop.frames["accounts"], "ledger": shop.ledger}
    path = ex.to_excel({**given, "items": shop.frames["items"]}, tmp_path / "books.xlsx")
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    told = set()
    with zipfile.ZipFile(path) as book:
        for name in (n for n in book.namelist() if n.startswith("xl/worksheets/sheet")):
            sheet = ElementTree.fromstring(book.read(name))
            sums = [formula.text for formula in sheet.iter(f"{space}f")]
            assert all(OURS.fullmatch(each) for each in sums), sums
            assert not list(sheet.iter(f"{space}hyperlink"))
            told |= {"".join(cell.itertext()) for cell in sheet.iter(f"{space}c")}
    if shop.kind == "formulas":
        assert len(told & {*FORMULAS}) >= 7
