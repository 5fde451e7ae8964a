"""What titles say: amounts, shares and names, short enough for a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from exactnb.display.formats import number
from exactnb.display.options import say

__all__ = ["amount", "listed", "share"]


def amount(euros: float, currency: str = "€") -> str:
    """An amount as it stands in a sentence: € 84,900 or € 1.2 m."""
    sign, size = ("-" if euros < 0 else ""), abs(euros)
    if size >= 999_500:
        return f"{currency} {sign}{number(size / 1e6, 1)} {say('m', 'mln')}"
    if size >= 10_000:
        return f"{currency} {sign}{number(round(size, -2), 0)}"
    return f"{currency} {sign}{number(size, 0)}"


def share(part: float) -> str:
    """A share as it stands in a sentence: 61 %."""
    return f"{number(part * 100, 0)} %"


def listed(names: Sequence[str]) -> str:
    """Names as they stand in a sentence: a, b and c."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {say('and', 'en')} {names[-1]}"
