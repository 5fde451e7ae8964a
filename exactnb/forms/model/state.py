"""Everything of a form that undo brings back: its value, and what is remembered by path."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, TypeVar

from exactnb.absent import ABSENT
from exactnb.forms.model.values import Path, drop, get, put

__all__ = ["State", "Unread"]

T = TypeVar("T")
Messages = tuple[str, ...]


class Unread(NamedTuple):
    """What a person typed that could not be read, and why."""

    text: str
    why: str


@dataclass(frozen=True)
class State:
    """One moment of a form. Nothing in it is altered; an edit gives the next one.

    Undo is going back to an earlier moment, whatever the edit was; what they have in common
    they share.
    """

    value: Any = ABSENT
    unread: Mapping[Path, Unread] = field(default_factory=dict)
    """Typed, and not understood: shown as it was typed, and never sent."""
    picked: Mapping[Path, int] = field(default_factory=dict)
    """Variants that a person chose."""
    found: Mapping[Path, Messages] = field(default_factory=dict)
    """What validation says."""
    refused: Mapping[Path, Messages] = field(default_factory=dict)
    """What the service said."""
    touched: frozenset[Path] = frozenset()
    """Where a person has been."""

    def placed(self, path: Path, value: Any) -> State:
        """With a value at a path; ABSENT takes it away. What was remembered of it is forgotten."""
        tree = drop(self.value, path) if value is ABSENT and path else put(self.value, path, value)
        return replace(
            self._forgetting(path),
            value=tree,
            picked={p: i for p, i in self.picked.items() if p[: len(path)] != path or p == path},
        )

    def unpicked(self, path: Path) -> State:
        """With the value to decide which variant a field is."""
        return replace(self, picked={p: i for p, i in self.picked.items() if p != path})

    def typed(self, path: Path, unread: Unread) -> State:
        """With a text at a path that could not be read; the value stays what it was."""
        now = self._forgetting(path)
        return replace(now, unread={**now.unread, path: unread})

    def _forgetting(self, path: Path) -> State:
        def keep(by_path: Mapping[Path, T]) -> Mapping[Path, T]:
            return {p: what for p, what in by_path.items() if p[: len(path)] != path}

        return replace(
            self, unread=keep(self.unread), found=keep(self.found), refused=keep(self.refused)
        )

    def rearranged(self, path: Path, order: Sequence[int | None], fresh: Any = ABSENT) -> State:
        """With the rows of an array in another order, and what is remembered of them with them.

        Parameters
        ----------
        path
            Of the array.
        order
            For each row to be, the row that it was; None is a new one, and a row that is not
            named is gone.
        fresh
            The new row.
        """
        rows = get(self.value, path)
        rows = rows if isinstance(rows, list) else []
        places: dict[int, list[int]] = {}
        for new, old in enumerate(order):
            if old is not None:
                places.setdefault(old, []).append(new)
        moved = _mover(path, places)
        return State(
            value=put(self.value, path, [fresh if i is None else rows[i] for i in order]),
            unread=_moving(self.unread, moved),
            picked=_moving(self.picked, moved),
            found=_moving({p: m for p, m in self.found.items() if p != path}, moved),
            refused=_moving({p: m for p, m in self.refused.items() if p != path}, moved),
            touched=frozenset(new for old in self.touched for new in moved(old)),
        )


def _mover(array: Path, places: Mapping[int, Sequence[int]]) -> Callable[[Path], list[Path]]:
    """Where a path goes when the rows of an array change places."""
    depth = len(array)

    def moved(path: Path) -> list[Path]:
        if len(path) <= depth or path[:depth] != array:
            return [path]
        row = path[depth]
        news = places.get(row, ()) if isinstance(row, int) else ()
        return [(*array, new, *path[depth + 1 :]) for new in news]

    return moved


def _moving(by_path: Mapping[Path, T], moved: Callable[[Path], list[Path]]) -> Mapping[Path, T]:
    return {new: what for old, what in by_path.items() for new in moved(old)}
