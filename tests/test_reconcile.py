"""Writes that got no answer: found in Membrane's logs or by their content, or not there."""

import datetime as dt
import json
from zoneinfo import ZoneInfo

import httpx
import pytest

import exactnb
from exactnb import errors
from exactnb.connection import Connection
from exactnb.exact.entities import entity
from exactnb.exact.moments import wall
from exactnb.membrane.api import Membrane
from exactnb.membrane.clock import Clock
from exactnb.membrane.pacing import Paced
from exactnb.membrane.transport import HTTPTransport
from exactnb.outbox import Outbox
from exactnb.sandbox import Sandbox
from exactnb.settings import Settings
from exactnb.writes.matching import agrees, likeness

DIALECTS = ("odata", "unwrapped", "camel", "records")
AT_ONCE = {"run_timeout": 30, "reconcile_margin": -30}
"""A margin that leaves no time: a write that is not there now was not made."""


def opened(sandbox, box=None, *, headers=True, **how):
    """The administration of a sandbox that is called in this process."""

    def answer(environ, start_response):
        def without_date(status, given, *rest):
            kept = [(n, v) for n, v in given if headers or n.lower() != "date"]
            return start_response(status, kept, *rest)

        return sandbox(environ, without_date)

    how = {"calls_a_minute": None, "errors_an_hour": 10_000, "backoff": 0.01, **how}
    settings = Settings(api_url="http://sandbox.example", token=sandbox.token, **how)
    client = httpx.Client(transport=httpx.WSGITransport(app=answer))
    membrane = Membrane(Paced(HTTPTransport(settings, client=client), settings), settings)
    info = membrane.connection(sandbox.connection_id)
    box = Outbox(None) if box is None else box
    return Connection(membrane, info, settings, read_only=False, outbox=box)


@pytest.fixture(scope="module")
def sandbox():
    return Sandbox()


@pytest.fixture(autouse=True)
def _no_faults_left(sandbox):
    sandbox.faults.clear()
    yield
    sandbox.faults.clear()


def lose(sandbox, write, kind="dropped_after", where="exact", method="POST"):
    """Send something whose answer does not come; the row of the outbox that keeps it."""
    path = "/act" if where == "membrane" else "/api/v1/2*"
    sandbox.faults.add(kind, where=where, method=method, path=path)
    with pytest.raises(errors.ServerError) as caught:
        write()
    sandbox.faults.clear()
    assert caught.value.unknown
    return caught.value.outbox_id


def named(books, name):
    return books.odata("Accounts", filter={"Name": name})["id"].tolist()


# --- done, and the answer lost ------------------------------------------------


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("where", "by"), [("membrane", "Membrane's log"), ("exact", "found among the Accounts")]
)
def test_a_lost_answer_is_found_and_nothing_is_written_twice(where, by, dialect):
    sandbox = Sandbox(dialect=dialect)
    books = opened(sandbox)
    id = lose(sandbox, lambda: books.create_account(name="Lost Twice"[:4]), where=where)
    with pytest.raises(errors.RepeatError, match="reconcile"):
        books.create_account(name="Lost")
    found = books.reconcile()
    assert found["status"].tolist() == ["sent"]
    assert found["how"].iloc[0].startswith(by)
    assert found["id"].tolist() == [id]
    assert named(books, "Lost") == found["record_id"].tolist()
    row = books.outbox().iloc[0]
    assert (row["status"], row["record_id"]) == ("sent", found["record_id"].iloc[0])
    assert books.reconcile().empty
    assert books.reconcile().columns.tolist() == found.columns.tolist()
    with pytest.raises(errors.RepeatError, match="already"):
        books.create_account(name="Lost")


def test_an_invoice_is_found_by_its_lines_and_not_taken_for_another(sandbox):
    books = opened(sandbox)
    customer = books.list_accounts(status="C", limit=1)["id"].iloc[0]
    item = books.list_items(limit=1)["id"].iloc[0]

    def invoice(*quantities):
        lines = [{"item": item, "quantity": q, "net_price": 12.5} for q in quantities]
        return books.create_sales_invoice(ordered_by=customer, sales_invoice_lines=lines)

    id = lose(sandbox, lambda: invoice(2, 3))
    other = opened(sandbox)  # an outbox elsewhere, of which this one knows nothing
    lines = [{"item": item, "quantity": 4, "net_price": 12.5}]
    another = other.create_sales_invoice(ordered_by=customer, sales_invoice_lines=lines)
    found = books.look_up(id)
    assert found.status == "sent"
    assert found.record_id != another.record_id
    kept = books.get_sales_invoice(found.record_id, lines=True)
    assert kept["quantity"].tolist() == [2.0, 3.0]


@pytest.mark.parametrize(
    ("action", "given"),
    [
        ("create-contact", {"first_name": "Tjitske", "last_name": "Verloren"}),
        ("create-item", {"code": "LOST-1", "description": "Verloren bel"}),
        ("create-sales-order", {}),
    ],
)
def test_other_records_are_found_too(sandbox, action, given):
    books = opened(sandbox)
    account = books.list_accounts(status="C", limit=1)["id"].iloc[0]
    if action == "create-contact":
        given = {**given, "account": account}
    elif action == "create-sales-order":
        item = books.list_items(limit=1)["id"].iloc[0]
        lines = [{"item": item, "quantity": 2, "net_price": 50}]
        given = {"ordered_by": account, "sales_order_lines": lines}
    found = books.look_up(lose(sandbox, lambda: books.run(action, given)))
    assert found.status == "sent", found.how
    assert books.run(action.replace("create", "get"), id=found.record_id).output


def test_a_lost_update_is_compared_with_the_record(sandbox):
    books = opened(sandbox, **AT_ONCE)
    id = books.create_account(name="To Be Updated", city="Assen").record_id
    done = lose(sandbox, lambda: books.update_account(id, city="Zwolle"), method="PUT")
    assert books.look_up(done).status == "sent"
    assert books.look_up(done).record_id == id
    never = lose(
        sandbox, lambda: books.update_account(id, city="Emmen"), kind="dropped", method="PUT"
    )
    found = books.look_up(never)
    assert (found.status, found.record_id) == ("failed", None)
    assert "another city" in found.how
    books.update_account(id, city="Emmen")  # as it failed, it may be sent anew


def test_an_update_that_a_later_one_overtook_is_for_a_person(sandbox):
    books = opened(sandbox, **AT_ONCE)
    id = books.create_account(name="Overtaken", city="Assen").record_id
    lost = lose(sandbox, lambda: books.update_account(id, city="Zwolle"), method="PUT")
    books.update_account(id, phone="1")
    assert books.look_up(lost).status == "sent"  # of another field
    lost = lose(sandbox, lambda: books.update_account(id, city="Emmen"), method="PUT")
    books.update_account(id, city="Haren")
    found = books.look_up(lost)  # to send it again would undo the later one
    assert found.status == "unknown"
    assert "a later write changed city too" in found.how
    assert books.settle(lost, id).status == "sent"


def test_lost_requests_are_found_by_what_they_were_about(sandbox):
    books = opened(sandbox, **AT_ONCE)

    def ask(method, path, **body):
        return lambda: books.request(path, method=method, **body)

    def lost(method, path, kind="dropped_after", **body):
        return books.look_up(lose(sandbox, ask(method, path, **body), kind=kind, method=method))

    made = lost("POST", "/crm/Accounts", json={"Name": "Requested", "City": "Assen"})
    assert made.status == "sent"
    assert named(books, "Requested") == [made.record_id]
    path = f"/crm/Accounts(guid'{made.record_id}')"
    assert lost("PUT", path, json={"City": "Zwolle"}).status == "sent"
    assert lost("PUT", path, kind="dropped", json={"City": "Emmen"}).status == "failed"
    assert lost("DELETE", path, kind="dropped").status == "failed"
    assert lost("DELETE", path).status == "sent"
    assert lost("POST", "/crm/Accounts", kind="dropped", json={"Name": "Not"}).status == "failed"


def test_a_write_in_another_division_is_looked_for_there(sandbox):
    main = opened(sandbox)
    books = main.in_division(int(main.divisions()["code"].iloc[1]))
    id = lose(sandbox, lambda: books.create_account(name="Beheer"))
    found = main.look_up(id)  # from whichever division one looks
    assert found.status == "sent", found.how
    assert named(books, "Beheer") == [found.record_id]
    assert named(main, "Beheer") == []


@pytest.mark.parametrize("fault", ["forbidden", "not_found", "html"])
def test_where_there_are_no_logs_to_read_the_records_tell(sandbox, fault):
    books = opened(sandbox)
    name = f"Logless {fault}"
    id = lose(sandbox, lambda: books.create_account(name=name), where="membrane")
    sandbox.faults.add(fault, path="/action-run-logs*", times=None)
    found = books.look_up(id)
    assert found.status == "sent"
    assert found.row.settled_by == "records"
    assert [found.record_id] == named(books, name)


def test_the_sandbox_tells_the_time_that_its_records_carry(sandbox):
    books = opened(sandbox)
    _ = books.division
    clock = books._proxy.clock
    before = wall(clock.at_least(clock.now()))
    made = books.get_account(books.create_account(name="Timed").record_id)["created"]
    assert before <= made <= before + dt.timedelta(seconds=30)


# --- not done ------------------------------------------------


@pytest.mark.parametrize("where", ["membrane", "exact"])
@pytest.mark.parametrize("kind", ["dropped", "server_error", "gateway_timeout"])
def test_what_is_not_there_failed_once_it_cannot_come_any_more(sandbox, where, kind):
    name = f"Never {where} {kind}"
    box = Outbox(None)
    books = opened(sandbox, box)
    id = lose(sandbox, lambda: books.create_account(name=name), kind=kind, where=where)
    young = books.reconcile().set_index("id").loc[id]
    assert young["status"] == "unknown"
    assert "may yet come" in young["how"]
    later = opened(sandbox, box, **AT_ONCE)
    assert later.reconcile().set_index("id").loc[id, "status"] == "failed"
    assert later.create_account(name=name).record_id  # so it may be sent anew
    assert len(named(books, name)) == 1


def test_a_clear_refusal_in_the_logs_is_a_no(sandbox):
    books = opened(sandbox)
    sandbox.faults.add("validation", where="exact", method="POST", status=500)
    id = lose(sandbox, lambda: books.create_account(name="Refused"), where="membrane")
    found = books.look_up(id)
    assert found.status == "failed"
    assert "Verplicht: Factuur voor" in found.how


# --- never the wrong one ------------------------------------------------


def test_a_record_that_was_there_before_is_not_taken_for_it(sandbox):
    books = opened(sandbox, **AT_ONCE)
    old = books.list_accounts(limit=1).iloc[0]
    id = lose(sandbox, lambda: books.create_account(name=old["name"]), kind="dropped")
    found = books.look_up(id)
    assert found.status == "failed"
    assert found.candidates.empty


def test_a_record_of_another_write_is_not_taken_for_it(sandbox):
    books = opened(sandbox, **AT_ONCE)
    lost = lose(sandbox, lambda: books.create_account(name="Claimed"), kind="dropped")
    made = books.create_account(name="Claimed", again=True)
    assert books.look_up(lost).status == "failed"
    assert named(books, "Claimed") == [made.record_id]


def test_of_several_that_fit_a_person_chooses(sandbox):
    books = opened(sandbox, **AT_ONCE)
    first = lose(sandbox, lambda: books.create_account(name="Several", status="C"))
    second = lose(sandbox, lambda: books.create_account(name="Several", status="C", again=True))
    both = books.reconcile()
    assert both["status"].tolist() == ["unknown", "unknown"]
    ids = named(books, "Several")
    assert [sorted(each) for each in both["candidates"]] == [sorted(ids)] * 2
    shown = books.look_up(first).candidates
    assert shown.columns.tolist() == ["id", "name", "status", "created"]
    assert set(shown["name"]) == {"Several"}
    assert books.settle(first, ids[1]).status == "sent"
    with pytest.raises(errors.InputError, match="another write"):
        books.settle(second, record_id=ids[1])
    found = books.reconcile()  # only one is left
    assert found["record_id"].tolist() == [ids[0]]
    by = {row.id: row.settled_by for row in books._ways.outbox.rows()}
    assert by == {first: "person", second: "records"}


def test_one_that_the_service_changed_is_offered_not_taken(sandbox):
    books = opened(sandbox, **AT_ONCE)
    given = {"name": "Changed", "status": "C", "city": "Assen"}
    id = lose(sandbox, lambda: books.create_account(given))
    made = named(books, "Changed")[0]
    opened(sandbox).update_account(made, city="Elsewhere")
    found = books.look_up(id)
    assert found.status == "unknown"
    assert found.candidates["id"].tolist() == [made]
    assert found.candidates["city"].tolist() == ["Elsewhere"]


def test_without_a_clock_to_go_by_what_fits_is_offered_only():
    sandbox = Sandbox()
    # no Date is told, so the clocks are taken to be nearly the same: here they are
    offset = dt.datetime.now(ZoneInfo("Europe/Amsterdam")).utcoffset()
    sandbox.exact_online._ahead = int(offset.total_seconds() * 1000)
    books = opened(sandbox, headers=False)
    for where in ("exact", "membrane"):
        name = f"Clockless {where}"
        found = books.look_up(
            lose(sandbox, lambda name=name: books.create_account(name=name), where=where)
        )
        assert found.status == "unknown"
        assert found.candidate_ids == named(books, name)


def test_a_run_of_someone_else_with_the_same_input_is_not_taken_for_it(sandbox):
    theirs = opened(sandbox).create_account(name="Colleague")
    books = opened(sandbox, **AT_ONCE)
    id = lose(
        sandbox, lambda: books.create_account(name="Colleague"), kind="dropped", where="membrane"
    )
    log = next(run for run in sandbox.state.runs if run["id"] == theirs.id)
    log["createdAt"] = "2026-01-01T00:00:00.000Z"
    account = sandbox.exact_online.store
    with account.transaction():
        account.connection.execute(
            "UPDATE main.Accounts SET Created = Created - 3600000 WHERE ID = ?",
            (theirs.record_id,),
        )
    assert books.look_up(id).status == "failed"


# --- by hand ------------------------------------------------


def test_what_cannot_be_looked_up_is_for_a_person(sandbox):
    books = opened(sandbox, **AT_ONCE)
    action = books.action("create-item")
    odd = action.model_copy(update={"key": "do-something", "type": "run-javascript"})
    books._catalog._known["do-something"] = odd
    id = lose(sandbox, lambda: books.run("do-something", code="ODD", description="Odd"))
    found = books.reconcile().set_index("id").loc[id]
    assert found["status"] == "unknown"
    assert f"books.settle({id}" in found["how"]
    assert books.settle(id).status == "failed"
    assert books.settle(id, record_id="r-1").record_id == "r-1"  # a person may be wrong first


def test_an_answer_is_not_overruled(sandbox):
    books = opened(sandbox)
    run = books.create_account(name="Answered")
    with pytest.raises(errors.InputError, match="was answered"):
        books.settle(run.outbox_id)
    assert books.look_up(run.outbox_id).record_id == run.record_id
    with pytest.raises(errors.NotFoundError):
        books.settle(999_999)


def test_when_nobody_answers_it_stays_unknown_and_says_so(sandbox):
    books = opened(sandbox, retries=0, **AT_ONCE)
    id = lose(sandbox, lambda: books.create_account(name="Unreachable"))
    sandbox.faults.add("unavailable", times=None)
    found = books.look_up(id)
    assert found.status == "unknown"
    assert "could not be looked up" in found.how
    sandbox.faults.clear()
    assert books.look_up(id).status == "sent"


def test_the_frame_is_typed_with_and_without_rows(sandbox):
    books = opened(sandbox)
    empty = books.reconcile()
    lose(sandbox, lambda: books.create_account(name="Typed"))
    full = books.reconcile()
    assert full.dtypes.tolist() == empty.dtypes.tolist()
    assert json.loads(full["input"].iloc[0]) == {"name": "Typed"}


# --- what is compared ------------------------------------------------


ACCOUNT = entity("Accounts")


@pytest.mark.parametrize(
    ("sent", "record"),
    [
        ({"vatNumber": "NL001234567B01"}, {"vat_number": "nl 0012.34567.B01"}),
        ({"Code": "17"}, {"code": "17"}),
        ({"creditLineSales": 100}, {"credit_line_sales": 100.001}),
        ({"startDate": "2025-12-31"}, {"start_date": dt.datetime(2025, 12, 31)}),
        ({"startDate": "2025-12-31T09:30:00Z"}, {"start_date": dt.datetime(2025, 12, 31)}),
        ({"city": ""}, {"city": None}),
        ({"isSupplier": False}, {"is_supplier": None}),
        ({"name": "X", "division": 5, "nonsense": 1}, {"name": "x", "division": 5}),
    ],
)
def test_equal_is_what_the_service_may_have_written_otherwise(sent, record):
    assert likeness(sent, record, ACCOUNT) == 1


@pytest.mark.parametrize(
    ("sent", "record"),
    [
        ({"name": "Jansen"}, {"name": "Jansens"}),
        ({"creditLineSales": 100}, {"credit_line_sales": 100.01}),
        ({"startDate": "2025-12-31"}, {"start_date": dt.datetime(2026, 1, 1)}),
        ({"city": "Assen"}, {"city": None}),
        ({"city": ""}, {"city": "Assen"}),
        ({"startDate": "soon"}, {"start_date": dt.datetime(2026, 1, 1)}),
    ],
)
def test_unlike_is_unlike(sent, record):
    assert likeness(sent, record, ACCOUNT) == 0


def test_a_logged_input_agrees_but_for_what_is_masked():
    kept = {"a": [1, {"b": "●●●●"}], "c": 2}
    assert agrees(kept, {"a": [1, {"b": "***"}], "c": 2.0})
    assert not agrees(kept, {"a": [1, {"b": "***"}]})
    assert not agrees(kept, {"a": [1], "c": 2})


def test_a_clock_is_known_better_with_each_answer():
    now = [1_000.0]
    clock = Clock(lambda: now[0])
    assert clock.at_least(1_000) < 1_000
    assert not clock.heard
    for asked, said in ((1_000.0, 1_100), (1_000.9, 1_101)):  # truly 100.3 s ahead
        now[0] = asked + 0.05
        clock.hear({"date": _date(said)}, asked)
    assert 100 < clock.at_least(0) <= 100.3
    now[0] = 5_000
    clock.hear({"date": _date(5_000)}, 5_000)  # one of the two was set
    assert -1 <= clock.at_least(0) <= 0
    clock.hear({"date": "no date"}, 5_000)
    clock.hear({}, 5_000)
    assert -1 <= clock.at_least(0) <= 0


def _date(seconds):
    from email.utils import formatdate

    return formatdate(seconds, usegmt=True)


@pytest.mark.parametrize(
    ("utc", "shown"),
    [
        ("2026-01-15T12:00", "2026-01-15T13:00"),
        ("2026-07-15T12:00", "2026-07-15T14:00"),
        ("2026-10-25T00:30", "2026-10-25T01:30"),  # 2:30 comes twice: nothing is missed
        ("2026-10-25T01:30", "2026-10-25T02:30"),
    ],
)
def test_moments_are_told_by_the_clock_on_the_wall(utc, shown):
    at = dt.datetime.fromisoformat(utc).replace(tzinfo=dt.UTC).timestamp()
    assert wall(at) == dt.datetime.fromisoformat(shown)


def test_the_demo_reconciles_as_well():
    assert exactnb.demo().reconcile().empty
