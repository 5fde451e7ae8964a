"""Results as they are shown: whole, in part, to sort and search, and as plain frames."""

import json
import re

import pandas as pd
import pytest
from ledgers import demo_ledger, ledger_of

import exactnb as ex
from exactnb.display.statement import Statement

NASTY = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def ledger(books):
    return demo_ledger(books)


@pytest.fixture
def dutch():
    ex.options.language = "nl"
    yield
    ex.options.language = "en"


def data(html):
    """The cells of an interactive table, as they are sent."""
    told = re.search(r'"data_json": ("(?:[^"\\]|\\.)*")', html)
    return json.loads(json.loads(told[1]))


def foot(html):
    told = re.search(r"<tfoot>(.*?)</tfoot>", html.replace('\\"', '"'), re.DOTALL)
    return re.findall(r"<th>(.*?)</th>", told[1].replace("\\u003c", "<"))


def test_a_result_is_shown_as_its_statement(ledger):
    balance = ex.trial_balance(ledger, "2025")
    shown = ex.show(balance)
    assert isinstance(shown, Statement)
    assert str(shown) == str(balance)
    assert str(ex.show(balance, caption="Proef")).startswith("Proef\n")


def test_a_part_of_a_statement_keeps_its_total_and_says_it_is_a_part(ledger):
    balance = ex.trial_balance(ledger, "2025")
    part = ex.show(balance, columns=["gl_account_code", "closing", "gl_account_type"], rows=3)
    assert [column.label for column in part.columns] == ["Code", "Closing", "gl_account_type"]
    assert [row.kind for row in part.rows] == ["line", "line", "line", "total"]
    assert f"The first 3 of {len(balance) - 1} rows" in str(part)
    assert part.checks
    with pytest.raises(KeyError, match="'clsing'"):
        ex.show(balance, columns=["clsing"])
    with pytest.raises(KeyError, match="'clsing'"):
        ex.show(balance, columns=["clsing"], interactive=True)


def test_an_interactive_statement_has_every_line_and_its_total(ledger):
    balance = ex.trial_balance(ledger, "2025")
    html = ex.show(balance, interactive=True)._repr_html_()
    lines = balance[balance["kind"] == "line"]
    cells = data(html)
    assert [row[0] for row in cells] == lines["gl_account_code"].tolist()
    assert [row[3] for row in cells] == [f"{value:,.2f}" for value in lines["debit"]]
    total = balance.iloc[-1]
    assert foot(html) == [
        "Total",
        "",
        "0.00",
        f"{total['debit']:,.2f}",
        f"{total['credit']:,.2f}",
        "0.00",
    ]
    assert "✓ debit = credit" in html
    assert html == ex.show(ex.trial_balance(ledger, "2025"), interactive=True)._repr_html_()
    assert str(ex.show(balance, interactive=True)) == str(balance)


def test_what_does_not_add_up_has_no_total_and_what_is_left_out_is_told(ledger):
    result = ex.profit_and_loss(ledger, "2025", compare="year_before")
    table = ex.show(result, interactive=True)
    assert table.totals == {}  # costs are subtracted: their sum with revenue means nothing
    lines = int((result["kind"] == "line").sum())
    assert len(table.cells) == lines
    assert f"({len(result) - lines})" in table.notes[-1]
    change = result["year_before_change"][result["kind"] == "line"].iloc[0]
    assert table.cells[0][-1] == f"{change * 100:.1f} %"


@pytest.mark.usefixtures("dutch")
def test_an_interactive_table_speaks_dutch(ledger):
    html = ex.show(ex.general_ledger(ledger, "1100", "2025-03"), interactive=True)._repr_html_()
    assert data(html)[0][0] == "07-03-2025"
    assert any(re.fullmatch(r"\d+\.\d{3},\d\d", cell) for row in data(html) for cell in row)
    assert "van _TOTAL_ regels" in html
    assert foot(html)[0] == "Totaal"


def test_figures_of_an_interactive_frame_are_sorted_as_figures():
    frame = pd.DataFrame(
        {"code": ["0100"], "rate": [1.23456], "day": pd.to_datetime(["2025-12-31"])}
    )
    table = ex.show(frame, interactive=True, columns=list(frame))
    assert [column.kind for column in table.columns] == ["text", "plain", "date"]
    assert table.cells == [["0100", "1.23456", "2025-12-31"]]
    assert "parseFloat" in table._repr_html_()


def test_names_in_an_interactive_statement_are_text():
    rows = [
        {"gl": "1300", "amount": 1.0, "gl_account_description": NASTY},
        {"gl": "8000", "amount": -1.0},
    ]
    html = ex.show(ex.trial_balance(ledger_of(rows), "2025"), interactive=True)._repr_html_()
    assert NASTY not in html
    assert data(html)[0][1] == "&lt;script&gt;alert(1)&lt;/script&gt;"


def test_a_frame_made_from_a_result_keeps_how_its_figures_are_written(ledger):
    result = ex.profit_and_loss(ledger, "2025", compare="year_before")
    lines = result[result["kind"] == "line"]
    shown = ex.show(lines, columns=["description", "total", "year_before_change"], rows=2)
    first = lines.iloc[0]
    assert shown.cells()[0] == [
        first["description"],
        f"{first['total']:,.2f}",
        f"{first['year_before_change'] * 100:.1f} %",
    ]
    assert str(shown).startswith("Profit and loss · Noordster Rijwielen B.V. · 2025")
    assert f"2 of {len(lines)} rows" in str(shown)
    assert ex.show(lines).columns[:3] == ["gl_account_code", "description", "total"]


def test_a_column_that_now_holds_something_else_is_shown_as_that(ledger):
    lines = ex.trial_balance(ledger, "2025").head(2).assign(debit=["much", "little"])
    assert ex.show(lines, columns=["debit"]).cells() == [["much"], ["little"]]
