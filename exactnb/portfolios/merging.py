"""Ledgers of several administrations as one frame, no larger than it has to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from exactnb.errors import DataError
from exactnb.frames.build import text_dtype

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["merged"]


def merged(frames: Sequence[pd.DataFrame], told: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    """The rows of all frames, one after the other, with what is told of each frame before them.

    Columns of categories stay so, with the categories of all. The frames are taken apart: each
    column is let go as soon as it is merged, so that there is never more than one of them twice.

    Parameters
    ----------
    frames
        All with the same columns; at least one.
    told
        Name of a column → its value for each frame.

    Raises
    ------
    DataError
        Their columns differ.
    """
    import numpy as np
    import pandas as pd

    names = list(frames[0].columns)
    if any(list(frame.columns) != names for frame in frames):
        raise DataError("The ledgers do not have the same columns", hint="Make them the same way.")
    sizes = [len(frame) for frame in frames]
    columns: dict[str, Any] = {}
    for name, values in told.items():
        dtype = text_dtype() if isinstance(values[0], str) else None
        codes, words = pd.factorize(pd.Series(list(values), dtype=dtype), sort=True)
        small = codes.astype(np.min_scalar_type(-len(words) - 1))
        columns[name] = pd.Categorical.from_codes(np.repeat(small, sizes), pd.Index(words))
    for name in names:
        columns[name] = _one_after_the_other([frame.pop(name) for frame in frames])
    return pd.DataFrame(columns, index=pd.RangeIndex(sum(sizes)), copy=False)


def _one_after_the_other(parts: Sequence[pd.Series]) -> Any:
    import pandas as pd

    if isinstance(parts[0].dtype, pd.CategoricalDtype):
        return pd.api.types.union_categoricals(list(parts), sort_categories=True)
    return pd.concat(list(parts), ignore_index=True).array
