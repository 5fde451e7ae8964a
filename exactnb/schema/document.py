"""A schema as a whole: finds what references point at, and what a node says for a given value."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import quote, unquote, urljoin

from exactnb.absent import ABSENT
from exactnb.schema.engine import fits
from exactnb.schema.engine.patterns import matches
from exactnb.schema.keywords import subschemas, words
from exactnb.schema.merge import merged
from exactnb.schema.references import KNOWN, References, has_references
from exactnb.schema.standard import content, standard

__all__ = ["Document", "document", "kinds_of"]

Node = Mapping[str, Any]
T = TypeVar("T")
_APPLIED = words("$ref allOf if then else dependentSchemas $defs")
_CONDITIONAL = words("if dependentSchemas dependentRequired")


def document(schema: Any) -> Document:
    """The document of a schema, in whatever dialect; kept by content."""
    text = content(schema)
    return _document("true" if text is None else text)


@lru_cache(maxsize=128)
def _document(text: str) -> Document:
    return Document(standard(json.loads(text)))


class Document:
    """A standard schema whose references are addresses, so that its parts can stand alone.

    Every ``$ref`` becomes the address of this document and the pointer to a node in it. A part
    that is taken out of it can then be validated by itself, as long as the document is held.
    """

    def __init__(self, schema: dict[str, Any] | bool) -> None:
        self.schema = schema
        self.root: Any = schema
        # effective nodes by the node that they are of; the nodes are kept, so ids stay theirs
        self._effective: dict[int, tuple[Any, dict[str, Any]]] = {}
        self._both: dict[tuple[int, int], dict[str, Any]] = {}
        self._own: dict[int, Any] = {}
        self._made: dict[int, Any] = {}
        text = json.dumps(schema)
        if isinstance(schema, dict) and has_references(text):
            digest = hashlib.sha256(text.encode()).hexdigest()[:24]
            self.address = f"https://document.invalid/{digest}"
            self.root = _addressed(schema, self.address)
            KNOWN[self.address] = self
        self._keep(self.root)

    def _keep(self, node: Any) -> None:
        queue = [node]
        for each in queue:
            if isinstance(each, dict) and id(each) not in self._own:
                self._own[id(each)] = each
                queue += [sub for _, sub in subschemas(each)]

    def once(self, node: Node, make: Callable[[], T]) -> T:
        """What was made of a node of this document before, or is made of it now."""
        if id(node) not in self._own:
            return make()
        if id(node) not in self._made:
            self._made[id(node)] = make()
        made: T = self._made[id(node)]
        return made

    def find(self, reference: str) -> Any:
        """The node that a reference points at; True, which says nothing, if there is none."""
        address, _, pointer = reference.partition("#")
        if address in KNOWN:
            return _walk(KNOWN[address].root, pointer)
        return True

    def both(self, one: Any, other: Any) -> Any:
        """One schema for two that count at the same place; the same one every time."""
        if one is True or one == other:
            return other
        if other is True:
            return one
        if one is False or other is False:
            return False
        key = (id(one), id(other))
        if key in self._both:
            return self._both[key]
        joined = {"allOf": [one, other]}
        if id(one) in self._own and id(other) in self._own:
            self._both[key] = joined
            self._own[id(joined)] = joined
        return joined

    def effective(self, node: Any, value: Any) -> dict[str, Any]:
        """What a node says for a value: references, ``allOf`` and conditions worked out."""
        if not isinstance(node, dict):
            return {} if node is not False else {"not": {}}
        known = self._effective.get(id(node))
        if known is not None:
            return known[1]
        out, fixed = self._worked_out(node, value, ())
        if fixed and id(node) in self._own:
            self._effective[id(node)] = (node, out)
            self._own.setdefault(id(out), out)
            for _, inner in subschemas(out):
                self._keep(inner)
        return out

    def _worked_out(
        self, node: Any, value: Any, trail: tuple[str, ...]
    ) -> tuple[dict[str, Any], bool]:
        """A node worked out, and whether that holds for every value."""
        if not isinstance(node, dict):
            return ({} if node is True else {"not": {}}), True
        if not (_APPLIED | _CONDITIONAL) & node.keys():
            return node, True
        out = {word: held for word, held in node.items() if word not in _APPLIED}
        fixed = not _CONDITIONAL & node.keys()
        more, trail = self._also(node, value, trail)
        for each in more:
            part, part_fixed = self._worked_out(each, value, trail)
            out = merged(out, part, self.both)
            fixed = fixed and part_fixed
        return out, fixed

    def _also(
        self, node: Node, value: Any, trail: tuple[str, ...]
    ) -> tuple[list[Any], tuple[str, ...]]:
        """The further schemas that count where a node stands, in the order of their weight."""
        more: list[Any] = []
        if "$ref" in node and node["$ref"] not in trail:
            trail = (*trail, node["$ref"])
            more.append(self.find(node["$ref"]))
        more += node.get("allOf", ())
        present = {} if value is ABSENT and "object" in kinds_of(node) else value
        if "if" in node and present is not ABSENT:
            more.append(node.get("then" if fits(node["if"], present) else "else", True))
        if isinstance(present, Mapping):
            needs = node.get("dependentSchemas", {})
            more += [schema for name, schema in needs.items() if name in present]
            names = node.get("dependentRequired", {})
            more += [{"required": names[name]} for name in names if name in present]
        return more, trail

    def child(self, node: Node, name: str | int) -> Any:
        """The schema of what stands under a name or an index of an effective node."""
        if isinstance(name, int):
            first = node.get("prefixItems", ())
            return first[name] if name < len(first) else node.get("items", True)
        found = [node["properties"][name]] if name in node.get("properties", ()) else []
        patterns = node.get("patternProperties", {})
        found += [inner for pattern, inner in patterns.items() if matches(pattern, name)]
        if not found:
            rest = node.get("unevaluatedProperties", True)
            return node.get("additionalProperties", rest)
        out = found[0]
        for each in found[1:]:
            out = self.both(out, each)
        return out


def kinds_of(node: Node) -> tuple[str, ...]:
    """The types that a node is of: those it says, else those that its words are about."""
    said = node.get("type")
    if said is not None:
        return (said,) if isinstance(said, str) else tuple(said)
    about = {
        "object": ("properties", "patternProperties", "additionalProperties", "required",
                   "dependentRequired", "dependentSchemas", "minProperties", "maxProperties",
                   "propertyNames", "unevaluatedProperties"),
        "array": ("items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"),
        "string": ("minLength", "maxLength", "pattern", "format"),
        "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    }  # fmt: skip
    return tuple(kind for kind, words in about.items() if any(word in node for word in words))


def _walk(node: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        step = unquote(step).replace("~1", "/").replace("~0", "~")
        if isinstance(node, list):
            node = node[int(step)] if step.isdigit() and int(step) < len(node) else None
        else:
            node = node.get(step) if isinstance(node, dict) else None
    return node if isinstance(node, (dict, bool)) else True


def _addressed(schema: dict[str, Any], address: str) -> dict[str, Any]:
    """A copy of a schema whose references are pointers into the document at this address."""
    root = copy.deepcopy(schema)
    references = References(root)
    places: dict[int, str] = {}
    nodes: list[tuple[dict[str, Any], str, str]] = [(root, "", references.base)]
    found: list[tuple[dict[str, Any], str, str, Any]] = []
    for node, pointer, outer in nodes:
        if id(node) in places:
            continue
        places[id(node)] = pointer
        base = references.inside(node, outer)
        for steps, inner in subschemas(node):
            if isinstance(inner, dict):
                nodes.append((inner, pointer + "".join(map(_step, steps)), base))
        for word in ("$ref", "$dynamicRef"):
            if word in node:
                target = references.find(node[word], base)
                found.append((node, word, urljoin(base, node[word]), target))
                if node[word].startswith("#/") and base == references.base:
                    # may lie where no schema is looked for, such as in OpenAPI's components
                    nodes += [(target, node[word][1:], base)] if isinstance(target, dict) else []
    for node, word, absolute, target in found:
        place = places.get(id(target))
        node[word] = absolute if place is None else f"{address}#{place}"
    for node, _, _ in nodes:
        for word in ("$id", "$anchor", "$dynamicAnchor"):
            node.pop(word, None)
        if "$dynamicRef" in node:
            again = {"$ref": node.pop("$dynamicRef")}
            node.update({"allOf": [*node.get("allOf", []), again]} if "$ref" in node else again)
    return root


def _step(step: str | int) -> str:
    return "/" + quote(str(step).replace("~", "~0").replace("/", "~1"), safe="~$")
