"""First digits beside what Benford's law expects of them."""

from __future__ import annotations

import pandas as pd

from exactnb.analyses.result import Result
from exactnb.charts.chart import ACCENTS, Chart, altair
from exactnb.display.formats import number
from exactnb.display.options import say

__all__ = ["benford"]


def benford(digits: Result, *, title: str | None = None) -> Chart:
    """How often each digit comes first, as bars, and how often it should, as a line.

    Parameters
    ----------
    digits
        ``ex.benford(ledger)``.
    title
        Another finding than the one that the figures give.
    """
    bars = pd.DataFrame(
        {"digit": digits["digit"], "share": digits["share"], "expected": digits["expected_share"]}
    )
    off = bars.loc[(bars["share"] - bars["expected"]).abs().idxmax()]
    points = (off["share"] - off["expected"]) * 100
    deviation = (bars["share"] - bars["expected"]).abs().mean()
    found = say(
        f"Digits are {number(deviation * 100, 1)} points off Benford's law on average",
        f"Cijfers wijken gemiddeld {number(deviation * 100, 1)} punt af van de wet van Benford",
    )
    alt = altair()
    x = alt.X("digit:N", title=None, axis=alt.Axis(labelAngle=0))
    y = alt.Y("share:Q", title=None, axis=alt.Axis(format=".0%", grid=True, tickCount=5))
    law = alt.Y("expected:Q", title=None)
    drawn = (
        alt.Chart(bars).mark_bar(color=ACCENTS["blue"][0]).encode(x=x, y=y)
        + alt.Chart(bars).mark_line(color=ACCENTS["orange"][0]).encode(x=x, y=law)
        + alt.Chart(bars)
        .mark_point(color=ACCENTS["orange"][0], filled=True, shape="diamond", size=60)
        .encode(x=x, y=law)
    )
    drawn_as = say("bars: found, line: Benford", "balken: gevonden, lijn: Benford")
    return Chart(
        drawn.properties(width=560, height=260),
        title=title or found,
        subtitle=f"{digits.attrs['subtitle']} · {drawn_as}",
        alt=f"{found}. {say('Most for', 'Het meest bij')} {off['digit']}: {number(points, 1)}.",
    )
