"""What the analyses share about their rows: texts, totals, shares, and what a row adds up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from exactnb.display.options import say
from exactnb.frames.build import text_dtype

__all__ = ["placed", "shares", "texts", "totalled"]


def texts(column: pd.Series) -> pd.Series:
    """A column as text, empty where it is missing."""
    return column.astype(text_dtype()).fillna("")


def shares(figures: pd.Series) -> pd.Series:
    """Each figure as a part of their sum; missing where that is nothing."""
    whole = figures.sum()
    return figures / whole if whole else figures * float("nan")


def totalled(table: pd.DataFrame, figures: Sequence[str], name: str, **more: Any) -> pd.DataFrame:
    """A table of cents in euros, with its total as the last row; ``kind`` tells that row apart.

    Parameters
    ----------
    table
        One row a line; ``figures`` are columns of whole cents.
    name
        The text column that says "Total".
    more
        What the total row has in other columns.
    """
    given = {name: say("Total", "Totaal"), **table[list(figures)].sum(), **more, "kind": "total"}
    table = table.assign(kind="line").astype({name: text_dtype(), "kind": text_dtype()})
    columns = {}
    for column, values in table.items():
        # before pandas 3 a column of text may be one of objects
        text = isinstance(values.dtype, pd.StringDtype) or values.dtype == "object"
        empty = "" if text else None
        last = pd.Series([given.get(column, empty)], dtype=values.dtype)
        columns[column] = pd.concat([values, last], ignore_index=True)
    whole = pd.DataFrame(columns)
    return whole.assign(**{figure: whole[figure] / 100 for figure in figures})


def placed(keys: Sequence[str], sums: Mapping[str, Mapping[str, int]]) -> dict[int, dict[int, int]]:
    """Which rows a row adds up, by position, from their keys; a key that no row has is left out.

    Examples
    --------
    >>> placed(["revenue", "costs", "result"], {"result": {"revenue": 1, "costs": -1, "tax": -1}})
    {2: {0: 1, 1: -1}}
    """
    at = {key: place for place, key in enumerate(keys)}
    return {
        at[key]: {at[other]: sign for other, sign in terms.items() if other in at}
        for key, terms in sums.items()
        if key in at
    }
