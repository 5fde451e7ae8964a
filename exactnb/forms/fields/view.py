"""What the controls of one form share: its model, its finders, its look, and one way to write."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from exactnb.forms.fields.look import Look, caption, lines
from exactnb.forms.model.state import Unread

if TYPE_CHECKING:
    import ipywidgets as widgets

    from exactnb.forms.lookup import Finders
    from exactnb.forms.model import FormModel
    from exactnb.schema.tree import Field, Path

__all__ = ["Part", "View"]

_SAID: Mapping[str, tuple[str, str]] = {
    "required": ("required", "verplicht"),
    "yes": ("Yes", "Ja"),
    "no": ("No", "Nee"),
    "none": ("—", "—"),
    "null": ("(empty)", "(leeg)"),
    "stray": ("{} (not in the list)", "{} (niet in de lijst)"),
    "set": ("●●●●●● (filled in)", "●●●●●● (ingevuld)"),
    "now": ("now “{}”", "nu “{}”"),
    "zone": ("time zone {}", "tijdzone {}"),
    "add_field": ("Add a field …", "Veld toevoegen …"),
    "add_to": ("Add a field to {}", "Veld toevoegen aan {}"),
    "go_field": ("Add or find a field …", "Veld toevoegen of zoeken …"),
    "go_to": ("Add or find a field of {}", "Veld toevoegen of zoeken in {}"),
    "next": ("Show the next {} {} · {} to go", "Toon de volgende {} {} · nog {}"),
    "rest": ("Show the other {} {}", "Toon de overige {} {}"),
    "fields": ("fields", "velden"),
    "rows": ("rows", "rijen"),
    "own": ("Field of your own", "Eigen veld"),
    "own_help": ("a name, then Enter", "een naam, dan Enter"),
    "add": ("Add {}", "{} toevoegen"),
    "up": ("Up", "Omhoog"),
    "down": ("Down", "Omlaag"),
    "copy": ("Duplicate", "Dupliceer"),
    "remove": ("Remove", "Verwijder"),
    "filled": ("{} filled in", "{} ingevuld"),
    "kind": ("{}: which kind", "{}: welke soort"),
    "kind_alone": ("Which kind", "Welke soort"),
    "several": ("Ctrl-click for several", "Ctrl-klik voor meer"),
    "type": ("type to search", "typ om te zoeken"),
    "first": (
        "the first {} are shown; type to narrow them down",
        "de eerste {} staan er; typ om te zoeken",
    ),
    "searching": ("searching …", "zoeken …"),
    "fits": ("{} found; choose one", "{} gevonden; kies er een"),
    "nothing": ("nothing found for “{}”", "niets gevonden voor “{}”"),
    "choose": (
        "choose one from the list; “{}” is none of them",
        "kies er een uit de lijst; “{}” staat er niet in",
    ),
    "unknown_id": ("{} (not found)", "{} (niet gevonden)"),
    "failed": ("the choices did not come: {}", "de keuzes kwamen niet: {}"),
}


class Part(Protocol):
    """A field as it is drawn: a control, or a group of them."""

    path: Path
    widget: widgets.Widget

    def __init__(self, view: View, field: Field) -> None: ...

    def show(self, field: Field) -> None:
        """Brings the widget in line with the model."""

    def reveal(self, path: Path) -> Part:
        """Opens what has to be open to see what is at a path, and gives the part nearest to it."""

    def focus(self, path: Path) -> None:
        """Puts the cursor there, as near to a path in it as can be."""

    def close(self) -> None:
        """Takes the widget, and those in it, away for good."""


class View:
    """The surroundings of every part of a form.

    Parameters
    ----------
    model
        What the parts show, and write to.
    finders
        Where choices are looked up.
    look
        What makes their widgets.
    kinds
        Which kind of part a field is drawn as.
    refresh
        What shows all of the form anew.
    focus
        What brings the field at a path into sight, with the cursor in it.
    """

    def __init__(
        self,
        model: FormModel,
        finders: Finders,
        look: Look,
        *,
        kinds: Callable[[View, Field], type[Part]],
        refresh: Callable[[], None],
        focus: Callable[[Path], Any],
    ) -> None:
        self.model = model
        self.finders = finders
        self.look = look
        self.language = model.language
        self.parts: dict[Path, Part] = {}
        """Every control and grid that was made, by path."""
        self.errors: Mapping[Path, Sequence[str]] = {}
        self.locked = False
        self.drawn = 0
        """How often the form was shown anew."""
        self.shown = False
        """Whether the form was displayed."""
        self.refresh = refresh
        self.focus = focus
        self._kinds = kinds
        self.lock = threading.RLock()
        """Answers of searches come from other threads: one at a time shows anything."""
        self._writing = 0

    @property
    def writing(self) -> bool:
        """Whether a write is going on, after which everything is shown at once."""
        return self._writing > 0

    def write(self, path: Path, edit: Callable[[], Any], *, left: bool = True) -> None:
        """Does an edit that a person made at a path, checks it, and shows the outcome.

        Parameters
        ----------
        path, edit
            Where, and what.
        left
            Whether the person is done there, so that what is wrong is to be shown.
        """
        with self.lock:
            self._writing += 1
            try:
                with self.model.together():
                    edit()
                    if left:
                        self.model.touch(path)
                    self.model.validate(path)
            finally:
                self._writing -= 1
                self.refresh()

    def hold(self, path: Path, text: str, why: str) -> None:
        """Keeps a text that is not a value, or not yet, so that nothing can be sent over it."""
        with self.model.together():
            self.model._edit(path, self.model._state.typed(path, Unread(text, why)))

    def kind_of(self, field: Field) -> type[Part]:
        """The kind of part that a field is drawn as."""
        return self._kinds(self, field)

    def look_again(self) -> None:
        """Takes over what the model says about errors and status."""
        self.errors = self.model.shown_errors
        self.locked = self.model.status in ("pending", "done", "unknown")

    def say(self, key: str, *values: Any) -> str:
        """A word or sentence in the language of the form."""
        return _SAID[key][self.language == "nl"].format(*values)

    def caption(self, field: Field, *notes: str, problem: str, plain: bool = False) -> str:
        """The description of a field: title, star, then what is wrong, else its help."""
        help = " · ".join(filter(None, (field.help, *notes)))
        say = lines if plain else caption
        return say(self.title(field), help, star=self.star(field), problem=problem)

    def title(self, field: Field) -> str:
        """What a field is called; a row of a list by its number too."""
        row = field.path[-1] if field.path else None
        if not isinstance(row, int) or field.title.endswith(f" {row + 1}"):
            return field.title
        return f"{field.title} {row + 1}"

    def star(self, field: Field) -> str:
        """The word for required; a row that is there needs none."""
        row = bool(field.path) and isinstance(field.path[-1], int)
        return self.say("required") if field.required and not row else ""

    def problem(self, path: Path) -> str:
        """What is wrong at a path, as far as it is to be shown."""
        return "; ".join(self.errors.get(path, ()))
