"""The formats of JSON Schema, as checks of a text, for where the fast library is missing."""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from exactnb.schema.engine.patterns import python

__all__ = ["FORMATS"]

_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)"
_PARTS = r"(?=[0-9A-Z])(?:\d+{0})?(?:\d+{1})?(?:\d+{2})?"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*"
_ATOM = r"[^\s.@()<>\[\]:;,\\\"]+"
_LOCAL = rf'(?:{_ATOM}(?:\.{_ATOM})*|"[^"\\]+")'


def _matches(pattern: str) -> Callable[[str], object]:
    return re.compile(pattern, re.ASCII).fullmatch


def _is_date(text: str) -> object:
    return re.fullmatch(r"[0-9-]{10}", text) and dt.date.fromisoformat(text)


def _is_clock(text: str) -> object:
    if text[6:8] != "60" or not _clock(text):
        return _clock(text)
    # a leap second, which there is only just before midnight in Greenwich
    moment = dt.datetime.fromisoformat(f"2000-01-02T{text[:6]}59{text[8:].upper()}")
    return moment.astimezone(dt.UTC).strftime("%H:%M") == "23:59"


def _is_moment(text: str) -> object:
    return len(text) > 10 and text[10] in "Tt" and _is_date(text[:10]) and _is_clock(text[11:])


def _is_mail(text: str) -> object:
    name, _, host = text.rpartition("@")
    if host.startswith("[") and host.endswith("]"):
        host = str(ipaddress.ip_address(host[1:-1].removeprefix("IPv6:")))
        return _local(name) and host
    return _local(name) and _host(host)


def _is_host_in_any_script(text: str) -> object:
    import idna  # which httpx brings along

    return idna.encode(text)


def _is_address(text: str) -> object:
    parts = urlsplit(text)
    return parts.scheme and (parts.port or True) and _is_reference(text)


def _is_reference(text: str) -> object:
    urlsplit(text)
    return re.fullmatch(r"(?:[^\s\\<>\"{}|^`%]|%[0-9A-Fa-f]{2})*", text)


def _is_plain_reference(text: str) -> object:
    return text.isascii() and _is_reference(text)


_clock = _matches(_CLOCK)
_local, _host = _matches(_LOCAL), _matches(_HOST)
_duration = (
    rf"P(?:\d+W|{_PARTS.format('Y', 'M', 'D')}(?:T{_PARTS.format('H', 'M', 'S')})?"
    rf"|T{_PARTS.format('H', 'M', 'S')})"
)

#: name of a format → whether a text is in it; a ValueError counts as no
FORMATS: dict[str, Callable[[str], Any]] = {
    "date": _is_date,
    "time": _is_clock,
    "date-time": _is_moment,
    "duration": _matches(_duration),
    "email": _is_mail,
    "idn-email": re.compile(r"[^\s@]+@[^\s@]+").fullmatch,
    "hostname": _host,
    "idn-hostname": _is_host_in_any_script,
    "ipv4": ipaddress.IPv4Address,
    "ipv6": lambda text: "%" not in text and ipaddress.IPv6Address(text),
    "uri": lambda text: text.isascii() and _is_address(text),
    "uri-reference": _is_plain_reference,
    "iri": _is_address,
    "iri-reference": _is_reference,
    "uri-template": re.compile(r"(?:[^{}\s\"<>\\^`|]|\{[^{}\s]+\})*").fullmatch,
    "uuid": _matches(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"),
    "regex": python,
    "json-pointer": re.compile(r"(?:/(?:[^/~]|~[01])*)*").fullmatch,
    "relative-json-pointer": _matches(r"(?:0|[1-9]\d*)(?:#|(?:/(?:[^/~]|~[01])*)*)"),
}
