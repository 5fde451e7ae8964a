"""A form without its widgets: values, errors, changes and undo."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from exactnb.absent import ABSENT
from exactnb.forms.model.changes import differences
from exactnb.forms.model.checking import by_path, check, check_at, hidden
from exactnb.forms.model.code import call, covered
from exactnb.forms.model.editor import Editor
from exactnb.forms.model.history import Change
from exactnb.forms.model.sending import (
    changed_only,
    formulas,
    in_order,
    mentions,
    without_read_only,
)
from exactnb.forms.model.state import Unread
from exactnb.forms.model.typed import parse
from exactnb.forms.model.values import Path, get, same
from exactnb.schema.check import say
from exactnb.schema.validate import Problem

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Change", "FormModel", "Status"]

#: ready → checking → confirm → pending → done, failed or unknown
Status = Literal["ready", "checking", "confirm", "pending", "done", "failed", "unknown"]

_SAID: Mapping[str, tuple[str, str]] = {
    "stuck": (
        "cannot be cleared here; give it a value",
        "kan hier niet worden leeggemaakt; geef een waarde",
    ),
    "formula": (
        "has a name that starts with $: Membrane would take it for a formula",
        "heeft een naam die met $ begint: Membrane zou het als formule opvatten",
    ),
}


class FormModel(Editor):
    """What was filled in, what is wrong with it, and what would be sent.

    Parameters
    ----------
    schema
        An action's input schema, or any JSON Schema.
    value
        What is there to begin with, taken as it is; without it, a new record that begins with
        the defaults of its schema.
    language
        Of messages, numbers and dates; ``ex.options.language`` unless given.

    Notes
    -----
    :meth:`get`, :meth:`field` and changes show the values themselves, which nobody alters;
    :attr:`value`, :meth:`payload` and :meth:`patch` give copies to do with as you like.

    Examples
    --------
    >>> model = FormModel({"properties": {"price": {"type": "number"}, "note": {}}})
    >>> model.enter(("price",), "1.234,50")
    >>> model.payload()
    {'price': Decimal('1234.50')}
    """

    def __init__(self, schema: Any, value: Any = ABSENT, *, language: str | None = None) -> None:
        super().__init__(schema, value, language=language)
        self._status: Status = "ready"
        self._tried = False
        self._banner: tuple[str, ...] = ()
        self._has_read_only = mentions(schema, "readOnly")

    def __repr__(self) -> str:
        state = "new" if self._is_new else "changed" if self.changed else "unchanged"
        errors = f", {len(self.errors)} with errors" if self.errors else ""
        return f"<FormModel {state}{errors}, {self.status}>"

    # --- typing and checking ------------------------------------------------------------------

    def enter(self, path: Path, text: str) -> None:
        """Take what a person typed, and check it.

        A text that cannot be read stays as it was typed, with an error; the value stays what it
        was. An emptied text makes the field absent.
        """
        with self.together():
            self.touch(path)
            if text != self.text(path):
                if text.strip():
                    self._read(path, text)
                else:
                    self.clear(path)
            self.validate(path)

    def _read(self, path: Path, text: str) -> None:
        field = self._leaf(path)
        try:
            value = parse(field, text, self.language)
        except ValueError as odd:
            why = hidden(str(odd), text) if field is not None and field.sensitive else str(odd)
            self._edit(path, self._state.typed(path, Unread(text, why)))
        else:
            self.set(path, value)

    def validate(self, path: Path = ()) -> list[Problem]:
        """What a person has to put right: all of it, or what hangs under a path.

        Below a path it costs what that path costs. Errors that are known beside the path and
        above it are looked at again, since the edit may have been what they asked for. What the
        service refused is in :attr:`errors` and not in this list: it is for the service to say
        whether it still does.
        """
        with self.together():
            again = [path] if path == () else self._stirred(path)
            found = [problem for each in again for problem in self._check(each)]
            kept = {} if path == () else {**self._state.found}
            for each in again:
                kept = {p: said for p, said in kept.items() if p[: len(each)] != each}
            now = {**kept, **by_path(found)}
            if now != self._state.found:
                self._state = replace(self._state, found=now)
            unread = self._state.unread.items()
        here = len(path)
        typed = [Problem(p, "unread", each.why) for p, each in unread if p[:here] == path]
        known = {problem.path for problem in typed}
        return typed + [p for p in found if p.path not in known and p.path[:here] == path]

    def _check(self, path: Path) -> list[Problem]:
        value = self._state.value
        if path == ():
            found = check(self._field, self.schema, value, self.language)
        else:
            found = check_at(self._field, value, path, self.language)
        return [each for each in found if not self._stays(each.path)]

    def _stays(self, path: Path) -> bool:
        """Whether a path is in a field of an existing record that is not sent: it did not change.

        Whatever is there was kept once, and need not be put right to change something else.
        """
        before = ABSENT if self._is_new else get(self._start, path[:1])
        return (
            bool(path) and before is not ABSENT and same(get(self._state.value, path[:1]), before)
        )

    def _stirred(self, path: Path) -> list[Path]:
        """A path and the errors around it, the outer ones first; none of them under another."""
        around = {
            known
            for known in self._state.found
            if known[:-1] == path[:-1] or known == path[: len(known)]
        }
        outer: list[Path] = []
        for each in sorted({path, *around}, key=len):
            if not any(each[: len(known)] == known for known in outer):
                outer.append(each)
        return outer

    def _arrived(self) -> None:
        if self._tried:
            self._state = replace(self._state, found=by_path(self._check(())))

    @property
    def errors(self) -> Mapping[Path, tuple[str, ...]]:
        """Everything that is wrong, by path: not readable, not fitting, refused by the service."""
        state = self._state
        unread = {path: (each.why,) for path, each in state.unread.items()}
        said = {**state.found, **unread}
        for path, messages in state.refused.items():
            said[path] = (*said.get(path, ()), *messages)
        return said

    @property
    def shown_errors(self) -> Mapping[Path, tuple[str, ...]]:
        """The errors to show: where a person has been, or all once sending was tried.

        What the service refused is always shown.
        """
        state, errors = self._state, self.errors
        if self._tried:
            return errors
        return {p: said for p, said in errors.items() if p in state.touched or p in state.refused}

    def touch(self, path: Path) -> None:
        """Remember that a person has been at a field."""
        with self.together():
            if path not in self._state.touched:
                self._state = replace(self._state, touched=self._state.touched | {path})

    @property
    def touched(self) -> set[Path]:
        """Where a person has been."""
        return set(self._state.touched)

    def refuse(self, problems: Iterable[tuple[Path, str]]) -> None:
        """Take what the service said: at its field, or in the banner when it names none."""
        refused: dict[Path, tuple[str, ...]] = {}
        banner = []
        with self.together():
            for path, message in problems:
                if path and self._field(path) is not None:
                    refused[path] = (*refused.get(path, ()), message)
                else:
                    banner.append(f"{say(path)}: {message}" if path else message)
            self._banner = tuple(banner)
            self._state = replace(self._state, refused=refused)

    @property
    def sendable(self) -> bool:
        """Whether nothing is wrong but what the service once said, and may not say again."""
        return not (self._state.found or self._state.unread)

    @property
    def banner(self) -> tuple[str, ...]:
        """What the service said about no field in particular."""
        return self._banner

    @property
    def tried(self) -> bool:
        """Whether sending was tried, so that every error is shown."""
        return self._tried

    @tried.setter
    def tried(self, tried: bool) -> None:
        self._tried = tried
        self._tell(())

    @property
    def status(self) -> Status:
        """Where the form is on its way."""
        return self._status

    @status.setter
    def status(self, status: Status) -> None:
        self._status = status
        self._tell(())

    def reset(self) -> None:
        """Go back to how it was in the beginning; undo brings the edits back."""
        self._tried, self._banner = False, ()
        super().reset()

    # --- sending --------------------------------------------------------------------------

    def payload(self) -> Any:
        """What would be sent: all that is there, without what only the service may say."""
        value = in_order(self.field(), self.value)
        return without_read_only(self.field(), value) if self._has_read_only else value

    def patch(self) -> Any:
        """What would be sent for an update: the fields that changed, each of them whole.

        A field that was cleared is null, or an empty text where only that fits; where neither
        does, it is left out and has an error.
        """
        value, baseline = self.value, self.baseline
        if not isinstance(value, dict) or not isinstance(baseline, dict):
            return {} if same(value, baseline) else self.payload()
        changed, stuck = changed_only(self.field(), self._tree(baseline), value, baseline)
        if stuck:
            said = dict.fromkeys(stuck, (self._say("stuck"),))
            with self.together():
                self._state = replace(self._state, found={**self._state.found, **said})
        return dict(in_order(self.field(), changed))

    def diff(self) -> pd.DataFrame:
        """What changed, one row a field or a line: field, path, old, new, as people read them.

        Absent is ``–``; sensitive values are masked.
        """
        import pandas as pd

        before, now = self.baseline, self._state.value
        rows = differences(self._tree(before), before, self.field(), now, self.language)
        return pd.DataFrame(list(rows), columns=["field", "path", "old", "new"], dtype=object)

    def to_python(self, action: str, *, id: str | None = None) -> str:
        """The call that does what this form does, ready to run.

        Sensitive values are ``"…"``, to be filled in.

        Parameters
        ----------
        action
            Key of the action.
        id
            Of the record, for an update: only what changed is in the call then.
        """
        sent = self.payload() if id is None else self.patch()
        return call(action, covered(self.field(), sent), id=id, schema=self.schema)

    @property
    def warnings(self) -> Mapping[Path, tuple[str, ...]]:
        """What could be understood in another way than it was meant, by path."""
        found = {}
        for path, names in formulas(self._state.value):
            field = self._field(path)
            own = field.schema.get("properties", {}) if field is not None else {}
            if any(name not in own for name in names):
                found[path] = (self._say("formula"),)
        return found

    def _say(self, key: str) -> str:
        return _SAID[key][self.language == "nl"]
