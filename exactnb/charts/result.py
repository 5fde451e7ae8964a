"""The result over time, and how it came about."""

from __future__ import annotations

import pandas as pd

from exactnb.analyses.result import Result
from exactnb.charts.chart import ACCENTS, SOFT, Chart, altair
from exactnb.charts.words import amount, share
from exactnb.display.options import say
from exactnb.errors import DataError

__all__ = ["result_bars", "waterfall"]

_WIDTH, _HEIGHT = 640, 280


def result_bars(result: Result, key: str = "net_result", *, title: str | None = None) -> Chart:
    """A row of a profit and loss by month, quarter or year, as bars.

    Parameters
    ----------
    result
        ``ex.profit_and_loss(ledger, …, by="month")``.
    key
        Which row: ``net_revenue``, ``gross_margin``, ``operating_result``, ``net_result``, the
        code of a GL account.
    title
        Another finding than the one that the figures give.
    """
    row = _row(result, key)
    columns = [name for name in result.columns if _is_period(name)]
    if not columns:
        raise DataError(
            "This profit and loss has no columns of months, quarters or years",
            hint="Ask for one with by='month'.",
        )
    bars = pd.DataFrame({"period": columns, "euros": [float(row[name]) for name in columns]})
    best, worst = bars.loc[bars["euros"].idxmax()], bars.loc[bars["euros"].idxmin()]
    what = str(row["description"])
    found = say(
        f"{what}: {amount(bars['euros'].sum())}, most in {best['period']}",
        f"{what}: {amount(bars['euros'].sum())}, het meest in {best['period']}",
    )
    alt = altair()
    base = alt.Chart(bars).encode(
        x=alt.X("period:N", title=None, axis=alt.Axis(labelAngle=0, labelExpr=_SHORT)),
        y=alt.Y("euros:Q", title=None, axis=alt.Axis(format="~s", grid=True, tickCount=5)),
    )
    colour = alt.condition(
        "datum.euros < 0", alt.value(ACCENTS["red"][0]), alt.value(ACCENTS["blue"][0])
    )
    drawn = base.mark_bar().encode(color=colour)
    zero = alt.Chart(pd.DataFrame({"y": [0]})).mark_rule(color=SOFT).encode(y="y:Q")
    return Chart(
        (drawn + zero).properties(width=_WIDTH, height=_HEIGHT),
        title=title or found,
        subtitle=_subtitle(result, what),
        alt=f"{found}. {best['period']}: {amount(best['euros'])}; "
        f"{worst['period']}: {amount(worst['euros'])}.",
    )


def waterfall(result: Result, *, title: str | None = None) -> Chart:
    """How the net result came about: revenue, less each group of costs, down to what is left.

    Parameters
    ----------
    result
        ``ex.profit_and_loss(ledger, period)``.
    title
        Another finding than the one that the figures give.
    """
    steps = result[(result["level"] == 0) | result["kind"].isin(["subtotal", "total"])]
    steps = steps[steps["kind"] != "heading"].dropna(subset=["total"])
    revenue, net = _row(result, "net_revenue")["total"], _row(result, "net_result")["total"]
    rows, level = [], 0.0
    for key, what, euros in zip(steps["key"], steps["description"], steps["total"], strict=True):
        if key in _RESULTS:
            rows.append((what, 0.0, euros, euros, "result"))
            level = euros
        elif euros:
            signed = euros if key in _INCOME else -euros
            rows.append((_plain(what), level, level + signed, signed, _tone(signed)))
            level += signed
    bars = pd.DataFrame(rows, columns=["what", "from", "to", "euros", "tone"])
    kept = net / revenue if revenue else 0.0
    found = say(
        f"Of {amount(revenue)} revenue {amount(net)} is left ({share(kept)})",
        f"Van {amount(revenue)} omzet blijft {amount(net)} over ({share(kept)})",
    )
    bars["label"] = [amount(euros, "").strip() for euros in bars["euros"]]
    bars["right"] = bars[["from", "to"]].max(axis=1)
    alt = altair()
    y = alt.Y("what:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False))
    tones = alt.Scale(
        domain=["result", "up", "down"],
        range=[ACCENTS["blue"][0], ACCENTS["teal"][0], ACCENTS["orange"][0]],
    )
    drawn = (
        alt.Chart(bars)
        .mark_bar(height=18)
        .encode(
            y=y,
            x=alt.X("from:Q", title=None, axis=None),
            x2="to:Q",
            color=alt.Color("tone:N", scale=tones, legend=None),
        )
    )
    labels = (
        alt.Chart(bars)
        .mark_text(align="left", dx=5)
        .encode(y=y, x=alt.X("right:Q", axis=None), text="label:N")
    )
    return Chart(
        (drawn + labels).properties(width=_WIDTH - 160, height=26 * len(bars)),
        title=title or found,
        subtitle=_subtitle(result, say("From revenue to net result", "Van omzet naar resultaat")),
        alt=f"{found}. "
        + "; ".join(f"{w}: {e}" for w, e in zip(bars["what"], bars["label"], strict=True)),
    )


#: a month without its year, where the year is in the subtitle
_SHORT = "slice(datum.label, 5) || datum.label"
_RESULTS = ("gross_margin", "operating_result", "result_before_tax", "net_result")
_INCOME = ("net_revenue", "financial", "exceptional")


def _row(result: Result, key: str) -> pd.Series:
    found = result[result["key"] == key]
    if len(found) != 1:
        known = ", ".join(result.loc[result["kind"].isin(["subtotal", "total"]), "key"])
        raise DataError(f"This profit and loss has no row {key!r}", hint=f"There are {known}.")
    return found.iloc[0]


def _is_period(name: str) -> bool:
    return name[:4].isdecimal()


def _subtitle(result: Result, what: str) -> str:
    period = result.attrs["parameters"].get("period", "")
    parts = [what, period, result.attrs.get("division_name"), "EUR"]
    return " · ".join(str(part) for part in parts if part)


def _plain(what: str) -> str:
    for word in ("Total ", "Totaal "):
        what = what.removeprefix(word)
    return what[:1].upper() + what[1:]


def _tone(signed: float) -> str:
    return "up" if signed > 0 else "down"
