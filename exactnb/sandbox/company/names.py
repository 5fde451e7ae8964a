"""Invented names, put together from word lists: shops, makers, people, streets, towns."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from exactnb.sandbox.company.dice import Dice

WORDS: dict[str, Any] = json.loads(Path(__file__).with_name("words.json").read_text("utf-8"))
_LIST: dict[str, list[str]] = {k: v.split() for k, v in WORDS.items() if isinstance(v, str)}
_FORMS = {"NL": "B.V.", "DE": "GmbH", "IT": "S.r.l.", "BE": "NV", "TW": "Co., Ltd."}
_DIAL = {
    "NL": "+31 50", "BE": "+32 3", "DE": "+49 441", "IT": "+39 0444", "CH": "+41 44",
    "NO": "+47 55", "GB": "+44 1632", "TW": "+886 4",
}  # fmt: skip


class Names:
    """A maker of names that gives none of them twice."""

    def __init__(self, seed: int) -> None:
        self._dice = Dice(seed, "names")
        self._given: set[str] = set()

    def shop(self, country: str, town: str) -> str:
        """A bicycle shop with its legal form."""
        return self._fresh(lambda: self._shop(country, town))

    def _shop(self, country: str, town: str) -> str:
        dice = self._dice
        if country in WORDS["foreign"]:
            words, form = WORDS["foreign"][country]
            return f"{dice.pick(words.split())} {self._word('maker')} {form}"
        if country == "BE":
            stem = self._stem()
            return f"{self._word('belgian')} {stem} {dice.pick(('BV', 'NV'))}"
        if country == "DE":
            form = dice.pick(("GmbH", "GmbH", "OHG", "e.K."))
            return f"{self._word('german')}{self._word('german_end')} {town} {form}"
        form = dice.pick(("B.V.", "B.V.", "B.V.", "V.O.F.", ""))
        stem = self._stem()
        start = dice.pick(("Rijwielhandel ", "Fietsen ", "", "", "De "))
        return f"{start}{stem} {dice.pick((town, '', ''))} {form}".replace("  ", " ").strip()

    def _stem(self) -> str:
        """A word for a shop that no other shop has, of two parts when words run out."""
        for _ in range(40):
            stem = f"{self._word('shop')}{self._word('shop_end')}"
            if stem not in self._given:
                self._given.add(stem)
                return stem
        return f"{stem}-{self._word('shop')}"

    def maker(self, country: str) -> str:
        """A maker or wholesaler with its legal form."""
        return self._fresh(
            lambda: f"{self._word('maker')}{self._word('maker_end')} {_FORMS[country]}"
        )

    def person(self) -> tuple[str, str]:
        """First and last name of a person."""
        full = self._fresh(
            lambda: f"{self._word('first')} {(self._word('last') + self._word('last_end')).title()}"
        )
        first, last = full.split(" ", 1)
        return first, last

    def street(self) -> str:
        """A street with a house number."""
        return f"{self._word('street')}{self._word('street_end')} {self._dice.spread(1, 240)}"

    def town(self, country: str) -> tuple[str, str]:
        """A town and a postcode in it."""
        dice = self._dice
        name, start = dice.pick(WORDS["towns"][country].split()).split("/")
        if country == "NL":
            letters = "ABCDEGHJKLMNPRSTVWXZ"
            return name, f"{start}{dice.between(11, 99)} {dice.pick(letters)}{dice.pick(letters)}"
        if country == "GB":
            return name, f"{start} {dice.between(1, 9)}ZZ"
        width = 5 if country in ("DE", "IT") else 4 if country != "TW" else 3
        return name, start + "".join(str(dice.between(0, 9)) for _ in range(width - len(start)))

    def phone(self, country: str) -> str:
        """A telephone number that is in no one's hands: no subscriber's number starts with 0."""
        return f"{_DIAL[country]} 0{self._dice.between(10_000, 99_999)}"

    def _word(self, kind: str) -> str:
        return self._dice.pick(_LIST[kind])

    def _fresh(self, make: Callable[[], str]) -> str:
        name = make()
        tries = 1
        while name in self._given:
            name, tries = make(), tries + 1
            if tries > 20:
                name = f"{name} {len(self._given)}"
        self._given.add(name)
        return name


def slug(name: str) -> str:
    """The part of a name that can stand before ``.example.nl``."""
    plain = name.lower().translate(str.maketrans("éèëöüäï", "eeeouai"))
    word = "".join(c if c.isalnum() and c.isascii() else " " for c in plain).split()
    return "-".join(w for w in word if w not in {"bv", "b", "v", "nv", "vof", "o", "f"})
