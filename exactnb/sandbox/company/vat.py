"""VAT returns: what is filed for a quarter, its settlement, the EC sales list, and the payment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from exactnb.sandbox.company import chart, days
from exactnb.sandbox.company.bank import Bank
from exactnb.sandbox.company.days import MONTHS
from exactnb.sandbox.company.dice import Dice
from exactnb.sandbox.company.frame import Table
from exactnb.sandbox.company.ledger import Book, Entry, Line
from exactnb.sandbox.company.payroll import POSTPONED_TO, tax_due
from exactnb.sandbox.company.relations import CONTROLLER, Relation

QUARTERS = [(year, quarter) for year in range(2023, 2027) for quarter in range(1, 5)][:14]


@dataclass
class Return:
    """A return of a quarter (or, of wage tax, of a month); amounts in cents."""

    division: int
    kind: int
    year: int
    period: int
    amount: int
    due: int
    created: int
    status: int = 50
    entry: Entry | None = None


def filed_on(year: int, quarter: int) -> int:
    """Day on which the return of a quarter is filed."""
    return days.workday(days.day(*days.plus_months(year, quarter * 3, 1), 20))


def due_on(division: int, year: int, quarter: int) -> int:
    """Last day to pay for a quarter; in summer 2026 the tax office grants a delay."""
    if (division, year, quarter) == (chart.MAIN, 2026, 2):
        return POSTPONED_TO
    return days.month_end(*days.plus_months(year, quarter * 3, 1))


def returns(book: Book, bank: Bank, office: Relation | None, minute: int = 665) -> list[Return]:
    """File every quarter with what was booked by then; gives the VAT and EC sales returns.

    What is booked into a quarter after its filing stays on the VAT accounts: it takes a
    supplementary return to get it off.
    """
    filed: list[Return] = []
    for year, quarter in QUARTERS:
        day = filed_on(year, quarter)
        moment = days.ms(min(day, days.TODAY), minute)
        amount, lines, listed = _quarter(book, year, quarter, moment)
        due, draft = due_on(book.division, year, quarter), day > days.TODAY
        status = 10 if draft else 50
        vat = Return(book.division, 31, year, quarter, amount, due, moment, status)
        filed.append(vat)
        if book.division == chart.MAIN:
            filed.append(Return(book.division, 32, year, quarter, listed, due, moment, status))
        if draft or not lines:
            continue
        text = f"BTW-aangifte {quarter}e kwartaal {year}"
        date = days.close(year, quarter * 3)
        vat.entry = book.post(Entry("90", 50, date, text, lines, created=moment, user=CONTROLLER))
        bank.expect(
            days.workday(due, -1),
            Line("1560", amount, office, text=f"Omzetbelasting {year}-{quarter}"),
        )
    return filed


def _quarter(book: Book, year: int, quarter: int, moment: int) -> tuple[int, list[Line], int]:
    """What is to be paid, the lines of the settlement, and the total of the EC sales list."""
    by_account: dict[str, int] = {}
    by_box: dict[str, int] = {}
    listed = 0
    for entry, line in book.vat:
        if entry.year != year or (entry.period + 2) // 3 != quarter or entry.created >= moment:
            continue
        assert line.role is not None
        assert line.vat is not None
        if line.role in "VX":
            listed -= line.cents if chart.VAT_CODES[line.vat].listing != "N" else 0
        elif line.role in "AZPYOQ":
            by_account[line.gl] = by_account.get(line.gl, 0) + line.cents
            box = "5b" if line.role in "OQ" else line.vat
            by_box[box] = by_box.get(box, 0) + line.cents
    # whole euros, each in the taxpayer's favour: tax due down, input tax up
    input_tax = -(-by_box.pop("5b", 0) // 100)
    amount = (sum(-cents // 100 for cents in by_box.values()) - input_tax) * 100
    lines = [Line(gl, -cents) for gl, cents in sorted(by_account.items()) if cents]
    if lines:
        lines.append(Line("1560", -amount))
        lines.append(Line("4900", -sum(line.cents for line in lines), text="Afronding BTW"))
    return amount, [line for line in lines if line.cents], listed


def wage_returns(tax: dict[tuple[int, int], int]) -> list[Return]:
    """The monthly returns of wage tax."""
    filed = []
    for year, month in MONTHS:
        due = tax_due(year, month)
        made = days.ms(days.workday(days.day(year, month, 26)), 700)
        status = 50 if due <= days.TODAY else 20
        filed.append(Return(chart.MAIN, 146, year, month, tax[year, month], due, made, status))
    return filed


_SUBJECT = {31: "Aangifte omzetbelasting", 32: "Opgaaf ICP", 146: "Aangifte loonheffingen"}


def table(filed: list[Return], seed: int) -> Table:
    """The returns as Exact's entity."""
    guid = Dice(seed, "returns").guid

    def rows() -> Iterator[tuple[object, ...]]:
        for one in filed:
            when = f"{one.period:02d}" if one.kind == 146 else f"{one.period}e kwartaal"
            yield (
                guid(), one.division, one.kind, one.year, one.period, f"{when} {one.year}",
                one.amount / 100, "EUR", f"{_SUBJECT[one.kind]} {when} {one.year}",
                _SUBJECT[one.kind], "M" if one.kind == 146 else "Q", one.status,
                days.ms(one.due), one.created,
            )  # fmt: skip

    columns = (
        "DocumentID", "Division", "Type", "Year", "Period", "PeriodDescription", "Amount",
        "Currency", "Description", "Subject", "Frequency", "Status", "DueDate", "Created",
    )  # fmt: skip
    return Table("Returns", columns, rows())
