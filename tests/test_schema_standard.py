"""Any dialect and draft of JSON Schema as 2020-12."""

from types import MappingProxyType

import pytest

from exactnb.schema.standard import standard

D4 = "http://json-schema.org/draft-04/schema#"
D7 = "http://json-schema.org/draft-07/schema#"
D2019 = "https://json-schema.org/draft/2019-09/schema"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        # Membrane's own
        ({"type": "String"}, {"type": "string"}),
        ({"type": ["STRING", "Null"]}, {"type": ["string", "null"]}),
        ({"type": "money", "maxLength": 3}, {"maxLength": 3}),
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        (
            {"enum": [{"value": 1, "label": "Draft"}, 2]},
            {"enum": [1, 2], "x-options": [{"const": 1, "title": "Draft"}, {"const": 2}]},
        ),
        (
            {"enum": ["a"], "enumNames": ["Apple"]},
            {
                "enumNames": ["Apple"],
                "enum": ["a"],
                "x-options": [{"const": "a", "title": "Apple"}],
            },
        ),
        (
            {"enum": ["a"], "allowCustom": True},
            {"allowCustom": True, "x-options": [{"const": "a"}]},
        ),
        ({"required": True, "maxLength": {"$var": "most"}, "default": {"$var": "a"}}, {}),
        ({"properties": {"$var": "fields"}}, {}),
        ({"properties": {"$ref": {"type": "null"}}}, {"properties": {"$ref": {"type": "null"}}}),
        (
            {"properties": {"a": {"required": True}}},
            {"properties": {"a": {}}, "required": ["a"]},
        ),
        # older drafts
        (
            {"definitions": {"a": {"type": "string"}}, "$ref": "#/definitions/a"},
            {"$defs": {"a": {"type": "string"}}, "$ref": "#/$defs/a"},
        ),
        (
            {"items": [{"type": "string"}, True], "additionalItems": False},
            {"prefixItems": [{"type": "string"}, True], "items": False},
        ),
        ({"items": {}, "additionalItems": False}, {"items": {}}),
        (
            {"dependencies": {"a": ["b"], "c": {"required": ["d"]}}},
            {"dependentRequired": {"a": ["b"]}, "dependentSchemas": {"c": {"required": ["d"]}}},
        ),
        ({"minimum": 1, "exclusiveMinimum": True}, {"exclusiveMinimum": 1}),
        ({"maximum": 1, "exclusiveMaximum": False}, {"maximum": 1}),
        (
            {"$schema": D7, "$ref": "#/definitions/a", "maxLength": 1, "definitions": {"a": {}}},
            {"$defs": {"a": {}}, "$ref": "#/$defs/a"},
        ),
        (
            {"$defs": {"a": {}}, "$ref": "#/$defs/a", "maxLength": 1},
            {"$defs": {"a": {}}, "$ref": "#/$defs/a", "maxLength": 1},
        ),
        (
            {"$schema": D4, "id": "http://x.example/a", "type": "object"},
            {"$id": "http://x.example/a", "type": "object"},
        ),
        (
            {"properties": {"a": {"$recursiveRef": "#"}}},
            {"properties": {"a": {"$ref": "#"}}},
        ),
        (
            {"$schema": D2019, "$recursiveAnchor": True, "items": {"$recursiveRef": "#"}},
            {
                "$dynamicAnchor": "recursive-anchor",
                "items": {"$dynamicRef": "#recursive-anchor"},
            },
        ),
        # what is in data stays data
        ({"const": {"type": "Odd", "$ref": "#/nowhere"}},) * 2,
        ({"default": {"definitions": 1}, "x-own": {"type": "Odd"}},) * 2,
        ({"const": {"$id": "a"}}, {"const": {"$id": "a"}}),
        ({"const": {"$var": "a"}}, {}),
        # what leads nowhere says nothing
        ({"$ref": "#/nowhere", "title": "A"}, {"title": "A"}),
        ({"$ref": "https://example.com/schema.json"}, {}),
        ({"$ref": "#"}, {}),
        ({"items": {"$ref": ""}}, {"items": {"$ref": "#"}}),
        (
            {"$id": "http://json-schema.org/draft-07/schema#", "not": {"$ref": "#"}},
            {"$id": "http://json-schema.org/draft-07/schema", "not": {}},
        ),
        ({"allOf": [{"$ref": "#"}], "type": "string"}, {"allOf": [{}], "type": "string"}),
        # and what lies in an odd place is found
        (
            {"$ref": "#/parts/A", "parts": {"A": {"type": "STRING"}}},
            {"$ref": "#/parts/A", "parts": {"A": {"type": "string"}}},
        ),
    ],
)  # fmt: skip
def test_each_word_is_rewritten(given, expected):
    assert standard(given) == expected
    assert standard(expected) == expected


def test_reference_records_win_over_an_enum_and_keep_their_names():
    given = {
        "type": ["integer", "null"],
        "enum": [1, 2],
        "referenceRecords": [{"id": 5, "name": "Five"}, {"name": "nobody"}, {"id": 6}],
    }
    out = standard(given)
    assert out["enum"] == [5, 6, None]
    assert out["x-options"] == [{"const": 5, "title": "Five"}, {"const": 6, "title": "6"}]
    assert "enum" not in standard({**given, "allowCustom": True})


def endless():
    schema: dict = {"type": "object"}
    schema["properties"] = {"again": schema}
    return schema


def deep(levels):
    schema: dict = {}
    for _ in range(levels):
        schema = {"properties": {"a": schema}}
    return schema


@pytest.mark.parametrize(
    "given",
    [None, 5, "text", [], [{}], object(), endless(), deep(3000), {"items": endless()}],
    ids=lambda given: type(given).__name__,
)
def test_what_is_no_schema_accepts_anything(given):
    assert standard(given) is True


def test_booleans_and_other_mappings_are_schemas():
    assert standard(True) is True
    assert standard(False) is False
    assert standard(MappingProxyType({"type": "String"})) == {"type": "string"}
    assert standard({1: 2, "maxLength": 3}) == {"1": 2, "maxLength": 3}


def test_the_answer_is_kept_by_content_and_the_given_is_left_alone():
    given = {"definitions": {"a": {"type": "String"}}, "$ref": "#/definitions/a"}
    assert standard(given) is standard({**given})
    assert given == {"definitions": {"a": {"type": "String"}}, "$ref": "#/definitions/a"}
