"""A form without widgets: what would be sent, what changed, and the Python that does it."""

from decimal import Decimal

import pytest

import exactnb
from exactnb.absent import ABSENT
from exactnb.forms.model import FormModel
from exactnb.schema.plain import plain

RECORD = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "title": "Name", "minLength": 1},
        "status": {
            "type": "string",
            "title": "Status",
            "referenceRecords": [{"id": "A", "name": "None"}, {"id": "C", "name": "Customer"}],
        },
        "email": {"type": ["string", "null"], "format": "email"},
        "phone": {"type": "string", "title": "Phone"},
        "price": {"type": "number", "title": "Price"},
        "secret": {"type": "string", "title": "Secret", "isSensitive": True},
        "modified": {"type": "string", "readOnly": True},
        "address": {
            "type": "object",
            "title": "Address",
            "properties": {
                "street": {"type": "string", "title": "Street"},
                "number": {"type": ["integer", "null"], "title": "Number"},
                "seen": {"type": "string", "readOnly": True},
            },
        },
        "tags": {"type": "array", "title": "Tags", "items": {"type": "string"}},
        "lines": {
            "type": "array",
            "title": "Lines",
            "items": {
                "type": "object",
                "properties": {
                    "item": {"type": "string", "title": "Item"},
                    "quantity": {"type": "number", "title": "Quantity"},
                    "pin": {"type": "string", "title": "Pin", "isSensitive": True},
                    "amount": {"type": "number", "readOnly": True},
                },
            },
        },
    },
}
GIVEN = {
    "name": "Rijwielhuis",
    "status": "A",
    "email": "a@example.com",
    "phone": "050",
    "price": 12.1,
    "secret": "s3cret",
    "modified": "2025-01-01",
    "address": {"street": "Kade", "number": 3, "seen": "yes"},
    "tags": ["a", "b"],
    "lines": [
        {"item": "bell", "quantity": 1, "pin": "1111", "amount": 2.5},
        {"item": "lamp", "quantity": 2, "pin": "2222", "amount": 5},
        {"item": "tube", "quantity": 3, "pin": "3333", "amount": 7.5},
    ],
}


@pytest.fixture
def model():
    return FormModel(RECORD, GIVEN, language="en")


def without(data, *names):
    return {name: value for name, value in data.items() if name not in names}


# --- payload and patch ----------------------------------------------------------------------------


def test_the_payload_leaves_out_what_only_the_service_says(model):
    assert model.value == GIVEN
    assert model.payload() == {
        **without(GIVEN, "modified"),
        "address": {"street": "Kade", "number": 3},
        "lines": [without(line, "amount") for line in GIVEN["lines"]],
    }


def test_an_object_that_held_nothing_else_is_left_out_but_an_empty_one_that_was_given_is_not():
    assert FormModel(RECORD, {"address": {"seen": "x"}}).payload() == {}
    assert FormModel(RECORD, {"address": {}}).payload() == {"address": {}}


def test_money_leaves_with_the_digits_that_were_typed(model):
    model.enter(("price",), "0,10")
    assert repr(model.payload()["price"]) == "Decimal('0.10')"
    assert plain(model.payload())["price"] == 0.1
    model.enter(("price",), "1.234.567,89")
    assert repr(plain(model.payload())["price"]) == "1234567.89"


def test_an_untouched_update_sends_nothing(model):
    assert model.patch() == {}
    model.enter(("price",), "12,10")  # the same number
    model.set(("modified",), "now")
    model.enter(("phone",), "051")
    model.enter(("phone",), "050")
    assert model.patch() == {}


def test_a_patch_is_what_changed_with_arrays_and_objects_whole(model):
    model.enter(("phone",), "051")
    model.enter(("lines", 1, "quantity"), "9")
    model.set(("address", "street"), "Plein")
    assert model.patch() == {
        "phone": "051",
        "address": {"street": "Plein", "number": 3},
        "lines": [
            {"item": "bell", "quantity": 1, "pin": "1111"},
            {"item": "lamp", "quantity": 9, "pin": "2222"},
            {"item": "tube", "quantity": 3, "pin": "3333"},
        ],
    }


def test_what_was_cleared_is_said_in_the_way_that_the_field_allows(model):
    for name in ("email", "phone", "tags", "address"):
        model.clear((name,))
    assert model.patch() == {
        "email": None,
        "phone": "",
        "tags": [],
        "address": {"street": "", "number": None},
    }
    assert model.errors == {}


def test_what_cannot_be_cleared_says_so(model):
    model.enter(("price",), "")
    model.enter(("status",), "")
    assert model.patch() == {}
    assert set(model.errors) == {("price",), ("status",)}
    assert "cannot be cleared" in model.errors[("price",)][0]
    assert not model.sendable
    model.enter(("price",), "3")
    model.enter(("status",), "A")
    assert model.patch() == {"price": 3}
    assert model.errors == {}


def test_the_last_row_that_is_taken_out_is_sent_as_no_rows(model):
    for _ in range(3):
        model.remove(("lines", 0))
    assert model.patch() == {"lines": []}


def test_another_record_becomes_the_baseline(model):
    model.set(("phone",), "051")
    model.rebase({**GIVEN, "name": "Testfiets"})
    assert model.patch() == {}
    assert not model.changed
    assert model.baseline["name"] == "Testfiets"


def test_a_new_record_has_no_baseline():
    model = FormModel(RECORD)
    assert model.baseline is ABSENT
    model.set(("name",), "x")
    assert model.diff().to_dict("records") == [
        {"field": "Name", "path": "name", "old": "–", "new": "x"}
    ]


# --- diff -----------------------------------------------------------------------------------------


def rows(model):
    return [tuple(row) for row in model.diff().itertuples(index=False)]


def test_a_diff_is_what_people_read():
    model = FormModel(RECORD, without(GIVEN, "tags"), language="nl")
    model.enter(("status",), "Customer")
    model.enter(("price",), "1.234,5")
    model.set(("email",), None)
    model.set(("phone",), "")
    model.set(("tags",), ["x", "y"])
    model.clear(("address", "number"))
    assert list(model.diff().columns) == ["field", "path", "old", "new"]
    assert set(rows(model)) == {
        ("Status", "status", "None", "Customer"),
        ("Price", "price", "12,1", "1234,5"),
        ("Email", "email", "a@example.com", "null"),
        ("Phone", "phone", "050", '""'),
        ("Tags", "tags", "–", "x, y"),
        ("Address › Number", "address.number", "3", "–"),
    }


def test_rows_after_one_that_was_put_in_or_taken_out_do_not_differ(model):
    model.insert(("lines",), 0, {"item": "seat", "quantity": 4, "pin": "4444"})
    assert rows(model) == [("Lines 1", "lines[0]", "–", "Item: seat; Quantity: 4; Pin: ●●●●")]
    model.undo()
    model.remove(("lines", 1))
    assert [row[:2] for row in rows(model)] == [("Lines 2", "lines[1]")]
    model.undo()
    model.set(("lines", 2, "quantity"), 8)
    assert rows(model) == [("Lines 3 › Quantity", "lines[2].quantity", "3", "8")]


# --- to_python ------------------------------------------------------------------------------------


def test_a_popular_action_is_called_by_its_method_and_others_by_key():
    model = FormModel(RECORD, language="en")
    model.set(("name",), "Jansen's “fietsen” <b>")
    assert model.to_python("create-account") == (
        'books.create_account({"name": "Jansen\'s “fietsen” <b>"})'
    )
    assert model.to_python("do-a-thing").startswith('books.run("do-a-thing", {"name": ')


def test_code_is_laid_out_one_thing_a_line_when_it_is_long(model):
    model.value = {"name": "x", "price": Decimal("0.10"), "lines": [{"item": "i" * 30}] * 2}
    assert model.to_python("create-item") == (
        "from decimal import Decimal\n"
        "\n"
        "books.create_item(\n"
        "    {\n"
        '        "name": "x",\n'
        '        "price": Decimal("0.10"),\n'
        '        "lines": [\n'
        f'            {{"item": "{"i" * 30}"}},\n'
        f'            {{"item": "{"i" * 30}"}},\n'
        "        ],\n"
        "    }\n"
        ")"
    )


def test_an_update_holds_the_id_and_what_changed(model):
    model.set(("phone",), "051")
    assert model.to_python("update-account", id="1f") == ('books.update_account("1f", phone="051")')
    assert model.to_python("change-thing", id="1f") == (
        'books.run("change-thing", {"id": "1f", "phone": "051"})'
    )


def test_any_text_and_any_name_is_python(model):
    odd = "'\"\\\n\t\u2028 #{}</script>"
    model.value = {"name": odd, "class": 1, "two words": [None, True, 1e300, -0.5], odd: {}}
    seen = []
    books = type("Books", (), {"create_item": staticmethod(seen.append)})
    exec(model.to_python("create-item"), {"books": books})
    assert seen == [model.payload()]


def test_the_code_makes_the_record():
    books = exactnb.demo()
    item = books.list_items(limit=1).iloc[0]
    customer = books.list_accounts(status="C", limit=1).iloc[0]
    model = FormModel(
        books.membrane.action("create-sales-invoice", connection_id=books.info.id).input_schema,
        language="nl",
    )
    model.set(("orderedBy",), customer["id"])
    model.enter(("orderDate",), "31-03-2026")
    model.insert(("salesInvoiceLines",))
    model.set(("salesInvoiceLines", 0, "item"), item["id"])
    model.enter(("salesInvoiceLines", 0, "quantity"), "2")
    model.enter(("salesInvoiceLines", 0, "netPrice"), "1.234,56")
    assert model.validate() == []
    code = model.to_python("create-sales-invoice")
    assert 'Decimal("1234.56")' in code
    before = len(books.list_sales_invoices())
    exec(code, {"books": books})
    assert len(books.list_sales_invoices()) == before + 1


# --- secrets --------------------------------------------------------------------------------------


def test_a_secret_is_in_no_diff_no_code_and_no_repr(model):
    model.set(("secret",), "n3wer")
    model.set(("lines", 0, "pin"), "9999")
    model.insert(("lines",), 1, {"item": "seat", "pin": "4444"})
    model.remove(("lines", 3))
    update = model.to_python("update-account", id="1f")
    shown = [model.diff().to_string(), update, model.to_python("x"), repr(model)]
    for secret in ("s3cret", "n3wer", "1111", "9999", "4444", "3333"):
        assert not any(secret in each for each in shown), secret
    assert '"…"' in update
    assert "sensitive" in update
    assert "●●●●" in model.diff().to_string()
    compile(update, "update", "exec")
