"""Pages of records → one typed DataFrame.

An answer comes in one of four dialects, with or without the wrapper of a run
(``{"output": …, "actionRunId": …}``):

=========== ====================================================================================
odata       Exact's own: ``{"d": {"results": […], "__next": …}}``, ``{"d": […]}``, ``{"d": {…}}``
unwrapped   the same without the envelope: ``{"results": […], "nextLink": …}``
camel       ``{"accounts": [{"isSales": …}], "nextCursor": …}``, ISO dates
records     Membrane's: ``{"records": [{"id": …, "fields": {…}}], "cursor": …}``
=========== ====================================================================================

All give the same frame. Bytes become columns in :func:`read_page`, a page at a time and in any
thread (:mod:`.opening` finds the records, :mod:`.arrow` reads them fast, :mod:`.columns` reads
with care what is not that strict); :func:`to_frame` makes one DataFrame of the pages.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from exactnb.frames.opening import Cursor
from exactnb.frames.page import Page, field_names, listed, next_cursor, read_page, whole

if TYPE_CHECKING:
    from exactnb.frames.build import record_lines, table_frame, to_frame, to_record, to_table
    from exactnb.frames.labels import with_labels

__all__ = [
    "Cursor",
    "Page",
    "field_names",
    "listed",
    "next_cursor",
    "read_page",
    "record_lines",
    "table_frame",
    "to_frame",
    "to_record",
    "to_table",
    "whole",
    "with_labels",
]


def __getattr__(name: str) -> Any:
    """What makes frames, and with it pandas, comes when the first one is made."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    room = "labels" if name == "with_labels" else "build"
    return getattr(import_module(f"exactnb.frames.{room}"), name)
