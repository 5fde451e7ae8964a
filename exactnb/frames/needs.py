"""What a frame that is handed in has to have."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from exactnb.errors import DataError

__all__ = ["require"]


def require(frame: pd.DataFrame, names: Iterable[str], what: str, hint: str) -> None:
    """See that a frame has these columns.

    Parameters
    ----------
    frame, names
        The frame, and the columns that are needed of it.
    what
        What it is, as the end of a sentence: "the returns".
    hint
        Where one is got that has them.

    Raises
    ------
    DataError
        Some are missing: all of them are named.
    """
    if missing := [name for name in names if name not in frame.columns]:
        raise DataError(f"There is no column {', '.join(missing)} in {what}", hint=hint)
