"""Ledgers for the tests of analyses: the demo's, and small ones made by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from exactnb.frames.build import text_dtype

CATEGORIES = [
    "journal_code",
    "journal_description",
    "gl_account_code",
    "gl_account_description",
    "balance_type",
    "balance_side",
    "account_code",
    "account_name",
    "currency",
    "vat_code",
    "vat_type",
    "item_code",
    "item_description",
    "cost_center",
    "cost_unit",
    "project_code",
    "creator_full_name",
    "modifier_full_name",
    "gl_account",
    "account",
    "item",
]
INTEGERS = [
    "financial_year",
    "financial_period",
    "entry_number",
    "line_number",
    "gl_account_type",
    "invoice_number",
    "order_number",
    "type",
    "status",
    "line_type",
    "document_number",
]
TEXTS = ["description", "your_ref", "payment_reference", "entry_id", "id"]
DATES = ["date", "due_date", "created", "modified"]
AMOUNTS = [
    "amount_dc",
    "amount_fc",
    "exchange_rate",
    "vat_percentage",
    "amount_vat_fc",
    "amount_vat_base_fc",
    "quantity",
]

#: code → (description, type, balance type, side) of a chart small enough to know by heart
CHART = {
    "0100": ("Inventaris", 30, "B", "D"),
    "0110": ("Afschrijving inventaris", 35, "B", "C"),
    "0500": ("Kapitaal", 50, "B", "C"),
    "0510": ("Winstreserve", 52, "B", "C"),
    "1000": ("Bank", 12, "B", "D"),
    "1300": ("Debiteuren", 20, "B", "D"),
    "1500": ("Af te dragen BTW", 24, "B", "C"),
    "1510": ("Te vorderen BTW", 24, "B", "D"),
    "1600": ("Crediteuren", 22, "B", "C"),
    "3000": ("Voorraad", 40, "B", "D"),
    "4000": ("Lonen", 125, "W", "D"),
    "4300": ("Afschrijvingskosten", 122, "W", "D"),
    "4500": ("Kantoorkosten", 121, "W", "D"),
    "7000": ("Kostprijs verkopen", 111, "W", "D"),
    "8000": ("Omzet", 110, "W", "C"),
    "9000": ("Rente", 160, "W", "D"),
    "9900": ("Vennootschapsbelasting", 150, "W", "D"),
}


def ledger_of(rows: Iterable[Mapping[str, Any]], **attrs: str) -> pd.DataFrame:
    """A ledger of lines that say only what matters; what they leave out follows or is missing.

    ``gl`` is a code of :data:`CHART`, ``amount`` euros (debit positive), ``date`` text or a date;
    year and period follow from the date, the rest of the columns may be given by their names.
    """
    made = [_line(dict(row), number) for number, row in enumerate(rows)]
    columns = [*DATES, *CATEGORIES, *INTEGERS, *TEXTS, *AMOUNTS]
    frame = pd.DataFrame(made, columns=columns)
    cents = (frame["amount_dc"].astype("float64") * 100).round()
    frame["cents"] = cents.astype("Int64" if cents.isna().any() else "int64")
    frame[CATEGORIES] = frame[CATEGORIES].astype("str").where(frame[CATEGORIES].notna())
    for name in CATEGORIES:
        frame[name] = frame[name].astype("category")
    for name in DATES:
        frame[name] = pd.to_datetime(frame[name]).astype("datetime64[ms]")
    frame = frame.astype(
        dict.fromkeys(INTEGERS, "Int32") | dict.fromkeys(AMOUNTS, "float64")
    ).astype(dict.fromkeys(TEXTS, text_dtype()))
    frame.attrs = {"division": "1", "division_name": "Proef B.V.", "currency": "EUR", **attrs}
    return frame


def _line(row: dict[str, Any], number: int) -> dict[str, Any]:
    code = row.pop("gl")
    amount = row.pop("amount")
    day = pd.Timestamp(row.get("date", dt.date(2025, 1, 15)))
    description, kind, balance, side = CHART.get(code, (None, None, None, None))
    return {
        "date": day,
        "financial_year": day.year,
        "financial_period": day.month,
        "entry_number": row.get("entry", number),
        "line_number": number,
        "gl_account_code": code,
        "gl_account_description": description,
        "gl_account_type": kind,
        "balance_type": balance,
        "balance_side": side,
        "amount_dc": amount,
        "amount_fc": amount,
        "currency": "EUR",
        "exchange_rate": 1.0,
        "type": 90,
        "status": 50,
        "created": day,
        "modified": day,
        "entry_id": f"entry-{row.pop('entry', number)}",
        "id": f"line-{number}",
        **row,
    }


def demo_ledger(books: Any) -> pd.DataFrame:
    """The ledger of an administration."""
    frame: pd.DataFrame = books.ledger()
    return frame
