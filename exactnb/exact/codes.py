"""What Exact Online's codes mean, in English and Dutch.

The lists are in ``codes.json`` beside this file. Codes of one field are not those of another:
8020 is a type of sales invoice, and may be a ledger account's number too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from exactnb.exact.entities import Entity, entity

__all__ = ["Code", "codes", "label"]


@dataclass(frozen=True)
class Code:
    """A code and what it is called.

    ``balance`` and ``side`` are given for types of ledger accounts: ``B`` on the balance sheet or
    ``W`` in profit and loss, normally ``D`` debit or ``C`` credit. They follow from the type's
    name; where an account has its own ``BalanceType`` and ``BalanceSide``, those count.
    """

    code: str
    en: str
    nl: str
    balance: str | None = None
    side: str | None = None


@lru_cache(maxsize=1)
def _data() -> dict[str, dict[str, Any]]:
    data: dict[str, dict[str, Any]] = json.loads(
        files("exactnb.exact").joinpath("codes.json").read_bytes()
    )
    return data


@cache
def _list(name: str) -> Mapping[str, Code]:
    entries = _data()["lists"][name].items()
    return MappingProxyType({code: Code(code, **words) for code, words in entries})


def codes(of: Entity | str, field: str) -> Mapping[str, Code]:
    """The codes of a field, by code as text; empty where the field has no known list.

    >>> list(codes("SalesOrders", "Status"))
    ['12', '20', '21', '45']
    """
    about = of if isinstance(of, Entity) else entity(of)
    known = about.find(field)
    name = _data()["fields"].get(f"{about.name}.{known.name}") if known else None
    return _list(name) if name else MappingProxyType({})


def label(of: Entity | str, field: str, code: Any, language: str = "en") -> str | None:
    """What a code is called, or None where it is missing or not known.

    Parameters
    ----------
    of
        The entity, or its name.
    field
        The field, in any spelling.
    code
        As it stands in a DataFrame: a number or a text.
    language
        "en" or "nl".

    Examples
    --------
    >>> label("SalesInvoices", "status", 20), label("Journals", "Type", 90, "nl")
    ('Open', 'Memoriaal')
    """
    found = codes(of, field).get(str(code).strip())
    return None if found is None else found.nl if language == "nl" else found.en
