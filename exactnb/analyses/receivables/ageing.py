"""Aged receivables and payables: what is open, by account and by how long it has been so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from exactnb.analyses.receivables.buckets import (
    aged_items,
    agreement,
    beside,
    buckets_of,
    by_account,
    one_by_one,
)
from exactnb.analyses.receivables.control import Day, control_lines, day_in, whose
from exactnb.analyses.result import Result, Where, made
from exactnb.analyses.rows import shares, totalled
from exactnb.display.formats import day as day_said
from exactnb.display.formats import number
from exactnb.display.options import say
from exactnb.display.statement import Check, Column
from exactnb.ledger.matching import PAYABLES, RECEIVABLES, Side, match

__all__ = ["aged_payables", "aged_receivables"]

AgeBy = Literal["due_date", "invoice_date"]


def aged_receivables(
    ledger: Any,
    as_of: Day | None = None,
    by: AgeBy = "due_date",
    buckets: Sequence[int] = (30, 60, 90),
    *,
    detail: bool = False,
    listed: pd.DataFrame | None = None,
) -> Result:
    """What customers owe, one row a customer, by how long it is overdue.

    Parameters
    ----------
    ledger
        From :meth:`exactnb.Connection.ledger`, or the same columns in another engine: the lines
        on the control accounts come to pandas, the others stay where they are.
    as_of
        Any day, also in the past: what was booked after it does not count. None: the day that
        the ledger was read.
    by
        "due_date" counts days past the due date, or past the invoice date where an invoice has
        no due date; "invoice_date" the age of the invoice.
    buckets
        The last day of each bucket but the last, which has no end.
    detail
        True gives one row an open item rather than one a customer.
    listed
        Exact's own ``read/financial/AgingReceivablesList``. It tells of today, so it is held
        against the ledger only when ``as_of`` is the day that the ledger was read.

    Returns
    -------
    Result
        By customer, then the total: ``account_code``, ``account_name``, ``not_due``,
        ``days_1_30``, … ``days_over_90``, ``unapplied``, ``open``, ``overdue``, ``share`` (of all
        that is open), ``kind``; euros. Age by invoice date has ``days_0_30`` and neither
        ``not_due`` nor ``overdue``. With ``listed`` also ``listed``, what Exact says is open.

        ``unapplied`` are payments that belong to no invoice, and what was paid of one beyond its
        amount: they stand apart and make no bucket smaller. Credit notes are in the buckets,
        negative. Bookings that name no customer have a row of their own, without a code.

    Raises
    ------
    DataError
        Columns are missing, or a line on a control account has no date or amount.
    InputError
        ``as_of`` is no date, or ``buckets`` do not rise.

    Notes
    -----
    Buckets are days past due, as Exact's and ERPNext's ageing have them. The checks hold the open
    items of customers against the control accounts (GL accounts of type 20) at that day: what
    differs is booked there without a customer. Open items come from
    :func:`exactnb.ledger.matching.match`, as those of ``books.open_items()``.

    Examples
    --------
    >>> import exactnb as ex
    >>> aged = ex.aged_receivables(books.ledger(), as_of="2025-12-31")
    >>> aged.attrs["checks"][0]["ok"]
    True
    """
    return _aged(ledger, RECEIVABLES, as_of, by, buckets, detail, listed)


def aged_payables(
    ledger: Any,
    as_of: Day | None = None,
    by: AgeBy = "due_date",
    buckets: Sequence[int] = (30, 60, 90),
    *,
    detail: bool = False,
    listed: pd.DataFrame | None = None,
) -> Result:
    """What is owed to suppliers, one row a supplier, by how long it is overdue.

    As :func:`aged_receivables`, of GL accounts of type 22: what is owed is positive; ``listed``
    is Exact's ``read/financial/AgingPayablesList``.

    Examples
    --------
    >>> import exactnb as ex
    >>> aged = ex.aged_payables(books.ledger(), as_of="2025-12-31")
    >>> aged.attrs["checks"][0]["ok"]
    True
    """
    return _aged(ledger, PAYABLES, as_of, by, buckets, detail, listed)


def _aged(
    ledger: Any,
    side: Side,
    as_of: Day | None,
    by: AgeBy,
    buckets: Sequence[int],
    detail: bool,
    listed: pd.DataFrame | None,
) -> Result:
    names, edges = buckets_of(by, buckets)
    day, parts = day_in(ledger, as_of), [*names, "unapplied"]
    lines = control_lines(ledger, side, day, *(_DETAIL if detail else _SHOWN))
    items = aged_items(lines, day, by, edges)
    table = one_by_one(items, lines, parts) if detail else by_account(items, lines, parts)
    parties = table.pop("party").tolist()
    figures = [*parts, "open"]
    if by == "due_date":
        table["overdue"] = table[names[1:]].sum(axis=1)
        figures.append("overdue")
    words = (
        say("receivables", "debiteuren") if side is RECEIVABLES else say("payables", "crediteuren")
    )
    nobody = pd.isna(pd.Series(parties, dtype="object")).to_numpy()
    checks = [
        Check.of(
            f"{words} = {say('control account', 'grootboek')}",
            table.loc[~nobody, "open"].sum(),
            lines["cents"].sum(),
        )
    ]
    notes = _notes(table) if by == "due_date" and not detail else []
    if listed is not None and not detail and day == day_in(ledger, None):
        table = beside(table, listed)
        figures.append("listed")
        checks += agreement(table, words)
    elif listed is not None:
        notes.append(
            say(
                "Exact's list tells of each account on the day that the ledger was read: "
                "it was not compared.",
                "De lijst van Exact gaat over elke relatie op de dag van ophalen: "
                "zij is niet vergeleken.",
            )
        )
    table["share"] = shares(table["open"])

    def behind(place: int, column: str | None) -> Where | None:
        lines = control_lines(ledger, side, day, *_SHOWN, "id")
        items = aged_items(lines, day, by, edges)
        chosen = np.full(len(items), True)
        if place < len(parties) and detail:
            chosen = lines["id"].to_numpy()[items["first"]] == ids[place]
        elif place < len(table):
            party = parties[place] if place < len(parties) else ""
            chosen = (
                items["party"].isna() if pd.isna(party) else items["party"] == party
            ).to_numpy()
        if column in parts:
            chosen = chosen & (items["bucket"] == parts.index(column)).to_numpy()
        elif column == "overdue":
            chosen = chosen & items["bucket"].between(1, len(names) - 1).to_numpy()
        meant = np.isin(match(lines).item, items["item"][chosen])
        return Where({"id": lines["id"][meant].tolist()}) if meant.any() else None

    ids = table["id"].tolist() if detail else []
    return made(
        totalled(table, figures, "account_name", share=1.0 if table["open"].sum() else None),
        ledger,
        title=_TITLES[side.kind](),
        subtitle=_subtitle(day, by),
        columns=_columns(side, names, edges, by, detail),
        checks=checks,
        behind=behind,
        lined=True,
        notes=notes,
        as_of=day.date(),
        by=by,
        buckets=tuple(buckets),
        detail=detail or None,
    )


_TITLES = {
    "receivable": lambda: say("Aged receivables", "Ouderdomsanalyse debiteuren"),
    "payable": lambda: say("Aged payables", "Ouderdomsanalyse crediteuren"),
}
_SHOWN = ("account_code", "account_name", "due_date")
_DETAIL = (*_SHOWN, "your_ref", "id")


# ---------------------------------------------------------------- words


def _notes(table: pd.DataFrame) -> list[str]:
    """How much is overdue, and how much of it the first three accounts owe."""
    overdue = table["overdue"].clip(lower=0)
    if not overdue.sum():
        return []
    first = overdue.nlargest(3).sum() / overdue.sum() * 100
    amount = number(overdue.sum() / 100, 0)
    return [
        say(
            f"Overdue: {amount}, of which three accounts owe {number(first, 1)} %.",
            f"Vervallen: {amount}, waarvan drie relaties {number(first, 1)} %.",
        )
    ]


def _subtitle(day: pd.Timestamp, by: str) -> str:
    counted = {
        "due_date": say("days past the due date", "dagen na de vervaldatum"),
        "invoice_date": say("age of the invoice in days", "ouderdom van de factuur in dagen"),
    }
    return f"{say('as of', 'per')} {day_said(day.date())} · {counted[by]}"


def _columns(
    side: Side, names: Sequence[str], edges: Sequence[int], by: str, detail: bool
) -> dict[str, Column]:
    item = {
        "invoice_number": Column(say("Invoice", "Factuur")),
        "your_ref": Column(say("Reference", "Referentie")),
        "invoice_date": Column(say("Date", "Datum"), "date"),
        "due_date": Column(say("Due", "Vervalt"), "date"),
        "days": Column(say("Days", "Dagen"), "count"),
    }
    aged = {
        name: Column(name.removeprefix("days_").replace("over_", "> ").replace("_", "–"), "money")
        for name in names
    }
    if by == "due_date":
        aged["not_due"] = Column(say("Not due", "Niet vervallen"), "money")
    return {
        "account_code": Column(say("Code", "Code")),
        "account_name": Column(whose(side)),
        **(item if detail else {}),
        **aged,
        "unapplied": Column(say("Unapplied", "Niet toegewezen"), "money"),
        "open": Column(say("Open", "Openstaand"), "money"),
        "share": Column(say("Share", "Aandeel"), "percent"),
        "listed": Column("Exact", "money"),
    }
