"""Which invoices were paid, in part or in full, and when: what Exact's invoices do not say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from exactnb.analyses.period import Period
from exactnb.analyses.receivables.control import Day, calendar, day_in, span, whose
from exactnb.analyses.receivables.settlement import settlement
from exactnb.analyses.result import Result, Where, made
from exactnb.analyses.rows import texts, totalled
from exactnb.display.formats import day as day_said
from exactnb.display.options import say
from exactnb.display.statement import Check, Column
from exactnb.errors import DataError
from exactnb.frames.needs import require
from exactnb.ledger.matching import RECEIVABLES

__all__ = ["paid_invoices"]

_FIGURES = ["invoiced", "paid", "other", "open"]
#: SalesInvoices.Status of what has been booked
_BOOKED = 50


def paid_invoices(
    ledger: Any,
    invoices: pd.DataFrame | None = None,
    *,
    as_of: Day | None = None,
    period: str | Period | None = None,
) -> Result:
    """Every sales invoice with what was paid of it, when, and how late; then the total.

    Parameters
    ----------
    ledger
        From :meth:`exactnb.Connection.ledger`, or the same columns in another engine: the lines
        on the control accounts come to pandas.
    invoices
        Exact's ``salesinvoice/SalesInvoices``: then one row for each of them, also those that
        have not been booked. None: one row for each document on the control accounts, which has
        sales entries and opening items too.
    as_of
        Any day, also in the past. None: the day that the ledger was read.
    period
        Only invoices dated in these calendar months.

    Returns
    -------
    Result
        By invoice number: ``invoice_number``, ``account_code``, ``account_name``,
        ``invoice_date``, ``due_date``, ``invoiced``, ``paid``, ``other``, ``open`` (euros, VAT
        included; open = invoiced - paid - other), ``payments``, ``state``, ``state_label``
        (in words), ``settled_on``, ``days_to_pay``, ``days_late`` (both to that day), ``kind``.

        ``state`` is "open", "partly paid", "paid" or "overpaid"; "settled" and "partly settled"
        where it was for the most part not money (written off, set off by hand); "not booked" for
        an invoice that the ledger does not have.

    Raises
    ------
    DataError
        Columns are missing; invoices have the same number and account.
    InputError
        ``as_of`` is no date, or ``period`` no period.

    Notes
    -----
    Exact's SalesInvoices have no field that says whether they were paid. Here it follows from
    the control accounts: what entries of type 40 (cash flow) book under the invoice's number is
    payment. ``cashflow/Receivables`` says the same in ``IsFullyPaid`` and ``LastPaymentDate``.

    Examples
    --------
    >>> import exactnb as ex
    >>> paid = ex.paid_invoices(books.ledger(), period="2025")
    >>> paid["state"].iloc[0]
    'paid'
    """
    day = day_in(ledger, as_of)
    asked = None if period is None else calendar(ledger, day, period)
    settled = settlement(ledger, RECEIVABLES, day)
    table, notes = settled.documents, []
    if invoices is None:
        name = say("open and unapplied = control account", "open en niet toegewezen = grootboek")
        check = Check.of(name, int(table["open"].sum()) + settled.apart, settled.balance)
        table = _within(table, asked)
    else:
        table, rest = _beside(table, _invoices(invoices, day))
        table = _within(table, asked)
        booked = table[table["status"] == _BOOKED]
        name = say("invoices = control account", "facturen = grootboek")
        check = Check.of(name, booked["amount"].sum(), booked["invoiced"].sum())
        if rest := len(_within(rest, asked)):
            notes.append(
                say(
                    f"{rest} documents of the ledger are not among these invoices.",
                    f"{rest} documenten in het grootboek staan niet bij deze facturen.",
                )
            )
    table = table.sort_values(["invoice_number", "account_code"], ignore_index=True)
    taken = table["settled_on"] - table["invoice_date"]
    table["days_to_pay"] = taken.dt.days.astype("Int64")
    table["days_late"] = (table["settled_on"] - table["due_date"]).dt.days.astype("Int64")
    table["payments"] = table["payments"].astype("Int64")
    numbers = [None if pd.isna(number) else int(number) for number in table["invoice_number"]]
    codes = table["account_code"].tolist()

    def behind(place: int, _column: str | None) -> Where | None:
        if place >= len(numbers) or numbers[place] is None:
            return None
        values: dict[str, list[Any]] = {"gl_account_type": [RECEIVABLES.gl_account_type]}
        values |= {"invoice_number": [numbers[place]], "account_code": [codes[place]]}
        return Where(values, {"date": (None, day.to_pydatetime())})

    shown = ["invoice_number", "account_code", "account_name", "invoice_date", "due_date"]
    table["state_label"] = table["state"].map({state: word() for state, word in _STATES.items()})
    shown += [
        *_FIGURES,
        "payments",
        "state",
        "state_label",
        "settled_on",
        "days_to_pay",
        "days_late",
    ]
    return made(
        totalled(table[shown], _FIGURES, "account_name"),
        ledger,
        title=say("Paid invoices", "Betaalde facturen"),
        subtitle=" · ".join(
            [f"{say('as of', 'per')} {day_said(day.date())}", *([str(asked)] if asked else [])]
        ),
        columns={
            "invoice_number": Column(say("Invoice", "Factuur")),
            "account_name": Column(whose(RECEIVABLES)),
            "invoice_date": Column(say("Date", "Datum"), "date"),
            "due_date": Column(say("Due", "Vervalt"), "date"),
            "invoiced": Column(say("Invoiced", "Gefactureerd"), "money"),
            "paid": Column(say("Paid", "Betaald"), "money"),
            "other": Column(say("Otherwise settled", "Anders afgewikkeld"), "money"),
            "open": Column(say("Open", "Openstaand"), "money"),
            "state_label": Column(say("State", "Status")),
            "settled_on": Column(say("Settled", "Afgewikkeld"), "date"),
            "days_late": Column(say("Days late", "Dagen te laat"), "count"),
        },
        checks=[check],
        behind=behind,
        lined=True,
        notes=notes,
        as_of=day.date(),
        period=asked,
    )


_STATES: Mapping[str, Callable[[], str]] = {
    "open": lambda: say("open", "open"),
    "partly paid": lambda: say("partly paid", "deels betaald"),
    "paid": lambda: say("paid", "betaald"),
    "overpaid": lambda: say("overpaid", "te veel betaald"),
    "settled": lambda: say("settled", "afgewikkeld"),
    "partly settled": lambda: say("partly settled", "deels afgewikkeld"),
    "not booked": lambda: say("not booked", "niet geboekt"),
}


def _within(table: pd.DataFrame, period: Period | None) -> pd.DataFrame:
    """Those that are dated in these months."""
    if period is None:
        return table
    chosen: pd.DataFrame = table[table["invoice_date"].between(*span(period))]
    return chosen


def _invoices(invoices: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """What is needed of Exact's invoices, as far as they are dated up to the day."""
    needed = ["invoice_number", "invoice_to", "invoice_to_name", "invoice_date", "due_date"]
    needed += ["amount_dc", "status"]
    require(invoices, needed, "the invoices", "books.table('sales_invoices') has them.")
    asked = invoices[needed].reset_index(drop=True)
    if lines := int((asked["amount_dc"].isna() | asked["status"].isna()).sum()):
        raise DataError(f"{lines} invoices have no amount or no status")
    asked["amount"] = (asked.pop("amount_dc") * 100).round().astype("int64")
    asked["party"] = asked.pop("invoice_to").astype("object")
    asked["invoice_number"] = asked["invoice_number"].astype("Int64")
    for name in ("invoice_date", "due_date"):
        asked[name] = asked[name].astype("datetime64[ms]").dt.normalize()
    numbered = asked[asked["invoice_number"].notna()]
    twice = numbered.loc[numbered.duplicated(["invoice_number", "party"]), "invoice_number"]
    if len(twice):
        said = ", ".join(map(str, twice.unique()[:5]))
        raise DataError(
            f"More than one invoice has the number {said} and the same account",
            hint="Invoices of two administrations differ: ask for one at a time.",
        )
    return asked[~(asked["invoice_date"] > day)].reset_index(drop=True)


def _beside(documents: pd.DataFrame, invoices: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The invoices with what came of them; and the documents that are not among them."""
    key = ["invoice_number", "party"]
    numbered = documents[documents["invoice_number"].notna()]
    told = numbered.rename(columns={"invoice_date": "booked", "due_date": "booked_due"})
    table = invoices.merge(told, on=key, how="left")
    missing = table["state"].isna()
    table[_FIGURES] = table[_FIGURES].fillna(0).astype("int64")
    table["state"] = table["state"].where(~missing, "not booked")
    table["due_date"] = table["due_date"].fillna(table["booked_due"])
    table["account_code"] = texts(table["account_code"])
    names = texts(table["invoice_to_name"])
    table["account_name"] = texts(table["account_name"]).where(~missing, names)
    known = pd.MultiIndex.from_frame(invoices[key])
    rest = documents[~pd.MultiIndex.from_frame(documents[key]).isin(known)]
    return table, rest
