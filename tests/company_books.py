"""The demo company as its tables give it, with the look-ups and sums that its tests need."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from typing import Any

from exactnb.sandbox import company
from exactnb.sandbox.company import MAIN

Row = dict[str, Any]

TODAY = date(2026, 6, 30)


def cents(amount: float) -> int:
    return round(amount * 100)


def day(ms: int) -> date:
    return date(1970, 1, 1) + timedelta(milliseconds=ms)


def clock(ms: int) -> datetime:
    return datetime(1970, 1, 1) + timedelta(milliseconds=ms)


class CompanyBooks:
    """The tables of a company as lists of dicts, with the look-ups that the tests need."""

    def __init__(self, size: int | None = None) -> None:
        self.tables: dict[str, list[Row]] = defaultdict(list)
        for block in company.build(size):
            self.tables[block.entity] += [
                dict(zip(block.columns, row, strict=True)) for row in block.rows
            ]
        self.gl = {g["ID"]: g for g in self.tables["GLAccounts"]}
        self.account = {a["ID"]: a for a in self.tables["Accounts"]}
        self.item = {i["ID"]: i for i in self.tables["Items"]}
        self.group = {g["ID"]: g["Code"] for g in self.tables["ItemGroups"]}
        self.vat = {v["Code"]: v for v in self.tables["VATCodes"] if v["Division"] == MAIN}
        self.entries: dict[str, list[Row]] = defaultdict(list)
        for line in self.tables["TransactionLines"]:
            line["gl"] = self.gl[line["GLAccount"]]["Code"]
            line["type"] = self.gl[line["GLAccount"]]["Type"]
            line["cents"] = cents(line["AmountDC"])
            self.entries[line["EntryID"]].append(line)
        self.by_number = {(t["Division"], t["EntryNumber"]): t for t in self.tables["Transactions"]}

    def lines(self, division: int = MAIN) -> list[Row]:
        return [row for row in self.tables["TransactionLines"] if row["Division"] == division]

    def heads(self, division: int = MAIN) -> list[Row]:
        return [row for row in self.tables["Transactions"] if row["Division"] == division]

    def total(self, codes: str, year: int, division: int = MAIN) -> int:
        """Movement of the accounts whose code starts so, in a year."""
        return sum(
            row["cents"]
            for row in self.lines(division)
            if row["FinancialYear"] == year and row["gl"].startswith(codes)
        )

    def open_items(self, kind: int, at: date = TODAY) -> tuple[Counter[Any], dict[Any, date]]:
        """What is open for each account and invoice number, and when it is due."""
        left: Counter[Any] = Counter()
        due: dict[Any, date] = {}
        for row in self.lines():
            if row["type"] == kind and day(row["Date"]) <= at:
                key = (row["Account"], row["InvoiceNumber"])
                left[key] += row["cents"]
                if row["DueDate"]:
                    due[key] = day(row["DueDate"])
        return Counter({key: amount for key, amount in left.items() if amount}), due

    def code(self, account: str) -> str:
        return str(self.account[account]["Code"])


def records(key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(s["records"] for s in company.STORIES if s["key"] == key)
    return found


def result(books: CompanyBooks, year: int) -> int:
    return -sum(
        row["cents"]
        for row in books.lines()
        if row["FinancialYear"] == year and books.gl[row["GLAccount"]]["BalanceType"] == "W"
    )
