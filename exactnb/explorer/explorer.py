"""``explore``: one widget to walk a ledger, from a statement to its lines and their entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from html import escape
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from exactnb.display.formats import number
from exactnb.display.options import say
from exactnb.display.statement import Statement, on_the_right
from exactnb.errors import ExactnbError
from exactnb.explorer.asked import Asked, flat
from exactnb.explorer.steps import PAGE
from exactnb.explorer.walk import Walk
from exactnb.forms.assets import asset

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Explorer", "explore"]


def explore(ledger: Any, period: str = "YTD", **asked: str) -> Explorer:
    """A widget to walk a ledger: a statement, the lines behind a figure, the entry of a line.

    Parameters
    ----------
    ledger
        From :meth:`exactnb.Connection.ledger`, or the same columns in another engine.
    period
        As in ``"2025"``, ``"2025-Q3"``, ``"2025-04"``, ``"2025-01..2025-06"`` or ``"YTD"``.
    asked
        ``statement`` ("trial_balance", "profit_and_loss", "balance_sheet" or "lines"),
        ``status`` ("all" or "processed"), ``gl_account`` and ``journal`` (codes) and ``text``,
        as of :func:`exactnb.search`. All of it can be changed in the widget.

    Returns
    -------
    Explorer
        The widget; ``explorer.frame`` is the frame that it shows, ``explorer.code`` the Python
        that gives the same.

    Raises
    ------
    InputError
        Names every field that is wrong.
    DataError
        The ledger lacks columns, or lines that cannot be placed.

    Examples
    --------
    >>> import exactnb as ex
    >>> explorer = ex.explore(books.ledger(), "2025", statement="profit_and_loss")
    >>> explorer.drill("4100")
    >>> print(explorer.code)
    import exactnb as ex
    <BLANKLINE>
    statement = ex.profit_and_loss(ledger, "2025")
    ex.lines(statement, "4100")
    >>> explorer.frame["amount_dc"].sum().item()
    60192.0
    """
    return Explorer(Walk(ledger, Asked.of({"period": period, **asked})))


class Explorer(anywidget.AnyWidget):  # type: ignore[misc]  # anywidget's types are not followed
    """A walk through a ledger, on the page; from code it is walked in the same way.

    Everything is put on the page as text; what is clicked or typed comes as one message, and is
    answered by one new view.
    """

    _esm = asset(__package__, "explorer.js")
    _css = asset(__package__, "explorer.css")

    view = traitlets.Dict().tag(sync=True)
    choices = traitlets.Dict().tag(sync=True)
    words = traitlets.Dict().tag(sync=True)

    def __init__(self, walk: Walk, **traits: Any) -> None:
        self._walk = walk
        choices = {**walk.books.choices, "period": walk.books.presets}
        super().__init__(view=self._view(), choices=choices, words=_words(), **traits)
        self.on_msg(lambda _, content, __: self._receive(content))

    # --- from code ------------------------------------------------------------------------------

    @property
    def frame(self) -> pd.DataFrame:
        """The frame that is shown, all of its pages: a result, or lines of the ledger."""
        return self._walk.step.frame

    @property
    def code(self) -> str:
        """The Python that gives the same frame from ``ledger``."""
        return "\n".join(["import exactnb as ex", "", *self._walk.step.code])

    def ask(self, **asked: str | None) -> None:
        """Begins anew with these fields changed, as :func:`explore` names them; None empties one.

        Raises
        ------
        InputError
            Names every field that is wrong; nothing has changed then.
        """
        self._walk.ask(Asked.of(asked, self._walk.asked))
        self.view = self._view()

    def drill(self, row: int | str, column: str | None = None) -> None:
        """Goes on to what stands behind a row that is shown, or behind one of its figures.

        Parameters
        ----------
        row
            Its place on the page, from 0, or the value of its first column, such as a code.
        column
            The name of a column of :attr:`frame`, such as "debit"; left out: the whole row.

        Raises
        ------
        InputError
            Nothing stands behind it.
        """
        self._walk.open(self._walk.place(row), column)
        self.view = self._view()

    def back(self, steps: int = 1) -> None:
        """Returns by so many steps, to the statement at most."""
        self._walk.back(steps)
        self.view = self._view()

    def turn(self, page: int) -> None:
        """Shows another page of a long list, from 0."""
        self._walk.turn(page)
        self.view = self._view()

    # --- from the page --------------------------------------------------------------------------

    def _receive(self, content: Mapping[str, Any]) -> None:
        """Does what was clicked or typed; what is wrong with it is said beside what was typed."""
        typed = asdict(self._walk.asked)
        problems: dict[str, str] = {}
        try:
            match content.get("op"):
                case "ask":
                    typed = {**typed, **content["asked"]}
                    asked = Asked.of(typed)
                    problems = self._walk.books.problems(asked)
                    if not problems:
                        self._walk.ask(asked)
                case "open":
                    self._walk.open(int(content["row"]), content.get("column"))
                case "back":
                    self._walk.back(int(content["steps"]))
                    self._walk.turn(int(content.get("page", 0)))
                case "turn":
                    self._walk.turn(int(content["page"]))
        except ExactnbError as error:
            problems = {"": flat(error)}
        self.view = self._view(typed if problems else None, problems)

    # --- how it looks ---------------------------------------------------------------------------

    def _view(
        self, typed: Mapping[str, str] | None = None, problems: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """All that is on the page, as text."""
        walk, statement = self._walk, self._statement()
        rows = []
        names = list(walk.step.columns())
        for place, (row, said, begins) in enumerate(statement.told):
            opens = walk.step.opens(walk.page, place)
            at = [-1 if name is None else names.index(name) for name in opens]
            kind = f"{row.kind} level{row.level}{' begins' if begins else ''}"
            rows.append([said, kind, row.level, row.code, at])
        return {
            "asked": dict(typed or asdict(walk.asked)),
            "problems": dict(problems or {}),
            "crumbs": [step.name for step in walk.steps],
            "title": statement.title,
            "subtitle": statement.subtitle,
            "lined": statement.lined,
            "names": names,
            "columns": [[c.label, on_the_right(c.kind), c.kind] for c in statement.columns],
            "rows": rows,
            "checks": [[check.said, check.ok] for check in statement.checks],
            "notes": list(statement.notes),
            "page": walk.page,
            "pages": walk.pages,
            "shown": self._shown(),
            "code": self.code,
        }

    def _statement(self) -> Statement:
        return self._walk.step.statement(self._walk.page)

    def _shown(self) -> str:
        """How much of a list is on the page."""
        size, first = self._walk.step.size, self._walk.page * PAGE
        if not size:
            return ""
        begin, end, all_of = (number(n, 0) for n in (first + 1, min(first + PAGE, size), size))
        return say(f"Lines {begin}–{end} of {all_of}", f"Regels {begin}–{end} van {all_of}")

    @property
    def _way(self) -> str:
        return " › ".join(step.name for step in self._walk.steps)

    def __repr__(self) -> str:
        told = [self._way, str(self._statement()), self._shown(), self.code]
        return "\n\n".join(filter(None, told))

    def _html(self) -> str:
        shown = f"<p>{escape(self._shown())}</p>" if self._shown() else ""
        way = f"<p>{escape(self._way)}</p>" if len(self._walk.steps) > 1 else ""
        return f"{way}{self._statement()._repr_html_()}{shown}<pre>{escape(self.code)}</pre>"

    def _repr_mimebundle_(self, **kept: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kept)
        if bundle is None:
            return None
        data, metadata = bundle
        return {**data, "text/html": self._html(), "text/plain": repr(self)}, metadata


def _words() -> dict[str, str]:
    """What the fields and buttons are called."""
    return {
        "filters": say("Filters", "Filters"),
        "statement": say("Show", "Toon"),
        "period": say("Period", "Periode"),
        "status": say("Entries", "Boekingen"),
        "gl_account": say("GL account", "Grootboekrekening"),
        "journal": say("Journal", "Dagboek"),
        "text": say("Text or number", "Tekst of nummer"),
        "any": say("All", "Alle"),
        "clear": say("Clear filters", "Filters wissen"),
        "way": say("Way back", "Weg terug"),
        "back": say("Back", "Terug"),
        "earlier": say("Previous page", "Vorige pagina"),
        "later": say("Next page", "Volgende pagina"),
        "python": say("Python for this table", "Python voor deze tabel"),
        "copy": say("Copy", "Kopieer"),
        "copied": say("Copied", "Gekopieerd"),
        "keys": say(
            "Arrow keys move, Enter opens, Escape goes back.",
            "Pijltjes verplaatsen, Enter opent, Escape gaat terug.",
        ),
    }
