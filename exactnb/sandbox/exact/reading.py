"""GET: a collection page by page, one record by its key, what changed since a row version."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from exactnb.sandbox.exact import tables, views, wire
from exactnb.sandbox.exact.entities import Entity, Field, entities
from exactnb.sandbox.exact.messages import Refusal
from exactnb.sandbox.exact.odata import Filter, Order, Piece, after, orders, selection, written

if TYPE_CHECKING:
    from exactnb.sandbox.store import Store

#: entities that show the same in every administration
GLOBAL = ("Me", "Divisions", "SystemDivisions")

#: collections of records: type of the collection → (entity, its field that points back)
CHILDREN: Mapping[str, tuple[str, str]] = {
    "SalesInvoiceLines": ("SalesInvoiceLines", "InvoiceID"),
    "SalesOrderLines": ("SalesOrderLines", "OrderID"),
    "PurchaseInvoiceLines": ("PurchaseInvoiceLines", "InvoiceID"),
    "TransactionLines": ("TransactionLines", "EntryID"),
    "SalesEntryLines": ("SalesEntryLines", "EntryID"),
    "PurchaseEntryLines": ("PurchaseEntryLines", "EntryID"),
    "BankEntryLines": ("BankEntryLines", "EntryID"),
    "GeneralJournalEntryLines": ("GeneralJournalEntryLines", "EntryID"),
    "VATPercentages": ("VatPercentages", "VATCodeID"),
    "BankAccounts": ("BankAccounts", "Account"),
}
#: where $expand is known not to work
NOT_EXPANDED = ("SalesEntries",)

OPTIONS = [
    "$select",
    "$filter",
    "$orderby",
    "$top",
    "$skip",
    "$expand",
    "$inlinecount",
    "$skiptoken",
]
TIMESTAMP = Field("Timestamp", "Int64")
MISSING = "Please add a $select or a $top=1 statement to the query string."


@dataclass(frozen=True)
class Place:
    """Where a call goes: an entity in an administration, by one of its resources."""

    entity: Entity
    division: int | None
    path: str
    kind: str = "single"
    """``single``, ``bulk`` or ``sync``."""

    @property
    def size(self) -> int:
        """Records on a page."""
        return self.entity.page if self.kind == "single" else 1000


@dataclass(frozen=True)
class Query:
    """The options of a call, read and checked."""

    fields: Sequence[Field]
    conditions: Sequence[Piece]
    terms: Sequence[Order]
    top: int | None
    skip: int
    expand: frozenset[str]
    count: bool
    token: str | None


def page(
    store: Store,
    place: Place,
    options: Mapping[str, str],
    *,
    mandatory: bool = False,
    within: Sequence[Piece] = (),
) -> str:
    """One page in JSON: a bare list or the dict with ``results``, as the service has it.

    `mandatory` asks for a filter on an allowed field; `within` are conditions of the place.
    """
    query = _read(place, options, mandatory, within)
    limit = place.size if query.top is None else min(place.size, query.top)
    more = query.top is None or query.top > limit
    rows = _rows(store, place, query, limit + more)
    records = f"[{','.join(_records(store, place, query, rows[:limit]))}]"
    bare = query.top is not None and query.top <= 60 and query.token is None
    if bare and not query.count and place.entity.name != "Me":
        return records
    body = f'{{"results":{records}'
    if query.count:
        body += f',"__count":"{_count(store, place, query)}"'
    if len(rows) > limit:
        following = _next(place, options, query, limit, rows[limit - 1])
        body += f',"__next":{wire.to_json(following)}'
    return body + "}"


def one(store: Store, place: Place, key: Sequence[Any], options: Mapping[str, str]) -> str:
    """One record in JSON."""
    wanted = {name: text for name, text in options.items() if name in ("$select", "$expand")}
    by_key = [
        Piece(f'"{name}" = ?', (value,), "Boolean")
        for name, value in zip(place.entity.key, key, strict=True)
    ]
    query = _read(Place(place.entity, place.division, place.path), wanted, False, by_key)
    rows = _rows(store, place, query, 1)
    if not rows:
        raise Refusal(404, f"Resource not found for the segment '{_segment(place)}'.")
    return _records(store, place, query, rows)[0]


def children(
    store: Store, place: Place, key: Sequence[Any], name: str, options: Mapping[str, str]
) -> str:
    """A page, in JSON, of the records that one record has under a name."""
    one(store, place, key, {"$select": place.entity.key[0]})
    field = place.entity.fields.get(name)
    if field is None or field.collection is None:
        raise Refusal(404, f"Resource not found for the segment '{name}'.")
    if field.collection not in CHILDREN:
        return '{"results":[]}'
    child, back = CHILDREN[field.collection]
    inner = Place(entities()[child], place.division, place.path)
    return page(store, inner, options, within=[Piece(f'"{back}" = ?', (key[0],), "Boolean")])


def _read(
    place: Place, options: Mapping[str, str], mandatory: bool, within: Sequence[Piece]
) -> Query:
    entity = place.entity
    for name in options:
        if name.startswith("$") and name not in OPTIONS:
            raise Refusal(400, f"The query parameter '{name}' is not supported.")
    top, skip = _count_of(options, "$top"), _count_of(options, "$skip")
    if place.kind != "single" and skip is not None:
        raise Refusal(400, "The query parameter '$skip' is not supported, use '$skiptoken'.")
    if place.kind == "bulk" and "$select" not in options and top != 1:
        raise Refusal(400, MISSING)
    conditions = list(within)
    if place.kind == "sync":
        since, terms = _sync(place, options)
        conditions += since
    else:
        terms = orders(options.get("$orderby"), entity)
        asked = Filter(options["$filter"], entity) if options.get("$filter") else None
        if mandatory:
            _demand_filter(entity, asked)
        if asked:
            conditions.append(asked.piece)
    fields = _selected(place, options.get("$select"))
    return Query(
        fields=fields,
        conditions=conditions,
        terms=terms,
        top=top,
        skip=skip or 0,
        expand=_expanded(place, options.get("$expand")),
        count=options.get("$inlinecount") == "allpages",
        token=options.get("$skiptoken"),
    )


def _selected(place: Place, text: str | None) -> list[Field]:
    if place.kind != "sync" or place.entity.name == "SyncDeleted":
        return selection(text, place.entity)
    names = [name.strip() for name in (text or "").split(",") if name.strip()]
    rest = ",".join(name for name in names if name != "Timestamp")
    fields = selection(rest, place.entity) if rest or not names else []
    stamp = [TIMESTAMP] if not names or "Timestamp" in names else []
    return [*stamp, *(field for field in fields if field.scalar)]


def _sync(place: Place, options: Mapping[str, str]) -> tuple[list[Piece], list[Order]]:
    """Sync resources take one filter and have one order."""
    terms = [Order(TIMESTAMP)]
    if place.entity.name != "SyncDeleted":
        terms += [Order(place.entity.fields[name]) for name in place.entity.key]
    asked = options.get("$orderby", "Timestamp").removesuffix(" asc")
    if asked != "Timestamp":
        raise Refusal(400, "This $orderby parameter is not supported for this resource.")
    text = options.get("$filter")
    if not text:
        return [], terms
    match = re.fullmatch(r"\(?\s*Timestamp\s+gt\s+(\d+)L?\s*\)?", text)
    if not match:
        raise Refusal(400, "This $filter parameter is not supported for this resource.")
    # behind a token that one leads the index to its place; "+" keeps this bound away from it,
    # which would have it walk over every page before
    column = '+"Timestamp"' if options.get("$skiptoken") else '"Timestamp"'
    return [Piece(f"{column} > ?", (int(match[1]),), "Boolean")], terms


def _demand_filter(entity: Entity, asked: Filter | None) -> None:
    """Mandatory filtering: some field of a list must be in the filter, where it is switched on."""
    allowed = [name for name, field in entity.fields.items() if "filter" in field.flags]
    if allowed and not (asked and asked.fields & set(allowed)):
        raise Refusal(
            400,
            "This endpoint has mandatory filtering applied. A GET request for this endpoint must "
            "have a $filter parameter with one of the following fields in the url: "
            + ", ".join(allowed),
        )


def _expanded(place: Place, text: str | None) -> frozenset[str]:
    names = frozenset(name.strip() for name in (text or "").split(",") if name.strip())
    if names and place.kind != "single":
        raise Refusal(400, "The query parameter '$expand' is not supported for this resource.")
    for name in names:
        field = place.entity.fields.get(name)
        if field is None or field.scalar:
            raise Refusal(
                400, f"Type '{place.entity.type}' does not have a collection named '{name}'."
            )
    return frozenset() if place.entity.name in NOT_EXPANDED else names


def _count_of(options: Mapping[str, str], name: str) -> int | None:
    text = options.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,15}", text):
        raise Refusal(
            400,
            f"Incorrect format for {name} argument '{text}', a number of 0 or more is expected.",
        )
    return int(text)


def _where(place: Place, query: Query, *, behind: bool) -> tuple[str, list[Any]]:
    conditions = list(query.conditions)
    if place.division is not None and place.entity.name not in GLOBAL:
        conditions.insert(0, Piece('"Division" = ?', (place.division,), "Boolean"))
    if behind and query.token is not None:
        conditions.append(after(query.token, query.terms))
    sql = " AND ".join(condition.sql for condition in conditions)
    return (f"WHERE {sql}" if sql else ""), [v for c in conditions for v in c.values]


def _rows(store: Store, place: Place, query: Query, limit: int) -> list[tuple[Any, ...]]:
    """Rows of the selected values, then the key and the sort values."""
    entity = place.entity
    chosen = [field.name for field in query.fields if field.scalar]
    extra = [*entity.key, *(term.field.name for term in query.terms)]
    columns = ", ".join(f'"{name}"' for name in (*chosen, *extra))
    where, values = _where(place, query, behind=True)
    order = "ORDER BY " + ", ".join(term.sql for term in query.terms)
    cut = f"LIMIT {limit} OFFSET {query.skip if query.token is None else 0}"
    key, first = entity.key[0], query.terms[0].field.name
    if entity.name in tables.STORED and first not in (key, "Timestamp"):
        # no index has this order: sort the keys alone, then look up the rest of those few records
        inner = f'SELECT "{key}" FROM temp."{entity.name}" {where} {order} {cut}'
        sql = f'SELECT {columns} FROM temp."{entity.name}" WHERE "{key}" IN ({inner}) {order}'
    else:
        sql = f'SELECT {columns} FROM temp."{entity.name}" {where} {order} {cut}'
    return store.fresh(views.sums_of().get(entity.name, ())).rows(sql, values)


def _count(store: Store, place: Place, query: Query) -> int:
    where, values = _where(place, query, behind=False)
    return int(store.value(f'SELECT count(*) FROM temp."{place.entity.name}" {where}', values))


def _records(
    store: Store, place: Place, query: Query, rows: Sequence[tuple[Any, ...]]
) -> list[str]:
    entity = place.entity
    scalars = [field for field in query.fields if field.scalar]
    start = len(scalars)
    keys = [row[start : start + len(entity.key)] for row in rows]
    uris = [wire.uri(entity, place.division, key) for key in keys]
    records = wire.encode(entity, scalars, rows, uris)
    for field in query.fields:
        if field.scalar:
            continue
        for number, (key, uri) in enumerate(zip(keys, uris, strict=True)):
            if field.collection is None:
                text = "null"
            elif field.name in query.expand:
                text = f'{{"results":[{",".join(_lines(store, place, key, field.collection))}]}}'
            else:
                text = wire.to_json({"__deferred": {"uri": f"{uri}/{field.name}"}})
            records[number] += f',"{field.name}":{text}'
    return [record + "}" for record in records]


def _lines(store: Store, place: Place, key: Sequence[Any], kind: str) -> list[str]:
    if kind not in CHILDREN:
        return []
    child, back = CHILDREN[kind]
    entity = entities()[child]
    inner = Place(entity, place.division, entity.resource)
    line = [Order(entity.fields["LineNumber"])] if "LineNumber" in entity.fields else []
    query = Query(
        fields=list(entity.fields.values()),
        conditions=[Piece(f'"{back}" = ?', (key[0],), "Boolean")],
        terms=[*line, Order(entity.fields[entity.key[0]])],
        top=None,
        skip=0,
        expand=frozenset(),
        count=False,
        token=None,
    )
    return _records(store, inner, query, _rows(store, inner, query, -1))


def _next(
    place: Place, options: Mapping[str, str], query: Query, limit: int, row: tuple[Any, ...]
) -> str:
    """The address of the page after: the same options, the rest of $top, and where to go on."""
    sorted_by = row[len(row) - len(query.terms) :]
    token = ",".join(
        written(value, term.field.type) for value, term in zip(sorted_by, query.terms, strict=True)
    )
    kept = {k: v for k, v in options.items() if k not in ("$skip", "$skiptoken", "$top")}
    if query.top is not None:
        kept["$top"] = str(query.top - limit)
    kept["$skiptoken"] = token
    return f"{wire.HOST}{quote(place.path)}?{urlencode(kept, quote_via=quote, safe='$,()')}"


def _segment(place: Place) -> str:
    return place.entity.resource.split("/")[-1]
