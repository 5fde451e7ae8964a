"""Which items stand behind the ledger's revenue, where only the invoices name them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from exactnb.analyses.rows import texts
from exactnb.errors import DataError, InputError
from exactnb.frames.needs import require

__all__ = ["numbered", "split"]

_KEY = ["invoice_number", "gl_account"]


def split(table: pd.DataFrame, lines: pd.DataFrame, invoices: pd.DataFrame | None) -> pd.DataFrame:
    """The revenue of each invoice on each GL account, told apart by the items that it sold.

    Parameters
    ----------
    table
        Sums of the ledger: ``invoice_number``, ``gl_account``, ``item_code``, ``cents`` (income
        positive), ``_document`` (whether it is of sales entries), perhaps ``quantity``.
    lines, invoices
        Exact's SalesInvoiceLines and SalesInvoices.

    Returns
    -------
    DataFrame
        The same columns and the same sum. Where the ledger names an item, or knows nothing of
        the invoice, its row stays as it is; what lines and ledger differ by stays without item.
    """
    sold = _sold(lines, invoices)
    key = pd.DataFrame(
        {
            "invoice_number": table["invoice_number"].astype("Int64"),
            "gl_account": texts(table["gl_account"]),
        }
    )
    open_ = (texts(table["item_code"]) == "") & table["_document"].fillna(False).astype(bool)
    open_ &= key["invoice_number"].notna()
    # two rows of one number and GL account are of two customers or periods: not to be told apart
    key = key[open_.to_numpy()]
    key = key[~key.duplicated(keep=False)]
    found = key.assign(row=key.index).merge(sold, on=_KEY)
    booked = table["cents"].to_numpy()[found["row"]]
    whole = found.groupby("row")["cents"].transform("sum").to_numpy()
    # a credit note's lines have the sign that its entry has, whichever the document shows
    found["sign"] = np.where((whole == -booked) & (booked != 0), -1, 1)
    more = table.loc[found["row"]].reset_index(drop=True)
    more["item_code"] = found["item_code"].to_numpy()
    more["cents"] = (found["sign"] * found["cents"]).to_numpy()
    rest = table.copy()
    rest["item_code"] = texts(rest["item_code"])
    gone = pd.Series(more["cents"].to_numpy()).groupby(found["row"].to_numpy()).sum()
    rest.loc[gone.index, "cents"] -= gone
    if "quantity" in table:
        more["quantity"] = (found["sign"] * found["quantity"]).to_numpy()
        rest.loc[gone.index, "quantity"] = 0.0
    rest = rest[(rest["cents"] != 0) | ~rest.index.isin(gone.index)]
    return pd.concat([rest, more.astype(rest.dtypes)], ignore_index=True)


def _sold(lines: pd.DataFrame, invoices: pd.DataFrame | None) -> pd.DataFrame:
    """What the invoices sold: by number, GL account and item."""
    lines = numbered(lines, invoices)
    needed = ["gl_account", "item_code", "amount_dc", "quantity"]
    hint = "books.table('sales_invoice_lines') has them."
    require(lines, needed, "the invoice lines", hint)
    if nothing := int(lines["amount_dc"].isna().sum()):
        raise DataError(f"{nothing} invoice lines have no amount")
    cents = (lines["amount_dc"] * 100).round().astype("int64")
    size = lines["quantity"].astype("float64").fillna(0.0).abs()
    lines = lines.assign(
        invoice_number=lines["invoice_number"].astype("Int64"),
        gl_account=texts(lines["gl_account"]),
        item_code=texts(lines["item_code"]),
        cents=cents,
        quantity=size.where(cents >= 0, -size),
    )
    by = [*_KEY, "item_code"]
    sold: pd.DataFrame = lines.groupby(by, as_index=False)[["cents", "quantity"]].sum()
    return sold


def numbered(lines: pd.DataFrame, invoices: pd.DataFrame | None) -> pd.DataFrame:
    """Invoice lines with the number of their invoice, as far as that has one."""
    if "invoice_number" in lines.columns:
        return lines
    if invoices is None:
        raise InputError(
            "Invoice lines do not say which number their invoice has",
            hint="Give invoices=…, books.odata('salesinvoice/SalesInvoices'), too.",
        )
    known = invoices[["invoice_id", "invoice_number"]].dropna().drop_duplicates()
    return lines.merge(known, on="invoice_id", how="inner")
