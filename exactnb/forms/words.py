"""What a form says about itself, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from exactnb.absent import ABSENT
from exactnb.display.formats import money
from exactnb.display.options import options
from exactnb.errors import ExactnbError
from exactnb.exact.entities import fold
from exactnb.forms.records import noun

if TYPE_CHECKING:
    from exactnb.forms.lookup import Finders
    from exactnb.forms.model import FormModel

__all__ = ["describe", "say"]

_SAID: Mapping[str, tuple[str, str]] = {
    # buttons
    "check": ("Check", "Controleer"),
    "back": ("Back to the form", "Terug naar het formulier"),
    "send_again": ("Send it once more all the same", "Toch nog een keer versturen"),
    "another": ("Make another one", "Nog een maken"),
    "find": ("Look for it", "Zoek het op"),
    "claim": ("It is {}", "Het is {}"),
    "none": ("It is none of these: it was not written", "Geen van deze: het is niet vastgelegd"),
    "take_over": ("Take over what is there now", "Neem over wat er nu staat"),
    # sentences
    "dry_run": ("This is a dry run: it stops here.", "Dit is een proef: hier houdt het op."),
    "empty": ("Nothing is filled in yet.", "Er is nog niets ingevuld."),
    "nothing": (
        "Nothing to send: nothing was changed.",
        "Niets te versturen: er is niets gewijzigd.",
    ),
    "changed": (
        "Something was changed after the check: check it again.",
        "Er is na de controle iets gewijzigd: controleer opnieuw.",
    ),
    "stopped": (
        "It was stopped before an answer came.",
        "Het werd gestopt voordat er antwoord kwam.",
    ),
    "sending": ("Sending …", "Bezig met versturen …"),
    "not_written": ("Nothing was written", "Er is niets vastgelegd"),
    "was_not_written": (
        "It turned out that nothing was written; it can be sent again.",
        "Er blijkt niets te zijn vastgelegd; het kan opnieuw worden verstuurd.",
    ),
    "no_duplicates": (
        "It could not be looked up whether this one is there already: {}",
        "Er kon niet worden opgezocht of deze er al is: {}",
    ),
    "not_read": (
        "It was written, but could not be read back: {}",
        "Het is vastgelegd, maar kon niet worden teruggelezen: {}",
    ),
    "no_get": (
        "It was not read back: there is no get action for it.",
        "Het is niet teruggelezen: daar is geen actie voor.",
    ),
    "one_problem": ("One field needs a look:", "Eén veld vraagt aandacht:"),
    "problems": ("{} fields need a look:", "{} velden vragen aandacht:"),
    "more": ("and {} more", "en nog {}"),
    "put_right": ("Put right: check again.", "In orde gebracht: controleer opnieuw."),
}
_VERBS: Mapping[str, tuple[str, str]] = {
    "create": ("Create", "Maak"),
    "update": ("Change", "Wijzig"),
    "delete": ("Delete", "Verwijder"),
}
_DONE: Mapping[str, tuple[str, str]] = {
    "create": ("created", "gemaakt"),
    "update": ("changed", "gewijzigd"),
    "delete": ("deleted", "verwijderd"),
}
_NOUNS: Mapping[str, str] = {
    "account": "relatie",
    "contact": "contactpersoon",
    "item": "artikel",
    "sales-invoice": "verkoopfactuur",
    "sales-order": "verkooporder",
}
#: inputs that say which record it is
_NAMES = ("name", "fullname", "lastname", "description", "code", "yourref")
#: inputs that say for whom it is
_PARTIES = ("orderedby", "customer", "supplier", "account")


def _in(pair: tuple[str, str]) -> str:
    return pair[options.language == "nl"]


def say(key: str, *values: Any) -> str:
    """A sentence or the text of a button."""
    return _in(_SAID[key]).format(*values)


def describe(
    action: str,
    model: FormModel,
    finders: Finders | None = None,
    *,
    total: Any = None,
    done: bool = False,
) -> str:
    """What an action will do with this input: "Create sales invoice for Jansen BV, € 1.210,00".

    Parameters
    ----------
    action
        Key of the action.
    model, finders
        What was filled in, and what its keys are called.
    total
        The amount that it comes to, if that is known.
    done
        Whether it was done.
    """
    verb, about = action.partition("-")[0], noun(action)
    thing = _NOUNS.get(about, about.replace("-", " "))
    thing = thing if options.language == "nl" else about.replace("-", " ")
    first = _in(_VERBS[verb]) if verb in _VERBS else verb.capitalize()
    said = f"{first} {thing}" if not done else f"{thing} {_in(_DONE.get(verb, ('done',) * 2))}"
    named = _first(model, _NAMES)
    party = _party(model, finders)
    if party and about not in ("account", "item"):
        said += f" {_in(('for', 'voor'))} {party}"
    elif named:
        said = f"{said} {named}" if not done else f"{said}: {named}"
    if total is not None:
        said += f", € {money(total)}"
    return said[:1].upper() + said[1:]


def _first(model: FormModel, names: tuple[str, ...]) -> str:
    fields = {fold(f.name): f for f in model.field(()).children if not f.sensitive}
    for name in names:
        value = model.get(fields[name].path) if name in fields else ABSENT
        if isinstance(value, str) and value:
            return value
    return ""


def _party(model: FormModel, finders: Finders | None) -> str:
    fields = {fold(f.name): f for f in model.field(()).children}
    for name in _PARTIES:
        field = fields.get(name)
        value = ABSENT if field is None else model.get(field.path)
        if field is None or not value or finders is None or field.lookup is None:
            continue
        with suppress(ExactnbError):  # a name that cannot be looked up is left out
            chosen = finders.of(field, model.get(())).find(value)
            if chosen is not None:
                return chosen.label.rpartition(" · ")[2]
    return ""
