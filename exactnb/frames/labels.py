"""What the codes in a frame are called, beside the codes."""

from __future__ import annotations

import pandas as pd

from exactnb.exact.codes import codes, label
from exactnb.exact.entities import Entity
from exactnb.frames.build import text_dtype

__all__ = ["with_labels"]


def with_labels(frame: pd.DataFrame, entity: Entity, language: str = "en") -> pd.DataFrame:
    """The frame with a column ``…_label`` after each column of codes that have names.

    A code that is not in its list has no label. Which codes are known: :mod:`exactnb.exact.codes`.

    Parameters
    ----------
    frame
        From :func:`exactnb.frames.to_frame`.
    entity
        What its records are.
    language
        "en" or "nl".
    """
    labelled = frame.copy(deep=False)
    labelled.attrs = dict(frame.attrs)
    for field in entity.fields.values():
        if field.column in frame.columns and codes(entity, field.name):
            column = frame[field.column]
            names = {c: label(entity, field.name, c, language) for c in column.dropna().unique()}
            texts = pd.Series(
                [names.get(code) for code in column], index=frame.index, dtype=text_dtype()
            )
            place = int(labelled.columns.get_loc(field.column)) + 1
            labelled.insert(place, f"{field.column}_label", texts)
    return labelled
