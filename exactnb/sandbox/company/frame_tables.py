"""The frame of the books as Exact's entities: divisions, chart, journals, VAT codes, periods."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from exactnb.sandbox.company import chart, days
from exactnb.sandbox.company.chart import DATA, HOLDING, MAIN
from exactnb.sandbox.company.frame import Frame, Table
from exactnb.sandbox.company.relations import CONTROLLER, DIRECTOR

SET_UP = days.ms(days.day(2022, 12, 12), 615)
"""Moment at which the administrations were set up."""
_STAMP = ("Created", "Creator", "Modified", "Modifier")


def tables(frame: Frame, users: list[str], people: list[tuple[str, str]]) -> Iterator[Table]:
    """All tables that both divisions need before anything can be booked."""
    stamp = (SET_UP, users[CONTROLLER], SET_UP, users[CONTROLLER])
    yield _divisions(stamp)
    yield _users(users, people)
    guid = frame.dice.guid
    for division in (MAIN, HOLDING):
        gl = {code: frame.gl[division, code] for d, code in frame.gl if d == division}
        yield Table(
            "GLAccounts",
            ("ID", "Division", "Code", "Description", "Type", "BalanceSide", "BalanceType",
             "SearchCode", "UseCostcenter", "UseCostunit", "IsBlocked", "Compress", "Matching",
             "RevalueCurrency", *_STAMP),
            [
                (gl[code], division, code, dutch, kind, side, balance, english.upper()[:20], 2, 2,
                 0, 0, int(kind in (20, 22, 90)), 0, *stamp)
                for code, dutch, english, kind, balance, side, _ in chart.accounts(division)
            ],
        )  # fmt: skip
        iban = chart.IBAN[division]
        yield Table(
            "Journals",
            ("ID", "Division", "Code", "Description", "Type", "GLAccount", "Currency", "AllowVAT",
             "AllowVariableCurrency", "AllowVariableExchangeRate", "AutoSave", "IsBlocked",
             "BankAccountIBAN", "BankName", "BankAccountBICCode", *_STAMP),
            [
                (guid(), division, code, name, kind, gl.get(account), "EUR", int(kind != 12),
                 int(kind in (20, 22)), int(kind in (20, 22)), 0, 0, *_own_bank(kind, iban), *stamp)
                for code, name, kind, account in chart.journals(division)
            ],
        )  # fmt: skip
        yield from _vat(frame, division, gl, stamp)
        yield Table(
            "PaymentConditions",
            ("ID", "Division", "Code", "Description", "PaymentDays", "PaymentEndOfMonths",
             "PaymentMethod", "Percentage", *_STAMP),
            [
                (guid(), division, code, name, due, 0, method, 1.0, *stamp)
                for code, name, due, method in DATA["payment_conditions"]
            ],
        )  # fmt: skip
        yield Table(
            "FinancialPeriods",
            ("ID", "Division", "FinYear", "FinPeriod", "StartDate", "EndDate", *_STAMP),
            [
                (guid(), division, y, m, days.ms(days.day(y, m, 1)), days.ms(days.month_end(y, m)),
                 *stamp)
                for y in range(2023, 2027)
                for m in range(1, 13)
            ],
        )  # fmt: skip
        yield from _classifications(frame, division, gl, stamp)
    yield Table(
        "GLTransactionTypes", ("ID", "Division", "Description"),
        [(code, MAIN, name) for code, name in DATA["transaction_types"]],
    )  # fmt: skip


def _own_bank(kind: int, iban: str) -> tuple[str | None, str | None, str | None]:
    return (iban, "Waddenbank", "WADBNL2U") if kind == 12 else (None, None, None)


def _divisions(stamp: tuple[Any, ...]) -> Table:
    started = days.ms(days.day(2009, 4, 1))
    return Table(
        "SystemDivisions",
        ("Code", "Division", "Hid", "Description", "AddressLine1", "Postcode", "City", "Country",
         "Currency", "Legislation", "Email", "Phone", "Website", "ChamberOfCommerceNumber",
         "VATNumber", "SbiCode", "SbiDescription", "ShareCapital", "StartDate", "Status",
         "BlockingStatus", "IsMainDivision", "Current", "IsDossierDivision", "IsHRDivision",
         "IsPracticeDivision", *_STAMP),
        [
            (code, code, str(code - 2_400_000), name, "Spaakkade 14", "9723 ZZ", "Groningen", "NL",
             "EUR", "NL", mail, "+31 50 012345", "https://noordster.example.nl", chamber, vat, sbi,
             text, capital, started, 1, 0, main, main, 0, 0, 0, *stamp)
            for code, name, mail, sbi, text, capital, main in (
                (MAIN, "Noordster Rijwielen B.V.", "info@noordster.example.nl", "46498",
                 "Groothandel in fietsen en bromfietsen", 18_000.0, 1),
                (HOLDING, "Noordster Beheer B.V.", "beheer@noordster.example.nl", "64200",
                 "Financiële holdings", 18_000.0, 0),
            )
            for chamber, vat in ((chart.CHAMBER_NUMBER[code], chart.VAT_NUMBER[code]),)
        ],
    )  # fmt: skip


def _users(users: list[str], people: list[tuple[str, str]]) -> Table:
    jobs = ("Directeur", "Controller", "Boekhouder", "Crediteurenadministratie",
            "Verkoop binnendienst", "Verkoop buitendienst", "Werkplaatschef")  # fmt: skip
    return Table(
        "Users",
        ("UserID", "Division", "UserName", "FullName", "FirstName", "LastName", "Email", "Title",
         "Language", "LanguageCode", *_STAMP),
        [
            (own, MAIN, f"{first[0]}.{last}".lower(), f"{first} {last}", first, last,
             f"{first}.{last}@noordster.example.nl".lower(), job, "NL", "nl-NL", SET_UP,
             users[DIRECTOR], SET_UP, users[DIRECTOR])
            for own, (first, last), job in zip(users, people, jobs, strict=True)
        ],
    )  # fmt: skip


def _vat(
    frame: Frame, division: int, gl: dict[str, str], stamp: tuple[Any, ...]
) -> Iterator[Table]:
    yield Table(
        "VATCodes",
        ("ID", "Division", "Code", "Description", "Percentage", "Type", "VATTransactionType",
         "EUSalesListing", "Charged", "GLToPay", "GLToClaim", "IntraStat", "LegalText",
         "CalculationBasis", "IsBlocked", *_STAMP),
        [
            (frame.vat[division, code], division, code, name, percent / 100, kind, side, listing,
             int(charged), gl.get(to_pay), gl.get(to_claim), int(intrastat), text, 0, 0, *stamp)
            for code, name, percent, kind, side, listing, charged, to_pay, to_claim, intrastat, text
            in DATA["vat_codes"]
        ],
    )  # fmt: skip
    rows = []
    for code, vat in chart.VAT_CODES.items():
        changed = days.ms(days.day(2019, 1, 1))  # the low rate went from 6 to 9 %
        own, since = frame.vat[division, code], days.ms(days.day(2012, 10, 1))
        steps: list[tuple[int, int | None, int]] = [(since, None, vat.percent)]
        if vat.percent == 9:
            steps = [(since, changed - days.DAY_MS, 6), (changed, None, 9)]
        for place, (start, end, percent) in enumerate(steps, 1):
            rows.append(
                (frame.dice.guid(), division, own, place, percent / 100, start, end, 0, *stamp)
            )
    yield Table(
        "VatPercentages",
        ("ID", "Division", "VATCodeID", "LineNumber", "Percentage", "StartDate", "EndDate", "Type",
         *_STAMP),
        rows,
    )  # fmt: skip


def _classifications(
    frame: Frame, division: int, gl: dict[str, str], stamp: tuple[Any, ...]
) -> Iterator[Table]:
    names: dict[str, str] = DATA["classifications"]
    own = {code: frame.dice.guid() for code in names}
    scheme = frame.dice.guid()
    parents = {
        code: max((c for c in names if c != code and code.startswith(c)), key=len, default=None)
        for code in names
    }
    yield Table(
        "GLClassifications",
        ("ID", "Division", "Code", "Name", "Description", "Parent", "Abstract", "Balance",
         "PeriodType", "TaxonomyNamespaceDescription", "Nillable", "IsTupleSubElement", *_STAMP),
        [
            (own[code], division, code, name, name, own.get(parents[code] or ""),
             int(code in parents.values()), "D" if code[:4] in _DEBIT else "C",
             "instant" if code[0] == "B" else "duration", "RGS 3.x", 1, 0, *stamp)
            for code, name in names.items()
        ],
    )  # fmt: skip
    yield Table(
        "GLAccountClassificationMappings",
        ("ID", "Division", "GLAccount", "Classification", "GLSchemeID", "GLSchemeCode",
         "GLSchemeDescription"),
        [
            (frame.dice.guid(), division, gl[row[0]], own[row[6]], scheme, "RGS",
             "Referentie Grootboekschema 3.x")
            for row in chart.accounts(division)
            if row[6]
        ],
    )  # fmt: skip


_DEBIT = {
    "BIva",
    "BMva",
    "BFva",
    "BLim",
    "BVor",
    "BVrd",
    "WPer",
    "WBed",
    "WFbe",
    "WAfs",
    "WKpr",
    "WBel",
}
