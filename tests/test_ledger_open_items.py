"""What is still to be paid: against an independent calculation, Exact's lists, and small books."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pandas as pd
import pytest
from company_books import CompanyBooks
from ledger_side import stored

from exactnb.errors import DataError, InputError
from exactnb.ledger import ledger_frame, open_items

STATES = {"open", "partly paid", "overpaid", "credit", "unapplied", "no account", "only listed"}


@pytest.fixture(scope="module")
def company():
    return CompanyBooks()


@pytest.mark.parametrize("on", ["2026-06-30", "2025-12-31", "2024-03-15", "2023-01-01"])
@pytest.mark.parametrize(("kind", "type_", "sign"), [("receivable", 20, 1), ("payable", 22, -1)])
def test_items_are_those_of_an_independent_calculation(main, company, on, kind, type_, sign):
    day = dt.date.fromisoformat(on)
    expected, due = company.open_items(type_, day)
    items = open_items(main.ledger, on)
    items = items[items["kind"] == kind]
    found: Counter = Counter()
    for row in items.itertuples():
        key = (row.account, None if pd.isna(row.invoice_number) else row.invoice_number)
        found[key] += sign * row.cents
        if row.state in ("open", "partly paid"):
            assert row.due_date.date() == due[key]
            assert row.days_overdue == (day - due[key]).days
    assert found == expected
    assert len(found) > 10


def test_every_item_is_what_exact_s_list_says_of_it(main):
    lists = {name: main.tables[name].to_pandas() for name in ("receivables", "payables")}
    items = open_items(main.ledger, **lists)
    assert (items["listed"] == items["open"]).all()
    assert len(items) == len(main.tables["receivables"]) + len(main.tables["payables"])
    assert {"open", "partly paid", "credit", "unapplied"} <= set(items["state"])
    assert [check["name"] for check in items.attrs["checks"]] == [
        "receivables of accounts = GL accounts of type 20",
        "receivables of accounts = Exact's ReceivablesList",
        "payables of accounts = GL accounts of type 22",
        "payables of accounts = Exact's PayablesList",
    ]
    assert all(check["ok"] and check["left"] > 0 for check in items.attrs["checks"])


def test_the_sign_of_a_list_does_not_matter(main):
    lists = {name: main.tables[name].to_pandas() for name in ("receivables", "payables")}
    other = {name: each.assign(amount=-each["amount"]) for name, each in lists.items()}
    pd.testing.assert_frame_equal(
        open_items(main.ledger, **lists), open_items(main.ledger, **other)
    )


def test_lists_are_of_the_day_that_the_ledger_was_read(main):
    lists = {"receivables": main.tables["receivables"].to_pandas()}
    before = open_items(main.ledger, "2026-05-31", **lists)
    assert "listed" not in before
    assert len(before.attrs["checks"]) == 2
    read = main.ledger.copy(deep=False)
    read.attrs["as_of"] = "2026-07-03T09:12:44"
    assert "listed" in open_items(read, **lists)
    assert "listed" in open_items(read, "2026-07-03", **lists)
    assert "listed" not in open_items(read, "2026-06-30", **lists)
    assert (open_items(read)["days_overdue"] - 3).eq(open_items(main.ledger)["days_overdue"]).all()


# ---------------------------------------------------------------- books of which all is known

AR, AP, ANNA, BRAM = "gl-ar", "gl-ap", "anna", "bram"
GL = {
    "id": [AR, AP],
    "code": ["1300", "1600"],
    "description": ["Receivables", "Payables"],
    "type": [20, 22],
    "balance_type": ["B", "B"],
    "balance_side": ["D", "C"],
}


@pytest.fixture
def books(tmp_path):
    """The ledger of lines given as (type, date, gl_account, account, number, euros, …)."""
    import pyarrow as pa

    def of(*rows, **columns) -> pd.DataFrame:
        types, days, gls, who, numbers, euros = zip(*rows, strict=True)
        count = len(rows)
        table = pa.table(
            {
                "id": [f"line-{n}" for n in range(count)],
                "entry_number": list(range(count)),
                "line_number": [0] * count,
                "type": list(types),
                "date": pa.array([dt.datetime.fromisoformat(day) for day in days]).cast(
                    "timestamp[ms]"
                ),
                "due_date": pa.array([None] * count, pa.timestamp("ms")),
                "gl_account": list(gls),
                "account": pa.array(who, pa.string()),
                "account_code": pa.array(who, pa.string()),
                "account_name": pa.array(who, pa.string()),
                "invoice_number": pa.array(numbers, pa.int64()),
                "amount_dc": list(euros),
                "amount_fc": list(euros),
                "currency": ["EUR"] * count,
            }
            | columns
        )
        return ledger_frame(
            stored(tmp_path / "store", {"lines": table, "gl_accounts": pa.table(GL)})
        )

    return of


def told(items: pd.DataFrame) -> list[tuple]:
    numbers = [None if pd.isna(number) else number for number in items["invoice_number"]]
    amounts = items[["invoiced", "paid", "open"]].itertuples(index=False, name=None)
    return [
        (state, number, *euros)
        for state, number, euros in zip(items["state"], numbers, amounts, strict=True)
    ]


def test_each_state(books):
    ledger = books(
        (20, "2025-01-05", AR, ANNA, 1, 121.00),
        (20, "2025-01-06", AR, ANNA, 2, 100.10),
        (40, "2025-02-06", AR, ANNA, 2, -40.05),
        (20, "2025-01-07", AR, ANNA, 3, 50.00),
        (40, "2025-02-07", AR, ANNA, 3, -75.00),
        (21, "2025-01-08", AR, ANNA, 4, -12.10),
        (40, "2025-01-09", AR, ANNA, None, -30.00),
        (40, "2025-01-10", AR, ANNA, 99, -5.00),
        (20, "2025-01-11", AR, ANNA, 5, 10.00),
        (40, "2025-02-11", AR, ANNA, 5, -9.99),
        (83, "2025-02-11", AR, ANNA, 5, -0.01),
        (90, "2025-01-12", AR, None, 7, 12.50),
    )
    items = open_items(ledger, "2025-12-31")
    assert told(items) == [
        ("open", 1, 121.0, 0.0, 121.0),
        ("partly paid", 2, 100.1, 40.05, 60.05),
        ("overpaid", 3, 50.0, 75.0, -25.0),
        ("credit", 4, -12.1, 0.0, -12.1),
        ("unapplied", None, 0.0, 30.0, -30.0),
        ("unapplied", 99, 0.0, 5.0, -5.0),
        ("no account", 7, 0.0, -12.5, 12.5),
    ]
    assert items["cents"].tolist() == [12100, 6005, -2500, -1210, -3000, -500, 1250]
    control = items.attrs["checks"][0]
    assert control == {
        "name": "receivables of accounts = GL accounts of type 20",
        "left": 108.95,
        "right": 121.45,
        "difference": -12.5,
        "ok": False,
    }


def test_what_is_owed_is_positive_too(books):
    ledger = books(
        (30, "2025-01-05", AP, BRAM, 8, -242.00),
        (40, "2025-02-05", AP, BRAM, 8, 42.00),
        (31, "2025-03-05", AP, BRAM, 9, 20.00),
        (40, "2025-03-06", AP, BRAM, None, 7.00),
    )
    items = open_items(ledger)
    assert told(items) == [
        ("partly paid", 8, 242.0, 42.0, 200.0),
        ("credit", 9, -20.0, 0.0, -20.0),
        ("unapplied", None, 0.0, 7.0, -7.0),
    ]
    assert set(items["kind"]) == {"payable"}
    assert items.attrs["checks"][1]["left"] == 173.0


def test_nothing_is_set_off_that_does_not_say_so(books):
    ledger = books(
        (20, "2025-01-05", AR, ANNA, 1, 100.0),
        (20, "2025-01-05", AR, BRAM, 1, 100.0),
        (40, "2025-01-06", AR, ANNA, None, -100.0),
        (40, "2025-01-07", AR, ANNA, None, 100.0),
        (90, "2025-01-08", AR, None, None, -100.0),
    )
    items = open_items(ledger, "2025-01-31")
    assert len(items) == 5
    assert Counter(items["state"]) == {"open": 2, "unapplied": 2, "no account": 1}


def test_a_payment_of_later_is_not_there_yet(books):
    ledger = books(
        (20, "2025-01-05", AR, ANNA, 1, 100.0),
        (40, "2025-02-05", AR, ANNA, 1, -60.0),
        (40, "2025-03-05", AR, ANNA, 1, -40.0),
    )
    at = {day: told(open_items(ledger, day)) for day in ("2025-01-04", "2025-01-05", "2025-02-05")}
    assert at == {
        "2025-01-04": [],
        "2025-01-05": [("open", 1, 100.0, 0.0, 100.0)],
        "2025-02-05": [("partly paid", 1, 100.0, 60.0, 40.0)],
    }
    assert told(open_items(ledger)) == []


def test_cents_do_not_drift(books):
    """Three tenths paid in parts of a tenth: in floats something would be left."""
    ledger = books(
        (20, "2025-01-05", AR, ANNA, 1, 0.3), *[(40, "2025-01-06", AR, ANNA, 1, -0.1)] * 3
    )
    assert open_items(ledger).empty


def test_a_budget_is_not_owed(books):
    ledger = books((3000, "2025-01-05", AR, ANNA, 1, 100.0), (20, "2025-01-05", AR, ANNA, 2, 5.0))
    assert told(open_items(ledger)) == [("open", 2, 5.0, 0.0, 5.0)]


def test_days_overdue_count_from_the_due_date_or_else_the_invoice(books):
    import pyarrow as pa

    days = [dt.datetime(2025, 1, 31), None]
    ledger = books(
        (20, "2025-01-05", AR, ANNA, 1, 100.0),
        (20, "2025-01-05", AR, ANNA, 2, 100.0),
        due_date=pa.array(days).cast("timestamp[ms]"),
    )
    assert open_items(ledger, "2025-02-02")["days_overdue"].tolist() == [2, 28]
    assert open_items(ledger, dt.date(2025, 1, 30))["days_overdue"].tolist() == [-1, 25]


def test_what_only_the_list_has_is_shown(books):
    ledger = books((20, "2025-01-05", AR, ANNA, 1, 100.0), (20, "2025-01-05", AR, ANNA, 2, 7.0))
    listed = pd.DataFrame(
        {
            "account_id": [ANNA, ANNA, ANNA, BRAM],
            "account_code": ["anna", "anna", "anna", "bram"],
            "account_name": ["anna", "anna", "anna", "bram"],
            "invoice_number": pd.array([1, 1, None, 5], dtype="Int64"),
            "entry_number": [0, 0, 77, 9],
            "amount": [-60.0, -30.0, 20.0, -11.0],
        }
    )
    items = open_items(ledger, receivables=listed)
    shown = items[["state", "account", "open", "listed"]].itertuples(index=False, name=None)
    assert list(shown) == [
        ("open", ANNA, 100.0, 90.0),
        ("open", ANNA, 7.0, 0.0),
        ("only listed", ANNA, 0.0, -20.0),
        ("only listed", BRAM, 0.0, 11.0),
    ]
    check = items.attrs["checks"][1]
    assert (check["left"], check["right"], check["difference"]) == (107.0, 81.0, 26.0)


def test_two_payments_of_one_entry_are_two_items(books):
    ledger = books(
        (20, "2025-01-05", AR, ANNA, 1, 100.0),
        (40, "2025-01-06", AR, ANNA, None, -5.0),
        (40, "2025-01-06", AR, ANNA, None, -8.0),
    )
    ledger["entry_number"] = pd.array([0, 1, 1], dtype="Int32")
    listed = pd.DataFrame(
        {
            "account_id": [ANNA] * 3,
            "account_code": [ANNA] * 3,
            "account_name": [ANNA] * 3,
            "invoice_number": pd.array([1, None, None], dtype="Int64"),
            "entry_number": [0, 1, 1],
            "amount": [-100.0, 8.0, 5.0],
        }
    )
    items = open_items(ledger, receivables=listed)
    assert (items["open"] == items["listed"]).all()
    assert len(items) == 3


def test_no_items_have_the_columns_and_types_of_some(main):
    some = open_items(main.ledger)
    none = open_items(main.ledger.iloc[:0])
    assert none.empty
    assert list(none.columns) == list(some.columns)
    for name in some:
        assert str(none[name].dtype) == str(some[name].dtype), name
    assert [check["ok"] for check in none.attrs["checks"]] == [True, True]


def test_attrs_can_be_kept_in_a_file(main, tmp_path):
    items = open_items(main.ledger)
    items.to_parquet(tmp_path / "items.parquet")
    kept = pd.read_parquet(tmp_path / "items.parquet")
    assert kept.attrs["checks"] == items.attrs["checks"]
    assert kept.attrs["day"] == "2026-06-30"


def test_states_are_those_that_are_documented():
    assert all(f'"{state}"' in open_items.__doc__ for state in STATES)


def test_a_frame_that_is_no_ledger_is_refused(main, raised):
    error = raised(DataError, open_items, main.ledger.drop(columns=["cents", "account"]))
    assert "account, cents" in str(error)
    listed = main.tables["receivables"].to_pandas().drop(columns="amount")
    error = raised(DataError, open_items, main.ledger, receivables=listed)
    assert "no column amount in ReceivablesList" in str(error)


@pytest.mark.parametrize("day", ["the end", None, 12.5])
def test_a_day_that_is_none_is_refused(main, raised, day):
    error = raised(InputError, open_items, main.ledger, day if day else pd.NaT)
    assert "2025-12-31" in error.hint
