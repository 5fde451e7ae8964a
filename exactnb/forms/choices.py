"""What can be chosen, and where it comes from: a collection of the connection, or a DataFrame."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from exactnb.display.formats import is_missing
from exactnb.errors import ExactnbError, NotFoundError
from exactnb.schema.check import fold

if TYPE_CHECKING:
    import pandas as pd

    from exactnb.membrane.collection import Collection
    from exactnb.membrane.models import DataRecord, RecordPage
    from exactnb.schema.tree import Field

__all__ = ["Choice", "Found", "Framed", "Nothing", "Served", "Source"]

_ID = re.compile(r"\{?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?", re.IGNORECASE)
_NAMES = ("name", "fullname", "description", "title", "accountname", "label")
#: references that Exact makes by code; it makes the others by id
_BY_CODE = re.compile("code$|condition|journal|currency|country|unit$|language")


@dataclass(frozen=True)
class Choice:
    """Something that can be chosen.

    Parameters
    ----------
    value
        What is kept: an id or a code.
    label
        What is shown, such as "10042 · Alpenrad Xenon AG".
    fields
        The record's own fields, for whoever counts with them.
    name
        The label without the code.
    """

    value: Any
    label: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""

    @classmethod
    def of(cls, value: Any, code: str, name: str, fields: Mapping[str, Any]) -> Choice:
        """A choice shown by code and name, also when the name came with the code before it."""
        if code and name.startswith((f"{code} ", f"{code}·")):
            name = name.removeprefix(code).lstrip(" ·-")
        label = f"{code} · {name}" if code and name and name != code else name or code
        return cls(value, label or str(value), fields, name or code or str(value))

    @property
    def texts(self) -> set[str]:
        """What may be typed to mean it, folded: its label, its code, or its name."""
        return {folded(part) for part in (self.label, *self.label.split(" · ", 1))}

    def meant_by(self, text: str) -> bool:
        """Whether a text is its key, or one of its :attr:`texts`."""
        return folded(text) in {*self.texts, folded(str(self.value))}


def folded(text: str) -> str:
    """A text as it is compared: without case, and with single spaces."""
    return " ".join(text.split()).casefold()


class Found(list[Choice]):
    """The choices that a search found; ``more`` says that there are others than these."""

    more: bool = False


class Source(Protocol):
    """Where choices come from."""

    def look(self, text: str) -> Found:
        """The choices that a text finds; all, or the first page of them, without text."""

    def one(self, value: Any) -> Choice | None:
        """The choice with this value, if there is one."""

    def known(self, value: Any) -> Choice | None:
        """The choice with this value, without asking for it."""


class Nothing:
    """No choices: there is no connection, or what they depend on is not filled in yet."""

    def look(self, text: str) -> Found:
        """No choices."""
        return Found()

    def one(self, value: Any) -> Choice | None:
        """No choice."""
        return None

    known = one


class _Known:
    """What was found so far, by text and by value; a failure is not kept."""

    def __init__(self) -> None:
        self._by_text: dict[str, Found] = {}
        self._by_value: dict[str, Choice | None] = {}

    def look(self, text: str) -> Found:
        if _ID.fullmatch(text):
            one = self.one(text)
            return Found([] if one is None else [one])
        folded = text.casefold()
        if folded not in self._by_text:
            every = self._by_text.get("")
            complete = every is not None and not every.more
            self._keep(folded, _narrowed(every or [], text) if complete else self._look(text))
        return self._by_text[folded]

    def one(self, value: Any) -> Choice | None:
        key = _key(value)
        if key not in self._by_value:
            self._by_value[key] = self._one(key)
        return self._by_value[key]

    def known(self, value: Any) -> Choice | None:
        return self._by_value.get(_key(value))

    def _keep(self, text: str, found: Found) -> None:
        self._by_value.update({_key(choice.value): choice for choice in found})
        self._by_text[text] = found

    def _look(self, text: str) -> Found:
        """What a text finds beyond what is known; whoever can ask for it does."""
        return Found()

    def _one(self, key: str) -> Choice | None:
        """The choice with a value that is not known; whoever can ask for it does."""
        return None


def _key(value: Any) -> str:
    """What a value is found by: an id however it was pasted, in capitals or in braces."""
    text = str(value)
    return text.strip("{}").lower() if _ID.fullmatch(text) else text


def _narrowed(choices: list[Choice], text: str) -> Found:
    """Those in whose label, value or fields every word of the text stands."""
    words = text.casefold().split()
    hay = [
        " ".join(str(part) for part in (c.label, c.value, *c.fields.values())).casefold()
        for c in choices
    ]
    return Found(c for c, said in zip(choices, hay, strict=True) if all(w in said for w in words))


class Served(_Known):
    """A collection of the connection."""

    def __init__(self, collection: Collection, kind: str) -> None:
        super().__init__()
        self._collection = collection
        self._kind = kind
        self._searches: bool | None = None

    def _look(self, text: str) -> Found:
        if not text:
            return self._found(self._collection.list())
        if not self._can_search():
            every = self.look("")
            found = _narrowed(every, text)
            found.more = every.more
        else:
            found = self._found(self._collection.search(text))
        # the service counts each question about an id that is none as an error
        if not found and " " not in text and self._keyed_by_code():
            one = self.one(text)
            found.extend([] if one is None else [one])
        return found

    def _keyed_by_code(self) -> bool:
        """Whether the records that were met have codes for ids."""
        met = [key for key, choice in [*self._by_value.items()] if choice is not None]
        return bool(met) and not any(map(_ID.fullmatch, met))

    def _one(self, key: str) -> Choice | None:
        try:
            return self._choice(self._collection.find_by_id(key))
        except NotFoundError:
            return None

    def _can_search(self) -> bool:
        if self._searches is None:
            try:
                spec = self._collection.spec()
                self._searches = spec.searches is not None or spec.lists is None
            except ExactnbError:
                self._searches = True  # what it can do is not told; the search itself will tell
        return self._searches

    def _found(self, page: RecordPage) -> Found:
        found = Found(self._choice(record) for record in page.records)
        found.more = bool(page.cursor)
        return found

    def _choice(self, record: DataRecord) -> Choice:
        value: Any = record.id
        if self._kind in ("integer", "number") and re.fullmatch(r"-?\d+", record.id):
            value = int(record.id)
        names = {fold(name): str(text).strip() for name, text in record.fields.items() if text}
        code = names.get("code", "")
        name = (record.name or "").strip() or _first(names, _NAMES)
        return Choice.of(value, code, name, record.fields)


class Framed(_Known):
    """A DataFrame in the notebook."""

    def __init__(self, frame: pd.DataFrame, field: Field) -> None:
        super().__init__()
        named = {fold(str(column)): column for column in frame.columns}
        by_code = field.format != "uuid" and _BY_CODE.search(fold(str(field.path[-1])))
        order = ("value", "code", "id", "key") if by_code else ("value", "id", "key", "code")
        kept = next((named[name] for name in order if name in named), frame.columns[0])
        found = Found()
        for row in frame.to_dict("records"):
            if is_missing(row[kept]):
                continue
            texts = {
                name: str(row[column]).strip()
                for name, column in named.items()
                if not is_missing(row[column])
            }
            value = getattr(row[kept], "item", lambda row=row: row[kept])()
            fields = {str(name): each for name, each in row.items()}
            found.append(Choice.of(value, texts.get("code", ""), _first(texts, _NAMES), fields))
        self._keep("", found)


def _first(names: Mapping[str, str], wanted: tuple[str, ...]) -> str:
    return next((names[name] for name in wanted if names.get(name)), "")
