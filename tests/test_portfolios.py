"""Many administrations as one: who is in, who is not and why, and one ledger of all."""

import _thread
import pickle
import re
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

import pandas as pd
import pyarrow.dataset as ds
import pytest
from portfolio_side import HASTY, Street, opened, own, sandbox, summed
from sandbox_side import over
from small_company import HOLDING, SHOP, company

import exactnb
from exactnb.connection import Connection
from exactnb.errors import InputError, NotFoundError, PullInterrupted
from exactnb.frames.build import text_dtype
from exactnb.membrane import Lanes, transport
from exactnb.sandbox import Sandbox
from exactnb.sandbox.serve import start
from exactnb.sandbox.store import Store

MAIN, BEHEER = 2400101, 2400102
COUNT, LOST, FORBIDDEN, BROKEN = 50, 7, 23, 41


@pytest.fixture
def few():
    """Three companies, each with figures of its own."""
    return [sandbox(number) for number in (1, 2, 3)]


@pytest.fixture
def three(few):
    return exactnb.portfolio([opened(made) for made in few])


@pytest.fixture(scope="module")
def fifty():
    """Fifty companies: one has lost its connection, one may not be read, one gives web pages."""
    return {number: sandbox(number) for number in range(1, COUNT + 1)}


def break_three(fifty):
    fifty[LOST].faults.disconnect()
    fifty[FORBIDDEN].faults.add("forbidden", where="exact", times=None)
    fifty[BROKEN].faults.add("html", where="exact", path="*TransactionLines*", times=None)


def prove(portfolio, done, fifty):
    """47 are in, with their own figures; 3 are named, each with its reason."""
    assert len(done) == COUNT
    failed = done[~done["ok"]].set_index("administration")["why"]
    assert failed.index.tolist() == [f"Client {n:02}" for n in (LOST, FORBIDDEN, BROKEN)]
    assert re.search("Reconnect Exact Online in Membrane", failed[f"Client {LOST:02}"])
    assert re.search("right", failed[f"Client {FORBIDDEN:02}"])
    assert re.search("not readable JSON.*try again", failed[f"Client {BROKEN:02}"])
    assert not failed.str.contains("\n").any()
    good = done[done["ok"]]
    assert (good["why"] == "").all()
    assert (good["division"] == SHOP).all()
    assert good["calls"].between(5, 20).all()
    ledger = portfolio.ledger()
    wanted = {f"Client {n:02}": dict(own(made)) for n, made in fifty.items()}
    for name in failed.index:
        del wanted[name]
    assert summed(ledger) == wanted
    assert ledger.groupby("administration", observed=True).size().tolist() == good["rows"].tolist()
    assert ledger.attrs["complete"] == "no"
    lines = ledger.attrs["missing"].splitlines()
    assert lines == [f"{name}: {why}" for name, why in failed.items()]


def test_three_of_fifty_fail_and_the_others_are_in(fifty, capsys):
    portfolio = exactnb.portfolio([opened(made) for made in fifty.values()])
    break_three(fifty)
    done = portfolio.refresh()
    prove(portfolio, done, fifty)
    told = capsys.readouterr().err
    assert "3 of 50 administrations are not in it" in told
    assert f"Client {LOST:02}: " in told
    assert "Ledger:" not in told  # one bar for all of them
    assert "3 failed" in repr(portfolio)


@pytest.fixture(scope="module")
def cluster():
    from distributed import Client, LocalCluster

    how = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with LocalCluster(processes=True, host="127.0.0.1", **how) as made, Client(made) as client:
        yield client


def test_so_it_is_on_a_cluster_of_dask(cluster, fifty):
    street = Street({f"c{number}": made for number, made in fifty.items()})
    for made in fifty.values():
        made.faults.clear()
        made.state.connections[made.connection_id].state = "READY"
    with start(street) as address:
        portfolio = exactnb.portfolio(list(street.connections(address)))
        break_three(fifty)
        done = portfolio.refresh(executor=cluster.get_executor())
        prove(portfolio, done, fifty)


def test_so_it_is_in_other_processes(few):
    street = Street({str(n): made for n, made in enumerate(few)})
    with start(street) as address, ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        portfolio = exactnb.portfolio([*street.connections(address), opened(few[0])])
        done = portfolio.refresh(executor=pool)
        assert done["ok"].tolist() == [True, True, True, False]
        assert "cannot leave this process" in done["why"].iloc[3]
        assert "exactnb sandbox" in done["why"].iloc[3]
        ledger = portfolio.ledger()
    assert list(summed(ledger).values()) == [own(made) for made in few]


# --- what a portfolio is made of ---------------------------------------------------------------


def test_one_connection_stands_for_all_its_divisions(books):
    both = exactnb.portfolio(books)
    done = both.refresh()
    assert done["administration"].tolist() == ["Noordster Rijwielen B.V.", "Noordster Beheer B.V."]
    assert done["division"].tolist() == [MAIN, BEHEER]
    ledger = both.ledger()
    assert ledger["division"].unique().tolist() == [MAIN, BEHEER]
    assert ledger["division_name"].unique().tolist() == done["administration"].tolist()
    pairs = exactnb.portfolio([books, (books, BEHEER)])
    assert (
        pairs.ledger().drop(columns="administration").equals(ledger.drop(columns="administration"))
    )


def test_connections_are_opened_by_id_or_name_when_they_are_needed(few, monkeypatch):
    sandbox = few[0]
    second = sandbox.add_connection("Another", key="another")
    with start(sandbox) as address:
        monkeypatch.setenv("MEMBRANE_API_URL", address)
        monkeypatch.setenv("MEMBRANE_TOKEN", sandbox.token)
        portfolio = exactnb.portfolio(["Client 01", (second, HOLDING), "Nobody", "another"])
        assert "not refreshed yet" in repr(portfolio)
        done = portfolio.refresh().set_index("administration")
    assert done["ok"].tolist() == [True, True, False, True]
    assert done.index.tolist() == ["Client 01", f"{second} {HOLDING}", "Nobody", "another"]
    assert done["division"].astype(object).tolist()[:2] == [SHOP, HOLDING]
    why = done.loc["Nobody", "why"]
    assert "There is no connection 'Nobody'; there are: Client 01" in why
    assert len(portfolio.ledger()["administration"].cat.categories) == 3


def test_names_that_are_the_same_are_told_apart(books):
    one, other = Sandbox(seed=5), Sandbox(seed=6)
    ids = [one.connection_id, other.connection_id]
    portfolio = exactnb.portfolio([over(one), over(other), (books, BEHEER)])
    assert [m.name for m in portfolio._members] == [
        f"Noordster Rijwielen ({ids[0]})",
        f"Noordster Rijwielen ({ids[1]})",
        f"Noordster Rijwielen {BEHEER}",
    ]


@pytest.mark.parametrize(
    "what", [[], "Client 01", [1, "x"], [("x", "1")], ["x", ("x", 1, 2)], [""]]
)
def test_what_is_no_connection_is_named(what, raised):
    error = raised(InputError, exactnb.portfolio, what)
    assert "A portfolio is made of connections" in error.message
    assert "pairs" in error.hint


def test_the_same_twice_is_refused_all_of_them_named(books, raised):
    holding = books.in_division(BEHEER)
    given = [books, books, (books, BEHEER), holding, "x", "x"]
    error = raised(InputError, exactnb.portfolio, given)
    assert [where for where, _ in error.problems] == [(1,), (3,), (5,)]


def test_the_same_under_two_names_is_found_when_it_is_opened(few, monkeypatch, capsys):
    with start(few[0]) as address:
        monkeypatch.setenv("MEMBRANE_API_URL", address)
        monkeypatch.setenv("MEMBRANE_TOKEN", few[0].token)
        names = ["Client 01", few[0].connection_id]
        done = exactnb.portfolio(names).refresh()
        assert done["ok"].tolist() == [True, False]
        assert "same administration as Client 01" in done["why"].iloc[1]
        ledger = exactnb.portfolio(names).ledger()  # which was not refreshed
    assert summed(ledger) == {"Client 01": dict(own(few[0]))}
    assert "same administration as Client 01" in ledger.attrs["missing"]


# --- one ledger --------------------------------------------------------------------------------


def test_categories_stay_categories_and_nothing_is_an_object(three, few):
    few[2].exact_online.store.connection.execute(
        "UPDATE main.Accounts SET Name = 'Only here' WHERE Name = 'Vélo Élégant'"
    )
    three.refresh()
    ledger = three.ledger(labels=True)
    one = three._members[0].open().ledger(refresh=False, labels=True)
    first = ["division", "division_name", "administration"]
    assert ledger.columns.tolist() == [*first, *one.columns]
    assert (ledger[first].dtypes == "category").all()
    for name in one.columns:
        want = one[name].dtype
        got = ledger[name].dtype
        assert got == "category" if want == "category" else got == want, name
        assert got != "category" or got.categories.dtype == text_dtype(), name
    assert {"Only here", "Vélo Élégant"} <= set(ledger["account_name"].cat.categories)
    assert ledger.index.equals(pd.RangeIndex(3 * len(one)))
    alone = ledger[ledger["administration"] == "Client 01"].drop(columns=first)
    pd.testing.assert_frame_equal(alone, one, check_categorical=False, check_dtype=True)


def test_nothing_is_told_when_nothing_is_missing(three, capsys):
    three.refresh()
    capsys.readouterr()
    ledger = three.ledger()
    assert capsys.readouterr().err == ""
    assert ledger.attrs["complete"] == "yes"
    assert "missing" not in ledger.attrs
    assert ledger.attrs["currency"] == "EUR"
    assert all(isinstance(text, str) for text in ledger.attrs.values())


def test_one_that_failed_is_left_out_until_it_is_up_to_date_again(three, few, capsys):
    three.refresh()
    few[1].faults.add("unavailable", where="exact", times=None)
    assert three.refresh()["ok"].tolist() == [True, False, True]
    ledger = three.ledger()
    assert list(summed(ledger)) == ["Client 01", "Client 03"]
    assert "without Client 02" in str(exactnb.show(ledger))
    few[1].faults.clear()
    assert three.refresh()["ok"].all()
    assert list(summed(three.ledger())) == ["Client 01", "Client 02", "Client 03"]


def test_none_that_is_here_is_an_error_that_names_them(three, raised):
    error = raised(NotFoundError, three.ledger)
    for name in ("Client 01", "Client 02", "Client 03"):
        assert name in error.message
    assert "Refresh" in error.hint


def test_two_currencies_are_told(few):
    foreign = [
        table._replace(rows=[(*row[:4], "GBP", *row[5:]) for row in table.rows])
        if table.entity == "SystemDivisions"
        else table
        for table in company()
    ]
    other = Sandbox(store=Store.build(foreign), seed=9)
    portfolio = exactnb.portfolio([opened(few[0]), opened(other)])
    portfolio.refresh()
    about = portfolio.ledger().attrs
    assert about["currency"] == "EUR, GBP"
    assert "sum each apart" in about["warnings"]


def test_an_export_holds_all_by_division_and_year(books, tmp_path):
    both = exactnb.portfolio(books)
    both.refresh()
    folder = both.export_ledger(tmp_path / "ledger")
    table = ds.dataset(folder, partitioning="hive").to_table()
    ledger = both.ledger()
    assert table.num_rows == len(ledger)
    sums = (
        table.to_pandas()
        .groupby(["division", "financial_year", "administration"])["cents"]
        .agg("count")
    )
    wanted = ledger.groupby(["division", "financial_year", "administration"], observed=True)[
        "cents"
    ]
    assert sums.tolist() == wanted.count().tolist()
    names = {path.parent.parent.name for path in folder.rglob("*.parquet")}
    assert names == {f"division={MAIN}", f"division={BEHEER}"}


def test_an_export_says_what_is_not_in_it(three, few, tmp_path, capsys):
    few[0].faults.add("forbidden", where="exact", times=None)
    few[1].faults.add("forbidden", where="exact", times=None)
    three.refresh()
    folder = three.export_ledger(tmp_path / "ledger")
    assert ds.dataset(folder).to_table()["administration"].unique().to_pylist() == ["Client 03"]
    assert "2 of 3 administrations are not in it" in capsys.readouterr().err


def test_a_bar_counts_administrations(three, few, monkeypatch, capsys):
    monkeypatch.setenv("EXACTNB_PROGRESS_DELAY", "0")
    few[1].faults.add("unavailable", where="exact", times=None)
    three.refresh()
    told = capsys.readouterr().err
    assert "Portfolio: 0 of 3 |" in told
    assert "Portfolio: 3 of 3 |" in told
    assert "1 failed" in told


# --- when things go wrong ------------------------------------------------------------------------


def test_ctrl_c_cancels_what_has_not_begun_and_tells_what_is_in(three, few, monkeypatch, raised):
    monkeypatch.setenv("EXACTNB_SIDE_BY_SIDE", "1")
    second = few[1].exact_online

    def press(request):
        _thread.interrupt_main()
        few[1].exact_online = second
        return second(request)

    few[1].exact_online = press
    stopped = raised(PullInterrupted, three.refresh)
    done = stopped.frame
    assert done["ok"].tolist()[0]
    assert not done["ok"].tolist()[2]
    assert "was stopped before this one was in" in done["why"].iloc[2]
    assert f"{done['ok'].sum()} of 3 administrations are in" in stopped.message
    assert three.refresh()["ok"].all()


class Elsewhere(Executor):
    """Runs the first, keeps the second for ever, and is interrupted at the third."""

    def __init__(self):
        self.begun = []

    def submit(self, task, member):
        future = Future()
        self.begun.append(future)
        if len(self.begun) == 3:
            raise KeyboardInterrupt
        future.set_running_or_notify_cancel()
        if len(self.begun) == 1:
            future.set_result(task(member))
        return future


def test_ctrl_c_does_not_wait_for_what_runs_elsewhere(three, raised):
    done = raised(PullInterrupted, three.refresh, executor=Elsewhere()).frame
    assert done["ok"].tolist() == [True, False, False]
    assert "goes on by itself" in done["why"].iloc[1]
    assert "stopped before this one" in done["why"].iloc[2]


class FarAway(Executor):
    """Another machine, which keeps its copies on a disk of its own."""

    def __init__(self, home):
        self._home = home

    def submit(self, task, member):
        books = member.open()
        settings = books.settings.model_copy(update={"home": self._home})
        there = Connection(books.membrane, books.info, settings)
        future = Future()
        future.set_result(task(replace(member, connection=there)))
        return future


def test_a_copy_that_this_machine_does_not_see_is_not_in(three, tmp_path):
    done = three.refresh(executor=FarAway(tmp_path / "elsewhere"))
    assert not done["ok"].any()
    assert done["why"].str.contains("EXACTNB_HOME").all()
    assert three.refresh()["ok"].all()


def test_an_executor_that_is_shut_is_told_for_each(three):
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    done = three.refresh(executor=pool)
    assert not done["ok"].any()
    assert done["why"].str.contains("cannot schedule new futures after shutdown").all()


def test_what_nobody_thought_of_stops_no_other(three, few):
    def surprise(request):
        raise ZeroDivisionError("of all things")

    few[0].exact_online = surprise
    done = three.refresh()
    assert done["ok"].tolist() == [False, True, True]
    assert "ZeroDivisionError: of all things" in done["why"].iloc[0]


def test_no_token_shows_anywhere(three, few):
    few[0].faults.add("forbidden", where="exact", times=None)
    done = three.refresh()
    seen = [
        repr(three),
        three._repr_html_(),
        done.to_csv(),
        repr(three._members),
        repr(vars(three)),
    ]
    seen.append(str(three.ledger().attrs))
    assert not [text for text in seen for made in few if made.token in text]


def test_a_division_that_the_login_does_not_see_says_where_those_are(books):
    done = exactnb.portfolio([books, (books, 999)]).refresh("journals")
    assert done["ok"].tolist() == [True, False]
    assert "books.divisions() lists those" in done["why"].iloc[1]


def test_data_are_text_in_the_card():
    made = sandbox(4)
    made.state.connections[made.connection_id].name = "<script>"
    shown = exactnb.portfolio([opened(made)])._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown


def test_each_administration_keeps_within_its_own_limits(few):
    """Three of them, of which each allows just the calls that a first refresh takes."""
    needed = int(exactnb.portfolio([opened(few[0])]).refresh()["calls"].iloc[0])
    tight = {**HASTY, "calls_a_day": needed + 3, "longest_wait": 0.0}
    portfolio = exactnb.portfolio([over(made, **tight) for made in few[1:]])
    assert portfolio.refresh()["ok"].all()
    assert portfolio.refresh(full=True)["why"].str.contains("calls of today").all()


class Anew(Executor):
    """As a process that begins for each task: what it is given was pickled, nothing is counted."""

    def __init__(self, monkeypatch):
        self._monkeypatch = monkeypatch

    def submit(self, task, member):
        travelled = pickle.dumps((task, member))
        with self._monkeypatch.context() as there:
            there.setattr(transport, "SHARED", Lanes())
            task, member = pickle.loads(travelled)
            future = Future()
            future.set_result(task(member))
        return future


def test_calls_of_other_processes_count(few, monkeypatch):
    with start(Street({"one": few[0]})) as address:
        books = next(Street({"one": few[0]}).connections(address)).beside(SHOP)
        books.settings = books.settings.model_copy(update={"calls_a_day": 12, "longest_wait": 0.0})
        portfolio, there = exactnb.portfolio([books]), Anew(monkeypatch)
        assert portfolio.refresh(executor=there)["ok"].all()
        done = portfolio.refresh(executor=there, full=True)
    assert "The calls of today (UTC) are used up" in done["why"].iloc[0]
    assert books._proxy.usage().used_today == 12
