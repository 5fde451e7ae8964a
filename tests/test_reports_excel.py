"""Workbooks: what a spreadsheet finds in them, read from the file itself."""

import datetime as dt
import zipfile
from xml.etree import ElementTree

import pandas as pd
import pytest

import exactnb as ex
from exactnb.errors import InputError
from exactnb.reports.sheets import sheet_names

_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


class Sheet:
    """The cells of one sheet: address → (kind, value)."""

    def __init__(self, xml: bytes):
        self.tree = ElementTree.fromstring(xml)
        self.cells = {}
        for cell in self.tree.iter(f"{_S}c"):
            value, text = cell.find(f"{_S}v"), "".join(t.text or "" for t in cell.iter(f"{_S}t"))
            kind = cell.get("t", "n")
            self.cells[cell.get("r")] = (kind, text if kind == "inlineStr" else value)

    def __getitem__(self, address):
        kind, value = self.cells[address]
        if kind == "inlineStr":
            return value
        if value is None:
            return None
        return value.text == "1" if kind == "b" else float(value.text)

    @property
    def formulas(self):
        return list(self.tree.iter(f"{_S}f"))

    @property
    def frozen(self):
        return next(self.tree.iter(f"{_S}pane")).get("topLeftCell")

    def column(self, letter):
        rows = sorted(int(a[len(letter) :]) for a in self.cells if a.rstrip("0123456789") == letter)
        return [self[f"{letter}{row}"] for row in rows]


def opened(path):
    with zipfile.ZipFile(path) as book:
        names = [
            sheet.get("name")
            for sheet in ElementTree.fromstring(book.read("xl/workbook.xml")).iter(f"{_S}sheet")
        ]
        return {
            name: Sheet(book.read(f"xl/worksheets/sheet{number}.xml"))
            for number, name in enumerate(names, start=1)
        }


def serial(day):
    """A day as a spreadsheet counts it."""
    return float((day - dt.date(1899, 12, 30)).days)


def written(tmp_path, **frames):
    return opened(ex.to_excel(frames, tmp_path / "book.xlsx"))


def test_numbers_dates_and_yes_or_no_are_a_spreadsheets_own(tmp_path):
    frame = pd.DataFrame(
        {
            "code": ["0012", "8000"],
            "date": pd.to_datetime(["2025-12-31", None]),
            "at": pd.to_datetime(["2025-12-31 18:00", None]),
            "amount": [1234.56, -0.1],
            "count": pd.array([3, None], dtype="Int32"),
            "paid": pd.array([True, None], dtype="boolean"),
            "key": [9007199254740993, 1],
        }
    )
    sheet = written(tmp_path, frame=frame)["frame"]
    assert [sheet[f"{letter}1"] for letter in "ABCDEFG"] == list(frame.columns)
    assert sheet["A2"] == "0012"
    assert sheet["B2"] == serial(dt.date(2025, 12, 31))
    assert sheet["C2"] == serial(dt.date(2025, 12, 31)) + 0.75
    assert (sheet["D2"], sheet["D3"]) == (1234.56, -0.1)
    assert sheet["E2"] == 3
    assert sheet["F2"] is True
    assert sheet["G2"] == "9007199254740993"  # a spreadsheet would round it
    assert [sheet[f"{letter}3"] for letter in "BCEF"] == [None] * 4
    assert sheet.frozen == "A2"


HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "http://x", "{=1}", "007"]


def test_text_is_never_a_formula_a_link_or_a_number(tmp_path):
    frame = pd.DataFrame({"=name": HOSTILE, "note": pd.Categorical(HOSTILE)})
    sheet = written(tmp_path, frame=frame)["frame"]
    assert sheet.column("A") == ["=name", *HOSTILE]
    assert sheet.column("B") == ["note", *HOSTILE]
    assert sheet.formulas == []
    assert list(sheet.tree.iter(f"{_S}hyperlink")) == []


def test_a_result_has_its_rows_totals_and_checks(books, tmp_path):
    ledger = books.ledger()
    result = ex.profit_and_loss(ledger, "2026-05")
    sheet = written(tmp_path, result=result)["result"]
    assert sheet["A1"] == "Profit and loss · Noordster Rijwielen B.V."
    figures = result["total"].dropna().tolist()
    assert [value for value in sheet.column("B") if isinstance(value, float)] == figures
    assert "8210 Omzet e-bikes" in sheet.column("A")
    checks = [text for text in sheet.column("A") if text.startswith("✓")]
    assert len(checks) == len(result.attrs["checks"]) == 2
    assert len(sheet.formulas) == result["kind"].isin(["subtotal", "total"]).sum()
    assert sheet.frozen == "B5"


def test_a_long_result_has_every_row(books, tmp_path, monkeypatch):
    monkeypatch.setattr(ex.options, "rows", 5)
    result = ex.aged_receivables(books.ledger(), "2026-06-30")
    assert len(result) > 20
    sheet = written(tmp_path, result=result)["result"]
    at = [
        letter for letter in "ABCDEFGHIJKL" if sheet.cells.get(f"{letter}4", ("", ""))[1] == "Open"
    ]
    assert len(at) == 1
    open_ = [value for value in sheet.column(at[0]) if isinstance(value, float)]
    assert open_ == result["open"].tolist()


def test_names_of_sheets_are_made_to_fit():
    names = ["A" * 40, "A" * 41, "a/b", "A-B", "History", "'x'", "", "Twice?"]
    made = sheet_names(names)
    assert len({name.lower() for name in made}) == len(names)
    assert all(0 < len(name) <= 31 for name in made)
    assert made[1] == "A" * 29 + " 2"
    assert made[2:] == ["a-b", "A-B 2", "History 1", "x", "Sheet", "Twice"]


def test_an_index_that_says_something_is_a_column(tmp_path):
    totals = pd.Series({"8000": 1.0, "8010": 2.0}, name="total").rename_axis("code").to_frame()
    sheet = written(tmp_path, totals=totals)["totals"]
    assert sheet.column("A") == ["code", "8000", "8010"]
    assert written(tmp_path, empty=totals.head(0))["empty"].column("B") == ["total"]


def test_everything_that_is_wrong_is_said_at_once(tmp_path, raised):
    wrong = raised(InputError, ex.to_excel, {"a": [1], "b": {}}, tmp_path / "no" / "book.csv")
    for part in ("book.csv does not end in .xlsx", "no folder", "'a' is a list", "'b' is a dict"):
        assert part in str(wrong)
    assert 'ex.to_excel({"' in str(raised(InputError, ex.to_excel, pd.DataFrame(), "book.xlsx"))


def test_what_does_not_fit_leaves_the_old_file(tmp_path):
    path = tmp_path / "book.xlsx"
    path.write_text("the old one")
    with pytest.raises(InputError, match=r"40,000 characters .* row 3, column 1"):
        ex.to_excel({"a": pd.DataFrame({"text": ["short", "x" * 40_000]})}, path)
    assert path.read_text() == "the old one"
    assert list(tmp_path.iterdir()) == [path]
