"""How a form looks: the Layouts and Styles that its controls share, its markup, its style sheet.

A control of ipywidgets is three models when it makes its own Layout and Style, and one when it is
handed them; so all of a form share one Layout, and one Style a class. What is different between
controls is said by the style sheet, by their classes.
"""

from __future__ import annotations

from html import escape
from typing import Any, TypeVar

import ipywidgets as widgets

from exactnb.forms.assets import asset

__all__ = ["CSS", "Box", "Look", "caption", "lines"]

T = TypeVar("T", bound=widgets.Widget)


class Box(widgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A column of widgets, of which it tells how many.

    A box of ipywidgets tells of all that is in it whenever it is displayed, to show the first 110
    characters of that where no widget lives.
    """

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self.children)}>"


class Look:
    """Makes the widgets of one form, each of them one model.

    Examples
    --------
    >>> look = Look()
    >>> name = look.make(widgets.Text, description="Name")
    >>> city = look.make(widgets.Text, description="City")
    >>> name.layout is city.layout, name.style is city.style
    (True, True)
    """

    def __init__(self) -> None:
        self._layout: widgets.Layout | None = None
        self._styles: dict[type, widgets.Style] = {}
        self._shared: dict[type, dict[str, Any]] = {}

    def make(self, kind: type[T], *classes: str, **traits: Any) -> T:
        """A widget that shares its Layout and Style with the others.

        Parameters
        ----------
        kind
            Class of the widget.
        classes
            Of the style sheet, without their prefix ``exactnb-``.
        traits
            Of the widget.
        """
        if kind not in self._shared:
            self._shared[kind] = self._of_all(kind)
        shared = self._shared[kind]
        if classes:
            traits["_dom_classes"] = tuple(f"exactnb-{name}" for name in classes)
        made: T = kind(**{**shared, "keys": [*shared["keys"]], **traits})
        return made

    def _of_all(self, kind: type[widgets.Widget]) -> dict[str, Any]:
        """What all widgets of a class have in common.

        The names of the traits that are sent are among it: each widget would work them out anew.
        """
        shared: dict[str, Any] = {"layout": self.layout, "keys": list(kind.class_traits(sync=True))}
        if hasattr(kind, "style"):
            style = kind.style.klass
            if style not in self._styles:
                self._styles[style] = style()
            shared["style"] = self._styles[style]
        return shared

    @property
    def layout(self) -> widgets.Layout:
        """The one Layout of the form."""
        if self._layout is None:
            self._layout = widgets.Layout()
        return self._layout


def caption(title: str, help: str = "", *, star: str = "", problem: str = "") -> str:
    """The description of a control, as the few tags that ipywidgets lets through.

    Parameters
    ----------
    title, help
        Text, never markup.
    star
        The word for required; empty for a field that is not.
    problem
        Takes the place of the help.
    """
    mark = f'<abbr class="exactnb-star" title="{escape(star)}">*</abbr>' if star else ""
    if problem:
        under = f'<span class="exactnb-problem">✗ {_text(problem)}</span>'
    else:
        help = " · ".join(filter(None, (star, help)))
        under = f'<span class="exactnb-help">{_text(help)}</span>' if help else ""
    return f'<span class="exactnb-title">{_text(title)}{mark}</span>{under}'


def lines(title: str, help: str = "", *, star: str = "", problem: str = "") -> str:
    """The same as plain text: a Checkbox puts its description in a tooltip too, tags and all."""
    under = f"✗ {problem}" if problem else " · ".join(filter(None, (star, help)))
    return "\n".join(filter(None, (f"{title} *" if star else title, under)))


def _text(text: str) -> str:
    """Text as markup that shows it; what would begin a formula stands apart, so that none does."""
    said = escape(" ".join(text.split()))
    return said.replace("\\", "<span>&#92;</span>").replace("$", "<span>&#36;</span>")


#: the style sheet of a form
CSS = asset(__package__, "fields.css")
