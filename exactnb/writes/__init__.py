"""What writing takes: one gate that every write passes, and finding out about those that got lost.

A write is recorded before it is sent, sent once and never again by itself
(:mod:`.gate`, :mod:`.writer`). Of one that got no answer, :mod:`.search` finds out what became
of it: in Membrane's logs, else among the records of Exact Online.
"""

from exactnb.writes.kept import Kept
from exactnb.writes.writer import Ways, Writer

__all__ = ["Kept", "Ways", "Writer"]
