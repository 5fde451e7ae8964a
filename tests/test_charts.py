"""Charts: what they say, in light and dark, to eyes and without; the same twice; data stay text."""

import re
import sys

import pytest
from ledgers import demo_ledger, ledger_of

import exactnb as ex
from exactnb.charts.chart import ACCENTS
from exactnb.errors import DataError, InputError, MissingPackageError

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def ledger(books):
    return demo_ledger(books)


@pytest.fixture(scope="module")
def charts(books, ledger):
    monthly = ex.profit_and_loss(ledger, "2025", by="month")
    weeks = ex.cash_flow_forecast(
        ledger, returns=books.odata("Returns"), orders=books.odata("SalesOrders", lines=True)
    )
    return {
        "bars": ex.charts.result_bars(monthly),
        "waterfall": ex.charts.waterfall(ex.profit_and_loss(ledger, "2025")),
        "ageing": ex.charts.ageing(ex.aged_receivables(ledger)),
        "days": ex.charts.days_outstanding(ex.days_sales_outstanding(ledger, "2024-07..2026-06")),
        "pareto": ex.charts.pareto(ex.pareto(ledger, period="2025")),
        "forecast": ex.charts.forecast(weeks),
        "benford": ex.charts.benford(ex.benford(ledger)),
    }


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("bars", "Net result: € 75,000, most in 2025-05"),
        ("waterfall", "Of € 2.8 m revenue € 75,000 is left (3 %)"),
        ("ageing", "owe 58 % of what is overdue"),
        ("days", "from 38 to 52 days (+14)"),
        ("pareto", "The first five of"),
        ("forecast", "The bank dips below zero in week 7: € -34,900"),
        ("benford", "Digits are 0.7 points off Benford's law on average"),
    ],
)
def test_a_chart_says_its_finding_in_its_title_and_to_those_who_cannot_see_it(charts, name, said):
    chart = charts[name]
    assert said in chart.title
    assert said in chart.svg.replace("&#x27;", "'")
    label = re.search(r'aria-label="([^"]*)"', chart.svg)[1]
    assert len(label) > len(chart.title)
    assert said in repr(chart)


def test_a_chart_is_one_picture_that_asks_nobody_and_follows_the_theme(charts):
    for chart in charts.values():
        html = chart._repr_html_()
        assert not re.search(r"<script|<image|href=|src=|url\(http", html)
        assert f'[fill="{ACCENTS["blue"][0]}"]{{fill:light-dark(' in html
        literal = set(re.findall(r'(?:fill|stroke)="(#[0-9A-Fa-f]{6})"', chart.svg))
        themed = set(re.findall(r'\[(?:fill|stroke)="(#[0-9A-Fa-f]{6})"\]', html))
        assert literal <= themed


def test_the_same_figures_give_the_same_picture(ledger):
    made = [ex.charts.waterfall(ex.profit_and_loss(ledger, "2025"))._repr_html_() for _ in range(2)]
    assert made[0] == made[1]


def test_a_dutch_reader_sees_dutch(ledger, monkeypatch):
    monkeypatch.setattr(ex.options, "language", "nl")
    chart = ex.charts.waterfall(ex.profit_and_loss(ledger, "2025"))
    assert chart.title == "Van € 2,8 mln omzet blijft € 75.000 over (3 %)"
    assert "Netto-omzet" in chart.svg


def test_names_are_text_in_a_chart():
    owed = {"account": "a", "account_code": "1", "account_name": HOSTILE, "invoice_number": 1}
    rows = [
        {"gl": "1300", "amount": 100.0, "type": 20, "due_date": "2025-01-20", **owed},
        {"gl": "8000", "amount": -100.0, "type": 20, **owed},
    ]
    chart = ex.charts.ageing(ex.aged_receivables(ledger_of(rows), "2025-06-30"))
    assert HOSTILE not in chart._repr_html_()
    assert "&lt;img src=x" in chart.svg
    assert chart.title == f"{HOSTILE} owes 100 % of what is overdue"


def test_a_chart_is_kept_as_a_picture(charts, tmp_path):
    charts["benford"].save(tmp_path / "benford.png")
    assert (tmp_path / "benford.png").read_bytes().startswith(b"\x89PNG")
    charts["benford"].save(tmp_path / "benford.svg")
    assert (tmp_path / "benford.svg").read_text().startswith("<svg ")
    with pytest.raises(InputError, match="one of"):
        charts["benford"].save(tmp_path / "benford.doc")


def test_what_cannot_be_drawn_says_what_to_ask_for(ledger):
    with pytest.raises(DataError, match="by='month'"):
        ex.charts.result_bars(ex.profit_and_loss(ledger, "2025"))
    with pytest.raises(DataError, match="net_result"):
        ex.charts.result_bars(ex.profit_and_loss(ledger, "2025", by="month"), "profit")


def test_a_missing_package_says_how_to_get_it(ledger, monkeypatch):
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(MissingPackageError, match=r"exactnb\[report\]"):
        ex.charts.benford(ex.benford(ledger))
