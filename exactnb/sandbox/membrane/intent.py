"""Which actions fit what a person asks, in English or Dutch."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from exactnb.sandbox.membrane.catalog import words
from exactnb.sandbox.membrane.definitions import Action

#: words that ask for an action of a kind
_VERBS = {
    "list": "list lists show all overview find search which what who how "
    "lijst toon alle overzicht zoek zoeken welke wat wie hoeveel",
    "get": "get one single detail details haal een enkele",
    "create": "create make add new post maak maken aanmaken nieuw nieuwe voeg toevoegen",
    "update": "update change edit modify wijzig wijzigen verander aanpassen bijwerken",
}
_VERB_OF = {word: verb for verb, said in _VERBS.items() for word in said.split()}
#: words that are about no action
_SMALL = frozenset(
    {"a", "an", "and", "are", "be", "do", "does", "for", "have", "i", "in", "is", "it", "me", "my"}
    | {"of", "on", "or", "the", "their", "them", "to", "we", "with"}
    | {"de", "een", "en", "er", "het", "ik", "in", "is", "met", "mijn", "op", "van", "voor", "zijn"}
)
_NAME, _WORD, _DESCRIPTION, _RIGHT_VERB, _FIRST_VERB = 4.0, 3.0, 1.0, 2.0, 0.5


def ranked(actions: Iterable[Action], intent: str) -> list[Action]:
    """The actions that an intent may mean, best first; none if no word of it is about any."""
    plain = unicodedata.normalize("NFKD", intent).encode("ascii", "ignore").decode()
    asked = words(plain)
    verbs = {_VERB_OF[word] for word in asked if word in _VERB_OF}
    nouns = {_stem(word) for word in asked if word not in _VERB_OF and word not in _SMALL}
    scored = [(_score(action, nouns, verbs), action) for action in actions]
    return [action for score, action in sorted(scored, key=lambda s: -s[0]) if score > 0]


def _score(action: Action, nouns: set[str], verbs: set[str]) -> float:
    score = 0.0
    for weight, text in (
        (_NAME, action.name),
        (_WORD, action.words),
        (_DESCRIPTION, action.description),
    ):
        score += weight * len(nouns & {_stem(word) for word in words(text)})
    if nouns and not score:
        return 0.0
    if verbs:
        return score + (_RIGHT_VERB if action.verb in verbs else 0.0)
    # who does not say what to do wants to look
    return score + (_FIRST_VERB if action.verb == "list" else 0.0)


def _stem(word: str) -> str:
    for ending in ("ingen", "en", "s"):
        if word.endswith(ending) and len(word) > len(ending) + 3:
            return word.removesuffix(ending)
    return word
