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
    """The fields for one value, with the variants that a person chose.

    Parameters
    ----------
    root
        The field of the whole value, of which nothing was worked out yet.
    value, picked
        What it holds for.
    """

    def __init__(self, root: Field, value: Any, picked: Mapping[Path, int]) -> None:
        self.root, self.value, self.picked = root, value, picked
        for path, number in sorted(picked.items(), key=lambda each: len(each[0])):
            field = root.at(path)
            if field is not None and number < len(field.variants):
                vars(field)["variant"] = number  # which the value would decide otherwise

    def at(self, path: Path) -> Field | None:
        """The field at a path; None if nothing may be there."""
        return self.root.at(path)
