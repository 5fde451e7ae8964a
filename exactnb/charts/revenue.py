"""Of how few customers or items how much of the revenue comes."""

from __future__ import annotations

import pandas as pd

from exactnb.analyses.result import Result
from exactnb.charts.chart import ACCENTS, SOFT, Chart, altair
from exactnb.charts.words import amount, share
from exactnb.display.options import say

__all__ = ["pareto"]


def pareto(ranked: Result, most: int = 20, *, title: str | None = None) -> Chart:
    """Revenue by customer (or item), largest first, with the share that they make together.

    Parameters
    ----------
    ranked
        ``ex.pareto(ledger, …)``.
    most
        Bars that are drawn; the line counts all.
    title
        Another finding than the one that the figures give.
    """
    lines = ranked[ranked["kind"] == "line"]
    name = next(column for column in lines.columns if column.endswith(("_name", "_description")))
    head = lines.head(most)
    bars = pd.DataFrame(
        {
            "rank": range(1, len(head) + 1),
            "name": head[name],
            "euros": head["revenue"],
            "cumulative": head["cumulative"],
            "abc": head["class"],
        }
    )
    five = float(lines["cumulative"].iloc[min(4, len(lines) - 1)]) if len(lines) else 0.0
    top = lines.iloc[0] if len(lines) else None
    found = say(
        f"The first five of {len(lines)} make {share(five)} of the revenue",
        f"De eerste vijf van {len(lines)} maken {share(five)} van de omzet",
    )
    alt = altair()
    x = alt.X("name:N", sort=None, title=None, axis=alt.Axis(labelAngle=-35, labelLimit=140))
    colours = alt.Scale(
        domain=["A", "B", "C"], range=[ACCENTS["blue"][0], ACCENTS["orange"][0], ACCENTS["grey"][0]]
    )
    drawn = (
        alt.Chart(bars)
        .mark_bar()
        .encode(
            x=x,
            y=alt.Y("euros:Q", title=None, axis=alt.Axis(format="~s", grid=True, tickCount=5)),
            color=alt.Color("abc:N", scale=colours),
        )
    )
    line = (
        alt.Chart(bars)
        .mark_line(point={"color": SOFT, "size": 30}, color=SOFT)
        .encode(
            x=x,
            y=alt.Y(
                "cumulative:Q",
                title=None,
                scale=alt.Scale(domain=[0, 1]),
                axis=alt.Axis(format=".0%", orient="right", tickCount=5),
            ),
        )
    )
    largest = (
        f"{top[name]}: {amount(top['revenue'])}, {share(top['share'])}" if top is not None else ""
    )
    return Chart(
        alt.layer(drawn, line).resolve_scale(y="independent").properties(width=620, height=260),
        title=title or found,
        subtitle=f"{ranked.attrs['title']} · {ranked.attrs['subtitle']} · EUR",
        alt=f"{found}. {largest}.",
    )
