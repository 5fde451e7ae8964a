"""Packages that only some questions need, and what to do where one is missing."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from exactnb.errors import MissingPackageError

__all__ = ["needed"]


def needed(module: str, *, extra: str, to: str) -> Any:
    """A module of an optional package.

    Parameters
    ----------
    module
        Its full name.
    extra
        The extra of exactnb that installs it.
    to
        What it is needed for, as the end of a sentence.

    Raises
    ------
    MissingPackageError
        It is not installed.

    Examples
    --------
    >>> needed("stdnum.iban", extra="checks", to="check IBANs").is_valid("NL91ABNA0417164300")
    True
    """
    try:
        return import_module(module)
    except ImportError as missing:
        if (missing.name or "").partition(".")[0] != module.partition(".")[0]:
            raise  # it is there, and something is wrong with it
        raise MissingPackageError(
            f"To {to} takes {missing.name}, which is not installed",
            hint=f"pip install 'exactnb[{extra}]'",
            extra=extra,
        ) from missing
