"""Numbers, dates and codes as a bookkeeper reads them."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from typing import Any

from exactnb.display.options import options

__all__ = ["day", "is_missing", "money", "number", "text"]

#: control characters, but for those that space a text → the signs that picture them
_SEEN = {at: 0x2400 + at for at in range(32) if chr(at) not in "\t\n\r"} | {127: 0x2421}


def is_missing(value: Any) -> bool:
    """Whether a cell holds nothing: None, NaN, NaT, NA."""
    return (
        value is None
        or type(value).__name__ in ("NAType", "NaTType")
        or (isinstance(value, float) and math.isnan(value))
    )


def number(value: float | Decimal, decimals: int) -> str:
    """A number with grouped thousands: ``1.234,56`` in Dutch, ``1,234.56`` in English.

    Examples
    --------
    >>> number(-1234.5, 2)
    '-1,234.50'
    """
    said = f"{value:,.{decimals}f}"
    if not said.strip("-0.,"):
        said = said.lstrip("-")  # no minus before a rounded zero
    if options.language == "nl":
        said = said.translate(str.maketrans(",.", ".,"))
    return said


def money(value: float | Decimal) -> str:
    """An amount to the cent, without its unit (which stands once, in the caption)."""
    return number(value, 2)


def day(value: dt.date) -> str:
    """A date as ``31-12-2025`` (Dutch) or ``2025-12-31`` (English), with a time if it has one."""
    said = value.strftime("%d-%m-%Y" if options.language == "nl" else "%Y-%m-%d")
    if isinstance(value, dt.datetime) and value.time() != dt.time():
        said += value.strftime(" %H:%M")
    return said


def text(value: Any) -> str:
    """Any cell as text; a missing one is empty, and what would steer a terminal is seen instead.

    Examples
    --------
    >>> text(f"red: {chr(27)}[31m")
    'red: ␛[31m'
    """
    if is_missing(value):
        return ""
    if isinstance(value, bool) or type(value).__name__ == "bool":
        words = ("nee", "ja") if options.language == "nl" else ("no", "yes")
        return words[bool(value)]
    if isinstance(value, (float, Decimal)):
        if _is_cents(value):
            return money(value)
        said = f"{value:g}"
        return said.replace(".", ",") if options.language == "nl" else said
    if isinstance(value, dt.date):
        return day(value)
    return str(value).translate(_SEEN)


def _is_cents(value: float | Decimal) -> bool:
    return abs(float(value) * 100 - round(float(value) * 100)) < 1e-6
