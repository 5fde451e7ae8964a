"""The one style sheet: Jupyter's own colours with fall-backs, so that light and dark both work.

A notebook that came from elsewhere is not trusted until it is run, and then style sheets are taken
out of its outputs; what must hold even so is said at the element itself.
"""

from __future__ import annotations

__all__ = ["ALIGN", "CARD", "CARD_INLINE", "CELL", "LIVE_TABLE", "STATEMENT", "TABLE", "TONES"]

_INK = "var(--jp-content-font-color1, currentColor)"
_SOFT = "var(--jp-content-font-color2, #6B7280)"
_LINE = "var(--jp-border-color2, #8885)"
_FONT = "var(--jp-content-font-family, system-ui, sans-serif)"

#: tone → colour; each is read against light and dark grounds and always stands beside a word
TONES = {
    "good": "light-dark(#1B7F6B, #5CCBB0)",
    "bad": "light-dark(#B3362B, #F08A80)",
    "quiet": _SOFT,
}

CARD_INLINE = "border: 1px solid #8885; border-radius: 4px; padding: 12px 16px; max-width: 46em"

#: a cell of text; the same, or one with a number or date, in a column that must not break
CELL = ' style="text-align: left"'
ALIGN = {
    "text": CELL,
    "date": ' style="text-align: left; white-space: nowrap"',
    "number": ' align="right"',  # which also holds where styles are taken out
}

CARD = (
    "<style>"
    ".exactnb-card{color-scheme:light dark;font-family:" + _FONT + ";color:" + _INK + "}"
    ".jp-mod-dark .exactnb-card,[data-jp-theme-light=false] .exactnb-card{color-scheme:dark}"
    "[data-jp-theme-light=true] .exactnb-card{color-scheme:light}"
    ".exactnb-card header{display:flex;gap:1em;justify-content:space-between;"
    "flex-wrap:wrap;margin:0 0 .5em}"
    ".exactnb-card table{border-collapse:collapse;margin:0;font-size:1em;table-layout:auto}"
    ".jp-RenderedHTMLCommon .exactnb-card tbody tr{background:none}"
    ".exactnb-card th,.exactnb-card td{border:0;padding:.15em 1.5em .15em 0;max-width:22em;"
    "vertical-align:top;overflow-wrap:anywhere;white-space:normal}"
    ".exactnb-card th{color:" + _SOFT + ";font-weight:400;white-space:nowrap}"
    ".exactnb-card td{font-variant-numeric:tabular-nums}"
    ".exactnb-card p{margin:.6em 0 0;color:" + _SOFT + "}"
    "</style>"
)

TABLE = (
    "<style>"
    ".exactnb-table{font-family:" + _FONT + ";color:" + _INK + ";overflow-x:auto}"
    ".exactnb-table table{border-collapse:collapse;font-variant-numeric:tabular-nums;"
    "font-size:.93em;margin:0}"
    ".exactnb-table caption{caption-side:top;text-align:left;font-weight:600;padding:.25em 0;"
    "color:" + _INK + "}"
    ".exactnb-table th,.exactnb-table td{padding:.25em .75em;max-width:24em;"
    "overflow-wrap:break-word;vertical-align:top;border:0}"
    ".exactnb-table [align=right]{text-align:right;white-space:nowrap}"
    ".jp-RenderedHTMLCommon .exactnb-table tbody tr{background:none}"
    ".exactnb-table thead th{white-space:normal!important;vertical-align:bottom}"
    ".exactnb-table thead th{border-bottom:1px solid " + _LINE + ";font-weight:600}"
    ".exactnb-table p{margin:.4em 0 0;color:" + _SOFT + "}"
    "</style>"
)

#: what DataTables colours by a class of the page, coloured by the theme instead
_L = ".exactnb-table.live"
LIVE_TABLE = (
    "<style>"
    f"{_L}{{color-scheme:light dark}}"
    f".jp-mod-dark {_L},[data-jp-theme-light=false] {_L}{{color-scheme:dark}}"
    f"[data-jp-theme-light=true] {_L}{{color-scheme:light}}"
    f"{_L} div.dt-container,{_L} table.dataTable{{--dt-html-background:transparent;"
    "--dt-row-stripe:128,128,128;--dt-row-hover:128,128,128;background:none;color:inherit}"
    f"{_L} caption{{text-align:left!important;padding:.25em 0}}"
    f"{_L} :is(input,select){{color:inherit!important;border:1px solid #888!important;"
    "border-radius:4px;background:var(--jp-layout-color0,Canvas)!important}"
    f"{_L} button.dt-paging-button{{color:inherit!important;background:none!important}}"
    f"{_L} button.dt-paging-button.current{{border-color:#888!important}}"
    f"{_L} tfoot th{{border-top:1px solid {_LINE};border-bottom:3px double {_LINE};"
    "font-variant-numeric:tabular-nums;white-space:nowrap}"
    "</style>"
)

_S = ".exactnb-statement"
STATEMENT = (
    "<style>"
    f"{_S}{{color-scheme:light dark;font-family:{_FONT};color:{_INK}}}"
    f".jp-mod-dark {_S},[data-jp-theme-light=false] {_S}{{color-scheme:dark}}"
    f"[data-jp-theme-light=true] {_S}{{color-scheme:light}}"
    f"{_S} .box{{overflow-x:auto;padding-bottom:2px}}"
    f"{_S} table{{border-collapse:separate;border-spacing:0;font-variant-numeric:tabular-nums;"
    "font-size:.93em;line-height:1.35;color:inherit;margin:0;table-layout:auto}"
    f"{_S} caption{{caption-side:top;text-align:left;font-weight:600;padding:.25em .75em;"
    f"color:{_INK};white-space:nowrap}}"
    f"{_S} caption span{{display:inline-block;position:sticky;left:.75em}}"
    f"{_S} small{{display:block;font-weight:400;font-size:.93em;color:{_SOFT}}}"
    f"{_S} th,{_S} td{{padding:.2em .75em;border:0;vertical-align:baseline;max-width:26em;"
    "min-width:1em;overflow-wrap:break-word;text-align:left}"
    f"{_S} [align=right]{{text-align:right;white-space:nowrap}}"
    f"{_S} td>span{{display:block;width:max-content;max-width:min(28em,40vw)}}"
    f".jp-RenderedHTMLCommon {_S} table tbody tr{{background:none}}"
    # the names stay while the figures scroll; where the ground is known, so that it can hide them
    f".jp-RenderedHTMLCommon {_S} tr>:first-child{{position:sticky;left:0;"
    "background:var(--jp-layout-color0,Canvas)}"
    f"{_S} thead th{{border-bottom:1px solid {_LINE};font-weight:600;vertical-align:bottom}}"
    f"{_S} i{{font-style:normal;color:{_SOFT};margin-right:.35em}}"
    f"{_S} .sum{{border-left:1px solid {_LINE}}}"
    f"{_S} .heading td{{font-weight:600;padding-top:.7em}}"
    f"{_S} .heading:first-child td{{padding-top:.3em}}"
    f"{_S} .subtotal td{{border-top:1px solid {_LINE}}}"
    # what a group adds up to, with the rule under its figures; what is left is set off more
    f"{_S} .level0.subtotal td{{font-weight:600;padding-bottom:.5em}}"
    f"{_S} .subtotal:not(.level0)>:first-child{{border-top:0}}"
    f"{_S} .total td{{font-weight:600;border-top:1px solid {_LINE};"
    f"border-bottom:3px double {_LINE}}}"
    f"{_S}.lined .begins td{{border-top:1px solid #8883}}"
    f"{_S} p{{margin:.4em .75em 0;color:{_SOFT}}}"
    f"{_S} .bad{{color:{TONES['bad']};font-weight:600}}"
    f"@media print{{{_S} .box{{overflow:visible}}{_S} tr{{break-inside:avoid}}}}"
    "</style>"
)
