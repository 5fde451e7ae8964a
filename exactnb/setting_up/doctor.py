"""What is installed, what would be used, what answered, and what to do: for a terminal."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterable
from importlib import metadata

from exactnb._version import __version__
from exactnb.display.options import say
from exactnb.setting_up.diagnosis import Over, diagnose

__all__ = ["doctor", "installed"]

#: a requirement of an extra, as the metadata of a package has it
_REQUIRED = re.compile(r"([\w.-]+).*;\s*extra\s*==\s*[\"'](\w+)[\"']")
#: extras that are for who works on exactnb itself
_OURS = ("dev", "bench", "docs", "e2e")


def installed() -> dict[str, str]:
    """Name → version of exactnb, Python and what it needs; of each extra, what there is of it."""
    found = {"exactnb": __version__, "Python": platform.python_version()}
    found |= {name: _version(name) for name in ("pandas", "pyarrow", "httpx", "ipywidgets")}
    extras: dict[str, list[str]] = {}
    for line in _requirements():
        match = _REQUIRED.fullmatch(line.strip())
        if match and match[2] not in _OURS:
            extras.setdefault(match[2], []).append(f"{match[1]} {_version(match[1])}")
    return found | {f"[{name}]": ", ".join(parts) for name, parts in sorted(extras.items())}


def doctor(
    connection: str | None = None, division: int | None = None, over: Over = "http"
) -> tuple[str, bool]:
    """What there is to say, and whether a connection is proven."""
    facts = installed()
    width = max(map(len, facts))
    found = diagnose(connection=connection, division=division, over=over)
    way = "HTTP" if over == "http" else say("the membrane command", "de opdracht membrane")
    parts = [
        _part(
            say("Installed", "Geïnstalleerd"),
            [f"{name:{width}}  {version}" for name, version in facts.items()],
        ),
        _part(say(f"Connection, over {way}", f"Verbinding, over {way}"), str(found).splitlines()),
        _part(say("Calls", "Vragen"), found.calls) if found.calls else "",
    ]
    return "\n\n".join(filter(None, parts)), found.proven


def _part(title: str, lines: Iterable[str]) -> str:
    return "\n".join([title, *(f"  {line}".rstrip() for line in lines)])


def _requirements() -> list[str]:
    try:
        return metadata.requires("exactnb") or []
    except metadata.PackageNotFoundError:
        return []  # it runs from its sources


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"
