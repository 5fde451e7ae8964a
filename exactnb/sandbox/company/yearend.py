"""What a year ends with: bonuses, corporate tax, the appropriation of the result, the dividend."""

from __future__ import annotations

from exactnb.sandbox.company import days
from exactnb.sandbox.company.bank import Bank
from exactnb.sandbox.company.chart import RESULT
from exactnb.sandbox.company.days import MONTHS
from exactnb.sandbox.company.dice import share
from exactnb.sandbox.company.ledger import Book, Entry, Line
from exactnb.sandbox.company.plan import Plan
from exactnb.sandbox.company.relations import CONTROLLER, Relation

BONUS = {2023: 648_500, 2024: 931_250, 2025: 524_750}
"""Bonuses of a year in cents."""
_LOW_RATE, _HIGH_RATE, _LOW_UNTIL = 190, 258, 20_000_000
"""Corporate tax in thousandths up to € 200,000 and over it."""
_DIVIDEND = 45
"""Part of the result that is paid out, in hundredths."""


def bonuses(plan: Plan, book: Book, bank: Bank) -> None:
    """Book the bonuses at the year's end and expect their payment in March."""
    for year, cents in BONUS.items():
        cents = plan.times(cents)
        lines = [Line("4060", cents), Line("1840", -cents)]
        book.post(_entry(days.close(year, 12), f"Bonussen {year}", lines, 800))
        bank.expect(days.close(year + 1, 3), Line("1840", cents, text=f"Bonussen {year}"))


def corporate_tax(book: Book, bank: Bank, office: Relation | None) -> dict[int, int]:
    """Book the tax on the result quarter by quarter; gives the net result of each year in cents.

    Whatever else counts for the result must have been booked, or be expected by the bank.
    """
    net: dict[int, int] = {}
    quarters = [(year, month) for year, month in MONTHS if month % 3 == 0]
    booked: dict[int, int] = {}
    for year, month in quarters:
        months = range(1, month + 1)
        codes = RESULT - {"9800", "9110"}  # dividends from a participation are exempt
        result = -book.movement(codes, year, months) - bank.expected(codes, year, months)
        tax = share(max(0, min(result, _LOW_UNTIL)), _LOW_RATE, 1000)
        tax += share(max(0, result - _LOW_UNTIL), _HIGH_RATE, 1000)
        step = tax - booked.get(year, 0)
        booked[year] = tax
        net[year] = result - tax
        if step:
            date = days.close(year, month)
            lines = [Line("9800", step), Line("1850", -step)]
            text = f"Vennootschapsbelasting {year} t/m {month:02d}"
            book.post(_entry(date, text, lines, 850))
            paid_on = days.close(*days.plus_months(year, month, 1))
            bank.expect(paid_on, Line("1850", step, office, text=f"Vennootschapsbelasting {year}"))
    return net


def dividends(
    book: Book, bank: Bank, net: dict[int, int], group: Relation
) -> list[tuple[int, int]]:
    """Appropriate the result in June and pay part of it out; gives (day, cents) of each."""
    paid = []
    for year in (2023, 2024, 2025):
        date = days.workday(days.day(year + 1, 6, 12))
        result = net[year]
        lines = [Line("0550", result), Line("0540", -result)]
        book.post(_entry(date, f"Resultaatbestemming {year}", lines, 640))
        cents = share(max(0, result), _DIVIDEND, 100) // 10_000 * 10_000
        cents += 5_000 * (cents % 100_000 == 0)  # nobody takes it for a round thousand
        lines = [Line("0540", cents), Line("1860", -cents)]
        book.post(_entry(date, f"Dividend {year}", lines, 645))
        paid_on = days.workday(date + 5)
        bank.expect(paid_on, Line("1860", cents, group, text=f"Dividend {year}"))
        paid.append((paid_on, cents))
    return paid


def _entry(date: int, text: str, lines: list[Line], minute: int) -> Entry:
    created = days.ms(date, minute)
    return Entry("90", 90, date, text, lines, created=created, user=CONTROLLER)
