"""What lines come to: net, VAT and gross, in whole cents for each line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, NamedTuple

from exactnb.absent import ABSENT
from exactnb.forms.lines.cells import PerRow
from exactnb.schema.check import fold
from exactnb.schema.numbers import write_number

__all__ = ["Line", "Totals", "line"]

Row = Mapping[str, Any]
#: what a value belongs to, and the value → the fields of the record that it stands for
Record = Callable[[str, Any], Mapping[str, Any] | None]

_ROLES = ("quantity", "netprice", "unitprice", "discount", "vatcode", "item")
_PRICED = {"netprice", "unitprice", "item"}
_SAID = {
    "net": ("Net", "Netto"),
    "vat": ("VAT", "Btw"),
    "gross": ("Gross", "Bruto"),
    "unknown": ("not known", "niet bekend"),
    "part": ("{} ({} of {} lines)", "{} ({} van {} regels)"),
    "price": ("Price not known: {} of {} lines.", "Prijs niet bekend: {} van {} regels."),
    "rate": ("VAT not known: {} of {} lines.", "Btw niet bekend: {} van {} regels."),
    "guess": (
        "≈ is an estimate, with the item's own price or a quantity of 1.",
        "≈ is een schatting, met de prijs van het artikel zelf of een aantal van 1.",
    ),
}


class Line(NamedTuple):
    """What one line comes to, in cents; None is not known."""

    net: int | None = None
    vat: int | None = None
    gross: int | None = None
    guessed: bool = False
    """Whether the price is the item's own, or the quantity is taken to be 1."""
    empty: bool = False
    """Whether it has neither a price nor an item: it counts for nothing yet."""


def line(row: Row, record: Record) -> Line:
    """What a line comes to, from its values by role.

    The amount is the quantity times the net price, or times the unit price less the discount
    (a fraction), rounded to cents, halves up. A VAT code of type I is in the price already.

    Examples
    --------
    >>> row = {"quantity": 3, "netprice": Decimal("9.995"), "vatcode": "4"}
    >>> line(row, lambda role, value: {"Percentage": 0.21, "Type": "E"})
    Line(net=2999, vat=630, gross=3629, guessed=False, empty=False)
    """
    if not any(_given(row, role) for role in _PRICED):
        return Line(empty=True)
    price, from_item = _price(row, record)
    quantity = _number(row.get("quantity", ABSENT)) if _given(row, "quantity") else Decimal(1)
    guessed = from_item or not _given(row, "quantity")
    if price is None or quantity is None:
        return Line(guessed=guessed)
    amount = _cents(quantity * price)
    code = record("vatcode", row["vatcode"]) if _given(row, "vatcode") else None
    if code is None:
        return Line(net=amount, guessed=guessed)
    return _with_vat(amount, code, guessed)


def _with_vat(amount: int, code: Mapping[str, Any], guessed: bool) -> Line:
    named = {fold(name): each for name, each in code.items()}
    kind = str(named.get("type") or "E").strip().upper()
    rate = Decimal(0) if kind == "N" else _number(named.get("percentage", ABSENT))
    if rate is None:
        return Line(net=amount if kind != "I" else None, guessed=guessed)
    if kind == "I":
        net = _cents(Decimal(amount) / 100 / (1 + rate))
        return Line(net, amount - net, amount, guessed)
    vat = _cents(Decimal(amount) / 100 * rate)
    return Line(amount, vat, amount + vat, guessed)


def _price(row: Row, record: Record) -> tuple[Decimal | None, bool]:
    """The price of one, less its discount, and whether it is the item's own."""
    if _given(row, "netprice"):
        return _number(row["netprice"]), False
    discount = _number(row["discount"]) if _given(row, "discount") else Decimal(0)
    price, from_item = None, False
    if _given(row, "unitprice"):
        price = _number(row["unitprice"])
    elif _given(row, "item"):
        item = record("item", row["item"]) or {}
        own = {fold(name): each for name, each in item.items()}
        price, from_item = _number(own.get("standardsalesprice", ABSENT)), True
    if price is None or discount is None:
        return None, from_item
    return price * (1 - discount), from_item


def _given(row: Row, role: str) -> bool:
    return row.get(role, ABSENT) not in (ABSENT, None, "")


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, str)):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < Decimal(10) ** 12 else None


def _cents(amount: Decimal) -> int:
    return int((amount * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


class Totals:
    """The lines and their sums; one line is worked out anew at a time.

    Parameters
    ----------
    names
        Columns of the lines; those with a part in the sums are known by their names.
    record
        Column and value → the fields of the record that the value stands for, or None.
    """

    def __init__(self, names: Iterable[str], record: Record) -> None:
        by_fold = {fold(name): name for name in names}
        self.roles = {by_fold[role]: role for role in _ROLES if role in by_fold}
        self.applies = bool({"netprice", "unitprice"} & set(self.roles.values()))
        named = {role: name for name, role in self.roles.items()}
        self._record: Record = lambda role, value: record(named[role], value)
        self._worked = PerRow(self._line)
        self._lines: list[Line] = []

    def set_all(self, rows: Sequence[Row | None]) -> None:
        """Works every line out; None is a line with a mistake in it."""
        if self.applies:
            lines = iter(self._worked.of([row for row in rows if row is not None]))
            self._lines = [Line() if row is None else next(lines) for row in rows]

    def set_line(self, index: int, row: Row | None) -> None:
        """Works one line out anew."""
        if self.applies:
            self._lines[index] = Line() if row is None else self._line(row)

    def clear(self) -> None:
        """Has lines worked out anew that were before: more is known about their keys."""
        self._worked.clear()

    def _line(self, row: Row) -> Line:
        return line({self.roles[n]: v for n, v in row.items() if n in self.roles}, self._record)

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines that count: all but the empty ones."""
        return tuple(each for each in self._lines if not each.empty)

    @property
    def gross(self) -> Decimal | None:
        """The sum with VAT; None if part of it is not known or is an estimate."""
        if not self.lines or any(each.gross is None or each.guessed for each in self.lines):
            return None
        return Decimal(sum(each.gross or 0 for each in self.lines)).scaleb(-2)

    def wire(self, language: str = "en") -> dict[str, Any]:
        """The sums in words: ``sums`` as name and amount, ``note`` as what is not known of them.

        Examples
        --------
        >>> totals = Totals(["quantity", "netPrice"], lambda role, value: None)
        >>> totals.set_all([{"quantity": 2, "netPrice": 617}])
        >>> totals.wire()["sums"]
        [['Net', '1,234.00'], ['VAT', 'not known'], ['Gross', 'not known']]
        """
        lines = self.lines
        if not lines:
            return {}
        sums = [
            [_say(name, language), self._sum([getattr(each, name) for each in lines], language)]
            for name in ("net", "vat", "gross")
        ]
        priceless = sum(each.net is None and each.gross is None for each in lines)
        rateless = sum(each.gross is None for each in lines) - priceless
        notes = [
            _say("price", language, priceless, len(lines)) if priceless else "",
            _say("rate", language, rateless, len(lines)) if rateless else "",
            _say("guess", language) if self._guessed else "",
        ]
        return {"sums": sums, "note": " ".join(note for note in notes if note)}

    @property
    def _guessed(self) -> bool:
        return any(each.guessed and each.net is not None for each in self.lines)

    def _sum(self, cents: Sequence[int | None], language: str) -> str:
        known = [each for each in cents if each is not None]
        if not known:
            return _say("unknown", language)
        amount = write_number(Decimal(sum(known)).scaleb(-2), language, grouped=True)
        said = f"≈ {amount}" if self._guessed else amount
        if len(known) == len(cents):
            return said
        return _say("part", language, said, len(known), len(cents))


def _say(key: str, language: str, *values: Any) -> str:
    return _SAID[key][language == "nl"].format(*values)
