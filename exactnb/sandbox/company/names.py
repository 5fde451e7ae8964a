"""Invented names, put together from word lists: shops, makers, people, streets, towns."""

from __future__ import annotations

from collections.abc import Callable

from .dice import Dice

_SHOP = ["Ketting", "Spaak", "Zadel", "Pedaal", "Trapper", "Stuur", "Velg", "Bel", "Kettingkast", "Bagagedrager", "Ventiel", "Naaf", "Snelbinder", "Spatbord", "Fietstas", "Tandwiel", "Wielrad", "Jasbeschermer", "Handrem", "Bromvrij", "Wind", "Dijk", "Polder", "Kanaal", "Molen", "Duin", "Veen", "Terp", "Wad", "Lente", "Morgen", "Zonne", "Regenboog"]
_SHOP_END = ["huys", "werk", "hoeve", "winkel", "stal", "kamer", "loods", "plaats", "haven", "punt", "hal", "goed", "meester", "smid", "keus", "atelier", "galerij", "schuur", "vak", "gilde"]
_BELGIAN = ["Velo", "Fiets", "Kasseiweg", "Rijwiel", "Trapveld", "Zadelhof", "Koersplein", "Pedaalhuis"]
_GERMAN = ["Speichen", "Sattel", "Pedal", "Ketten", "Felgen", "Lenker", "Klingel", "Nabenschmiede", "Radwerk"]
_GERMAN_END = ["hof", "scheune", "halle", "laden", "eck", "stube", "hafen", "kontor", "lager"]
_FOREIGN = {
    "CH": (["Alpenrad", "Gletschervelo", "Seevelo", "Matterrad"], "AG"),
    "NO": (["Fjordsykkel", "Nordlyssykkel", "Havnsykkel", "Fossesykkel"], "AS"),
    "GB": (["Moorland", "Saddleback", "Hedgerow", "Spokeshire"], "Ltd"),
}
_MAKER = ["Anker", "Boreas", "Cirrus", "Delta", "Equinox", "Fulmar", "Galant", "Halcyon", "Ibis", "Jupiter", "Karaat", "Lynx", "Mistral", "Nimbus", "Orion", "Pallas", "Quasar", "Regulus", "Solaris", "Triton", "Umber", "Vesta", "Wouter", "Xenon", "Ypsilon", "Zenit"]
_MAKER_END = ["parts", "tech", "bikes", "components", "wheels", "motion", "cycle", "supply", "gear", "trade"]
_FIRST = ["Aafke", "Bauke", "Carlijn", "Douwe", "Evelien", "Fedde", "Geeske", "Harm", "Ilse", "Jelmer", "Klaasje", "Lieuwe", "Marrit", "Niek", "Oetske", "Popke", "Rixt", "Sietse", "Tjitske", "Ubbo", "Vroukje", "Wiebe", "Ymke", "Zwaan", "Berend", "Dieuwke", "Eppo", "Femke", "Gerben", "Hiske", "Imke", "Jorrit", "Koen", "Lutske", "Menno", "Nynke", "Onno", "Roelien", "Sjoerd", "Teun"]
_LAST = ["wilgen", "berken", "kalk", "steen", "turf", "zand", "broek", "koren", "linden", "essen", "heide", "ooster", "wester", "zuider", "noorder", "hazel", "iepen", "mos", "riet", "klaver"]
_LAST_END = ["hof", "dam", "berg", "kamp", "stra", "veld", "huis", "brink", "horst", "laan", "meer", "wijk", "sloot", "borg", "loo"]
_STREET = ["Wilgen", "Beuken", "Haven", "Markt", "Station", "Koren", "Molen", "Spoor", "Singel", "Kerk", "School", "Dorps", "Veer", "Tuinders", "Leidekkers", "Zadelmakers", "Kuipers", "Touwslagers", "Nijverheids", "Ambachts"]
_STREET_END = ["straat", "weg", "laan", "plein", "kade", "dijk", "pad", "hof"]
TOWNS = {
    "NL": ["Groningen/97", "Assen/94", "Emmen/78", "Zwolle/80", "Leeuwarden/89", "Heerenveen/84", "Sneek/86", "Drachten/92", "Hoogeveen/79", "Meppel/79", "Apeldoorn/73", "Deventer/74", "Enschede/75", "Almelo/76", "Arnhem/68", "Nijmegen/65", "Utrecht/35", "Amersfoort/38", "Zeist/37", "Haarlem/20", "Alkmaar/18", "Hoorn/16", "Leiden/23", "Delft/26", "Gouda/28", "Breda/48", "Tilburg/50", "Eindhoven/56", "Helmond/57", "Venlo/59", "Roermond/60", "Middelburg/43"],
    "BE": ["Antwerpen/20", "Gent/90", "Brugge/80", "Leuven/30", "Hasselt/35", "Mechelen/28"],
    "DE": ["Oldenburg/261", "Bremen/281", "Leer/267", "Emden/267", "Münster/481", "Osnabrück/490"],
    "IT": ["Vicenza/361", "Treviso/311", "Bergamo/241"],
    "CH": ["Zürich/80", "Bern/30", "Luzern/60"],
    "NO": ["Bergen/50", "Trondheim/70", "Stavanger/40"],
    "GB": ["Norwich/NR1", "York/YO1", "Exeter/EX1"],
    "TW": ["Taichung/407", "Changhua/500"],
}
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
        if country in _FOREIGN:
            words, form = _FOREIGN[country]
            return f"{dice.pick(words)} {dice.pick(_MAKER)} {form}"
        if country == "BE":
            return f"{dice.pick(_BELGIAN)} {dice.pick(_SHOP)}{dice.pick(_SHOP_END)} {dice.pick(('BV', 'NV'))}"
        if country == "DE":
            form = dice.pick(("GmbH", "GmbH", "OHG", "e.K."))
            return f"{dice.pick(_GERMAN)}{dice.pick(_GERMAN_END)} {town} {form}"
        form = dice.pick(("B.V.", "B.V.", "B.V.", "V.O.F.", ""))
        stem = f"{dice.pick(_SHOP)}{dice.pick(_SHOP_END)}"
        start = dice.pick(("Rijwielhandel ", "Fietsen ", "", "", "De "))
        return f"{start}{stem} {dice.pick((town, '', ''))} {form}".replace("  ", " ").strip()

    def maker(self, country: str) -> str:
        """A maker or wholesaler with its legal form."""
        form = {"NL": "B.V.", "DE": "GmbH", "IT": "S.r.l.", "BE": "NV", "TW": "Co., Ltd."}[country]
        dice = self._dice
        return self._fresh(lambda: f"{dice.pick(_MAKER)}{dice.pick(_MAKER_END)} {form}")

    def person(self) -> tuple[str, str]:
        """First and last name of a person."""
        dice = self._dice
        full = self._fresh(
            lambda: f"{dice.pick(_FIRST)} {(dice.pick(_LAST) + dice.pick(_LAST_END)).capitalize()}"
        )
        first, last = full.split(" ", 1)
        return first, last

    def street(self) -> str:
        """A street with a house number."""
        dice = self._dice
        return f"{dice.pick(_STREET)}{dice.pick(_STREET_END)} {dice.spread(1, 240)}"

    def town(self, country: str) -> tuple[str, str]:
        """A town and a postcode in it."""
        dice = self._dice
        name, start = dice.pick(TOWNS[country]).split("/")
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
