"""Pages → one DataFrame, the same whatever the pages looked like."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from exactnb.errors import DataError
from exactnb.exact.entities import Entity, Field, snake
from exactnb.frames import columns as careful
from exactnb.frames.columns import Column, Columns, coerce, infer, kind_of, to_text
from exactnb.frames.opening import flatten
from exactnb.frames.page import Page, read_page

try:
    import pyarrow as pa

    from exactnb.frames.arrow import TYPES, to_arrow
except ImportError:
    pa = None

__all__ = ["record_lines", "table_frame", "text_dtype", "to_frame", "to_record", "to_table"]


def to_frame(
    pages: Iterable[Page],
    entity: Entity | None = None,
    *,
    attrs: Mapping[str, object] | None = None,
    lines: bool = False,
    limit: int | None = None,
    select: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """One row a record: every field of the entity in Exact's order, then whatever else came.

    Parameters
    ----------
    pages
        From :func:`read_page`, in order. None at all give an empty frame of the same columns.
    entity
        What the records are; None: what the first page was taken for, if anything.
    attrs
        Where the data came from, for ``df.attrs``; kept as text. Added to it are ``pages``,
        ``run_ids`` and, if there are any, ``warnings``.
    lines
        One row a line instead: the columns of the record are repeated, those of the line follow.
        A line's column whose name is taken gets ``line_`` before it. Records without lines keep
        one row.
    limit
        Number of records at most.
    select
        Only these fields, in this order: names in any spelling, or a ``$select``.

    Returns
    -------
    DataFrame
        Columns in snake_case: ``Int64``, ``boolean``, ``float64``, ``datetime64[ms]`` (Exact's
        wall clock, without a zone) and text. A field that did not come is all missing. Records
        within the record are lists of dicts, or missing where they were not asked for. A column
        in which a value does not fit its type is kept as text, which ``attrs["warnings"]`` and
        a warning say.

    Raises
    ------
    DataError
        ``lines`` were asked for and the answer has none.
    """
    parts = list(_first(pages, limit))
    if entity is None:
        entity = next((page.entity for page in parts if page.entity and page.count), None)
    notes = list(_strays(parts, entity))
    provenance = {name: str(value) for name, value in (attrs or {}).items()}
    provenance["pages"] = str(len(parts))
    provenance["run_ids"] = ", ".join(page.run_id for page in parts if page.run_id)
    if notes:
        provenance["warnings"] = "; ".join(notes)
        warnings.warn("; ".join(notes), stacklevel=2)
    joined = _join(parts, entity)
    count = sum(page.count for page in parts)
    del parts
    if select:
        joined = _selected(joined, select, entity, lines)
    frame = _with_lines(joined, count, entity) if lines else _frame(joined, count, entity)
    frame.attrs.update(provenance)
    return frame


def to_record(raw: bytes, entity: Entity | None = None) -> pd.Series:
    """One record, with the names and types of the list's columns; named by its key.

    Raises
    ------
    DataError
        The answer holds no record, or more than one.
    """
    page = read_page(raw, entity)
    if page.count != 1:
        raise DataError(f"The answer holds {page.count} records where one was expected")
    frame = to_frame([page], entity)
    values = [_cell(frame[name].iloc[0]) for name in frame.columns]
    known = entity or page.entity
    keys = [field.column for field in known.fields.values() if field.key] if known else ["id"]
    name = frame[keys[0]].iloc[0] if keys[0] in frame.columns else None
    record = pd.Series(values, index=frame.columns, dtype=object, name=name)
    record.attrs.update(frame.attrs)
    return record


def record_lines(raw: bytes, entity: Entity | None = None) -> pd.DataFrame:
    """The lines of the record or records in an answer, one row each, without the record's columns.

    Raises
    ------
    DataError
        The answer does not hold the lines.
    """
    page = read_page(raw, entity)
    entity = entity or page.entity
    _, rows, line = _lines(_join([page], entity), entity)
    return _lines_frame([one for row in rows if row for one in row], line)


def to_table(pages: Sequence[Page], entity: Entity, select: Sequence[str]) -> pa.Table:
    """The fields that are named, in their order, as an Arrow table of a row for each record.

    Columns are called and typed as those of :func:`to_frame`; a field that did not come is all
    null, and one of which a value does not fit its type is text, as a warning says.
    """
    fields = [field for name in select if (field := entity.find(name)) is not None]
    if notes := list(_strays(pages, entity)):
        warnings.warn("; ".join(notes), stacklevel=2)
    columns = {
        field.column: _joined([(p.columns.get(field.column), p.count) for p in pages], field).values
        for field in fields
    }
    return pa.table(columns)


def table_frame(table: pa.Table) -> pd.DataFrame:
    """An Arrow table as a frame with the dtypes of :func:`to_frame`; the table is used up."""
    dtypes = {
        pa.int64(): pd.Int64Dtype(),
        pa.bool_(): pd.BooleanDtype(),
        pa.string(): text_dtype(),
    }
    return table.to_pandas(types_mapper=dtypes.get, split_blocks=True, self_destruct=True)


# ---------------------------------------------------------------- pages → columns


def _first(pages: Iterable[Page], limit: int | None) -> Iterator[Page]:
    """The pages up to that number of records."""
    left = limit
    for page in pages:
        if left is None or page.count <= left:
            yield page
        elif left > 0:
            columns = {name: c._replace(values=c.values[:left]) for name, c in page.columns.items()}
            yield Page(columns, left, page.entity, page.run_id, page.cursor)
        if left is not None:
            left = max(0, left - page.count)


def _strays(parts: Sequence[Page], entity: Entity | None) -> Iterator[str]:
    """What does not fit its column, in words."""
    before = 0
    for page in parts:
        for name, column in page.columns.items():
            if column.stray and (field := entity.find(name) if entity else None):
                row, value = column.stray
                yield (
                    f"{name} is kept as text: row {before + row} holds {value!r}, "
                    f"which is no {field.type}"
                )
        before += page.count


def _join(parts: Sequence[Page], entity: Entity | None) -> Columns:
    """Each column of all pages as one: the entity's first, in its order, then the others."""
    fields = {field.column: field for field in entity.fields.values()} if entity else {}
    names = dict.fromkeys(fields)
    for page in parts:
        names.update(dict.fromkeys(page.columns))
    return {
        name: _joined([(page.columns.get(name), page.count) for page in parts], fields.get(name))
        for name in names
    }


def _selected(
    joined: Columns, select: str | Sequence[str], entity: Entity | None, lines: bool
) -> Columns:
    """The columns that were asked for, and the lines if they were."""
    names = select.split(",") if isinstance(select, str) else select
    wanted = []
    for name in (name.strip().partition("/")[0] for name in names):
        field = entity.find(name) if entity else None
        wanted.append(field.column if field else snake(name))
    if lines:
        wanted += [name for name, column in joined.items() if column.kind == "nested"]
    return {name: joined[name] for name in wanted if name in joined}


def _joined(pieces: Sequence[tuple[Column | None, int]], field: Field | None) -> Column:
    kinds = {piece.kind for piece, _ in pieces if piece is not None} - {"empty"}
    if field is not None:
        kind = kind_of(field) if kinds <= {kind_of(field)} else "text"
    elif kinds == {"int", "float"}:
        kind = "float" if all(_fits_float(piece) for piece, _ in pieces if piece) else "text"
    else:
        kind = kinds.pop() if len(kinds) == 1 else "text"
    if pa is not None and kind != "nested":
        wire = TYPES[kind]
        arrays = [
            pa.nulls(count, wire)
            if piece is None or piece.kind == "empty"
            else to_arrow(_as_kind(piece, kind))
            for piece, count in pieces
        ]
        chunks = [c for a in arrays for c in (a.chunks if isinstance(a, pa.ChunkedArray) else [a])]
        return Column(kind, pa.chunked_array(chunks, wire))
    values: list[Any] = []
    for piece, count in pieces:
        values += [None] * count if piece is None else _as_kind(piece, kind).values
    return Column(kind, values)


def _as_kind(piece: Column, kind: str) -> Column:
    """The piece as one of that kind, where pages differ: as text, or as a float."""
    if piece.kind in (kind, "empty"):
        return piece
    if kind == "float":
        return coerce(_listed(piece), "float")
    return Column("text", [None if v is None else to_text(v, piece.kind) for v in _listed(piece)])


def _fits_float(piece: Column) -> bool:
    return piece.kind != "int" or infer([*_listed(piece), 0.5]).kind == "float"


def _listed(piece: Column) -> list[Any]:
    """The values as a list, moments as milliseconds."""
    values = piece.values
    if isinstance(values, list):
        return values
    listed = (values.cast(pa.int64()) if piece.kind == "date" else values).to_pylist()
    return list(listed)


# ---------------------------------------------------------------- columns → frame


def text_dtype() -> Any:
    """Text with NaN for missing, by Arrow where it is: ``str`` of pandas 3, also under pandas 2."""
    storage = "python" if pa is None else "pyarrow"
    try:
        return pd.StringDtype(storage, na_value=np.nan)
    except TypeError:  # pandas 2.2
        return object if pa is None else pd.StringDtype("pyarrow_numpy")


def _frame(joined: Columns, count: int, entity: Entity | None) -> pd.DataFrame:
    names = list(joined)
    nested = {name: joined.pop(name) for name in names if joined[name].kind == "nested"}
    frame = _arrow_frame(joined) if pa is not None else _plain_frame(joined, count)
    for name, column in nested.items():
        field = entity.find(name) if entity else None
        cells = np.empty(count, dtype=object)
        cells[:] = _cells(column.values, field.entity if field else None)
        frame.insert(names.index(name), name, cells)
    return frame


def _arrow_frame(columns: Columns) -> pd.DataFrame:
    table = pa.table({name: column.values for name, column in columns.items()})
    columns.clear()  # so that each column's Arrow memory is free once pandas has it
    return table_frame(table)


def _plain_frame(columns: Columns, count: int) -> pd.DataFrame:
    made = {name: _plain(column) for name, column in columns.items()}
    return pd.DataFrame(made, index=pd.RangeIndex(count), copy=False)


def _plain(column: Column) -> Any:
    kind, values, _ = column
    if kind == "int":
        return pd.array(values, dtype="Int64")
    if kind == "bool":
        return pd.array(values, dtype="boolean")
    if kind == "float":
        return np.array([np.nan if v is None else v for v in values], dtype="float64")
    if kind == "date":
        nat = np.iinfo("int64").min
        return np.array([nat if v is None else v for v in values], "int64").view("M8[ms]")
    return pd.Series(values, dtype=text_dtype()).array


def _cells(values: Sequence[Any], inner: Entity | None) -> list[Any]:
    """Records within records, typed: the names and values of columns, in plain dicts."""
    flat = [one for value in values if value for one in _as_list(value)]
    columns = careful.read([flatten(one, inner) for one in flat], inner)
    lists = [_plain_values(column, inner, name) for name, column in columns.items()]
    made = iter([dict(zip(columns, row, strict=True)) for row in zip(*lists, strict=True)])
    cells: list[Any] = []
    for value in values:
        if isinstance(value, dict):
            cells.append(next(made) if value else {})
        else:
            cells.append(None if value is None else [next(made) for _ in value])
    return cells


def _as_list(value: Any) -> list[Any]:
    return [value] if isinstance(value, dict) else value


def _plain_values(column: Column, entity: Entity | None, name: str) -> list[Any]:
    if column.kind == "date":
        moments = [np.datetime64("NaT" if v is None else v, "ms") for v in column.values]
        return [None if np.isnat(m) else pd.Timestamp(m) for m in moments]
    if column.kind == "nested":
        field = entity.find(name) if entity else None
        return _cells(column.values, field.entity if field else None)
    return list(column.values)


def _cell(value: Any) -> Any:
    return (
        value.item()
        if isinstance(value, np.generic) and not isinstance(value, np.datetime64)
        else value
    )


# ---------------------------------------------------------------- lines


def _lines(joined: Columns, entity: Entity | None) -> tuple[str, list[Any], Entity | None]:
    """The column that holds the lines, its values, and what a line is."""
    if entity is not None and entity.lines is not None:
        field, line = entity.lines
        name, rows = field.column, joined[field.column].values
    else:
        line = None
        name, rows = next(
            ((n, c.values) for n, c in joined.items() if c.kind == "nested" and any(c.values)),
            ("", None),
        )
    if rows is None or (rows and all(row is None for row in rows)):
        what = entity.name if entity else "The answer"
        raise DataError(
            f"{what}: the lines did not come with the records",
            hint=f"Ask for them with expand={name!r}, or read them as records of their own."
            if name
            else "These records have no lines.",
        )
    return name, rows, line


def _lines_frame(rows: Sequence[Any], line: Entity | None) -> pd.DataFrame:
    records = [flatten(row, line) for row in rows]
    return to_frame([Page(careful.read(records, line), len(records), line)], line)


def _with_lines(joined: Columns, count: int, entity: Entity | None) -> pd.DataFrame:
    name, rows, line = _lines(joined, entity)
    header = _frame({n: c for n, c in joined.items() if n != name}, count, entity)
    repeats = [max(1, len(row or ())) for row in rows]
    header = header.iloc[np.repeat(np.arange(count), repeats)].reset_index(drop=True)
    records: list[Any] = [one for row in rows for one in row or [{}]]
    frame = _lines_frame(records, line)
    taken = {*header.columns, *frame.columns}
    names = {}
    for column in header.columns.intersection(frame.columns):
        free = f"line_{column}"
        while free in taken:
            free = f"line_{free}"
        taken.add(free)
        names[column] = free
    return pd.concat([header, frame.rename(columns=names)], axis=1)
