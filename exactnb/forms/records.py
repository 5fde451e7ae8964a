"""A record as Exact Online gives it, beside an input as an action takes it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from exactnb.absent import ABSENT, Absent
from exactnb.display.formats import is_missing, text
from exactnb.display.show import telling
from exactnb.errors import NotFoundError
from exactnb.exact.entities import fold

if TYPE_CHECKING:
    import pandas as pd

    from exactnb.connection import Connection
    from exactnb.forms.model import FormModel

__all__ = ["Kept", "Original", "as_input", "conflicts", "current", "not_kept", "noun", "read_back"]


@dataclass(frozen=True)
class Kept:
    """A field of which something else was kept than was sent."""

    name: str
    sent: Any
    kept: Any

    def __str__(self) -> str:
        kept = "nothing" if self.kept in (None, ABSENT, "") else repr(self.kept)
        return f"{self.name}: sent {self.sent!r}, kept {kept}"


class Original(NamedTuple):
    """The record that an update is about, as it was when the form was opened."""

    id: str
    input: str
    """The input that takes the id."""
    record: pd.Series

    def start(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """What the form begins with."""
        return {**as_input(self.record, schema), self.input: self.id}

    def is_same(self, now: pd.Series) -> bool:
        """Whether nobody changed the record since: by its moment of change, if it has one."""
        if "modified" in now.index and "modified" in self.record.index:
            return bool(same(_said(self.record["modified"]), now["modified"]))
        return all(same(_said(self.record[name]), now[name]) for name in now.index)


def starting(
    schema: Mapping[str, Any], original: Original | None
) -> tuple[Mapping[str, Any], dict[str, Any] | Absent]:
    """The schema and the value of a form; of an update, the id is there to be seen only."""
    if original is None:
        return schema, ABSENT
    properties = dict(schema.get("properties") or {})
    properties[original.input] = {**properties.get(original.input, {}), "readOnly": True}
    fixed = {**schema, "properties": properties}
    return fixed, original.start(fixed)


def read_back(
    books: Connection, action: str, id: str | None, *, lines: bool = False
) -> pd.Series | pd.DataFrame | None:
    """The record that a write made or changed, by the get action that goes with it.

    None where there is no such action, or nothing is known to ask for.
    """
    method = getattr(books, "get_" + noun(action).replace("-", "_"), None)
    if id is None or method is None:
        return None
    found: pd.Series | pd.DataFrame = method(id, lines=lines)
    return found


def noun(action: str) -> str:
    """What an action is about: ``create-sales-invoice`` → ``sales-invoice``."""
    return action.partition("-")[2]


def as_input(record: pd.Series, schema: Mapping[str, Any]) -> dict[str, Any]:
    """A record under the names of an input schema, in JSON's own values.

    What the record has nothing in stays absent, and so do records within it.

    Examples
    --------
    >>> import pandas as pd
    >>> fields = {"salesVATCode": {"type": "string"}, "creditLineSales": {"type": "number"}}
    >>> record = pd.Series({"sales_vat_code": "2", "credit_line_sales": 2500.5, "city": None})
    >>> as_input(record, {"properties": fields})
    {'salesVATCode': '2', 'creditLineSales': Decimal('2500.5')}
    """
    by_fold = {fold(str(column)): record[column] for column in record.index}
    found = {}
    for name in schema.get("properties") or {}:
        value = _plain(by_fold.get(fold(name)))
        if value is not ABSENT:
            found[name] = value
    return found


def _plain(value: Any) -> Any:
    """A cell as an input says it."""
    if isinstance(value, (list, dict)) or is_missing(value) or value == "":
        return ABSENT
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        return int(value) if value.is_integer() else Decimal(repr(value))
    return value


def not_kept(
    books: Connection, action: str, id: str | None, sent: Mapping[str, Any], record: pd.Series
) -> Iterator[Kept]:
    """The fields of which the record holds something else than was sent.

    Only what can be compared is: fields that the record, or its lines, have under the same name.

    Parameters
    ----------
    books, action, id
        Where the lines of the record are read.
    sent
        The input, as plain values.
    record
        The record read back.
    """
    by_fold = {fold(str(column)): record[column] for column in record.index}
    for name, value in sent.items():
        if isinstance(value, list):
            lines = read_back(books, action, id, lines=True)
            yield from _lines_not_kept(name, value, lines)
        elif fold(name) in by_fold and not same(value, by_fold[fold(name)]):
            yield Kept(name, value, _said(by_fold[fold(name)]))


def _lines_not_kept(name: str, sent: list[Any], lines: Any) -> Iterator[Kept]:
    if len(sent) != len(lines):
        yield Kept(name, f"{len(sent)} rows", f"{len(lines)} rows")
        return
    columns = {fold(str(column)): column for column in lines.columns}
    for number, row in enumerate(sent):
        for field, value in row.items() if isinstance(row, Mapping) else ():
            column = columns.get(fold(field))
            if column is not None and not same(value, lines[column].iloc[number]):
                yield Kept(f"{name}[{number}].{field}", value, _said(lines[column].iloc[number]))


def same(sent: Any, kept: Any) -> bool:
    """Whether a record kept what was sent, whichever way each of the two is written.

    Empty is empty: null, an empty text and nothing are one in a record.

    Examples
    --------
    >>> same("2025-12-31", dt.datetime(2025, 12, 31)), same(1210.1, Decimal("1210.10"))
    (True, True)
    """
    if sent in (None, "") or is_missing(kept) or kept == "":
        return sent in (None, "", 0, False) and (is_missing(kept) or kept in ("", 0, False))
    if isinstance(sent, (int, float, Decimal)) and not isinstance(sent, bool):
        try:
            return Decimal(str(sent)) == Decimal(str(kept))
        except ArithmeticError:
            return False
    if isinstance(kept, (dt.date, dt.datetime)):
        moment = kept.isoformat().removesuffix("T00:00:00")
        return str(sent)[: len(moment)] == moment
    return _text(sent) == _text(kept)


def _text(value: Any) -> str:
    said = str(value).strip()
    # keys are written with small letters or capitals
    return said.lower() if re.fullmatch(r"[0-9A-Fa-f-]{36}", said) else said


def _said(value: Any) -> Any:
    plain = _plain(value)
    return None if plain is ABSENT else plain


def current(books: Connection, action: str, id: str) -> pd.Series:
    """The record that an update is about, as it is now.

    Raises
    ------
    NotFoundError
        There is no such record, or no get action to read it with.
    """
    record = read_back(books, action, id)
    if record is None:
        raise NotFoundError(
            f"There is no get action to read the {noun(action).replace('-', ' ')} with",
            hint="Give what is there now yourself: ex.form(books, …, value={…}).",
        )
    return record


def conflicts(original: Original, now: pd.Series, model: FormModel) -> pd.DataFrame:
    """What someone else changed: one row a field, as it was opened, as it is now, and yours.

    Fields of which nobody wrote the value, such as the moment of change, are left out where
    others differ too.
    """
    import pandas as pd

    mine = {fold(name): value for name, value in model.patch().items()}
    rows = [
        (str(name), _shown(original.record[name]), _shown(now[name]), _shown(mine.get(fold(name))))
        for name in now.index
        if name in original.record.index and not same(_said(original.record[name]), now[name])
    ]
    telling = [row for row in rows if not row[0].startswith("modif")]
    return pd.DataFrame(telling or rows, columns=["field", "opened", "now", "yours"])


def _shown(value: Any) -> str:
    return text(value) if not isinstance(value, (list, dict)) else ""


def telling_facts(record: pd.Series, model: FormModel, most: int = 6) -> dict[str, str]:
    """The fields of a record that say which one it is, as the form calls them."""
    fields = {fold(f.name): f for f in model.field().children}
    filled = [
        str(name)
        for name, value in record.items()
        if not isinstance(value, (list, dict)) and not is_missing(value) and value != ""
    ]
    keys = [n for n in filled if isinstance(record[n], str) and record[n].count("-") == 4]
    facts = {}
    for name in [name for name in telling(filled) if name not in keys][:most]:
        field = fields.get(fold(name))
        options = {} if field is None else {each.value: each.label for each in field.options}
        title = name.replace("_", " ").capitalize() if field is None else field.title
        facts[title] = options.get(record[name]) or text(record[name])
    return facts
