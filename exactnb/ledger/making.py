"""One state of a store on its way to a ledger: columns read, joined and checked."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from exactnb.errors import DataError, NotFoundError
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
}

#: a column: of few distinct texts, or as Arrow has it
Values = Coded | pa.ChunkedArray


class Making:
    """The lines of one state, whose columns are made one at a time and let go when they are."""

    def __init__(self, store: Store, state: State | None) -> None:
        self.store = store
        self.state = state if state is not None else store.state()
        if LINES not in self.state.tables:
            raise NotFoundError(
                "There are no lines here yet", hint="books.refresh() reads them from Exact Online."
            )
        own = {column.own: column.kind for column in COLUMNS if not column.master}
        table = self._read(LINES, own, [n for n, kind in own.items() if kind == "category"])
        self.rows: int = table.num_rows
        self._lines: dict[str, pa.ChunkedArray] = dict(zip(own, table.columns, strict=True))
        self._masters: dict[str, tuple[pa.Array, pa.Table]] = {}
        self._problems: list[str] = []
        self._notes: list[str] = []

    def columns(self, labels: bool, language: str) -> Iterator[tuple[str, Values]]:
        """The columns by name, in order; with labels behind those that have them."""
        keys = {at.named_by: coded(self._lines.pop(at.named_by)) for at in MASTERS.values()}
        for column in COLUMNS:
            if column.name in keys:
                values: Values = keys[column.name]
            elif column.master:
                values = self._looked_up(column, keys)
            elif column.kind == "category":
                values = coded(self._lines.pop(column.own))
            elif column.kind == "cents":
                values = self._cents(self._typed(column.own, "float", self._lines.pop(column.own)))
            else:
                # the cents come of amount_dc too, after it
                take = self._lines.get if column.name == "amount_dc" else self._lines.pop
                values = self._typed(column.name, column.kind, take(column.own))
            yield column.name, values
            if labels and codes(*column.field):
                called = partial(label, *column.field, language=language)
                yield f"{column.name}_label", relabel(values, called)

    def about(self, attrs: Mapping[str, str] | None) -> dict[str, str]:
        """Where the ledger came from, and what is not as it should be in it; as text.

        Raises
        ------
        DataError
            Something in it cannot be right; the error names everything that was found.
        """
        if self._problems:
            raise DataError(
                f"The stored lines cannot be made into a ledger: {'; '.join(self._problems)}",
                hint="books.refresh(full=True) reads them anew; books.table('lines') shows them "
                "as they are.",
            )
        about = {**self._division(), **(attrs or {}), "rows": str(self.rows)}
        if self._notes:
            about["warnings"] = "; ".join(filter(None, [about.get("warnings"), *self._notes]))
            warnings.warn("; ".join(self._notes), stacklevel=3)
        return {name: str(value) for name, value in about.items()}

    # ------------------------------------------------------------ columns of the lines

    def _typed(self, name: str, kind: Kind, values: pa.ChunkedArray) -> pa.ChunkedArray:
        """The values in the type of their kind; a problem where they do not fit it."""
        try:
            return values.cast(_TYPES[kind])
        except pa.ArrowException as error:
            reason = str(error).splitlines()[0]
            self._problems.append(f"{name} holds what is no {kind} ({reason})")
            return _missing(len(values), _TYPES[kind])

    def _cents(self, amounts: pa.ChunkedArray) -> pa.ChunkedArray:
        """The amounts in whole cents."""
        euros = amounts.to_numpy()
        missing = np.isnan(euros)
        huge = np.abs(euros) > LARGEST
        for broken, what in (
            (missing, "have no amount"),
            (huge, f"have an amount above {LARGEST:,.0f}, where cents are no longer exact"),
        ):
            if broken.any():
                self._problems.append(f"{broken.sum():,} lines {what} ({self._ids(broken)})")
        cents = np.rint(np.where(missing | huge, 0, euros) * 100).astype("int64")
        # the nearest float to a whole number of cents is off by less than this
        parted = ~missing & ~huge & (np.abs(euros - cents / 100) > 1e-4)
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
            numbers = self._typed(column.name, column.kind, found)
            return numbers.take(pa.array(key.codes, mask=key.codes < 0))
        names = self._typed(column.name, "text", found).combine_chunks()
        if column.source and names.null_count:
            own = self._read(LINES, [column.own], [column.own])[column.own]
            return first_of(names, key.codes, coded(own))
        return encode(key.codes, names)

    def _master(self, entity: str, key: Coded) -> tuple[pa.Array, pa.Table]:
        """The row in the master table for each word of the key, and the table."""
        if entity not in self._masters:
            at = MASTERS[entity]
            fields = [snake(c.field[1]) for c in COLUMNS if c.master and c.field[0] == entity]
            table = self._read(at.table, [at.key, *fields])
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
            own = coded(self._read(LINES, ["gl_account_code"], ["gl_account_code"])[0])
            names = own.words.take(pa.array(np.unique(own.codes[lines & (own.codes >= 0)])))
            self._notes.append(
                f"{lines.sum():,} lines are on GL accounts that are not in the table of GL "
                f"accounts ({_some(names.to_pylist()[:NAMED], len(names))}): their type and side "
                "are missing"
            )

    def _division(self) -> dict[str, str]:
        """The administration that the lines are of, where the store knows it."""
        names = {"code": "division", "description": "division_name", "currency": "currency"}
        table = self._read("division", names)
        if not table.num_rows:
            return {}
        row = table.slice(0, 1).to_pylist()[0]
        return {name: str(row[c]) for c, name in names.items() if row[c] is not None}

    # ------------------------------------------------------------ reading

    def _read(
        self, table: str, columns: Iterable[str], dictionaries: Iterable[str] = ()
    ) -> pa.Table:
        """These columns of a table; null where the store has no such column, or no such table."""
        names = list(dict.fromkeys(columns))
        if table not in self.state.tables:
            return pa.table({name: _missing(0, pa.string()) for name in names})
        held = self.store.read(table, names, state=self.state, dictionaries=frozenset(dictionaries))
        gaps = _missing(held.num_rows, pa.null())
        return pa.table({n: held[n] if n in held.column_names else gaps for n in names})


def _missing(rows: int, kind: pa.DataType) -> pa.ChunkedArray:
    return pa.chunked_array([pa.nulls(rows, kind)])


def _some(names: list[Any], count: int) -> str:
    """The first few of so many, in words."""
    listed = ", ".join(map(str, names))
    return f"{listed} and {count - len(names):,} more" if count > len(names) else listed or "?"
