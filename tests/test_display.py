"""How things look: numbers, dates, cards, tables; data are text, never markup."""

import datetime as dt
import math
from decimal import Decimal
from types import SimpleNamespace
from typing import ClassVar

import pandas as pd
import pytest

from exactnb.display import formats
from exactnb.display.cards import Card, tell
from exactnb.display.options import Options, options
from exactnb.display.progress import progress
from exactnb.display.show import show

NASTY = "<script>alert(1)</script>"


@pytest.fixture
def dutch():
    options.language = "nl"
    yield
    options.language = "en"


@pytest.mark.parametrize(
    ("value", "english", "dutch"),
    [
        (1234.56, "1,234.56", "1.234,56"),
        (-1234567.5, "-1,234,567.50", "-1.234.567,50"),
        (0.0, "0.00", "0,00"),
        (-0.001, "-0.001", "-0,001"),
        (Decimal("0.10"), "0.10", "0,10"),
        (dt.date(2025, 12, 31), "2025-12-31", "31-12-2025"),
        (dt.datetime(2025, 12, 31, 9, 5), "2025-12-31 09:05", "31-12-2025 09:05"),
        (True, "yes", "ja"),
        (7, "7", "7"),
        (1.23456, "1.23456", "1,23456"),
        (None, "", ""),
        (math.nan, "", ""),
        (pd.NaT, "", ""),
        ("1300", "1300", "1300"),
    ],
)
def test_a_cell_reads_as_a_bookkeeper_writes_it(value, english, dutch):
    assert formats.text(value) == english
    options.language = "nl"
    try:
        assert formats.text(value) == dutch
    finally:
        options.language = "en"


def test_options_refuse_what_they_do_not_know():
    with pytest.raises(ValueError, match="langauge"):
        Options().langauge = "nl"
    with pytest.raises(ValueError, match="language"):
        Options().language = "fr"


def test_a_card_is_text_and_html():
    card = Card("Connection", {"Division": "102030", "Name": NASTY}, state="ready", tone="good")
    assert str(card).splitlines()[0] == "Connection  ● ready"
    assert "Division  102030" in str(card)
    html = card._repr_html_()
    assert NASTY not in html
    assert "&lt;script&gt;" in html


@pytest.fixture
def frame():
    rows = 100
    frame = pd.DataFrame(
        {
            "id": ["0b5a9c1e-0000-4000-8000-000000000000"] * rows,
            "account": ["0b5a9c1e-0000-4000-8000-000000000001"] * rows,
            "code": [f"{i:04}" for i in range(rows)],
            "name": [NASTY] + ["Jansen BV"] * (rows - 1),
            "amount_dc": [1234.5] * rows,
            "currency": ["EUR"] * rows,
            "empty": [None] * rows,
            "invoice_date": pd.to_datetime(["2025-12-31"] * rows),
        }
    )
    frame.attrs.update(action="list-things", connection="Exact Online")
    return frame


def test_a_table_says_how_much_it_shows(frame):
    table = show(frame, rows=10)
    assert "10 of 100 rows · 5 of 8 columns" in str(table)
    assert str(table).startswith("list-things · Exact Online\n")
    assert "10 of 100 rows" in table._repr_html_()


def test_a_table_picks_columns_that_say_something(frame):
    frame["amount_dc"] = [float(i) for i in range(100)]
    assert show(frame).columns == ["code", "name", "amount_dc", "invoice_date", "currency"]


def test_data_in_a_table_is_never_markup(frame):
    html = show(frame)._repr_html_()
    assert NASTY not in html
    assert "&lt;script&gt;" in html
    assert NASTY not in show(frame, interactive=True)._repr_html_()


def test_numbers_stand_to_the_right(frame):
    assert '<td align="right">1,234.50</td>' in show(frame)._repr_html_()


def test_an_incomplete_frame_says_so_in_its_table(frame):
    frame.attrs.update(complete="no", stopped="the connection was lost")
    assert "incomplete: the connection was lost" in str(show(frame))


def test_an_unknown_column_is_named(frame):
    with pytest.raises(KeyError, match="nmae"):
        show(frame, columns=["nmae"])


def test_an_empty_frame_shows_its_columns(frame):
    assert "0 of 0 rows" in str(show(frame.head(0)))


def test_an_interactive_table_holds_every_row_and_needs_no_network(frame):
    html = show(frame, interactive=True)._repr_html_()
    data = html[html.index("dt_args = ") :]
    assert data.count("Jansen BV") == 99
    assert 'src="http' not in html
    assert "from 'http" not in html
    assert html == show(frame, interactive=True)._repr_html_()


def test_a_record_is_a_card_with_the_rest_folded(frame):
    record = frame.iloc[1].copy()
    record["phone"] = "050 123"
    card = show(record)
    assert str(card).startswith("Jansen BV")
    assert "0001" in str(card)
    assert "<details" in card._repr_html_()
    assert NASTY not in show(frame.iloc[0])._repr_html_()


def test_what_shows_itself_is_left_alone():
    thing = object()
    assert show(thing) is thing


def test_a_short_read_shows_no_progress(capsys):
    with progress("list-things", delay=60) as bar:
        bar.rows(60)
    assert capsys.readouterr().err.strip() == ""


def test_a_long_read_shows_rows_and_until_when_it_waits(capsys):
    with progress("list-things", delay=0) as bar:
        bar.rows(60)
        bar.waiting(dt.datetime(2026, 6, 30, 10, 1).timestamp(), "the calls are used up")
    shown = capsys.readouterr().err
    assert "60 rows" in shown
    assert "waiting until 10:01:00: the calls are used up" in shown
    assert shown.rsplit("\r", 1)[-1].strip() == ""  # nothing stays


def test_a_long_read_says_of_how_many_and_what_else_there_is_to_say(capsys):
    with progress("lines", delay=0) as bar:
        bar.of(2500)
        bar.rows(1000)
        bar.say("3 calls this minute")
        bar.begin("accounts")
        bar.say("waiting for another notebook")
        bar.of(10)
        bar.rows(20)
    shown = capsys.readouterr().err
    assert "lines: 1,000 of about 2,500 rows" in shown
    assert "3 calls this minute" in shown
    assert "accounts: 0 rows" in shown
    assert "waiting for another notebook" in shown
    assert shown.rsplit("\r", 1)[-1].strip() == ""


def test_what_is_told_beside_a_result_is_an_output_or_a_line(monkeypatch, capsys):
    import IPython
    import IPython.display

    card, shown = Card("3 of 50 are missing", notes=(NASTY,)), []
    tell(card)
    assert capsys.readouterr().err == f"{card}\n"
    monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace(kernel=object()))
    monkeypatch.setattr(IPython.display, "display", shown.append)
    tell(card)
    assert shown == [card]
    assert capsys.readouterr().err == ""
    assert NASTY not in card._repr_html_()


def test_in_a_notebook_the_progress_is_emptied_and_no_widget_stays(monkeypatch):
    import IPython
    import IPython.display

    class Handle:
        said: ClassVar[list[str]] = []

        def update(self, data, raw):
            assert raw
            self.said.append(data["text/plain"])

    def shown(data, raw, display_id):
        Handle().update(data, raw)
        return Handle()

    monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace(kernel=object()))
    monkeypatch.setattr(IPython.display, "display", shown)
    with progress("list-things", delay=0) as bar:
        bar.rows(60)
        bar.waiting(0, "the calls are used up")
    assert any("60 rows" in text for text in Handle.said)
    assert Handle.said[-1] == ""
