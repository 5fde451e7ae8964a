"""A company whose every text is hostile, and what a page may not have got from it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib
from small_company import company

from exactnb.exact.codes import codes
from exactnb.sandbox import Sandbox
from exactnb.sandbox.exact import tables
from exactnb.sandbox.exact.entities import entities
from exactnb.sandbox.exact.lookups import WORDS
from exactnb.sandbox.store import Store

#: what no page may have run, and the element that none may have
RUN, ELEMENT = "window.__hacked=1", "x-evil"
MARKUP = (
    f"<{ELEMENT} on={RUN}>",
    f"<script>{RUN}</script>",
    f"</script></style></textarea></title><script>{RUN}</script>",
    f"<img src=x onerror={RUN}>",
    f"<svg><{ELEMENT} onload={RUN} /></svg>",
    f"\"><{ELEMENT} title=''>",
    f"' autofocus onfocus={RUN} {ELEMENT}='",
    f"<!-- ]]> <![CDATA[ <{ELEMENT}>",
    f"[x](javascript:{RUN}) ![y](javascript:{RUN}) <javascript:{RUN}>",
    "{{7*7}} ${7*7} {%raw%} #{7*7} %s %(x)s {0} {x!r}",
    "$a$ \\(b\\) \\[c\\] `d` **e**",
    f"&lt;{ELEMENT}&gt; &amp; &#60;{ELEMENT}&#62; \\u003c{ELEMENT}\\u003e",
    "x'); DROP TABLE Accounts; --",
)
FORMULAS = (
    "=1+1", "@SUM(A1)", "+cmd|'/C calc'!A0", "-2+3", "\t=1+1", '=HYPERLINK("http://x.example")',
    "{=1+1}", "http://x.example/", "007",
)  # fmt: skip
LETTERS = (
    "\u202egro.elpmaxe\u202c", "\u05e9\u05dc\u05d5\u05dd \u0627\u0644\u0633\u0644\u0627\u0645",
    "\U0001f6b2\U0001f469\u200d\U0001f469\u200d\U0001f467 \U0001f1f3\U0001f1f1",
    "e\u0301\u200b\ufeff\u00ad",
    "nul\x00 bell\x07 escape\x1b[31m delete\x7f", "line\r\nand\u2028line",
)  # fmt: skip
LONG = ("Lang " * 1998 + f"<{ELEMENT}>",)
#: each is a company of its own: the values that its texts have, in turn
COMPANIES = {"markup": MARKUP, "formulas": FORMULAS, "letters": LETTERS, "long": LONG}

#: text that decides something, and is no person's to write: codes, and what is one by its name
_DECIDES = re.compile(
    r"(Code|Currency|Country|Type|Status|Side|System|Journal|Calculation|Liability)$"
)


def texts(table: str) -> list[str]:
    """The columns of a table that hold what somebody wrote, by the tables of fields."""
    sources = {f"{table}.{source}" for source, _ in WORDS.values()}
    return [
        name
        for name, kind in tables.columns(table).items()
        if kind == "String"
        and tables.padding(table, name) is None
        and name not in tables.references().get(table, {})
        and f"{table}.{name}" not in sources
        and not (table in entities() and codes(table, name))
        and (not _DECIDES.search(name) or (table, name) == ("Items", "Code"))
    ]


def hostile(kind: str) -> Sandbox:
    """A sandbox in whose company every text is one of the values of that kind."""
    store = Store.build(company())
    values = COMPANIES[kind]
    store.connection.create_function("hostile", 1, lambda at: values[at % len(values)])
    with store.transaction():
        for table in tables.tables():
            columns = [f'"{c}" = hostile(rowid + {at})' for at, c in enumerate(texts(table))]
            if columns:
                store.connection.execute(f"UPDATE main.{table} SET {', '.join(columns)}")
    return Sandbox(store=store)


def brought(html: str) -> list[str]:
    """What a browser would make of the data in a page, beside text."""
    return [
        what
        for each in html5lib.parse(html, namespaceHTMLElements=False).iter()
        for what in _of(each)
    ]


def _of(element: Element) -> Iterator[str]:
    tag = str(element.tag)
    if ELEMENT in tag:
        yield f"<{tag}>"
    script = (element.text or "").strip() if tag == "script" else ""
    if script.startswith(RUN) or f"<{ELEMENT}" in script or "<script" in script:
        yield f"markup in a script: {script[:80]}"
    if tag == "style" and RUN in (element.text or ""):
        yield "data in a style"
    for name, value in element.attrib.items():
        if ELEMENT in str(name) or (str(name).startswith("on") and "__hacked" in value):
            yield f"<{tag} {name}=…>"
        if name in ("href", "src", "action", "{http://www.w3.org/1999/xlink}href") and re.match(
            r"\s*(javascript:|http://x\.example|x$)", value, re.I
        ):
            yield f"<{tag} {name}={value[:40]}>"


def words(html: str) -> str:
    """The text of a page as a reader sees it, without what only spaces it."""
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    for each in tree.iter("style"):
        each.text = ""
    return "".join("".join(tree.itertext()).split())


def legible(text: str, value: str) -> bool:
    """Whether a value stands in a text, as much of it as a cell shows."""
    return _bare(value)[:20] in _bare(text)


def _bare(text: str) -> str:
    """A text without spaces, control characters, and the signs that stand for these."""
    return re.sub(r"[\s\x00-\x1f\x7f\u2400-\u2421\ufffd]", "", text)
