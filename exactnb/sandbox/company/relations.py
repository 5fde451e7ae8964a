"""Customers and suppliers of the main division, with who they are and how they pay."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from exactnb.sandbox.company import chart, checkdigits, days
from exactnb.sandbox.company.dice import Dice
from exactnb.sandbox.company.names import Names, slug
from exactnb.sandbox.company.plan import Plan

COSTS: list[dict[str, Any]] = [
    dict(zip(block["columns"], row, strict=True))
    for block in [json.loads(Path(__file__).with_name("costs.json").read_text("utf-8"))]
    for row in block["rows"]
]

#: users of the administration, by what they do
DIRECTOR, CONTROLLER, BOOKKEEPER, PAYABLES, SALES, SALES_2, WORKSHOP = range(7)

#: role → country, payment condition, habit; the customers that the stories are about
KEY_CUSTOMERS = {
    "first": ("NL", "60", "punctual"),
    "slipping": ("NL", "30", "slipping"),
    "third": ("NL", "30", "punctual"),
    "fourth": ("DE", "60", "punctual"),
    "fifth": ("BE", "30", "week late"),
    "stalling": ("NL", "30", "stalling"),
    "fading": ("NL", "14", "fading"),
    "bankrupt": ("NL", "30", "bankrupt"),
}

#: role → country, item groups; the suppliers of what is sold
STOCK_SUPPLIERS = {
    "brand": ("DE", ("EBIKE",), "60"),
    "taiwan": ("TW", ("EBIKE", "CITY"), "60"),
    "italian": ("IT", ("CITY",), "60"),
    "parts 1": ("NL", ("PART",), "30"),
    "parts 2": ("NL", ("PART",), "30"),
    "parts 3": ("NL", ("PART",), "14"),
    "parts 4": ("DE", ("PART",), "60"),
    "accessories 1": ("NL", ("ACC",), "30"),
    "accessories 2": ("NL", ("ACC",), "14"),
    "accessories 3": ("IT", ("ACC",), "60"),
}

HABITS = (
    *["punctual"] * 43,
    *["week late"] * 28,
    *["month late"] * 12,
    *["in parts"] * 8,
    *["after reminders"] * 3,
    *["collected"] * 6,
)


@dataclass(eq=False, slots=True)
class Relation:
    """An account: customer, supplier, or both."""

    id: str
    code: int
    name: str
    role: str
    country: str
    town: str
    postcode: str
    street: str
    phone: str
    email: str
    since: int
    division: int = chart.MAIN
    customer: bool = False
    supplier: bool = False
    vat_number: str | None = None
    chamber: str | None = None
    bank: tuple[str, str, str] | None = None
    """IBAN, name of the bank, BIC."""
    terms: str | None = "30"
    habit: str = "punctual"
    weight: int = 0
    """Share in the turnover among those without a share of their own."""
    discount: int = 0
    """On the list price, in thousandths."""
    manager: int = SALES
    contacts: list[tuple[str, str, str, str]] = field(default_factory=list)
    """GUID, first name, last name, job of each."""

    @property
    def in_eu(self) -> bool:
        """Inside the EU, but not at home."""
        return self.country in ("BE", "DE", "IT")


class Relations:
    """All accounts of the main division.

    Attributes
    ----------
    all
        In order of their codes.
    role
        Role → account, for those that have one of their own.
    """

    def __init__(self, plan: Plan, seed: int) -> None:
        self._dice = Dice(seed, "relations")
        self._names = Names(seed)
        self.all: list[Relation] = []
        self.role: dict[str, Relation] = {}
        self._customers(plan)
        self.customers = list(self.all)
        self._suppliers(plan)
        self.suppliers = self.all[len(self.customers) :]
        self.users = [self._names.person() for _ in range(7)]
        self.user_ids = [self._dice.guid() for _ in range(7)]

    @property
    def tail(self) -> list[Relation]:
        """The customers without a share of their own in the plan."""
        return [r for r in self.customers if r.weight]

    def add_customer(self, relation: Relation) -> None:
        """Take in one more customer, with the next code."""
        relation.code = self.customers[-1].code + 1
        self.customers.append(relation)
        self.all.append(relation)

    def _customers(self, plan: Plan) -> None:
        dice = self._dice
        for role, (country, terms, habit) in KEY_CUSTOMERS.items():
            relation = self._add(role, country, 10_001, terms)
            relation.habit, relation.discount, relation.customer = habit, 40, True
        counts = {"NL": 155, "BE": 24, "DE": 20, "CH": 3, "NO": 2, "GB": 2, "": 20}
        tail = [c for c, count in counts.items() for _ in range(plan.slowly(count))]
        for place, country in enumerate(dice.mixed(tail)):
            terms = dice.pick(("14", "14", "14", "30", "30", "30", "30", "30", "30"))
            relation = self._add("" if country else "consumer", country or "NL", 10_001, terms)
            relation.customer = True
            relation.weight = 40_000 // (12 + place * 12 // plan.slowly(12))
            relation.habit = dice.pick(HABITS if place > 24 else ("punctual", "week late"))
            relation.manager = dice.pick((SALES, SALES, SALES_2))
            if not country:
                relation.terms, relation.weight = "00", relation.weight // 3 + 1
            elif relation.habit == "collected":
                relation.terms = "IN" if country == "NL" else terms

    def _suppliers(self, plan: Plan) -> None:
        for role, (country, _, terms) in STOCK_SUPPLIERS.items():
            for copy in range(1 if role in ("brand", "taiwan", "italian") else plan.slowly(1)):
                relation = self._add(role if not copy else f"{role}/{copy}", country, 20_001, terms)
                relation.supplier = True
        for cost in COSTS:
            relation = self._add(cost["role"], cost["country"], 20_001, cost["terms"], cost["name"])
            relation.supplier = True
        for role, name in (
            ("tax office", "Belastingdienst"),
            ("pension fund", "Pensioenfonds De Fietsketen"),
            ("lender", "Hunzebank Zakelijk Krediet"),
            ("holding", "Noordster Beheer B.V."),
        ):
            relation = self._add(role, "NL", 20_001, "14", name)
            relation.supplier = True
            if role == "tax office":
                relation.vat_number = relation.chamber = None

    def _add(
        self, role: str, country: str, first: int, terms: str, name: str | None = None
    ) -> Relation:
        dice, names = self._dice, self._names
        town, postcode = names.town(country)
        person = names.person()
        if role == "consumer":
            name = " ".join(person)
        elif name is None:
            name = names.maker(country) if first > 20_000 else names.shop(country, town)
        code = (
            first + sum(1 for r in self.all if r.code >= first)
            if first > 20_000
            else first + len(self.all)
        )
        relation = Relation(
            dice.guid(), code, name, role, country, town, postcode, names.street(),
            names.phone(country), "", dice.between(days.day(2020, 1, 1), days.day(2022, 12, 1)),
            terms=terms,
        )  # fmt: skip
        site = f"{slug(name)}.example.{'nl' if country == 'NL' else 'com'}"
        if role == "consumer":
            relation.email = f"{slug(name)}@example.nl"
        else:
            relation.email = f"{'verkoop' if first > 20_000 else 'inkoop'}@{site}"
            if country in ("NL", "BE", "DE", "IT"):
                relation.vat_number = checkdigits.vat_number(dice, country)
            if country in ("NL", "BE", "DE"):
                relation.chamber = checkdigits.chamber_number(dice, country)
            relation.contacts.append(
                (dice.guid(), *person, "Inkoper" if first < 20_000 else "Verkoper")
            )
            if dice.chance(30):
                relation.contacts.append((dice.guid(), *names.person(), "Administratie"))
        if country in checkdigits.BANKS:
            relation.bank = checkdigits.iban(dice, country)
        self.all.append(relation)
        if role and role != "consumer":
            self.role[role] = relation
        return relation
