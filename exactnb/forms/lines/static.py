"""Lines where no widget lives: a table of text in HTML, and plain text."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from exactnb.display.style import ALIGN, TABLE

if TYPE_CHECKING:
    from exactnb.forms.lines.lines import Lines

__all__ = ["as_html", "as_text", "table"]

_EMPTY = {
    "en": "No lines yet: add one, or paste from Excel.",
    "nl": "Nog geen regels: voeg er een toe of plak uit Excel.",
}


def as_html(lines: Lines) -> str:
    """The lines as a table with their totals, and how it looks; every text is escaped."""
    return TABLE + table(lines)


def table(lines: Lines) -> str:
    """The same beside another table, which brings the style sheet."""
    shown = _shown(lines)
    aligns = [ALIGN.get(lines.columns[at].kind, ALIGN["text"]) for at in shown]
    heads = "".join(
        f'<th scope="col"{align}>{escape(lines.columns[at].field.title)}</th>'
        for at, align in zip(shown, aligns, strict=True)
    )
    errors = lines.errors()
    rows = []
    for row, texts in enumerate(lines.texts()):
        cells = "".join(
            f"<td{align}>{escape(texts[at])}{_wrong(errors.get(f'{row}:{at}', ''))}</td>"
            for at, align in zip(shown, aligns, strict=True)
        )
        rows.append(f'<tr><th scope="row"{ALIGN["number"]}>{row + 1}</th>{cells}</tr>')
    totals = lines.totals.wire(lines.model.language)
    sums = " · ".join(f"{escape(name)} {escape(said)}" for name, said in totals.get("sums", ()))
    notes = (sums, escape(totals.get("note", "")), "" if rows else _EMPTY[lines.model.language])
    head = f'<thead><tr><th aria-label="#"></th>{heads}</tr></thead>' if rows else ""
    return (
        f'<div class="exactnb-table"><table><caption>{escape(lines.title)}</caption>'
        f"{head}<tbody>{''.join(rows)}</tbody></table>"
        + "".join(f"<p>{note}</p>" for note in notes if note)
        + "</div>"
    )


def as_text(lines: Lines) -> str:
    """The lines as aligned plain text."""
    shown = _shown(lines)
    table = [[lines.columns[at].field.title for at in shown]]
    table += [[" ".join(texts[at].split()) for at in shown] for texts in lines.texts()]
    if len(table) == 1:
        return f"{lines.title}\n{_EMPTY[lines.model.language]}"
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    right = [lines.columns[at].kind == "number" for at in shown]
    body = [
        "  ".join(
            text.rjust(width) if number else text.ljust(width)
            for text, width, number in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in table
    ]
    sums = lines.totals.wire(lines.model.language).get("sums", ())
    return "\n".join(
        [lines.title, *body, *([" · ".join(" ".join(each) for each in sums)] if sums else [])]
    )


def _shown(lines: Lines) -> list[int]:
    """The columns that are required or hold something."""
    filled = {at for texts in lines.texts() for at, text in enumerate(texts) if text}
    wrong = {int(key.partition(":")[2]) for key in lines.errors()}
    return [
        at
        for at, column in enumerate(lines.columns)
        if at in filled or at in wrong or column.field.required
    ]


def _wrong(error: str) -> str:
    return f"<br><em>✗ {escape(error)}</em>" if error else ""
