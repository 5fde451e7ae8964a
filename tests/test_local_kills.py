"""A refresh that is killed at any moment leaves a good copy: real processes, 200 times."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from local_side import Bookkeeper, Watched, anew, assert_same, over

from exactnb.sandbox.serve import start

HERE = Path(__file__).parent
KILLS = 200
pytestmark = pytest.mark.skipif(os.name != "posix", reason="processes are killed as on POSIX")


def in_books(keeper):
    """What the books say of each line now."""
    sql = "SELECT ID, Description FROM main.TransactionLines WHERE Division = ?"
    return dict(keeper.store.rows(sql, (keeper.division,)))


def in_copy(books):
    """What the copy says of each line; None where it holds none yet."""
    state = books._store.state()
    if "lines" not in state.names:
        return None
    lines = books._store.read("lines", ["id", "description"], state=state)
    return dict(zip(*(column.to_pylist() for column in lines.columns), strict=True))


def test_200_refreshes_that_are_killed_leave_200_good_copies(tmp_path):
    sandbox = Watched.small()
    keeper, chance = Bookkeeper(sandbox), random.Random(20)
    books = over(sandbox, tmp_path / "home")
    with start(sandbox) as address:
        program = [sys.executable, HERE / "refreshing.py", address, sandbox.token]
        program += [tmp_path / "home", str(sandbox.division), sandbox.connection_id]
        home = {**os.environ, "PYTHONPATH": f"{HERE.parent}{os.pathsep}{HERE}"}
        with subprocess.Popen(
            program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=home
        ) as process:
            killed = _kill(process, books, keeper, chance)
            process.stdin.close()
    assert killed > KILLS / 3
    books.refresh()
    assert in_copy(books) == in_books(keeper)
    assert_same(books.ledger(refresh=False), anew(sandbox, tmp_path / "anew"))


def _kill(process, books, keeper, chance):
    """How many were killed; the copy is that of some moment after each of them."""
    moments, reached, killed, usual = [None], 0, 0, 3.0
    for number in range(KILLS):
        keeper.change(keeper.ids(5, skip=number))
        keeper.add(keeper.ids(1, skip=number))
        keeper.delete(keeper.ids(1, skip=3 * number))
        moments.append(in_books(keeper))
        process.stdin.write(f"{chance.uniform(0, usual)}\n")
        process.stdin.flush()
        said = process.stdout.readline().strip()
        if said == "killed":
            killed += 1
        else:
            usual = float(said)  # as long as one takes, on this machine now
        # the copy is whole, and never older than it was
        reached = moments.index(in_copy(books), reached)
    return killed
