"""Revenue: against the profit and loss, Exact's own list, SQL written here, and cases by hand."""

import datetime as dt
import json
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
from exactnb.analyses.period import Period
from exactnb.errors import DataError, InputError
from exactnb.sandbox import Sandbox


@pytest.fixture(scope="module")
def ledger(books):
    return demo_ledger(books)


@pytest.fixture(scope="module")
def frames(books):
    """What an analysis may take beside the ledger."""
    return frames_of(books)


@pytest.fixture(scope="module")
def another():
    """Ledger and frames of a company of another seed."""
    other = over(Sandbox(seed=7))
    return demo_ledger(other), frames_of(other)


def frames_of(books):
    return {
        "items": books.odata("logistics/Items"),
        "accounts": books.odata("crm/Accounts"),
        "invoices": books.odata("salesinvoice/SalesInvoices"),
        "lines": books.odata("salesinvoice/SalesInvoiceLines"),
    }


def records(key):
    path = resources.files("exactnb.sandbox.company") / "stories.json"
    return next(s["records"] for s in json.loads(path.read_text()) if s["key"] == key)


def sql(query, **tables):
    with duckdb.connect() as connection:
        for name, table in tables.items():
            connection.register(name, table)
        return connection.execute(query).df()


def all_ok(result):
    return bool(result.attrs["checks"]) and all(check["ok"] for check in result.attrs["checks"])


def cents(column):
    return (column.astype("float64") * 100).round().astype("int64")


# ---------------------------------------------------------------- revenue


def test_revenue_is_what_exact_lists_month_by_month(ledger, books):
    listed = books.odata("read/financial/RevenueList")
    revenue = ex.revenue_by(ledger, "month", period="2023..2026")
    listed["period"] = listed["year"].astype(str) + "-" + listed["period"].map("{:02d}".format)
    expected = listed.set_index("period")["amount"]
    ours = revenue[revenue["kind"] == "line"].set_index("period")["revenue"]
    assert (cents(ours.loc[expected.index]) == cents(expected)).all()
    assert all_ok(revenue)
    assert cents(revenue["revenue"]).iloc[-1] == cents(expected).sum()


@pytest.mark.parametrize("period", ["2024", "2025-Q3", "2025-11..2026-02", "YTD"])
def test_revenue_by_customer_is_what_sql_says(ledger, another, period):
    for lines in (ledger, another[0]):
        result = ex.revenue_by(lines, "customer", period=period)
        assert all_ok(result)
        months = [m.ordinal for m in Period.of("2026" if period == "YTD" else period).months]
        expected = sql(
            f"""SELECT coalesce(account_code, '') AS code, -sum(cents) AS cents FROM l
                WHERE gl_account_type = 110
                  AND financial_year * 100 + financial_period BETWEEN {months[0]} AND {months[-1]}
                GROUP BY 1 ORDER BY code = '', cents DESC, code""",
            l=lines,
        )
        ours = result[result["kind"] == "line"]
        assert ours["account_code"].tolist() == expected["code"].tolist()
        assert cents(ours["revenue"]).tolist() == expected["cents"].tolist()
        assert ours["share"].sum() == pytest.approx(1)
        named = lines.drop_duplicates("account_code").set_index("account_code")["account_name"]
        first = ours.iloc[0]
        assert first["account_name"] == named[first["account_code"]]


def test_revenue_by_item_and_group_is_what_the_invoices_sold(ledger, frames, another):
    for lines, beside in ((ledger, frames), another):
        wanted = {name: beside[name] for name in ("items", "invoices", "lines")}
        result = ex.revenue_by(lines, "item_group", "item", period="2025", **wanted)
        assert all_ok(result)
        expected = sql(
            """SELECT l.item_code, i.item_group_code AS code,
                   sum(round(l.amount_dc * 100)::BIGINT)::BIGINT AS cents
               FROM lines l JOIN invoices v USING (invoice_id) JOIN items i ON i.code = l.item_code
               WHERE year(v.invoice_date) = 2025 AND v.status = 50 GROUP BY ALL""",
            **{name: frame.drop(columns=nested(frame)) for name, frame in wanted.items()},
        )
        ours = result[result["kind"] == "line"].set_index("item_group_code")
        for code, group in expected.groupby("code"):
            row = cents(ours.loc[code, group["item_code"].tolist()])
            assert row.tolist() == group["cents"].tolist()
            assert round(ours.loc[code, "total"] * 100) == group["cents"].sum()
        # what no invoice line says of: a memorial entry in 2024 alone
        memorial = ex.revenue_by(lines, "item", period="2024", **wanted)
        rest = memorial[memorial["item_code"] == ""]
        assert rest["item_description"].tolist()[0] == "(no item)"


def nested(frame):
    return [name for name in frame if frame[name].dtype == object]


def test_revenue_by_country_crossed_with_quarter(ledger, frames):
    result = ex.revenue_by(ledger, "country", "quarter", period="2025", accounts=frames["accounts"])
    assert all_ok(result)
    accounts = frames["accounts"][["code", "country"]]
    expected = (
        sql(
            """SELECT a.country, 'Q' || ceil(financial_period / 3)::INT AS q,
               -sum(cents)::BIGINT AS cents
           FROM l JOIN accounts a ON a.code = l.account_code
           WHERE gl_account_type = 110 AND financial_year = 2025 GROUP BY ALL""",
            l=ledger,
            accounts=accounts,
        )
        .pivot(index="country", columns="q", values="cents")
        .fillna(0)
    )
    ours = result[result["kind"] == "line"].set_index("country")
    assert ours.index[0] == "NL"
    assert set(ours.index) == set(expected.index)
    for quarter in ("Q1", "Q2", "Q3", "Q4"):
        column = cents(ours[f"2025-{quarter}"])
        assert (column == expected[quarter].reindex(column.index)).all()


def test_a_cell_of_revenue_leads_to_its_lines(ledger, frames):
    result = ex.revenue_by(ledger, "customer", "quarter", period="2024")
    for place in (0, 5, len(result) - 2, len(result) - 1):
        for column in ("2024-Q1", "2024-Q4", "total"):
            amount = round(result[column].iloc[place] * 100)
            assert -ex.lines(result, place, column)["cents"].sum() == amount
    land = ex.revenue_by(ledger, "country", period="2025", accounts=frames["accounts"])
    assert -ex.lines(land, "BE")["cents"].sum() == round(
        land.set_index("country").loc["BE", "revenue"] * 100
    )
    items = ex.revenue_by(
        ledger, "item", period="2025", invoices=frames["invoices"], lines=frames["lines"]
    )
    with pytest.raises(DataError, match="No lines"):
        ex.lines(items, 0)  # one line of the ledger is of several items


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_any_engine_gives_the_same_revenue(ledger, engine):
    other = pl.from_pandas(ledger) if engine == "polars" else duckdb.from_df(ledger)
    for question in (
        lambda lines: ex.revenue_by(lines, "customer", "month", period="2025"),
        lambda lines: ex.pareto(lines, "gl_account", "2025"),
        lambda lines: ex.gross_margin(lines, "quarter", "2025"),
        lambda lines: ex.customer_cohorts(lines, "2023..2025", by="year"),
    ):
        ours, expected = question(other), question(ledger)
        pd.testing.assert_frame_equal(pd.DataFrame(ours), pd.DataFrame(expected))


SOLD = [
    {"gl": "8000", "amount": -100.0, "account_code": "1", "account_name": "Ada", "type": 20},
    {"gl": "8000", "amount": -50.0, "account_code": "2", "account_name": "<i>Bo", "type": 20},
    {"gl": "8000", "amount": 20.0, "account_code": "2", "account_name": "<i>Bo", "type": 21},
    {"gl": "8000", "amount": -5.0, "type": 90},
    {"gl": "8000", "amount": 125.0, "type": 325, "date": "2025-12-31"},  # closes the year
    {"gl": "8000", "amount": -999.0, "type": 3000},  # a budget
]


def test_revenue_by_hand():
    result = ex.revenue_by(ledger_of(SOLD), "customer", period="2025")
    assert result["account_code"].tolist() == ["1", "2", "", ""]
    assert result["revenue"].tolist() == [100, 30, 5, 135]
    assert result["account_name"].tolist() == ["Ada", "<i>Bo", "(no customer)", "Total"]
    assert "&lt;i&gt;Bo" in result._repr_html_()
    assert all_ok(result)
    # of a broken year the period counts, not the date
    late = [line | {"financial_year": 2026, "financial_period": 13} for line in SOLD[:2]]
    moved = ex.revenue_by(ledger_of([*SOLD, *late]), "year", period="2025..2026")
    assert moved["period"].tolist() == ["2025", "2026", "Total"]
    assert moved["revenue"].tolist() == [135, 150, 285]


def test_bad_questions_of_revenue(ledger, frames):
    for asked in ((), ("customer", "customer"), ("month", "year"), ("item", "month", "year")):
        with pytest.raises(InputError, match="one dimension"):
            ex.revenue_by(ledger, *asked)
    with pytest.raises(InputError, match="customer, country, item"):
        ex.revenue_by(ledger, "client")
    with pytest.raises(InputError, match="accounts=") as caught:
        ex.revenue_by(ledger, "country")
    assert "crm/Accounts" in str(caught.value)
    with pytest.raises(InputError, match="invoices="):
        ex.revenue_by(ledger, "item", lines=frames["lines"])
    with pytest.raises(DataError, match="country"):
        ex.revenue_by(ledger, "country", accounts=frames["accounts"][["code"]])
    two = pd.DataFrame({"code": ["1", "1"], "country": ["NL", "BE"]})
    with pytest.raises(DataError, match="more than once"):
        ex.revenue_by(ledger, "country", accounts=two)
    with pytest.raises(InputError, match="processed"):
        ex.revenue_by(ledger, "customer", status="open")
    with pytest.raises(DataError, match="no amount"):
        ex.revenue_by(ledger_of([*SOLD, SOLD[0] | {"amount": None}]), "customer", period="2025")
    with pytest.raises(DataError, match="account_code"):
        ex.revenue_by(ledger.drop(columns="account_code"), "customer")
    empty = ex.revenue_by(ledger_of([]), "customer", period="2025")
    assert (empty["kind"].tolist(), all_ok(empty)) == (["total"], True)
    assert len(ex.revenue_by(ledger_of([]), "customer", "month", period="2025")) == 1


# ---------------------------------------------------------------- pareto


def test_the_first_customer_doubles_its_share(ledger):
    """Story 3."""
    shares = {}
    for year in (2024, 2026):
        abc = ex.pareto(ledger, "customer", f"{year}-01..{year}-06")
        assert all_ok(abc)
        (code,) = records("concentration.first")["accounts"]
        shares[year] = abc.set_index("account_code").loc[code, "share"]
    assert shares[2026] / shares[2024] == pytest.approx(2, abs=0.2)
    assert abc["account_code"].iloc[0] == code
    assert abc.attrs["concentration"]["first"] == shares[2026]
    assert f"The first makes {shares[2026] * 100:.1f} %" in str(abc)


def test_classes_and_concentration_by_hand():
    amounts = {"1": 60, "2": 20, "3": 15, "4": 5, "5": -10}
    sales = [
        {"gl": "8000", "amount": -float(amount), "account_code": code, "type": 20}
        for code, amount in amounts.items()
    ]
    abc = ex.pareto(ledger_of([*sales, {"gl": "8000", "amount": -10.0, "type": 90}]), period="2025")
    lines = abc[abc["kind"] == "line"].set_index("account_code")
    assert lines["class"].to_dict() == {"1": "A", "2": "A", "3": "B", "4": "C", "5": "C", "": ""}
    assert lines["rank"].tolist()[:5] == [1, 2, 3, 4, 5]
    assert lines["cumulative"].tolist()[:2] == [0.6, 0.8]
    found = abc.attrs["concentration"]
    assert (found["first"], found["five"]) == (0.6, 0.9)
    assert found["hhi"] == pytest.approx(60**2 + 20**2 + 15**2 + 5**2)
    with pytest.raises(InputError, match="rise"):
        ex.pareto(ledger_of(sales), period="2025", classes=(0.9, 0.8))
    with pytest.raises(InputError, match="order of size"):
        ex.pareto(ledger_of(sales), "month", "2025")
    nothing = ex.pareto(ledger_of([]), period="2025")
    assert pd.isna(nothing.attrs["concentration"]["hhi"])


# ---------------------------------------------------------------- margin


def test_margin_by_month_ties_to_the_profit_and_loss(ledger, another):
    for lines in (ledger, another[0]):
        margin = ex.gross_margin(lines, "month", "2025")
        assert all_ok(margin)
        expected = sql(
            """SELECT -sum(cents) FILTER (gl_account_type = 110) AS revenue,
                   sum(cents) FILTER (gl_account_type = 111) AS cost
               FROM l WHERE financial_year = 2025 GROUP BY financial_period
               ORDER BY financial_period""",
            l=lines,
        )
        months = margin[margin["kind"] == "line"]
        assert cents(months["revenue"]).tolist() == expected["revenue"].tolist()
        assert cents(months["cost"]).tolist() == expected["cost"].tolist()
        share = months["margin"] / months["revenue"]
        assert months["margin_share"].tolist() == pytest.approx(share.tolist())
        assert -ex.lines(margin, "2025-03", "margin")["cents"].sum() == round(
            margin["margin"].iloc[2] * 100
        )


def test_the_margin_of_e_bikes_slips_and_recovers(ledger, frames):
    """Story 1, seen by item group in the ledger itself."""
    shares = {}
    for period in ("2024", "2025-03..2025-09", "2026-01..2026-06"):
        margin = ex.gross_margin(ledger, "item_group", period, items=frames["items"])
        assert all_ok(margin)
        assert margin.attrs["parameters"]["cost"] == "ledger"
        shares[period] = margin.set_index("item_group_code").loc["EBIKE", "margin_share"]
        assert ex.lines(margin, "EBIKE", "cost")["cents"].sum() == round(
            margin.set_index("item_group_code").loc["EBIKE", "cost"] * 100
        )
    before, during, after = shares.values()
    assert before == pytest.approx(0.26, abs=0.01)
    assert during == pytest.approx(0.21, abs=0.01)
    assert after > 0.24


def test_margin_by_customer_takes_cost_prices_and_says_so(ledger, frames):
    wanted = {name: frames[name] for name in ("items", "invoices", "lines")}
    margin = ex.gross_margin(ledger, "customer", "2025", **wanted)
    assert margin.attrs["parameters"]["cost"] == "price"
    assert "cost prices" in str(margin)
    assert all_ok(margin)
    left = margin["revenue"] - margin["cost"] - margin["unknown"] - margin["margin"]
    assert left.abs().max() < 0.005
    expected = sql(
        """SELECT c.code, sum(l.quantity * coalesce(nullif(i.average_cost, 0),
                  i.cost_price_standard) * sign(l.amount_dc) * sign(l.quantity)) AS cost
           FROM lines l JOIN invoices v USING (invoice_id) JOIN items i ON i.code = l.item_code
           JOIN accounts c ON c.id = v.invoice_to
           WHERE year(v.invoice_date) = 2025 AND v.status = 50 GROUP BY ALL""",
        **{name: frame.drop(columns=nested(frame)) for name, frame in frames.items()},
    ).set_index("code")["cost"]
    ours = margin[margin["kind"] == "line"].set_index("account_code")["cost"]
    apart = (ours - expected.reindex(ours.index).fillna(0)).abs()
    assert apart.max() < 0.5  # each item of a customer is rounded to the cent
    by_item = ex.gross_margin(ledger, "item", "2025", **wanted)
    assert by_item.iloc[-1]["unknown"] == margin.iloc[-1]["unknown"]
    with pytest.raises(InputError, match="cost of goods"):
        ex.gross_margin(ledger, "customer", "2025")
    with pytest.raises(InputError, match="does not say"):
        ex.gross_margin(ledger, "customer", "2025", cost="ledger", **wanted)
    with pytest.raises(InputError, match="not by 'country'"):
        ex.gross_margin(ledger, "country", "2025")
    with pytest.raises(InputError, match="auto"):
        ex.gross_margin(ledger, "month", "2025", cost="fifo")


def test_margin_by_customer_takes_the_ledger_where_it_says():
    told = [
        {"gl": "8000", "amount": -100.0, "account_code": "1", "item_code": "X", "quantity": 2.0},
        {"gl": "8000", "amount": -50.0, "account_code": "2", "item_code": "Y", "quantity": 1.0},
    ]
    costs = [
        {"gl": "7000", "amount": 60.0, "account_code": "1", "item_code": "X", "type": 120},
        {"gl": "7000", "amount": 45.0, "account_code": "2", "item_code": "Y", "type": 120},
        {"gl": "7000", "amount": 8.0, "account_code": "supplier", "type": 30},
    ]
    lines = ledger_of([*told, *costs])
    margin = ex.gross_margin(lines, "customer", "2025")
    assert all_ok(margin)
    rows = margin.set_index("account_code")
    assert rows["margin"].tolist() == [40, 5, -8, 37]
    assert rows["margin_share"].iloc[1] == pytest.approx(0.1)
    assert margin.attrs["parameters"]["cost"] == "ledger"
    assert ex.lines(margin, "1", "cost")["cents"].sum() == 6000
    prices = pd.DataFrame({"code": ["X"], "average_cost": [25.0]})
    priced = ex.gross_margin(lines, "item", "2025", items=prices, cost="price")
    assert priced.set_index("item_code").loc["X", "margin"] == 50.0
    assert priced.set_index("item_code").loc["Y", "unknown"] == 50.0
    assert priced.iloc[-1]["margin_share"] == pytest.approx(0.5)
    with pytest.raises(DataError, match="average_cost"):
        ex.gross_margin(lines, "item", "2025", items=prices[["code"]], cost="price")


# ---------------------------------------------------------------- cohorts


def test_cohorts_are_what_sql_says(ledger):
    result = ex.customer_cohorts(ledger, "2023..2026", by="year")
    assert all_ok(result)
    expected = sql(
        """WITH years AS (SELECT account_code, financial_year AS y, -sum(cents) AS cents FROM l
               WHERE gl_account_type = 110 AND account_code IS NOT NULL GROUP BY ALL),
           first AS (SELECT account_code, min(y) AS first FROM years WHERE cents > 0 GROUP BY ALL)
           SELECT first, y - first AS later, sum(cents)::BIGINT AS cents,
               count(*) FILTER (cents > 0) AS n
           FROM years JOIN first USING (account_code) WHERE y >= first GROUP BY ALL""",
        l=ledger,
    )
    counts = ex.customer_cohorts(ledger, "2023..2026", by="year", figure="customers")
    kept = ex.customer_cohorts(ledger, "2023..2026", by="year", figure="retention")
    for row in expected.itertuples():
        place = result["cohort"].tolist().index(str(row.first))
        assert round(result[str(row.later)][place] * 100) == row.cents
        assert counts[str(row.later)][place] == row.n
        assert kept[str(row.later)][place] == pytest.approx(row.n / counts["0"][place])
    assert pd.isna(result["3"][1])
    assert result["total"].iloc[-1] == pytest.approx(
        ex.revenue_by(ledger, "year", period="2023..2026")["revenue"].iloc[-1]
    )
    with pytest.raises(InputError, match="retention"):
        ex.customer_cohorts(ledger, "2025", figure="churn")
    with pytest.raises(InputError, match="quarter"):
        ex.customer_cohorts(ledger, "2025", by="customer")


def test_a_credit_note_before_the_first_purchase_is_not_lost():
    lines = [
        {"gl": "8000", "amount": 20.0, "account_code": "1", "date": "2025-01-10"},
        {"gl": "8000", "amount": -100.0, "account_code": "1", "date": "2025-04-10"},
        {"gl": "8000", "amount": -7.0, "date": "2025-04-10"},
    ]
    result = ex.customer_cohorts(ledger_of(lines), "2025")
    assert result["cohort"].tolist() == ["2025-Q2", "(none of these)", "Total"]
    assert result["total"].tolist() == [100, -13, 87]
    assert all_ok(result)
    assert len(ex.customer_cohorts(ledger_of([]), "2025")) == 1


# ---------------------------------------------------------------- from invoices to ledger


@pytest.mark.parametrize("period", ["2023..2026", "2024", "2025-Q3", "2026-06"])
def test_the_bridge_reaches_the_ledger(ledger, frames, another, period):
    for lines, beside in ((ledger, frames), another):
        bridge = ex.revenue_bridge(lines, beside["invoices"], period, lines=beside["lines"])
        assert all_ok(bridge)
        amounts = bridge.set_index("key")["amount"]
        steps = amounts.drop(["invoices", "revenue"]).drop("credit_notes", errors="ignore")
        assert steps.sum() == pytest.approx(amounts["revenue"], abs=0.005)
        profit = ex.revenue_by(lines, "year", period=period)["revenue"].iloc[-1]
        assert amounts["revenue"] == profit
        assert not {"differences", "not_found", "entries"} & set(amounts.index)
        for key in ("invoiced", "memorial", "revenue"):
            if key in amounts and key != "invoiced":
                found = -ex.lines(bridge, key)["cents"].sum()
                assert found == round(amounts[key] * 100)


def test_every_step_of_the_bridge_by_hand():
    def sale(number, amount, date="2025-01-20", gl="8000", kind=20):
        return {"gl": gl, "amount": -amount, "date": date, "type": kind,
                "invoice_number": number, "gl_account": f"id-{gl}"}  # fmt: skip

    lines = ledger_of(
        [
            sale(1, 100.0), sale(2, -30.0, kind=21), sale(3, 50.02), sale(4, 70.0),
            sale(5, 80.0, "2025-02-03"), sale(6, 90.0), sale(6, 10.0, gl="1500"),
            sale(9, 40.0), sale(None, 5.0), sale(8, 60.0),
            {"gl": "8000", "amount": -3.0, "type": 90, "date": "2025-01-31"},
        ]
    )  # fmt: skip

    def invoice(number, amount, date="2025-01-20", status=50, kind=8020):
        return {"invoice_id": f"i{number}", "invoice_number": number, "invoice_date": date,
                "amount_dc": amount * 1.21, "vat_amount_dc": amount * 0.21, "status": status,
                "type": kind}  # fmt: skip

    invoices = pd.DataFrame(
        [
            invoice(1, 100.0),
            invoice(2, 30.0, kind=8021),  # a credit note that is shown positive
            invoice(3, 50.0),  # two cents
            invoice(4, 75.0),  # five euros
            invoice(5, 80.0),  # dated in January, booked in February
            invoice(6, 100.0),  # of which ten on another account
            invoice(7, 11.0),  # processed, and not there
            invoice(8, 60.0, "2024-12-31"),  # dated in December, booked in January
            invoice(None, 12.0, status=20),
        ]
    )
    invoices["invoice_date"] = pd.to_datetime(invoices["invoice_date"])
    sold = pd.DataFrame(
        [("i6", "id-8000", 90.0), ("i6", "id-1500", 10.0), ("i1", "id-8000", 100.0)],
        columns=["invoice_id", "gl_account", "amount_dc"],
    )
    bridge = ex.revenue_bridge(lines, invoices, "2025-01", lines=sold)
    assert bridge.set_index("key")["amount"].to_dict() == {
        "invoices": 428.0, "credit_notes": -30.0, "invoiced": 398.0, "not_booked": -12.0,
        "not_found": -11.0, "other_accounts": -10.0, "rounding": 0.02, "differences": -5.0,
        "other_period": -20.0, "entries": 45.0, "memorial": 3.0, "revenue": 388.02,
    }  # fmt: skip
    assert all_ok(bridge)
    assert ex.lines(bridge, "entries")["invoice_number"].fillna(0).tolist() == [9, 0]
    assert ex.lines(bridge, "differences")["invoice_number"].tolist() == [4]
    without = ex.revenue_bridge(lines, invoices, "2025-01").set_index("key")["amount"]
    assert without["differences"] == -15.0
    with pytest.raises(DataError, match="vat_amount_dc"):
        ex.revenue_bridge(lines, invoices.drop(columns="vat_amount_dc"), "2025-01")
    with pytest.raises(DataError, match="number 1"):
        ex.revenue_bridge(lines, pd.concat([invoices, invoices.head(1)]), "2025-01")
    memorial = ledger_of([{"gl": "8000", "amount": -3.0, "type": 90, "invoice_number": 1}])
    alone = ex.revenue_bridge(memorial, invoices.head(1), "2025").set_index("key")["amount"]
    assert (alone["not_found"], alone["memorial"], alone["revenue"]) == (-100, 3, 3)
    nothing = ex.revenue_bridge(ledger_of([]), invoices.head(0), "2025")
    assert nothing["amount"].tolist() == [0, 0, 0]


# ---------------------------------------------------------------- any ledger at all


@st.composite
def any_line(draw):
    """A line of which anything may be missing that a figure can do without."""
    return {
        "gl": draw(st.sampled_from(["8000", "8000", "7000", "1300"])),
        "amount": draw(st.integers(-10_000, 10_000)) / 100,
        "date": draw(st.dates(dt.date(2024, 7, 1), dt.date(2026, 2, 28))),
        "financial_period": draw(st.integers(0, 13)),
        "type": draw(st.sampled_from([None, 20, 21, 30, 90, 120, 325, 3000])),
        "invoice_number": draw(st.sampled_from([None, 1, 2])),
        "account_code": draw(st.sampled_from([None, "a", "b", "c"])),
        "item_code": draw(st.sampled_from([None, None, "x", "y"])),
        "gl_account": "gl-of-revenue",
        "quantity": draw(st.sampled_from([None, 1.0, -2.0])),
    }


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(any_line(), max_size=10), st.sampled_from(["2025", "2024..2026", "2025-Q4"]))
def test_any_ledger_gives_its_revenue_to_the_cent(made, period):
    ledger = ledger_of(made)
    asked = Period.of(period)
    counted = [
        line for line in made
        if line["type"] not in (325, 3000) and asked.first.ordinal
        <= line["date"].year * 100 + line["financial_period"] <= asked.last.ordinal
    ]  # fmt: skip
    net, spent = (
        sum(sign * round(line["amount"] * 100) for line in counted if line["gl"] == gl)
        for gl, sign in (("8000", -1), ("7000", 1))
    )
    items = pd.DataFrame(
        {"code": ["x"], "item_group_code": ["g"], "item_group_description": ["G"],
         "average_cost": [2.5]}
    )  # fmt: skip
    invoices = pd.DataFrame({"invoice_id": ["i", "j"], "invoice_number": [1, 2]})
    sold = pd.DataFrame(
        {"invoice_id": ["i", "i"], "gl_account": "gl-of-revenue", "item_code": ["x", "y"],
         "amount_dc": [10.0, 5.01], "quantity": [1.0, 2.0]}
    )  # fmt: skip
    results = [
        ex.revenue_by(ledger, "customer", period=period),
        ex.revenue_by(ledger, "month", period=period),
        ex.revenue_by(ledger, "item", period=period, invoices=invoices, lines=sold),
        ex.pareto(ledger, "item_group", period, items=items),
        ex.gross_margin(ledger, "quarter", period),
        ex.gross_margin(
            ledger, "customer", period, cost="price", items=items, invoices=invoices, lines=sold
        ),
    ]
    for result in results:
        assert all_ok(result)
        assert round(result["revenue"].iloc[-1] * 100) == net
    assert round(results[4]["cost"].iloc[-1] * 100) == spent
    crossed = ex.revenue_by(ledger, "customer", "quarter", period=period)
    cohorts = ex.customer_cohorts(ledger, period)
    for result in (crossed, cohorts):
        assert all_ok(result)
        assert round(result["total"].iloc[-1] * 100) == net
    documents = invoices.assign(
        invoice_date=pd.to_datetime(["2025-03-01", "2025-11-01"]), amount_dc=[15.01, 7.0],
        vat_amount_dc=0.0, status=50, type=[8020, 8021],
    )  # fmt: skip
    bridge = ex.revenue_bridge(ledger, documents, period, lines=sold)
    assert all_ok(bridge)
    assert round(bridge["amount"].iloc[-1] * 100) == net
