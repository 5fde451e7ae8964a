"""States that are kept under a name: a report can be run again later on the same figures."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from exactnb.errors import DataError, InputError, NotFoundError
from exactnb.store import disk
from exactnb.store.manifest import Piece, State, decode, encode, now

__all__ = ["Snapshot", "Snapshots"]


class Snapshot(NamedTuple):
    """A state that was kept."""

    name: str
    made_at: str
    """The moment at which it was kept, ISO 8601 in UTC."""
    as_of: Any = None
    """Up to when its rows tell: the ``as_of`` that the state itself remembers."""


class Snapshots:
    """The states of one store that were kept, each a small file.

    Parameters
    ----------
    folder
        That of the store.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "snapshots"

    def keep(self, name: str, state: State) -> bool:
        """Whether the state was kept; False if it is kept under that name already.

        Raises
        ------
        InputError
            No name, or one that another state has.
        """
        name = _tidy(name)
        if self._path(name).exists():
            if _figures(self.state(name)) == _figures(state):
                return False
            raise InputError(
                f"There is a snapshot {name!r} already, of other figures",
                hint=f"Take another name, or drop that one first: drop_snapshot({name!r}).",
            )
        with disk.refusals(self._folder):
            disk.private(self._folder)
            disk.replace(self._path(name), encode(state, name=name, kept_at=now()))
        return True

    def state(self, name: str) -> State:
        """The state of that name; NotFoundError if there is none."""
        path = self._path(_tidy(name))
        if not path.exists():
            raise self._missing(name)
        return _load(path)[0]

    def drop(self, name: str) -> None:
        """Forget a state; NotFoundError if there is none of that name."""
        path = self._path(_tidy(name))
        if not path.exists():
            raise self._missing(name)
        with disk.refusals(self._folder):
            path.unlink()

    def listed(self) -> list[Snapshot]:
        """All of them, in the order in which they were kept."""
        found = [
            Snapshot(body["name"], body["kept_at"], state.meta.get("as_of"))
            for state, body in self._kept()
        ]
        return sorted(found, key=lambda each: each.made_at)

    def pieces(self) -> Iterator[Piece]:
        """Every file that one of them needs."""
        for state, _ in self._kept():
            yield from state.pieces()

    def _kept(self) -> list[tuple[State, dict[str, Any]]]:
        """All of them, older files first: that decides between those of one millisecond."""
        found = []
        for path in self._folder.glob("*.json"):
            with suppress(FileNotFoundError):  # dropped at this moment
                found.append((path.stat().st_mtime_ns, _load(path)))
        return [each for _, each in sorted(found, key=lambda pair: pair[0])]

    def _path(self, name: str) -> Path:
        slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40]
        return self._folder / f"{slug}-{hashlib.sha256(name.encode()).hexdigest()[:12]}.json"

    def _missing(self, name: str) -> NotFoundError:
        there = ", ".join(repr(each.name) for each in self.listed())
        return NotFoundError(
            f"There is no snapshot {name!r}",
            hint=f"There are: {there}." if there else "None was made yet: books.snapshot(name).",
        )


def _tidy(name: str) -> str:
    """The name as it is kept: what looks the same is the same."""
    tidy = unicodedata.normalize("NFC", name).strip()
    if not tidy:
        raise InputError("A snapshot needs a name", hint='Such as "2025-Q4 filed".')
    return tidy


def _figures(state: State) -> dict[str, tuple[Piece, ...]]:
    return {name: table.files for name, table in state.tables.items() if table.files}


def _load(path: Path) -> tuple[State, dict[str, Any]]:
    try:
        return decode(disk.read(path))
    except DataError as error:
        raise DataError(
            f"A snapshot of the local copy is damaged: {path.stem}",
            hint=f"The others can be used once its file is deleted: {path}",
        ) from error
