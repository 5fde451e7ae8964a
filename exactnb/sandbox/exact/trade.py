"""What a VAT code does to an amount, and when an invoice is due."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from exactnb.sandbox.exact.messages import Refusal
from exactnb.sandbox.exact.rows import Rows, Values


def cents(amount: float | None) -> int:
    """An amount in whole cents, halves away from zero."""
    scaled = round(abs(amount or 0) * 100, 6)
    whole = int(scaled + 0.5)
    return -whole if (amount or 0) < 0 else whole


@dataclass(frozen=True)
class VAT:
    """A VAT code: its rate, how it is reckoned, and the accounts that it is booked on."""

    code: str | None = None
    rate: float = 0.0
    kind: str = "N"
    charged: bool = False
    to_pay: str | None = None
    to_claim: str | None = None

    def split(self, amount: int) -> tuple[int, int]:
        """Base and VAT, in cents, of an amount as it is entered with this code."""
        if self.kind == "I":
            base = cents(amount / 100 / (1 + self.rate))
            return base, amount - base
        return amount, cents(amount / 100 * self.rate) if self.kind == "E" else 0


def vat(rows: Rows, code: str | None) -> VAT:
    """The VAT code of an administration; without one, no VAT."""
    if not code:
        return VAT()
    found = rows.first(
        "SELECT * FROM temp.VATCodes WHERE Code = ?",  # the view, which has the rate
        code.ljust(3),
    )
    if found is None:
        raise Refusal(400, ("reference", "VATCode"))
    return VAT(
        code=code,
        rate=found["Percentage"] or 0.0,
        kind=found["Type"] or "N",
        charged=bool(found["Charged"]),
        to_pay=found["GLToPay"],
        to_claim=found["GLToClaim"],
    )


def due(rows: Rows, invoiced: int, condition: str | None) -> int:
    """The day an invoice is due: to the end of so many months, and then so many days more."""
    terms: Values = (rows.by_code("PaymentConditions", condition) if condition else None) or {}
    moment = datetime.fromtimestamp(invoiced / 1000, UTC)
    for turn in range(terms.get("PaymentEndOfMonths") or 0):
        if turn:
            moment += timedelta(days=1)
        moment = moment.replace(day=calendar.monthrange(moment.year, moment.month)[1])
    moment += timedelta(days=terms.get("PaymentDays") or 0)
    return int(moment.timestamp()) * 1000
