"""A chart: Altair's, in the style of the house, as an SVG that reads in light and in dark."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

from exactnb.display.options import options
from exactnb.errors import InputError
from exactnb.extras import needed
from exactnb.privacy import hidden

if TYPE_CHECKING:
    import altair as alt

__all__ = ["ACCENTS", "GROUND", "INK", "LINE", "RAMP", "SOFT", "Chart", "altair"]

#: the six accents, in the order in which they are used: on a light ground, on a dark one
ACCENTS = {
    "blue": ("#2563A8", "#7DB3F0"),
    "orange": ("#B8621B", "#F2B36B"),
    "teal": ("#1B7F6B", "#5CCBB0"),
    "red": ("#B3362B", "#F08A80"),
    "purple": ("#6F4FA0", "#BCA6EA"),
    "grey": ("#6B7280", "#A3AAB5"),
}
#: one hue from light to dark, for what gets older; in the dark the other way round
RAMP = (
    ("#C9DCF1", "#2C4768"),
    ("#93B9E0", "#41699A"),
    ("#5A8FCA", "#5C8FCB"),
    ("#2563A8", "#7DB3F0"),
    ("#143F70", "#B5D5F8"),
)
INK, SOFT, LINE, GROUND = "#1A1A1A", "#6B7281", "#D0D0D0", "#FFFFFF"
_DARK = {
    INK: "#E6E6E6",
    SOFT: "#A3AAB5",
    LINE: "#4A4A4A",
    GROUND: "#111111",
    **dict((*ACCENTS.values(), *RAMP)),
}
_FONT = "Liberation Sans, Arial, sans-serif"  # which can be measured where the SVG is made
_STYLE = (
    "<style>.exactnb-chart{color-scheme:light dark;margin:.5em 0;overflow-x:auto}"
    ".jp-mod-dark .exactnb-chart,[data-jp-theme-light=false] .exactnb-chart{color-scheme:dark}"
    "[data-jp-theme-light=true] .exactnb-chart{color-scheme:light}"
    ".exactnb-chart svg{max-width:100%;height:auto;overflow:visible}"
    + "".join(
        f'.exactnb-chart [{part}="{light}"]{{{part}:light-dark({light},{dark})}}'
        for light, dark in _DARK.items()
        for part in ("fill", "stroke")
    )
    + "</style>"
)


def altair() -> Any:
    """Altair, which describes charts, after a look at whether what draws them is there too."""
    needed("vl_convert", extra="report", to="draw charts")
    return needed("altair", extra="report", to="draw charts")


class Chart:
    """A chart that shows itself as SVG, with words for those who cannot see it.

    Parameters
    ----------
    spec
        An Altair chart, without titles and colours of its own.
    title
        The finding, in a sentence.
    subtitle
        What is drawn, of what period, in what unit.
    alt
        The finding and the extreme values.
    """

    def __init__(self, spec: alt.TopLevelMixin, *, title: str, subtitle: str, alt: str) -> None:
        self.spec = spec
        self.title = title
        self.subtitle = subtitle
        self.alt = alt

    @cached_property
    def vega_lite(self) -> dict[str, Any]:
        """The chart in Vega-Lite, for any tool that reads it."""
        made: dict[str, Any] = (
            self.spec.properties(
                title={
                    "text": _wrapped(hidden(self.title)),
                    "subtitle": _wrapped(hidden(self.subtitle), 96),
                }
            )
            .configure(**_THEME)
            .to_dict()
        )
        # where a report hides names; an SVG cuts off and breaks up what is long
        return {key: _hidden(part, data=key == "datasets") for key, part in made.items()}

    @cached_property
    def svg(self) -> str:
        """The chart as SVG; the same data give the same text."""
        import vl_convert

        drawn = vl_convert.vegalite_to_svg(self.vega_lite, **_locale())
        # each chart has marks of its own on a page of many
        key = hashlib.sha256(drawn.encode()).hexdigest()[:8]
        drawn = re.sub(r'(id="|url\(#)(clip|gradient_)', rf"\g<1>{key}-\g<2>", drawn)
        return drawn.replace(
            "<svg ", f'<svg role="img" aria-label="{escape(hidden(self.alt))}" ', 1
        )

    def png(self, scale: float = 2.0) -> bytes:
        """The chart as a picture on a white ground, for a slide or a mail."""
        import vl_convert

        return bytes(
            vl_convert.vegalite_to_png(
                self.vega_lite | {"background": GROUND}, scale=scale, **_locale()
            )
        )

    def save(self, path: Any) -> None:
        """Write it to a file, as its name ends: .svg, .png or .json (Vega-Lite)."""
        from pathlib import Path

        place = Path(path)
        kinds: dict[str, Callable[[], bytes]] = {
            ".svg": lambda: self.svg.encode(),
            ".png": self.png,
            ".json": lambda: json.dumps(self.vega_lite, indent=2).encode(),
        }
        if place.suffix.lower() not in kinds:
            raise InputError(
                f"A chart cannot be written as {place.suffix or 'a file without an ending'}",
                hint=f"The name ends in one of {', '.join(kinds)}.",
            )
        place.write_bytes(kinds[place.suffix.lower()]())

    def _repr_html_(self) -> str:
        return f'{_STYLE}<figure class="exactnb-chart">{self.svg}</figure>'

    def __repr__(self) -> str:
        return f"{self.title}\n{self.subtitle}\n{self.alt}"


_THEME: dict[str, Any] = {
    "background": "transparent",
    "font": _FONT,
    "padding": {"left": 40, "right": 16, "top": 8, "bottom": 8},
    "view": {"stroke": None},
    "title": {
        "anchor": "start",
        "color": INK,
        "subtitleColor": SOFT,
        "fontSize": 15,
        "subtitleFontSize": 12,
        "fontWeight": 600,
        "offset": 12,
        "subtitlePadding": 4,
    },
    "axis": {
        "labelColor": SOFT,
        "titleColor": SOFT,
        "titleFontWeight": "normal",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "domainColor": LINE,
        "tickColor": LINE,
        "gridColor": LINE,
        "grid": False,
        "labelLimit": 260,
    },
    "legend": {
        "labelColor": SOFT,
        "titleColor": SOFT,
        "orient": "top",
        "title": None,
        "labelFontSize": 12,
        "symbolType": "square",
    },
    "text": {"color": INK, "fontSize": 12},
    "bar": {"color": ACCENTS["blue"][0]},
    "line": {"color": ACCENTS["blue"][0], "strokeWidth": 2},
    "rule": {"color": SOFT},
    "header": {"labelColor": SOFT, "titleColor": SOFT},
    "range": {"category": [light for light, _ in ACCENTS.values()]},
}


def _locale() -> dict[str, Any]:
    """How numbers and dates are written; a minus is the one that spreadsheets read."""
    import vl_convert

    dutch = options.language == "nl"
    numbers = vl_convert.get_format_locale("nl-NL" if dutch else "en-US")
    return {
        "format_locale": numbers | {"minus": "-"},
        "time_format_locale": vl_convert.get_time_format_locale("nl-NL" if dutch else "en-US"),
    }


def _hidden(part: Any, data: bool) -> Any:
    """A part of a chart, with names told by codes in its data and in lists such as an order."""
    if isinstance(part, dict):
        return {key: _hidden(each, data) for key, each in part.items()}
    if isinstance(part, list):
        return [_hidden(each, data or isinstance(each, str)) for each in part]
    return hidden(part) if data and isinstance(part, str) else part


def _wrapped(text: str, width: int = 78) -> list[str]:
    """A text in lines, since an SVG does not break them."""
    lines: list[str] = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) > width and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def accents(names: Sequence[str]) -> list[str]:
    """The colours of these accents, on a light ground."""
    return [ACCENTS[name][0] for name in names]
