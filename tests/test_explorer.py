"""Walking a ledger: what is asked, the steps, the Python of each, and what is on the page."""

import ast

import duckdb
import pandas as pd
import polars as pl
import pytest
from ledgers import demo_ledger, ledger_of

import exactnb as ex
from exactnb.errors import DataError, InputError
from exactnb.explorer.steps import PAGE

NASTY = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def ledger(books):
    return demo_ledger(books)


@pytest.fixture
def explorer(ledger):
    return ex.explore(ledger, "2025")


def run(code, ledger):
    """What the last line of a script gives."""
    *before, last = ast.parse(code).body
    names = {"ledger": ledger}
    exec(compile(ast.Module(before, []), "shown", "exec"), names)
    return eval(compile(ast.Expression(last.value), "shown", "eval"), names)


def same(explorer, ledger):
    given = run(explorer.code, ledger)
    pd.testing.assert_frame_equal(pd.DataFrame(given), pd.DataFrame(explorer.frame))


def said(explorer):
    """All texts of the table on the page, row by row."""
    return [" ".join(row[0]) for row in explorer.view["rows"]]


def click(explorer, row, column=None):
    explorer._receive({"op": "open", "row": row, "column": column})


ASKED = [
    {},
    {"period": "YTD"},
    {"statement": "profit_and_loss", "period": "2025-Q3"},
    {"statement": "balance_sheet", "status": "processed"},
    {"text": 'a"b\\c', "period": "2024"},
    {"text": "huur", "journal": "70"},
    {"statement": "lines", "text": "HUUR", "gl_account": "4100"},
    {"statement": "lines", "period": "2025-03..2025-05", "status": "processed"},
]


@pytest.mark.parametrize("asked", ASKED)
def test_the_python_that_is_shown_gives_the_frame_that_is_shown(ledger, asked):
    explorer = ex.explore(ledger, **{"period": "2025", **asked})
    same(explorer, ledger)
    opens = [(at, row) for at, row in enumerate(explorer.view["rows"]) if row[4]]
    for place, row in opens[:: max(1, len(opens) // 3)]:
        for at in row[4][:3]:
            explorer.drill(place, None if at < 0 else explorer.view["names"][at])
            same(explorer, ledger)
            if explorer.view["rows"][0][4]:
                explorer.drill(0)
                same(explorer, ledger)
            explorer.back(9)


def test_a_walk_goes_from_a_figure_to_its_lines_to_a_balanced_entry_and_back(explorer, ledger):
    debit = explorer.frame.set_index("gl_account_code").loc["4100", "debit"]
    explorer.drill("4100", "debit")
    assert explorer.frame["amount_dc"].sum() == pytest.approx(debit)
    assert explorer.view["crumbs"] == ["Trial balance 2025", "4100 Huur · Debit"]
    line = explorer.frame.iloc[2]
    click(explorer, 2)
    entry = ledger[ledger["entry_id"] == line["entry_id"]]
    assert len(explorer.view["rows"]) == len(entry) + 1
    assert len(entry) > 1
    assert explorer.view["title"].startswith(f"Entry {line['entry_number']} ·")
    assert [ok for _, ok in explorer.view["checks"]] == [True, True]
    assert f"Lines 1–{len(entry)} of {len(entry)}" in repr(explorer)
    explorer._receive({"op": "back", "steps": 1})
    assert explorer.view["crumbs"][-1] == "4100 Huur · Debit"
    explorer.back()
    explorer.back()
    assert explorer.view["crumbs"] == ["Trial balance 2025"]


def test_long_lists_are_turned_through_and_say_how_much_is_shown(explorer):
    explorer.drill("1300")
    lines = explorer.frame
    seen = []
    for page in range(explorer.view["pages"]):
        explorer._receive({"op": "turn", "page": page})
        shown = explorer.view["rows"][:-1]  # the last row adds all pages up
        first = page * PAGE + 1
        assert explorer.view["shown"] == f"Lines {first}–{first + len(shown) - 1} of {len(lines)}"
        seen += [row[0][explorer.view["names"].index("entry_number")] for row in shown]
    assert len(lines) > PAGE
    assert seen == lines["entry_number"].astype(str).tolist()
    assert f"Total of {len(lines):,} lines" in said(explorer)[-1]
    explorer.turn(10**6)
    assert explorer.view["page"] == explorer.view["pages"] - 1
    click(explorer, 0)
    explorer._receive({"op": "back", "steps": 1, "page": 2})
    assert explorer.view["page"] == 2


def test_a_long_entry_is_shown_to_its_last_line():
    many = [{"gl": "4500", "amount": 1.0, "entry": 1, "line_number": i} for i in range(120)]
    explorer = ex.explore(
        ledger_of([*many, {"gl": "1000", "amount": -120.0, "entry": 1}]), "2025", statement="lines"
    )
    explorer.drill(0)
    seen = 0
    for page in range(explorer.view["pages"]):
        explorer.turn(page)
        seen += len(explorer.view["rows"]) - 1
        assert said(explorer)[-1].split() == ["Total", "120.00", "120.00"]
    assert seen == 121


def test_filters_narrow_and_say_that_a_part_need_not_balance(explorer, ledger):
    explorer.ask(text="huur")
    assert explorer.view["checks"] == []
    assert "need not balance" in explorer.view["notes"][-1]
    explorer.ask(text=None, journal="70")
    assert [ok for _, ok in explorer.view["checks"]] == [True, True]
    sales = ledger[(ledger["journal_code"] == "70") & (ledger["financial_year"] == 2025)]
    assert explorer.frame["debit"].iloc[-1] == pytest.approx(sales["amount_dc"].clip(lower=0).sum())


def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(explorer):
    before, rows = explorer.frame, explorer.view["rows"]
    typed = {"period": "2025-Q9", "gl_account": "4711", "text": "huur"}
    explorer._receive({"op": "ask", "asked": typed})
    assert set(explorer.view["problems"]) == {"period", "gl_account"}
    assert '"2025-Q3"' in explorer.view["problems"]["period"]
    assert explorer.view["asked"] | typed == explorer.view["asked"]
    assert explorer.frame is before
    assert explorer.view["rows"] == rows
    explorer._receive({"op": "ask", "asked": {**typed, "period": "2025", "gl_account": "4100"}})
    assert explorer.view["problems"] == {}
    assert said(explorer)[0].startswith("4100")
    click(explorer, 10**6)
    assert "row 1000000" in explorer.view["problems"][""]


def test_every_wrong_field_is_named_at_once(ledger, explorer):
    with pytest.raises(InputError, match=r"(?s)last year.*no 'zz'.*no 'budget'|no 'budget'"):
        ex.explore(ledger, "last year", journal="zz", status="budget")
    with pytest.raises(InputError, match="perod"):
        explorer.ask(perod="2025")
    with pytest.raises(InputError, match="0 rows"):
        explorer.drill("4711")
    with pytest.raises(DataError, match="not list"):
        ex.explore([1, 2])


def test_the_year_to_date_is_that_of_all_lines(ledger):
    explorer = ex.explore(ledger, gl_account="9800")
    assert explorer.view["crumbs"] == ["Trial balance 2026-01..2026-06"]


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_any_engine_is_walked_in_the_same_way(ledger, engine):
    other = pl.from_pandas(ledger) if engine == "polars" else duckdb.from_df(ledger)
    one, two = ex.explore(ledger, "2025", text="huur"), ex.explore(other, "2025", text="huur")
    assert said(one) == said(two)
    for each in (one, two):
        each.drill("4100")
    assert len(one.frame) == len(two.frame) > 5
    assert sorted(one.frame["id"]) == sorted(two.frame["id"])
    assert len(run(two.code, other)) == len(one.frame)


@pytest.mark.parametrize("text", ["huur", "HUUR", "25700012", "zadelhof", "nothing like it"])
def test_a_text_is_found_in_any_engine(ledger, text):
    folded = ledger[["description", "account_name", "your_ref", "payment_reference"]].astype("str")
    test = folded.apply(lambda c: c.str.contains(text, case=False, regex=False, na=False))
    found = test.any(axis=1)
    if text.isdecimal():
        for name in ("invoice_number", "entry_number", "order_number"):
            found |= (ledger[name] == int(text)).fillna(False).astype(bool)
    assert ex.search(ledger, text)["id"].tolist() == ledger.loc[found, "id"].tolist()
    assert ex.search(pl.from_pandas(ledger), text).height == found.sum()
    assert len(ex.search(duckdb.from_df(ledger), text)) == found.sum()


def test_a_search_is_a_ledger_again(ledger):
    found = ex.search(ledger, journal="70", period="2025-03", status="processed")
    assert found.attrs == ledger.attrs
    assert set(found["status"]) == {50}
    assert all(check["ok"] for check in ex.trial_balance(found, "2025-03").attrs["checks"])
    with pytest.raises(InputError, match="GL account '13'"):
        ex.search(ledger, gl_account="13")
    with pytest.raises(DataError, match="description"):
        ex.search(ledger[["date", "type", "amount_dc"]], "huur")


def test_lines_without_text_or_keys_are_walked_too():
    rows = [
        {"gl": "1300", "amount": 121.0, "entry": 7, "journal_code": "70"},
        {"gl": "8000", "amount": -121.0, "entry": 7, "journal_code": "70"},
    ]
    bare = ledger_of(rows).drop(
        columns=["entry_id", "account_name", "journal_description", "cents"]
    )
    explorer = ex.explore(bare, "2025")
    explorer.drill("1300")
    explorer.drill(0)
    assert explorer.code.endswith('ex.journal(ledger, journal="70", period="2025", entry=7)')
    same(explorer, bare)
    assert len(explorer.frame) == 3


def test_data_are_text_on_the_page_and_in_every_static_look():
    rows = [
        {"gl": "1300", "amount": 1.0, "entry": 1, "description": NASTY, "account_name": NASTY},
        {"gl": "8000", "amount": -1.0, "entry": 1, "description": NASTY},
    ]
    explorer = ex.explore(ledger_of(rows), "2025", text="alert(1)")
    for step in range(3):
        data, _ = explorer._repr_mimebundle_()
        assert NASTY not in data["text/html"]
        assert "application/vnd.jupyter.widget-view+json" in data
        assert explorer.view["crumbs"][-1] in data["text/plain"]
        assert explorer.code in data["text/plain"]
        assert ("&lt;script&gt;" in data["text/html"]) == (step > 0)
        if step < 2:
            explorer.drill(0)
    assert "innerHTML" not in explorer._esm
    assert "http" not in explorer._esm + explorer._css


def test_it_is_few_models_and_says_the_same_each_time(ledger):
    one, two = (ex.explore(ledger, "2025", statement="profit_and_loss") for _ in range(2))
    assert one.view == two.view
    assert [name for name, trait in one.traits(sync=True).items() if trait.default_value is None]
    assert len(one.get_state()["view"]["rows"]) == len(one.frame)


def test_it_speaks_dutch(ledger):
    ex.options.language = "nl"
    try:
        explorer = ex.explore(ledger, "2025", statement="balance_sheet")
        assert explorer.words["gl_account"] == "Grootboekrekening"
        explorer.drill("1100")
        assert "Totaal van" in said(explorer)[-1]
        assert explorer.view["shown"].startswith("Regels 1–50 van ")
    finally:
        ex.options.language = "en"
