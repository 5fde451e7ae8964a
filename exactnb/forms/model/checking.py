"""What is wrong with a form, said where a person can do something about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from exactnb.absent import ABSENT
from exactnb.forms.model.typed import MASK
from exactnb.forms.model.values import Path, get
from exactnb.forms.model.variants import drawn
from exactnb.schema.check import say
from exactnb.schema.plain import plain
from exactnb.schema.validate import Problem, problems

if TYPE_CHECKING:
    from exactnb.schema.tree import Field

__all__ = ["by_path", "check", "check_at", "hidden"]

#: the field at a path
Find = Callable[[Path], "Field | None"]


def check(find: Find, schema: Any, value: Any, language: str) -> list[Problem]:
    """Every problem of a whole value, in field order.

    A required object that is not there is told of by what is required in it, since those are
    the fields that can be filled in; what only the service may say is no problem of a person.
    """
    root = find(())
    if value is ABSENT and (root is None or drawn(root).kind != "object"):
        return [_missing((), language)]
    found = problems(schema, {} if value is ABSENT else value, language=language)
    return list(_for_people(found, find, value, language))


def check_at(find: Find, value: Any, path: Path, language: str) -> list[Problem]:
    """The problems at a path and under it, without a look at the rest of the value."""
    field = find(path)
    if field is None:
        return []
    inner = get(value, path)
    if inner is ABSENT:
        holder = get(value, path[:-1])
        due = field.required and (isinstance(holder, dict) or (holder is ABSENT and len(path) == 1))
        found = [_missing(path, language)] if due else []
    else:
        found = problems(field.schema, inner, language=language, path=path)
    return list(_for_people(found, find, value, language))


def _missing(path: Path, language: str) -> Problem:
    """That something is required, in the words of the validator."""
    (said,) = problems({"required": ["x"]}, {}, language=language)
    return Problem(path, said.keyword, said.message)


def _for_people(
    found: Iterable[Problem], find: Find, value: Any, language: str
) -> Iterator[Problem]:
    for problem in found:
        lineage = [find(problem.path[:depth]) for depth in range(len(problem.path) + 1)]
        if any(field is not None and field.read_only for field in lineage):
            continue
        problem = _drawn_at(problem, lineage)
        field = lineage[len(problem.path)]
        if problem.keyword == "required" and field is not None and field.kind == "object":
            inside = problems(field.schema, {}, language=language, path=problem.path)
            deeper = [each for each in inside if each.keyword == "required"]
            if deeper:
                yield from _for_people(deeper, find, value, language)
                continue
        if any(field is not None and field.sensitive for field in lineage):
            message = hidden(problem.message, get(value, problem.path))
            problem = Problem(problem.path, problem.keyword, message)
        yield problem


def _drawn_at(problem: Problem, lineage: Sequence[Field | None]) -> Problem:
    """The problem at the field that a person sees: one inside JSON text is told of at the text."""
    for depth, field in enumerate(lineage[:-1]):
        if field is not None and drawn(field).kind == "raw":
            where = say(problem.path[depth:])
            return replace(
                problem, path=problem.path[:depth], message=f"{where}: {problem.message}"
            )
    return problem


def hidden(message: str, value: Any) -> str:
    """A message about a sensitive value without the value."""
    if value is ABSENT or value is None or value == "":
        return message
    for spelled in (repr(value), str(value), str(plain(value))):
        message = message.replace(spelled, MASK)
    return message


def by_path(found: Iterable[Problem]) -> Mapping[Path, tuple[str, ...]]:
    """The messages of problems, by path."""
    said: dict[Path, tuple[str, ...]] = {}
    for problem in found:
        before = said.get(problem.path, ())
        if problem.message not in before:
            said[problem.path] = (*before, problem.message)
    return said
