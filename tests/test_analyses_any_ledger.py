"""Statements of any ledger at all: right, or a clear error; in any engine."""

import datetime as dt
from collections import defaultdict

import duckdb
import pandas as pd
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledgers import ledger_of

import exactnb as ex
from exactnb.errors import DataError, InputError

QUICK = settings(
    max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
YEAR_END = {310, *range(320, 329)}
STATEMENTS = (ex.profit_and_loss, ex.balance_sheet, ex.cash_flow_statement)

# --- any accounts, types, periods ----------------------------------------------------------------

KINDS = [10, 12, 20, 22, 24, 30, 35, 40, 50, 52, 55, 60, 90, 110, 111, 122, 125, 130, 150, 160]
CODES = st.text("0123456789ABé.'\"<& ", min_size=1, max_size=6)
CHARTS = st.dictionaries(
    CODES,
    st.tuples(
        st.sampled_from([*KINDS, 7, 199, 300, None]), st.sampled_from("BW"), st.text(max_size=5)
    ),
    min_size=2,
    max_size=8,
)
AMOUNTS = st.integers(-(10**11), 10**11)
TYPES = st.sampled_from([10, 20, 30, 40, 90, 90, 90, 310, 326, 327, 328, 3000, 4711])


@st.composite
def entries(draw, types=TYPES):
    """Lines of entries that balance, over a few years and periods 0 to 13."""
    chart = draw(CHARTS)
    lines = []
    for number in range(draw(st.integers(0, 8))):
        year, period = draw(st.integers(2023, 2025)), draw(st.integers(0, 13))
        said = {
            "date": dt.date(year, min(max(period, 1), 12), draw(st.integers(1, 28))),
            "financial_year": year,
            "financial_period": period,
            "type": draw(types),
            "status": draw(st.sampled_from([20, 50])),
            "entry": number,
            "journal_code": draw(st.sampled_from(["20", "70", None])),
        }
        amounts = draw(st.lists(AMOUNTS, min_size=1, max_size=3))
        for cents in (*amounts, -sum(amounts)):
            code = draw(st.sampled_from(sorted(chart)))
            kind, balance, name = chart[code]
            lines.append(
                said
                | {"gl": code, "amount": cents / 100, "gl_account_type": kind}
                | {"balance_type": balance, "gl_account_description": name}
            )
    return lines


def figure(result, key, column):
    return round(result.loc[result["key"] == key, column].item() * 100)


def plain_sum(lines, test):
    """What the lines come to that pass a test, in whole cents."""
    return sum(round(line["amount"] * 100) for line in lines if line["type"] != 3000 and test(line))


@QUICK
@given(entries(), st.sampled_from(["2023", "2024-Q1", "2025", "2024-13", "2023-02..2024-11"]))
def test_any_profit_and_loss_is_the_plain_sum(lines, period):
    first, last = {
        "2023": (202300, 202399),
        "2024-Q1": (202400, 202403),
        "2025": (202500, 202599),
        "2024-13": (202413, 202413),
        "2023-02..2024-11": (202302, 202411),
    }[period]
    for by in (None, "month", "year"):
        result = ex.profit_and_loss(ledger_of(lines), period, by=by)
        assert all(check["ok"] for check in result.attrs["checks"])

        def earned(line):
            when = line["financial_year"] * 100 + line["financial_period"]
            ordinary = line["type"] not in YEAR_END
            return line["balance_type"] == "W" and first <= when <= last and ordinary

        assert figure(result, "net_result", "total") == -plain_sum(lines, earned)
        by_account = defaultdict(int)
        for line in lines:
            if earned(line) and line["type"] != 3000:
                by_account[line["gl"]] += round(line["amount"] * 100)
        shown = result[result["gl_account_code"] != ""].set_index("gl_account_code")["total"]
        assert {k: abs(v) for k, v in by_account.items() if v} == {
            k: abs(round(v * 100)) for k, v in shown.items() if v
        }


@QUICK
@given(entries(), st.integers(2023, 2025), st.integers(1, 13))
def test_any_balance_sheet_is_the_plain_sum(lines, year, period):
    books = [line for line in lines if line["type"] != 3000]
    first = min((line["financial_year"] for line in books), default=0)

    def counts(line):
        until = (line["financial_year"], line["financial_period"]) <= (year, period)
        opened_again = line["type"] == 328 and line["financial_year"] > first
        return until and line["type"] != 327 and not opened_again

    ledger = ledger_of(lines)
    result = ex.balance_sheet(ledger, f"{year}-{period:02d}", detail="account")
    assert all(check["ok"] for check in result.attrs["checks"])
    owned = plain_sum(lines, lambda line: counts(line) and line["balance_type"] == "B")
    earned = plain_sum(lines, lambda line: counts(line) and line["balance_type"] == "W")
    assert owned + earned == 0
    assert figure(result, "total_assets", "balance") == figure(result, "total_debts", "balance")
    result_rows = result[result["key"].isin(["result", "result_former_years"])]
    assert round(result_rows["balance"].sum() * 100) == -earned
    for place, row in result.iterrows():
        if row["kind"] != "heading":
            behind = ex.lines(result, place)
            assert abs(behind["cents"].sum()) == abs(round(row["balance"] * 100))


@QUICK
@given(entries(), st.sampled_from(["2023", "2024", "2025-Q2", "2024-06"]))
def test_any_cash_flow_ends_at_the_cash_there_is(lines, period):
    flow = ex.cash_flow_statement(ledger_of(lines), period, by="month", detail="account")
    assert all(check["ok"] for check in flow.attrs["checks"])
    balance = ex.balance_sheet(ledger_of(lines), period)
    cash = {
        line["gl"]
        for line in lines
        if line["balance_type"] == "B" and line["gl_account_type"] in (10, 12, 14, 16)
    }
    debts = balance["key"].tolist().index("total_assets")
    held = sum(
        round(row["balance"] * 100) * (1 if place < debts else -1)
        for place, row in balance.iterrows()
        if row["gl_account_code"] in cash
    )
    assert figure(flow, "cash_closing", "total") == held


@QUICK
@given(entries(), st.data())
def test_any_account_runs_to_its_trial_balance(lines, data):
    ledger = ledger_of(lines)
    booked = sorted({line["gl"] for line in lines if line["type"] != 3000})
    if not booked:
        with pytest.raises(InputError, match="no GL account"):
            ex.general_ledger(ledger, "1300", "2024")
        return
    code = data.draw(st.sampled_from(booked))
    card = ex.general_ledger(ledger, code, "2024")
    trial = ex.trial_balance(ledger, "2024").set_index("gl_account_code")
    closing = trial["closing"].get(code, 0.0)
    assert card["balance"].iloc[-1] == closing
    assert all(check["ok"] for check in card.attrs["checks"])
    running = card["balance"].iloc[0] + (card["debit"] - card["credit"])[1:-1].cumsum()
    assert [round(v * 100) for v in running] == [round(v * 100) for v in card["balance"][1:-1]]
    book = ex.journal(ledger, period="2024")
    assert all(check["ok"] for check in book.attrs["checks"])
    assert len(book) - 1 == sum(
        line["financial_year"] == 2024 and line["type"] != 3000 for line in lines
    )
    assert str(card)
    assert book._repr_html_()


# --- broken ledgers ------------------------------------------------------------------------------

SALE = [
    {"gl": "1300", "amount": 121.0, "entry": 1},
    {"gl": "8000", "amount": -100.0, "entry": 1},
    {"gl": "1500", "amount": -21.0, "entry": 1},
]
NEEDED = [
    *("gl_account_code", "gl_account_description", "gl_account_type", "balance_type"),
    *("financial_year", "financial_period", "type", "status"),
]
ALL = {
    "trial_balance": ex.trial_balance,
    "profit_and_loss": ex.profit_and_loss,
    "balance_sheet": ex.balance_sheet,
    "cash_flow_statement": ex.cash_flow_statement,
    "general_ledger": lambda ledger, period: ex.general_ledger(ledger, "1300", period),
    "journal": lambda ledger, period: ex.journal(ledger, None, period),
}


def outcome(make, ledger):
    """What a statement says, or the error that says why it says nothing."""
    try:
        return make(ledger, "2025")
    except (DataError, InputError) as error:
        return error


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("column", NEEDED)
def test_a_missing_column_is_named(name, column):
    with pytest.raises(DataError, match=column):
        ALL[name](ledger_of(SALE).drop(columns=column), "2025")


@pytest.mark.parametrize("name", ALL)
def test_columns_that_only_some_need_may_be_missing(name):
    bare = ledger_of(SALE)[[*NEEDED, "amount_dc", "date", "journal_code", "entry_number"]]
    result = ALL[name](bare, "2025")
    assert all(check["ok"] for check in result.attrs["checks"])
    assert result._repr_html_()
    leads = [place for place in range(len(result)) if result._behind(place, None)]
    assert sum(len(ex.lines(result, place)) for place in leads) >= len(SALE)


@pytest.mark.parametrize("name", ALL)
def test_one_line_is_enough(name):
    for line in SALE[:2]:
        result = ALL[name](
            ledger_of([{**line, "gl": "1300"}] if "general" in name else [line]), "2025"
        )
        assert "121" in str(result) or "100" in str(result)


@pytest.mark.parametrize("name", ALL)
def test_nothing_at_all_is_said_as_such(name):
    for empty in (ledger_of([]), pl.from_pandas(ledger_of(SALE)).clear()):
        said = outcome(ALL[name], empty)
        if name == "general_ledger":
            assert "no GL account" in str(said)
        else:
            figures = [v for c in said for v in said[c] if isinstance(v, float) and v == v]
            assert set(figures) <= {0.0}
        with pytest.raises(InputError, match="no lines"):
            ALL[name](empty, "YTD")


WRONG = st.sampled_from(
    [
        *(None, "", "x", "2025", 0, -1, 1.5, 14, 99, 100, 2025, 10**9, float("nan"), float("inf")),
        *(True, dt.date(2025, 1, 1), pd.Timestamp("2025-01-01"), b"x", 1e300, 12.345),
    ]
)
COLUMNS = st.sampled_from([*NEEDED, "amount_dc", "cents", "date", "entry_number", "journal_code"])


@settings(QUICK, max_examples=80)
@given(COLUMNS, WRONG, st.booleans(), st.sampled_from(sorted(ALL)))
def test_a_value_that_does_not_belong_is_right_or_refused(column, value, everywhere, name):
    ledger = ledger_of(SALE).astype({column: "object"})
    ledger.loc[ledger.index if everywhere else [1], column] = value
    said = outcome(ALL[name], ledger)
    if isinstance(said, Exception):
        assert said.hint
        return
    assert said._repr_html_()
    if name == "trial_balance":
        chosen = ledger[ledger["financial_year"].isin([2025]) & (ledger["type"] != 3000)]
        debit = sum(round(v) for v in chosen["cents"] if v > 0)
        assert round(said["debit"].iloc[-1] * 100) == debit


@pytest.mark.parametrize("amount", [float("nan"), float("inf"), 1e300])
@pytest.mark.parametrize("engine", [pd.DataFrame, pl.from_pandas, duckdb.from_df])
def test_amounts_that_are_none_are_refused_in_any_engine(amount, engine):
    ledger = ledger_of(SALE).drop(columns="cents")
    ledger.loc[1, "amount_dc"] = amount
    with pytest.raises(DataError, match="amount"):
        ex.profit_and_loss(engine(ledger), "2025")


def test_cents_that_are_not_whole_are_refused():
    ledger = ledger_of(SALE)
    with pytest.raises(DataError, match="cents"):
        ex.profit_and_loss(ledger.assign(cents=ledger["cents"] + 0.5), "2025")
