"""Where a ``$ref`` points: inside its own schema, at JSON Schema's own, or at a known document.

Those that lead nowhere, or around in a circle, say nothing and are taken out.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any, Protocol
from urllib.parse import urljoin
from weakref import WeakValueDictionary

from exactnb.schema.drafts import LOOP, Read
from exactnb.schema.keywords import subschemas

__all__ = ["KNOWN", "References", "has_references", "keep_what_resolves", "registry", "root_of"]

Node = dict[str, Any]


class _Holder(Protocol):
    @property
    def root(self) -> Any: ...


#: documents that parts of schemas refer to by address, while somebody holds them
KNOWN: MutableMapping[str, _Holder] = WeakValueDictionary()
#: words whose schemas count for the same value
_SAME_PLACE = {"allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas"}


def has_references(text: str) -> bool:
    """Whether a schema written as text has references, so that looking for them is worthwhile."""
    return '"$ref"' in text or '"$dynamicRef"' in text or '"$recursiveRef"' in text


def root_of(address: str) -> Any:
    """The schema of a document that is known."""
    return KNOWN[address].root


def registry(read: Callable[[str], Any] = root_of) -> Any:
    """JSON Schema's own schemas and the documents that are known, for ``referencing``.

    Parameters
    ----------
    read
        The schema of a known document, by its address.
    """
    from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]
    from referencing import Registry
    from referencing.exceptions import NoSuchResource
    from referencing.jsonschema import DRAFT202012

    def known(uri: str) -> Any:
        if uri not in KNOWN:
            raise NoSuchResource(uri)
        return DRAFT202012.create_resource(read(uri))

    own: Any = Registry(retrieve=known)  # type: ignore[call-arg]  # attrs' own __init__
    return own.combine(REGISTRY)


class References:
    """Finds what the references of one schema point at. Nothing is ever fetched."""

    #: the address of a schema that has none
    base = "https://schema.invalid/"

    def __init__(self, root: dict[str, Any]) -> None:
        from referencing.jsonschema import DRAFT202012

        known = registry().with_resource(self.base, DRAFT202012.create_resource(root))
        self._registry = known.crawl()  # so that an address of its own counts before one we know

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


def keep_what_resolves(root: Node, read: Read) -> None:
    """Take out references to nowhere and in circles, which then say nothing.

    Parameters
    ----------
    root
        The schema; it is changed.
    read
        Makes a standard schema of what a reference points at outside the usual places, such as
        ``#/components/schemas/Address``.
    """
    references = References(root)
    places = {id(node) for node in _inside(root)}
    targets: dict[int, list[Node]] = {}
    queue, seen = [(root, references.base)], dict[int, Node]()
    while queue:
        node, base = queue.pop()
        if id(node) in seen:
            continue
        seen[id(node)] = node
        base = references.inside(node, base)
        _loop(node, references, base)
        for word in ("$ref", "$dynamicRef"):
            target = references.find(node[word], base) if word in node else True
            if not isinstance(target, (dict, bool)):
                del node[word]
            elif isinstance(target, dict):
                targets.setdefault(id(node), []).append(target)
                if word == "$ref" and node[word].startswith("#/"):
                    places |= _adopt(target, places, read)
                    queue.append((target, base))
        queue += [(sub, base) for _, sub in subschemas(node) if isinstance(sub, dict)]
    for key in [key for key in targets if _circular(seen[key], targets)]:
        del targets[key]
        for word in ("$ref", "$dynamicRef"):
            seen[key].pop(word, None)


def _adopt(target: Node, places: set[int], read: Read) -> set[int]:
    """The nodes of what is pointed at outside the usual places, now that they are schemas."""
    if id(target) in places:
        return set()
    schema = read(dict(target))
    target.clear()
    target.update(schema if isinstance(schema, dict) else {})
    return {id(inner) for inner in _inside(target)}


def _loop(node: Node, references: References, base: str) -> None:
    """A loop of 2019-09 without an anchor goes to the top of its own schema."""
    if node.get("$dynamicRef") == LOOP and references.find(LOOP, base) is None:
        node["$ref"] = "#"
        del node["$dynamicRef"]


def _circular(start: Node, targets: dict[int, list[Node]]) -> bool:
    """Whether a reference leads back to where it stands without a step into the value."""
    queue, seen = [*targets[id(start)]], set[int]()
    while queue:
        node = queue.pop()
        if node is start:
            return True
        if id(node) not in seen:
            seen.add(id(node))
            queue += targets.get(id(node), [])
            here = (sub for step, sub in subschemas(node) if step[0] in _SAME_PLACE)
            queue += [sub for sub in here if isinstance(sub, dict)]
    return False


def _inside(schema: Node) -> list[Node]:
    found = [schema]
    for node in found:
        found += [sub for _, sub in subschemas(node) if isinstance(sub, dict)]
    return found
