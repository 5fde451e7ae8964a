"""Monetary unit sampling: lines picked in proportion to their amount."""

from __future__ import annotations

import math
import random
from typing import Any, Literal

import narwhals as nw
import numpy as np
import pandas as pd

from exactnb.analyses.period import Period
from exactnb.analyses.result import Result, Where, made
from exactnb.analyses.sums import eager, lines_of, period_of
from exactnb.display.formats import number
from exactnb.display.options import say
from exactnb.display.statement import Check, Column
from exactnb.errors import DataError, InputError

__all__ = ["picked", "sample"]

_Array = np.ndarray[Any, np.dtype[Any]]

#: confidence → how much of each expected euro of error the interval must make room for
_EXPANSION = {0.99: 1.9, 0.95: 1.6, 0.9: 1.5, 0.85: 1.4, 0.8: 1.3, 0.75: 1.25, 0.7: 1.2}
_ORDER = ["date", "entry_number", "line_number", "id"]
_SHOWN = ("journal_code", "gl_account_code", "account_name", "description", "entry_id")


def sample(
    ledger: Any,
    period: str | Period | None = None,
    *,
    size: int | None = None,
    tolerable: float | None = None,
    expected: float = 0.0,
    confidence: float = 0.95,
    side: Literal["debit", "credit"] = "debit",
    seed: int = 1,
) -> Result:
    """Lines to look at, each with a chance in proportion to its amount; the same for each seed.

    Parameters
    ----------
    ledger
        From :meth:`exactnb.Connection.ledger`, or the same columns in another engine: the lines of
        the question, such as ``ledger[ledger["gl_account_type"] == 110]``.
    period
        As in ``"2025"``; None: all of them.
    size
        How many picks; or:
    tolerable, expected, confidence
        The misstatement that can be tolerated and the one that is expected, in euros, and how sure
        the conclusion must be: they give the interval.
    side
        "debit" or "credit": lines of the other side are not picked, and their sum is told.
    seed
        Any whole number. Write it down: whoever uses it again gets the same lines.

    Returns
    -------
    Result
        One row a line, in the order of the ledger: ``pick`` (text), ``stratum`` ("top": as large
        as the interval, all are taken; "sampled"), ``date``, ``entry_number``, ``line_number``,
        ``journal_code``, ``gl_account_code``, ``account_name``, ``description``, ``amount``
        (euros, positive), ``unit`` (the euro, counted through the sampled stratum, that picked
        it), ``entry_id``, ``id``. ``attrs`` holds ``interval``, ``start``, ``population`` and
        ``value`` (lines, euros), ``top`` and ``top_value``, ``covered`` (part of the value in the
        picked lines), ``expected_covered`` (what any seed gives on average), ``other_side``.

    Raises
    ------
    DataError
        There are no lines of that side.
    InputError
        Neither or both of size and tolerable are given, or a figure has no meaning.

    Notes
    -----
    Fixed interval selection with a random start (AICPA, *Audit Sampling*; ISA 530, appendix 1:
    value-weighted selection). Interval = (tolerable − expected × expansion factor) ÷ confidence
    factor, where the confidence factor is −ln(1 − confidence), 3.00 at 95 %; with ``size``,
    value ÷ size. Every line of at least the interval is taken; each ``interval``-th euro of the
    rest, counted from the start in the order of date, entry and line, picks the line in which it
    lies. Sums are made in whole cents.

    Examples
    --------
    >>> import exactnb as ex
    >>> ledger = books.ledger()
    >>> revenue = ledger[ledger["gl_account_type"] == 110]
    >>> picked = ex.sample(revenue, "2025", size=25, side="credit", seed=7)
    >>> again = ex.sample(revenue, "2025", size=25, side="credit", seed=7)
    >>> picked["id"].tolist() == again["id"].tolist()
    True
    """
    if side not in ("debit", "credit"):
        raise InputError(f"side is 'debit' or 'credit', not {side!r}")
    asked = None if period is None else period_of(ledger, period)
    lines, other = _lines(ledger, asked, side)
    cents = lines["cents"].to_numpy(dtype="int64")
    value = int(cents.sum())
    if not value:
        raise DataError(
            f"There is no line on the {side} side to pick",
            hint="Choose another period or side, or other lines.",
        )
    interval = _interval(value, size, tolerable, expected, confidence)
    start = random.Random(seed).randrange(interval)
    top = cents >= interval
    rest = np.where(top, 0, cents)
    unit = picked(rest, interval, start)
    taken = top | (unit >= 0)
    table = _table(lines[taken], top[taken], unit[taken])
    covered = int(cents[taken].sum())
    on_average = cents[top].sum() + (rest.astype("float64") ** 2).sum() / interval

    def behind(row: int, column: str | None) -> Where:
        return Where({"id": [table.loc[row, "id"]]})

    result = made(
        table,
        ledger,
        title=say("Monetary unit sample", "Steekproef naar geldswaarde"),
        subtitle=" · ".join(
            filter(
                None,
                (
                    str(asked) if asked else "",
                    say(f"{number(len(cents), 0)} lines", f"{number(len(cents), 0)} regels"),
                    number(value / 100, 2),
                    f"seed {seed}",
                ),
            )
        ),
        columns={
            "pick": Column(say("Pick", "Nr.")),
            "stratum": Column(say("Stratum", "Stratum")),
            "date": Column(say("Date", "Datum"), "date"),
            "entry_number": Column(say("Entry", "Boeking")),
            "gl_account_code": Column(say("GL account", "Rekening")),
            "account_name": Column(say("Account", "Relatie")),
            "description": Column(say("Description", "Omschrijving")),
            "amount": Column(say("Amount", "Bedrag"), "cents"),
        },
        checks=[
            Check.of(
                say("top + sampled stratum = population", "top + rest = populatie"),
                int(cents[top].sum()) + int(rest.sum()),
                value,
            )
        ],
        behind=behind,
        lined=True,
        notes=_notes(interval, start, top, cents, covered, value, other),
        period=asked,
        size=size,
        tolerable=tolerable,
        expected=expected,
        confidence=confidence,
        side=side,
        seed=seed,
    )
    result.attrs |= {
        "interval": interval / 100,
        "start": start / 100,
        "population": len(cents),
        "value": value / 100,
        "top": int(top.sum()),
        "top_value": int(cents[top].sum()) / 100,
        "covered": covered / value,
        "expected_covered": float(on_average) / value,
        "other_side": other / 100,
    }
    return result


def picked(cents: _Array, interval: int, start: int) -> _Array:
    """For each line the unit that picks it, counted through all of them; -1: none does.

    Examples
    --------
    >>> picked(np.array([30, 20, 50]), interval=60, start=35)
    array([-1, 35, 95])
    """
    through = np.cumsum(cents)
    units = np.arange(start, int(through[-1]), interval, dtype="int64")
    unit = np.full(len(cents), -1, dtype="int64")
    # no line is as large as the interval: none is picked twice
    unit[np.searchsorted(through, units, side="right")] = units
    return unit


def _interval(
    value: int, size: int | None, tolerable: float | None, expected: float, confidence: float
) -> int:
    """The interval, in cents."""
    if (size is None) == (tolerable is None):
        raise InputError(
            "A sample is asked for by its size or by what is tolerable",
            hint="size=25, or tolerable=50_000 with expected and confidence.",
        )
    if size is not None:
        if size < 1:
            raise InputError(f"size is 1 or more, not {size}")
        return max(value // size, 1)
    assert tolerable is not None
    if not 0.5 <= confidence < 1:
        raise InputError(f"confidence is from 0.5 up to 1, such as 0.95, not {confidence}")
    if expected < 0:
        raise InputError(f"expected is 0 or more, not {expected}")
    factor = 0.0
    if expected:
        if round(confidence, 4) not in _EXPANSION:
            known = ", ".join(map(str, _EXPANSION))
            raise InputError(
                f"With an expected misstatement, confidence is one of {known}, not {confidence}"
            )
        factor = _EXPANSION[round(confidence, 4)]
    room = tolerable - expected * factor
    if room <= 0:
        raise InputError(
            f"A misstatement of {expected} is too much to expect where {tolerable} is tolerable",
            hint="No sample can show that it is less: look at all lines, or tolerate more.",
        )
    return max(math.floor(room * 100 / -math.log(1 - confidence)), 1)


def _lines(ledger: Any, asked: Period | None, side: str) -> tuple[pd.DataFrame, int]:
    """The lines that can be picked, in order and positive, and the sum of those that cannot."""
    periods = ("financial_year", "financial_period")
    frame = lines_of(ledger, *_ORDER, *_SHOWN, "cents", *periods)
    if asked is not None:
        frame = frame.filter(asked.within)
    lines = eager(frame.select(*_ORDER, *_SHOWN, "cents").filter(nw.col("cents") != 0))
    lines = lines.sort_values(_ORDER, kind="stable", ignore_index=True)
    if side == "credit":
        lines["cents"] = -lines["cents"]
    refused = lines["cents"] < 0
    return lines[~refused].reset_index(drop=True), int(lines.loc[refused, "cents"].sum())


def _table(lines: pd.DataFrame, top: Any, unit: Any) -> pd.DataFrame:
    table = lines.reset_index(drop=True).assign(
        pick=[str(place + 1) for place in range(len(lines))],
        stratum=np.where(top, "top", "sampled"),
        amount=lines["cents"].to_numpy() / 100,
        unit=np.where(top, np.nan, unit / 100),
    )
    order = ["pick", "stratum", *_ORDER[:3], *_SHOWN[:-1], "amount", "unit", "entry_id", "id"]
    return table[order]


def _notes(
    interval: int, start: int, top: Any, cents: Any, covered: int, value: int, other: int
) -> list[str]:
    step, first = number(interval / 100, 2), number(start / 100, 2)
    count, large = int(top.sum()), number(int(cents[top].sum()) / 100, 2)
    part = number(100 * covered / value, 1)
    notes = [
        say(
            f"Interval {step}, start {first}. {count} lines of at least the interval ({large}) are "
            f"all taken. The lines picked hold {part} % of the value.",
            f"Interval {step}, start {first}. {count} regels van minstens het interval ({large}) "
            f"zijn alle gekozen. De gekozen regels bevatten {part} % van de waarde.",
        )
    ]
    if other:
        rest = number(other / 100, 2)
        notes.append(
            say(
                f"Lines of the other side, {rest}, cannot be picked: look at them apart.",
                f"Regels van de andere kant, {rest}, kunnen niet gekozen worden: bekijk ze apart.",
            )
        )
    return notes
