"""The shape of the business: turnover, seasons, shares, margins. All the rest follows from it."""

from __future__ import annotations

from exactnb.sandbox.company import days
from exactnb.sandbox.company.dice import share

TURNOVER = {2023: 242_000_000, 2024: 266_000_000, 2025: 285_500_000, 2026: 307_000_000}
"""Net turnover of a full year in cents."""
SEASON = (600, 720, 1340, 1420, 1450, 1350, 1400, 950, 880, 690, 600, 600)
"""Turnover of each month, in thousandths of the mean month."""
INVOICES = 30
"""Sales invoices in the mean month of the smallest company."""

GROUPS = ("EBIKE", "CITY", "PART", "ACC", "WORK")
GROUP_SHARE = {"EBIKE": 455, "CITY": 203, "PART": 198, "ACC": 88, "WORK": 56}
"""Share of each item group in the turnover without shipping, in thousandths."""
MARGIN = {"EBIKE": 270, "CITY": 284, "PART": 398, "ACC": 455}
"""Margin of the list price over the purchase price, in thousandths."""
PRICE_LEVEL = {2022: 970, 2023: 1000, 2024: 1025, 2025: 1045, 2026: 1065}
"""Level of all prices and costs, in thousandths of 2023."""

#: the supplier of most e-bikes raises its prices; the sales prices follow eight months later
PRICE_RISE = 1088
COST_RISES = days.day(2025, 2, 1)
PRICE_FOLLOWS = days.day(2025, 10, 1)

#: shares in the turnover by half-year from 2023 on, in thousandths
CUSTOMER_SHARE = {
    "first": (60, 62, 64, 76, 92, 110, 129),
    "slipping": (76, 76, 76, 76, 76, 76, 76),
    "third": (64, 66, 66, 66, 64, 64, 62),
    "fourth": (58, 56, 56, 56, 56, 54, 54),
    "fifth": (50, 50, 50, 50, 50, 50, 50),
    "stalling": (30, 30, 30, 30, 30, 30, 29),
    "fading": (28, 28, 28, 28, 29, 29, 28),
    "bankrupt": (18, 18, 18, 18, 14, 0, 0),
}

CONTAINER = 43_000_000
"""What the container of June 2026 is filled up to, in cents: e-bikes for the next season."""

#: code → description, first and last day, type (5 time and material, 3 non billable)
PROJECTS: dict[str, tuple[str, tuple[int, int, int], tuple[int, int, int] | None, int]] = {
    "P2301": ("Inrichting werkplaats", (2023, 4, 1), (2023, 9, 30), 3),
    "P2401": ("Nieuwe webwinkel", (2024, 2, 1), (2024, 12, 31), 3),
    "P2402": ("Onderhoud leenfietsen gemeente", (2024, 5, 1), None, 5),
    "P2501": ("Verbouwing showroom", (2025, 9, 1), (2026, 3, 31), 3),
}


class Plan:
    """The figures of one size of the company.

    Parameters
    ----------
    size
        About how many ledger lines it should have; the smallest company is the default.
    """

    #: ledger lines of the smallest company: those that do not grow, and those that do
    FIXED, GROWING = 3_700, 9_650

    def __init__(self, size: int | None) -> None:
        wanted = max(size or 0, self.FIXED + self.GROWING)
        self.scale = max(1000, (wanted - self.FIXED) * 1000 // self.GROWING)
        self.digits = 4 if self.scale < 15_000 else 5

    def times(self, amount: int) -> int:
        """`amount` at this size of the company."""
        return amount * self.scale // 1000

    def slowly(self, count: int) -> int:
        """`count` at this size for what grows slower than the turnover (by its cube root)."""
        root = 10
        while (root + 1) ** 3 <= self.scale:
            root += 1
        return count * root * root // 100

    def turnover(self, year: int, month: int) -> int:
        """Net turnover aimed at in a month, in cents."""
        return share(self.times(TURNOVER[year]), SEASON[month - 1], 12_000)

    def invoices(self, month: int) -> int:
        """Number of sales invoices in a month: it swings half as much as the turnover."""
        return self.times(INVOICES * (1000 + SEASON[month - 1])) // 2000
