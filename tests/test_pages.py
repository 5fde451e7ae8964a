"""Turning pages: to the end, or with what came and why it stopped."""

import json

import pytest

from exactnb.errors import BadAnswerError, IncompleteError, PullInterrupted, ServerError
from exactnb.exact.entities import entity
from exactnb.frames import Cursor
from exactnb.pages import cursor_input, gather, pull, turn

GL = entity("GLAccounts")


def page(number, *, rows=3, last=False, mark=None):
    """A page of GL accounts as Exact gives it, with a link to the next one."""
    records = [
        {"ID": f"{number:08}-0000-4000-8000-{row:012}", "Code": f"{number}{row:02}"}
        for row in range(rows)
    ]
    body = {"d": {"results": records}}
    if not last:
        skip = mark or f"{number + 1}"
        body["d"]["__next"] = f"https://start.exactonline.nl/api/v1/1/x?$skiptoken={skip}"
    return json.dumps(body).encode()


class Chain:
    """A service with so many pages; may fail, or be interrupted, when a page is asked for."""

    def __init__(self, pages, *, stop_at=None, stop=None, rows=3):
        self.pages, self.stop_at, self.stop, self.rows = pages, stop_at, stop, rows
        self.calls = 0

    def __call__(self, cursor, rows):
        if cursor is None and rows is not None:
            return None
        self.calls += 1
        if self.calls == self.stop_at:
            raise self.stop
        return page(self.calls, rows=self.rows, last=self.calls == self.pages)


def test_a_chain_is_followed_to_its_end_in_order():
    chain = Chain(5)
    frame = gather(chain, GL, {"action": "list-gl-accounts"})
    assert chain.calls == 5
    assert frame["code"].tolist() == [f"{n}{r:02}" for n in range(1, 6) for r in range(3)]
    assert frame.attrs["pages"] == "5"
    assert frame.attrs["complete"] == "yes"
    assert all(isinstance(value, str) for value in frame.attrs.values())


def test_a_limit_stops_asking_and_cuts():
    chain = Chain(100)
    assert len(gather(chain, GL, {"action": "x"}, limit=7)) == 7
    assert chain.calls == 3


@pytest.mark.parametrize(
    ("stop", "kind"),
    [
        (ServerError("the service failed"), IncompleteError),
        (KeyboardInterrupt(), PullInterrupted),
    ],
)
def test_a_thousand_page_pull_stopped_at_page_700_hands_over_what_came(stop, kind):
    chain = Chain(1000, stop_at=700, stop=stop)
    with pytest.raises(kind) as caught:
        gather(chain, GL, {"action": "list-gl-accounts"})
    frame = caught.value.frame
    assert len(frame) == 699 * 3
    assert frame["code"].iloc[-1] == "69902"
    assert frame.attrs["complete"] == "no"
    assert "699 pages, 2,097 rows" in str(caught.value)
    assert "books.partial" in str(caught.value)
    assert caught.value.__cause__ is stop


def test_an_interrupt_also_stops_what_only_knows_keyboard_interrupts():
    with pytest.raises(KeyboardInterrupt):
        gather(Chain(10, stop_at=2, stop=KeyboardInterrupt()), GL, {"action": "x"})


def test_a_failure_on_the_first_page_is_just_that_failure():
    with pytest.raises(ServerError, match="the service failed"):
        gather(Chain(3, stop_at=1, stop=ServerError("the service failed")), GL, {"action": "x"})


def test_a_chain_that_repeats_itself_is_stopped_and_keeps_its_rows():
    calls = []

    def ask(cursor, rows):
        calls.append(cursor)
        assert len(calls) < 10, "the pull goes round in circles"
        return page(len(calls), mark="same")

    with pytest.raises(IncompleteError) as caught:
        gather(ask, GL, {"action": "x"})
    assert isinstance(caught.value.__cause__, BadAnswerError)
    assert len(caught.value.frame) == 6
    assert len(calls) == 2


def test_a_broken_page_keeps_those_before_it():
    def ask(cursor, rows):
        return page(1) if cursor is None else page(2)[:-30]

    with pytest.raises(IncompleteError) as caught:
        gather(ask, GL, {"action": "x"})
    assert len(caught.value.frame) == 3


def test_a_full_page_without_a_mark_is_asked_on_by_skip():
    asked = []

    def ask(cursor, rows):
        asked.append(rows() if rows else 0)
        more = {} if rows is None else cursor_input({"properties": {"skip": {}}}, cursor, rows)
        assert more is not None
        return page(len(asked), rows=60 if len(asked) < 3 else 5, last=True)

    assert len(gather(ask, GL, {"action": "x"})) == 125
    assert asked == [0, 60, 120]


def test_an_action_that_ignores_skip_is_found_out():
    def ask(cursor, rows):
        assert rows is None or rows() < 600, "the pull goes round in circles"
        return page(1, rows=60, last=True)

    with pytest.warns(UserWarning, match="exactly one page"):
        frame = gather(ask, GL, {"action": "x"})
    assert len(frame) == 60
    assert frame.attrs["complete"] == "unknown"


def test_a_chain_that_has_marked_its_pages_is_believed_when_it_ends_on_a_full_one():
    chain = Chain(2, rows=60)
    frame = gather(chain, GL, {"action": "x"})
    assert chain.calls == 2
    assert (len(frame), frame.attrs["complete"]) == (120, "yes")


def test_a_limited_frame_says_that_there_may_be_more():
    frame = gather(Chain(5), GL, {"action": "x"}, limit=4)
    assert (frame.attrs["complete"], frame.attrs["limit"]) == ("limited", "4")
    assert gather(Chain(2), GL, {"action": "x"}, limit=100).attrs["complete"] == "yes"


def test_a_full_page_with_no_way_on_is_questioned():
    def ask(cursor, rows):
        return page(1, rows=60, last=True) if rows is None else None

    with pytest.warns(UserWarning, match="exactly one page"):
        frame = gather(ask, GL, {"action": "list-things"})
    assert len(frame) == 60
    assert frame.attrs["complete"] == "unknown"


def test_where_the_end_is_certain_a_full_page_is_the_end():
    frame = gather(Chain(1, rows=60), GL, {"resource": "x"}, marked=True)
    assert frame.attrs["complete"] == "yes"


@pytest.mark.parametrize(
    ("names", "cursor", "given"),
    [
        (["cursor"], Cursor("cursor", "c2"), {"cursor": "c2"}),
        (["skipToken"], Cursor("__next", "/x?$skiptoken=guid'1'&a=b"), {"skipToken": "guid'1'"}),
        (
            ["skip_token", "top"],
            Cursor("nextLink", "https://h/x?%24skiptoken=7"),
            {"skip_token": "7"},
        ),
        (["nextLink"], Cursor("nextLink", "https://h/x?a=1"), {"nextLink": "https://h/x?a=1"}),
        (["nextCursor", "cursor"], Cursor("nextCursor", "n"), {"nextCursor": "n"}),
        (["skip"], Cursor("cursor", "x"), {"skip": 60}),
        (["filter"], Cursor("cursor", "x"), None),
        (["skip"], None, {"skip": 60}),
        (["filter"], None, None),
    ],
)
def test_a_mark_goes_back_into_the_input_that_takes_it(names, cursor, given):
    schema = {"properties": {name: {"type": "string"} for name in names}}
    assert cursor_input(schema, cursor, lambda: 60) == given


def test_pages_are_read_while_the_next_is_asked_for():
    pulled = pull(Chain(30), GL)
    assert [p.count for p in pulled.pages] == [3] * 30


def test_pages_are_handed_over_while_later_ones_are_asked_for():
    chain = Chain(6)
    asked = [chain.calls for _ in turn(chain, GL, marked=True)]
    assert asked == [2, 3, 4, 5, 6, 6]


@pytest.mark.parametrize("stop", [ServerError("the service failed"), KeyboardInterrupt()])
def test_what_stops_a_chain_is_raised_after_the_pages_that_came(stop):
    pages = turn(Chain(9, stop_at=5, stop=stop), GL)
    assert [next(pages).count for _ in range(4)] == [3] * 4
    with pytest.raises(type(stop)):
        next(pages)


def test_whoever_has_enough_may_stop_turning():
    chain = Chain(1000)
    for page in turn(chain, GL):
        assert page.count == 3
        break
    assert chain.calls == 2


NOTHING = b'{"output":null,"actionRunId":"r"}'


def test_a_further_page_that_does_not_come_is_not_the_end():
    answers = [page(1), page(2), NOTHING]
    with pytest.raises(IncompleteError, match="The page after 2 others did not come") as caught:
        gather(lambda cursor, rows: answers.pop(0), GL, {"action": "x"})
    assert len(caught.value.frame) == 6
    assert caught.value.frame.attrs["complete"] == "no"


def test_a_first_page_in_which_there_is_no_list_is_doubted():
    with pytest.warns(UserWarning, match="nothing came where a list of rows was due"):
        frame = gather(lambda cursor, rows: NOTHING, GL, {"action": "x"})
    assert frame.empty
    assert frame.attrs["complete"] == "unknown"
    empty = gather(lambda cursor, rows: b'{"output":{"accounts":[]}}', GL, {"action": "x"})
    assert empty.attrs["complete"] == "yes"
