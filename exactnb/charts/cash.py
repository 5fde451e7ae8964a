"""The bank balance of the weeks to come."""

from __future__ import annotations

import pandas as pd

from exactnb.analyses.result import Result
from exactnb.charts.chart import ACCENTS, SOFT, Chart, altair
from exactnb.charts.words import amount
from exactnb.display.options import say

__all__ = ["forecast"]


def forecast(weeks: Result, *, title: str | None = None) -> Chart:
    """The expected bank balance by week, with what it is if customers are late as a band.

    Parameters
    ----------
    weeks
        ``ex.cash_flow_forecast(ledger, …)``.
    title
        Another finding than the one that the figures give.
    """
    line = pd.DataFrame(
        {"week": weeks["week"], "balance": weeks["balance"], "low": weeks["balance_low"]}
    )
    lowest = line.loc[line["balance"].idxmin()]
    below = lowest["balance"] < 0
    week = int(lowest["week"])
    least = amount(lowest["balance"])
    found = say(
        f"The bank {'dips below zero' if below else 'is lowest'} in week {week}: {least}",
        f"De bank {'zakt onder nul' if below else 'staat het laagst'} in week {week}: {least}",
    )
    alt = altair()
    x = alt.X("week:O", title=say("Week", "Week"), axis=alt.Axis(labelAngle=0))
    y = alt.Y("balance:Q", title=None, axis=alt.Axis(format="~s", grid=True, tickCount=6))
    point = pd.DataFrame([lowest]).assign(label=least)
    drawn = (
        alt.Chart(line)
        .mark_area(color=ACCENTS["grey"][0], opacity=0.25)
        .encode(x=x, y=y, y2="low:Q")
        + alt.Chart(pd.DataFrame({"y": [0]})).mark_rule(color=SOFT).encode(y="y:Q")
        + alt.Chart(line).mark_line(color=ACCENTS["blue"][0]).encode(x=x, y=y)
        + alt.Chart(point)
        .mark_point(filled=True, size=70, color=ACCENTS["red"][0])
        .encode(x=x, y=y)
        + alt.Chart(point).mark_text(dy=16).encode(x=x, y=y, text="label:N")
    )
    band = say("band: customers two weeks later", "band: klanten twee weken later")
    span = weeks.attrs["subtitle"].partition(" · ")[0]
    return Chart(
        drawn.properties(width=640, height=280),
        title=title or found,
        subtitle=f"{weeks.attrs['title']} · {span} · EUR · {band}",
        alt=f"{found}. {say('Now', 'Nu')}: {amount(line['balance'].iloc[0])}; "
        f"{say('at the end', 'aan het eind')}: {amount(line['balance'].iloc[-1])}.",
    )
