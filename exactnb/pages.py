"""Turning pages: one call after the other, each page read beside the next call.

Two things are paged: the output of an action, whose cursor goes back in as one of its inputs,
and Exact Online's own ``__next``. Both come down to :func:`pull`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from exactnb.errors import BadAnswerError, ExactnbError, IncompleteError, PullInterrupted
from exactnb.frames import Cursor, Page, next_cursor, read_page, to_frame

if TYPE_CHECKING:
    import pandas as pd

    from exactnb.exact.entities import Entity

__all__ = ["Ask", "Progress", "Pulled", "cursor_input", "gather", "progress_bar", "pull"]

#: Gives the bytes of the page at a cursor (None: the first one), told how many rows came so
#: far; None when there is no way to go on.
Ask = Callable[["Cursor | None", int], "bytes | None"]

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


@dataclass
class Pulled:
    """What a pull brought: its pages, and what stopped it before the end, if anything did."""

    pages: list[Page] = field(default_factory=list)
    stopped: BaseException | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Rows in all pages."""
        return sum(page.count for page in self.pages)


class Progress:
    """Counts calls and rows, and shows them once a pull has taken a while."""

    def __init__(self, bar: Any = None) -> None:
        self._bar = bar

    def page(self, rows: int) -> None:
        """Another page of so many rows has come."""
        if self._bar is not None:
            self._bar.update(rows)

    def waiting(self, until: float, why: str) -> None:
        """The next call has to wait until that moment (epoch seconds)."""
        if self._bar is not None:
            moment = dt.datetime.fromtimestamp(until).strftime("%H:%M:%S")
            self._bar.set_postfix_str(f"{why}, until {moment}")


@contextmanager
def progress_bar(title: str, delay: float) -> Iterator[Progress]:
    """A progress that appears after ``delay`` seconds and leaves nothing behind."""
    from tqdm.auto import tqdm

    with tqdm(desc=title, unit=" rows", delay=delay, leave=False) as bar:
        yield Progress(bar)


def pull(
    ask: Ask,
    entity: Entity | None,
    *,
    limit: int | None = None,
    progress: Progress | None = None,
) -> Pulled:
    """All pages of a chain, or what came of them before something stopped it.

    Parameters
    ----------
    entity
        The entity whose records come, or None.
    limit
        Rows after which to stop.
    progress
        Told of each page.
    """
    pulled, seen, rows = Pulled(), set[Cursor](), 0
    cursor: Cursor | None = None
    with ThreadPoolExecutor(1, thread_name_prefix="exactnb-pages") as reader:
        reading: list[Future[Page]] = []
        try:
            while (raw := ask(cursor, rows)) is not None:
                reading.append(reader.submit(read_page, raw, entity))
                cursor = next_cursor(raw)
                if cursor is None or limit is not None or len(reading) > 8:
                    # wait for a page only where its count decides, or the reader falls behind
                    _take(reading, pulled, progress)
                    rows = pulled.rows
                if cursor is None and not _cut_short(pulled, entity):
                    break
                if limit is not None and rows >= limit:
                    break
                if cursor in seen:
                    raise BadAnswerError(
                        f"The service gave the same page mark twice, after {rows} rows",
                        hint="The rows so far are kept; ask for a smaller part, say one year.",
                    )
                if cursor is not None:
                    seen.add(cursor)
            _take(reading, pulled, progress)
        except (ExactnbError, KeyboardInterrupt) as stop:
            pulled.stopped = stop
            _take([page for page in reading if _came(page)], pulled, progress)
    return pulled


def gather(
    ask: Ask,
    entity: Entity | None,
    source: Mapping[str, str],
    *,
    limit: int | None = None,
    progress: Progress | None = None,
    **shape: Any,
) -> pd.DataFrame:
    """All pages of a chain as one frame, with where it came from in its ``attrs``.

    Raises
    ------
    IncompleteError
        The chain stopped before its end: ``frame`` holds what came, and says so in its
        ``attrs``. After Ctrl-C it is a :class:`PullInterrupted`.
    """
    pulled = pull(ask, entity, limit=limit, progress=progress)
    attrs = {**source, **_provenance(pulled)}
    if pulled.stopped is None:
        return to_frame(pulled.pages, entity, attrs=attrs, limit=limit, **shape)
    if not pulled.pages and not isinstance(pulled.stopped, KeyboardInterrupt):
        raise pulled.stopped
    attrs |= {"complete": "no", "stopped": str(pulled.stopped) or "interrupted"}
    frame = to_frame(pulled.pages, entity, attrs=attrs, limit=limit, **shape)
    interrupted = isinstance(pulled.stopped, KeyboardInterrupt)
    kind = PullInterrupted if interrupted else IncompleteError
    why = "it was interrupted" if interrupted else str(pulled.stopped)
    raise kind(
        f"{next(iter(source.values()))} stopped after {len(pulled.pages)} pages, "
        f"{pulled.rows:,} rows: {why}",
        hint="The rows that came are in books.partial, and in the error's .frame.",
        frame=frame,
    ) from pulled.stopped


def _provenance(pulled: Pulled) -> dict[str, str]:
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    runs = [page.run_id for page in pulled.pages if page.run_id]
    told = {"fetched_at": now, "pages": str(len(pulled.pages)), "complete": "yes"}
    if runs:
        told["runs"] = " ".join(runs)
    if pulled.notes:
        told["notes"] = "; ".join(pulled.notes)
    return told


def _take(reading: list[Future[Page]], pulled: Pulled, progress: Progress | None) -> None:
    while reading:
        page = reading.pop(0).result()
        pulled.pages.append(page)
        if progress is not None:
            progress.page(page.count)


def _came(page: Future[Page]) -> bool:
    return page.exception() is None


def _cut_short(pulled: Pulled, entity: Any) -> bool:
    """Whether a chain ends on a page that is exactly full: then the end is only apparent."""
    size = entity.page if entity is not None else 60
    return bool(pulled.pages) and pulled.pages[-1].count == size


def cursor_input(
    schema: Mapping[str, Any] | None, cursor: Cursor | None, rows: int
) -> dict[str, Any] | None:
    """The input that asks an action for its next page; None when it has no such input.

    An action that gave a full page and no cursor is asked again with ``skip``, if it has one.
    """
    fields = {_fold(name): name for name in ((schema or {}).get("properties") or {})}
    if cursor is None:
        skip = next((fields[name] for name in _SKIP_INPUTS if name in fields), None)
        return {skip: rows} if skip else None
    kind, value = cursor
    wanted = (_fold(kind), *_CURSOR_INPUTS)
    name = next((name for name in wanted if name in fields), None)
    if name is None:
        skip = next((fields[n] for n in _SKIP_INPUTS if n in fields), None)
        return {skip: rows} if skip else None
    return {fields[name]: _token(value) if name == "skiptoken" else value}


def _token(value: str) -> str:
    """The ``$skiptoken`` out of a link; a bare token as it is."""
    query = dict(parse_qsl(urlsplit(value).query))
    return query.get("$skiptoken", value)


def _fold(name: str) -> str:
    return name.replace("_", "").replace("$", "").lower()
