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

from exactnb.frames.build import record_lines, table_frame, to_frame, to_record, to_table
from exactnb.frames.labels import with_labels
from exactnb.frames.opening import Cursor
from exactnb.frames.page import Page, field_names, listed, next_cursor, read_page, whole

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
