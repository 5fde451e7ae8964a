"""What is in the bank and the till."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pandas as pd

from exactnb.analyses.receivables.control import Day, day_in
from exactnb.analyses.result import Result, Where, made
from exactnb.analyses.rows import texts, totalled
from exactnb.analyses.sums import lines_of, total
from exactnb.display.formats import day as day_said
from exactnb.display.options import say
from exactnb.display.statement import Check, Column

__all__ = ["CASH", "cash_position"]

#: GLAccounts.Type of what is as good as money: cash, bank, credit card, payment services
CASH = (10, 12, 14, 16)


def cash_position(ledger: Any, as_of: Day | None = None) -> Result:
    """The balance of each bank and cash account at the end of a day, and together.

    Parameters
    ----------
    ledger
        From :meth:`exactnb.Connection.ledger`, or the same columns in another engine.
    as_of
        Any day, also in the past; None: the day that the ledger was read.

    Returns
    -------
    Result
        By GL account of type 10, 12, 14 or 16: ``gl_account_code``, ``gl_account_description``,
        ``balance`` (euros), ``last_booked`` (date of its last line), ``kind``.

    Examples
    --------
    >>> import exactnb as ex
    >>> position = ex.cash_position(books.ledger(), "2025-12-31")
    >>> bool(position.attrs["checks"][0]["ok"])
    True
    """
    day = day_in(ledger, as_of)
    frame = lines_of(
        ledger, "gl_account_code", "gl_account_description", "gl_account_type", "date", "cents"
    ).filter(nw.col("gl_account_type").is_in(CASH), nw.col("date") <= day.to_pydatetime())
    by = ("gl_account_code", "gl_account_description")
    sums = total(frame, by, balance=nw.col("cents").sum(), last_booked=nw.col("date").max())
    sums = sums.assign(**{name: texts(sums[name]) for name in by}).astype({"balance": "int64"})
    codes = sums["gl_account_code"].tolist()
    whole = total(frame, (), cents=nw.col("cents").sum())["cents"].iloc[0]
    checks = [
        Check.of(
            say("accounts = all cash lines", "rekeningen = alle geldregels"),
            int(sums["balance"].sum()),
            0 if pd.isna(whole) else int(whole),
        )
    ]

    def behind(place: int, column: str | None) -> Where | None:
        values: dict[str, Any] = {"gl_account_type": list(CASH)}
        if place < len(codes):
            values["gl_account_code"] = [codes[place]]
        return Where(values, {"date": (None, day.to_pydatetime())})

    return made(
        totalled(sums, ["balance"], "gl_account_description"),
        ledger,
        title=say("Cash position", "Liquide middelen"),
        subtitle=day_said(day.date()),
        columns={
            "gl_account_code": Column(say("Code", "Rekening")),
            "gl_account_description": Column(say("Account", "Omschrijving")),
            "balance": Column(say("Balance", "Saldo"), "cents"),
            "last_booked": Column(say("Last booked", "Laatst geboekt"), "date"),
        },
        checks=checks,
        behind=behind,
        as_of=day.date(),
    )
