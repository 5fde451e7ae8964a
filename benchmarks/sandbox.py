"""The demo company: built the first time, opened from its cache, and a page of its ledger.

Every opening is in a process of its own, with the imports done; the first build has an empty cache.
"""

import json
import os
import subprocess
import sys
import tempfile
from statistics import median

from benchmarks.measure import table

ROUNDS = 5
CODE = """
import json, time
from exactnb.sandbox import Sandbox
import exactnb.sandbox.exact, exactnb.sandbox.store, exactnb.sandbox.company
begun = time.perf_counter()
sandbox = Sandbox()
sandbox.open()
opened = time.perf_counter() - begun
import exactnb
books = exactnb.demo()
books.division
begun = time.perf_counter()
path = "/sync/Financial/TransactionLines"
books.request(path, query={"$filter": "Timestamp gt 1L", "$select": "ID,AmountDC,GLAccountCode"})
page = time.perf_counter() - begun
print(json.dumps({"open": opened, "page": page}))
"""


def opened(home: str) -> dict[str, float]:
    environment = {**os.environ, "EXACTNB_HOME": home}
    run = subprocess.run(
        [sys.executable, "-c", CODE], env=environment, capture_output=True, text=True, check=True
    )
    return dict(json.loads(run.stdout))


def main() -> None:
    first, cached, page = [], [], []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as home:
            first.append(opened(home)["open"])
            again = opened(home)
            cached.append(again["open"])
            page.append(again["page"])
    table(
        f"The demo company, medians of {ROUNDS}",
        ["what", "ms"],
        [
            ["built the first time", f"{median(first) * 1e3:.0f}"],
            ["opened from its cache", f"{median(cached) * 1e3:.0f}"],
            ["a page of 1,000 ledger lines, narrow", f"{median(page) * 1e3:.0f}"],
        ],
    )


if __name__ == "__main__":
    main()
