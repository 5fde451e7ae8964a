"""Payroll of fourteen people, the loan and the bank charges: what comes back every month."""

from __future__ import annotations

from exactnb.sandbox.company import days
from exactnb.sandbox.company.bank import Bank
from exactnb.sandbox.company.days import MONTHS
from exactnb.sandbox.company.dice import Dice, share
from exactnb.sandbox.company.ledger import Book, Entry, Line
from exactnb.sandbox.company.opening import BALANCES
from exactnb.sandbox.company.plan import Plan
from exactnb.sandbox.company.relations import CONTROLLER, Relations

GROSS = {2023: 2_960_000, 2024: 3_135_000, 2025: 3_480_000, 2026: 3_520_000}
"""Gross wages of a month in cents."""

#: thousandths of the gross wages
_HOLIDAY, _SOCIAL, _WAGE_TAX, _PENSION, _OWN_PENSION = 80, 182, 226, 52, 31
_HOLIDAY_TAX = 392
"""Wage tax on the holiday allowance, in thousandths."""

INTEREST, INSTALMENT = 51, 250_000
"""Interest on the loan in thousandths a year; instalment of a month in cents."""

POSTPONED_TO = days.day(2026, 8, 14)
"""The tax office lets the VAT of this quarter and the wage tax of May wait until this day."""


def tax_due(year: int, month: int) -> int:
    """Day on which the wage tax of a month is paid."""
    return (
        POSTPONED_TO
        if (year, month) == (2026, 5)
        else days.close(*days.plus_months(year, month, 1))
    )


class Payroll:
    """Books the wages; `tax` keeps the wage tax of each month for its return."""

    def __init__(self, plan: Plan, relations: Relations, seed: int) -> None:
        self._plan, self._relations = plan, relations
        self._dice = Dice(seed, "payroll")
        self.tax: dict[tuple[int, int], int] = {}

    def post(self, book: Book, bank: Bank) -> None:
        """Book each month's wages and expect the payments that follow."""
        self._opening(bank)
        reserved = -self._plan.times(BALANCES["1830"])
        for year, month in MONTHS:
            gross = self._plan.times(GROSS[year]) + self._dice.between(-90_000, 90_000)
            holiday = share(gross, _HOLIDAY, 1000)
            social = share(gross, _SOCIAL, 1000)
            tax = share(gross, _WAGE_TAX, 1000) + social
            pension = share(gross, _PENSION, 1000)
            own_pension = share(gross, _OWN_PENSION, 1000)
            reserved += holiday
            paid_out = reserved if month == 5 else 0
            reserved -= paid_out
            tax += share(paid_out, _HOLIDAY_TAX, 1000)
            net = gross + paid_out + social - tax - own_pension
            self.tax[year, month] = tax
            date = days.workday(days.day(year, month, 25), -1)
            lines = [
                Line("4000", gross, text="Brutolonen"),
                Line("4000", holiday, text="Reservering vakantiegeld"),
                Line("4010", social, text="Werkgeverslasten"),
                Line("4020", pension, text="Pensioenpremie werkgever"),
                Line("1830", paid_out - holiday, text="Vakantiegeld"),
                Line("1800", -tax, text="Loonheffing"),
                Line("1820", -pension - own_pension, text="Pensioenpremie"),
                Line("1810", -net, text="Nettolonen"),
            ]
            text = f"Salarissen {month:02d}-{year}"
            created = days.ms(date, self._dice.between(540, 800))
            book.post(Entry("90", 170, date, text, lines, created=created, user=CONTROLLER))
            bank.expect(date, Line("1810", net, text=f"Netto salarissen {month:02d}-{year}"))
            office, fund = (self._relations.role[r] for r in ("tax office", "pension fund"))
            text = f"Loonheffing {month:02d}-{year}"
            bank.expect(tax_due(year, month), Line("1800", tax, office, text=text))
            later = days.workday(days.day(*days.plus_months(year, month, 1), 16))
            bank.expect(later, Line("1820", pension + own_pension, fund, text="Pensioenpremie"))

    def _opening(self, bank: Bank) -> None:
        for gl, date in (("1800", days.close(2023, 1)), ("1820", days.day(2023, 1, 16))):
            bank.expect(date, Line(gl, -self._plan.times(BALANCES[gl]), text="Van 2022"))


def finance(plan: Plan, relations: Relations, bank: Bank, seed: int) -> None:
    """Expect the instalments and the interest of the loan, and the charges of the bank."""
    dice, lender = Dice(seed, "finance"), relations.role["lender"]
    debt, instalment = -plan.times(BALANCES["0900"]), plan.times(INSTALMENT)
    for year, month in MONTHS:
        date = days.close(year, month)
        interest = share(debt, INTEREST, 12_000)
        bank.expect(date, Line("4406", interest, lender, text=f"Rente lening {month:02d}-{year}"))
        bank.expect(date, Line("0900", instalment, lender, text="Aflossing lening"))
        debt -= instalment
        charges = plan.times(dice.between(4_350, 8_900))
        bank.expect(
            days.workday(days.day(year, month, 3)), Line("4400", charges, text="Bankkosten")
        )
