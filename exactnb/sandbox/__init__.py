"""A make-believe Membrane, with an Exact Online administration behind it, as one WSGI application.

It shares no code with the client, so that the two cannot share a mistake.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from exactnb.sandbox.app import Sandbox
    from exactnb.sandbox.faults import Fault, Faults

__all__ = ["Fault", "Faults", "Sandbox"]

_HOMES = {
    "Sandbox": "exactnb.sandbox.app",
    "Fault": "exactnb.sandbox.faults",
    "Faults": "exactnb.sandbox.faults",
}


def __getattr__(name: str) -> Any:
    # werkzeug is not imported before it is needed
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
