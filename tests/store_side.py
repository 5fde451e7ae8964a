"""A program that writes into a store, to be killed: what the tests of its processes share.

``python -m tests.store_side FOLDER`` reads a line of JSON for each task and answers with one. It
forks a child for each, so that none has to import anything, and it works with no store itself:
a fork of a process whose threads are at work would be another test.
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import filelock  # noqa: F401  # here, so that no child has to
import pandas as pd  # noqa: F401  # which pyarrow loads at its first table
import pyarrow as pa

from exactnb.store import Shape, Store, writer

SHAPE = Shape(("id",), ("day",))
#: what a writer asks of the system, as Python's audit events call it: a kill may come before each
STEPS = {"open", "os.mkdir", "os.remove", "os.rename", "os.utime", "fcntl.flock"}


def change(number):
    """What the commit of that number does: the rows that it keeps, and the keys that are gone."""
    dice = random.Random(number)
    rows = {dice.randrange(300): dice.randrange(100) for _ in range(20)}
    return rows, {dice.randrange(300) for _ in range(3)}


def table(rows, number):
    ids = [f"{each:03d}" for each in rows]
    return pa.table({"id": ids, "day": list(rows.values()), "by": [number] * len(ids)})


def wanted(number):
    """The rows of both tables after the commit of that number."""
    lines = {}
    for each in range(1, number + 1):
        rows, gone = change(each)
        lines |= {key: (day, each) for key, day in rows.items()}
        lines = {key: value for key, value in lines.items() if key not in gone}
    found = [{"id": f"{key:03d}", "day": day, "by": by} for key, (day, by) in lines.items()]
    whole = [
        {"id": f"{key:03d}", "day": day, "by": number} for key, day in change(number)[0].items()
    ]
    return tuple(sorted(each, key=lambda row: (row["day"], row["id"])) for each in (found, whole))


def work(store, said):
    """Commit after commit, from where the store is; each is said once it is made."""
    while True:
        with store.writing() as at_work:
            number = at_work.state.meta.get("number", 0) + 1
            rows, gone = change(number)
            lines = at_work.state.tables.get("lines")
            if lines and len(lines.pending) > 3:  # of lives before this one
                at_work.discard("lines")
            at_work.keep("lines", table(dict(list(rows.items())[:9]), number), SHAPE, of=number)
            said(f"kept {number}")
            at_work.keep("lines", table(rows, number), SHAPE, of=number)
            at_work.stage("lines", SHAPE, gone=pa.array(f"{each:03d}" for each in gone))
            at_work.discard("whole")
            at_work.keep("whole", table(rows, number), SHAPE)
            at_work.stage("whole", SHAPE, whole=True)
            at_work.remember(number=number)
            at_work.commit()
            said(f"made {number}")


def child(folder, task, pipe):
    writer._GRACE = -1.0  # whatever can be deleted is
    left = [task.get("step", -1)]

    def count(event, _):
        if event in STEPS and left[0] >= 0:
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    work(Store(folder), lambda text: os.write(pipe, f"{text}\n".encode()))


def serve(folder):
    for line in sys.stdin:
        task = json.loads(line)
        reader, pipe = os.pipe()
        pid = os.fork()
        if not pid:
            os.close(reader)
            try:
                child(folder, task, pipe)
            except BaseException as error:
                os.write(pipe, f"failed {error!r}\n".encode())
            finally:
                os._exit(1)
        os.close(pipe)
        if "step" not in task:
            time.sleep(task["seconds"])
            os.kill(pid, signal.SIGKILL)
        with os.fdopen(reader) as lines:  # until it is dead
            said = lines.read().split("\n")
        os.waitpid(pid, 0)
        sys.stdout.write(json.dumps(said[:-1]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
