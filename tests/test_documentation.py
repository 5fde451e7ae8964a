"""What the documentation says is so: every block of it runs, every link leads somewhere."""

import re
import subprocess
import sys

import pytest
from documentation_side import PAGES, ROOT, SHOWN, Block, Reader, blocks, known, links
from setting_up_side import place

import exactnb


@pytest.fixture
def desk(monkeypatch, tmp_path):
    """A folder with the notebooks, and an account: a served sandbox and a login to it."""
    (tmp_path / "notebooks").symlink_to(ROOT / "notebooks")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EXACTNB_PROGRESS_DELAY", "3600")
    with place(monkeypatch, tmp_path) as there:
        there.log_in("http")
        there.log_in("command")
        yield there


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_does_what_it_says(page, desk):
    reader = Reader()
    for block in blocks(page):
        if block.language not in SHOWN:
            reader.follow(block)


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("python", "books = nothing\n"),
        ("pycon", ">>> 1 + 1\n3\n"),
        ("sh", "exactnb doctor --kind\n"),
        ("sh", "exactnb report notebooks/none.ipynb --to x.html\n"),
        ("sh", "make coffee\n"),
        ("sh", "pip install 'exactnb[coffee]'\n"),
        ("sh", "export MEMBRANE_TOKENS=…\n"),
        ("sh", "rm -r books\n"),
        ("", "no language\n"),
    ],
)
def test_a_block_that_is_wrong_is_found(language, code):
    with pytest.raises((AssertionError, KeyError, NameError)):
        Reader().follow(Block(ROOT / "README.md", 1, language, code))


def test_a_command_that_is_right_is_taken():
    assert known(["exactnb", "doctor", "--over", "command"])
    assert known(["exactnb", "--version"])


def test_the_names_in_the_text_exist(books):
    unknown = set()
    for page in PAGES:
        text = page.read_text()
        for name in re.findall(r"\bex\.(\w+)", text):
            unknown |= set() if hasattr(exactnb, name) else {f"{page.name}: ex.{name}"}
        for name in re.findall(r"(?<![/\w])books\.(\w+)", text):
            there = hasattr(books, name)
            unknown |= set() if there else {f"{page.name}: books.{name}"}
    assert unknown == set()


def test_links_lead_somewhere():
    pages = [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
    here = [
        (page, link.partition("#")[0])
        for page in pages
        for link in links(page)
        if not re.match(r"https?:|#", link)
    ]
    assert len(here) > 40
    assert [f"{p.name}: {link}" for p, link in here if not (p.parent / link).exists()] == []


def test_every_page_of_a_task_shows_something_that_runs():
    tasks = [page for page in PAGES if page.stem not in ("index", "promises", "site")]
    lacking = [p.name for p in tasks if not {b.language for b in blocks(p)} & {"python", "pycon"}]
    assert lacking == []


def test_pages_are_short():
    lengths = {page.name: len(page.read_text().splitlines()) for page in PAGES}
    limits = {"README.md": 182}
    long = {name: n for name, n in lengths.items() if n > limits.get(name, 140)}
    assert long == {}


def test_tables_made_from_the_code_are_current():
    tool = ROOT / "tools" / "generated.py"
    run = subprocess.run(
        [sys.executable, tool, "--check"], capture_output=True, text=True, timeout=60
    )
    assert (run.stdout, run.stderr) == ("", "")


def test_the_reference_has_every_public_name():
    text = "".join(path.read_text() for path in (ROOT / "docs" / "reference").glob("*.rst"))
    documented = set(re.findall(r"^\.\. auto\w+:: exactnb\.(\w+)$", text, re.MULTILINE))
    names = {name for name in exactnb.__all__ if not name.startswith("__")}
    assert documented == names
