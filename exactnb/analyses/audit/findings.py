"""The list of what tests found, entry by entry: the working paper behind their summary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from exactnb.analyses.audit.asked import weight
from exactnb.analyses.result import Found, Result, Where, made
from exactnb.display.options import say
from exactnb.display.statement import Check, Column

__all__ = ["COLUMNS", "found_in", "stacked", "tables"]

#: what is known of a finding
COLUMNS = {
    "test": "object",
    "severity": "object",
    "entry_number": "Int64",
    "date": "datetime64[ms]",
    "amount": "float64",
    "why": "object",
    "who": "object",
    "description": "object",
    "journal_code": "object",
    "created": "datetime64[ms]",
    "entry_id": "object",
}


def found_in(entries: pd.DataFrame, found: Mapping[str, tuple[str, pd.Series]]) -> pd.DataFrame:
    """One row for each entry that a test found, in the order of tests, then dates.

    Parameters
    ----------
    entries
        What the entries are.
    found
        Test → how heavy its findings weigh, and why for each entry.
    """
    parts = []
    for test, (severity, why) in found.items():
        if not len(why):
            continue
        part = entries.loc[why.index]
        part = part.assign(
            test=test, severity=severity, why=why.tolist(), amount=part["cents"] / 100
        )
        parts.append(part.sort_values(["date", "entry_number"], kind="stable"))
    return stacked(parts)


def stacked(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Findings under each other, with the columns of :data:`COLUMNS`, whatever each part knows."""
    known = [part.reindex(columns=list(COLUMNS)).astype(COLUMNS) for part in parts if len(part)]
    return pd.concat(
        known or [pd.DataFrame(columns=list(COLUMNS)).astype(COLUMNS)], ignore_index=True
    )


def tables(
    found: pd.DataFrame,
    ledger: Any,
    *,
    names: Mapping[str, str],
    title: str,
    subtitle: str,
    checks: Sequence[Check] = (),
) -> Found:
    """What gives the findings of one test, or of all, as a result that leads to its lines.

    ``names`` are those of the tests, in the reader's words.
    """

    def detail(test: Any) -> Result:
        every = test is None or test in ("total", "entries")
        here = found if every else found[found["test"] == test]
        here = here.reset_index(drop=True)
        here = here.assign(
            name=here["test"].map(names), weight=[weight(one) for one in here["severity"]]
        )

        def behind(place: int, column: str | None) -> Where | None:
            entry = here.loc[place, "entry_id"]
            return Where({"entry_id": [entry]}) if isinstance(entry, str) else None

        return made(
            here,
            ledger,
            title=title,
            subtitle=subtitle,
            columns={
                "name": Column(say("Test", "Test")),
                "weight": Column(say("Weight", "Gewicht")),
                "entry_number": Column(say("Entry", "Boeking")),
                "date": Column(say("Date", "Datum"), "date"),
                "amount": Column(say("Debit", "Debet"), "cents"),
                "why": Column(say("Why", "Waarom")),
                "who": Column(say("Who", "Wie")),
                "description": Column(say("Description", "Omschrijving")),
            },
            checks=checks,
            behind=behind,
            lined=True,
            test=None if every else test,
        )

    return detail
