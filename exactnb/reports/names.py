"""Names in what a notebook shows: how many rows hold one, and codes in their place."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from html import escape, unescape
from typing import Any

from exactnb.display.options import say
from exactnb.errors import ReportError
from exactnb.privacy import Names
from exactnb.reports.shown import MIME

__all__ = ["anonymised", "refuse_names", "rows_with_names"]

#: markup, and what lies in between
_MARKUP = re.compile(
    r"""(<style\b.*?</style\s*>|<script\b.*?</script\s*>|<!--.*?-->"""
    r"""|</?[a-z](?:"[^"]*"|'[^']*'|[^'">])*>)""",
    re.DOTALL | re.IGNORECASE,
)
#: attributes that a reader sees or hears, or that carry data
_TOLD = re.compile(
    r"""(\s(?:alt|title|aria-[\w-]+|data-[\w-]+|content|placeholder|value|label|summary|href)\s*=\s*)"""
    r"""("[^"]*"|'[^']*')""",
    re.IGNORECASE,
)
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_ROW = re.compile(r"<tr\b.*?</tr\s*>", re.DOTALL | re.IGNORECASE)
#: rows of a table that a script draws
_LIST = re.compile(r"\[[^\[\]{}]*\]")
_PICTURES = ("image/png", "image/jpeg", "image/gif", "application/pdf")
_PICTURE = re.compile(r'src\s*=\s*["\']data:image/[^"\']*["\']', re.IGNORECASE)
#: scripts longer than this are programs, not data
_PROGRAM = 400_000


def anonymised(notebook: Any, names: Names) -> Any:
    """The notebook, with a code in the place of each name in its texts and outputs.

    A picture cannot be looked through, so a line says that there was one. The code of cells
    stays as it is: a report does not show it.
    """
    made = copy.deepcopy(notebook)
    for cell in made.cells:
        if cell.cell_type != "code":
            cell.source = names(cell.source)
        for output in cell.get("outputs", ()):
            for key in ("text", "ename", "evalue", "traceback", "metadata"):
                if key in output:
                    output[key] = _everywhere(output[key], names)
            if "data" in output:
                output.data = _data(output.data, names)
    return made


def rows_with_names(notebook: Any, names: Names) -> int:
    """How many rows of all that is shown hold a name, an address or a number of somebody."""
    rows = 0
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            told = output.get("data", {})
            if MIME in told:
                rows += sum(
                    names.finds(json.dumps(row, ensure_ascii=False)) for row in told[MIME]["rows"]
                )
                continue
            html = told.get("text/html", "")
            rows += sum(names.finds(_text(row[0])) for row in _ROW.finditer(html))
            for script in re.findall(r"<script\b[^>]*>(.*?)</script", html, re.DOTALL):
                if len(script) < _PROGRAM:
                    rows += sum(names.finds(_plain(row[0])) for row in _LIST.finditer(script))
    return rows


def refuse_names(page: str, names: Names) -> None:
    """Nothing for a page without names.

    Raises
    ------
    ReportError
        One is left, such as in the script of a table that another package drew.
    """
    shown = "".join(
        part
        for part in _MARKUP.split(page)
        if len(part) < _PROGRAM and not part.lower().startswith("<style")
    )
    left = [
        value
        for value, _ in names
        if _is_telling(value) and (value in shown or escape(value) in shown)
    ]
    if left:
        raise ReportError(
            f"{len(left)} name{' is' if len(left) == 1 else 's are'} left in what this notebook "
            "shows, so nothing was written",
            hint="A table or a chart of another package may hold them; exactnb's own hide theirs.",
        )


def _is_telling(value: str) -> bool:
    """Whether it can be told from a word of a program or of a page by itself."""
    return len(value) >= 10 or " " in value


def _data(data: Any, names: Names) -> Any:
    made = type(data)()
    for kind, value in data.items():
        if kind in _PICTURES:
            made["text/plain"] = _left_out()
        elif kind in ("text/html", "image/svg+xml"):
            made[kind] = _in_markup("".join(value), names)
        elif kind not in made:
            made[kind] = _everywhere(value, names)
    return made


def _everywhere(told: Any, names: Names) -> Any:
    if isinstance(told, str):
        return names(told)
    if isinstance(told, list):
        return [_everywhere(each, names) for each in told]
    if isinstance(told, dict):
        return type(told)((key, _everywhere(each, names)) for key, each in told.items())
    return told


def _in_markup(html: str, names: Callable[[str], str]) -> str:
    """Markup with its texts changed, and nothing else of it."""
    parts = _MARKUP.split(html)
    parts[::2] = [_changed(text, names) for text in parts[::2]]
    parts[1::2] = [_tag(tag, names) for tag in parts[1::2]]
    return _PICTURE.sub(f'alt="{_left_out()}"', "".join(parts))


def _tag(tag: str, names: Callable[[str], str]) -> str:
    start = tag[:7].lower()
    if start.startswith("<script"):
        return tag if len(tag) > _PROGRAM else _STRING.sub(lambda s: _string(s[0], names), tag)
    if start.startswith("<style"):
        return tag
    if start.startswith("<!--"):
        return ""
    return _TOLD.sub(lambda one: one[1] + _quoted(one[2], names), tag)


def _quoted(value: str, names: Callable[[str], str]) -> str:
    told = unescape(value[1:-1])
    changed = names(told)
    return value if changed == told else f'"{escape(changed)}"'


def _string(literal: str, names: Callable[[str], str]) -> str:
    told = _plain(literal)
    changed = names(told)
    if changed == told:
        return literal
    return json.dumps(changed[1:-1]).replace("</", "<\\/")


def _changed(text: str, names: Callable[[str], str]) -> str:
    told = unescape(text)
    changed = names(told)
    return text if changed == told else escape(changed, quote=False)


def _plain(script: str) -> str:
    """A piece of a script with its escapes undone, as far as JSON has them."""
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda one: chr(int(one[1], 16)), script).replace(
        '\\"', '"'
    )


def _text(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", " ", html))


def _left_out() -> str:
    return say(
        "A picture was left out: nothing in it can be replaced.",
        "Een plaatje is weggelaten: daarin kan niets worden vervangen.",
    )
