"""States that are kept under a name: a report can be run again on the same figures."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from exactnb.errors import DataError, InputError, NotFoundError
from exactnb.store import disk
from exactnb.store.manifest import Piece, State, decode, encode, now

__all__ = ["Snapshot", "Snapshots"]


class Snapshot(NamedTuple):
    """A state that was kept."""

    name: str
    made_at: str
    """The moment at which it was kept, ISO 8601 in UTC."""
    as_of: str | None
    """Up to when its rows tell, as the state says of itself."""


class Snapshots:
    """The states of one store that were kept, each a file of its own.

    Parameters
    ----------
    folder
        That of the store.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "snapshots"

    def keep(self, name: str, state: State) -> bool:
        """Whether the state was kept; False if the same is kept under that name already.

        Raises
        ------
        InputError
            No name, or one that another state has.
        """
        name = _name(name)
        path = self._path(name)
        if path.exists():
            if self.state(name).tables == state.settled().tables:
                return False
            raise InputError(
                f"There is a snapshot {name!r} already, of other figures",
                hint=f"Take another name, or drop it first: drop_snapshot({name!r}).",
            )
        with disk.writing(self._folder):
            disk.private(self._folder)
            disk.replace(path, encode(state.settled(), name=name, kept_at=now()))
        return True

    def state(self, name: str) -> State:
        """The state of that name.

        Raises
        ------
        NotFoundError
            There is none.
        """
        try:
            return decode(self._path(_name(name)).read_bytes())[0]
        except FileNotFoundError:
            raise self._missing(name) from None

    def drop(self, name: str) -> None:
        """Forget a state; NotFoundError if there is none of that name."""
        try:
            with disk.writing(self._folder):
                self._path(_name(name)).unlink()
        except Exception as error:
            if isinstance(error.__cause__, FileNotFoundError):
                raise self._missing(name) from None
            raise

    def listed(self) -> list[Snapshot]:
        """All of them, in the order in which they were kept."""
        found = []
        for path in self._files():
            state, body = _decoded(path)
            as_of = state.meta.get("as_of")
            found.append(
                Snapshot(body["name"], body["kept_at"], None if as_of is None else str(as_of))
            )
        return sorted(found, key=lambda each: (each.made_at, each.name))

    def pieces(self) -> Iterator[Piece]:
        """Every file that one of them needs."""
        for path in self._files():
            yield from _decoded(path)[0].pieces()

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("*.json"))

    def _path(self, name: str) -> Path:
        slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40]
        return self._folder / f"{slug}-{hashlib.sha256(name.encode()).hexdigest()[:12]}.json"

    def _missing(self, name: str) -> NotFoundError:
        there = ", ".join(repr(each.name) for each in self.listed())
        return NotFoundError(
            f"There is no snapshot {name!r}",
            hint=f"There are: {there}." if there else "None was made yet: books.snapshot(name).",
        )


def _name(name: str) -> str:
    """The name as it is kept: the same text is the same name, however it was typed."""
    tidy = unicodedata.normalize("NFC", name).strip()
    if not tidy:
        raise InputError("A snapshot needs a name", hint='Such as "2025-Q4 filed".')
    return tidy


def _decoded(path: Path) -> tuple[State, dict[str, str]]:
    try:
        return decode(path.read_bytes())
    except DataError as error:
        raise DataError(
            f"A snapshot is damaged: {path.stem}",
            hint=f"Its file can be deleted: {path}",
        ) from error
