"""Charts of results: each says its finding in its title, and reads in light and in dark.

>>> import exactnb as ex
>>> result = ex.profit_and_loss(books.ledger(), "2025", by="month")
>>> ex.charts.result_bars(result).title
'Net result: € 75,000, most in 2025-05'
"""

from exactnb.charts.audit import benford
from exactnb.charts.cash import forecast
from exactnb.charts.chart import Chart
from exactnb.charts.receivables import ageing, days_outstanding
from exactnb.charts.result import result_bars, waterfall
from exactnb.charts.revenue import pareto

__all__ = [
    "Chart",
    "ageing",
    "benford",
    "days_outstanding",
    "forecast",
    "pareto",
    "result_bars",
    "waterfall",
]
