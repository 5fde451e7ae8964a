"""Reports: a notebook becomes one file, or says which cell failed and why."""

import re
import shutil
from html.parser import HTMLParser

import nbformat
import pytest

import exactnb as ex
from exactnb import cli
from exactnb.errors import InputError, ReportError
from exactnb.reports import printing
from exactnb.reports.exporter import ReportExporter, outside_loads
from exactnb.reports.heading import Heading
from exactnb.reports.parameters import declared, effective, spelled, with_parameters

HOSTILE = "<script>alert(1)</script> & <img src=x onerror=alert(2)>"


def notebook(*cells, parameters=""):
    made = nbformat.v4.new_notebook()
    made.cells = [nbformat.v4.new_markdown_cell("# May, closed\n\nWhat it was.")]
    if parameters:
        made.cells.append(nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}))
    made.cells += [nbformat.v4.new_code_cell(cell) for cell in cells]
    return made


def written(path, *cells, parameters=""):
    nbformat.write(notebook(*cells, parameters=parameters), path)
    return path


def shown(html):
    """The words that a reader sees."""
    words = []

    class Reader(HTMLParser):
        inside = None

        def handle_starttag(self, tag, attributes):
            if tag in ("script", "style"):
                self.inside = tag

        def handle_endtag(self, tag):
            if tag == self.inside:
                self.inside = None

        def handle_data(self, data):
            if self.inside is None:
                words.append(data)

    Reader().feed(html)
    return " ".join(" ".join(words).split())


MONTH = (
    "import sys\nimport exactnb as ex\nbooks = ex.demo()\nledger = books.ledger()\nbooks",
    "ex.profit_and_loss(ledger, period, detail='group')",
    "ex.charts.result_bars(ex.profit_and_loss(ledger, '2026-01..2026-05', by='month'))",
    f"ex.show({{'name': {HOSTILE!r}}})",
    "ex.form(books, 'create-contact')",
    "import ipywidgets\nipywidgets.IntProgress(3)",
    "print('said', f'{rate:.1f}')\nprint('a warning', file=sys.stderr)",
)


@pytest.fixture(scope="module")
def month(tmp_path_factory):
    """The report of a notebook, and the same once more from the command."""
    folder = tmp_path_factory.mktemp("report")
    source = written(
        folder / "month.ipynb", *MONTH, parameters='period = "2026-01"\nrate: float = 1'
    )
    before = source.read_bytes()
    first = ex.report(source, folder / "first.html", period="2026-05", rate=0.5)
    second = folder / "second.html"
    given = ["report", str(source), "--to", str(second), "-p", "period=2026-05", "-p", "rate=0.5"]
    assert cli.main(given) == 0
    assert source.read_bytes() == before
    return first, first.path.read_text("utf-8"), second.read_text("utf-8")


def test_a_report_has_what_was_found_and_no_code(month):
    _, html, _ = month
    words = shown(html)
    for part in ("What it was.", "Net result", "Exact Online administration", "said 0.5"):
        assert part in words
    assert "<svg" in html
    for part in ("books.ledger()", "ex.demo", "In [", "Out[", "IntProgress", "a warning"):
        assert part not in words


def test_the_title_block_says_of_whom_and_when_and_what_was_proved(month):
    report, html, _ = month
    words = shown(html[: html.index("</header>")])
    assert words.count("May, closed") == 2  # the title of the page, and above it
    for part in (
        "Noordster Rijwielen B.V.",
        "Period 2026-05",
        "Books of 2026-06-30",
        f"month.ipynb · exactnb {ex.__version__}",
        "✓ 2 of 2 hold",
    ):
        assert part in words
    assert shown(html).count("May, closed") == 2
    assert len(report.passed) == 2
    assert report.failed == ()
    assert "2 of 2 hold" in repr(report)


def test_the_same_notebook_gives_the_same_bytes_but_for_the_time(month):
    _, first, second = month
    time = re.compile(r"<time .*?</time>")
    assert len(time.findall(first)) == 1
    assert time.sub("", first) == time.sub("", second)


def test_a_report_loads_nothing_and_forbids_itself_to(month):
    report, html, _ = month
    assert outside_loads(html) == []
    assert report.outside == ()
    assert "default-src 'none'" in html
    assert "application/vnd.jupyter" not in html


def test_data_in_a_report_are_text(month):
    _, html, _ = month
    assert HOSTILE in shown(html)
    assert "<script>alert" not in html
    assert "<img src=x" not in html


def test_a_failed_run_names_the_cell_and_leaves_the_old_file(tmp_path, raised, capsys):
    source = written(tmp_path / "fails.ipynb", "a = 1", "\nb = {'a': a}\nb['missing']")
    old = tmp_path / "old.html"
    old.write_text("the old report")
    wrong = raised(ReportError, ex.report, source, old)
    assert wrong.cell == 3
    assert "fails.ipynb stopped at cell 3 of 3: KeyError: 'missing'" in str(wrong)
    assert "b = {'a': a}" in wrong.hint
    assert old.read_text() == "the old report"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fails.ipynb", "old.html"]


def test_what_is_wrong_is_said_before_a_run(tmp_path, raised, monkeypatch):
    monkeypatch.setattr("exactnb.reports.report.ran", lambda *_: pytest.fail("it was run"))
    source = written(tmp_path / "a.ipynb", "1", parameters="year = 2025")
    for to in ("a.docx", "a", "no/a.html"):
        raised(InputError, ex.report, source, tmp_path / to)
    raised(InputError, ex.report, tmp_path / "none.ipynb", tmp_path / "a.html")
    (tmp_path / "text.ipynb").write_text("no notebook")
    raised(InputError, ex.report, tmp_path / "text.ipynb", tmp_path / "a.html")
    wrong = raised(
        InputError, ex.report, source, tmp_path / "a.html", yaer=1, mnth=2, year=object()
    )
    for part in ("'yaer'", "'mnth'", "year = <object", "It has year = 2025"):
        assert part in str(wrong)


def test_the_command_says_what_is_wrong(tmp_path, capsys):
    source = written(tmp_path / "a.ipynb", "1", parameters="year = 2025")
    to = str(tmp_path / "a.html")
    assert cli.main(["report", str(source), "--to", to, "-p", "year=last"]) == 1
    assert "year is 2025 in the notebook" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        cli.main(["report", str(source), "--to", to, "-p", "year"])
    assert "'year' is not NAME=VALUE" in capsys.readouterr().err


def test_parameters_go_in_after_the_cell_that_sets_them():
    own = notebook("period", parameters='period = "2025"\nrows: int = 5\nday = period + "-01"')
    assert declared(own) == {"period": "2025", "rows": 5, "day": None}
    made = with_parameters(own, {"period": "a'b\n", "rows": 7})
    assert [cell.source for cell in made.cells[2:]] == ['period = "a\'b\\n"\nrows = 7', "period"]
    assert len(own.cells) == 3
    assert effective(made) == {"period": "a'b\n", "rows": 7, "day": None}
    again = with_parameters(made, {"rows": 8})
    assert [cell.source for cell in again.cells[2:]] == ["rows = 8", "period"]
    assert nbformat.validate(made) is None


def test_what_is_typed_becomes_what_the_notebook_has():
    own = notebook(parameters='period = "2025"\nrows = 5\nrate = 0.5\ncents = True\nday = period')
    typed = {"period": "2026", "rows": "7", "rate": "1", "cents": "False", "day": "x"}
    assert spelled(own, typed) == {
        "period": "2026", "rows": 7, "rate": 1, "cents": False, "day": "x"
    }  # fmt: skip
    with pytest.raises(InputError, match=r"rows is 5.*cents is True"):
        spelled(own, {"rows": "many", "cents": "1"})


def test_checks_that_do_not_hold_are_at_the_top():
    mark = {
        "language": "nl",
        "administration": "A < B",
        "period": "2025-11",
        "checks": [{"said": "✓ a = b", "ok": True}, {"said": "✗ c = <d>: 12,50", "ok": False}],
    }
    cell = nbformat.v4.new_code_cell("1")
    cell.outputs = [
        nbformat.v4.new_output("display_data", {"text/plain": "a"}, metadata={"exactnb": mark})
    ]
    made = notebook()
    made.cells.append(cell)
    html, kept = ReportExporter().from_notebook_node(made, {"metadata": {"name": "x"}})
    assert kept["heading"].failed == ["✗ c = <d>: 12,50"]
    words = shown(html[: html.index("</header>")])
    for part in ("A < B", "Controles ✗ 1 van 2 kloppen niet", "✗ c = <d>: 12,50"):
        assert part in words
    assert '<html lang="nl">' in html


def test_a_notebook_without_a_title_is_called_by_its_file():
    made = notebook()
    made.cells[0].source = "Just words"
    assert Heading.of(made, "closing").title == "closing"
    html, _ = ReportExporter().from_notebook_node(made, {"metadata": {"name": "closing"}})
    assert "Just words" in shown(html)


def test_outside_loads_are_found():
    page = (
        '<script src="//a.nl/a.js"></script><link rel="x" href=https://b.nl/b.css>'
        "<style>@import 'https://c.nl/c.css'; p{background:url(https://d.nl/d.png)}</style>"
        '<a href="https://no.nl">no</a><script>fetch("<img src=https://no.nl>")</script>'
        '<img alt="" src="data:image/png;base64,AA">'
    )
    assert outside_loads(page) == [
        "//a.nl/a.js",
        "https://b.nl/b.css",
        "https://c.nl/c.css",
        "https://d.nl/d.png",
    ]


def test_no_browser_no_pdf_and_no_run(tmp_path, raised, monkeypatch):
    monkeypatch.setattr(printing, "_BROWSERS", ("no-such-browser",))
    monkeypatch.setattr("exactnb.reports.report.ran", lambda *_: pytest.fail("it was run"))
    source = written(tmp_path / "a.ipynb", "1")
    wrong = raised(ReportError, ex.report, source, tmp_path / "a.pdf")
    assert "Chromium" in wrong.message
    assert ".html" in wrong.hint


@pytest.mark.skipif(not any(map(shutil.which, printing._BROWSERS)), reason="no Chromium here")
def test_paper_is_a4_and_across_for_what_is_wide(tmp_path):
    wide = "".join(f"<td>{number:,}</td>" for number in range(10**9, 10**9 + 20))
    made = notebook("1", "2")
    for cell, row in zip(made.cells[1:], ("<td>1</td>", wide), strict=True):
        table = f"<table><thead><tr>{row}</tr></thead></table>"
        cell.outputs = [nbformat.v4.new_output("display_data", {"text/html": table})]
    html, _ = ReportExporter().from_notebook_node(made, {"metadata": {"name": "x"}})
    path = tmp_path / "x.pdf"
    printing.printed(html, path, printing.browser())
    boxes = re.findall(rb"/MediaBox \[0 0 (\d+)[.\d]* (\d+)", path.read_bytes())
    assert boxes == [(b"594", b"841"), (b"841", b"594")]
