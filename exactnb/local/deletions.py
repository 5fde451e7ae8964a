"""What was deleted, by Exact Online's own list of it; and what that leaves of a table."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from exactnb.errors import ExactnbError
from exactnb.exact.entities import entity
from exactnb.exact.moments import wall
from exactnb.exact.odata import literal
from exactnb.frames import to_table
from exactnb.frames.arrow import TYPES
from exactnb.frames.columns import kind_of
from exactnb.local.declarations import Declaration
from exactnb.local.refusals import Closed, refuses
from exactnb.local.tally import Tally
from exactnb.local.ways import VERSION, Chain, Reader
from exactnb.pages import turn

if TYPE_CHECKING:
    from exactnb.store import Store
    from exactnb.store.writer import Writer

__all__ = ["DELETED", "deleted_since", "settle", "version_at"]

#: the resource that lists deletions
DELETED = "sync/Deleted"
_FIELDS = ("Timestamp", "EntityKey", "EntityType", "DeletedDate")
#: what a row version is asked of: there is one series for a whole database
_END_POINT = "Financial/TransactionLines"


def version_at(reader: Reader, moment: float) -> int:
    """The row version that Exact Online had reached by a moment; 1, the first, if it tells none."""
    query = {
        "modified": literal(wall(moment).replace(microsecond=0), "DateTime"),
        "endPoint": f"'{_END_POINT}'",
    }
    try:
        answer = json.loads(reader.page("read/sync/Sync/SyncTimestamp", query))["d"]
        records = answer.get("results", [answer])
        return int(records[0]["TimeStampAsBigInt"])
    except ExactnbError as error:
        if refuses(error):
            return 1
        raise
    except (ValueError, KeyError, TypeError, LookupError, AttributeError):
        return 1


def deleted_since(reader: Reader, mark: int, tally: Tally) -> pa.Table:
    """What was deleted since a row version: timestamp, entity_key, entity_type, deleted_date.

    Raises
    ------
    Closed
        Exact Online refuses to tell.
    """
    about = entity("SyncDeleted")
    tally.begin("deletions", about.page)
    query = {"$select": ",".join(_FIELDS), "$filter": f"{VERSION} gt {mark}L"}
    pages = []
    try:
        for page in turn(Chain(reader, DELETED, query), about, marked=True):
            pages.append(page)
            tally.page(page.count)
    except ExactnbError as error:
        if refuses(error) and not pages:
            raise Closed(error) from error
        raise
    return to_table(pages, about, _FIELDS)


def settle(
    store: Store,
    writer: Writer,
    table: Declaration,
    deletions: pa.Table | None,
    *,
    full: bool,
    by: str,
) -> tuple[pa.Array, dict[str, int]]:
    """The keys of rows that are no more, and how many rows are new, changed and deleted.

    A deletion is of the row that was there: one of the same key that came later stays.

    Parameters
    ----------
    deletions
        As :func:`deleted_since` gives them; None where they are not known.
    full
        Whether what is pending replaces all that was there.
    by
        What tells rows that changed: "version", or anything else.
    """
    if deletions is not None:
        deletions = deletions.filter(pc.equal(deletions["entity_type"], table.deleted))
    if not full and not deletions and not writer.state.tables[table.name].pending:
        return pa.array([], pa.string()), {"new": 0, "changed": 0, "deleted": 0}
    rows = _Rows(store, writer, table, by)
    gone = rows.gone(deletions) if deletions else []
    return pa.array(gone, pa.string()), rows.counts(gone, full=full)


class _Rows:
    """The rows of a table that were there, and those that came; as far as that takes."""

    def __init__(self, store: Store, writer: Writer, table: Declaration, by: str) -> None:
        (self._key,) = table.shape.key
        kept = {
            field.column: kind_of(field)
            for name in table.select
            if (field := table.entity.find(name))
        }
        # what tells that a row has changed; in the last resort all of it
        self._telling = ["timestamp"] if by == "version" else ["modified"]
        if not {*self._telling} <= {"timestamp", *kept}:
            self._telling = list(kept)
        wanted = dict.fromkeys([self._key, "timestamp", *self._telling])
        if "modified" in kept:
            wanted["modified"] = None
        kinds = {"timestamp": "int", **kept}
        columns = pa.schema([(name, TYPES[kinds[name]]) for name in wanted])
        held = writer.state.tables.get(table.name)
        self.came = writer.pending(table.name, columns)
        self.there = (
            store.read(table.name, columns, state=writer.state)
            if held is not None and held.files
            else columns.empty_table()
        )

    def gone(self, deletions: pa.Table) -> list[str]:
        """The keys of which no row came after the deletion."""
        last = {row["entity_key"]: row for row in deletions.to_pylist()}
        keys = pa.array(list(last), pa.string())
        rows = {
            row[self._key]: row
            for table in (self.there, self.came)
            for row in table.filter(pc.is_in(table[self._key], value_set=keys)).to_pylist()
        }
        return [key for key, one in last.items() if key in rows and _after(one, rows[key])]

    def counts(self, gone: list[str], *, full: bool) -> dict[str, int]:
        """How many rows are new, changed and deleted."""
        there, came = self.there, self.came
        deleted = 0
        if gone:
            keys = pa.array(gone, pa.string())
            deleted = pc.sum(pc.is_in(there[self._key], value_set=keys)).as_py() or 0
            came = came.filter(pc.invert(pc.is_in(came[self._key], value_set=keys)))
        at = pc.index_in(came[self._key], value_set=there[self._key].combine_chunks())
        old, new = there.take(at.drop_null()), came.filter(at.is_valid())
        changed = old.num_rows - (pc.sum(_same(old, new, self._telling)).as_py() or 0)
        if full:
            deleted = there.num_rows - old.num_rows
        return {"new": came.num_rows - old.num_rows, "changed": changed, "deleted": deleted}


def _same(old: pa.Table, new: pa.Table, telling: list[str]) -> pa.ChunkedArray:
    """For each row, whether these columns are as they were."""
    same = pa.chunked_array([pa.repeat(True, old.num_rows)])
    for name in telling:
        one, other = old[name], new[name]
        if one.type != other.type:  # something that was no number came, or went
            one, other = one.cast(pa.string()), other.cast(pa.string())
        alike = pc.or_kleene(pc.equal(one, other), pc.and_(one.is_null(), other.is_null()))
        same = pc.and_(same, alike.fill_null(False))
    return same


def _after(deletion: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    """Whether the deletion is of this row, not of one that it came in place of."""
    version = row.get("timestamp")
    if version is not None:
        return bool(deletion["timestamp"] > version)
    modified: dt.datetime | None = row.get("modified")
    when: dt.datetime | None = deletion["deleted_date"]
    return modified is None or when is None or when >= modified
