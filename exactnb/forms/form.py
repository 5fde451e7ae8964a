"""A form for an action: filled in, checked, previewed, confirmed, sent once, read back."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from exactnb.absent import ABSENT
from exactnb.catalog import id_input, reads
from exactnb.errors import ExactnbError, InputError, ReadOnlyError
from exactnb.forms.lines import Lines
from exactnb.forms.lines.frame import from_frame, to_frame
from exactnb.forms.lookup import Finders
from exactnb.forms.model import FormModel
from exactnb.forms.records import Original, current, starting
from exactnb.forms.static import Static
from exactnb.forms.submit import Submission
from exactnb.forms.words import describe
from exactnb.schema.check import find_name, fold, say

if TYPE_CHECKING:
    import pandas as pd

    from exactnb.connection import Connection
    from exactnb.forms.preview import Preview, Receipt
    from exactnb.forms.screen import Screen
    from exactnb.membrane.models import Action
    from exactnb.schema.tree import Field, Path

__all__ = ["Form", "form"]


def form(
    books: Connection,
    action: str,
    value: Mapping[str, Any] | None = None,
    *,
    id: str | None = None,
    choices: Mapping[Any, pd.DataFrame] | None = None,
    dry_run: bool = False,
) -> Form:
    """A form that guides a person through an action that writes, made from its input schema.

    Nothing is sent before it was checked, shown and confirmed, and then it is sent once.

    Parameters
    ----------
    books
        The connection to write with.
    action
        Key of the action, such as "create-sales-invoice".
    value
        What is filled in already, under the action's own names (or spelled as columns are).
    id
        For an update: the key of the record. It is read, shown, and only what you change is sent.
    choices
        Field → DataFrame to choose its value from, such as ``{"item": items}``.
    dry_run
        Whether to stop before sending.

    Raises
    ------
    NotFoundError
        No such action, or no such record.
    ReadOnlyError
        The connection is read-only (a dry run is allowed).
    InputError
        An update without an id, or an action that only reads.

    Examples
    --------
    >>> import exactnb as ex
    >>> customer = ex.form(ex.demo(), "create-account", {"name": "De Vries Fietsen"})
    >>> customer["status"] = "C"
    >>> customer.check().heading
    'Create account De Vries Fietsen'
    >>> customer.send().record["name"]
    'De Vries Fietsen'
    """
    found = books.action(action)
    key = found.key or found.id
    if reads(found):
        raise InputError(
            f"{key} only reads, so there is nothing to fill in and send",
            hint=f"Run it: books.run({key!r}, …).",
            action=key,
        )
    if books.read_only and not dry_run:
        raise ReadOnlyError.of(key, action=key)
    updates = key.startswith("update-")
    if updates and id is None:
        raise InputError(
            f"{key} needs the id of the record to change",
            hint=f"Give it: ex.form(books, {key!r}, id=…).",
            action=key,
        )
    record = current(books, key, str(id)) if updates else None
    return Form(books, found, value, record=record, id=id, choices=choices, dry_run=dry_run)


class Form:
    """A record in the making; shown in a notebook it is a form to fill in.

    It can be filled in from code too: ``form["name"] = "…"``, ``form["lines"] = frame``.

    Attributes
    ----------
    model : FormModel
        The values, with their errors and their history.
    submission : Submission
        Where the record is on its way.
    """

    def __init__(
        self,
        books: Connection,
        action: Action,
        value: Mapping[str, Any] | None,
        *,
        record: pd.Series | None,
        id: str | None,
        choices: Mapping[Any, pd.DataFrame] | None,
        dry_run: bool,
    ) -> None:
        self.action = action.key or action.id
        self.finders = Finders(books, choices)
        original = None if record is None else Original(str(id), id_input(action), record)
        self.model = FormModel(*starting(action.input_schema or {}, original))
        self.submission = Submission(
            books, self.action, self.model, original, describe=self._describe, dry_run=dry_run
        )
        self.submission.watch(self._refresh)
        self._screen: Screen | None = None
        self._shown: list[Any] = []
        self._lines: dict[str, Lines] = {}
        with self.model.together():
            for name, each in (value or {}).items():
                self[name] = each

    # --- filling in from code -------------------------------------------------------------------

    def __getitem__(self, name: str) -> Any:
        """The value of an input; None if it has none, a DataFrame if it has lines."""
        field = self._field(name)
        if field.grid:
            return to_frame(self._lines_of(field))
        value = self.model.get(field.path)
        return None if value is ABSENT else value

    def __setitem__(self, name: str, value: Any) -> None:
        field = self._field(name)
        if field.grid and not isinstance(value, str):
            from_frame(self._lines_of(field), value)
        elif isinstance(value, str) and field.kind != "string":
            self.model.enter(field.path, value)  # as a person writes a number or a choice
        elif field.format in ("date", "date-time") and isinstance(value, str):
            self.model.enter(field.path, value)
        else:
            self.model.set(field.path, value)

    def __delitem__(self, name: str) -> None:
        self.model.clear(self._field(name).path)

    def _field(self, name: str) -> Field:
        schema = self.model.field().schema
        own = find_name(name, schema) or self._ending(name)
        if own is None:
            listed = ", ".join(schema.get("properties") or {})
            raise InputError(
                f"{name!r} is not an input of {self.action}; there are: {listed}",
                action=self.action,
            )
        return self.model.field((own,))

    def _ending(self, name: str) -> str | None:
        """The one array whose name ends like this: "lines" for ``salesInvoiceLines``."""
        arrays = [field.name for field in self.model.field().children if field.kind == "array"]
        found = [each for each in arrays if fold(each).endswith(fold(name))]
        return found[0] if len(found) == 1 else None

    def _lines_of(self, field: Field) -> Lines:
        if field.name not in self._lines:
            self._lines[field.name] = Lines(self.model, field.path, self.finders)
        return self._lines[field.name]

    @property
    def value(self) -> Any:
        """All that is filled in, as plain data."""
        return self.model.value

    @property
    def payload(self) -> Any:
        """What would be sent: for an update, only what changed."""
        return self.submission.payload

    @property
    def errors(self) -> dict[str, str]:
        """What is wrong, by field."""
        return {say(path): "; ".join(each) for path, each in self.model.errors.items()}

    @property
    def status(self) -> str:
        """ready, checking, confirm, pending, done, failed or unknown."""
        return self.model.status

    @property
    def record_id(self) -> str | None:
        """The key of the record that was made or changed; None while there is none."""
        receipt = self.submission.receipt
        return None if receipt is None else receipt.record_id

    def diff(self) -> pd.DataFrame:
        """What was changed: one row a field, with the old and the new value."""
        return self.model.diff()

    def to_python(self) -> str:
        """The call that does the same as this form."""
        original = self.submission.original
        return self.model.to_python(self.action, id=None if original is None else original.id)

    # --- the way out ------------------------------------------------------------------------------

    def check(self) -> Preview | None:
        """What would be sent; None when something is wrong, which :attr:`errors` tells."""
        return self.submission.check()

    def send(self, *, again: bool = False) -> Receipt | None:
        """The receipt of the record; None when it was not made, or it is not known whether it was.

        Parameters
        ----------
        again
            Send it although the same was sent before.

        Raises
        ------
        InputError
            It was not checked yet: :meth:`check` shows what will be sent.
        """
        if self.status in ("ready", "failed"):
            raise InputError(
                "This form was not checked yet, so nothing was sent",
                hint="Run form.check() and look at what it shows, then form.send().",
                action=self.action,
            )
        return self.submission.send(again=again)

    def called(self, path: Path) -> str:
        """A field as people call it: the titles on the way to it, rows by their number."""
        said = []
        for length in range(1, len(path) + 1):
            step, field = path[length - 1], self.model.field().at(path[:length])
            said.append(str(step + 1) if isinstance(step, int) else field.title if field else step)
        return " ".join(said)

    def find(self) -> Receipt | None:
        """The receipt of a write whose answer got lost, if it turns out that it was made."""
        return self.submission.find()

    # --- how it shows -----------------------------------------------------------------------------

    def _describe(self, *, done: bool = False) -> str:
        model = self.model
        totals = [self._gross(field) for field in model.field().children if field.grid]
        total = totals[0] if len(totals) == 1 else None
        return describe(self.action, model, self.finders, total=total, done=done)

    def _gross(self, field: Field) -> Decimal | None:
        """What the lines of a field come to with VAT; None while part of that is not known."""
        return self._learned(field).totals.gross

    def _learned(self, field: Field) -> Lines:
        """The lines of a field, after what their keys stand for was looked up."""
        lines = self._lines_of(field)
        with suppress(ExactnbError):  # what cannot be looked up stays a key, and its sum unknown
            lines.learn(lines.unknown())
        lines.count_all()
        return lines

    def _learn(self) -> None:
        """Look up what the keys that are filled in are called."""
        for field in self.model.field().children:
            value = self.model.get(field.path)
            if value is ABSENT:
                continue
            if field.grid:
                self._learned(field)
            elif field.lookup is not None:
                with suppress(ExactnbError):
                    self.finders.of(field, self.model.get(())).find(value)

    @property
    def title(self) -> str:
        """What the form is for, in words."""
        return describe(self.action, self.model, None)

    @property
    def screen(self) -> Screen:
        """The form as widgets, made when it is first asked for."""
        if self._screen is None:
            from exactnb.forms.screen import Screen

            self._screen = Screen(self)
        return self._screen

    @property
    def widget(self) -> Any:
        """The ipywidgets box of the form, to put among others."""
        return self.screen.widget

    def _refresh(self) -> None:
        if self._screen is not None:
            self._screen.refresh()

    def redraw(self) -> None:
        """Put what came of the form into the outputs that show it, for when they are saved."""
        for handle in self._shown:
            handle.update(self._repr_mimebundle_(), raw=True)

    def _static(self) -> tuple[str, str]:
        """The form and what came of it, as text and as HTML."""
        tables = {f.path: self._lines_of(f) for f in self.model.field().children if f.grid}
        for lines in tables.values():
            lines.count_all()
        shown: list[Any] = [Static(self.title, self.model, self.finders, tables)]
        if self.submission.outcome is not None:
            shown.append(self.submission.outcome)
        return "\n\n".join(map(str, shown)), "".join(each._repr_html_() for each in shown)

    def __str__(self) -> str:
        return self._static()[0]

    def __repr__(self) -> str:
        return f"<Form {self.action}: {self.status}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """The widget, and what it shows as text for where no widget lives."""
        text, html = self._static()
        live = self.widget._repr_mimebundle_() or {}
        return {**live, "text/plain": text, "text/html": html}

    def _ipython_display_(self) -> None:
        from IPython.display import display

        self._learn()
        self._shown.append(display(self._repr_mimebundle_(), raw=True, display_id=True))
        self.screen.fields.shown()
