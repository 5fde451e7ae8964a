"""What a connection offers of its copy: tables, snapshots, a card, items that are open, files."""

import datetime as dt
import gc
import subprocess
import sys

import pyarrow.parquet as pq
import pytest
from local_side import Bookkeeper, Watched, assert_same, over

import exactnb
from exactnb.errors import ExactnbError, InputError, NotFoundError
from exactnb.local.declarations import TABLES


@pytest.fixture
def sandbox():
    return Watched.small()


@pytest.fixture
def books(sandbox, tmp_path):
    return over(sandbox, tmp_path / "here")


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    return over(Watched(), tmp_path_factory.mktemp("home"))


# --- tables


@pytest.mark.parametrize("name", TABLES)
def test_every_table_is_as_exact_online_gives_it(company, name):
    change = company.refresh(name).tables[name]
    table, about = company.table(name), TABLES[name]
    asked = company.odata(
        about.entity.bulk or about.of,
        select=list(about.select),
        filter=about.filter.format(division=company.division) or None,
    )
    assert change.rows == change.new == len(table)
    by = list(about.shape.key)
    one, other = (f.sort_values(by).reset_index(drop=True) for f in (table, asked))
    assert_same(one, other)


def test_a_table_that_is_not_here_is_said_so(books, raised):
    kept = raised(NotFoundError, books.table, "items", refresh=False)
    assert "books.refresh('items')" in kept.hint
    assert len(books.table("items")) == 2  # which reads it
    assert "vat_codes" in raised(NotFoundError, books.refresh, "vatcodes").hint
    assert "books.ledger()" in raised(NotFoundError, books.ledger, refresh=False).hint


def test_a_whole_table_tells_what_changed_in_it(sandbox, books):
    books.refresh("journals", "receivables")
    keeper = Bookkeeper(sandbox)
    keeper.change(keeper.ids(2, table="Journals"), table="Journals", IsBlocked=1)
    found = books.refresh("journals", "receivables").tables
    assert (found["journals"].new, found["journals"].changed) == (0, 2)
    assert str(found["receivables"]).endswith("nothing new")


def test_a_table_without_rows_has_its_columns(sandbox, books):
    with sandbox.store.transaction():
        sandbox.store.connection.execute("DELETE FROM main.Items")
    books.refresh("items")
    table = books.table("items")
    assert (len(table), table["standard_sales_price"].dtype) == (0, "float64")


def test_the_name_of_an_account_is_text(sandbox, books):
    keeper = Bookkeeper(sandbox)
    name = "<script>alert(1)</script>"
    keeper.change(keeper.ids(9, table="Accounts"), table="Accounts", Name=name)
    ledger = books.ledger()
    assert name in set(ledger["account_name"].dropna())
    assert "<script>" not in exactnb.show(ledger[["account_name"]])._repr_html_()


def test_no_secret_is_kept_and_nobody_else_may_look(sandbox, books, tmp_path):
    books.ledger()
    files = [p for p in (tmp_path / "here" / "stores").rglob("*") if p.is_file()]
    assert len(files) > 5
    for file in files:
        assert sandbox.token.encode() not in file.read_bytes()
        assert file.stat().st_mode & 0o077 == 0


# --- cards


def test_the_card_of_a_copy_tells_what_is_in_it(sandbox, books):
    assert "empty" in str(books.store)
    count = Bookkeeper(sandbox).count()
    refreshed = books.refresh()
    assert f"{count} rows: {count} new" in str(refreshed)
    assert f"{refreshed.calls} calls" in str(refreshed)
    assert refreshed.calls == 7
    said = str(books.store)
    assert "complete" in said
    assert f"{count} rows" in said
    assert str(books._store.folder) in said
    assert "As of" in books.store._repr_html_()
    assert refreshed.frame().set_index("table").loc["lines", "new"] == count


def test_the_card_says_what_was_refused(sandbox, books):
    sandbox.faults.add("forbidden", where="exact", path="*/financial/Journals", times=None)
    refreshed = books.refresh()
    for said in (str(refreshed), refreshed._repr_html_(), str(books.store)):
        assert "Application Scope Violated" in said
        assert "journals" in said


# --- snapshots


def test_a_snapshot_gives_the_same_figures_again(sandbox, books):
    then = books.ledger()
    assert "2025-Q4 filed" in str(books.snapshot("2025-Q4 filed"))
    keeper = Bookkeeper(sandbox)
    keeper.change(keeper.ids(70))
    keeper.delete(keeper.ids(20, skip=1))
    now = books.ledger()
    again = books.ledger(as_of="2025-Q4 filed")
    assert_same(again, then)
    assert again.attrs["snapshot"] == "2025-Q4 filed"
    changes = exactnb.compare(then, now)["change"].value_counts()
    assert (changes["removed"], changes["changed"]) == (20, 70)
    assert books.snapshots()["name"].tolist() == ["2025-Q4 filed"]
    assert books.snapshots()["as_of"].notna().all()
    assert_same(books.table("journals", as_of="2025-Q4 filed"), books.table("journals"))
    books.drop_snapshot("2025-Q4 filed")
    assert books.snapshots().empty


def test_a_snapshot_is_found_by_a_day(books, raised):
    books.ledger()
    books.snapshot("first")
    today = dt.datetime.now().astimezone()
    for day in (today.date(), f"{today:%Y-%m-%d}", today + dt.timedelta(seconds=1)):
        assert books.ledger(as_of=day).attrs["snapshot"] == "first"
    for unknown in (today.date() - dt.timedelta(days=2), "second", "2020-01-01T10:00"):
        assert "'first'" in raised(NotFoundError, books.ledger, as_of=unknown).hint


def test_without_a_snapshot_there_is_none_of_any_day(books, raised):
    assert "books.snapshot" in raised(NotFoundError, books.ledger, as_of="2025-12-31").hint
    assert "books.refresh" in raised(NotFoundError, books.snapshot, "x").hint


def test_an_engine_that_is_unknown_is_refused_before_anything_is_asked(sandbox, books):
    with pytest.raises(InputError, match="polars"):
        books.ledger(engine="polars")
    assert sandbox.calls() == {}


# --- what comes of it


def test_open_items_agree_with_exact_online(company):
    items = company.open_items()
    assert len(items.attrs["checks"]) == 4  # of each side: the control account, Exact's own list
    assert all(check["ok"] for check in items.attrs["checks"])
    then = company.open_items("2025-12-31", refresh=False)
    assert 0 < len(then) != len(items)


def test_the_ledger_is_exported(company, tmp_path):
    folder = company.export_ledger(tmp_path / "export")
    files = sorted(folder.rglob("*.parquet"))
    assert len(files) > 1
    assert sum(pq.read_metadata(file).num_rows for file in files) == len(company.ledger())


def test_labels_are_in_the_language_that_is_set(books, monkeypatch):
    ledger = books.ledger(labels=True)
    assert "status_label" in ledger
    monkeypatch.setattr(exactnb.options, "language", "nl")
    assert set(books.ledger(labels=True)["status_label"]) != set(ledger["status_label"])


def test_the_demo_takes_its_copy_along_when_it_goes():
    books = exactnb.demo()
    books.refresh("journals")
    folder = books._store.folder
    assert folder.exists()
    again = books.in_division(2400102)
    del books
    assert folder.exists()  # for whoever looks at another division of it
    again.refresh("journals")
    del again
    gc.collect()
    assert not folder.exists()


def test_where_pyarrow_is_missing_it_is_said_and_all_else_works(books, monkeypatch, raised):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    for call in (books.ledger, books.refresh, books.snapshots, books.open_items, books.forget):
        assert "pip install pyarrow" in raised(ExactnbError, call).hint


def test_a_connection_loads_nothing_of_the_copy_before_it_is_used():
    code = "import sys; from exactnb.connection import Connection; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    loaded = run.stdout.split()
    assert "exactnb.local.books" in loaded
    assert not {"exactnb.local.refresh", "exactnb.ledger", "exactnb.store"} & {*loaded}
