"""One state of a store on its way to a ledger: columns read, joined and checked."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from exactnb.errors import DataError
from exactnb.exact.codes import codes, label
from exactnb.exact.entities import snake
from exactnb.ledger.coded import Coded, coded, encode, first_of, relabel
from exactnb.ledger.columns import COLUMNS, MASTERS, Column, Kind

if TYPE_CHECKING:
    from exactnb.store import State, Store

__all__ = ["LINES", "Making", "Values"]

#: the table of a store that holds the lines
LINES = "lines"
#: up to here a float tells one cent from the next
LARGEST = 2.0**46
#: how many broken lines or unknown accounts a message names
NAMED = 5

#: kind → Arrow type of its values
_TYPES: Mapping[Kind, pa.DataType] = {
    "date": pa.timestamp("ms"),
    "int": pa.int32(),
    "float": pa.float64(),
    "text": pa.string(),
    "category": pa.string(),
}
_KINDS = {column.name: column.kind for column in COLUMNS}

#: a column: of few distinct texts, or as Arrow has it
Values: TypeAlias = Coded | pa.ChunkedArray


class Making:
    """The lines of one state, whose columns are made one at a time and let go when they are."""

    def __init__(self, store: Store, state: State | None) -> None:
        self.store = store
        self.state = state if state is not None else store.state()
        # what it is called in a master table is read of the lines only where that does not say
        table = self._own(*(c for c in COLUMNS if not c.master and c.kind != "cents"))
        self.rows: int = table.num_rows
        self._masters: dict[str, tuple[pa.Array, pa.Table]] = {}
        self._problems: list[str] = []
        self._notes: list[str] = []
        self._lines = {name: self._typed(name, table[name]) for name in table.column_names}
        del table
        self._lines["cents"] = self._cents(self._lines["amount_dc"].to_numpy())
        if self._problems:
            raise DataError(
                f"The stored lines cannot be made into a ledger: {'; '.join(self._problems)}",
                hint="books.refresh(full=True) reads them anew; books.table('lines') shows them "
                "as they are.",
            )

    def columns(self, labels: bool, language: str) -> Iterator[tuple[str, Values]]:
        """The columns by name, in order; with labels behind those that have them."""
        keys = {at.named_by: coded(self._lines.pop(at.named_by)) for at in MASTERS.values()}
        for column in COLUMNS:
            if column.name in keys:
                values: Values = keys[column.name]
            elif column.master:
                values = self._looked_up(column, keys)
            elif column.kind == "category":
                values = coded(self._lines.pop(column.name))
            else:
                values = self._lines.pop(column.name)
            yield column.name, values
            if labels and codes(*column.field):
                called = partial(label, *column.field, language=language)
                yield f"{column.name}_label", relabel(values, called)

    def about(self, attrs: Mapping[str, str] | None) -> dict[str, str]:
        """Where the ledger came from, and what is not as it should be in it; as text."""
        about = {**self._division(), **(attrs or {}), "rows": str(self.rows)}
        if self._notes:
            about["warnings"] = "; ".join(filter(None, [about.get("warnings"), *self._notes]))
            # to whoever called books.ledger(), which calls ledger_frame, which calls this
            warnings.warn("; ".join(self._notes), stacklevel=4)
        return {name: str(value) for name, value in about.items()}

    # ------------------------------------------------------------ columns of the lines

    def _typed(self, name: str, values: pa.ChunkedArray) -> pa.ChunkedArray:
        """The values in the type of their column; a problem where they do not fit it."""
        kind = _KINDS[name]
        if pa.types.is_dictionary(values.type):
            return values
        try:
            return values.cast(_TYPES[kind])
        except pa.ArrowException as error:
            reason = str(error).splitlines()[0]
            self._problems.append(f"{name} holds what is no {kind} ({reason})")
            return pa.chunked_array([pa.nulls(len(values), _TYPES[kind])])

    def _cents(self, euros: np.ndarray[Any, Any]) -> pa.ChunkedArray:
        """The amounts in whole cents; a problem where there are none, or none that are exact."""
        broken = ~(np.abs(euros) <= LARGEST)  # also what is missing
        if broken.any():
            missing = np.isnan(euros)
            large = f"have an amount above {LARGEST:,.0f}, where cents are no longer exact"
            for lines, what in ((missing, "have no amount"), (broken & ~missing, large)):
                if lines.any():
                    self._problems.append(f"{lines.sum():,} lines {what} ({self._ids(lines)})")
            euros = np.where(broken, 0.0, euros)
        cents = np.rint(euros * 100).astype("int64")
        # the nearest float to a whole number of cents is off by less than this
        parted = np.abs(euros - cents / 100) > 1e-4
        if parted.any():
            self._notes.append(
                f"{parted.sum():,} lines have parts of a cent in amount_dc, which cents rounds "
                f"({self._ids(parted)})"
            )
        return pa.chunked_array([pa.array(cents)])

    def _ids(self, which: np.ndarray[Any, Any]) -> str:
        """The keys of the first of these lines, in words."""
        places = np.flatnonzero(which)
        return _some(self._lines["id"].take(pa.array(places[:NAMED])).to_pylist(), len(places))

    # ------------------------------------------------------------ columns of the master tables

    def _looked_up(self, column: Column, keys: Mapping[str, Coded]) -> Values:
        """What the master table says of each line's key, or else what the line says."""
        entity, field = column.field
        key = keys[MASTERS[entity].named_by]
        place, master = self._master(entity, key)
        found = master[snake(field)].take(place)
        if column.kind == "int":
            return found.cast(pa.int32()).take(pa.array(key.codes, mask=key.codes < 0))
        names = found.cast(pa.string()).combine_chunks()
        if column.source and names.null_count:
            return first_of(names, key.codes, coded(self._own(column)[0]))
        return encode(key.codes, names)

    def _master(self, entity: str, key: Coded) -> tuple[pa.Array, pa.Table]:
        """The row in the master table for each word of the key, and the table."""
        if entity not in self._masters:
            at = MASTERS[entity]
            fields = [snake(c.field[1]) for c in COLUMNS if c.master and c.field[0] == entity]
            table = self._table(at.table, [at.key, *fields])
            known = table[at.key].cast(pa.string()).combine_chunks()
            place = pc.index_in(key.words, value_set=known)
            if entity == "GLAccounts":
                self._note_unknown(key, np.append(place.is_null().to_numpy(False), True))
            self._masters[entity] = place, table
        return self._masters[entity]

    def _note_unknown(self, key: Coded, unknown: np.ndarray[Any, Any]) -> None:
        """Say which lines are on GL accounts that nothing is known of."""
        lines = unknown[key.codes]
        if lines.any():
            code = next(c for c in COLUMNS if c.name == "gl_account_code")
            own = coded(self._own(code)[0])
            names = own.words.take(pa.array(np.unique(own.codes[lines & (own.codes >= 0)])))
            self._notes.append(
                f"{lines.sum():,} lines are on GL accounts that are not in the table of GL "
                f"accounts ({_some(names.to_pylist()[:NAMED], len(names))}): their type and side "
                "are missing"
            )

    def _division(self) -> dict[str, str]:
        """The administration that the lines are of, where the store knows it."""
        names = {"code": "division", "description": "division_name", "currency": "currency"}
        table = self._table("division", names)
        if not table.num_rows:
            return {}
        row = table.slice(0, 1).to_pylist()[0]
        return {name: str(row[c]) for c, name in names.items() if row[c] is not None}

    # ------------------------------------------------------------ reading

    def _own(self, *columns: Column) -> pa.Table:
        """What the lines themselves have in these columns; null where the store has none."""
        schema = pa.schema({c.own: _TYPES[c.kind] for c in columns})
        short = [c.own for c in columns if c.kind == "category"]
        return self.store.read(LINES, schema, state=self.state, dictionaries=short)

    def _table(self, name: str, columns: Iterable[str]) -> pa.Table:
        """These columns of a master table, as text; no rows where the store has no such table."""
        schema = pa.schema(dict.fromkeys(columns, pa.string()))
        if name not in self.state.names:
            return schema.empty_table()
        return self.store.read(name, schema, state=self.state)


def _some(names: list[Any], count: int) -> str:
    """The first few of so many, in words."""
    listed = ", ".join(map(str, names))
    return f"{listed} and {count - len(names):,} more" if count > len(names) else listed or "?"
