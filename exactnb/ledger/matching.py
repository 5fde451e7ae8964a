"""Which lines on the control accounts belong together: a document, and what was paid of it."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

__all__ = ["BUDGET", "DOCUMENTS", "PAYABLES", "RECEIVABLES", "Kind", "Matched", "Side", "match"]

Kind = Literal["receivable", "payable"]
Whole = np.ndarray[Any, np.dtype[np.int64]]

#: lines of this type are budgets, and no bookings
BUDGET = 3000
#: entries that are documents: opening balance, sales, sales credit, purchase, purchase credit
DOCUMENTS = (10, 20, 21, 30, 31)


class Side(NamedTuple):
    """One of the two sides: who owes whom."""

    kind: Kind
    gl_account_type: int
    sign: int
    """Of what is to be paid, in the ledger."""
    listed: int
    """Of what is to be paid in Exact's own list of open items, as far as is known."""


RECEIVABLES = Side("receivable", 20, 1, -1)
PAYABLES = Side("payable", 22, -1, 1)


class Matched(NamedTuple):
    """Lines and the items that they make up; an item is known by its position."""

    item: Whole
    """Of each line: its item."""
    first: Whole
    """Of each item: the line that describes it, its first document or else its first line."""
    document: np.ndarray[Any, np.dtype[np.bool_]]
    """Of each line: whether it is a document, or what is booked against one."""
    named: np.ndarray[Any, np.dtype[np.bool_]]
    """Of each item: whether it names a customer or supplier."""

    def sums(self, values: Any) -> Whole:
        """Of each item: the sum of what its lines have, in whole numbers."""
        sums = np.zeros(len(self.first), dtype="int64")
        np.add.at(sums, self.item, np.asarray(values, dtype="int64"))
        return sums


def match(lines: pd.DataFrame) -> Matched:
    """The items of the lines of one side, also those that come to nothing.

    Lines of one account with one invoice number make an item. What has no number, or no account,
    stands alone: it is never set off against anything.

    Parameters
    ----------
    lines
        The lines on the control accounts of one side, with ``account`` (or else
        ``account_code``), ``invoice_number`` and ``type``.
    """
    account, accounts = pd.factorize(lines["account" if "account" in lines else "account_code"])
    number = lines["invoice_number"].fillna(-1).to_numpy(dtype="int64")
    known = (account >= 0) & (number >= 0)
    # one whole number for both; a line that stands alone has a negative one to itself
    keys = np.where(known, number * max(len(accounts), 1) + account, -1 - np.arange(len(lines)))
    item, items = pd.factorize(keys)
    document = lines["type"].isin(DOCUMENTS).to_numpy(dtype=bool)
    first = np.empty(len(items), dtype="int64")
    for chosen in (np.arange(len(lines)), np.flatnonzero(document)):
        first[item[chosen[::-1]]] = chosen[::-1]  # of several, what is written last stays
    return Matched(item, first, document, account[first] >= 0)
