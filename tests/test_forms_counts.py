"""What a form costs on the wire, in messages and bytes; times are for the benchmarks."""

import json

import comm
import nbformat
import pytest
from nbclient import NotebookClient

from exactnb.forms.fields import Fields
from exactnb.forms.model import FormModel

TEXT = {"type": "string", "maxLength": 60}
COLUMNS = {
    "item": TEXT,
    "description": TEXT,
    "quantity": {"type": "number"},
    "netPrice": {"type": "number"},
    "discount": {"type": "number", "minimum": 0, "maximum": 1},
    "vatCode": {"type": "string", "enum": ["0", "1", "2"]},
    "unit": TEXT,
    "deliveryDate": {"type": "string", "format": "date"},
}
LINES = {
    "type": "object",
    "properties": {
        "lines": {"type": "array", "items": {"type": "object", "properties": COLUMNS}},
    },
}


def required(count):
    """A schema of so many texts, all of which are shown since they are required."""
    names = [f"field{number:03}" for number in range(count)]
    return {"type": "object", "properties": dict.fromkeys(names, TEXT), "required": names}


def rows(count):
    line = {"item": "bell", "description": "A bell", "quantity": 2, "netPrice": 12.5}
    more = {"discount": 0.05, "vatCode": "2", "unit": "pc", "deliveryDate": "2026-06-30"}
    return {"lines": [{**line, **more, "description": f"A bell {n}"} for n in range(count)]}


@pytest.fixture
def wire(monkeypatch):
    """Every message that leaves the kernel: its kind and its bytes."""
    sent = []

    class Recorder(comm.base_comm.BaseComm):
        def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys):
            sent.append((msg_type, len(json.dumps([data, metadata, keys], default=str).encode())))

    monkeypatch.setattr(comm, "create_comm", Recorder)
    return sent


def opened(wire):
    return sum(kind == "comm_open" for kind, _ in wire)


def form_of(books, schema, value=None):
    """The whole form, buttons and all, of an action with this schema."""
    from exactnb.forms.form import Form
    from exactnb.membrane.models import Action

    given = {"id": "act_1", "key": "create-thing", "name": "Create thing", "inputSchema": schema}
    action = Action.model_validate(given)
    made = Form(books, action, value, record=None, id=None, choices=None, dry_run=True)
    return made, made.widget


def test_a_form_opens_one_comm_a_field_and_few_more(books, wire):
    made, _ = form_of(books, required(30))
    assert len(made.screen.fields.paths) == 30
    assert opened(wire) <= 40


def test_a_long_form_opens_a_page_at_first_and_one_comm_a_field_in_the_end(books, wire):
    made, _ = form_of(books, required(500))
    assert len(made.screen.fields.paths) == 100
    assert opened(wire) <= 112
    assert made.screen.fields["field499"] is not None
    assert len(made.screen.fields.paths) == 500
    assert opened(wire) <= 600


def test_500_lines_are_one_grid(wire):
    fields = Fields(FormModel(LINES, rows(500)))
    assert fields["lines"] is not None
    whole = opened(wire), sum(size for _, size in wire)
    wire.clear()
    alone = Fields(FormModel({"type": "object", "properties": {"a": TEXT}}))
    assert alone.paths == (("a",),)
    assert whole[0] - opened(wire) <= 6
    assert whole[1] <= 150_000


def test_one_cell_of_500_lines_is_one_message(books, wire):
    model = FormModel(LINES, rows(500))
    fields = Fields(model)
    assert fields["lines"] is not None
    wire.clear()
    model.enter(("lines", 250, "netPrice"), "13,75")
    assert [kind for kind, _ in wire] == ["comm_msg"]
    assert wire[0][1] < 2_000


def test_typing_into_a_field_answers_with_little(books, wire):
    made, _ = form_of(books, required(30))
    wire.clear()
    made.model.enter(("field007",), "seven")
    assert opened(wire) == 0
    assert len(wire) <= 2


def test_a_saved_notebook_with_50_lines_stays_small(tmp_path):
    """With all its widgets' state in it, as JupyterLab saves it."""
    code = (
        "%env EXACTNB_PROGRESS_DELAY=3600\n"
        "import exactnb as ex, pandas as pd\n"
        "books = ex.demo()\n"
        "items = books.list_items(limit=50)\n"
        "lines = pd.DataFrame({'item': items['id'].repeat(50)[:50].tolist(), 'quantity': 2,"
        " 'net_price': 12.5, 'vat_code': '2', 'description': 'A bell for a bicycle'})\n"
        "customer = books.list_accounts(status='C', limit=1)['id'].iloc[0]\n"
        "ex.form(books, 'create-sales-invoice', {'ordered_by': customer,"
        " 'sales_invoice_lines': lines})"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    client = NotebookClient(notebook, timeout=120, store_widget_state=True)
    client.execute(cwd=str(tmp_path))
    state = notebook.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    assert len(state) > 10
    path = tmp_path / "saved.ipynb"
    nbformat.write(notebook, path)
    assert path.stat().st_size <= 100_000
    shown = notebook.cells[0].outputs[-1]["data"]
    assert "A bell for a bicycle" in shown["text/html"]
