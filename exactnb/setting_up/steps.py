"""The steps from nothing to a connection, as they were found; as text and as HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from exactnb.display.options import say
from exactnb.display.style import CARD, CARD_INLINE, TONES

if TYPE_CHECKING:
    from exactnb.membrane.models import ConnectionInfo

__all__ = ["TITLES", "Diagnosis", "State", "Step", "linked", "web"]

State = Literal["ok", "next", "blocked"]

#: the steps in their order, and what they are called in English and in Dutch
TITLES: Mapping[str, tuple[str, str]] = {
    "command": ("Command", "Opdracht"),
    "token": ("Token", "Token"),
    "service": ("Service", "Dienst"),
    "connection": ("Connection", "Verbinding"),
    "division": ("Division", "Administratie"),
    "call": ("First call", "Eerste vraag"),
}
_SIGNS: Mapping[State, str] = {"ok": "✓", "next": "→", "blocked": "·"}
_LINK = "color: light-dark(#2563A8, #7DB3F0); text-decoration: underline"
_TONES: Mapping[State, str] = {"ok": "good", "next": "bad", "blocked": "quiet"}


@dataclass(frozen=True)
class Step:
    """One step: how it stands, what was found, and what to do about it.

    Parameters
    ----------
    name
        One of :data:`TITLES`.
    state
        "ok"; "next", which is the one to take now; "blocked" by one before it.
    found
        What is there; of a token only where it comes from.
    do
        What to do, for the next step.
    url
        The page where a person does it, if there is one.
    """

    name: str
    state: State
    found: str = ""
    do: str = ""
    url: str | None = None

    @property
    def title(self) -> str:
        """What it is called."""
        return say(*TITLES[self.name])

    @property
    def said(self) -> str:
        """What was found, in a line."""
        return self.found or say("not looked at yet", "nog niet bekeken")


@dataclass(frozen=True)
class Diagnosis:
    """How far it is from nothing to a connection that is proven.

    Parameters
    ----------
    steps
        One of each, in their order; at most one of them is "next".
    connections
        Those to Exact Online, or that fit what was asked for.
    chosen
        The one that is used.
    divisions
        Code → name of the administrations that the login sees.
    division
        The one that is read.
    code
        What to paste into a notebook, once all is proven.
    calls
        What each call answered, in words.
    """

    steps: Sequence[Step]
    connections: Sequence[ConnectionInfo] = ()
    chosen: ConnectionInfo | None = None
    divisions: Mapping[int, str] = field(default_factory=dict)
    division: int | None = None
    code: str = ""
    calls: Sequence[str] = ()

    @property
    def proven(self) -> bool:
        """Whether every step is taken, the first call among them."""
        return all(step.state == "ok" for step in self.steps)

    @property
    def next(self) -> Step | None:
        """The one step to take now; None when there is none left."""
        return next((step for step in self.steps if step.state == "next"), None)

    def __getitem__(self, name: str) -> Step:
        return next(step for step in self.steps if step.name == name)

    def __str__(self) -> str:
        width = max(len(step.title) for step in self.steps)
        rows = [f"{_SIGNS[s.state]} {s.title:{width}}  {s.said}" for s in self.steps]
        step = self.next
        if step is None:
            return "\n".join([*rows, "", _paste(), *_indented(self.code)])
        return "\n".join([*rows, "", _next(), *_indented(step.do), *_indented(step.url or "")])

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><td style="text-align: left; color: {TONES[_TONES[s.state]]}">'
            f"{_SIGNS[s.state]}</td>"
            f'<th scope="row" style="text-align: left">{escape(s.title)}</th>'
            f'<td style="text-align: left; max-width: none">{escape(s.said)}</td></tr>'
            for s in self.steps
        )
        title = say("Connect Exact Online", "Exact Online verbinden")
        return (
            f'{CARD}<section class="exactnb-card" style="{CARD_INLINE}; line-height: 1.45" '
            f'aria-label="{title}"><header><strong>{title}</strong>'
            f"</header><table><tbody>{rows}</tbody></table>{self._advice()}</section>"
        )

    def _advice(self) -> str:
        step = self.next
        if step is None:
            return f"<p>{_paste()}</p><pre>{escape(self.code)}</pre>"
        # what is said may be an answer of the service: no link but one to a web page
        url = web(step.url)
        link = f"<p>{linked(url)}</p>" if url else ""
        return f"<p><strong>{_next()}</strong> {escape(step.do)}</p>{link}"


def web(address: str | None) -> str | None:
    """The address if it is one of a web page, which alone may become a link."""
    try:
        return address if address and urlsplit(address).scheme in ("http", "https") else None
    except ValueError:
        return None


def linked(address: str) -> str:
    """A link to a web page as HTML."""
    url = escape(address)
    return f'<a href="{url}" target="_blank" rel="noopener" style="{_LINK}">{url}</a>'


def _paste() -> str:
    return say("Paste this:", "Plak dit:")


def _next() -> str:
    return say("Next:", "Nu:")


def _indented(text: str) -> list[str]:
    return [f"  {line}" for line in text.splitlines()]
