"""What a store tells of itself: for the card, and for the frames that come of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from exactnb.display.cards import Card
from exactnb.errors import NotFoundError
from exactnb.local.declarations import LEDGER, NEEDED
from exactnb.local.deletions import DELETED

if TYPE_CHECKING:
    from exactnb.store import Snapshot, State, Store

__all__ = ["card", "cautions", "checked", "chosen", "together"]

_UNITS = ("bytes", "kB", "MB", "GB")


def cautions(state: State) -> tuple[str, ...]:
    """What a copy cannot tell, in words."""
    said = []
    refused = state.meta.get("refused", {})
    if DELETED in refused:
        said.append(
            "What was deleted in Exact Online stays in the copy until it is read anew, by "
            f"books.refresh(full=True): {refused[DELETED]['why']}"
        )
    for name in LEDGER:
        why = next((one["why"] for what, one in refused.items() if what.startswith(f"{name} ")), "")
        if name not in state.names and why:
            said.append(f"{name} could not be read, so that the lines' own names count: {why}")
    return tuple(said)


def checked(state: State) -> State:
    """The state, if there is a ledger in it.

    Raises
    ------
    NotFoundError
        There is none, or not all of it.
    """
    missing = [name for name in NEEDED if name not in state.names]
    if missing:
        rows = sum(
            p.rows for name in missing if name in state.tables for p in state.tables[name].pending
        )
        begun = f"; {rows:,} rows came of it before it stopped" if rows else ""
        raise NotFoundError(
            f"There is no complete ledger here yet ({', '.join(missing)} not read){begun}",
            hint="books.ledger() reads it from Exact Online, and goes on where that stopped.",
        )
    return state


def together(state: State, names: Sequence[str]) -> list[str]:
    """Those of the tables that were read in the same refresh as the lines."""
    read = {name: table.meta.get("asked") for name, table in state.tables.items()}
    return [name for name in names if name in state.names and read[name] == read.get("lines")]


def chosen(snapshots: list[Snapshot], as_of: str | dt.date) -> str:
    """The name of the snapshot that is meant: by its name, or the newest made by a moment.

    A day counts to its end. A moment without a zone is by the clock here.

    Raises
    ------
    NotFoundError
        There is none; it lists those that there are.
    """
    if as_of in {each.name for each in snapshots}:
        return str(as_of)
    until = _until(as_of)
    made = [each for each in snapshots if until and _moment(each.made_at) <= until]
    if made:
        return made[-1].name
    listed = ", ".join(f"{each.name!r} of {each.made_at[:10]}" for each in snapshots)
    raise NotFoundError(
        f"There is no snapshot {str(as_of)!r}"
        if until is None
        else f"No snapshot was made by {as_of}",
        hint=f"There are: {listed}." if listed else "None was made yet: books.snapshot(name).",
    )


def _until(as_of: str | dt.date) -> dt.datetime | None:
    if isinstance(as_of, str):
        try:
            moment = dt.datetime.fromisoformat(as_of)
        except ValueError:
            return None
        as_of = moment if len(as_of) > len("2025-12-31") else moment.date()
    if not isinstance(as_of, dt.datetime):
        as_of = dt.datetime.combine(as_of, dt.time.max)
    return as_of.astimezone(dt.UTC)


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text.replace("Z", "+00:00"))


def card(store: Store) -> Card:
    """What a store holds, of when, and how large it is."""
    state = store.state()
    facts = {name: f"{store.count(name, state=state):,} rows" for name in state.names}
    pending = {
        name: sum(piece.rows for piece in table.pending)
        for name, table in state.tables.items()
        if table.pending
    }
    facts["As of"] = str(state.meta.get("as_of", "never")).replace("T", " ")
    facts["Size"] = _size(store.size())
    facts["Snapshots"] = ", ".join(each.name for each in store.snapshots()) or "none"
    facts["Folder"] = str(store.folder)
    notes = [
        f"{name}: {rows:,} rows of a read that has not come to its end"
        for name, rows in pending.items()
    ]
    complete = all(name in state.names for name in NEEDED)
    return Card(
        "Local copy",
        facts,
        state="complete" if complete else "incomplete" if state.tables else "empty",
        tone="good" if complete else "quiet",
        notes=(*notes, *cautions(state)),
    )


def _size(count: float) -> str:
    for unit in _UNITS:
        if count < 1000 or unit == _UNITS[-1]:
            break
        count /= 1000
    return f"{count:,.0f} {unit}"
