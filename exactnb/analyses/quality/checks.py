"""What each field of an account should be; a check gives None, or what is wrong."""

from __future__ import annotations

import re
from typing import Any

from exactnb.display.options import say
from exactnb.extras import needed

__all__ = ["EU", "email", "iban", "kvk", "postcode", "vat_number"]

#: countries whose businesses have a VAT number that others in the EU must name
EU = frozenset(
    {
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
        *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
    }
)
_SEEN = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
#: prefixes of VAT numbers that are not the code of their country
_PREFIX = {"GR": "EL"}
#: postcodes by country, once spaces are taken off
_POSTCODES = {
    "AT": r"\d{4}",
    "BE": r"[1-9]\d{3}",
    "CH": r"[1-9]\d{3}",
    "DE": r"\d{5}",
    "DK": r"\d{4}",
    "ES": r"\d{5}",
    "FR": r"\d{5}",
    "IT": r"\d{5}",
    "LU": r"\d{4}",
}


def vat_number(value: str, country: str | None) -> str | None:
    """The VAT number of a country in the EU, with or without the country before it."""
    library = _stdnum("eu.vat", "check VAT numbers")
    prefix = _PREFIX.get(country or "", country or "")
    compact = re.sub(r"[\s.\-]", "", value).upper()
    if library.is_valid(compact):
        other = {"XI": "GB"}.get(compact[:2], compact[:2])
        if country and other not in (prefix, country):
            return say(
                f"is of {compact[:2]}, not of {country}", f"hoort bij {compact[:2]}, niet {country}"
            )
        return None
    if country in EU and not compact.startswith(prefix) and library.is_valid(prefix + compact):
        return None
    return say("no valid VAT number", "geen geldig btw-nummer")


def iban(value: str) -> str | None:
    """The number of a bank account, with its check digits."""
    if _stdnum("iban", "check IBANs").is_valid(value):
        return None
    if not re.match(r"[A-Za-z]{2}\d\d", value.replace(" ", "")):
        return say("no IBAN", "geen IBAN")
    return say("no valid IBAN", "geen geldig IBAN")


def kvk(value: str) -> str | None:
    """A Dutch Chamber of Commerce number: eight digits, none of which checks the others."""
    if re.fullmatch(r"\d{8}", re.sub(r"[\s.]", "", value)):
        return None
    return say("not 8 digits", "geen 8 cijfers")


def postcode(value: str, country: str | None) -> str | None:
    """A postcode, of the countries whose form is known here."""
    wrong = say(f"no postcode of {country}", f"geen postcode van {country}")
    if country == "NL":
        return None if _stdnum("nl.postcode", "check postcodes").is_valid(value) else wrong
    form = _POSTCODES.get(country or "")
    compact = re.sub(r"\s|^[A-Z]{1,2}-", "", value.upper())
    return wrong if form and not re.fullmatch(form, compact) else None


def email(value: str) -> str | None:
    """An e-mail address, or more with semicolons between; that it exists is not checked."""
    if all(_SEEN.fullmatch(one.strip()) for one in re.split(r"[;,]", value)):
        return None
    return say("no e-mail address", "geen e-mailadres")


def _stdnum(module: str, to: str) -> Any:
    return needed(f"stdnum.{module}", extra="checks", to=to)
