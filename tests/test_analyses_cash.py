"""What is in the bank and what will be: against SQL, cases by hand, and the story of week 7."""

import datetime as dt

import duckdb
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledgers import demo_ledger, ledger_of

import exactnb as ex
from exactnb.errors import DataError, InputError


@pytest.fixture(scope="module")
def ledger(books):
    return demo_ledger(books)


@pytest.fixture(scope="module")
def beside(books):
    return {"returns": books.odata("Returns"), "orders": books.odata("SalesOrders", lines=True)}


@pytest.mark.parametrize("day", ["2023-01-01", "2024-12-31", "2026-06-30"])
def test_the_position_is_the_sum_of_the_cash_lines(ledger, day):
    found = ex.cash_position(ledger, day)
    ((cents,),) = duckdb.sql(f"""
        SELECT coalesce(sum(cents), 0) FROM ledger
        WHERE gl_account_type IN (10, 12, 14, 16) AND date <= DATE '{day}'
    """).fetchall()
    assert round(found["balance"].iloc[-1] * 100) == cents
    assert ex.lines(found, len(found) - 1)["cents"].sum() == cents
    same = ex.cash_position(pl.from_pandas(ledger).lazy(), day)
    assert same["balance"].tolist() == found["balance"].tolist()


def test_the_bank_dips_below_zero_in_week_7_and_recovers(ledger, beside):
    weeks = ex.cash_flow_forecast(ledger, **beside).set_index("week")
    assert weeks.loc[0, "balance"] == ex.cash_position(ledger)["balance"].iloc[-1] > 40_000
    assert (weeks.loc[:6, "balance"] > 0).all()
    assert weeks["balance"].idxmin() == 7
    assert weeks.loc[7, "balance"] < -20_000
    assert weeks.loc[13, "balance"] > 100_000
    due = ex.cash_flow_forecast(ledger, **beside, detail=True)
    largest = due[due["week"] == 7].sort_values("amount").head(3)
    assert set(largest["who"]) == {"Fulmartrade Co., Ltd.", "VAT", "Wage tax"}


def test_every_payment_that_is_expected_is_in_the_balance(ledger, beside):
    weeks = ex.cash_flow_forecast(ledger, **beside)
    items = ex.cash_flow_forecast(ledger, **beside, detail=True)
    assert [check["ok"] for check in weeks.attrs["checks"]] == [True]
    by = items.groupby(["week", "flow"])["amount"].sum()
    for (week, flow), amount in by.items():
        assert weeks.set_index("week").loc[week, flow] == pytest.approx(amount, abs=0.001)
    assert weeks["balance"].iloc[-1] - weeks["balance"].iloc[0] == pytest.approx(
        items["amount"].sum(), abs=0.001
    )


def test_open_items_are_all_expected_once(ledger):
    items = ex.cash_flow_forecast(ledger, weeks=53, detail=True)
    customers = items[items["flow"] == "customers"]
    ((open_cents,),) = duckdb.sql("""
        SELECT sum(left_over) FROM (
          SELECT sum(cents) AS left_over FROM ledger
          WHERE gl_account_type = 20 AND invoice_number IS NOT NULL AND date <= DATE '2026-06-30'
          GROUP BY account, invoice_number)
    """).fetchall()
    assert round(customers["amount"].sum() * 100) == open_cents


def test_without_returns_and_orders_they_are_not_expected(ledger):
    weeks = ex.cash_flow_forecast(ledger)
    assert weeks["orders"].eq(0).all()
    assert weeks["taxes"].eq(0).all()


def test_later_customers_move_the_money(ledger, beside):
    usual = ex.cash_flow_forecast(ledger, **beside)
    late = ex.cash_flow_forecast(ledger, **beside, later=30)
    assert late["balance"].iloc[3] < usual["balance"].iloc[3]
    assert (usual["balance_low"].iloc[1:] <= usual["balance"].iloc[1:]).all()


def paid(entry, date, amount, gl):
    """The bank pays (or, below zero, gets) an amount on an account."""
    return [
        {"gl": gl, "amount": amount, "date": date, "entry": entry, "type": 40},
        {"gl": "1000", "amount": -amount, "date": date, "entry": entry, "type": 40},
    ]


def test_a_case_by_hand():
    rent = [row for m in range(1, 13) for row in paid(m, f"2025-{m:02d}-05", 100.0, "4500")]
    own = {"account": "a", "account_code": "1", "account_name": "Klant"}
    invoice = {"gl": "1300", "type": 20, "invoice_number": 1, "entry": 50, **own}
    books = ledger_of(
        [
            {"gl": "1000", "amount": 5000.0, "date": "2024-12-31", "entry": 0, "type": 10},
            *rent,
            {**invoice, "amount": 121.0, "date": "2025-10-01", "due_date": "2025-10-15"},
            # it came ten days late
            {"gl": "1300", "amount": -121.0, "date": "2025-10-25", "entry": 51, "type": 40,
             "invoice_number": 1, **own},
            {**invoice, "amount": 242.0, "date": "2025-12-20", "due_date": "2026-01-03",
             "invoice_number": 2, "entry": 52},
        ]
    )  # fmt: skip
    items = ex.cash_flow_forecast(books, "2025-12-31", weeks=8, detail=True)
    told = list(zip(items["date"].astype("str"), items["amount"], items["flow"], strict=True))
    assert told == [
        ("2026-01-05", -100.0, "recurring"),
        ("2026-01-13", 242.0, "customers"),
        ("2026-02-05", -100.0, "recurring"),
    ]
    weeks = ex.cash_flow_forecast(books, "2025-12-31", weeks=8).set_index("week")
    assert weeks.loc[[0, 1, 2, 6], "balance"].tolist() == [3800.0, 3700.0, 3942.0, 3842.0]


def test_what_goes_to_and_fro_is_not_recurring():
    rows = [
        row
        for m in range(1, 13)
        for row in paid(m, f"2025-{m:02d}-05", 100.0 if m % 3 else -100.0, "4500")
    ]
    assert len(ex.cash_flow_forecast(ledger_of(rows), "2025-12-31", detail=True)) == 0


def test_bad_input_is_named(ledger, beside):
    with pytest.raises(InputError, match="1 to 53"):
        ex.cash_flow_forecast(ledger, weeks=0)
    with pytest.raises(DataError, match="due_date, amount"):
        ex.cash_flow_forecast(
            ledger, returns=beside["returns"].drop(columns=["due_date", "amount"])
        )
    with pytest.raises(DataError, match="quantity_invoiced"):
        ex.cash_flow_forecast(ledger, orders=pd.DataFrame({"order_number": [1]}))
    empty = ex.cash_flow_forecast(ledger_of([]), "2025-12-31")
    assert empty["balance"].eq(0).all()


ANY = st.lists(
    st.fixed_dictionaries(
        {
            "gl": st.sampled_from(["1000", "1300", "1600", "4500", "8000"]),
            "amount": st.integers(-(10**9), 10**9).map(lambda cents: cents / 100),
            "date": st.dates(dt.date(2024, 12, 1), dt.date(2026, 2, 28)),
            "due_date": st.none() | st.dates(dt.date(2025, 1, 1), dt.date(2026, 12, 31)),
            "type": st.sampled_from([10, 20, 21, 30, 31, 40, 90, 3000]),
            "account_code": st.sampled_from([None, "1", "2"]),
            "invoice_number": st.sampled_from([None, 1, 2, 3]),
            "financial_period": st.integers(0, 13),
        }
    ),
    max_size=14,
)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(lines=ANY)
def test_any_ledger_has_its_cash_and_a_forecast_that_adds_up(lines):
    books = ledger_of([{**line, "account": line["account_code"]} for line in lines])
    cash = sum(
        round(line["amount"] * 100)
        for line in lines
        if line["gl"] == "1000" and line["type"] != 3000 and line["date"] <= dt.date(2025, 12, 31)
    )
    position = ex.cash_position(books, "2025-12-31")
    assert round(position["balance"].iloc[-1] * 100) == cash
    weeks = ex.cash_flow_forecast(books, "2025-12-31")
    items = ex.cash_flow_forecast(books, "2025-12-31", detail=True)
    assert round(weeks["balance"].iloc[0] * 100) == cash
    expected = (items["amount"] * 100).round().astype("int64").sum()
    assert round(weeks["balance"].iloc[-1] * 100) == cash + expected
    assert all(check["ok"] for check in weeks.attrs["checks"])
