"""A card: a title, a state, at most a few facts; as HTML and as text."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from exactnb.display.progress import in_notebook
from exactnb.display.style import CARD, CARD_INLINE, CELL, TONES

__all__ = ["Card", "tell"]


@dataclass(frozen=True)
class Card:
    """What a card says; every value is text and is shown as text.

    Parameters
    ----------
    title
        What it is about.
    facts
        Name → value, shown in two columns.
    state
        A word with a dot, such as "ready".
    tone
        "good", "bad" or "quiet": the colour of the dot, never its only meaning.
    notes
        Lines underneath.
    """

    title: str
    facts: Mapping[str, str] = field(default_factory=dict)
    state: str = ""
    tone: str = "quiet"
    notes: Sequence[str] = ()

    def _repr_html_(self) -> str:
        state = (
            f' <span class="exactnb-state" style="color:{TONES[self.tone]}">'
            f"● {escape(self.state)}</span>"
            if self.state
            else ""
        )
        named = [
            f'<th scope="row"{CELL}>{escape(name)}</th><td{CELL}>{escape(value)}</td>'
            for name, value in self.facts.items()
        ]
        facts = "".join(f"<tr>{''.join(named[i : i + 2])}</tr>" for i in range(0, len(named), 2))
        notes = "".join(f"<p>{escape(note)}</p>" for note in self.notes)
        return (
            f'{CARD}<section class="exactnb-card" style="{CARD_INLINE}" '
            f'aria-label="{escape(self.title)}">'
            f"<header><strong>{escape(self.title)}</strong>{state}</header>"
            f"<table><tbody>{facts}</tbody></table>{notes}</section>"
        )

    def __str__(self) -> str:
        width = max((len(name) for name in self.facts), default=0)
        head = self.title + (f"  ● {self.state}" if self.state else "")
        facts = [f"  {name.ljust(width)}  {value}" for name, value in self.facts.items()]
        return "\n".join([head, *facts, *(f"  {note}" for note in self.notes)])

    __repr__ = __str__


def tell(card: Card) -> None:
    """Show a card beside what a call gives back: in a notebook as an output, else on stderr."""
    if in_notebook():
        from IPython.display import display

        display(card)
    else:
        sys.stderr.write(f"{card}\n")
