"""Which box (rubriek) of the VAT return a VAT code belongs in, by what the code says of itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from exactnb.errors import DataError, InputError
from exactnb.frames.needs import require

__all__ = ["BOXES", "Box", "VATCode", "codes_of"]


@dataclass(frozen=True)
class Box:
    """A box of the return: its words, and what it is made of."""

    key: str
    en: str
    nl: str
    kind: str = "line"
    """``line`` has lines of the ledger behind it, ``sum`` is worked out from others."""


#: the form of the Belastingdienst (omzetbelasting), in its order
BOXES: Mapping[str, Box] = {
    box.key: box
    for box in (
        Box("1a", "Supplies at the high rate", "Leveringen/diensten belast met hoog tarief"),
        Box("1b", "Supplies at the low rate", "Leveringen/diensten belast met laag tarief"),
        Box(
            "1c",
            "Supplies at other rates, except 0 %",
            "Leveringen/diensten belast met overige tarieven, behalve 0 %",
        ),
        Box("1d", "Private use", "Privégebruik"),
        Box(
            "1e",
            "Supplies at 0 % or not taxed with you",
            "Leveringen/diensten belast met 0 % of niet bij u belast",
        ),
        Box(
            "2a",
            "Supplies to you, VAT reverse-charged to you",
            "Leveringen/diensten waarbij de omzetbelasting naar u is verlegd",
        ),
        Box(
            "3a",
            "Supplies to countries outside the EU (export)",
            "Leveringen naar landen buiten de EU (uitvoer)",
        ),
        Box(
            "3b",
            "Supplies to or in EU countries",
            "Leveringen naar of diensten in landen binnen de EU",
        ),
        Box(
            "3c",
            "Installation and distance sales within the EU",
            "Installatie/afstandsverkopen binnen de EU",
        ),
        Box(
            "4a",
            "Supplies to you from outside the EU",
            "Leveringen/diensten uit landen buiten de EU",
        ),
        Box(
            "4b", "Supplies to you from EU countries", "Leveringen/diensten uit landen binnen de EU"
        ),
        Box(
            "5a",
            "VAT due (boxes 1 to 4)",
            "Verschuldigde omzetbelasting (rubrieken 1 t/m 4)",
            "sum",
        ),
        Box("5b", "Input tax", "Voorbelasting"),
        Box("5c", "Subtotal: 5a less 5b", "Subtotaal: 5a min 5b", "sum"),
        Box(
            "5d", "Small businesses scheme (ended)", "Kleineondernemersregeling (vervallen)", "sum"
        ),
        Box("5e", "Estimate of former returns", "Schatting vorige aangifte(n)", "sum"),
        Box("5f", "Estimate of this return", "Schatting deze aangifte", "sum"),
        Box("5g", "Total to pay, or to reclaim", "Totaal te betalen of terug te vragen", "sum"),
    )
}

#: rates that the Netherlands has, or had: until October 2012, and until 2019
HIGH, LOW = (0.21, 0.19), (0.09, 0.06)

_OUTSIDE = re.compile(
    r"buiten (?:de )?e[ug]\b|outside (?:the )?e[uc]\b|\bexport|\buitvoer|\binvoer|\bimport|"
    r"\bnon-?eu\b|derde land|third countr",
    re.IGNORECASE,
)
_INSIDE = re.compile(
    r"binnen (?:de )?e[ug]\b|(?:with)?in (?:the )?e[uc]\b|intracom|verwerving|acquisition|"
    r"\bic[pvl]\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class VATCode:
    """A VAT code as the return sees it.

    ``sales`` and ``purchase`` are the boxes of its lines, or None where it has none on that side:
    what is bought at an ordinary rate is in no box but for its input tax (5b).
    """

    code: str
    description: str
    percentage: float
    sales: str | None
    purchase: str | None


def codes_of(codes: pd.DataFrame, boxes: Mapping[str, str] | None = None) -> dict[str, VATCode]:
    """The VAT codes of an administration, each with its boxes.

    Parameters
    ----------
    codes
        ``books.table("vat_codes")``, or ``books.odata("VATCodes")``.
    boxes
        Code → box, where the code's own properties do not say it or say it wrongly.

    Raises
    ------
    DataError
        A column is missing, or a reverse-charged code does not say where its purchases come from.
    InputError
        ``boxes`` names a box or a code that there is not.

    Notes
    -----
    Codes are data of each administration: what counts is ``Percentage``, ``EUSalesListing``,
    ``Charged`` (reverse charge), ``IntraStat`` and, between a domestic 0 % and an export and
    between reverse charges, the description.
    """
    needed = ["code", "description", "percentage", "charged", "eu_sales_listing", "intra_stat"]
    require(codes, needed, "the VAT codes", "books.table('vat_codes') has them.")
    given = {str(code): str(box).lower() for code, box in (boxes or {}).items()}
    known = set(codes["code"].astype(str))
    wrong = [
        f"{code}: {box}"
        for code, box in given.items()
        if code not in known or box not in BOXES or BOXES[box].kind != "line"
    ]
    if wrong:
        raise InputError(
            f"These are no VAT codes or no boxes: {', '.join(wrong)}",
            hint=f"Codes: {', '.join(sorted(known))}. Boxes: 1a to 4b.",
        )
    return {
        row["code"]: _code(row, given.get(row["code"])) for row in codes[needed].to_dict("records")
    }


def _code(row: Mapping[str, Any], given: str | None) -> VATCode:
    code, words = str(row["code"]), str(row["description"] or "")
    rate = float(row["percentage"]) if row["percentage"] == row["percentage"] else 0.0
    charged = row["charged"] is True or row["charged"] == 1
    if given is not None:
        side = (
            {"sales": None, "purchase": given}
            if given[0] in "24"
            else {"sales": given, "purchase": None}
        )
        return VATCode(code, words, rate, **side)
    purchase = _reverse_charged(code, words, row) if charged else None
    return VATCode(code, words, rate, _sold(words, rate, charged, row), purchase)


def _sold(words: str, rate: float, charged: bool, row: Mapping[str, Any]) -> str:
    if row["eu_sales_listing"] in ("L", "S", "T"):
        return "3b"
    if charged or not rate:
        return "3a" if _OUTSIDE.search(words) else "1e"
    return "1a" if _is(rate, HIGH) else "1b" if _is(rate, LOW) else "1c"


def _reverse_charged(code: str, words: str, row: Mapping[str, Any]) -> str:
    if _OUTSIDE.search(words):
        return "4a"
    if row["intra_stat"] is True or row["intra_stat"] == 1 or _INSIDE.search(words):
        return "4b"
    if re.search(r"verlegd|reverse|domestic|binnenland", words, re.IGNORECASE):
        return "2a"
    raise DataError(
        f"VAT code {code} ({words}) is reverse-charged, and does not say whether what is bought "
        "comes from the Netherlands, the EU or elsewhere",
        hint=f"Say it: boxes={{{code!r}: '2a'}}, or '4b', or '4a'.",
    )


def _is(rate: float, rates: tuple[float, ...]) -> bool:
    return any(abs(rate - one) < 1e-6 for one in rates)
