"""What every analysis stands on: periods, sums in any engine, results that lead to their lines."""

import copy
import pickle

import duckdb
import pandas as pd
import polars as pl
import pytest
from ledgers import demo_ledger, ledger_of

import exactnb as ex
from exactnb.analyses.period import Month, Period
from exactnb.analyses.sums import latest, movements
from exactnb.errors import DataError, InputError

SALE = [
    {"gl": "1300", "amount": 121.0, "entry": 1},
    {"gl": "8000", "amount": -100.0, "entry": 1},
    {"gl": "1500", "amount": -21.0, "entry": 1},
]


@pytest.fixture(scope="module")
def ledger(books):
    return demo_ledger(books)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2025", (2025, 0), (2025, 99)),
        ("2025-Q1", (2025, 0), (2025, 3)),
        ("2025-q3", (2025, 7), (2025, 9)),
        ("2025-Q4", (2025, 10), (2025, 99)),
        ("2025-04", (2025, 4), (2025, 4)),
        ("2025-13", (2025, 13), (2025, 13)),
        ("2025-01..2025-06", (2025, 1), (2025, 6)),
        ("2024..2025", (2024, 0), (2025, 99)),
        ("2024-Q3..2025-Q1", (2024, 7), (2025, 3)),
        ("YTD", (2026, 0), (2026, 6)),
    ],
)
def test_periods_are_read(text, first, last):
    assert Period.of(text, latest=Month(2026, 6)) == Period(Month(*first), Month(*last))


@pytest.mark.parametrize("text", ["", "25", "2025-Q5", "2025/01", "2025-06..2025-01", "last year"])
def test_what_is_no_period_says_how_one_is_written(text):
    with pytest.raises(InputError, match="2025-Q3"):
        Period.of(text)


@pytest.mark.parametrize(
    ("text", "before", "year_before"),
    [
        ("2025", "2024", "2024"),
        ("2025-Q1", "2024-Q4", "2024-Q1"),
        ("2025-01", "2024-12", "2024-01"),
        ("2025-03..2025-04", "2025-01..2025-02", "2024-03..2024-04"),
    ],
)
def test_periods_know_those_before_them(text, before, year_before):
    period = Period.of(text)
    assert (str(period), str(period.before), str(period.year_before)) == (text, before, year_before)


@pytest.mark.parametrize("by", ["month", "quarter", "year"])
@pytest.mark.parametrize("text", ["2025", "2024..2025", "2025-02..2025-11", "2025-13", "2025-Q4"])
def test_a_period_is_cut_without_a_gap_or_an_overlap(text, by):
    period = Period.of(text)
    every = pd.DataFrame(
        [(y, p) for y in (2023, 2024, 2025, 2026) for p in range(15)],
        columns=["financial_year", "financial_period"],
    )
    parts = sum(part.holds(every).astype(int) for part in period.by(by))
    assert (parts == period.holds(every)).all()


def test_movements_are_the_sums_of_the_lines(ledger):
    moves = movements(ledger)
    assert moves["net"].sum() == 0
    assert moves["lines"].sum() == len(ledger)
    revenue = ledger[(ledger["gl_account_type"] == 110) & (ledger["financial_year"] == 2025)]
    found = moves[(moves["gl_account_type"] == 110) & (moves["financial_year"] == 2025)]
    assert found["net"].sum() == revenue["cents"].sum() != 0


@pytest.mark.parametrize("engine", ["polars", "polars-lazy", "duckdb", "arrow"])
def test_any_engine_gives_the_same(ledger, engine):
    others = {
        "polars": lambda: pl.from_pandas(ledger),
        "polars-lazy": lambda: pl.from_pandas(ledger).lazy(),
        "duckdb": lambda: duckdb.from_df(ledger),
        "arrow": lambda: pl.from_pandas(ledger).to_arrow(),
    }
    other = others[engine]()
    pd.testing.assert_frame_equal(movements(other), movements(ledger))
    assert latest(other) == latest(ledger) == Month(2026, 6)
    balance = ex.trial_balance(other, "2025")
    pd.testing.assert_frame_equal(
        pd.DataFrame(balance), pd.DataFrame(ex.trial_balance(ledger, "2025"))
    )
    pd.testing.assert_frame_equal(
        ex.lines(balance, "1300")[["id", "cents"]].sort_values("id", ignore_index=True),
        ex.lines(ex.trial_balance(ledger, "2025"), "1300")[["id", "cents"]].sort_values(
            "id", ignore_index=True
        ),
    )


@pytest.mark.parametrize("period", ["2024", "2025-Q3", "2025-04", "YTD"])
def test_a_trial_balance_leads_to_its_lines(ledger, period):
    balance = ex.trial_balance(ledger, period)
    assert all(check["ok"] for check in balance.attrs["checks"])
    whole = balance[balance["kind"] == "line"]
    for place in [*range(0, len(whole), 7), len(whole) - 1]:
        row = balance.iloc[place]
        for column in ("opening", "closing"):
            lines = ex.lines(balance, place, column)
            assert lines["cents"].sum() == round(row[column] * 100)
        if row["gl_account_code"]:
            assert ex.lines(balance, place)["cents"].clip(lower=0).sum() == round(
                row["debit"] * 100
            )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"amount": None}, "no amount"),
        ({"financial_year": None}, "no financial_year"),
        ({"balance_type": None}, "balance sheet or to profit and loss"),
        ({"gl_account_type": 999}, "more than one type"),
    ],
)
def test_lines_that_cannot_be_placed_are_refused(change, said):
    broken = ledger_of([*SALE, {"gl": "1300", "amount": 5.0} | change])
    with pytest.raises(DataError, match=said):
        ex.trial_balance(broken, "2025")


def test_missing_columns_are_named_at_once():
    with pytest.raises(DataError, match="balance_type, financial_period"):
        ex.trial_balance(ledger_of(SALE).drop(columns=["balance_type", "financial_period"]), "2025")
    with pytest.raises(DataError, match="not list"):
        ex.trial_balance([1, 2], "2025")
    with pytest.raises(DataError, match="gl_account_type"):
        ex.trial_balance(ledger_of(SALE).assign(gl_account_type="x"), "2025")


def test_budgets_are_no_bookings():
    budget = {"gl": "8000", "amount": -999.0, "type": 3000}
    assert movements(ledger_of([*SALE, budget]))["net"].sum() == 0


def test_a_result_is_a_frame_that_can_be_copied_and_kept():
    balance = ex.trial_balance(ledger_of(SALE), "2025")
    assert "Debiteuren" in balance._repr_html_()
    for other in (pickle.loads(pickle.dumps(balance)), copy.deepcopy(balance), balance.head(1)):
        assert type(other) is pd.DataFrame
        assert other.iloc[0]["debit"] == 121.0
    with pytest.raises(DataError, match="analysis"):
        ex.lines(balance.head(1), 0)
    with pytest.raises(InputError, match="nothing"):
        ex.lines(balance, 0, "nothing")
    with pytest.raises(InputError, match="0 rows"):
        ex.lines(balance, "4711")


def test_an_empty_ledger_has_nothing_to_tell():
    empty = ledger_of([])
    assert len(ex.trial_balance(empty, "2025")) == 1
    with pytest.raises(InputError, match="no lines"):
        ex.trial_balance(empty)
