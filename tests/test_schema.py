"""An input against an action's schema: names, values, every problem at once."""

import datetime as dt
import math
import uuid
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from exactnb.errors import InputError
from exactnb.schema.check import conform, sketch
from exactnb.schema.plain import Unsayable, plain

INVOICE = {
    "type": "object",
    "required": ["orderedBy", "lines"],
    "properties": {
        "orderedBy": {"type": "string"},
        "status": {
            "type": "integer",
            "referenceRecords": [{"id": 10, "name": "Draft"}, {"id": 20, "name": "Open"}],
        },
        "invoiceDate": {"type": "string", "format": "date"},
        "remarks": {"type": ["string", "null"], "maxLength": 10},
        "kind": {"type": "String", "enum": [{"value": "A", "label": "Advice"}, "B"]},
        "colour": {"type": "string", "enum": ["red"], "allowCustom": True},
        "lines": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["item", "quantity"],
                "properties": {
                    "item": {"type": "string"},
                    "quantity": {"type": "number", "minimum": 0},
                    "netPrice": {"type": "number"},
                },
            },
        },
    },
}
LINES = [{"item": "a", "quantity": 1}]


def refused(given):
    with pytest.raises(InputError) as caught:
        conform(given, INVOICE, action="create-sales-invoice")
    return dict(caught.value.problems)


@pytest.mark.parametrize("name", ["orderedBy", "ordered_by", "OrderedBy", "ORDEREDBY", "orderedby"])
def test_names_match_in_any_spelling(name):
    assert conform({name: "c", "lines": LINES}, INVOICE)["orderedBy"] == "c"


def test_names_match_inside_lines_too():
    sent = conform(
        {"ordered_by": "c", "Lines": [{"Item": "a", "QUANTITY": 1, "net_price": 2}]}, INVOICE
    )
    assert sent["lines"] == [{"item": "a", "quantity": 1, "netPrice": 2}]


def test_what_was_not_given_is_absent():
    assert set(conform({"ordered_by": "c", "lines": LINES}, INVOICE)) == {"orderedBy", "lines"}


def test_none_empty_and_zero_stay_what_they_are():
    lines = [{"item": "", "quantity": 0}]
    sent = conform({"ordered_by": "", "remarks": None, "lines": lines}, INVOICE)
    assert sent == {"orderedBy": "", "remarks": None, "lines": lines}


def test_every_wrong_field_is_named_at_once_by_its_path():
    problems = refused(
        {
            "orderdBy": "c",
            "STATUS": 50,
            "invoice_date": "31-12-2025",
            "remarks": "far too long",
            "lines": [{"item": "a", "qty": 1}, {"quantity": "x"}, {"item": "b", "quantity": -1}],
        }
    )
    assert problems[("orderdBy",)] == "is not an input here; did you mean orderedBy?"
    assert problems[("orderedBy",)] == "is required"
    assert problems[("status",)] == "takes one of 10 (Draft), 20 (Open), not 50"
    assert "2025-12-31" in problems[("invoiceDate",)]
    assert problems[("remarks",)] == "takes at most 10 characters, not 12"
    assert "item, quantity, netPrice" in problems[("lines", 0, "qty")]
    assert problems[("lines", 0, "quantity")] == "is required"
    assert problems[("lines", 1, "item")] == "is required"
    assert problems[("lines", 1, "quantity")] == "takes a number, not 'x'"
    assert problems[("lines", 2, "quantity")] == "takes 0 or more, not -1"
    assert len(problems) == 10


def test_two_missing_fields_are_two_problems():
    assert set(refused({})) == {("orderedBy",), ("lines",)}


def test_a_name_given_twice_is_refused():
    assert (
        "twice" in refused({"orderedBy": "c", "ordered_by": "d", "lines": LINES})[("ordered_by",)]
    )


def test_choices_may_be_labelled_and_may_allow_others():
    base = {"ordered_by": "c", "lines": LINES}
    assert conform({**base, "kind": "A", "colour": "blue"}, INVOICE)["colour"] == "blue"
    assert ("kind",) in refused({**base, "kind": "C"})


def test_a_missing_or_odd_schema_accepts_anything():
    assert conform({"a": 1}, None) == {"a": 1}
    assert conform({"a": 1}, {"type": "object", "properties": {"a": {"type": "money"}}}) == {"a": 1}
    assert conform({"b": 1}, {"properties": {"a": {}}, "additionalProperties": True}) == {"b": 1}


def test_the_message_reads_well():
    with pytest.raises(InputError) as caught:
        conform({"ordered_by": 1, "lines": LINES}, INVOICE, action="create-sales-invoice")
    assert str(caught.value) == (
        "One field does not fit the input of create-sales-invoice:\n"
        "  orderedBy: takes text, not 1\n"
        "→ books.inputs('create-sales-invoice') lists what it takes."
    )


def test_sketch_stars_what_is_required():
    assert sketch(INVOICE).startswith("orderedBy*, lines*, status, ")
    assert sketch(None) == ""


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (dt.date(2025, 12, 31), "2025-12-31"),
        (dt.datetime(2025, 12, 31), "2025-12-31"),
        (dt.datetime(2025, 12, 31, 9, 30), "2025-12-31T09:30:00"),
        (pd.Timestamp("2025-03-30"), "2025-03-30"),
        (Decimal("1210.10"), 1210.1),
        (Decimal("5"), 5),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (np.int64(3), 3),
        (np.float64(2.5), 2.5),
        (np.bool_(True), True),
        ((1, 2), [1, 2]),
        (pd.Series({"a": 1, "b": pd.NA}), {"a": 1}),
        (pd.DataFrame({"item": ["a", "b"], "price": [1.5, math.nan]}), None),
    ],
)
def test_python_values_become_json(value, said):
    if isinstance(value, pd.DataFrame):
        said = [{"item": "a", "price": 1.5}, {"item": "b"}]
    assert plain(value) == said


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, Decimal("NaN"), Decimal("0.1234567890123456789"), pd.NA, pd.NaT]
)
def test_a_value_that_json_cannot_say_is_refused_with_its_place(value):
    with pytest.raises(Unsayable) as caught:
        plain({"lines": [{"price": value}]})
    assert caught.value.path == ("lines", 0, "price")


def test_an_object_that_nobody_knows_is_refused():
    with pytest.raises(InputError, match="lines"):
        conform({"ordered_by": "c", "lines": object()}, INVOICE)
