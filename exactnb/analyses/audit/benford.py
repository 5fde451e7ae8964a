"""Benford's law: how often each first digit stands at the head of an amount."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import narwhals as nw
import numpy as np
import pandas as pd

from exactnb.analyses.period import Period
from exactnb.analyses.result import Result, Where, made
from exactnb.analyses.sums import eager, lines_of, period_of
from exactnb.display.formats import number
from exactnb.display.options import say
from exactnb.display.statement import Check, Column
from exactnb.errors import DataError, InputError

__all__ = ["benford"]

#: Nigrini's bounds of the mean absolute deviation, for the first digit and for the first two:
#: below the first it conforms closely, then acceptably, then marginally, above the last it does not
_BOUNDS = {1: (0.006, 0.012, 0.015), 2: (0.0012, 0.0018, 0.0022)}
#: χ² that chance exceeds once in twenty times, with 8 and with 89 degrees of freedom
_CRITICAL = {1: 15.507, 2: 112.022}
#: amounts below which nothing is said, and below which it is said that they are few
_FEW = {1: (500, 1000), 2: (1000, 3000)}
_SIDES = ("debit", "credit", "all")


def benford(
    ledger: Any,
    period: str | Period | None = None,
    *,
    digits: Literal[1, 2] = 1,
    types: Sequence[int] | None = None,
    gl_account_types: Sequence[int] | None = None,
    side: Literal["debit", "credit", "all"] = "debit",
    minimum: float = 10.0,
) -> Result:
    """How often each first digit, or pair of first digits, occurs, beside what is expected.

    Parameters
    ----------
    ledger
        From :meth:`exactnb.Connection.ledger`, or the same columns in another engine; the amounts
        are read into memory, nothing else is. A part of it, such as one journal, does too.
    period
        As in ``"2025"``; None: all of the ledger.
    digits
        1, or 2 for the first two.
    types
        Types of lines: 20 sales, 30 purchase, 90 general journal and so on; None: all.
    gl_account_types
        Types of GL accounts: 22 gives the gross amounts of purchases, 20 those of sales.
    side
        "debit" (an entry of two lines would otherwise count its amount twice), "credit" or "all".
    minimum
        Euros below which an amount is left out: small ones are prices and roundings.

    Returns
    -------
    Result
        One row a digit: ``digit`` (text), ``count``, ``expected`` (both amounts), ``share``,
        ``expected_share``, ``difference`` (fractions), ``z``. ``attrs`` holds ``n``, ``mad``,
        ``conformity`` ("close", "acceptable", "marginal", "none"), ``chance`` (the mean deviation
        that chance alone would give), ``chi_squared``, ``critical`` and ``weak`` (whether there
        are so few amounts that the outcome is weak evidence).

    Raises
    ------
    DataError
        There are fewer than 500 amounts (1,000 for two digits): nothing could be said.

    Notes
    -----
    P(d) = log10(1 + 1/d). Conformity by the mean absolute deviation, with the bounds of
    M. Nigrini, *Benford's Law* (2012): 0.006, 0.012, 0.015 for the first digit, 0.0012, 0.0018,
    0.0022 for the first two. χ² stands beside it, since it is asked for: on many amounts it
    rejects what differs by nothing that matters. ``z`` has the correction for continuity.
    The law holds for amounts of many sizes that nobody chose. Prices, rents, limits and round
    estimates break it without anything being wrong.

    Examples
    --------
    >>> import exactnb as ex
    >>> law = ex.benford(books.ledger(), types=[30], gl_account_types=[22], side="credit")
    >>> law.attrs["conformity"], law.attrs["n"] > 1000
    ('acceptable', True)
    """
    if digits not in _BOUNDS:
        raise InputError(f"digits is 1 or 2, not {digits!r}")
    if side not in _SIDES:
        raise InputError(f"side is 'debit', 'credit' or 'all', not {side!r}")
    asked = None if period is None else period_of(ledger, period)
    where = Where(
        {
            name: list(values)
            for name, values in (("type", types), ("gl_account_type", gl_account_types))
            if values is not None
        },
        period=asked,
    )
    sized = _amounts(ledger, where, side, minimum)
    n, (least, few) = len(sized), _FEW[digits]
    if n < least:
        raise DataError(
            f"Benford's law says nothing about {n} amounts of at least {number(minimum, 2)}: "
            f"{least} are needed",
            hint="Take a longer period, more types of lines, or look at the amounts one by one.",
        )
    heads = _heads(sized, digits)
    table = _table(heads, digits, n)
    mad = float(table["difference"].abs().mean())
    chi = float(((table["count"] - table["expected"]) ** 2 / table["expected"]).sum())
    p = table["expected_share"]
    chance = float(np.sqrt(2 * p * (1 - p) / np.pi / n).mean())
    conformity = ("close", "acceptable", "marginal", "none")[
        int(np.searchsorted(_BOUNDS[digits], mad, side="left"))
    ]

    def behind(place: int, column: str | None) -> Where:
        cents = np.unique(sized[heads == int(table.loc[place, "digit"])])
        signed = {"debit": cents, "credit": -cents, "all": np.concatenate([cents, -cents])}[side]
        kept = "cents" in nw.from_native(ledger).collect_schema().names()
        values = {"cents": signed.tolist()} if kept else {"amount_dc": (signed / 100).tolist()}
        return Where({**(where.values or {}), **values}, period=asked)

    result = made(
        table,
        ledger,
        title=say("Benford's law", "Wet van Benford"),
        subtitle=_subtitle(asked, digits, n, side, minimum),
        columns={
            "digit": Column(say("Digits", "Cijfers") if digits == 2 else say("Digit", "Cijfer")),
            "count": Column(say("Amounts", "Bedragen"), "count"),
            "expected": Column(say("Expected", "Verwacht"), "number"),
            "share": Column(say("Share", "Aandeel"), "percent"),
            "expected_share": Column(say("Expected share", "Verwacht aandeel"), "percent"),
            "difference": Column(say("Difference", "Verschil"), "percent"),
            "z": Column("z", "number"),
        },
        checks=[
            Check(
                say("digits add up to the amounts", "cijfers tellen op tot de bedragen"),
                *_sum(table, n),
            )
        ],
        behind=behind,
        notes=_notes(n, few, mad, conformity, chance, chi, digits),
        period=asked,
        digits=digits,
        types=types,
        gl_account_types=gl_account_types,
        side=side,
        minimum=minimum,
    )
    result.attrs |= {
        "n": n,
        "mad": mad,
        "conformity": conformity,
        "chance": chance,
        "chi_squared": chi,
        "critical": _CRITICAL[digits],
        "weak": n < few,
    }
    return result


def _amounts(ledger: Any, where: Where, side: str, minimum: float) -> np.ndarray[Any, Any]:
    """The amounts in whole cents, without their sign."""
    frame = where.of(lines_of(ledger, *where.columns, "cents"))
    cents, least = nw.col("cents"), max(round(minimum * 100), 1)
    kept = {"debit": cents >= least, "credit": cents <= -least}
    frame = frame.filter(kept.get(side, (cents >= least) | (cents <= -least)))
    sized: np.ndarray[Any, Any] = eager(frame.select("cents"))["cents"].abs().to_numpy("int64")
    return sized


def _heads(cents: np.ndarray[Any, Any], digits: int) -> np.ndarray[Any, Any]:
    """The first digits of whole numbers, without a logarithm that rounds at powers of ten."""
    powers = 10 ** np.arange(19, dtype="int64")
    length = np.searchsorted(powers, cents, side="right")
    # amounts of one digit have no second one: 7 is 70
    heads: np.ndarray[Any, Any] = np.where(
        length >= digits,
        cents // powers[np.maximum(length - digits, 0)],
        cents * powers[np.maximum(digits - length, 0)],
    )
    return heads


def _table(heads: np.ndarray[Any, Any], digits: int, n: int) -> pd.DataFrame:
    first, end = 10 ** (digits - 1), 10**digits
    each = np.arange(first, end)
    counts = np.bincount(heads.astype("intp"), minlength=end)[first:end]  # 32 bits in a browser
    share = np.log10(1 + 1 / each)
    expected = n * share
    spread = np.sqrt(expected * (1 - share))
    off = np.maximum(np.abs(counts - expected) - 0.5, 0)
    return pd.DataFrame(
        {
            "digit": each.astype(str),
            "count": counts.astype("int64"),
            "expected": expected,
            "share": counts / n,
            "expected_share": share,
            "difference": counts / n - share,
            "z": np.sign(counts - expected) * off / spread,
        }
    )


def _sum(table: pd.DataFrame, n: int) -> tuple[int, int]:
    return int(table["count"].sum()), n


def _subtitle(asked: Period | None, digits: int, n: int, side: str, minimum: float) -> str:
    parts = [
        str(asked) if asked else "",
        say("first digit", "eerste cijfer")
        if digits == 1
        else say("first two digits", "eerste twee cijfers"),
        say(f"{number(n, 0)} amounts", f"{number(n, 0)} bedragen"),
        "" if side == "all" else say(side, "debet" if side == "debit" else "credit"),
        say(f"from {number(minimum, 2)}", f"vanaf {number(minimum, 2)}"),
    ]
    return " · ".join(filter(None, parts))


def _notes(
    n: int, few: int, mad: float, conformity: str, chance: float, chi: float, digits: int
) -> list[str]:
    words = {
        "close": say("close conformity", "sluit nauw aan"),
        "acceptable": say("acceptable conformity", "sluit aanvaardbaar aan"),
        "marginal": say("marginally acceptable conformity", "sluit nog net aan"),
        "none": say("no conformity", "sluit niet aan"),
    }
    bounds = " / ".join(number(bound, 4) for bound in _BOUNDS[digits])
    notes = [
        say(
            f"Mean absolute deviation {number(mad, 4)}: {words[conformity]} (Nigrini: {bounds}). "
            f"Chance alone would give about {number(chance, 4)} for so many amounts.",
            f"Gemiddelde absolute afwijking {number(mad, 4)}: {words[conformity]} (Nigrini: "
            f"{bounds}). Toeval alleen geeft bij dit aantal al ongeveer {number(chance, 4)}.",
        ),
        say(
            f"χ² {number(chi, 1)}; chance exceeds {number(_CRITICAL[digits], 1)} once in twenty "
            "times, and many amounts exceed it for nothing.",
            f"χ² {number(chi, 1)}; toeval komt eens in de twintig keer boven "
            f"{number(_CRITICAL[digits], 1)}, veel bedragen komen er zomaar boven.",
        ),
    ]
    if n < few:
        notes.append(
            say(
                f"Weak evidence: {number(n, 0)} amounts are few ({number(few, 0)} are wanted).",
                f"Zwak bewijs: {number(n, 0)} bedragen zijn weinig (liefst {number(few, 0)}).",
            )
        )
    return notes
