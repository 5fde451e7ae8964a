"""How good the records of accounts are: what is missing and what cannot be right."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import pandas as pd

from exactnb.analyses.audit.asked import weight
from exactnb.analyses.quality import checks
from exactnb.analyses.quality.frames import accounts_of, bank_accounts_of
from exactnb.analyses.result import Result, made
from exactnb.display.options import say
from exactnb.display.statement import Column

__all__ = ["account_quality"]

#: an account that a test looks at: its place, the value, and what is wrong (None: nothing)
_Seen = tuple[int, str | None, str | None]


class _Test(NamedTuple):
    severity: str
    field: str
    en: str
    nl: str
    run: Callable[[pd.DataFrame, pd.DataFrame], Iterator[_Seen]]


def account_quality(accounts: pd.DataFrame, bank_accounts: pd.DataFrame | None = None) -> Result:
    """How many accounts lack what they should have, or have what cannot be right, field by field.

    Which accounts, and why, is ``ex.findings(result)``; those of one test are
    ``ex.findings(result, "vat_number_missing")``.

    Parameters
    ----------
    accounts
        ``books.odata("crm/Accounts")``, or ``books.list_accounts()``; a part of it does too.
    bank_accounts
        ``books.odata("crm/BankAccounts")``, for the IBANs.

    Returns
    -------
    Result
        One row a test: ``test`` (its key), ``name``, ``population`` (accounts that it looked at,
        IBANs for that test), ``found``, ``right`` (the part that is right), ``severity``. The
        findings: ``test``, ``severity``, ``code``, ``name``, ``field``, ``value``, ``why``, ``id``.

    Raises
    ------
    DataError
        It is no frame of accounts.
    MissingPackageError
        ``exactnb[checks]`` is not installed.

    Notes
    -----
    A VAT number is asked of every account in the EU that is registered with a Chamber of Commerce,
    and of every customer in another EU country: without it 0 % may not be charged and the sale
    cannot go on the EC sales list (VAT Directive, art. 138). Check digits are those of each country
    (python-stdnum); whether a number has been given out, only VIES knows. A Dutch Chamber of
    Commerce number has eight digits and no check digit. Nothing here goes over a network.

    Examples
    --------
    >>> import exactnb as ex
    >>> quality = ex.account_quality(books.odata("crm/Accounts"), books.odata("crm/BankAccounts"))
    >>> quality.set_index("test")["found"][["vat_number_missing", "vat_number_invalid"]].tolist()
    [11, 4]
    """
    known = accounts_of(accounts)
    banks = bank_accounts_of(bank_accounts, known)
    rows: list[tuple[Any, ...]] = []
    found: list[tuple[Any, ...]] = []
    for key, test in _TESTS.items():
        given = (
            bank_accounts is not None
            if test.field == "bank_account"
            else (test.field in known.attrs["columns"])
        )
        if not given:
            rows.append((key, say(test.en, test.nl), 0, None, None, test.severity))
            continue
        seen = list(test.run(known, banks))
        wrong = [(place, value, why) for place, value, why in seen if why]
        right = 1 - len(wrong) / len(seen) if seen else None
        rows.append((key, say(test.en, test.nl), len(seen), len(wrong), right, test.severity))
        found += [
            (
                *(key, test.severity, known.loc[place, "code"], known.loc[place, "name"]),
                *(test.field, value, why, known.loc[place, "id"]),
            )
            for place, value, why in wrong
        ]
    columns = ["test", "severity", "code", "name", "field", "value", "why", "id"]
    listed = pd.DataFrame(found, columns=columns, dtype="object")
    table = pd.DataFrame(
        rows, columns=["test", "name", "population", "found", "right", "severity"]
    ).astype({"population": "int64", "found": "Int64", "right": "float64"})
    table["weight"] = [weight(one) for one in table["severity"]]
    listed["named"] = listed["test"].map(dict(zip(table["test"], table["name"], strict=True)))
    untested = table.loc[table["found"].isna(), "name"].tolist()
    flawed = listed["id"].nunique()

    def detail(test: Any) -> Result:
        here = listed if test is None else listed[listed["test"] == test]
        return _listed(here.reset_index(drop=True), accounts)

    return made(
        table,
        accounts,
        title=say("Quality of accounts", "Kwaliteit van relaties"),
        subtitle=say(f"{len(known):,} accounts", f"{len(known):,} relaties"),
        columns={
            "name": Column(say("Test", "Test")),
            "population": Column(say("Looked at", "Bekeken"), "count"),
            "found": Column(say("Found", "Gevonden"), "count"),
            "right": Column(say("Right", "Goed"), "percent"),
            "weight": Column(say("Weight", "Gewicht")),
        },
        found=detail,
        notes=[
            say(
                f"{flawed:,} of {len(known):,} accounts have something to put right.",
                f"Bij {flawed:,} van de {len(known):,} relaties is iets te verbeteren.",
            ),
            *([say("Not tested: ", "Niet getest: ") + ", ".join(untested)] if untested else []),
        ],
        accounts=len(known),
        bank_accounts=None if bank_accounts is None else len(bank_accounts),
    )


def _listed(here: pd.DataFrame, accounts: pd.DataFrame) -> Result:
    return made(
        here,
        accounts,
        title=say("Accounts to put right", "Te verbeteren relaties"),
        subtitle=say(f"{len(here):,} findings", f"{len(here):,} bevindingen"),
        columns={
            "named": Column(say("Test", "Test")),
            "code": Column(say("Code", "Code")),
            "name": Column(say("Name", "Naam")),
            "value": Column(say("Value", "Waarde")),
            "why": Column(say("Why", "Waarom")),
        },
        lined=True,
    )


def _each(
    accounts: pd.DataFrame, field: str, judge: Callable[[Any], str | None]
) -> Iterator[_Seen]:
    """The accounts that have a value in a field, as a judge of the whole record sees it."""
    for row in accounts.itertuples():
        value = getattr(row, field)
        if value is not None:
            yield row.Index, value, judge(row)


def _customers(accounts: pd.DataFrame) -> pd.DataFrame:
    return accounts[accounts["status"] == "C"]


def _vat_missing(accounts: pd.DataFrame, banks: pd.DataFrame) -> Iterator[_Seen]:
    for row in accounts.itertuples():
        registered = row.chamber_of_commerce is not None
        abroad = row.status == "C" and row.country != HOME
        if row.country in checks.EU and (registered or abroad):
            why = (
                say("EU customer without VAT number", "EU-afnemer zonder btw-nummer")
                if abroad
                else say("business without VAT number", "bedrijf zonder btw-nummer")
            )
            yield row.Index, row.vat_number, None if row.vat_number else why


def _vat_invalid(accounts: pd.DataFrame, banks: pd.DataFrame) -> Iterator[_Seen]:
    european = accounts[accounts["country"].isin(checks.EU) | accounts["country"].isna()]
    return _each(european, "vat_number", lambda row: checks.vat_number(row.vat_number, row.country))


def _kvk(accounts: pd.DataFrame, banks: pd.DataFrame) -> Iterator[_Seen]:
    dutch = accounts[accounts["country"] == HOME]
    return _each(dutch, "chamber_of_commerce", lambda row: checks.kvk(row.chamber_of_commerce))


def _iban(accounts: pd.DataFrame, banks: pd.DataFrame) -> Iterator[_Seen]:
    for row in banks.itertuples():
        yield row.place, row.number, checks.iban(row.number)


def _postcode(accounts: pd.DataFrame, banks: pd.DataFrame) -> Iterator[_Seen]:
    return _each(accounts, "postcode", lambda row: checks.postcode(row.postcode, row.country))


def _email(accounts: pd.DataFrame, banks: pd.DataFrame) -> Iterator[_Seen]:
    return _each(accounts, "email", lambda row: checks.email(row.email))


def _email_missing(accounts: pd.DataFrame, banks: pd.DataFrame) -> Iterator[_Seen]:
    for row in _customers(accounts).itertuples():
        yield row.Index, row.email, None if row.email else say("no address", "geen adres")


def _terms(accounts: pd.DataFrame, banks: pd.DataFrame) -> Iterator[_Seen]:
    for row in _customers(accounts).itertuples():
        terms = row.payment_condition_sales
        yield row.Index, terms, None if terms else say("no terms", "geen conditie")


def _supplier_terms(accounts: pd.DataFrame, banks: pd.DataFrame) -> Iterator[_Seen]:
    for row in accounts[accounts["is_supplier"].isin(["True", "1"])].itertuples():
        terms = row.payment_condition_purchase
        yield row.Index, terms, None if terms else say("no terms", "geen conditie")


#: the country whose registers are known here
HOME = "NL"

_TESTS: Mapping[str, _Test] = {
    "vat_number_missing": _Test(
        "high", "vat_number", "VAT number missing", "Btw-nummer ontbreekt", _vat_missing
    ),
    "vat_number_invalid": _Test(
        "high", "vat_number", "VAT number invalid", "Btw-nummer ongeldig", _vat_invalid
    ),
    "chamber_of_commerce": _Test(
        "medium", "chamber_of_commerce", "Chamber of Commerce number", "KvK-nummer", _kvk
    ),
    "iban_invalid": _Test("high", "bank_account", "IBAN invalid", "IBAN ongeldig", _iban),
    "postcode": _Test("low", "postcode", "Postcode", "Postcode", _postcode),
    "email": _Test("medium", "email", "E-mail address", "E-mailadres", _email),
    "email_missing": _Test(
        "low", "email", "Customers without e-mail", "Klanten zonder e-mail", _email_missing
    ),
    "terms_missing": _Test(
        *("medium", "payment_condition_sales", "Customers without payment terms"),
        *("Klanten zonder betalingsconditie", _terms),
    ),
    "supplier_terms_missing": _Test(
        *("low", "payment_condition_purchase", "Suppliers without payment terms"),
        *("Leveranciers zonder betalingsconditie", _supplier_terms),
    ),
}
