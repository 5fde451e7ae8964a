"""Workbooks as another program reads them: LibreOffice works out every formula itself.

What we wrote beside each formula is made wrong first, so that an equal figure is LibreOffice's.
"""

import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from workbook_side import cents_of, every_analysis

import exactnb as ex
from exactnb.reports.lists import as_statement

pytestmark = pytest.mark.skipif(
    shutil.which("soffice") is None,
    reason="no soffice here: install LibreOffice Calc (apt-get install libreoffice-calc-nogui)",
)
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
HEAD = 4  # rows of a sheet before the first one of its statement
WRONG = 4321.99
#: LibreOffice keeps what it finds beside a formula, unless it is told to work out all of them
ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("office")


def converted(paths, folder, *, always=True):
    """Workbooks as LibreOffice saves them."""
    profile, out = folder / f"profile-{always}", folder / "out"
    (profile / "user").mkdir(parents=True, exist_ok=True)
    if always:
        (profile / "user" / "registrymodifications.xcu").write_text(ALWAYS)
    asked = ["soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore"]
    asked += ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(out), *map(str, paths)]
    run = subprocess.run(asked, capture_output=True, text=True, timeout=300)
    made = [out / path.name for path in paths]
    assert [path for path in made if not path.is_file()] == [], run.stderr
    return made


def poisoned(path):
    """The workbook with a wrong figure beside each formula, and how many there are."""
    made = path.with_name(f"wrong-{path.name}")
    count = 0
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            xml = old.read(name)
            if name.startswith("xl/worksheets/"):
                said = rb"(</f><v>)[^<]*(</v>)"
                xml, here = re.subn(said, rb"\g<1>%.2f\g<2>" % WRONG, xml)
                count += here
            new.writestr(name, xml)
    return made, count


def cells(book, wanted):
    """Place → what stands there, of the cells that are wanted."""
    every = ((sheet.title, cell) for sheet in book for row in sheet.iter_rows() for cell in row)
    return {(title, cell.coordinate): cell.value for title, cell in every if wanted(cell)}


def formulas(book):
    """Place → formula; a yes or no is kept by LibreOffice as one, which is none of ours."""
    own = ("=TRUE()", "=FALSE()")
    return cells(book, lambda cell: cell.data_type == "f" and cell.value not in own)


def figures(book):
    """Every number of a workbook by its place."""
    return cells(book, lambda cell: type(cell.value) in (int, float))


def recalculated(paths, folder):
    """Name → a workbook as LibreOffice works it out; its formulas are those that we wrote."""
    wrong = [poisoned(path) for path in paths]
    made = converted([path for path, _ in wrong], folder)
    books = {}
    for path, out, (_, count) in zip(paths, made, wrong, strict=True):
        ours = formulas(openpyxl.load_workbook(path))
        assert formulas(openpyxl.load_workbook(out)) == ours
        assert len(ours) == count
        books[path.stem] = openpyxl.load_workbook(out, data_only=True), count
    return books


def same(book, path):
    """Whether the figures are those of the workbook as we wrote it, to the cent."""
    worked_out, ours = figures(book), figures(openpyxl.load_workbook(path, data_only=True))
    assert worked_out.keys() == ours.keys()
    return {at: one for at, one in ours.items() if abs(worked_out[at] - one) > 1e-6} == {}


def as_stated(book, name, result):
    """Whether the money of a sheet is that of a result, to the cent."""
    stated = cents_of(as_statement(result))
    sheet = book[name]
    return stated == {
        (down, at): round(float(sheet.cell(down + 1 + HEAD, at + 1).value) * 100)
        for down, at in stated
    }


def test_it_works_out_formulas_only_where_it_is_told_to(folder):
    total = ex.trial_balance(ex.demo(read_only=True).ledger(), "2025")
    wrong, count = poisoned(ex.to_excel({"a": total}, folder / "a.xlsx"))
    assert count == 4
    debit = {}
    for always in (False, True):
        (made,) = converted([wrong], folder, always=always)
        sheet = openpyxl.load_workbook(made, data_only=True)["a"]
        debit[always] = round(sheet.cell(len(total) + HEAD, 4).value, 2)
    assert debit == {False: WRONG, True: total["debit"].iloc[-1]}


def test_every_analysis_has_equal_figures(folder):
    results = every_analysis(ex.demo(read_only=True))
    path = ex.to_excel(results, folder / "every.xlsx")
    ((book, count),) = recalculated([path], folder).values()
    wrong = [name for name, result in results.items() if not as_stated(book, name, result)]
    assert wrong == []
    assert same(book, path)
    assert count > 300


def test_the_notebooks_have_equal_figures(folder):
    paths = [
        ex.report(notebook, folder / f"{notebook.stem}.xlsx").path
        for notebook in sorted(NOTEBOOKS.glob("*.ipynb"))
    ]
    books = recalculated(paths, folder)
    wrong = [path.name for path in paths if not same(books[path.stem][0], path)]
    assert wrong == []
    book, count = books["10_month_end"]
    ledger, year = ex.demo(read_only=True).ledger(), "2026-01..2026-06"
    month = ex.profit_and_loss(ledger, "2026-06", compare=["year_before"], detail="group")
    assert as_stated(book, "Profit and loss", month)
    assert as_stated(book, "Balance sheet", ex.balance_sheet(ledger, year, detail="group"))
    assert as_stated(book, "Journal entry tests", ex.journal_entry_tests(ledger, "2026-06"))
    assert count == 4 * 3 + 3  # results in three columns, totals of a balance sheet in one


def test_what_came_from_data_is_no_formula(folder):
    hostile = ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "{=1}", "007", "=A1"]
    frame = pd.DataFrame({"=head": hostile, "amount": 1.0})
    path = ex.to_excel({"=a": frame}, folder / "hostile.xlsx")
    ((book, count),) = recalculated([path], folder).values()
    assert count == 0
    assert [cell.value for cell in book["=a"]["A"]] == ["=head", *hostile]
    assert {cell.data_type for cell in book["=a"]["A"]} == {"s"}
