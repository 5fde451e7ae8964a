"""The choices of a reference field: searched as someone types, found by id."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from exactnb.forms.choices import Choice, Found, Framed, Nothing, Served, Source
from exactnb.schema.check import fold
from exactnb.threads import back_here, later

if TYPE_CHECKING:
    import pandas as pd

    from exactnb.connection import Connection
    from exactnb.schema.tree import Field, Path

__all__ = ["Choice", "Finder", "Finders", "Found"]

#: seconds without a key stroke after which a search begins
DEBOUNCE = 0.25


class Finder:
    """The choices of one reference field; many finders may share what was found.

    Parameters
    ----------
    source
        Where choices come from.
    live
        Whether looking takes a call to the service.
    delay
        Seconds without a key stroke after which a search begins.
    """

    def __init__(self, source: Source, *, live: bool = False, delay: float = DEBOUNCE) -> None:
        self.source = source
        self.live = live
        self._delay = delay
        self._asked = 0
        self._stop: Callable[[], None] | None = None
        self._lock = threading.Lock()

    def search(self, text: str = "") -> Found:
        """The choices that a text finds, by label, code or id; the first page without text."""
        return self.source.look(" ".join(text.split()))

    def find(self, value: Any) -> Choice | None:
        """The choice with this value; None if there is none."""
        return self.source.one(value)

    def known(self, value: Any) -> Choice | None:
        """The choice with this value if it was met already; nothing is asked."""
        return self.source.known(value)

    def search_later(self, text: str, done: Callable[[Found | Exception], None]) -> None:
        """Hands the choices to ``done`` in a while, in the event loop where one is running.

        A search that was asked for since makes this one stale: then ``done`` is not called.
        """
        self._later(lambda: self.search(text), done)

    def find_later(self, value: Any, done: Callable[[Choice | Exception | None], None]) -> None:
        """Hands the choice with this value to ``done``, as :meth:`search_later` does."""
        self._later(lambda: self.find(value), done)

    def cancel(self) -> None:
        """Makes stale whatever was asked for."""
        with self._lock:
            self._asked += 1
            if self._stop is not None:
                self._stop()

    def _later(self, ask: Callable[[], Any], done: Callable[[Any], None]) -> None:
        self.cancel()
        with self._lock:
            mine, here = self._asked, back_here()

            def answer() -> None:
                try:
                    found = ask()
                except Exception as failed:
                    # nobody is there to raise to: it is shown at the field
                    found = failed
                here(self._hand, mine, found, done)

            self._stop = later(self._delay, answer)

    def _hand(self, mine: int, found: Any, done: Callable[[Any], None]) -> None:
        if mine == self._asked:
            done(found)


class Finders:
    """A finder for each reference field of a form.

    Parameters
    ----------
    books
        The connection whose collections are searched; None: only ``choices``.
    choices
        Field name or path → a DataFrame to choose from: a column ``id``, ``code`` or ``value`` is
        kept, its code and name are shown.

    Examples
    --------
    >>> import pandas as pd
    >>> from exactnb.schema.tree import tree
    >>> frame = pd.DataFrame({"id": ["a", "b"], "code": ["1", "2"], "name": ["Ann", "Bob"]})
    >>> field = tree({"properties": {"contact": {"type": "string"}}}).at(("contact",))
    >>> [each.label for each in Finders(choices={"contact": frame}).of(field, {}).search("bo")]
    ['2 · Bob']
    """

    def __init__(
        self,
        books: Connection | None = None,
        choices: Mapping[Any, pd.DataFrame] | None = None,
        *,
        delay: float = DEBOUNCE,
    ) -> None:
        self._books = books
        self._choices = dict(choices or {})
        self._delay = delay
        self._sources: dict[str, Source] = {}

    def has(self, field: Field) -> bool:
        """Whether a field is chosen by looking: it is a reference, or choices were given for it."""
        return field.lookup is not None or self._frame(field.path) is not None

    def of(self, field: Field, value: Any) -> Finder:
        """The finder of a field, for the value that the whole form has now."""
        frame = self._frame(field.path)
        if frame is not None:
            named = f"frame {_plain_path(field.path)}"
            return self._finder(named, lambda: Framed(frame, field), live=False)
        lookup = field.lookup.resolved(value, field.path) if field.lookup is not None else None
        books = self._books
        if lookup is None or books is None:
            return Finder(Nothing(), delay=self._delay)
        parameters = {name: each for name, each in lookup.parameters.items() if each is not None}
        named = f"{lookup.key} {sorted(parameters.items())} {field.kind}"
        return self._finder(
            named,
            lambda: Served(books.collection(lookup.key, parameters), field.kind),
            live=True,
        )

    def _finder(self, named: str, make: Callable[[], Source], *, live: bool) -> Finder:
        if named not in self._sources:
            self._sources[named] = make()
        return Finder(self._sources[named], live=live, delay=self._delay)

    def _frame(self, path: Path) -> pd.DataFrame | None:
        """The DataFrame given for a field: by its path, else by its name as people spell it."""
        if not self._choices or not path:
            return None
        wanted = (path, _plain_path(path), ".".join(_plain_path(path)))
        for given, frame in self._choices.items():
            if given in wanted or (isinstance(given, str) and fold(given) == fold(str(path[-1]))):
                return frame
        return None


def _plain_path(path: Path) -> tuple[str, ...]:
    """The path without row numbers: what holds for one row, holds for all."""
    return tuple(part for part in path if isinstance(part, str) and part != "*")
