"""``show``: a frame as a table, a record as a card; the rest as it shows itself."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING, Any

from exactnb.display.cards import Card
from exactnb.display.formats import is_missing, number, text
from exactnb.display.options import options
from exactnb.display.style import ALIGN, CELL, TABLE

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Table", "show"]

#: columns that people look for first, in the order in which they read
_TELLING = (
    "code",
    "invoice_number",
    "order_number",
    "entry_number",
    "journal_code",
    "name",
    "full_name",
    "ordered_by_name",
    "account_name",
    "gl_account_code",
    "gl_account_description",
    "item_code",
    "item_description",
    "description",
    "date",
    "invoice_date",
    "order_date",
    "entry_date",
    "due_date",
    "quantity",
    "net_price",
    "standard_sales_price",
    "cost_price_standard",
    "amount",
    "amount_dc",
    "amount_fc",
    "currency",
    "percentage",
    "status_description",
    "status",
    "type_description",
    "type",
    "balance_type",
    "balance_side",
    "is_supplier",
    "payment_condition",
    "vat_number",
    "city",
    "country",
    "email",
    "phone",
)


#: what says less than another column beside it
_OUTDONE = {
    "order_number": "invoice_number",
    "order_date": "invoice_date",
    "amount_fc": "amount_dc",
    "status": "status_description",
    "type": "type_description",
}


def show(
    thing: Any,
    *,
    columns: Sequence[str] | None = None,
    rows: int | None = None,
    caption: str | None = None,
    interactive: bool = False,
) -> Any:
    """A frame as a table that says how much of it is shown; a record as a card.

    What an analysis gave is shown as a statement, unless columns or rows are chosen.

    Parameters
    ----------
    thing
        A DataFrame, a record (Series or mapping), or anything that shows itself.
    columns
        Columns to show; by default the most telling ones that hold something.
    rows
        Rows to show at most; ``options.rows`` by default.
    caption
        Title of the table; by default where the frame came from.
    interactive
        A table to sort, search and page through, offline (larger; all rows go in).

    Raises
    ------
    KeyError
        A column that the frame does not have.

    Examples
    --------
    >>> import exactnb as ex
    >>> books = ex.demo()
    >>> codes = books.odata("VATCodes", orderby="Code")
    >>> print(ex.show(codes, columns=["code", "description", "percentage"], rows=2))
    vat/VATCodes · Noordster Rijwielen
    code  description                 percentage
    0     Geen BTW of nultarief             0.00
    1     BTW laag tarief, exclusief        0.09
    2 of 11 rows · 3 of 44 columns
    """
    import pandas as pd

    plain = columns is None and rows is None and not interactive
    if plain and hasattr(type(thing), "statement"):  # what an analysis gave
        return replace(thing.statement, title=caption) if caption else thing.statement
    if isinstance(thing, pd.DataFrame):
        title = caption or _origin(thing)
        chosen = list(columns) if columns is not None else telling_columns(thing)
        missing = [name for name in chosen if name not in thing.columns]
        if missing:
            raise KeyError(f"no column {', '.join(map(repr, missing))}; see frame.columns")
        table = Table(thing, chosen, rows or options.rows, title)
        return Interactive(table) if interactive else table
    if isinstance(thing, (pd.Series, Mapping)):
        return Record(dict(thing.items()), caption)
    return thing


def telling_columns(frame: pd.DataFrame, most: int | None = None) -> list[str]:
    """The columns that say most: filled, no keys, those that people look for first.

    What is the same in every row comes last.
    """
    filled = [
        name
        for name in frame.columns
        if not name.endswith("_id")
        and (len(frame) == 0 or bool(frame[name].notna().any()))
        and not _is_key(frame[name])
    ]
    ordered = telling(filled)
    same = {name for name in ordered if len(frame) > 1 and _is_same(frame[name])}
    return sorted(ordered, key=lambda name: name in same)[: most or options.columns]


def _is_same(values: Any) -> bool:
    try:
        return int(values.nunique(dropna=False)) == 1
    except TypeError:  # lists and dicts cannot be counted
        return False


def telling(names: Sequence[str]) -> list[str]:
    """The names, those that people look for first, then the rest in their own order."""
    outdone = [name for name in names if _OUTDONE.get(name) in names]
    known = [name for name in _TELLING if name in names and name not in outdone]
    return known + [name for name in names if name not in (*known, *outdone)] + outdone


def _is_key(values: Any) -> bool:
    """Whether a column holds GUIDs, which no one reads."""
    sample = values.dropna().head(3)
    return len(sample) > 0 and all(
        isinstance(v, str) and len(v) == 36 and v.count("-") == 4 for v in sample
    )


def _origin(frame: pd.DataFrame) -> str:
    told = [frame.attrs.get(k) for k in ("action", "resource", "connection") if frame.attrs.get(k)]
    return " · ".join(str(t) for t in told)


@dataclass(frozen=True)
class Table:
    """A table for reading; data in it are text, never markup."""

    frame: pd.DataFrame
    columns: Sequence[str]
    rows: int
    caption: str

    @property
    def note(self) -> str:
        """How much of the frame is shown, and what is wrong with it, if anything."""
        shown = min(self.rows, len(self.frame))
        note = (
            f"{number(shown, 0)} of {number(len(self.frame), 0)} rows · "
            f"{len(self.columns)} of {len(self.frame.columns)} columns"
        )
        if self.frame.attrs.get("complete") == "no":
            note += f" · incomplete: {self.frame.attrs.get('stopped', 'the read was stopped')}"
        return note

    def cells(self) -> list[list[str]]:
        """The shown cells as text."""
        head = self.frame[list(self.columns)].head(self.rows)
        return [
            [text(v) for v in row]
            for row in zip(*(head[c].astype(object) for c in head), strict=True)
        ]

    def kinds(self) -> list[str]:
        """What each column holds: "number" (stands to the right), "date" or "text"."""
        kinds = {"i": "number", "u": "number", "f": "number", "M": "date"}
        return [
            "text" if self.frame[c].dtype.name == "boolean" else kinds.get(k, "text")
            for c, k in ((c, self.frame[c].dtype.kind) for c in self.columns)
        ]

    def _repr_html_(self) -> str:
        align = [ALIGN[kind] for kind in self.kinds()]
        names = [escape(name).replace("_", "_<wbr>") for name in self.columns]
        head = "".join(f"<th{a}>{n}</th>" for n, a in zip(names, align, strict=True))
        body = "".join(
            "<tr>"
            + "".join(f"<td{a}>{escape(c)}</td>" for c, a in zip(row, align, strict=True))
            + "</tr>"
            for row in self.cells()
        )
        return (
            f'{TABLE}<div class="exactnb-table"><table><caption>{escape(self.caption)}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
            f"<p>{escape(self.note)}</p></div>"
        )

    def __str__(self) -> str:
        rows = [list(self.columns), *self.cells()]
        widths = [max(len(row[i]) for row in rows) for i in range(len(self.columns))]
        right = [kind == "number" for kind in self.kinds()]
        lines = [
            "  ".join(
                cell.rjust(w) if r else cell.ljust(w)
                for cell, w, r in zip(row, widths, right, strict=True)
            ).rstrip()
            for row in rows
        ]
        return "\n".join([line for line in (self.caption,) if line] + lines + [self.note])

    __repr__ = __str__


@dataclass(frozen=True)
class Interactive:
    """A table to sort, search and page through; it carries its own script (0.9 MB), offline."""

    table: Table

    def _repr_html_(self) -> str:
        from itables import options as itables_options
        from itables import to_html_datatable
        from itables.javascript import generate_init_offline_itables_html

        frame = self.table.frame[list(self.table.columns)]
        key = hashlib.sha256(frame.to_csv().encode()).hexdigest()[:12]
        html = to_html_datatable(
            frame,
            caption=self.table.caption,
            connected=False,
            maxBytes=0,  # a table that hides rows is a defect
            table_id=f"exactnb-{key}",  # the same data give the same page
            display_logo_when_loading=False,
        )
        return str(generate_init_offline_itables_html(itables_options.dt_bundle)) + str(html)

    def __repr__(self) -> str:
        return str(self.table)


@dataclass(frozen=True)
class Record:
    """One record as a card: what says most first, the rest folded beneath."""

    fields: Mapping[str, Any]
    caption: str | None = None

    def _parts(self) -> tuple[Card, dict[str, str]]:
        filled = {k: text(v) for k, v in self.fields.items() if not is_missing(v) and text(v)}
        title = self.caption or _title(filled)
        plain = {k: v for k, v in filled.items() if not (len(v) == 36 and v.count("-") == 4)}

        first = set(telling(list(plain))[: options.columns])
        facts = {k: v for k, v in plain.items() if k in first}
        return Card(title, facts), {k: v for k, v in filled.items() if k not in first}

    def _repr_html_(self) -> str:
        card, rest = self._parts()
        more = "".join(
            f"<tr><td{CELL}>{escape(k)}</td><td{CELL}>{escape(v)}</td></tr>"
            for k, v in rest.items()
        )
        return card._repr_html_() + (
            f'{TABLE}<details class="exactnb-table"><summary>{len(rest)} more fields</summary>'
            f"<table><tbody>{more}</tbody></table></details>"
            if rest
            else ""
        )

    def __str__(self) -> str:
        card, rest = self._parts()
        return str(card) + (f"\n  and {len(rest)} more fields" if rest else "")

    __repr__ = __str__


def _title(filled: Mapping[str, str]) -> str:
    """What a record is called: its name, else its number, else its description or code."""
    for name in ("name", "full_name"):
        if name in filled:
            return filled[name]
    for name in ("invoice_number", "order_number", "entry_number"):
        if name in filled:
            return f"{name.replace('_', ' ').capitalize()} {filled[name]}"
    return next((filled[n] for n in ("description", "code") if n in filled), "Record")
