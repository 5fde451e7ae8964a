"""The records that the tests of quality take: accounts, and their bank accounts."""

from __future__ import annotations

from typing import Any

import pandas as pd

from exactnb.errors import DataError, InputError
from exactnb.frames.needs import require

__all__ = ["accounts_of", "bank_accounts_of"]

_OPTIONAL = (
    *("vat_number", "chamber_of_commerce", "country", "postcode", "email", "status"),
    *("is_supplier", "payment_condition_sales", "payment_condition_purchase", "sales_vat_code"),
)


def accounts_of(accounts: Any) -> pd.DataFrame:
    """The accounts by code, all that is asked as stripped text or None.

    ``attrs["columns"]`` names the fields that were given.
    """
    if not isinstance(accounts, pd.DataFrame):
        raise DataError(
            f"Accounts are a DataFrame, not {type(accounts).__name__}",
            hint='books.odata("crm/Accounts") gives it.',
        )
    hint = 'books.odata("crm/Accounts") has them.'
    require(accounts, ("id", "code", "name"), "the accounts", hint)
    texts = {
        name: pd.Series(
            [_text(value) for value in accounts[name]] if name in accounts else None,
            index=range(len(accounts)),
            dtype="object",
        )
        for name in ("id", "code", "name", *_OPTIONAL)
    }
    made = pd.DataFrame(texts)
    made = made.where(made.notna(), None)
    made["country"] = [country and country.upper() for country in made["country"]]
    made = made.sort_values("code", kind="stable", ignore_index=True)
    made.attrs = {"columns": [name for name in _OPTIONAL if name in accounts], **accounts.attrs}
    return made


def bank_accounts_of(bank_accounts: Any, accounts: pd.DataFrame) -> pd.DataFrame:
    """The bank accounts: ``number``, and the ``place`` of whose it is among the accounts."""
    if bank_accounts is None:
        return pd.DataFrame({"place": [], "number": []}).astype({"place": "int64"})
    if not isinstance(bank_accounts, pd.DataFrame):
        raise InputError(
            f"Bank accounts are a DataFrame, not {type(bank_accounts).__name__}",
            hint='books.odata("crm/BankAccounts") gives it.',
        )
    hint = 'books.odata("crm/BankAccounts") has them.'
    require(bank_accounts, ("account", "bank_account"), "the bank accounts", hint)
    places = {key: place for place, key in accounts["id"].items()}
    rows = [
        (places[_text(account)], number)
        for account, number in zip(
            bank_accounts["account"], map(_text, bank_accounts["bank_account"]), strict=True
        )
        if number and _text(account) in places
    ]
    return pd.DataFrame(rows, columns=["place", "number"])


def _text(value: Any) -> str | None:
    if value is None or value is pd.NA or value != value:
        return None
    return str(value).strip() or None
