"""The one app that this Membrane knows, and searching for it; who the caller is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from exactnb.sandbox.membrane.call import Call, Route
from exactnb.sandbox.membrane.problems import Problem, not_found
from exactnb.sandbox.membrane.state import tenant_name, user_id

KEY = "exact-online"
BASE_ADDRESS = "https://start.exactonline.nl"
_DESCRIPTION = "Cloud bookkeeping and ERP for small and medium-sized businesses"

APP: dict[str, Any] = {
    "id": "app_4b1d09c2e7a35f6081c4d2aa",
    "key": KEY,
    "name": "Exact Online",
    "description": _DESCRIPTION,
    "appUri": "https://www.exact.com",
    "logoUri": "",
    "categories": ["accounting", "erp"],
    "defaultConnectorId": "cnt_90c7e5b1f2a4466d8e3017bc",
}
CONNECTOR: dict[str, Any] = {
    "id": APP["defaultConnectorId"],
    "key": KEY,
    "name": "Exact Online",
    "description": _DESCRIPTION,
    "logoUri": "",
    "version": "1.4.0",
    "isPublic": True,
    "externalAppId": APP["id"],
}
INTEGRATION: dict[str, Any] = {
    "id": "int_2f6e81d4b09c4a7795d3e6f0",
    "key": KEY,
    "name": "Exact Online",
    "logoUri": "",
    "state": "READY",
    "connectorId": CONNECTOR["id"],
    "connectorVersion": CONNECTOR["version"],
    "externalAppId": APP["id"],
    "baseUri": BASE_ADDRESS,
}
AUTH_OPTIONS = [{"key": "default", "type": "oauth2", "title": "Exact Online (OAuth 2)"}]

ELEMENT_TYPES = [
    "customer",
    "app",
    "connector",
    "integration",
    "flow",
    "flow-instance",
    "flow-run",
    "action",
    "package",
    "action-instance",
    "connection",
    "field-mapping",
    "field-mapping-instance",
    "data-source",
    "data-source-instance",
    "data-link-table",
    "data-link-table-instance",
    "app-event-type",
    "app-event-subscription",
    "app-event-log-record",
    "app-data-schema",
    "app-data-schema-instance",
    "external-event-subscription",
    "external-event-log-record",
    "external-event-pull",
    "screen",
    "action-run-log-record",
    "external-api-log-record",
    "incoming-webhook-log-record",
    "connected-product",
]

#: (element type, element) for everything that a caller can find besides the catalog
Elements = Callable[[Call], Iterable[tuple[str, dict[str, Any]]]]


class Catalog:
    """Apps, connectors, integrations and search over them, the actions and the connections."""

    def __init__(self, workspace_key: str, elements: Elements) -> None:
        self._workspace_key = workspace_key
        self._elements = elements

    def routes(self) -> list[Route]:
        """The paths that are answered here."""
        return [
            ("GET", "/self", self.self_),
            ("GET", "/search", self.search),
            ("GET", "/semantic-search", self.semantic_search),
            ("GET", "/external-apps", lambda call: _found(call, APP)),
            ("GET", "/external-apps/<selector>", lambda call, selector: _one(APP, selector)),
            ("GET", "/connectors", lambda call: _found(call, CONNECTOR)),
            ("GET", "/connectors/<selector>", lambda call, selector: _one(CONNECTOR, selector)),
            ("GET", "/integrations", lambda call: _found(call, INTEGRATION)),
            ("GET", "/integrations/<selector>", lambda call, selector: _one(INTEGRATION, selector)),
            ("POST", "/connection-options", lambda call: AUTH_OPTIONS),
        ]

    def self_(self, call: Call) -> dict[str, Any]:
        """The customer whose token it is."""
        if call.tenant is None:
            raise Problem(
                "bad_request",
                "This token is of the workspace, not of a tenant",
                key="access_denied",
            )
        return {
            "id": user_id(call.tenant),
            "name": tenant_name(call.tenant),
            "internalId": call.tenant,
            "meta": {},
            "fields": {},
            "isTest": True,
            "isActive": True,
            "createdAt": "2026-01-05T09:00:00.000Z",
            "workspaceKey": self._workspace_key,
        }

    def search(self, call: Call) -> dict[str, Any]:
        """One page of what the words of ``q`` find."""
        return call.page(self._hits(call), default=20, most=100)

    def semantic_search(self, call: Call) -> list[dict[str, Any]]:
        """The same as a bare list, as this older path gives it."""
        return self._hits(call)[: call.number("limit", 20, low=1, high=100)]

    def _hits(self, call: Call) -> list[dict[str, Any]]:
        asked = set(words(call.text("q", longest=200, required=True) or ""))
        wanted = call.choice("elementType", ELEMENT_TYPES)
        elements = [("connector", CONNECTOR), ("integration", INTEGRATION), ("app", APP)]
        scored = [
            (len(asked & set(words(" ".join(str(v) for v in element.values())))), kind, element)
            for kind, element in [*elements, *self._elements(call)]
            if wanted in (None, kind)
        ]
        scored.sort(key=lambda hit: -hit[0])
        shown = ("id", "key", "name", "description", "logoUri")
        return [
            {
                "elementType": kind,
                "element": {name: element[name] for name in shown if element.get(name) is not None},
            }
            for score, kind, element in scored
            if score
        ]


def words(text: str) -> list[str]:
    """The words of a text, in small letters."""
    return re.findall(r"[^\W_]+", text.lower())


def is_integration(selector: str | None) -> bool:
    """Whether a selector means the Exact Online integration, by id or key."""
    return selector in (INTEGRATION["id"], KEY)


def is_connector(selector: str | None) -> bool:
    """Whether a selector means the Exact Online connector, by id or key."""
    return selector in (CONNECTOR["id"], KEY)


def _found(call: Call, element: dict[str, Any]) -> dict[str, Any]:
    asked = words(call.text("search") or "")
    text = " ".join(words(f"{element['key']} {element['name']} {element.get('description', '')}"))
    return call.page([element] if all(word in text for word in asked) else [])


def _one(element: dict[str, Any], selector: str) -> dict[str, Any]:
    if selector not in (element["id"], element["key"]):
        raise not_found("Element", selector)
    return element
