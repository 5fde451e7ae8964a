"""A form without widgets: what is in it, typing into it, rows, undo."""

import copy
import datetime as dt
import random
import threading
from decimal import Decimal

import pandas as pd
import pytest

from exactnb.absent import ABSENT
from exactnb.errors import InputError
from exactnb.forms.model import Change, FormModel
from exactnb.schema import tree as trees
from exactnb.schema.plain import plain

INVOICE = {
    "type": "object",
    "required": ["orderedBy"],
    "properties": {
        "orderedBy": {"type": "string", "title": "Ordered by"},
        "type": {
            "type": "integer",
            "referenceRecords": [{"id": 8020, "name": "Invoice"}, {"id": 8021, "name": "Credit"}],
            "default": 8020,
        },
        "orderDate": {"type": "string", "format": "date"},
        "sentAt": {"type": "string", "format": "date-time"},
        "discount": {"type": "number"},
        "orderNumber": {"type": "integer"},
        "paid": {"type": "boolean"},
        "remarks": {"type": "string"},
        "address": {
            "type": "object",
            "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
        },
        "lines": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["item"],
                "properties": {
                    "item": {"type": "string"},
                    "quantity": {"type": "number", "default": 1},
                    "netPrice": {"type": "number"},
                },
            },
        },
    },
}


@pytest.fixture
def model():
    return FormModel(INVOICE, language="en")


def with_lines(*quantities, **more):
    lines = [{"item": f"i{n}", "quantity": n} for n in quantities]
    return FormModel(INVOICE, {"orderedBy": "x", "lines": lines, **more}, language="en")


# --- round trip -----------------------------------------------------------------------------------

ODD = [
    None,
    True,
    0,
    -0.0,
    1.5,
    1e300,
    12345678901234567890,
    "",
    "text",
    [],
    {},
    [[], {}, [None]],
    {"": {"": ""}},
    {"lines": "a list was due"},
    {"lines": {"0": "an object where a list was due"}},
    {"lines": [None, 1, "x", [], {"item": None, "quantity": "many", "own": {"a": [1]}}]},
    {"address": ["street"], "orderedBy": 12, "paid": "yes", "orderDate": "some day"},
    {"orderedBy": None, "nobody": {"knows": [{"this": "key"}]}, "$var": "x"},
]


@pytest.mark.parametrize("data", ODD, ids=repr)
@pytest.mark.parametrize("schema", [INVOICE, {}, True, False, {"type": "array"}, {"type": "null"}])
def test_any_data_comes_back_as_it_was_given(schema, data):
    given = copy.deepcopy(data)
    model = FormModel(schema, data)
    model.validate()
    assert model.value == given
    assert model.payload() == given
    assert model.patch() == {}
    assert not model.changed
    assert model.diff().empty
    assert data == given
    assert str(model.value) == str(given)  # True is not 1, 1.0 is not 1


def test_random_data_comes_back_under_a_schema_of_a_form():
    dice = random.Random(4)
    names = [*INVOICE["properties"], "street", "item", "quantity", "other"]

    def anything(depth):
        kind = dice.randrange(9 if depth else 7)
        if kind == 7:
            return [anything(depth - 1) for _ in range(dice.randrange(4))]
        if kind == 8:
            return {dice.choice(names): anything(depth - 1) for _ in range(dice.randrange(5))}
        return (None, True, dice.randint(-9, 9), dice.random(), "", "2025-12-31", "C")[kind]

    for _ in range(60):
        data = {name: anything(3) for name in dice.sample(names, 6)}
        model = FormModel(INVOICE, data)
        model.validate()
        assert model.value == model.payload() == data


def test_what_is_done_to_the_data_afterwards_does_not_reach_the_form():
    data = {"lines": [{"item": "a"}]}
    model = FormModel(INVOICE, data)
    data["lines"].append({})
    model.value["lines"].append({})
    model.payload()["lines"].clear()
    assert model.value == {"lines": [{"item": "a"}]}


# --- a new record ---------------------------------------------------------------------------------


def test_an_untouched_form_has_its_shown_defaults_and_nothing_else(model):
    assert model.payload() == {"type": 8020}
    assert not model.changed
    assert FormModel({"type": "object", "properties": {"a": {"type": "string"}}}).payload() == {}
    assert FormModel({"type": "string"}).payload() is ABSENT
    assert FormModel({"type": "string", "default": "x"}).payload() == "x"


def test_defaults_inside_an_optional_object_wait_for_it():
    inner = {"type": "object", "properties": {"country": {"type": "string", "default": "NL"}}}
    schema = {"type": "object", "properties": {"a": inner, "b": inner}, "required": ["b"]}
    assert FormModel(schema).payload() == {"b": {"country": "NL"}}


def test_a_default_of_null_and_one_of_the_service_are_not_sent():
    properties = {
        "none": {"type": ["string", "null"], "default": None},
        "created": {"type": "string", "readOnly": True, "default": "now"},
        "zero": {"type": "number", "default": 0},
        "empty": {"type": "string", "default": ""},
    }
    assert FormModel({"properties": properties}).payload() == {"zero": 0, "empty": ""}


def test_a_default_that_switches_on_a_condition_brings_the_defaults_behind_it():
    schema = {
        "type": "object",
        "properties": {"kind": {"enum": ["a", "b"], "default": "b"}},
        "if": {"properties": {"kind": {"const": "b"}}, "required": ["kind"]},
        "then": {"properties": {"more": {"type": "integer", "default": 7}}},
    }
    assert FormModel(schema).payload() == {"kind": "b", "more": 7}


def test_a_required_object_that_contains_itself_ends():
    schema = {"$ref": "#/$defs/node", "$defs": {"node": {"type": "object", "required": ["next"]}}}
    schema["$defs"]["node"]["properties"] = {
        "next": {"$ref": "#/$defs/node"},
        "n": {"type": "integer", "default": 1},
    }
    assert FormModel(schema).payload()["n"] == 1


# --- typing ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("text", ["1.234,56", "1234.56", "€ 1.234,56"])
def test_numbers_are_read_as_people_write_them(language, text):
    model = FormModel(INVOICE, language=language)
    model.enter(("discount",), text)
    assert model.get(("discount",)) == Decimal("1234.56")
    assert isinstance(model.get(("discount",)), Decimal)
    assert model.text(("discount",)) == {"en": "1234.56", "nl": "1234,56"}[language]
    assert plain(model.payload())["discount"] == 1234.56
    assert repr(plain(model.payload())["discount"]) == "1234.56"


def test_whole_numbers_stay_whole_and_no_digit_is_lost(model):
    model.enter(("orderNumber",), "12345678901234567")
    assert model.get(("orderNumber",)) == 12345678901234567
    assert type(model.get(("orderNumber",))) is int
    model.enter(("discount",), "0,123456789012345678901")
    assert model.text(("discount",)) == "0,123456789012345678901"
    assert ("discount",) in model.errors
    assert model.get(("discount",)) is ABSENT


@pytest.mark.parametrize(
    ("language", "shown"), [("en", "2025-12-31"), ("nl", "31-12-2025")], ids=["en", "nl"]
)
@pytest.mark.parametrize("typed", ["31-12-2025", "31/12/2025", "2025-12-31"])
def test_dates_are_read_in_any_order_and_shown_by_language(language, shown, typed):
    model = FormModel(INVOICE, language=language)
    model.enter(("orderDate",), typed)
    assert model.get(("orderDate",)) == "2025-12-31"
    assert model.text(("orderDate",)) == shown


def test_a_moment_keeps_its_zone(model):
    model.enter(("sentAt",), "31-12-2025 14:30:00+01:00")
    assert model.get(("sentAt",)) == "2025-12-31T14:30:00+01:00"
    model.enter(("sentAt",), "2025-12-31T14:30:00Z")
    assert model.get(("sentAt",)) == "2025-12-31T14:30:00Z"
    assert not model.errors
    model.enter(("sentAt",), "half past two")
    assert ("sentAt",) in model.errors


def test_options_are_typed_by_label_or_by_value(model):
    model.enter(("type",), "credit")
    assert model.get(("type",)) == 8021
    assert model.text(("type",)) == "Credit"
    model.enter(("type",), "8020")
    assert model.get(("type",)) == 8020
    model.enter(("type",), "Receipt")
    assert model.text(("type",)) == "Receipt"
    assert "Invoice" in model.errors[("type",)][0]


def test_yes_and_no_in_both_languages(model):
    for text, value in [("ja", True), ("No", False), ("true", True), ("Nee", False)]:
        model.enter(("paid",), text)
        assert model.get(("paid",)) is value
    assert FormModel(INVOICE, {"paid": True}, language="nl").text(("paid",)) == "Ja"


def test_raw_json_is_checked_and_keeps_its_digits():
    model = FormModel({"type": "object", "properties": {"any": {}}}, language="en")
    model.enter(("any",), '{"a": [1, 2.50]}')
    assert model.get(("any",)) == {"a": [1, Decimal("2.50")]}
    model.enter(("any",), '{"a": ')
    assert model.text(("any",)) == '{"a": '
    assert "JSON" in model.errors[("any",)][0]
    assert model.get(("any",)) == {"a": [1, Decimal("2.50")]}


def test_what_cannot_be_read_is_kept_with_an_error_until_it_can(model):
    model.enter(("discount",), "5")
    model.enter(("discount",), "5o")
    assert model.text(("discount",)) == "5o"
    assert list(model.shown_errors) == [("discount",)]
    assert model.changed
    model.enter(("discount",), "50")
    assert model.text(("discount",)) == "50"
    assert not model.errors


def test_leaving_a_control_as_it_shows_changes_nothing():
    data = {"discount": 0.1, "orderDate": "2025-12-31", "paid": None, "remarks": "", "type": 5}
    data |= {"orderNumber": "12a", "address": {"street": {"odd": 1}}, "sentAt": 3}
    model = FormModel(INVOICE, data, language="nl")
    for path in [*((name,) for name in data), ("address", "street"), ("orderedBy",)]:
        model.enter(path, model.text(path))
    assert model.value == data
    assert not model.can_undo


# --- absent, null, "" and 0 -----------------------------------------------------------------------


def test_absent_null_empty_and_zero_are_four_things(model):
    path = ("discount",)
    states = []
    for value in (ABSENT, None, "", 0):
        model.set(path, value)
        states.append(model.payload())
    assert states == [
        {"type": 8020},
        {"type": 8020, "discount": None},
        {"type": 8020, "discount": ""},
        {"type": 8020, "discount": 0},
    ]


def test_an_emptied_control_is_absent(model):
    model.enter(("remarks",), "x")
    model.enter(("remarks",), "")
    assert model.payload() == {"type": 8020}
    model.enter(("orderedBy",), "x")
    model.enter(("orderedBy",), "")
    assert model.shown_errors[("orderedBy",)]
    assert "orderedBy" not in model.payload()


def test_an_optional_object_goes_with_the_last_thing_in_it(model):
    model.set(("address", "street"), "A")
    model.set(("address", "city"), "B")
    model.clear(("address", "street"))
    assert model.get(("address",)) == {"city": "B"}
    model.clear(("address", "city"))
    assert model.get(("address",)) is ABSENT
    model.undo()
    assert model.get(("address",)) == {"city": "B"}


def test_a_cleared_row_stays_and_its_neighbours_do_not_move():
    model = FormModel({"type": "array", "items": {"type": "string"}}, ["a", "b", "c"])
    model.clear((1,))
    assert model.value == ["a", None, "c"]


def test_python_values_are_taken_as_json_says_them(model):
    model.set(("orderDate",), dt.date(2025, 12, 31))
    model.set(("discount",), Decimal("0.10"))
    model.set(("lines",), pd.DataFrame({"item": ["a", "b"], "quantity": [1.5, None]}))
    assert model.payload() == {
        "type": 8020,
        "orderDate": "2025-12-31",
        "discount": Decimal("0.10"),
        "lines": [{"item": "a", "quantity": 1.5}, {"item": "b"}],
    }


@pytest.mark.parametrize("value", [float("nan"), object(), Decimal("0.1234567890123456789")])
def test_what_json_cannot_say_is_refused_with_its_path(model, value):
    with pytest.raises(InputError) as caught:
        model.set(("lines",), [{"quantity": value}])
    assert caught.value.problems[0][0] == ("lines", 0, "quantity")
    assert model.payload() == {"type": 8020}


# --- rows -----------------------------------------------------------------------------------------


def test_rows_are_put_in_taken_out_moved_and_copied():
    model = with_lines(1, 2, 3)

    def quantities():
        return [line["quantity"] for line in model.get(("lines",))]

    model.insert(("lines",), 1, {"quantity": 9})
    assert quantities() == [1, 9, 2, 3]
    model.move(("lines", 1), 3)
    assert quantities() == [1, 2, 3, 9]
    model.duplicate(("lines", 0))
    assert quantities() == [1, 1, 2, 3, 9]
    model.remove(("lines", 4))
    assert quantities() == [1, 1, 2, 3]
    for _ in range(4):
        model.undo()
    assert quantities() == [1, 2, 3]
    for _ in range(4):
        model.redo()
    assert quantities() == [1, 1, 2, 3]


def test_a_copied_row_is_a_row_of_its_own():
    model = with_lines(1)
    model.duplicate(("lines", 0))
    model.set(("lines", 1, "quantity"), 5)
    assert [line["quantity"] for line in model.value["lines"]] == [1, 5]


def test_a_new_row_has_its_defaults_and_lines_come_and_go(model):
    model.insert(("lines",))
    assert model.payload() == {"type": 8020, "lines": [{"quantity": 1}]}
    model.remove(("lines", 0))
    assert model.payload() == {"type": 8020}


def test_a_value_in_the_row_after_the_last_makes_that_row(model):
    model.enter(("lines", 0, "netPrice"), "2,50")
    assert model.get(("lines",)) == [{"netPrice": Decimal("2.50")}]
    with pytest.raises(IndexError):
        model.set(("lines", 5, "netPrice"), 1)
    with pytest.raises(IndexError):
        model.remove(("lines", 5))


def test_errors_and_what_was_typed_go_with_their_row():
    model = with_lines(1, 2, 3)
    model.enter(("lines", 1, "quantity"), "two")
    model.enter(("lines", 2, "item"), "")
    model.refuse([(("lines", 0, "item"), "is blocked")])

    def wrong():
        return {(path[1], path[2]) for path in model.shown_errors}

    assert wrong() == {(0, "item"), (1, "quantity"), (2, "item")}
    model.move(("lines", 1), 2)
    assert wrong() == {(0, "item"), (2, "quantity"), (1, "item")}
    assert model.text(("lines", 2, "quantity")) == "two"
    model.remove(("lines", 0))
    assert wrong() == {(1, "quantity"), (0, "item")}
    model.insert(("lines",), 0)
    assert wrong() == {(2, "quantity"), (1, "item")}
    model.duplicate(("lines", 2))
    assert model.text(("lines", 3, "quantity")) == "two"


# --- undo -----------------------------------------------------------------------------------------


def test_every_kind_of_edit_is_undone_and_redone():
    model = with_lines(1, 2, remarks="r", address={"street": "s"})
    edits = [
        lambda: model.enter(("discount",), "5"),
        lambda: model.enter(("discount",), "five"),
        lambda: model.set(("address", "city"), "c"),
        lambda: model.clear(("remarks",)),
        lambda: model.insert(("lines",), 0),
        lambda: model.move(("lines", 0), 2),
        lambda: model.duplicate(("lines", 1)),
        lambda: model.remove(("lines", 0)),
        lambda: setattr(model, "value", {"orderedBy": "y"}),
        lambda: model.reset(),
    ]
    seen = [(model.value, model.text(("discount",)))]
    for edit in edits:
        edit()
        seen.append((model.value, model.text(("discount",))))
    assert len({str(each) for each in seen[:-1]}) == len(edits)
    for before in reversed(seen[:-1]):
        assert model.can_undo
        model.undo()
        assert (model.value, model.text(("discount",))) == before
    assert not model.can_undo
    for after in seen[1:]:
        assert model.can_redo
        model.redo()
        assert (model.value, model.text(("discount",))) == after
    assert not model.can_redo


def test_an_edit_after_undo_ends_redo(model):
    model.set(("remarks",), "a")
    model.undo()
    model.set(("remarks",), "b")
    assert not model.can_redo
    model.redo()
    assert model.get(("remarks",)) == "b"


def test_edits_together_are_one_step_and_one_notice(model):
    notices = []
    model.observe(notices.append)
    with model.together():
        model.set(("remarks",), "a")
        model.insert(("lines",))
        with model.together():
            model.set(("lines", 0, "item"), "x")
    assert [[change.path for change in changes] for changes in notices] == [
        [("remarks",), ("lines",), ("lines", 0, "item")]
    ]
    model.undo()
    assert model.payload() == {"type": 8020}
    assert not model.can_undo


def test_edits_together_are_all_made_or_none(model):
    notices = []
    model.observe(notices.append)

    def half_of_it():
        with model.together():
            model.set(("remarks",), "a")
            model.set(("remarks",), object())

    with pytest.raises(InputError):
        half_of_it()
    assert model.payload() == {"type": 8020}
    assert not notices
    assert not model.can_undo


# --- notices --------------------------------------------------------------------------------------


def test_an_observer_hears_what_was_and_what_is(model):
    heard = []
    stop = model.observe(lambda changes: heard.extend(changes))
    model.set(("remarks",), "a")
    model.set(("remarks",), "a")
    model.clear(("remarks",))
    model.undo()
    assert heard == [
        Change(("remarks",), ABSENT, "a"),
        Change(("remarks",), "a", ABSENT),
        Change(("remarks",), ABSENT, "a"),
    ]
    stop()
    model.set(("remarks",), "b")
    assert len(heard) == 3


def test_a_status_and_an_error_are_told_without_a_change(model):
    heard = []
    model.observe(heard.append)
    model.status = "checking"
    model.touch(("orderedBy",))
    model.validate(("orderedBy",))
    model.validate(("orderedBy",))
    model.tried = True
    assert heard == [(), (), (), ()]


def test_observers_run_where_another_thread_can_edit(model):
    def from_elsewhere(changes):
        if changes and changes[0].path == ("remarks",):
            thread = threading.Thread(target=model.set, args=(("discount",), 1))
            thread.start()
            thread.join(5)
            assert not thread.is_alive()

    model.observe(from_elsewhere)
    model.set(("remarks",), "a")
    assert model.get(("discount",)) == 1


def test_many_threads_lose_no_edit():
    model = FormModel({"type": "array", "items": {"type": "integer"}})
    threads = [
        threading.Thread(target=lambda n=n: [model.insert((), value=n) for _ in range(25)])
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(model.value) == sorted(25 * list(range(8)))


# --- what an edit costs ---------------------------------------------------------------------------


def test_an_edit_copies_nothing_beside_its_path():
    model = with_lines(*range(500))
    before = model.get(())
    model.enter(("lines", 250, "quantity"), "7")
    after = model.get(())
    shared = [a is b for a, b in zip(before["lines"], after["lines"], strict=True)]
    assert shared.count(False) == 1
    assert not shared[250]


def test_checking_one_cell_checks_that_cell_alone(monkeypatch):
    from exactnb.forms.model import checking

    checked = []

    def counting(schema, value, **more):
        checked.append(value)
        return problems(schema, value, **more)

    problems = checking.problems
    monkeypatch.setattr(checking, "problems", counting)
    model = with_lines(*range(500))
    model.enter(("lines", 250, "quantity"), "7")
    model.validate(("lines", 250, "quantity"))
    assert checked == [Decimal(7), Decimal(7)]


# --- variants -------------------------------------------------------------------------------------

PAYMENT = {
    "type": "object",
    "properties": {
        "pay": {
            "title": "Payment",
            "oneOf": [
                {
                    "title": "By card",
                    "type": "object",
                    "properties": {
                        "how": {"const": "card"},
                        "amount": {"type": "number"},
                        "pin": {"type": "string"},
                    },
                    "required": ["how"],
                },
                {
                    "title": "By bank",
                    "type": "object",
                    "properties": {
                        "how": {"const": "bank"},
                        "amount": {"type": "number"},
                        "iban": {"type": "string", "default": "NL00"},
                    },
                    "required": ["how", "iban"],
                },
            ],
        },
        "size": {"anyOf": [{"type": "integer"}, {"type": "string", "maxLength": 3}]},
    },
}


def test_a_variant_is_chosen_and_keeps_what_both_have():
    model = FormModel(PAYMENT)
    assert model.payload() == {}
    model.choose(("pay",), 0)
    assert model.payload() == {"pay": {"how": "card"}}
    model.enter(("pay", "amount"), "1,50")
    model.enter(("pay", "pin"), "1")
    model.choose(("pay",), 1)
    assert model.field(("pay",)).variant == 1
    assert model.payload() == {"pay": {"amount": Decimal("1.50"), "how": "bank", "iban": "NL00"}}
    assert model.validate() == []
    model.undo()
    assert model.field(("pay",)).variant == 0
    assert model.payload()["pay"]["pin"] == "1"
    with pytest.raises(IndexError):
        model.choose(("pay",), 2)


def test_a_variant_without_a_value_is_remembered_until_there_is_one():
    model = FormModel(PAYMENT, language="en")
    model.choose(("size",), 1)
    assert model.field(("size",)).variant == 1
    assert model.payload() == {}
    model.set(("size",), 3)
    assert model.field(("size",)).variant == 0
    model.undo()
    model.enter(("size",), "12")
    assert model.payload() == {"size": "12"}
    model.choose(("size",), 0)
    model.enter(("size",), "12")
    assert model.payload() == {"size": 12}


def test_data_decides_which_variant_it_is():
    model = FormModel(PAYMENT, {"pay": {"how": "bank", "iban": "X"}, "size": "XL"})
    assert model.field(("pay",)).variant == 1
    assert model.field(("size",)).variant == 1


def test_a_schema_that_comes_back_twice_does_not_grow(monkeypatch):
    again = {"$dynamicRef": "#"}
    schema = {
        "properties": {
            "b": {"allOf": [{"oneOf": [{}, {"type": "integer"}]}, again, {**again, "pattern": "a"}]}
        },
        "patternProperties": {"a": {"enum": [-1]}, "b": {"default": {"value": "x"}}},
        "dependentSchemas": {"b": {"dependentSchemas": {"b": {"properties": {"b": {}}}}}},
    }
    sizes = []
    failures = trees.failures
    monkeypatch.setattr(
        trees, "failures", lambda node, value: sizes.append(len(str(node))) or failures(node, value)
    )
    for _ in range(2):
        FormModel(schema).validate()
    assert 0 < max(sizes) < 5 * len(str(schema))
