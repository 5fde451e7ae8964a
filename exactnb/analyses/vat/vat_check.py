"""What may be wrong with a VAT return: rates, boxes, VAT numbers, and what was booked too late."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import narwhals as nw
import pandas as pd

from exactnb.analyses.period import Period
from exactnb.analyses.result import Result, Where, made
from exactnb.analyses.sums import eager, lines_of, period_of
from exactnb.analyses.vat.boxes import VATCode, codes_of
from exactnb.analyses.vat.findings import FINDING, TESTS, Taxed
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
from exactnb.display.options import say
from exactnb.display.statement import Check, Column
from exactnb.frames.needs import require

__all__ = ["vat_check"]

_LINES = (
    *("financial_year", "financial_period", "date", "entry_number", "entry_id", "type"),
    *("account_code", "account_name", "gl_account_code", "invoice_number", "description"),
    *("vat_code", "vat_type", "cents", "created"),
)


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
    {'late': 2, 'not in 3b': 1, 'unusual code': 1, 'vat number': 3}
    """
    known = codes_of(codes, boxes)
    asked = period_of(ledger, period)
    every = eager(lines_of(ledger, *_LINES).filter(asked.so_far.within | asked.within))
    books = Taxed(
        lines=_placed(eager(taxed(nw.from_native(every))), known, asked),
        every=_placed(every, known, None),
        codes=known,
        accounts=_accounts(accounts),
        filed_at=_filed_at(every, asked),
        home=home,
    )
    rows: list[dict[str, Any]] = []
    notes = []
    for key, test in TESTS.items():
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


_COLUMNS = ["test", *FINDING, "kind", "level"]


def _accounts(accounts: pd.DataFrame | None) -> pd.DataFrame | None:
    if accounts is None:
        return None
    needed = ("code", "country", "vat_number")
    require(accounts, needed, "the accounts", "books.table('accounts') has them.")
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


def _listed(books: Taxed, returns: pd.DataFrame | None, asked: Period) -> list[Check]:
    """Box 3b beside what the EC sales list of the period says."""
    if returns is None:
        return []
    base = -int(
        books.lines.loc[books.lines["is_base"] & (books.lines["box"] == "3b"), "cents"].sum()
    )
    name = say("EC sales list = 3b", "opgaaf ICP = 3b")
    found = filed_in(returns, asked, EC_SALES_LIST)
    return [Check.of(name, round(float(amount) * 100), base) for amount in found["amount"]]
