"""Numbers with check digits that belong to nobody: VAT numbers, IBANs, chamber of commerce.

Each is drawn from a range that its issuer does not hand out (Dutch numbers that start with 9,
banks that do not exist), so that it passes the arithmetic and reaches no one.
"""

from __future__ import annotations

from exactnb.sandbox.company.dice import Dice

BANKS = {
    "NL": (("WADB", "Waddenbank"), ("HUNZ", "Hunzebank"), ("REIT", "Reitdiepbank")),
    "BE": (("LEIE", "Leiebank"), ("ZENN", "Zennebank")),
    "DE": (("EMSB", "Emsbank"), ("HASE", "Hasebank")),
    "IT": (("ADDA", "Banca dell'Adda"),),
}


def vat_number(dice: Dice, country: str) -> str:
    """A VAT number that passes the check of NL, BE, DE or IT."""
    if country == "NL":
        return f"NL{_eleven(dice)}B01"
    if country == "BE":
        body = 9_000_000 + dice.between(0, 999_999)
        return f"BE{body:08d}{97 - body % 97:02d}"
    if country == "DE":
        digits = [9, *(dice.between(0, 9) for _ in range(7))]
        product = 10
        for digit in digits:
            product = ((digit + product - 1) % 10 + 1) * 2 % 11
        return "DE" + "".join(map(str, digits)) + str((11 - product) % 10)
    digits = [9, *(dice.between(0, 9) for _ in range(6)), 0, dice.between(1, 9), 0]
    odd = sum(digits[0::2])
    even = sum((2 * d) // 10 + 2 * d % 10 for d in digits[1::2])
    return "IT" + "".join(map(str, digits)) + str(-(odd + even) % 10)


def _eleven(dice: Dice) -> str:
    while True:
        digits = [9, *(dice.between(0, 9) for _ in range(7))]
        rest = sum(d * w for d, w in zip(digits, range(9, 1, -1), strict=True)) % 11
        if rest < 10:
            return "".join(map(str, [*digits, rest]))


def iban(dice: Dice, country: str) -> tuple[str, str, str]:
    """An IBAN, the name of its bank and that bank's BIC."""
    code, bank = dice.pick(BANKS[country])
    if country == "NL":
        body = f"{code}0{dice.between(100_000_000, 999_999_999)}"
    elif country == "BE":
        account = dice.between(9_990_000_000, 9_999_999_999)
        body = f"{account}{account % 97 or 97:02d}"
    elif country == "DE":
        body = f"{dice.between(99_000_000, 99_999_999)}{dice.between(0, 9_999_999_999):010d}"
    else:
        body = f"X{dice.between(90_000, 99_999)}{dice.between(90_000, 99_999)}"
        body += f"{dice.between(0, 999_999_999_999):012d}"
    bic = f"{code}{country}{'2U' if country == 'NL' else 'BB'}"
    return f"{country}{98 - _mod97(body + country + '00'):02d}{body}", bank, bic


def _mod97(text: str) -> int:
    return int("".join(str(int(c, 36)) for c in text)) % 97


def chamber_number(dice: Dice, country: str) -> str:
    """A number in the form of the country's company register, which has no check digit."""
    if country == "NL":
        return f"99{dice.between(100_000, 999_999)}"
    if country == "DE":
        return f"HRB {dice.between(900_000, 999_999)}"
    return f"0999.{dice.between(100, 999)}.{dice.between(100, 999)}"


def spoilt(number: str) -> str:
    """The number with its last two digits turned round or, when alike, with another last digit."""
    places = [place for place, c in enumerate(number) if c.isdigit()]
    if number.startswith("NL") and "B" in number[4:]:
        places = places[:-2]
    last, before = places[-1], places[-2]
    digits = list(number)
    if digits[last] == digits[before]:
        digits[last] = str((int(digits[last]) + 1) % 10)
    else:
        digits[last], digits[before] = digits[before], digits[last]
    return "".join(digits)
