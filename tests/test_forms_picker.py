"""Pickers: to search, to choose by code and name, to keep the id."""

import asyncio
import threading
import time
from types import SimpleNamespace

import pandas as pd
import pytest
from form_side import HOSTILE, TEXT, made, person, schema, until

from exactnb.absent import ABSENT
from exactnb.errors import NotFoundError, ServerError
from exactnb.forms.lookup import Finders
from exactnb.forms.model import FormModel

IDS = [f"0000000{n}-aaaa-4000-8000-000000000000" for n in range(3)]
ROWS = list(zip(IDS, ("10", "20", "30"), ("Alpenrad AG", "Jansen BV", "Jansen BV"), strict=True))
REFERENCE = {"type": "string", "title": "Customer", "referenceCollection": {"key": "accounts"}}


class Books:
    """A connection with one collection."""

    def __init__(self):
        self.asked, self.fails, self.more = [], None, None

    def collection(self, key, parameters=None):
        self.asked.append((key, dict(parameters or {})))
        return self

    def spec(self):
        return SimpleNamespace(searches={}, lists={})

    def _page(self, rows):
        if self.fails is not None:
            raise self.fails
        records = [
            SimpleNamespace(id=id, name=None, fields={"Code": code, "Name": name})
            for id, code, name in rows
        ]
        return SimpleNamespace(records=records, cursor=self.more)

    def list(self):
        return self._page(ROWS)

    def search(self, text):
        return self._page([row for row in ROWS if text.casefold() in " ".join(row).casefold()])

    def find_by_id(self, id):
        found = self._page([row for row in ROWS if row[0] == id]).records
        if not found:
            raise NotFoundError("no such account")
        return found[0]


def picker(value=ABSENT, books=None, /, *, choices=None, **more):
    books = Books() if books is None else books
    finders = Finders(books, choices, delay=0)
    model, fields = made(schema(x={**REFERENCE, **more}), value, finders=finders)
    return model, fields["x"]


def test_a_choice_shows_code_and_name_and_keeps_the_id():
    model, box = picker()
    until(lambda: box.options)
    assert box.options[0] == "10 · Alpenrad AG"
    person(box, "10 · Alpenrad AG")
    assert model.payload() == {"x": IDS[0]}
    assert box.value == "10 · Alpenrad AG"
    person(box, "")
    assert model.payload() == {}


def test_what_is_typed_while_an_answer_comes_is_not_lost():
    """As in a notebook: what is typed comes to the event loop, in which the widget is."""
    books, searching, goes_on = Books(), threading.Event(), threading.Event()
    books.more = "further"  # so that a text is asked for anew

    def slow(rows, page=books._page):
        searching.set()
        assert goes_on.wait(10)
        return page(rows)

    async def typing():
        model, box = picker(ABSENT, books)
        while not box.options:
            await asyncio.sleep(0.01)
        books._page = slow
        person(box, "Jan")
        assert await asyncio.to_thread(searching.wait, 10)
        with box.hold_trait_notifications():  # under which a message of the front end is taken in
            box.value = "Jansen"
            goes_on.set()
            time.sleep(0.2)
        await asyncio.sleep(0.2)
        return model.text(("x",)), box.value

    assert asyncio.run(typing()) == ("Jansen", "Jansen")


def test_labels_that_are_the_same_are_told_apart():
    rows = pd.DataFrame({"id": IDS[1:], "name": ["Jansen", "Jansen"]})
    model, box = picker(choices={"x": rows})
    assert box.options == (f"Jansen · {IDS[1]}", f"Jansen · {IDS[2]}")
    person(box, box.options[1])
    assert model.payload() == {"x": IDS[2]}


def test_what_is_typed_is_searched_and_is_no_value_until_it_is_chosen():
    model, box = picker()
    until(lambda: box.options)
    person(box, "jans")
    until(lambda: "2 found" in box.description)
    assert box.options == ("20 · Jansen BV", "30 · Jansen BV")
    assert box.value == "jans"
    assert model.payload() == {}
    assert "✗" not in box.description, "one who is about to choose is not corrected"
    model.tried = True
    assert [problem.path for problem in model.validate()] == [("x",)]
    assert "✗ choose one from the list; “jans” is none of them" in box.description
    person(box, "20 · Jansen BV")
    assert model.validate() == []
    assert model.payload() == {"x": IDS[1]}


def test_what_nothing_fits_is_kept_and_told():
    model, box = picker()
    until(lambda: box.options)
    person(box, HOSTILE)
    until(lambda: "✗" in box.description)
    assert "nothing found" in box.description
    assert "<img" not in box.description
    assert box.value == HOSTILE
    assert model.validate() != []


def test_an_id_that_is_pasted_is_looked_up():
    model, box = picker()
    person(box, IDS[2])
    until(lambda: box.value == "30 · Jansen BV")
    assert model.payload() == {"x": IDS[2]}
    assert "✗" not in box.description


@pytest.mark.parametrize("typed", ["10", "alpenrad  ag", "10 · Alpenrad AG"])
def test_a_code_or_name_that_is_typed_in_full_is_the_choice(typed):
    model, control = picker()
    person(control, typed)
    until(lambda: model.get(("x",)) == IDS[0])
    assert control.value == "10 · Alpenrad AG"


@pytest.mark.parametrize(("typed", "more"), [("Jansen BV", None), ("Alpenrad AG", "next page")])
def test_a_name_that_may_be_of_several_is_none_of_them(typed, more):
    books = Books()
    books.more = more
    model, control = picker(ABSENT, books)
    person(control, typed)
    until(lambda: "choose one" in control.description or "first" in control.description)
    assert model.get(("x",)) is ABSENT


def test_an_id_that_was_there_gets_its_label():
    model, box = picker({"x": IDS[1]})
    until(lambda: box.value == "20 · Jansen BV")
    assert model.value == {"x": IDS[1]}
    assert not model.changed


def test_an_id_that_is_not_there_stays_and_is_told():
    gone = IDS[0].replace("0000000", "fffffff")
    model, box = picker({"x": gone})
    until(lambda: "not found" in box.description)
    assert box.value == gone
    assert model.value == {"x": gone}


def test_a_failing_service_is_told_at_the_field():
    books = Books()
    books.fails = ServerError("The service is away")
    model, box = picker(ABSENT, books)
    until(lambda: "✗" in box.description)
    assert "the choices did not come: The service is away" in box.description
    books.fails = None
    person(box, "alp")
    until(lambda: box.options == ("10 · Alpenrad AG",))
    assert "✗" not in box.description
    assert model.payload() == {}


def test_a_page_that_is_not_all_says_so():
    books = Books()
    books.more = "60"
    _, box = picker(ABSENT, books)
    until(lambda: box.options)
    assert "the first 3 are shown; type to narrow them down" in box.description
    person(box, "20 · Jansen BV")
    assert "are shown" not in box.description, "once it is chosen there is nothing to narrow down"


def test_a_text_of_ones_own_is_a_value_where_that_is_allowed():
    model, box = picker(ABSENT, allowCustom=True)
    person(box, "somebody new")
    assert model.payload() == {"x": "somebody new"}
    assert model.validate() == []


def test_choices_from_a_frame_need_no_connection():
    frame = pd.DataFrame({"id": IDS, "code": ["10", "20", "30"], "name": ["A", "B", HOSTILE]})
    finders = Finders(None, {"x": frame})
    model, fields = made(schema(x=TEXT), {"x": IDS[1]}, finders=finders)
    assert fields["x"].value == "20 · B"
    person(fields["x"], "30")
    assert fields["x"].options == (f"30 · {HOSTILE}",)
    person(fields["x"], f"30 · {HOSTILE}")
    assert model.value == {"x": IDS[2]}


def test_choices_follow_what_they_depend_on():
    books = Books()
    depends = {**REFERENCE["referenceCollection"], "parameters": {"kind": {"$var": "kind"}}}
    given = schema(kind=TEXT, x={**REFERENCE, "referenceCollection": depends})
    model, fields = made(given, finders=Finders(books, delay=0))
    until(lambda: fields["x"].options)
    person(fields["kind"], "C")
    until(lambda: books.asked[-1] == ("accounts", {"kind": "C"}))
    assert books.asked[0] == ("accounts", {})
    model.set(("other",), 1)
    assert len(books.asked) == 2, "only what it depends on makes it ask anew"


def test_a_picker_as_text_is_title_and_label():
    from exactnb.forms.fields.look import Look
    from exactnb.forms.fields.parts import part_class
    from exactnb.forms.fields.picker import Picker
    from exactnb.forms.fields.view import View

    frame = pd.DataFrame({"id": IDS, "name": ["A", "B", HOSTILE]})
    model = FormModel(schema(x=REFERENCE), {"x": IDS[2]})
    finders = Finders(None, {"x": frame})
    view = View(
        model, finders, Look(), kinds=part_class, refresh=lambda: None, focus=lambda _: None
    )
    part = Picker(view, model.field(("x",)))
    assert str(part) == f"Customer: {HOSTILE}"
    assert "<img" not in part.to_html()
    assert "Customer: <strong>&lt;img" in part.to_html()
