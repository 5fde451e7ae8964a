"""Long forms: a page of fields is drawn at a time, and nothing on the others is out of reach."""

import pytest
from form_side import TEXT, button, made, opened, person, recorded, schema

NAMES = [f"f{number:03}" for number in range(500)]
LONG = schema(NAMES, **dict.fromkeys(NAMES, TEXT))
NEST = {"type": "array", "title": "People", "items": schema(name=TEXT, home=schema(town=TEXT))}


@pytest.fixture
def wire(monkeypatch):
    return recorded(monkeypatch)


def led_to(wire):
    """Whether a control was told to take the cursor."""
    return {"method": "custom", "content": {"do": "focus"}} in [state for _, state in wire]


def press(fields, text):
    (found,) = button(fields, text)
    found.click()


def test_a_page_is_drawn_and_a_button_draws_the_next_and_leads_to_it(wire):
    _, fields = made(LONG)
    assert fields.names == tuple(NAMES[:100])
    assert opened(wire) <= 110
    press(fields, "Show the next 100 fields · 400 to go")
    assert fields.names == tuple(NAMES[:200])
    assert led_to(wire)
    press(fields, "Show the next 100 fields · 300 to go")
    press(fields, "Show the next 100 fields · 200 to go")
    press(fields, "Show the other 100 fields")
    assert fields.names == tuple(NAMES)
    assert not [each for each in fields.widget.children if "Show" in str(each.description)]
    assert opened(wire) <= 600


def test_the_button_speaks_dutch():
    _, fields = made(LONG, language="nl")
    press(fields, "Toon de volgende 100 velden · nog 400")


@pytest.mark.parametrize("count", [12, 100, 150])
def test_a_form_that_is_not_so_long_is_drawn_as_a_whole(count):
    _, fields = made(schema(NAMES[:count], **dict.fromkeys(NAMES[:count], TEXT)))
    assert len(fields.names) == count


def test_a_short_last_page_comes_with_the_one_before_it():
    _, fields = made(schema(NAMES[:240], **dict.fromkeys(NAMES[:240], TEXT)))
    press(fields, "Show the other 140 fields")
    assert len(fields.names) == 240


def test_a_field_that_was_not_drawn_has_a_value_like_any_other():
    model, fields = made(LONG, {"f498": "there from the start"})
    model.set(("f300",), "set by code")
    assert ("f300",) not in fields.paths
    assert model.payload() == {"f300": "set by code", "f498": "there from the start"}
    assert fields["f300"].value == "set by code"
    assert fields["f498"].value == "there from the start"
    fields["f499"].value = "typed"
    assert model.get(("f499",)) == "typed"


def test_the_cursor_is_brought_to_a_field_on_any_page(wire):
    _, fields = made(LONG)
    assert fields.focus(("f321",))
    assert led_to(wire)
    assert ("f321",) in fields.paths


def test_what_is_wrong_is_drawn():
    model, fields = made(LONG, dict.fromkeys(NAMES, "x"))
    model.refuse([(("f250",), "is not known")])
    assert ">✗ is not known<" in fields["f250"].description
    assert ("f250",) in fields.paths
    assert ("f300",) not in fields.paths


def test_any_field_can_be_gone_to_without_turning_pages(wire):
    optional = schema(NAMES, **dict.fromkeys(NAMES, TEXT), note={**TEXT, "title": "A note"})
    model, fields = made(optional)
    adder = fields.widget.children[-1]
    assert "Add or find a field …" in adder.description
    person(adder, "F 123")
    assert ("f123",) in fields.paths
    assert led_to(wire)
    person(adder, "A note")
    assert fields.names[-1] == "note"
    assert len(fields.names) == 501
    assert model.payload() == {}


def test_a_long_list_is_drawn_by_pages_too(wire):
    model, fields = made(schema(people=NEST), {"people": [{"name": str(n)} for n in range(60)]})
    assert opened(wire) < 10
    press(fields, "▸ People · 60 filled in")
    assert len(button(fields, "Duplicate")) == 20
    wire.clear()
    press(fields, "Show the next 20 rows · 40 to go")
    assert led_to(wire)
    assert button(fields, "▸ People 21 · 20"), "the next row is led to, and not opened"
    assert len(button(fields, "Duplicate")) == 40
    press(fields, "+ Add People")
    assert len(button(fields, "Duplicate")) == 61, "the row that was added is seen"
    assert len(model.get(("people",))) == 61


def test_a_row_that_leaves_its_page_is_seen_where_it_goes():
    given = {"people": [{"name": str(n)} for n in range(60)]}
    model, fields = made(schema(people=NEST), given)
    press(fields, "▸ People · 60 filled in")
    button(fields, "Down")[19].click()
    assert model.get(("people", 20, "name")) == "19"
    assert fields[("people", 20, "name")].value == "19"
    assert len(button(fields, "Duplicate")) == 40
