"""Membrane: from a call to bytes, over HTTP or over the ``membrane`` command.

``transport`` moves one call, ``pacing`` gives it patience and manners, ``tokens`` say who asks,
``api`` holds the typed calls and ``models`` what they answer.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from exactnb.membrane.answers import failure
    from exactnb.membrane.api import Membrane
    from exactnb.membrane.cli import CLITransport
    from exactnb.membrane.lanes import Lanes
    from exactnb.membrane.pacing import Paced, watching
    from exactnb.membrane.transport import HTTPTransport, Request, Response, Transport

__all__ = [
    "CLITransport",
    "HTTPTransport",
    "Lanes",
    "Membrane",
    "Paced",
    "Request",
    "Response",
    "Transport",
    "failure",
    "watching",
]

_HOME = {
    "CLITransport": "cli",
    "Lanes": "lanes",
    "Membrane": "api",
    "Paced": "pacing",
    "failure": "answers",
    "watching": "pacing",
}


def __getattr__(name: str) -> Any:
    # httpx and pydantic take a while to import: only when something is used
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = importlib.import_module(f"{__name__}.{_HOME.get(name, 'transport')}")
    return getattr(module, name)
