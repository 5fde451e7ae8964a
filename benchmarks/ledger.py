"""The ledger: pulled, refreshed, read from its store, and pulled within the limits.

The sandbox runs in a process of its own, so that client and service each have a core; each way of
pulling runs in a process of its own too. The pulls of a million lines are made once, in turn.
"""

import json
import sys
import tempfile
import time
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.measure import measured, rounds, table
from benchmarks.served import Served, served

SIZE, CHANGED, DELETED, ROUNDS = 1_000_000, 5_000, 100, 5
LINES = "sync/Financial/TransactionLines"
HASTE = "refused for haste"
#: thirty of the columns that a ledger has
COLUMNS = [
    "date", "financial_year", "financial_period", "journal_code", "entry_number", "line_number",
    "gl_account_code", "gl_account_description", "account_code", "account_name", "description",
    "your_ref", "invoice_number", "due_date", "amount_dc", "amount_fc", "currency",
    "exchange_rate", "vat_code", "vat_type", "vat_percentage", "amount_vat_base_fc", "item_code",
    "quantity", "type", "status", "created", "modified", "entry_id", "id",
]  # fmt: skip


# ---------------------------------------------------------------- pulling


def plain_loop(url: str, token: str, connection: str, division: int, select: str) -> Any:
    """What people write: requests, a loop over the pages, json_normalize, dates by to_datetime."""
    import pandas as pd
    import requests

    session = requests.Session()
    session.headers.update({"Authorization": f"Bearer {token}", "Accept": "application/json"})
    way = f"{url}/connections/{connection}/proxy"
    link = f"/api/v1/{division}/{LINES}?$filter=Timestamp gt 1L&$select={select}"
    rows = []
    while link:
        answer = session.get(way + link)
        answer.raise_for_status()
        page = answer.json()["d"]
        rows += page["results"]
        link = page.get("__next", "").partition("exactonline.nl")[2]
    frame = pd.json_normalize(rows)
    for name in ("Created", "Date", "DueDate", "Modified"):
        ticks = frame[name].str.extract(r"/Date\((-?\d+)\)/")[0].astype("float")
        frame[name] = pd.to_datetime(ticks, unit="ms")
    return frame


def pull(way: str, told: dict[str, Any]) -> None:
    """One pull in this process, by one of the ways; prints what it took."""
    if way == "plain":
        from exactnb.local.declarations import TABLES

        select = ",".join(("Timestamp", *TABLES["lines"].select))
        figures, frame = measured(
            lambda: plain_loop(
                told["url"], told["token"], told["connection"], told["division"], select
            )
        )
    else:
        books = Served.at(told["url"], told["token"]).connect(told["home"])
        figures, frame = measured(books.ledger)
    print(json.dumps({**figures, "rows": float(len(frame)), "mb": _megabytes(frame)}))


def _megabytes(frame: Any) -> float:
    return float(frame.memory_usage(deep=True).sum()) / 1e6


def pulls(there: Served, home: str) -> None:
    """A first pull, and the plain loop beside it."""
    books = there.connect(home)
    told = {
        "url": there.url,
        "token": there.token,
        "connection": books.info.id,
        "division": books.division,
        "home": home,
    }
    rows = []
    for way in ("exactnb", "plain"):
        there.ask(anew=True)
        found = rounds("benchmarks.ledger", ["pull"], way, json.dumps(told), times=1)["pull"]
        calls = there.ask(anew=True)
        least = -(-int(found["rows"]) // 1000)
        rows.append(
            [
                "books.ledger()" if way == "exactnb" else "requests + json_normalize",
                f"{found['rows']:,.0f}",
                f"{found['seconds']:.1f}",
                f"{calls[LINES]:,} ({calls[LINES] - least:+d})",
                f"{sum(calls.values()) - calls[HASTE] - calls[LINES]}",
                f"{found['peak']:,.0f}",
                f"{found['mb']:,.0f}",
            ]
        )
    heads = [
        "way",
        "rows",
        "s",
        "calls for lines (over least)",
        "other calls",
        "peak MB",
        "frame MB",
    ]
    table("A first pull", heads, rows)


def refreshes(there: Served, home: str) -> None:
    """A refresh after changes and deletions, held against a fresh pull row for row."""
    books = there.connect(home)
    there.ask(change={"changed": CHANGED, "deleted": DELETED}, anew=True)
    began = time.perf_counter()
    done = books.refresh()
    seconds = time.perf_counter() - began
    calls = there.ask(anew=True)
    began = time.perf_counter()
    refreshed = books.ledger(refresh=False)
    reading = time.perf_counter() - began
    with tempfile.TemporaryDirectory() as other:
        fresh = there.connect(other).ledger()
    same = refreshed.equals(fresh)
    changed, gone = (getattr(done.tables["lines"], name) for name in ("changed", "deleted"))
    rows = [
        ["lines changed, deleted", f"{changed:,}, {gone:,}"],
        ["calls", f"{sum(calls.values()) - calls[HASTE]}"],
        ["s for the refresh", f"{seconds:.2f}"],
        ["s to read it as a frame", f"{reading:.2f}"],
        ["equal to a fresh pull, row for row", str(same)],
    ]
    table("A refresh", ["what", ""], rows)
    if not same:
        raise SystemExit("A refreshed ledger is not what a fresh pull gives")


# ---------------------------------------------------------------- reading


def read(way: str, told: dict[str, Any]) -> None:
    """The ledger from its store as a frame in this process; prints what it took."""
    import pyarrow.parquet as pq

    from exactnb.frames import table_frame
    from exactnb.store import Store

    if way == "parquet":
        figures, frame = measured(lambda: pq.read_table(told["file"], columns=COLUMNS).to_pandas())
    elif way == "parquet, typed":
        figures, frame = measured(lambda: table_frame(pq.read_table(told["file"], columns=COLUMNS)))
    elif way == "store":
        store = Store(Path(told["folder"]))
        figures, frame = measured(lambda: table_frame(store.read("lines", COLUMNS)))
    else:
        from exactnb.ledger.frame import ledger_frame

        store = Store(Path(told["folder"]))
        figures, frame = measured(lambda: ledger_frame(store))
    print(json.dumps({**figures, "mb": _megabytes(frame), "columns": float(frame.shape[1])}))


def reads(there: Served, home: str) -> None:
    """Store → DataFrame, beside pyarrow and one Parquet file with the same rows."""
    import pyarrow.parquet as pq

    from exactnb.store import Store

    books = there.connect(home)
    store: Store = books._store
    file = Path(home) / "one.parquet"
    pq.write_table(store.read("lines", COLUMNS), file, compression="zstd", compression_level=1)
    told = json.dumps({"file": str(file), "folder": str(store.folder)})
    ways = ["parquet", "parquet, typed", "store", "ledger"]
    rows = []
    found: dict[str, list[dict[str, float]]] = {way: [] for way in ways}
    for _ in range(ROUNDS):
        for way in ways:
            found[way].append(rounds("benchmarks.ledger", ["read"], way, told, times=1)["read"])
    middle = {
        way: {name: median(one[name] for one in each) for name in each[0]}
        for way, each in found.items()
    }
    names = {
        "parquet": "pyarrow: one Parquet file, to_pandas",
        "parquet, typed": "the same, with the dtypes that a ledger has",
        "store": "store → DataFrame, the same columns",
        "ledger": "books.ledger(refresh=False), every column, joined",
    }
    for way, figures in middle.items():
        rows.append(
            [
                names[way],
                f"{figures['columns']:.0f}",
                f"{figures['seconds']:.2f}",
                f"{figures['seconds'] / middle['parquet']['seconds']:.2f}",
                f"{figures['peak']:,.0f}",
                f"{figures['mb']:,.0f}",
                f"{figures['peak'] / figures['mb']:.2f}",
            ]
        )
    heads = ["way", "columns", "s", "× pyarrow", "peak MB", "frame MB", "peak / frame"]
    table(f"Store → DataFrame, medians of {ROUNDS}, after a refresh", heads, rows)


# ---------------------------------------------------------------- limits

#: how much faster time runs there and here, so that a minute is twenty seconds
SCALE = 3.0


def limits() -> None:
    """A pull within 60 calls a minute, by a clock that runs faster, beside the floor."""
    rows = []
    for hidden in (False, True):
        with (
            served(size=250_000, limits=True, hidden=hidden, scale=SCALE) as there,
            tempfile.TemporaryDirectory() as home,
        ):
            books = there.connect(home, scale=SCALE, limits=True)
            _ = books.division
            _next_minute()
            there.ask(anew=True)
            began = time.time()
            with redirect_stderr(StringIO()):  # the bar that tells of waits
                done = books.refresh()
            seconds = (time.time() - began) * SCALE
            calls = there.ask(anew=True)
            refused = calls.pop(HASTE)
            count = sum(calls.values())
            # whole minutes that the calls before the last ones need, and these
            last = (count - 1) % 60 + 1
            floor = (count - last) / 60 * 60 + last * _call(there, books) * SCALE
            rows.append(
                [
                    "hidden" if hidden else "shown",
                    f"{done.tables['lines'].rows:,}",
                    f"{count}",
                    f"{refused}",
                    f"{seconds:.0f}",
                    f"{floor:.0f}",
                    f"{seconds / floor - 1:+.1%}",
                ]
            )
            if not hidden:
                rows.append(_spaced(there, books, floor))
    heads = ["headers", "lines", "calls", "429s", "s by its clock", "floor", "over"]
    table("Within 60 calls a minute (the clock runs three times faster)", heads, rows)


def _spaced(there: Served, books: Any, floor: float) -> list[str]:
    """The lines alone, by a published tap's way: 1.01 s before every call, whatever is left."""
    from exactnb.local.declarations import TABLES

    free = there.connect(books.settings.home, scale=SCALE, limits=False)
    proxy, select = free._proxy, ",".join(("Timestamp", *TABLES["lines"].select))
    _next_minute()
    there.ask(anew=True)
    began, lines = time.time(), 0
    query = {"$filter": "Timestamp gt 1L", "$select": select}
    page = proxy.page(LINES, query)
    while True:
        body = json.loads(page)["d"]
        lines += len(body["results"])
        if "__next" not in body:
            break
        time.sleep(1.01 / SCALE)
        page = proxy.follow(body["__next"])
    seconds = (time.time() - began) * SCALE
    calls = there.ask(anew=True)
    over = f"{seconds / floor - 1:+.1%}"
    told = [f"{lines:,}", f"{calls[LINES]}", f"{calls[HASTE]}", f"{seconds:.0f}", f"{floor:.0f}"]
    return ["a fixed gap of 1.01 s, lines alone", *told, over]


def _next_minute() -> None:
    minute = 60 / SCALE
    time.sleep(minute - time.time() % minute)


def _call(there: Served, books: Any) -> float:
    """Seconds on our clock for a call: the median of those for a page, of which most are made."""
    from exactnb.local.declarations import TABLES

    free = there.connect(books.settings.home, scale=SCALE, limits=False)
    select = ",".join(("Timestamp", *TABLES["lines"].select))
    taken = []
    _next_minute()
    for _ in range(7):
        began = time.perf_counter()
        free.request(f"/{LINES}", query={"$filter": "Timestamp gt 1L", "$select": select})
        taken.append(time.perf_counter() - began)
    return median(taken)


def main() -> None:
    with served(size=SIZE) as there, tempfile.TemporaryDirectory() as home:
        pulls(there, home)
        refreshes(there, home)
        reads(there, home)
    limits()


if __name__ == "__main__":
    {"pull": pull, "read": read}[sys.argv[1]](sys.argv[2], json.loads(sys.argv[3]))
