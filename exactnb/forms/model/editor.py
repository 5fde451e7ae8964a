"""The value of a form, and every way to change it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from exactnb.absent import ABSENT
from exactnb.display.options import options
from exactnb.errors import InputError
from exactnb.forms.model.defaults import fresh, fresh_item, fresh_variant
from exactnb.forms.model.history import History
from exactnb.forms.model.state import State
from exactnb.forms.model.typed import write
from exactnb.forms.model.values import Path, get, jsonable, same
from exactnb.forms.model.variants import Fields, drawn
from exactnb.schema.check import say
from exactnb.schema.plain import Unsayable
from exactnb.schema.tree import Field, tree
from exactnb.schema.validate import problems

__all__ = ["Editor"]


class Editor(History):
    """A value that a schema describes; undo and notices come with every edit."""

    def __init__(self, schema: Any, value: Any = ABSENT, *, language: str | None = None) -> None:
        self.schema = schema
        self.language = language or options.language
        self._is_new = value is ABSENT
        if self._is_new:
            self._start, root = fresh(self._tree)
        else:
            self._start = _sayable(value, ())
            root = self._tree(self._start)
        super().__init__(State(self._start))
        self._fields = Fields(root, self._start, self._state.picked)

    def _tree(self, value: Any) -> Field:
        return tree(self.schema, value, language=self.language)

    # --- looking --------------------------------------------------------------------------

    @property
    def value(self) -> Any:
        """All that is filled in, as a copy; setting it replaces everything."""
        value = self._state.value
        if value is ABSENT and drawn(self.field()).kind == "object":
            return {}
        return jsonable(value)

    @value.setter
    def value(self, value: Any) -> None:
        self.set((), value)

    @property
    def baseline(self) -> Any:
        """What the record was before; ABSENT for a new one."""
        return ABSENT if self._is_new else jsonable(self._start)

    @property
    def changed(self) -> bool:
        """Whether anything is not as it was in the beginning."""
        return bool(self._state.unread) or not same(self._state.value, self._start)

    def get(self, path: Path) -> Any:
        """What stands at a path, to look at; ABSENT if nothing does."""
        return get(self._state.value, path)

    def field(self, path: Path = ()) -> Field:
        """The field at a path, as it is for the present value.

        Raises
        ------
        KeyError
            When neither the schema nor the value has anything there.
        """
        found = self._field(path)
        if found is None:
            raise KeyError(f"There is no field {say(path)}")
        return found

    def _field(self, path: Path) -> Field | None:
        state, now = self._state, self._fields
        if now.value is not state.value or now.picked is not state.picked:
            now = self._fields = Fields(self._tree(state.value), state.value, state.picked)
        return now.at(path)

    def _leaf(self, path: Path) -> Field | None:
        """The field that is filled in: of variants the chosen one."""
        field = self._field(path)
        return None if field is None else drawn(field)

    def text(self, path: Path) -> str:
        """What a text control shows: what was typed if it could not be read, else the value."""
        unread = self._state.unread.get(path)
        if unread is not None:
            return unread.text
        return write(self._leaf(path), self.get(path), self.language)

    # --- editing --------------------------------------------------------------------------

    def set(self, path: Path, value: Any) -> None:
        """Put a Python value at a path; what has to be there to hold it is made.

        Raises
        ------
        InputError
            For a value that JSON cannot say.
        """
        if value is ABSENT:
            return self.clear(path)
        said = _sayable(value, path)
        with self.together():
            if path in self._state.unread or not same(self.get(path), said):
                leaf = self._leaf(path) if path in self._state.picked else None
                state = self._state.placed(path, said)
                if leaf is not None and problems(leaf.schema, said):
                    state = state.unpicked(path)  # the value is another variant's
                self._edit(path, state)
        return None

    def clear(self, path: Path) -> None:
        """Make a field absent, and with it an optional object that held nothing else.

        A row stays, as null: :meth:`remove` takes it out.
        """
        if path and isinstance(path[-1], int):
            return self.set(path, None)
        with self.together():
            if path in self._state.unread or self.get(path) is not ABSENT:
                self._edit(path, self._pruned(self._state.placed(path, ABSENT), path[:-1]))
        return None

    def _pruned(self, state: State, path: Path) -> State:
        """The state without optional objects and lists that were emptied, from a path upwards."""
        while path and isinstance(path[-1], str) and get(state.value, path) in ({}, []):
            field = self._field(path)
            if field is not None and field.required:
                break
            state, path = state.placed(path, ABSENT), path[:-1]
        return state

    def choose(self, path: Path, index: int) -> None:
        """Take a variant, with what it begins with and the fields that both variants have."""
        if not 0 <= index < len(self.field(path).variants):
            raise IndexError(f"There is no variant {index} of {say(path) or 'this'}")
        with self.together():
            picking = replace(self._state, picked={**self._state.picked, path: index})
            field = Fields(self._tree(picking.value), picking.value, picking.picked).at(path)
            value = ABSENT if field is None else fresh_variant(drawn(field), self.get(path))
            if value is ABSENT and path and isinstance(path[-1], int):
                value = None
            self._edit(path, picking.placed(path, value))

    def reset(self) -> None:
        """Go back to how it was in the beginning; undo brings the edits back."""
        with self.together():
            if self.changed:
                self._edit((), State(self._start))
            else:
                self._state = State(self._start)

    def rebase(self, value: Any) -> None:
        """Take another record for the one that this was before, and for its value."""
        with self.together():
            self._start, self._is_new = _sayable(value, ()), False
            self._edit((), State(self._start))

    # --- rows -----------------------------------------------------------------------------

    def insert(self, path: Path, index: int | None = None, value: Any = ABSENT) -> None:
        """Put a row into an array, at its end unless told where; a new one has its defaults."""
        with self.together():
            rows = self._rows(path)
            at = rows if index is None else max(0, min(index, rows))
            if value is ABSENT:
                array = self._leaf(path)
                row = fresh_item(array.item if array is not None else None)
            else:
                row = _sayable(value, (*path, at))
            self._rearrange(path, [*range(at), None, *range(at, rows)], row)

    def remove(self, path: Path) -> None:
        """Take a row out; an optional array that held nothing else becomes absent."""
        with self.together():
            array, row = self._row(path)
            self._rearrange(array, [i for i in range(self._rows(array)) if i != row])

    def move(self, path: Path, to: int) -> None:
        """Give a row another place, counted without it."""
        with self.together():
            array, row = self._row(path)
            order = [i for i in range(self._rows(array)) if i != row]
            order.insert(to, row)
            if order[row] != row:
                self._rearrange(array, order)

    def duplicate(self, path: Path) -> None:
        """Put a copy of a row below it."""
        with self.together():
            array, row = self._row(path)
            self._rearrange(array, [*range(row + 1), *range(row, self._rows(array))])

    def _rearrange(self, path: Path, order: Sequence[int | None], fresh: Any = ABSENT) -> None:
        self._edit(path, self._pruned(self._state.rearranged(path, order, fresh), path))

    def _rows(self, path: Path) -> int:
        rows = self.get(path)
        return len(rows) if isinstance(rows, list) else 0

    def _row(self, path: Path) -> tuple[Path, int]:
        array, row = path[:-1], path[-1] if path else None
        if not isinstance(row, int) or not 0 <= row < self._rows(array):
            raise IndexError(f"There is no row {say(path)}")
        return array, row


def _sayable(value: Any, path: Path) -> Any:
    """A copy of a value in JSON's own types."""
    try:
        return jsonable(value, path)
    except Unsayable as odd:
        where = f"{say(odd.path)} " if odd.path else "It "
        raise InputError(f"{where}{odd}", problems=((odd.path, str(odd)),)) from odd
