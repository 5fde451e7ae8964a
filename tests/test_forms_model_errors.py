"""A form without widgets: what is wrong, where that is said, and when it is shown."""

from decimal import Decimal

import pytest

from exactnb.forms.model import FormModel

ACCOUNT = {
    "type": "object",
    "required": ["name", "address"],
    "properties": {
        "name": {"type": "string", "maxLength": 10},
        "email": {"type": "string", "format": "email"},
        "limit": {"type": "number", "minimum": 0, "multipleOf": 0.01},
        "pin": {"type": "integer", "isSensitive": True, "maximum": 9999},
        "created": {"type": "string", "format": "date", "readOnly": True},
        "address": {
            "type": "object",
            "required": ["street"],
            "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
        },
        "contact": {
            "type": "object",
            "required": ["phone"],
            "properties": {"phone": {"type": "string"}, "mail": {"type": "string"}},
        },
        "lines": {
            "type": "array",
            "minItems": 2,
            "items": {
                "type": "object",
                "required": ["item"],
                "properties": {"item": {"type": "string"}, "quantity": {"type": "number"}},
            },
        },
    },
}


@pytest.fixture
def model():
    return FormModel(ACCOUNT, language="en")


def test_a_fresh_form_is_quiet_until_sending_is_tried(model):
    found = model.validate()
    assert {problem.path for problem in found} == {("name",), ("address", "street")}
    assert model.shown_errors == {}
    model.tried = True
    assert set(model.shown_errors) == {("name",), ("address", "street")}


def test_an_error_is_shown_where_a_person_has_been(model):
    model.validate()
    model.touch(("name",))
    assert list(model.shown_errors) == [("name",)]
    model.enter(("email",), "nobody")
    assert set(model.shown_errors) == {("name",), ("email",)}
    assert ("name",) in model.touched


def test_what_is_required_in_an_object_counts_once_the_object_is_there(model):
    assert ("contact", "phone") not in model.errors
    model.enter(("contact", "mail"), "x")
    model.validate()
    assert ("contact", "phone") in model.errors
    model.enter(("contact", "mail"), "")
    model.validate()
    assert ("contact", "phone") not in model.errors


def test_one_field_is_checked_alone(model):
    model.set((), {"name": "far too long a name", "limit": -1})
    assert [problem.path for problem in model.validate(("limit",))] == [("limit",)]
    assert list(model.errors) == [("limit",)]
    model.validate(("name",))
    assert set(model.errors) == {("limit",), ("name",)}
    model.enter(("limit",), "1")
    assert set(model.errors) == {("name",)}


def test_an_error_above_goes_when_the_edit_was_what_it_asked_for(model):
    model.insert(("lines",), value={"item": "a"})
    model.validate()
    assert ("lines",) in model.errors
    model.insert(("lines",))
    model.enter(("lines", 1, "item"), "b")
    assert ("lines",) not in model.errors


def test_cents_are_cents(model):
    for cents in (0.07, 1.1, Decimal("0.29"), Decimal("1234567.89"), 57):
        model.set(("limit",), cents)
        assert model.validate(("limit",)) == []
    model.enter(("limit",), "0,005")
    assert ("limit",) in model.errors


def test_what_could_not_be_read_is_among_the_problems(model):
    model.enter(("limit",), "much")
    found = [problem for problem in model.validate() if problem.path == ("limit",)]
    assert [problem.message for problem in found] == list(model.errors[("limit",)])
    assert not model.sendable
    model.undo()
    assert ("limit",) not in model.errors


def test_what_a_record_has_already_is_nobodys_problem_until_it_is_changed():
    schema = {"properties": {"a": {"maxLength": 2}, "b": {"items": {"maxLength": 2}}}}
    model = FormModel(schema, {"a": "long", "b": ["long", "x"]})
    assert model.validate() == []
    model.set(("b", 1), "y")  # lines are sent whole, so all of them count
    assert [problem.path for problem in model.validate()] == [("b", 0)]
    model.set(("a",), "longer")
    assert [problem.path for problem in model.validate(("a",))] == [("a",)]
    model.set(("a",), "long")
    assert model.validate(("a",)) == []


def test_a_field_that_only_the_service_fills_is_nobodys_problem():
    schema = {**ACCOUNT, "required": ["created"]}
    assert FormModel(schema).validate() == []
    assert FormModel(schema, {"created": "yesterday"}).validate() == []


def test_what_is_wrong_inside_json_text_is_told_at_the_text():
    schema = {"properties": {"x": {"enum": [{"a": 1}], "properties": {"b": {"type": "string"}}}}}
    model = FormModel(schema)
    model.value = {"x": {"b": 1}}
    model.validate()
    assert model.field(("x",)).kind == "raw"
    assert set(model.errors) == {("x",)}
    assert "b: takes text, not 1" in model.errors[("x",)]


def test_refusals_stand_at_their_field_and_the_rest_in_the_banner(model):
    model.enter(("name",), "x")
    model.set(("address", "street"), "y")
    model.refuse(
        [
            (("name",), "Bestaat al: Naam"),
            (("name",), "again"),
            ((), "Closed period"),
            (("nowhere", 3, "x"), "odd"),
        ]
    )
    assert model.shown_errors == {("name",): ("Bestaat al: Naam", "again")}
    assert model.banner == ("Closed period", "nowhere[3].x: odd")
    model.validate()
    assert ("name",) in model.shown_errors
    assert model.sendable  # it is for the service to say it again


def test_an_edit_takes_away_what_the_service_said_of_that_field_only(model):
    model.refuse([(("name",), "bad"), (("email",), "bad"), (("address", "city"), "bad")])
    model.set(("email",), "a@example.com")
    assert set(model.shown_errors) == {("name",), ("address", "city")}
    model.set(("address",), {"street": "y"})
    assert set(model.shown_errors) == {("name",)}
    model.undo()
    assert set(model.shown_errors) == {("name",), ("address", "city")}


def test_undo_and_redo_know_what_is_wrong_after_sending_was_tried(model):
    model.set((), {"name": "x", "address": {"street": "y"}})
    model.clear(("name",))
    model.tried = True
    model.validate()
    assert list(model.shown_errors) == [("name",)]
    model.undo()
    assert model.shown_errors == {}
    model.redo()
    assert list(model.shown_errors) == [("name",)]


def test_reset_is_quiet_again_and_can_be_undone(model):
    model.enter(("email",), "nobody")
    model.tried = True
    model.validate()
    model.refuse([((), "no")])
    model.reset()
    assert (model.value, model.shown_errors, model.banner, model.tried) == ({}, {}, (), False)
    model.undo()
    assert model.value == {"email": "nobody"}


def test_messages_are_in_the_language_of_the_form():
    for language, word in (("en", "required"), ("nl", "verplicht")):
        model = FormModel(ACCOUNT, language=language)
        model.validate()
        assert word in model.errors[("name",)][0]


@pytest.mark.parametrize("typed", ["123456", "12345x"])
def test_a_sensitive_value_is_in_no_message(model, typed):
    model.enter(("pin",), typed)
    (message,) = model.shown_errors[("pin",)]
    assert typed not in message
    assert typed not in repr(model)


def test_an_object_that_membrane_would_take_for_a_formula_is_warned_of():
    schema = {
        "type": "object",
        "properties": {"any": {}, "own": {"properties": {"$id": {"type": "string"}}}},
    }
    model = FormModel(schema, language="en")
    model.enter(("any",), '{"a": [{"$var": "b"}]}')
    model.set(("own",), {"$id": "declared"})
    assert set(model.warnings) == {("any", "a", 0)}
    assert "formula" in model.warnings[("any", "a", 0)][0]
    model.enter(("any",), '"$var"')
    assert model.warnings == {}
