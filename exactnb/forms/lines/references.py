"""What the keys in lines stand for: records seen so far, found by key, code or name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from exactnb.forms.choices import folded

if TYPE_CHECKING:
    from exactnb.forms.lookup import Choice, Finder

__all__ = ["References"]

#: keys that are looked up one by one, at most, each time: a service counts its calls
_EACH = 25


class References:
    """Choices that were seen, by column. Asking it never calls the service; ``learn`` does.

    The label of a choice is "code · name": text that is its key, its code, its name or the whole
    label means that choice.
    """

    def __init__(self) -> None:
        self._by_value: dict[str, dict[str, Choice]] = defaultdict(dict)
        self._by_text: dict[str, dict[str, Choice | None]] = defaultdict(dict)
        self._sought: dict[str, set[str]] = defaultdict(set)
        self._failed: set[str] = set()

    def add(self, name: str, choices: Iterable[Choice]) -> None:
        """Remembers choices of a column."""
        by_text = self._by_text[name]
        for choice in choices:
            self._by_value[name][str(choice.value)] = choice
            for text in choice.texts:
                before = by_text.get(text, choice)
                same = before is not None and before.value == choice.value
                by_text[text] = choice if same else None  # two of that name: it tells nothing

    def get(self, name: str, value: Any) -> Choice | None:
        """The choice with this key, if it was seen."""
        return self._by_value[name].get(str(value))

    def label(self, name: str, value: Any) -> str:
        """What is shown for a key; empty if it is not known."""
        choice = self.get(name, value)
        return choice.label if choice is not None else ""

    def match(self, name: str, text: str) -> Choice | None:
        """The one choice that a text means: its key, code, name or label."""
        known = self.get(name, text.strip())
        return known if known is not None else self._by_text[name].get(folded(text))

    def unknown(self, name: str, values: Iterable[Any]) -> list[str]:
        """The keys that nobody looked for yet."""
        found = {
            str(value): None for value in values if isinstance(value, (str, int)) and value != ""
        }
        seen = self._by_value[name].keys() | self._sought[name]
        return [key for key in found if key not in seen]

    def learn(self, name: str, finder: Finder, keys: Iterable[str]) -> None:
        """Looks for keys, also those that are a code or a name; this may call the service.

        After a failure a column is not asked about again: a service blocks who asks in vain.
        """
        if name in self._failed:
            return
        self._failed.add(name)
        if not self._sought[name]:
            self.add(name, finder.search(""))
        for key in self.unknown(name, keys)[:_EACH]:
            self._sought[name].add(key)
            if self.match(name, key) is None:
                self.add(name, finder.search(key))
        self._failed.discard(name)
