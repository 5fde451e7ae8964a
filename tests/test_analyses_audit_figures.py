"""Benford's law, and samples in proportion to amounts."""

import math

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
from ledgers import demo_ledger, ledger_of

import exactnb as ex
from exactnb.analyses.audit.sampling import picked
from exactnb.errors import DataError, InputError

ENGINES = {"polars": pl.from_pandas, "duckdb": duckdb.from_df}
GROSS = {"types": [30], "gl_account_types": [22], "side": "credit"}


@pytest.fixture(scope="module")
def ledger(books):
    return demo_ledger(books)


def amounts(cents, **more):
    """A ledger of one debit line for each of these amounts."""
    frame = ledger_of([{"gl": "4500", "amount": 1.0} | more])
    frame = frame.loc[[0] * len(cents)].reset_index(drop=True)
    frame["cents"] = np.asarray(cents, dtype="int64")
    frame["amount_dc"] = frame["cents"] / 100
    frame["id"] = pd.array([f"line-{place}" for place in range(len(cents))], dtype="str")
    frame["line_number"] = pd.array(range(len(cents)), dtype="Int32")
    return frame


# --- Benford ------------------------------------------------------------------------------------


def test_purchases_conform_and_manual_entries_do_not(ledger):
    """Story 10, and why the second is weak evidence."""
    purchases = ex.benford(ledger, **GROSS)
    assert (purchases.attrs["conformity"], purchases.attrs["weak"]) == ("acceptable", False)
    manual = ex.benford(ledger, types=[90])
    assert (manual.attrs["conformity"], manual.attrs["weak"]) == ("none", True)
    assert manual.attrs["n"] == 575
    assert "Weak evidence: 575 amounts" in str(manual)
    assert manual.attrs["mad"] > 3 * manual.attrs["chance"]


@pytest.mark.parametrize("digits", [1, 2])
def test_counts_are_those_of_sql(ledger, digits):
    result = ex.benford(ledger, digits=digits)
    rows = duckdb.sql(
        f"""select left(cast(cents as varchar), {digits}) as digit, count(*) from ledger
            where cents >= 1000 group by 1 order by cast(digit as int)"""
    ).fetchall()
    found = result[result["count"] > 0]
    assert list(zip(found["digit"], found["count"], strict=True)) == rows
    assert result.attrs["n"] == sum(count for _, count in rows)
    assert result["expected"].sum() == pytest.approx(result.attrs["n"])
    lines = ex.lines(result, "1" if digits == 1 else "10")
    assert len(lines) == result["count"].iloc[0]


@pytest.mark.parametrize("engine", ENGINES)
def test_any_engine_counts_the_same(ledger, engine):
    other = ENGINES[engine](ledger)
    one, two = ex.benford(ledger, **GROSS), ex.benford(other, **GROSS)
    pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(two))
    assert len(ex.lines(two, "9")) == one["count"].iloc[8]
    picks = [ex.sample(each, "2025", size=40, seed=3)["id"].tolist() for each in (ledger, other)]
    assert picks[0] == picks[1]


def test_what_follows_the_law_conforms_and_what_does_not_does_not():
    spread = [round(1000 * 10 ** (3 * place / 6000)) for place in range(6000)]
    for digits in (1, 2):
        result = ex.benford(amounts(spread), digits=digits)
        assert result.attrs["conformity"] == "close"
        assert result.attrs["chi_squared"] < result.attrs["critical"]
        assert not result.attrs["weak"]
    even = ex.benford(amounts(range(100_000, 999_000, 300)))
    assert even.attrs["conformity"] == "none"
    assert even["count"].max() - even["count"].min() <= 4
    assert even.attrs["chi_squared"] > even.attrs["critical"]
    # by hand: 1 in 9 each
    expected = [math.log10(1 + 1 / digit) for digit in range(1, 10)]
    assert even.attrs["mad"] == pytest.approx(
        sum(abs(1 / 9 - share) for share in expected) / 9, abs=1e-3
    )


def test_powers_of_ten_and_their_neighbours_have_their_own_digit():
    near = [1_000, 9_999, 10_000, 99_999, 100_000, 10**12 - 1, 10**12, 10**15]
    heads = ex.benford(amounts(near * 100)).set_index("digit")["count"]
    assert heads["1"] == 500
    assert heads["9"] == 300
    pairs = ex.benford(amounts([1, 10, 12] * 400), digits=2, minimum=0.01).set_index("digit")[
        "count"
    ]
    assert (pairs["10"], pairs["12"]) == (800, 400)


def test_few_amounts_are_refused_in_words():
    with pytest.raises(DataError, match=r"nothing about 499 amounts.*500 are needed"):
        ex.benford(amounts([1234] * 499))
    with pytest.raises(DataError, match="1000 are needed"):
        ex.benford(amounts([1234] * 999), digits=2)
    assert ex.benford(amounts([1234] * 500)).attrs["weak"]
    with pytest.raises(DataError, match="about 0 amounts"):
        ex.benford(ledger_of([]))
    with pytest.raises(InputError, match="digits is 1 or 2"):
        ex.benford(amounts([1234] * 500), digits=3)


def test_sides_and_sizes_are_chosen():
    both = amounts([123_456] * 600 + [-234_567] * 700 + [999] * 50)
    assert ex.benford(both).attrs["n"] == 600
    assert ex.benford(both, side="credit").set_index("digit")["count"]["2"] == 700
    assert ex.benford(both, side="all").attrs["n"] == 1300
    assert ex.benford(both, minimum=9.99).attrs["n"] == 650
    assert len(ex.lines(ex.benford(both, side="all"), "2")) == 700
    plain = both.drop(columns="cents")
    assert len(ex.lines(ex.benford(plain, side="credit"), "2")) == 700


# --- samples ------------------------------------------------------------------------------------


def test_a_sample_is_the_same_for_each_seed_and_another_for_another(ledger):
    revenue = ledger[ledger["gl_account_type"] == 110]
    one = ex.sample(revenue, "2025", size=60, side="credit", seed=5)
    again = ex.sample(
        revenue.sample(frac=1, random_state=1), "2025", size=60, side="credit", seed=5
    )
    other = ex.sample(revenue, "2025", size=60, side="credit", seed=6)
    assert one["id"].tolist() == again["id"].tolist() != other["id"].tolist()
    assert "seed 5" in str(one)
    assert one.attrs["checks"][0]["ok"]
    ((lines, cents),) = duckdb.sql(
        """select count(*), -sum(cents) from ledger
           where gl_account_type = 110 and cents < 0 and financial_year = 2025"""
    ).fetchall()
    assert (one.attrs["population"], one.attrs["value"]) == (lines, float(cents) / 100)
    assert one.attrs["covered"] == pytest.approx(one["amount"].sum() / one.attrs["value"])
    assert ex.lines(one, "1")["id"].tolist() == [one["id"].iloc[0]]


def test_each_picked_euro_lies_in_its_line():
    sized = [500, 70_000, 1_200, 3_300, 90_000, 2_500, 8_000, 1]
    for seed in range(12):
        result = ex.sample(amounts(sized), size=5, seed=seed)
        interval, start = (round(result.attrs[name] * 100) for name in ("interval", "start"))
        assert interval == sum(sized) // 5
        assert 0 <= start < interval
        top = result[result["stratum"] == "top"]
        assert (top["amount"] * 100).round().tolist() == [70_000, 90_000]
        # walk through the rest, a cent at a time, as one would with a pencil
        rest = [cents for cents in sized if cents < interval]
        walk = [place for place, cents in enumerate(rest) for _ in range(cents)]
        expected = {rest[walk[cent]] for cent in range(start, len(walk), interval)}
        assert {
            round(cents * 100) for cents in result[result["stratum"] == "sampled"]["amount"]
        } == (expected)


def test_every_line_has_a_chance_in_proportion_to_its_amount():
    sized = np.array([100, 300, 600, 999])
    taken = sum(picked(sized, 1000, start) >= 0 for start in range(1000))
    assert taken.tolist() == [100, 300, 600, 999]
    # what any seed gives on average is the mean over all starts
    mean = sum(sized[picked(sized, 1000, start) >= 0].sum() for start in range(1000)) / 1000
    told = ex.sample(amounts(sized), tolerable=10 * math.log(20), seed=4).attrs
    assert told["interval"] == 10.0
    assert told["expected_covered"] == pytest.approx(mean / sized.sum())


def test_the_interval_follows_from_what_is_tolerable():
    many = amounts([10_000] * 5000)
    interval = ex.sample(many, tolerable=30_000).attrs["interval"]
    assert interval == pytest.approx(30_000 / 2.9957, rel=1e-4)
    interval = ex.sample(many, tolerable=30_000, expected=5_000).attrs["interval"]
    assert interval == pytest.approx((30_000 - 1.6 * 5_000) / 2.9957, rel=1e-4)
    sample = ex.sample(many, tolerable=30_000, confidence=0.9)
    assert sample.attrs["interval"] == pytest.approx(30_000 / 2.3026, rel=1e-4)
    assert len(sample) in (38, 39)  # 500,000 ÷ 13,029


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "by its size or by what is tolerable"),
        ({"size": 5, "tolerable": 100}, "by its size or by what is tolerable"),
        ({"size": 0}, "size is 1 or more"),
        ({"tolerable": 100, "confidence": 95}, "confidence is from"),
        ({"tolerable": 100, "expected": 10, "confidence": 0.93}, "one of 0.99, 0.95"),
        ({"tolerable": 100, "expected": 80}, "too much to expect"),
        ({"size": 5, "side": "both"}, "'debit' or 'credit'"),
    ],
)
def test_a_sample_that_means_nothing_is_refused(asked, said):
    with pytest.raises(InputError, match=said):
        ex.sample(amounts([10_000] * 50), **asked)


def test_lines_of_the_other_side_are_told():
    both = amounts([10_000] * 50 + [-2_500] * 2 + [0])
    sample = ex.sample(both, size=5)
    assert (sample.attrs["population"], sample.attrs["other_side"]) == (50, -50.0)
    assert "-50.00" in str(sample)
    with pytest.raises(DataError, match="no line on the debit side"):
        ex.sample(ledger_of([]), size=5)
