"""Fields that are one of several things: which of them a person chose, or the value decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from exactnb.forms.model.values import Path

if TYPE_CHECKING:
    from exactnb.schema.tree import Field

__all__ = ["Fields", "drawn"]


def drawn(field: Field) -> Field:
    """The field as its variant makes it, which is what is filled in."""
    while field.chosen is not None:
        field = field.chosen
    return field


class Fields:
    """The fields for one value, by path, with the variants that a person chose.

    Parameters
    ----------
    root
        The field of the whole value.
    value, picked
        What it holds for.
    """

    def __init__(self, root: Field, value: Any, picked: Mapping[Path, int]) -> None:
        self.value, self.picked = value, picked
        self._known: dict[Path, Field | None] = {(): self._as_picked(root)}

    def at(self, path: Path) -> Field | None:
        """The field at a path; None if nothing may be there."""
        if path not in self._known:
            holder = self.at(path[:-1])
            field = None if holder is None else holder.at(path[-1:])
            self._known[path] = None if field is None else self._as_picked(field)
        return self._known[path]

    def _as_picked(self, field: Field) -> Field:
        number = self.picked.get(field.path)
        if number is not None and number < len(field.variants):
            vars(field)["variant"] = number  # which the value would decide otherwise
        return field
