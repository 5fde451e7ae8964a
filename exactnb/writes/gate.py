"""The one way out for what writes: recorded, sent once, closed with what the answer was."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from exactnb.errors import (
    BadAnswerError,
    ExactnbError,
    ReadOnlyError,
    RunError,
    ServerError,
    TransportError,
)
from exactnb.outbox import Outbox, Place, Write

__all__ = ["Answer", "Gate", "refused"]

T = TypeVar("T")

#: of these errors it is not known what was done, unless nothing was sent
_SILENT = (ServerError, BadAnswerError)
_FIND_OUT = "It is not known whether it was written: books.reconcile() finds out."


class Answer(NamedTuple):
    """What the answer to a write tells of it."""

    run_id: str | None
    record_id: str | None


class Gate:
    """Lets writes out one by one, each recorded before it is sent.

    Parameters
    ----------
    outbox
        Where they are recorded.
    place
        The connection that they go over.
    read_only
        Whether none is let out.
    hours
        For how long the same write is not let out twice.
    """

    def __init__(self, outbox: Outbox, place: Place, *, read_only: bool, hours: float) -> None:
        self._outbox = outbox
        self._place = place
        self._read_only = read_only
        self._hours = hours

    def check(self, what: str, *, action: str | None = None) -> None:
        """Raise ReadOnlyError where nothing may be written."""
        if self._read_only:
            raise ReadOnlyError.of(what, action=action)

    def once(
        self,
        write: Write,
        send: Callable[[], T],
        told: Callable[[T], Answer],
        *,
        again: bool = False,
    ) -> tuple[int, T]:
        """The row of the outbox, and the answer.

        Parameters
        ----------
        write
            What is sent, as it is recorded.
        send
            Sends it.
        told
            What the answer tells; raises if it is none.
        again
            Send it although it was sent before.

        Raises
        ------
        ReadOnlyError
            Nothing may be written; nothing was recorded.
        RepeatError
            The same was sent before.
        ExactnbError
            Whatever ``send`` raises. ``unknown`` says whether it may have been written.
        """
        self.check(write.action, action=write.action)
        id = self._outbox.record(self._place, write, hours=self._hours, again=again)
        try:
            answer = send()
            run_id, record_id = told(answer)
        except BaseException as error:
            self._failed(id, write, error)
            raise
        self._outbox.close(id, "sent", run_id=run_id, record_id=record_id)
        return id, answer

    def _failed(self, id: int, write: Write, error: BaseException) -> None:
        """Keep what became of a write that got no good answer."""
        no = refused(error)
        message = write.masked.out_of(getattr(error, "message", None) or type(error).__name__)
        run_id = getattr(error, "run_id", None)
        self._outbox.close(id, "failed" if no else "unknown", run_id=run_id, message=message)
        if isinstance(error, ExactnbError):
            error.outbox_id = id
            error.unknown = not no
            error.hint = error.hint if no else _FIND_OUT
        elif not no:
            error.add_note(_FIND_OUT)


def refused(error: BaseException) -> bool:
    """Whether an error proves that nothing was written: a clear no, or never sent.

    A crash, a run that broke, a time-out, a dropped line, an answer that is none, and being
    interrupted prove nothing.
    """
    if isinstance(error, TransportError) and not error.sent:
        return True
    if type(error) is TransportError or isinstance(error, _SILENT):
        return False
    if isinstance(error, RunError) and error.broke:
        return False
    return isinstance(error, ExactnbError)
