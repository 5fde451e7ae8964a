"""From the sales invoices to the revenue in the ledger, step by step, to the cent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import pandas as pd

from exactnb.analyses.period import Period
from exactnb.analyses.result import Result, Where, made
from exactnb.analyses.revenue.sold import REVENUE, net_of
from exactnb.analyses.revenue.split import numbered
from exactnb.analyses.rows import placed, texts
from exactnb.analyses.sums import YEAR_END, eager, lines_of, movements, period_of, total
from exactnb.display.options import say
from exactnb.display.statement import Check, Column
from exactnb.errors import DataError
from exactnb.frames.needs import require

__all__ = ["revenue_bridge"]

#: entries that invoices make
_DOCUMENTS = (20, 21)
#: SalesInvoices.Status of what has been booked, SalesInvoices.Type of credit notes
_BOOKED, _CREDITS = 50, (8021, 8024)
#: cents by which an invoice and its entry may differ through rounding
_ROUNDING = 5
#: the steps that make up what was invoiced
_INVOICED = ("invoices", "credit_notes")


def revenue_bridge(
    ledger: Any,
    invoices: pd.DataFrame,
    period: str | Period = "YTD",
    *,
    lines: pd.DataFrame | None = None,
    status: str = "all",
) -> Result:
    """The steps that lead from the sales invoices of a period to the revenue that was booked.

    Parameters
    ----------
    ledger
        From :meth:`exactnb.Connection.ledger`, or the same columns in another engine: the lines
        are summed where they are.
    invoices
        Exact's ``salesinvoice/SalesInvoices``, all of them.
    period
        Of the ledger its financial periods, of the invoices the same calendar months.
    lines
        Exact's ``salesinvoice/SalesInvoiceLines``: tell what was invoiced on other accounts than
        those of revenue; without them it is among the differences.
    status
        "all" (after entry, na invoer) or "processed" (verwerkt).

    Returns
    -------
    Result
        ``key``, ``step`` (in words), ``count`` (of documents or lines), ``amount`` (euros
        without VAT, income positive), ``kind``, ``level``:

        - ``invoices`` and ``credit_notes`` dated in the period, and ``invoiced``, their sum;
        - ``not_booked``: of which no entry has been made yet;
        - ``not_found``: processed, and yet not in the ledger;
        - ``other_accounts``: invoiced on accounts that are not of revenue;
        - ``rounding``: up to five cents an invoice; ``differences``: more than that;
        - ``other_period``: dated in this period and booked in another, or the other way round;
        - ``entries``: sales entries without an invoice; ``memorial``: all other entries;
        - ``revenue``: what the ledger has.

    Raises
    ------
    DataError
        Columns are missing, or an invoice has no amount or shares its number.

    Notes
    -----
    An invoice's ``AmountDC`` includes VAT: what counts here is less ``VATAmountDC``. A credit
    note counts with the sign that its entry has, since documents are not known to show one way.
    The check holds the last step against the profit and loss.

    Examples
    --------
    >>> import exactnb as ex
    >>> invoices = books.odata("salesinvoice/SalesInvoices")
    >>> bridge = ex.revenue_bridge(books.ledger(), invoices, "2025")
    >>> [check["ok"] for check in bridge.attrs["checks"]]
    [True]
    """
    asked = period_of(ledger, period)
    moves = movements(ledger, status=status, year_end=False)
    booked, rest = _booked(ledger, asked, status)
    documents = _documents(invoices, asked).join(booked, on="invoice_number")
    documents["found"] = documents["ever"].notna() & documents["processed"]
    documents[["ever", "within"]] = documents[["ever", "within"]].fillna(0).astype("int64")
    other = (documents["net"] == -documents["ever"]) & documents["credit"] & documents["found"]
    documents["net"] = documents["net"].where(~other, -documents["net"])
    elsewhere = pd.Series(0, index=documents.index)
    if lines is not None:
        aside = _elsewhere(ledger, lines, invoices)
        elsewhere = documents["invoice_number"].map(aside).fillna(0).astype("int64")
        elsewhere = elsewhere.where(documents["found"] & ~other, -elsewhere)
        elsewhere = elsewhere.where(documents["found"], 0)
    off = documents["ever"] - (documents["net"] - elsewhere)
    dated, found = documents["dated"], documents["found"]
    small = off.abs() <= _ROUNDING
    loose = ~booked.index.isin(documents.loc[found, "invoice_number"])
    moved = (documents["within"] - documents["ever"].where(dated, 0)).where(found, 0)
    steps = [
        _step("invoices", documents["net"], dated & ~documents["credit"]),
        _step("credit_notes", documents["net"], dated & documents["credit"]),
        ("invoiced", int(dated.sum()), int(documents.loc[dated, "net"].sum())),
        _step("not_booked", -documents["net"], dated & ~documents["processed"]),
        _step("not_found", -documents["net"], dated & documents["processed"] & ~found),
        _step("other_accounts", -elsewhere, dated & found & (elsewhere != 0)),
        _step("rounding", off, dated & found & small & (off != 0)),
        _step("differences", off, dated & found & ~small),
        _step("other_period", moved, moved != 0),
        _step("entries", booked["within"], loose & (booked["within"] != 0).to_numpy()),
        ("memorial", int(rest["lines"].sum()), int(rest["cents"].sum())),
    ]
    added = [key for key, _, _ in steps if key not in _INVOICED]
    whole = sum(amount for key, _, amount in steps if key in added)
    steps.append(("revenue", int(moves.loc[_of(moves, asked), "lines"].sum()), whole))
    table = pd.DataFrame(steps, columns=["key", "count", "amount"])
    table.insert(1, "step", [_WORDS[key]() for key in table["key"]])
    table["kind"] = table["key"].map({"invoiced": "subtotal", "revenue": "total"}).fillna("line")
    table["level"] = table["kind"].eq("line").astype("int64")
    # what the ledger has none of is not worth a line
    always = table["key"].isin(["invoices", "invoiced", "revenue"])
    table = table[always | (table["count"] != 0)].reset_index(drop=True)
    table["amount"] = table["amount"] / 100
    sums = {"invoiced": dict.fromkeys(_INVOICED, 1), "revenue": dict.fromkeys(added, 1)}
    numbers = {
        "other_accounts": documents.loc[dated & found & (elsewhere != 0), "invoice_number"],
        "rounding": documents.loc[dated & found & small & (off != 0), "invoice_number"],
        "differences": documents.loc[dated & found & ~small, "invoice_number"],
        "other_period": documents.loc[moved != 0, "invoice_number"],
        "invoices": documents.loc[dated & found & ~documents["credit"], "invoice_number"],
        "credit_notes": documents.loc[dated & found & documents["credit"], "invoice_number"],
        "invoiced": documents.loc[dated & found, "invoice_number"],
        "entries": booked.index[loose].to_series(),
    }

    def behind(place: int, _column: str | None) -> Where | None:
        return _where(table["key"][place], numbers, asked, status)

    return made(
        table,
        ledger,
        title=say("From invoices to revenue", "Van facturen naar omzet"),
        subtitle=f"{asked} · {say('without VAT', 'zonder btw')}",
        columns={
            "step": Column(say("Step", "Stap")),
            "count": Column(say("Number", "Aantal"), "count"),
            "amount": Column(say("Amount", "Bedrag"), "cents"),
        },
        checks=[
            Check.of(
                say("revenue = profit and loss", "omzet = winst-en-verliesrekening"),
                whole,
                net_of(moves, REVENUE, asked),
            )
        ],
        behind=behind,
        sums=placed(table["key"].tolist(), sums),
        period=asked,
        status=status,
    )


_WORDS = {
    "invoices": lambda: say("Sales invoices", "Verkoopfacturen"),
    "credit_notes": lambda: say("Credit notes", "Creditfacturen"),
    "invoiced": lambda: say("Invoiced", "Gefactureerd"),
    "not_booked": lambda: say("Not booked yet", "Nog niet geboekt"),
    "not_found": lambda: say("Processed, not in the ledger", "Verwerkt, niet in het grootboek"),
    "other_accounts": lambda: say("On other accounts", "Op andere rekeningen"),
    "rounding": lambda: say("Rounding", "Afronding"),
    "differences": lambda: say("Differences", "Verschillen"),
    "other_period": lambda: say("Booked in another period", "In een andere periode geboekt"),
    "entries": lambda: say("Sales entries without an invoice", "Verkoopboekingen zonder factuur"),
    "memorial": lambda: say("Other entries", "Overige boekingen"),
    "revenue": lambda: say("Revenue in the ledger", "Omzet in het grootboek"),
}


def _step(key: str, amounts: pd.Series, chosen: Any) -> tuple[str, int, int]:
    """A step: how many there are, and what they come to."""
    return key, int(chosen.sum()), int(amounts[chosen].sum())


def _of(moves: pd.DataFrame, asked: Period) -> pd.Series:
    return (moves["gl_account_type"] == REVENUE) & asked.holds(moves)


def _booked(ledger: Any, asked: Period, status: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Revenue of sales entries by invoice number (-1: none), in all and in the period; the rest.

    Both in cents, income positive; of all other entries only what is in the period.
    """
    periods = ("financial_year", "financial_period")
    frame = lines_of(
        ledger, "gl_account_type", "type", "status", "invoice_number", "cents", *periods
    )
    frame = frame.filter(nw.col("gl_account_type") == REVENUE)
    frame = frame.filter(~nw.col("type").is_in(YEAR_END) | nw.col("type").is_null())
    if status == "processed":
        frame = frame.filter(nw.col("status") == 50)
    by = ("invoice_number", "type", *periods)
    sums = total(frame, by, cents=nw.col("cents").sum(), lines=nw.len())
    sums["cents"] = -sums["cents"].astype("int64")
    within = asked.holds(sums)
    entry = sums["type"].isin(_DOCUMENTS)
    # all rows get their figures first: an empty frame would take in those of others
    sums["number"] = sums["invoice_number"].astype("Int64").fillna(-1)
    sums["ever"], sums["within"] = sums["cents"], sums["cents"].where(within, 0)
    booked = sums[entry].groupby("number")[["ever", "within"]].sum()
    return booked, sums[within & ~entry]


def _documents(invoices: pd.DataFrame, asked: Period) -> pd.DataFrame:
    """The invoices: number, net amount in cents, whether credit notes, processed, dated within."""
    needed = ["invoice_number", "invoice_date", "amount_dc", "vat_amount_dc", "status", "type"]
    hint = "books.table('sales_invoices') has them."
    require(invoices, needed, "the invoices", hint)
    told = invoices[needed].reset_index(drop=True)
    bare = told[["invoice_date", "amount_dc", "status"]].isna().any(axis=1)
    if bare.any():
        raise DataError(f"{int(bare.sum())} invoices have no date, no amount or no status")
    number = told["invoice_number"].astype("Int64")
    twice = number[number.notna() & number.duplicated()]
    if len(twice):
        said = ", ".join(map(str, twice.unique()[:5]))
        raise DataError(f"More than one invoice has the number {said}")
    cents = [(told[name].fillna(0) * 100).round().astype("int64") for name in needed[2:4]]
    first, last = asked.months[0], asked.months[-1]
    month = told["invoice_date"].dt.year * 12 + told["invoice_date"].dt.month
    return pd.DataFrame(
        {
            "invoice_number": number,
            "net": cents[0] - cents[1],
            "credit": told["type"].isin(_CREDITS),
            "processed": told["status"] == _BOOKED,
            "dated": month.between(*(at.year * 12 + min(at.period, 12) for at in (first, last))),
        }
    )


def _elsewhere(ledger: Any, lines: pd.DataFrame, invoices: pd.DataFrame) -> pd.Series:
    """What each invoice has on GL accounts that are not of revenue, in cents."""
    lines = numbered(lines, invoices)
    frame = lines_of(ledger, "gl_account", "gl_account_type")
    known = eager(frame.filter(nw.col("gl_account_type") == REVENUE).unique(subset=["gl_account"]))
    aside = lines[~texts(lines["gl_account"]).isin(texts(known["gl_account"]))]
    cents = (aside["amount_dc"] * 100).round().astype("int64")
    return cents.groupby(aside["invoice_number"].astype("Int64")).sum()


def _where(key: str, numbers: dict[str, pd.Series], asked: Period, status: str) -> Where | None:
    """The lines of the ledger behind a step."""
    values: dict[str, Sequence[Any]] = {"gl_account_type": [REVENUE]}
    if status == "processed":
        values["status"] = [50]
    if key == "revenue":
        return Where(values, without={"type": YEAR_END}, period=asked)
    if key == "memorial":
        return Where(values, without={"type": [*_DOCUMENTS, *YEAR_END]}, period=asked)
    if key not in numbers or numbers[key].empty:
        return None
    values["invoice_number"] = [None if of < 0 else int(of) for of in numbers[key].dropna()]
    values["type"] = list(_DOCUMENTS)
    return Where(values, period=asked if key == "entries" else None)
