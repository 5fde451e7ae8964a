"""The one style sheet: Jupyter's own colours with fall-backs, so that light and dark both work.

A notebook that came from elsewhere is not trusted until it is run, and then style sheets are taken
out of its outputs; what must hold even so is said at the element itself.
"""

from __future__ import annotations

__all__ = ["ALIGN", "CARD", "CARD_INLINE", "TABLE", "TONES"]

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

#: a cell of text, a cell with a number
ALIGN = {False: ' style="text-align: left"', True: ' style="text-align: right"'}

CARD = (
    "<style>"
    ".exactnb-card{color-scheme:light dark;font-family:" + _FONT + ";color:" + _INK + "}"
    ".jp-mod-dark .exactnb-card,[data-jp-theme-light=false] .exactnb-card{color-scheme:dark}"
    "[data-jp-theme-light=true] .exactnb-card{color-scheme:light}"
    ".exactnb-card header{display:flex;gap:1em;justify-content:space-between;"
    "flex-wrap:wrap;margin:0 0 .5em}"
    ".exactnb-card dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(16em,1fr));"
    "gap:.25em 2em;margin:0}"
    ".exactnb-card dl>div{display:flex;gap:.75em;min-width:0}"
    ".exactnb-card dt{color:" + _SOFT + ";font-weight:400;flex:0 0 9em;text-align:left}"
    ".exactnb-card dd{margin:0;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}"
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
    ".exactnb-table th,.exactnb-table td{padding:.25em .75em;white-space:nowrap;"
    "max-width:24em;overflow:hidden;text-overflow:ellipsis;border:0}"
    ".jp-RenderedHTMLCommon .exactnb-table tbody tr{background:none}"
    ".exactnb-table thead th{border-bottom:1px solid " + _LINE + ";font-weight:600}"
    ".exactnb-table p{margin:.4em 0 0;color:" + _SOFT + "}"
    "</style>"
)
