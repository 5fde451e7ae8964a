"""The REST API of Exact Online: from a request to the part that answers it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from werkzeug.wrappers import Request, Response

from exactnb.sandbox.exact import reading, views, wire, writing
from exactnb.sandbox.exact.entities import Entity, Field, entities
from exactnb.sandbox.exact.incoming import unknown_property
from exactnb.sandbox.exact.limits import Limits, Meter
from exactnb.sandbox.exact.messages import LANGUAGES, Refusal
from exactnb.sandbox.exact.odata import literal, tokens
from exactnb.sandbox.exact.reading import GLOBAL, Place

if TYPE_CHECKING:
    from exactnb.sandbox.store import Store

TODAY = date(2026, 6, 30)

#: entities that a moment can be turned into a row version for
DATED = ("TransactionLines", "SalesInvoices", "GLAccounts", "Accounts", "Contacts", "Items")

#: salesinvoice/PrintedSalesInvoices, a resource that can only be posted to
PRINTED = Entity(
    name="PrintedSalesInvoices",
    resource="salesinvoice/PrintedSalesInvoices",
    methods=frozenset({"POST"}),
    key=("InvoiceID",),
    page=60,
    bulk=None,
    sync=None,
    fields={
        name: Field(name, kind)
        for kind, names in {
            "Guid": "InvoiceID Document DocumentLayout EmailLayout PostboxSender",
            "Int32": "Division ReportingPeriod ReportingYear",
            "String": "DocumentCreationError DocumentCreationSuccess EmailCreationError "
            "EmailCreationSuccess ExtraText PostboxMessageCreationError "
            "PostboxMessageCreationSuccess",
            "DateTime": "InvoiceDate",
            "Boolean": "SendEmailToCustomer SendInvoiceToCustomerPostbox SendOutputBasedOnAccount",
        }.items()
        for name in names.split()
    },
)

PATH = re.compile(
    r"^/api/v1/(?P<division>current|\d+)/(?P<resource>[\w/]+?)"
    r"(?:\((?P<key>.*)\)(?:/(?P<name>\w+))?)?/?$"
)


class ExactOnline:
    """Exact Online's REST API over a store: called with a request, it returns the response.

    It answers in JSON when the request's Accept header names JSON, and in Atom when not. Who
    calls is not checked; whoever hands requests in has done that.

    Parameters
    ----------
    store
        The books.
    today
        The day that it is in the sandbox.
    limits
        Calls allowed; None: as many as one likes, and no rate headers.
    language
        Language of the user, ``nl`` or ``en``: of error texts and of codes in words.
    mandatory_filter
        Whether a collection must be asked for with a filter on one of the allowed fields.
    hide_limits
        Whether the rate headers are left out, as a proxy may do.
    clock
        Seconds since 1970: for the limits, and for how its own time goes on.
    reason
        Why every call is refused: a value of the header ``Reason``, such as ``BlockedUser``.
    """

    def __init__(
        self,
        store: Store,
        *,
        today: date = TODAY,
        limits: Limits | None = None,
        language: str = "nl",
        mandatory_filter: bool = False,
        hide_limits: bool = False,
        clock: Callable[[], float] = time.time,
        reason: str | None = None,
    ) -> None:
        if language not in LANGUAGES:
            raise ValueError(f"language is one of {', '.join(LANGUAGES)}")
        self.store = store
        self.today = today
        self.language = language
        self.mandatory_filter = mandatory_filter
        self.hide_limits = hide_limits
        self.reason = reason
        self.clock = clock
        self.meter = Meter(limits, clock)
        with store.lock:
            views.set_scene(store.connection, today, language)
            last = int(store.value("SELECT Moment FROM main.RowVersion") or 0)
        opened = wire.day(today) + int(clock() % 86400 * 1000)
        # its own time goes on from the last that happened in the books
        self._ahead = max(opened, last) - int(clock() * 1000)

    def __call__(self, request: Request) -> Response:
        """The response to a request, refusals included."""
        accept = request.headers.get("Accept", "")
        headers: dict[str, str] = {}
        try:
            with self.store.lock:
                response = self._answer(request, accept, headers)
        except Refusal as refused:
            if refused.status == 429:
                headers = {}  # the refusal brings those of the limit that was hit
            response = wire.refusal(refused, accept, self.language)
        response.headers.update(headers)
        response.headers["Date"] = self.date
        if self.hide_limits:
            for name in [n for n, _ in response.headers if n.lower().startswith("x-ratelimit")]:
                del response.headers[name]
        return response

    @property
    def date(self) -> str:
        """Its time, as the header ``Date`` tells it."""
        return wire.date_header(self._now())

    def _answer(self, request: Request, accept: str, headers: dict[str, str]) -> Response:
        match = PATH.match(request.path)
        if not match:
            raise Refusal(404, f"Resource not found for the segment '{request.path}'.")
        self._let_in(match["division"])
        headers.update(self.meter.count(match["division"]))
        division = None if match["division"] == "current" else int(match["division"])
        resource = ("current/" if division is None else "") + match["resource"]
        options = request.args.to_dict()
        if resource.lower() == "salesinvoice/printedsalesinvoices" and request.method == "POST":
            return wire.answer(self._print(division, _body(request)), accept, 201)
        if resource.lower() == "read/sync/sync/synctimestamp" and request.method == "GET":
            return wire.answer(self._timestamp(division, options), accept)
        found = _routes().get(resource.lower())
        if not found:
            raise Refusal(404, f"Resource not found for the segment '{resource}'.")
        entity, kind = found
        place = Place(entity, division, request.path, kind)
        key = None if match["key"] is None else _key(unquote(match["key"]), entity)
        if request.method == "GET":
            return wire.answer(self._read(place, key, match["name"], options), accept)
        if kind != "single" or request.method not in entity.methods or match["name"]:
            raise Refusal(405, f"Method {request.method} is not allowed for {entity.resource}.")
        return self._write(request, place, key, accept)

    def _let_in(self, division: str) -> None:
        """Refuse who is blocked, and who has no right to the administration."""
        if self.reason is not None:
            raise Refusal(403, f"Forbidden - {self.reason}", headers={"Reason": self.reason})
        if division == "current":
            return
        known = "SELECT 1 FROM main.SystemDivisions WHERE Code = ?"
        if not self.store.value(known, (int(division),)):
            raise Refusal(403, "no_access", headers={"Reason": "NoDivisionAccess"})

    def _read(
        self,
        place: Place,
        key: Sequence[Any] | None,
        name: str | None,
        options: Mapping[str, str],
    ) -> str:
        if key is not None and name:
            return reading.children(self.store, place, key, name, options)
        if key is not None:
            return reading.one(self.store, place, key, options)
        mandatory = (
            self.mandatory_filter and place.kind != "sync" and place.entity.name not in GLOBAL
        )
        return reading.page(self.store, place, options, mandatory=mandatory)

    def _write(
        self, request: Request, place: Place, key: Sequence[Any] | None, accept: str
    ) -> Response:
        writer = self._writer(place.division)
        if request.method == "POST":
            if key is not None:
                raise Refusal(405, "Method POST is not allowed for one record.")
            made = writer.post(place.entity, _body(request))
            record = reading.one(self.store, place, [made], {})
            if place.entity.name in writing.KEY_ONLY and not _representation(request):
                record = wire.to_json(writing.key_only(place.entity, json.loads(record)))
            response = wire.answer(record, accept, 201)
            response.headers["Location"] = wire.uri(place.entity, place.division, [made])
            return response
        if key is None:
            raise Refusal(405, f"Method {request.method} is not allowed without a key.")
        reading.one(self.store, place, key, {"$select": place.entity.key[0]})
        if request.method == "PUT":
            writer.put(place.entity, key[0], _body(request))
        else:
            writer.delete(place.entity, key[0])
        return Response(status=204)

    def _writer(self, division: int | None) -> writing.Writer:
        if division is None:
            raise Refusal(404, "Resource not found for the segment 'current'.")
        return writing.Writer(self.store, division, wire.day(self.today), self._now())

    def _now(self) -> int:
        """The moment by the clock on the wall here, in milliseconds."""
        return int(self.clock() * 1000) + self._ahead

    def _print(self, division: int | None, body: dict[str, Any]) -> str:
        """Process a sales invoice and say what came of it."""
        decoded = {}
        for name, value in body.items():
            if name not in PRINTED.fields:
                raise unknown_property(PRINTED, name)
            decoded[name] = wire.decode(value, PRINTED.fields[name])
        made = self._writer(division).print(decoded)
        record = {**dict.fromkeys(PRINTED.fields), **decoded, **made, "Division": division}
        mailed = bool(decoded.get("SendEmailToCustomer"))
        record["EmailCreationSuccess"] = "E-mail" if mailed else None
        record["DocumentCreationSuccess"] = "PDF"
        values = tuple(record[name] for name in PRINTED.fields)
        uri = wire.uri(PRINTED, division, [made["InvoiceID"]])
        return wire.encode(PRINTED, list(PRINTED.fields.values()), [values], [uri])[0] + "}"

    def _timestamp(self, division: int | None, options: Mapping[str, str]) -> str:
        """The row version from which on records of a sync resource are of a moment or later."""
        end_point = options.get("endPoint", "").strip("'")
        table = next((n for n in DATED if end_point.lower().endswith(n.lower())), None)
        moment = literal(tokens(options.get("modified", ""))[0]) if "modified" in options else None
        if table is None or moment is None or moment.type != "DateTime":
            raise Refusal(400, "Please give modified=datetime'…' and endPoint='…'.")
        sql = f"SELECT max(Timestamp) FROM main.{table} WHERE Division = ? AND Modified < ?"
        version = self.store.value(sql, (division, *moment.values)) or 1
        found = {
            "EndPoint": end_point,
            "Modified": f"/Date({moment.values[0]})/",
            "TimeStampAsBigInt": str(version),
        }
        return wire.to_json({"results": [found]})


@lru_cache(maxsize=1)
def _routes() -> dict[str, tuple[Entity, str]]:
    """Path in lower case → the entity and the kind of resource."""
    found = {}
    for entity in entities().values():
        found[entity.resource.lower()] = (entity, "sync" if entity.page == 1000 else "single")
        if entity.bulk:
            found[entity.bulk.lower()] = (entity, "bulk")
        if entity.sync:
            found[entity.sync.lower()] = (entity, "sync")
    return found


def _key(text: str, entity: Entity) -> list[Any]:
    """The values of ``guid'…'``, ``12`` or ``Period=1,Year=2025``, in the order of the key."""
    named = dict(part.split("=", 1) for part in text.split(",") if "=" in part.split("'")[0])
    texts = [named.get(name, "") for name in entity.key] if named else [text]
    values = [literal(found[0]) if (found := tokens(part)) else None for part in texts]
    kinds = [entity.fields[name].type for name in entity.key]
    if len(values) != len(kinds) or any(
        value is None or (value.type == "Guid") != (kind == "Guid")
        for value, kind in zip(values, kinds, strict=True)
    ):
        raise Refusal(400, f"Error in query syntax: '({text})' is not a key of {entity.resource}.")
    return [value.values[0] for value in values if value is not None]


def _body(request: Request) -> dict[str, Any]:
    """The record in the request's body."""
    try:
        body = json.loads(request.get_data() or b"null")
    except ValueError:
        raise Refusal(400, "Error processing request stream.") from None
    if not isinstance(body, dict):
        raise Refusal(400, "Error processing request stream.")
    return body


def _representation(request: Request) -> bool:
    return "return=representation" in request.headers.get("Prefer", "").replace(" ", "")
