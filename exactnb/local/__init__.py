"""The local copy of an administration, kept up to date by what changed.

::

    declarations   what a table is: its fields, how it may be read, what tells of its deletions
    pull           one table: which way to read it, where to go on, pages into the store
    refresh        all of them: which are due, what was deleted, one commit
    books          what a Connection offers of it

It reads by a small :class:`~exactnb.local.pull.Reader` and knows no Connection.
"""

from exactnb.local.books import LocalCopy

__all__ = ["LocalCopy"]
