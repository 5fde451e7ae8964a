"""The fields of a schema, for the value that is there."""

import datetime as dt
import math
import subprocess
import sys

import pytest

from exactnb.absent import ABSENT
from exactnb.schema import document as documents
from exactnb.schema.tree import Lookup, Option, tree
from exactnb.schema.validate import problems


def names(field):
    return [child.name for child in field.children]


def field_of(schema, value=ABSENT, **named):
    """A field named ``it`` with this schema."""
    whole = {"type": "object", "properties": {"it": schema}}
    return tree(whole, ABSENT if value is ABSENT else {"it": value}, **named).at(("it",))


# --- kinds ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "kind", "nullable"),
    [
        ({"type": "string"}, "string", False),
        ({"type": "String"}, "string", False),
        ({"type": ["integer", "null"]}, "integer", True),
        ({"type": "number", "nullable": True}, "number", True),
        ({"type": ["number", "integer"]}, "number", False),
        ({"type": "boolean"}, "boolean", False),
        ({"type": "null"}, "null", True),
        ({"properties": {"a": {}}}, "object", False),
        ({"items": {}}, "array", False),
        ({"prefixItems": [{}]}, "array", False),
        ({"maxLength": 3}, "string", False),
        ({"minimum": 3}, "number", False),
        ({"const": 3}, "number", False),
        ({"enum": ["a", "b"]}, "string", False),
        ({"enum": ["a", None]}, "string", True),
        ({"type": "integer", "enum": [1, 2]}, "integer", False),
        ({"enum": ["a", 1]}, "raw", False),
        ({"enum": [{"a": 1}]}, "raw", False),
        ({"type": ["string", "number"]}, "variants", False),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "string", True),
        ({"oneOf": [{"type": "string"}, {"type": "number"}]}, "variants", False),
        ({"type": "object", "anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, "object", False),
        ({"allOf": [{"type": "string"}, {"maxLength": 3}]}, "string", False),
        ({"type": "money"}, "raw", False),
        ({}, "raw", False),
        (True, "raw", False),
    ],
)
def test_kinds(schema, kind, nullable):
    field = field_of(schema)
    assert (field.kind, field.nullable) == (kind, nullable)


@pytest.mark.parametrize(
    ("value", "kind"),
    [("a", "string"), (1.5, "number"), (True, "boolean"), ({}, "object"), ([], "array")],
)
def test_where_the_schema_says_nothing_the_value_tells(value, kind):
    assert field_of({"title": "Anything"}, value).kind == kind


def test_where_the_schema_says_something_of_several_kinds_the_value_tells():
    several = {"minLength": 2, "items": {"type": "string"}}
    assert [field_of(several, value).kind for value in ("ab", ["a"], 5)] == [
        *("string", "array", "raw")
    ]
    assert field_of(several).kind == "raw"
    assert field_of({**several, "properties": {"a": {}}}).kind == "object"


# --- words ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("orderedBy", "Ordered by"),
        ("GLAccountCode", "GL account code"),
        ("vat_code", "Vat code"),
        ("salesInvoiceLines", "Sales invoice lines"),
        ("line2", "Line 2"),
        ("straße", "Straße"),
        ("invoiceIDs", "Invoice ids"),
        ("a.b-c", "A b c"),
        ("$", "$"),
        ("ID", "ID"),
    ],
)
def test_a_field_without_a_title_is_called_by_its_name_in_words(name, title):
    (field,) = tree({"properties": {name: {}}}).children
    assert field.title == title


def test_title_and_help_are_what_the_schema_says():
    field = field_of({"title": " Customer ", "description": "Who pays"})
    assert (field.title, field.help) == ("Customer", "Who pays")
    odd = field_of({"title": {"$var": "a"}, "description": 5})
    assert (odd.title, odd.help) == ("It", "")


def test_rows_are_counted_for_people():
    lines = field_of({"title": "Lines", "items": {"type": "string"}}, ["a", "b"])
    assert [row.title for row in lines.children] == ["Lines 1", "Lines 2"]
    assert lines.item.title == "Lines"


@pytest.mark.parametrize(
    ("schema", "english", "dutch"),
    [
        ({"type": "string", "maxLength": 50}, "at most 50 characters", "hooguit 50 tekens"),
        ({"type": "string", "minLength": 2, "maxLength": 2}, "exactly 2 characters",
         "precies 2 tekens"),
        ({"type": "string", "minLength": 2, "maxLength": 5}, "2 to 5 characters",
         "2 tot en met 5 tekens"),
        ({"type": "string", "minLength": 1}, "at least 1 character", "minstens 1 teken"),
        ({"type": "string", "pattern": "^A"}, "of the form ^A", "van de vorm ^A"),
        ({"type": "string", "format": "email"}, "an e-mail address, such as name@example.com",
         "een e-mailadres, zoals naam@example.com"),
        ({"type": "integer", "minimum": 1, "maximum": 9}, "a whole number, 1 to 9",
         "een geheel getal, 1 tot en met 9"),
        ({"type": "number", "exclusiveMinimum": 0, "multipleOf": 0.01},
         "more than 0, with at most 2 decimals", "meer dan 0, met hooguit 2 decimalen"),
        ({"type": "number", "minimum": 0.5, "multipleOf": 2.5}, "0.5 or more, in steps of 2.5",
         "0,5 of meer, in stappen van 2,5"),
        ({"type": "array", "minItems": 1, "uniqueItems": True},
         "at least 1 row, each value once", "minstens 1 regel, elke waarde één keer"),
        ({"type": "object", "maxProperties": 3}, "at most 3 fields", "hooguit 3 velden"),
        ({"enum": ["a"], "maxLength": 5}, "", ""),
        ({"type": "string"}, "", ""),
    ],
)  # fmt: skip
def test_limits_in_words(schema, english, dutch):
    assert field_of(schema).limits == english
    assert field_of(schema, language="nl").limits == dutch


@pytest.mark.parametrize(
    ("name", "schema", "money"),
    [
        ("x", {"type": "number", "multipleOf": 0.01}, True),
        ("netPrice", {"type": "number"}, True),
        ("AmountDC", {"type": "number"}, True),
        ("quantity", {"type": "number"}, False),
        ("price", {"type": "string"}, False),
        ("totals", {"type": "integer"}, False),
        ("priceFactor", {"type": "number", "multipleOf": 0.001}, False),
    ],
)
def test_money_is_told_by_its_cents_or_its_name(name, schema, money):
    assert tree({"properties": {name: schema}}).children[0].money is money


@pytest.mark.parametrize(
    ("name", "schema", "long"),
    [
        ("x", {"maxLength": 500}, True),
        ("x", {"maxLength": 50}, False),
        ("remarks", {}, True),
        ("description", {"maxLength": 60}, False),
        ("notes", {"enum": ["a"]}, False),
        ("name", {}, False),
    ],
)
def test_texts_of_several_lines(name, schema, long):
    assert tree({"properties": {name: {"type": "string", **schema}}}).children[0].long is long


# --- facts ----------------------------------------------------------------------------------


def test_facts_are_read_off():
    schema = {
        "type": "object",
        "required": ["a", "elsewhere"],
        "properties": {
            "a": {"type": "string", "default": "x", "examples": ["y"], "readOnly": True},
            "b": {"const": 5, "writeOnly": True, "format": "uuid"},
            "c": {"isSensitive": True, "properties": {"d": {"type": "string"}}},
        },
    }
    a, b, c, elsewhere = tree(schema).children
    assert (a.required, a.default, a.examples, a.read_only) == (True, "x", ("y",), True)
    assert (b.const, b.write_only, b.sensitive, b.format) == (5, True, True, "uuid")
    assert (b.required, b.default, a.const) == (False, ABSENT, ABSENT)
    assert (c.sensitive, c.children[0].sensitive, a.sensitive) == (True, True, False)
    assert (elsewhere.name, elsewhere.required) == ("elsewhere", True)


def test_a_field_never_shows_its_value():
    field = field_of({"isSensitive": True}, "s3cret")
    assert "s3cret" not in repr(field) + field.title + field.limits


# --- options --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "schema",
    [
        {"enum": [{"value": 1, "label": "One"}, {"value": 2, "label": "Two"}]},
        {"enum": [1, 2], "enumNames": ["One", "Two"]},
        {"oneOf": [{"const": 1, "title": "One"}, {"const": 2, "title": "Two"}]},
        {"anyOf": [{"enum": [1], "title": "One"}, {"const": 2, "title": "Two"}, {"type": "null"}]},
        {"referenceRecords": [{"id": 1, "name": "One"}, {"id": 2, "name": "Two"}, {"name": "x"}]},
        {"enum": [9], "referenceRecords": [{"id": 1, "name": "One"}, {"id": 2, "name": "Two"}]},
        {"enum": [{"value": 1, "label": "One"}, {"value": 2, "label": "Two"}], "nullable": True},
    ],
)
def test_options_have_labels_however_they_are_written(schema):
    field = field_of({"type": "integer", **schema})
    assert field.options == (Option(1, "One"), Option(2, "Two"))
    assert (field.kind, field.variants, field.allow_custom) == ("integer", (), False)


def test_options_may_leave_room_for_others():
    field = field_of({"type": "string", "enum": ["red"], "allowCustom": True})
    assert field.options == (Option("red", "red"),)
    assert field.allow_custom
    assert problems(field.schema, "blue") == []


def test_a_boolean_has_no_options_and_an_array_has_those_of_its_items():
    assert field_of({"type": "boolean"}).options == ()
    several = field_of({"type": "array", "uniqueItems": True, "items": {"enum": ["a", "b"]}})
    assert several.multiple
    assert [option.value for option in several.options] == ["a", "b"]
    repeated = field_of({"type": "array", "items": {"enum": ["a", "b"]}})
    assert (repeated.multiple, repeated.options) == (False, ())


# --- lookups --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "schema",
    [
        {"referenceCollection": {"key": "accounts", "parameters": {"kind": "C"}}},
        {"referenceCollectionPath": "/data/accounts?kind=C"},
        {"referenceCollectionUri": "data/accounts?kind=C"},
    ],
)
def test_lookups_are_read_in_each_spelling(schema):
    assert field_of(schema).lookup == Lookup("accounts", {"kind": "C"})


def test_formulas_of_a_lookup_are_filled_in_from_the_row_first():
    lookup = Lookup("items", {"of": {"$var": "code"}, "who": {"$var": "customer.id"}, "n": 1})
    value = {"code": "top", "customer": {"id": 7}, "lines": [{"code": "row"}, {}]}
    first, second = ("lines", 0, "item"), ("lines", 1, "item")
    assert lookup.resolved(value, first) == Lookup("items", {"of": "row", "who": 7, "n": 1})
    assert lookup.resolved(value, second) == Lookup("items", {"of": "top", "who": 7, "n": 1})
    assert lookup.resolved({}, first) == Lookup("items", {"n": 1})
    whole = Lookup("items", {"of": {"$var": "lines.code"}, "odd": {"$concat": ["a"]}})
    assert whole.resolved(value, first) == Lookup("items", {"of": "row"})


def test_a_lookup_whose_key_is_not_known_yet_is_none():
    field = field_of({"referenceCollection": {"key": {"$var": "kind"}}})
    assert field.lookup.resolved({"kind": "accounts"}, ("it",)) == Lookup("accounts", {})
    assert field.lookup.resolved({}, ("it",)) is None
    assert field_of({"type": "string"}).lookup is None
    assert field_of({"referenceCollection": {"parameters": {}}}).lookup is None


# --- what is in it --------------------------------------------------------------------------


def test_properties_come_in_order_and_then_what_is_there_besides():
    schema = {
        "properties": {"b": {}, "a": {}, "never": False},
        "additionalProperties": {"type": "number"},
    }
    field = tree(schema, {"extra": 1, "a": 2})
    assert names(field) == ["b", "a", "extra"]
    assert field.at(("extra",)).kind == "number"
    assert field.at(("another",)).kind == "number"
    assert field.open


@pytest.mark.parametrize(
    ("schema", "open_"),
    [
        ({"type": "object"}, True),
        ({"properties": {"a": {}}}, False),
        ({"properties": {"a": {}}, "additionalProperties": True}, True),
        ({"properties": {}, "additionalProperties": False}, False),
        ({"properties": {"a": {}}, "patternProperties": {"^x-": {}}}, True),
        ({"type": "string"}, False),
    ],
)
def test_which_objects_take_keys_of_your_own(schema, open_):
    assert field_of(schema).open is open_


def test_pattern_properties_count_beside_the_properties():
    schema = {
        "properties": {"ab": {"maxLength": 3}},
        "patternProperties": {"^a": {"type": "string", "title": "A"}, "[": {}},
    }
    field = tree(schema, {"ab": "", "ac": ""})
    assert [(c.name, c.title, c.limits) for c in field.children] == [
        ("ab", "A", "at most 3 characters"),
        ("ac", "A", ""),
    ]


def test_tuples_have_a_field_for_each_place():
    schema = {"prefixItems": [{"type": "string"}, {"type": "number"}], "items": {"type": "boolean"}}
    field = tree(schema, ["a", 1, True])
    assert [row.kind for row in field.children] == ["string", "number", "boolean"]
    assert tree(schema, []).item.kind == "string"
    assert tree({**schema, "items": False}, ["a", 1]).item is None


LINES = {
    "type": "array",
    "items": {
        "required": ["item"],
        "properties": {"item": {"type": "string"}, "price": {"type": "number"}},
    },
}


def test_a_grid_is_an_array_of_flat_objects():
    assert field_of(LINES).grid
    nested = {"items": {"properties": {"a": {"items": {"type": "string"}}}}}
    assert not field_of(nested).grid
    assert not field_of({"items": {"type": "string"}}).grid
    assert not field_of({"items": {"type": "object"}}).grid
    assert field_of({"items": {"$ref": "#/properties/it/items"}}).grid is False
    item = field_of(LINES).item
    assert (item.path, names(item)) == (("it", "*"), ["item", "price"])
    assert item.children[0].required


def test_a_walk_down_is_lazy_and_ends_where_nothing_may_be():
    field = tree({"properties": {"it": LINES}}, {"it": [{}, {"price": 1, "more": 2}]})
    assert field.at(("it", 1, "price")).path == ("it", 1, "price")
    assert field.at(("it", 1, "more")).kind == "number"
    assert field.at(("it", "*", "price")).kind == "number"
    assert field.at(()) is field
    for path in [("no",), ("it", "no"), ("it", 0, "no"), ("it", 0, "price", "no"), ("it", -1)]:
        assert field.at(path) is None, path


def test_many_rows_share_what_their_columns_are(monkeypatch):
    made = []
    shape = documents.Document.effective
    rows = tree({"properties": {"it": LINES}}, {"it": [{"item": "a"}] * 500})
    assert rows.at(("it", 0, "item")).kind == "string"
    monkeypatch.setattr(documents.Document, "effective", lambda *a: made.append(1) or shape(*a))
    assert rows.at(("it", 499, "item")).schema is rows.at(("it", 0, "item")).schema
    assert len(made) < 10  # the way to one cell, whatever the number of rows


# --- references and conditions --------------------------------------------------------------


def test_recursion_ends_where_the_data_does():
    schema = {"properties": {"name": {"type": "string"}, "sub": {"items": {"$ref": "#"}}}}
    field = tree(schema, {"sub": [{"sub": [{}]}]})
    deep = field.at(("sub", 0, "sub", 0))
    assert names(deep) == ["name", "sub"]
    assert deep.at(("sub",)).children == ()
    assert deep.at(("sub", "*", "sub", "*", "name")).kind == "string"


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#/$defs/a", "$defs": {"a": {"type": "string", "maxLength": 3}}},
        {"$ref": "#/definitions/a~1b", "definitions": {"a/b": {"type": "string", "maxLength": 3}}},
        {"$ref": "#a", "$defs": {"x": {"$anchor": "a", "type": "string", "maxLength": 3}}},
        {"$id": "https://x.example/s", "$ref": "other",
         "$defs": {"x": {"$id": "other", "type": "string", "maxLength": 3}}},
        {"$dynamicRef": "#a",
         "$defs": {"x": {"$dynamicAnchor": "a", "type": "string", "maxLength": 3}}},
        {"allOf": [{"type": "string", "maxLength": 9}, {"$ref": "#/$defs/a"}],
         "$defs": {"a": {"maxLength": 3}}},
        {"$ref": "#/parts/a", "parts": {"a": {"type": "STRING", "maxLength": 3}}},
    ],
)  # fmt: skip
def test_references_are_followed(schema):
    field = tree(schema)
    assert (field.kind, field.limits) == ("string", "at most 3 characters")
    assert [each.keyword for each in problems(field.schema, "abcd")] == ["maxLength"]


def test_a_part_with_references_can_be_checked_by_itself():
    schema = {
        "properties": {"lines": {"items": {"$ref": "#/$defs/line"}}},
        "$defs": {"line": {"properties": {"price": {"$ref": "#/$defs/money"}}},
                  "money": {"multipleOf": 0.01}},
    }  # fmt: skip
    field = tree(schema, {"lines": [{}]}).at(("lines",))
    (problem,) = problems(field.schema, [{"price": 0.001}], path=field.path)
    assert problem.path == ("lines", 0, "price")


def test_what_stands_beside_a_reference_has_the_word():
    schema = {"$defs": {"a": {"title": "Theirs", "description": "Help"}},
              "properties": {"x": {"$ref": "#/$defs/a", "title": "Ours"}}}  # fmt: skip
    (field,) = tree(schema).children
    assert (field.title, field.help) == ("Ours", "Help")


PAYMENT = {
    "properties": {"by": {"enum": ["bank", "card"]}},
    "if": {"properties": {"by": {"const": "bank"}}, "required": ["by"]},
    "then": {"properties": {"iban": {"type": "string"}}, "required": ["iban"]},
    "else": {"properties": {"card": {"type": "string"}}},
}


def test_conditions_follow_the_value():
    assert names(tree(PAYMENT)) == ["by", "card"]
    assert names(tree(PAYMENT, {"by": "bank"})) == ["by", "iban"]
    assert tree(PAYMENT, {"by": "bank"}).at(("iban",)).required
    assert names(tree(PAYMENT, {"by": "card"})) == ["by", "card"]


def test_dependent_fields_appear_with_what_they_depend_on():
    schema = {
        "properties": {"a": {}, "b": {}},
        "dependencies": {"a": ["b"], "b": {"properties": {"c": {"type": "string"}}}},
    }
    assert names(tree(schema)) == ["a", "b"]
    assert not tree(schema).at(("b",)).required
    field = tree(schema, {"a": 1, "b": 2})
    assert names(field) == ["a", "b", "c"]
    assert field.at(("b",)).required


def test_all_of_is_one_schema_with_the_tighter_limits():
    schema = {
        "allOf": [
            {"properties": {"a": {"maxLength": 9}}, "required": ["a"]},
            {"properties": {"a": {"type": "string", "maxLength": 3}, "b": {}}, "required": ["b"]},
        ]
    }
    field = tree(schema)
    assert [(child.name, child.required) for child in field.children] == [("a", True), ("b", True)]
    assert field.children[0].limits == "at most 3 characters"


# --- variants -------------------------------------------------------------------------------

EITHER = {
    "type": "object",
    "properties": {"note": {"type": "string"}},
    "oneOf": [
        {"title": "Bank", "properties": {"by": {"const": "bank"}, "iban": {"type": "string"}}},
        {"title": "Card", "properties": {"by": {"const": "card"}, "card": {"type": "number"}}},
    ],
}


@pytest.mark.parametrize(
    ("value", "variant", "inside"),
    [
        (ABSENT, 0, ["note", "by", "iban"]),
        ({}, 0, ["note", "by", "iban"]),
        ({"by": "card"}, 1, ["note", "by", "card"]),
        ({"by": "card", "card": "not a number"}, 1, ["note", "by", "card"]),
        ({"card": 5}, 1, ["note", "by", "card"]),
        ({"iban": 5, "by": "bank"}, 0, ["note", "by", "iban"]),
    ],
)
def test_the_variant_that_fits_the_value_is_chosen(value, variant, inside):
    field = tree(EITHER, value)
    assert field.kind == "variants"
    assert field.variants == (Option(0, "Bank"), Option(1, "Card"))
    assert field.variant == variant
    assert names(field.chosen) == inside
    assert field.at(("note",)).kind == "string"


def test_scalars_have_variants_too_and_none_is_chosen_without_a_value():
    schema = {"oneOf": [{"type": "string", "maxLength": 5}, {"type": "number"}, {"type": "null"}]}
    assert field_of(schema).variant is None
    assert field_of(schema).chosen is None
    assert field_of(schema).nullable
    assert field_of({**schema, "default": 5}).variant == 1
    assert field_of(schema, 5).chosen.kind == "number"
    assert field_of(schema, "far too long").chosen.limits == "at most 5 characters"
    assert field_of(schema, None).variant is None
    assert [v.label for v in field_of(schema, language="nl").variants] == ["Tekst", "Een getal"]


def test_several_types_are_variants():
    field = field_of({"type": ["string", "array", "null"], "items": {"type": "number"}}, [1])
    assert (field.kind, field.variant, field.nullable) == ("variants", 1, True)
    assert field.chosen.children[0].kind == "number"
    assert field.at((0,)).kind == "number"


def test_a_schema_that_is_a_variant_of_itself_ends():
    for schema in (
        {"oneOf": [{"$ref": "#"}, {"type": "string"}]},
        {"anyOf": [{"$ref": "#"}]},
        {"type": "object", "anyOf": [{"allOf": [{"$ref": "#"}]}, {"properties": {"a": {}}}]},
    ):
        field, turns = tree(schema, "text"), 0
        while field.chosen is not None:
            field, turns = field.chosen, turns + 1
        assert turns < 20


# --- anything -------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [{"it": object()}, {"it": math.nan}, {"it": dt.date.min}, {1: 2}])
def test_a_value_that_json_cannot_say_is_no_exception(value):
    schema = {
        "if": {"properties": {"it": {"type": "string"}}},
        "then": {"title": "Text"},
        "properties": {"it": {"oneOf": [{"type": "string"}, {"type": "number"}]}},
    }
    field = tree(schema, value).at(("it",))
    assert field.kind == "variants"
    assert len(field.variants) == 2


def test_a_form_loads_no_validator_before_it_needs_one():
    code = (
        "import sys; from exactnb.schema.tree import tree; import exactnb.schema.validate; "
        "tree({'properties': {'a': {'type': 'string'}}}).children; "
        "print(*sorted({m.split('.')[0] for m in sys.modules}))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    heavy = {"jsonschema", "jsonschema_rs", "referencing", "pandas", "ipywidgets", "pydantic"}
    assert not heavy & set(run.stdout.split())
