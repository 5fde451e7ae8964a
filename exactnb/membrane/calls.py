"""What every call needs: to read, to write, to go through the pages of a list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel
from pydantic.alias_generators import to_camel

from exactnb.absent import ABSENT
from exactnb.membrane.answers import body, fitted, items, pages
from exactnb.membrane.transport import QueryValue, Request, Response, Transport
from exactnb.settings import Settings

__all__ = ["Calls", "camel"]

M = TypeVar("M", bound=BaseModel)

#: The most that Membrane gives in one page of a list.
_PAGE = 1000


class Calls:
    """Calls over a transport."""

    def __init__(self, transport: Transport, settings: Settings) -> None:
        self._transport = transport
        self._settings = settings

    def _read(
        self,
        path: str,
        query: Mapping[str, QueryValue] | None = None,
        *,
        timeout: float | None = None,
    ) -> Response:
        return self._transport.send(Request("GET", path, query or {}, timeout=timeout))

    def _write(self, method: str, path: str, fields: Any = ABSENT) -> Response:
        timeout = self._settings.run_timeout
        return self._transport.send(Request(method, path, json=fields, safe=False, timeout=timeout))

    def _every(
        self,
        model: type[M],
        path: str,
        query: Mapping[str, QueryValue],
        *,
        limit: int | None = None,
        page: int = _PAGE,
    ) -> Iterator[M]:
        size = page if limit is None else max(1, min(limit, page))
        asked = {**camel(query), "limit": size}
        left = limit
        for found in pages(lambda cursor: body(self._read(path, {**asked, "cursor": cursor}))):
            for item in items(found)[:left]:
                yield fitted(model, item)
            if left is not None:
                left -= len(items(found))
                if left <= 0:
                    return


def camel(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields with their names as Membrane spells them."""
    return {to_camel(name) if "_" in name else name: value for name, value in fields.items()}
