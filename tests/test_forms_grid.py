"""The grid of lines: what crosses to the front end, and what an edit does to the model."""

import datetime as dt
import json
import time
from decimal import Decimal

import comm
import pandas as pd
import pytest

from exactnb.absent import ABSENT
from exactnb.errors import InputError
from exactnb.forms.lines.cells import read_sheet, splice
from exactnb.forms.lines.grid import Grid
from exactnb.forms.lines.pastebox import GridBox
from exactnb.forms.lookup import Finders
from exactnb.forms.model import FormModel

LINES = ("lines",)
EVIL = "</script><img src=x onerror=alert(1)>"
ITEM = {
    "item": {
        "title": "Item",
        "type": "string",
        "format": "uuid",
        "referenceCollection": {"key": "items"},
    },
    "description": {"title": "Description", "type": "string", "maxLength": 40},
    "quantity": {"title": "Quantity", "type": "number", "default": 1},
    "unitCode": {
        "title": "Unit",
        "type": "string",
        "referenceRecords": [{"id": "pc", "name": "piece"}, {"id": "box", "name": "box of 12"}],
    },
    "netPrice": {"title": "Net price", "type": "number"},
    "deliveryDate": {"title": "Delivery date", "type": "string", "format": "date"},
    "vatCode": {"title": "VAT code", "type": "string", "referenceCollection": {"key": "vat-codes"}},
    "gift": {"title": "A gift", "type": "boolean"},
}
IDS = [f"00000000-0000-4000-8000-00000000000{n}" for n in range(4)]
ITEMS = pd.DataFrame(
    {
        "id": IDS,
        "code": ["H1", "H2", "B1", "B2"],
        "name": ["Helmet", "Helmet, large", "Bell", EVIL],
        "StandardSalesPrice": [50.0, 60.0, 5.0, 1.0],
    }
)
VAT = pd.DataFrame(
    {"code": ["0", "2"], "name": ["none", "high"], "Percentage": [0.0, 0.21], "Type": ["N", "E"]}
)


def schema(**more):
    rows = {"type": "object", "required": ["item"], "properties": {**ITEM, **more}}
    lines = {"type": "array", "title": "Lines", "minItems": 1, "items": rows}
    return {"type": "object", "properties": {"lines": lines, "note": {"type": "string"}}}


def line(n=0, **more):
    return {"item": IDS[n % 4], "quantity": 2, "netPrice": Decimal("10.50"), "vatCode": "2", **more}


class Wire:
    """Every message that left the kernel, as the front end gets it."""

    def __init__(self, grid=None):
        self.grid, self.messages, self.seq = grid, [], 0

    def kinds(self):
        return [kind for kind, _ in self.messages]

    def size(self):
        return sum(len(json.dumps(data)) for _, data in self.messages)

    def ask(self, op, **content):
        """Sends what the front end sends; gives the messages that answer it."""
        before = len(self.messages)
        self.seq += 1
        self.grid._handle_custom_msg({"op": op, "seq": self.seq, **content}, [])
        return self.since(before)

    def since(self, before):
        assert all(data["method"] == "custom" for _, data in self.messages[before:])
        return [data["content"] for _, data in self.messages[before:]]

    def edit(self, op, **content):
        """The one answer to an edit."""
        (answer,) = self.ask(op, **content)
        assert answer.pop("seq") == self.seq
        return answer

    def eventually(self, count):
        """The custom messages so far, when there are so many or some seconds have gone by."""
        for _ in range(500):
            found = [data["content"] for _, data in self.messages if data.get("method") == "custom"]
            if len(found) >= count:
                return found
            time.sleep(0.01)
        raise AssertionError(f"{count} messages expected: {found}")


@pytest.fixture
def wire(monkeypatch):
    """A comm in place of a kernel's."""
    wire = Wire()

    class Recorder(comm.base_comm.BaseComm):
        def publish_msg(self, msg_type, data=None, **_):
            wire.messages.append((msg_type, json.loads(json.dumps(data or {}))))

    monkeypatch.setattr(comm, "create_comm", Recorder)
    return wire


@pytest.fixture
def start(wire):
    grids = []

    def start(rows=ABSENT, *, choices=False, language="en", **more):
        model = FormModel(
            schema(**more), ABSENT if rows is ABSENT else {"lines": rows}, language=language
        )
        frames = {"item": ITEMS, "vatCode": VAT}
        grid = Grid(model, LINES, Finders(choices=frames, delay=0.0) if choices else None)
        wire.grid = grid
        grids.append(grid)
        return grid

    yield start
    for grid in grids:
        grid.close()


def texts(grid, name):
    at = [column["name"] for column in grid.columns].index(name)
    return [row[at] for row in grid.rows]


# --- what crosses -------------------------------------------------------------------------------


def test_500_lines_of_8_columns_open_in_few_messages_and_little_text(start, wire):
    start([line(n, description=f"Line {n} of a long invoice", unitCode="pc") for n in range(500)])
    assert wire.kinds() == ["comm_open"] * 2
    assert wire.size() < 150_000


def test_editing_one_cell_of_500_lines_is_one_small_message(start, wire):
    grid = start([line(n) for n in range(500)], choices=True)
    answer = wire.edit("set", row=250, column="quantity", text="3")
    assert answer["cells"] == [[250, 2, "3", ""]]
    assert answer["totals"]["sums"][0] == ["Net", "10,510.50"]
    assert answer["state"]["undo"]
    assert len(json.dumps(answer)) < 500
    assert grid.lines.model.get(("lines", 250, "quantity")) == 3


def test_a_front_end_that_comes_later_gets_the_present_rows(start, wire):
    grid = start([line(), line()])
    wire.edit("set", row=0, column="quantity", text="7")
    wire.edit("remove", row=1)
    state = grid.get_state()
    assert [row[2] for row in json.loads(state["rows"])] == ["7"]
    assert state["state"] == {"disabled": False, "undo": True, "redo": False}
    assert "update" not in [data.get("method") for _, data in wire.messages]


def test_the_front_end_is_a_module_that_fetches_nothing_and_makes_no_markup(start):
    grid = start()
    source = grid._esm
    assert source.count("export default") == 1
    for word in (
        "innerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "fetch(",
        "import ",
        "http",
    ):
        assert word not in source
    for word in ("url(", "@import", "http"):
        assert word not in grid._css


def test_what_a_column_is_crosses_with_it(start):
    columns = {column["name"]: column for column in start(choices=True).columns}
    assert columns["item"]["lookup"]
    assert columns["item"]["required"]
    assert columns["quantity"]["kind"] == "number"
    assert columns["deliveryDate"]["kind"] == "date"
    assert columns["unitCode"]["options"] == [["pc", "piece"], ["box", "box of 12"]]
    assert columns["gift"]["options"] == [[True, "Yes"], [False, "No"]]
    assert "40" in columns["description"]["help"]


# --- edits --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "name", "text", "value", "shown"),
    [
        ("en", "netPrice", "1,234.56", Decimal("1234.56"), "1234.56"),
        ("nl", "netPrice", "€ 1.234,5", Decimal("1234.5"), "1234,50"),
        ("nl", "deliveryDate", "31/12/2025", "2025-12-31", "31-12-2025"),
        ("en", "unitCode", "BOX OF 12", "box", "box of 12"),
        ("nl", "gift", "ja", True, "Ja"),
        ("en", "description", EVIL, EVIL, EVIL),
    ],
)
def test_text_is_read_by_column_and_language(start, wire, language, name, text, value, shown):
    grid = start([line()], language=language)
    answer = wire.edit("set", row=0, column=name, text=text)
    assert [cell[2:] for cell in answer["cells"]] == [[shown, ""]]
    assert grid.lines.model.get(("lines", 0, name)) == value


def test_what_cannot_be_read_stays_in_its_cell_with_the_reason(start, wire):
    grid = start([line()])
    answer = wire.edit("set", row=0, column="quantity", text="many")
    ((row, column, text, error),) = answer["cells"]
    assert (row, column, text) == (0, 2, "many")
    assert "number" in error
    assert grid.lines.model.get(("lines", 0, "quantity")) == 2
    assert answer["totals"]["sums"][0] == ["Net", "not known"]
    assert wire.edit("set", row=0, column="quantity", text="4")["cells"] == [[0, 2, "4", ""]]
    assert grid.errors == {}


def test_emptying_a_cell_makes_it_absent(start, wire):
    grid = start([line(description="x")])
    wire.edit("clear", row=0, columns=["description", "netPrice"])
    assert grid.lines.model.get(("lines", 0)) == {"item": IDS[0], "quantity": 2, "vatCode": "2"}


def test_typing_below_the_last_line_starts_one_with_its_defaults(start, wire):
    grid = start()
    answer = wire.edit("set", row=0, column="description", text="first")
    assert answer["splice"]["rows"] == [["", "first", "1", "", "", "", "", ""]]
    assert grid.lines.model.get(LINES) == [{"quantity": 1, "description": "first"}]
    wire.edit("undo")
    assert grid.lines.rows == []


def test_a_cell_that_nobody_was_at_shows_no_error(start, wire):
    grid = start([line()])
    wire.edit("insert", row=1)
    assert grid.errors == {}
    wire.edit("clear", row=1, columns=["item"])
    assert list(grid.errors) == ["1:0"]


def test_lines_are_put_in_taken_out_copied_and_moved(start, wire):
    grid = start([line(description=text) for text in "abcd"])
    steps = [
        ("insert", {"row": 1}, ["a", "", "b", "c", "d"]),
        ("undo", {}, list("abcd")),
        ("duplicate", {"row": 0, "last": 1}, list("ababcd")),
        ("move", {"row": 0, "last": 1, "by": 1}, list("aabbcd")),
        ("undo", {}, list("ababcd")),
        ("move", {"row": 2, "last": 3, "by": -1}, list("aabbcd")),
        ("remove", {"row": 0, "last": 3}, list("cd")),
        ("undo", {}, list("aabbcd")),
        ("redo", {}, list("cd")),
    ]
    for op, content, expected in steps:
        answer = wire.edit(op, **content)
        assert "splice" in answer
        assert texts(grid, "description") == expected
        assert [row.get("description", "") for row in grid.lines.rows] == expected


def test_only_the_rows_that_are_new_are_sent(start, wire):
    start([line(n) for n in range(100)])
    assert wire.edit("remove", row=50)["splice"] == {"at": 50, "gone": 1, "rows": []}
    assert wire.edit("insert", row=10)["splice"]["at"] == 10


def test_what_stands_in_a_row_moves_with_it_also_when_it_could_not_be_read(start, wire):
    grid = start([line(), line()])
    wire.edit("set", row=0, column="quantity", text="many")
    wire.edit("move", row=0, last=0, by=1)
    assert texts(grid, "quantity") == ["2", "many"]
    assert list(grid.errors) == ["1:2"]


def test_an_edit_from_elsewhere_reaches_the_front_end_as_one_message(start, wire):
    grid = start([line(), line()])
    before = len(wire.messages)
    grid.lines.model.set(("lines", 1, "quantity"), 9)
    (answer,) = wire.since(before)
    assert answer["cells"] == [[1, 2, "9", ""]]
    before = len(wire.messages)
    grid.lines.model.set(("note",), "of no concern here")
    assert wire.since(before) == []
    grid.lines.model.set(LINES, [line(description="new")])
    (answer,) = wire.since(before)
    assert answer["splice"] == {"at": 0, "gone": 2, "rows": grid.rows}


def test_while_the_record_is_on_its_way_nothing_is_edited(start, wire):
    grid = start([line()])
    grid.lines.model.status = "pending"
    grid.refresh()
    assert grid.state["disabled"]
    wire.ask("set", row=0, column="quantity", text="5")
    assert grid.lines.model.get(("lines", 0, "quantity")) == 2


def test_what_the_service_refused_stands_in_its_cell(start):
    grid = start([line(), line()])
    grid.lines.model.refuse([(("lines", 1, "item"), "Artikel is geblokkeerd")])
    grid.refresh()
    assert grid.errors == {"1:0": "Artikel is geblokkeerd"}


def test_any_data_can_be_shown(start):
    odd = [None, 3, "text", [], {"quantity": {"a": 1}, "item": None, "netPrice": "cheap"}]
    grid = start(odd)
    assert len(grid.rows) == 5
    assert texts(grid, "netPrice") == ["", "", "", "", "cheap"]
    assert "cheap" in grid.to_html()
    assert start({"not": "a list"}).rows == []


# --- pasting ------------------------------------------------------------------------------------

NAMES = [
    "item",
    "description",
    "quantity",
    "unitCode",
    "netPrice",
    "deliveryDate",
    "vatCode",
    "gift",
]


def test_a_range_from_excel_is_taken_cell_by_cell(start, wire):
    grid = start([line()], choices=True, language="nl")
    text = 'H1\t"two\nlines, a ""quote"" and a\ttab"\t2,5\tpiece\t€ 1.234,56\t1-2-2026\t2\tja\r\n'
    answer = wire.edit("paste", row=1, columns=NAMES, text=text)
    assert answer["note"] == "1 regel geplakt."
    assert grid.lines.model.get(("lines", 1)) == {
        "quantity": Decimal("2.5"),
        "item": IDS[0],
        "description": 'two\nlines, a "quote" and a\ttab',
        "unitCode": "pc",
        "netPrice": Decimal("1234.56"),
        "deliveryDate": "2026-02-01",
        "vatCode": "2",
        "gift": True,
    }
    wire.edit("undo")
    assert len(grid.rows) == 1


def test_headings_say_where_cells_go_and_what_there_is_no_place_for(start, wire):
    grid = start(choices=True)
    text = "NET PRICE\tMargin\tItem *\tquantity\n12.50\t40%\tBell\t3\n1\t2%\tH2\t4\n"
    answer = wire.edit("paste", row=0, columns=NAMES, text=text)
    assert answer["note"] == "2 lines pasted. There was no place for: Margin."
    assert texts(grid, "netPrice") == ["12.50", "1.00"]
    assert texts(grid, "item") == ["B1 · Bell", "H2 · Helmet, large"]
    assert texts(grid, "quantity") == ["3", "4"]


def test_one_pasted_cell_fills_the_selection(start, wire):
    grid = start([line() for _ in range(3)])
    wire.edit("paste", row=0, columns=NAMES[2:], text="7", height=3, width=1)
    assert texts(grid, "quantity") == ["7", "7", "7"]


def test_what_is_pasted_and_does_not_fit_is_kept_with_an_error(start, wire):
    grid = start()
    wire.edit("paste", row=0, columns=NAMES[2:], text="one\tdozen\t5\nall\tpiece\tx")
    assert texts(grid, "quantity") == ["one", "all"]
    assert texts(grid, "unitCode") == ["dozen", "piece"]
    assert {key for key in grid.errors if key[2] != "0"} == {"0:2", "0:3", "1:2", "1:4"}


def test_words_in_a_first_row_that_name_no_column_are_cells(start):
    columns = start().lines.columns
    assert read_sheet("a\tb\n1\t2", NAMES, columns).names == NAMES[:2]
    assert read_sheet("Item\tx\ty\tz", NAMES, columns).rows == [["Item", "x", "y", "z"]]
    assert read_sheet("", NAMES, columns).rows == []


def test_cells_beyond_the_last_column_are_named(start, wire):
    start()
    assert wire.edit("paste", row=0, columns=["gift"], text="yes\tmore")["note"] == (
        "1 line pasted. There was no place for: 2."
    )


@pytest.mark.parametrize(
    ("old", "new"), [("", "abc"), ("abc", ""), ("abc", "axc"), ("aab", "aaab"), ("abc", "cab")]
)
def test_a_splice_makes_the_new_of_the_old(old, new):
    found = splice(old, new)
    assert [*old[: found["at"]], *found["rows"], *old[found["at"] + found["gone"] :]] == list(new)
    assert splice(new, new) is None


# --- references ---------------------------------------------------------------------------------


def test_keys_are_shown_as_code_and_name(start):
    grid = start([line(0), line(3)], choices=True)
    assert texts(grid, "item") == ["H1 · Helmet", f"B2 · {EVIL}"]
    assert grid.totals["sums"] == [["Net", "42.00"], ["VAT", "8.82"], ["Gross", "50.82"]]


def test_choices_are_searched_and_an_overtaken_search_answers_nothing(start, wire):
    grid = start([line()], choices=True)
    grid.lines.finders._delay = 0.2
    for text in ("h", "he", "helmet, l"):
        assert wire.ask("lookup", row=1, column="item", text=text) == []
    (answer,) = wire.eventually(1)
    assert answer == {"sought": 3, "choices": [[IDS[1], "H2 · Helmet, large"]]}
    time.sleep(0.3)
    assert len(wire.eventually(1)) == 1


def test_a_choice_keeps_its_key_and_shows_its_name(start, wire):
    grid = start([line()], choices=True)
    answer = wire.edit("set", row=0, column="item", pick=IDS[2])
    assert answer["cells"] == [[0, 0, "B1 · Bell", ""]]
    assert grid.lines.model.get(("lines", 0, "item")) == IDS[2]


@pytest.mark.parametrize("text", [IDS[2], "b1", "Bell", "B1 · Bell", f" {IDS[2]} "])
def test_a_key_a_code_or_a_name_may_be_typed(start, wire, text):
    grid = start([line()], choices=True)
    wire.edit("set", row=0, column="item", text=text)
    assert grid.lines.model.get(("lines", 0, "item")) == IDS[2]


def test_without_a_price_the_items_own_is_an_estimate(start, wire):
    start([{"item": IDS[0], "quantity": 2, "vatCode": "2"}], choices=True)
    sums = dict(wire.grid.totals["sums"])
    assert sums == {"Net": "≈ 100.00", "VAT": "≈ 21.00", "Gross": "≈ 121.00"}


def test_keys_of_the_service_get_their_names_once_the_grid_is_shown(wire, books):
    invoice = books.action("create-sales-invoice").input_schema
    items = books.collection("items").list().records
    rows = [{"item": items[0].id, "vatCode": "2"}, {"item": items[1].fields["Code"].strip()}]
    model = FormModel(invoice, {"salesInvoiceLines": rows})
    wire.grid = Grid(model, ("salesInvoiceLines",), Finders(books))
    assert texts(wire.grid, "item") == [items[0].id, rows[1]["item"]]
    wire.ask("ready")
    (answer,) = wire.eventually(1)
    shown = [row[0] for row in answer["splice"]["rows"]]
    for label, record in zip(shown, items, strict=False):
        assert label.startswith(f"{record.fields['Code'].strip()} · ")
    assert model.get(("salesInvoiceLines", 1, "item")) == items[1].id
    wire.grid.close()


# --- as data, and without a front end -------------------------------------------------------------


def test_lines_go_out_and_come_back_as_a_frame(start):
    rows = [line(0, deliveryDate="2025-12-31", gift=True), {"item": IDS[1]}]
    grid = start(rows)
    frame = grid.frame
    assert list(frame.columns) == NAMES
    assert frame["netPrice"].tolist()[0] == 10.5
    assert frame["deliveryDate"].tolist()[0] == pd.Timestamp("2025-12-31")
    assert frame["gift"].tolist() == [True, pd.NA]
    assert frame["quantity"].dtype == "float64"
    grid.frame = frame
    assert grid.lines.model.get(LINES) == [
        {
            "item": IDS[0],
            "quantity": 2,
            "netPrice": 10.5,
            "vatCode": "2",
            "deliveryDate": "2025-12-31",
            "gift": True,
        },
        {"item": IDS[1]},
    ]
    assert start().frame.dtypes.equals(frame.dtypes)


def test_a_frame_from_a_spreadsheet_is_read_by_its_columns(start, wire):
    grid = start(choices=True, language="nl")
    before = len(wire.messages)
    grid.frame = pd.DataFrame(
        {
            "Net price": ["1.234,50", "duur"],
            "ITEM": ["H1", "Bell"],
            "vat_code": [2.0, None],
            "deliveryDate": [dt.date(2025, 12, 31), None],
        }
    )
    assert grid.lines.model.get(("lines", 0)) == {
        "netPrice": Decimal("1234.50"),
        "item": IDS[0],
        "vatCode": "2",
        "deliveryDate": "2025-12-31",
    }
    assert texts(grid, "netPrice") == ["1234,50", "duur"]
    assert list(grid.errors) == ["1:4"]
    assert "splice" in wire.since(before)[0]


def test_columns_that_there_are_not_are_all_named_with_what_is_near(start, raised):
    grid = start([line()])
    error = raised(
        InputError,
        setattr,
        grid,
        "frame",
        pd.DataFrame({"quantiy": [1], "margin": [2], "item": ["x"]}),
    )
    assert [path for path, _ in error.problems] == [("lines", "quantiy"), ("lines", "margin")]
    assert "quantity" in error.problems[0][1]
    assert len(grid.rows) == 1
    assert "list of records" in str(raised(InputError, setattr, grid, "frame", 5))


def test_where_no_widget_lives_lines_are_text(start):
    grid = start([line(3, description=EVIL), {"item": IDS[0], "netPrice": 12}], choices=True)
    html, text = grid.to_html(), grid.to_text()
    assert "<img" not in html
    assert html.count("&lt;img src=x onerror=alert(1)&gt;") == 2
    assert html.count("<tr>") == 3
    assert "Gross" in html
    assert EVIL in text
    bundle, _ = grid._repr_mimebundle_()
    assert bundle["text/html"] == html
    assert "No lines yet" in start().to_html()


def test_a_secret_is_in_no_text_and_no_state(start, wire):
    grid = start([line(pin="1234")], pin={"type": "string", "isSensitive": True})
    wire.edit("set", row=0, column="pin", text="9876")
    grid.lines.paste("9999\t1", 0, ["pin", "quantity"])
    assert grid.lines.model.get(("lines", 0, "pin")) == "9999"
    seen = str(wire.messages) + grid.to_html() + grid.to_text() + str(grid.get_state()["rows"])
    assert not any(secret in seen for secret in ("1234", "9876", "9999"))
    shown = texts(grid, "pin")[0]
    wire.edit("paste", row=0, columns=["pin"], text=shown)
    assert grid.lines.model.get(("lines", 0, "pin")) == "9999"


def test_the_paste_box_works_on_the_same_lines(start):
    grid = start([line()], choices=True)
    box = GridBox(grid, patience=60)
    box.fall_back()
    assert box.children == (grid, box.pastebox)
    paste = box.pastebox
    paste.paste.value = "Item\tQuantity\nBell\t3\n"
    paste.add.click()
    assert texts(grid, "item") == ["H1 · Helmet", "B1 · Bell"]
    paste.line.value, paste.column.value = 2, "quantity"
    assert paste.value.value == "3"
    paste.value.value = "four"
    paste.change.click()
    assert texts(grid, "quantity") == ["2", "four"]
    assert "number" in paste.table.value
    paste.undo.click()
    paste.remove.click()
    assert texts(grid, "item") == ["H1 · Helmet"]
    grid.lines.model.status = "done"
    paste.show()
    assert paste.add.disabled
    box.close()


def test_the_paste_box_comes_when_the_grid_does_not_and_goes_when_it_does(start, wire):
    grid = start([line()])
    box = GridBox(grid, patience=0.01)
    box._repr_mimebundle_()
    for _ in range(500):
        if len(box.children) == 2:
            break
        time.sleep(0.01)
    assert len(box.children) == 2
    grid._handle_custom_msg({"op": "ready"}, [])
    assert box.children == (grid,)
    box.fall_back()
    assert box.children == (grid,)
    box.close()
