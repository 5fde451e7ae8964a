"""The ledger: what a store holds, shaped into one row a line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from exactnb.frames.build import text_dtype
from exactnb.ledger.coded import Coded
from exactnb.ledger.making import Making, Values

if TYPE_CHECKING:
    from exactnb.store import State, Store

__all__ = ["ledger_frame", "ledger_table"]


def ledger_frame(
    store: Store,
    state: State | None = None,
    *,
    labels: bool = False,
    language: str = "en",
    attrs: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Every line of the books as a DataFrame, one row a line, sorted by date and entry.

    What the columns hold is told by :func:`~exactnb.ledger.columns.ledger_columns`. Debit is
    positive. ``amount_dc`` is for people, ``cents`` for sums: those are exact. All lines are
    there, open and processed, main lines and VAT lines, so that every entry adds up to nothing.

    Parameters
    ----------
    store
        The local copy of the administration.
    state
        Which of its states; None: the last.
    labels
        Whether columns of codes get a column ``…_label`` behind them that says what they mean.
    language
        Of the labels: "en" or "nl".
    attrs
        Where the books came from. It is kept in the frame's ``attrs``, beside what the store
        knows: ``division``, ``division_name``, ``currency``, ``rows``, and ``warnings`` where
        something is not as it should be. All of it is text.

    Raises
    ------
    NotFoundError
        The store holds no lines yet.
    DataError
        Lines without an amount, amounts too large to be exact, columns of another type than they
        should be. One error names them all.

    Warns
    -----
    UserWarning
        Lines on GL accounts that are not in the table of GL accounts, whose type and side are
        missing therefore, or amounts with parts of a cent.

    Examples
    --------
    >>> ledger = books.ledger()  # of the store of these books
    >>> ledger["balance_type"].cat.categories.tolist(), ledger["cents"].dtype.name
    (['B', 'W'], 'int64')
    """
    making = Making(store, state)
    columns = {name: _for_pandas(values) for name, values in making.columns(labels, language)}
    frame = pd.DataFrame(columns, index=pd.RangeIndex(making.rows), copy=False)
    frame.attrs.update(making.about(attrs))
    return frame


def ledger_table(
    store: Store,
    state: State | None = None,
    *,
    labels: bool = False,
    language: str = "en",
    attrs: Mapping[str, str] | None = None,
) -> pa.Table:
    """The same as :func:`ledger_frame`, as an Arrow table.

    Categories are dictionaries of strings, whole numbers ``int32``, dates ``timestamp[ms]``. What
    the frame has in ``attrs`` is JSON in the metadata of the schema, under ``exactnb``.
    """
    making = Making(store, state)
    columns = {name: _for_arrow(values) for name, values in making.columns(labels, language)}
    about = json.dumps(making.about(attrs), ensure_ascii=False)
    return pa.table(columns).replace_schema_metadata({"exactnb": about})


def _for_arrow(values: Values) -> pa.ChunkedArray | pa.Array:
    if not isinstance(values, Coded):
        return values
    codes = pa.array(values.codes, mask=values.codes < 0)
    return pa.DictionaryArray.from_arrays(codes, values.words, safe=False)


def _for_pandas(values: Values) -> Any:
    if isinstance(values, Coded):
        words = pd.Index(text_dtype().__from_arrow__(values.words))
        return pd.Categorical.from_codes(
            values.codes, dtype=pd.CategoricalDtype(words), validate=False
        )
    if pa.types.is_string(values.type):
        return text_dtype().__from_arrow__(values)
    if values.type == pa.int32():
        gaps = values.is_null().to_numpy()
        return pd.arrays.IntegerArray(_writeable(values.fill_null(0)), gaps)
    return _writeable(values)


def _writeable(values: pa.ChunkedArray) -> np.ndarray[Any, Any]:
    """The values for numpy, not shared with Arrow: whoever gets the frame may change it."""
    array: np.ndarray[Any, Any] = values.to_numpy()
    return array if array.flags.writeable else array.copy()
