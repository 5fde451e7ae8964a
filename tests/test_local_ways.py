"""The ways to read a table: what is done where Exact Online refuses the best of them."""

import json

import pytest
from local_side import Bookkeeper, Watched, anew, assert_same, over

from exactnb.errors import AccessError, ExactnbError

LINES = "sync/Financial/TransactionLines"


@pytest.fixture
def sandbox():
    return Watched.small()


@pytest.fixture
def books(sandbox, tmp_path):
    return over(sandbox, tmp_path / "here")


def test_a_table_that_may_not_be_read_does_not_stop_the_others(sandbox, books):
    for form in ("crm", "CRM"):
        sandbox.faults.add("forbidden", where="exact", path=f"*/{form}/Accounts", times=None)
    refreshed = books.refresh()
    assert set(refreshed.refused) == {f"accounts {way}" for way in ("sync", "bulk", "plain")}
    ledger = books.ledger()
    assert ledger["account_name"].notna().any()
    for said in (ledger.attrs["warnings"], str(books.store)):
        assert "accounts could not be read" in said
    sandbox.calls()
    books.refresh()
    assert sandbox.calls() == {LINES: 1, "sync/Deleted": 1}  # it is not asked for in a loop
    sandbox.faults.clear()
    books.refresh("accounts")
    assert "warnings" not in books.ledger().attrs


@pytest.mark.parametrize("what", ["TransactionLines", "GLAccounts"])
def test_without_lines_or_gl_accounts_there_is_no_ledger(sandbox, books, raised, what):
    sandbox.faults.add("forbidden", where="exact", path=f"*/{what}", times=None)
    error = raised(AccessError, books.ledger)
    assert "Application Scope Violated" in error.message
    sandbox.calls()
    assert "books.refresh(" in raised(AccessError, books.ledger).hint
    assert not any(path.endswith(what) for path in sandbox.calls())
    sandbox.faults.clear()
    books.refresh("lines", "gl_accounts")
    assert len(books.ledger()) == Bookkeeper(sandbox).count()


def test_a_refusal_is_asked_about_again_after_a_day(sandbox, books, monkeypatch):
    fault = sandbox.faults.add("forbidden", where="exact", path="*/sync/Deleted", times=None)
    ledger = books.ledger()
    assert "refresh(full=True)" in ledger.attrs["warnings"]
    fault.times = 0
    books.ledger()
    assert sandbox.calls()["sync/Deleted"] == 1
    later = books._proxy.clock.now() + 25 * 3600
    monkeypatch.setattr(books._proxy.clock, "now", lambda: later)
    assert "warnings" not in books.ledger().attrs


def test_a_login_that_is_refused_as_a_whole_is_not_tried_in_every_way(sandbox, books, raised):
    books.ledger()
    sandbox.calls()
    sandbox.exact_online.reason = "BlockedUser"
    assert raised(AccessError, books.refresh).reason == "BlockedUser"
    assert sandbox.calls().total() == 1
    sandbox.exact_online.reason = None
    assert books.refresh().refused == {}


@pytest.mark.parametrize("mandatory", [False, True])
@pytest.mark.parametrize(("closed", "way"), [(["sync"], "bulk"), (["sync", "bulk"], "plain")])
def test_where_sync_is_closed_another_way_gives_the_same(tmp_path, mandatory, closed, way):
    sandbox = Watched.small(mandatory_filter=mandatory)
    direct = anew(sandbox, tmp_path / "sync")
    for form in closed:
        for service in ("Financial", "CRM"):
            path = f"*/{form}/{service}/*"
            sandbox.faults.add("forbidden", where="exact", path=path, times=None)
    books = over(sandbox, tmp_path / "here")
    first = books.refresh()
    assert [first.tables[name].way for name in ("lines", "accounts", "gl_accounts")] == [way] * 3
    assert_same(books.ledger(), direct)
    keeper = Bookkeeper(sandbox)
    keeper.change(keeper.ids(30))
    keeper.add(keeper.ids(5))
    gone = keeper.delete(keeper.ids(5, skip=9))
    sandbox.calls()
    lines = books.refresh().tables["lines"]
    assert (lines.new, lines.deleted) == (5, len(gone))
    assert sandbox.calls()["sync/Deleted"] == 1
    sandbox.faults.clear()
    assert_same(books.ledger(), anew(sandbox, tmp_path / "anew"))
    # once sync is open, it is taken
    assert books.refresh("lines").tables["lines"].way == "sync"
    assert_same(books.ledger(), anew(sandbox, tmp_path / "again"))


def test_where_sync_is_closed_later_what_changed_is_asked_for_by_its_moment(sandbox, books):
    books.ledger()
    keeper = Bookkeeper(sandbox)
    sandbox.faults.add("forbidden", where="exact", path="*/sync/Financial/*", times=None)
    with sandbox.store.transaction():  # all but a few are of long ago
        sandbox.store.connection.execute("UPDATE main.TransactionLines SET Modified = 1")
    keeper.change(keeper.ids(7))
    sandbox.calls()
    lines = books.refresh().tables["lines"]
    assert (lines.way, lines.new, lines.changed) == ("bulk", 0, 7)


class Strict(Watched):
    """Refuses every filter on lines but one by year."""

    def _exact(self, request):
        answer = super()._exact(request)
        text = request.args.get("$filter", "")
        if "TransactionLines" in request.path and "FinancialYear" not in text:
            answer.status_code = 400
            said = {"error": {"code": "", "message": {"value": "Filtering is not supported."}}}
            answer.set_data(json.dumps(said))
        return answer


def test_where_a_filter_on_modified_is_refused_the_years_are_read(tmp_path):
    strict = Strict.small()
    books = over(strict, tmp_path / "here")
    assert books.refresh().tables["lines"].way == "bulk by year"
    ledger = books.ledger()
    assert len(ledger) == Bookkeeper(strict).count()
    assert ledger["financial_year"].nunique() == 2
    keeper = Bookkeeper(strict)
    keeper.delete(keeper.ids(4))
    assert len(books.ledger()) == keeper.count()


@pytest.mark.parametrize("status", [400, 403, 404])
def test_a_refusal_part_way_is_no_reason_to_begin_in_another_way(tmp_path, status):
    company = Watched()
    kind = {400: "validation", 403: "forbidden", 404: "not_found"}[status]
    company.faults.add(
        kind, where="exact", path="*/sync/Financial/TransactionLines", after=5, status=status
    )
    books = over(company, tmp_path)
    with pytest.raises(ExactnbError):
        books.ledger()
    assert len(books.ledger()) == Bookkeeper(company).count()
    assert company.calls()["bulk/Financial/TransactionLines"] == 0
