"""What may be wrong with a VAT return: rates, boxes, VAT numbers, and what was booked too late."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import pandas as pd

from exactnb.analyses.period import Period
from exactnb.analyses.result import Result, Where, made, say
from exactnb.analyses.sums import eager, lines_of, period_of
from exactnb.analyses.vat.boxes import VATCode, codes_of
from exactnb.analyses.vat.numbers import valid_vat_number
from exactnb.analyses.vat.vat_return import (
    BASE_BOUGHT,
    BASE_SOLD,
    EC_SALES_LIST,
    SETTLEMENT,
    TAX_CHARGED,
    TAX_INPUT,
    TAX_SOLD,
    filed_in,
    taxed,
)
from exactnb.display.statement import Check, Column
from exactnb.errors import DataError

__all__ = ["vat_check"]

#: members of the European Union, by the codes that Exact has for countries; Greece is EL for VAT
EU = frozenset(
    {"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "FR", "GR", "HR", "HU"}
    | {"IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"}
)

_LINES = (
    *("financial_year", "financial_period", "date", "entry_number", "entry_id", "type"),
    *("account_code", "account_name", "gl_account_code", "invoice_number", "description"),
    *("vat_code", "vat_type", "cents", "created"),
)
#: a code that a GL account has on fewer of its lines than this is looked at
_RARE = 0.02
_ENOUGH = 20


@dataclass(frozen=True)
class _Books:
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
    find: Callable[[_Books], pd.DataFrame]
    needs_accounts: bool = False


def vat_check(
    ledger: Any,
    period: str | Period,
    *,
    codes: pd.DataFrame,
    accounts: pd.DataFrame | None = None,
    returns: pd.DataFrame | None = None,
    boxes: Mapping[str, str] | None = None,
    home: str = "NL",
) -> Result:
    """What deserves a look before a VAT return is filed, or after: one row a finding.

    Parameters
    ----------
    ledger
        From :meth:`exactnb.Connection.ledger`; the lines of one administration.
    period
        Such as ``"2025-Q3"``.
    codes
        ``books.table("vat_codes")``.
    accounts
        ``books.table("accounts")``: countries and VAT numbers of customers; without it the tests
        that need them are not made, which the result says.
    returns
        ``books.table("returns")``: box 3b is compared with the EC sales list (opgaaf ICP).
    boxes
        VAT code → box, as of :func:`exactnb.vat_return`.
    home
        Country of the administration.

    Returns
    -------
    Result
        Under a heading for each test its findings: ``test``, ``entry_number``, ``date``,
        ``account_code``, ``account_name``, ``why``, ``base`` and ``vat`` (euros: what was booked;
        of a wrong rate, what is missing), ``kind``, ``level``.

    Notes
    -----
    Tests: tax that is not rate × base, by entry and code (a cent a line is rounding); a VAT code
    that a GL account hardly ever has, at another rate than its usual one; sales without tax to EU
    customers that are not in 3b, and so not in the EC sales list; customers in 3b whose VAT number
    is missing or not valid; entries that came into the period after its return was made, of which
    the tax is to be filed in a supplementary return (suppletie).

    Examples
    --------
    >>> import exactnb as ex
    >>> named = {name: books.table(name) for name in ("accounts", "returns")}
    >>> found = ex.vat_check(books.ledger(), "2025-Q3", codes=books.table("vat_codes"), **named)
    >>> found[found["kind"] == "line"].groupby("test").size().to_dict()
    {'late': 2, 'not in 3b': 1, 'unusual code': 1}
    """
    known = codes_of(codes, boxes)
    asked = period_of(ledger, period)
    every = eager(lines_of(ledger, *_LINES).filter(asked.so_far.within | asked.within))
    books = _Books(
        lines=_placed(eager(taxed(nw.from_native(every))), known, asked),
        every=_placed(every, known, None),
        codes=known,
        accounts=_accounts(accounts),
        filed_at=_filed_at(every, asked),
        home=home,
    )
    rows: list[dict[str, Any]] = []
    notes = []
    for key, test in _TESTS.items():
        if test.needs_accounts and books.accounts is None:
            notes.append(
                say(
                    f"not tested without accounts: {test.en}",
                    f"niet getoetst zonder relaties: {test.nl}",
                )
            )
            continue
        found = test.find(books)
        count = say(f"{len(found)} found", f"{len(found)} gevonden")
        rows.append(
            {"test": key, "why": f"{say(test.en, test.nl)}: {count}", "kind": "heading", "level": 0}
        )
        rows += [
            {**row, "test": key, "kind": "line", "level": 1} for row in found.to_dict("records")
        ]
    if books.filed_at is None:
        notes.append(
            say(
                "no return was made for this period yet",
                "over dit tijdvak is nog geen aangifte gemaakt",
            )
        )
    frame = pd.DataFrame(rows, columns=_COLUMNS).astype({"entry_number": "Int64"})
    numbers = frame["entry_number"]

    def behind(place: int, column: str | None) -> Where | None:
        number = numbers[place]
        return None if number is pd.NA else Where({"entry_number": [int(number)]})

    return made(
        frame,
        ledger,
        title=say("VAT check", "Btw-controle"),
        subtitle=str(asked),
        columns={
            "why": Column(say("Finding", "Bevinding")),
            "entry_number": Column(say("Entry", "Boeking")),
            "date": Column(say("Date", "Datum"), "date"),
            "account_name": Column(say("Account", "Relatie")),
            "base": Column(say("Base", "Grondslag"), "cents"),
            "vat": Column(say("VAT", "Btw"), "cents"),
        },
        checks=_listed(books, returns, asked),
        notes=notes,
        behind=behind,
        period=asked,
    )


_COLUMNS = [
    "test",
    "entry_number",
    "date",
    "account_code",
    "account_name",
    "why",
    "base",
    "vat",
    "kind",
    "level",
]


def _accounts(accounts: pd.DataFrame | None) -> pd.DataFrame | None:
    if accounts is None:
        return None
    missing = [name for name in ("code", "country", "vat_number") if name not in accounts.columns]
    if missing:
        raise DataError(
            f"The accounts have no column {', '.join(missing)}",
            hint="books.table('accounts') has them.",
        )
    return accounts.drop_duplicates("code").set_index("code")


def _placed(
    lines: pd.DataFrame, known: Mapping[str, VATCode], asked: Period | None
) -> pd.DataFrame:
    """The taxed lines of the period, each with its role, its box and the rate of its code."""
    kept = lines[lines["vat_type"].notna() & (lines["type"] != SETTLEMENT)]
    if asked is not None:
        kept = kept[asked.holds(kept)]
    code = kept["vat_code"].astype("object").map(known.get)
    letters = kept["vat_type"].astype("object")
    sold = letters.isin((*BASE_SOLD, *TAX_SOLD))
    return kept.assign(
        sold=sold,
        is_base=letters.isin((*BASE_SOLD, *BASE_BOUGHT)),
        is_tax=letters.isin((*TAX_SOLD, *TAX_INPUT, *TAX_CHARGED)),
        charged=letters.isin(TAX_CHARGED),
        rate=[of.percentage if of else 0.0 for of in code],
        box=[
            (of.sales if s else of.purchase) if of else None
            for of, s in zip(code, sold, strict=True)
        ],
    )


def _filed_at(every: pd.DataFrame, asked: Period) -> pd.Timestamp | None:
    """When the return of the period was made: its settlement was booked then."""
    made_at = every.loc[(every["type"] == SETTLEMENT) & asked.holds(every), "created"]
    return None if made_at.empty else made_at.min()


def _listed(books: _Books, returns: pd.DataFrame | None, asked: Period) -> list[Check]:
    """Box 3b beside what the EC sales list of the period says."""
    if returns is None:
        return []
    base = -int(
        books.lines.loc[books.lines["is_base"] & (books.lines["box"] == "3b"), "cents"].sum()
    )
    name = say("EC sales list = 3b", "opgaaf ICP = 3b")
    found = filed_in(returns, asked, EC_SALES_LIST)
    return [Check.of(name, round(float(amount) * 100), base) for amount in found["amount"]]


# ---------------------------------------------------------------- the tests


def _wrong_tax(books: _Books) -> pd.DataFrame:
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


def _unusual_code(books: _Books) -> pd.DataFrame:
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


def _not_listed(books: _Books) -> pd.DataFrame:
    """Sales without tax to EU customers that are not in box 3b."""
    lines = books.lines
    abroad = _countries(books, lines).isin(EU - {books.home})
    found = lines[lines["sold"] & lines["is_base"] & abroad & lines["box"].isin(["1e", "3a"])]
    found = found.assign(why=say("EU customer, booked in ", "EU-klant, geboekt in ") + found["box"])
    return _finding(_by_entry(found), -_by_entry(found)["cents"], 0)


def _vat_numbers(books: _Books) -> pd.DataFrame:
    """Customers in box 3b whose VAT number is missing or not valid."""
    lines = books.lines[books.lines["box"].eq("3b") & books.lines["is_base"]]
    by = lines.groupby(["account_code", "account_name"], observed=True)["cents"].sum().reset_index()
    assert books.accounts is not None
    numbers = by["account_code"].astype("object").map(books.accounts["vat_number"])
    given = numbers.notna() & (numbers != "")
    wrong = ~given | ~numbers.map(
        lambda number: valid_vat_number(number) if isinstance(number, str) else False
    )
    by["why"] = [
        say(f"VAT number {n} is not valid", f"btw-nummer {n} is niet geldig")
        if g
        else say("no VAT number", "geen btw-nummer")
        for n, g in zip(numbers, given, strict=True)
    ]
    found = by[wrong & (by["cents"] != 0)]
    return _finding(found, -found["cents"], 0)


def _late(books: _Books) -> pd.DataFrame:
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


def _countries(books: _Books, lines: pd.DataFrame) -> pd.Series:
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
    names = [name for name in _COLUMNS if name not in ("test", "kind", "level")]
    return made_of[names]


def _none() -> pd.DataFrame:
    return pd.DataFrame(
        columns=[name for name in _COLUMNS if name not in ("test", "kind", "level")]
    )


_TESTS: Mapping[str, _Test] = {
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
