"""Many small companies, each with figures of its own, and one address that serves them all."""

from __future__ import annotations

from collections import Counter

from sandbox_side import FREE, over
from small_company import SHOP, Table, company
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from exactnb.opening import reach
from exactnb.sandbox import Sandbox
from exactnb.sandbox.store import Store
from exactnb.settings import Settings

#: what a test has no time for
HASTY = {**FREE, "retries": 1, "backoff": 0.0}


def times(number: int) -> list[Table]:
    """The small company, with every amount of its ledger so many times as large."""
    return [
        table._replace(rows=[_larger(table.columns, row, number) for row in table.rows])
        if table.entity == "TransactionLines"
        else table
        for table in company()
    ]


def _larger(columns: tuple, row: tuple, number: int) -> tuple:
    return tuple(
        round(value * number, 2) if name in ("AmountDC", "AmountFC") else value
        for name, value in zip(columns, row, strict=True)
    )


def sandbox(number: int) -> Sandbox:
    """Company number so many, over a connection of its own."""
    made = Sandbox(store=Store.build(times(number)), seed=number)
    made.state.connections[made.connection_id].name = f"Client {number:02}"
    return made


def opened(made: Sandbox):
    """A connection to it, within this process."""
    return over(made, **HASTY)


def own(made: Sandbox) -> Counter[str]:
    """Cents by GL account, as its own books have them."""
    sql = (
        "SELECT g.Code, l.AmountDC FROM main.TransactionLines l "
        "JOIN main.GLAccounts g ON g.ID = l.GLAccount WHERE l.Division = ?"
    )
    sums: Counter[str] = Counter()
    for code, amount in made.exact_online.store.rows(sql, (SHOP,)):
        sums[code] += round(amount * 100)
    return sums


def summed(ledger) -> dict[str, dict[str, int]]:
    """Administration → cents by GL account, as a ledger of all has them."""
    sums = ledger.groupby(["administration", "gl_account_code"], observed=True)["cents"].sum()
    found: dict[str, dict[str, int]] = {}
    for (name, code), cents in sums.items():
        found.setdefault(name, {})[code] = int(cents)
    return found


class Street:
    """A WSGI application with many sandboxes, each under a path of its own."""

    def __init__(self, sandboxes: dict[str, Sandbox]) -> None:
        self._sandboxes = sandboxes
        self._doors = DispatcherMiddleware(
            NotFound(), {f"/{name}": made for name, made in sandboxes.items()}
        )

    def __call__(self, environ, start_response):
        return self._doors(environ, start_response)

    @property
    def faults(self) -> Street:
        """What is cleared when it is closed."""
        return self

    def clear(self) -> None:
        for made in self._sandboxes.values():
            made.faults.clear()

    def connections(self, address: str):
        """A connection to each, which another process can open again."""
        for name, made in self._sandboxes.items():
            given = Settings.load(api_url=f"{address}/{name}", token=made.token)
            yield reach(given.model_copy(update=HASTY))
