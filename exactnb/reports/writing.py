"""Files that are whole or not there."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

__all__ = ["with_care"]


def with_care(target: Path, write: Callable[[Path], None]) -> None:
    """Write a file beside the one that it replaces, which stays until the new one is whole."""
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".exactnb-") as folder:
        beside = Path(folder) / target.name
        write(beside)
        beside.replace(target)
