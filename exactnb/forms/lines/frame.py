"""Lines as a DataFrame, and a DataFrame as lines."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from exactnb.absent import ABSENT
from exactnb.display.formats import is_missing
from exactnb.errors import ExactnbError, InputError
from exactnb.forms.model.values import jsonable
from exactnb.schema.check import fold
from exactnb.schema.plain import Unsayable

if TYPE_CHECKING:
    import pandas as pd

    from exactnb.forms.lines.cells import Column
    from exactnb.forms.lines.lines import Lines

__all__ = ["from_frame", "to_frame"]

_DTYPES = {"number": "float64", "integer": "Int64", "boolean": "boolean"}


def to_frame(lines: Lines) -> pd.DataFrame:
    """The lines under the schema's own names; a cell that is not there is missing.

    A column in which something else stands than its field takes keeps it, as objects.
    """
    import pandas as pd

    rows = [row if isinstance(row, Mapping) else {} for row in lines.rows]
    made: dict[str, Any] = {}
    for column in lines.columns:
        values = [row.get(column.name) for row in rows]
        made[column.name] = _typed(pd, column, values)
    return pd.DataFrame(made, index=pd.RangeIndex(len(rows)))


def _typed(pd: Any, column: Column, values: list[Any]) -> Any:
    field = column.field
    plain = pd.Series(values, dtype=object)
    try:
        if field.format == "date":
            return pd.to_datetime(plain, format="%Y-%m-%d").astype("datetime64[ms]")
        if field.kind in _DTYPES:
            return plain.astype(_DTYPES[field.kind])
    except (ValueError, TypeError):
        return plain
    is_text = field.kind == "string" and all(v is None or isinstance(v, str) for v in values)
    return plain.astype("str").where(plain.notna(), None) if is_text else plain


def from_frame(lines: Lines, given: pd.DataFrame | Sequence[Mapping[str, Any]]) -> None:
    """Makes the lines those of a DataFrame, or of a list of records; one step of undo.

    Column names match without regard to case, blanks and underscores, also by what they are
    called. A missing cell stays absent. What a column does not take is kept, with an error in
    its cell.

    Raises
    ------
    InputError
        Names every column that the lines do not have.
    """
    records = _records(given)
    own = _own_names(lines, dict.fromkeys(name for record in records for name in record))
    columns = {column.name: column for column in lines.columns}
    unread: list[tuple[int, str, str]] = []
    rows: list[dict[str, Any]] = []
    for at, record in enumerate(records):
        row: dict[str, Any] = {}
        for name, value in record.items():
            try:
                row[own[name]] = _value(columns[own[name]], value, lines)
            except (ValueError, Unsayable):
                unread.append((at, own[name], str(value)))
        rows.append(row)
    with lines.model.together():
        lines.model.set(lines.path, rows)
        for at, name, text in unread:
            lines.model.enter((*lines.path, at, name), text)
            lines.model.touch((*lines.path, at, name))
    lines.check_whole()
    _look_up_codes(lines)


def _records(given: Any) -> list[Mapping[str, Any]]:
    if hasattr(given, "to_dict") and hasattr(given, "columns"):
        return [
            {str(name): value for name, value in record.items() if not is_missing(value)}
            for record in given.to_dict("records")
        ]
    if isinstance(given, Sequence) and all(isinstance(record, Mapping) for record in given):
        return [{str(n): v for n, v in record.items() if v is not ABSENT} for record in given]
    raise InputError(
        f"Lines are a DataFrame or a list of records, not a {type(given).__name__}",
        hint='Give one row a line: [{"quantity": 2, …}].',
    )


def _own_names(lines: Lines, names: Mapping[str, None]) -> dict[str, str]:
    """The schema's name of each column; all that have none are named at once."""
    known: dict[str, str] = {}
    for column in lines.columns:
        known[_folded(column.name)] = column.name
    for column in lines.columns:
        known.setdefault(_folded(column.field.title), column.name)
    own: dict[str, str] = {}
    wrong: list[tuple[tuple[str | int, ...], str]] = []
    for name in names:
        found = known.get(_folded(name))
        if found is None:
            near = difflib.get_close_matches(_folded(name), known, n=3, cutoff=0.6)
            listed = " or ".join(dict.fromkeys(known[each] for each in near))
            hint = f"did you mean {listed}?" if near else f"there are: {', '.join(known.values())}"
            wrong.append(((*lines.path, name), f"is not a column here; {hint}"))
        elif found in own.values():
            wrong.append(((*lines.path, name), f"is given twice, as {found} too"))
        else:
            own[name] = found
    if wrong:
        said = "\n".join(f"  {path[-1]}: {why}" for path, why in wrong)
        count = "One column does" if len(wrong) == 1 else f"{len(wrong)} columns do"
        raise InputError(
            f"{count} not fit {lines.title}:\n{said}",
            hint="Rename these, or leave them out: frame.drop(columns=…).",
            problems=tuple(wrong),
        )
    return own


def _value(column: Column, value: Any, lines: Lines) -> Any:
    """A cell as its column holds it."""
    if isinstance(value, str) and (column.kind != "text" or column.reference):
        return column.read(value, lines.references) if value.strip() else ABSENT
    said = jsonable(value)
    if isinstance(value, dt.datetime) and column.field.format == "date":
        return value.date().isoformat()
    whole = isinstance(said, (int, float)) and not isinstance(said, bool) and said == int(said)
    if column.field.kind == "string" and whole:
        return str(int(said))  # a code that a spreadsheet took for a number
    return said


def _folded(name: str) -> str:
    return fold("".join(name.split()))


def _look_up_codes(lines: Lines) -> None:
    """Looks for what is no key, but may be a code or a name; unanswered, it stays as it is."""
    wanted = lines.unknown(wrong=True)
    if not wanted:
        return
    try:
        lines.learn(wanted)
    except ExactnbError:
        return  # the cells keep their errors, which say what they take
    lines.take_learned()
