"""Numbers that should follow each other: series, what is missing in them, what is out of order."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["JUMP", "disordered", "missing_runs", "series"]

#: a step between two numbers that begins a new series, as 24700432 → 25700001 does
JUMP = 1000


def series(numbers: Iterable[int], jump: int = JUMP) -> list[np.ndarray[Any, np.dtype[np.int64]]]:
    """The numbers in rising order, each once, cut where a step is larger than ``jump``.

    Examples
    --------
    >>> [part.tolist() for part in series([24700002, 24700001, 25700001])]
    [[24700001, 24700002], [25700001]]
    """
    ordered = np.unique(np.fromiter(numbers, dtype=np.int64))
    parts: list[np.ndarray[Any, np.dtype[np.int64]]] = np.split(
        ordered, np.flatnonzero(np.diff(ordered) > jump) + 1
    )
    return [part for part in parts if len(part)]


def missing_runs(numbers: Iterable[int], jump: int = JUMP) -> list[tuple[int, int]]:
    """First and last of each run that is missing between the numbers of a series.

    Examples
    --------
    >>> missing_runs([1, 2, 5, 6, 8])
    [(3, 4), (7, 7)]
    """
    runs = []
    for part in series(numbers, jump):
        for place in np.flatnonzero(np.diff(part) > 1):
            runs.append((int(part[place]) + 1, int(part[place + 1]) - 1))
    return runs


def disordered(dates: Sequence[Any] | pd.Series) -> list[int]:
    """Positions of the fewest dates without which the others never go back.

    A single date that is much too late does not accuse all that follow it: what stays is the
    longest run of dates that do not fall.

    Examples
    --------
    >>> disordered([1, 2, 9, 3, 4, 1, 5])
    [2, 5]
    """
    tails: list[Any] = []
    ends: list[int] = []
    before: list[int] = []
    for place, date in enumerate(dates):
        length = bisect_right(tails, date)
        before.append(ends[length - 1] if length else -1)
        # the earliest end of a run of each length is what the longest one can be built on
        tails[length : length + 1] = [date]
        ends[length : length + 1] = [place]
    kept = set()
    place = ends[-1] if ends else -1
    while place >= 0:
        kept.add(place)
        place = before[place]
    return [place for place in range(len(before)) if place not in kept]
