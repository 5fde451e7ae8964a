"""The package: it holds all that it needs, and works in an empty environment far from here."""

import tarfile
import zipfile

import pytest
from environment_side import ROOT, Environment, build, tracked
from packaging.metadata import Metadata

from exactnb import __version__

#: what is for work on the project only, and so is in the repository alone
NOT_SENT = {".ci/run"}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def core(built, tmp_path_factory):
    """An environment with the wheel and what it requires, without extras."""
    environment = Environment(tmp_path_factory.mktemp("core"))
    environment.packages = environment.install(built[1])
    return environment


@pytest.fixture(scope="module")
def full(built, core):
    """The same with what a user may want beside it: tests of it come last."""
    core.packages = core.install(f"{built[1]}[checks,excel,fast,report]")
    return core


def test_the_wheel_holds_the_package_and_nothing_else(built):
    _, wheel = built
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    about = f"exactnb-{__version__}.dist-info/"
    assert {name for name in names if not name.startswith(about)} == tracked("exactnb")
    assert {about + "METADATA", about + "entry_points.txt", about + "licenses/LICENSE"} <= names
    print(f"{wheel.name}: {wheel.stat().st_size / 1024:,.0f} kB")
    assert wheel.stat().st_size < 1_500_000


def test_the_source_distribution_holds_the_project(built):
    source, _ = built
    with tarfile.open(source) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert tracked() - names == NOT_SENT
    print(f"{source.name}: {source.stat().st_size / 1024:,.0f} kB")


def test_the_metadata_is_right(built):
    _, wheel = built
    with zipfile.ZipFile(wheel) as archive:
        text = archive.read(f"exactnb-{__version__}.dist-info/METADATA")
    about = Metadata.from_email(text, validate=True)
    assert str(about.version) == __version__
    assert about.license_expression == "MIT"
    assert about.description_content_type == "text/markdown"
    assert about.description == (ROOT / "README.md").read_text()
    assert {"checks", "excel", "fast", "lab", "report"} <= set(about.provides_extra)
    assert f"\n## [{__version__}] - 20" in (ROOT / "CHANGELOG.md").read_text()


def test_the_demo_runs(core):
    said = core.python(
        """
import exactnb as ex
print(ex.__file__)
books = ex.demo()
print(len(books.list_sales_invoices(status=50, from_="2026-06-01")))
ledger = books.ledger()
print(ledger["cents"].sum())
print(ex.profit_and_loss(ledger, "2025", detail="group"))
form = ex.form(books, "create-account", {"name": "De Fietsenmaker B.V.", "status": "C"})
form.check()
print(form.send().record["name"])
books._repr_html_(), form._repr_mimebundle_()
ex.explore(ledger, "2025")
"""
    ).splitlines()
    assert said[0].startswith(str(core.programs.parent))
    assert said[1:3] == ["36", "0"]
    assert any("74,974" in line for line in said)
    assert said[-1] == "De Fietsenmaker B.V."
    print(f"core: {len(core.packages)} packages")


def test_the_command_is_there(core):
    assert core.run("exactnb", "--version").strip() == f"exactnb {__version__}"
    said = core.run("exactnb", "doctor", status=1)
    assert "MEMBRANE_TOKEN" in said
    assert "pandas" in said


#: what takes an extra → the extra
TAKES = {
    'ex.to_excel({"Result": result}, "x.xlsx")': "excel",
    'ex.report("nothing.ipynb", to="x.html")': "report",
    "ex.charts.result_bars(result).svg": "report",
    'ex.account_quality(books.table("accounts"))': "checks",
    'ex.duplicate_accounts(books.table("accounts"))': "checks",
    'ex.journal_entry_tests(ledger, "2025")': "checks",
}


def test_what_is_missing_is_told(core):
    said = core.python(
        f"""
import exactnb as ex
books = ex.demo()
ledger = books.ledger()
result = ex.profit_and_loss(ledger, "2025", by="month")
for call in {list(TAKES)}:
    try:
        eval(call)
    except ex.errors.MissingPackageError as error:
        print(error.hint)
"""
    )
    assert said.splitlines() == [f"pip install 'exactnb[{extra}]'" for extra in TAKES.values()]


def test_the_command_tells_what_is_missing(core):
    (core.folder / "x.ipynb").write_text("{}")
    for arguments, extra in ((["lab"], "lab"), (["report", "x.ipynb", "--to", "x.html"], "report")):
        said = core.run("exactnb", *arguments, status=1)
        assert f"pip install 'exactnb[{extra}]'" in said
        assert "Traceback" not in said


def test_the_extras_bring_it(full):
    said = full.python(
        """
import exactnb as ex
books = ex.demo()
ledger = books.ledger()
result = ex.profit_and_loss(ledger, "2025", by="month")
print(ex.to_excel({"Result": result}, "x.xlsx").stat().st_size > 5000)
print(ex.charts.result_bars(result).title)
print(ex.account_quality(books.table("accounts"))["found"].sum())
print(ex.journal_entry_tests(ledger, "2025").set_index("test")["found"]["holiday"])
"""
    ).splitlines()
    assert said[0] == "True"
    assert said[1].startswith("Net result: € 75,000")
    assert int(said[2]) > 10
    assert int(said[3]) == 2
    print(f"with extras: {len(full.packages)} packages")


def test_a_report_is_written(full):
    notebook = ROOT / "notebooks" / "02_trial_balance_and_profit_and_loss.ipynb"
    (full.folder / notebook.name).write_bytes(notebook.read_bytes())
    full.run("exactnb", "report", notebook.name, "--to", "report.html")
    assert "Noordster Rijwielen B.V." in (full.folder / "report.html").read_text()
