"""The lines of a form as rows of text: what a grid or a paste box shows and does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from exactnb.absent import ABSENT
from exactnb.forms.lines.cells import Column, PerRow, read_sheet
from exactnb.forms.lines.references import References
from exactnb.forms.lines.totals import Totals
from exactnb.forms.model.typed import MASK

if TYPE_CHECKING:
    from exactnb.forms.lookup import Choice, Finder, Finders
    from exactnb.forms.model import FormModel
    from exactnb.schema.tree import Path

__all__ = ["WHOLE", "Lines"]

#: stands for the row of the whole array, and for the column of the whole row, in error keys
WHOLE = -1

_SAID = {
    "left": ("There was no place for: {}.", "Er was geen plaats voor: {}."),
    "pasted": ("{} lines pasted.", "{} regels geplakt."),
    "pasted_one": ("1 line pasted.", "1 regel geplakt."),
}


class Lines:
    """An array of flat objects in a model, seen as columns and rows of text.

    Parameters
    ----------
    model, path
        The model, and where the array is in it. The model alone holds the values.
    finders
        Where the values of reference columns are found.
    """

    def __init__(self, model: FormModel, path: Path, finders: Finders | None = None) -> None:
        self.model = model
        self.path = tuple(path)
        self.finders = finders
        self.references = References()
        self._written = PerRow(self._write)
        self.columns = self._columns()
        self.totals = Totals(
            (column.name for column in self.columns),
            lambda name, value: getattr(self.references.get(name, value), "fields", None),
        )
        self.learn({c.name: () for c in self.columns if c.reference}, live=False)
        self.count_all()

    def _columns(self) -> tuple[Column, ...]:
        field = self.model.field(self.path)
        if field is None or field.item is None:
            return ()
        finders = self.finders
        return tuple(
            Column(child, self.model.language, finders is not None and finders.has(child))
            for child in field.item.children
        )

    @property
    def title(self) -> str:
        """What the lines are called."""
        field = self.model.field(self.path)
        return field.title if field is not None else str(self.path[-1])

    @property
    def rows(self) -> list[Any]:
        """The rows as they are in the model; none if there is something else."""
        value = self.model.get(self.path)
        return value if isinstance(value, list) else []

    def column(self, name: str) -> Column | None:
        """The column of this name."""
        return next((column for column in self.columns if column.name == name), None)

    # --- as text --------------------------------------------------------------------------------

    def texts(self) -> list[list[str]]:
        """Every cell as it is shown."""
        shown = [[*texts] for texts in self._written.of(self.rows)]
        places = {column.name: at for at, column in enumerate(self.columns)}
        for path in self.model.errors:
            row, name = self._place(path)
            if row != WHOLE and name in places and row < len(shown):
                shown[row][places[name]] = self._text(row, self.columns[places[name]])
        return shown

    def text_of(self, row: int) -> list[str]:
        """The cells of one row as they are shown."""
        return [self._text(row, column) for column in self.columns]

    def _write(self, row: Any) -> list[str]:
        fields = row if isinstance(row, Mapping) else {}
        return [c.text(fields.get(c.name, ABSENT), self.references) for c in self.columns]

    def _text(self, row: int, column: Column) -> str:
        """A cell; what could not be read stands in it as it was typed."""
        path = (*self.path, row, column.name)
        value = self.model.get(path)
        if self.model.errors.get(path) and not column.sensitive:
            typed = self.model.text(path)
            if typed and not (column.reference and self.references.get(column.name, value)):
                return typed
        return column.text(value, self.references)

    # --- errors ---------------------------------------------------------------------------------

    def errors(self) -> dict[str, str]:
        """What is wrong, by "row:column"; ``WHOLE`` stands for all rows, or all columns."""
        found: dict[str, list[str]] = {}
        places = {column.name: at for at, column in enumerate(self.columns)}
        for path, messages in self.model.shown_errors.items():
            if path[: len(self.path)] == self.path:
                row, name = self._place(path)
                found.setdefault(f"{row}:{places.get(name, WHOLE)}", []).extend(messages)
        return {key: " ".join(messages) for key, messages in found.items()}

    def errors_of(self, row: int) -> dict[str, str]:
        """What is wrong in one row and with the whole; an empty text where nothing is."""
        shown = self.model.shown_errors
        found = {f"{row}:{WHOLE}": [*shown.get((*self.path, row), ())]}
        found[f"{WHOLE}:{WHOLE}"] = [*shown.get(self.path, ())]
        for at, column in enumerate(self.columns):
            found[f"{row}:{at}"] = [*shown.get((*self.path, row, column.name), ())]
        return {key: " ".join(messages) for key, messages in found.items()}

    def _place(self, path: Path) -> tuple[int, str]:
        """The row and column of a path; WHOLE and no name for what is of no row or column."""
        depth = len(self.path)
        inner: Path = path[depth:] if path[:depth] == self.path else ()
        row = inner[0] if inner and isinstance(inner[0], int) else WHOLE
        return row, str(inner[1]) if len(inner) > 1 else ""

    # --- edits: each is one step of undo ---------------------------------------------------------

    def enter(self, row: int, name: str, text: str) -> None:
        """Takes what was typed into a cell; the row after the last is a new one."""
        with self.model.together():
            self._reach(row)
            self._enter(row, name, text)
        self.check([row])

    def pick(self, row: int, name: str, value: Any) -> None:
        """Takes a choice into a cell."""
        with self.model.together():
            self._reach(row)
            self.model.set((*self.path, row, name), value)
            self.model.touch((*self.path, row, name))
        self.check([row])

    def clear(self, rows: Iterable[int], names: Iterable[str]) -> None:
        """Empties cells."""
        rows, names = list(rows), [name for name in names if self._takes(name)]
        with self.model.together():
            for row in rows:
                for name in names:
                    self.model.enter((*self.path, row, name), "")
                    self.model.touch((*self.path, row, name))
        self.check(rows)

    def paste(
        self, text: str, row: int, names: Sequence[str], height: int = 1, width: int = 1
    ) -> str:
        """Takes tab-separated text into the cells from a row on; says what came of it.

        One cell that is pasted into several fills them all.
        """
        sheet = read_sheet(text, names, self.columns)
        rows, placed = list(sheet.rows), list(sheet.names)
        fills = len(rows) == 1 and placed == [names[0]] and height * width > 1
        if fills:
            placed = list(names[:width])
            rows = [[rows[0][0]] * len(placed)] * height
        with self.model.together():
            self._reach(row + len(rows) - 1)
            for at, cells in enumerate(rows, row):
                for name, cell in zip(placed, cells, strict=False):
                    if name is not None:
                        self._enter(at, name, cell)
        self.check(range(row, row + len(rows)))
        said = [] if fills else [self._count("pasted", len(rows))]
        if sheet.left_out:
            said.append(self._say("left", ", ".join(sheet.left_out)))
        return " ".join(said)

    def insert(self, row: int) -> None:
        """Puts a new line before a row, or after the last."""
        self.model.insert(self.path, min(row, len(self.rows)))
        self.check([min(row, len(self.rows) - 1)])

    def remove(self, rows: Iterable[int]) -> None:
        """Takes lines out."""
        with self.model.together():
            for row in sorted(rows, reverse=True):
                self.model.remove((*self.path, row))
        self.check_whole()

    def duplicate(self, rows: Sequence[int]) -> None:
        """Puts a copy of lines after the last of them."""
        after = max(rows) + 1
        with self.model.together():
            for count, row in enumerate(sorted(rows)):
                self.model.duplicate((*self.path, row))
                self.model.move((*self.path, row + 1), after + count)
        self.check_whole()

    def move(self, rows: Sequence[int], by: int) -> None:
        """Moves lines up or down together."""
        with self.model.together():
            for row in sorted(rows, reverse=by > 0):
                self.model.move((*self.path, row), row + by)
        self.check_whole()

    def _reach(self, row: int) -> None:
        while len(self.rows) <= row:
            self.model.insert(self.path)

    def _takes(self, name: str) -> bool:
        column = self.column(name)
        return column is not None and not column.fixed

    def _enter(self, row: int, name: str, text: str) -> None:
        column = self.column(name)
        if column is None or column.fixed or (column.sensitive and text == MASK):
            return
        path = (*self.path, row, name)
        choice = self.references.match(name, text) if column.reference else None
        if choice is not None:
            self.model.set(path, choice.value)
        else:
            self.model.enter(path, text)
        self.model.touch(path)

    # --- what follows from an edit ---------------------------------------------------------------

    def check(self, rows: Iterable[int]) -> None:
        """Validates rows, and the whole if something was wrong with it."""
        rows = list(rows)
        if len(rows) > 1 or self.path in self.model.errors:
            self.check_whole()
            return
        for row in rows:
            self.model.validate((*self.path, row))

    def check_whole(self) -> None:
        """Validates all lines."""
        self.model.validate(self.path)

    def count(self, row: int) -> None:
        """Works the totals of one line out anew."""
        self.totals.set_line(row, self._countable(row))

    def count_all(self) -> None:
        """Works all totals out anew."""
        if self.totals.applies:
            wrong = {self._place(path)[0] for path in self.model.errors if self._counts(path)}
            rows = self.rows
            self.totals.set_all(
                [self._values(rows[i]) if i not in wrong else None for i in range(len(rows))]
            )

    def _countable(self, row: int) -> Mapping[str, Any] | None:
        """The values of a row; None if one that counts is wrong."""
        errors = self.model.errors
        if any(errors.get((*self.path, row, name)) for name in self.totals.roles):
            return None
        return self._values(self.model.get((*self.path, row)))

    def _values(self, row: Any) -> Mapping[str, Any] | None:
        return row if isinstance(row, Mapping) else None

    def _counts(self, path: Path) -> bool:
        return self._place(path)[1] in self.totals.roles

    # --- references -------------------------------------------------------------------------------

    def finder(self, name: str, row: int) -> Finder | None:
        """Where the values of a column are found, for the values that the form has now."""
        column = self.column(name)
        if self.finders is None or column is None or not column.reference:
            return None
        there = row < len(self.rows)
        field = self.model.field((*self.path, row, name)) if there else column.field
        return self.finders.of(field, self.model.value)

    def unknown(self, *, wrong: bool = False) -> dict[str, list[str]]:
        """The keys in the lines of which nobody knows what they stand for, by column.

        With ``wrong``, only those that are no key at all, but may be a code or a name.
        """
        errors = self.model.errors
        keys = {
            column.name: self.references.unknown(
                column.name,
                (
                    row[column.name]
                    for at, row in enumerate(self.rows)
                    if isinstance(row, Mapping) and column.name in row
                    if not wrong or (*self.path, at, column.name) in errors
                ),
            )
            for column in self.columns
            if column.reference
        }
        return {name: found for name, found in keys.items() if found}

    def learn(self, wanted: Mapping[str, Sequence[str]], *, live: bool = True) -> None:
        """Looks for what keys stand for; with ``live``, also where that takes a call."""
        for name, keys in wanted.items():
            finder = self.finder(name, 0)
            if finder is not None and (live or not finder.live):
                self.references.learn(name, finder, keys)
        self._forget()

    def know(self, name: str, choices: Iterable[Choice]) -> None:
        """Remembers what keys of a column stand for."""
        self.references.add(name, choices)
        self._forget()

    def _forget(self) -> None:
        """Has rows written and counted anew: more is known about the keys in them."""
        self._written.clear()
        self.totals.clear()

    def take_learned(self) -> None:
        """Replaces codes and names in reference columns by the keys that were found for them."""
        found = [
            ((*self.path, at, column.name), choice.value)
            for column in self.columns
            if column.reference
            for at, row in enumerate(self.rows)
            if isinstance(row, Mapping) and isinstance(row.get(column.name), str)
            if (choice := self.references.match(column.name, row[column.name])) is not None
            if choice.value != row[column.name]
        ]
        if found:
            with self.model.together():
                for path, value in found:
                    self.model.set(path, value)
            self.check_whole()

    def _count(self, key: str, count: int) -> str:
        return self._say(f"{key}_one") if count == 1 else self._say(key, count)

    def _say(self, key: str, *values: Any) -> str:
        return _SAID[key][self.model.language == "nl"].format(*values)
