"""A company whose every text is hostile, opened in a real browser: none of it runs."""

import json

import nbformat
import pytest
from form_side import under
from hostile_side import COMPANIES, ELEMENT, MARKUP, hostile
from sandbox_side import over
from small_company import JANSEN

import exactnb as ex
from exactnb.forms.lines.grid import Grid
from exactnb.sandbox.serve import start

#: what stands for a kernel: a model that gives its state and takes what is set
MODEL = """
async ([source, state]) => {
  const made = (await import(URL.createObjectURL(new Blob([source],
    {type: 'text/javascript'})))).default;
  const widget = typeof made === 'function' ? await made() : made;
  const model = {
    get: name => state[name], set: (name, value) => { state[name] = value; },
    save_changes() {}, on() {}, off() {}, send() {}, widget_manager: {},
  };
  const el = document.body.appendChild(document.createElement('div'));
  if (widget.initialize) await widget.initialize({model});
  await widget.render({model, el});
  return el.innerText.length;
}
"""


@pytest.fixture(scope="module", params=COMPANIES)
def books(request):
    books = over(hostile(request.param))
    books.kind = request.param
    return books


def opened(page, html):
    """A page with this in it, after its scripts had their time; what ran, and what was asked."""
    said = []
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    page.set_content(f"<!doctype html><meta charset='utf-8'><body>{html}</body>")
    page.wait_for_timeout(500)
    return said


def harmless(page, said):
    assert said == []
    assert page.evaluate("window.__hacked") is None
    assert page.locator(ELEMENT).count() == 0
    assert page.locator("img[src='x'], a[href^='javascript:']").count() == 0


def looks(books):
    """The HTML of what the toolkit shows of such a company."""
    ledger, accounts = books.ledger(), books.list_accounts()
    yield from (books, ex.show(accounts), ex.show(accounts.iloc[0]), ex.show(books.divisions()))
    for frame in (accounts, books.list_items(), ledger):
        frame.attrs["connection"] = COMPANIES[books.kind][0]
        yield ex.show(frame, caption=COMPANIES[books.kind][0], interactive=True)
    yield ex.trial_balance(ledger, "2026")
    yield ex.general_ledger(ledger, "8000", "2026")
    aged = ex.aged_receivables(ledger, "2026-06-30")
    yield from (aged, ex.show(aged, interactive=True), ex.charts.ageing(aged))
    form = ex.form(books, "update-account", id=JANSEN)
    form["city"] = "Assen"
    yield from (form, form.check(), ex.show(books.outbox()))


def html_of(shown):
    if hasattr(shown, "_repr_html_"):
        return shown._repr_html_()
    return shown._repr_mimebundle_()["text/html"]


def test_nothing_of_the_data_runs_in_a_browser(books, offline_page):
    pages = [html_of(each) for each in looks(books)]
    harmless(offline_page, opened(offline_page, "".join(pages)))
    assert offline_page.locator("table.dataTable").count() >= 4  # the live ones came alive


def test_nothing_of_the_data_runs_in_live_widgets(books, offline_page):
    said = opened(offline_page, "<h1>Widgets</h1>")
    explorer = ex.explore(books.ledger(), "2026")
    explorer.drill("8000")
    value = COMPANIES[books.kind][0][:60]
    lines = [{"item": books.list_items()["id"].iloc[0], "description": value, "quantity": 1}]
    form = ex.form(books, "create-sales-invoice", {"salesInvoiceLines": lines}, dry_run=True)
    grids = [each for each in under(form.widget) if isinstance(each, Grid)]
    assert grids
    for live in (explorer, *grids):
        state = json.loads(json.dumps(live.get_state(), default=str))
        assert offline_page.evaluate(MODEL, [str(live._esm), state]) > 50
    offline_page.wait_for_timeout(300)
    harmless(offline_page, said)


def test_nothing_of_the_data_runs_in_a_report(offline_page, tmp_path, monkeypatch):
    sandbox = hostile("markup")
    cells = (
        "import exactnb as ex\nbooks = ex.connect()\nledger = books.ledger()\nbooks",
        "books.list_accounts()",
        "ex.show(books.list_items(), interactive=True)",
        "ex.trial_balance(ledger, '2026')",
        "ex.charts.ageing(ex.aged_receivables(ledger, '2026-06-30'))",
        "ex.form(books, 'create-account', {'name': 'A'}, dry_run=True)",
    )
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    book.cells.insert(0, nbformat.v4.new_markdown_cell("# Report of hostile data"))
    nbformat.write(book, tmp_path / "hostile.ipynb")
    with start(sandbox) as address:
        monkeypatch.setenv("MEMBRANE_API_URL", address)
        monkeypatch.setenv("MEMBRANE_TOKEN", sandbox.token)
        monkeypatch.setenv("EXACTNB_HOME", str(tmp_path))
        made = ex.report(tmp_path / "hostile.ipynb", to=tmp_path / "hostile.html")
    said = []
    offline_page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    offline_page.goto(made.path.as_uri())
    offline_page.wait_for_timeout(500)
    harmless(offline_page, said)
    assert MARKUP[0] in offline_page.locator("body").inner_text()


@pytest.mark.parametrize("value", MARKUP[:4])
def test_the_browser_shows_what_runs(chromium, value):
    page = chromium.new_page()
    page.on("dialog", lambda dialog: dialog.dismiss())
    page.set_content(f"<body>{value}</body>")
    page.wait_for_timeout(100)
    found = page.locator(ELEMENT).count(), page.evaluate("window.__hacked")
    page.close()
    assert any(found), value
