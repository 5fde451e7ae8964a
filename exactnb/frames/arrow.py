"""The fast reader: bytes of a page → columns by ``pyarrow.json``, without an object for each cell.

The records become lines by replacing ``},{"first key"`` with the same behind a line feed. Inside
text a quote is always escaped, so that cannot occur there; where it occurs in a nested list it
leaves broken JSON, which raises. ``pyarrow.json`` takes the types from a schema and is strict
about them. Whatever it does not take, or takes in a way that could lose something, raises
:class:`Unsuited`, and the page goes to the careful reader in :mod:`.columns` instead.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from exactnb.exact.entities import Entity, Field, snake
from exactnb.frames.columns import Column, Columns, coerce, infer, kind_of, names_of
from exactnb.frames.opening import first_record, flatten, is_data_record

__all__ = ["TYPES", "Unsuited", "read", "to_arrow"]


class Unsuited(Exception):
    """The page is not for the fast reader."""


#: kind → Arrow type
TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "code": pa.string(),
    "guid": pa.string(),
    "int": pa.int64(),
    "float": pa.float64(),
    "bool": pa.bool_(),
    "date": pa.timestamp("ms"),
}
_METADATA = pa.field("__metadata", pa.struct([("uri", pa.string()), ("type", pa.string())]))
_INNER = ("fields", "rawFields")


def to_arrow(column: Column) -> pa.ChunkedArray | pa.Array:
    """The values of a column as an Arrow array of its kind."""
    if not isinstance(column.values, list):
        return column.values
    if column.kind == "date":
        return pa.array(column.values, pa.int64()).cast(pa.timestamp("ms"))
    try:
        return pa.array(column.values, TYPES.get(column.kind, pa.null()))
    except UnicodeEncodeError:  # half a surrogate pair, which JSON can write
        texts = [v and v.encode(errors="backslashreplace").decode() for v in column.values]
        return pa.array(texts, pa.string())


def read(raw: bytes, start: int, stop: int, entity: Entity) -> tuple[Columns, int]:
    """The columns of the records in ``raw[start:stop]``, and how many records there are.

    Raises
    ------
    Unsuited
        The records need the careful reader.
    """
    if (head := first_record(raw, start, stop)) is None:
        raise Unsuited
    first, between = head
    lines = raw.replace(between, between.replace(b"},", b"}\n", 1))
    try:
        table = pj.read_json(
            pa.BufferReader(pa.py_buffer(lines).slice(start, stop - start)),
            read_options=pj.ReadOptions(use_threads=False, block_size=stop - start + 1),
            parse_options=pj.ParseOptions(
                explicit_schema=_schema(first, entity), unexpected_field_behavior="infer"
            ),
        )
        table.validate(full=True)  # pyarrow.json lets bytes through that are no UTF-8
    except (ValueError, pa.ArrowException) as error:
        raise Unsuited from error
    if is_data_record(first):
        table = _unpack(table, entity)
    # what the schema does not name comes last; it goes where the first record has it
    order = {name: place for place, name in enumerate(flatten(first, entity))}
    names = sorted(names_of([table.column_names]), key=lambda name: order.get(name, len(order)))
    columns: Columns = {}
    for name in names:
        values, field = table[name], entity.find(name)
        column = field.column if field else snake(name)
        if column in columns:
            raise Unsuited
        if made := _known(values, field) if field else _unknown(values):
            columns[column] = made
    return columns, table.num_rows


def _schema(record: dict[str, Any], entity: Entity) -> pa.Schema:
    """The types to read, by the names that a record spells; text wherever it has text.

    Not said are nested fields and what an Int64 is of which no value was seen: Exact writes it as
    text, others as a number.
    """
    fields = [_METADATA] if "__metadata" in record else []
    for name, value in record.items():
        if name in _INNER and isinstance(value, dict):
            fields.append(pa.field(name, pa.struct(list(_schema(value, entity)))))
            continue
        field = entity.find(name)
        if field is None:
            if isinstance(value, str):
                fields.append(pa.field(name, pa.string()))  # else what looks like a date is one
        elif isinstance(value, str) or field.type == "DateTime":
            fields.append(pa.field(name, pa.string()))
        elif not field.nested and (value is not None or field.type != "Int64"):
            fields.append(pa.field(name, TYPES[kind_of(field)]))
    return pa.schema(fields)


def _unpack(table: pa.Table, entity: Entity) -> pa.Table:
    """The fields of data records as columns of their own."""
    names = [name for name in _INNER if name in table.column_names]
    inner = [name for name in names if pa.types.is_struct(table[name].type)]
    if len(inner) != 1 or table[inner[0]].null_count:
        raise Unsuited
    fields = pa.Table.from_struct_array(table[inner[0]])
    whole = [name for name in fields.column_names if not fields[name].null_count]
    if not {field.name for name in whole if (field := entity.find(name))}.issuperset(entity.key):
        raise Unsuited  # the record's own id is the key
    return fields


def _known(values: pa.ChunkedArray, field: Field) -> Column | None:
    """A column of the field's kind; None where nothing of it came."""
    kind, wire = kind_of(field), values.type
    if values.null_count == len(values):
        return None
    if kind == "nested":
        if pa.types.is_struct(wire) and [child.name for child in wire] == ["__deferred"]:
            return None
        raise Unsuited
    if kind == "date" and pa.types.is_string(wire):
        made = _dates(values)
        return Column(kind, made) if made is not None else coerce(values.to_pylist(), kind)
    if kind == "int" and pa.types.is_string(wire):
        made = _integers(values)
        return Column(kind, made) if made is not None else coerce(values.to_pylist(), kind)
    if wire == TYPES[kind]:
        return Column(kind, _clean(values, kind))
    if pa.types.is_nested(wire) or pa.types.is_temporal(wire) or pa.types.is_floating(wire):
        raise Unsuited  # what was written is gone
    return coerce(values.to_pylist(), kind)


def _clean(values: pa.ChunkedArray, kind: str) -> pa.ChunkedArray:
    if kind == "code":
        return pc.utf8_trim(values, characters=" ")
    return pc.ascii_lower(values) if kind == "guid" else values


def _dates(values: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Text to moments, all ``/Date(ms)/`` or all ISO; None where some are neither."""
    try:
        if pc.all(pc.starts_with(values, "/Date(")).as_py():
            ticks = pc.utf8_slice_codeunits(values, 6, -2)
            return pc.cast(pc.cast(ticks, pa.int64()), pa.timestamp("ms"))
        if pc.all(pc.ends_with(values, "Z")).as_py():
            values = pc.utf8_slice_codeunits(values, 0, -1)
        return pc.cast(values, pa.timestamp("ms"))
    except pa.ArrowInvalid:
        return None


def _integers(values: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Digits to numbers; None where there is anything else, or too many."""
    try:
        plain = pc.all(pc.ascii_is_decimal(values)).as_py()
        return pc.cast(values, pa.int64()) if plain else None
    except pa.ArrowInvalid:
        return None


def _unknown(values: pa.ChunkedArray) -> Column:
    """A column whose kind the values tell."""
    wire = values.type
    if pa.types.is_nested(wire) or pa.types.is_temporal(wire):
        raise Unsuited
    if pa.types.is_floating(wire) and pc.max(pc.abs(values)).as_py() >= 2**53:
        raise Unsuited  # perhaps a whole number too large for 64 bits
    return infer(values.to_pylist())
