"""The VAT return (btw-aangifte), box by box, from the ledger's lines."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import narwhals as nw
import pandas as pd

from exactnb.analyses.period import Period
from exactnb.analyses.result import Result, Where, made
from exactnb.analyses.rows import placed
from exactnb.analyses.sums import lines_of, period_of, total
from exactnb.analyses.vat.boxes import BOXES, VATCode, codes_of
from exactnb.display.options import say
from exactnb.display.statement import Check, Column
from exactnb.errors import DataError
from exactnb.frames.needs import require

__all__ = ["boxed", "filed_in", "taxed", "vat_return"]

#: the letters of a line's VAT type (TransactionLines.VATType), by what they say
BASE_SOLD, TAX_SOLD = ("V", "X"), ("A", "Z")
BASE_BOUGHT, TAX_CHARGED, TAX_INPUT = ("I", "W"), ("P", "Y"), ("O", "Q")
#: the entry that a VAT return itself makes: it settles, and is no part of the next one
SETTLEMENT = 50
_SETTLED = {"type": [SETTLEMENT]}
#: Returns.Type of a VAT return, and of an EC sales list (opgaaf ICP)
VAT_RETURN, EC_SALES_LIST = 31, 32
#: Returns.Status from which on one is open, realised or processed
_FILED = 20

_KINDS = {"5a": "subtotal", "5c": "subtotal", "5g": "total"}
#: the boxes whose tax is owed
_DUE = [key for key, box in BOXES.items() if box.kind == "line" and key != "5b"]
#: box → the boxes that it adds up, each with its sign
_SUMS = {"5a": dict.fromkeys(_DUE, 1), "5c": {"5a": 1, "5b": -1}, "5g": {"5c": 1}}
_NEEDED = ("financial_year", "financial_period", "type", "vat_code", "vat_type")


def vat_return(
    ledger: Any,
    period: str | Period,
    *,
    codes: pd.DataFrame,
    boxes: Mapping[str, str] | None = None,
    returns: pd.DataFrame | None = None,
) -> Result:
    """The boxes 1a to 5g of a month, a quarter or a year.

    Parameters
    ----------
    ledger
        From :meth:`exactnb.Connection.ledger`, or the same columns in another engine.
    period
        Such as ``"2025-Q3"``.
    codes
        ``books.table("vat_codes")``.
    boxes
        VAT code → box, where a code's own properties do not say it.
    returns
        ``books.table("returns")``: what was filed is compared with 5g.

    Returns
    -------
    Result
        One row a box: ``box``, ``description``, ``base`` and ``vat`` (euros to the cent),
        ``base_filed`` and ``vat_filed`` (whole euros, as the form takes them), ``kind``.

    Raises
    ------
    DataError
        Lines have a VAT code that ``codes`` does not have, or a code does not say its box.

    Notes
    -----
    Turnover is what is booked on lines of VAT type V and X, its tax on those of A and Z; bought
    with the tax reversed, the base is on I and W, the tax due on P and Y; input tax is on O and Q.
    The settlement of an earlier return (type 50) is left out. Whole euros: tax due is rounded
    down in each box and input tax up, which the Belastingdienst allows.

    Examples
    --------
    >>> import exactnb as ex
    >>> filed = ex.vat_return(books.ledger(), "2025-Q2", codes=books.table("vat_codes"))
    >>> float(filed.set_index("box").loc["5g", "vat_filed"])
    115491.0
    """
    asked = period_of(ledger, period)
    known = codes_of(codes, boxes)
    table = boxed(ledger, asked, known)
    sums = table.groupby("box")[["base", "vat"]].sum().reindex(list(BOXES), fill_value=0)
    filed = pd.DataFrame({"base": sums["base"] // 100, "vat": sums["vat"] // 100}) * 100
    filed.loc["5b", "vat"] = math.ceil(sums.loc["5b", "vat"] / 100) * 100
    for each in (sums, filed):
        for key, of in _SUMS.items():
            each.loc[key, "vat"] = sum(sign * each.loc[box, "vat"] for box, sign in of.items())
    frame = pd.DataFrame(
        {
            "box": list(BOXES),
            "description": [say(box.en, box.nl) for box in BOXES.values()],
            "base": sums["base"].to_numpy() / 100,
            "vat": sums["vat"].to_numpy() / 100,
            "base_filed": filed["base"].to_numpy() / 100,
            "vat_filed": filed["vat"].to_numpy() / 100,
            "kind": [_KINDS.get(key, "line") for key in BOXES],
        }
    )
    checks = [_tied(ledger, asked, codes, int(sums.loc["5g", "vat"]))]
    if returns is not None:
        checks += _filed(returns, asked, filed.loc["5g", "vat"] / 100)

    def behind(place: int, column: str | None) -> Where | None:
        key = frame.loc[place, "box"]
        if BOXES[key].kind == "sum":
            return None
        return _where(key, known, asked, column)

    return made(
        frame,
        ledger,
        title=say("VAT return", "Aangifte omzetbelasting"),
        subtitle=str(asked),
        columns={
            "box": Column(say("Box", "Rubriek")),
            "description": Column(""),
            "base": Column(say("Turnover", "Omzet"), "side"),
            "vat": Column(say("VAT", "Btw"), "side"),
            "vat_filed": Column(say("VAT, whole euros", "Btw, hele euro's"), "money"),
        },
        checks=checks,
        behind=behind,
        sums=placed(list(BOXES), _SUMS),
        period=asked,
    )


def boxed(ledger: Any, asked: Period, known: Mapping[str, VATCode]) -> pd.DataFrame:
    """Base and tax in whole cents, by VAT code and the box that it belongs in.

    Signed as the form has them: what is sold or owed is positive, and input tax is.
    """
    lines = taxed(lines_of(ledger, *_NEEDED, "cents")).filter(asked.within)
    found = total(lines, ("vat_code", "vat_type"), cents=nw.col("cents").sum(), lines=nw.len())
    unknown = sorted({str(c) for c in found["vat_code"] if c not in known})
    if unknown:
        raise DataError(
            f"Lines have VAT code {', '.join(unknown)}, which is not among the VAT codes",
            hint="books.refresh('vat_codes') reads them again.",
        )
    rows = []
    for code, letter, cents in zip(
        found["vat_code"], found["vat_type"], found["cents"], strict=True
    ):
        of = known[code]
        if letter in BASE_SOLD:
            rows.append((of.sales, code, -cents, 0))
        elif letter in TAX_SOLD:
            rows.append((of.sales, code, 0, -cents))
        elif letter in BASE_BOUGHT and of.purchase:
            rows.append((of.purchase, code, cents, 0))
        elif letter in TAX_CHARGED:
            rows.append((of.purchase or "2a", code, 0, -cents))
        elif letter in TAX_INPUT:
            rows.append(("5b", code, 0, cents))
    made = pd.DataFrame(rows, columns=["box", "vat_code", "base", "vat"])
    return made.astype({"base": "int64", "vat": "int64"})


def taxed(lines: Any) -> Any:
    """The lines that a return is made of: those with a VAT type, settlements left out."""
    kept = (nw.col("type") != SETTLEMENT) | nw.col("type").is_null()
    return lines.filter(kept & ~nw.col("vat_type").is_null())


def _where(key: str, known: Mapping[str, VATCode], asked: Period, column: str | None) -> Where:
    """The lines of a box: of its base, of its tax, or both."""
    if key == "5b":
        return Where({"vat_type": TAX_INPUT}, without=_SETTLED, period=asked)
    sold = [code for code, of in known.items() if of.sales == key]
    bought = [code for code, of in known.items() if of.purchase == key]
    base, tax = (BASE_SOLD, TAX_SOLD) if sold else (BASE_BOUGHT, TAX_CHARGED)
    letters = {"base": base, "base_filed": base, "vat": tax, "vat_filed": tax}
    chosen = letters.get(column or "", (*base, *tax))
    return Where({"vat_code": sold or bought, "vat_type": chosen}, without=_SETTLED, period=asked)


def _tied(ledger: Any, asked: Period, codes: pd.DataFrame, payable: int) -> Check:
    """What the VAT accounts say of the period, settlements left out, and the return."""
    accounts = {*codes["gl_to_pay_code"].dropna(), *codes["gl_to_claim_code"].dropna()}
    lines = lines_of(ledger, *_NEEDED, "gl_account_code", "cents").filter(
        asked.within,
        nw.col("gl_account_code").is_in(sorted(accounts)),
        (nw.col("type") != SETTLEMENT) | nw.col("type").is_null(),
    )
    booked = -int(total(lines, (), cents=nw.col("cents").sum())["cents"].iloc[0] or 0)
    return Check.of(say("VAT accounts = 5g", "btw-rekeningen = 5g"), booked, payable)


def _filed(returns: pd.DataFrame, asked: Period, payable: float) -> list[Check]:
    """The return that was filed for the period, and the one worked out here."""
    found = filed_in(returns, asked, VAT_RETURN)
    found = found[found["status"] >= _FILED]  # a draft is not filed
    name = say("filed = 5g", "ingediend = 5g")
    return [Check(name, float(amount), payable) for amount in found["amount"]]


def filed_in(returns: pd.DataFrame, asked: Period, kind: int) -> pd.DataFrame:
    """The returns of a kind that are about exactly this period.

    Raises
    ------
    DataError
        ``returns`` lacks a column.
    """
    needed = ["type", "year", "period", "frequency", "status", "amount"]
    require(returns, needed, "the returns", "books.table('returns') has them.")
    spelled = {"M": "{year}-{period:02d}", "Q": "{year}-Q{period}", "Y": "{year}", "A": "{year}"}
    rows = returns[returns["type"] == kind]
    about = [
        spelled.get(str(frequency), "").format(year=int(year), period=int(period))
        for frequency, year, period in zip(
            rows["frequency"], rows["year"], rows["period"], strict=True
        )
    ]
    return rows[[text == str(asked) for text in about]]
