"""The calendar of the books. A day is a whole number: the proleptic ordinal of `datetime.date`."""

from __future__ import annotations

from datetime import date

DAY_MS = 86_400_000
_EPOCH = date(1970, 1, 1).toordinal()


def day(year: int, month: int, of_month: int) -> int:
    """The number of a day."""
    return date(year, month, of_month).toordinal()


FIRST = day(2023, 1, 1)
TODAY = day(2026, 6, 30)
MONTHS = [(year, month) for year in range(2023, 2027) for month in range(1, 13)][:42]

_START, _END = day(2020, 1, 1), day(2028, 1, 1)
_PARTS = [date.fromordinal(number) for number in range(_START, _END)]
YEAR = {number: part.year for number, part in enumerate(_PARTS, _START)}
MONTH = {number: part.month for number, part in enumerate(_PARTS, _START)}


def _easter(year: int) -> int:
    # Gauss's rule in the form for the Gregorian calendar, good for 1900-2099
    a, b, c = year % 19, year % 4, year % 7
    d = (19 * a + 24) % 30
    e = (2 * b + 4 * c + 6 * d + 5) % 7
    return day(year, 3, 22) + d + e - 7 * (d + e == 35 or (d == 28 and e == 6 and a > 10))


def _holidays(year: int) -> set[int]:
    easter = _easter(year)
    kings_day = day(year, 4, 27) - (date(year, 4, 27).weekday() == 6)
    moving = {easter + 1, easter + 39, easter + 50}
    fixed = {day(year, 1, 1), kings_day, day(year, 5, 5), day(year, 12, 25), day(year, 12, 26)}
    return moving | fixed


HOLIDAYS = frozenset().union(*(_holidays(year) for year in range(2020, 2028)))


def ms(number: int, minute: int = 0) -> int:
    """Milliseconds since 1970 of a minute in a day, as if the wall clock were UTC."""
    return (number - _EPOCH) * DAY_MS + minute * 60_000


def is_workday(number: int) -> bool:
    """True on Monday to Friday outside the Dutch public holidays."""
    return (number - 1) % 7 < 5 and number not in HOLIDAYS


def workday(number: int, step: int = 1) -> int:
    """The day itself or the nearest workday after it (`step` 1) or before it (-1)."""
    while not is_workday(number):
        number += step
    return number


def month_end(year: int, month: int) -> int:
    """The last day of a month."""
    return day(year + month // 12, month % 12 + 1, 1) - 1


def close(year: int, month: int) -> int:
    """The last workday of a month, on which its closing entries are dated."""
    return workday(month_end(year, month), -1)


def plus_months(year: int, month: int, count: int) -> tuple[int, int]:
    """The month `count` months on."""
    return year + (month - 1 + count) // 12, (month - 1 + count) % 12 + 1


def workdays(year: int, month: int) -> list[int]:
    """The workdays of a month."""
    return [n for n in range(day(year, month, 1), month_end(year, month) + 1) if is_workday(n)]
