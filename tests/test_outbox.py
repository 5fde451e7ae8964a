"""Every write: recorded before it is sent, sent once, closed with what came of it."""

import datetime as dt
import json
import pickle
import socket
import stat
import threading

import pandas as pd
import pytest

import exactnb
from exactnb import errors
from exactnb.connection import Connection
from exactnb.errors import ExactnbError, RepeatError, from_envelope
from exactnb.membrane.api import Membrane
from exactnb.membrane.lanes import Lanes
from exactnb.membrane.pacing import Paced
from exactnb.membrane.transport import HTTPTransport
from exactnb.outbox import MASK, Masked, Outbox, Place, Write
from exactnb.sandbox import Sandbox
from exactnb.sandbox.serve import start
from exactnb.settings import Settings
from exactnb.writes.gate import refused

PLACE = Place("con_1", "Test", "http://membrane.example")


@pytest.fixture(scope="module")
def sandbox():
    return Sandbox()


@pytest.fixture(scope="module")
def address(sandbox):
    with start(sandbox) as address:
        yield address


@pytest.fixture
def live(sandbox, address, tmp_path):
    """Opens the administration as ``connect()`` does, with an outbox in a file."""

    def of(connection=sandbox.connection_id, *, read_only=False, **how):
        how = {"home": tmp_path, "calls_a_minute": None, "errors_an_hour": 10_000, **how}
        settings = Settings(api_url=address, token=sandbox.token, **how)
        membrane = Membrane(Paced(HTTPTransport(settings), settings, lanes=Lanes()), settings)
        info = membrane.connection(connection)
        opened.append(membrane)
        return Connection(membrane, info, settings, read_only=read_only)

    opened = []
    sandbox.faults.clear()
    yield of
    sandbox.faults.clear()
    for each in opened:
        each.close()


def write(name="Jansen", **how):
    return Write("create-account", "create", "1", {"name": name}, **how)


def count(books, name):
    return int((books.odata("Accounts", filter={"Name": name})["name"] == name).sum())


# --- what is kept ------------------------------------------------


def test_a_write_is_recorded_before_it_is_sent_and_closed_after(live, monkeypatch):
    books = live()
    seen = []
    run = books.membrane.run

    def watched(*arguments, **named):
        seen.append(books.outbox().iloc[0])
        return run(*arguments, **named)

    monkeypatch.setattr(books.membrane, "run", watched)
    made = books.create_account(name="Recorded First", status="C")
    assert seen[0]["status"] == "unknown"
    assert pd.isna(seen[0]["run_id"])
    row = books.outbox().iloc[0]
    assert (row["status"], row["run_id"], row["record_id"]) == ("sent", made.id, made.record_id)
    assert (row["id"], row["id"]) == (seen[0]["id"], made.outbox_id)
    assert json.loads(row["input"]) == {"name": "Recorded First", "status": "C"}
    assert (row["action"], row["division"]) == ("create-account", str(books.division))
    assert abs(row["when"] - pd.Timestamp.now("UTC")) < pd.Timedelta(minutes=5)


def test_reads_are_not_recorded(live):
    books = live()
    books.list_gl_accounts(limit=1)
    books.request("current/Me")
    assert not (books.settings.home / "outbox.sqlite").exists()
    assert books.outbox().empty


def test_the_outbox_is_a_typed_frame_newest_first_with_or_without_rows(live):
    books = live()
    empty = books.outbox()
    first = books.create_item(code="OB-1", description="Een")
    second = books.create_item(code="OB-2", description="Twee")
    with pytest.raises(errors.RunError):
        books.create_account(name="Nergens", country="QQ", main_contact=first.record_id)
    frame = books.outbox()
    assert frame.columns.tolist() == empty.columns.tolist()
    assert frame.dtypes.tolist() == empty.dtypes.tolist()
    assert str(frame["when"].dtype) == "datetime64[ms, UTC]"
    assert frame["record_id"].tolist()[1:] == [second.record_id, first.record_id]
    assert frame["status"].tolist() == ["failed", "sent", "sent"]
    assert books.outbox("sent", limit=1)["record_id"].tolist() == [second.record_id]
    with pytest.raises(errors.InputError, match="sent, failed, unknown"):
        books.outbox("lost")


def test_by_default_only_the_writes_of_this_connection_are_shown(sandbox, live):
    other = sandbox.add_connection("Other")
    mine, theirs = live(), live(other)
    mine.create_account(name="Same For Both")
    theirs.create_account(name="Same For Both")  # over another connection it is another write
    assert mine.outbox()["connection"].tolist() == [mine.info.name]
    assert theirs.outbox()["connection"].tolist() == ["Other"]
    assert mine.outbox(everything=True)["connection"].tolist() == ["Other", mine.info.name]


def test_the_file_is_for_its_owner_only(tmp_path):
    box = Outbox(tmp_path / "new" / "home" / "outbox.sqlite")
    box.record(PLACE, write(), hours=24)
    assert stat.S_IMODE(box.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(box.path.parent.stat().st_mode) == 0o700


def test_neither_token_nor_what_is_sensitive_is_in_the_file(live):
    books = live()
    action = books.action("create-account")
    action.input_schema["properties"]["remarks"] = {"type": "string", "isSensitive": True}
    books.create_account(name="Discreet", remarks="the pin is 4711")
    raw = (books.settings.home / "outbox.sqlite").read_bytes()
    assert b"Discreet" in raw
    assert b"4711" not in raw
    assert books.settings.token.encode() not in raw
    assert json.loads(books.outbox()["input"].iloc[0])["remarks"] == MASK
    with pytest.raises(RepeatError):  # what is masked still tells one write from another
        books.create_account(name="Discreet", remarks="the pin is 4711")
    books.create_account(name="Discreet", remarks="the pin is 4712")


def test_what_is_sensitive_is_masked_wherever_the_schema_says_so():
    secret = {"type": "string", "format": "password"}
    schema = {
        "$defs": {"key": {"writeOnly": True}},
        "properties": {
            "login": {"properties": {"name": {}, "word": secret}},
            "keys": {"items": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/key"}]}},
            "plain": {"type": "string"},
        },
        "allOf": [{"if": {}, "then": {"properties": {"plain": {"title": "x"}}}}],
    }
    given = {"login": {"name": "me", "word": "hush"}, "keys": ["abc", None], "plain": "hush you"}
    masked = Masked(given, schema)
    assert masked.value == {
        "login": {"name": "me", "word": MASK},
        "keys": [MASK, None],
        "plain": "hush you",
    }
    assert masked.out_of("'hush' is too short, abc too") == f"'{MASK}' is too short, {MASK} too"
    assert Masked(given, None).value == given


def test_a_recursive_schema_is_masked_to_its_leaves():
    schema = {"$ref": "#/$defs/node", "$defs": {"node": {"properties": {}}}}
    schema["$defs"]["node"]["properties"] = {
        "next": {"$ref": "#/$defs/node"},
        "pin": {"isSensitive": True},
    }
    given = {"next": {"next": {"pin": "1234"}, "pin": "5678"}}
    assert Masked(given, schema).value == {"next": {"next": {"pin": MASK}, "pin": MASK}}


def test_the_demos_outbox_goes_with_its_books(tmp_path):
    books = exactnb.demo()
    books.create_account(name="Vanishing")
    assert len(books.outbox()) == 1
    assert exactnb.demo().outbox().empty
    assert not (tmp_path / "outbox.sqlite").exists()


def test_without_an_outbox_nothing_is_sent(live, tmp_path):
    blocked = tmp_path / "a file"
    blocked.write_text("no folder")
    books = live(home=blocked)
    with pytest.raises(ExactnbError, match="EXACTNB_HOME"):
        books.create_account(name="Unrecorded")
    assert count(books, "Unrecorded") == 0


# --- once ------------------------------------------------


def test_the_same_write_twice_is_refused_unless_it_is_asked_for_by_name(live, raised):
    books = live()
    first = books.create_account(name="Twice", status="C")
    error = raised(RepeatError, live().create_account, {"Status": "C", "NAME": "Twice"})
    assert error.record_id == first.record_id
    assert error.outbox_id == first.outbox_id
    assert error.when.tzinfo is dt.UTC
    assert first.record_id in str(error)
    assert "again=True" in str(error)
    assert pickle.loads(pickle.dumps(error)).when == error.when
    assert count(books, "Twice") == 1
    assert books.create_account(name="Twice", status="C", again=True).record_id
    assert count(books, "Twice") == 2
    books.create_account(name="Twice", status="S")  # another payload is another write


def test_updates_and_requests_are_not_repeated_either(live):
    books = live()
    id = books.create_account(name="Repeated").record_id
    books.update_account(id, city="Assen")
    with pytest.raises(RepeatError):
        books.update_account(id, city="Assen")
    books.update_account(id, city="Assen", again=True)
    post = {"path": "/crm/Accounts", "method": "POST", "json": {"Name": "By Request"}}
    books.request(**post)
    for path in ("crm/Accounts", f"/api/v1/{books.division}/crm/Accounts"):
        with pytest.raises(RepeatError):
            books.request(**{**post, "path": path})
    books.request(**post, again=True)
    assert count(books, "By Request") == 2


def test_numbers_that_are_equal_are_the_same_payload():
    box = Outbox(None)
    box.record(PLACE, Write("a", "create", "1", {"lines": [{"quantity": 2}]}), hours=1)
    with pytest.raises(RepeatError):
        box.record(PLACE, Write("a", "create", "1", {"lines": [{"quantity": 2.0}]}), hours=1)
    box.record(PLACE, Write("a", "create", "1", {"lines": [{"quantity": 2.5}]}), hours=1)


@pytest.mark.parametrize(
    "other",
    [
        (PLACE, Write("create-account", "create", "2", {"name": "Jansen"})),
        (PLACE, Write("create-item", "create", "1", {"name": "Jansen"})),
        (PLACE, Write("create-account", "create", "1", {"name": "Jansen"}, further="$x=1")),
        (PLACE._replace(connection_id="con_2"), write()),
        (PLACE._replace(api_url="http://other.example"), write()),
    ],
)
def test_the_same_payload_elsewhere_is_another_write(other):
    box = Outbox(None)
    box.record(PLACE, write(), hours=24)
    assert box.record(*other, hours=24)


def test_after_the_hours_it_may_be_sent_again():
    now = [1_000_000.0]
    box = Outbox(None, clock=lambda: now[0])
    box.record(PLACE, write(), hours=24)
    now[0] += 24 * 3600 - 1
    with pytest.raises(RepeatError):
        box.record(PLACE, write(), hours=24)
    now[0] += 2
    box.record(PLACE, write(), hours=24)


def test_what_failed_may_be_sent_again_and_what_is_unknown_may_not(raised):
    box = Outbox(None)
    box.close(box.record(PLACE, write(), hours=24), "failed", message="no")
    id = box.record(PLACE, write(), hours=24)
    error = raised(RepeatError, box.record, PLACE, write(), hours=24)
    assert error.outbox_id == id
    assert "reconcile" in str(error)
    assert error.record_id is None


@pytest.mark.parametrize("kept", ["file", "memory"])
def test_ten_threads_with_one_payload_make_one_record(live, kept):
    books = live() if kept == "file" else exactnb.demo()
    books.division, books.inputs("create-account")
    outcomes, ready = [], threading.Barrier(10)

    def send():
        ready.wait(timeout=30)
        try:
            outcomes.append(books.create_account(name=f"Ten {kept}").record_id)
        except RepeatError as error:
            outcomes.append(error)

    threads = [threading.Thread(target=send) for _ in range(10)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(timeout=60)
    assert sum(isinstance(each, str) for each in outcomes) == 1
    assert sum(isinstance(each, RepeatError) for each in outcomes) == 9
    assert count(books, f"Ten {kept}") == 1
    assert books.outbox()["status"].tolist() == ["sent"]


def test_read_only_refuses_before_anything_is_recorded(live):
    books = live(read_only=True)
    with pytest.raises(errors.ReadOnlyError):
        books.create_account(name="Never")
    with pytest.raises(errors.ReadOnlyError):
        books.request("/crm/Accounts", method="POST", json={"Name": "Never"})
    assert not (books.settings.home / "outbox.sqlite").exists()


def test_input_that_does_not_fit_is_not_recorded(live):
    books = live()
    with pytest.raises(errors.InputError):
        books.create_account(nam="Never")
    with pytest.raises(errors.InputError):
        books.request("/crm/Accounts", method="POST", json={"Name": {1, 2}})
    assert books.outbox().empty


# --- requests ------------------------------------------------


def test_requests_that_write_are_recorded_with_what_they_are_about(live):
    books = live()
    made = books.request("/crm/Accounts", method="POST", json={"Name": "Requested"})["d"]["ID"]
    path = f"/crm/Accounts(guid'{made}')"
    books.request(path, method="PUT", json={"City": "Assen"})
    books.request("crm/Accounts(guid'{id}')", method="delete", path_params={"id": made})
    rows = books.outbox()
    assert rows["action"].tolist() == [f"DELETE {path}", f"PUT {path}", "POST /crm/Accounts"]
    assert set(rows["record_id"]) == {made}
    assert set(rows["status"]) == {"sent"}
    assert set(rows["division"]) == {str(books.division)}
    assert json.loads(rows["input"].iloc[1]) == {"City": "Assen"}


def test_a_request_into_another_division_is_recorded_there(live):
    books = live()
    other = int(books.divisions()["code"].iloc[1])
    books.request(f"/api/v1/{other}/crm/Accounts", method="POST", json={"Name": "Elsewhere"})
    books.in_division(other).create_account(name="Elsewhere Too")
    assert books.outbox()["division"].tolist() == [str(other)] * 2
    assert books.outbox()["action"].tolist() == ["create-account", "POST /crm/Accounts"]


def test_of_a_body_that_is_no_json_only_its_mark_is_kept(live):
    books = live()
    with pytest.raises(ExactnbError):
        books.request("/crm/Accounts", method="POST", data=b"\x00 not json")
    kept = json.loads(books.outbox()["input"].iloc[0])
    assert kept["bytes"] == 10


# --- what an answer proves ------------------------------------------------


@pytest.mark.parametrize("kind", [n for n in errors.__all__ if n.endswith("Error")])
def test_which_errors_prove_that_nothing_was_written(kind):
    silent = {"TransportError", "ServerError", "BadAnswerError"}
    error = getattr(errors, kind)("what")
    assert refused(error) == (kind not in silent)
    if kind in silent:
        assert refused(getattr(errors, kind)("what", sent=False))


@pytest.mark.parametrize("error", [KeyboardInterrupt(), MemoryError(), ValueError("odd")])
def test_any_other_interruption_proves_nothing(error):
    assert not refused(error)


def upstream(status, body=None):
    cause = {"message": "HTTP", "data": {"response": {"status": status, "data": body}}}
    return from_envelope({"type": "action_run", "message": "failed", "causedByError": cause}, 400)


WORDS = {"error": {"code": "", "message": {"lang": "", "value": "Verplicht: Naam"}}}
CRASH = {"error": {"message": {"value": "Object reference not set to an instance of an object."}}}


@pytest.mark.parametrize(
    ("error", "no"),
    [
        (upstream(400, WORDS), True),
        (upstream(500, WORDS), True),  # Exact refuses with 500 too, in words
        (upstream(500, json.dumps(WORDS)), True),
        (upstream(500, CRASH), False),
        (upstream(500, "<html>Runtime Error</html>"), False),
        (upstream(500), False),
        (upstream(408), False),
        (upstream(502, WORDS), False),
        (upstream(504), False),
        (upstream(429), True),
        (upstream(403), True),
        (upstream(200, "<html>maintenance</html>"), False),
        (from_envelope({"type": "custom_code", "message": "x is undefined"}, 400), False),
        (from_envelope({"type": "action_run", "message": "the answer is not JSON"}, 400), False),
        (from_envelope({"type": "bad_request", "message": "no"}, 400), True),
        (from_envelope({"type": "internal", "message": "no"}, 500), False),
        (from_envelope({"message": "no"}, 408), False),
        (from_envelope({"message": "no"}, 413), True),
    ],
)
def test_what_an_answer_of_membrane_proves(error, no):
    assert refused(error) == no


@pytest.mark.parametrize("road", ["action", "request"])
@pytest.mark.parametrize(
    ("fault", "where", "status"),
    [
        ("validation", "exact", "failed"),
        ("rate_limit", "exact", "failed"),
        ("rate_limit", "membrane", "failed"),
        ("forbidden", "exact", "failed"),
        ("unauthorized", "exact", "failed"),
        ("unauthorized", "membrane", "failed"),
        ("token_expired", "membrane", "failed"),
        ("server_error", "exact", "unknown"),
        ("server_error", "membrane", "unknown"),
        ("gateway_timeout", "exact", "unknown"),
        ("gateway_timeout", "membrane", "unknown"),
        ("bad_gateway", "membrane", "unknown"),
        ("html", "exact", "unknown"),
        ("dropped", "membrane", "unknown"),
        ("dropped_after", "exact", "unknown"),
        ("html", "membrane", "unknown"),
        ("empty", "membrane", "unknown"),
        ("truncated", "membrane", "unknown"),
    ],
)
def test_each_trouble_closes_the_row_as_what_it_proves(
    sandbox, live, fault, where, status, road, raised
):
    books = live()
    books.division, books.inputs("create-account")
    sandbox.faults.add(fault, where=where, method="POST", status=500, seconds=1)
    if road == "action":
        error = raised(ExactnbError, books.create_account, name="Trouble")
    else:
        error = raised(
            ExactnbError, books.request, "/crm/Accounts", method="POST", json={"Name": "Trouble"}
        )
    row = books.outbox().iloc[0]
    assert row["status"] == status
    assert row["message"]
    assert error.outbox_id == row["id"]
    assert error.unknown == (status == "unknown")
    assert ("reconcile" in str(error)) == error.unknown


def test_a_call_that_never_left_is_failed(live, raised):
    books = live()
    books.division, books.inputs("create-account")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # not listening: whoever calls is refused
        transport = books.membrane._transport._transport
        transport._base = f"http://127.0.0.1:{taken.getsockname()[1]}"
        error = raised(errors.ServerError, books.create_account, name="Not Sent")
    assert not error.unknown
    assert books.outbox()["status"].tolist() == ["failed"]
    assert "Nothing was sent" in str(error)


def test_a_write_that_our_own_limits_hold_back_is_failed(live):
    books = live(calls_a_day=1)
    books.division, books.inputs("create-account")
    books.list_gl_accounts(limit=1)  # the one call of the day
    with pytest.raises(errors.RateLimitError):
        books.create_account(name="Held Back")
    assert books.outbox()["status"].tolist() == ["failed"]


def test_ctrl_c_while_it_is_sent_leaves_it_unknown(live, monkeypatch):
    books = live()

    def interrupted(*arguments, **named):
        raise KeyboardInterrupt

    monkeypatch.setattr(books.membrane, "run", interrupted)
    with pytest.raises(KeyboardInterrupt) as caught:
        books.create_account(name="Interrupted")
    assert "reconcile" in caught.value.__notes__[0]
    assert books.outbox()["status"].tolist() == ["unknown"]


def test_a_refusal_that_repeats_a_secret_is_kept_without_it(live):
    books = live()
    action = books.action("create-account")
    action.input_schema["properties"]["country"] = {"type": "string", "isSensitive": True}
    with pytest.raises(ExactnbError):
        books.create_account(name="Discreet Too", country="TOPSECRET")
    row = books.outbox().iloc[0]
    assert row["status"] == "failed"
    assert "TOPSECRET" not in row["message"]
