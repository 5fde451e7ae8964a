"""The one style sheet: Jupyter's own colours with fall-backs, so that light and dark both work.

A notebook that came from elsewhere is not trusted until it is run, and then style sheets are taken
out of its outputs; what must hold even so is said at the element itself.
"""

from __future__ import annotations

__all__ = ["ALIGN", "CARD", "CARD_INLINE", "CELL", "STATEMENT", "TABLE", "TONES"]

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

STATEMENT = (
    "<style>"
    ".exactnb-statement{color-scheme:light dark;font-family:"
    + _FONT
    + ";color:"
    + _INK
    + ";overflow-x:auto}"
    ".jp-mod-dark .exactnb-statement,[data-jp-theme-light=false] .exactnb-statement"
    "{color-scheme:dark}"
    "[data-jp-theme-light=true] .exactnb-statement{color-scheme:light}"
    ".exactnb-statement table{border-collapse:collapse;font-variant-numeric:tabular-nums;"
    "font-size:.93em;margin:0}"
    ".exactnb-statement caption{caption-side:top;text-align:left;font-weight:600;"
    "padding:.25em .75em;color:" + _INK + ";white-space:nowrap}"
    ".exactnb-statement small{display:block;font-weight:400;color:" + _SOFT + "}"
    ".exactnb-statement th,.exactnb-statement td{padding:.2em .75em;border:0;"
    "vertical-align:baseline;max-width:26em}"
    ".exactnb-statement [align=right]{text-align:right;white-space:nowrap}"
    ".jp-RenderedHTMLCommon .exactnb-statement tbody tr{background:none}"
    ".exactnb-statement thead th{border-bottom:1px solid " + _LINE + ";font-weight:600;"
    "vertical-align:bottom}"
    ".exactnb-statement .heading td{font-weight:600;padding-top:.6em}"
    ".exactnb-statement .subtotal td{font-weight:600;border-top:1px solid " + _LINE + "}"
    ".exactnb-statement .total td{font-weight:600;border-top:1px solid " + _LINE + ";"
    "border-bottom:3px double " + _LINE + "}"
    ".exactnb-statement.lined .line td{border-bottom:1px solid #8883}"
    ".exactnb-statement p{margin:.4em .75em 0;color:" + _SOFT + "}"
    ".exactnb-statement .bad{color:light-dark(#B3362B,#F08A80);font-weight:600}"
    "</style>"
)
