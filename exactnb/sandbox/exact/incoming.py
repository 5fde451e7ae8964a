"""A request body checked field by field, and turned into values as the books store them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from exactnb.sandbox.exact import tables
from exactnb.sandbox.exact.entities import Entity, entities
from exactnb.sandbox.exact.messages import Refusal
from exactnb.sandbox.exact.rows import Rows, Values
from exactnb.sandbox.exact.wire import decode

#: what is asked for beside a field that is missing
ALSO_MISSING = {"OrderedBy": ("InvoiceTo", "OrderedBy")}


@dataclass
class Record:
    """What a body says: the values of its fields, and the records nested in it."""

    values: Values = field(default_factory=dict)
    nested: dict[str, list[Record]] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)

    @property
    def lines(self) -> list[Values]:
        """The values of all nested records."""
        return [line.values for lines in self.nested.values() for line in lines]

    def needed(self, name: str) -> str:
        """The value of a field that must be there."""
        if not self.values.get(name):
            raise Refusal(400, ("mandatory", name))
        return str(self.values[name])


def read(rows: Rows, entity: Entity, body: Mapping[str, Any], *, new: bool) -> Record:
    """The record that a body describes; on PUT (not `new`) only what it names.

    Fields that cannot be written are passed over in silence, as the service does; a reference
    to another administration becomes empty. Of records that are only written within another
    (the rates of a VAT code) every field but the key is taken.

    Raises
    ------
    Refusal
        Unknown properties and wrong types at once; missing fields and wrong references together.
    """
    record = _record(rows, entity, body, new=new)
    if record.problems:
        raise Refusal(400, *dict.fromkeys(record.problems))
    return record


def unknown_property(entity: Entity, name: str) -> Refusal:
    """The refusal of a body with a property that the entity does not have."""
    return Refusal(
        400,
        f"Error processing request stream. The property name '{name}' specified for type "
        f"'{entity.type}' is not valid.",
    )


def _record(rows: Rows, entity: Entity, body: Mapping[str, Any], *, new: bool) -> Record:
    record = Record()
    writable = {"post"} if new else {"put", "put?"}
    within = not any(writable & field.flags for field in entity.fields.values())
    for name, value in body.items():
        known = entity.fields.get(name)
        if name == "__metadata":
            continue
        if known is None:
            raise unknown_property(entity, name)
        if not (known.flags & writable or (within and name not in entity.key)):
            continue
        if known.collection:
            record.nested[name] = _nested(rows, known.collection, name, value)
            for line in record.nested[name]:
                record.problems += line.problems
        else:
            record.values[name] = _checked(rows, entity, name, decode(value, known), record)
    for name, known in entity.fields.items():
        if "required" in known.flags and (new or name in record.values or name in record.nested):
            given = record.nested.get(name) if known.collection else record.values.get(name)
            if given in (None, "", []) and not any(p[1] == name for p in record.problems):
                missing = ALSO_MISSING.get(name, (name,))
                record.problems += [("mandatory", each) for each in missing]
    return record


def _nested(rows: Rows, collection: str, name: str, value: Any) -> list[Record]:
    line = entities().get("VatPercentages" if collection == "VATPercentages" else collection)
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise Refusal(
            400,
            f"Error processing request stream. The property '{name}' must be a list of records.",
        )
    if line is None:
        return []
    return [_record(rows, line, each, new=True) for each in value]


def _checked(rows: Rows, entity: Entity, name: str, value: Any, record: Record) -> Any:
    """The value, if what it refers to is there; None if that is of another administration."""
    lookup = tables.reference(entity.name, name)
    if lookup is None or value in (None, ""):
        return value
    if lookup.on == "Code":
        if rows.by_code(lookup.target, value) is None:
            record.problems.append(("reference", name))
        return value
    sql = f'SELECT Division FROM main."{lookup.target}" WHERE "{lookup.on}" = ?'
    found = rows.all(sql, value)
    if not found:
        record.problems.append(("reference", name))
    elif lookup.target != "Users" and found[0]["Division"] != rows.division:
        return None
    return value
