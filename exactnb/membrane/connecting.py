"""The calls that find, make and mend connections."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

from exactnb.errors import ConnectionStateError, InputError
from exactnb.membrane.answers import parsed, require_success
from exactnb.membrane.calls import Calls, camel
from exactnb.membrane.models import App, ConnectionInfo, ConnectionRequest, SearchHit
from exactnb.membrane.transport import QueryValue, segment

__all__ = ["Connecting"]

#: The most that one page of a search holds.
_SEARCH_PAGE = 100


class Connecting(Calls):
    """Connections, the requests to a person to make one, and the search for what to connect."""

    def connections(self, **query: QueryValue) -> Iterator[ConnectionInfo]:
        """Every connection, of all pages. ``GET /connections``."""
        return self._every(ConnectionInfo, "/connections", query)

    def connection(self, selector: str, *, wait: bool = False, timeout: int = 30) -> ConnectionInfo:
        """One connection, by id or key. ``GET /connections/{selector}``.

        Parameters
        ----------
        wait
            Let the service hold the answer until the connection is no longer being built, for
            at most ``timeout`` seconds (1–60).
        """
        path = f"/connections/{segment(selector)}"
        if not wait:
            return parsed(ConnectionInfo, self._read(path, {"includeSecrets": False}))
        timeout = min(max(timeout, 1), 60)
        held = self._read(path, {"wait": True, "timeout": timeout}, timeout=timeout + 15)
        return parsed(ConnectionInfo, held)

    def ensure_connection(self, app_url: str, name: str | None = None) -> ConnectionInfo:
        """The connection to the app of this domain, made if there is none yet.

        ``POST /connections/ensure``; ``app_url`` is a domain or address such as
        ``exactonline.nl``.
        """
        host = re.sub(r"^\w+://", "", app_url.strip()).partition("/")[0].partition(":")[0]
        if "." not in host.strip(".") or re.fullmatch(r"[\d.]+", host) or len(app_url) > 2000:
            raise InputError(
                f"{app_url!r} is not the address of an app",
                hint="Give its domain, such as 'exactonline.nl'.",
            )
        fields = {"appUrl": app_url.strip(), **({"name": name} if name else {})}
        return parsed(ConnectionInfo, self._write("POST", "/connections/ensure", fields))

    def create_connection(self, **fields: Any) -> ConnectionInfo:
        """A new connection, from an ``intent`` or an integration or connector.

        ``POST /connections``.
        """
        return parsed(ConnectionInfo, self._write("POST", "/connections", camel(fields)))

    def patch_connection(self, selector: str, **fields: Any) -> ConnectionInfo:
        """The connection with these fields changed. ``PATCH /connections/{selector}``."""
        path = f"/connections/{segment(selector)}"
        return parsed(ConnectionInfo, self._write("PATCH", path, camel(fields)))

    def archive_connection(self, selector: str) -> None:
        """Archive the connection. ``DELETE /connections/{selector}``."""
        require_success(self._write("DELETE", f"/connections/{segment(selector)}"))

    # -- connecting

    def create_connection_request(self, **fields: Any) -> ConnectionRequest:
        """A page at which a person can connect an app. ``POST /connection-requests``."""
        made = self._write("POST", "/connection-requests", camel(fields))
        return parsed(ConnectionRequest, made)

    def connection_request(self, request_id: str) -> ConnectionRequest:
        """How far a connection request is. ``GET /connection-requests/{id}``."""
        return parsed(ConnectionRequest, self._read(f"/connection-requests/{segment(request_id)}"))

    def wait_for_connection_request(
        self,
        request_id: str,
        *,
        timeout: float = 300,
        every: float = 2,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> ConnectionRequest:
        """The connection request once the person has connected.

        Raises
        ------
        ConnectionStateError
            If they cancelled it, it failed, or ``timeout`` seconds went by.
        """
        end = clock() + timeout
        while (request := self.connection_request(request_id)).pending:
            if clock() + every > end:
                raise ConnectionStateError(
                    f"Nobody has connected within {timeout:g} s",
                    hint=f"Open {request.url or 'the page'}, sign in, and wait again.",
                    state=request.status,
                    url=request.url,
                )
            sleep(every)
        if request.status != "success":
            why = f": {request.result_error}" if request.result_error else ""
            raise ConnectionStateError(
                f"The connection was not made ({request.status}){why}",
                hint="Start again with a new connection request.",
                state=request.status,
                url=request.url,
            )
        return request

    def search(
        self, q: str, element_type: str | None = None, *, limit: int | None = None
    ) -> Iterator[SearchHit]:
        """What Membrane knows by these words, such as connectors. ``GET /search``.

        ``element_type`` is one of Membrane's own in lower case, such as ``connector``.
        """
        query = {"q": q[:200], "elementType": element_type and element_type.lower()}
        return self._every(SearchHit, "/search", query, limit=limit, page=_SEARCH_PAGE)

    def external_apps(self, search: str | None = None, **query: QueryValue) -> Iterator[App]:
        """The apps of Membrane's catalogue. ``GET /external-apps``."""
        return self._every(App, "/external-apps", {"search": search, **query})
