"""An Exact Online administration in a notebook.

>>> import exactnb as ex
>>> books = ex.demo()
>>> invoices = books.list_sales_invoices()
"""

from __future__ import annotations

from importlib import import_module

from exactnb._version import __version__

TYPE_CHECKING = False  # as typing has it, without the milliseconds that typing takes to load
if TYPE_CHECKING:
    from typing import Any

    from exactnb import charts, errors
    from exactnb.actions import Run
    from exactnb.analyses.audit.benford import benford
    from exactnb.analyses.audit.duplicates import duplicate_invoices
    from exactnb.analyses.audit.gaps import invoice_number_gaps
    from exactnb.analyses.audit.journal_entries import journal_entry_tests
    from exactnb.analyses.audit.sampling import sample
    from exactnb.analyses.cash.forecast import cash_flow_forecast
    from exactnb.analyses.cash.position import cash_position
    from exactnb.analyses.quality.accounts import account_quality
    from exactnb.analyses.quality.twins import duplicate_accounts
    from exactnb.analyses.receivables.ageing import aged_payables, aged_receivables
    from exactnb.analyses.receivables.behaviour import payment_behaviour
    from exactnb.analyses.receivables.invoices import paid_invoices
    from exactnb.analyses.receivables.outstanding import (
        days_payable_outstanding,
        days_sales_outstanding,
    )
    from exactnb.analyses.result import findings, lines
    from exactnb.analyses.revenue.bridge import revenue_bridge
    from exactnb.analyses.revenue.cohorts import customer_cohorts
    from exactnb.analyses.revenue.margin import gross_margin
    from exactnb.analyses.revenue.pareto import pareto
    from exactnb.analyses.revenue.revenue_by import revenue_by
    from exactnb.analyses.search import search
    from exactnb.analyses.statements.balance_sheet import balance_sheet
    from exactnb.analyses.statements.cash_flow import cash_flow_statement
    from exactnb.analyses.statements.general_ledger import general_ledger
    from exactnb.analyses.statements.journal import journal
    from exactnb.analyses.statements.profit_and_loss import profit_and_loss
    from exactnb.analyses.statements.trial_balance import trial_balance
    from exactnb.analyses.vat.vat_check import vat_check
    from exactnb.analyses.vat.vat_return import vat_return
    from exactnb.connection import Connection
    from exactnb.display.options import options
    from exactnb.display.show import show
    from exactnb.errors import ExactnbError
    from exactnb.explorer.explorer import explore
    from exactnb.forms.form import form
    from exactnb.ledger.columns import ledger_columns
    from exactnb.ledger.compare import compare
    from exactnb.opening import connect, demo
    from exactnb.portfolios import portfolio
    from exactnb.reports.excel import to_excel
    from exactnb.reports.report import report

#: the menu: name → where it is; nothing is imported before it is asked for
_MENU = {
    "Connection": "exactnb.connection",
    "ExactnbError": "exactnb.errors",
    "Run": "exactnb.actions",
    "account_quality": "exactnb.analyses.quality.accounts",
    "aged_payables": "exactnb.analyses.receivables.ageing",
    "aged_receivables": "exactnb.analyses.receivables.ageing",
    "balance_sheet": "exactnb.analyses.statements.balance_sheet",
    "benford": "exactnb.analyses.audit.benford",
    "cash_flow_forecast": "exactnb.analyses.cash.forecast",
    "cash_flow_statement": "exactnb.analyses.statements.cash_flow",
    "cash_position": "exactnb.analyses.cash.position",
    "charts": "exactnb.charts",
    "compare": "exactnb.ledger.compare",
    "connect": "exactnb.opening",
    "customer_cohorts": "exactnb.analyses.revenue.cohorts",
    "days_payable_outstanding": "exactnb.analyses.receivables.outstanding",
    "days_sales_outstanding": "exactnb.analyses.receivables.outstanding",
    "demo": "exactnb.opening",
    "duplicate_accounts": "exactnb.analyses.quality.twins",
    "duplicate_invoices": "exactnb.analyses.audit.duplicates",
    "errors": "exactnb.errors",
    "explore": "exactnb.explorer.explorer",
    "findings": "exactnb.analyses.result",
    "form": "exactnb.forms.form",
    "general_ledger": "exactnb.analyses.statements.general_ledger",
    "gross_margin": "exactnb.analyses.revenue.margin",
    "invoice_number_gaps": "exactnb.analyses.audit.gaps",
    "journal": "exactnb.analyses.statements.journal",
    "journal_entry_tests": "exactnb.analyses.audit.journal_entries",
    "ledger_columns": "exactnb.ledger.columns",
    "lines": "exactnb.analyses.result",
    "options": "exactnb.display.options",
    "paid_invoices": "exactnb.analyses.receivables.invoices",
    "pareto": "exactnb.analyses.revenue.pareto",
    "payment_behaviour": "exactnb.analyses.receivables.behaviour",
    "portfolio": "exactnb.portfolios",
    "profit_and_loss": "exactnb.analyses.statements.profit_and_loss",
    "report": "exactnb.reports.report",
    "revenue_bridge": "exactnb.analyses.revenue.bridge",
    "revenue_by": "exactnb.analyses.revenue.revenue_by",
    "sample": "exactnb.analyses.audit.sampling",
    "search": "exactnb.analyses.search",
    "show": "exactnb.display.show",
    "to_excel": "exactnb.reports.excel",
    "trial_balance": "exactnb.analyses.statements.trial_balance",
    "vat_check": "exactnb.analyses.vat.vat_check",
    "vat_return": "exactnb.analyses.vat.vat_return",
}

#: what is on the menu as a whole
_ROOMS = ("charts", "errors")

__all__ = [
    "Connection",
    "ExactnbError",
    "Run",
    "__version__",
    "account_quality",
    "aged_payables",
    "aged_receivables",
    "balance_sheet",
    "benford",
    "cash_flow_forecast",
    "cash_flow_statement",
    "cash_position",
    "charts",
    "compare",
    "connect",
    "customer_cohorts",
    "days_payable_outstanding",
    "days_sales_outstanding",
    "demo",
    "duplicate_accounts",
    "duplicate_invoices",
    "errors",
    "explore",
    "findings",
    "form",
    "general_ledger",
    "gross_margin",
    "invoice_number_gaps",
    "journal",
    "journal_entry_tests",
    "ledger_columns",
    "lines",
    "options",
    "paid_invoices",
    "pareto",
    "payment_behaviour",
    "portfolio",
    "profit_and_loss",
    "report",
    "revenue_bridge",
    "revenue_by",
    "sample",
    "search",
    "show",
    "to_excel",
    "trial_balance",
    "vat_check",
    "vat_return",
]


def __getattr__(name: str) -> Any:
    if name not in _MENU:
        raise AttributeError(f"module 'exactnb' has no attribute {name!r}")
    module = import_module(_MENU[name])
    value = module if name in _ROOMS else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
