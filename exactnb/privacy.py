"""Whom the data are about: noted as they are read, and told by codes where that is asked for.

Nothing is noted but in the run of a report. What comes from the service or from the local copy
goes past :func:`note_names`, which keeps the values of columns that tell of companies and people.
Whatever was read can be found again in what is shown, and replaced.
"""

from __future__ import annotations

import base64
import hmac
import os
import re
import secrets
from bisect import insort
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

__all__ = [
    "HANDED",
    "Names",
    "environment",
    "hand_over",
    "hidden",
    "local_key",
    "note_names",
    "note_names_in",
]

#: what a column tells of, by how its name ends (in lower case, without underscores); the code of a
#: value begins with it
_KINDS: Mapping[str, re.Pattern[str]] = {
    "PER": re.compile(r"(full|last|birth|partner|user)name$"),
    "ACC": re.compile(
        r"(?<!gl)(account|orderedby|invoiceto|deliverto|supplier|customer|holder|trade|reseller)name$"
    ),
    "IBAN": re.compile(r"(iban|bankaccount|bankaccountnumber)$"),
    "VAT": re.compile(r"(vatnumber|uniquetaxpayerreference|rsin|eorinumber)$"),
    "COC": re.compile(r"(chamberofcommerce(number)?|dunsnumber|glnnumber|oinnumber)$"),
    "MAIL": re.compile(r"email$"),
    "TEL": re.compile(r"(phone|mobile|fax)$"),
    "WEB": re.compile(r"website$"),
    "ADR": re.compile(r"(address(line)?[123]?|addressstreet|postcode)$"),
    "CITY": re.compile(r"(^|to)city$"),
}
#: entities, and tables of the local copy, whose ``name`` is that of a company
_NAMED = ("Accounts", "accounts")
#: those that tell of the administration itself, whose report it is
_OWN = ("Divisions", "SystemDivisions", "division")

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
#: what can be told from a year, an amount or a code: with a letter in it, or of many digits
_TELLING = re.compile(r"[^\W\d_].|.[^\W\d_]|(\d\D?){6}")
_WORD = re.compile(r"\w+")
_LEGAL = re.compile(
    r"[\s,]+(b\.?\s?v\.?|n\.?\s?v\.?|v\.?\s?o\.?\s?f\.?|c\.?\s?v\.?|gmbh|ltd\.?|limited|inc\.?|s\.?a\.?|"
    r"s\.?a\.?r\.?l\.?|b\.?v\.?b\.?a\.?|a\.?g\.?|plc)$",
    re.IGNORECASE,
)
_CODE_LETTERS = 6


class Names:
    """Values that tell of companies and people, and a code for each.

    Parameters
    ----------
    key
        What the codes are made with: the same key gives the same code for a value, and without
        it nobody can tell whether a code stands for a name that they have in mind.
    """

    def __init__(self, key: bytes) -> None:
        self.key = key
        self._codes: dict[str, str] = {}
        self._taken: dict[str, str] = {}
        #: first two words → how far in the first stands, the form, its code; the longest first
        self._by_words: dict[tuple[str, str], list[tuple[int, str, str]]] = {}

    def __len__(self) -> int:
        return len(self._codes)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Each value and what it tells of, in the order of the alphabet."""
        return ((value, code.partition("-")[0]) for value, code in sorted(self._codes.items()))

    @property
    def codes(self) -> dict[str, str]:
        """Code → the value that it stands for."""
        return dict(sorted((code, value) for value, code in self._codes.items()))

    def note(self, value: Any, kind: str) -> None:
        """Keep a value; what it tells of is the first that is said of it."""
        text = " ".join(value.split()) if isinstance(value, str) else ""
        if text in self._codes or not _TELLING.search(text) or _GUID.fullmatch(text):
            return
        code = self._codes[text] = self._code(text, kind)
        for form in _forms(text, kind):
            words = list(_WORD.finditer(form))
            if words:
                known = self._by_words.setdefault(_leading(words), [])
                insort(known, (words[0].start(), form, code), key=lambda each: -len(each[1]))

    def __call__(self, text: str) -> str:
        """A text in which each value is replaced by its code."""
        parts, end = [], 0
        for start, stop, code in self._places(text):
            parts += [text[end:start], code]
            end = stop
        return "".join([*parts, text[end:]])

    def finds(self, text: str) -> bool:
        """Whether a value stands in a text."""
        return next(self._places(text), None) is not None

    def _places(self, text: str) -> Iterator[tuple[int, int, str]]:
        """From where to where values stand, the longest where several do, in any case."""
        end, words = 0, list(_WORD.finditer(text))
        for at, word in enumerate(words):
            first, second = _leading(words[at : at + 2])
            longer = self._by_words.get((first, second), []) if second else []
            for before, form, code in (*longer, *self._by_words.get((first, ""), ())):
                start = word.start() - before
                stop = start + len(form)
                if (
                    start >= end
                    and text[start:stop].casefold() == form.casefold()
                    and not (form[-1].isalnum() and text[stop : stop + 1].isalnum())
                ):
                    yield start, stop, code
                    end = stop
                    break

    def _code(self, text: str, kind: str) -> str:
        plain = text.casefold()
        digest = base64.b32encode(hmac.digest(self.key, plain.encode(), "sha256")).decode()
        letters = _CODE_LETTERS
        while self._taken.setdefault(code := f"{kind}-{digest[:letters]}", plain) != plain:
            letters += 1
        return code


def _leading(words: Sequence[re.Match[str]]) -> tuple[str, str]:
    """The first two words, by which a form is found among many."""
    return words[0][0].casefold(), words[1][0].casefold() if len(words) > 1 else ""


def _forms(text: str, kind: str) -> Iterator[str]:
    """How a value may be written: itself, and as people and banks shorten it."""
    forms = {text}
    if kind == "ACC":
        bare = _LEGAL.sub("", text)
        if len(bare) >= 8 or " " in bare:
            forms.add(bare)
    elif kind in ("IBAN", "VAT", "TEL", "COC"):
        solid = re.sub(r"[\s.]", "", text)
        forms.add(solid)
        if kind == "IBAN":
            forms.add(" ".join(solid[at : at + 4] for at in range(0, len(solid), 4)))
        if kind == "VAT" and solid[:2].isalpha():
            forms.add(solid[2:])
    elif kind == "ADR":
        forms.add(text.replace(" ", "") if re.fullmatch(r"\d{4} [A-Z]{2}", text) else text)
    for form in forms:
        yield from {form, escape(form), escape(form, quote=False)}


# --- what this process notes ---------------------------------------------------------------------

_VARIABLE = "EXACTNB_PRIVACY"
#: the type under which a kernel hands over what it noted
HANDED = "application/vnd.exactnb.names+json"

_mode, _, _key = os.environ.get(_VARIABLE, "").partition(":")
_names = Names(bytes.fromhex(_key)) if _mode else None


def environment(key: bytes, *, hide: bool) -> dict[str, str]:
    """What a process needs in its environment to note names, and to hide them if it should."""
    return {_VARIABLE: f"{'hide' if hide else 'note'}:{key.hex()}"}


def note_names(of: str | None, columns: Mapping[str, Any]) -> None:
    """Keep what columns tell of companies and people.

    Parameters
    ----------
    of
        The entity or the table; None where it is not known.
    columns
        Name → values, as a list or an Arrow array.
    """
    if _names is None or of in _OWN:
        return
    for name, values in columns.items():
        kind = _kind_of(name, of)
        if kind is not None:
            distinct = values.unique().to_pylist() if hasattr(values, "unique") else values
            for value in distinct:
                _names.note(value, kind)
        elif isinstance(values, list):
            note_names_in(values)


def note_names_in(answer: Any, of: str | None = None) -> None:
    """Keep the same of an answer as plain Python values."""
    if _names is None:
        return
    if isinstance(answer, Mapping):
        for name, value in answer.items():
            kind = _kind_of(str(name), of)
            if kind is not None and isinstance(value, str):
                _names.note(value, kind)
            else:
                note_names_in(value, of)
    elif isinstance(answer, list):
        for value in answer:
            note_names_in(value, of)


def hidden(text: str) -> str:
    """A text as it may be shown here: with codes where names are to be hidden, else as it is."""
    return _names(text) if _names is not None and _mode == "hide" else text


def hand_over() -> None:
    """Give what was noted to whoever runs the notebook; it stands in no report."""
    from IPython.display import display

    told = dict(_names) if _names is not None else {}
    display({HANDED: told}, raw=True)


def local_key(home: Path) -> bytes:
    """The key of this machine, made at its first use and for its owner alone."""
    place = home / "privacy.key"
    try:
        return bytes.fromhex(place.read_text("ascii").strip())
    except FileNotFoundError:
        home.mkdir(parents=True, exist_ok=True)
        beside = home / f".{secrets.token_hex(8)}"
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
        try:
            os.link(beside, place)  # whoever was first made the one that stays
        except FileExistsError:
            pass
        finally:
            beside.unlink()
        return local_key(home)


def _kind_of(column: str, of: str | None) -> str | None:
    plain = column.replace("_", "").lower()
    if plain == "name" and (of is None or of in _NAMED):
        return "ACC"
    return next((kind for kind, ends in _KINDS.items() if ends.search(plain)), None)
