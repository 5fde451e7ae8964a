"""What goes wrong on the way: the copy is complete and right, or as it was, with what came kept."""

import signal
import subprocess
import sys
import textwrap
import threading
import time
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from local_side import Bookkeeper, Clock, Watched, anew, assert_same, over, served

from exactnb.errors import ExactnbError, IncompleteError, PullInterrupted
from exactnb.sandbox.exact import Limits
from exactnb.sandbox.faults import Faults

LINES = "sync/Financial/TransactionLines"
#: those that an answer tells of; 429 makes a wait, by the clock that is given
ANSWERS = ("rate_limit", "rate_limit_minutely", "bad_gateway", "html", "truncated", "empty")


@pytest.fixture(scope="module")
def right(tmp_path_factory):
    """The ledger as it is when nothing goes wrong."""
    return anew(Watched(), tmp_path_factory.mktemp("right"))


# --- faults


@pytest.mark.parametrize("kind", ANSWERS)
def test_with_trouble_on_one_page_in_twenty_the_ledger_is_right(tmp_path, right, kind):
    where = "exact" if kind.startswith("rate") else "membrane"
    faults, fault = now_and_then(kind, where=where, path="*" if where == "exact" else "*/proxy/*")
    company = Watched(faults=faults)
    books = over(company, tmp_path, clock=Clock(tick=0.01), division=company.division)
    assert_same(books.ledger(), right)
    assert fault._struck >= 1


@pytest.mark.parametrize("kind", ["dropped", "hang"])
def test_over_a_socket_too(tmp_path, right, kind):
    faults, fault = now_and_then(kind, path="*/proxy/*", seconds=60)
    company = Watched(faults=faults)
    with served(company, tmp_path, run_timeout=4.0) as books:
        company.open()
        assert_same(books.ledger(), right)
    assert fault._struck >= 1


def now_and_then(kind, **how):
    """Faults that strike one call in twenty: within those of a pull, not at once or twice in a row.

    A service that was silent twice is not asked a third time.
    """
    for seed in range(200):
        faults = Faults(seed=seed)
        fault = faults.add(kind, times=None, probability=0.05, **how)
        chance = faults._chance.getstate()
        rolls = [faults._chance.random() < fault.probability for _ in range(30)]
        faults._chance.setstate(chance)
        if any(rolls[2:18]) and not any(map(all, pairwise(rolls))):
            return faults, fault
    raise AssertionError("no seed strikes")


@pytest.mark.parametrize("kind", [*ANSWERS, "forbidden", "server_error"])
def test_where_nothing_works_one_error_says_so_and_the_copy_is_as_it_was(tmp_path, kind):
    sandbox = Watched.small()
    books = over(sandbox, tmp_path, clock=Clock(), retries=2)
    before = books.ledger()
    state = books._store.state()
    keeper = Bookkeeper(sandbox)
    keeper.change(keeper.ids(9))
    sandbox.faults.add(kind, where="exact", times=None)
    with pytest.raises(ExactnbError) as caught:
        books.ledger()
    assert len(str(caught.value)) > 20
    assert books._store.state().tables == state.tables
    assert_same(books.ledger(refresh=False), before)
    sandbox.faults.clear()
    books.refresh("lines")
    assert_same(books.ledger(), anew(sandbox, tmp_path / "anew"))


def test_a_broken_answer_is_asked_for_again_by_odata_too(tmp_path):
    sandbox = Watched.small()
    books = over(sandbox, tmp_path, clock=Clock())
    want = len(books.odata("GLAccounts"))
    for kind in ("html", "empty", "truncated"):
        sandbox.faults.add(kind, where="exact", path="*/GLAccounts", times=2)
        assert len(books.odata("GLAccounts")) == want
        sandbox.faults.clear()


# --- limits


@pytest.mark.parametrize("hidden", [False, True])
def test_no_limit_is_ever_hit(tmp_path, hidden):
    # pages of 60 instead of 1,000: 216 calls of lines alone
    clock = Clock(tick=0.001)
    company = Watched(limits=Limits(), clock=clock, hide_limits=hidden)
    for form in ("sync", "bulk"):
        company.faults.add("forbidden", where="membrane", path=f"*/{form}/Fin*", times=None)
    statuses = []
    answer = company._answer

    def told(request):
        made = answer(request)
        statuses.append(made.status_code)
        return made

    company._answer = told
    books = over(company, tmp_path, clock=clock, calls_a_minute=60, calls_a_day=5000)
    begun = clock.now
    assert len(books.ledger()) == Bookkeeper(company).count()
    assert 429 not in statuses
    calls = len(company.asked)
    assert calls > 216
    minutes = -(-calls // 60)
    assert (minutes - 2) * 60 <= clock.now - begun <= minutes * 60


def test_when_the_calls_of_a_day_are_used_up_what_came_is_kept(tmp_path):
    clock = Clock()
    company = Watched(limits=Limits(day=12), clock=clock)
    books = over(company, tmp_path, clock=clock, calls_a_minute=60, calls_a_day=12)
    with pytest.raises(IncompleteError, match="calls of today"):
        books.ledger()
    clock.now += 86_400
    assert len(books.ledger()) == Bookkeeper(company).count()
    assert company.calls()[LINES] <= 13 + 2


# --- going on


class Stopping(Watched):
    """Presses Ctrl-C at a call for lines."""

    stop_at: int | None = None

    def _exact(self, request):
        if self.stop_at is not None and request.path.endswith("/TransactionLines"):
            self.stop_at -= 1
            if self.stop_at == 0:
                raise KeyboardInterrupt
        return super()._exact(request)


@pytest.mark.parametrize("closed", [(), ("sync",), ("sync", "bulk")])
def test_after_an_interruption_the_same_call_goes_on(tmp_path, right, closed):
    company = Stopping()
    for form in closed:
        company.faults.add("forbidden", where="membrane", path=f"*/{form}/Fin*", times=None)
    books = over(company, tmp_path)
    company.stop_at = 9
    with pytest.raises(PullInterrupted) as caught:
        books.ledger()
    assert "rows that came are kept" in str(caught.value)
    assert "goes on from there" in str(caught.value)
    assert "rows of a read that has not come to its end" in str(books.store)
    with pytest.raises(ExactnbError, match="came of it before it stopped"):
        books.ledger(refresh=False)
    first = company.asked.copy()
    company.asked.clear()
    assert_same(books.ledger(), right)
    pages = [path for path in (*first, *company.asked) if "/TransactionLines?" in path]
    asked = [path for path in pages if "inlinecount" not in path]
    page = 60 if len(closed) == 2 else 1000
    assert len(asked) <= -(-len(right) // page) + 1


def test_a_read_that_went_on_is_of_the_moment_when_it_began(tmp_path):
    company = Stopping()
    for form in ("sync", "bulk"):
        company.faults.add("forbidden", where="membrane", path=f"*/{form}/Fin*", times=None)
    books = over(company, tmp_path)
    company.stop_at = 9
    with pytest.raises(PullInterrupted):
        books.ledger()
    keeper = Bookkeeper(company)
    time.sleep(1.1)  # the moment of a ledger is told in seconds
    [made] = keeper.add(keeper.ids(1))  # on a page that was read already, or on one to come
    sql = "SELECT Modified FROM main.TransactionLines WHERE ID = ?"
    ledger, booked = books.ledger(), company.store.value(sql, (made,))
    assert pd.Timestamp(ledger.attrs["as_of"]) < pd.Timestamp(booked, unit="ms")
    assert made in set(books.ledger()["id"])


def test_an_interrupted_refresh_leaves_the_books_as_they_were(tmp_path):
    company = Stopping()
    books = over(company, tmp_path / "here")
    before = books.ledger()
    keeper = Bookkeeper(company)
    keeper.change(keeper.ids(3500))
    keeper.delete(keeper.ids(40, skip=2))
    company.stop_at = 3
    with pytest.raises(PullInterrupted, match="2,000 rows"):
        books.refresh()
    assert_same(books.ledger(refresh=False), before)
    company.calls()
    change = books.refresh().tables["lines"]
    assert company.calls()[LINES] == 2
    assert (change.new, change.deleted) == (0, 40)
    assert_same(books.ledger(), anew(company, tmp_path / "anew"))


def test_a_full_read_that_was_interrupted_goes_on_as_one(tmp_path):
    company = Stopping()
    books = over(company, tmp_path)
    books.ledger()
    company.stop_at = 6
    with pytest.raises(PullInterrupted):
        books.refresh("lines", full=True)
    company.calls()
    books.refresh()
    assert company.calls()[LINES] <= 13 - 5 + 1 + 1
    assert len(books.ledger()) == Bookkeeper(company).count()


def test_when_others_fail_after_it_a_table_is_not_read_twice(tmp_path):
    company = Watched()
    for form in ("sync", "bulk"):
        company.faults.add("forbidden", where="membrane", path=f"*/{form}/Fin*", times=None)
    company.faults.add("server_error", where="exact", path="*/Journals")
    books = over(company, tmp_path)
    with pytest.raises(IncompleteError, match="Object reference"):
        books.ledger()
    company.calls()
    assert len(books.ledger()) == Bookkeeper(company).count()
    assert company.calls()["financialtransaction/TransactionLines"] == 0


# --- other processes

PULL = """
    import exactnb
    books = exactnb.connect()
    print("begun", flush=True)
    print(len(books.ledger()), flush=True)
"""


def _elsewhere(company, address, home):
    environment = {
        "MEMBRANE_API_URL": address,
        "MEMBRANE_TOKEN": company.token,
        "EXACTNB_HOME": str(home),
        "PYTHONPATH": str(Path(__file__).parents[1]),
        "PATH": "/usr/bin:/bin",
    }
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PULL)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_killed_pull_goes_on_in_another_process(tmp_path, right):
    company = Watched()
    company.open()
    reached, held = threading.Event(), threading.Event()

    def before(path):
        if "GLAccounts" in path and not held.is_set():
            reached.set()
            held.wait(60)

    company.before = before
    with served(company, tmp_path) as books:
        other = _elsewhere(company, books.settings.api_url, tmp_path)
        try:
            assert reached.wait(60)
            other.send_signal(signal.SIGKILL)
            other.wait(30)
        finally:
            other.kill()
            other.communicate()
            held.set()
        assert "12,819 rows of a read" in str(books.store)
        company.calls()
        assert_same(books.ledger(), right)
        assert company.calls()[LINES] == 1


def test_a_second_notebook_waits_for_the_first_and_says_so(tmp_path, right, monkeypatch):
    company = Watched()
    company.open()
    reached, held = threading.Event(), threading.Event()
    said = []

    def say(_, told):
        said.append(told)
        held.set()  # the first goes on once the second waits

    monkeypatch.setattr("exactnb.display.progress.Progress.say", say)

    def before(path):
        if "Journals" in path and not held.is_set():
            reached.set()
            held.wait(60)

    company.before = before
    with served(company, tmp_path) as books:
        other = _elsewhere(company, books.settings.api_url, tmp_path)
        try:
            assert reached.wait(60)
            company.calls()
            ledger = books.ledger()
            printed, errors = other.communicate(timeout=60)
        finally:
            held.set()
            other.kill()
        assert printed.split() == ["begun", "12819"], errors
        assert_same(ledger, right)
        assert company.calls()[LINES] <= 2
    assert said == ["waiting for another notebook that is refreshing these books"]
