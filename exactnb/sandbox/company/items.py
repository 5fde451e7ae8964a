"""Items: what is sold, in which group, at what price and from whom."""

from __future__ import annotations

from dataclasses import dataclass

from exactnb.sandbox.company import chart, days
from exactnb.sandbox.company.dice import Dice, share
from exactnb.sandbox.company.names import WORDS
from exactnb.sandbox.company.plan import (
    COST_RISES,
    GROUPS,
    MARGIN,
    PRICE_FOLLOWS,
    PRICE_LEVEL,
    PRICE_RISE,
    Plan,
)
from exactnb.sandbox.company.relations import STOCK_SUPPLIERS, Relation, Relations

REVENUE = {code: revenue for code, _, revenue, _, _ in chart.DATA["item_groups"]}
COSTS = {code: costs for code, _, _, costs, _ in chart.DATA["item_groups"]}

#: group → number of items, lowest and highest list price in cents
_RANGE = {
    "EBIKE": (42, 119_000, 289_000),
    "CITY": (50, 36_500, 84_900),
    "PART": (188, 450, 21_900),
    "ACC": (98, 395, 12_900),
}
#: workshop: description, VAT code, price in cents (a multiple of 4: hours go by quarters)
_WORKSHOP = (
    ("Reparatie-uur fiets", "1", 5_480), ("Reparatie-uur e-bike", "1", 6_200),
    ("Kleine beurt", "1", 4_960), ("Grote beurt", "1", 8_920), ("Band vervangen", "1", 2_440),
    ("Wiel spaken", "1", 5_640), ("Montage-uur nieuwe fiets", "2", 5_480),
    ("Diagnose e-bike systeem", "2", 4_480), ("Vlootonderhoud per uur", "2", 6_040),
    ("Ombouw transportfiets per uur", "2", 6_400), ("Keuring en registratie", "2", 3_480),
)  # fmt: skip
_SHIPPING = (("Vracht pakket", 1_295), ("Vracht pallet", 6_950), ("Vracht fiets", 3_450))

DISCONTINUED = 30


@dataclass(eq=False, slots=True)
class Item:
    """An item with its list price and cost at the level of 2023, in cents."""

    id: str
    code: str
    name: str
    group: str
    price: int
    cost: int
    vat: str
    unit: str
    supplier: Relation | None = None
    start: int = days.day(2021, 1, 1)
    end: int | None = None
    stock: int = 0
    """On hand, in pieces, and its value in cents; kept by `stock`."""
    value: int = 0

    def price_on(self, date: int) -> int:
        """List price on a day, in cents."""
        if self.group in ("WORK", "SHIP"):
            return share(self.price, PRICE_LEVEL[days.YEAR[date]], 4000) * 4
        level = share(self.price, PRICE_LEVEL[days.YEAR[date]], 1000)
        if self._of_the_brand and date >= PRICE_FOLLOWS:
            level = share(level, PRICE_RISE, 1000)
        return level // 5 * 5

    def cost_on(self, date: int) -> int:
        """Purchase price on a day, in cents."""
        level = share(self.cost, PRICE_LEVEL[days.YEAR[date]], 1000)
        return (
            share(level, PRICE_RISE, 1000) if self._of_the_brand and date >= COST_RISES else level
        )

    @property
    def _of_the_brand(self) -> bool:
        return self.supplier is not None and self.supplier.role == "brand"


class Items:
    """All items, and those of each group."""

    def __init__(self, plan: Plan, relations: Relations, seed: int) -> None:
        dice = Dice(seed, "items")
        self.all: list[Item] = []
        types = WORDS["types"].split()
        for group, (count, low, high) in _RANGE.items():
            makers = [r for r in relations.suppliers if group in _groups_of(r.role)]
            start, words = WORDS["items"][group]
            for place in range(plan.slowly(count)):
                # most e-bikes are of the one brand
                maker = (
                    makers[0] if group == "EBIKE" and place % 5 < 3 else makers[place % len(makers)]
                )
                price = dice.spread(low, high) // 5 * 5
                name = f"{dice.pick(words.split())} {dice.pick(types)}".replace("_", " ")
                name = f"{start} {name} {dice.between(1, 99):02d}".strip()
                cost = share(price, 1000 - MARGIN[group] + dice.between(-25, 25), 1000)
                code = f"{group[0]}{place + 1:04d}"
                self.all.append(Item(dice.guid(), code, name, group, price, cost, "2", "pc", maker))
        for place, (name, vat, price) in enumerate(_WORKSHOP, 1):
            unit = "hour" if "uur" in name else "pc"
            self.all.append(Item(dice.guid(), f"W{place:04d}", name, "WORK", price, 0, vat, unit))
        for place, (name, price) in enumerate(_SHIPPING, 1):
            self.all.append(Item(dice.guid(), f"V{place:04d}", name, "SHIP", price, 0, "2", "pc"))
        goods = [item for item in self.all if item.cost]
        for item in dice.mixed(goods)[:DISCONTINUED]:
            item.end = dice.between(days.day(2023, 9, 1), days.day(2026, 3, 1))
        self.group = {
            group: [i for i in self.all if i.group == group] for group in (*GROUPS, "SHIP")
        }


def _groups_of(role: str) -> tuple[str, ...]:
    return STOCK_SUPPLIERS.get(role.split("/")[0], ("", (), ""))[1]
