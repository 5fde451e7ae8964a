"""Logging in with the ``membrane`` command, where it has no browser to open."""

from __future__ import annotations

import re

from exactnb.errors import AuthenticationError, InputError
from exactnb.membrane.command import Command
from exactnb.membrane.excerpts import without_secrets
from exactnb.settings import Settings

__all__ = ["begin_login", "complete_login"]

#: seconds in which the command prints the address; it may wait for the browser after that
_PATIENCE = 20
_ADDRESS = re.compile(r"https?://[^\s\"'<>]+")
_CODE = re.compile(r"[^\s-]\S*")


def begin_login(settings: Settings, *, patience: float = _PATIENCE) -> str | None:
    """The address where a person logs in; None where the command did it without one.

    Raises
    ------
    TransportError
        There is no such program.
    AuthenticationError
        It printed no address and failed.
    """
    done = Command(settings).run(
        ["login", "--tenant", "--non-interactive"], timeout=patience, waits=True
    )
    found = _ADDRESS.search(f"{done.stdout}\n{done.stderr}")
    if found:
        return found[0].rstrip(".,)")
    if done.code:
        raise AuthenticationError(
            f"`membrane login` printed no address: {done.last_words}",
            hint="Log in with `membrane login --tenant` in a terminal, then look again.",
        )
    return None


def complete_login(settings: Settings, code: str) -> None:
    """Hand the command the code that the page showed.

    Raises
    ------
    InputError
        It cannot be a code.
    AuthenticationError
        The command did not accept it.
    """
    code = code.strip()
    if not _CODE.fullmatch(code):
        # it is not shown: it may be a token that was pasted here
        raise InputError("That is no code", hint="Copy the code that the page shows.")
    done = Command(settings).run(["login", "complete", code], timeout=settings.run_timeout)
    if done.code:
        said = without_secrets(done.last_words.replace(code, "•••"))
        raise AuthenticationError(
            f"The code was not accepted: {said}", hint="Begin the login again for a new code."
        )
