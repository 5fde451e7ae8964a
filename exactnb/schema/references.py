"""Where a ``$ref`` points: inside its own schema, at JSON Schema's own, or at a known document."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any, Protocol
from urllib.parse import urljoin
from weakref import WeakValueDictionary

__all__ = ["KNOWN", "References", "has_references", "registry"]


class _Holder(Protocol):
    @property
    def root(self) -> Any: ...


#: documents that parts of schemas refer to by address, while somebody holds them
KNOWN: MutableMapping[str, _Holder] = WeakValueDictionary()


def has_references(text: str) -> bool:
    """Whether a schema written as text has references, so that looking for them is worthwhile."""
    return '"$ref"' in text or '"$dynamicRef"' in text or '"$recursiveRef"' in text


def registry() -> Any:
    """JSON Schema's own schemas and the documents that are known, for ``referencing``."""
    from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]
    from referencing import Registry
    from referencing.exceptions import NoSuchResource
    from referencing.jsonschema import DRAFT202012

    def known(uri: str) -> Any:
        if uri not in KNOWN:
            raise NoSuchResource(uri)
        return DRAFT202012.create_resource(KNOWN[uri].root)

    own: Any = Registry(retrieve=known)  # type: ignore[call-arg]  # attrs' own __init__
    return own.combine(REGISTRY)


class References:
    """Finds what the references of one schema point at. Nothing is ever fetched."""

    #: the address of a schema that has none
    base = "https://schema.invalid/"

    def __init__(self, root: dict[str, Any]) -> None:
        from referencing.jsonschema import DRAFT202012

        self._registry = registry().with_resource(self.base, DRAFT202012.create_resource(root))

    def inside(self, node: dict[str, Any], base: str) -> str:
        """The address that references in a schema are relative to."""
        return urljoin(base, node["$id"]) if "$id" in node else base

    def find(self, reference: str, base: str) -> Any:
        """What a reference points at; None if nothing is there."""
        from referencing.exceptions import Unresolvable

        try:
            return self._registry.resolver(base).lookup(reference).contents
        except (Unresolvable, ValueError):
            return None
