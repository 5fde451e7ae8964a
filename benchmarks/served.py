"""A sandbox in a process of its own, which counts its calls and changes its books when told to.

As a program: ``python -m benchmarks.served`` with the options as JSON. It prints its address and
then answers each line on its standard input with a line of JSON.
"""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from exactnb.connection import Connection
from exactnb.membrane.pacing import Paced


class Served:
    """The other side of the line to the process."""

    def __init__(self, url: str, token: str, process: "subprocess.Popen[str] | None") -> None:
        self.url, self.token, self._process = url, token, process

    @classmethod
    def at(cls, url: str, token: str) -> "Served":
        """The same, for a process that did not start it: it can only be connected to."""
        return cls(url, token, None)

    def ask(self, **what: Any) -> dict[str, Any]:
        """Have it change lines, delete some, begin to count anew, or say what it counted."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        return dict(json.loads(_line(self._process)))

    def connect(self, home: str, *, scale: float = 1.0, limits: bool = False) -> Connection:
        """A connection to it; where time runs faster there, it does so here."""
        import httpx

        from exactnb.membrane.api import Membrane
        from exactnb.membrane.lanes import Lanes
        from exactnb.membrane.transport import HTTPTransport
        from exactnb.settings import Settings

        free: dict[str, Any] = {} if limits else {"calls_a_minute": None, "calls_a_day": None}
        settings = Settings.load(api_url=self.url, token=self.token, home=home).model_copy(
            update={**free, "progress_delay": 3600.0}
        )
        transport = HTTPTransport(settings, client=httpx.Client(timeout=600))
        paced = Paced(
            transport,
            settings,
            clock=lambda: time.time() * scale,
            sleep=lambda seconds: time.sleep(seconds / scale),
            lanes=Lanes(),
        )
        membrane = Membrane(paced, settings)
        (info,) = membrane.connections()
        return Connection(membrane, info, settings)


def _line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise SystemExit("The sandbox stopped")
    return line


@contextmanager
def served(**options: Any) -> Iterator[Served]:
    """A sandbox for as long as the block lasts: ``size``, ``limits``, ``scale``, ``hidden``."""
    command = [sys.executable, "-m", "benchmarks.served", json.dumps(options)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Served(*json.loads(_line(process)), process)
        finally:
            process.terminate()


def main(options: dict[str, Any]) -> None:
    from exactnb.sandbox import Sandbox
    from exactnb.sandbox.exact import Limits
    from exactnb.sandbox.serve import start

    scale = options.get("scale", 1.0)
    sandbox = Sandbox(
        options.get("size"),
        limits=Limits() if options.get("limits") else None,
        hide_limits=bool(options.get("hidden")),
        clock=lambda: time.time() * scale,
    )
    sandbox.open()
    counted: Counter[str] = Counter()
    answer = sandbox.exact_online.__call__

    def count(request: Any) -> Any:
        given = answer(request)
        counted[request.path.partition("/api/v1/")[2].partition("/")[2]] += 1
        counted["refused for haste"] += given.status_code == 429
        return given

    sandbox.__dict__["exact_online"] = count
    with start(sandbox) as url:
        print(json.dumps([url, sandbox.token]), flush=True)
        for line in sys.stdin:
            what = json.loads(line)
            if what.get("change"):
                _change(sandbox._store or answer.__self__.store, **what["change"])
            said = dict(counted)
            if what.get("anew"):
                counted.clear()
            print(json.dumps(said), flush=True)


def _change(store: Any, changed: int, deleted: int) -> None:
    """New descriptions for lines that stand evenly in the books; some of them are deleted."""
    from exactnb.sandbox.company import MAIN
    from exactnb.sandbox.exact.rows import Rows

    (count,) = store.rows("SELECT count(*) FROM main.TransactionLines WHERE Division = ?", (MAIN,))[
        0
    ]
    step = max(1, count // (changed + deleted))
    ids = store.rows(
        "SELECT ID FROM (SELECT ID, row_number() OVER (ORDER BY rowid) AS number "
        "FROM main.TransactionLines WHERE Division = ?) WHERE number % ? = 0 LIMIT ?",
        (MAIN, step, changed + deleted),
    )
    rows = Rows(store, MAIN)
    every = (changed + deleted) // max(1, deleted)
    with store.transaction():
        rows.now = store.moment(0)
        for place, (id,) in enumerate(ids):
            if place % every == 0 and place // every < deleted:
                rows.remove("TransactionLines", id)
            else:
                rows.update("TransactionLines", id, {"Description": f"changed {place}"})


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
