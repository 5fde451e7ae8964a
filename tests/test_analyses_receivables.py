"""Receivables and payables: against Exact's own lists, SQL written here, and cases by hand."""

import bisect
import datetime as dt
import json
from contextlib import nullcontext
from importlib import resources

import duckdb
import pandas as pd
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledgers import demo_ledger, ledger_of
from sandbox_side import over

import exactnb as ex
from exactnb.errors import DataError, InputError
from exactnb.ledger.open_items import open_items
from exactnb.sandbox import Sandbox

TODAY = "2026-06-30"
DAYS = ["2023-06-30", "2024-12-31", "2025-12-31", "2026-03-15", TODAY]
BUCKETS = ["not_due", "days_1_30", "days_31_60", "days_61_90", "days_over_90"]

#: ageing in SQL, written without a look at how the package does it
AGEING = """
WITH items AS (
    SELECT account, invoice_number, min(account_code) AS code, {sign} * sum(cents) AS cents,
           coalesce(min(due_date) FILTER (type IN (10, 20, 21, 30, 31)), min(date)) AS due,
           sum({sign} * cents) FILTER (type IN (10, 20, 21, 30, 31)) AS billed
    FROM ledger WHERE gl_account_type = {kind} AND date <= DATE '{day}'
      AND account IS NOT NULL AND invoice_number IS NOT NULL
    GROUP BY ALL
    UNION ALL
    SELECT account, NULL, account_code, {sign} * cents, coalesce(due_date, date),
           CASE WHEN type IN (10, 20, 21, 30, 31) THEN {sign} * cents END
    FROM ledger WHERE gl_account_type = {kind} AND date <= DATE '{day}'
      AND (account IS NULL OR invoice_number IS NULL)
), aged AS (
    SELECT coalesce(code, '') AS code, cents, date_diff('day', due, DATE '{day}') AS days,
           billed IS NULL OR account IS NULL OR billed * cents <= 0 AS apart
    FROM items WHERE cents <> 0
)
SELECT code, sum(cents) FILTER (NOT apart AND days <= 0) AS not_due,
       sum(cents) FILTER (NOT apart AND days BETWEEN 1 AND 30) AS days_1_30,
       sum(cents) FILTER (NOT apart AND days BETWEEN 31 AND 60) AS days_31_60,
       sum(cents) FILTER (NOT apart AND days BETWEEN 61 AND 90) AS days_61_90,
       sum(cents) FILTER (NOT apart AND days > 90) AS days_over_90,
       sum(cents) FILTER (apart) AS unapplied, sum(cents) AS open
FROM aged GROUP BY code
"""


@pytest.fixture(scope="module")
def ledger(books):
    return demo_ledger(books)


@pytest.fixture(scope="module")
def other():
    """A company of another seed."""
    return over(Sandbox(seed=7))


@pytest.fixture(scope="module")
def another(other):
    return demo_ledger(other)


def records(key):
    path = resources.files("exactnb.sandbox.company") / "stories.json"
    return next(s["records"] for s in json.loads(path.read_text()) if s["key"] == key)


def by_code(result, columns):
    lines = result[result["kind"] == "line"].set_index("account_code")[columns]
    return (lines * 100).round().astype("int64").sort_index()


def in_sql(ledger, kind, day):
    sign = 1 if kind == 20 else -1
    with duckdb.connect() as connection:
        connection.register("ledger", ledger)
        found = connection.execute(AGEING.format(kind=kind, sign=sign, day=day)).df()
    found = found.set_index("code").fillna(0).astype("int64").sort_index()
    return found.rename_axis("account_code")


def all_ok(result):
    return bool(result.attrs["checks"]) and all(check["ok"] for check in result.attrs["checks"])


# ---------------------------------------------------------------- ageing


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("kind", [20, 22])
def test_ageing_is_what_sql_says_on_any_day(ledger, another, day, kind):
    aged = ex.aged_receivables if kind == 20 else ex.aged_payables
    for lines in (ledger, another):
        result = aged(lines, day)
        columns = [*BUCKETS, "unapplied", "open"]
        expected = in_sql(lines, kind, day)[columns]
        assert len(expected) > 5
        pd.testing.assert_frame_equal(by_code(result, columns), expected, check_index_type=False)
        whole = result.iloc[-1]
        assert round(whole["open"] * 100) == expected["open"].sum()
        assert all_ok(result)


# sixty rows are one page to the row, which a reader rightly doubts
@pytest.mark.filterwarnings("ignore:.*exactly one page of 60 rows:UserWarning")
@pytest.mark.parametrize("which", ["ledger", "another"])
@pytest.mark.parametrize("side", ["Receivables", "Payables"])
def test_ageing_is_what_exact_lists(request, books, other, which, side):
    lines = request.getfixturevalue(which)
    asked = books if which == "ledger" else other
    aged = ex.aged_receivables if side == "Receivables" else ex.aged_payables
    listed = asked.odata(f"read/financial/Aging{side}List")
    result = aged(lines, listed=listed)
    assert len(result.attrs["checks"]) == 3
    assert all_ok(result)
    # Exact puts what is unapplied in the buckets, and what is not due in the first
    theirs = listed.set_index("account_code")["age_group1_amount"]
    table = result[result["kind"] == "line"].set_index("account_code")
    plain = table[table["unapplied"] == 0]
    ours = plain["not_due"] + plain["days_1_30"]
    assert (ours - theirs.reindex(ours.index)).abs().max() < 0.005
    overview = asked.odata("read/financial/AgingOverview").set_index("age_group")
    column = f"amount_{side.lower()[:-1]}"
    assert overview.loc[0, column] == pytest.approx(result.iloc[-1]["open"], abs=0.005)
    open_list = asked.odata(f"read/financial/{side}List")
    assert open_list["amount"].abs().sum() > 0
    assert abs(open_list["amount"].sum()) == pytest.approx(result.iloc[-1]["open"], abs=0.005)


def test_a_list_that_says_otherwise_is_told_of_each_account(ledger, books):
    listed = books.odata("read/financial/AgingReceivablesList")
    wrong = listed.copy()
    wrong.loc[0, "total_amount"] += 12.5
    wrong.loc[1, "total_amount"] -= 12.5
    wrong.loc[2, ["account_code", "account_name"]] = ["99999", "Niemand B.V."]
    result = ex.aged_receivables(ledger, listed=wrong)
    control, listed_too, each = result.attrs["checks"]
    assert control["ok"]
    assert listed_too["ok"]  # the two wrong ones cancel out, and the third moved
    assert each["difference"] == pytest.approx(25 + 2 * listed.loc[2, "total_amount"])
    only = result[result["account_code"] == "99999"].iloc[0]
    assert (only["open"], only["listed"]) == (0, listed.loc[2, "total_amount"])
    turned = listed.assign(total_amount=-listed["total_amount"])
    assert all_ok(ex.aged_receivables(ledger, listed=turned))  # whichever sign it has
    past = ex.aged_receivables(ledger, "2025-12-31", listed=listed)
    assert len(past.attrs["checks"]) == 1
    assert "not compared" in str(past)


def test_ageing_stands_on_the_open_items_of_the_ledger(ledger):
    for day in DAYS:
        items = open_items(ledger, day)
        sums = items.groupby("kind", observed=True)["cents"].sum()
        for kind, aged in (
            ("receivable", ex.aged_receivables),
            ("payable", ex.aged_payables),
        ):
            assert round(aged(ledger, day).iloc[-1]["open"] * 100) == sums[kind]


@pytest.mark.parametrize("by", ["due_date", "invoice_date"])
def test_detail_adds_up_to_the_accounts(ledger, by):
    short = ex.aged_receivables(ledger, by=by, buckets=(15, 45))
    long = ex.aged_receivables(ledger, by=by, buckets=(15, 45), detail=True)
    names = ["days_16_45", "days_over_45", "unapplied", "open"]
    assert ("not_due" in short) == (by == "due_date")
    summed = long[long["kind"] == "line"].groupby("account_code")[names].sum()
    lines = short[short["kind"] == "line"].set_index("account_code")[names]
    pd.testing.assert_frame_equal(summed, lines, check_index_type=False)
    counted = "due_date" if by == "due_date" else "invoice_date"
    invoices = long[(long["kind"] == "line") & (long["unapplied"] == 0)]
    assert (invoices["days"] == (pd.Timestamp(TODAY) - invoices[counted]).dt.days).all()


def test_a_cell_leads_to_its_lines(ledger):
    aged = ex.aged_receivables(ledger, "2026-05-31")
    for place, row in aged.iterrows():
        for column in [*BUCKETS, "unapplied", "overdue", "open"]:
            cents = round(row[column] * 100)
            if cents or column == "open":
                assert ex.lines(aged, place, column)["cents"].sum() == cents
    detail = ex.aged_payables(ledger, "2026-05-31", detail=True)
    for place in range(0, len(detail) - 1, 3):
        lines = ex.lines(detail, place)
        assert -lines["cents"].sum() == round(detail["open"].iloc[place] * 100)
        assert set(lines["invoice_number"].dropna()) <= {detail["invoice_number"].iloc[place]}


@pytest.mark.parametrize("engine", ["polars", "polars-lazy", "duckdb"])
def test_any_engine_ages_alike(ledger, engine):
    others = {
        "polars": lambda: pl.from_pandas(ledger),
        "polars-lazy": lambda: pl.from_pandas(ledger).lazy(),
        "duckdb": lambda: duckdb.from_df(ledger),
    }
    frame = others[engine]()
    same = ["account_code", *BUCKETS, "unapplied", "open"]
    ours = ex.aged_receivables(frame, TODAY)
    pd.testing.assert_frame_equal(
        pd.DataFrame(ours[same]), pd.DataFrame(ex.aged_receivables(ledger, TODAY)[same])
    )
    assert len(ex.lines(ours, "10002", "days_31_60")) == 2
    days = ex.days_sales_outstanding(frame, "2025")
    pd.testing.assert_frame_equal(
        pd.DataFrame(days), pd.DataFrame(ex.days_sales_outstanding(ledger, "2025"))
    )
    paid = ex.paid_invoices(frame, as_of=TODAY)
    assert paid["state"].tolist() == ex.paid_invoices(ledger)["state"].tolist()


OPEN = [
    # 100 sold on 1 January, due in 30 days; 60 paid in February
    {"gl": "1300", "amount": 100.0, "date": "2025-01-01", "due_date": "2025-01-31", "type": 20,
     "invoice_number": 1, "account": "a", "account_code": "1", "account_name": "Ada"},
    {"gl": "1300", "amount": -60.0, "date": "2025-02-10", "type": 40,
     "invoice_number": 1, "account": "a", "account_code": "1", "account_name": "Ada"},
    # a receipt that nobody applied
    {"gl": "1300", "amount": -25.0, "date": "2025-02-11", "type": 40,
     "account": "a", "account_code": "1", "account_name": "Ada"},
    # a credit note of 10 on its own number, due at once
    {"gl": "1300", "amount": -10.0, "date": "2025-03-01", "type": 21,
     "invoice_number": 2, "account": "b", "account_code": "2", "account_name": "<b>Bo</b>"},
    # 50 in dollars, paid for five too much
    {"gl": "1300", "amount": 45.0, "amount_fc": 50.0, "currency": "USD", "date": "2025-03-02",
     "due_date": "2025-03-16", "type": 20,
     "invoice_number": 3, "account": "b", "account_code": "2", "account_name": "<b>Bo</b>"},
    {"gl": "1300", "amount": -50.0, "amount_fc": -55.0, "currency": "USD", "date": "2025-03-20",
     "type": 40, "invoice_number": 3, "account": "b", "account_code": "2",
     "account_name": "<b>Bo</b>"},
    # the same number with another account is another invoice
    {"gl": "1300", "amount": 7.0, "date": "2025-03-05", "due_date": "2025-04-30", "type": 20,
     "invoice_number": 1, "account": "b", "account_code": "2", "account_name": "<b>Bo</b>"},
    # a memorial entry without an account
    {"gl": "1300", "amount": 3.5, "date": "2025-03-07", "type": 90},
    {"gl": "8000", "amount": -200.0, "date": "2025-03-31", "type": 20},
]  # fmt: skip


def test_a_small_case_by_hand():
    aged = ex.aged_receivables(ledger_of(OPEN), "2025-03-31")
    told = {row["account_code"]: row for _, row in aged[aged["kind"] == "line"].iterrows()}
    ada, bo, nobody = told["1"], told["2"], told[""]
    assert (ada["days_31_60"], ada["unapplied"], ada["open"]) == (40.0, -25.0, 15.0)
    assert (bo["not_due"], bo["days_1_30"], bo["unapplied"], bo["open"]) == (7, -10, -5, -8)
    assert (nobody["unapplied"], nobody["account_name"]) == (3.5, "(no account)")
    assert aged.attrs["checks"][0] == {
        "name": "receivables = control account",
        "left": 7.0, "right": 10.5, "difference": -3.5, "ok": False,
    }  # fmt: skip
    assert "&lt;b&gt;Bo" in aged._repr_html_()
    assert aged.iloc[-1]["open"] == 10.5
    early = ex.aged_receivables(ledger_of(OPEN), "2025-02-10")
    assert early.iloc[0]["days_1_30"] == 40.0
    by_date = ex.aged_receivables(ledger_of(OPEN), "2025-03-31", "invoice_date")
    assert by_date.iloc[0]["days_61_90"] == 40.0 != by_date.iloc[0]["days_31_60"]
    assert "not_due" not in by_date


def test_the_holding_has_a_booking_that_names_no_account(books):
    divisions = books.divisions()
    holding = books.in_division(int(divisions["code"].iloc[1]))
    lines = demo_ledger(holding)
    aged = ex.aged_receivables(lines)
    (check,) = aged.attrs["checks"]
    loose = lines[(lines["gl_account_type"] == 20) & lines["account"].isna()]
    assert len(loose) == 1
    assert not check["ok"]
    assert check["difference"] == -loose["amount_dc"].sum()
    assert ex.lines(aged, 0)["id"].tolist() == loose["id"].tolist()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"date": None}, "1 lines on the control accounts have no date"),
        ({"amount": None}, "1 lines on the control accounts have no amount"),
        ({"gl_account_type": None}, "type is not known"),
    ],
)
@pytest.mark.parametrize(
    "question",
    [ex.aged_receivables, ex.days_sales_outstanding, ex.payment_behaviour, ex.paid_invoices],
)
def test_lines_that_cannot_be_placed_are_refused(question, change, said):
    broken = ledger_of([*OPEN, OPEN[0] | change])
    if "date" in change:
        broken["date"] = broken["date"].mask(broken.index == len(OPEN))
    with pytest.raises(DataError, match=said):
        question(broken)


def test_bad_questions_are_answered_clearly(ledger):
    with pytest.raises(InputError, match="no date"):
        ex.aged_receivables(ledger, "yesterday")
    for buckets in ((30, 30), (60, 30), (), (0,), (1.5,)):
        with pytest.raises(InputError, match="rise"):
            ex.aged_receivables(ledger, buckets=buckets)
    with pytest.raises(InputError, match="due_date"):
        ex.aged_receivables(ledger, by="age")
    with pytest.raises(DataError, match=r"no column .*invoice_number.*due_date"):
        ex.aged_receivables(ledger.drop(columns=["due_date", "invoice_number"]))
    with pytest.raises(DataError, match="total_amount"):
        ex.aged_receivables(ledger, listed=pd.DataFrame({"account_code": ["1"]}))
    with pytest.raises(InputError, match="count_back"):
        ex.days_sales_outstanding(ledger, method="best")
    with pytest.raises(InputError, match="days"):
        ex.days_sales_outstanding(ledger, window=0)
    with pytest.raises(InputError, match="receivable"):
        ex.payment_behaviour(ledger, kind="customer")


def test_an_empty_ledger_owes_nothing():
    empty = ledger_of([])
    with pytest.raises(InputError, match="no lines"):
        ex.aged_receivables(empty)
    aged = ex.aged_receivables(empty, "2025-12-31")
    assert aged["kind"].tolist() == ["total"]
    assert (aged.iloc[0]["open"], all_ok(aged)) == (0, True)
    assert len(ex.aged_receivables(empty, "2025-12-31", detail=True)) == 1
    assert len(ex.paid_invoices(empty, as_of="2025-12-31")) == 1
    assert len(ex.payment_behaviour(empty, as_of="2025-12-31")) == 1
    read = ledger_of([], as_of="2025-12-31T10:00:00")
    assert ex.days_sales_outstanding(read, "2025").empty


# ---------------------------------------------------------------- DSO and DPO


def dso_in_sql(ledger, day, kind=20, types="(20, 21)"):
    with duckdb.connect() as connection:
        connection.register("ledger", ledger)
        owed, sold = connection.execute(
            f"""SELECT sum(cents) FILTER (date <= DATE '{day}'),
                   sum(cents) FILTER (date <= DATE '{day}' AND type IN {types}
                       AND date > DATE '{day}' - INTERVAL 90 DAY)
                FROM ledger WHERE gl_account_type = {kind}"""
        ).fetchone()
    return owed / sold * 90


def test_days_outstanding_are_what_sql_says(ledger, another):
    for lines in (ledger, another):
        sales = ex.days_sales_outstanding(lines, "2024-01..2026-06").set_index("period")
        bought = ex.days_payable_outstanding(lines, "2025", by="quarter").set_index("period")
        for period, day in (("2024-06", "2024-06-30"), ("2025-02", "2025-02-28")):
            assert sales.loc[period, "days"] == pytest.approx(dso_in_sql(lines, day))
        expected = dso_in_sql(lines, "2025-09-30", 22, "(30, 31)")
        assert bought.loc["2025-Q3", "days"] == pytest.approx(expected)
        assert len(sales) == 30


def test_dso_creeps_from_36_to_51_days(ledger):
    """Story 2, by either method."""
    result = ex.days_sales_outstanding(ledger, "2024-06..2026-06")
    days = result.set_index("period")["days"]
    assert days["2024-06"] == pytest.approx(36, abs=1)
    assert days["2026-06"] == pytest.approx(51, abs=1)
    assert all_ok(result)
    assert "From 35.9 to 51.5 days" in str(result)
    back = ex.days_sales_outstanding(ledger, "2024-06..2026-06", method="count_back")
    back = back.set_index("period")["days"]
    assert back["2024-06"] == pytest.approx(37, abs=1)
    assert back["2026-06"] == pytest.approx(52, abs=1)
    # less moved by the season, which the simple method takes for late payers in spring
    assert back.diff().abs().mean() < days.diff().abs().mean()


def test_the_figures_of_dso_lead_to_their_lines(ledger):
    for method in ("simple", "count_back"):
        result = ex.days_sales_outstanding(ledger, "2025", method=method)
        for column in ("open", "billed"):
            cents = ex.lines(result, "2025-03", column)["cents"].sum()
            assert cents == round(result.set_index("period").loc["2025-03", column] * 100)


def test_count_back_by_hand():
    def sale(amount, date):
        return {"gl": "1300", "amount": amount, "date": date, "type": 20,
                "account": "a", "account_code": "1", "invoice_number": int(date[5:7])}  # fmt: skip

    sales = [sale(310.0, "2025-01-10"), sale(140.0, "2025-02-10"), sale(100.0, "2025-03-31")]
    paid = {"gl": "1300", "amount": -155.0, "date": "2025-02-20", "type": 40, "account": "a",
            "account_code": "1", "invoice_number": 1}  # fmt: skip
    lines = ledger_of([*sales, paid])
    back = ex.days_sales_outstanding(lines, "2025-Q1", method="count_back")
    # 395 is open: all of March (31 days) and of February (28), and half of January (31 / 2)
    assert back["days"].tolist()[-1] == pytest.approx(31 + 28 + 155 / 310 * 31)
    simple = ex.days_sales_outstanding(lines, "2025-Q1", window=31)
    assert simple["days"].tolist()[-1] == pytest.approx(395 / 100 * 31)
    # the books begin on 10 January: ninety days of sales are not known before April
    assert ex.days_sales_outstanding(lines, "2025-Q1")["days"].isna().all()


# ---------------------------------------------------------------- how it was paid


@pytest.mark.parametrize("which", ["ledger", "another"])
def test_invoices_are_paid_as_exact_says(request, books, other, which):
    lines = request.getfixturevalue(which)
    asked = books if which == "ledger" else other
    theirs = asked.odata("cashflow/Receivables")
    theirs = theirs[theirs["transaction_type"].isin([10, 20, 21])]
    ours = ex.paid_invoices(lines)
    assert all_ok(ours)
    ours = ours[ours["kind"] == "line"]
    both = ours.merge(theirs, on=["invoice_number", "account_code"], suffixes=("", "_"))
    assert len(both) == len(ours) == len(theirs)
    assert (both["open"] + both["amount_dc"]).abs().max() < 0.005
    assert (both["invoiced"] - both["transaction_amount_dc"]).abs().max() < 0.005
    done = both["is_fully_paid"].astype(bool)
    assert (both["state"].isin(["paid", "settled"]) == done).all()
    assert (both.loc[done, "settled_on"] == both.loc[done, "end_date"]).all()
    assert both.loc[~done, "settled_on"].isna().all()


def test_every_sales_invoice_has_its_state(ledger, books):
    invoices = books.odata("salesinvoice/SalesInvoices")
    result = ex.paid_invoices(ledger, invoices)
    assert all_ok(result)
    lines = result[result["kind"] == "line"]
    assert len(lines) == len(invoices)
    states = lines["state"].value_counts()
    assert states["not booked"] == (invoices["status"] != 50).sum() == 10
    assert states["partly settled"] == 4  # what the bankrupt customer owed
    assert "54 documents" in str(result)  # of the opening balance
    (code,) = set(lines.loc[lines["state"] == "partly settled", "account_code"])
    assert [code] == records("receivables.bankrupt")["accounts"]
    place = int(lines.index[lines["state"] == "partly paid"][0])
    assert ex.lines(result, place)["cents"].sum() == round(result.loc[place, "open"] * 100)
    quarter = ex.paid_invoices(ledger, invoices, period="2025-Q3")
    dated = invoices["invoice_date"].between("2025-07-01", "2025-09-30")
    assert (quarter["kind"] == "line").sum() == dated.sum()
    assert all_ok(quarter)
    past = ex.paid_invoices(ledger, invoices, as_of="2025-03-31")
    assert all_ok(past)
    assert past.iloc[-1]["open"] > 0
    wrong = invoices.copy()
    wrong.loc[wrong["status"] == 50, "amount_dc"] += [1.0] + [0.0] * (
        int((wrong["status"] == 50).sum()) - 1
    )
    assert ex.paid_invoices(ledger, wrong).attrs["checks"][0]["difference"] == 1.0
    twice = pd.concat([invoices, invoices[invoices["status"] == 50].head(1)])
    with pytest.raises(DataError, match="More than one invoice"):
        ex.paid_invoices(ledger, twice)
    with pytest.raises(DataError, match="invoice_to"):
        ex.paid_invoices(ledger, invoices.drop(columns="invoice_to"))


def test_states_by_hand():
    def line(number, kind, amount, date="2025-01-10"):
        return {"gl": "1300", "amount": amount, "date": date, "type": kind, "account": "a",
                "account_code": "1", "invoice_number": number,
                "due_date": "2025-01-20"}  # fmt: skip

    lines = ledger_of(
        [
            line(1, 20, 100.0),
            line(2, 20, 100.0), line(2, 40, -40.0), line(2, 40, -60.0, "2025-02-01"),
            line(3, 20, 100.0), line(3, 40, -40.0),
            line(4, 20, 100.0), line(4, 40, -101.0),
            line(5, 20, 100.0), line(5, 90, -100.0, "2025-03-01"),
            line(6, 20, 100.0), line(6, 90, -30.0),
            line(7, 21, -50.0), line(7, 40, 50.0),
            line(8, 20, 100.0), line(8, 40, -99.99), line(8, 83, -0.01),
            line(None, 40, -5.0),
        ]
    )  # fmt: skip
    result = ex.paid_invoices(lines, as_of="2025-12-31")
    assert result["state"].tolist() == [
        "open", "paid", "partly paid", "overpaid", "settled", "partly settled", "paid", "paid", "",
    ]  # fmt: skip
    assert result["payments"].tolist()[:4] == [0, 2, 1, 1]
    assert result["days_late"].tolist()[1] == 12
    assert result["other"].tolist()[4:8] == [100.0, 30.0, 0.0, 0.01]
    left = result["invoiced"] - result["paid"] - result["other"]
    assert (result["open"] - left).abs().max() < 0.001
    assert all_ok(result)
    early = ex.paid_invoices(lines, as_of="2025-01-31")
    assert early["state"].tolist()[1] == "partly paid"


def test_behaviour_by_hand():
    def line(number, kind, amount, date, due="2025-01-31"):
        return {"gl": "1300", "amount": amount, "date": date, "type": kind, "account": "a",
                "account_code": "1", "invoice_number": number, "due_date": due}  # fmt: skip

    lines = ledger_of(
        [
            line(1, 20, 100.0, "2025-01-01"),
            line(1, 40, -75.0, "2025-01-31"), line(1, 40, -25.0, "2025-02-20"),  # 0 and 20 late
            line(2, 20, 300.0, "2025-01-11"), line(2, 40, -300.0, "2025-02-10"),  # 10 late
            line(3, 20, 40.0, "2025-01-01"), line(3, 90, -40.0, "2025-02-01"),  # written off
            line(4, 20, 50.0, "2025-01-01"),  # never paid
        ]
    )  # fmt: skip
    row = ex.payment_behaviour(lines, as_of="2025-03-31").iloc[0]
    assert (row["payments"], row["paid"], row["overdue"]) == (3, 400.0, 50.0)
    assert row["days_late"] == pytest.approx((0 * 75 + 20 * 25 + 10 * 300) / 400)
    assert row["days_to_pay"] == pytest.approx((30 * 75 + 50 * 25 + 30 * 300) / 400)
    assert (row["median_late"], row["on_time"], row["in_parts"]) == (10, 75 / 400, 0.5)
    assert pd.isna(row["trend"])  # three payments tell of no trend
    part = ex.payment_behaviour(lines, "2025-01", as_of="2025-03-31").iloc[0]
    assert (part["payments"], part["days_late"]) == (1, 0.0)


def test_payments_are_what_sql_says(ledger):
    habits = ex.payment_behaviour(ledger).set_index("account_code")
    assert all_ok(ex.payment_behaviour(ledger))
    with duckdb.connect() as connection:
        connection.register("ledger", ledger)
        expected = connection.execute(
            """WITH invoices AS (SELECT account, invoice_number, due_date FROM ledger
                   WHERE gl_account_type = 20 AND type IN (10, 20) AND cents > 0)
               SELECT l.account_code, count(*) AS n, -sum(cents) AS paid,
                   sum(-cents * date_diff('day', i.due_date, l.date)) / -sum(cents) AS late
               FROM ledger l JOIN invoices i USING (account, invoice_number)
               WHERE l.gl_account_type = 20 AND l.type = 40 GROUP BY ALL"""
        ).df()
    expected = expected.set_index("account_code")
    assert len(expected) == len(habits) - 1
    for code, row in expected.iterrows():
        assert habits.loc[code, "payments"] == row["n"]
        assert round(habits.loc[code, "paid"] * 100) == row["paid"]
        assert habits.loc[code, "days_late"] == pytest.approx(row["late"])


def test_three_shops_owe_most_of_what_is_overdue(ledger):
    """Story 2: the three, and the share."""
    aged = ex.aged_receivables(ledger)
    lines = aged[aged["kind"] == "line"]
    first = lines.nlargest(3, "overdue")
    assert sorted(first["account_code"]) == records("receivables.three-shops")["accounts"]
    share = first["overdue"].sum() / lines["overdue"].sum()
    assert share == pytest.approx(0.6, abs=0.04)
    assert f"three accounts owe {share * 100:.1f} %" in str(aged)
    loose = lines[lines["unapplied"] != 0]["account_code"].tolist()
    assert loose == records("receivables.unapplied")["accounts"]


def test_a_large_customer_pays_later_and_later(ledger):
    """Story 2: of the five largest customers, one; and no false alarm among them."""
    habits = ex.payment_behaviour(ledger, "2025-07..2026-06")
    top = ex.pareto(ledger, "customer", "2025-07..2026-06")["account_code"].tolist()[:5]
    largest = habits[habits["account_code"].isin(top)]
    worse = largest[largest["trend"] > 20]["account_code"].tolist()
    assert worse == records("receivables.later-and-later")["accounts"]
    lines = habits[(habits["kind"] == "line") & (habits["trend"] > 20)]
    assert lines["account_code"].tolist() == worse


# ---------------------------------------------------------------- any ledger at all

DATES = st.dates(dt.date(2024, 11, 1), dt.date(2025, 4, 30))


@st.composite
def any_line(draw):
    """A line of which anything may be missing; rarely what no figure can do without."""
    account = draw(st.sampled_from([None, "a", "b", "c"]))
    rare = draw(st.sampled_from([""] * 30 + ["date", "amount", "gl_account_type"]))
    line = {
        "gl": draw(st.sampled_from(["1300", "1300", "1600", "8000", "1000"])),
        "amount": draw(st.integers(-10_000, 10_000)) / 100,
        "date": draw(DATES),
        "due_date": draw(st.none() | DATES),
        "type": draw(st.sampled_from([None, 10, 20, 21, 30, 31, 40, 82, 83, 90, 3000])),
        "invoice_number": draw(st.sampled_from([None, 1, 2, 3])),
        "account": account,
        "account_code": draw(st.sampled_from([account, account, account, None])),
    }
    return line | ({rare: None} if rare else {}), rare


def by_hand(lines, day, sign=1, gl="1300"):
    """Account → bucket → cents, by plain loops."""
    items = {}
    for number, line in enumerate(lines):
        if line["gl"] != gl or line["date"] > day or line["type"] == 3000:
            continue
        known = line["account"] is not None and line["invoice_number"] is not None
        items.setdefault(
            (line["account"], line["invoice_number"] if known else f"alone {number}"), []
        ).append(line)
    told = {}
    for (account, _), own in items.items():
        documents = [one for one in own if one["type"] in (10, 20, 21, 30, 31)]
        owed = sum(sign * round(one["amount"] * 100) for one in own)
        billed = sum(sign * round(one["amount"] * 100) for one in documents)
        if not owed:
            continue
        first = (documents or own)[0]
        late = (day - (first["due_date"] or first["date"])).days
        bucket = BUCKETS[bisect.bisect_left((0, 30, 60, 90), late)]
        if account is None or not documents or owed * billed <= 0:
            bucket = "unapplied"
        row = told.setdefault(account, dict.fromkeys([*BUCKETS, "unapplied"], 0))
        row[bucket] += owed
    return told


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(any_line(), max_size=12), DATES)
def test_any_ledger_is_aged_rightly_or_refused(made, day):
    lines = [line for line, _ in made]
    ledger = ledger_of([line | {"date": line["date"] or "2025-01-01"} for line in lines])
    ledger["date"] = ledger["date"].mask(pd.Series([x["date"] is None for x in lines], dtype=bool))
    bookings = [(line, rare) for line, rare in made if rare and line["type"] != 3000]
    if bookings:
        # what cannot be placed stops whatever it may belong to
        refused = any(rare == "gl_account_type" or line["gl"] == "1300" for line, rare in bookings)
        for question in (ex.aged_receivables, ex.paid_invoices, ex.payment_behaviour):
            with pytest.raises(DataError, match="lines") if refused else nullcontext():
                question(ledger, as_of=day)
        return
    lines = [line for line, rare in made if not rare]
    for aged, gl, sign in ((ex.aged_receivables, "1300", 1), (ex.aged_payables, "1600", -1)):
        result = aged(ledger, day)
        expected = by_hand(lines, day, sign, gl)
        cells = [*BUCKETS, "unapplied"]
        ours = sorted(tuple(round(row[c] * 100) for c in cells)
                      for _, row in result[result["kind"] == "line"].iterrows())  # fmt: skip
        assert ours == sorted(tuple(row.values()) for row in expected.values())
        items = open_items(ledger, day)
        of = items[items["kind"] == ("receivable" if sign > 0 else "payable")]
        assert round(result["open"].iloc[-1] * 100) == of["cents"].sum()
        if cents := round(result["unapplied"].iloc[-1] * 100):
            behind = ex.lines(result, len(result) - 1, "unapplied")
            assert sign * behind["cents"].sum() == cents
        detail = aged(ledger, day, detail=True)
        assert len(detail) - 1 == len(of)
    paid = ex.paid_invoices(ledger, as_of=day)
    assert all_ok(paid)
    left = paid["invoiced"] - paid["paid"] - paid["other"] - paid["open"]
    assert left.abs().max() < 0.001
    assert all_ok(ex.payment_behaviour(ledger, as_of=day))
    if any(line["type"] != 3000 for line in lines):
        months = ex.days_sales_outstanding(ledger, "2024-11..2025-04", window=30)
        assert all(check["ok"] for check in months.attrs["checks"])
