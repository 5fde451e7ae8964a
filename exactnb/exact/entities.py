"""What Exact Online's resources look like: their fields, as data, and the names we give them.

The tables are in ``entities.json`` beside this file and are read when the first one is asked for.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from exactnb.errors import NotFoundError

__all__ = ["Entity", "Field", "by_resource", "entities", "entity", "fold", "guess", "snake"]

#: the words of a name: acronyms that run into their neighbours (AmountVATFC), other runs of
#: capitals (HID, OEIMigration), ordinary words, and whatever else is a letter or a digit
_WORDS = re.compile(
    r"(?:VAT|GL|[DF]C(?![a-z])|PO(?=[a-z])|[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+)\d*|\d+"
)
#: text that Exact fills up with spaces to a fixed width
_PADDED = re.compile(r"(?:Code|Country|Currency|Language|Legislation|Unit)$")
_ADDRESS = re.compile(r"^(?:[a-z]+://[^/]+)?/*(?:api/v1/)?(?:(?:\d+|\{division\})/)?", re.I)
_FORMS = ("bulk/", "sync/", "read/")
_LARGE_PAGE = 1000


def snake(name: str) -> str:
    """The column name of a field: the words of the field's name in lower case.

    >>> [snake(n) for n in ("GLAccountCode", "AmountVATFC", "HID", "FreeDateField_01")]
    ['gl_account_code', 'amount_vat_fc', 'hid', 'free_date_field_01']
    """
    return "_".join(_WORDS.findall(name)).lower() or name


def fold(name: str) -> str:
    """A name without what spellings differ in: ``is_sales``, ``isSales``, ``IsSales`` are one."""
    return name.replace("_", "").casefold()


@dataclass(frozen=True)
class Field:
    """One field of an entity.

    ``type`` is the EDM type without ``Edm.``: Guid, String, Double, Int16, Int32, Int64, Byte,
    Boolean, DateTime, Binary, ``Collection(X)`` or ``Complex(X)``.
    """

    name: str
    type: str
    key: bool = False
    required: bool = False
    """Needed to create a record."""
    post: bool = False
    put: bool = False
    filter: bool = False
    """Counts where Exact demands a filter."""

    @cached_property
    def column(self) -> str:
        """The name of its column in a DataFrame."""
        return snake(self.name)

    @cached_property
    def padded(self) -> bool:
        """Whether Exact may fill it up with spaces."""
        return self.type == "String" and _PADDED.search(self.name) is not None

    @cached_property
    def nested(self) -> str | None:
        """What it holds records of, for a Collection or Complex field."""
        kind, _, inner = self.type.partition("(")
        return inner.rstrip(")") if kind in ("Collection", "Complex") else None

    @cached_property
    def entity(self) -> Entity | None:
        """The entity of the records that it holds, where their fields are known."""
        return _by_name().get(fold(self.nested or ""))


@dataclass(frozen=True, eq=False)
class Entity:
    """One kind of record, with its fields in Exact's order.

    ``page`` is the number of records that Exact gives in one answer.
    """

    name: str
    resource: str
    methods: tuple[str, ...]
    key: tuple[str, ...]
    page: int
    bulk: str | None
    sync: str | None
    fields: Mapping[str, Field] = field(repr=False)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The column names, in Exact's order of fields."""
        return tuple(one.column for one in self.fields.values())

    @property
    def values(self) -> tuple[str, ...]:
        """The names of the fields that hold a value, not records."""
        return tuple(name for name, field in self.fields.items() if field.nested is None)

    @cached_property
    def _folded(self) -> Mapping[str, Field]:
        return {fold(name): one for name, one in self.fields.items()}

    def find(self, name: str) -> Field | None:
        """The field of that name in any spelling: Exact's, camelCase or the column's."""
        return self.fields.get(name) or self._folded.get(fold(name))

    @cached_property
    def lines(self) -> tuple[Field, Entity] | None:
        """The field that holds its lines and the entity of a line, if it has lines."""
        for one in self.fields.values():
            # other records, such as bank accounts, lead a life of their own
            if one.entity is not None and one.type.endswith(("Lines)", "Percentages)")):
                return one, one.entity
        return None


@lru_cache(maxsize=1)
def entities() -> Mapping[str, Entity]:
    """Every entity by its name."""
    tables = json.loads(files("exactnb.exact").joinpath("entities.json").read_bytes())
    return MappingProxyType({name: _entity(name, table) for name, table in tables.items()})


def _entity(name: str, table: Mapping[str, Any]) -> Entity:
    return Entity(
        name,
        resource=table["resource"],
        methods=tuple(table["methods"].split()),
        key=tuple(table["key"]),
        page=table["page"],
        bulk=table.get("bulk"),
        sync=table.get("sync"),
        fields=MappingProxyType(
            {f: _field(f, *text.split()) for f, text in table["fields"].items()}
        ),
    )


def _field(name: str, kind: str, *marks: str) -> Field:
    return Field(
        name,
        kind,
        key="key" in marks,
        required="required" in marks,
        post="post" in marks,
        put="put" in marks or "put?" in marks,
        filter="filter" in marks,
    )


@lru_cache(maxsize=1)
def _by_name() -> Mapping[str, Entity]:
    return {fold(name): one for name, one in entities().items()}


@lru_cache(maxsize=1)
def _by_path() -> Mapping[str, Entity]:
    paths = {one.resource.casefold(): one for one in entities().values()}
    for one in entities().values():
        if one.bulk:
            paths[one.bulk.casefold()] = _form(one, "bulk/")
        if one.sync:
            paths[one.sync.casefold()] = _form(one, "sync/")
    return paths


def _form(one: Entity, form: str) -> Entity:
    """The same entity as bulk and sync give it: in larger pages, in sync with a row version."""
    if form == "sync/" and "Timestamp" not in one.fields:
        fields = {"Timestamp": Field("Timestamp", "Int64"), **one.fields}
        one = replace(one, fields=MappingProxyType(fields))
    return replace(one, page=_LARGE_PAGE) if form in ("bulk/", "sync/") else one


def entity(name: str) -> Entity:
    """The entity of that name, in any spelling.

    Raises
    ------
    NotFoundError
        There is none; the hint names the nearest.
    """
    found = _by_name().get(fold(name))
    if found is None:
        near = difflib.get_close_matches(name, list(entities()), n=3, cutoff=0.5)
        raise NotFoundError(
            f"No entity is called {name!r}",
            hint=f"Did you mean {' or '.join(near)}?"
            if near
            else "exact.entities.entities() lists them.",
        )
    return found


def by_resource(path: str) -> Entity | None:
    """The entity that a path gives records of, or None.

    Parameters
    ----------
    path
        Any spelling: ``crm/Accounts``, ``/bulk/CRM/accounts?$top=5``,
        ``/api/v1/123/sync/CRM/Accounts``, a full address, one record
        ``crm/Accounts(guid'…')``, or an entity's name. For a bulk or sync path the entity's
        pages are of 1,000, and for sync it has the field ``Timestamp``.
    """
    bare = re.split(r"[?#(]", path, maxsplit=1)[0]
    bare = _ADDRESS.sub("", bare, count=1).strip("/").casefold()
    paths = _by_path()
    if found := paths.get(bare) or paths.get(f"read/{bare}"):
        return found
    for form in _FORMS:
        if bare.startswith(form) and (found := paths.get(bare.removeprefix(form))):
            return _form(found, form)
    return None if "/" in bare else _by_name().get(fold(bare))


def guess(names: Iterable[str]) -> Entity | None:
    """The entity whose fields best cover the names of a record, or None where that is unclear.

    At least four in five names must be its fields. Where several cover the names equally well,
    one is chosen only if the names are most of its fields: ``ID, Code, Description`` could be
    many things.
    """
    wanted = {fold(name) for name in names if not name.startswith(("_", "@"))}
    if not wanted:
        return None
    scores = sorted(
        ((len(wanted & one._folded.keys()), -len(one.fields), one) for one in entities().values()),
        key=lambda score: score[:2],
        reverse=True,
    )
    covered, _, best = scores[0]
    if covered < 0.8 * len(wanted):
        return None
    rivals = [one for count, _, one in scores[1:] if count == covered]
    whole = covered >= 0.6 * len(best.fields)
    return best if whole or not rivals else None
