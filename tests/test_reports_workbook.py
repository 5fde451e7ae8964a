"""Totals as formulas, and a notebook as a workbook."""

import datetime as dt
import json
import re
import zipfile
from decimal import Decimal

import nbformat
import openpyxl
import pandas as pd
import pytest
from workbook_side import cents_of, every_analysis

import exactnb as ex
from exactnb.display.statement import Column, Row, Statement
from exactnb.errors import InputError, ReportError
from exactnb.reports.excel import write_workbook
from exactnb.reports.formulas import formula
from exactnb.reports.heading import Heading
from exactnb.reports.lists import as_statement
from exactnb.reports.shown import MIME, read, told
from exactnb.reports.workbook import write_notebook

TOP = 4  # rows of a sheet before the first one of its statement
HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "<script>"]


class Sheets:
    """A workbook: what its cells hold, and what their formulas come to."""

    def __init__(self, path):
        self.formulas = openpyxl.load_workbook(path)
        self.figures = openpyxl.load_workbook(path, data_only=True)

    def __getitem__(self, name):
        return self.formulas[name]

    def rows(self, name):
        return [list(row) for row in self.formulas[name].iter_rows(values_only=True)]

    def written(self, name):
        """Cell → its formula, of those that have one."""
        cells = (cell for row in self.formulas[name].iter_rows() for cell in row)
        return {cell.coordinate: cell.value for cell in cells if cell.data_type == "f"}

    def worked_out(self, name, cell):
        """What a cell comes to, in whole cents, from the plain figures alone."""
        value = self.formulas[name][cell].value
        if not isinstance(value, str):
            return round(float(value or 0) * 100)
        parts = re.findall(r"([+-]?)(?:SUM\((\w+):(\w+)\)|([A-Z]+\d+))", value.removeprefix("="))
        said = "".join(f"{sign}{f'SUM({a}:{b})' if a else one}" for sign, a, b, one in parts)
        assert said == value.removeprefix("=")  # nothing else is in it
        whole = 0
        for sign, first, last, one in parts:
            held = self.formulas[name][f"{first or one}:{last or one}"]
            cells = [each.coordinate for row in held for each in row]
            whole += (-1 if sign == "-" else 1) * sum(self.worked_out(name, c) for c in cells)
        return whole


@pytest.fixture(scope="module")
def every(books):
    return every_analysis(books)


@pytest.fixture(scope="module")
def book(every, tmp_path_factory):
    return Sheets(ex.to_excel(every, tmp_path_factory.mktemp("every") / "every.xlsx"))


def test_every_formula_gives_the_figure_of_the_analysis_to_the_cent(every, book):
    count = 0
    for name, result in every.items():
        figures = cents_of(as_statement(result))
        for cell in book.written(name):
            at = book[name][cell]
            worked_out = book.worked_out(name, cell)
            kept = round(float(book.figures[name][cell].value) * 100)
            shown = figures.get((at.row - 1 - TOP, at.column - 1), kept)  # a count is no money
            assert worked_out == kept == shown, (name, cell)
            count += 1
    assert count > 300


#: rows that only look like sums: an opening balance, and entries that several tests found
NO_SUMS = {"general_ledger": ["subtotal"], "cash_flow_forecast": ["subtotal"]}


def test_every_subtotal_and_total_of_money_is_a_formula(every, book):
    for name, result in every.items():
        if name in ("journal_entry_tests", "vat_return"):
            continue
        statement, written = as_statement(result), book.written(name)
        for down, at in cents_of(statement):
            row, column = statement.rows[down], statement.columns[at]
            running = column.label == "Balance" and name == "general_ledger"
            if row.kind in ("subtotal", "total") and row.kind not in NO_SUMS.get(name, ()):
                cell = book[name].cell(down + 1 + TOP, at + 1).coordinate
                assert running or cell in written, (name, cell)


def test_formulas_say_what_a_statement_does(every, book):
    names = [row[0] for row in book.rows("profit_and_loss")]
    at = {name: row for row, name in enumerate(names, start=1)}
    written = book.written("profit_and_loss")
    first, last = at["8210 Omzet e-bikes"], at["8260 Doorberekende vracht"]
    assert written[f"B{at['Total net revenue']}"] == f"=SUM(B{first}:B{last})"
    margin = f"=B{at['Total net revenue']}-B{at['Total cost of sales']}"
    assert written[f"B{at['Gross margin']}"] == margin
    assert written[f"B{at['Net result']}"] == f"=B{at['Result before tax']}-B{at['Taxes']}"
    parts = book.written("profit_and_loss_parts")
    assert parts["F6"] == "=SUM(B6:E6)"  # a year of its quarters
    assert book.written("journal_entry_tests") == {}


COLUMNS = [Column(""), Column("a", "money"), Column("b", "money"), Column("%", "percent")]


def statement(rows, sums, columns=COLUMNS):
    return Statement("T", columns, [Row(cells) for cells in rows], sums=sums)


def test_what_does_not_add_up_is_a_figure():
    made = statement(
        [("x", 1.10, 2.20, 0.1), ("y", 2.20, "=B1", 0.2), ("z", 3.30, 2.20, 0.3), ("", 3.31, 1, 1)],
        {2: {0: 1, 1: 1}, 3: {0: 1, 1: 1}},
    )
    said = [[formula(made, row, at, TOP) for at in range(4)] for row in range(4)]
    assert said == [[None] * 4, [None] * 4, [None, "=SUM(B5:B6)", None, None], [None] * 4]


def test_a_missing_figure_adds_nothing_and_an_endless_one_is_none():
    none, endless = float("nan"), float("inf")
    columns = COLUMNS[:3]
    made = statement(
        [("x", none, endless), ("y", 2.0, 1.0), ("z", 2.0, endless)], {2: {0: 1, 1: 1}}, columns
    )
    assert [formula(made, 2, at, TOP) for at in range(3)] == [None, "=SUM(B5:B6)", None]
    missing = statement([("x", none, none), ("z", none, none)], {1: {0: 1}}, columns)
    assert formula(missing, 1, 1, TOP) is None


def test_a_formula_too_long_for_a_cell_is_a_figure():
    rows = [("", float(at % 2), 0.0, 0.0) for at in range(4000)] + [("", 2000.0, 0.0, 0.0)]
    every_other = dict.fromkeys(range(1, 4000, 2), 1)
    assert formula(statement(rows, {4000: every_other}), 4000, 1, TOP) is None
    assert formula(statement(rows, {4000: dict.fromkeys(range(4000), 1)}), 4000, 1, TOP)


def test_a_part_of_a_statement_sums_nothing(every):
    balance = every["trial_balance"]
    assert balance.whole_statement.sums
    assert balance.part(rows=5).sums == {}


def test_no_text_of_a_statement_becomes_a_formula(tmp_path):
    rows = [(text, 1.0, 2.0, None) for text in HOSTILE]
    whole = ("=total", float(len(HOSTILE)), 2.0 * len(HOSTILE), None)
    columns = [Column("=head"), *COLUMNS[1:]]
    made = statement([*rows, whole], {len(rows): dict.fromkeys(range(len(rows)), 1)}, columns)
    write_workbook([("=sheet", made)], tmp_path / "made.xlsx", title="=1", language="en")
    book = Sheets(tmp_path / "made.xlsx")
    assert book.written("=sheet") == {"B11": "=SUM(B5:B10)", "C11": "=SUM(C5:C10)"}
    assert [row[0] for row in book.rows("=sheet")][3:] == ["=head", *HOSTILE, "=total"]
    frame = pd.DataFrame({"=head": HOSTILE, "amount": 1.0})
    path = ex.to_excel({"=sheet": frame}, tmp_path / "book.xlsx")
    assert Sheets(path).written("=sheet") == {}
    assert [row[0] for row in Sheets(path).rows("=sheet")] == ["=head", *HOSTILE]


def test_cells_come_back_as_they_went():
    cells = [
        "text",
        "",
        12.5,
        9007199254740993,
        True,
        None,
        dt.date(2026, 5, 31),
        dt.datetime(2026, 5, 31, 12, 30),
        Decimal("0.10"),
    ]
    columns = [Column(str(at), "plain") for at in range(len(cells))]
    made = Statement("T", columns, [Row(cells)])
    assert read(json.loads(json.dumps(told(made), allow_nan=False))).rows[0].cells == cells
    odd = Statement("T", columns[:3], [Row([float("nan"), float("inf"), ["a"]])])
    assert read(told(odd)).rows[0].cells == [None, "inf", "['a']"]


# A notebook as a workbook


def notebook(path, *cells, parameters='period = "2025"'):
    made = nbformat.v4.new_notebook()
    made.cells = [
        nbformat.v4.new_markdown_cell("# May, closed"),
        nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}),
        *(
            nbformat.v4.new_markdown_cell(cell)
            if cell.startswith("#")
            else nbformat.v4.new_code_cell(cell)
            for cell in cells
        ),
    ]
    nbformat.write(made, path)
    return path


SHOWN = (
    """
import exactnb as ex
import pandas as pd
ex.options.language = "nl"
books = ex.demo()
ledger = books.ledger()
books""",
    "ex.profit_and_loss(ledger, period)",
    "ex.show(ex.aged_receivables(ledger, '2026-06-30'), columns=['account_name', 'open'], rows=3)",
    """
for year in ("2024", "2025"):
    display(ex.trial_balance(ledger, year))""",
    "ex.show(books.odata('crm/Accounts', orderby='Code'), columns=['code', 'name'])",
    "ex.show(ex.journal(ledger, period=period), interactive=True)",
    "## Of our own",
    """
said = {"day": pd.to_datetime(["2026-05-31"]), "said": ["=1+1"], "n": [3]}
pd.DataFrame(said, index=pd.Index(["0012"], name="code"))""",
    "pd.Series([1.5, 2.5], name='half')",
    "ex.charts.result_bars(ex.profit_and_loss(ledger, '2026-01..2026-05', by='month'))",
    "print('said')\n'text'",
)


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebook")
    source = notebook(folder / "may.ipynb", *SHOWN)
    before = source.read_bytes()
    report = ex.report(source, folder / "may.xlsx", period="2026-05")
    assert source.read_bytes() == before
    return report, Sheets(report.path)


def test_a_notebook_is_a_sheet_of_each_table_in_order(shown):
    _, book = shown
    assert book.formulas.sheetnames == [
        "Rapport",
        "Winst-en-verliesrekening",
        "Ouderdomsanalyse debiteuren",
        "Proefbalans",
        "Proefbalans 2",
        "crm-Accounts",
        "Dagboek",
        "Of our own",
        "Of our own 2",
    ]
    assert len(book.written("Winst-en-verliesrekening")) == 10
    assert book.written("Of our own") == {}


def test_the_first_sheet_says_of_whom_when_and_what_was_proved(shown):
    report, book = shown
    rows = book.rows("Rapport")
    assert rows[0][0] == report.title == "May, closed"
    facts = dict(rows[4:])
    assert facts["Administratie"] == "Noordster Rijwielen B.V."
    assert facts["Periode"] == "2026-05"
    assert facts["Door"] == f"may.ipynb · exactnb {ex.__version__}"
    assert facts["Controles"].startswith(f"✓ {len(report.passed)} van ")
    assert facts["Winst-en-verliesrekening"].startswith("2026-05 · EUR")
    assert report.failed == ()


def test_a_table_has_every_row_typed_unless_the_notebook_asks_for_fewer(shown, books):
    _, book = shown
    accounts = [row for row in book.rows("crm-Accounts") if row[0] is not None]
    assert len(accounts) == 1 + 1 + 297 + 1  # its title, its head, its rows, and how many
    three = book.rows("Ouderdomsanalyse debiteuren")
    assert [row[0] for row in three[3:8]][-1] == "Totaal"
    assert "De eerste 3 van" in " ".join(str(row[0]) for row in three)
    own = book["Of our own"]
    assert [cell.value for cell in own[2]] == ["0012", dt.datetime(2026, 5, 31), "=1+1", 3]
    assert own["B2"].number_format == "dd-mm-yyyy"
    assert own["C2"].data_type == "s"
    assert [row[0] for row in book.rows("Of our own 2")] == ["half", 1.5, 2.5]
    journal = ex.journal(books.ledger(), period="2026-05")
    figures = [row[-1] for row in book.rows("Dagboek") if isinstance(row[-1], (int, float))]
    assert len(figures) == len(journal) - 1  # and a total, which is a formula


def test_the_same_notebook_gives_the_same_workbook_but_for_the_time(shown, tmp_path):
    report, _ = shown
    again = ex.report(report.path.with_name("may.ipynb"), tmp_path / "may.xlsx", period="2026-05")

    def parts(path):
        with zipfile.ZipFile(path) as held:
            told = {name: held.read(name) for name in held.namelist()}
        timed = {"docProps/core.xml", "xl/worksheets/sheet1.xml"}
        return {name: told[name] for name in told if name not in timed}

    assert parts(again.path) == parts(report.path)


def test_a_run_that_fails_leaves_the_old_workbook(tmp_path, raised):
    old = tmp_path / "old.xlsx"
    old.write_text("the old one")
    table = "import pandas as pd\npd.DataFrame({'a': [1]})"
    source = notebook(tmp_path / "fails.ipynb", table, "1/0")
    wrong = raised(ReportError, ex.report, source, old)
    assert "fails.ipynb stopped at cell 4 of 4: ZeroDivisionError" in str(wrong)
    assert old.read_text() == "the old one"


def test_no_table_or_one_that_does_not_fit_leaves_the_old_workbook(tmp_path, raised):
    old = tmp_path / "old.xlsx"
    old.write_text("the old one")
    cell = nbformat.v4.new_code_cell("table")
    made = nbformat.v4.new_notebook(cells=[cell])
    heading = Heading.of(made, "made")
    assert "shows no table" in str(raised(ReportError, write_notebook, made, heading, old))
    long = told(as_statement(pd.DataFrame({"a": ["x" * 40_000]})))
    cell.outputs = [nbformat.v4.new_output("display_data", {MIME: long})]
    assert "40,000 characters" in str(raised(InputError, write_notebook, made, heading, old))
    assert old.read_text() == "the old one"
