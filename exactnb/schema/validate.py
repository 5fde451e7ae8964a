"""Everything that is wrong with a value, each at its place, in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exactnb.absent import ABSENT
from exactnb.schema.engine import Failure, Path, failures, nearest
from exactnb.schema.messages import MESSAGES
from exactnb.schema.plain import sayable
from exactnb.schema.sentences import sentence
from exactnb.schema.standard import standard
from exactnb.schema.tree import Field, tree

__all__ = ["Path", "Problem", "problems"]

#: keywords in the order in which those at one place are told
_PLACES = {keyword: place for place, keyword in enumerate(MESSAGES)}

#: keywords about what no other rule has a word for
_UNEVALUATED = ("unevaluatedProperties", "unevaluatedItems")


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: where, by which keyword, and what would be right."""

    path: Path
    keyword: str
    message: str


def problems(schema: Any, value: Any, *, language: str = "en", path: Path = ()) -> list[Problem]:
    """Every problem of a value, in field order; none if it fits.

    What is missing stands at the path where it should be. Of variants, the problems of the one
    that the value comes nearest to; no message shows a sensitive value.

    Parameters
    ----------
    schema
        Membrane's DataSchema or JSON Schema of any draft, or the ``schema`` of a field.
    value
        Plain data; Decimals count by their exact digits.
    language
        Of the messages: ``"en"`` or ``"nl"``.
    path
        Where the value stands, as a beginning of the paths.

    Examples
    --------
    >>> problems({"required": ["code"], "properties": {"price": {"minimum": 0.01}}}, {"price": 0})
    ... # doctest: +NORMALIZE_WHITESPACE
    [Problem(path=('price',), keyword='minimum', message='takes 0.01 or more, not 0'),
     Problem(path=('code',), keyword='required', message='is required')]
    """
    plain, unsaid = sayable(value)
    odd = [Failure(each.path, "unsayable", str(each)) for each in unsaid]
    rule = standard(schema)
    found = [*odd, *(f for f in failures(rule, plain) if not _covered(f, odd))]
    if not found:
        return []
    root = tree(rule, plain, language=language)
    meant = _without_echoes(list(_weighed(_opened(found, ()))), root)
    told = list(_told(meant, root, plain, language))
    order = _Order(root)
    told.sort(key=lambda each: (order.of(each.path), _PLACES.get(each.keyword, 0), each.message))
    unique = dict.fromkeys(told)
    return [Problem((*path, *each.path), each.keyword, each.message) for each in unique]


def _covered(failure: Failure, odd: Sequence[Failure]) -> bool:
    return any(failure.path[: len(each.path)] == each.path for each in odd)


def _opened(found: Iterable[Failure], around: Path) -> Iterator[Failure]:
    """The failures with those of variants told by the nearest one, if one is clearly nearest."""
    for each in found:
        if each.keyword not in ("anyOf", "oneOf") or not each.branches:
            yield each
            continue
        best, alone = nearest(each.branches, each.path)
        nearer = each.branches[best]
        kinds = [_whole(branch, each.path) for branch in each.branches]
        if all(kinds):
            yield Failure(each.path, each.keyword, tuple(kinds), each.branches)
        elif alone:
            yield from _opened(nearer, each.path)
        else:
            yield each


def _whole(branch: Sequence[Failure], path: Path) -> Failure | None:
    """What a variant says of the value as a whole: its type or its constant."""
    here = [f for f in branch if f.path == path and f.keyword in ("const", "enum", "type")]
    here.sort(key=lambda f: f.keyword == "type")
    return here[0] if here else None


def _weighed(found: Iterable[Failure]) -> Iterator[Failure]:
    """One failure of the kind of a value instead of all that follow from it."""
    by_path: dict[Path, list[Failure]] = {}
    for each in found:
        by_path.setdefault(each.path, []).append(each)
    for here in by_path.values():
        keywords = {each.keyword for each in here}
        first = next((w for w in ("unsayable", "enum", "const", "type") if w in keywords), None)
        yield from (each for each in here if first is None or each.keyword == first)


def _without_echoes(found: Sequence[Failure], root: Field) -> Iterator[Failure]:
    """Without what fits no rule only because the rule that knows it failed for something else."""
    others = [each.path for each in found if each.keyword not in _UNEVALUATED]
    for each in found:
        if each.keyword in _UNEVALUATED:
            around = each.path[:-1] if each.keyword == "unevaluatedProperties" else each.path
            known = around == each.path or each.path[-1] in _properties(root, around)
            if around in others or (known and any(p[: len(around)] == around for p in others)):
                continue
        yield each


def _properties(root: Field, path: Path) -> Mapping[str, Any]:
    field = root.at(path)
    while field is not None and field.chosen is not None:
        field = field.chosen
    return {} if field is None else field.schema.get("properties", {})


def _told(found: Iterable[Failure], root: Field, value: Any, language: str) -> Iterator[Problem]:
    for each in found:
        around = each.path[:-1] if each.keyword == "additionalProperties" else each.path
        field = root.at(around)
        said = sentence(each, field, _at(value, each.path), language, _hides(root, each.path))
        yield Problem(each.path, each.keyword, said)


def _hides(root: Field, path: Path) -> bool:
    """Whether a value is nobody's business, or something in it or around it is."""
    field = root.at(path)
    if field is None:
        around = [root.at(path[:depth]) for depth in range(len(path))]
        return any(each is not None and each.sensitive for each in around)
    return field.sensitive


def _at(value: Any, path: Path) -> Any:
    for step in path:
        if isinstance(value, dict):
            value = value.get(str(step), ABSENT)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return ABSENT
    return value


class _Order:
    """Paths in the order of fields: as they stand in the schema, rows by number."""

    def __init__(self, root: Field) -> None:
        self._root = root
        self._names: dict[Path, dict[str, int]] = {}

    def of(self, path: Path) -> tuple[int, ...]:
        """The place of a path among others."""
        places = []
        for depth, step in enumerate(path):
            if isinstance(step, int):
                places.append(step)
            else:
                names = self._of_object(path[:depth])
                places.append(names.get(step, len(names)))
        return tuple(places)

    def _of_object(self, path: Path) -> dict[str, int]:
        if path not in self._names:
            field = self._root.at(path)
            while field is not None and field.chosen is not None:
                field = field.chosen
            children = field.children if field is not None else ()
            self._names[path] = {child.name: place for place, child in enumerate(children)}
        return self._names[path]
