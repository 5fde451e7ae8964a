"""The frame of the books, read from chart.json: accounts, journals, VAT codes, terms, groups."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATA: dict[str, Any] = json.loads(Path(__file__).with_name("chart.json").read_text("utf-8"))

MAIN, HOLDING = 2400101, 2400102
VAT_NUMBER = {MAIN: "NL900000016B01", HOLDING: "NL900000028B01"}
CHAMBER_NUMBER = {MAIN: "99100101", HOLDING: "99100202"}
IBAN = {MAIN: "NL45WADB0900000101", HOLDING: "NL34WADB0900000202"}

GL_TYPE: dict[str, int] = {row[0]: row[3] for row in DATA["accounts"]}
"""Code of a ledger account → its type."""
RESULT = frozenset(row[0] for row in DATA["accounts"] if row[4] == "W")
"""Codes of the profit and loss accounts."""
TERMS: dict[str, int] = {code: days for code, _, days, _ in DATA["payment_conditions"]}
"""Payment condition → days."""


@dataclass(frozen=True)
class VAT:
    """A VAT code: what it charges and where that is booked."""

    code: str
    percent: int
    listing: str
    charged: bool
    to_pay: str | None
    to_claim: str | None


VAT_CODES: dict[str, VAT] = {
    code: VAT(code, percent, listing, charged, to_pay, to_claim)
    for code, _, percent, _, _, listing, charged, to_pay, to_claim, _, _ in DATA["vat_codes"]
}

#: ledger accounts that the holding has; the others would only be noise there
HOLDING_ACCOUNTS = frozenset(
    [
        "0500",
        "0540",
        "0550",
        "0600",
        "1100",
        "1300",
        "1450",
        "1500",
        "1520",
        "1560",
        "1600",
        "1850",
        "2000",
        "4210",
        "4220",
        "4400",
        "4406",
        "4700",
        "4710",
        "4720",
        "4900",
        "8800",
        "9100",
        "9110",
        "9800",
    ]
)


def accounts(division: int) -> list[list[Any]]:
    """The rows of the chart that a division has."""
    return [row for row in DATA["accounts"] if division == MAIN or row[0] in HOLDING_ACCOUNTS]


def journals(division: int) -> list[list[Any]]:
    """The journals that a division has."""
    return [
        row for row in DATA["journals"] if division == MAIN or row[0] in {"20", "60", "70", "90"}
    ]
