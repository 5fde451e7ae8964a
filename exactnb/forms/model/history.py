"""One moment of a form after another: edits that go together, undo, and who is told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from exactnb.forms.model.state import State
from exactnb.forms.model.values import Path, get

__all__ = ["Change", "History", "Observer"]


class Change(NamedTuple):
    """One edit: where, what was there and what is there now; ABSENT where nothing is."""

    path: Path
    old: Any
    new: Any


class _Step(NamedTuple):
    """What undo takes back at once."""

    before: State
    after: State
    changes: tuple[Change, ...]


Observer = Callable[[tuple[Change, ...]], None]


class History:
    """The present state, those before it and those that were taken back.

    One thread edits at a time. Observers are called when that is over and nothing is locked.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._lock = threading.RLock()
        self._past: list[_Step] = []
        self._future: list[_Step] = []
        self._batch: list[Change] | None = None
        self._observers: list[Observer] = []

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make several edits one step of undo and one notice; all of them, or none if one fails."""
        with self._lock:
            if self._batch is not None:
                yield
                return
            before, self._batch = self._state, []
            try:
                yield
                changes = tuple(self._batch)
            except BaseException:
                self._state = before
                raise
            finally:
                self._batch = None
            if changes:
                self._past.append(_Step(before, self._state, changes))
                self._future.clear()
            stirred = self._state is not before
        if stirred:
            self._tell(changes)

    def _edit(self, path: Path, state: State) -> None:
        """Go on to the state after an edit at a path; only inside of :meth:`together`."""
        assert self._batch is not None
        old, self._state = get(self._state.value, path), state
        self._batch.append(Change(path, old, get(state.value, path)))

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit to take back."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether an edit was taken back that could be made again."""
        return bool(self._future)

    def undo(self) -> None:
        """Take back the last edit, or the last that went together; nothing if there is none."""
        with self._lock:
            if not self._past or self._batch is not None:
                return
            step = self._past.pop()
            self._future.append(step._replace(after=self._state))
            self._state = step.before
            self._arrived()
            changes = tuple(Change(c.path, c.new, c.old) for c in reversed(step.changes))
        self._tell(changes)

    def redo(self) -> None:
        """Make the edit again that was taken back last; nothing if there is none."""
        with self._lock:
            if not self._future or self._batch is not None:
                return
            step = self._future.pop()
            self._past.append(step._replace(before=self._state))
            self._state = step.after
            self._arrived()
        self._tell(step.changes)

    def _arrived(self) -> None:
        """What has to be worked out anew after undo and redo."""

    def observe(self, callback: Observer) -> Callable[[], None]:
        """Have a function called with the changes of every edit; gives what ends that.

        The changes are empty when the values stand and something else moved: errors, what was
        touched, the status.
        """
        with self._lock:
            self._observers = [*self._observers, callback]

        def unobserve() -> None:
            with self._lock:
                self._observers = [each for each in self._observers if each is not callback]

        return unobserve

    def _tell(self, changes: tuple[Change, ...]) -> None:
        for callback in self._observers:
            callback(changes)
