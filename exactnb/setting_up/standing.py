"""How a connection stands, in words, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exactnb.display.options import say
from exactnb.membrane.excerpts import without_secrets
from exactnb.setting_up.steps import web

if TYPE_CHECKING:
    from exactnb.membrane.models import ConnectionInfo

__all__ = ["advice", "building", "page", "standing"]


def building(info: ConnectionInfo) -> bool:
    """Whether Membrane is still at work on it, so that time alone may help."""
    return info.status in ("BUILDING", "DISCONNECTING")


def page(address: str | None) -> str | None:
    """The address that may be shown: of a web page, and with no token in it.

    A saved notebook keeps what it showed.
    """
    known = web(address)
    return known if known and without_secrets(known) == known else None


def standing(info: ConnectionInfo) -> str:
    """Its state, with why it is not ready as far as Membrane says."""
    state = info.status.lower().replace("_", " ")
    return f"{state} ({info.problem})" if info.problem and not info.ready else state


def advice(info: ConnectionInfo) -> str:
    """What to do about a connection that is not ready."""
    if info.status == "BUILDING":
        return say(
            f"Membrane is still building {info.name}: wait a minute, then look again.",
            f"Membrane maakt {info.name} nog: wacht een minuut en kijk dan opnieuw.",
        )
    if info.status == "DISCONNECTING":
        return say(
            f"{info.name} is being disconnected: look again in a minute, then reconnect it.",
            f"{info.name} wordt verbroken: kijk over een minuut opnieuw en verbind dan weer.",
        )
    if page(info.url):
        why = (info.problem or say("Sign in", "Log in")).rstrip(".")
        return say(
            f"{why} on this page, for {info.name}; then look again.",
            f"{why} op deze pagina, voor {info.name}; kijk daarna opnieuw.",
        )
    command = f"`membrane connect --connectionId={info.id}`"
    return say(
        f"Reconnect {info.name} rather than making another: {command}, or with ex.setup() in a "
        "notebook.",
        f"Verbind {info.name} opnieuw, en maak geen andere: {command}, of met ex.setup() in een "
        "notebook.",
    )
