"""Many administrations as one: refreshed side by side, read as one ledger.

::

    members    what it is made of: connections, open already or by name, and their divisions
    tasks      one task for each, on any executor; what became of it
    merging    their ledgers as one frame
    portfolio  what people touch
"""

from exactnb.portfolios.portfolio import Portfolio, portfolio

__all__ = ["Portfolio", "portfolio"]
