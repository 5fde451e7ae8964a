"""Reports that hide names: none is left in the file, and the figures are the same."""

import html
import re

import nbformat
import openpyxl
import pytest

import exactnb as ex
from exactnb.errors import ReportError

#: a picture of one dot
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="  # noqa: E501
CELLS = (
    "import exactnb as ex\nfrom IPython.display import HTML, Image\nbooks = ex.demo()",
    "ledger = books.ledger()\naged = ex.aged_receivables(ledger)\naged",
    "accounts = books.table('accounts')\nfirst = accounts.iloc[0]",
    "ex.charts.ageing(aged)",
    "ex.show(aged, interactive=True)",
    "ex.show(first)",
    "accounts[['name', 'vat_number', 'email']].head(3)",
    'print(f\'{first["name"].upper()} at {first["address_line1"]}\')',
    'HTML(f\'<p title="{first["name"]}">{books.odata("BankAccounts")["bank_account"][0]}</p>\')',
    f"import base64\nImage(base64.b64decode({DOT!r}))",
)


def written(path, *cells):
    made = nbformat.v4.new_notebook()
    made.cells = [nbformat.v4.new_markdown_cell("# Who owes what\n\nMostly De Veenschuur B.V.")]
    made.cells += [nbformat.v4.new_code_cell(cell) for cell in cells]
    nbformat.write(made, path)
    return path


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """One with names and one without, of the same notebook."""
    folder = tmp_path_factory.mktemp("names")
    source = written(folder / "owed.ipynb", *CELLS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXACTNB_HOME", str(folder / "home"))
        open_one = ex.report(source, folder / "open.html")
        hidden = ex.report(source, folder / "hidden.html", anonymise=True)
    return open_one, hidden


@pytest.fixture(scope="module")
def secrets(books):
    """Every name, address, VAT number and IBAN of the company's accounts."""
    accounts, banks = books.odata("Accounts"), books.odata("BankAccounts")
    columns = [accounts[name] for name in ("name", "address_line1", "vat_number", "email", "phone")]
    columns += [banks["bank_account"], banks["bank_account_holder_name"]]
    # one of four figures could be a year or an amount
    columns.append(accounts["postcode"][accounts["postcode"].str.contains("[A-Z]", na=False)])
    found = {str(value) for column in columns for value in column.dropna()}
    assert len(found) > 1200
    return found


def left(report, secrets):
    page = html.unescape(report.path.read_text("utf-8")).casefold()
    page = re.sub(r"\\u([0-9a-f]{4})", lambda one: chr(int(one[1], 16)).casefold(), page)
    return {value for value in secrets if value.casefold() in page}


def test_no_name_is_left(reports, secrets):
    open_one, hidden = reports
    assert len(left(open_one, secrets)) > 30
    assert left(hidden, secrets) == set()


def test_the_figures_and_the_administration_are_the_same(reports):
    pages = [one.path.read_text("utf-8") for one in reports]
    totals = [re.findall(r'<tr class="total[^"]*">.*?</tr>', page) for page in pages]
    assert totals[0] == totals[1] != []
    assert all("Noordster Rijwielen B.V." in page for page in pages)
    assert [one.passed for one in reports] == [reports[0].passed] * 2


def test_a_chart_has_codes_that_are_drawn_whole(reports):
    _, hidden = reports
    svg = re.search(r"<svg.*?</svg>", hidden.path.read_text("utf-8"), re.DOTALL)[0]
    labels = set(re.findall(r">(ACC-[A-Z2-7]{6})<", svg))
    assert len(labels) >= 10
    assert labels < set(hidden.codes)
    assert "ACC-" in re.search(r'aria-label="([^"]*)"', svg)[1]


def test_a_picture_is_left_out_and_it_says_so(reports):
    open_one, hidden = reports
    assert "image/png" in open_one.path.read_text("utf-8")
    page = hidden.path.read_text("utf-8")
    assert "image/png" not in page
    assert "A picture was left out" in page


def test_it_tells_how_many_rows_name_somebody(reports):
    open_one, hidden = reports
    assert open_one.rows_with_names > 60
    assert f"{open_one.rows_with_names} rows name companies or people" in repr(open_one)
    assert hidden.rows_with_names == 0
    assert "told by codes" in repr(hidden)
    assert not any(name in repr(hidden) for name in hidden.codes.values())


def test_codes_stand_for_what_the_report_says(reports, secrets):
    _, hidden = reports
    page = hidden.path.read_text("utf-8")
    shown = set(re.findall(r"\b(?:ACC|ADR|VAT|IBAN|MAIL)-[A-Z2-7]{6}\b", page))
    assert len(shown) > 20
    assert shown <= set(hidden.codes)
    assert {hidden.codes[code] for code in shown} <= secrets


def test_what_cannot_be_hidden_is_refused_and_the_old_file_stays(tmp_path, raised, monkeypatch):
    monkeypatch.setenv("EXACTNB_HOME", str(tmp_path / "home"))
    source = written(
        tmp_path / "other.ipynb",
        "import exactnb as ex\nfrom IPython.display import HTML\n"
        "name = ex.demo().list_accounts(limit=1)['name'][0]\n"
        "HTML(f\"<script>draw('{name}')</script>\")",
    )
    old = tmp_path / "old.html"
    old.write_text("the old report")
    wrong = raised(ReportError, ex.report, source, old, anonymise=True)
    assert "1 name is left" in wrong.message
    assert old.read_text() == "the old report"


def test_a_workbook_hides_them_too(tmp_path, monkeypatch, secrets):
    monkeypatch.setenv("EXACTNB_HOME", str(tmp_path / "home"))
    source = written(tmp_path / "owed.ipynb", *CELLS[:3], CELLS[6])
    hidden = ex.report(source, tmp_path / "hidden.xlsx", anonymise=True)
    book = openpyxl.load_workbook(hidden.path)
    cells = {str(cell.value) for sheet in book for row in sheet for cell in row if cell.value}
    assert not [name for name in secrets if any(name in cell for cell in cells)]
    assert len(cells & set(hidden.codes)) > 10
