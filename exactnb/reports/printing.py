"""A report on paper: the browser of this machine prints it to a PDF."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from exactnb.errors import ReportError

__all__ = ["browser", "printed"]

_BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
_SECONDS = 120


def browser() -> str:
    """The command of a browser that prints.

    Raises
    ------
    ReportError
        There is none.
    """
    found = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if found is None:
        raise ReportError(
            "A PDF is printed by Chromium, Chrome or Edge, and none is found on this machine",
            hint="Install one, or write .html and print that from any browser.",
        )
    return found


def printed(html: str, path: Path, command: str) -> None:
    """Print a page to a PDF, A4 with every row.

    Raises
    ------
    ReportError
        The browser did not make one: what it said.
    """
    with tempfile.TemporaryDirectory(prefix="exactnb-") as folder:
        page = Path(folder) / "report.html"
        page.write_text(html, encoding="utf-8")
        asked = [
            command,
            "--headless",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            f"--user-data-dir={folder}/browser",
            "--virtual-time-budget=8000",  # tables draw themselves
            "--no-pdf-header-footer",
            f"--print-to-pdf={path.resolve()}",
        ]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            asked.append("--no-sandbox")  # which root cannot have
        try:
            run = subprocess.run(
                [*asked, page.as_uri()], capture_output=True, text=True, timeout=_SECONDS
            )
        except subprocess.TimeoutExpired as late:
            raise ReportError(f"{command} printed no PDF in {_SECONDS} seconds") from late
    if run.returncode or not path.is_file():
        said = run.stderr.strip().splitlines()[-1:] or ["it did not say why"]
        raise ReportError(
            f"{command} printed no PDF: {said[0]}",
            hint="Write .html and print that from any browser.",
        )
