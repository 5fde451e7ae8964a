"""What revenue can be told apart by, each in one row of a table."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, cast

import pandas as pd

from exactnb.analyses.period import By, Period
from exactnb.analyses.rows import texts
from exactnb.display.options import say
from exactnb.display.statement import Column
from exactnb.errors import DataError, InputError
from exactnb.frames.needs import require

__all__ = ["DIMENSIONS", "Dimension", "dimension_of"]


class Dimension(NamedTuple):
    """One way to tell revenue apart."""

    name: str
    base: str
    """The ledger's column that it is told by; empty for periods."""
    key: str
    """The column of its keys in a result …"""
    label: str
    """… and of what they are called; empty where the key says it."""
    en: str
    nl: str
    given: str = ""
    """The frame that leads from the base to the key, where the ledger does not."""
    columns: tuple[str, str] = ("", "")
    """That frame's columns of the key and the label."""

    @property
    def word(self) -> str:
        """What it is called."""
        return say(self.en, self.nl)

    @property
    def head(self) -> str:
        """What stands above its column."""
        return self.word[0].upper() + self.word[1:]

    @property
    def none(self) -> str:
        """What is said of lines that have none."""
        return say(f"(no {self.en})", f"(geen {self.nl})")

    def parts(self, period: Period) -> list[Period]:
        """The months, quarters or years of a period, of a dimension that is one of them."""
        return period.by(cast("By", self.name))

    def called(self, labels: Mapping[str, str], keys: pd.Series) -> pd.Series:
        """What these keys are called."""
        return texts(keys.map(dict(labels))).mask(keys == "", self.none)

    @property
    def shown(self) -> dict[str, Column]:
        """Its columns in a result, with what stands above them."""
        if not self.label:
            return {self.key: Column(self.head)}
        return {self.key: Column(say("Code", "Code")), self.label: Column(self.head)}

    def keys(
        self, codes: pd.Series, frame: pd.DataFrame | None
    ) -> tuple[pd.Series, dict[str, str]]:
        """The keys of these codes of the base, and what the keys are called, by a given frame.

        Raises
        ------
        InputError
            The frame is missing.
        DataError
            It lacks columns, or has a code twice.
        """
        if frame is None:
            raise InputError(
                f"The ledger does not say of which {self.en} a line is",
                hint=f"Give {self.given}=…, {_FRAMES[self.given]}.",
            )
        needed = dict.fromkeys(("code", *filter(None, self.columns)))
        require(frame, needed, self.given, f"{_FRAMES[self.given]} has them.")
        known = frame[list(needed)].apply(texts)
        known = known[known["code"] != ""].drop_duplicates()
        twice = known.loc[known["code"].duplicated(), "code"]
        if len(twice):
            raise DataError(f"{self.given} has {', '.join(twice.unique()[:5])} more than once")
        key, label = self.columns
        labels = dict(zip(known[key], known[label or key], strict=True))
        return texts(codes.map(dict(zip(known["code"], known[key], strict=True)))), labels


_FRAMES: Mapping[str, str] = MappingProxyType(
    {"items": "books.odata('logistics/Items')", "accounts": "books.odata('crm/Accounts')"}
)
_CUSTOMER = ("account_code", "account_code", "account_name")
_ITEM = ("item_code", "item_code", "item_description")
_GROUP = ("item_group_code", "item_group_description")
_GL = ("gl_account_code", "gl_account_code", "gl_account_description")
_COUNTRY = ("country", "")

DIMENSIONS: Mapping[str, Dimension] = MappingProxyType(
    {
        one.name: one
        for one in (
            Dimension("customer", *_CUSTOMER, "customer", "klant"),
            Dimension(
                "country", "account_code", *_COUNTRY, "country", "land", "accounts", _COUNTRY
            ),
            Dimension("item", *_ITEM, "item", "artikel"),
            Dimension(
                "item_group", "item_code", *_GROUP, "item group", "artikelgroep", "items", _GROUP
            ),
            Dimension("gl_account", *_GL, "GL account", "grootboekrekening"),
            Dimension("month", "", "period", "", "month", "maand"),
            Dimension("quarter", "", "period", "", "quarter", "kwartaal"),
            Dimension("year", "", "period", "", "year", "jaar"),
        )
    }
)


def dimension_of(name: Any) -> Dimension:
    """The dimension of this name."""
    if name not in DIMENSIONS:
        raise InputError(f"There is no dimension {name!r}; there are {', '.join(DIMENSIONS)}")
    return DIMENSIONS[name]
