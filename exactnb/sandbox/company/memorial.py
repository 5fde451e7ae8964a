"""The ordinary manual entries: depreciation, accruals, own use of goods, claims, corrections."""

from __future__ import annotations

from exactnb.sandbox.company import days
from exactnb.sandbox.company.bank import Bank
from exactnb.sandbox.company.days import MONTHS, TODAY
from exactnb.sandbox.company.dice import Dice, share
from exactnb.sandbox.company.items import Items
from exactnb.sandbox.company.ledger import Book, Entry, Line
from exactnb.sandbox.company.opening import BALANCES
from exactnb.sandbox.company.plan import PRICE_LEVEL, Plan
from exactnb.sandbox.company.purchases import INVESTMENTS, Bill
from exactnb.sandbox.company.relations import (
    BOOKKEEPER,
    CONTROLLER,
    PAYABLES,
    SALES,
    SALES_2,
    WORKSHOP,
)
from exactnb.sandbox.company.stock import Use

#: fixed assets → their accumulated depreciation, and the months that those of before still last
_ASSETS = {"0300": ("0310", 84), "0320": ("0330", 36), "0400": ("0410", 54)}
_LIFE = {"0300": 84, "0320": 48, "0400": 60}

#: what employees claim: account, lowest and highest amount in cents, what
_CLAIMS = (
    ("4310", 1_250, 19_800, "Reiskosten"),
    ("4310", 2_400, 36_000, "Treinreizen beurs"),
    ("4610", 1_900, 24_500, "Lunch met klant"),
    ("4200", 700, 9_400, "Kantoorbenodigdheden"),
    ("4300", 900, 11_500, "Parkeren"),
)
#: costs that are booked to one account and belong to another
_CORRECTIONS = (
    ("4220", "4200"), ("4310", "4300"), ("4610", "4600"), ("4050", "4200"), ("4200", "4110"),
)  # fmt: skip


class Memorial:
    """Draws and books the ordinary entries of the general journal."""

    def __init__(self, plan: Plan, seed: int) -> None:
        self._plan = plan
        self._dice = Dice(seed, "memorial")

    def uses(self, items: Items) -> list[Use]:
        """Goods for repairs, warranty, and what a stock count finds missing."""
        dice, uses = self._dice, []
        parts = [i for i in items.group["PART"] if i.end is None]
        small = [i for i in parts + items.group["ACC"] if i.end is None and i.price < 12_000]
        for year, month in MONTHS:
            dates = days.workdays(year, month)
            for _ in range(self._plan.times(40) // 10):
                uses.append(
                    Use(dice.pick(dates), dice.pick(parts), dice.between(1, 9), "werkplaats")
                )
            for _ in range(self._plan.times(22) // 10):
                uses.append(Use(dice.pick(dates), dice.pick(small), dice.between(1, 4), "garantie"))
            if month == 12:
                for _ in range(self._plan.times(9)):
                    uses.append(Use(dates[-1], dice.pick(small), dice.between(1, 6), "telling"))
        return uses

    def post(self, book: Book, bank: Bank, uses: list[Use], bills: list[Bill]) -> None:
        """Book all of them."""
        self._depreciation(book)
        self._prepaid(book, bills)
        self._used(book, uses)
        for year, month in MONTHS:
            self._accruals(book, year, month)
            self._claims(book, bank, year, month)
            self._corrections(book, year, month)
            if month % 3 == 0:
                allowance = self._plan.times(self._dice.between(42_000, 96_000))
                lines = [Line("4730", allowance), Line("1310", -allowance)]
                self._entry(book, days.close(year, month), "Voorziening debiteuren", lines)

    def _entry(
        self,
        book: Book,
        date: int,
        text: str,
        lines: list[Line],
        kind: int = 90,
        user: int | None = None,
    ) -> None:
        dice = self._dice
        made_on = min(days.workday(date + dice.between(0, 4)), TODAY)
        user = dice.pick((BOOKKEEPER, BOOKKEEPER, CONTROLLER)) if user is None else user
        created = days.ms(made_on, dice.between(515, 1035)) + dice.between(0, 59_999)
        book.post(Entry("90", kind, date, text, lines, created=created, user=user))

    def _depreciation(self, book: Book) -> None:
        assets = [
            (gl, MONTHS[0], BALANCES[gl] + BALANCES[wears], months)
            for gl, (wears, months) in _ASSETS.items()
        ]
        assets += [
            (gl, days.plus_months(year, month, 1), price, _LIFE[gl])
            for year, month, gl, price, _ in INVESTMENTS
        ]
        for year, month in MONTHS:
            for gl, (wears, _) in _ASSETS.items():
                cents = 0
                for asset, (y, m), price, life in assets:
                    age = (year - y) * 12 + month - m
                    if asset == gl and 0 <= age < life:
                        whole = self._plan.times(price)
                        cents += share(whole, age + 1, life) - share(whole, age, life)
                if cents:
                    text = f"Afschrijving {month:02d}-{year}"
                    lines = [Line("4500", cents), Line(wears, -cents)]
                    self._entry(book, days.close(year, month), text, lines, 70, CONTROLLER)

    def _prepaid(self, book: Book, bills: list[Bill]) -> None:
        paid = [
            (bill.date, sum(line.amount for line in bill.lines))
            for bill in bills
            if bill.supplier.role == "insurer"
        ]
        paid.append((days.FIRST, self._plan.times(BALANCES["1400"])))
        for date, cents in paid:
            months, gl = (5, "4220") if date == days.FIRST else (12, "4710")
            for place in range(months):
                year, month = days.plus_months(days.YEAR[date], days.MONTH[date], place)
                if (year, month) <= MONTHS[-1]:
                    part = share(cents, place + 1, months) - share(cents, place, months)
                    text = "Vrijval vooruitbetaald"
                    lines = [Line(gl, part), Line("1400", -part)]
                    self._entry(book, days.close(year, month), text, lines)

    def _used(self, book: Book, uses: list[Use]) -> None:
        counted: dict[int, int] = {}
        for use in uses:
            if use.text == "telling":
                counted[use.date] = counted.get(use.date, 0) + use.cost
                continue
            gl = "7030" if use.text == "werkplaats" else "4620"
            text = f"Verbruik {use.text} {use.item.name}"
            lines = [
                Line(gl, use.cost, item=use.item, quantity=use.pieces * 100),
                Line("3000", -use.cost, item=use.item, quantity=-use.pieces * 100),
            ]
            self._entry(book, use.date, text, lines, 90, WORKSHOP)
        for date, cents in counted.items():
            lines = [Line("7900", cents), Line("3000", -cents)]
            text = f"Voorraadverschil telling {days.YEAR[date]}"
            self._entry(book, date, text, lines, 195, CONTROLLER)

    def _accruals(self, book: Book, year: int, month: int) -> None:
        """Energy used and not yet invoiced, booked at the month's end and back at the next one."""
        estimate = self._plan.times(self._dice.between(31_000, 119_000))
        estimate = share(estimate, PRICE_LEVEL[year], 1000)
        lines = [Line("4110", estimate), Line("1700", -estimate)]
        self._entry(book, days.close(year, month), "Nog te ontvangen energie", lines)
        year, month = days.plus_months(year, month, 1)
        if (year, month) <= MONTHS[-1]:
            back = [line._replace(cents=-line.cents) for line in lines]
            self._entry(book, days.workdays(year, month)[0], "Terugboeking energie", back)

    def _claims(self, book: Book, bank: Bank, year: int, month: int) -> None:
        dice = self._dice
        for _ in range(self._plan.times(25) // 10 + dice.chance(20)):
            gl, low, high, what = dice.pick(_CLAIMS)
            cents = dice.spread(low, high)
            date = dice.pick(days.workdays(year, month))
            user = dice.pick((PAYABLES, SALES, SALES_2, BOOKKEEPER))
            lines = [Line(gl, cents), Line("1825", -cents)]
            self._entry(book, date, f"Declaratie {what.lower()}", lines, 90, user)
            paid_on = days.workday(date + dice.between(5, 12))
            bank.expect(paid_on, Line("1825", cents, text=f"Declaratie {what.lower()}"))

    def _corrections(self, book: Book, year: int, month: int) -> None:
        dice = self._dice
        for _ in range(self._plan.times(2)):
            right, wrong = dice.pick(_CORRECTIONS)
            cents = dice.between(45, 480) * 125  # mostly whole or quarter euros, as people do
            date = dice.pick(days.workdays(year, month))
            lines = [Line(right, cents), Line(wrong, -cents)]
            self._entry(book, date, "Correctie kostensoort", lines)
