"""Who owes what for how long, and how long it takes them to pay."""

from __future__ import annotations

import pandas as pd

from exactnb.analyses.result import Result
from exactnb.charts.chart import ACCENTS, RAMP, Chart, altair
from exactnb.charts.words import amount, listed, share
from exactnb.display.formats import number
from exactnb.display.options import say

__all__ = ["ageing", "days_outstanding"]

_WIDTH = 640


def ageing(aged: Result, most: int = 10, *, title: str | None = None) -> Chart:
    """What is overdue, by account and by how long: the ones with most overdue, the rest as one.

    Parameters
    ----------
    aged
        ``ex.aged_receivables(ledger, as_of)``, or ``ex.aged_payables``.
    most
        Accounts with a bar of their own.
    title
        Another finding than the one that the figures give.
    """
    lines = aged[aged["kind"] == "line"]
    buckets = [name for name in aged.columns if name == "not_due" or name.startswith("days_")]
    late = lines[lines["overdue"] > 0].sort_values("overdue", ascending=False)
    whole = float(late["overdue"].sum())
    heads, rest = late.head(most), late.iloc[most:]
    few = _few(late["overdue"], whole)
    names = late["account_name"].head(few).tolist()
    part = float(late["overdue"].head(few).sum()) / whole if whole else 0.0
    found = (
        say(
            f"{listed(names)} {'owes' if few == 1 else 'owe'} {share(part)} of what is overdue",
            f"{listed(names)} {'is' if few == 1 else 'zijn'} {share(part)} van wat vervallen is",
        )
        if whole
        else say("Nothing is overdue", "Er is niets vervallen")
    )
    rows = [
        (name, bucket, float(euros))
        for name, row in [
            *((row["account_name"], row) for _, row in heads.iterrows()),
            *(
                [(say(f"{len(rest)} others", f"{len(rest)} andere"), rest[buckets].sum())]
                if len(rest)
                else []
            ),
        ]
        for bucket, euros in row[buckets].items()
        if bucket != "not_due"
    ]
    bars = pd.DataFrame(rows, columns=["name", "bucket", "euros"])
    order = [bucket for bucket in buckets if bucket != "not_due"]
    labels = {bucket: _bucket(bucket) for bucket in order}
    bars["bucket"] = bars["bucket"].map(labels)
    bars["place"] = bars["bucket"].map({labels[b]: i for i, b in enumerate(order)})
    ramp = [light for light, _ in RAMP]
    colours = ramp[-len(order) :] if len(order) <= len(ramp) else ramp
    alt = altair()
    y = alt.Y("name:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False))
    drawn = (
        alt.Chart(bars)
        .mark_bar(height=18)
        .encode(
            y=y,
            x=alt.X("sum(euros):Q", title=None, axis=alt.Axis(format="~s", grid=True, tickCount=5)),
            color=alt.Color(
                "bucket:N", scale=alt.Scale(domain=list(labels.values()), range=colours), sort=None
            ),
            order="place:Q",
        )
    )
    days = aged.attrs["subtitle"]
    return Chart(
        drawn.properties(width=_WIDTH - 180, height=26 * max(1, bars["name"].nunique())),
        title=title or found,
        subtitle=f"{say('Overdue by days', 'Vervallen naar dagen')} · {days} · EUR",
        alt=f"{found}. {amount(whole)} {say('is overdue', 'is vervallen')}.",
    )


def days_outstanding(days: Result, *, title: str | None = None) -> Chart:
    """Days that sales (or purchases) are outstanding, as a line.

    Parameters
    ----------
    days
        ``ex.days_sales_outstanding(ledger, "2024-07..2026-06")``.
    title
        Another finding than the one that the figures give.
    """
    line = pd.DataFrame({"period": days["period"], "days": days["days"]}).dropna()
    first, last = line.iloc[0], line.iloc[-1]
    change = f"{last['days'] - first['days']:+.0f}"
    begun, ended = number(first["days"], 0), number(last["days"], 0)
    found = say(
        f"{days.attrs['title']}: from {begun} to {ended} days ({change})",
        f"{days.attrs['title']}: van {begun} naar {ended} dagen ({change})",
    )
    ends = line.iloc[[0, -1]].assign(label=[begun, ended])
    alt = altair()
    x = alt.X("period:N", title=None, axis=alt.Axis(labelAngle=0, labelOverlap=True))
    y = alt.Y("days:Q", title=None, axis=alt.Axis(grid=True, tickCount=5))
    drawn = (
        alt.Chart(line).mark_line(color=ACCENTS["blue"][0]).encode(x=x, y=y)
        + alt.Chart(ends)
        .mark_point(filled=True, size=50, color=ACCENTS["blue"][0])
        .encode(x=x, y=y)
        + alt.Chart(ends).mark_text(dy=-12).encode(x=x, y=y, text="label:N")
    )
    return Chart(
        drawn.properties(width=_WIDTH, height=260),
        title=title or found,
        subtitle=days.attrs["subtitle"],
        alt=f"{found}. {say('Highest', 'Hoogste')}: {number(line['days'].max(), 0)}.",
    )


def _few(overdue: pd.Series, whole: float) -> int:
    """How many of the largest make half of it: one to three that a title can name."""
    if not whole:
        return 0
    return int(min(3, (overdue.cumsum() < whole / 2).sum() + 1))


def _bucket(name: str) -> str:
    """``days_31_60`` as 31–60, ``days_over_90`` as > 90."""
    parts = name.removeprefix("days_").split("_")
    return f"> {parts[1]}" if parts[0] == "over" else "–".join(parts)
