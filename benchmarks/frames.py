"""100,000 wide records: bytes of pages → DataFrame, beside a parse alone and the usual way.

Every method runs in a process of its own, the methods in turn; the peak is the memory over what
the process had with the bytes loaded.
"""

import json
import pickle
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.measure import measured, rounds, table

COUNT, ROUNDS = 100_000, 5
Pages = list[bytes]


def orjson_alone(pages: Pages) -> None:
    import orjson

    for page in pages:
        orjson.loads(page)


def exactnb_two_threads(pages: Pages) -> Any:
    from benchmarks.records import ENTITY
    from exactnb.frames import read_page, to_frame

    with ThreadPoolExecutor(2) as pool:
        return to_frame(pool.map(lambda page: read_page(page, ENTITY), pages), ENTITY)


def exactnb_one_thread(pages: Pages) -> Any:
    from benchmarks.records import ENTITY
    from exactnb.frames import read_page, to_frame

    return to_frame((read_page(page, ENTITY) for page in pages), ENTITY)


def exactnb_careful_reader(pages: Pages) -> Any:
    from exactnb.frames import page as reading

    reading._FAST = False  # as where pyarrow is missing, or a page is not that strict
    return exactnb_one_thread(pages)


def json_normalize(pages: Pages) -> Any:
    import pandas as pd

    records = []
    for page in pages:
        records.extend(json.loads(page)["d"]["results"])
    frame = pd.json_normalize(records)
    for name in ("Created", "Date", "DueDate", "Modified"):
        ticks = frame[name].str.extract(r"/Date\((-?\d+)\)/")[0].astype("float")
        frame[name] = pd.to_datetime(ticks, unit="ms")
    return frame


METHODS: dict[str, Callable[[Pages], Any]] = {
    "orjson.loads alone": orjson_alone,
    "exactnb, 2 threads": exactnb_two_threads,
    "exactnb, 1 thread": exactnb_one_thread,
    "exactnb, careful reader": exactnb_careful_reader,
    "json + json_normalize + to_datetime": json_normalize,
}


def one(method: str, path: str) -> None:
    pages = pickle.loads(Path(path).read_bytes())
    METHODS[method](pages[:1])  # imports
    figures, frame = measured(lambda: METHODS[method](pages))
    if frame is not None:
        amount = "amount_dc" if "amount_dc" in frame.columns else "AmountDC"
        figures |= {"rows": len(frame), "sum": round(float(frame[amount].sum()), 2)}
    print(json.dumps(figures))


def main() -> None:
    from benchmarks.records import ENTITY, pages

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "pages")
        made = list(pages(COUNT))
        path.write_bytes(pickle.dumps(made))
        size = sum(map(len, made)) / 1e6
        del made
        found = rounds("benchmarks.frames", list(METHODS), str(path), times=ROUNDS)
    results = {(f["rows"], f["sum"]) for f in found.values() if "rows" in f}
    if len(results) != 1:
        raise SystemExit(f"The methods do not agree: {results}")
    parse, usual = (found[m]["seconds"] for m in (next(iter(METHODS)), list(METHODS)[-1]))
    table(
        f"{COUNT:,} transaction lines of {len(ENTITY.fields)} fields, {size:.0f} MB in pages of "
        f"1,000 → DataFrame; medians of {ROUNDS}",
        ["method", "s", "k rows/s", "x orjson", "usual is x slower", "CPU s", "peak MB"],
        [
            [
                method,
                f"{f['seconds']:.2f}",
                f"{COUNT / f['seconds'] / 1e3:.0f}",
                f"{f['seconds'] / parse:.2f}",
                f"{usual / f['seconds']:.1f}",
                f"{f['cpu']:.2f}",
                f"{f['peak']:.0f}",
            ]
            for method, f in found.items()
        ],
    )


if __name__ == "__main__":
    one(*sys.argv[1:])
