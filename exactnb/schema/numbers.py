"""Numbers and dates as people type them, in English and in Dutch."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

from exactnb.schema.messages import say

__all__ = ["parse_date", "parse_number", "write_number"]

#: what separates thousands in either language: blanks of every width, apostrophes
_BLANKS = str.maketrans(dict.fromkeys("\u00a0\u202f\u2009\u2007\t'’", " "))
_SIGNS = str.maketrans(dict.fromkeys("−–‐‑", "-"))
_CURRENCY = re.compile(r"€|\$|£|\b(?:eur|euro|usd|gbp|chf)\b", re.IGNORECASE)
_GROUPED = re.compile(r"\d{1,3}(?P<mark>[., ])\d{3}(?:(?P=mark)\d{3})*")


def parse_number(text: str, language: str = "en") -> Decimal:
    """The number that a person typed or pasted, with the digits that they gave.

    Both ways of writing are read in either language; only a lone separator before three digits
    (``1.234``) is told by the language. Amounts may carry a currency, a minus before or after, or
    the brackets of an accountant.

    Parameters
    ----------
    text
        What was typed.
    language
        ``"en"`` or ``"nl"``.

    Raises
    ------
    ValueError
        For anything else; the message says what would be right.

    Examples
    --------
    >>> parse_number("€ 1.234,56"), parse_number("1,234.56"), parse_number("(12.50)")
    (Decimal('1234.56'), Decimal('1234.56'), Decimal('-12.50'))
    >>> parse_number("1.234", "nl"), parse_number("1.234", "en")
    (Decimal('1234'), Decimal('1.234'))
    """
    core = _CURRENCY.sub("", text.translate(_BLANKS).translate(_SIGNS)).strip()
    core = re.sub(r"(?<=\d)[.,]-$", "", core)  # "12,-" is twelve euros
    core, negative = _sign(core)
    digits = _digits(core, "," if language == "nl" else ".")
    if digits is None:
        raise ValueError(say("number", language))
    return Decimal(f"-{digits}" if negative else digits)


def _sign(core: str) -> tuple[str, bool]:
    """A number without its sign, and whether that was a minus."""
    if core.startswith("(") and core.endswith(")"):
        return core[1:-1].strip(), True
    if core.startswith(("-", "+")):
        return core[1:].strip(), core[0] == "-"
    if core.endswith("-"):
        return core[:-1].strip(), True
    return core, False


def _digits(core: str, decimal: str) -> str | None:
    """Digits with a point, from digits with separators; None if they are not set as in a number."""
    if not re.fullmatch(r"[0-9., ]*[0-9][0-9., ]*", core):
        return None
    mark = _decimal_mark(core, decimal)
    whole, _, fraction = core.rpartition(mark) if mark else (core, "", "")
    if not re.fullmatch(r"[0-9]*", fraction):
        return None
    if not (re.fullmatch(r"[0-9]*", whole) or _GROUPED.fullmatch(whole)):
        return None
    units = re.sub("[^0-9]", "", whole) or "0"
    return f"{units}.{fraction}" if fraction else units


def _decimal_mark(core: str, decimal: str) -> str:
    """The separator that stands before the fraction; empty without one."""
    points, commas = core.count("."), core.count(",")
    if points and commas:
        return max(".,", key=core.rfind)
    if points + commas != 1:
        return ""
    mark = "." if points else ","
    grouped = mark != decimal and _GROUPED.fullmatch(core) and not core.startswith("0")
    return "" if grouped else mark


def write_number(
    value: Decimal | int | float, language: str = "en", *, grouped: bool = False
) -> str:
    """A number with all its digits and no exponent, ``1234.56`` or in Dutch ``1234,56``.

    Examples
    --------
    >>> write_number(Decimal("1234.50"), "nl", grouped=True), write_number(1e-7)
    ('1.234,50', '0.0000001')
    """
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if isinstance(value, float) and value.is_integer():
        exact = exact.to_integral_value()
    text = format(exact, ",f" if grouped else "f")
    return text.translate(str.maketrans(".,", ",.")) if language == "nl" else text


_DAY_FIRST = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_RUN = re.compile(r"(\d{2})(\d{2})(\d{4})")


def parse_date(text: str, language: str = "en") -> dt.date:
    """The day that a person typed: day first, or year first as in ISO 8601.

    Raises
    ------
    ValueError
        For anything else, and for days that do not exist; the message says what would be right.

    Examples
    --------
    >>> parse_date("31-12-2025"), parse_date("1/2/25")
    (datetime.date(2025, 12, 31), datetime.date(2025, 2, 1))
    """
    text = text.translate(_SIGNS).strip()
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, day = (int(part) for part in match.groups())
    elif match := _DAY_FIRST.fullmatch(text) or _RUN.fullmatch(text):
        day, month, year = (int(part) for part in match.groups())
        year += 0 if year > 99 else 2000 if year < 70 else 1900
    else:
        raise ValueError(say("date", language))
    try:
        return dt.date(year, month, day)
    except ValueError as impossible:
        raise ValueError(say("date", language)) from impossible
