"""A page of a real browser that tells what it asked for and what went wrong."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from exactnb.reports.printing import browser

#: where pictures and papers go for a person to look at
SHOWN = Path(__file__).parents[2] / "build" / "e2e"

HERE = {"127.0.0.1", "localhost"}
#: what itables says when JupyterLab changes its theme; its tables are right all the same
KNOWN = ("set_or_remove_dark_class",)


def command():
    """The browser of this machine, or the one that EXACTNB_CHROMIUM names."""
    return os.environ.get("EXACTNB_CHROMIUM") or browser()


def launched(playwright):
    """Chromium; it finds no host but this machine."""
    return playwright.chromium.launch(
        executable_path=command(),
        args=[
            "--no-sandbox",  # which root cannot have
            "--disable-gpu",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
        ],
    )


class Watch:
    """What a page asked of other machines, and the errors that it reported."""

    def __init__(self, page):
        self.outside, self.errors = [], []
        page.on("request", lambda request: self._asked(request.url))
        page.on("websocket", lambda line: self._asked(line.url))
        page.on("pageerror", lambda error: self._wrong(str(error)))
        page.on(
            "console",
            lambda message: self._wrong(message.text) if message.type == "error" else None,
        )

    def _asked(self, url):
        address = urlsplit(url)
        if address.scheme in ("http", "https", "ws", "wss") and address.hostname not in HERE:
            self.outside.append(url)

    def _wrong(self, text):
        if not any(known in text for known in KNOWN):
            self.errors.append(text[:500])

    def check(self):
        assert self.outside == [], self.outside
        assert self.errors == [], self.errors


def picture(shown, name, **how):
    """A picture of a page or of a part of it, in the folder for people."""
    SHOWN.mkdir(parents=True, exist_ok=True)
    shown.screenshot(path=SHOWN / f"{name}.png", **how)
