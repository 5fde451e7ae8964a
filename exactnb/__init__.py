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
    from exactnb.analyses.audit.benford import benford
    from exactnb.analyses.audit.duplicates import duplicate_invoices
    from exactnb.analyses.audit.gaps import invoice_number_gaps
    from exactnb.analyses.audit.journal_entries import journal_entry_tests
    from exactnb.analyses.audit.sampling import sample
    from exactnb.analyses.quality.accounts import account_quality
    from exactnb.analyses.quality.twins import duplicate_accounts
    from exactnb.analyses.result import findings, lines
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
    "account_quality": "exactnb.analyses.quality.accounts",
    "benford": "exactnb.analyses.audit.benford",
    "connect": "exactnb.opening",
    "demo": "exactnb.opening",
    "duplicate_accounts": "exactnb.analyses.quality.twins",
    "duplicate_invoices": "exactnb.analyses.audit.duplicates",
    "errors": "exactnb.errors",
    "findings": "exactnb.analyses.result",
    "form": "exactnb.forms.form",
    "invoice_number_gaps": "exactnb.analyses.audit.gaps",
    "journal_entry_tests": "exactnb.analyses.audit.journal_entries",
    "lines": "exactnb.analyses.result",
    "options": "exactnb.display.options",
    "sample": "exactnb.analyses.audit.sampling",
    "show": "exactnb.display.show",
    "trial_balance": "exactnb.analyses.statements.trial_balance",
}

__all__ = [
    "Connection",
    "ExactnbError",
    "Run",
    "__version__",
    "account_quality",
    "benford",
    "connect",
    "demo",
    "duplicate_accounts",
    "duplicate_invoices",
    "errors",
    "findings",
    "form",
    "invoice_number_gaps",
    "journal_entry_tests",
    "lines",
    "options",
    "sample",
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
