"""The tests of a VAT period, each a function from its lines to findings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from exactnb.analyses.quality.checks import EU, vat_number
from exactnb.analyses.vat.boxes import VATCode
from exactnb.display.options import say

__all__ = ["FINDING", "TESTS", "Taxed"]

#: a code that a GL account has on fewer of its lines than this is looked at
_RARE = 0.02
_ENOUGH = 20
#: the columns of a finding
FINDING = ("entry_number", "date", "account_code", "account_name", "why", "base", "vat")


@dataclass(frozen=True)
class Taxed:
    """What the tests look at: the taxed lines of the period, and what is known beside them."""

    lines: pd.DataFrame
    every: pd.DataFrame
    codes: Mapping[str, VATCode]
    accounts: pd.DataFrame | None
    filed_at: pd.Timestamp | None
    home: str


@dataclass(frozen=True)
class _Test:
    en: str
    nl: str
    find: Callable[[Taxed], pd.DataFrame]
    needs_accounts: bool = False


def _wrong_tax(books: Taxed) -> pd.DataFrame:
    """Entries in which a code's tax is not its rate of the base."""
    lines = books.lines[~books.lines["charged"]]
    by = ["entry_number", "vat_code"]
    grouped = lines.assign(
        base=lines["cents"].where(lines["is_base"], 0), vat=lines["cents"].where(lines["is_tax"], 0)
    ).groupby(by, observed=True, sort=True)
    sums = grouped.agg(
        base=("base", "sum"),
        vat=("vat", "sum"),
        rate=("rate", "first"),
        lines=("cents", "size"),
        sold=("sold", "any"),
        bases=("is_base", "any"),
        date=("date", "first"),
        account_code=("account_code", "first"),
        account_name=("account_name", "first"),
    ).reset_index()
    expected = sums["base"] * sums["rate"]
    # tax that stands in an entry by itself, as a correction does, has no base to be held against
    off = ((sums["vat"] - expected).abs() > sums["lines"].clip(lower=2)) & sums["bases"]
    sums = sums[off]
    sums["why"] = [
        say(
            f"code {code}: {rate:.0%} of the base is not what was booked",
            f"code {code}: {rate:.0%} van de grondslag is niet wat geboekt is",
        )
        for code, rate in zip(sums["vat_code"], sums["rate"], strict=True)
    ]
    sign = sums["sold"].map({True: -1, False: 1})
    return _finding(sums, sign * sums["base"], sign * (sums["vat"] - expected[off]))


def _unusual_code(books: Taxed) -> pd.DataFrame:
    """Sales lines with a code that their GL account hardly ever has, at another rate."""
    year = books.every[books.every["sold"] & books.every["is_base"]]
    count = year.groupby(["gl_account_code", "rate"], observed=True).size()
    if count.empty:
        return _none()
    whole = count.groupby(level=0, observed=True).transform("sum")
    usual = count.groupby(level=0, observed=True).idxmax().map(lambda pair: pair[1])
    rare = count[(count < whole * _RARE) & (whole >= _ENOUGH)].index
    lines = books.lines[books.lines["sold"] & books.lines["is_base"]]
    pairs = pd.MultiIndex.from_arrays([lines["gl_account_code"].astype("object"), lines["rate"]])
    found = lines[pairs.isin(rare) & (lines["rate"] > 0)]
    normal = found["gl_account_code"].astype("object").map(usual).astype("float64")
    found = found.assign(
        why=[
            say(
                f"{rate:.0%} on {gl}, which is nearly always at {other:.0%}",
                f"{rate:.0%} op {gl}, waar bijna altijd {other:.0%} staat",
            )
            for rate, gl, other in zip(found["rate"], found["gl_account_code"], normal, strict=True)
        ]
    )
    return _finding(found, -found["cents"], -found["cents"] * (normal - found["rate"]))


def _not_listed(books: Taxed) -> pd.DataFrame:
    """Sales without tax to EU customers that are not in box 3b."""
    lines = books.lines
    abroad = _countries(books, lines).isin(EU - {books.home})
    found = lines[lines["sold"] & lines["is_base"] & abroad & lines["box"].isin(["1e", "3a"])]
    found = found.assign(why=say("EU customer, booked in ", "EU-klant, geboekt in ") + found["box"])
    return _finding(_by_entry(found), -_by_entry(found)["cents"], 0)


def _vat_numbers(books: Taxed) -> pd.DataFrame:
    """Customers in box 3b whose VAT number is missing or not valid."""
    lines = books.lines[books.lines["box"].eq("3b") & books.lines["is_base"]]
    by = lines.groupby(["account_code", "account_name"], observed=True)["cents"].sum().reset_index()
    assert books.accounts is not None
    known = books.accounts.reindex(by["account_code"].astype("object"))
    by["why"] = [
        (vat_number(number, country) if isinstance(number, str) and number else _no_number())
        for number, country in zip(known["vat_number"], known["country"], strict=True)
    ]
    found = by[by["why"].notna() & (by["cents"] != 0)]
    return _finding(found, -found["cents"], 0)


def _no_number() -> str:
    return say("no VAT number", "geen btw-nummer")


def _late(books: Taxed) -> pd.DataFrame:
    """Entries that came into the period after its return was made."""
    if books.filed_at is None:
        return _none()
    late = books.lines[books.lines["created"] > books.filed_at]
    if late.empty:
        return _none()
    found = late.assign(
        base=late["cents"].where(late["is_base"], 0) * late["sold"].map({True: -1, False: 1}),
        vat=-late["cents"].where(late["is_tax"], 0),
    )
    entries = found.groupby("entry_number", as_index=False).agg(
        date=("date", "first"),
        created=("created", "min"),
        base=("base", "sum"),
        vat=("vat", "sum"),
        account_code=("account_code", "first"),
        account_name=("account_name", "first"),
    )
    entries["why"] = [
        say(
            f"booked {made_at:%Y-%m-%d}, after the return of {books.filed_at:%Y-%m-%d}",
            f"geboekt {made_at:%d-%m-%Y}, na de aangifte van {books.filed_at:%d-%m-%Y}",
        )
        for made_at in entries["created"]
    ]
    return _finding(entries, entries["base"], entries["vat"])


def _countries(books: Taxed, lines: pd.DataFrame) -> pd.Series:
    assert books.accounts is not None
    return lines["account_code"].astype("object").map(books.accounts["country"])


def _by_entry(lines: pd.DataFrame) -> pd.DataFrame:
    return lines.groupby("entry_number", as_index=False).agg(
        date=("date", "first"),
        account_code=("account_code", "first"),
        account_name=("account_name", "first"),
        why=("why", "first"),
        cents=("cents", "sum"),
    )


def _finding(rows: pd.DataFrame, base: Any, vat: Any) -> pd.DataFrame:
    made_of = rows.assign(base=base / 100, vat=vat / 100)
    for name in ("entry_number", "date"):
        if name not in made_of:
            made_of[name] = None
    made_of["vat"] = made_of["vat"].astype("float64").round(2)
    names = list(FINDING)
    return made_of[names]


def _none() -> pd.DataFrame:
    return pd.DataFrame(columns=list(FINDING))


TESTS: Mapping[str, _Test] = {
    "wrong tax": _Test(
        "Tax that is not rate × base", "Btw die niet tarief × grondslag is", _wrong_tax
    ),
    "unusual code": _Test(
        "Unusual VAT code for the account", "Ongewone btw-code voor de rekening", _unusual_code
    ),
    "not in 3b": _Test(
        "EU sales outside box 3b", "EU-verkopen buiten rubriek 3b", _not_listed, True
    ),
    "vat number": _Test(
        "VAT numbers of EU customers", "Btw-nummers van EU-klanten", _vat_numbers, True
    ),
    "late": _Test("Booked after the return was made", "Geboekt na de aangifte", _late),
}
