"""The VAT return against what was filed, SQL and cases by hand; its checks against the mistakes."""

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledgers import demo_ledger, ledger_of
from sandbox_side import over

import exactnb as ex
from exactnb.analyses.vat.boxes import codes_of
from exactnb.errors import DataError, InputError
from exactnb.sandbox import Sandbox

QUARTERS = [f"{y}-Q{q}" for y in (2023, 2024, 2025, 2026) for q in (1, 2, 3, 4)][:14]


@pytest.fixture(scope="module")
def ledger(books):
    return demo_ledger(books)


@pytest.fixture(scope="module")
def codes(books):
    return books.odata("VATCodes")


@pytest.fixture(scope="module")
def returns(books):
    return books.odata("Returns")


@pytest.fixture(scope="module")
def accounts(books):
    return books.odata("Accounts")


def checks(result):
    return {check["name"]: check["difference"] for check in result.attrs["checks"]}


@pytest.mark.parametrize("quarter", QUARTERS)
def test_each_return_is_the_one_that_was_filed(ledger, codes, returns, quarter):
    found = ex.vat_return(ledger, quarter, codes=codes, returns=returns)
    told = checks(found)
    assert told.pop("VAT accounts = 5g") == 0
    # two purchase invoices were booked into 2025-Q3 after its return; that of 2026-Q2 is a draft
    assert told == {"2025-Q3": {"filed = 5g": 907.0}, "2026-Q2": {}}.get(quarter, {"filed = 5g": 0})


def test_a_year_is_its_quarters(ledger, codes):
    quarters = [ex.vat_return(ledger, f"2025-Q{q}", codes=codes) for q in (1, 2, 3, 4)]
    year = ex.vat_return(ledger, "2025", codes=codes)
    for name in ("base", "vat"):
        assert (year[name] - sum(one[name] for one in quarters)).abs().max() < 0.005


def test_the_boxes_are_what_sql_says(ledger, codes):
    found = ex.vat_return(ledger, "2025-Q3", codes=codes).set_index("box")
    rows = duckdb.sql("""
        SELECT
          -sum(cents) FILTER (vat_type IN ('V', 'X') AND vat_code IN ('2', '4')) AS "1a",
          -sum(cents) FILTER (vat_type IN ('V', 'X') AND vat_code IN ('1', '3')) AS "1b",
          -sum(cents) FILTER (vat_type IN ('V', 'X') AND vat_code = '0') AS "1e",
          -sum(cents) FILTER (vat_type IN ('V', 'X') AND vat_code = '6') AS "3a",
          -sum(cents) FILTER (vat_type IN ('V', 'X') AND vat_code IN ('7', '7D')) AS "3b",
          sum(cents) FILTER (vat_type IN ('I', 'W') AND vat_code = '5') AS "2a",
          sum(cents) FILTER (vat_type IN ('I', 'W') AND vat_code = '8') AS "4a",
          sum(cents) FILTER (vat_type IN ('I', 'W') AND vat_code = '9') AS "4b",
          sum(cents) FILTER (vat_type IN ('O', 'Q')) AS input,
          -sum(cents) FILTER (vat_type IN ('A', 'Z', 'P', 'Y')) AS due
        FROM ledger
        WHERE financial_year = 2025 AND financial_period BETWEEN 7 AND 9 AND "type" <> 50
    """).df()
    said = rows.iloc[0] / 100
    for box in ("1a", "1b", "1e", "2a", "3a", "3b", "4a", "4b"):
        assert found.loc[box, "base"] == pytest.approx(said[box], abs=0.001)
    assert found.loc["5b", "vat"] == pytest.approx(said["input"], abs=0.001)
    assert found.loc["5a", "vat"] == pytest.approx(said["due"], abs=0.001)


@pytest.mark.parametrize("box", ["1a", "1b", "1e", "2a", "3a", "3b", "4a", "4b", "5b"])
def test_a_box_leads_to_its_lines(ledger, codes, box):
    found = ex.vat_return(ledger, "2025-Q3", codes=codes)
    row = found.set_index("box").loc[box]
    if row["base"]:
        lines = ex.lines(found, box, "base")
        assert abs(lines["cents"].sum()) == round(abs(row["base"]) * 100)
    if row["vat"]:
        assert abs(ex.lines(found, box, "vat")["cents"].sum()) == round(abs(row["vat"]) * 100)
    with pytest.raises(DataError, match="5a"):
        ex.lines(found, "5a")


def test_any_engine_gives_the_same(ledger, codes):
    found = ex.vat_return(ledger, "2025-Q3", codes=codes)
    for other in (pl.from_pandas(ledger).lazy(), duckdb.from_df(ledger)):
        again = ex.vat_return(other, "2025-Q3", codes=codes)
        assert again.to_dict("records") == found.to_dict("records")


def test_each_planted_mistake_is_found_and_nothing_else(ledger, codes, returns, accounts):
    counts = {}
    for quarter in QUARTERS:
        found = ex.vat_check(ledger, quarter, codes=codes, returns=returns, accounts=accounts)
        assert set(checks(found).values()) == {0.0}
        lines = found[(found["kind"] == "line") & (found["test"] != "vat number")]
        counts[quarter] = lines.groupby("test").size().to_dict()
    assert counts.pop("2025-Q3") == {"late": 2, "not in 3b": 1, "unusual code": 1}
    assert all(found == {} for found in counts.values())


def test_what_was_booked_late_is_what_the_return_lacks(ledger, codes, returns, accounts):
    found = ex.vat_check(ledger, "2025-Q3", codes=codes, returns=returns, accounts=accounts)
    late = found[(found["kind"] == "line") & (found["test"] == "late")]
    assert late["vat"].sum() == pytest.approx(-907.10)
    (entry, _) = late["entry_number"]
    place = found.index[found["entry_number"] == entry][0]
    assert ex.lines(found, int(place))["cents"].sum() == 0


def test_customers_without_a_number_are_named_once_a_quarter(ledger, codes, accounts):
    found = ex.vat_check(ledger, "2025-Q3", codes=codes, accounts=accounts)
    named = found[(found["kind"] == "line") & (found["test"] == "vat number")]["account_code"]
    missing = accounts.set_index("code").loc[named, "vat_number"]
    assert len(missing) == 3
    assert missing.isna().all()


def test_without_accounts_it_says_what_was_not_tested(ledger, codes):
    found = ex.vat_check(ledger, "2025-Q3", codes=codes)
    assert "not tested without accounts: EU sales outside box 3b" in str(found)


def sale(vat_code, base, tax, entry, **more):
    rows = [
        {"gl": "1300", "amount": base + tax, "entry": entry, "type": 20},
        {
            "gl": "8000",
            "amount": -base,
            "vat_code": vat_code,
            "vat_type": "V",
            "entry": entry,
            "type": 20,
        },
    ]
    if tax:
        rows.append(
            {
                "gl": "1500",
                "amount": -tax,
                "vat_code": vat_code,
                "vat_type": "A",
                "entry": entry,
                "type": 20,
            }
        )
    return [{**row, **more} for row in rows]


def test_tax_that_is_not_rate_times_base_is_found(codes):
    books = ledger_of(
        [*sale("2", 100.0, 21.0, 1), *sale("2", 200.0, 42.01, 2), *sale("2", 300.0, 36.0, 3)]
    )
    found = ex.vat_check(books, "2025-Q1", codes=codes)
    (row,) = found[(found["kind"] == "line") & (found["test"] == "wrong tax")].to_dict("records")
    assert (row["entry_number"], row["base"], row["vat"]) == (3, 300.0, -27.0)


def test_credit_notes_and_whole_euros(codes):
    credit = [
        {"gl": "1300", "amount": -12.1, "entry": 9, "type": 21},
        {"gl": "8000", "amount": 10.0, "vat_code": "2", "vat_type": "X", "entry": 9, "type": 21},
        {"gl": "1500", "amount": 2.1, "vat_code": "2", "vat_type": "Z", "entry": 9, "type": 21},
    ]
    bought = [
        {"gl": "4500", "amount": 50.0, "vat_code": "2", "vat_type": "I", "entry": 10, "type": 30},
        {"gl": "1510", "amount": 10.5, "vat_code": "2", "vat_type": "O", "entry": 10, "type": 30},
        {"gl": "1600", "amount": -60.5, "entry": 10, "type": 30},
    ]
    books = ledger_of([*sale("2", 100.0, 21.0, 1), *credit, *bought])
    found = ex.vat_return(books, "2025-01", codes=codes).set_index("box")
    assert found.loc["1a", ["base", "vat", "base_filed", "vat_filed"]].tolist() == [
        90.0,
        18.9,
        90.0,
        18.0,
    ]
    assert found.loc["5b", ["vat", "vat_filed"]].tolist() == [10.5, 11.0]
    assert found.loc["5g", ["vat", "vat_filed"]].tolist() == [8.4, 7.0]


def test_the_settlement_of_a_return_is_no_part_of_the_next(codes):
    settled = {"gl": "1500", "amount": 21.0, "vat_code": "2", "vat_type": "A", "type": 50}
    found = ex.vat_return(ledger_of([*sale("2", 100.0, 21.0, 1), settled]), "2025-Q1", codes=codes)
    assert found.set_index("box").loc["5g", "vat"] == 21.0


def test_boxes_follow_from_what_codes_say_of_themselves(codes):
    known = codes_of(codes)
    assert {code: (of.sales, of.purchase) for code, of in known.items()} == {
        "0": ("1e", None), "1": ("1b", None), "2": ("1a", None), "3": ("1b", None),
        "4": ("1a", None), "5": ("1e", "2a"), "6": ("3a", None), "7": ("3b", None),
        "7D": ("3b", None), "8": ("3a", "4a"), "9": ("1e", "4b"),
    }  # fmt: skip
    assert codes_of(codes, {"0": "1D"})["0"].sales == "1d"
    with pytest.raises(InputError, match="99: 1a, 2: 5a"):
        codes_of(codes, {"99": "1a", "2": "5a"})
    vague = codes.assign(description="?", intra_stat=False)
    with pytest.raises(DataError, match="reverse-charged"):
        codes_of(vague)


def test_codes_that_nobody_knows_are_refused(codes):
    with pytest.raises(DataError, match="VAT code XX"):
        ex.vat_return(ledger_of(sale("XX", 1.0, 0.0, 1)), "2025-Q1", codes=codes)
    with pytest.raises(DataError, match="no column charged"):
        ex.vat_return(ledger_of([]), "2025-Q1", codes=codes.drop(columns="charged"))
    assert ex.vat_return(ledger_of([]), "2025-Q1", codes=codes)["vat"].sum() == 0


def test_another_company_ties_too():
    books = over(Sandbox(seed=7))
    ledger, codes, returns = demo_ledger(books), books.odata("VATCodes"), books.odata("Returns")
    for quarter in QUARTERS[:10]:
        told = checks(ex.vat_return(ledger, quarter, codes=codes, returns=returns))
        assert told == {"VAT accounts = 5g": 0, "filed = 5g": 0}


LINES = st.lists(
    st.fixed_dictionaries(
        {
            "gl": st.sampled_from(["1500", "1510", "8000", "4500", "1300"]),
            "amount": st.integers(-(10**7), 10**7).map(lambda cents: cents / 100),
            "vat_code": st.sampled_from([None, *"0123456789", "7D"]),
            "vat_type": st.sampled_from([None, *"VXAZIWOQPYNMS"]),
            "type": st.sampled_from([20, 21, 30, 31, 40, 50, 90, 3000]),
            "financial_year": st.sampled_from([2024, 2025]),
            "financial_period": st.integers(0, 13),
        }
    ),
    max_size=12,
)


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(lines=LINES)
def test_any_ledger_gives_its_tax_or_is_refused(codes, lines):
    counted = [
        line
        for line in lines
        if line["financial_year"] == 2025
        and (1 <= line["financial_period"] <= 3 or line["financial_period"] == 0)
        and line["type"] not in (50, 3000)
        and line["vat_type"] is not None
    ]
    if any(line["vat_code"] is None for line in counted):
        with pytest.raises(DataError, match="VAT code"):
            ex.vat_return(ledger_of(lines), "2025-Q1", codes=codes)
        return
    found = ex.vat_return(ledger_of(lines), "2025-Q1", codes=codes).set_index("box")["vat"]
    cents = {
        kind: sum(round(line["amount"] * 100) for line in counted if line["vat_type"] in letters)
        for kind, letters in (("due", "AZPY"), ("input", "OQ"))
    }
    assert round(found["5a"] * 100) == -cents["due"]
    assert round(found["5b"] * 100) == cents["input"]
    assert round(found["5g"] * 100) == -cents["due"] - cents["input"]
