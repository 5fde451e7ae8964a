"""A make-believe company with real double-entry books, from 1 January 2023 to 30 June 2026.

Noordster Rijwielen B.V. sells bicycles and parts to shops and has a workshop; Noordster Beheer
B.V. is its holding. The same seed gives the same figures on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator

from .books import Company
from .chart import HOLDING, MAIN
from .days import TODAY
from .frame import Table

__all__ = ["HOLDING", "MAIN", "SEED", "TODAY", "Company", "Table", "build"]

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
    return Company(size, seed).tables()
