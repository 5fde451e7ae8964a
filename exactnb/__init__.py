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
    from exactnb.analyses.result import lines
    from exactnb.analyses.statements.balance_sheet import balance_sheet
    from exactnb.analyses.statements.cash_flow import cash_flow_statement
    from exactnb.analyses.statements.general_ledger import general_ledger
    from exactnb.analyses.statements.journal import journal
    from exactnb.analyses.statements.profit_and_loss import profit_and_loss
    from exactnb.analyses.statements.trial_balance import trial_balance
    from exactnb.connection import Connection
    from exactnb.display.options import options
    from exactnb.display.show import show
    from exactnb.errors import ExactnbError
    from exactnb.forms.form import form
    from exactnb.opening import connect, demo

#: the menu: name → where it is; nothing is imported before it is asked for
_MENU = {
    "Connection": "exactnb.connection",
    "ExactnbError": "exactnb.errors",
    "Run": "exactnb.actions",
    "balance_sheet": "exactnb.analyses.statements.balance_sheet",
    "cash_flow_statement": "exactnb.analyses.statements.cash_flow",
    "connect": "exactnb.opening",
    "demo": "exactnb.opening",
    "errors": "exactnb.errors",
    "form": "exactnb.forms.form",
    "general_ledger": "exactnb.analyses.statements.general_ledger",
    "journal": "exactnb.analyses.statements.journal",
    "lines": "exactnb.analyses.result",
    "options": "exactnb.display.options",
    "profit_and_loss": "exactnb.analyses.statements.profit_and_loss",
    "show": "exactnb.display.show",
    "trial_balance": "exactnb.analyses.statements.trial_balance",
}

__all__ = [
    "Connection",
    "ExactnbError",
    "Run",
    "__version__",
    "balance_sheet",
    "cash_flow_statement",
    "connect",
    "demo",
    "errors",
    "form",
    "general_ledger",
    "journal",
    "lines",
    "options",
    "profit_and_loss",
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
