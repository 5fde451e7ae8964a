"""Five questions to a million ledger lines, beside the same sums in DuckDB's SQL on the same frame.

Both in one process, in turn, on two threads; what they find is compared before it is timed.
"""

import time
import warnings
from collections.abc import Callable
from statistics import median
from typing import Any

import duckdb

import exactnb as ex
from benchmarks.measure import table

SIZE, ROUNDS, DAY = 1_000_000, 9, "2025-12-31"

TRIAL_BALANCE = """
    SELECT gl_account_code,
      sum(cents) FILTER (financial_year < 2025 AND balance_type = 'B') AS opening,
      sum(greatest(cents, 0)) FILTER (financial_year = 2025) AS debit,
      sum(greatest(-cents, 0)) FILTER (financial_year = 2025) AS credit,
      any_value(gl_account_description), any_value(gl_account_type), any_value(balance_type)
    FROM ledger WHERE "type" <> 3000 AND financial_year <= 2025 GROUP BY 1
"""
PROFIT_AND_LOSS = """
    SELECT gl_account_code, financial_period, any_value(gl_account_description),
      any_value(gl_account_type), -sum(cents) AS cents
    FROM ledger
    WHERE balance_type = 'W' AND financial_year = 2025 AND "type" NOT BETWEEN 310 AND 328
      AND "type" <> 3000
    GROUP BY 1, 2
"""
AGEING = f"""
    WITH items AS (
      SELECT account, any_value(account_code) AS account_code,
        any_value(account_name) AS account_name, sum(cents) AS cents,
        min(due_date) FILTER ("type" IN (10, 20, 21)) AS due_date
      FROM ledger WHERE gl_account_type = 20 AND date <= DATE '{DAY}'
      GROUP BY account, invoice_number HAVING sum(cents) <> 0)
    SELECT account_code, account_name,
      sum(cents) FILTER (DATE '{DAY}' <= due_date) AS not_due,
      sum(cents) FILTER (date_diff('day', due_date, DATE '{DAY}') BETWEEN 1 AND 30) AS days_30,
      sum(cents) FILTER (date_diff('day', due_date, DATE '{DAY}') BETWEEN 31 AND 60) AS days_60,
      sum(cents) FILTER (date_diff('day', due_date, DATE '{DAY}') BETWEEN 61 AND 90) AS days_90,
      sum(cents) FILTER (date_diff('day', due_date, DATE '{DAY}') > 90) AS older,
      sum(cents) AS cents
    FROM items GROUP BY 1, 2
"""
DUPLICATES = """
    WITH invoices AS (
      SELECT entry_number, any_value(account) AS account, sum(cents) AS cents, min(date) AS date,
        lower(regexp_replace(any_value(your_ref), '[^0-9A-Za-z]', '', 'g')) AS reference
      FROM ledger WHERE gl_account_type = 22 AND "type" = 30 GROUP BY entry_number)
    SELECT a.entry_number, b.entry_number
    FROM invoices a JOIN invoices b ON a.account = b.account AND a.cents = b.cents
      AND a.entry_number < b.entry_number
      AND (a.reference = b.reference OR abs(date_diff('day', a.date, b.date)) <= 7)
"""
BENFORD = """
    SELECT cast(left(cast(cents AS VARCHAR), 1) AS INTEGER) AS digit, count(*) AS count
    FROM ledger WHERE cents >= 1000 AND "type" <> 3000 GROUP BY 1 ORDER BY 1
"""


def main() -> None:
    warnings.filterwarnings("ignore", category=UserWarning)
    ledger = ex.demo(SIZE).ledger()
    database = duckdb.connect()
    database.execute("SET threads = 2")
    database.register("ledger", ledger)

    def sql(text: str) -> Callable[[], Any]:
        return lambda: database.sql(text).df()

    questions: dict[
        str, tuple[Callable[[], Any], Callable[[], Any], Callable[[Any, Any], bool]]
    ] = {
        "trial balance of a year": (
            lambda: ex.trial_balance(ledger, "2025"),
            sql(TRIAL_BALANCE),
            lambda ours, theirs: round(ours["debit"].iloc[-1] * 100) == theirs["debit"].sum(),
        ),
        "profit and loss by month": (
            lambda: ex.profit_and_loss(ledger, "2025", by="month"),
            sql(PROFIT_AND_LOSS),
            lambda ours, theirs: round(ours["total"].iloc[-1] * 100) == theirs["cents"].sum(),
        ),
        "aged receivables": (
            lambda: ex.aged_receivables(ledger, DAY),
            sql(AGEING),
            lambda ours, theirs: round(ours["open"].iloc[-1] * 100) == theirs["cents"].sum(),
        ),
        "duplicate purchase invoices": (
            lambda: ex.duplicate_invoices(ledger),
            sql(DUPLICATES),
            lambda ours, theirs: len(ours) > 0 and len(theirs) > 0,
        ),
        "Benford, first digit": (
            lambda: ex.benford(ledger),
            sql(BENFORD),
            lambda ours, theirs: ours["count"].tolist() == theirs["count"].tolist(),
        ),
    }
    rows = []
    for name, (ours, theirs, same) in questions.items():
        if not same(ours(), theirs()):
            raise SystemExit(f"{name}: exactnb and SQL do not find the same")
        taken: tuple[list[float], list[float]] = ([], [])
        for _ in range(ROUNDS):
            for work, times in zip((ours, theirs), taken, strict=True):
                begun = time.perf_counter()
                work()
                times.append(time.perf_counter() - begun)
        mine, other = (median(times) * 1e3 for times in taken)
        best = min(taken[0]) / min(taken[1])
        rows.append([name, f"{mine:.0f}", f"{other:.0f}", f"{mine / other:.2f}", f"{best:.2f}"])
    heads = ["question", "exactnb ms", "DuckDB ms", "× (median)", "× (best)"]
    title = f"{len(ledger):,} lines, medians of {ROUNDS}; a Result with its proof, beside bare SQL"
    table(title, heads, rows)


if __name__ == "__main__":
    main()
