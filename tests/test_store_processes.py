"""The store when its writers are killed, and when several are at it: real processes."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from exactnb.errors import ExactnbError
from exactnb.store import Store
from tests import store_side
from tests.store_side import SHAPE, table, wanted

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(os.name != "posix", reason="processes are killed as on POSIX")


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "stores" / "1")


@pytest.fixture
def started():
    """Starts a program beside the tests; none is left behind."""
    processes = []

    def start(*arguments):
        process = subprocess.Popen(
            [sys.executable, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"},
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


class Killed:
    """Writers that are killed one after the other, and what the store is after each."""

    def __init__(self, store, process):
        self.store, self.process = store, process
        self.number = 0
        self.half = 0
        """Times that a kill left a pull half done."""

    def once(self, **task):
        self.process.stdin.write(json.dumps(task) + "\n")
        self.process.stdin.flush()
        said = [each.split() for each in json.loads(self.process.stdout.readline())]
        assert all(word in ("kept", "made") for word, *_ in said), said
        made = [int(number) for word, number in said if word == "made"]
        kept = [int(number) for word, number in said if word == "kept"]
        self.check(max(made, default=self.number), max(kept, default=0))
        return len(made)

    def check(self, made, kept):
        """The store is in the last state that was said to be made, or in the next."""
        state = self.store.state()
        number = state.meta.get("number", 0)
        assert made <= number <= made + 1
        self.number = number
        if number:
            lines, whole = wanted(number)
            assert self.store.read("lines", state=state).to_pylist() == lines
            assert self.store.read("whole", state=state).to_pylist() == whole
            assert self.store.count("lines", state=state) == len(lines)
        pending = state.tables["lines"].pending if "lines" in state.tables else ()
        assert pending or kept <= number  # what was kept is there, or was committed
        self.half += bool(pending)
        for piece in state.pieces():
            assert (self.store.folder / piece.file).exists()


def test_killed_before_any_step_a_writer_leaves_the_last_good_state(store, started):
    killed = Killed(store, started("-m", "tests.store_side", store.folder))
    steps = 0
    while killed.number < 8:  # steps enough for a whole pull and its commit, several times
        killed.once(step=steps)
        steps += 1
        assert steps < 200
    assert steps > 50
    assert killed.half > 20


def test_killed_at_200_random_moments_it_leaves_200_good_states(store, started):
    killed = Killed(store, started("-m", "tests.store_side", store.folder))
    dice = random.Random(20251231)
    span = 0.3
    for _ in range(200):
        made = killed.once(seconds=dice.random() * span)
        # about as long as a commit takes, however quick this machine is
        span = span / 1.3 if made else span * 1.15
    assert killed.number > 30
    assert killed.half > 5
    # what the dead have left is cleaned up by the living, once it is old
    for path in store.folder.iterdir():
        os.utime(path, (0, 0))
    with store.writing() as at_work:
        at_work.discard("lines")
        at_work.discard("whole")
        state = at_work.commit()
    needed = {piece.file for piece in state.pieces()}
    assert {path.name for path in store.folder.iterdir()} == {*needed, "manifest.json"}


HOLD = """
import sys
from pathlib import Path
from exactnb.store import Store
with Store(Path(sys.argv[1])).writing():
    print("holds", flush=True)
    sys.stdin.read()
"""


def test_who_waits_is_told_and_a_killed_writer_holds_nobody_up(store, started):
    holder = started("-c", HOLD, store.folder)
    assert holder.stdout.readline() == "holds\n"
    told = []

    def on_wait():
        told.append("waiting")
        holder.send_signal(signal.SIGKILL)

    with store.writing(on_wait) as at_work:
        at_work.commit()
    assert told == ["waiting"]
    with store.writing(on_wait):
        pass
    assert told == ["waiting"]


ADD = """
import sys
from pathlib import Path
from exactnb.store import Store
from tests.store_side import SHAPE, table
store, name = Store(Path(sys.argv[1])), sys.argv[2]
print("ready", flush=True)
sys.stdin.readline()
for each in range(25):
    with store.writing() as at_work:
        number = at_work.state.meta.get("number", 0) + 1
        at_work.keep(name, table({each: each}, number), SHAPE)
        at_work.keep("both", table({number: each}, number), SHAPE)
        for table_name in (name, "both"):
            at_work.stage(table_name, SHAPE)
        at_work.remember(number=number)
        at_work.commit()
"""


def test_of_two_writers_at_once_nothing_is_lost(store, started):
    writers = [started("-c", ADD, store.folder, name) for name in ("one", "other")]
    for each in writers:
        assert each.stdout.readline() == "ready\n"
    for each in writers:
        each.stdin.write("go\n")
        each.stdin.flush()
    for each in writers:
        each.communicate(timeout=120)
        assert each.returncode == 0
    assert store.state().meta == {"number": 50}
    assert store.count("one") == store.count("other") == 25
    assert store.read("both")["by"].to_pylist() != []
    assert sorted(store.read("both")["by"].to_pylist()) == list(range(1, 51))


COMPACT = """
import sys
from pathlib import Path
from exactnb.store import Store, writer
from tests.store_side import SHAPE, table
writer._SHARE = 0.0
store = Store(Path(sys.argv[1]))
for number in range(1, 100_000):
    with store.writing() as at_work:
        for name in ("one", "other"):
            rows = {each: number for each in range(number % 7, 3000, 7)}
            at_work.keep(name, table(rows, number), SHAPE)
            at_work.stage(name, SHAPE)
        at_work.commit()
    print(number, flush=True)
"""


def test_readers_beside_a_writer_that_merges_all_the_time_see_whole_states(store, started):
    merging = started("-c", COMPACT, store.folder)
    assert merging.stdout.readline() == "1\n"
    seen = set()
    for _ in range(60):
        state = store.state()
        one, other = (store.read(name, state=state) for name in ("one", "other"))
        assert one.equals(other)
        assert len(state.tables["one"].files) == 1
        seen.add(max(one["by"].to_pylist()))
        assert store.read("one", ["id"]).num_rows == store.count("one")
        merging.stdout.readline()  # so that there is something new
    assert len(seen) > 50


FORK = """
import os, sys
from pathlib import Path
from exactnb.errors import ExactnbError
from exactnb.store import Store
from tests.store_side import SHAPE, table
with Store(Path(sys.argv[1])).writing() as at_work:
    pid = os.fork()
    if not pid:
        try:
            at_work.keep("lines", table({1: 1}, 1), SHAPE)
        except ExactnbError as error:
            print(error.message, flush=True)
        sys.exit(3)  # through the `with`, as the parent will go
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 3
    print("holds", flush=True)
    sys.stdin.readline()
    at_work.keep("lines", table({1: 1}, 1), SHAPE)
    at_work.stage("lines", SHAPE)
    at_work.commit()
"""


def test_a_fork_of_a_writer_neither_writes_nor_lets_others_in(store, started):
    holder = started("-c", FORK, store.folder)
    assert "not in force" in holder.stdout.readline()
    assert holder.stdout.readline() == "holds\n"
    told = threading.Event()

    def on_wait():
        told.set()
        holder.stdin.write("go\n")
        holder.stdin.flush()

    with store.writing(on_wait) as at_work:
        assert told.is_set()
        assert at_work.state.names == ["lines"]
    assert store.count("lines") == 1


def test_threads_of_one_process_take_turns(store):
    def add(name):
        for each in range(10):
            with store.writing() as at_work:
                number = at_work.state.meta.get("number", 0) + 1
                at_work.keep(name, table({each: each}, number), SHAPE)
                at_work.stage(name, SHAPE)
                at_work.remember(number=number)
                at_work.commit()

    threads = [threading.Thread(target=add, args=(name,)) for name in ("one", "other")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert store.state().meta == {"number": 20}
    assert store.count("one") == store.count("other") == 10
    assert store_side.change(1) != store_side.change(2)


def test_forgetting_is_refused_while_another_process_pulls(store, started, raised):
    holder = started("-c", HOLD, store.folder)
    assert holder.stdout.readline() == "holds\n"
    assert "at this moment" in raised(ExactnbError, store.forget).message
    holder.communicate("", timeout=60)
    store.forget()
    assert not store.folder.exists()
