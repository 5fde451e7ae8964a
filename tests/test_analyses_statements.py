"""Statements: against Exact's own aggregates, SQL, and small cases by hand."""

import re

import duckdb
import pandas as pd
import polars as pl
import pytest
from ledgers import demo_ledger, ledger_of
from sandbox_side import over

import exactnb as ex
from exactnb.errors import DataError, InputError
from exactnb.sandbox.app import Sandbox

#: one of each, over the same period
STATEMENTS = {
    "profit_and_loss": ex.profit_and_loss,
    "balance_sheet": ex.balance_sheet,
    "cash_flow_statement": ex.cash_flow_statement,
}


@pytest.fixture(scope="module")
def ledger(books):
    return demo_ledger(books)


@pytest.fixture(scope="module")
def other():
    """The ledger of a company that was made with another seed."""
    return demo_ledger(over(Sandbox(seed=7)))


def figure(result, key, column=None):
    """One figure of a statement, in whole cents."""
    column = column or ("balance" if "balance" in result else "total")
    return round(result.loc[result["key"] == key, column].item() * 100)


def said(checks):
    return [check["name"] for check in checks if not check["ok"]]


def sql(ledger, query):
    return duckdb.sql(query.replace("LEDGER", "ledger")).fetchall()


# --- against Exact's own lists -------------------------------------------------------------------


@pytest.mark.parametrize("year", [2023, 2024, 2025, 2026])
def test_profit_and_loss_is_what_exact_adds_up(books, ledger, year):
    rows = books.odata("ReportingBalance", filter=f"ReportingYear eq {year} and BalanceType eq 'W'")
    exact = (rows.groupby("gl_account_code")["amount"].sum() * 100).round().astype(int)
    result = ex.profit_and_loss(ledger, str(year))
    accounts = result[result["gl_account_code"] != ""].set_index("gl_account_code")["total"]
    costs = accounts.index.str.match("[47]|98") & ~accounts.index.isin(["4406", "4900", "4910"])
    signed = (accounts * 100).round().astype(int).where(costs, -accounts * 100)
    assert {k: v for k, v in exact.items() if v} == {k: round(v) for k, v in signed.items()}
    assert figure(result, "net_result") == -exact.sum()


def test_profit_and_loss_is_exacts_overview(books, ledger):
    exact = books.odata("ProfitLossOverview").iloc[0]
    year = ex.profit_and_loss(ledger, compare="year_before")
    whole = ex.profit_and_loss(ledger, "2025")
    month = ex.profit_and_loss(ledger, "2026-06", compare="year_before")
    assert figure(year, "net_result") == round(exact["result_current_year"] * 100)
    assert figure(whole, "net_result") == round(exact["result_previous_year"] * 100)
    assert figure(month, "net_result") == round(exact["result_current_period"] * 100)
    before = figure(month, "net_result", "year_before")
    assert before == round(exact["result_previous_year_period"] * 100)
    assert round(month["year_before_difference"].iloc[-1] * 100) == figure(
        month, "net_result"
    ) - figure(month, "net_result", "year_before")


def test_the_balance_is_exacts_opening_of_the_next_year(books, ledger):
    exact = books.odata("OpeningBalanceCurrentYearAfterEntry").set_index("gl_account_code")
    balance = ex.balance_sheet(ledger, "2025")
    assets = balance["key"].tolist().index("total_assets")
    of_accounts = balance[(balance["gl_account_code"] != "") & (balance["balance"] != 0)]
    for place, row in of_accounts.iterrows():
        sign = 1 if place < assets else -1
        opening = exact.loc[row["gl_account_code"], "amount"]
        assert round(sign * row["balance"] * 100) == round(opening * 100)
    vat = ledger.loc[ledger["gl_account_type"] == 24, "gl_account_code"].unique()
    position = exact.loc[exact.index.isin(vat), "amount"].sum()
    assert figure(balance, "vat") == -round(position * 100)
    assert len(of_accounts) + exact.index.isin(vat).sum() == (exact["amount"] != 0).sum()


def test_the_cash_flow_is_what_the_bank_says(books, ledger):
    statements = books.odata("BankEntries", orderby="EntryNumber")
    last = statements[statements["financial_year"] == 2025].iloc[-1]
    flow = ex.cash_flow_statement(ledger, "2025")
    assert figure(flow, "cash_closing") == round(last["closing_balance_fc"] * 100)
    first = statements[statements["financial_year"] == 2025].iloc[0]
    assert figure(flow, "cash_opening") == round(first["opening_balance_fc"] * 100)


# --- against SQL ---------------------------------------------------------------------------------

GROUPS = {
    "net_revenue": "-sum(cents) FILTER (gl_account_type = 110)",
    "cost_of_sales": "sum(cents) FILTER (gl_account_type = 111)",
    "gross_margin": "-sum(cents) FILTER (gl_account_type IN (110, 111))",
    "personnel_costs": "sum(cents) FILTER (gl_account_type IN (125, 126))",
    "depreciation": "sum(cents) FILTER (gl_account_type = 122)",
    "other_costs": "sum(cents) FILTER (gl_account_type = 121)",
    "exceptional": "-sum(cents) FILTER (gl_account_type = 120)",
    "taxes": "sum(cents) FILTER (gl_account_type = 150)",
    "net_result": "-sum(cents)",
}


@pytest.mark.parametrize("seed", ["demo", "other"])
def test_profit_and_loss_by_month_is_what_sql_says(ledger, other, seed):
    ledger = ledger if seed == "demo" else other
    result = ex.profit_and_loss(ledger, "2024..2025", by="month", detail="group")
    assert said(result.attrs["checks"]) == []
    for key, amount in GROUPS.items():
        query = f"""SELECT financial_year, financial_period, coalesce({amount}, 0) FROM ledger
                    WHERE balance_type = 'W' AND financial_year IN (2024, 2025) GROUP BY ALL"""
        for year, period, cents in sql(ledger, query):
            assert figure(result, key, f"{year}-{period:02d}") == cents
    months = [name for name in result if re.fullmatch(r"\d{4}-\d\d", name)]
    assert len(months) == 24
    whole = (result[months].sum(axis=1) - result["total"]).abs()
    assert whole.max() < 0.005


@pytest.mark.parametrize("seed", ["demo", "other"])
def test_the_balance_sheet_is_what_sql_says(ledger, other, seed):
    ledger = ledger if seed == "demo" else other
    result = ex.balance_sheet(ledger, "2024..2025", by="quarter")
    assert said(result.attrs["checks"]) == []
    for year, quarter in [(2024, 2), (2025, 4)]:
        until = f"financial_year * 100 + financial_period <= {year * 100 + quarter * 3}"
        amounts = {
            "fixed_assets": "sum(cents) FILTER (gl_account_type IN (30, 35))",
            "inventory": "sum(cents) FILTER (gl_account_type = 40)",
            "cash": "sum(cents) FILTER (gl_account_type = 12)",
            "long_term_debt": "-sum(cents) FILTER (gl_account_type = 55)",
            "equity": "-sum(cents) FILTER (gl_account_type IN (50, 52) OR balance_type = 'W')",
            "result": f"-sum(cents) FILTER (balance_type = 'W' AND financial_year = {year})",
            "vat": "-sum(cents) FILTER (gl_account_type = 24)",
        }
        for key, amount in amounts.items():
            cents = sql(ledger, f"SELECT {amount} FROM ledger WHERE {until}")[0][0]
            assert figure(result, key, f"{year}-Q{quarter}") == cents, key


def test_the_cash_flow_is_what_sql_says(ledger):
    flow = ex.cash_flow_statement(ledger, "2025")
    amounts = {
        "net_cash_flow": "sum(cents) FILTER (gl_account_type IN (10, 12, 14, 16))",
        "receivables": "-sum(cents) FILTER (gl_account_type = 20)",
        "debt": "-sum(cents) FILTER (gl_account_type = 55)",
        "investments": "-sum(cents) FILTER (gl_account_type IN (30, 35, 122))",
        "net_result": "-sum(cents) FILTER (balance_type = 'W')",
    }
    for key, amount in amounts.items():
        cents = sql(ledger, f"SELECT {amount} FROM ledger WHERE financial_year = 2025")[0][0]
        assert figure(flow, key) == cents, key


# --- each cell leads to its lines ----------------------------------------------------------------


def adds_up(result):
    """Every figure is, but for its sign, the sum of the lines behind it; how many there were."""
    counted = 0
    figures = [name for name in result if result[name].dtype == "float64"]
    for place in range(len(result)):
        for column in figures:
            value = result[column].iloc[place]
            if column.endswith(("_difference", "_change")) or pd.isna(value):
                continue
            lines = ex.lines(result, place, column)
            assert abs(lines["cents"].sum()) == abs(round(value * 100)), (place, column)
            counted += 1
    return counted


@pytest.mark.parametrize("name", STATEMENTS)
@pytest.mark.parametrize("status", ["all", "processed"])
def test_every_figure_leads_to_its_lines(ledger, name, status):
    year = ledger[ledger["financial_year"] >= 2025]
    result = STATEMENTS[name](
        year, "2025-Q4", by="month", compare="before", detail="group", status=status
    )
    assert adds_up(result) > 50
    assert said(result.attrs["checks"]) == []


def test_a_row_is_asked_for_by_its_key(ledger):
    result = ex.profit_and_loss(ledger, "2025", by="month")
    lines = ex.lines(result, "8210", "2025-03")
    assert set(lines["gl_account_code"]) == {"8210"}
    assert set(lines["financial_period"]) == {3}
    assert -lines["cents"].sum() == figure(result, "8210", "2025-03")
    assert set(ex.lines(result, "cost_of_sales")["gl_account_type"]) == {111}
    with pytest.raises(DataError, match="No lines"):
        ex.lines(result, 0)  # a heading


# --- how a period is cut and compared ------------------------------------------------------------


@pytest.mark.parametrize("name", STATEMENTS)
@pytest.mark.parametrize("by", [None, "month", "quarter", "year"])
@pytest.mark.parametrize("period", ["2025", "2025-Q3", "2024..2025", "2025-02..2025-07", "YTD"])
def test_every_cut_ties(ledger, name, by, period):
    compare = ["before", "year_before"]
    result = STATEMENTS[name](ledger, period, by=by, compare=compare, detail="group")
    assert said(result.attrs["checks"]) == []
    alone = STATEMENTS[name](ledger, period, detail="group")
    whole = "balance" if name == "balance_sheet" else "total"
    assert result[whole].equals(alone[whole])


def test_one_year_beside_the_one_before_is_each_alone(ledger):
    both = ex.profit_and_loss(ledger, "2025", compare="year_before").set_index("key")
    alone = ex.profit_and_loss(ledger, "2024").set_index("key")["total"]
    told = both.loc[both["kind"] != "heading", "year_before"]
    assert all(value == alone.get(key, 0.0) for key, value in told.items())
    row = both.loc["net_result"]
    assert row["year_before_change"] == pytest.approx((74973.96 - 99247.15) / 99247.15, abs=1e-3)


def test_a_comparison_with_years_that_are_not_in_the_books_says_so(ledger):
    result = ex.profit_and_loss(ledger, "2023", compare="year_before")
    assert "no lines in 2022" in str(result)
    assert "no lines" not in str(ex.profit_and_loss(ledger, "2024", compare="year_before"))


@pytest.mark.parametrize(
    ("wrong", "match"),
    [
        ({"by": "week"}, "week"),
        ({"compare": "budget"}, "budget"),
        ({"detail": "line"}, "line"),
        ({"status": "open"}, "open"),
        ({"period": "2025-Q5"}, "Q5"),
    ],
)
@pytest.mark.parametrize("name", STATEMENTS)
def test_what_cannot_be_asked_is_said(ledger, name, wrong, match):
    with pytest.raises(InputError, match=match):
        STATEMENTS[name](ledger, **({"period": "2025"} | wrong))


# --- by hand -------------------------------------------------------------------------------------


def entry(number, date, *lines, **also):
    return [
        {"gl": gl, "amount": amount, "date": date, "entry": number, **also} for gl, amount in lines
    ]


SMALL = [
    *entry(1, "2024-01-01", ("1000", 1000.0), ("0500", -1000.0), type=10),
    *entry(2, "2024-06-01", ("1300", 121.0), ("8000", -100.0), ("1500", -21.0)),
    *entry(3, "2024-07-01", ("1000", 121.0), ("1300", -121.0)),
    *entry(4, "2025-02-01", ("7000", 60.0), ("1510", 12.6), ("1600", -72.6)),
    *entry(5, "2025-02-05", ("1300", 242.0), ("8000", -200.0), ("1500", -42.0)),
    *entry(6, "2025-03-31", ("4300", 10.0), ("0110", -10.0)),
    *entry(7, "2025-03-01", ("0100", 300.0), ("1000", -300.0)),
    *entry(8, "2025-12-31", ("9000", 4.0), ("9900", 26.0), ("1600", -30.0)),
]


def test_a_small_company_by_hand():
    ledger = ledger_of(SMALL)
    result = ex.profit_and_loss(ledger, "2025")
    keys = ["net_revenue", "cost_of_sales", "gross_margin", "depreciation", "operating_result"]
    assert [figure(result, key) for key in keys] == [20000, 6000, 14000, 1000, 13000]
    rest = ["financial", "result_before_tax", "taxes", "net_result"]
    assert [figure(result, key) for key in rest] == [-400, 12600, 2600, 10000]

    balance = ex.balance_sheet(ledger, "2025")
    amounts = {"fixed_assets": 29000, "receivables": 24200, "cash": 82100, "total_assets": 135300}
    amounts |= {"0500": 100000, "result_former_years": 10000, "result": 10000, "equity": 120000}
    amounts |= {"vat": 5040, "1600": 10260, "short_term_debt": 15300, "total_debts": 135300}
    assert {key: figure(balance, key) for key in amounts} == amounts

    flow = ex.cash_flow_statement(ledger, "2025")
    amounts = {"net_result": 10000, "depreciation": 1000, "receivables": -24200}
    amounts |= {"payables": 10260, "vat": 2940, "operating_cash_flow": 0, "investments": -30000}
    amounts |= {"net_cash_flow": -30000, "cash_opening": 112100, "cash_closing": 82100}
    assert {key: figure(flow, key) for key in amounts} == amounts
    first = ex.cash_flow_statement(ledger, "2024")
    amounts = {"equity": 0, "net_cash_flow": 12100, "cash_opening": 100000, "cash_closing": 112100}
    assert {key: figure(first, key) for key in amounts} == amounts
    for statement in (result, balance, flow, first):
        assert said(statement.attrs["checks"]) == []
        adds_up(statement)


def test_a_broken_year_runs_by_its_periods_not_by_the_calendar():
    july = {"financial_year": 2025, "financial_period": 1}
    june = {"financial_year": 2025, "financial_period": 12}
    next_july = {"financial_year": 2026, "financial_period": 1}
    ledger = ledger_of(
        [
            *entry(1, "2024-07-15", ("1000", 50.0), ("8000", -50.0), **july),
            *entry(2, "2025-06-30", ("1000", 70.0), ("8000", -70.0), **june),
            *entry(3, "2025-07-01", ("1000", 900.0), ("8000", -900.0), **next_july),
        ]
    )
    year = ex.profit_and_loss(ledger, "2025", by="quarter", compare="year_before")
    assert figure(year, "net_result") == 12000
    assert figure(year, "net_result", "2025-Q1") == 5000
    assert figure(year, "net_result", "2025-Q4") == 7000
    balance = ex.balance_sheet(ledger, "2026-01")
    assert figure(balance, "result_former_years") == 12000
    assert figure(balance, "result") == figure(ex.profit_and_loss(ledger), "net_result") == 90000
    assert figure(ex.cash_flow_statement(ledger, "2025-12"), "cash_opening") == 5000
    rows = ex.general_ledger(ledger, "1000", "2025")
    assert rows["balance"].tolist() == [0, 50, 120, 120]


def test_the_whole_demo_moved_to_a_broken_year_ties(ledger):
    month = ledger["date"].dt.month
    moved = ledger.assign(
        financial_year=(ledger["date"].dt.year + (month >= 7)).astype("Int32"),
        financial_period=((month - 7) % 12 + 1).astype("Int32"),
    )
    for make in STATEMENTS.values():
        result = make(moved, "2025", by="quarter", compare="year_before")
        assert said(result.attrs["checks"]) == []
    days = "date BETWEEN '2024-07-01' AND '2025-06-30' AND balance_type = 'W'"
    cents = sql(moved, f"SELECT -sum(cents) FROM ledger WHERE {days}")[0][0]
    assert figure(ex.profit_and_loss(moved, "2025"), "net_result") == cents


CLOSING = [
    *entry(20, "2024-12-31", ("8000", 100.0), ("0510", -100.0), type=326, financial_period=13),
    *entry(
        21,
        "2024-12-31",
        *(("1000", -1121.0), ("0500", 1000.0), ("1500", 21.0), ("0510", 100.0)),
        type=327,
        financial_period=13,
    ),
    *entry(
        22,
        "2025-01-01",
        *(("1000", 1121.0), ("0500", -1000.0), ("1500", -21.0), ("0510", -100.0)),
        type=328,
        financial_period=0,
    ),
]


def test_the_closing_of_a_year_hides_nothing():
    closed, plain = ledger_of([*SMALL, *CLOSING]), ledger_of(SMALL)
    for period in ("2024", "2025"):
        earned = ex.profit_and_loss(closed, period)
        assert pd.DataFrame(earned).equals(pd.DataFrame(ex.profit_and_loss(plain, period)))
        flow = ex.cash_flow_statement(closed, period)
        assert figure(flow, "net_cash_flow") == figure(
            ex.cash_flow_statement(plain, period), "net_cash_flow"
        )
        balance = ex.balance_sheet(closed, period)
        whole = ex.balance_sheet(plain, period)
        assert figure(balance, "total_assets") == figure(whole, "total_assets") > 0
        assert figure(balance, "equity") == figure(whole, "equity")
        for statement in (earned, flow, balance):
            assert said(statement.attrs["checks"]) == []
            adds_up(statement)
    assert figure(balance, "0510") == 10000  # what was the result of former years
    assert "result_former_years" not in set(balance["key"])


def test_books_that_begin_with_a_reopening_keep_it():
    only = ledger_of([line for line in CLOSING if line["type"] == 328])
    balance = ex.balance_sheet(only, "2025")
    assert figure(balance, "cash") == 112100
    assert figure(ex.cash_flow_statement(only, "2025"), "cash_opening") == 112100
    adds_up(balance)


def test_accounts_stand_where_their_balance_puts_them():
    overdrawn = ledger_of(
        [
            *entry(1, "2025-01-05", ("4500", 80.0), ("1000", -80.0)),
            *entry(2, "2025-01-06", ("1300", -30.0), ("1600", 30.0)),
            *entry(3, "2025-01-07", ("1510", 21.0), ("1500", -9.0), ("0510", -12.0)),
        ]
    )
    balance = ex.balance_sheet(overdrawn, "2025")
    amounts = {"cash": 0, "receivables": 4200, "vat": 1200, "1600": 3000}
    amounts |= {"1000": 8000, "1300": 3000, "short_term_debt": 11000, "equity": -6800}
    assert {key: figure(balance, key) for key in amounts} == amounts
    assert said(balance.attrs["checks"]) == []


def test_types_that_nobody_knows_stand_apart_and_tie():
    strange = {"gl_account_description": "Anders", "balance_type": "W", "gl_account_type": 199}
    odd = {"gl_account_description": "Vreemd", "balance_type": "B", "gl_account_type": None}
    ledger = ledger_of(
        [
            {"gl": "8888", "amount": -40.0} | strange,
            {"gl": "8000", "amount": -60.0},
            {"gl": "0999", "amount": 75.0} | odd,
            {"gl": "1000", "amount": 25.0},
        ]
    )
    result = ex.profit_and_loss(ledger, "2025")
    assert figure(result, "unclassified") == 4000
    assert figure(result, "net_result") == 10000
    balance = ex.balance_sheet(ledger, "2025")
    assert figure(balance, "unclassified_assets") == 7500
    flow = ex.cash_flow_statement(ledger, "2025")
    assert figure(flow, "unclassified") == -7500
    for statement in (result, balance, flow):
        assert said(statement.attrs["checks"]) == []
        adds_up(statement)


def test_a_ledger_that_lacks_lines_says_by_how_much_it_fails(ledger):
    short = ledger.drop(ledger.index[(ledger["gl_account_type"] == 20)][-1])
    gone = ledger["cents"].sum() - short["cents"].sum()
    for make in STATEMENTS.values():
        checks = make(short).attrs["checks"]
        apart = [check["difference"] for check in checks if not check["ok"]]
        assert gone / 100 in [abs(gap) * (1 if gone > 0 else -1) for gap in apart]


# --- the lines of an account, the entries of a journal -------------------------------------------


@pytest.mark.parametrize(
    ("code", "period"), [("1300", "2025-Q2"), ("8210", "2025-05"), ("1100", "YTD")]
)
def test_the_card_of_an_account_is_what_sql_says(ledger, code, period):
    card = ex.general_ledger(ledger, code, period)
    assert said(card.attrs["checks"]) == []
    trial = ex.trial_balance(ledger, period).set_index("gl_account_code").loc[code]
    body = card[card["kind"] == "line"]
    assert body["balance"].iloc[-1] == card["balance"].iloc[-1] == trial["closing"]
    assert card["balance"].iloc[0] == trial["opening"]
    assert card.iloc[-1][["debit", "credit"]].tolist() == [trial["debit"], trial["credit"]]
    assert body["date"].is_monotonic_increasing
    assert set(ex.lines(card, 3)["entry_number"]) == {body["entry_number"].iloc[2]}
    assert ex.lines(card, 3)["cents"].sum() == 0
    for key in ("opening", "closing"):
        expected = card.set_index("key").loc[key, "balance"]
        assert ex.lines(card, key)["cents"].sum() == round(expected * 100)


def test_an_account_that_is_not_there_names_those_that_are_like_it(ledger):
    with pytest.raises(InputError) as caught:
        ex.general_ledger(ledger, "821")
    assert "8210" in str(caught.value)
    with pytest.raises(InputError, match="no journal"):
        ex.journal(ledger, "7")
    with pytest.raises(InputError, match="no entry"):
        ex.journal(ledger, entry=1)


def test_a_journal_has_every_line_of_its_entries(ledger):
    memorial = ex.journal(ledger, "90", "2025")
    assert said(memorial.attrs["checks"]) == []
    query = """SELECT count(*), sum(cents) FILTER (cents > 0) FROM ledger
               WHERE journal_code = '90' AND financial_year = 2025"""
    count, debit = sql(ledger, query)[0]
    assert len(memorial) == count + 1
    assert round(memorial["debit"].iloc[-1] * 100) == debit
    number = int(memorial["entry_number"].iloc[0])
    one = ex.journal(ledger, entry=number)
    assert len(one) == (ledger["entry_number"] == number).sum() + 1
    again = ex.journal(
        ledger, entry=ledger.loc[ledger["entry_number"] == number, "entry_id"].iloc[0]
    )
    assert pd.DataFrame(again).equals(pd.DataFrame(one))


def test_an_entry_that_does_not_balance_is_named():
    ledger = ledger_of([*SMALL, {"gl": "1000", "amount": 5.0, "entry": 9, "journal_code": "90"}])
    book = ex.journal(ledger, period="2025")
    assert said(book.attrs["checks"]) == ["debit = credit", "every entry balances"]
    assert "Entry 9 of journal 90 in 2025 does not balance: 5.00" in str(book)


def test_a_long_list_says_how_much_of_it_is_shown(ledger):
    memorial = ex.journal(ledger, "90", "2025")
    assert memorial._repr_html_().count("<tr") == ex.options.rows + 2
    assert f"The first 60 of {len(memorial) - 1} rows" in memorial._repr_html_()


# --- engines and looks ---------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["polars", "polars-lazy", "duckdb"])
@pytest.mark.parametrize("name", [*STATEMENTS, "general_ledger", "journal"])
def test_any_engine_gives_the_same_statement(ledger, engine, name):
    other = {
        "polars": lambda: pl.from_pandas(ledger),
        "polars-lazy": lambda: pl.from_pandas(ledger).lazy(),
        "duckdb": lambda: duckdb.from_df(ledger),
    }[engine]()
    code = {"general_ledger": ("1100",), "journal": ("90",)}.get(name, ())
    make = getattr(ex, name)
    found, expected = make(other, *code, "2025-03"), make(ledger, *code, "2025-03")
    pd.testing.assert_frame_equal(
        pd.DataFrame(found), pd.DataFrame(expected), check_dtype=name in STATEMENTS
    )
    assert found.attrs["checks"] == expected.attrs["checks"]
    if name in STATEMENTS:
        key = found["key"].iloc[-1]
        assert len(ex.lines(found, key)) == len(ex.lines(expected, key)) > 0


def test_a_statement_is_text_that_ties(ledger):
    shown = str(ex.profit_and_loss(ledger, "2025", compare="year_before"))
    assert "8210 Omzet e-bikes" in shown
    assert re.search(r"Net result +74,974 +99,247 +-24,273 +-24.5 %", shown)
    assert "✓ result = movement of the balance sheet" in shown


def test_show_shows_a_statement_as_one(ledger):
    result = ex.profit_and_loss(ledger, "2025")
    assert ex.show(result)._repr_html_() == result._repr_html_()
    assert str(ex.show(result, caption="Board paper")).startswith("Board paper\n2025")
    assert "1,299,026.73" not in str(ex.show(result))
    assert len(ex.show(result, columns=["description", "total"], rows=3).columns) == 2


def test_a_statement_is_shown_in_dutch(ledger, monkeypatch):
    monkeypatch.setattr(ex.options, "language", "nl")
    shown = ex.balance_sheet(ledger, "2025")._repr_html_()
    words = ["Balans", "Vaste activa", "Voorraden", "Eigen vermogen", "Totaal passiva", "1.312.465"]
    assert [word for word in words if word not in shown] == []
    assert re.findall(r"✗", shown) == []


def test_what_a_ledger_says_is_text_not_markup():
    lines = [line | {"description": "<b>x</b>"} for line in SMALL]
    lines[0] |= {"gl_account_description": "<script>y</script>"}
    lines[6] |= {"gl_account_description": "<script>y</script>"}
    ledger = ledger_of(lines)
    for result in (ex.balance_sheet(ledger), ex.general_ledger(ledger, "1000", "2024")):
        shown = result._repr_html_()
        assert [mark for mark in ("<script>", "<b>") if mark in shown] == []
