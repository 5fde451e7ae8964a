"""The identities that books must satisfy, on the ledger as a user gets it.

``LEDGER_LINES=1000000`` runs them on a company of that size.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from exactnb.ledger import open_items

SETTLED, OPENING, BANK, EXCHANGE = 50, 10, 40, 82
RECEIVABLE, PAYABLE, VAT = 20, 22, 24


def cents(amounts: pd.Series) -> pd.Series:
    return (amounts.fillna(0) * 100).round().astype("int64")


def sums(frame: pd.DataFrame, *by: str) -> dict:
    """Cents by these columns, where there are any."""
    found = frame.groupby(list(by), observed=True)["cents"].sum()
    return found[found != 0].to_dict()


def quarter(year: pd.Series, period: pd.Series) -> pd.Series:
    return year.astype("int64") * 10 + (period.astype("int64") + 2) // 3


def test_the_ledger_has_every_line_once(administrations):
    for each in administrations:
        lines = each.frame(
            "bulk/Financial/TransactionLines", filter="FinancialYear gt 0", select="ID"
        )
        assert len(each.ledger) == len(lines) > 500
        assert set(each.ledger["id"]) == set(lines["id"])


def test_1_every_entry_balances(administrations):
    for each in administrations:
        assert each.ledger["entry_id"].notna().all()
        assert sums(each.ledger, "entry_id") == {}


def test_2_every_year_balances(administrations):
    for each in administrations:
        assert sums(each.ledger, "financial_year") == {}
        assert each.ledger["cents"].sum() == 0
        assert each.ledger["cents"].abs().sum() > 0


def test_3_reporting_balance_is_the_movement_of_the_lines(administrations):
    for each in administrations:
        reported = each.frame("financial/ReportingBalance")
        reported["cents"] = cents(reported["amount"])
        names = ("gl_account_code", "reporting_year", "reporting_period", "status")
        own = ("gl_account_code", "financial_year", "financial_period", "status")
        assert sums(reported, *names) == sums(each.ledger, *own) != {}
        assert reported["count"].sum() == len(each.ledger)
        kinds = reported.groupby("balance_type")["cents"].sum().to_dict()
        assert sums(each.ledger, "balance_type") == kinds


def test_4_the_balance_sheet_and_the_result_cancel_out(administrations):
    for each in administrations:
        kinds = sums(each.ledger, "balance_type")
        assert kinds.keys() == {"B", "W"}
        assert kinds["B"] == -kinds["W"]
        assert each.ledger["balance_type"].notna().all()
        assert each.ledger["balance_side"].isin(["D", "C"]).all()


def test_5_open_items_are_the_control_accounts_and_exact_s_lists(main):
    lists = {name: main.tables[name].to_pandas() for name in ("receivables", "payables")}
    items = open_items(main.ledger, **lists)
    assert [check["ok"] for check in items.attrs["checks"]] == [True] * 4
    for kind, type_, sign in (("receivable", RECEIVABLE, 1), ("payable", PAYABLE, -1)):
        on_accounts = main.ledger.loc[main.ledger["gl_account_type"] == type_, "cents"].sum()
        assert items.loc[items["kind"] == kind, "cents"].sum() == sign * on_accounts > 0
        listed = cents(lists[f"{kind}s"]["amount"]).sum()
        assert abs(listed) == abs(on_accounts)


def test_5_in_the_holding_a_line_without_account_is_the_difference(holding):
    receivables = holding.tables["receivables"].to_pandas()
    items = open_items(holding.ledger, receivables=receivables)
    on_type = holding.ledger[holding.ledger["gl_account_type"] == RECEIVABLE]
    loose = on_type[on_type["account"].isna()]
    assert len(loose) == 1
    ledger, listed, *_ = items.attrs["checks"]
    assert not ledger["ok"]
    assert ledger["difference"] * 100 == -loose["cents"].sum() != 0
    assert listed["ok"]
    row = items[items["state"] == "no account"].iloc[0]
    assert (row["cents"], row["entry_number"]) == (
        loose["cents"].iloc[0],
        loose["entry_number"].iloc[0],
    )


def test_6_a_vat_return_clears_its_quarter(main):
    returns = main.frame("read/financial/Returns")
    filed = returns[(returns["type"] == 31) & (returns["status"] == 50)]
    assert len(filed) == 13
    lines = main.ledger[main.ledger["gl_account_type"] == VAT]
    lines = lines.assign(quarter=quarter(lines["financial_year"], lines["financial_period"]))
    paid = lines[(lines["type"] == BANK) & (lines["line_number"] != 0)]
    (settlement,) = paid["gl_account_code"].unique()
    on_settlement = lines["gl_account_code"] == settlement
    late = {}
    for row in filed.itertuples():
        of_it = lines[lines["quarter"] == row.year * 10 + row.period]
        after = (of_it["type"] != SETTLED) & (of_it["created"] > row.created)
        entries = set(of_it.loc[after, "entry_id"])
        if entries:
            late[row.year, row.period] = len(entries)
        in_time = of_it[~of_it["entry_id"].isin(entries)]
        apart = on_settlement[in_time.index]
        assert sums(in_time[~apart], "gl_account_code") == {}
        owed = in_time[(in_time["type"] == SETTLED) & apart]
        assert -owed["cents"].sum() == round(row.amount * 100)
    assert late == {(2025, 3): 2}


def test_6_sales_inside_the_eu_are_what_was_listed(main):
    codes = main.frame("vat/VATCodes")
    listed = set(codes.loc[codes["eu_sales_listing"].isin(["L", "S", "T"]), "code"])
    sales = main.ledger[
        main.ledger["vat_code"].isin(listed) & main.ledger["vat_type"].isin(["V", "X"])
    ]
    when = quarter(sales["financial_year"], sales["financial_period"])
    returns = main.frame("read/financial/Returns")
    lists = returns[returns["type"] == 32]
    assert len(lists) == 14
    for row in lists.itertuples():
        sold = sales[(when == row.year * 10 + row.period) & (sales["created"] <= row.created)]
        assert -sold["cents"].sum() == round(row.amount * 100)


def test_7_processed_invoices_are_their_main_lines(main):
    invoices = main.frame(
        "bulk/SalesInvoice/SalesInvoices",
        filter="Status eq 50",
        select="InvoiceID,InvoiceNumber,AmountDC",
    )
    assert len(invoices) > 1000
    sold = main.ledger[
        (main.ledger["gl_account_type"] == RECEIVABLE) & main.ledger["type"].isin([20, 21])
    ]
    booked = sold.groupby("entry_number")["cents"].sum()
    totals = cents(invoices["amount_dc"])
    assert (booked.loc[invoices["invoice_number"]].to_numpy() == totals.to_numpy()).all()


def test_8_a_bank_account_is_its_last_statement(administrations):
    for each in administrations:
        entries = each.frame("financialtransaction/BankEntries").sort_values("entry_number")
        journals = each.tables["journals"].to_pandas()
        for journal in journals[journals["type"] == 12].itertuples():
            own = entries[entries["journal_code"] == journal.code]
            assert len(own) > 5
            on_it = each.ledger[each.ledger["gl_account"] == journal.gl_account]
            closing = round(own["closing_balance_fc"].iloc[-1] * 100)
            assert on_it["cents"].sum() == closing
            assert set(on_it["gl_account_type"]) == {12}


def test_9_opening_balances_are_the_closing_ones_of_the_year_before(administrations):
    for each in administrations:
        for name, year in (("CurrentYear", 2026), ("PreviousYear", 2025)):
            before = each.ledger[
                (each.ledger["financial_year"] < year) & (each.ledger["balance_type"] == "B")
            ]
            for status, least in (("AfterEntry", 20), ("Processed", 50)):
                opening = pd.DataFrame(each.api.rows(f"openingbalance/{name}/{status}"))
                opening["cents"] = cents(opening["Amount"])
                closing = sums(before[before["status"] >= least], "gl_account")
                assert sums(opening, "GLAccount") == closing != {}


def test_10_home_currency_is_the_document_s_times_the_rate(administrations):
    foreign = 0
    for each in administrations:
        # an exchange difference has no amount in foreign currency
        lines = each.ledger[each.ledger["type"] != EXCHANGE]
        rate = lines["exchange_rate"].fillna(1)
        expected = lines["amount_fc"] * rate * 100
        assert ((lines["cents"] - expected).abs() <= 0.5 + 1e-6).all()
        foreign += int((rate != 1).sum())
        assert set(lines.loc[rate != 1, "currency"]) <= {"USD"}
    assert foreign > 10


def test_11_assets_are_worth_more_than_was_written_off(main):
    new = main.ledger[main.ledger["type"] != OPENING]
    years = new.groupby(["financial_year", "gl_account_type"])["cents"].sum()
    for year in (2023, 2024, 2025, 2026):
        assert years[year, 122] == -years[year, 35] > 0
        until = main.ledger[main.ledger["financial_year"] <= year]
        assert until.loc[until["gl_account_type"].isin([30, 35]), "cents"].sum() >= 0


def test_amounts_are_cents(administrations):
    for each in administrations:
        assert np.array_equal(cents(each.ledger["amount_dc"]), each.ledger["cents"])
        assert each.ledger["cents"].dtype == "int64"


@pytest.mark.parametrize("column", ["date", "entry_number", "line_number"])
def test_lines_come_in_order(administrations, column):
    for each in administrations:
        order = ["date", "entry_number", "line_number", "id"]
        ordered = each.ledger.sort_values(order, kind="stable")
        assert (ordered[column].to_numpy() == each.ledger[column].to_numpy()).all()
