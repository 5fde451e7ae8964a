"""Turning pages: one call after the other, each page read beside the next call.

Two things are paged: the output of an action, whose cursor goes back in as one of its inputs,
and Exact Online's own ``__next``. Both come down to :func:`turn`.
"""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from exactnb.display.progress import Progress, progress
from exactnb.errors import BadAnswerError, ExactnbError, IncompleteError, PullInterrupted
from exactnb.frames import Cursor, Page, next_cursor, read_page
from exactnb.membrane.pacing import watching
from exactnb.schema.check import fold
from exactnb.threads import pool

if TYPE_CHECKING:
    import pandas as pd

    from exactnb.exact.entities import Entity

__all__ = ["Ask", "Pulled", "Rows", "cursor_input", "gather", "pull", "shown", "turn"]

#: Tells how many rows came so far; that waits until the last page is read.
Rows = Callable[[], int]
#: Gives the bytes of the next page, by the cursor of the one before; of the first page when
#: there are no rows yet (None). None when there is no way to go on.
Ask = Callable[["Cursor | None", "Rows | None"], "bytes | None"]

#: input names that take a cursor, most telling first (folded: lower case, no underscores)
_CURSOR_INPUTS = (
    "cursor",
    "nextcursor",
    "skiptoken",
    "nextlink",
    "next",
    "pagetoken",
    "nextpagetoken",
    "continuationtoken",
)
_SKIP_INPUTS = ("skip", "offset")
#: of an answer in which there are no records, and no list that could be empty
_LOST = "nothing came where a list of rows was due"


def turn(
    ask: Ask,
    entity: Entity | None,
    *,
    limit: int | None = None,
    marked: bool = False,
) -> Generator[Page, None, str | None]:
    """The pages of a chain in order, each read beside the next call; one call at a time.

    When something stops it, Ctrl-C too, the pages that came before are given first, then it
    raises. What it returns in the end is why that end may not be the end, or None.

    Parameters
    ----------
    entity
        The entity whose records come, or None.
    limit
        Rows after which to stop.
    marked
        Whether a page without a cursor is surely the last, as it is with Exact Online itself.
        An action may have lost it: then a first page that is exactly full is asked on. One that
        has marked its pages before is believed.
    """
    came, seen = 0, set[Cursor]()
    cursor: Cursor | None = None
    waiting: Future[Page] | None = None  # the page that came last, and is not given yet
    doubt = None

    def rows() -> int:
        return came + (waiting.result().count if waiting is not None else 0)

    with pool(1) as reader:
        try:
            while (raw := ask(cursor, None if waiting is None else rows)) is not None:
                newest, unmarked = reader.submit(read_page, raw, entity), cursor is None
                cursor = next_cursor(raw, entity)
                if waiting is not None:
                    page = waiting.result()
                    if unmarked and _repeats(page, newest.result()):
                        doubt = _doubt(page)
                        break
                    came, waiting = came + page.count, newest
                    yield page
                waiting = newest
                if cursor is None and newest.result().missing:
                    if seen:
                        waiting = None
                        raise BadAnswerError(
                            f"The page after {len(seen)} others did not come: {_LOST}"
                        )
                    doubt = _LOST
                    break
                if limit is not None and rows() >= limit:
                    break
                if cursor is None and (marked or seen or not _full(newest.result(), entity)):
                    break
                if cursor in seen:
                    raise BadAnswerError(
                        f"The service gave the same page mark twice, after {len(seen) + 1} pages",
                        hint="The rows so far are kept; ask for a smaller part, say one year.",
                    )
                if cursor is not None:
                    seen.add(cursor)
            else:
                doubt = _doubt(waiting.result()) if waiting is not None else None
            stop = None
        except (ExactnbError, KeyboardInterrupt) as error:
            stop = error
        if waiting is not None and waiting.exception() is None:
            yield waiting.result()
        if stop is not None:
            raise stop
    return doubt


def _doubt(page: Page) -> str:
    return f"exactly one page of {page.count} rows came, and no way to ask for more"


def _full(page: Page, entity: Entity | None) -> bool:
    """Whether a chain ends on a page that is exactly full: then the end may be none."""
    return page.count == (entity.page if entity is not None else 60)


def _repeats(one: Page, other: Page) -> bool:
    """Whether a page is the one before it again."""
    return one.count == other.count and all(
        name in other.columns and column.values == other.columns[name].values
        for name, column in one.columns.items()
    )


@dataclass
class Pulled:
    """What a pull brought: its pages, and how it ended."""

    pages: list[Page] = field(default_factory=list)
    stopped: BaseException | None = None
    """What stopped it before the end, if anything did."""
    doubt: str | None = None
    """Why its end may not be the end."""

    @property
    def rows(self) -> int:
        """Rows in all pages."""
        return sum(page.count for page in self.pages)


def pull(
    ask: Ask,
    entity: Entity | None,
    *,
    progress: Progress | None = None,
    **how: Any,
) -> Pulled:
    """All pages of a chain, or what came of them before something stopped it.

    ``progress`` is told of each page; the rest is as of :func:`turn`.
    """
    pulled = Pulled()

    def noted() -> Iterator[Page]:
        pulled.doubt = yield from turn(ask, entity, **how)

    try:
        for page in noted():
            pulled.pages.append(page)
            if progress is not None:
                progress.rows(page.count)
    except (ExactnbError, KeyboardInterrupt) as stop:
        pulled.stopped = stop
    return pulled


def gather(
    ask: Ask,
    entity: Entity | None,
    source: Mapping[str, str],
    *,
    limit: int | None = None,
    marked: bool = False,
    progress: Progress | None = None,
    **shape: Any,
) -> pd.DataFrame:
    """All pages of a chain as one frame, with where it came from in its ``attrs``.

    ``attrs["complete"]`` is "yes", "limited" (there may be more than was asked for), "no" (it
    was stopped), or "unknown": an answer of exactly one page that gives no way to ask for more,
    of which a warning tells too.

    Raises
    ------
    IncompleteError
        The chain stopped before its end: ``frame`` holds what came, and says so in its
        ``attrs``. After Ctrl-C it is a :class:`PullInterrupted`.
    """
    from exactnb.frames import to_frame

    what = next(iter(source.values()))
    pulled = pull(ask, entity, limit=limit, marked=marked, progress=progress)
    if pulled.stopped is not None and not pulled.pages:
        raise pulled.stopped
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    attrs = {**source, "fetched_at": now, "complete": "yes"}
    if limit is not None and pulled.rows >= limit:
        attrs |= {"complete": "limited", "limit": str(limit)}
    if pulled.doubt:
        attrs |= {"complete": "unknown", "doubt": pulled.doubt}
        warnings.warn(f"{what}: {pulled.doubt}", stacklevel=3)
    if pulled.stopped is None:
        return to_frame(pulled.pages, entity, attrs=attrs, limit=limit, **shape)
    interrupted = isinstance(pulled.stopped, KeyboardInterrupt)
    why = "it was interrupted" if interrupted else str(pulled.stopped)
    attrs |= {"complete": "no", "stopped": why}
    raise (PullInterrupted if interrupted else IncompleteError)(
        f"{what} stopped after {len(pulled.pages)} pages, {pulled.rows:,} rows: {why}",
        hint="The rows that came are in books.partial, and in the error's .frame.",
        frame=to_frame(pulled.pages, entity, attrs=attrs, limit=limit, **shape),
    ) from pulled.stopped


def shown(
    ask: Ask,
    entity: Entity | None,
    source: Mapping[str, str],
    *,
    delay: float,
    **how: Any,
) -> pd.DataFrame:
    """As :func:`gather`, with a bar that shows how it goes once it takes longer than ``delay``."""
    with progress(next(iter(source.values())), delay) as bar, watching(bar.waiting):
        return gather(ask, entity, source, progress=bar, **how)


def cursor_input(
    schema: Mapping[str, Any] | None, cursor: Cursor | None, rows: Rows
) -> dict[str, Any] | None:
    """The input that asks an action for its next page; None when it has no such input.

    An action that gave a full page and no cursor is asked again with ``skip``, if it has one.
    """
    fields = {fold(name): name for name in ((schema or {}).get("properties") or {})}
    if cursor is not None:
        for name in (fold(cursor.kind), *_CURSOR_INPUTS):
            if name in fields:
                value = cursor.value
                return {fields[name]: _token(value) if name == "skiptoken" else value}
    return next(({fields[name]: rows()} for name in _SKIP_INPUTS if name in fields), None)


def _token(value: str) -> str:
    """The ``$skiptoken`` out of a link; a bare token as it is."""
    query = dict(parse_qsl(urlsplit(value).query))
    return query.get("$skiptoken", value)
