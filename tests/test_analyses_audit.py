"""Journal entry tests: what is planted is found, and what cannot be tested is told."""

import datetime as dt
import sys

import duckdb
import pandas as pd
import polars as pl
import pytest
from company_books import records
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from ledgers import demo_ledger, ledger_of
from sandbox_side import over

import exactnb as ex
from exactnb.analyses.audit.series import disordered, missing_runs, series
from exactnb.errors import DataError, InputError, MissingPackageError
from exactnb.sandbox import Sandbox

ALL = "2023..2026"
ENGINES = {
    "polars": pl.from_pandas,
    "polars-lazy": lambda frame: pl.from_pandas(frame).lazy(),
    "duckdb": duckdb.from_df,
}


@pytest.fixture(scope="module")
def ledger(books):
    return demo_ledger(books)


@pytest.fixture(scope="module")
def tests(ledger):
    return ex.journal_entry_tests(ledger, ALL, limits=[5_000, 25_000])


def numbers(result, test):
    return sorted(ex.findings(result, test)["entry_number"])


def found(result, column="found"):
    return result.set_index("test")[column]


# --- the demo company ---------------------------------------------------------------------------

#: planted story → the test that finds it, and how many entries it finds besides
PLANTED = {
    "entries.weekend": ("weekend", 0),
    "entries.new-year": ("holiday", 7),  # Good Friday, on which shops are open
    "entries.night": ("after_hours", 0),
    "entries.round": ("round", 0),
    "entries.blank": ("description", 0),
    "entries.backdated": ("back_dated", 0),
    "entries.rare-pair": ("rare_pair", 0),
    "entries.seldom-user": ("seldom_person", 0),
}


@pytest.mark.parametrize("story", PLANTED)
def test_each_planted_entry_is_found(tests, story):
    test, alarms = PLANTED[story]
    planted = records(story)["entries"]
    assert set(planted) <= set(numbers(tests, test))
    assert found(tests)[test] == len(planted) + alarms == len(ex.findings(tests, test))


def test_false_alarms_have_a_reason_that_can_be_told(tests):
    why = ex.findings(tests, "holiday")["why"].value_counts()
    assert why.to_dict() == {"made on Good Friday": 7, "made on New Year's Day": 1}
    ends = ex.findings(tests, "period_end")
    assert len(ends) == 5
    assert set(ends["why"]) == {"dated at the period's end"}
    assert numbers(tests, "entry_numbers") == records("gaps.missing")["invoices"]


def test_a_year_finds_only_its_own(ledger):
    result = ex.journal_entry_tests(ledger, "2024")
    assert numbers(result, "weekend") == records("entries.weekend")["entries"]
    assert numbers(result, "round") == [24900234]
    # the entry of 30 December that is round is at the end of its year too
    both = ex.findings(result)
    assert sorted(both.loc[both["entry_number"] == 24900234, "test"]) == ["period_end", "round"]
    assert any("two tests or more: 1" in note for note in result.statement.notes)


SQL = {
    "weekend": "isodow(max(created)) > 5",
    "after_hours": "hour(max(created)) < 7 or hour(max(created)) >= 19",
    "back_dated": "date_diff('day', min(date), max(created)) > 30",
    "round": "bool_or(cents <> 0 and cents % 100000 = 0)",
    "period_end": "min(date) >= '2025-12-29' or max(created) >= '2026-01-01'",
    "description": "count(description) = 0",
    "near_limit": "max(abs(cents)) between 475000 and 499999"
    " or max(abs(cents)) between 2375000 and 2499999",
}


@pytest.mark.parametrize("test", SQL)
def test_counts_are_those_of_sql(ledger, test):
    result = ex.journal_entry_tests(ledger, "2025", limits=[25_000, 5_000])
    types = "90, 30, 31" if test == "near_limit" else "90"
    rows = duckdb.sql(
        f"""select entry_number from ledger where financial_year = 2025 and type in ({types})
            group by entry_id, entry_number having {SQL[test]}"""
    ).fetchall()
    assert numbers(result, test) == sorted(number for (number,) in rows)
    assert found(result)[test] == len(rows)


def test_rare_pairs_are_those_of_sql(ledger):
    rows = duckdb.sql(
        """with side as (select entry_number, gl_account_code as gl, sum(cents) as cents
               from ledger where type = 90 group by all),
           pair as (select d.entry_number, d.gl as debit, c.gl as credit
               from side d join side c using (entry_number) where d.cents > 0 and c.cents < 0)
           select entry_number from pair
           qualify count(distinct entry_number) over (partition by debit, credit) <= 12"""
    ).fetchall()
    result = ex.journal_entry_tests(ledger, ALL, seldom_pair=12)
    assert numbers(result, "rare_pair") == sorted({number for (number,) in rows})
    assert len(rows) > 5


def test_the_population_is_proved_from_within_and_without(ledger, books):
    balances = books.odata("financial/ReportingBalance")
    result = ex.journal_entry_tests(ledger, "2025", balances=balances)
    assert [check["ok"] for check in result.attrs["checks"]] == [True] * 4
    assert "population complete" in str(result)
    ((lines, entries),) = duckdb.sql(
        "select count(*), count(distinct entry_id) from ledger where financial_year = 2025"
    ).fetchall()
    assert found(result, "population")["entries"] == entries
    assert f"{lines:,} lines" in found(result, "asked")["entries"]
    assert len(ex.lines(result, "entries")) == lines

    lost = ledger[ledger["entry_number"] != 25900115]
    result = ex.journal_entry_tests(lost, "2025", balances=balances)
    assert "POPULATION INCOMPLETE" in str(result)
    assert [check["difference"] for check in result.attrs["checks"]] == [0, 0, 4000, 4000]
    assert 25900115 in numbers(result, "entry_numbers")

    early = ledger[ledger["financial_year"] >= 2025]
    checks = ex.journal_entry_tests(early, "2025", balances=balances).attrs["checks"]
    assert [check["ok"] for check in checks] == [True, True, True, False]


def test_a_ledger_that_says_it_is_not_complete_is_believed(ledger):
    part = ledger.copy()
    part.attrs["complete"] = "False"
    assert "POPULATION INCOMPLETE" in str(ex.journal_entry_tests(part, "2025"))


def test_findings_lead_to_their_lines(tests):
    assert ex.lines(tests, "weekend")["entry_number"].unique().tolist() == [24900106]
    assert ex.lines(tests, "round")["entry_number"].nunique() == 4
    whole = ex.findings(tests)
    row = whole.index[whole["test"] == "seldom_person"][0]
    assert ex.lines(whole, int(row))["cents"].tolist() == [348275, -348275]
    with pytest.raises(DataError, match="No lines"):
        ex.lines(tests, "unbalanced")
    with pytest.raises(DataError, match="findings"):
        ex.findings(whole)
    assert found(tests)["total"] == ex.lines(tests, "total")["entry_id"].nunique()


@pytest.mark.parametrize("engine", ENGINES)
def test_any_engine_finds_the_same(ledger, engine):
    other = ENGINES[engine](ledger)
    for one, two in (
        (ex.journal_entry_tests(ledger, "2025"), ex.journal_entry_tests(other, "2025")),
        (
            ex.findings(ex.journal_entry_tests(ledger, "2025")),
            ex.findings(ex.journal_entry_tests(other, "2025")),
        ),
    ):
        pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(two))


def test_another_company_has_its_own(tmp_path):
    books = over(Sandbox(seed=7))
    ledger = demo_ledger(books)
    result = ex.journal_entry_tests(ledger, ALL, balances=books.odata("financial/ReportingBalance"))
    assert all(check["ok"] for check in result.attrs["checks"])
    assert found(result)[[test for test, _ in PLANTED.values()]].tolist() == [
        1,
        5,
        1,
        4,
        1,
        1,
        1,
        1,
    ]
    twice = ex.duplicate_invoices(ledger)
    assert twice["score"].tolist() == [90, 60]
    gaps = ex.findings(ex.invoice_number_gaps(ledger))
    assert sorted(gaps["test"]) == ["missing", "missing", "out_of_order"]


def test_dutch_readers_read_dutch(ledger, monkeypatch):
    monkeypatch.setattr(ex.options, "language", "nl")
    result = ex.journal_entry_tests(ledger, "2024")
    assert "populatie volledig" in str(result)
    assert "ingevoerd op zaterdag" in str(ex.findings(result, "weekend"))


# --- cases by hand ------------------------------------------------------------------------------


def entry(number, amount=250.5, debit="4500", credit="1000", **more):
    told = {"entry": number, "entry_number": number, "journal_code": "90"}
    told |= {"description": "Kantoorartikelen", "creator_full_name": "An", "date": "2025-03-12"}
    told |= {"created": "2025-03-12 10:00"} | more
    told |= {name: pd.Timestamp(told[name]) for name in ("date", "created") if told[name]}
    return [{"gl": debit, "amount": amount, **told}, {"gl": credit, "amount": -amount, **told}]


def run(*entries, **asked):
    lines = [line for one in entries for line in one]
    return ex.journal_entry_tests(ledger_of(lines), asked.pop("period", "2025"), **asked)


@pytest.mark.parametrize(
    ("test", "odd", "asked"),
    [
        ("weekend", {"created": "2025-03-15 10:00"}, {}),
        ("weekend", {"created": "2025-03-16 23:59"}, {}),
        ("holiday", {"created": "2025-07-21 10:00"}, {"country": "BE"}),
        ("holiday", {"created": "2025-12-25 10:00"}, {}),
        ("after_hours", {"created": "2025-03-12 06:59"}, {}),
        ("after_hours", {"created": "2025-03-12 19:00"}, {}),
        ("after_hours", {"created": "2025-03-12 17:31"}, {"hours": (8.5, 17.5)}),
        ("back_dated", {"created": "2025-04-12 10:00"}, {}),
        ("period_end", {"date": "2025-03-29"}, {"period": "2025-03"}),
        ("period_end", {"created": "2025-04-01 09:00"}, {"period": "2025-03"}),
        ("description", {"description": None}, {}),
        ("description", {"description": "  "}, {}),
        ("description", {"description": "12-2025"}, {}),
        ("description", {"description": "Memoriaal."}, {}),
        ("description", {"description": "Kantoor"}, {"vague": ["kantoor"]}),
        ("round", {"amount": 3000.0}, {}),
        ("round", {"amount": -250.0}, {"round_to": 250}),
        ("near_limit", {"amount": 4999.99}, {"limits": [5000]}),
        ("near_limit", {"amount": 4750.0}, {"limits": [25000, 5000]}),
        ("near_limit", {"amount": 4750.0, "type": 30}, {"limits": [5000]}),
        ("rare_pair", {"debit": "7000"}, {}),
        ("seldom_person", {"creator_full_name": "Bo"}, {}),
        ("seldom_person", {"creator_full_name": None}, {}),
    ],
)
def test_what_is_odd_is_found_and_nothing_else(test, odd, asked):
    usual = [entry(number) for number in range(1, 11)]
    result = run(*usual, entry(11, **odd), **asked)
    assert numbers(result, test) == [11]


@pytest.mark.parametrize(
    ("test", "ordinary", "asked"),
    [
        ("holiday", {"created": "2025-07-21 10:00"}, {}),  # not in the Netherlands
        ("after_hours", {"created": "2025-03-12 07:00"}, {}),
        ("after_hours", {"created": "2025-03-12 18:59:59"}, {}),
        ("back_dated", {"created": "2025-04-11 23:00"}, {}),
        (
            "period_end",
            {"date": "2025-03-28", "created": "2025-03-31 23:59"},
            {"period": "2025-03"},
        ),
        ("description", {"description": "BTW correctie"}, {}),
        ("round", {"amount": 1500.0}, {}),
        ("near_limit", {"amount": 5000.0}, {"limits": [5000]}),
        ("near_limit", {"amount": 4749.99}, {"limits": [5000]}),
        ("weekend", {"created": "2025-03-15 10:00", "type": 20}, {}),  # not made by hand
    ],
)
def test_what_is_ordinary_is_not(test, ordinary, asked):
    result = run(*(entry(number) for number in range(1, 11)), entry(11, **ordinary), **asked)
    assert numbers(result, test) == []


def test_manual_entries_are_those_that_the_caller_says():
    entries = [entry(1), entry(2, type=20), entry(3, type=None, created="2025-03-15 10:00")]
    result = run(*entries)
    # what is not known to be automatic is looked at
    assert found(result, "population")["weekend"] == 2
    assert numbers(result, "weekend") == [3]
    assert found(run(*entries, manual=None), "population")["weekend"] == 3
    assert found(run(*entries, manual=[20]), "population")["weekend"] == 2


def test_a_test_that_cannot_be_made_says_so():
    nights = [entry(number, created="2025-03-12") for number in (1, 2)]
    result = run(*nights, country=None)
    for test, why in (
        ("after_hours", "no times of day"),
        ("holiday", "no country"),
        ("near_limit", "no approval limits"),
    ):
        assert pd.isna(found(result)[test])
        assert why in found(result, "asked")[test]
    result = run(entry(1, created=None), entry(2, created="2025-03-15 10:00"))
    assert found(result, "population")["weekend"] == 1
    assert "1 without a moment" in found(result, "asked")["weekend"]
    result = run(entry(1, created=None, creator_full_name=None))
    assert found(result)[["weekend", "back_dated", "seldom_person"]].isna().all()


def test_an_entry_that_does_not_balance_makes_the_population_incomplete():
    result = run(entry(1), entry(2)[:1])
    assert "POPULATION INCOMPLETE" in str(result)
    assert "✗ entries balance: 250.50" in str(result)
    assert ex.findings(result, "unbalanced")["why"].tolist() == ["debit less credit is 250.50"]
    assert ex.lines(result, "unbalanced")["entry_number"].tolist() == [2]


def test_what_cannot_be_tested_is_refused():
    lines = ledger_of([*entry(1), *entry(2)])
    with pytest.raises(DataError, match="2 lines belong to no entry"):
        ex.journal_entry_tests(
            lines.assign(entry_id=lines["entry_id"].where(lines["entry_number"] == 1)), "2025"
        )
    with pytest.raises(DataError, match="created, creator_full_name"):
        ex.journal_entry_tests(lines.drop(columns=["created", "creator_full_name"]), "2025")
    with pytest.raises(InputError, match=r"hours .*; back_dated .*; below "):
        ex.journal_entry_tests(lines, "2025", hours=(19, 7), back_dated=-1, below=5)
    with pytest.raises(InputError, match="'QQ'"):
        ex.journal_entry_tests(lines, "2025", country="QQ")
    with pytest.raises(DataError, match="reporting_year"):
        ex.journal_entry_tests(lines, "2025", balances=pd.DataFrame({"amount": []}))


def test_without_the_holidays_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "holidays", None)
    with pytest.raises(MissingPackageError, match=r"public holidays") as caught:
        run(entry(1))
    assert "exactnb[checks]" in str(caught.value)
    assert isinstance(caught.value, ImportError)
    assert found(run(entry(1), country=None))["weekend"] == 0


def test_an_empty_ledger_has_no_findings():
    result = ex.journal_entry_tests(ledger_of([]), "2025")
    assert found(result).dropna().sum() == 0
    assert len(ex.findings(result)) == 0
    assert "population complete" in str(result)


ENTRIES = st.lists(
    st.fixed_dictionaries(
        {
            "date": st.dates(dt.date(2024, 12, 1), dt.date(2025, 12, 31)).map(pd.Timestamp),
            "created": st.none() | st.datetimes(dt.datetime(2025, 1, 1), dt.datetime(2026, 1, 31)),
            "creator_full_name": st.sampled_from(["An", "Bo", None]),
            "description": st.sampled_from(["Huur januari", "", None, "x"]),
            "type": st.sampled_from([90, 20, 310, None]),
            "financial_period": st.sampled_from([0, 1, 12, 13]),
            "journal_code": st.sampled_from(["90", "20", None]),
            "entry_number": st.sampled_from([1, 2, 5, None]),
        }
    ),
    max_size=6,
)
LINES = st.lists(
    st.tuples(st.sampled_from(["4500", "1000", "7000"]), st.integers(-3, 3)), max_size=3
)


@given(ENTRIES, st.data())
@settings(max_examples=25, deadline=None, phases=[Phase.generate])
def test_any_ledger_is_proved_or_told_to_be_incomplete(entries, data):
    lines = [
        {"gl": gl, "amount": amount * 500.0, "entry": number, **one}
        for number, one in enumerate(entries)
        for gl, amount in data.draw(LINES)
    ]
    ledger = ledger_of(lines)
    result = ex.journal_entry_tests(ledger, "2025", limits=[1000], country=None)
    inside = ledger[ledger["financial_year"] == 2025]
    broken = inside.groupby("entry_id")["cents"].sum().ne(0).sum()
    assert found(result)["unbalanced"] == broken
    assert ("INCOMPLETE" in result.attrs["subtitle"]) == bool(broken)
    assert found(result, "population")["entries"] == inside["entry_id"].nunique()
    by_hand = inside[inside["type"].isna() | (inside["type"] == 90)]
    made = pd.to_datetime(by_hand["created"]).dropna().groupby(by_hand["entry_id"]).min()
    weekends = int((made.dt.day_of_week >= 5).sum())
    assert found(result).fillna(0)["weekend"] == weekends == len(ex.findings(result, "weekend"))


# --- series -------------------------------------------------------------------------------------


def test_series_are_cut_and_their_holes_found():
    assert [part.tolist() for part in series([])] == []
    assert missing_runs([5]) == []
    assert missing_runs([24700001, 24700003, 25700001, 25700004]) == [
        (24700002, 24700002),
        (25700002, 25700003),
    ]
    assert missing_runs([1, 2000], jump=5000) == [(2, 1999)]


@given(st.lists(st.integers(0, 30), max_size=30))
def test_without_the_disordered_the_rest_is_in_order(dates):
    out = disordered(dates)
    rest = [date for place, date in enumerate(dates) if place not in out]
    assert rest == sorted(rest)
    # no smaller number would do: the longest run that does not fall, by the plain recursion
    longest = [1] * len(dates)
    for i, date in enumerate(dates):
        longest[i] += max((longest[j] for j in range(i) if dates[j] <= date), default=0)
    assert len(rest) == max(longest, default=0)
