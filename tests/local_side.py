"""Local copies over sandboxes of one's own, and a bookkeeper who changes the books behind them."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from contextlib import contextmanager
from urllib.parse import unquote

import httpx
import pandas as pd
import small_company

from exactnb.connection import Connection
from exactnb.membrane.api import Membrane
from exactnb.membrane.lanes import Lanes
from exactnb.membrane.pacing import Paced
from exactnb.membrane.transport import HTTPTransport
from exactnb.sandbox import Sandbox
from exactnb.sandbox.serve import start
from exactnb.sandbox.store import Store
from exactnb.settings import Settings

SHOP, HOLDING = small_company.SHOP, small_company.HOLDING
MAIN = 2400101
FREE = {"calls_a_minute": None, "calls_a_day": None, "errors_an_hour": 10_000, "backoff": 0.001}


class Clock:
    """A clock that moves when somebody waits, and a little with each look."""

    def __init__(self, now=1_800_000_000.0, tick=0.0):
        self.now, self.tick = now, tick
        self.waited = 0.0

    def __call__(self):
        self.now += self.tick
        return self.now

    def sleep(self, seconds):
        assert seconds >= 0
        self.now += seconds
        self.waited += seconds


class Watched(Sandbox):
    """A sandbox that remembers what Exact Online was asked; may do something before an answer."""

    division = MAIN

    def __init__(self, *given, **named):
        self.asked = []
        self.before = lambda path: None
        super().__init__(*given, **named)

    @classmethod
    def small(cls, **named):
        """One with a company of some two hundred lines, in two years."""
        sandbox = cls(store=Store.build(small_company.company()), **named)
        sandbox.division = SHOP
        keeper = Bookkeeper(sandbox)
        for _ in range(7):
            keeper.add(keeper.ids(26))
        return sandbox

    def _exact(self, request):
        path = unquote(request.full_path)
        self.asked.append(path)
        self.before(path)
        return super()._exact(request)

    def calls(self):
        """How often each resource was asked for since the last look."""
        found = [re.sub(r"^/api/v1/(\d+|current)/|\?.*", "", path) for path in self.asked]
        self.asked.clear()
        return Counter(found)

    @property
    def store(self):
        return self.exact_online.store


def over(sandbox, home, *, clock=None, division=None, **settings):
    """A connection to a sandbox in this process, whose copy is in ``home``."""
    chosen = Settings(
        api_url="http://sandbox.example", token=sandbox.token, home=home, **{**FREE, **settings}
    )
    client = httpx.Client(transport=httpx.WSGITransport(app=sandbox))
    transport = HTTPTransport(chosen, client=client)
    return _connected(transport, chosen, sandbox, clock, division or sandbox.division)


@contextmanager
def served(sandbox, home, **settings):
    """The same over a socket."""
    with start(sandbox) as address:
        chosen = Settings(api_url=address, token=sandbox.token, home=home, **{**FREE, **settings})
        transport = HTTPTransport(chosen)
        try:
            yield _connected(transport, chosen, sandbox, None, sandbox.division)
        finally:
            transport.close()


def _connected(transport, settings, sandbox, clock, division):
    timing = {} if clock is None else {"clock": clock, "sleep": clock.sleep}
    paced = Paced(transport, settings, lanes=Lanes(), **timing)
    membrane = Membrane(paced, settings)
    info = membrane.connection(sandbox.connection_id)
    return Connection(membrane, info, settings, division=division)


class Bookkeeper:
    """Changes lines as Exact Online does: new row versions, a row in Deleted for what is gone."""

    def __init__(self, sandbox, division=None):
        self.exact, self.store = sandbox.exact_online, sandbox.store
        self.division = division or sandbox.division
        self._numbers = itertools.count(1)

    def ids(self, count, *, skip=0, table="TransactionLines"):
        """Keys of so many rows, spread over all; with another ``skip``, others."""
        sql = f"SELECT ID FROM main.{table} WHERE Division = ? ORDER BY ID"
        every = [row[0] for row in self.store.rows(sql, (self.division,))]
        step = max(1, len(every) // count)
        return every[skip % step :: step][:count]

    def change(self, keys, *, table="TransactionLines", **values):
        """Change rows: their description, unless something else is said."""
        with self.store.transaction():
            moment = self.store.moment(self.exact._now())
            for key in keys:
                given = values or {"Description": f"Gewijzigd {next(self._numbers)}"}
                given = {**given, "Modified": moment, "Timestamp": self.store.next_timestamp()}
                places = ", ".join(f'"{name}" = ?' for name in given)
                self.store.connection.execute(
                    f"UPDATE main.{table} SET {places} WHERE ID = ?", (*given.values(), key)
                )

    def add(self, keys, *, table="TransactionLines", **values):
        """Book copies of these rows; their keys."""
        made = []
        for key in keys:
            with self.store.transaction():
                [row] = self.store.records(f"SELECT * FROM main.{table} WHERE ID = ?", (key,))
                moment = self.store.moment(self.exact._now())
                row |= {"ID": self.store.new_key(), "Created": moment, "Modified": moment, **values}
                row["Timestamp"] = self.store.next_timestamp()
                self._insert(table, row)
                made.append(row["ID"])
        return made

    def delete(self, keys, *, kind=1, table="TransactionLines"):
        """Delete rows; what they held."""
        gone = []
        for key in keys:
            with self.store.transaction():
                gone += self.store.records(f"SELECT * FROM main.{table} WHERE ID = ?", (key,))
                self.store.connection.execute(f"DELETE FROM main.{table} WHERE ID = ?", (key,))
                self._insert(
                    "SyncDeleted",
                    {
                        "Timestamp": self.store.next_timestamp(),
                        "ID": self.store.new_key(),
                        "EntityKey": key,
                        "EntityType": kind,
                        "DeletedBy": None,
                        "DeletedDate": self.store.moment(self.exact._now()),
                        "Division": self.division,
                    },
                )
        return gone

    def restore(self, rows, *, table="TransactionLines"):
        """Put rows back that were deleted, under their old keys."""
        for row in rows:
            with self.store.transaction():
                moment = self.store.moment(self.exact._now())
                version = self.store.next_timestamp()
                self._insert(table, {**row, "Modified": moment, "Timestamp": version})

    def count(self, table="TransactionLines"):
        sql = f"SELECT count(*) FROM main.{table} WHERE Division = ?"
        return self.store.value(sql, (self.division,))

    def _insert(self, table, row):
        names = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join("?" * len(row))
        self.store.connection.execute(
            f"INSERT INTO main.{table} ({names}) VALUES ({marks})", tuple(row.values())
        )


def assert_same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """Two frames hold the same, row for row, in the same types."""
    pd.testing.assert_frame_equal(one, other)


def anew(sandbox, home, **settings):
    """The ledger as somebody has it who reads it for the first time."""
    return over(sandbox, home, **settings).ledger()
