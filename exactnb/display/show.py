"""``show``: a frame as a table, a record as a card; the rest as it shows itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING, Any

from exactnb.display.cards import Card
from exactnb.display.formats import is_missing, number, text
from exactnb.display.interactive import IN_LISTS, columns_of
from exactnb.display.interactive import interactive as as_interactive
from exactnb.display.options import options
from exactnb.display.statement import written
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
    """A result as its statement, a frame as a table, a record as a card.

    Parameters
    ----------
    thing
        What an analysis gave, a DataFrame, a record (Series or mapping), or anything that shows
        itself.
    columns
        Columns to show; by default those of the statement, or the most telling ones that hold
        something.
    rows
        Rows to show at most; by default all of a statement, else ``options.rows``. What closes a
        statement, such as its total, stays.
    caption
        Title of the table; by default that of the result, or where the frame came from.
    interactive
        A table to sort, search and page through, offline (larger; all rows go in). Of a statement
        its lines, with totals that follow the search; it says how many rows there are.

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
    >>> balance = ex.trial_balance(books.ledger(), "2025")
    >>> part = ex.show(balance, columns=["gl_account_code", "closing"], rows=2)
    >>> str(part).splitlines()[-1]
    'The first 2 of 75 rows and the last line; the frame has them all.'
    """
    import pandas as pd

    if isinstance(thing, pd.DataFrame) and hasattr(type(thing), "part"):
        return _statement(thing, columns, rows, caption, interactive)
    if isinstance(thing, pd.DataFrame):
        title = caption or _origin(thing)
        chosen = list(columns) if columns is not None else _chosen(thing)
        _known(thing, chosen)
        table = Table(thing, chosen, options.rows if rows is None else rows, title)
        if interactive:
            return as_interactive(thing, columns_of(thing, chosen), title=title, plain=table)
        return table
    if isinstance(thing, (pd.Series, Mapping)):
        return Record(dict(thing.items()), caption)
    return thing


def _statement(
    result: Any,
    columns: Sequence[str] | None,
    rows: int | None,
    caption: str | None,
    interactive: bool,
) -> Any:
    """The statement of a result, or of a part of it, or its lines to sort and search."""
    _known(result, columns or ())
    told = result.part(columns, rows)
    told = told if caption is None else replace(told, title=caption)
    if not interactive:
        return told
    shown = {name: column for name, column in result.shown.items() if name in result.columns}
    chosen = shown if columns is None else {**columns_of(result, columns), **shown}
    chosen = {name: chosen[name] for name in (columns or chosen)}
    title = " · ".join(filter(None, (told.title, told.subtitle)))
    notes = [" · ".join(check.said for check in told.checks)] if told.checks else []
    return as_interactive(result, chosen, title=title, plain=told, notes=notes)


def _chosen(frame: pd.DataFrame) -> list[str]:
    """Of a frame made from a result the columns that its statement has, else the telling ones."""
    shown = [name for name in frame.attrs.get("kinds", ()) if name in frame.columns]
    if shown and "gl_account_code" in frame.columns and "gl_account_code" not in shown:
        shown.insert(0, "gl_account_code")
    return shown or telling_columns(frame)


def _known(frame: pd.DataFrame, names: Sequence[str]) -> None:
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise KeyError(f"no column {', '.join(map(repr, missing))}; see frame.columns")


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
    names = ("title", "division_name", "subtitle") if "title" in frame.attrs else _READ
    return " · ".join(str(frame.attrs[name]) for name in names if frame.attrs.get(name))


_READ = ("action", "resource", "connection")


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
        columns = columns_of(head, self.columns).values()
        ways = [IN_LISTS.get(column.kind, column.kind) for column in columns]
        return [
            [written(value, kind) for value, kind in zip(row, ways, strict=True)]
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
