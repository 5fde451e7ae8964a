"""References of invoices, without what only dresses them, and how alike two of them are."""

from __future__ import annotations

import re

from exactnb.display.options import say

__all__ = ["alike", "bare"]


def bare(reference: str | None) -> str:
    """A reference without capitals, punctuation and leading zeros.

    Examples
    --------
    >>> bare("F25-02409"), bare(" f 25/2409 "), bare(None)
    ('f252409', 'f252409', '')
    """
    parts = re.findall(r"\d+|[^\W\d_]+", (reference or "").casefold())
    return "".join(part.lstrip("0") or "0" if part.isdigit() else part for part in parts)


def alike(one: str, other: str) -> tuple[int, str]:
    """How sure it is, from 0 to 100, that two bare references are of one invoice, and why.

    Examples
    --------
    >>> alike("202502667", "202502676")
    (90, 'characters swapped')
    """
    if not one or not other:
        return 70, say("a reference is missing", "een referentie ontbreekt")
    if one == other:
        return 100, say("same reference", "zelfde referentie")
    if sorted(one) == sorted(other):
        return 90, say("characters swapped", "tekens verwisseld")
    if _one_edit(one, other):
        return 80, say("one character differs", "één teken verschilt")
    return 60, say("other references", "andere referenties")


def _one_edit(one: str, other: str) -> bool:
    """Whether one character more, fewer or other makes the one into the other."""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1:
        return False
    start = next((i for i, c in enumerate(short) if c != long[i]), len(short))
    if len(long) == len(short):
        return short[start + 1 :] == long[start + 1 :]
    return short[start:] == long[start + 1 :]
