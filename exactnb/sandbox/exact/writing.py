"""POST, PUT, DELETE."""

from __future__ import annotations

KEY_ONLY = ("Accounts", "Contacts", "Items")
SYNCED = ("TransactionLines",)


def key_only(entity, record):
    return record


class Writer:
    def __init__(self, store, division, today): ...
