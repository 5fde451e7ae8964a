"""Chance that falls the same way on every machine: seeded draws in whole numbers, and GUIDs.

Only ``random()`` and ``getrandbits()`` are used, whose streams Python keeps; nothing passes through
the C library's ``exp`` or ``pow``, whose last digit may differ between machines.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from typing import TypeVar

T = TypeVar("T")

_FREE = ~((0xF << 76) | (0x3 << 62))
_VERSION_4 = (4 << 76) | (2 << 62)


class Dice(random.Random):
    """A stream of chance for one topic of one seed."""

    def __new__(cls, seed: int, topic: str) -> Dice:  # noqa: D102
        return super().__new__(cls)  # random.Random would take one argument only

    def __init__(self, seed: int, topic: str) -> None:
        super().__init__(f"{seed}/{topic}")

    def between(self, low: int, high: int) -> int:
        """Whole number from `low` to `high`, both included."""
        return low + int(self.random() * (high - low + 1))

    def chance(self, percent: float) -> bool:
        """True in `percent` of a hundred throws."""
        return self.random() * 100 < percent

    def pick(self, options: Sequence[T]) -> T:
        """One of the options, each as likely."""
        return options[int(self.random() * len(options))]

    def weighted(self, cumulative: Sequence[int]) -> int:
        """Position in a list of running totals, likely by its share of the whole."""
        return bisect_right(cumulative, int(self.random() * cumulative[-1]))

    def mixed(self, options: Sequence[T]) -> list[T]:
        """The options in another order."""
        rest = list(options)
        for last in range(len(rest) - 1, 0, -1):
            other = int(self.random() * (last + 1))
            rest[last], rest[other] = rest[other], rest[last]
        return rest

    def spread(self, low: int, high: int) -> int:
        """Whole number from `low` to about `high`, each order of magnitude as likely."""
        rungs = _ladder(low, high)
        rung = int(self.random() * (len(rungs) - 1))
        return self.between(rungs[rung], rungs[rung + 1] - 1)

    def guid(self) -> str:
        """A version-4 GUID in lower case."""
        text = f"{(self.getrandbits(128) & _FREE) | _VERSION_4:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


@cache
def _ladder(low: int, high: int) -> list[int]:
    rungs = [low]
    while rungs[-1] < high:
        rungs.append(max(rungs[-1] + 1, rungs[-1] * 104 // 100))
    return rungs


def running(weights: Sequence[int]) -> list[int]:
    """Running totals of the weights, for `Dice.weighted`."""
    total, totals = 0, []
    for weight in weights:
        total += weight
        totals.append(total)
    return totals


def share(amount: int, part: int, whole: int) -> int:
    """`amount` times part / whole in whole cents, halves away from zero."""
    product = amount * part
    if product < 0:
        return -((-2 * product + whole) // (2 * whole))
    return (2 * product + whole) // (2 * whole)
