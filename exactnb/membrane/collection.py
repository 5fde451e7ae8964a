"""Data collections: what the choices of an input (its ``referenceCollection``) come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from exactnb.errors import BadAnswerError
from exactnb.membrane.answers import body, fitted, pages, parsed
from exactnb.membrane.models import CollectionSpec, DataRecord, RecordPage
from exactnb.membrane.transport import QueryValue, Request, Response, Transport

__all__ = ["Collection"]


class Collection:
    """One data collection of a connection; every call only reads.

    Made by :meth:`exactnb.membrane.api.Membrane.collection`.
    """

    def __init__(
        self,
        transport: Transport,
        path: str,
        parameters: Mapping[str, QueryValue],
        *,
        lane: str | None,
        timeout: float,
    ) -> None:
        self._transport = transport
        self._path = path
        self._parameters = parameters
        self._lane = lane
        self._timeout = timeout

    def spec(self) -> CollectionSpec:
        """What the collection can do. ``GET …/data/{key}``."""
        return parsed(CollectionSpec, self._send(Request("GET", self._path, self._parameters)))

    def list(
        self, filter: Mapping[str, Any] | None = None, cursor: str | None = None
    ) -> RecordPage:
        """One page of records, those that ``filter`` lets through. ``POST …/list``."""
        return fitted(RecordPage, self._page("list", {"filter": filter}, cursor))

    def search(self, query: str, cursor: str | None = None) -> RecordPage:
        """One page of the records that fit the words. ``POST …/search``."""
        return fitted(RecordPage, self._page("search", {"query": query}, cursor))

    def records(self, filter: Mapping[str, Any] | None = None) -> Iterator[DataRecord]:
        """Every record, of all pages."""
        for page in pages(lambda cursor: self._page("list", {"filter": filter}, cursor)):
            yield from fitted(RecordPage, page).records

    def find_by_id(self, id: str) -> DataRecord:
        """One record. ``POST …/find-by-id``; NotFoundError if there is none."""
        found = self._post("find-by-id", {"id": id})
        if not isinstance(found, dict) or "record" not in found:
            raise BadAnswerError("The service answered no record")
        return fitted(DataRecord, found["record"])

    def _page(self, verb: str, asked: Mapping[str, Any], cursor: str | None) -> Any:
        return self._post(verb, {**asked, "cursor": cursor})

    def _post(self, verb: str, asked: Mapping[str, Any]) -> Any:
        said = {name: value for name, value in asked.items() if value is not None}
        return body(
            self._send(Request("POST", f"{self._path}/{verb}", self._parameters, json=said))
        )

    def _send(self, request: Request) -> Response:
        return self._transport.send(
            replace(request, lane=self._lane, resource=self._path, timeout=self._timeout)
        )
