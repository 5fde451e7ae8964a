"""Accounts that may have been entered twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from exactnb.analyses.quality.frames import accounts_of, bank_accounts_of
from exactnb.analyses.quality.names import bare, words
from exactnb.analyses.result import Result, made
from exactnb.display.options import say
from exactnb.display.statement import Column
from exactnb.errors import InputError
from exactnb.extras import needed

__all__ = ["duplicate_accounts"]

#: names that are scored against all others in one go: so many rows of bytes stay small
_BLOCK = 2000
#: how sure a shared value makes it, from 0 to 100; those of 100 no two accounts share by right
_SHARED = {"vat_number": 100, "chamber_of_commerce": 100, "bank_account": 100, "email": 95}

_Pair = tuple[int, int]


def duplicate_accounts(
    accounts: pd.DataFrame,
    bank_accounts: pd.DataFrame | None = None,
    *,
    score: int = 90,
) -> Result:
    """Pairs of accounts that may be one, the surest first, and why.

    Parameters
    ----------
    accounts
        ``books.odata("crm/Accounts")``, or ``books.list_accounts()``.
    bank_accounts
        ``books.odata("crm/BankAccounts")``: two accounts with one IBAN are found too.
    score
        From 0 to 100: how alike two names must be.

    Returns
    -------
    Result
        One row a pair: ``pair`` (the two codes), ``score`` (0 to 100), ``certain`` (they share a
        VAT number, a Chamber of Commerce number or an IBAN), ``code``, ``name``, ``other_code``,
        ``other_name``, ``why``, ``id``, ``other_id``.

    Raises
    ------
    DataError
        It is no frame of accounts.
    MissingPackageError
        ``exactnb[checks]`` is not installed.

    Notes
    -----
    Names are compared without accents, capitals, punctuation and legal form, in the order of their
    words and in that of the alphabet: the higher score counts (rapidfuzz, normalised indel
    similarity). Numbers are compared without spaces and dots. Two companies of one fiscal unity
    may share a VAT number by right; a chain may share an e-mail address. The forms that make an
    account compare names in the same spelling before they send it.

    Examples
    --------
    >>> import exactnb as ex
    >>> twins = ex.duplicate_accounts(books.odata("crm/Accounts"), books.odata("crm/BankAccounts"))
    >>> int(twins["certain"].sum())
    6
    """
    if not 0 < score <= 100:
        raise InputError(f"score is from 1 to 100, not {score}")
    known = accounts_of(accounts)
    banks = bank_accounts_of(bank_accounts, known)
    found: dict[_Pair, dict[str, int]] = {}
    for field, value in _SHARED.items():
        values = (
            banks.set_index("place")["number"] if field == "bank_account" else known[field].dropna()
        )
        for pair in _sharing(values):
            found.setdefault(pair, {})[field] = value
    for pair, alike in _near(known["name"].fillna(""), score):
        found.setdefault(pair, {})["name"] = alike
    table = _table(found, known)
    certain = int(table["certain"].sum())
    return made(
        table,
        accounts,
        title=say("Accounts entered twice?", "Relaties dubbel ingevoerd?"),
        subtitle=say(f"{len(known):,} accounts", f"{len(known):,} relaties"),
        columns={
            "pair": Column(say("Codes", "Codes")),
            "score": Column("Score", "count"),
            "name": Column(say("Name", "Naam")),
            "other_name": Column(say("Other name", "Andere naam")),
            "why": Column(say("Why", "Waarom")),
        },
        lined=True,
        notes=[
            say(
                f"{certain:,} pairs share a number that only one can have; "
                f"{len(table) - certain:,} are only alike.",
                f"{certain:,} paren delen een nummer dat er maar één kan hebben; "
                f"{len(table) - certain:,} lijken alleen op elkaar.",
            )
        ],
        score=score,
        accounts=len(known),
        bank_accounts=None if bank_accounts is None else len(bank_accounts),
    )


def _sharing(values: pd.Series) -> Iterator[_Pair]:
    """The pairs of places that share a value, however it is written."""
    places: dict[str, list[int]] = {}
    for place, value in values.items():
        places.setdefault(bare(value), []).append(place)
    for shared in places.values():
        each = sorted(set(shared))
        yield from ((one, other) for i, one in enumerate(each) for other in each[i + 1 :])


def _near(names: pd.Series, score: int) -> Iterator[tuple[_Pair, int]]:
    """The pairs of places whose names are alike, and how much."""
    process = needed("rapidfuzz.process", extra="checks", to="compare names")
    ratio = needed("rapidfuzz.fuzz", extra="checks", to="compare names").ratio
    spelled = [words(name) for name in names]
    asked = np.array([place for place, found in enumerate(spelled) if found], dtype="int64")
    spellings = [[" ".join(spelled[place]) for place in asked]]
    spellings.append([" ".join(sorted(spelled[place])) for place in asked])
    for start in range(0, len(asked), _BLOCK):
        scores: Any = 0
        for said in spellings:
            block = said[start : start + _BLOCK]
            made = process.cdist(
                block, said[start:], scorer=ratio, score_cutoff=score, dtype=np.uint8
            )
            scores = np.maximum(scores, made)
        # each pair once: the other comes after the one
        for one, other in np.argwhere(np.triu(scores, k=1)):
            pair = (int(asked[start + one]), int(asked[start + other]))
            yield pair, int(scores[one, other])


def _table(found: dict[_Pair, dict[str, int]], known: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for (one, other), reasons in found.items():
        certain = any(_SHARED.get(reason) == 100 for reason in reasons)
        rows.append(
            {
                "pair": f"{known.loc[one, 'code']} / {known.loc[other, 'code']}",
                "score": max(reasons.values()),
                "certain": certain,
                "code": known.loc[one, "code"],
                "name": known.loc[one, "name"],
                "other_code": known.loc[other, "code"],
                "other_name": known.loc[other, "name"],
                "why": ", ".join(
                    [
                        *(_why(reason, value) for reason, value in reasons.items()),
                        *_against(known.loc[one], known.loc[other]),
                    ]
                ),
                "id": known.loc[one, "id"],
                "other_id": known.loc[other, "id"],
            }
        )
    columns = ["pair", "score", "certain", "code", "name", "other_code", "other_name", "why"]
    table = pd.DataFrame(rows, columns=[*columns, "id", "other_id"])
    table = table.astype({"score": "int64", "certain": "bool"})
    return table.sort_values(["score", "pair"], ascending=[False, True], ignore_index=True)


def _against(one: pd.Series, other: pd.Series) -> Iterator[str]:
    """What speaks against it: numbers that both have, and that differ."""
    said = {
        "vat_number": say("other VAT numbers", "andere btw-nummers"),
        "chamber_of_commerce": say("other Chamber of Commerce numbers", "andere KvK-nummers"),
    }
    for field, against in said.items():
        if one[field] and other[field] and bare(one[field]) != bare(other[field]):
            yield against


def _why(reason: str, score: int) -> str:
    said = {
        "vat_number": say("same VAT number", "zelfde btw-nummer"),
        "chamber_of_commerce": say("same Chamber of Commerce number", "zelfde KvK-nummer"),
        "bank_account": say("same IBAN", "zelfde IBAN"),
        "email": say("same e-mail address", "zelfde e-mailadres"),
    }
    return said.get(reason) or say(f"names {score} % alike", f"namen {score} % gelijk")
