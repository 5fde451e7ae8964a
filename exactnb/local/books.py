"""What a Connection offers of the local copy of its administration."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from exactnb.display.cards import Card
from exactnb.display.options import options
from exactnb.errors import ExactnbError, InputError, NotFoundError

# what works on columns is imported where it is used: all else must do where pyarrow is missing
if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from exactnb.local.refreshed import Refreshed
    from exactnb.membrane.models import ConnectionInfo
    from exactnb.proxy import Proxy
    from exactnb.settings import Settings
    from exactnb.store import State, Store

__all__ = ["LocalCopy"]

AsOf = str | dt.date | None


class LocalCopy:
    """What a :class:`~exactnb.connection.Connection` keeps here of the books."""

    info: ConnectionInfo
    settings: Settings
    _proxy: Proxy

    @cached_property
    def _store(self) -> Store:
        if find_spec("pyarrow") is None:
            raise ExactnbError(
                "A local copy needs pyarrow, which is missing here",
                hint="Install it: pip install pyarrow. books.odata() reads without.",
            )
        from exactnb.store import Store

        settings = self.settings
        return Store.of(settings.home, settings.api_url, self.info.id, self._proxy.division)

    # --- the ledger -------------------------------------------------------------------------

    @overload
    def ledger(
        self,
        *,
        refresh: bool = ...,
        as_of: AsOf = ...,
        labels: bool = ...,
        engine: Literal["pandas"] = ...,
    ) -> pd.DataFrame: ...

    @overload
    def ledger(
        self,
        *,
        refresh: bool = ...,
        as_of: AsOf = ...,
        labels: bool = ...,
        engine: Literal["arrow"],
    ) -> pa.Table: ...

    def ledger(
        self,
        *,
        refresh: bool = True,
        as_of: AsOf = None,
        labels: bool = False,
        engine: Literal["pandas", "arrow"] = "pandas",
    ) -> pd.DataFrame | pa.Table:
        """Every booking of the administration, one row a line, sorted by date and entry.

        The first time it is read from Exact Online, which takes a call for every 1,000 lines;
        from then on it is kept on this machine, and only what changed is asked for. Ctrl-C keeps
        what came, and the next call goes on from there.

        Parameters
        ----------
        refresh
            False: as it is here, without a call.
        as_of
            A snapshot instead: its name, or a day or moment, for the newest made by then.
        labels
            Whether codes get a column with what they mean, in ``ex.options.language``.
        engine
            "pandas", or "arrow" for a ``pyarrow.Table``.

        Returns
        -------
        DataFrame
            :func:`exactnb.ledger_columns` tells what its columns hold. Debit is positive;
            ``cents`` is the amount in whole cents, for exact sums. ``attrs`` say where and when
            it came from (``as_of`` is a moment by Exact's clock), and what to beware of.

        Raises
        ------
        NotFoundError
            There is no such snapshot; or nothing is here, and ``refresh`` is False.
        AccessError
            Exact Online does not let this login read lines or GL accounts.
        IncompleteError
            It stopped before its end; after Ctrl-C it is a
            :class:`exactnb.errors.PullInterrupted`.

        Examples
        --------
        >>> ledger = books.ledger()
        >>> int(ledger["cents"].sum())
        0
        """
        if engine not in ("pandas", "arrow"):
            raise InputError(f"engine={engine!r} is unknown", hint="There are pandas and arrow.")
        store = self._store
        from exactnb.ledger.frame import ledger_frame, ledger_table
        from exactnb.local.about import checked
        from exactnb.local.declarations import LEDGER

        if refresh and as_of is None:
            self._refreshed(LEDGER)
        state, name = self._state(as_of)
        shape: Any = ledger_frame if engine == "pandas" else ledger_table
        made: pd.DataFrame | pa.Table = shape(
            store,
            checked(state),
            labels=labels,
            language=options.language,
            attrs=self._about(state, name),
        )
        return made

    def open_items(self, as_of: str | dt.date | None = None, *, refresh: bool = True) -> Any:
        """What customers and suppliers still have to pay or to be paid, one row an item.

        As :func:`exactnb.ledger.open_items.open_items` works it out from the ledger. As of now
        it is also held against Exact Online's own lists, if they may be read.

        Parameters
        ----------
        as_of
            The last day whose bookings count; None: today, as Exact Online has it.
        refresh
            False: as it is here, without a call.

        Examples
        --------
        >>> items = books.open_items()
        >>> [check["name"] for check in items.attrs["checks"] if not check["ok"]]
        []
        """
        store = self._store
        from exactnb.ledger.open_items import open_items
        from exactnb.local.about import together
        from exactnb.local.declarations import LEDGER

        lists = ("receivables", "payables") if as_of is None else ()
        if refresh:
            self._refreshed((*LEDGER, *lists), insist=lists)
        given = {name: self.table(name, refresh=False) for name in together(store.state(), lists)}
        return open_items(self.ledger(refresh=False), as_of, **given)

    def export_ledger(
        self, path: str | Path, format: str = "parquet", *, refresh: bool = True
    ) -> Path:
        """The folder with the ledger as files, one for each financial year, for other engines.

        As :func:`exactnb.ledger.export.export_ledger` writes them: DuckDB, Polars, Dask and Spark
        read them.

        Examples
        --------
        >>> import tempfile
        >>> folder = books.export_ledger(tempfile.mkdtemp())
        >>> sorted({file.suffix for file in folder.rglob("*.*")})
        ['.parquet']
        """
        ledger = self.ledger(refresh=refresh, engine="arrow")
        from exactnb.ledger.export import export_ledger

        return export_ledger([(self._proxy.division, ledger)], path, format)

    # --- keeping it -------------------------------------------------------------------------

    def refresh(self, *tables: str, full: bool = False) -> Refreshed:
        """What changed in Exact Online since the last time, now here too.

        Parameters
        ----------
        tables
            Such as "items" or "sales_invoices". None: those of the ledger, and whatever else is
            here already; of those, what was read within ``settings.master_hours`` is left as it
            is, lines apart.
        full
            Read everything anew, in place of what changed. What is here stays until that is
            complete.

        Returns
        -------
        Refreshed
            Shows as a card: rows that are new, changed and deleted, by table; calls; and what
            was refused.

        Examples
        --------
        >>> books.refresh("journals").tables["journals"].rows
        6
        """
        return self._refreshed(tables, insist=tables, full=full)

    def table(self, name: str, *, refresh: bool = True, as_of: AsOf = None) -> pd.DataFrame:
        """One of the tables that go with a ledger, such as accounts, items, VAT codes or returns.

        Parameters
        ----------
        name
            Such as "gl_accounts"; a wrong one is answered with those that there are.
        refresh
            Read it from Exact Online, unless that was done within ``settings.master_hours``.
            False: as it is here, without a call.
        as_of
            A snapshot, as for :meth:`ledger`.

        Examples
        --------
        >>> float(books.table("vat_codes")["percentage"].max())
        0.21
        """
        from exactnb.frames import table_frame
        from exactnb.local.declarations import declaration

        about = declaration(name)
        if refresh and as_of is None:
            self._refreshed((name,))
        state, snapshot = self._state(as_of)
        if name not in state.names:
            raise NotFoundError(
                f"The local copy has no {name} yet",
                hint=f"books.refresh({name!r}) reads it from Exact Online.",
            )
        columns = [about.entity.fields[field].column for field in about.select]
        there = self._store.schema(name, state=state).names
        rows = self._store.read(name, [n for n in columns if n in there], state=state)
        frame = table_frame(rows)
        frame.attrs.update({"table": name, **self._about(state, snapshot)})
        return frame

    @property
    def store(self) -> Card:
        """A card of the local copy: its tables, of when they are, and how large it is."""
        store = self._store
        from exactnb.local.about import card

        return card(store)

    def snapshot(self, name: str) -> Card:
        """Keep the books as they are here now, under a name; it takes no space until they change.

        ``books.ledger(as_of=name)`` gives them again, so that a report can be run again later on
        the same figures.

        Raises
        ------
        InputError
            That name is taken by other figures.
        NotFoundError
            There is nothing here yet.
        """
        self._store.snapshot(name)
        state = self._store.state(name)
        lines = self._store.count("lines", state=state) if "lines" in state.names else 0
        facts = {
            "Lines": f"{lines:,}",
            "As of": str(state.meta.get("as_of", "")).replace("T", " "),
        }
        return Card(f"Snapshot {name}", facts, notes=(f"books.ledger(as_of={name!r}) gives it.",))

    def snapshots(self) -> pd.DataFrame:
        """The snapshots, in the order in which they were made.

        Returns
        -------
        DataFrame
            name, made_at (UTC), as_of (by Exact's clock on the wall).
        """
        import pandas as pd

        from exactnb.frames.build import text_dtype

        def moments(texts: list[str], *, utc: bool) -> pd.Series:
            return pd.to_datetime(pd.Series(texts, dtype="object"), utc=utc).dt.as_unit("ms")

        kept = self._store.snapshots()
        return pd.DataFrame(
            {
                "name": pd.Series([each.name for each in kept], dtype=text_dtype()),
                "made_at": moments([each.made_at for each in kept], utc=True),
                "as_of": moments([each.as_of for each in kept], utc=False),
            }
        )

    def drop_snapshot(self, name: str) -> None:
        """Forget a snapshot."""
        self._store.drop_snapshot(name)

    def forget(self) -> None:
        """Delete the local copy of this administration, its snapshots too."""
        self._store.forget()

    # --- how --------------------------------------------------------------------------------

    def _refreshed(
        self, tables: Sequence[str], *, insist: Sequence[str] = (), full: bool = False
    ) -> Refreshed:
        store = self._store
        from exactnb.local.refresh import refresh

        return refresh(
            store,
            self._proxy,
            self.settings,
            tables,
            insist=insist,
            full=full,
        )

    def _state(self, as_of: AsOf) -> tuple[State, str | None]:
        """The state that is meant, and the name of the snapshot if it is one."""
        if as_of is None:
            return self._store.state(), None
        from exactnb.local.about import chosen

        name = chosen(self._store.snapshots(), as_of)
        return self._store.state(name), name

    def _about(self, state: State, snapshot: str | None) -> Mapping[str, str]:
        """Where a frame comes from, for its ``attrs``."""
        from exactnb.local.about import cautions

        about = {
            "connection": self.info.name,
            "division": str(self._proxy.division),
            "as_of": str(state.meta.get("as_of", "")),
            "complete": "yes",
        }
        if snapshot is not None:
            about["snapshot"] = snapshot
        if said := cautions(state):
            about["warnings"] = "; ".join(said)
        return about
