"""How the documents of one side were settled: by which payments, when, and by what else."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from exactnb.analyses.receivables.control import control_lines, party_column
from exactnb.analyses.rows import texts
from exactnb.ledger.matching import Side, match

__all__ = ["Settlement", "settlement"]

#: entries that move money: cash flow, which is bank, cash and payment services
MONEY = (40,)


class Settlement(NamedTuple):
    """Documents and the payments of them; a payment knows its document by position."""

    documents: pd.DataFrame
    """One row a document: ``party``, ``account_code``, ``account_name``, ``invoice_number``,
    ``invoice_date``, ``due_date`` (or else the invoice date), ``invoiced``, ``paid``, ``other``,
    ``open`` (cents; open = invoiced - paid - other), ``payments`` (their number), ``settled_on``
    (the day of the last booking, where nothing is open any more) and ``state``."""
    payments: pd.DataFrame
    """One row a payment: ``document``, ``date``, ``cents`` (what it settles), ``days_late``."""
    apart: int
    """What belongs to no document, or to no account: cents."""
    balance: int
    """The balance of the control accounts: cents."""


def settlement(ledger: Any, side: Side, day: pd.Timestamp) -> Settlement:
    """The documents of one side that were booked up to a day, and what came of them by then.

    What is booked under a document's number by an entry of type 40 is payment; what else is
    (a payment difference, an exchange difference, a write-off, a netting by hand) is ``other``.
    What belongs to no document, or to no account, is only summed.
    """
    lines = control_lines(ledger, side, day, "account_code", "account_name", "due_date")
    matched = match(lines)
    cents, dates = lines["cents"].to_numpy(), lines["date"]
    money = ~matched.document & lines["type"].isin(MONEY).to_numpy(dtype=bool)
    named = matched.named & matched.document[matched.first]
    told = lines.iloc[matched.first].reset_index(drop=True)
    documents = pd.DataFrame(
        {
            "party": told[party_column(lines)].astype("object"),
            "account_code": texts(told["account_code"]),
            "account_name": texts(told["account_name"]),
            "invoice_number": told["invoice_number"].astype("Int64"),
            "invoice_date": told["date"],
            "due_date": told["due_date"].fillna(told["date"]),
            "invoiced": matched.sums(np.where(matched.document, cents, 0)),
            "paid": -matched.sums(np.where(money, cents, 0)),
            "open": matched.sums(cents),
            "payments": matched.sums(money.astype("int64")),
        }
    )
    documents["other"] = documents["invoiced"] - documents["paid"] - documents["open"]
    last = dates.groupby(matched.item).max().reindex(range(len(documents)))
    documents["settled_on"] = last.where(documents["open"] == 0).astype("datetime64[ms]")
    documents["state"] = _states(documents)
    place = np.where(named, np.cumsum(named) - 1, -1)
    payments = pd.DataFrame(
        {
            "document": place[matched.item[money]],
            "date": dates[money].to_numpy(),
            "cents": -cents[money],
        }
    )
    payments = payments[payments["document"] >= 0].reset_index(drop=True)
    apart = int(documents.loc[~named, "open"].sum())
    documents = documents[named].reset_index(drop=True)
    due = documents["due_date"].to_numpy()[payments["document"]]
    payments["days_late"] = (payments["date"] - due).dt.days
    return Settlement(documents, payments, apart, int(cents.sum()))


def _states(documents: pd.DataFrame) -> Any:
    """Of each document: what became of it; a credit note as an invoice, the other way round."""
    sign = np.sign(documents["invoiced"])
    paid, other, left = (sign * documents[name] for name in ("paid", "other", "open"))
    untouched = (documents["open"] == documents["invoiced"]) & (documents["invoiced"] != 0)
    return np.select(
        [
            untouched,
            (documents["open"] == 0) & (paid > 0) & (paid >= other),
            documents["open"] == 0,
            left < 0,
            paid > 0,
        ],
        ["open", "paid", "settled", "overpaid", "partly paid"],
        "partly settled",
    )
