"""The local copy of an administration: files that are never changed, and a manifest of them.

A table is a sorted base file and a few small files after it: of rows that came later, and of keys
that are gone. A later file wins over an earlier one by key. Which files make the good state is
told by one manifest, which is replaced in one step; so a reader needs no lock, a process may be
killed at any moment, and a snapshot is a manifest kept under a name.

Nothing here knows Exact Online, pandas, or what the tables mean.
"""

from exactnb.store.manifest import Piece, Shape, State, TableState
from exactnb.store.snapshots import Snapshot
from exactnb.store.store import Store

__all__ = ["Piece", "Shape", "Snapshot", "State", "Store", "TableState"]
