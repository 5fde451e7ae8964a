"""``make docs``: pages that load nothing from elsewhere, and read in light and in dark."""

import os
import re
import sys

import pytest
from browser_side import picture
from environment_side import ROOT, run

#: what a page loads by itself, as opposed to a link that is followed
LOADED = re.compile(r"""(?:\bsrc=|<link[^>]*?\bhref=|url\(|@import\s)\s*["']?(\w+:)?//""")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the site; a warning, such as of a link that leads nowhere, is an error."""
    folder = tmp_path_factory.mktemp("site")
    how = ("--fail-on-warning", "--keep-going", "--quiet", "-d", folder / "made")
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    run(sys.executable, "-m", "sphinx", *how, "docs", folder / "html", cwd=ROOT, env=env)
    return folder / "html"


def test_every_page_is_there(site):
    sources = [*(ROOT / "docs").glob("*.md"), *(ROOT / "docs").rglob("*.rst")]
    made = [(site / s.relative_to(ROOT / "docs")).with_suffix(".html") for s in sources]
    assert len(made) > 20
    assert [page.name for page in made if not page.is_file()] == []


def test_nothing_is_loaded_from_elsewhere(site):
    files = [path for path in site.rglob("*") if path.suffix in (".html", ".css", ".js", ".svg")]
    assert len(files) > 30
    outside = {p.name: found[0] for p in files if (found := LOADED.search(p.read_text()))}
    assert outside == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_opens_without_a_network(site, new_page, scheme):
    page = new_page(offline=True, color_scheme=scheme)
    for path in sorted(set(site.rglob("*.html")) - {site / "search.html"}):
        page.goto(path.as_uri())
        assert page.locator("h1").first.is_visible()
    for name in ("index", "statements", "reference/connection"):
        page.goto((site / f"{name}.html").as_uri())
        picture(page, f"docs-{name.replace('/', '-')}-{scheme}")


def test_its_search_finds(site, offline_page):
    offline_page.goto((site / "search.html").as_uri() + "?q=snapshot")
    offline_page.get_by_text("The ledger and its local copy").nth(1).wait_for()
