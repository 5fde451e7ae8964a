"""For the tests of workbooks: every analysis of the demo company, and what a sheet should hold."""

import exactnb as ex
from exactnb.display.formats import is_missing


def every_analysis(books):
    """Name → result of each analysis; statements also by part, compared, and in detail."""
    ledger = books.ledger()
    accounts = books.odata("crm/Accounts")
    invoices, lines = (books.odata("SalesInvoices", lines=held) for held in (False, True))
    codes, returns = books.table("vat_codes"), books.table("returns")
    orders = books.odata("SalesOrders", lines=True)
    year, compare = "2025", ["before", "year_before"]
    return {
        "trial_balance": ex.trial_balance(ledger, year),
        "profit_and_loss": ex.profit_and_loss(ledger, "2026-05"),
        "profit_and_loss_parts": ex.profit_and_loss(ledger, year, by="quarter", compare=compare),
        "profit_and_loss_groups": ex.profit_and_loss(ledger, year, detail="group"),
        "balance_sheet": ex.balance_sheet(ledger, year, compare=compare),
        "balance_sheet_parts": ex.balance_sheet(ledger, "2026-01..2026-05", by="month"),
        "balance_sheet_groups": ex.balance_sheet(ledger, "2023", detail="group"),
        "cash_flow_statement": ex.cash_flow_statement(ledger, year, by="quarter"),
        "cash_flow_accounts": ex.cash_flow_statement(ledger, "2024", detail="account"),
        "general_ledger": ex.general_ledger(ledger, "1300", "2026-05"),
        "journal": ex.journal(ledger, period="2026-05"),
        "aged_receivables": ex.aged_receivables(ledger, "2026-06-30"),
        "aged_receivables_detail": ex.aged_receivables(ledger, "2026-06-30", detail=True),
        "aged_payables": ex.aged_payables(ledger, "2026-06-30"),
        "days_sales_outstanding": ex.days_sales_outstanding(ledger, year),
        "days_payable_outstanding": ex.days_payable_outstanding(ledger, year),
        "payment_behaviour": ex.payment_behaviour(ledger, year),
        "paid_invoices": ex.paid_invoices(ledger, invoices, period=year),
        "revenue_by": ex.revenue_by(ledger, "customer", "month", period=year),
        "revenue_by_item": ex.revenue_by(
            ledger, "item", period=year, invoices=invoices, lines=lines
        ),
        "gross_margin": ex.gross_margin(ledger, period=year),
        "pareto": ex.pareto(ledger, period=year),
        "customer_cohorts": ex.customer_cohorts(ledger, "2024..2025"),
        "revenue_bridge": ex.revenue_bridge(ledger, invoices, year),
        "cash_position": ex.cash_position(ledger, "2026-06-30"),
        "cash_flow_forecast": ex.cash_flow_forecast(ledger, returns=returns, orders=orders),
        "vat_return": ex.vat_return(ledger, "2025-Q2", codes=codes),
        "vat_check": ex.vat_check(ledger, "2025-Q2", codes=codes, accounts=accounts),
        "journal_entry_tests": ex.journal_entry_tests(ledger, year),
        "benford": ex.benford(ledger, year),
        "duplicate_invoices": ex.duplicate_invoices(ledger, year),
        "invoice_number_gaps": ex.invoice_number_gaps(ledger, year),
        "sample": ex.sample(ledger, year, size=25),
        "account_quality": ex.account_quality(accounts),
        "duplicate_accounts": ex.duplicate_accounts(accounts),
    }


def cents_of(statement):
    """Of a statement: each cell that holds a figure, by row and column, in whole cents."""
    return {
        (down, at): round(float(value) * 100)
        for down, row in enumerate(statement.rows)
        for at, (value, column) in enumerate(zip(row.cells, statement.columns, strict=True))
        if column.kind in ("money", "cents", "side") and not is_missing(value)
    }
