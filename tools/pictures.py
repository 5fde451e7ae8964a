"""Draws the pictures of the README's gallery from the demo: ``make pictures``.

They are the charts of the example notebooks, on a white ground, and the form that the tests in the
browser (``make e2e``) made a picture of.
"""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import exactnb as ex

ROOT = Path(__file__).parents[1]
PLACE = ROOT / "docs" / "images"
FORM = ROOT / "build" / "e2e" / "create_sales_invoice.png"


def drawn() -> Iterator[tuple[str, "ex.charts.Chart"]]:
    books = ex.demo()
    ledger = books.ledger()
    yield "waterfall", ex.charts.waterfall(ex.profit_and_loss(ledger, "2025"))
    yield "ageing", ex.charts.ageing(ex.aged_receivables(ledger))
    yield "pareto", ex.charts.pareto(ex.pareto(ledger, "customer", "2025"))
    weeks = ex.cash_flow_forecast(
        ledger, returns=books.table("returns"), orders=books.odata("SalesOrders", lines=True)
    )
    yield "forecast", ex.charts.forecast(weeks)
    yield "benford", ex.charts.benford(ex.benford(ledger, types=[90]))
    monthly = ex.profit_and_loss(ledger, "2026-01..2026-06", by="month")
    yield "month_end", ex.charts.result_bars(monthly)


for name, chart in drawn():
    (PLACE / f"{name}.png").write_bytes(chart.png(scale=1.25))
    print(f"{name}.png: {chart.title}")

if not FORM.exists():
    sys.exit(f"{FORM.name} was not drawn again: run `make e2e` first")
shutil.copy(FORM, PLACE)
print(f"{FORM.name}: as the browser showed it")
