"""Records that are probably the same as the one about to be made."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from exactnb.actions import POPULAR
from exactnb.analyses.quality.names import bare, words
from exactnb.errors import NotFoundError
from exactnb.exact.entities import Entity, entity, fold
from exactnb.exact.odata import literal
from exactnb.schema.plain import plain

if TYPE_CHECKING:
    import pandas as pd

    from exactnb.connection import Connection

__all__ = ["likely_duplicates", "near"]


class Kind(NamedTuple):
    """By what two records of one kind are known to be the same."""

    numbers: tuple[str, ...]
    """Fields that no two of them share."""
    name: str
    shown: tuple[str, ...]


_KINDS: Mapping[str, Kind] = {
    "create-account": Kind(
        ("VATNumber", "ChamberOfCommerce", "Email"),
        "Name",
        ("ID", "Code", "Name", "City", "VATNumber", "ChamberOfCommerce", "Email"),
    ),
    "create-contact": Kind(
        ("Email", "BusinessEmail"),
        "FullName",
        ("ID", "FullName", "AccountName", "Email", "BusinessEmail"),
    ),
}
#: names that are this alike are probably one
_NEAR = 0.86
#: names that are looked at, of those that share half a word with the one asked for
_LOOKED_AT = 240


def likely_duplicates(books: Connection, action: str, sent: Mapping[str, Any]) -> pd.DataFrame:
    """The records that may be the one that is about to be made, and why.

    Alike are: the same VAT number, Chamber of Commerce number, IBAN or e-mail address, however
    they are spaced, and names that differ in a letter, an accent or the legal form.

    Parameters
    ----------
    books
        Where to look.
    action
        "create-account" or "create-contact"; for any other action nothing is looked for.
    sent
        The input.

    Returns
    -------
    DataFrame
        One row a candidate: ``why``, its id and what tells it apart; empty if there is none.

    Examples
    --------
    >>> known = books.list_accounts(limit=1).iloc[0]
    >>> again = {"name": known["name"].upper()}
    >>> likely_duplicates(books, "create-account", again)["id"].iloc[0] == known["id"]
    True
    """
    import pandas as pd

    kind = _KINDS.get(action)
    if kind is None:
        return pd.DataFrame({"why": []})
    about = entity(POPULAR[action])
    given = {fold(name): value for name, value in sent.items() if isinstance(value, str)}
    found = [
        *_same_number(books, about, kind, given),
        *_same_bank(books, about, kind, given),
        *_near_name(books, about, kind, given),
    ]
    columns = ["why", *(field.column for name in kind.shown if (field := about.find(name)))]
    together: dict[str, dict[str, Any]] = {}
    for why, row in found:
        before = together.setdefault(row["id"], {**row, "why": ""})
        if why not in before["why"]:
            before["why"] = f"{before['why']}, {why}".lstrip(", ")
    return pd.DataFrame(list(together.values()), columns=columns)


Found = Iterator[tuple[str, dict[str, Any]]]


def _same_number(books: Connection, about: Entity, kind: Kind, given: Mapping[str, str]) -> Found:
    asked = {name: given[fold(name)] for name in kind.numbers if given.get(fold(name))}
    if about.name == "Contacts":
        # one address, whichever of the two fields it stands in
        every = list(asked.values())
        tests = [(name, value) for name in kind.numbers for value in every]
    else:
        tests = list(asked.items())
    if not tests:
        return
    spelled = {(n, v) for name, value in tests for n, v in _spellings(name, value)}
    where = " or ".join(f"{name} eq {literal(value)}" for name, value in sorted(spelled))
    for row in _read(books, about, kind, where, limit=60):
        for name, value in tests:
            field = about.find(name)
            if field and bare(row.get(field.column)) == bare(value):
                yield f"same {field.column.replace('_', ' ')}", row


def _spellings(name: str, value: str) -> Iterator[tuple[str, str]]:
    """The ways in which one number is written: as given, and without what only spaces it."""
    for each in (value, value.strip(), re.sub(r"[\s.]", "", value), value.lower(), value.upper()):
        if "mail" not in name.lower() or "@" in each:
            yield name, each


def _same_bank(books: Connection, about: Entity, kind: Kind, given: Mapping[str, str]) -> Found:
    numbers = [v for name, v in given.items() if "iban" in name or name == "bankaccount"]
    for number in numbers:
        where = {"BankAccount": re.sub(r"\s", "", number).upper()}
        for account in books.odata("crm/BankAccounts", filter=where, limit=60)["account"]:
            for row in _read(books, about, kind, f"ID eq guid'{account}'", limit=1):
                yield "same bank account", row


def _near_name(books: Connection, about: Entity, kind: Kind, given: Mapping[str, str]) -> Found:
    name = given.get(fold(kind.name)) or " ".join(
        given[part] for part in ("firstname", "middlename", "lastname") if given.get(part)
    )
    spelled = words(name)
    if not spelled:
        return
    longest = max(spelled, key=len)
    half = max(3, len(longest) // 2)
    # a letter that is wrong is in one half of a word, and leaves the other as it is
    halves = {longest[:half], longest[-half:]}
    where = " or ".join(f"substringof({literal(h)},tolower({kind.name}))" for h in sorted(halves))
    field = about.find(kind.name)
    for row in _read(books, about, kind, where, limit=_LOOKED_AT):
        if field and near(name, str(row.get(field.column) or "")):
            yield "nearly the same name", row


def near(one: str, other: str) -> bool:
    """Whether two names are probably of one: apart from legal form, accents and a letter or two.

    Examples
    --------
    >>> near("Fietshandel Jansen B.V.", "fietshandel janssen"), near("Jansen BV", "De Vries BV")
    (True, False)
    """
    first, second = words(one), words(other)
    if not first or not second:
        return False
    return max(_alike(first, second), _alike(sorted(first), sorted(second))) >= _NEAR


def _alike(one: list[str], other: list[str]) -> float:
    return difflib.SequenceMatcher(None, " ".join(one), " ".join(other)).ratio()


def _read(
    books: Connection, about: Entity, kind: Kind, where: str, *, limit: int
) -> list[dict[str, Any]]:
    try:
        rows = books.odata(about.resource, select=kind.shown, filter=where, limit=limit)
    except NotFoundError:
        return []  # a resource that this Exact Online has not, has no duplicates either
    return [{**row, "id": str(row["id"])} for row in plain(rows)]
