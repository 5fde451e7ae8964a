"""Every write that this machine makes, recorded before it is sent, with what became of it.

A row begins as ``unknown``, which is what a write is until its answer came; so one whose
process was killed in between needs nothing more to be told from the others. No token is kept,
and of the input nothing that its schema calls sensitive.
"""

from exactnb.outbox.book import Outbox
from exactnb.outbox.masking import MASK, Masked
from exactnb.outbox.rows import Kind, Place, Row, Status, Write

__all__ = ["MASK", "Kind", "Masked", "Outbox", "Place", "Row", "Status", "Write"]
