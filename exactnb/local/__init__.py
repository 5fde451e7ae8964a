"""The local copy of an administration, kept up to date by what changed.

::

    declarations   what a table is: its fields, its key, what tells of its deletions
    ways           how a table may be read, best first; what a Reader has to do for it
    refusals       what Exact Online refused, so that nothing is probed in a loop
    pull           one table: the way that is open, from where on, page by page into the store
    deletions      what was deleted since, and what that leaves
    refresh        all of it: which tables are due, in what order, one commit
    books          what a Connection offers of the copy

It reads by a small :class:`~exactnb.local.ways.Reader` and knows no Connection.
"""

from exactnb.local.books import LocalCopy

__all__ = ["LocalCopy"]
