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

    from exactnb import errors
    from exactnb.actions import Run
    from exactnb.analyses.receivables.ageing import aged_payables, aged_receivables
    from exactnb.analyses.receivables.behaviour import payment_behaviour
    from exactnb.analyses.receivables.invoices import paid_invoices
    from exactnb.analyses.receivables.outstanding import (
        days_payable_outstanding,
        days_sales_outstanding,
    )
    from exactnb.analyses.result import lines
    from exactnb.analyses.revenue.bridge import revenue_bridge
    from exactnb.analyses.revenue.cohorts import customer_cohorts
    from exactnb.analyses.revenue.margin import gross_margin
    from exactnb.analyses.revenue.pareto import pareto
    from exactnb.analyses.revenue.revenue_by import revenue_by
    from exactnb.analyses.statements.trial_balance import trial_balance
    from exactnb.connection import Connection
    from exactnb.display.options import options
    from exactnb.display.show import show
    from exactnb.errors import ExactnbError
    from exactnb.forms.form import form
    from exactnb.ledger.columns import ledger_columns
    from exactnb.ledger.compare import compare
    from exactnb.opening import connect, demo

#: the menu: name → where it is; nothing is imported before it is asked for
_MENU = {
    "Connection": "exactnb.connection",
    "ExactnbError": "exactnb.errors",
    "Run": "exactnb.actions",
    "aged_payables": "exactnb.analyses.receivables.ageing",
    "aged_receivables": "exactnb.analyses.receivables.ageing",
    "compare": "exactnb.ledger.compare",
    "connect": "exactnb.opening",
    "customer_cohorts": "exactnb.analyses.revenue.cohorts",
    "days_payable_outstanding": "exactnb.analyses.receivables.outstanding",
    "days_sales_outstanding": "exactnb.analyses.receivables.outstanding",
    "demo": "exactnb.opening",
    "errors": "exactnb.errors",
    "form": "exactnb.forms.form",
    "gross_margin": "exactnb.analyses.revenue.margin",
    "ledger_columns": "exactnb.ledger.columns",
    "lines": "exactnb.analyses.result",
    "options": "exactnb.display.options",
    "paid_invoices": "exactnb.analyses.receivables.invoices",
    "pareto": "exactnb.analyses.revenue.pareto",
    "payment_behaviour": "exactnb.analyses.receivables.behaviour",
    "revenue_bridge": "exactnb.analyses.revenue.bridge",
    "revenue_by": "exactnb.analyses.revenue.revenue_by",
    "show": "exactnb.display.show",
    "trial_balance": "exactnb.analyses.statements.trial_balance",
}

__all__ = [
    "Connection",
    "ExactnbError",
    "Run",
    "__version__",
    "aged_payables",
    "aged_receivables",
    "compare",
    "connect",
    "customer_cohorts",
    "days_payable_outstanding",
    "days_sales_outstanding",
    "demo",
    "errors",
    "form",
    "gross_margin",
    "ledger_columns",
    "lines",
    "options",
    "paid_invoices",
    "pareto",
    "payment_behaviour",
    "revenue_bridge",
    "revenue_by",
    "show",
    "trial_balance",
]


def __getattr__(name: str) -> Any:
    if name not in _MENU:
        raise AttributeError(f"module 'exactnb' has no attribute {name!r}")
    module = import_module(_MENU[name])
    value = module if name == "errors" else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
