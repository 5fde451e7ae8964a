"""Where a refusal belongs: the fields that it is about, and the rest, which is about all of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from exactnb.absent import ABSENT
from exactnb.errors import ExactnbError, InputError
from exactnb.exact.entities import fold

if TYPE_CHECKING:
    from exactnb.forms.model import FormModel
    from exactnb.schema.tree import Field

__all__ = ["Landing", "land"]

Path = tuple[str | int, ...]

#: what Exact Online calls a field on its Dutch and English screens → words of the field's name
_SCREEN_NAMES: Mapping[str, str] = {
    "aantal": "quantity",
    "achternaam": "lastname",
    "adres": "addressline1",
    "artikel": "item",
    "artikelgroep": "itemgroup",
    "bedrag": "amount",
    "besteldoor": "orderedby",
    "besteld door": "orderedby",
    "betalingsconditie": "paymentcondition",
    "btw-code": "vatcode",
    "btw-nummer": "vatnumber",
    "contactpersoon": "contact",
    "dagboek": "journal",
    "e-mail": "email",
    "eenheid": "unit",
    "factuur voor": "invoiceto",
    "g/l account": "glaccount",
    "grootboekrekening": "glaccount",
    "grootboekrekeningtype": "type",
    "klant": "customer",
    "korting": "discount",
    "kostendrager": "costunit",
    "kostenplaats": "costcenter",
    "cost centre": "costcenter",
    "kvk-nummer": "chamberofcommerce",
    "land": "country",
    "leverancier": "supplier",
    "leveren aan": "deliverto",
    "lines": "lines",
    "naam": "name",
    "omschrijving": "description",
    "plaats": "city",
    "prijs": "price",
    "regels": "lines",
    "relatie": "account",
    "relationship": "account",
    "taal": "language",
    "telefoon": "phone",
    "valuta": "currency",
    "voornaam": "firstname",
    "zoekcode": "searchcode",
}
#: words that say that a field has nothing in it, in Dutch and English
_MISSING = ("verplicht", "mandatory", "required", "ontbreekt", "missing")


class Landing(NamedTuple):
    """A refusal taken apart."""

    problems: list[tuple[Path, str]]
    """What belongs to a field: its path, and what was said."""
    banner: list[str]
    """What belongs to none."""


def land(error: ExactnbError, model: FormModel) -> Landing:
    """The fields that an error is about, found in what the service said.

    Exact Online names fields as its screens do ("Ongeldige verwijzing: Betalingsconditie"),
    one problem a line; Membrane names paths. Where a text names several fields alike, it goes to
    those that it can be true of: an empty one if something is missing, else a filled one.

    Parameters
    ----------
    error
        What the write raised.
    model
        The form that was sent.
    """
    if isinstance(error, InputError) and error.problems:
        return Landing([(tuple(path), text) for path, text in error.problems], [])
    landing = Landing([], [])
    told = list(_told(getattr(error, "data", None)))
    for path, text in told:
        if path and model.field(()).at(path) is not None:
            landing.problems.append((path, text))
        else:
            _place(text, model, landing)
    if not told:
        landing.banner.append(error.message)
    return landing


def _told(data: Any) -> Iterator[tuple[Path, str]]:
    """The texts in an error body, each with the path that came with it, if one did."""
    cause: Any = data if isinstance(data, Mapping) else {"message": data} if data else None
    innermost: Mapping[str, Any] = {}
    while isinstance(cause, Mapping):
        innermost = cause
        cause = cause.get("causedByError")
    body = innermost.get("data")
    errors = body.get("errors") if isinstance(body, Mapping) else None
    if isinstance(errors, Sequence) and not isinstance(errors, str):
        for each in errors:
            if isinstance(each, Mapping) and each.get("message"):
                yield _path(str(each.get("path") or "")), str(each["message"])
        return
    for line in re.split(r"[\r\n]+", str(innermost.get("message") or "")):
        if line.strip():
            yield (), line.strip()


def _path(text: str) -> Path:
    parts = re.findall(r"[^.\[\]]+", text)
    return tuple(int(part) if part.isdecimal() else part for part in parts)


def _place(text: str, model: FormModel, landing: Landing) -> None:
    missing = any(word in text.lower() for word in _MISSING)
    paths = _about(text, model, missing=missing)
    if paths:
        landing.problems.extend((path, text) for path in paths)
    else:
        landing.banner.append(text)


def _about(text: str, model: FormModel, *, missing: bool) -> list[Path]:
    """The fields that a text can be about: of those named most closely, the likely ones."""
    quoted = re.findall(r"'([^']+)'", text)
    label = text.rpartition(":")[2].strip().rstrip(".")
    for said in [*quoted, label]:
        words = _SCREEN_NAMES.get(said.lower()) or fold(re.sub(r"[^\w]", "", said))
        if not words:
            continue
        ranked = [(rank, path) for path, field in _fields(model) if (rank := _rank(words, field))]
        best = min((rank for rank, _ in ranked), default=0)
        named = [path for rank, path in ranked if rank == best]
        fitting = [p for p in named if (model.get(p) in (ABSENT, None, "")) == missing]
        if named:
            return fitting or named
    return []


def _rank(words: str, field: Field) -> int:
    """How closely a field is named: 1 exactly, 2 in part, 0 not at all."""
    names = (fold(field.name), fold(re.sub(r"[^\w]", "", field.title)))
    if words in names:
        return 1
    return 2 if any(words in name for name in names) else 0


def _fields(model: FormModel) -> Iterator[tuple[Path, Field]]:
    """The fields of the record, and those of the rows in it."""
    for field in model.field(()).children:
        yield field.path, field
        if field.kind == "array":
            for row in field.children:
                for column in row.children:
                    yield column.path, column
        elif field.kind == "object":
            for inner in field.children:
                yield inner.path, inner
