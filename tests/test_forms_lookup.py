"""The choices of a reference field: in a collection or a DataFrame, found as someone types."""

import threading
from types import SimpleNamespace

import pandas as pd
import pytest

from exactnb.errors import NotFoundError, ServerError
from exactnb.forms.choices import Choice, Framed, Served
from exactnb.forms.lookup import Finder, Finders, Found
from exactnb.schema.tree import tree

IDS = [f"0000000{n}-aaaa-4000-8000-000000000000" for n in range(4)]
NAMES = ["Alpenrad Xenon AG", "Jansen BV", "Jansen & Zn", "De Vries"]


def record(id, code, name):
    fields = {"Code": f"  {code}", "Name": name, "City": "Gouda"}
    return SimpleNamespace(id=id, name=None, fields=fields)


class Collection:
    """A collection that answers from a list and remembers what it was asked."""

    def __init__(self, records, *, page=100, searches=True):
        self.records, self.page, self.searches = records, page, searches
        self.asked = []

    def _answer(self, found):
        cursor = "2" if len(found) > self.page else None
        return SimpleNamespace(records=found[: self.page], cursor=cursor)

    def spec(self):
        return SimpleNamespace(searches={} if self.searches else None, lists={})

    def list(self):
        self.asked.append(("list", ""))
        return self._answer(self.records)

    def search(self, text):
        self.asked.append(("search", text))
        words = text.casefold().split()
        return self._answer(
            [r for r in self.records if all(w in str(r.fields).casefold() for w in words)]
        )

    def find_by_id(self, id):
        self.asked.append(("find", id))
        for each in self.records:
            if each.id == id:
                return each
        raise NotFoundError(f"There is no {id}")


def accounts(**how):
    rows = zip(IDS, range(1, 5), NAMES, strict=True)
    return Collection([record(id, code, name) for id, code, name in rows], **how)


def labels(found):
    return [choice.label for choice in found]


# --- one collection ----------------------------------------------------------------------------


def test_choices_are_shown_by_code_and_name_and_keep_the_id_and_the_record():
    (first, *_) = Finder(Served(accounts(), "string")).search("")
    assert (first.value, first.label, first.name) == (IDS[0], "1 · Alpenrad Xenon AG", NAMES[0])
    assert first.fields["City"] == "Gouda"


def test_a_name_that_begins_with_its_code_does_not_say_it_twice():
    assert Choice.of("x", "8000", "8000 · Revenue", {}).label == "8000 · Revenue"


def test_what_was_found_once_is_not_asked_for_again():
    collection = accounts()
    finder = Finder(Served(collection, "string"))
    assert labels(finder.search("jansen")) == labels(finder.search("  JANSEN "))
    assert collection.asked == [("search", "jansen")]
    assert finder.find(IDS[1]).label == "2 · Jansen BV"
    assert len(collection.asked) == 1, "found by value too"


def test_a_complete_list_is_searched_here():
    collection = accounts()
    finder = Finder(Served(collection, "string"))
    assert not finder.search("").more
    assert labels(finder.search("gouda VRIES")) == ["4 · De Vries"]
    assert finder.search("nobody") == []
    assert collection.asked == [("list", "")]


def test_a_list_of_several_pages_says_so_and_is_searched_there():
    collection = accounts(page=2)
    finder = Finder(Served(collection, "string"))
    assert finder.search("").more
    assert labels(finder.search("Vries")) == ["4 · De Vries"]
    assert collection.asked == [("list", ""), ("search", "Vries")]


def test_what_cannot_search_is_listed_and_narrowed_down():
    collection = accounts(page=2, searches=False)
    found = Finder(Served(collection, "string")).search("alpenrad")
    assert labels(found) == ["1 · Alpenrad Xenon AG"]
    assert found.more, "there may be others on the pages that were not read"
    assert collection.asked == [("list", "")]


@pytest.mark.parametrize("spelled", [IDS[2], IDS[2].upper(), f"{{{IDS[2]}}}"])
def test_a_pasted_id_is_found_however_it_is_spelled(spelled):
    collection = accounts(page=2)
    finder = Finder(Served(collection, "string"))
    assert labels(finder.search(f" {spelled} ")) == ["3 · Jansen & Zn"]
    assert collection.asked == [("find", IDS[2])]
    assert finder.known(spelled.upper()).value == IDS[2]


def test_text_that_is_no_id_is_never_asked_for_by_id():
    collection = accounts(page=2)
    finder = Finder(Served(collection, "string"))
    assert finder.search("")
    assert finder.search("zzz") == []
    assert collection.asked == [("list", ""), ("search", "zzz")]


def test_a_collection_with_codes_for_ids_is_asked_for_a_code_as_it_was_typed():
    countries = Collection([record(c, "", n) for c, n in [("NL", "Nederland"), ("CH", "Zwitsers")]])
    countries.page = 1
    finder = Finder(Served(countries, "string"))
    assert finder.search("").more
    assert finder.search("XX") == []
    assert labels(finder.search("CH")) == ["Zwitsers"]
    assert ("find", "XX") in countries.asked
    countries.asked.clear()
    assert finder.search("X Y") == []
    assert countries.asked == [("search", "X Y")], "a code has no blanks"


def test_a_key_that_is_not_there_is_asked_for_once():
    collection = accounts()
    finder = Finder(Served(collection, "string"))
    gone = IDS[0].replace("0000000", "fffffff")
    assert finder.find(gone) is None
    assert finder.find(gone) is None
    assert collection.asked == [("find", gone)]


def test_numbers_are_kept_as_numbers_where_the_field_takes_them():
    collection = Collection([record("7", "", "VAT")])
    assert Finder(Served(collection, "integer")).search("")[0].value == 7
    assert Finder(Served(collection, "string")).search("")[0].value == "7"


def test_a_failure_is_told_and_not_remembered():
    collection = accounts()
    listing = collection.list

    def failing():
        raise ServerError("The service is away")

    collection.list = failing
    finder = Finder(Served(collection, "string"))
    with pytest.raises(ServerError):
        finder.search("")
    collection.list = listing
    assert len(finder.search("")) == 4


# --- later --------------------------------------------------------------------------------------


class Gate:
    """A source that answers when it is let, so that answers come in the order of the test."""

    def __init__(self):
        self.asked, self.let = [], threading.Event()
        self.began = threading.Event()

    def look(self, text):
        self.asked.append(text)
        self.began.set()
        assert self.let.wait(10)
        return Found([Choice(text, text)])

    one = known = look


class Box:
    """What a search handed over."""

    def __init__(self):
        self.got, self.came = [], threading.Event()

    def __call__(self, answer):
        self.got.append(answer)
        self.came.set()


def test_only_the_last_of_several_key_strokes_is_looked_for():
    gate, box = Gate(), Box()
    gate.let.set()
    finder = Finder(gate, live=True, delay=0.05)
    for text in ("a", "al", "alp"):
        finder.search_later(text, box)
    assert box.came.wait(10)
    assert gate.asked == ["alp"]
    assert [labels(found) for found in box.got] == [["alp"]]


def test_an_answer_that_was_overtaken_is_dropped():
    gate, stale, box = Gate(), Box(), Box()
    finder = Finder(gate, live=True, delay=0)
    finder.search_later("old", stale)
    assert gate.began.wait(10)
    finder.search_later("new", box)
    gate.let.set()
    assert box.came.wait(10)
    assert sorted(gate.asked) == ["new", "old"]
    assert stale.got == []
    assert labels(box.got[0]) == ["new"]


def test_what_was_called_off_answers_nothing():
    gate, stale, box = Gate(), Box(), Box()
    finder = Finder(gate, live=True, delay=0)
    finder.search_later("x", stale)
    assert gate.began.wait(10)
    finder.cancel()
    gate.let.set()
    Finder(gate, delay=0).search_later("y", box)
    assert box.came.wait(10)
    assert stale.got == []


def test_a_failure_is_handed_over_as_it_is():
    class Broken:
        def look(self, text):
            raise ServerError("away")

    box = Box()
    Finder(Broken(), live=True, delay=0).search_later("x", box)
    assert box.came.wait(10)
    assert isinstance(box.got[0], ServerError)


# --- the finders of a form ----------------------------------------------------------------------

SCHEMA = {
    "type": "object",
    "properties": {
        "customer": {"type": "string", "referenceCollection": {"key": "accounts"}},
        "journal": {"type": "string"},
        "lines": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "kind": {"type": "string"},
                    "item": {
                        "type": "string",
                        "referenceCollection": {
                            "key": "items",
                            "parameters": {"kind": {"$var": "lines.kind"}},
                        },
                    },
                },
            },
        },
    },
}


class Books:
    def __init__(self):
        self.made = []

    def collection(self, key, parameters=None):
        self.made.append((key, dict(parameters or {})))
        return accounts()


def test_finders_of_the_same_collection_share_what_was_found():
    books = Books()
    finders, field = Finders(books), tree(SCHEMA).at(("customer",))
    one, other = finders.of(field, {}), finders.of(field, {})
    one.search("")
    assert one is not other
    assert one.source is other.source
    assert len(other.search("")) == 4
    assert books.made == [("accounts", {})]


def test_parameters_follow_the_row_that_they_come_from():
    books, value = Books(), {"lines": [{"kind": "service"}, {"kind": "goods"}, {}]}
    finders, root = Finders(books), tree(SCHEMA, value)
    for row in range(3):
        finders.of(root.at(("lines", row, "item")), value).search("")
    assert [parameters.get("kind") for _, parameters in books.made] == ["service", "goods", None]


def test_without_a_connection_there_is_nothing_to_choose_and_nothing_fails():
    finder = Finders().of(tree(SCHEMA).at(("customer",)), {})
    assert finder.search("x") == []
    assert finder.find("x") is None
    assert not finder.live


FRAME = pd.DataFrame({"id": IDS, "Code": range(4), "Name": NAMES, "City": ["A", "B", None, "D"]})


@pytest.mark.parametrize("given", ["customer", "Customer", ("customer",)])
def test_a_frame_takes_the_place_of_a_collection_and_works_offline(given):
    books = Books()
    finder = Finders(books, {given: FRAME}).of(tree(SCHEMA).at(("customer",)), {})
    assert labels(finder.search("jans zn")) == ["2 · Jansen & Zn"]
    assert labels(finder.search(f"{{{IDS[3].upper()}}}")) == ["3 · De Vries"]
    assert finder.find(IDS[0]).label == "0 · Alpenrad Xenon AG"
    assert finder.find("nobody") is None
    assert not finder.live
    assert books.made == []


@pytest.mark.parametrize("given", ["item", "lines.item", ("lines", "item")])
def test_a_frame_for_a_column_holds_for_every_row(given):
    finders, root = Finders(None, {given: FRAME}), tree(SCHEMA, {"lines": [{}, {}]})
    fields = [root.at(("lines", row, "item")) for row in (0, 1)]
    assert all(finders.has(field) for field in fields)
    assert finders.of(fields[0], {}).source is finders.of(fields[1], {}).source


def test_references_by_code_keep_the_code_of_a_frame_and_others_its_id():
    frame = pd.DataFrame({"ID": [IDS[0]], "Code": ["20"], "Description": ["Bank"]})
    properties = {"journal": {"type": "string"}, "account": {"type": "string"}}
    root = tree({"properties": properties})
    journal, account = (Framed(frame, root.at((name,))).look("")[0] for name in properties)
    assert (journal.value, account.value) == ("20", IDS[0])
    assert journal.label == account.label == "20 · Bank"


def test_rows_without_a_key_are_no_choices_and_keys_are_plain_numbers():
    frame = pd.DataFrame({"id": pd.array([1, None, 3], "Int64"), "name": ["a", "b", None]})
    choices = Framed(frame, tree(SCHEMA).at(("customer",))).look("")
    assert [(c.value, type(c.value), c.label) for c in choices] == [(1, int, "a"), (3, int, "3")]
