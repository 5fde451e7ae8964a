"""Statements of a ledger that lies in a cluster: each worker keeps to its part of the lines."""

import pandas as pd
import pytest
from ledgers import demo_ledger

import exactnb as ex
from exactnb.analyses.sums import movements

dd = pytest.importorskip("dask.dataframe")
distributed = pytest.importorskip("distributed")

pytestmark = [
    # what narwhals says of its own future, to whoever uses Dask
    pytest.mark.filterwarnings("ignore:Dask support is moving:FutureWarning"),
]
PARTS = 8


class Widest(distributed.WorkerPlugin):
    """The most rows that any one thing had that this worker ever held in memory."""

    name = "widest"

    def setup(self, worker):
        self.worker, self.rows, self.things = worker, 0, 0

    def transition(self, key, start, finish, **_):
        if finish == "memory" and isinstance(held := self.worker.data.get(key), pd.DataFrame):
            self.rows = max(self.rows, len(held))
            self.things += 1


@pytest.fixture(scope="module")
def ledger(books):
    return demo_ledger(books)


@pytest.fixture(scope="module")
def cluster():
    with (
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=False,
            dashboard_address="127.0.0.1:0",
            host="127.0.0.1",
            protocol="tcp",
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


STATEMENTS = {
    "trial_balance": lambda ledger: ex.trial_balance(ledger, "2025"),
    "profit_and_loss": lambda ledger: ex.profit_and_loss(ledger, "2025", by="month"),
    "balance_sheet": lambda ledger: ex.balance_sheet(ledger, compare="year_before"),
    "cash_flow_statement": lambda ledger: ex.cash_flow_statement(ledger, "2025"),
}


@pytest.mark.parametrize("name", STATEMENTS)
def test_no_worker_ever_holds_more_than_its_part(ledger, cluster, name):
    widest = Widest()
    cluster.register_plugin(widest)
    try:
        scattered = dd.from_pandas(ledger, npartitions=PARTS)
        found = STATEMENTS[name](scattered)
        seen = [worker.plugins["widest"] for worker in cluster.cluster.workers.values()]
    finally:
        cluster.unregister_worker_plugin("widest")
    expected = STATEMENTS[name](ledger)
    pd.testing.assert_frame_equal(pd.DataFrame(found), pd.DataFrame(expected))
    assert found.attrs["checks"] == expected.attrs["checks"]
    assert sum(each.things for each in seen) >= PARTS
    # nothing that was put together is longer than a part of the lines, or than their movements
    most = max(len(ledger) // PARTS + 1, len(movements(ledger)))
    assert 0 < max(each.rows for each in seen) <= most < len(ledger) / 4


def test_putting_the_parts_together_would_be_seen(ledger, cluster):
    widest = Widest()
    cluster.register_plugin(widest)
    try:
        distributed.wait(
            dd.from_pandas(ledger, npartitions=PARTS).repartition(npartitions=1).persist()
        )
        seen = [worker.plugins["widest"] for worker in cluster.cluster.workers.values()]
    finally:
        cluster.unregister_worker_plugin("widest")
    assert max(each.rows for each in seen) == len(ledger)


def test_the_lines_behind_a_figure_are_all_that_comes_back(ledger, cluster):
    result = ex.profit_and_loss(dd.from_pandas(ledger, npartitions=PARTS), "2025")
    lines = ex.lines(result, "8210")
    expected = ex.lines(ex.profit_and_loss(ledger, "2025"), "8210")
    assert sorted(lines["id"]) == sorted(expected["id"])
