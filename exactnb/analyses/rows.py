"""What the analyses by customer, item or invoice share: texts, totals and shares of a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from exactnb.analyses.result import say
from exactnb.frames.build import text_dtype

__all__ = ["shares", "texts", "totalled"]


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
