"""Invoices booked twice, and holes in their numbers."""

import duckdb
import pandas as pd
import polars as pl
import pytest
from company_books import records
from ledgers import demo_ledger, ledger_of

import exactnb as ex
from exactnb.analyses.audit.references import alike, bare
from exactnb.errors import DataError, InputError

ENGINES = {
    "polars": pl.from_pandas,
    "polars-lazy": lambda frame: pl.from_pandas(frame).lazy(),
    "duckdb": duckdb.from_df,
}


@pytest.fixture(scope="module")
def ledger(books):
    return demo_ledger(books)


# --- duplicates ---------------------------------------------------------------------------------


def test_the_invoice_that_was_paid_twice_and_the_false_alarm(ledger):
    """Story 7: no pair is found but these two, and the scores tell them apart."""
    pairs = ex.duplicate_invoices(ledger)
    found = [set(pair) for pair in pairs[["entry_number", "other_entry_number"]].values.tolist()]
    twice, alarm = records("duplicates.paid-twice"), records("duplicates.false-alarm")
    assert found == [set(twice["entries"]), set(alarm["entries"])]
    assert pairs["score"].tolist() == [90, 60]
    assert pairs["reference"].tolist()[0] in twice["references"]
    assert "1,007 invoices compared" in str(pairs)
    assert all(check["ok"] for check in pairs.attrs["checks"])
    lines = ex.lines(pairs, 0)
    assert set(lines["entry_number"]) == set(twice["entries"])
    assert ex.duplicate_invoices(ledger, kind="sales").empty


def test_pairs_are_those_of_sql(ledger):
    """With a wide window there are pairs enough to compare."""
    rows = duckdb.sql(
        """with invoice as (
               select entry_number, account_code, min(date) as date, -sum(cents) as cents
               from ledger where gl_account_type = 22 and type in (30, 31) group by all)
           select a.entry_number, b.entry_number
           from invoice a join invoice b using (account_code, cents)
           where a.entry_number < b.entry_number and cents > 0
             and abs(date_diff('day', a.date, b.date)) <= 35
             and not exists (select 1 from invoice c
                             where c.account_code = a.account_code and c.cents = -a.cents)"""
    ).fetchall()
    pairs = ex.duplicate_invoices(ledger, days=35)
    columns = ["entry_number", "other_entry_number"]
    assert sorted(map(tuple, pairs[columns].values.tolist())) == sorted(rows)
    assert len(rows) > 50  # the rent of every month


@pytest.mark.parametrize("engine", ENGINES)
def test_any_engine_finds_the_same_invoices(ledger, engine):
    other = ENGINES[engine](ledger)
    for ask in (ex.duplicate_invoices, ex.invoice_number_gaps):
        one, two = ask(ledger, "2025"), ask(other, "2025")
        pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(two))


def bill(number, reference="2025-118", amount=121.0, date="2025-03-10", account="20", **more):
    about = {"entry": number, "entry_number": number, "your_ref": reference, "date": date}
    about |= {"account_code": account, "account_name": f"Leverancier {account}", "type": 30, **more}
    about["date"] = pd.Timestamp(about["date"])
    return [
        {"gl": "1600", "amount": -amount, **about},
        {"gl": "4500", "amount": amount, **about},
    ]


def pairs_of(*bills, **asked):
    lines = [line for one in bills for line in one]
    return ex.duplicate_invoices(ledger_of(lines), asked.pop("period", None), **asked)


@pytest.mark.parametrize(
    ("other", "score"),
    [
        ({"reference": " 2025/118 ", "date": "2025-09-01"}, 100),
        ({"reference": "2025-181"}, 90),
        ({"reference": "2025-119"}, 80),
        ({"reference": "2025-18"}, 80),
        ({"reference": None}, 70),
        ({"reference": "A77"}, 60),
        ({"reference": "A77", "date": "2025-03-17"}, 60),
        ({"account": "21", "date": "2025-06-01"}, 85),
    ],
)
def test_what_may_be_one_is_found(other, score):
    found = pairs_of(bill(1), bill(2, **other))
    assert found["score"].tolist() == [score]
    assert found["pair"].tolist() == ["1 / 2"]
    assert found["amount"].tolist() == [121.0]


@pytest.mark.parametrize(
    "other",
    [
        {"amount": 121.01},
        {"reference": "A77", "date": "2025-03-18"},
        {"reference": "A77", "account": "21"},
        {"reference": None, "account": "21"},
        {"type": 90},
    ],
)
def test_what_is_another_is_not(other):
    assert pairs_of(bill(1), bill(2, **other)).empty


def test_what_was_credited_is_not_booked_twice():
    note = bill(3, "C9", -121.0, date="2025-03-12", type=31)
    assert pairs_of(bill(1), bill(2), note).empty
    assert len(pairs_of(bill(1), bill(2), bill(4), note)) == 1
    # a credit note takes the invoice of its own reference, though another one is nearer
    named = bill(3, "2025.118", -121.0, date="2025-03-20", type=31)
    left = pairs_of(bill(1), bill(2, "A77", date="2025-03-11"), bill(4, "B1"), named)
    assert left["pair"].tolist() == ["2 / 4"]
    # one that came before the invoice is of something else
    assert len(pairs_of(bill(1), bill(2), bill(3, "C9", -121.0, date="2025-03-01", type=31))) == 1


def test_what_comes_every_month_pairs_with_the_next_one_only():
    monthly = [bill(month, "contract 7", date=f"2025-{month:02d}-01") for month in range(1, 13)]
    assert len(pairs_of(*monthly)) == 11
    assert len(pairs_of(*monthly, period="2025-06")) == 2


def test_an_invoice_of_many_lines_is_one():
    split = [{**line, "amount": line["amount"] / 2} for line in bill(2) for _ in (1, 2)]
    assert pairs_of(bill(1), split)["score"].tolist() == [100]


def test_invoices_that_cannot_be_compared_are_refused():
    assert pairs_of().empty
    with pytest.raises(InputError, match="'purchase' or 'sales'"):
        pairs_of(bill(1), kind="inkoop")
    with pytest.raises(DataError, match="your_ref"):
        ex.duplicate_invoices(ledger_of(bill(1)).drop(columns=["your_ref"]))
    with pytest.raises(DataError, match="no entry"):
        ex.duplicate_invoices(ledger_of(bill(1)).assign(entry_id=None))


def test_references_are_compared_without_their_dress():
    assert bare("INV-00042/b") == bare("inv 42 B") == "inv42b"
    assert bare("000") == "0"
    assert alike("1234", "12345")[0] == alike("1234", "1334")[0] == 80
    assert alike("1234", "123456")[0] == 60


# --- numbers ------------------------------------------------------------------------------------


def test_missing_numbers_and_the_one_out_of_order(ledger):
    """Story 8: two numbers are missing, one is out of the order of dates, and nothing else."""
    gaps = ex.invoice_number_gaps(ledger)
    found = ex.findings(gaps)
    by_test = found.groupby("test")["first"].apply(list).to_dict()
    assert by_test == {
        "missing": records("gaps.missing")["invoices"],
        "out_of_order": records("gaps.out-of-order")["invoices"],
    }
    assert gaps["missing"].tolist() == [0, 1, 1, 0]
    assert gaps.attrs["checks"][0]["ok"]
    rows = duckdb.sql(
        """select count(distinct entry_id) from ledger
           where type in (20, 21) and gl_account_type = 20 group by financial_year
           order by financial_year"""
    ).fetchall()
    assert gaps["invoices"].tolist() == [number for (number,) in rows]
    late = ex.lines(found, int(found.index[found["test"] == "out_of_order"][0]))
    assert (
        late["account_code"].dropna().unique().tolist() == records("gaps.out-of-order")["accounts"]
    )
    assert len(ex.findings(gaps, gaps["series"].iloc[1])) == 1


def sale(entry, number, date="2025-03-10", journal="70", **more):
    about = {"entry": entry, "invoice_number": number, "date": date, "journal_code": journal}
    about |= {"type": 20, **more}
    about["date"] = pd.Timestamp(about["date"])
    return [{"gl": "1300", "amount": 121.0, **about}, {"gl": "8000", "amount": -121.0, **about}]


def test_holes_doubles_and_series_by_hand():
    sales = [
        *sale(1, 25700001, "2025-01-02"),
        *sale(2, 25700002, "2025-01-03"),
        *sale(3, 25700005, "2025-01-09"),
        *sale(4, 25700006, "2025-12-31"),  # much too late, and accuses nobody else
        *sale(5, 25700007, "2025-01-10", type=21),
        *sale(6, 25700007, "2025-01-11"),
        *sale(7, 26700001, "2026-01-01"),
        *sale(8, 1, "2025-05-05", journal="71"),
        *sale(9, None),
    ]
    gaps = ex.invoice_number_gaps(ledger_of(sales))
    assert gaps["series"].tolist() == [
        "70 · 25700001–25700007",
        "70 · 26700001–26700001",
        "71 · 1–1",
    ]
    assert gaps["missing"].tolist() == [2, 0, 0]
    assert gaps["twice"].tolist() == [1, 0, 0]
    assert gaps["out_of_order"].tolist() == [1, 0, 0]
    assert "without a number: 1" in str(gaps)
    assert gaps.attrs["checks"][0]["ok"]
    found = ex.findings(gaps)
    assert found["test"].tolist() == ["missing", "out_of_order", "twice"]
    assert found[["first", "last"]].values.tolist() == [
        [25700003, 25700004],
        [25700006, 25700006],
        [25700007, 25700007],
    ]
    assert ex.lines(gaps, 2)["entry_id"].unique().tolist() == ["entry-8"]
    assert ex.lines(found, 2)["entry_id"].unique().tolist() == ["entry-6"]
    whole = ex.invoice_number_gaps(ledger_of(sales), "2025", jump=2_000_000)
    assert whole["last"].tolist() == [25700007, 1]


def test_no_invoices_have_no_gaps():
    assert ex.invoice_number_gaps(ledger_of([])).empty
    with pytest.raises(InputError, match="jump"):
        ex.invoice_number_gaps(ledger_of([]), jump=0)
