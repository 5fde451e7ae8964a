"""Every room that asks the service, with each kind of trouble: one clear error, and nothing lost.

Rooms with more to lose have tests of their own: pacing and transport, pages, the local copy, the
outbox, forms, ``reconcile()``, portfolios, setting up, reports.
"""

from __future__ import annotations

import pandas as pd
import pytest
from sandbox_side import over
from small_company import JANSEN, SHOP, company

import exactnb as ex
from exactnb.errors import ExactnbError
from exactnb.sandbox import Sandbox
from exactnb.sandbox.store import Store

#: kind → where it strikes
TROUBLE = {
    "rate_limit": "exact", "unauthorized": "membrane",
    "server_error": "membrane", "bad_gateway": "membrane", "gateway_timeout": "exact",
    "html": "membrane", "empty": "membrane", "truncated": "membrane", "dropped": "membrane",
    "forbidden": "membrane",  # the last, since that is remembered
}  # fmt: skip


def picked(books):
    """What a picker finds: the rooms of forms ask for it."""
    form = ex.form(books, "create-contact", dry_run=True)
    form.finders.of(form.model.field(("account",)), form.value).search("Jan")


#: what is asked of each room, once it is open; those that fail need the service for it
ROOMS = {
    "catalog": lambda books: books.actions("unpaid invoices"),
    "an action that lists": lambda books: books.list_accounts(),
    "an action that gets": lambda books: books.get_account(JANSEN),
    "any action": lambda books: books.run("list-gl-accounts", top=1),
    "a request": lambda books: books.request("/crm/Accounts"),
    "odata": lambda books: books.odata("VATCodes"),
    "divisions": lambda books: books.in_division(100002),
    "the ledger": lambda books: books.ledger(),
    "open items": lambda books: books.open_items(),
    "a table": lambda books: books.table("items"),
    "a refresh": lambda books: books.refresh(full=True),
    "an export": lambda books: books.export_ledger(books.settings.home / "out"),
    "a form of a record": lambda books: ex.form(books, "update-account", id=JANSEN, dry_run=True),
    "a picker": picked,
}


@pytest.fixture(scope="module")
def sandbox():
    return Sandbox(store=Store.build(company()))


@pytest.fixture
def opened(sandbox, tmp_path):
    """Opens the books anew: a limit that was hit holds up those that hit it."""

    def anew():
        books = over(sandbox, home=tmp_path, retries=1, backoff=0.0, longest_wait=0.0)
        for action in ("update-account", "create-contact"):
            books.action(action)
        assert books.division == SHOP
        return books

    sandbox.faults.clear()
    yield anew
    sandbox.faults.clear()


#: no trouble to them: the catalog never gets to Exact, and a request hands over what it gets
NONE = {("catalog", "rate_limit"), ("catalog", "gateway_timeout")}
NONE |= {("a request", "html"), ("a request", "empty")}


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_says_in_one_error_what_went_wrong(sandbox, opened, raised, room):
    books = opened()
    before, store = books.ledger(), books._store
    tables = store.state().tables
    for kind in [kind for kind in TROUBLE if (room, kind) not in NONE]:
        books = opened()
        sandbox.faults.add(kind, where=TROUBLE[kind], times=None)
        error = raised(ExactnbError, ROOMS[room], books)
        sandbox.faults.clear()
        assert len(str(error)) > 30, kind
        assert error.hint or error.run_id, kind
        assert "\nTraceback" not in str(error), kind
        assert store.state().tables == tables, kind  # neither lost nor half there
    books = opened()
    assert books.outbox().empty
    pd.testing.assert_frame_equal(books.ledger(refresh=False), before)
    books.refresh("lines", "items")
    ROOMS[room](books)  # and once the trouble is over it works


def test_what_is_made_of_the_copy_is_made_without_the_line(sandbox, opened, tmp_path):
    books = opened()
    ledger = books.ledger()
    books.table("vat_codes")
    for kind, where in TROUBLE.items():
        sandbox.faults.add(kind, where=where, times=None)
    assert len(books.ledger(refresh=False)) == len(ledger)
    assert len(books.table("vat_codes", refresh=False)) == 6
    explorer = ex.explore(ledger, "2026")
    explorer.drill("8000")
    assert len(explorer.frame)
    assert ex.aged_receivables(ledger, "2026-06-30").statement
    assert ex.charts.ageing(ex.aged_receivables(ledger, "2026-06-30")).svg
    assert ex.to_excel({"ledger": ledger}, tmp_path / "x.xlsx").exists()
    assert "lines" in str(books.store)
    done = ex.portfolio([books]).refresh()
    assert not done["ok"].any()
    assert done["why"].str.len().min() > 20
