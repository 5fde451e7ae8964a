"""Entries: what is entered becomes a transaction and lines that balance.

Debit is positive. Line 0 is the main line (receivable, payable, bank), 9999 is VAT.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from exactnb.sandbox.exact import tables
from exactnb.sandbox.exact.messages import Refusal
from exactnb.sandbox.exact.rows import Rows, Values
from exactnb.sandbox.exact.trade import VAT, cents, due, vat

MAIN, TAX = 0, 9999


@dataclass
class Leg:
    """A line of an entry to be: where it is booked, how much in cents, and what else it says."""

    gl: str
    amount: int
    number: int
    account: str | None = None
    vat: VAT = field(default_factory=VAT)
    letter: str | None = None
    tax: int = 0
    """On a base line the VAT over it."""
    base: int = 0
    """On a VAT line what it is over."""
    values: Values = field(default_factory=dict)


@dataclass(frozen=True)
class Kind:
    """A resource of entries: its names for things, and the sign that its lines have here."""

    lines: str
    journal: str
    journals: tuple[int, ...]
    """Types of the journals that it books in."""
    party: str | None = None
    date: str | None = None
    types: tuple[int, int] = (90, 90)
    sign: int = 1
    letters: tuple[str, str] = ("", "")
    """VATType of the base line, of an entry and of a credit note."""


KINDS: Mapping[str, Kind] = {
    "SalesEntries": Kind(
        "SalesEntryLines", "Journal", (20, 21), "Customer", "EntryDate", (20, 21), -1, ("V", "X")
    ),
    "PurchaseEntries": Kind(
        "PurchaseEntryLines", "Journal", (22, 23), "Supplier", "EntryDate", (30, 31), 1, ("I", "W")
    ),
    "BankEntries": Kind("BankEntryLines", "JournalCode", (12,), types=(40, 40), sign=-1),
    "GeneralJournalEntries": Kind("GeneralJournalEntryLines", "JournalCode", (90,)),
}

#: names of an entry resource that a transaction or line has under another name
OTHER_NAMES = {
    "Journal": "JournalCode",
    "PaymentCondition": "PaymentConditionCode",
    "Rate": "ExchangeRate",
    "EntryDate": "Date",
    "ReportingPeriod": "FinancialPeriod",
    "ReportingYear": "FinancialYear",
}
#: of the header, what the main line carries
ON_MAIN = ("InvoiceNumber", "OrderNumber", "YourRef", "PaymentReference", "DueDate")


class Poster:
    """Books entries in one administration."""

    def __init__(self, rows: Rows, today: int) -> None:
        self.rows = rows
        self.today = today

    def post(self, entity: str, header: Values, lines: Sequence[Values]) -> str:
        """Book a new entry, or one with its EntryID in the place of what it was; its key.

        Header and lines have the names and signs of the resource.
        """
        kind = KINDS[entity]
        journal = self.rows.by_code("Journals", header[kind.journal])
        if journal is None:
            raise Refusal(400, ("reference", kind.journal))
        if journal["Type"] not in kind.journals:
            raise Refusal(400, ("invalid", kind.journal))
        dates = [line["Date"] for line in lines if line.get("Date")]
        when = header.get(kind.date or "") or (dates[0] if dates else self.today)
        year, period = self._period(header, when)
        entry: Values = {OTHER_NAMES.get(name, name): value for name, value in header.items()}
        entry |= {"Date": when, "FinancialYear": year, "FinancialPeriod": period}
        entry["EntryNumber"] = header.get("EntryNumber") or self._number(entry["JournalCode"], year)
        entry["Status"] = header.get("Status") or 20
        if kind.party:
            legs = self._trade(kind, journal, entry, header[kind.party], lines)
        elif entity == "BankEntries":
            legs = self._bank(journal, entry, lines)
        else:
            legs = self._general(journal, lines)
        main = legs[0].amount * -kind.sign
        entry["Type"] = kind.types[1 if main < 0 and kind.party else 0]
        return self._write(entry, legs)

    def remove(self, entry: str) -> None:
        """Take an entry out of the books."""
        for line in self._lines(entry):
            self.rows.remove("TransactionLines", line["ID"])
            self.rows.remove("LineExtras", line["ID"])
        self.rows.remove("EntryExtras", entry)
        self.rows.remove("Transactions", entry)

    def _lines(self, entry: str) -> list[Values]:
        sql = "SELECT * FROM main.TransactionLines WHERE EntryID = ? ORDER BY LineNumber"
        return self.rows.all(sql, entry)

    def _trade(
        self, kind: Kind, journal: Values, entry: Values, party: str, lines: Sequence[Values]
    ) -> list[Leg]:
        """Sales or purchase: the lines without VAT, the VAT by code, the party's total."""
        account = self.rows.get("Accounts", party) or {}
        condition = "PaymentConditionSales" if kind.sign < 0 else "PaymentConditionPurchase"
        entry.setdefault("PaymentConditionCode", account.get(condition))
        if not entry.get("DueDate"):
            entry["DueDate"] = due(self.rows, entry["Date"], entry["PaymentConditionCode"])
        if not entry.get("InvoiceNumber"):
            entry["InvoiceNumber"] = entry["EntryNumber"]
        credit = sum(cents(line.get("AmountFC")) for line in lines) < 0
        legs, taxes = [], dict[VAT, tuple[int, int]]()
        for number, line in enumerate(lines, 1):
            code = vat(self.rows, line.get("VATCode"))
            base, tax = code.split(cents(line.get("AmountFC")))
            if line.get("VATAmountFC") is not None:
                tax = cents(line["VATAmountFC"])
            bases, sums = taxes.get(code, (0, 0))
            taxes[code] = (bases + base, sums + tax)
            letter = kind.letters[credit] if code.code else None
            signed, gl = kind.sign * tax, line["GLAccount"]
            legs.append(Leg(gl, kind.sign * base, number, party, code, letter, signed, values=line))
        for code, (base, tax) in taxes.items():
            legs += self._taxes(kind, code, kind.sign * base, kind.sign * tax, credit, party)
        control = account.get("GLAR" if kind.sign < 0 else "GLAP") or journal["GLAccount"]
        if control is None:
            raise Refusal(400, ("mandatory", "GLAccount"))
        carried = {name: entry.get(name) for name in ON_MAIN}
        carried["Description"] = entry.get("Description")
        main = Leg(control, -sum(leg.amount for leg in legs), MAIN, party, values=carried)
        for leg in legs:
            leg.values.setdefault("InvoiceNumber", entry["InvoiceNumber"])
        return [main, *legs]

    def _taxes(
        self, kind: Kind, code: VAT, base: int, tax: int, credit: bool, party: str
    ) -> list[Leg]:
        """The VAT lines of one code; a charged one is both paid and claimed."""
        if not tax:
            return []
        sales = kind.sign < 0
        if code.charged:
            places = [(code.to_claim, tax, "QO"), (code.to_pay, -tax, "YP")]
        elif sales:
            places = [(code.to_pay or code.to_claim, tax, "ZA")]
        else:
            places = [(code.to_claim or code.to_pay, tax, "QO")]
        legs = []
        for gl, amount, letters in places:
            if gl is None:
                raise Refusal(400, ("invalid", "VATCode"))
            letter = letters[0] if credit else letters[1]
            legs.append(Leg(gl, amount, TAX, party, code, letter, base=base))
        return legs

    def _bank(self, journal: Values, entry: Values, lines: Sequence[Values]) -> list[Leg]:
        """A statement: what came in less what went out is the bank's own line."""
        legs = []
        for number, line in enumerate(lines, 1):
            gl = self.rows.get("GLAccounts", line["GLAccount"]) or {}
            if gl.get("Type") in (20, 22) and line.get("OurRef"):
                line = {**line, "InvoiceNumber": line["OurRef"]}
            amount = -cents(line.get("AmountFC"))
            legs.append(Leg(line["GLAccount"], amount, number, line.get("Account"), values=line))
        total = -sum(leg.amount for leg in legs)
        if entry.get("OpeningBalanceFC") is None:
            entry["OpeningBalanceFC"] = self._balance(journal["GLAccount"]) / 100
        closing = cents(entry["OpeningBalanceFC"]) + total
        given = entry.get("ClosingBalanceFC")
        if given is not None and cents(given) != closing:
            raise Refusal(500, ("statement", f"{(cents(given) - closing) / 100:.2f}"))
        entry["ClosingBalanceFC"] = closing / 100
        return [Leg(journal["GLAccount"], total, MAIN), *legs]

    def _general(self, journal: Values, lines: Sequence[Values]) -> list[Leg]:
        """A memorial: the lines as they are, with VAT where the journal allows it."""
        legs, taxes = [], []
        for number, line in enumerate(lines, 1):
            code = vat(self.rows, line.get("VATCode"))
            if code.code and not journal["AllowVAT"]:
                raise Refusal(400, ("invalid", "VATCode"))
            base, tax = code.split(cents(line.get("AmountFC")))
            gl = code.to_claim if base > 0 else code.to_pay
            if tax:
                if gl is None:
                    raise Refusal(400, ("invalid", "VATCode"))
                letter = "O" if base > 0 else "A"
                taxes.append(Leg(gl, tax, TAX, line.get("Account"), code, letter, base=base))
            letters = ("I" if base > 0 else "V") if code.code else None
            legs.append(
                Leg(
                    line["GLAccount"],
                    base,
                    number,
                    line.get("Account"),
                    code,
                    letters,
                    tax,
                    values=line,
                )
            )
        difference = sum(leg.amount for leg in (*legs, *taxes))
        if difference:
            raise Refusal(500, ("unbalanced", f"{difference / 100:.2f}"))
        return [*legs, *taxes]

    def _balance(self, gl: str) -> int:
        """The balance of an account in cents."""
        sql = """SELECT sum(CAST(round(AmountFC * 100) AS INTEGER)) AS Cents
            FROM main.TransactionLines WHERE GLAccount = ?"""
        return int(self.rows.all(sql, gl)[0]["Cents"] or 0)

    def _period(self, header: Values, when: int) -> tuple[int, int]:
        """The financial year and period: as given, or those that the day is in."""
        year = header.get("ReportingYear") or header.get("FinancialYear")
        period = header.get("ReportingPeriod") or header.get("FinancialPeriod")
        if year and period:
            sql = "SELECT * FROM main.FinancialPeriods WHERE FinYear = ? AND FinPeriod = ?"
            found = self.rows.first(sql, year, period)
        else:
            sql = "SELECT * FROM main.FinancialPeriods WHERE StartDate <= ?"
            sql += " AND EndDate + 86400000 > ?"
            found = self.rows.first(sql, when, when)
        if found is None:
            wanted = f"{year}/{period}" if year and period else ""
            raise Refusal(500, ("period", wanted or _day(when)))
        return found["FinYear"], found["FinPeriod"]

    def _number(self, journal: str, year: int) -> int:
        """The next entry number of a journal: year, journal, serial."""
        sql = """SELECT max(EntryNumber) AS Last FROM main.Transactions
            WHERE Division = ? AND JournalCode = ? AND FinancialYear = ?"""
        last = self.rows.all(sql, self.rows.division, journal, year)[0]["Last"]
        serial = int("".join(c for c in journal if c.isdigit()) or 0) % 100
        return int(last) + 1 if last else (year % 100 * 100 + serial) * 10_000 + 1

    def _write(self, entry: Values, legs: Sequence[Leg]) -> str:
        """Store the transaction and its lines; lines that were there before keep their keys."""
        rows, key = self.rows, entry.get("EntryID")
        if key is None:
            key = rows.insert("Transactions", entry)
            before = []
        else:
            rows.update("Transactions", key, entry)
            before = self._lines(key)
            rows.remove("EntryExtras", key)
        rows.insert("EntryExtras", {**entry, "EntryID": key})
        rate = entry.get("ExchangeRate") or 1.0
        home = [cents(leg.amount / 100 * rate) for leg in legs]
        home[0] -= sum(home)  # what the conversion leaves goes to the main line
        kept = set()
        for leg, amount in zip(legs, home, strict=True):
            line = self._line(entry, key, leg, amount, rate)
            known = next(
                (b["ID"] for b in before if b["ID"] == leg.values.get("ID")),
                next((b["ID"] for b in before if _same_place(b, leg)), None),
            )
            if known and known not in kept:
                kept.add(known)
                rows.update("TransactionLines", known, line)
            else:
                known = rows.insert("TransactionLines", line)
            rows.remove("LineExtras", known)
            if any(name in tables.EXTRAS["LineExtras"] for name in leg.values if name != "ID"):
                rows.insert("LineExtras", {**leg.values, "ID": known})
        for old in before:
            if old["ID"] not in kept:
                rows.remove("TransactionLines", old["ID"])
        return str(key)

    def _line(self, entry: Values, key: str, leg: Leg, amount: int, rate: float) -> Values:
        coded = leg.number != MAIN and leg.vat.code is not None
        return {
            "Description": entry.get("Description"),
            "Date": entry["Date"],
            **{name: value for name, value in leg.values.items() if name != "ID"},
            "EntryID": key,
            "EntryNumber": entry["EntryNumber"],
            "FinancialYear": entry["FinancialYear"],
            "FinancialPeriod": entry["FinancialPeriod"],
            "JournalCode": entry["JournalCode"],
            "Type": entry["Type"],
            "Status": entry["Status"],
            "LineNumber": leg.number,
            "LineType": 0,
            "GLAccount": leg.gl,
            "Account": leg.account,
            "AmountDC": amount / 100,
            "AmountFC": leg.amount / 100,
            "Currency": entry.get("Currency") or "EUR",
            "ExchangeRate": rate,
            "VATCode": leg.vat.code if coded else None,
            "VATType": leg.letter,
            "VATPercentage": leg.vat.rate if coded else None,
            "AmountVATFC": leg.tax / 100 if coded and leg.number != TAX else None,
            "AmountVATBaseFC": leg.base / 100 if coded and leg.number == TAX else None,
        }


def _same_place(before: Values, leg: Leg) -> bool:
    return (
        leg.number in (MAIN, TAX)
        and before["LineNumber"] == leg.number
        and before["GLAccount"] == leg.gl
    )


def _day(when: int) -> str:
    return datetime.fromtimestamp(when / 1000, UTC).date().isoformat()
