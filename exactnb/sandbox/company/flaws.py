"""What is wrong with the records of relations: twins, missing and invalid numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from exactnb.sandbox.company import days
from exactnb.sandbox.company.checkdigits import spoilt
from exactnb.sandbox.company.dice import Dice
from exactnb.sandbox.company.relations import Relation, Relations

#: how the second record of a customer is spelt: what differs, and the new name
_SPELLINGS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("another legal form", lambda name: _stem(name) + " V.O.F."),
    ("an accent", lambda name: _accented(_stem(name)) + " B.V."),
    ("words the other way round", lambda name: " ".join(reversed(_stem(name).split())) + " B.V."),
    ("without dots, in capitals", lambda name: _stem(name).upper() + " BV"),
    ("a letter doubled", lambda name: _doubled(_stem(name)) + " B.V."),
    ("a typing error", lambda name: _swapped(_stem(name)) + " B.V."),
)


def _stem(name: str) -> str:
    return name.removesuffix(" B.V.")


def _accented(name: str) -> str:
    place = max(name.rfind(vowel) for vowel in "eao")
    return name[:place] + {"e": "é", "a": "á", "o": "ö"}[name[place]] + name[place + 1 :]


def _doubled(name: str) -> str:
    place = next(i for i in range(len(name) // 2, len(name)) if name[i] in "lmnrstkpe")
    return name[:place] + name[place] + name[place:]


def _swapped(name: str) -> str:
    place = next(
        i for i in range(4, len(name) - 1) if name[i] != name[i + 1] and " " not in name[i : i + 2]
    )
    return name[:place] + name[place + 1] + name[place] + name[place + 2 :]


class Flaws:
    """The flawed records, in place among the relations.

    Attributes
    ----------
    twins
        (the customer, the second record of it, what differs).
    without_vat_number, invalid_vat_number, invalid_iban, without_terms
        The accounts of each flaw.
    """

    def __init__(self, relations: Relations, seed: int) -> None:
        dice = Dice(seed, "flaws")
        shops = dice.mixed([r for r in relations.tail if r.chamber and r.country == "NL"])
        abroad = dice.mixed([r for r in relations.tail if r.chamber and r.in_eu])
        wordy = [r for r in shops if r.name.endswith(" B.V.") and len(r.name.split()) == 3]
        originals = wordy[: len(_SPELLINGS)]
        shops = [r for r in shops if r not in originals]
        self.twins: list[tuple[Relation, Relation, str]] = []
        for place, (original, (what, spell)) in enumerate(zip(originals, _SPELLINGS, strict=True)):
            twin = replace(
                original, id=dice.guid(), name=spell(original.name), role="",
                since=days.day(2022, 3, 1) + dice.between(0, 250), contacts=[],
                vat_number=original.vat_number if place % 2 else None,
                weight=max(1, original.weight // 4), phone=original.phone.replace(" 0", " 00"),
            )  # fmt: skip
            relations.add_customer(twin)
            self.twins.append((original, twin, what))
        lost = [twin for _, twin, _ in self.twins if not twin.vat_number]
        self.without_vat_number = [*lost, *shops[:5], *abroad[:3]]
        for relation in self.without_vat_number:
            relation.vat_number = None
        self.invalid_vat_number = [*shops[5:7], *abroad[3:5]]
        for relation in self.invalid_vat_number:
            relation.vat_number = spoilt(relation.vat_number or "")
        self.invalid_iban = shops[7:10]
        for relation in self.invalid_iban:
            if relation.bank:
                relation.bank = (spoilt(relation.bank[0]), *relation.bank[1:])
        self.without_terms = [r for r in shops[10:] if r.habit != "collected"][:9]
        for relation in self.without_terms:
            relation.terms = None

    @property
    def all(self) -> list[Relation]:
        """Every account with a flaw."""
        return [
            *self.without_vat_number, *self.invalid_vat_number, *self.invalid_iban,
            *self.without_terms, *(r for a, b, _ in self.twins for r in (a, b)),
        ]  # fmt: skip
