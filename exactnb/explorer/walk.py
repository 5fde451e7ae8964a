"""A walk through a ledger, without widgets: what is asked, the steps since, and their Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import narwhals as nw

from exactnb.analyses.result import Result, lines
from exactnb.analyses.search import search
from exactnb.analyses.statements.balance_sheet import balance_sheet
from exactnb.analyses.statements.journal import journal
from exactnb.analyses.statements.profit_and_loss import profit_and_loss
from exactnb.analyses.statements.trial_balance import trial_balance
from exactnb.analyses.sums import eager
from exactnb.display.options import say
from exactnb.errors import InputError
from exactnb.explorer.asked import STATEMENTS, Asked, Books
from exactnb.explorer.steps import PAGE, Lines, Sheet, Step

__all__ = ["Walk"]

_MAKERS: Mapping[str, Callable[..., Result]] = {
    "trial_balance": trial_balance,
    "profit_and_loss": profit_and_loss,
    "balance_sheet": balance_sheet,
}


class Walk:
    """Where someone is in a ledger, and how they came there.

    Attributes
    ----------
    asked : Asked
        What was asked for; it stays as it was where what is asked next is wrong.
    steps : list of Step
        From the statement to what is shown.
    page : int
        Which page of that, from 0.
    """

    def __init__(self, ledger: Any, asked: Asked) -> None:
        self.ledger = ledger
        self.books = Books(ledger)
        self._narrowed: tuple[dict[str, str], Any] = {}, ledger
        self.ask(asked)

    def ask(self, asked: Asked) -> None:
        """Begins anew with what is asked.

        Raises
        ------
        InputError
            Names every field that is wrong; nothing has changed then.
        """
        if wrong := self.books.problems(asked):
            raise InputError("; ".join(wrong.values()))
        first: Step = self._lines(asked) if asked.statement == "lines" else self._statement(asked)
        self.asked, self.page = asked, 0
        self.steps: list[Step] = [first]

    @property
    def step(self) -> Step:
        """What is shown."""
        return self.steps[-1]

    @property
    def pages(self) -> int:
        """How many pages it has."""
        return max(1, -(-self.step.size // PAGE))

    def turn(self, page: int) -> None:
        """Shows another page of the same."""
        self.page = min(max(page, 0), self.pages - 1)

    def open(self, row: int, column: str | None = None) -> None:
        """Goes on to what stands behind a row of the page, or behind one of its figures.

        Raises
        ------
        InputError
            Nothing stands behind it.
        """
        step = self.step
        if column not in step.opens(self.page, row):
            raise InputError(
                f"Nothing stands behind row {row}" + (f", {column}" if column else ""),
                hint="Rows are counted from 0, on the page that is shown.",
            )
        if isinstance(step, Lines):
            self._go(self._entry(step, self.page * PAGE + row))
        else:
            self._go(self._behind(step, row, column))

    def place(self, row: int | str) -> int:
        """The place on the page of a row, which may be told by its first column."""
        if not isinstance(row, str):
            return row
        first = self.page * PAGE if self.step.size else 0
        keys = list(self.step.frame.iloc[first : first + PAGE if self.step.size else None, 0])
        if keys.count(row) != 1:
            raise InputError(f"{keys.count(row)} rows of what is shown are {row!r}")
        return keys.index(row)

    def back(self, steps: int = 1) -> None:
        """Returns by so many steps, to the first one at most."""
        self.steps = self.steps[: max(1, len(self.steps) - steps)]
        self.page = 0

    def _go(self, step: Step) -> None:
        self.steps, self.page = [*self.steps, step], 0

    def _statement(self, asked: Asked) -> Sheet:
        lines, code = self._part(asked)
        period = str(self.books.period(asked.period))
        status = {} if asked.status == "all" else {"status": asked.status}
        made = _MAKERS[asked.statement](lines, period, **status)
        call = _call(asked.statement, "chosen" if code else "ledger", period, **status)
        name = f"{say(*STATEMENTS[asked.statement])} {period}"
        return Sheet(name, [*code, call], made, part=bool(asked.text or asked.gl_account))

    def _lines(self, asked: Asked) -> Lines:
        period = str(self.books.period(asked.period))
        given = {"period": period, **asked.narrowed}
        if asked.status != "all":
            given["status"] = asked.status
        text = given.pop("text", None)
        found = eager(nw.from_native(search(self.ledger, text, **given)))
        call = _call("search", "ledger", *filter(None, (text,)), **given)
        return Lines(say(*STATEMENTS["lines"]), [call], found, period)

    def _part(self, asked: Asked) -> tuple[Any, list[str]]:
        """The lines that count, and how they are found where that is not all of them."""
        given = asked.narrowed
        if given != self._narrowed[0]:
            self._narrowed = given, search(self.ledger, **given) if given else self.ledger
        told = dict(given)
        text = told.pop("text", None)
        call = _call("search", "ledger", *filter(None, (text,)), **told)
        return self._narrowed[1], [f"chosen = {call}"] if given else []

    def _behind(self, sheet: Sheet, row: int, column: str | None) -> Lines:
        """The lines behind a figure of a statement."""
        key, keys = sheet.frame.iloc[row, 0], sheet.frame.iloc[:, 0]
        named = isinstance(key, str) and key != "" and (keys == key).sum() == 1
        place = str(key) if named else row
        given = [place] if column is None else [place, column]
        *before, call = sheet.code
        code = [*before, f"statement = {call}", _call("lines", "statement", *given)]
        texts = ("gl_account_code", "gl_account_description", "description")
        words = [sheet.frame[name].iloc[row] for name in texts if name in sheet.frame]
        shown = sheet.frame.shown[column].label if column else ""
        name = " · ".join(filter(None, (" ".join(filter(None, map(str, words))), shown)))
        return Lines(name, code, lines(sheet.frame, place, column), sheet.name)

    def _entry(self, step: Lines, row: int) -> Sheet:
        """The entry of a line, whole: of the ledger itself, whatever was filtered."""
        name, asked = step.entry(row)
        made = journal(self.ledger, **asked)
        return Sheet(name, [_call("journal", "ledger", **asked)], made, listed=True)


def _call(function: str, *given: Any, **named: Any) -> str:
    """A call as Python is written; the first argument is the name of a variable."""
    of, *rest = given
    told = [of, *map(_literal, rest), *(f"{name}={_literal(v)}" for name, v in named.items())]
    return f"ex.{function}({', '.join(told)})"


def _literal(value: Any) -> str:
    """A value in Python, texts in double quotes where that takes nothing more."""
    plain = isinstance(value, str) and value.isprintable() and not {'"', "\\"} & set(value)
    return f'"{value}"' if plain else repr(value)
