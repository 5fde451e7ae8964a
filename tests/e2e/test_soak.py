"""A long day on a bad line: one call in ten goes wrong, and in the end all books agree.

SOAK_CALLS reads and writes (2,000 unless said) are made as a person makes them, who reads what an
error says: what failed is sent again, what is unknown is looked up. SOAK_SEED tells which.
"""

from __future__ import annotations

import itertools
import os
import random
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pandas as pd
import pytest
from local_side import Clock, anew, assert_same
from small_company import SHOP, company

from exactnb.connection import Connection
from exactnb.errors import ExactnbError, RepeatError
from exactnb.membrane.api import Membrane
from exactnb.membrane.lanes import Lanes
from exactnb.membrane.pacing import Paced
from exactnb.membrane.transport import HTTPTransport
from exactnb.sandbox import Faults, Sandbox
from exactnb.sandbox.store import Store
from exactnb.settings import Settings

CALLS = int(os.environ.get("SOAK_CALLS", "2000"))
SEED = int(os.environ.get("SOAK_SEED", "2026"))
#: of the calls at each of the two doors, Membrane's and Exact Online's
RATE = 0.10
#: not here: ``hang`` needs time; ``disconnected`` and ``forbidden`` need a person;
#: ``repeating_page`` and ``not_found`` are good answers to another question
KINDS = (
    "rate_limit", "rate_limit_retry_after", "rate_limit_minutely", "unauthorized",
    "server_error", "bad_gateway", "unavailable", "gateway_timeout", "html", "empty", "truncated",
    "dropped", "dropped_after",
)  # fmt: skip


@dataclass
class Intent:
    """One thing that somebody wants written, once: what sends it, and where it is found."""

    send: Callable[[], object]
    table: str
    column: str
    mark: str
    key: str = "ID"
    about: str | None = None

    def there(self, sandbox: Sandbox) -> int:
        """How many records have it, by the sandbox's own database."""
        sql = f"SELECT count(DISTINCT {self.key}) FROM main.{self.table} WHERE {self.column} = ?"
        return int(sandbox.exact_online.store.value(sql, (self.mark,)))


class Day:
    """What is done on that day, and what is known of it."""

    def __init__(self, sandbox: Sandbox, books: Connection, seed: int) -> None:
        self.sandbox, self.books, self.dice = sandbox, books, random.Random(seed)
        self.counts: Counter[str] = Counter()
        self.numbers = itertools.count(1)
        self.errors: list[ExactnbError] = []
        self.intents: list[Intent] = []
        self.again: list[Intent] = []
        """Those that failed, and are to be sent once more."""
        self.last: dict[tuple[str, str | None], Intent] = {}
        """The last change of each record that went through."""
        self.lost: dict[int, Intent] = {}
        """Those of which it is unknown, by their row of the outbox."""
        self.customers = books.list_accounts(status="C")["id"].tolist()
        self.items = books.list_items(is_sales_item=True)["id"].tolist()
        gl = books.odata("GLAccounts", select=["ID", "Code"]).set_index("code")["id"]
        self.costs, self.bank = gl["4100"], gl["1100"]
        self.contacts = books.list_contacts(limit=60)["id"].tolist()

    def hour(self, calls: int) -> None:
        """So many reads and writes; then what got lost is looked up."""
        for _ in range(calls):
            if self.dice.random() < 0.5:
                self.read()
            elif self.again and self.dice.random() < 0.7:
                self.write(self.again.pop())
            else:
                self.intents.append(made := self.new())
                self.write(made)
        self.look_up()

    # --- reads

    def read(self) -> None:
        """One read, which is whole and right, or an error that says what it is."""
        looks = [self.listed, self.got, self.paged, self.refreshed]
        (look,) = self.dice.choices(looks, weights=[2, 4, 2, 2])
        try:
            look()
            self.counts["read"] += 1
        except ExactnbError as error:
            self.counts["read that failed"] += 1
            self.errors.append(error)

    def listed(self) -> None:
        name, table = self.dice.choice(
            [("contacts", "Contacts"), ("sales_orders", "SalesOrders"), ("items", "Items")]
        )
        self.whole(getattr(self.books, f"list_{name}")(), table)

    def paged(self) -> None:
        self.whole(self.books.odata("Accounts", select=["ID", "Name"]), "Accounts")

    def whole(self, frame: pd.DataFrame, table: str) -> None:
        """Nothing is missing, or it says that something may be."""
        if frame.attrs["complete"] != "yes":
            self.counts["read in doubt"] += 1
        else:
            assert len(frame) == self.rows(table)

    def got(self) -> None:
        id = self.dice.choice(self.customers)
        name = self.value("SELECT Name FROM main.Accounts WHERE ID = ?", id)
        assert self.books.get_account(id)["name"] == name

    def refreshed(self) -> None:
        ledger = self.books.ledger()
        # one that went on after it was cut off is of the moment when it began, and says so
        sql = "SELECT count(*) FROM main.TransactionLines WHERE Division = ? AND Modified < ?"
        as_of = int(pd.Timestamp(ledger.attrs["as_of"]).timestamp() * 1000)
        assert self.value(sql, SHOP, as_of) <= len(ledger) <= self.rows("TransactionLines")

    def value(self, sql: str, *parameters: object) -> Any:
        """Of the sandbox's own database."""
        return self.sandbox.exact_online.store.value(sql, parameters)

    def rows(self, table: str) -> int:
        return int(self.value(f"SELECT count(*) FROM main.{table} WHERE Division = ?", SHOP))

    # --- writes

    def new(self) -> Intent:
        """Something to write that nobody wrote before."""
        books, mark = self.books, f"soak-{next(self.numbers)}"
        customer, item = self.dice.choice(self.customers), self.dice.choice(self.items)
        contact = self.dice.choice(self.contacts)
        lines = [{"item": item, "quantity": self.dice.randint(1, 9), "net_price": 12.5}]
        kind = self.dice.randrange(8)
        if kind == 0:
            return Intent(lambda: books.create_account(name=mark), "Accounts", "Name", mark)
        if kind == 1:
            given = {"account": customer, "last_name": mark}
            return Intent(lambda: books.create_contact(given), "Contacts", "LastName", mark)
        if kind == 2:
            given = {"code": mark, "description": "Bel"}
            return Intent(lambda: books.create_item(given), "Items", "Code", mark)
        if kind == 3:
            given = {"ordered_by": customer, "your_ref": mark, "sales_invoice_lines": lines}
            return Intent(
                lambda: books.create_sales_invoice(given),
                "SalesInvoices", "YourRef", mark, "InvoiceID",
            )  # fmt: skip
        if kind == 4:
            given = {"ordered_by": customer, "your_ref": mark, "sales_order_lines": lines}
            return Intent(
                lambda: books.create_sales_order(given), "SalesOrders", "YourRef", mark, "OrderID"
            )
        if kind == 5:
            return Intent(
                lambda: books.update_account(customer, city=mark),
                "Accounts", "City", mark, about=customer,
            )  # fmt: skip
        if kind == 6:
            return Intent(
                lambda: books.update_contact(contact, job_title_description=mark),
                "Contacts", "JobTitleDescription", mark, about=contact,
            )  # fmt: skip
        legs = [(self.costs, self.dice.randint(1, 900)), (self.bank, None)]
        entry = {
            "JournalCode": "90",
            "GeneralJournalEntryLines": [
                {"GLAccount": gl, "AmountFC": amount or -legs[0][1], "Description": mark}
                for gl, amount in legs
            ],
        }
        path = "/generaljournalentry/GeneralJournalEntries"
        return Intent(
            lambda: books.request(path, method="POST", json=entry),
            "TransactionLines", "Description", mark, "EntryID",
        )  # fmt: skip

    def write(self, intent: Intent) -> None:
        """Send it once; a person who is told "unknown" may press again, and is refused."""
        if intent.about and intent.about in {each.about for each in self.lost.values()}:
            self.again.append(intent)  # first find out what is in that record now
            return
        try:
            intent.send()
            self.counts["write"] += 1
            self.last[intent.table, intent.about] = intent
        except ExactnbError as error:
            self.errors.append(error)
            if not error.unknown:
                self.counts["write that failed"] += 1
                self.again.append(intent)
                return
            self.counts["write that got lost"] += 1
            self.lost[error.outbox_id] = intent
            with pytest.raises(ExactnbError) as caught:
                intent.send()
            if isinstance(caught.value, RepeatError):
                self.counts["second click, refused"] += 1
            assert not caught.value.unknown

    def look_up(self) -> None:
        """What the outbox can find out now; what was not made is sent again later."""
        for id, status in self.books.reconcile()[["id", "status"]].itertuples(index=False):
            if status != "unknown":
                intent = self.lost.pop(id)
                self.counts[f"lost, then found to be {status}"] += 1
                if status == "failed":
                    self.again.append(intent)
                else:
                    self.last[intent.table, intent.about] = intent


def trouble(seed: int) -> Faults:
    faults = Faults(seed=seed)
    for where in ("membrane", "exact"):
        for kind in KINDS:
            # to Membrane, nothing is a good answer of Exact's to a write, as it is to an update
            method = "GET" if (kind, where) == ("empty", "exact") else "*"
            chance = 1 - (1 - RATE) ** (1 / len(KINDS))
            faults.add(kind, where=where, method=method, times=None, probability=chance)
    return faults


def over(sandbox: Sandbox, home, clock: Clock) -> Connection:
    """A connection that may write, waits by a clock of its own, and gives up on no lost write."""
    given = {"calls_a_minute": None, "calls_a_day": None, "errors_an_hour": 10**9}
    given |= {"progress_delay": 3600}
    settings = Settings(
        api_url="http://sandbox.example", token=sandbox.token, home=home, **given,
        run_timeout=30, reconcile_margin=-30,  # in this process an answer is there, or never
    )  # fmt: skip
    client = httpx.Client(transport=httpx.WSGITransport(app=sandbox))
    transport = HTTPTransport(settings, client=client)
    paced = Paced(transport, settings, lanes=Lanes(), clock=clock, sleep=clock.sleep)
    membrane = Membrane(paced, settings)
    info = membrane.connection(sandbox.connection_id)
    return Connection(membrane, info, settings, read_only=False)


@pytest.mark.filterwarnings("ignore:.*(exactly one page|nothing came where)")
def test_after_a_day_of_trouble_all_books_agree(tmp_path):
    sandbox, clock = Sandbox(store=Store.build(company())), Clock()
    books = over(sandbox, tmp_path, clock)
    books.ledger()
    day = Day(sandbox, books, SEED)
    calm, sandbox.faults = sandbox.faults, trouble(SEED)
    done = 0
    while done < CALLS:
        day.hour(min(100, CALLS - done))
        done += 100
    for _ in range(20):  # looking up goes wrong as well
        if day.lost:
            day.look_up()
    struck = dict.fromkeys(KINDS, 0)
    for fault in sandbox.faults._faults:
        struck[fault.kind] += fault._struck
    sandbox.faults = calm

    # nothing is left unknown, and what the outbox says is what is there
    assert books.outbox("unknown").empty
    assert not day.lost
    agree(day)
    # nothing is lost: sent again, as the errors said, all that was wanted is there, once
    failed, day.again = day.again, []
    for intent in failed:
        day.write(intent)
    assert not day.again
    agree(day)
    for intent in day.intents:
        stays = intent.about is None or day.last[intent.table, intent.about] is intent
        assert intent.there(sandbox) == stays, intent.mark
    # and the copy is what somebody has who reads all of it now
    assert_same(books.ledger(), anew(sandbox, tmp_path / "anew", division=SHOP))
    assert len(books.ledger()) == day.rows("TransactionLines")
    day.counts["seconds waited"] = round(clock.waited)
    day.counts["rows in the outbox"] = len(books.outbox())
    sys.stdout.write(f"{dict(day.counts)}\nfaults: {struck}\n")
    # every error said what it was, and none was about a write that had been made before
    assert all(len(str(error)) > 20 for error in day.errors)
    assert not any(isinstance(error, RepeatError) for error in day.errors)
    assert min(struck.values()) > 0
    assert day.counts["second click, refused"] > 0
    assert day.counts["lost, then found to be sent"] > 0
    assert day.counts["lost, then found to be failed"] > 0


def agree(day: Day) -> None:
    """Of each write, as many records are there as the outbox says were sent: one, or none."""
    rows = day.books.outbox("sent")
    sent = Counter(rows["input"].str.extract(r'"(soak-\d+)"')[0])
    for intent in day.intents:
        if intent.about is None:
            assert sent[intent.mark] <= 1, intent.mark
            assert intent.there(day.sandbox) == sent[intent.mark], intent.mark
