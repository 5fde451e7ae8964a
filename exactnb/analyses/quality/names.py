"""Names and numbers without what only dresses them, so that two spellings of one are one."""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby
from typing import Any

__all__ = ["bare", "words"]

#: legal forms, which say nothing about who it is
_FORMS = {
    *("ag", "bv", "bvba", "cv", "cvba", "eenmanszaak", "ek", "gmbh", "holding", "inc", "kg"),
    *("llc", "ltd", "maatschap", "nv", "ohg", "plc", "sa", "sarl", "spa", "sprl", "srl"),
    *("stichting", "ug", "vereniging", "vof"),
}


def words(name: str) -> list[str]:
    """The words of a name, without accents, capitals, punctuation and legal form.

    Examples
    --------
    >>> words("Rijwielhuis Müller GmbH"), words("De  Vries B. V."), words("B.V.")
    (['rijwielhuis', 'muller'], ['de', 'vries'], ['bv'])
    """
    letters = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(c for c in letters if not unicodedata.combining(c)).replace(".", "")
    # letters that stand apart are one word: "b v" is "bv"
    every = [
        word
        for short, run in groupby(re.findall(r"\w+", plain), lambda found: len(found) == 1)
        for word in (["".join(run)] if short else run)
    ]
    return [word for word in every if word not in _FORMS] or every


def bare(value: Any) -> str:
    """A number or address without spaces, dots and capitals.

    Examples
    --------
    >>> bare("NL 8100.12345 B01")
    'nl810012345b01'
    """
    return re.sub(r"[\s.]", "", str(value or "")).casefold()
