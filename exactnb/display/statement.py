"""A statement: rows in the order that readers know, with headings, subtotals, totals and proofs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from html import escape
from typing import Any, Literal

from exactnb.display.formats import is_missing, number, text
from exactnb.display.marks import marked
from exactnb.display.options import options
from exactnb.display.style import STATEMENT

__all__ = [
    "ADDS_UP",
    "Check",
    "Column",
    "Kind",
    "Row",
    "Statement",
    "kind_of",
    "on_the_right",
    "written",
]

#: what a column holds, which says how it is written and on which side it stands
Kind = Literal["text", "money", "cents", "side", "percent", "number", "plain", "count", "date"]
_RIGHT = frozenset({"money", "cents", "side", "percent", "number", "plain", "count"})
#: kinds of columns whose figures can be added up
ADDS_UP = frozenset({"money", "cents", "side", "count"})


@dataclass(frozen=True)
class Column:
    """A column: what stands above it, and what it holds.

    ``money`` is in whole units unless ``options.cents``; ``cents`` always to the cent, and ``side``
    too, but empty where it is 0, as debit or credit is; ``percent`` is a fraction, shown with one
    decimal; ``number`` has one decimal, ``plain`` as many as there are; ``count`` has none.
    ``strong`` sets off what the columns before it add up to; ``once`` leaves a cell empty that
    says the same as the one above.
    """

    label: str
    kind: Kind = "text"
    strong: bool = False
    once: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row of cells: ``line``, ``heading``, ``subtotal`` or ``total``, indented by its level.

    ``code`` stands before its first text.
    """

    cells: Sequence[Any]
    kind: str = "line"
    level: int = 0
    code: str = ""


@dataclass(frozen=True)
class Check:
    """Two figures that must agree, in the currency's units; the difference is of whole cents."""

    name: str
    left: float
    right: float

    @classmethod
    def of(cls, name: str, left: int, right: int) -> Check:
        """A check of two sums in whole cents."""
        return cls(name, int(left) / 100, int(right) / 100)

    @property
    def difference(self) -> float:
        """Left less right, to the cent."""
        return (round(self.left * 100) - round(self.right * 100)) / 100

    @property
    def ok(self) -> bool:
        """Whether they agree."""
        return self.difference == 0

    @property
    def told(self) -> dict[str, Any]:
        """The check as plain values, for the ``attrs`` of a frame."""
        return {
            "name": self.name,
            "left": self.left,
            "right": self.right,
            "difference": self.difference,
            "ok": self.ok,
        }

    @property
    def said(self) -> str:
        """The check in words, with the difference where there is one."""
        if self.ok:
            return f"✓ {self.name}"
        return f"✗ {self.name}: {number(self.difference, 2)}"


@dataclass(frozen=True)
class Statement:
    """What a statement says; every cell is a value and is shown as text.

    Parameters
    ----------
    title
        What it is, and of whom.
    subtitle
        Period, moment and unit.
    columns
        What the cells of each row are.
    rows
        From top to bottom.
    checks
        What was proved, printed underneath.
    notes
        Lines underneath the checks.
    lined
        A light line where something begins, as in long lists; statements have none.
    about
        Of what it is: ``administration``, ``period``, ``as_of``.
    sums
        Row → the rows that it adds up, each with its sign, by position; where only a part of the
        rows is here, there are none.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    subtitle: str = ""
    checks: Sequence[Check] = ()
    notes: Sequence[str] = field(default=())
    lined: bool = False
    about: Mapping[str, str] = field(default_factory=dict)
    sums: Mapping[int, Mapping[int, int]] = field(default_factory=dict)

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return {}, marked(self.about, [(check.said, check.ok) for check in self.checks])

    def _repr_html_(self) -> str:
        head = "".join(
            f'<th scope="col"{_side(column)}>{escape(column.label)}</th>' for column in self.columns
        )
        body = "".join(self._row(*told) for told in self.told)
        checks = " · ".join(
            f'<span class="{"good" if check.ok else "bad"}">{escape(check.said)}</span>'
            for check in self.checks
        )
        under = [f'<p class="checks">{checks}</p>'] if checks else []
        under += [f"<p>{escape(note)}</p>" for note in self.notes]
        subtitle = f"<small>{escape(self.subtitle)}</small>" if self.subtitle else ""
        kind = "exactnb-statement lined" if self.lined else "exactnb-statement"
        return (  # only the table scrolls: what stands under it stays in view
            f'{STATEMENT}<div class="{kind}"><div class="box"><table>'
            f"<caption><span>{escape(self.title)}{subtitle}</span></caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
            f"{''.join(under)}</div>"
        )

    @property
    def told(self) -> Iterator[tuple[Row, list[str], bool]]:
        """Each row as text, and whether it begins something: all that is said once is new."""
        above: list[str] = []
        once = [i for i, column in enumerate(self.columns) if column.once]
        for row in self.rows:
            cells = zip(row.cells, self.columns, strict=True)
            said = [written(value, column.kind) for value, column in cells]
            here = [said[i] for i in once]
            begins = not once or here != above
            if not begins:
                said = ["" if i in once else cell for i, cell in enumerate(said)]
            above = here
            yield row, said, begins

    def _row(self, row: Row, said: list[str], begins: bool) -> str:
        place = self._named(said)
        cells = []
        for at, (cell, column) in enumerate(zip(said, self.columns, strict=True)):
            inner, style = escape(cell), _side(column)
            if at == place:
                indent = f"padding-left:{row.level * 1.25 + 0.75:g}em" if row.level else ""
                style = f' style="text-align:left;{indent}"' if row.level else style
                inner = f"<i>{escape(row.code)}</i> {inner}" if row.code else inner
                inner = f"<span>{inner}</span>"
            cells.append(f"<td{style}>{inner}</td>")
        kind = f"{row.kind} level{row.level}{' begins' if begins else ''}"
        return f'<tr class="{escape(kind)}">{"".join(cells)}</tr>'

    def _named(self, said: Sequence[str]) -> int:
        """Which cell names the row: its first text."""
        texts = (i for i, column in enumerate(self.columns) if column.kind == "text" and said[i])
        return next(texts, 0)

    def __str__(self) -> str:
        rows = [[column.label for column in self.columns]]
        for row, said, _ in self.told:
            place = self._named(said)
            said[place] = (
                f"{'  ' * row.level}{row.code} {said[place]}"
                if row.code
                else ("  " * row.level + said[place])
            )
            rows.append(said)
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            "  ".join(
                cell.rjust(width) if column.kind in _RIGHT else cell.ljust(width)
                for cell, width, column in zip(cells, widths, self.columns, strict=True)
            ).rstrip()
            for cells in rows
        ]
        rule = "  ".join("-" * width for width in widths)
        ruled = [lines[0], rule]
        for line, row in zip(lines[1:], self.rows, strict=True):
            ruled += [rule, line] if row.kind == "total" else [line]
        head = [self.title, self.subtitle] if self.subtitle else [self.title]
        checks = [" · ".join(check.said for check in self.checks)] if self.checks else []
        return "\n".join([*head, *ruled, *checks, *self.notes])

    __repr__ = __str__


def _money(value: Any) -> str:
    exact = Decimal(repr(float(value))).quantize(
        Decimal("0.01" if options.cents else "1"), ROUND_HALF_UP
    )
    return number(exact, 2 if options.cents else 0) if value else "–"


_WRITERS: Mapping[str, Callable[[Any], str]] = {
    "text": text,
    "money": _money,
    "cents": lambda value: number(value, 2),
    "side": lambda value: number(value, 2) if value else "",
    "percent": lambda value: number(value * 100, 1) + " %",
    "number": lambda value: number(value, 1),
    "plain": text,
    "count": lambda value: number(value, 0),
    "date": text,
}


def written(value: Any, kind: str) -> str:
    """A value as a cell of this kind shows it; a missing one is empty."""
    return "" if is_missing(value) else _WRITERS[kind](value)


def kind_of(values: Any) -> Kind:
    """What a column of a frame holds, by its dtype and by its figures."""
    kind = values.dtype.kind
    if kind == "M":
        return "date"
    if kind == "f":
        return "cents" if is_cents(values) else "plain"
    return "text"


def is_cents(values: Any) -> bool:
    """Whether a column of floats holds nothing but whole cents."""
    cents = values.dropna() * 100
    return bool(((cents - cents.round()).abs() < 1e-6).all())


def on_the_right(kind: str) -> bool:
    """Whether what a column holds stands on its right side, as figures do."""
    return kind in _RIGHT


def _side(column: Column) -> str:
    # the attribute holds where style sheets are taken out
    nowrap = ";white-space:nowrap" if column.kind == "date" else ""
    left = f' style="text-align:left{nowrap}"'
    side = ' align="right"' if column.kind in _RIGHT else left
    return f'{side} class="sum"' if column.strong else side
