"""The report of every example notebook: opened without a network, and printed."""

import re
import subprocess
import sys
from collections import Counter

import pytest
from browser_side import SHOWN, command, picture
from lab_side import ROOT

from exactnb.reports.printing import printed

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MOST_BYTES = 3_000_000
#: the rows of every table in the file, before any script has touched it: cells, and whether each
#: closes a statement; also of what a reader has to unfold on the screen
ROWS = """html => {
  const held = new DOMParser().parseFromString(html, "text/html");
  return [...held.querySelectorAll("tr")].filter((row) => !row.closest("thead")).map((row) => ({
    cells: [...row.cells].map((cell) => cell.textContent.trim()).filter(Boolean),
    total: row.matches(".total"),
  }));
}"""
#: where a browser may break a word over two lines
BREAKS = re.compile(r"[\s\-/_.@–·]+")


def words(text):
    return [word for word in BREAKS.split(text) if word]


def lacking(held, there):
    """The words that are not there so often, not even broken over two lines."""
    return [
        word
        for word in (held - there).elements()
        if not any(there[word[:at]] and there[word[at:]] for at in range(1, len(word)))
    ]


def on_paper(pdf):
    """The text of a PDF, its lines as they stand on the paper."""
    done = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, check=True)
    return done.stdout.decode()


def times(row, paper):
    """How often the cells of a row stand on one line of the paper."""
    cells = r"\s+".join(r"\s+".join(map(re.escape, cell.split())) for cell in row)
    return len(re.findall(rf"(?<!\S){cells}(?!\S)", paper))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_report_opens_without_a_network_and_prints_whole(notebook, offline_page, tmp_path):
    report = tmp_path / f"{notebook.stem}.html"
    asked = [sys.executable, "-m", "exactnb.cli", "report", notebook, "--to", report]
    subprocess.run(asked, cwd=tmp_path, check=True, capture_output=True, timeout=240)
    assert report.stat().st_size <= MOST_BYTES

    html = report.read_text("utf-8")
    offline_page.goto(report.as_uri())
    for scheme in ("light", "dark"):
        offline_page.emulate_media(color_scheme=scheme)
        picture(offline_page, f"report_{notebook.stem}_{scheme}", full_page=True)

    pdf = SHOWN / f"report_{notebook.stem}.pdf"
    printed(html, pdf, command())
    paper = on_paper(pdf)
    rows = offline_page.evaluate(ROWS, html)
    held = Counter(word for row in rows for cell in row["cells"] for word in words(cell))
    assert lacking(held, Counter(words(paper))) == []
    totals = Counter(tuple(row["cells"]) for row in rows if row["total"])
    assert totals or notebook.stem != "10_month_end"  # which has nothing but statements
    assert {row: times(row, paper) for row in totals} == totals


def test_what_is_not_on_paper_is_noticed():
    paper = "Revenue   1,299\nTotal net revenue    1,299\nA very lo\nng name\n"
    held = Counter(["Revenue", "1,299", "longish", "long", "1,299", "1,299"])
    assert lacking(held, Counter(words(paper))) == ["1,299", "longish"]
    assert times(("Total net revenue", "1,299"), paper) == 1
    assert times(("Revenue", "299"), paper) == 0
