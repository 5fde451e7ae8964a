"""The views of the books: one for each entity, over what is stored and a few kept sums."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from exactnb.sandbox.exact import tables
from exactnb.sandbox.exact.entities import entities

HERE = Path(__file__).parent
LANGUAGES = ("nl", "en")

#: receivables and payables by age, in cents and by the ledger's sign
AGES = """
    SELECT Division, Side, Account, sum(Cents) AS Cents,
           sum(iif(Days <= 30, Cents, 0)) AS Cents1,
           sum(iif(Days BETWEEN 31 AND 60, Cents, 0)) AS Cents2,
           sum(iif(Days BETWEEN 61 AND 90, Cents, 0)) AS Cents3,
           sum(iif(Days > 90, Cents, 0)) AS Cents4
    FROM (SELECT o.*, (n.Today - o.Due) / 86400000 AS Days FROM temp.OpenItems o, temp.Now n)
    WHERE Cents <> 0 GROUP BY Division, Side, Account
"""


def create(connection: sqlite3.Connection) -> None:
    """Make every view of the database; :func:`set_scene` must follow."""
    run = connection.execute
    run("CREATE TEMP TABLE Now (Today INTEGER, Year INTEGER, Period INTEGER)")
    run(
        "CREATE TEMP TABLE Labels (List, Code, Description, PRIMARY KEY (List, Code)) WITHOUT ROWID"
    )
    for name in tables.STORED:
        run(f'CREATE TEMP VIEW "{name}" AS {tables.view(entities()[name])}')
    for name, select in _parts("books.sql"):
        run(f"CREATE TEMP TABLE {name} AS {select} LIMIT 0")
    run(f"CREATE TEMP VIEW Ages AS {AGES}")
    for name, select in _parts("views.sql"):
        given = {column[0] for column in run(f"SELECT * FROM ({select}) LIMIT 0").description}
        chosen = ", ".join(
            f'"{field}"' if field in given else f'NULL AS "{field}"'
            for field in entities()[name].scalars
        )
        hidden = given & {"Division", "Timestamp"} - entities()[name].scalars.keys()
        chosen += "".join(f', "{field}"' for field in sorted(hidden))
        run(f'CREATE TEMP VIEW "{name}" AS SELECT {chosen} FROM ({select})')


def set_scene(connection: sqlite3.Connection, today: date, language: str) -> None:
    """Set what day it is, and the language of codes in words."""
    run = connection.execute
    midnight = int(datetime(today.year, today.month, today.day, tzinfo=UTC).timestamp()) * 1000
    run("DELETE FROM temp.Now")
    run("INSERT INTO temp.Now VALUES (?, ?, ?)", (midnight, today.year, today.month))
    run("DELETE FROM temp.Labels")
    place = LANGUAGES.index(language)
    rows = []
    for name, labels in json.loads((HERE / "labels.json").read_text(encoding="utf-8")).items():
        for code, texts in labels.items():
            rows.append((name, _code(name, code), texts[place]))
    connection.executemany("INSERT INTO temp.Labels VALUES (?, ?, ?)", rows)


def _code(name: str, code: str) -> Any:
    """The code as the books have it: a number, or text that is padded as its column is."""
    if re.fullmatch(r"-?\d+", code):
        return int(code)
    width = tables.PADDED.get(name.capitalize())
    return width % code if width else code


@lru_cache(maxsize=1)
def sums_of() -> dict[str, tuple[str, ...]]:
    """The kept sums that each entity is made from."""
    used = {}
    for name, select in _parts("views.sql"):
        sums = {"Movements": "temp.Movements" in select}
        sums["OpenItems"] = "temp.OpenItems" in select or "temp.Ages" in select
        used[name] = tuple(kept for kept, needed in sums.items() if needed)
    return used


def work_out(connection: sqlite3.Connection, kept: str) -> None:
    """Make a kept sum anew."""
    connection.execute(f"DELETE FROM temp.{kept}")
    connection.execute(f"INSERT INTO temp.{kept} {dict(_parts('books.sql'))[kept]}")


def _parts(file: str) -> Iterator[tuple[str, str]]:
    """The SELECTs of a file with the names above them, values filled in."""
    text = (HERE / file).read_text(encoding="utf-8")
    for part in text.split("\n\n")[1:]:
        lines = part.strip().splitlines()
        heads = [line[3:] for line in lines if re.match(r"-- \w+(: .*)?$", line)]
        select = "\n".join(line for line in lines if not line.startswith("--"))
        for head in heads:
            name, _, values = head.partition(": ")
            filled = dict(value.split("=") for value in values.split(", ") if value)
            if "sign" in filled:
                filled["flip"] = "-" if filled["sign"] == "+" else "+"
            yield name, select.format(**filled)
