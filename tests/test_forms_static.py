"""What a form shows where no widget lives: data as text, nothing secret, in both languages."""

import re

import pytest

import exactnb
from exactnb.display.options import options
from exactnb.forms.fields import Fields
from exactnb.forms.lines.grid import Grid
from exactnb.forms.lookup import Finders
from exactnb.forms.model import FormModel
from exactnb.forms.static import Static

IMG = "<img src=x onerror=alert(1)>"
SCRIPT = "</script><script>alert(2)</script>"


@pytest.fixture(scope="module")
def hostile():
    """A demo with an account and an item whose names are markup."""
    books = exactnb.demo()
    account = books.create_account(name=IMG, status="C").record_id
    item = books.create_item(code="<b>", description=SCRIPT).record_id
    return books, account, item


def harmless(html):
    """No element that data brought, however often it was put in."""
    found = re.findall(r"<\s*/?\s*(script|img)", html, re.IGNORECASE)
    return not found and "&lt;" in html


def test_hostile_names_are_text_everywhere(hostile):
    books, account, item = hostile
    values = {"orderedBy": account, "description": SCRIPT}
    lines = [{"item": item, "description": IMG, "quantity": 1}]
    form = exactnb.form(books, "create-sales-invoice", {**values, "salesInvoiceLines": lines})
    finder = form.finders.of(form.model.field(("orderedBy",)), form.value)
    assert [choice.value for choice in finder.search("img")] == [account]
    assert IMG in finder.find(account).label
    form.finders.of(form.model.field(("salesInvoiceLines", 0, "item")), form.value).find(item)
    shown = [form._repr_mimebundle_()["text/html"]]
    preview = form.check()
    shown.append(preview._repr_html_())
    shown.append(form._repr_mimebundle_()["text/html"])
    receipt = form.send()
    shown += [receipt._repr_html_(), form._repr_mimebundle_()["text/html"]]
    again = exactnb.form(books, "create-account", {"name": IMG}, dry_run=True)
    shown.append(again.check()._repr_html_())
    assert IMG in again.submission.preview.alike["name"].iloc[0]
    grid = Grid(form.model, ("salesInvoiceLines",), form.finders)
    shown.append(grid.to_html())
    assert [harmless(html) for html in shown] == [True] * len(shown)
    assert IMG in str(preview)


def test_hostile_titles_stay_text_in_every_control():
    schema = {
        "title": IMG,
        "properties": {
            "a": {"type": "string", "title": IMG, "description": SCRIPT},
            "b": {"type": "string", "title": "b", "enum": [IMG, SCRIPT]},
            "c": {"type": "array", "title": IMG, "items": {"properties": {"d": {"title": IMG}}}},
        },
        "required": ["a", "b", "c"],
    }
    model = FormModel(schema)
    fields = Fields(model)
    model.tried = True
    model.refuse([(("a",), IMG), ((), SCRIPT)])
    fields.refresh()
    for path in fields.paths:
        described = getattr(fields[path], "description", "")
        if getattr(fields[path], "description_allow_html", False):
            assert not re.search(r"<\s*/?\s*(script|img)", described)
    assert harmless(Static(IMG, model)._repr_html_())


def test_secrets_stay_out_of_what_is_shown():
    schema = {
        "properties": {
            "name": {"type": "string"},
            "socialSecurityNumber": {"type": "string", "isSensitive": True},
            "bank": {
                "type": "object",
                "properties": {"pin": {"type": "string", "writeOnly": True}},
            },
        }
    }
    model = FormModel(schema)
    model.value = {"name": "A", "socialSecurityNumber": "123456782", "bank": {"pin": "0000-9"}}
    shown = Static("t", model)._repr_html_() + str(Static("t", model)) + repr(model)
    shown += model.to_python("create-contact") + model.diff().to_string()
    assert "123456782" not in shown
    assert "0000-9" not in shown
    assert "●●●●" in shown


def test_a_secret_is_sent_and_kept_nowhere(monkeypatch):
    books = exactnb.demo()
    account = books.list_accounts(limit=1)["id"].iloc[0]
    values = {"account": account, "lastName": "Geheim", "socialSecurityNumber": "123456782"}
    form = exactnb.form(books, "create-contact", values)
    html = form._repr_mimebundle_()["text/html"]
    preview = form.check()
    receipt = form.send()
    assert receipt is not None
    row = books.outbox().to_csv()
    for shown in (html, str(preview), preview._repr_html_(), row, form.to_python(), repr(form)):
        assert "123456782" not in shown
    sent = books.odata("crm/Contacts", filter={"LastName": "Geheim"})
    assert sent["social_security_number"].tolist() == ["123456782"]


def test_a_form_is_text_where_no_widget_lives(books):
    account = books.list_accounts(status="C", limit=1).iloc[0]
    form = exactnb.form(books, "update-account", {"phone": "1"}, id=account["id"], dry_run=True)
    bundle = form._repr_mimebundle_()
    assert set(bundle) >= {"text/plain", "text/html", "application/vnd.jupyter.widget-view+json"}
    assert account["name"] in bundle["text/plain"]
    assert "Customer" in bundle["text/plain"]  # not C


def test_dutch_is_dutch(books, monkeypatch):
    monkeypatch.setattr(options, "language", "nl")
    form = exactnb.form(books, "create-account", {"name": "Vaessen"}, dry_run=True)
    preview = form.check()
    assert preview.heading == "Maak relatie Vaessen"
    assert "Dit is een proef" in str(preview)
    empty = exactnb.form(books, "create-account", dry_run=True)
    assert empty.check() is None
    assert "verplicht" in str(empty).lower() or "nodig" in str(empty).lower()


def test_labels_stand_for_what_was_chosen(books):
    account = books.list_accounts(limit=1).iloc[0]
    schema = {
        "properties": {
            "account": {"type": "string", "referenceCollection": {"key": "accounts"}},
            "lines": {"type": "array", "items": {"properties": {"q": {"type": "number"}}}},
        }
    }
    model = FormModel(schema, {"account": account["id"], "lines": [{"q": 1}, {"q": 2}]})
    finders = Finders(books)
    assert account["id"] in str(Static("t", model, finders))  # not asked for while showing
    finders.of(model.field(("account",)), model.value).find(account["id"])
    assert account["name"] in str(Static("t", model, finders))
