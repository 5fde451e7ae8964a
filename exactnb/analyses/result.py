"""What an analysis gives: a DataFrame that shows itself, proves itself, and leads to its lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import pandas as pd

from exactnb.analyses.period import Period
from exactnb.analyses.sums import bookings, eager, lines_of
from exactnb.display.formats import is_missing, number
from exactnb.display.options import options, say
from exactnb.display.statement import Check, Column, Row, Statement, kind_of
from exactnb.errors import DataError, InputError

__all__ = ["Result", "Where", "findings", "lines", "made"]


@dataclass(frozen=True)
class Where:
    """Which lines of a ledger stand behind a cell: a conjunction of simple conditions.

    Parameters
    ----------
    values
        Column → the values that it may have.
    between
        Column → the first and the last value that it may have; None: no end.
    without
        Column → values that it may not have.
    period
        The financial periods.
    unless
        Lines that it does not mean after all.
    """

    values: Mapping[str, Sequence[Any]] | None = None
    between: Mapping[str, tuple[Any, Any]] | None = None
    without: Mapping[str, Sequence[Any]] | None = None
    period: Period | None = None
    unless: Sequence[Where] = ()

    @property
    def columns(self) -> list[str]:
        """The columns that it looks at."""
        named = [*(self.values or ()), *(self.between or ()), *(self.without or ())]
        named += ("financial_year", "financial_period") if self.period else ()
        return [*named, *(name for other in self.unless for name in other.columns)]

    def of(self, frame: nw.DataFrame[Any] | nw.LazyFrame[Any]) -> Any:
        """The lines of a narwhals frame that it means."""
        tests = list(self._tests())
        return frame.filter(*tests) if tests else frame

    def _tests(self) -> Iterator[nw.Expr]:
        for name, allowed in (self.values or {}).items():
            known = [value for value in allowed if not is_missing(value)]
            test = nw.col(name).is_in(known)
            yield test if len(known) == len(allowed) else test | nw.col(name).is_null()
        for name, refused in (self.without or {}).items():
            yield ~nw.col(name).is_in(list(refused)) | nw.col(name).is_null()
        for name, (first, last) in (self.between or {}).items():
            if first is not None:
                yield nw.col(name) >= first
            if last is not None:
                yield nw.col(name) <= last
        if self.period is not None:
            yield self.period.within
        for other in self.unless:
            # a test of a missing value is neither true nor false: such a line is not meant
            yield ~nw.all_horizontal(*other._tests(), ignore_nulls=False).fill_null(False)


#: From a row's position and a column's name to the lines behind that cell; None: there are none.
Behind = Callable[[int, str | None], "Where | None"]
#: From a row's first column, or None for all rows, to what was found, one row each.
Found = Callable[[Any], "Result"]


class Result(pd.DataFrame):  # type: ignore[misc]  # pandas has no types here
    """A DataFrame that shows itself as a statement.

    What is made from it, by a filter say, is a plain DataFrame again: it would prove nothing.

    Attributes
    ----------
    attrs : dict
        ``title``, ``subtitle``, ``parameters``, ``kinds`` (what each column that is shown holds)
        and ``checks``: a list of mappings with ``name``, ``left``, ``right``, ``difference`` and
        ``ok``; besides, where the ledger came from.
    """

    _metadata = ("_ledger", "_behind", "_look", "_findings", "_shown")

    @property
    def _constructor(self) -> Any:
        return pd.DataFrame

    def __reduce__(self) -> Any:
        # the ledger behind it stays where it is: what is sent or kept is the figures
        return pd.DataFrame(self).__reduce__()

    @property
    def statement(self) -> Statement:
        """How it is shown."""
        return self.part()

    @property
    def shown(self) -> Mapping[str, Column]:
        """The columns that it shows, and what they hold."""
        columns: Mapping[str, Column] = self._shown
        return columns

    def part(
        self, columns: Sequence[str] | None = None, rows: int | None = None, first: int = 0
    ) -> Statement:
        """A statement of some of its columns and rows; what closes it, such as a total, stays.

        Parameters
        ----------
        columns
            Any of the frame's; by default those of :attr:`shown`.
        rows, first
            How many rows at most, and from which; by default all, but of a long list
            ``options.rows``. Under it stands how many there are.
        """
        made: Statement = self._look(self, columns, rows, first)
        return made

    @property
    def whole_statement(self) -> Statement:
        """How it is shown where there is room for every row."""
        return self.part(rows=len(self))

    def opens(self, row: int, column: str | None = None) -> bool:
        """Whether :func:`lines` leads anywhere from a row, or from one of its cells."""
        return self._behind is not None and self._behind(row, column) is not None

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return self.statement._repr_mimebundle_()

    def _repr_html_(self) -> str:
        return self.statement._repr_html_()

    def __repr__(self) -> str:
        return str(self.statement)

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(str(self.statement))


def made(
    frame: pd.DataFrame,
    ledger: Any,
    *,
    title: str,
    columns: Mapping[str, Column],
    subtitle: str = "",
    checks: Sequence[Check] = (),
    behind: Behind | None = None,
    found: Found | None = None,
    lined: bool = False,
    notes: Sequence[str] = (),
    sums: Mapping[int, Mapping[int, int]] | None = None,
    **parameters: Any,
) -> Result:
    """The result of an analysis.

    Parameters
    ----------
    frame
        Its figures. The columns ``kind`` and ``level``, where it has them, say what a row is and
        how far it is indented; they are not shown. ``gl_account_code`` stands before the first
        text where it has no column of its own.
    ledger
        What it was made from.
    title, subtitle
        What it is; of what period and in what unit.
    columns
        Those that are shown, with what stands above them.
    checks
        What must agree.
    behind
        Leads from a cell to its lines.
    found
        Gives what was found, where the result tells how much it was.
    lined, notes
        As of a :class:`~exactnb.display.statement.Statement`; of a long list that is lined the
        first ``options.rows`` rows are shown, and the last.
    sums
        Row → the rows that it adds up, each with its sign, by position; by default a total that
        closes a list adds up its lines.
    parameters
        How it was asked for, kept in ``attrs["parameters"]`` as text.
    """
    result = Result(frame)
    told = {name: str(value) for name, value in parameters.items() if value is not None}
    origin = getattr(ledger, "attrs", {})
    result.attrs = {
        **{name: value for name, value in origin.items() if name in _ORIGIN},
        "title": title,
        "subtitle": subtitle,
        "parameters": told,
        "kinds": {name: column.kind for name, column in columns.items()},
        "checks": [check.told for check in checks],
    }
    known = {
        "administration": origin.get("division_name"),
        "period": told.get("period"),
        "as_of": str(origin.get("as_of") or "")[:10],  # the day: the same twice
    }
    about = {name: str(value) for name, value in known.items() if value}
    named = " · ".join(filter(None, (title, origin.get("division_name"))))
    added = _closing(frame) if sums is None else sums

    def look(
        whole: pd.DataFrame, chosen: Sequence[str] | None, most: int | None, first: int
    ) -> Statement:
        names = list(chosen or (name for name in columns if name in whole.columns))
        kinds = whole["kind"] if "kind" in whole.columns else ["line"] * len(whole)
        levels = whole["level"] if "level" in whole.columns else [0] * len(whole)
        coded = "gl_account_code" in whole.columns and "gl_account_code" not in names
        codes = whole["gl_account_code"] if coded else [""] * len(whole)
        cells = zip(*(whole[name].astype(object) for name in names), strict=True)
        rows = [Row(*told) for told in zip(cells, kinds, levels, codes, strict=True)]
        told = [columns.get(name) or Column(name, kind_of(whole[name])) for name in names]
        if most is None:
            most = options.rows if lined else len(rows)
        last = max(len(rows) - 1, 0)  # which closes the list, and stands under each part of it
        if first == 0 and most >= last:
            return Statement(named, told, rows, subtitle, checks, notes, lined, about, added)
        few = [*rows[:last][first : first + most], *rows[last:]]
        cut = _cut(first, len(few) - 1, last)
        return Statement(named, told, few, subtitle, checks, [*notes, cut], lined, about)

    result._ledger, result._behind, result._look = ledger, behind, look
    result._findings, result._shown = found, columns
    return result


def _closing(frame: pd.DataFrame) -> dict[int, dict[int, int]]:
    """What the total of a list adds up: its lines, where nothing but lines stands above it."""
    kinds = list(frame["kind"]) if "kind" in frame.columns else []
    if len(kinds) < 2 or kinds[-1] != "total" or set(kinds[:-1]) != {"line"}:
        return {}
    return {len(kinds) - 1: dict.fromkeys(range(len(kinds) - 1), 1)}


def _cut(first: int, shown: int, of: int) -> str:
    """What is said under a part of a list."""
    begin, end, all_of = (number(each, 0) for each in (first + 1, first + shown, of))
    if first:
        return say(f"Rows {begin}–{end} of {all_of}", f"Regels {begin}–{end} van {all_of}")
    return say(
        f"The first {end} of {all_of} rows and the last line; the frame has them all.",
        f"De eerste {end} van {all_of} regels en de slotregel; het frame heeft ze alle.",
    )


_ORIGIN = ("connection", "division", "division_name", "currency", "as_of", "snapshot")


def lines(result: Result, row: int | str, column: str | None = None) -> pd.DataFrame:
    """The ledger lines behind a row of a result, or behind one of its cells.

    Parameters
    ----------
    result
        What an analysis gave.
    row
        Its position, or the value of its first column, such as the code of a GL account.
    column
        One of its columns, such as a month; left out: all that the row stands for.

    Returns
    -------
    DataFrame
        The lines, with the ledger's columns, as pandas.

    Raises
    ------
    InputError
        There is no such row or column.
    DataError
        It is no result of an analysis, or no lines stand behind that cell.
    """
    if not isinstance(result, Result):
        raise DataError(
            "Only what an analysis gave leads back to its lines, not a frame made from it",
            hint="Ask for the lines of the analysis itself.",
        )
    if column is not None and column not in result.columns:
        raise InputError(f"There is no column {column!r}; there are {', '.join(result.columns)}")
    place = _place(result, row)
    where = result._behind(place, column) if result._behind else None
    if where is None:
        raise DataError(f"No lines of the ledger stand behind row {row!r}")
    lines_of(result._ledger, *where.columns, "type")
    return eager(bookings(where.of(nw.from_native(result._ledger))))


def findings(result: Result, row: int | str | None = None) -> Result:
    """What was found by an analysis that tells how much it was, one row each.

    Parameters
    ----------
    result
        What the analysis gave, such as :func:`exactnb.journal_entry_tests`.
    row
        One of its rows, by position or by the value of its first column; left out: all.

    Returns
    -------
    Result
        What was found and why, with what leads back to its record; empty where there is nothing.

    Raises
    ------
    InputError
        There is no such row.
    DataError
        It is no result of an analysis, or of one that finds nothing.
    """
    if not isinstance(result, Result) or result._findings is None:
        raise DataError(
            "Only a test has findings, and only its own result leads to them",
            hint="Ask for those of the test itself, not of a frame made from it.",
        )
    found: Result = result._findings(None if row is None else result.iloc[_place(result, row), 0])
    return found


def _place(result: Result, row: int | str) -> int:
    if isinstance(row, str):
        found = [i for i, value in enumerate(result.iloc[:, 0]) if value == row]
        if len(found) != 1:
            raise InputError(
                f"{len(found)} rows of this result are {row!r}",
                hint=f"A row is chosen by its position or its {result.columns[0]}.",
            )
        return found[0]
    if not -len(result) <= row < len(result):
        raise InputError(f"There is no row {row}; there are {len(result)}")
    return row % len(result)
