"""Fields that are one of several things: which of them a person chose, or the value decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from exactnb.forms.model.values import Path

if TYPE_CHECKING:
    from exactnb.schema.tree import Field

__all__ = ["drawn", "walk"]


def drawn(field: Field) -> Field:
    """The field as its variant makes it, which is what is filled in."""
    while field.chosen is not None:
        field = field.chosen
    return field


def walk(root: Field, path: Path, picked: Mapping[Path, int]) -> Field | None:
    """The field at a path, with the variants that a person chose; None if nothing may be there."""
    here: Field | None = root
    come = 0
    for at in sorted((at for at in picked if at == path[: len(at)]), key=len):
        here = None if here is None else here.at(at[come:])
        come = len(at)
        if here is not None and picked[at] < len(here.variants):
            vars(here)["variant"] = picked[at]  # which the value would decide otherwise
    return None if here is None else here.at(path[come:])
