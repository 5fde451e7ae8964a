"""A few readable words of an answer that cannot be used, with nothing secret in them."""

from __future__ import annotations

import html
import re

__all__ = ["first_words", "without_secrets"]

_SECRET = re.compile(
    r"eyJ[\w-]{5,}\.[\w-]*\.?[\w-]*"  # a JSON Web Token
    r"|\bpat-[\w-]+"  # a personal access token
    r"|(bearer |token=|[\"'](?:access|refresh)_token[\"']\s*:\s*[\"'])[^&\s\"'<>]+",
    re.IGNORECASE,
)
_UNSEEN = re.compile(r"<(script|style|title)\b.*?(</\1>|\Z)", re.IGNORECASE | re.DOTALL)
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]*(>|\Z)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


def without_secrets(text: str) -> str:
    """The text with anything that looks like a token blotted out."""
    return _SECRET.sub(lambda found: f"{found[1] or ''}•••", text)


def first_words(content: bytes, *, limit: int = 120) -> str:
    """The first readable words of an answer: a page's title and text, or the plain text.

    Markup is taken out, so that the words are safe to show anywhere.
    """
    text = content[:20_000].decode("utf-8", "replace")
    if re.match(r"\s*<", text):
        title = _TITLE.search(text)
        rest = _TAG.sub(" ", _UNSEEN.sub(" ", text))
        text = html.unescape(f"{title[1]}: {rest}" if title else rest)
    words = " ".join(_CONTROL.sub(" ", text).split()).strip(" :")
    words = without_secrets(words)
    return words if len(words) <= limit else words[: limit - 1].rstrip() + "…"
