"""The local copy: pulled once, refreshed by what changed, the same as if it were pulled anew."""

import pytest
from local_side import HOLDING, SHOP, Bookkeeper, Watched, anew, assert_same, over

from exactnb.errors import NotFoundError
from exactnb.local.declarations import TABLES, Declaration

LINES = "sync/Financial/TransactionLines"


@pytest.fixture
def sandbox():
    """A company of some two hundred lines."""
    return Watched.small()


@pytest.fixture
def company():
    """The demo's: a dozen pages of lines."""
    return Watched()


@pytest.fixture
def books(sandbox, tmp_path):
    return over(sandbox, tmp_path / "here")


# --- the first pull


def test_the_first_pull_takes_no_more_calls_than_the_pages_need(company, tmp_path):
    ledger = anew(company, tmp_path)
    lines = Bookkeeper(company).count()
    pages = -(-lines // 1000)
    calls = company.calls()
    assert len(ledger) == lines > 12_000
    assert calls[LINES] == pages + 1  # and one to know how many there are
    assert calls["sync/Deleted"] == calls["read/sync/Sync/SyncTimestamp"] == 1
    masters = (
        "system/Divisions",
        "sync/Financial/GLAccounts",
        "financial/Journals",
        "sync/CRM/Accounts",
    )
    assert all(calls[path] == 1 for path in masters)
    assert calls.total() == pages + 1 + 2 + len(masters)
    assert (ledger["cents"].sum(), ledger.attrs["complete"]) == (0, "yes")


def test_what_is_fresh_is_not_asked_again(sandbox, books):
    count = len(books.ledger())
    assert sandbox.calls()[LINES] == 1  # a short pull is not counted first
    books.ledger()
    assert sandbox.calls() == {LINES: 1, "sync/Deleted": 1}
    assert len(books.ledger(refresh=False)) == count == Bookkeeper(sandbox).count()
    assert sandbox.calls() == {}


def test_master_tables_are_asked_again_after_their_time(sandbox, tmp_path):
    books = over(sandbox, tmp_path, master_hours=0.0)
    books.ledger()
    sandbox.calls()
    books.ledger()
    assert sandbox.calls().total() == 6


def test_what_is_deleted_during_the_first_pull_is_gone(company, tmp_path):
    keeper = Bookkeeper(company)
    sql = "SELECT ID FROM main.TransactionLines WHERE Division = ? ORDER BY Timestamp LIMIT 5"
    first = [row[0] for row in company.store.rows(sql, (company.division,))]

    def before(path):
        if "skiptoken" in path and "TransactionLines" in path and first:
            keeper.delete([first.pop()])

    company.before = before
    assert len(anew(company, tmp_path)) == keeper.count()
    assert first == []


def test_equal_row_versions_on_both_sides_of_a_page_are_not_lost(company, tmp_path):
    where = "FROM main.TransactionLines WHERE Division = ? ORDER BY Timestamp, ID LIMIT"
    at = company.division
    version = company.store.value(f"SELECT Timestamp {where} 1 OFFSET 990", (at,))
    with company.store.transaction():
        company.store.connection.execute(
            f"UPDATE main.TransactionLines SET Timestamp = ? WHERE ID IN "
            f"(SELECT ID {where} 30 OFFSET 985)",
            (version, at),
        )
    assert len(anew(company, tmp_path)) == Bookkeeper(company).count()


# --- refreshing


@pytest.mark.parametrize("engine", ["pandas", "arrow"])
def test_a_refresh_takes_few_calls_and_equals_a_pull_anew(company, tmp_path, engine):
    books = over(company, tmp_path / "here")
    books.ledger()
    keeper = Bookkeeper(company)
    keeper.change(keeper.ids(54))
    keeper.add(keeper.ids(10, skip=3))
    gone = keeper.delete(keeper.ids(10, skip=7))
    company.calls()
    refreshed = books.refresh()
    assert company.calls() == {LINES: 1, "sync/Deleted": 1}
    lines = refreshed.tables["lines"]
    assert (lines.new, lines.changed, lines.deleted, refreshed.calls) == (10, 54, len(gone), 2)
    assert lines.rows == keeper.count()
    fresh = over(company, tmp_path / "anew")
    if engine == "pandas":
        assert_same(books.ledger(), fresh.ledger())
    else:
        mine, other = (b.ledger(engine="arrow") for b in (books, fresh))
        assert mine.replace_schema_metadata().equals(other.replace_schema_metadata())


def test_many_small_refreshes_equal_a_pull_anew(sandbox, books, tmp_path):
    books.ledger()
    keeper = Bookkeeper(sandbox)
    for turn in range(24):
        keeper.change(keeper.ids(12, skip=turn))
        keeper.delete(keeper.ids(3, skip=turn + 1))
        keeper.add(keeper.ids(4, skip=turn + 2))
        books.refresh()
    assert_same(books.ledger(), anew(sandbox, tmp_path / "anew"))


def test_a_line_on_an_account_that_is_new_has_its_name(sandbox, books):
    books.ledger()
    keeper = Bookkeeper(sandbox)
    [gl] = keeper.add(keeper.ids(1, table="GLAccounts"), table="GLAccounts", Code="4999")
    [line] = keeper.add(keeper.ids(1), GLAccount=gl)
    ledger = books.ledger().set_index("id")
    assert ledger.loc[line, "gl_account_code"] == "4999"
    assert ledger["gl_account_type"].notna().all()


def test_what_was_deleted_from_a_master_table_is_gone_there_too(sandbox, books):
    books.refresh("accounts")
    keeper = Bookkeeper(sandbox)
    keeper.delete(keeper.ids(1, table="Accounts"), kind=2, table="Accounts")
    keeper.delete(keeper.ids(3))
    change = books.refresh("accounts").tables["accounts"]
    assert (change.deleted, change.rows) == (1, len(books.table("accounts")))
    # and lines, which were not asked for then, hear of their own later
    assert len(books.ledger()) == keeper.count()


def test_a_deletion_before_a_re_creation_leaves_the_row(sandbox, books):
    books.ledger()
    keeper = Bookkeeper(sandbox)
    keys = keeper.ids(3)
    keeper.restore(keeper.delete(keys))
    assert books.refresh().tables["lines"].deleted == 0
    assert set(keys) <= set(books.ledger()["id"])


def test_a_deletion_that_is_heard_of_after_the_re_creation_leaves_the_row(sandbox, books):
    books.ledger()
    keeper = Bookkeeper(sandbox)
    keys = keeper.ids(3)
    sandbox.faults.add("forbidden", where="exact", path="*/sync/Deleted", times=1)
    keeper.restore(keeper.delete(keys))
    books.refresh("lines")
    assert books.refresh("lines").tables["lines"].deleted == 0
    assert set(keys) <= set(books.ledger()["id"])


def test_a_row_that_came_and_went_between_refreshes_was_never_there(sandbox, books):
    books.ledger()
    keeper = Bookkeeper(sandbox)
    made = keeper.add(keeper.ids(5))
    keeper.delete(made)
    assert books.refresh().tables["lines"].deleted == 0
    assert not set(made) & set(books.ledger()["id"])


def test_deletions_of_long_ago_have_all_read_anew(sandbox, books, monkeypatch):
    books.ledger()
    keeper = Bookkeeper(sandbox)
    _lose(keeper, 7)
    assert len(books.ledger()) == keeper.count() + 7
    later = books._proxy.clock.now() + 51 * 86_400
    monkeypatch.setattr(books._proxy.clock, "now", lambda: later)
    assert len(books.ledger()) == keeper.count()


def test_everything_anew_on_request(sandbox, books):
    books.ledger()
    keeper = Bookkeeper(sandbox)
    _lose(keeper, 7)
    assert books.refresh(full=True).tables["lines"].deleted == 7
    assert len(books.ledger()) == keeper.count()


def _lose(keeper, count):
    """Deletions that Exact Online does not tell of any more, as after two months."""
    keeper.delete(keeper.ids(count))
    with keeper.store.transaction():
        keeper.store.connection.execute("DELETE FROM main.SyncDeleted")


def test_an_administration_that_moved_is_read_anew(sandbox, tmp_path):
    books = over(sandbox, tmp_path / "here", master_hours=0.0)
    books.ledger()
    with sandbox.store.transaction():
        run = sandbox.store.connection.execute
        run("UPDATE main.SystemDivisions SET DivisionMoveDate = 1782000000000")
        for name in ("TransactionLines", "GLAccounts", "Accounts"):
            run(f"UPDATE main.{name} SET Timestamp = Timestamp - 99000")  # begun anew, elsewhere
        run("DELETE FROM main.SyncDeleted")
        run("UPDATE main.RowVersion SET Last = Last - 99000")
    keeper = Bookkeeper(sandbox)
    keeper.change(keeper.ids(5))
    assert_same(books.ledger(), anew(sandbox, tmp_path / "anew"))
    sandbox.calls()
    assert books.refresh().tables["lines"].changed == 0
    assert sandbox.calls()[LINES] == 1


def test_a_field_more_in_a_declaration_has_that_table_read_anew(books, monkeypatch):
    given = TABLES["journals"]
    for module in ("refresh", "declarations"):
        fewer = Declaration("journals", "Journals", fields="ID Code", order=given.order)
        monkeypatch.setattr(f"exactnb.local.{module}.TABLES", {**TABLES, "journals": fewer})
    books.refresh()
    assert books.table("journals").columns.tolist() == ["id", "code"]
    monkeypatch.undo()
    assert "journals" in books.refresh().tables
    assert books.table("journals")["type"].notna().all()


@pytest.mark.filterwarnings("ignore:4 lines are on GL accounts")
def test_two_divisions_do_not_mix(sandbox, tmp_path):
    one, two = (over(sandbox, tmp_path, division=code) for code in (SHOP, HOLDING))
    keeper = Bookkeeper(sandbox, HOLDING)
    Bookkeeper(sandbox, SHOP).add(Bookkeeper(sandbox, SHOP).ids(4), Division=HOLDING)
    first, second = one.ledger(), two.ledger()
    assert (len(first), len(second)) == (Bookkeeper(sandbox).count(), keeper.count())
    assert not set(first["id"]) & set(second["id"])
    assert (first.attrs["division"], second.attrs["division"]) == (str(SHOP), str(HOLDING))
    two.forget()
    assert len(one.ledger(refresh=False)) == len(first)
    with pytest.raises(NotFoundError, match="no complete ledger"):
        two.ledger(refresh=False)


def test_a_connection_that_only_reads_may_keep_a_copy(books):
    assert books.read_only
    assert len(books.ledger()) > 0
