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
    from exactnb.connection import Connection
    from exactnb.display.options import options
    from exactnb.display.show import show
    from exactnb.errors import ExactnbError
    from exactnb.forms.form import form
    from exactnb.ledger.columns import ledger_columns
    from exactnb.ledger.compare import compare
    from exactnb.opening import connect, demo
    from exactnb.portfolios import portfolio

#: the menu: name → where it is; nothing is imported before it is asked for
_MENU = {
    "Connection": "exactnb.connection",
    "ExactnbError": "exactnb.errors",
    "Run": "exactnb.actions",
    "compare": "exactnb.ledger.compare",
    "connect": "exactnb.opening",
    "demo": "exactnb.opening",
    "errors": "exactnb.errors",
    "form": "exactnb.forms.form",
    "ledger_columns": "exactnb.ledger.columns",
    "options": "exactnb.display.options",
    "portfolio": "exactnb.portfolios",
    "show": "exactnb.display.show",
}

__all__ = [
    "Connection",
    "ExactnbError",
    "Run",
    "__version__",
    "compare",
    "connect",
    "demo",
    "errors",
    "form",
    "ledger_columns",
    "options",
    "portfolio",
    "show",
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
