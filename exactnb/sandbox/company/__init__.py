"""A make-believe company with real double-entry books, from 1 January 2023 to 30 June 2026.

Noordster Rijwielen B.V. sells bicycles and parts to shops and has a workshop; Noordster Beheer
B.V. is its holding. The same seed gives the same figures on every machine.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

from exactnb.sandbox.company.books import Company
from exactnb.sandbox.company.chart import HOLDING, MAIN
from exactnb.sandbox.company.days import TODAY
from exactnb.sandbox.company.frame import Table
from exactnb.sandbox.company.stories import STORIES, told

__all__ = ["HOLDING", "MAIN", "SEED", "STORIES", "TODAY", "Company", "Table", "build", "stories"]

SEED = 2026


def build(size: int | None = None, seed: int = SEED) -> Iterator[Table]:
    """The tables of both divisions, block by block.

    Parameters
    ----------
    size
        About how many ledger lines there should be; None, or less than it can do with: the
        smallest company, of about 12,000.
    seed
        Another seed gives another company with the same stories.
    """
    collecting = gc.isenabled()
    gc.disable()  # nothing of it becomes garbage, and a million lines are slow to search for some
    try:
        made = Company(size, seed)
    finally:
        if collecting:
            gc.enable()
    return made.tables()


def stories(size: int | None = None, seed: int = SEED) -> list[dict[str, Any]]:
    """The stories and mistakes that are planted in a company, with the records they sit in.

    Each is a dict of ``key``, ``kind`` (story, mistake, false alarm), ``division``,
    ``description`` and ``records`` (numbers of entries and invoices, codes of accounts …).
    `STORIES` holds those of the default company, ready made.
    """
    return told(Company(size, seed))
