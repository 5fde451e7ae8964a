"""The ledger of an administration, from what a store holds of it.

::

    store ──▶ ledger_frame, ledger_table ──▶ open_items    what is still to be paid, and its proof
              one row a line, documented     compare       what changed between two ledgers
              in ledger_columns              export_ledger files for other engines

What belongs together on the control accounts, an invoice and its payments, is matched in one
place, ``matching``: open items are made from it, and so are the analyses of receivables.
"""

from exactnb.ledger.columns import ledger_columns
from exactnb.ledger.compare import compare
from exactnb.ledger.export import export_ledger
from exactnb.ledger.frame import ledger_frame, ledger_table
from exactnb.ledger.open_items import open_items

__all__ = [
    "compare",
    "export_ledger",
    "ledger_columns",
    "ledger_frame",
    "ledger_table",
    "open_items",
]
