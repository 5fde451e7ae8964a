"""A record on its way: checked, previewed, confirmed, sent once, read back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from exactnb.errors import ExactnbError, RepeatError
from exactnb.forms.duplicates import likely_duplicates
from exactnb.forms.landing import land
from exactnb.forms.model.code import covered
from exactnb.forms.model.typed import MASK
from exactnb.forms.preview import Lost, Preview, Receipt
from exactnb.forms.records import Original, conflicts, current, not_kept, read_back, telling_facts
from exactnb.forms.words import say
from exactnb.schema.plain import plain

if TYPE_CHECKING:
    import pandas as pd

    from exactnb.actions import Run
    from exactnb.connection import Connection
    from exactnb.forms.model import FormModel, Status

__all__ = ["Submission"]


class Describe(Protocol):
    """Says what will be done, or was."""

    def __call__(self, *, done: bool = False) -> str: ...


class Submission:
    """The road of one form: ready → confirm → pending → done, failed or unknown.

    ``model.status`` says where it is. Each step does nothing unless the one before it was
    done, so that a second click, however it comes, finds nothing to do.

    Parameters
    ----------
    books
        Where to write.
    action
        Key of the action.
    model
        What was filled in.
    original
        For an update: the record as it was when the form was opened.
    describe
        What will happen, in words, for headings and the button.
    dry_run
        Whether to stop at the preview.

    Attributes
    ----------
    preview, receipt, lost
        What there is to show at this point of the road; None elsewhere.
    repeat : RepeatError or None
        Why it was not sent: the same was sent before.
    message : str
        What there is to say beside that.
    """

    def __init__(
        self,
        books: Connection,
        action: str,
        model: FormModel,
        original: Original | None,
        *,
        describe: Describe,
        dry_run: bool = False,
    ) -> None:
        self.action = action
        self.model = model
        self.original = original
        self.dry_run = dry_run
        self.preview: Preview | None = None
        self.receipt: Receipt | None = None
        self.lost: Lost | None = None
        self.repeat: RepeatError | None = None
        self.message = ""
        self._books = books
        self._describe = describe
        self._watchers: list[Callable[[], None]] = []
        self._seen = None if original is None else original.record
        self._checked: Any = None
        self._write: int | None = None
        self._lock = threading.Lock()

    def watch(self, told: Callable[[], None]) -> None:
        """Calls back after each step."""
        self._watchers.append(told)

    @property
    def outcome(self) -> Preview | Receipt | Lost | None:
        """What there is to show at this point of the road."""
        at: dict[str, Any] = {
            "confirm": self.preview,
            "pending": self.preview,
            "done": self.receipt,
            "unknown": self.lost,
        }
        return at.get(self.model.status)

    @property
    def payload(self) -> dict[str, Any]:
        """The input as it stands: all of a new record; of an existing one what changed."""
        if self.original is None:
            return dict(self.model.payload())
        patch = self.model.patch()
        return {self.original.input: self.original.id, **patch} if patch else {}

    # --- the steps ------------------------------------------------------------------------------

    def check(self) -> Preview | None:
        """What would be sent; None when something is wrong, which the model then tells."""
        if not self._step("checking", after=("ready", "confirm", "failed")):
            return None
        self.preview = self.repeat = None
        self.message = ""
        try:
            self.preview = self._look()
        finally:
            self._become("ready" if self.preview is None else "confirm")
        return self.preview

    def back(self) -> None:
        """From the preview, or from a refusal, to the form."""
        if self._step("ready", after=("confirm", "failed")):
            self.preview = self.repeat = None
            self.message = ""
            self._tell()

    def send(self, *, again: bool = False) -> Receipt | None:
        """The receipt of the record that was made; None when it was not, or not yet.

        Parameters
        ----------
        again
            Send it although the same was sent before.
        """
        if self.dry_run or not self._step("pending", after=("confirm",)):
            return None
        self.message, self.repeat = "", None
        try:
            if self._still_as_previewed():
                self._send(again=again)
        except BaseException:
            # stopped by hand, or by what nobody foresaw: it may have been sent
            if self.model.status == "pending":
                self._lose(say("stopped"), None)
            raise
        return self.receipt

    def find(self) -> Receipt | None:
        """The receipt of a lost write, if it is found out that it was made."""
        if self.model.status != "unknown" or self._write is None:
            return None
        found = self._books.look_up(self._write)
        if found.status == "unknown":
            self.lost = Lost(self._describe(), found.how, found.candidates)
            self._tell()
            return None
        return self._settled()

    def claim(self, record_id: str | None) -> Receipt | None:
        """The receipt of a lost write, when a person says which record it made, or that none."""
        if self.model.status != "unknown" or self._write is None:
            return None
        self._books.settle(self._write, record_id=record_id)
        return self._settled()

    def another(self) -> None:
        """Ready for another record, with what was filled in kept."""
        if self._step("ready", after=("done",)):
            self.preview = self.receipt = self.lost = self.repeat = None
            self.message = ""
            self._tell()

    def take_over(self) -> None:
        """Put what is there now in the place of what was there when the form was opened.

        What you changed stays changed.
        """
        if self.original is None or self._seen is None or not self._step("ready", ("confirm",)):
            return
        patch = self.model.patch()
        self.original = self.original._replace(record=self._seen)
        self.model.rebase(self.original.start(self.model.schema))
        with self.model.together():
            for name, value in patch.items():
                self.model.set((name,), value)
        self.preview = None
        self._tell()

    # --- what they do ---------------------------------------------------------------------------

    def _step(self, to: Status, after: tuple[Status, ...]) -> bool:
        """Go on to a status, if it is the turn of that; only one thread at a time can."""
        with self._lock:
            if self.model.status not in after:
                return False
            self.model.status = to
        if to in ("checking", "pending"):
            self._tell()
        return True

    def _become(self, status: Status) -> None:
        self.model.status = status
        self._tell()

    def _tell(self) -> None:
        for told in self._watchers:
            told()

    def _look(self) -> Preview | None:
        """The preview of what was filled in, if nothing is wrong with it."""
        model = self.model
        model.tried = True
        model.validate()
        sent = plain(self.payload)  # of an update, this tells what cannot be cleared
        if not model.sendable:
            return None
        model.refuse(())  # what was refused before may be right by now
        if self.original is not None and not sent:
            self.message = say("nothing")
            return None
        self._checked = sent
        notes = [text for texts in model.warnings.values() for text in texts]
        try:
            alike = likely_duplicates(self._books, self.action, sent)
        except ExactnbError as failed:
            alike = likely_duplicates(self._books, "", sent)
            notes.append(say("no_duplicates", failed.message))
        if self.dry_run:
            notes.append(say("dry_run"))
        return Preview(
            heading=self._describe(),
            connection=self._books.info.name,
            division=str(self._books.division_in_words),
            sent=covered(model.field(), sent, MASK),
            changes=None if self.original is None else model.diff()[["field", "old", "new"]],
            alike=alike,
            conflict=self._conflict(),
            notes=tuple(notes),
        )

    def _conflict(self) -> pd.DataFrame | None:
        """What someone else changed since the form was opened; None if nothing was."""
        if self.original is None:
            return None
        self._seen = current(self._books, self.action, self.original.id)
        if self.original.is_same(self._seen):
            return None
        return conflicts(self.original, self._seen, self.model)

    def _still_as_previewed(self) -> bool:
        """Whether form and record are as the preview showed them; else that is shown anew."""
        if plain(self.payload) != self._checked:
            self.preview, self.message = None, say("changed")
            self._become("ready")
            return False
        if self.original is not None and self._seen is not None:
            seen = self.original._replace(record=self._seen)
            if not seen.is_same(current(self._books, self.action, self.original.id)):
                self._become("confirm")
                self.check()
                return False
        return True

    def _send(self, *, again: bool) -> None:
        try:
            run = self._books.run(self.action, self._checked, again=again)
        except RepeatError as repeat:
            self.repeat, self.message = repeat, str(repeat)
            self._become("confirm")
        except ExactnbError as error:
            if error.unknown:
                self._lose(error.message, error.outbox_id)
                self.find()
            else:
                self._refused(error)
        else:
            self._done(run.record_id, run)

    def _done(self, made: str | None, run: Run | None) -> None:
        id = self.original.id if self.original is not None else made
        self.receipt = self._receipt(id, run)
        self._become("done")

    def _receipt(self, id: str | None, run: Run | None) -> Receipt:
        heading, run_id = self._describe(done=True), run.id if run is not None else None
        try:
            record = read_back(self._books, self.action, id)
        except ExactnbError as failed:
            return Receipt(heading, id, run_id, None, notes=(say("not_read", failed.message),))
        if record is None:
            return Receipt(heading, id, run_id, None, notes=(say("no_get"),))
        differing = not_kept(self._books, self.action, id, self._checked, record)
        facts = telling_facts(record, self.model)
        return Receipt(heading, id, run_id, record, facts, tuple(differing))

    def _refused(self, error: ExactnbError) -> None:
        landing = land(error, self.model)
        self.model.refuse([*landing.problems, *(((), text) for text in landing.banner)])
        self.message = say("not_written") + (f" ({error.run_id})" if error.run_id else "")
        self.preview = None
        self._become("failed")

    def _lose(self, why: str, write: int | None) -> None:
        """Say that it is not known what became of it, and look whether that can be found out."""
        if write is None:
            newest = self._books.outbox("unknown", limit=1)
            write = None if newest.empty else int(newest["id"].iloc[0])
        self._write = write
        self.lost = Lost(self._describe(), why)
        self._become("unknown")

    def _settled(self) -> Receipt | None:
        """Go on by what the outbox knows by now."""
        rows = self._books.outbox()
        row = rows[rows["id"] == self._write].iloc[0]
        if row["status"] == "sent":
            self._done(row["record_id"], None)
            return self.receipt
        if row["status"] == "failed":
            self.lost, self.message = None, say("was_not_written")
            self._become("failed")
        return None
