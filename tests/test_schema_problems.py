"""Every problem of a value: at its place, in plain words, whichever library finds it."""

import math
import random
import re
from decimal import Decimal

import pytest

from exactnb.schema.engine import failures, fast, find, pure
from exactnb.schema.engine.patterns import python
from exactnb.schema.keywords import words
from exactnb.schema.messages import FORMATS, MESSAGES
from exactnb.schema.standard import standard
from exactnb.schema.tree import tree
from exactnb.schema.validate import problems

LIBRARIES = {"jsonschema_rs": fast.find, "jsonschema": pure.find}


@pytest.fixture(params=LIBRARIES)
def library(request, monkeypatch):
    """Either library, and no validator of the other."""
    monkeypatch.setattr(find, "engine", lambda: LIBRARIES[request.param])
    find._finder.cache_clear()
    yield request.param
    find._finder.cache_clear()


def said(schema, value, language="en"):
    return [
        (each.path, each.keyword, each.message)
        for each in problems(schema, value, language=language)
    ]


#: schema, wrong value, path, keyword, what it says in English and in Dutch
CASES = [
    ({"type": "string"}, 5, (), "type", "takes text, not 5", "verwacht tekst, niet 5"),
    ({"type": ["number", "null"]}, "x", (), "type", "takes a number or None, not 'x'",
     "verwacht een getal of None, niet 'x'"),
    ({"type": "integer"}, 1.5, (), "type", "takes a whole number, not 1.5",
     "verwacht een geheel getal, niet 1,5"),
    ({"enum": ["a", 1.5]}, "b", (), "enum", "takes one of 'a', 1.5, not 'b'",
     "verwacht een van 'a', 1,5, niet 'b'"),
    ({"enum": [{"value": 10, "label": "Draft"}]}, 5, (), "enum", "takes one of 10 (Draft), not 5",
     "verwacht een van 10 (Draft), niet 5"),
    ({"oneOf": [{"const": 1, "title": "One"}, {"const": 2}]}, 3, (), "oneOf",
     "takes one of 1 (One), 2, not 3", "verwacht een van 1 (One), 2, niet 3"),
    ({"const": "EUR"}, "USD", (), "const", "has to be 'EUR', not 'USD'",
     "moet 'EUR' zijn, niet 'USD'"),
    ({"required": ["a"]}, {}, ("a",), "required", "is required", "is verplicht"),
    ({"dependentRequired": {"a": ["b"]}}, {"a": 1}, ("b",), "dependentRequired",
     "is required with what is filled in here", "is verplicht bij wat hier is ingevuld"),
    ({"minimum": 0.01}, 0, (), "minimum", "takes 0.01 or more, not 0",
     "verwacht 0,01 of meer, niet 0"),
    ({"maximum": 1000.5}, 1e21, (), "maximum",
     "takes 1000.5 or less, not 1000000000000000000000",
     "verwacht 1000,5 of minder, niet 1000000000000000000000"),
    ({"exclusiveMinimum": 0}, 0, (), "exclusiveMinimum", "takes more than 0, not 0",
     "verwacht meer dan 0, niet 0"),
    ({"exclusiveMaximum": 1}, 1.5, (), "exclusiveMaximum", "takes less than 1, not 1.5",
     "verwacht minder dan 1, niet 1,5"),
    ({"multipleOf": 0.01}, Decimal("0.125"), (), "multipleOf",
     "takes a number with at most 2 decimals, not 0.125",
     "verwacht een getal met hooguit 2 decimalen, niet 0,125"),
    ({"multipleOf": 2.5}, 3, (), "multipleOf", "takes a number in steps of 2.5, not 3",
     "verwacht een getal in stappen van 2,5, niet 3"),
    ({"minLength": 1}, "", (), "minLength", "takes a text that is not empty",
     "verwacht een tekst die niet leeg is"),
    ({"minLength": 3}, "ab", (), "minLength", "takes at least 3 characters, not 2",
     "verwacht minstens 3 tekens, niet 2"),
    ({"maxLength": 1}, "é€", (), "maxLength", "takes at most 1 character, not 2",
     "verwacht hooguit 1 teken, niet 2"),
    ({"pattern": "^[A-Z]{2}$"}, "nl", (), "pattern",
     "takes a text of the form ^[A-Z]{2}$, not 'nl'",
     "verwacht een tekst van de vorm ^[A-Z]{2}$, niet 'nl'"),
    ({"minItems": 1}, [], (), "minItems", "takes at least 1 row, not 0",
     "verwacht minstens 1 regel, niet 0"),
    ({"maxItems": 1}, [1, 2], (), "maxItems", "takes at most 1 row, not 2",
     "verwacht hooguit 1 regel, niet 2"),
    ({"uniqueItems": True}, [1, 1.0], (), "uniqueItems", "takes each value once",
     "verwacht elke waarde één keer"),
    ({"contains": {"const": 1}}, [2], (), "contains", "takes at least 1 row of a certain kind",
     "verwacht minstens 1 regel van een bepaalde soort"),
    ({"contains": {"const": 1}, "minContains": 1, "maxContains": 2}, [1, 1, 1], (), "contains",
     "takes 1 to 2 rows of a certain kind", "verwacht 1 tot 2 regels van een bepaalde soort"),
    ({"minProperties": 1}, {}, (), "minProperties", "takes at least 1 field, not 0",
     "verwacht minstens 1 veld, niet 0"),
    ({"maxProperties": 0}, {"a": 1}, (), "maxProperties", "takes at most 0 fields, not 1",
     "verwacht hooguit 0 velden, niet 1"),
    ({"propertyNames": {"maxLength": 1}}, {"ab": 1}, ("ab",), "propertyNames",
     "is no name for a field here: it takes at most 1 character, not 2",
     "is hier geen naam van een veld: die verwacht hooguit 1 teken, niet 2"),
    ({"propertyNames": False}, {"ab": 1}, (), "propertyNames", "takes no fields",
     "verwacht geen velden"),
    ({"properties": {"code": {}}, "additionalProperties": False}, {"cod": 1}, ("cod",),
     "additionalProperties", "is not known here; did you mean code?",
     "is hier niet bekend; bedoelt u code?"),
    ({"additionalProperties": False}, {"x": 1}, ("x",), "additionalProperties",
     "is not known here", "is hier niet bekend"),
    ({"additionalProperties": {"type": "string"}}, {"a": 1}, ("a",), "type", "takes text, not 1",
     "verwacht tekst, niet 1"),
    ({"patternProperties": {"^a": {"type": "string"}}}, {"ab": 1}, ("ab",), "type",
     "takes text, not 1", "verwacht tekst, niet 1"),
    ({"allOf": [{"properties": {"a": {}}}], "unevaluatedProperties": False}, {"b": 1}, ("b",),
     "unevaluatedProperties", "does not fit here; leave it out", "past hier niet; laat het weg"),
    ({"prefixItems": [{}], "unevaluatedItems": False}, [1, 2], (), "unevaluatedItems",
     "has rows that do not fit; leave them out",
     "heeft regels die niet passen; laat ze weg"),
    ({"prefixItems": [{"type": "string"}, {"type": "number"}]}, ["a", "b"], (1,), "type",
     "takes a number, not 'b'", "verwacht een getal, niet 'b'"),
    ({"prefixItems": [{}], "items": False}, [1, 2], (1,), "false",
     "is not used here; leave it empty", "wordt hier niet gebruikt; laat het leeg"),
    ({"properties": {"a": False}}, {"a": 1}, ("a",), "false",
     "is not used here; leave it empty", "wordt hier niet gebruikt; laat het leeg"),
    ({"not": {"const": 1}}, 1, (), "not", "takes another value than this",
     "verwacht een andere waarde dan deze"),
    ({"if": {"required": ["a"]}, "then": {"required": ["b"]}}, {"a": 1}, ("b",), "required",
     "is required", "is verplicht"),
    ({"if": {"required": ["a"]}, "else": {"properties": {"b": {"minimum": 1}}}}, {"b": 0}, ("b",),
     "minimum", "takes 1 or more, not 0", "verwacht 1 of meer, niet 0"),
    ({"dependentSchemas": {"a": {"required": ["b"]}}}, {"a": 1}, ("b",), "required",
     "is required", "is verplicht"),
    ({"allOf": [{"maxLength": 2}]}, "abc", (), "maxLength", "takes at most 2 characters, not 3",
     "verwacht hooguit 2 tekens, niet 3"),
    ({"$ref": "#/$defs/a", "$defs": {"a": {"items": {"maxLength": 2}}}}, ["abc"], (0,), "maxLength",
     "takes at most 2 characters, not 3", "verwacht hooguit 2 tekens, niet 3"),
    # variants: the nearest one speaks
    ({"anyOf": [{"type": "string", "minLength": 2}, {"type": "null"}]}, "a", (), "minLength",
     "takes at least 2 characters, not 1", "verwacht minstens 2 tekens, niet 1"),
    ({"anyOf": [{"type": "string"}, {"type": "null"}]}, 5, (), "anyOf",
     "takes text or None, not 5", "verwacht tekst of None, niet 5"),
    ({"oneOf": [
        {"properties": {"by": {"const": "bank"}, "iban": {"minLength": 5}}},
        {"properties": {"by": {"const": "card"}, "card": {"minLength": 5}}}]},
     {"by": "card", "card": "1", "iban": "1"}, ("card",), "minLength",
     "takes at least 5 characters, not 1", "verwacht minstens 5 tekens, niet 1"),
    ({"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, {}, (), "anyOf",
     "fits none of: variant 1, variant 2", "past bij geen van: variant 1, variant 2"),
    ({"oneOf": [{"title": "Number", "type": "number"}, {"title": "Whole", "type": "integer"}]}, 1,
     (), "oneOfMany", "fits more than one of: Number, Whole; it has to be one",
     "past bij meer dan een van: Number, Whole; het moet er een zijn"),
    ({"properties": {"a": {"type": "number"}}}, {"a": math.nan}, ("a",), "unsayable",
     "is not a number; leave it out or give one",
     "kan zo niet worden verstuurd: geef tekst, een getal of een datum"),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "value", "path", "keyword", "english", "dutch"), CASES)
def test_each_keyword_says_what_would_be_right(
    library, schema, value, path, keyword, english, dutch
):
    assert said(schema, value) == [(path, keyword, english)]
    assert said(schema, value, "nl") == [(path, keyword, dutch)]


def test_every_keyword_of_the_table_is_tried():
    tried = {case[3] for case in CASES} | {"format"}
    library_words = {
        "type", "enum", "const", "required", "dependentRequired", "minimum", "maximum",
        "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern",
        "minItems", "maxItems", "uniqueItems", "contains", "minProperties", "maxProperties",
        "propertyNames", "additionalProperties", "unevaluatedProperties", "unevaluatedItems",
        "not", "oneOf", "anyOf", "format",
    }  # fmt: skip
    assert library_words <= tried & set(MESSAGES)


RIGHT_AND_WRONG = {
    "date": ("2025-02-28", "2025-02-29"),
    "time": ("09:30:00+01:00", "09:30"),
    "date-time": ("2025-12-31T09:30:00Z", "2025-12-31 09:30"),
    "duration": ("P1Y2M3DT4H5M6S", "1 day"),
    "email": ("name.of+it@example.com", "name at example.com"),
    "idn-email": ("naam@bücher.example", "naam"),
    "hostname": ("example.com", "-example-.com"),
    "idn-hostname": ("bücher.example", "a b"),
    "ipv4": ("192.0.2.1", "192.0.2.256"),
    "ipv6": ("2001:db8::1", "2001:db8::1::2"),
    "uri": ("https://example.com/a?b=c#d", "example.com"),
    "uri-reference": ("/a/b", "\\a"),
    "iri": ("https://bücher.example/é", "bücher"),
    "iri-reference": ("/é", "\\a"),
    "uri-template": ("/items/{id}", "/items/{id"),
    "uuid": ("8f14e45f-ceea-467a-9575-6f1d2a3b4c5d", "8f14e45fceea467a95756f1d2a3b4c5d"),
    "regex": ("^[A-Z]+$", "["),
    "json-pointer": ("/a/0", "a/0"),
    "relative-json-pointer": ("1/a", "/a"),
}


def test_every_format_is_tried():
    assert set(RIGHT_AND_WRONG) == set(FORMATS)


@pytest.mark.parametrize("form", FORMATS)
def test_each_format_is_checked_and_named_with_an_example(library, form):
    right, wrong = RIGHT_AND_WRONG[form]
    assert problems({"format": form}, right) == []
    english, dutch = FORMATS[form]
    assert said({"format": form}, wrong) == [((), "format", f"takes {english}, not {wrong!r}")]
    assert said({"format": form}, wrong, "nl") == [
        ((), "format", f"verwacht {dutch}, niet {wrong!r}")
    ]


def test_a_format_that_nobody_knows_accepts_anything(library):
    assert problems({"format": "decimal"}, "abc") == []


INVOICE = {
    "required": ["customer", "lines"],
    "properties": {
        "customer": {"type": "string"},
        "date": {"type": "string", "format": "date"},
        "lines": {
            "type": "array",
            "items": {
                "required": ["item"],
                "properties": {"item": {"type": "string"}, "price": {"multipleOf": 0.01}},
            },
        },
        "remarks": {"maxLength": 3},
    },
}


def test_all_problems_come_at_once_in_field_order(library):
    value = {
        "remarks": "long",
        "lines": [{"item": "a", "price": 1}, {"price": Decimal("0.001")}, {"item": 2}],
        "date": "x",
    }
    assert [each.path for each in problems(INVOICE, value)] == [
        ("customer",),
        ("date",),
        ("lines", 1, "item"),
        ("lines", 1, "price"),
        ("lines", 2, "item"),
        ("remarks",),
    ]


def test_a_part_of_a_value_is_checked_where_it_stands(library):
    field = tree(INVOICE, {"lines": [{}]}).at(("lines", 0, "price"))
    (problem,) = problems(field.schema, Decimal("0.001"), path=field.path)
    assert problem.path == ("lines", 0, "price")


def test_a_part_is_checked_as_closely_behind_a_reference(library):
    schema = {
        "properties": {"line": {"$ref": "#/$defs/line"}},
        "$defs": {
            "line": {
                "properties": {"price": {"$ref": "#/$defs/money"}, "b": {"$ref": "#/$defs/b"}}
            },
            "money": {"multipleOf": 0.01},
            "b": {"oneOf": [False, {"pattern": "^\\d$"}]},
        },
    }
    field = tree(schema, {"line": {}}).at(("line",))
    assert problems(field.schema, {"price": Decimal("0.07"), "b": "5"}) == []
    found = problems(field.schema, {"price": Decimal("0.071"), "b": "৪"}, path=field.path)
    assert [each.path for each in found] == [("line", "price"), ("line", "b")]


def test_parts_may_lie_where_no_schema_is_looked_for(library):
    schema = {
        "$ref": "#/components/schemas/Price",
        "components": {"schemas": {"Price": {"oneOf": [False, {"multipleOf": 0.01}, False]}}},
    }
    assert problems(schema, Decimal("0.07")) == []
    assert problems(schema, Decimal("0.071")) != []


def test_one_wrong_kind_is_one_problem(library):
    schema = {"type": "string", "minLength": 3, "enum": ["abc"], "format": "date"}
    assert [each.keyword for each in problems(schema, 5)] == ["enum"]
    assert [each.keyword for each in problems({"type": "string", "const": "a"}, 5)] == ["const"]


@pytest.mark.parametrize(
    ("value", "paths"),
    [
        ({"a": 1, "b": 2}, [("a",)]),
        ({"a": 1, "b": 2, "c": 3}, [("a",), ("c",)]),
        ({"b": 2, "c": 3}, [("c",)]),
        ({"b": 2, "c": 3, "f": 1, "g": 1}, [()]),
    ],
)
def test_a_known_field_is_not_called_unknown_for_what_is_wrong_beside_it(library, value, paths):
    schema = {
        "allOf": [{"properties": {"a": {"type": "string"}, "b": {}, "f": {}, "g": {}}}],
        "oneOf": [{"not": {"required": ["f"]}}, {"required": ["f"], "not": {"required": ["g"]}}],
        "unevaluatedProperties": False,
    }
    assert [each.path for each in problems(schema, value)] == paths


@pytest.mark.parametrize(
    "amounts",
    [
        [cents / 100 for cents in range(100_001)],
        [Decimal(cents).scaleb(-2) for cents in range(100_001)],
        list(range(1001)),
    ],
    ids=["float", "Decimal", "int"],
)
def test_every_cent_is_a_cent(library, amounts):
    assert failures({"items": {"multipleOf": 0.01}}, amounts) == []


@pytest.mark.parametrize("amount", [0.075, Decimal("0.001"), 1e-9, Decimal("12.505")])
def test_less_than_a_cent_is_none(library, amount):
    assert [each.keyword for each in problems({"multipleOf": 0.01}, amount)] == ["multipleOf"]


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, Decimal("NaN"), Decimal("inf")])
def test_what_is_no_number_is_refused(library, number):
    whole = {"properties": {"price": {"type": "number", "multipleOf": 0.01}}}
    (problem,) = problems(whole, {"price": number})
    assert (problem.path, problem.keyword) == (("price",), "unsayable")


def test_decimals_are_compared_digit_by_digit(library):
    assert problems({"minimum": 0.1, "maximum": 0.1}, Decimal("0.1")) == []
    assert problems({"minimum": 0.1}, Decimal("0.0999999999999999999999"))
    assert problems({"const": 0.1}, Decimal("0.1")) == []
    assert problems({"type": "integer"}, Decimal("5.0")) == []
    assert problems({"multipleOf": 0.5}, Decimal("1e300")) == []


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ({"isSensitive": True}, ("key",)),
        ({"writeOnly": True}, ("key",)),
        ({"format": "password"}, ("key",)),
        ({"allOf": [{"isSensitive": True}]}, ("key",)),
        ({"$ref": "#/$defs/secret"}, ("key",)),
        ({"isSensitive": True, "items": {"pattern": "^x$"}}, ("key", 0)),
    ],
)  # fmt: skip
def test_a_sensitive_value_is_never_shown(library, schema, path):
    rules = {"pattern": "^x$", "enum": ["x"]}
    whole = {
        "properties": {"key": {**rules, **schema} if "items" not in schema else schema},
        "$defs": {"secret": {"isSensitive": True}},
    }
    value = "s3cret" if "items" not in schema else ["s3cret"]
    for language in ("en", "nl"):
        found = problems(whole, {"key": value}, language=language)
        assert [each.path for each in found] == [path]
        assert "s3cret" not in str(found)


def test_what_json_cannot_say_is_a_problem_and_no_exception(library):
    endless: list = []
    endless.append(endless)
    assert [each.path for each in problems({}, {"a": [object()]})] == [("a", 0)]
    assert [each.keyword for each in problems({}, endless)] == ["unsayable"]
    assert problems({"properties": {"1": {"type": "string"}}}, {1: 2})[0].path == ("1",)


def test_a_pattern_that_a_library_cannot_read_limits_nothing(library):
    schema = {"pattern": "(", "maxLength": 2, "patternProperties": {"[": {"type": "string"}}}
    assert [each.keyword for each in problems(schema, "abc")] == ["maxLength"]
    assert problems(schema, {"[": 1}) == []


@pytest.mark.parametrize(
    ("pattern", "right", "wrong"),
    [
        (r"^a$", "a", "a\n"),
        (r"^\d+$", "42", "৪২"),
        (r"^\w$", "e", "é"),
        (r"^\s$", "\ufeff", "a"),
        (r"^\S$", "a", "\u3000"),
        (r"^[\s\d]+$", "4\u00a02", "৪"),
        (r"^\cA$", "\x01", r"\cA"),
        (r"^(?<one>a)b$", "ab", "aab"),
        (r"^(?<!b)a(?=c)", "ac", "ab"),
        (r"^[[\]$]+$", "[]$", "a"),
        (r"^\/\-$", "/-", "-"),
    ],
)
def test_patterns_are_those_of_javascript(library, pattern, right, wrong):
    assert problems({"pattern": pattern}, right) == []
    assert [each.keyword for each in problems({"pattern": pattern}, wrong)] == ["pattern"]
    names = {"patternProperties": {pattern: {"type": "string"}}, "additionalProperties": False}
    assert [each.keyword for each in problems(names, {right: 1})] == ["type"]
    assert [each.keyword for each in problems(names, {wrong: ""})] == ["additionalProperties"]


def test_python_reads_what_only_javascript_has():
    assert re.search(python(r"^(?<one>a)\k<one>$"), "aa")
    assert re.search(python("^[^]$"), "\n")
    assert not re.search(python("^[]$"), "")
    assert python("(") is None


@pytest.mark.parametrize(
    ("form", "right", "wrong"),
    [
        ("time", "23:59:60Z", "22:59:60Z"),
        ("time", "01:29:60.5+01:30", "23:59:60+01:30"),
        ("date-time", "1998-12-31t15:59:60-08:00", "1998-12-31T15:58:60-08:00"),
        ("email", "a@[192.0.2.1]", "a@[192.0.2.300]"),
        ("email", '"a b"@example.com', "a..b@example.com"),
        ("idn-hostname", "xn--bcher-kva.example", "-bücher"),
        ("iri", "https://[2001:db8::1]/a", "https://2001:0db8:85a3::1"),
    ],
)
def test_formats_are_read_closely(library, form, right, wrong):
    assert problems({"format": form}, right) == []
    assert [each.keyword for each in problems({"format": form}, wrong)] == ["format"]


def test_the_schema_of_an_older_draft_may_be_referred_to(library):
    schema = {"$ref": "http://json-schema.org/draft-07/schema#"}
    assert problems(schema, {"type": "string"}) == []
    assert problems(schema, {"type": 5}) != []


def test_a_validator_is_made_once_for_schemas_of_the_same_content(library):
    before = find._finder.cache_info().misses
    for _ in range(3):
        failures({"type": "string", "maxLength": 3}, "abcd")
    assert find._finder.cache_info().misses == before + 1


# --- anything at all ------------------------------------------------------------------------

NAMES = ("a", "b", "c")
TEXTS = (
    *("", "a", "#", "#/$defs/a", "string", "object", "array", "integer", "date", "(", "^a", "#a"),
    *("http://json-schema.org/draft-04/schema#", "http://json-schema.org/draft-07/schema#"),
)
WORDS = {
    "text": sorted(
        words("type $ref format pattern $schema $id $anchor $dynamicRef $dynamicAnchor title")
    ),
    "map": sorted(
        words("properties patternProperties $defs definitions dependentSchemas dependencies")
    ),
    "many": sorted(words("allOf anyOf oneOf prefixItems items")),
    "one": sorted(words("items not if then else contains additionalProperties propertyNames "
           "unevaluatedProperties")),
    "list": sorted(words("enum required examples type referenceRecords enumNames")),
    "any": sorted(words(
           "const default minimum multipleOf maxLength minItems uniqueItems nullable readOnly "
           "dependentRequired referenceCollection allowCustom isSensitive minContains "
           "$recursiveRef $recursiveAnchor exclusiveMinimum id x-options")),
}  # fmt: skip


def any_value(dice, depth):
    kind = dice.random()
    if depth <= 0 or kind < 0.5:
        return dice.choice([None, True, False, 0, -1, 2.5, 10**30, dice.choice(TEXTS)])
    if kind < 0.65:
        return [any_value(dice, depth - 1) for _ in range(dice.randint(0, 3))]
    return {
        dice.choice((*NAMES, "value", "id", "$var")): any_value(dice, depth - 1)
        for _ in range(dice.randint(0, 3))
    }


def any_schema(dice, depth):
    if depth <= 0:
        return dice.choice([True, False, {}, {"type": dice.choice(TEXTS)}, any_value(dice, 1)])
    schema = {}
    for _ in range(dice.randint(0, 6)):
        kind = dice.choice(tuple(WORDS))
        schema[dice.choice(WORDS[kind])] = {
            "text": lambda: dice.choice(TEXTS),
            "map": lambda: {n: any_schema(dice, depth - 1) for n in dice.sample(NAMES, 2)},
            "many": lambda: [any_schema(dice, depth - 1) for _ in range(dice.randint(0, 3))],
            "one": lambda: any_schema(dice, depth - 1),
            "list": lambda: [any_value(dice, 1) for _ in range(dice.randint(0, 3))],
            "any": lambda: any_value(dice, 2),
        }[kind]()
    return schema


def walked(field, depth=0):
    """Everything that a field says, and its first levels."""
    for name in dir(field):
        if not name.startswith("_"):
            getattr(field, name)
    repr(field)
    if depth < 4:
        inner = (*field.children[:3], field.item, field.chosen)
        return 1 + sum(walked(each, depth + 1) for each in inner if each is not None)
    return 1


@pytest.mark.parametrize("seed", range(12))
def test_no_schema_and_no_value_raises(library, seed):
    dice = random.Random(seed)
    for _ in range(20):
        schema = any_schema(dice, 3)
        assert standard(standard(schema)) == standard(schema)
        assert walked(tree(schema)) >= 1
        for _ in range(3):
            value = any_value(dice, 3)
            assert walked(tree(schema, value, language="nl")) >= 1
            for language in ("en", "nl"):
                found = problems(schema, value, language=language)
                assert all(each.message for each in found)
