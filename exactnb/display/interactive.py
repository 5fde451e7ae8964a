"""A table to sort, search and page through, offline; its totals follow the search."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from exactnb.display.formats import number
from exactnb.display.options import options, say
from exactnb.display.statement import ADDS_UP, Column, kind_of, on_the_right, written
from exactnb.display.style import LIVE_TABLE, TABLE
from exactnb.privacy import hidden

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["IN_LISTS", "Interactive", "columns_of", "interactive"]

#: a list shows cents, where a statement shows whole units
IN_LISTS = {"money": "cents"}
#: rows on a page
_PAGE = 10
_FOOT = re.compile(r"<tfoot>.*?</tfoot>", re.DOTALL)

#: a figure or a date as it is written, to what it is sorted by
_SORTS = {
    "number": "function (said, as) {{ if (as !== 'sort' && as !== 'type') return said;"
    " const plain = String(said).replaceAll('{thousands}', '').replace('{decimal}', '.');"
    " return plain === '' ? -Infinity : parseFloat(plain); }}",
    "date": "function (said, as) {{ return as === 'sort' ?"
    " String(said).replace(/^(\\d\\d)-(\\d\\d)-(\\d{{4}})/, '$3-$2-$1') : said; }}",
}
#: sums of the rows that the search leaves, in whole cents
_TOTALS = """function () {{
  const table = this.api();
  for (const [at, decimals] of {sums}) {{
    let cents = 0;
    for (const said of table.column(at, {{search: 'applied'}}).data().toArray()) {{
      const plain = String(said).replaceAll('{thousands}', '').replace('{decimal}', '.');
      if (plain !== '') cents += Math.round(parseFloat(plain) * 100);
    }}
    const told = (cents / 100).toLocaleString('{locale}',
      {{minimumFractionDigits: decimals, maximumFractionDigits: decimals}});
    table.column(at).footer().textContent = told;
  }}
}}"""


@dataclass(frozen=True)
class Interactive:
    """A table that carries its own script (0.9 MB); all of its rows go in, as text.

    Parameters
    ----------
    cells
        The rows, as they are written.
    columns
        What stands above each column, and what it holds.
    totals
        Column's place → its total as it is written, where it has one.
    title
        What it is; of what period and in what unit.
    notes
        What is said under it.
    plain
        The same for where no script runs at all.
    """

    cells: Sequence[Sequence[str]]
    columns: Sequence[Column]
    totals: Mapping[int, str]
    title: str
    notes: Sequence[str]
    plain: Any

    def _repr_html_(self) -> str:
        import itables
        import pandas as pd
        from itables.javascript import generate_init_offline_itables_html

        # the cells go into a script, where nothing finds a name that a report has to hide
        cells, title = [[hidden(cell) for cell in row] for row in self.cells], hidden(self.title)
        frame = pd.DataFrame(cells, columns=[c.label for c in self.columns], dtype="object")
        told = repr((cells, self.columns, self.totals, title, options.language))
        long = len(self.cells) > _PAGE
        key = hashlib.sha256(told.encode()).hexdigest()[:12]
        undocumented, itables.options.warn_on_undocumented_option = (
            itables.options.warn_on_undocumented_option,
            False,
        )
        try:
            html = itables.to_html_datatable(
                frame,
                caption=escape(title),  # which is taken as markup
                connected=False,
                showIndex=False,
                maxBytes=0,  # a table that hides rows is a defect
                maxColumns=0,
                table_id=f"exactnb-{key}",  # the same data give the same page
                display_logo_when_loading=False,
                style="table-layout:auto;width:auto;margin:0;caption-side:top",
                layout={
                    "topStart": "pageLength" if long else None,
                    "topEnd": "search",
                    "bottomStart": "info",
                    "bottomEnd": "paging" if long else None,
                },
                lengthMenu=[[_PAGE, 25, 50, 100, -1], [_PAGE, 25, 50, 100, say("all", "alle")]],
                language=_language(),
                columnDefs=self._definitions(),
                **self._foot(),
            )
        finally:
            itables.options.warn_on_undocumented_option = undocumented
        under = "".join(f"<p>{escape(note)}</p>" for note in self.notes)
        script = generate_init_offline_itables_html(itables.options.dt_bundle)
        table = _FOOT.sub(lambda _: self._footer(), str(html))
        return f'{script}{TABLE}{LIVE_TABLE}<div class="exactnb-table live">{table}{under}</div>'

    def __repr__(self) -> str:
        return str(self.plain)

    def _definitions(self) -> list[dict[str, Any]]:
        from itables import JavascriptFunction

        made = []
        for at, column in enumerate(self.columns):
            right = on_the_right(column.kind)
            sort = _SORTS.get("number" if right else column.kind)
            told: dict[str, Any] = {"targets": at}
            if sort:
                told["render"] = JavascriptFunction(sort.format(**_marks()))
            told["className"] = "dt-right" if right else "dt-left"
            made.append(told)
        return made

    def _foot(self) -> dict[str, Any]:
        from itables import JavascriptFunction

        if not self.totals:
            return {}
        sums = [[at, 0 if self.columns[at].kind == "count" else 2] for at in self.totals]
        return {
            "footer": True,
            "footerCallback": JavascriptFunction(_TOTALS.format(sums=sums, **_marks())),
        }

    def _footer(self) -> str:
        """The totals of all rows, as they stand before a script works them out again."""
        named = next((i for i in range(len(self.columns)) if i not in self.totals), -1)
        cells = [
            say("Total", "Totaal") if at == named else self.totals.get(at, "")
            for at in range(len(self.columns))
        ]
        return f"<tfoot><tr>{''.join(f'<th>{escape(cell)}</th>' for cell in cells)}</tr></tfoot>"


def interactive(
    frame: pd.DataFrame,
    columns: Mapping[str, Column],
    *,
    title: str,
    plain: Any,
    notes: Sequence[str] = (),
) -> Interactive:
    """A frame as a table to sort and search.

    Of a statement the lines go in; its headings and subtotals cannot be sorted, and are told of
    under it. A column has a total where the statement has that total, to the cent.

    Parameters
    ----------
    frame
        With columns ``kind`` and ``gl_account_code`` where it is a statement.
    columns
        Those that are shown, with what stands above them.
    title, notes, plain
        As of :class:`Interactive`.
    """
    kinds = frame["kind"] if "kind" in frame.columns else None
    lines = frame if kinds is None else frame[kinds == "line"]
    closing = frame.iloc[-1:] if kinds is not None and (kinds == "total").any() else None
    coded = "gl_account_code" in frame.columns and "gl_account_code" not in columns
    if coded and (lines["gl_account_code"] != "").any():
        columns = {"gl_account_code": Column(say("Code", "Rekening")), **columns}
    holds = [IN_LISTS.get(column.kind, column.kind) for column in columns.values()]
    series = [lines[name].astype(object) for name in columns]
    cells = [
        [written(value, kind) for value, kind in zip(row, holds, strict=True)]
        for row in zip(*series, strict=True)
    ]
    totals = {
        at: written(closing[name].iloc[0], holds[at])
        for at, (name, column) in enumerate(columns.items())
        if closing is not None and column.kind in ADDS_UP and _adds_up(lines[name], closing[name])
    }
    rest = len(frame) - len(lines) - (1 if totals else 0)
    if rest > 0:
        notes = [*notes, _left_out(rest)]
    return Interactive(cells, list(columns.values()), totals, title, notes, plain)


def columns_of(frame: pd.DataFrame, names: Sequence[str]) -> dict[str, Column]:
    """What columns of a frame hold: what the analysis said of them, else what they look like."""
    said, made = frame.attrs.get("kinds", {}), {}
    for name in names:
        kind = said.get(name, "")
        # a column of the same name that now holds something else is what it looks like
        fits = on_the_right(kind) and frame[name].dtype.kind in "iuf"
        made[name] = Column(str(name), kind if fits else kind_of(frame[name]))
    return made


def _adds_up(lines: pd.Series, total: pd.Series) -> bool:
    """Whether a column's total is the sum of its lines, to the cent."""
    said = total.iloc[0]
    cents = (lines.astype("float64").fillna(0) * 100).round().sum()
    return bool(said == said and said is not None and cents == round(float(said) * 100))


def _left_out(rows: int) -> str:
    said = number(rows, 0)
    return say(
        f"Lines only; what heads or sums them ({said}) stands in the statement.",
        f"Alleen regels; wat ze aanduidt of optelt ({said}) staat in het overzicht.",
    )


def _marks() -> dict[str, str]:
    dutch = options.language == "nl"
    return {
        "thousands": "." if dutch else ",",
        "decimal": "," if dutch else ".",
        "locale": "nl-NL" if dutch else "en-US",
    }


def _language() -> dict[str, str]:
    """The words of DataTables; how many rows there are is always said."""
    marks = _marks()
    return {
        "info": say("_START_–_END_ of _TOTAL_ rows", "_START_–_END_ van _TOTAL_ regels"),
        "infoEmpty": say("0 rows", "0 regels"),
        "infoFiltered": say("(_MAX_ before the search)", "(_MAX_ zonder zoeken)"),
        "lengthMenu": say("_MENU_ rows a page", "_MENU_ regels per pagina"),
        "search": say("Search:", "Zoeken:"),
        "zeroRecords": say("Nothing found", "Niets gevonden"),
        "emptyTable": say("No rows", "Geen regels"),
        "thousands": marks["thousands"],
        "decimal": marks["decimal"],
    }
