"""A statement as it grows: groups of GL accounts in the order that readers know, row by row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from exactnb.analyses.period import Period
from exactnb.analyses.result import Behind, Where
from exactnb.analyses.rows import placed
from exactnb.analyses.statements.columns import Columns
from exactnb.analyses.statements.tables import Amounts, accounts_of, euros
from exactnb.analyses.sums import counted
from exactnb.display.options import say
from exactnb.errors import InputError

__all__ = ["Detail", "Group", "Lead", "Sheet", "Span", "total_of"]

#: whether a statement lists the accounts of each group
Detail = Literal["account", "group"]
#: from the period of a column to the lines that a row has in it
Lead = Callable[[Period], "Where | None"]
#: from the period of a column to the one that is summed for it, such as all up to its end
Span = Callable[[Period], Period]


@dataclass(frozen=True)
class Group:
    """GL accounts that belong together: a stable key, a name, types of accounts, and a sign.

    The sign says which way its amounts are shown: 1 where debit is positive, -1 where credit is.
    """

    key: str
    en: str
    nl: str
    types: tuple[int, ...] = ()
    sign: int = 1

    @property
    def name(self) -> str:
        """Its name in the language of the options."""
        return say(self.en, self.nl)


def total_of(group: Group) -> str:
    """What the row is called that adds a group up."""
    return f"{say('Total', 'Totaal')} {group.name[0].lower()}{group.name[1:]}"


class Sheet:
    """Rows of a statement, in cents, each with the way to its lines.

    Amounts are an array each, one for every column.

    Parameters
    ----------
    columns
        The periods beside each other.
    moves
        The movements that count.
    span
        Which period is summed for a column.
    detail
        "account" lists the accounts of each group, "group" does not.
    status
        As it was asked for.
    left_out
        What :class:`~exactnb.analyses.result.Where` needs to leave out what does not count.
    """

    def __init__(
        self,
        columns: Columns,
        moves: pd.DataFrame,
        *,
        span: Span = lambda period: period,
        detail: Detail = "account",
        status: str = "all",
        **left_out: Any,
    ) -> None:
        if detail not in get_args(Detail):
            raise InputError(f"detail is 'account' or 'group', not {detail!r}")
        self.columns, self.detail, self._span, self._left_out = columns, detail, span, left_out
        self._counted = counted(status)
        accounts = accounts_of(moves).astype("object")
        self._accounts = accounts.to_dict("index")
        #: account → debit less credit in each column
        self.net = dict(zip(accounts.index, columns.by_account(moves, span), strict=True))
        self._rows: list[dict[str, Any]] = []
        self._leads: list[Lead | None] = []
        self._sums: dict[str, Mapping[str, int]] = {}

    def codes(self, balance_type: str, types: Sequence[int] | None = None) -> Sequence[str]:
        """The accounts of these types, in order; of any type where none are given."""
        return [
            code
            for code, account in self._accounts.items()
            if account["balance_type"] == balance_type
            and (types is None or self.type_of(code) in types)
        ]

    def type_of(self, code: str) -> int | None:
        """The type of an account, where it has one."""
        kind = self._accounts[code]["gl_account_type"]
        return None if pd.isna(kind) else int(kind)

    def sum(self, codes: Sequence[str]) -> Amounts:
        """Debit less credit of these accounts in each column."""
        nothing = np.zeros(len(self.columns.spans), dtype="int64")
        return sum((self.net[code] for code in codes), start=nothing)

    def heading(self, name: str, level: int = 0) -> None:
        """A row with no figures."""
        self._put("", name, self.sum([]), None, kind="heading", level=level)

    def row(
        self,
        key: str,
        name: str,
        amounts: Amounts,
        lead: Sequence[str] | Lead | None,
        *,
        of: Mapping[str, int] | None = None,
        kind: str = "line",
        level: int = 0,
    ) -> None:
        """A row of its own; ``lead`` is the accounts whose lines stand behind it, or the way.

        ``of`` says of a sum which rows it adds up: their keys, each with its sign.
        """
        if of:
            self._sums[key] = of
        if lead is not None and not callable(lead):
            lead = self._of_accounts(tuple(lead))
        self._put(key, name, amounts, lead, kind=kind, level=level)

    def group(
        self,
        group: Group,
        codes: Sequence[str],
        *,
        together: Group | None = None,
        level: int = 0,
    ) -> Amounts:
        """The rows of a group of accounts; what they add up to, as it is shown.

        Accounts of the types of ``together`` are listed as one row, the last.
        """
        whole = group.sign * self.sum(codes)
        if self.detail == "group" or not any(self.net[code].any() for code in codes):
            self.row(group.key, group.name, whole, codes, level=level)
            return whole
        self.heading(group.name, level)
        one = [code for code in codes if together and self.type_of(code) in together.types]
        rest = [code for code in codes if code not in one]
        of = dict.fromkeys(rest, 1)
        self.list(rest, group.sign, level + 1)
        if together and one:
            of[together.key] = 1
            amounts = group.sign * self.sum(one)
            self.row(together.key, together.name, amounts, one, level=level + 1)
        named = total_of(group)
        self.row(group.key, named, whole, codes, of=of, kind="subtotal", level=level + 1)
        return whole

    def list(self, codes: Sequence[str], sign: int, level: int) -> None:
        """A row for each of the accounts that has a figure."""
        for code in codes:
            if self.net[code].any():
                named = self._accounts[code]["gl_account_description"]
                lead, amounts = self._of_accounts([code]), sign * self.net[code]
                self._put(code, named, amounts, lead, level=level, gl_account_code=code)

    def where(self, period: Period, values: Mapping[str, Sequence[Any]]) -> Where:
        """The lines of a period that have these values and count."""
        return Where({**values, **self._counted}, period=period, **self._left_out)

    @property
    def frame(self) -> pd.DataFrame:
        """The rows, in euros; a heading has none."""
        figures = list(self.columns.spans)
        table = euros(pd.DataFrame(self._rows), figures)
        table.loc[table["kind"] == "heading", figures] = float("nan")
        texts = ["key", "gl_account_code", "description"]
        return self.columns.compare(table[[*texts, *figures, "kind", "level"]])

    @property
    def sums(self) -> dict[int, dict[int, int]]:
        """Row → the rows that it adds up, each with its sign."""
        return placed([row["key"] for row in self._rows], self._sums)

    @property
    def behind(self) -> Behind:
        """From a cell to its lines."""
        spans, whole, leads = self.columns.spans, self.columns.whole, self._leads

        def behind(place: int, column: str | None) -> Where | None:
            period = spans.get(column or whole, self.columns.asked)
            lead = leads[place]
            no_sum = (column or "").endswith(("_difference", "_change"))
            return None if lead is None or no_sum else lead(period)

        return behind

    def _of_accounts(self, codes: Sequence[str]) -> Lead:
        return lambda period: self.where(self._span(period), {"gl_account_code": codes})

    def _put(
        self,
        key: str,
        name: str,
        amounts: Amounts,
        lead: Lead | None,
        *,
        kind: str = "line",
        level: int = 0,
        gl_account_code: str = "",
    ) -> None:
        told = {"key": key, "gl_account_code": gl_account_code, "description": name}
        figures = dict(zip(self.columns.spans, amounts, strict=True))
        self._rows.append({**told, **figures, "kind": kind, "level": level})
        self._leads.append(lead)
