"""Many administrations as one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from exactnb.connection import Connection
from exactnb.display.cards import Card, tell
from exactnb.errors import ExactnbError, InputError, NotFoundError, PullInterrupted
from exactnb.frames.build import text_dtype
from exactnb.ledger.export import export_ledger
from exactnb.portfolios.members import Item, Member, Place, members
from exactnb.portfolios.merging import merged
from exactnb.portfolios.tasks import Outcome, Refresh, Stopped, in_a_line, side_by_side
from exactnb.settings import Settings

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = ["Portfolio", "portfolio"]

T = TypeVar("T")

#: names that a card lists
_NAMED = 8


def portfolio(items: Connection | Iterable[Item]) -> Portfolio:
    """Many administrations as one, refreshed side by side and read as one ledger.

    Parameters
    ----------
    items
        Open connections, ids or names of connections, or pairs of either with the code of a
        division. One connection by itself stands for all the divisions that its login sees.
        What is given by id or name is opened, for reading, when it is refreshed.

    Raises
    ------
    InputError
        Nothing was given, something that is no connection, or the same administration twice.

    Examples
    --------
    >>> import exactnb as ex
    >>> both = ex.portfolio(books)
    >>> both.refresh()[["administration", "division", "ok"]].values.tolist()
    [['Noordster Rijwielen B.V.', 2400101, True], ['Noordster Beheer B.V.', 2400102, True]]
    >>> ledger = both.ledger()
    >>> ledger.groupby("division_name", observed=True)["cents"].sum().tolist()
    [0, 0]
    """
    return Portfolio(members(items))


class Portfolio:
    """Administrations that are refreshed and read together; made by :func:`exactnb.portfolio`.

    Each keeps a local copy of its own, as ``books.refresh()`` and ``books.ledger()`` do.
    """

    def __init__(self, members: Sequence[Member]) -> None:
        self._members = list(members)
        self._outcomes: list[Outcome | None] = [None] * len(self._members)

    def __len__(self) -> int:
        return len(self._members)

    # --- keeping up to date -------------------------------------------------------------------

    def refresh(
        self, *tables: str, executor: Executor | None = None, full: bool = False
    ) -> pd.DataFrame:
        """What became of each administration, one row each, after bringing all up to date.

        Each is one task, within limits of its own, and one that fails stops no other.

        Parameters
        ----------
        tables, full
            As of :meth:`exactnb.Connection.refresh`.
        executor
            Where the tasks run: any of ``concurrent.futures``, or what ``client.get_executor()``
            of Dask gives. It is left open. By default threads, ``settings.side_by_side`` of them.
            Another process opens the connection anew, and so is handed the token; ex.demo() lives
            in this process and takes threads. Another machine needs the same ``EXACTNB_HOME``,
            on a disk that both see: the local copy is kept there.

        Returns
        -------
        DataFrame
            administration, connection, division, ok, rows (of the ledger, or of the tables
            named), calls, seconds, why (what went wrong and what to do; empty where nothing did).

        Raises
        ------
        PullInterrupted
            Someone pressed Ctrl-C. What had not begun never will; ``frame`` tells what is in.

        Examples
        --------
        >>> import exactnb as ex
        >>> done = ex.portfolio([books, (books, 2400102)]).refresh("journals")
        >>> done["why"].tolist()
        ['', '']
        """
        settings = Settings.load()
        workers = min(len(self), settings.side_by_side)
        try:
            outcomes = side_by_side(
                Refresh(tables, full),
                self._members,
                executor,
                workers=workers,
                delay=settings.progress_delay,
            )
        except Stopped as stopped:
            frame = self._take(stopped.outcomes)
            raise PullInterrupted(
                f"The refresh was stopped: {int(frame['ok'].sum())} of {len(self)} "
                "administrations are in",
                hint="The error's .frame tells which. Refresh again to go on: what came is kept.",
                frame=frame,
            ) from None
        return self._take(outcomes)

    def _take(self, outcomes: Sequence[Outcome]) -> pd.DataFrame:
        """Remember what became of each, and tell it."""
        there: dict[Any, Member] = {}
        for n, outcome in enumerate(outcomes):
            if outcome.place is not None:
                self._members[n] = member = self._members[n].at(outcome.place)
                try:
                    _once(member, there)
                    _here(member, outcome.as_of)
                except ExactnbError as error:
                    outcome = outcome._replace(ok=False, why=in_a_line(error))
            self._outcomes[n] = outcome
        return self._frame()

    def _frame(self) -> pd.DataFrame:
        import pandas as pd

        outcomes = [outcome or Outcome(False) for outcome in self._outcomes]
        columns = {
            "administration": ([member.name for member in self._members], text_dtype()),
            "connection": ([member.words for member in self._members], text_dtype()),
            "division": ([member.key[2] for member in self._members], "Int64"),
            "ok": ([outcome.ok for outcome in outcomes], bool),
            "rows": ([outcome.rows for outcome in outcomes], "Int64"),
            "calls": ([outcome.calls for outcome in outcomes], "Int64"),
            "seconds": ([outcome.seconds for outcome in outcomes], "float64"),
            "why": ([outcome.why for outcome in outcomes], text_dtype()),
        }
        return pd.DataFrame(
            {name: pd.Series(values, dtype=dtype) for name, (values, dtype) in columns.items()}
        )

    # --- reading ------------------------------------------------------------------------------

    def ledger(self, *, labels: bool = False) -> pd.DataFrame:
        """Every booking of every administration, one row a line, as the local copies have it.

        Exact Online is not asked: :meth:`refresh` first. One that could not be refreshed the
        last time, or has no whole ledger here, is left out: a card says so, and
        ``attrs["missing"]`` which they are and why, one a line.

        Parameters
        ----------
        labels
            As of :meth:`exactnb.Connection.ledger`.

        Returns
        -------
        DataFrame
            division, division_name, administration (what it is called here), then the columns
            of ``books.ledger()``; one administration after the other, in the order in which they
            were given. ``attrs["as_of"]`` is the moment of the one that was refreshed longest
            ago. Amounts are in the home currency of each: ``attrs["currency"]`` lists them.

        Raises
        ------
        NotFoundError
            Not one of them is here.

        Examples
        --------
        >>> import exactnb as ex
        >>> both = ex.portfolio(books)
        >>> done = both.refresh()
        >>> both.ledger().columns[:4].tolist()
        ['division', 'division_name', 'administration', 'date']
        """
        missing: dict[str, str] = {}
        whole = self._whole(lambda one: one.ledger(refresh=False, labels=labels), missing)
        there, frames = zip(*whole, strict=True)
        about = [frame.attrs for frame in frames]
        ledger = merged(
            frames,
            {
                "division": [int(one["division"]) for one in about],
                "division_name": [one["division_name"] for one in about],
                "administration": [member.name for member in there],
            },
        )
        ledger.attrs.update(self._about(about, missing))
        return ledger

    def export_ledger(self, path: str | Path, format: str = "parquet") -> Path:
        """The folder with the bookings of every administration as files, for other engines.

        DuckDB, Polars, Dask and Spark read it as one table, partitioned by division and year;
        see :meth:`exactnb.Connection.export_ledger` for its types. One administration is in memory
        at a time. What is not here is left out, and a card says so, as of :meth:`ledger`.

        Parameters
        ----------
        path
            A folder: empty, not there, or an earlier export, which is replaced.
        format
            "parquet" or "feather".

        Raises
        ------
        NotFoundError
            Not one of them is here.
        DataError
            Two of them have the same number, on servers of two countries.
        """
        whole = self._whole(lambda one: one.ledger(refresh=False, engine="arrow"), {})
        return export_ledger((_for_export(*one) for one in whole), path, format)

    def _whole(
        self, read: Callable[[Connection], T], missing: dict[str, str]
    ) -> Iterator[tuple[Member, T]]:
        """Each administration with what is read of it; in the end, what is missing is told.

        Raises
        ------
        NotFoundError
            In the end: not one of them is here.
        """
        there: dict[Any, Member] = {}
        for n, outcome in enumerate(self._outcomes):
            member = self._members[n]
            try:
                if outcome is not None and not outcome.ok:
                    raise NotFoundError(outcome.why)
                books = member.open()
                self._members[n] = member = member.at(Place(books.info, books.division))
                _once(member, there)
                found = read(books)
            except ExactnbError as error:
                missing[member.name] = in_a_line(error)
            else:
                yield member, found
        if len(missing) == len(self):
            raise NotFoundError(
                f"None of the {len(self)} administrations is here: {_listed(missing)}",
                hint="Refresh the portfolio first, and see what its table says.",
            )
        if missing:
            tell(_gaps(missing, len(self)))

    def _about(
        self, each: Sequence[Mapping[str, str]], missing: Mapping[str, str]
    ) -> dict[str, str]:
        """Where a ledger of all came from, and what is not in it."""
        currencies = sorted({one["currency"] for one in each if one.get("currency")})
        warnings = [one["warnings"] for one in each if one.get("warnings")]
        if len(currencies) > 1:
            warnings.append(f"Home currencies differ ({', '.join(currencies)}): sum each apart")
        about = {
            "connection": f"{len(each)} of {len(self)} administrations",
            "currency": ", ".join(currencies),
            "as_of": min((one["as_of"] for one in each if one.get("as_of")), default=""),
            "complete": "no" if missing else "yes",
            "warnings": "; ".join(warnings),
        }
        if missing:
            about["missing"] = _listed(missing)
            about["stopped"] = f"without {', '.join(missing)}"
        return {name: text for name, text in about.items() if text}

    # --- showing ------------------------------------------------------------------------------

    def _card(self) -> Card:
        done = [outcome for outcome in self._outcomes if outcome is not None]
        failed = {
            member.name: outcome.why
            for member, outcome in zip(self._members, self._outcomes, strict=True)
            if outcome is not None and not outcome.ok
        }
        facts = {"Administrations": f"{len(self):,}"}
        state, tone = "not refreshed yet", "quiet"
        if done:
            moments = sorted(outcome.as_of for outcome in done if outcome.as_of)
            facts["Refreshed"] = f"{len(done) - len(failed):,}"
            facts["Rows"] = f"{sum(outcome.rows or 0 for outcome in done):,}"
            facts["As of"] = moments[0].replace("T", " ") if moments else "unknown"
            state, tone = (f"{len(failed):,} failed", "bad") if failed else ("up to date", "good")
        notes = _some([f"{name}: {why}" for name, why in failed.items()])
        return Card(
            "Portfolio",
            facts,
            state,
            tone,
            notes or _some([member.name for member in self._members]),
        )

    def _repr_html_(self) -> str:
        return self._card()._repr_html_()

    def __repr__(self) -> str:
        return str(self._card())


def _once(member: Member, there: dict[Any, Member]) -> None:
    """Raise if it turns out to be one that is there already."""
    twin = there.setdefault(member.key, member)
    if twin is not member:
        raise InputError(
            f"It is the same administration as {twin.name}", hint="Leave one of them out."
        )


def _here(member: Member, as_of: str) -> None:
    """Raise if what was refreshed elsewhere is not to be seen from here."""
    if as_of > str(member.open()._store.state().meta.get("as_of", "")):
        raise NotFoundError(
            "It is up to date where it was refreshed, but this machine does not see that copy",
            hint="Set EXACTNB_HOME to a folder that every worker and this machine share.",
        )


def _for_export(member: Member, table: pa.Table) -> tuple[int, pa.Table]:
    """The division, and its ledger with the names that tell it from the others."""
    import pyarrow as pa

    about = json.loads(table.schema.metadata[b"exactnb"])
    for name, text in (("administration", member.name), ("division_name", about["division_name"])):
        table = table.add_column(0, name, pa.repeat(text, table.num_rows))
    return int(about["division"]), table


def _gaps(missing: Mapping[str, str], count: int) -> Card:
    """A card that says what is not in a ledger."""
    return Card(
        f"{len(missing):,} of {count:,} administrations are not in it",
        state="incomplete",
        tone="bad",
        notes=_some(_listed(missing).splitlines()),
    )


def _listed(missing: Mapping[str, str]) -> str:
    return "\n".join(f"{name}: {why}" for name, why in missing.items())


def _some(lines: Sequence[str]) -> list[str]:
    more = [f"and {len(lines) - _NAMED:,} more"] if len(lines) > _NAMED else []
    return [*lines[:_NAMED], *more]
