"""The controls of a form: what they show, what they write, and which of them there are."""

import datetime as dt
from decimal import Decimal

import ipywidgets as widgets
import pytest
from form_side import HOSTILE, TEXT, button, made, opened, person, recorded, schema, under

from exactnb.absent import ABSENT
from exactnb.forms.lines.pastebox import GridBox


@pytest.fixture
def wire(monkeypatch):
    return recorded(monkeypatch)


# --- one model a field --------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "most"), [(30, 33), (150, 153)])
def test_a_field_is_one_model(wire, count, most):
    names = [f"f{n}" for n in range(count)]
    _, fields = made(schema(names, **dict.fromkeys(names, TEXT)))
    assert len(fields.paths) == count
    assert opened(wire) == most


def test_a_form_shown_as_text_does_not_tell_of_everything_in_it():
    _, fields = made(schema(a=TEXT, b=TEXT))
    assert repr(fields.widget) == "<Box of 2>"


def test_closing_takes_every_widget_away(wire):
    lines = {"type": "array", "items": TEXT, "title": "Lines"}
    _, fields = made(
        schema(a=TEXT, group=schema(b=TEXT), lines=lines, more={"additionalProperties": TEXT}),
        {"group": {"b": "x"}, "lines": ["1", "2"], "more": {"own": "y"}},
    )
    names = [state["_model_name"] for kind, state in wire if kind == "comm_open"]
    shared = sum(name.endswith(("StyleModel", "LayoutModel")) for name in names)
    fields.close()
    assert sum(kind == "comm_close" for kind, _ in wire) == opened(wire) - shared


# --- both ways ----------------------------------------------------------------------------------

KINDS = {
    "text": (TEXT, widgets.Text, "x", "x", "x"),
    "long": ({"type": "string", "maxLength": 500}, widgets.Textarea, "a\nb", "a\nb", "a\nb"),
    "number": ({"type": "number"}, widgets.Text, "1.234,56", Decimal("1234.56"), "1234.56"),
    "whole": ({"type": "integer"}, widgets.Text, " 12 ", 12, "12"),
    "date": ({"type": "string", "format": "date"}, widgets.DatePicker, None, None, None),
    "enum": ({"enum": ["a", "b"]}, widgets.Dropdown, "b", "b", "b"),
    "yes": ({"type": "boolean"}, widgets.Dropdown, "Yes", True, True),
    "many options": (
        {"enum": [f"o{n}" for n in range(31)]},
        widgets.Combobox,
        "o30",
        "o30",
        "o30",
    ),
    "custom": ({"enum": ["a"], "allowCustom": True}, widgets.Combobox, "own", "own", "own"),
    "labels": (
        {"type": "integer", "referenceRecords": [{"id": 20, "name": "Sent"}]},
        widgets.Dropdown,
        "Sent",
        20,
        20,
    ),
    "json": ({"type": ["array", "string", "object"]}, None, None, None, None),
}


@pytest.mark.parametrize(
    "name", [n for n, (_, kind, typed, *_) in KINDS.items() if kind and typed is not None]
)
def test_what_is_typed_is_in_the_model_and_what_it_holds_is_shown(name):
    inner, kind, typed, held, shown = KINDS[name]
    model, fields = made(schema(x=inner))
    assert type(fields["x"]) is kind
    assert model.payload() == {}
    person(fields["x"], typed)
    assert model.payload() == {"x": held}
    assert type(model.get(("x",))) is type(held)
    assert fields["x"].value == shown
    model.clear(("x",))
    assert fields["x"].value in ("", ABSENT)
    model.set(("x",), held)
    assert fields["x"].value == shown


def test_an_emptied_text_is_absent_and_not_an_empty_text():
    model, fields = made(schema(x=TEXT), {"x": "y"})
    person(fields["x"], "")
    assert model.value == {}


def test_a_number_that_cannot_be_read_stays_as_it_was_typed():
    model, fields = made(schema(x={"type": "number"}), {"x": 5})
    person(fields["x"], "12x")
    assert fields["x"].value == "12x"
    assert model.get(("x",)) == 5
    assert "✗" in fields["x"].description


def test_a_change_of_the_model_is_one_message_and_no_edit(wire):
    model, fields = made(schema(x=TEXT, y=TEXT))
    wire.clear()
    model.set(("x",), "hello")
    assert [(kind, state) for kind, state in wire] == [("comm_msg", {"value": "hello"})]
    assert fields["x"].value == "hello"
    model.undo()
    assert fields["x"].value == ""
    assert not model.can_undo


def test_a_date_is_a_date_and_one_that_is_none_is_kept_and_told():
    model, fields = made(schema(x={"type": "string", "format": "date"}), {"x": "next week"})
    assert fields["x"].value is None
    assert "next week" in fields["x"].description
    assert model.value == {"x": "next week"}
    fields["x"].value = dt.date(2025, 12, 31)
    assert model.value == {"x": "2025-12-31"}
    assert "next week" not in fields["x"].description
    fields["x"].value = None
    assert model.value == {}


@pytest.mark.parametrize("zone", ["Z", "+02:00", ""])
def test_a_moment_keeps_the_zone_that_it_came_with(zone):
    given = schema(x={"type": "string", "format": "date-time"})
    model, fields = made(given, {"x": f"2025-12-31T10:00:00{zone}"})
    assert fields["x"].value == dt.datetime(2025, 12, 31, 10)
    fields["x"].value = dt.datetime(2025, 12, 31, 11, 30)
    assert model.value == {"x": f"2025-12-31T11:30:00{zone}"}
    assert (zone in fields["x"].description) or not zone


def test_a_new_moment_has_a_zone():
    model, fields = made(schema(x={"type": "string", "format": "date-time"}))
    fields["x"].value = dt.datetime(2025, 12, 31, 11, 30)
    assert dt.datetime.fromisoformat(model.get(("x",))).tzinfo is not None
    assert model.validate() == []


def test_several_options_keep_what_is_none_of_them():
    tags = {"type": "array", "uniqueItems": True, "items": {"enum": ["a", "b"]}}
    model, fields = made(schema(x=tags), {"x": ["b", "old"]})
    assert fields["x"].value == ("b", "old")
    fields["x"].value = ("a", "old")
    assert model.value == {"x": ["a", "old"]}
    fields["x"].value = ()
    assert model.value == {}


def test_a_value_that_is_no_option_is_shown_and_not_lost():
    model, fields = made(schema(x={"enum": ["a", "b"]}), {"x": "gone"})
    assert fields["x"].value == "gone"
    assert fields["x"].label == "gone (not in the list)"
    person(fields["x"], "a")
    assert [label for label, _ in fields["x"].options] == ["—", "a", "b"]
    assert model.value == {"x": "a"}
    assert fields["x"].value == "a"


def test_empty_and_absent_are_two_options_where_null_is_a_value():
    model, fields = made(schema(x={"type": ["boolean", "null"]}))
    person(fields["x"], "(empty)")
    assert model.payload() == {"x": None}
    assert fields["x"].label == "(empty)"
    person(fields["x"], "—")
    assert model.payload() == {}


def test_a_null_text_says_that_it_is_empty():
    _, fields = made(schema(x={"type": ["string", "null"]}), {"x": None})
    assert (fields["x"].value, fields["x"].placeholder) == ("", "(empty)")


def test_a_box_is_ticked_only_where_yes_or_no_is_given():
    given = schema(["x", "y"], x={"type": "boolean", "default": False}, y={"type": "boolean"})
    model, fields = made(given)
    assert isinstance(fields["x"], widgets.Checkbox)
    assert isinstance(fields["y"], widgets.Dropdown), "a box would show No, which nobody said"
    assert model.payload() == {"x": False}
    fields["x"].value = True
    person(fields["y"], "No")
    assert model.payload() == {"x": True, "y": False}


def test_a_constant_is_chosen_or_not():
    model, fields = made(schema(x={"const": "EUR"}))
    assert [label for label, _ in fields["x"].options] == ["—", "EUR"]
    assert model.payload() == {}
    person(fields["x"], "EUR")
    assert model.payload() == {"x": "EUR"}


def test_what_only_the_service_says_is_shown_and_cannot_be_changed():
    given = schema(x={**TEXT, "readOnly": True}, y={**TEXT, "readOnly": True})
    _, fields = made(given, {"x": "2025"})
    assert fields.names == ("x",)
    assert fields["x"].disabled


# --- secrets ------------------------------------------------------------------------------------


@pytest.mark.parametrize("secret", [{"isSensitive": True}, {"writeOnly": True}])
def test_a_secret_is_in_the_model_and_in_no_widget(wire, secret):
    model, fields = made(schema(x={**TEXT, **secret}), {"x": "old secret"})
    assert isinstance(fields["x"], widgets.Password)
    person(fields["x"], "hunter2")
    assert model.get(("x",)) == "hunter2"
    states = [each.get_state() for each in under(fields.widget)]
    assert not any("hunter2" in str(state) or "old secret" in str(state) for state in states)
    assert "filled in" in fields["x"].placeholder
    assert "old secret" not in str(wire)
    assert "hunter2" not in repr(fields["x"])


# --- what is said of a field --------------------------------------------------------------------


def test_the_error_takes_the_place_of_the_help_once_the_field_was_left(wire):
    text = {**TEXT, "title": "Name", "description": "As on the door", "maxLength": 5}
    model, fields = made(schema(["x"], x=text))
    before = fields["x"].description
    assert "As on the door · at most 5 characters" in before
    model.validate()
    assert fields["x"].description == before, "nobody was there yet"
    wire.clear()
    person(fields["x"], "too long")
    assert "As on the door" not in fields["x"].description
    assert "✗ takes at most 5 characters" in fields["x"].description
    assert opened(wire) == 0
    person(fields["x"], "short")
    assert fields["x"].description == before


def test_all_errors_show_once_sending_was_tried():
    model, fields = made(schema(["x", "box"], x=TEXT, box={"type": "boolean"}), {"box": True})
    model.set(("box",), "yes?")
    model.validate()
    assert "✗" not in fields["x"].description
    model.tried = True
    assert "✗ is required" in fields["x"].description
    assert "✗" in fields["box"].description


def test_what_the_service_refuses_is_at_its_field():
    model, fields = made(schema(x=TEXT))
    model.refuse([(("x",), "exists already")])
    assert "✗ exists already" in fields["x"].description
    person(fields["x"], "new")
    assert "✗" not in fields["x"].description


def test_required_is_a_star_with_a_name_and_a_word():
    _, fields = made(schema(["x"], x={**TEXT, "description": "Help"}, y=TEXT), language="nl")
    assert '<abbr class="exactnb-star" title="verplicht">*</abbr>' in fields["x"].description
    assert ">verplicht · Help<" in fields["x"].description
    assert "verplicht" not in fields["y"].description


def test_every_control_has_a_name_and_what_comes_from_a_schema_is_text():
    hostile = {"title": HOSTILE, "description": f"{HOSTILE} $a$ \\(b\\)"}
    kinds = [
        TEXT,
        {"type": "number"},
        {"type": "boolean"},
        {"enum": [HOSTILE]},
        {"type": "string", "format": "date"},
        {"type": "string", "format": "date-time"},
        {"type": "array", "uniqueItems": True, "items": {"enum": [HOSTILE]}},
        {"type": "array", "items": {**TEXT, **hostile}},
        {"type": "object", "additionalProperties": {**TEXT, **hostile}},
        {"oneOf": [{"title": HOSTILE, "type": "string"}, {"title": "b", "type": "number"}]},
    ]
    properties = {f"f{n}": {**kind, **hostile} for n, kind in enumerate(kinds)}
    _, fields = made(schema(list(properties), **properties), {"f7": ["x"], "f8": {HOSTILE: "y"}})
    said = []
    for each in under(fields.widget):
        if isinstance(each, widgets.Box):
            continue
        text = each.value if isinstance(each, widgets.HTML) else each.description
        assert text
        if isinstance(each, widgets.HTML) or getattr(each, "description_allow_html", False):
            said.append(text)
    assert len(said) > 10
    assert not any("<img" in text or "$" in text or "\\(" in text for text in said)
    assert any("&lt;img" in text for text in said)


# --- which fields there are ---------------------------------------------------------------------


def test_required_and_filled_fields_are_shown_and_seven_others():
    names = [f"f{n}" for n in range(20)]
    given = schema(["f19"], **dict.fromkeys(names, TEXT))
    _, fields = made(given, {"f15": "x"})
    assert fields.names == (*names[:7], "f15", "f19")


def test_a_long_form_shows_no_more_than_it_must():
    names = [f"f{n}" for n in range(20)]
    _, fields = made(schema(names[:13], **dict.fromkeys(names, TEXT)))
    assert fields.names == tuple(names[:13])


def test_a_field_that_is_added_takes_its_place():
    names = [f"f{n}" for n in range(10)]
    model, fields = made(schema(**dict.fromkeys(names, TEXT)))
    adder = fields.widget.children[-1]
    assert [label for label, _ in adder.options] == ["—", "F 7", "F 8", "F 9"]
    person(adder, "F 9")
    person(adder, "F 8")
    assert [fields.widget.children.index(fields[name]) for name in ("f6", "f8", "f9")] == [6, 7, 8]
    assert adder.label == "—"
    person(adder, "F 7")
    assert adder not in fields.widget.children, "there is nothing left to add"
    assert model.payload() == {}


def test_a_field_that_is_filled_from_code_is_shown():
    names = [f"f{n}" for n in range(10)]
    model, fields = made(schema(**dict.fromkeys(names, TEXT)))
    model.set(("f9",), "x")
    assert fields["f9"] in fields.widget.children


def test_a_condition_brings_a_field_and_takes_it_away_and_leaves_the_others_alone():
    given = {
        **schema(kind={"enum": ["company", "person"]}, name=TEXT),
        "if": {"properties": {"kind": {"const": "company"}}, "required": ["kind"]},
        "then": {"properties": {"vat": TEXT}},
    }
    model, fields = made(given)
    kept = fields["name"], fields["kind"]
    assert fields.names == ("kind", "name")
    person(fields["kind"], "company")
    assert fields.names == ("kind", "name", "vat")
    person(fields["kind"], "person")
    assert fields.names == ("kind", "name")
    assert (fields["name"], fields["kind"]) == kept
    assert model.payload() == {"kind": "person"}


def test_a_group_is_made_when_it_is_opened():
    model, fields = made(schema(["a"], a=schema(x=TEXT), b={**schema(y=TEXT), "title": "B"}))
    assert ("a", "x") in fields.paths
    assert ("b", "y") not in fields.paths
    (heading,) = button(fields, "▸ B")
    heading.click()
    assert heading.description == "▾ B"
    person(fields["b", "y"], "1")
    assert model.payload() == {"b": {"y": "1"}}
    heading.click()
    assert heading.description == "▸ B · 1 filled in"
    person(fields["b", "y"], "")
    assert model.payload() == {}


def test_what_is_wrong_in_a_shut_group_opens_it():
    model, fields = made(schema(b={**schema(y={**TEXT, "maxLength": 1}), "title": "B"}))
    model.set(("b", "y"), "too long")
    for heading in button(fields, "▾ B"):
        heading.click()
    assert button(fields, "▸ B · 1 filled in")
    model.validate()
    model.tried = True
    assert button(fields, "▾ B")
    assert "✗" in fields["b", "y"].description


def test_a_schema_that_contains_itself_is_drawn_as_far_as_it_is_filled():
    node = {"type": "object", "properties": {"name": TEXT, "child": {"$ref": "#/$defs/node"}}}
    given = {"$ref": "#/$defs/node", "$defs": {"node": node}}
    model, fields = made(given, {"name": "a", "child": {"name": "b"}})
    assert [path for path in fields.paths if path[-1] == "name"] == [("name",), ("child", "name")]
    person(fields["child", "child", "name"], "c")
    assert model.get(("child", "child", "name")) == "c"


def test_a_field_of_ones_own_is_added_by_name_and_taken_out():
    model, fields = made(schema(x={"type": "object", "additionalProperties": {"type": "integer"}}))
    (heading,) = button(fields, "▸ X")
    heading.click()
    namer = next(each for each in under(fields.widget) if "Field of your own" in each_text(each))
    person(namer, "colour")
    assert namer.value == ""
    person(fields["x", "colour"], "7")
    assert model.payload() == {"x": {"colour": 7}}
    button(fields, "Remove")[0].click()
    assert model.payload() == {}


def each_text(widget):
    return getattr(widget, "description", "")


# --- lists --------------------------------------------------------------------------------------

PHONES = {"type": "array", "title": "Phones", "items": {**TEXT, "title": "Phone"}}


def texts(fields):
    return [each.value for each in under(fields.widget) if type(each) is widgets.Text]


def test_rows_are_added_moved_doubled_and_removed():
    model, fields = made(schema(x=PHONES), {"x": ["1", "2"]})
    first = fields["x", 0]
    button(fields, "+ Add Phone")[0].click()
    person(fields["x", 2], "3")
    assert model.value == {"x": ["1", "2", "3"]}
    button(fields, "Up")[2].click()
    assert texts(fields) == ["1", "3", "2"]
    button(fields, "Duplicate")[0].click()
    assert texts(fields) == ["1", "1", "3", "2"]
    button(fields, "Remove")[3].click()
    button(fields, "Down")[1].click()
    assert model.value == {"x": ["1", "3", "1"]}
    assert texts(fields) == ["1", "3", "1"]
    assert fields["x", 0] is first
    assert "Phone 1" in first.description
    assert [each.disabled for each in button(fields, "Up")] == [True, False, False]
    assert [each.disabled for each in button(fields, "Down")] == [False, False, True]


def test_a_list_that_is_emptied_is_absent():
    model, fields = made(schema(x=PHONES), {"x": ["1"]})
    button(fields, "Remove")[0].click()
    assert model.value == {}


def test_objects_in_a_list_that_is_no_grid_have_their_fields():
    deep = {"type": "array", "items": {**schema(name=TEXT, roles=PHONES), "title": "Contact"}}
    model, fields = made(schema(x=deep))
    button(fields, "▸ X")[0].click()
    button(fields, "+ Add Contact")[0].click()
    assert button(fields, "▾ Contact 1")
    person(fields["x", 0, "name"], "Ann")
    assert model.payload() == {"x": [{"name": "Ann"}]}


def test_a_shut_row_is_known_by_the_first_that_is_filled_in():
    secret = {**TEXT, "isSensitive": True}
    row = schema(pin=secret, home=schema(town=TEXT), name=TEXT, price={"type": "number"})
    given = [{"pin": "123", "name": HOSTILE, "price": 1.5}, {"price": 2.5}, {"pin": "123"}, {}]
    given += [{"name": "n" * 99}] * 8
    _, fields = made(schema(x={"type": "array", "items": {**row, "title": "Row"}}), {"x": given})
    button(fields, "▸ X · 12 filled in")[0].click()
    assert button(fields, f"▸ Row 1 · {HOSTILE}")  # a button shows text, never markup
    assert button(fields, "▸ Row 2 · 2.5")
    assert button(fields, "▸ Row 3 · 1 filled in")
    assert button(fields, "▸ Row 4")
    assert len(button(fields, f"▸ Row 5 · {'n' * 39}…")) == 1


# --- variants -----------------------------------------------------------------------------------

PAYMENT = {
    "title": "Payment",
    "oneOf": [
        {"title": "Bank", **schema(["iban"], iban=TEXT)},
        {"title": "Cash", **schema(till={"type": "integer"})},
    ],
}


def test_a_kind_is_chosen_and_brings_its_fields():
    model, fields = made(schema(x=PAYMENT), {"x": {"iban": "NL1"}})
    which = fields.widget.children[0].children[0]
    assert which.label == "Bank"
    assert fields["x", "iban"].value == "NL1"
    person(which, "Cash")
    assert ("x", "iban") not in fields.paths
    assert ("x", "till") in fields.paths
    person(fields["x", "till"], "3")
    assert model.get(("x", "till")) == 3
    person(which, "—")
    assert model.value == {}
    assert which.label == "—"


# --- locked, sought, gone -----------------------------------------------------------------------


@pytest.mark.parametrize("status", ["pending", "done", "unknown"])
def test_nothing_can_be_typed_while_it_is_sent_and_after(status):
    names = [f"f{n}" for n in range(9)]
    model, fields = made(
        schema(x=PHONES, p=PAYMENT, **dict.fromkeys(names, TEXT)), {"x": ["1"], "p": {"iban": "x"}}
    )
    live = [each for each in under(fields.widget) if hasattr(each, "disabled")]
    live = [each for each in live if not each_text(each).startswith("▾")]
    assert any(not each.disabled for each in live)
    model.status = status
    assert all(each.disabled for each in live)
    model.status = "ready"
    assert not all(each.disabled for each in live)


def test_a_field_that_was_not_drawn_is_drawn_when_it_is_asked_for():
    names = [f"f{n}" for n in range(9)]
    model, fields = made(schema(**dict.fromkeys(names, TEXT), deep=schema(x=schema(y=TEXT))))
    assert ("f8",) not in fields.paths
    fields["f8"].value = "a"
    fields[("deep", "x", "y")].value = "b"
    assert model.payload() == {"f8": "a", "deep": {"x": {"y": "b"}}}
    with pytest.raises(KeyError):
        fields["nothing"]


@pytest.mark.parametrize("path", [("f8",), ("deep", "x"), ("deep",)])
def test_the_cursor_is_brought_to_any_field(wire, path):
    names = [f"f{n}" for n in range(9)]
    _, fields = made(schema(**dict.fromkeys(names, TEXT), deep=schema(x=TEXT)))
    assert fields.focus(path)
    assert {"method": "custom", "content": {"do": "focus"}} in [state for _, state in wire]


ROWS = {
    "type": "array",
    "items": schema(item={**TEXT, "title": "Item"}, price={"type": "number"}),
}
LINES = schema(["lines"], lines=ROWS, deep=schema(more=ROWS))


def test_the_cursor_is_brought_to_a_date_by_way_of_what_is_around_it(wire):
    _, fields = made(schema(day={"type": "string", "format": "date"}))
    assert fields["day"].tabbable is False  # focusable, and no stop of its own
    assert fields.focus(("day",))


@pytest.mark.parametrize(
    ("path", "cell"),
    [
        (("lines", 1, "price"), [1, 1]),
        (("lines", 1), [1, 0]),
        (("lines",), [0, 0]),
    ],
)
def test_the_cursor_is_brought_to_a_cell_of_lines(wire, path, cell):
    _, fields = made(LINES, {"lines": [{"item": "a"}, {"item": "b"}]})
    assert fields.focus(path)
    assert wire[-1][1] == {"method": "custom", "content": {"focus": cell}}


def test_lines_have_a_title_and_are_waited_for_once_they_are_shown(monkeypatch):
    waited = []
    monkeypatch.setattr(GridBox, "shown", lambda box: waited.append(box))
    _, fields = made(LINES)
    title, box = fields["lines"].children
    assert ">Lines<abbr" in title.value
    assert waited == []
    fields.shown()
    assert waited == [box]
    later = fields[("deep", "more")].children[1]
    assert waited == [box, later], "lines that are drawn later are waited for at once"


def test_a_form_that_was_closed_hears_nothing(wire):
    model, fields = made(schema(x=TEXT))
    fields.close()
    wire.clear()
    model.set(("x",), "y")
    assert wire == []


@pytest.mark.parametrize("root", [{"type": "string"}, {"type": "array", "items": TEXT}, PAYMENT])
def test_a_form_of_anything_is_drawn(root):
    _, fields = made(root)
    assert len(fields.widget.children) > 0
