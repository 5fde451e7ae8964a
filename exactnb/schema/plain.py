"""Python values → what JSON can say, with no digit and no day lost."""

from __future__ import annotations

import datetime as dt
import math
import uuid
from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from typing import Any

__all__ = ["Unsayable", "plain", "sayable"]


class Unsayable(ValueError):
    """A value that JSON has no way to say; ``path`` is where it stands."""

    def __init__(self, message: str, path: tuple[str | int, ...]) -> None:
        super().__init__(message)
        self.path = path


def plain(value: Any, path: tuple[str | int, ...] = ()) -> Any:
    """The value as dict, list, str, int, float, bool or None.

    Dates become ``2025-12-31``, moments ISO 8601, Decimals a number with the same digits,
    UUIDs text; a DataFrame becomes a list of records and a Series a record, both without
    their missing cells, since absent is not empty.

    Raises
    ------
    Unsayable
        For NaN, infinities, a Decimal with more digits than a JSON reader keeps, and any
        other type.

    Examples
    --------
    >>> from decimal import Decimal
    >>> import datetime as dt
    >>> plain({"date": dt.date(2025, 12, 31), "price": Decimal("1210.10")})
    {'date': '2025-12-31', 'price': 1210.1}
    """
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, Enum):
        return plain(value.value, path)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise Unsayable("is not a number; leave it out or give one", path)
        return float(value)
    if isinstance(value, Decimal):
        return _number(value, path)
    if type(value).__name__ in ("NAType", "NaTType"):
        raise Unsayable("is missing; leave it out, or give None to clear it", path)
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time() and value.tzinfo is None
        return value.date().isoformat() if midnight else value.isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, Mapping):
        return {str(k): plain(v, (*path, str(k))) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset, range)):
        return [plain(v, (*path, i)) for i, v in enumerate(value)]
    return _from_library(value, path)


def sayable(value: Any) -> tuple[Any, list[Unsayable]]:
    """The value in JSON's types, Decimals kept, and what JSON cannot say; None stands for that.

    Examples
    --------
    >>> sayable({"a": Decimal("1.50"), "b": [float("nan")]})
    ({'a': Decimal('1.50'), 'b': [None]}, [Unsayable('is not a number; leave it out or give one')])
    """
    odd: list[Unsayable] = []
    try:
        return _sayable(value, (), odd), odd
    except RecursionError:
        return None, [Unsayable("holds itself, or more levels than can be sent", ())]


def _sayable(value: Any, path: tuple[str | int, ...], odd: list[Unsayable]) -> Any:
    kind = type(value)
    if value is None or kind is str or kind is bool or kind is int:
        return value
    if kind is dict or isinstance(value, Mapping):
        return {str(name): _sayable(v, (*path, str(name)), odd) for name, v in value.items()}
    if kind is list or kind is tuple:
        return [_sayable(v, (*path, i), odd) for i, v in enumerate(value)]
    if kind in (float, Decimal) and math.isfinite(value):
        return value
    try:
        return plain(value, path)
    except Unsayable as unsayable:
        odd.append(unsayable)
        return None


def _number(value: Decimal, path: tuple[str | int, ...]) -> int | float:
    if not value.is_finite():
        raise Unsayable("is not a number; leave it out or give one", path)
    if value == value.to_integral_value():
        return int(value)
    number = float(value)
    if Decimal(repr(number)) != value:
        raise Unsayable(f"{value} has more digits than can be sent; round it first", path)
    return number


def _from_library(value: Any, path: tuple[str | int, ...]) -> Any:
    """Values of pandas and numpy, told by what they can do, so that neither need be imported."""
    if hasattr(value, "to_dict") and hasattr(value, "columns"):
        records = value.to_dict("records")
        return [plain(_present(record), (*path, i)) for i, record in enumerate(records)]
    if hasattr(value, "to_dict") and hasattr(value, "index"):
        return plain(_present(value.to_dict()), path)
    if hasattr(value, "tolist"):  # numpy arrays and scalars
        return plain(value.tolist(), path)
    if type(value).__name__ in ("NAType", "NaTType"):
        raise Unsayable("is missing; leave it out, or give None to clear it", path)
    raise Unsayable(
        f"cannot be sent as {type(value).__name__}; give text, a number or a date", path
    )


def _present(record: Mapping[Any, Any]) -> dict[Any, Any]:
    """The cells of a row that hold a value; in a frame, None too is a missing cell."""

    def missing(value: Any) -> bool:
        nan = isinstance(value, float) and math.isnan(value)
        return nan or value is None or type(value).__name__ in ("NAType", "NaTType")

    return {name: value for name, value in record.items() if not missing(value)}
