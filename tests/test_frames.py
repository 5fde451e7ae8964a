"""Pages in any dialect → the identical typed DataFrame."""

import datetime as dt
import json
import random
import subprocess
import sys
import textwrap
import uuid
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from exactnb.errors import BadAnswerError, DataError
from exactnb.exact.entities import by_resource, entities, entity
from exactnb.frames import (
    Cursor,
    field_names,
    next_cursor,
    page,
    read_page,
    record_lines,
    to_frame,
    to_record,
    with_labels,
)

ALL = pytest.mark.parametrize("name", list(entities()))
DIALECTS = ("odata", "unwrapped", "camel", "records")
LINK = "https://start.exactonline.nl/api/v1/1/x/Y?$skiptoken=guid'0a'&$select=[A]"
EPOCH = dt.datetime(1970, 1, 1)
TEXTS = [
    "Fietsen B.V.",
    "",
    'zei "hoi" \\ en weg',
    '},{"__metadata":{"ID":"x"},{"id":"y"}]}',
    '"cursor":"fooled","__next":"fooled"]}',
    "café 東京 🚲 \u2028",
    "],\n\t[{",
    "=1+1",
    "<script>alert(1)</script>",
    "0012",
    "2025-01-01",
    "/Date(0)/",
    " spaces around ",
]
#: padded on the wire: to 18 from the left for codes of accounts, else from the right
PADDED = ("Code", "Country", "Currency", "Language", "Legislation", "Unit")


# ---------------------------------------------------------------- inventing and rendering records


def truth(about, count, seed, lines=None):
    """Records as Python values; a DateTime is milliseconds of the wall clock."""
    rng = random.Random(f"{about.name}{seed}")
    return [{f.name: value(f, rng, lines) for f in about.fields.values()} for _ in range(count)]


def value(field, rng, lines):
    if field.nested:
        if lines is None or field.entity is None or not field.type.startswith("Collection"):
            return None
        return truth(field.entity, rng.randrange(4), rng.random())
    if not field.key and rng.random() < 0.25:
        return None
    return {
        "Guid": lambda: str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        "Double": lambda: rng.choice([0.0, 100.0, -12.5, 1234.56, 0.1 + 0.2, 1e15, -7e-5]),
        "Boolean": lambda: rng.random() < 0.5,
        "Int16": lambda: rng.randrange(-(2**15), 2**15),
        "Int32": lambda: rng.randrange(-(2**31), 2**31),
        "Int64": lambda: rng.choice([1, 123456789012345678, -(2**62)]),
        "Byte": lambda: rng.randrange(256),
        "DateTime": lambda: rng.choice(
            [
                rng.randrange(-20000, 40000) * 86_400_000,
                rng.randrange(2**40),
                1743292800000,  # 30 March 2025, the day summer time begins, at midnight
                1761436800000,  # 26 October 2025, the day it ends
                -1,
            ]
        ),
    }.get(field.type, lambda: text(field, rng))()


def text(field, rng):
    drawn = rng.choice(TEXTS)
    return drawn.strip(" ") if field.name.endswith(PADDED) else drawn


def camel(name):
    """As JavaScript would have it: GLAccountCode → glAccountCode, ID → id."""
    run = len(name) - len(name.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    lowered = run if run in (1, len(name)) else run - 1
    return name[:lowered].lower() + name[lowered:]


def render(dialect, about, records, *, next=None, run=None, single=False):
    """The bytes of an answer in a dialect."""
    made = [wire(dialect, about, one) for one in records]
    if dialect == "odata":
        body = {"d": made[0] if single else {"results": made, **({"__next": next} if next else {})}}
    elif dialect == "unwrapped":
        body = made[0] if single else {"results": made, "nextLink": next}
    elif dialect == "camel":
        name = camel(about.name)
        body = {name: made[0]} if single else {name: made, "nextCursor": next}
    else:
        made = [
            {"id": str(one[about.key[0]]), "name": "x", "fields": one, "uri": "/"} for one in made
        ]
        body = {"record": made[0]} if single else {"records": made, "cursor": next}
    if run:
        body = {"output": body, "actionRunId": run}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def wire(dialect, about, record):
    if dialect == "camel":
        return {camel(name): plain(about.fields[name], v) for name, v in record.items()}
    meta = {"__metadata": {"uri": "https://x/[1]", "type": "T"}} if dialect == "odata" else {}
    return {**meta, **{name: exact(dialect, about.fields[name], v) for name, v in record.items()}}


def exact(dialect, field, value):
    """A value as Exact writes it."""
    if field.nested and field.type.startswith("Collection"):
        if value is None:
            return {"__deferred": {"uri": "https://x/Lines"}}
        lines = [wire(dialect, field.entity, one) for one in value]
        return {"results": lines} if dialect == "odata" else lines
    if value is None:
        return None
    if field.type == "DateTime":
        return f"/Date({value})/"
    if field.type == "Int64":
        return str(value)
    if field.type == "Double" and float(value).is_integer():
        return int(value)
    if field.type == "Guid":
        return value.upper() if value[0] in "abc" else value
    if field.type == "String" and field.name.endswith(PADDED):
        return value.rjust(18) if field.name.endswith("AccountCode") else value.ljust(5)
    return value


def plain(field, value):
    """A value as somebody's script would write it."""
    if field.nested and value is not None:
        return [wire("camel", field.entity, one) for one in value]
    if field.type == "DateTime" and value is not None:
        moment = EPOCH + dt.timedelta(milliseconds=value)
        if value % 86_400_000 == 0:
            return moment.date().isoformat()
        return moment.isoformat(timespec="milliseconds") + "Z"
    return value


def frame(dialect, about, records, **how):
    lines = how.pop("lines", False)
    raw = render(dialect, about, records, **how)
    return to_frame([read_page(raw, about)], about, lines=lines)


DTYPES = {
    "Guid": "str",
    "String": "str",
    "Binary": "str",
    "Double": "float64",
    "Boolean": "boolean",
    "DateTime": "datetime64[ms]",
}


def check_values(frame, about, records):
    """The frame against the records themselves, cell by cell."""
    assert list(frame.columns) == list(about.columns)
    for field in about.fields.values():
        column, wanted = frame[field.column], [one[field.name] for one in records]
        kind = "object" if field.nested else DTYPES.get(field.type, "Int64")
        if kind == "str":
            assert isinstance(column.dtype, pd.StringDtype), field
            assert column.dtype.na_value is np.nan or pd.isna(column.dtype.na_value)
        else:
            assert column.dtype == kind, field
        assert column.isna().tolist() == [v is None for v in wanted], field
        if not field.nested:
            got = (
                column.astype("int64")
                if field.type == "DateTime" and None not in wanted
                else column
            )
            seen = [to_python(v) for v in got if not pd.isna(v)]
            assert seen == [v for v in wanted if v is not None], field


def assert_identical(frames):
    """All frames are the same: names, order, dtypes, values."""
    for one in frames[1:]:
        if not one.equals(frames[0]):  # quick; what follows says where they differ
            assert_frame_equal(one, frames[0], check_exact=True)
            raise AssertionError("the frames differ")
    assert_frame_equal(frames[-1], frames[0], check_exact=True)


def to_python(value):
    if isinstance(value, pd.Timestamp):
        return int(value.to_datetime64().astype("datetime64[ms]").astype("int64"))
    return value.item() if isinstance(value, np.generic) else value


# ---------------------------------------------------------------- every dialect, one frame


@ALL
def test_all_dialects_give_the_identical_frame(name):
    about = entity(name)
    records = truth(about, 12, seed=1)
    frames = [
        frame(dialect, about, records, run=run, next=LINK)
        for dialect in DIALECTS
        for run in (None, "r1")
    ]
    check_values(frames[0], about, records)
    assert_identical(frames)


@ALL
def test_without_text_that_looks_like_json_pages_are_read_the_fast_way(name):
    about = entity(name)
    records = truth(about, 12, seed=2)
    for one in records:
        one.update({k: "x" for k, v in one.items() if isinstance(v, str) and "]" in v})
    frames = [frame("odata", about, records)]
    for dialect in DIALECTS:
        raw = render(dialect, about, records, next="c").replace(b"[1]", b"1")
        read = read_page(raw, about)
        assert any(not isinstance(c.values, list) for c in read.columns.values()), dialect
        frames.append(to_frame([read], about))
    assert_identical(frames)


@ALL
def test_empty_results_have_the_columns_and_types_of_full_ones(name):
    about = entity(name)
    full = frame("odata", about, truth(about, 3, seed=3))
    empty = [frame(dialect, about, [], run=run) for dialect in DIALECTS[:2] for run in (None, "r")]
    empty += [to_frame([], about), to_frame([read_page(b"", about)], about)]
    empty += [to_frame([read_page(b'{"output":null}', about)], about)]
    for one in empty:
        assert len(one) == 0
        assert one.dtypes.equals(full.dtypes)


@pytest.mark.parametrize("name", [n for n, one in entities().items() if one.lines])
def test_expanded_lines_are_the_same_in_every_dialect(name):
    about = entity(name)
    records = truth(about, 12, seed=4, lines=True)
    field, line = about.lines
    lists, rows = [], []
    for dialect in DIALECTS:
        lists.append(frame(dialect, about, records))
        rows.append(frame(dialect, about, records, lines=True, run="r"))
    assert_identical(lists)
    assert_identical(rows)
    cells = lists[0][field.column]
    assert [len(cell) for cell in cells] == [len(one[field.name]) for one in records]
    first = next(cell for cell in cells if cell)[0]
    assert list(first) == list(line.columns)
    assert all(
        v is None or isinstance(v, (str, int, float, bool, pd.Timestamp)) for v in first.values()
    )
    # one row a line, and one for a record without lines
    assert len(rows[0]) == sum(max(1, len(one[field.name])) for one in records)
    assert rows[0].columns.is_unique
    assert len(rows[0].columns) == len(about.fields) - 1 + len(line.fields)


def test_lines_repeat_the_header_and_take_a_prefix_where_names_clash():
    invoices = entity("SalesInvoices")
    body = {
        "d": [
            {
                "InvoiceID": "A",
                "Description": "head",
                "AmountDC": 30,
                "SalesInvoiceLines": {
                    "results": [
                        {"ID": "1", "InvoiceID": "A", "Description": "one", "AmountDC": 10},
                        {"ID": "2", "InvoiceID": "A", "Description": None, "AmountDC": 20},
                    ]
                },
            },
            {"InvoiceID": "B", "Description": "none", "SalesInvoiceLines": {"results": []}},
        ]
    }
    raw = json.dumps(body).encode()
    rows = to_frame([read_page(raw, invoices)], invoices, lines=True)
    shown = rows[
        ["invoice_id", "amount_dc", "description", "line_amount_dc", "line_description", "id"]
    ]
    assert shown.iloc[0].tolist() == ["a", 30, "head", 10, "one", "1"]
    assert shown.iloc[1, :4].tolist() == ["a", 30, "head", 20]
    assert shown.iloc[2, :1].tolist() == ["b"]
    assert shown.iloc[2, 3:].isna().all()
    assert rows["line_amount_dc"].dtype == "float64"
    assert "sales_invoice_lines" not in rows
    alone = record_lines(raw, invoices)
    assert alone["amount_dc"].tolist() == [10, 20]
    assert list(alone.columns) == list(entity("SalesInvoiceLines").columns)


def test_lines_that_did_not_come_are_not_passed_over():
    about = entity("SalesInvoices")
    raw = render("odata", about, truth(about, 2, seed=5))
    with pytest.raises(DataError, match="did not come") as caught:
        to_frame([read_page(raw, about)], about, lines=True)
    assert "sales_invoice_lines" in caught.value.hint
    with pytest.raises(DataError):
        record_lines(raw, about)
    accounts = entity("Accounts")
    with pytest.raises(DataError, match="no lines"):
        to_frame([read_page(b"[]", accounts)], accounts, lines=True)
    assert len(to_frame([], about, lines=True).columns) > 100


# ---------------------------------------------------------------- many pages


def test_pages_follow_each_other_whatever_way_each_was_read():
    about = entity("Accounts")
    records = truth(about, 60, seed=6)
    pages = [
        read_page(render(dialect, about, records[start : start + 15], run=f"r{start}"), about)
        for dialect, start in zip(DIALECTS, range(0, 60, 15), strict=True)
    ]
    whole = to_frame(pages, about, attrs={"action": "list-accounts", "division": 5})
    check_values(whole, about, records)
    assert whole.attrs == {
        "action": "list-accounts",
        "division": "5",
        "pages": "4",
        "run_ids": "r0, r15, r30, r45",
    }
    assert_frame_equal(to_frame(pages, about, limit=20), whole.head(20), check_exact=True)
    assert len(to_frame(iter(pages), about, limit=0)) == 0


def test_pages_may_be_read_in_several_threads():
    about = by_resource("sync/Financial/TransactionLines")
    pages = [render("odata", about, truth(about, 40, seed=n)) for n in range(12)]
    with ThreadPoolExecutor(4) as pool:
        beside = list(pool.map(lambda raw: read_page(raw, about), pages))
    after = [read_page(raw, about) for raw in pages]
    assert_frame_equal(to_frame(beside, about), to_frame(after, about), check_exact=True)
    assert to_frame(beside)["timestamp"].dtype == "Int64"


def test_only_what_was_selected_when_asked():
    about = entity("VATCodes")
    pages = [read_page(render("odata", about, truth(about, 3, seed=7)), about)]
    assert list(to_frame(pages, about, select="Percentage, Code").columns) == ["percentage", "code"]
    assert list(to_frame(pages, about, select=["id", "gl_to_pay"]).columns) == ["id", "gl_to_pay"]


def test_unknown_columns_are_kept_after_the_known_and_missing_ones_are_there():
    accounts = entity("Accounts")
    extra = {
        "Zip": "x",
        "Anzahl": 5,
        "Rate": 0.5,
        "When": "/Date(86400000)/",
        "Iso": "1970-01-02T00:00:00Z",
        "Flag": True,
        "Code2": "0012",
        "Nothing": None,
        "Big": 2**70,
        "Tags": [{"Name": "a"}],
        "Deferred": {"__deferred": {"uri": "u"}},
    }
    rows = [{"Zip": "a", "Name": "A", "ID": "X", **extra}, {"ID": "Y", "Name": "B", "Later": 1}]
    for body in ({"d": rows}, {"d": [{**row, "Tags": None} for row in rows]}):
        one = to_frame([read_page(json.dumps(body, separators=(",", ":")).encode(), accounts)])
        assert list(one.columns[: len(accounts.columns)]) == list(accounts.columns)
        assert set(one.columns[len(accounts.columns) :]) >= {"zip", "anzahl", "rate", "later"}
        assert one["zip"].iloc[0] == "x"
        assert one["anzahl"].tolist() == [5, pd.NA]
        assert one["when"].iloc[0] == one["iso"].iloc[0] == pd.Timestamp("1970-01-02")
        assert one["code2"].iloc[0] == "0012"
        assert one["big"].iloc[0] == str(2**70)
        assert one["nothing"].isna().all()
        assert one["created"].dtype == "datetime64[ms]"
        assert one["created"].isna().all()
    assert one["flag"].dtype == "boolean"


def test_an_unknown_column_differs_between_pages_without_loss():
    def pages(*values):
        return [read_page(json.dumps([{"ID": "a", "X": v}]).encode(), gl) for v in values]

    gl = entity("GLAccounts")
    assert to_frame(pages(1, 2.5, None), gl)["x"].tolist()[:2] == [1.0, 2.5]
    assert to_frame(pages(1, "b"), gl)["x"].tolist() == ["1", "b"]
    assert to_frame(pages("/Date(0)/", "b"), gl)["x"].tolist() == ["1970-01-01", "b"]
    assert to_frame(pages(True, 2), gl)["x"].tolist() == ["true", "2"]
    assert to_frame(pages(2**60 + 1, 0.5), gl)["x"].tolist() == [str(2**60 + 1), "0.5"]


def test_two_spellings_of_one_field_are_one_column_unless_they_contradict():
    gl = entity("GLAccounts")
    raw = json.dumps([{"ID": "a", "Code": "1"}, {"id": "b", "code": "2"}]).encode()
    both = to_frame([read_page(raw, gl)], gl)
    assert both["id"].tolist() == ["a", "b"]
    assert both["code"].tolist() == ["1", "2"]
    raw = json.dumps([{"ID": "a", "Code": "1", "code": "2"}]).encode()
    contradiction = to_frame([read_page(raw, gl)], gl)
    assert contradiction[["code", "code_2"]].iloc[0].tolist() == ["1", "2"]


# ---------------------------------------------------------------- values that are not that strict


def one_value(name, value, about="TransactionLines"):
    about = entity(about)
    raw = json.dumps({"d": [{"ID": "a", name: value}]}, separators=(",", ":")).encode()
    return to_frame([read_page(raw, about)], about)[about.find(name).column]


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("EntryNumber", 5.0, 5),
        ("EntryNumber", "5", 5),
        ("EntryNumber", "5.0", 5),
        ("EntryNumber", 1e3, 1000),
        ("EntryNumber", "-3", -3),
        ("AmountDC", "12.50", 12.5),
        ("AmountDC", 100, 100.0),
        ("AmountDC", "1E2", 100.0),
        ("AmountDC", "-.5", -0.5),
        ("Description", 12, "12"),
        ("Description", 1.5, "1.5"),
        ("Description", True, "true"),
        ("AccountCode", "                 2", "2"),
        ("VATCode", "VB ", "VB"),
        ("Description", "  kept  ", "  kept  "),
        ("ID", "0A1B2C3D-0000-4000-8000-00000000000F", "0a1b2c3d-0000-4000-8000-00000000000f"),
        ("Date", "/Date(-86400000)/", pd.Timestamp("1969-12-31")),
        ("Date", "/Date(-62135596800000)/", pd.Timestamp("0001-01-01")),
        ("Date", "/Date(1725840000000+0200)/", pd.Timestamp("2024-09-09 02:00")),
        ("Date", "2025-03-30", pd.Timestamp("2025-03-30")),
        ("Date", "2025-03-30T00:00:00+02:00", pd.Timestamp("2025-03-30")),
        ("Date", "2025-10-26T00:00:00Z", pd.Timestamp("2025-10-26")),
        ("Date", "2025-10-26 23:59", pd.Timestamp("2025-10-26 23:59")),
        ("Date", "2025-10-26T23:59:59.1234567Z", pd.Timestamp("2025-10-26 23:59:59.123")),
    ],
)
def test_values_are_read_in_every_spelling(name, value, wanted):
    column = one_value(name, value)
    assert column.iloc[0] == wanted
    assert isinstance(wanted, str) or not isinstance(column.dtype, pd.StringDtype)


@pytest.mark.parametrize("name", ["EntryNumber", "AmountDC", "Date", "DueDate"])
def test_an_empty_text_where_no_text_is_due_is_missing(name):
    assert one_value(name, "").isna().all()


@pytest.mark.parametrize(
    ("value", "wanted"), [("true", True), ("0", False), (1, True), (False, False)]
)
def test_booleans_are_read_in_every_spelling(value, wanted):
    column = one_value("Blocked", value, "Accounts")
    assert column.dtype == "boolean"
    assert bool(column.iloc[0]) is wanted


def test_64_bits_stay_whole():
    for written in (123456789012345678, "123456789012345678"):
        column = one_value("HID", written, "ReceivablesList")
        assert column.dtype == "Int64"
        assert int(column.iloc[0]) == 123456789012345678


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("EntryNumber", "12a", "12a"),
        ("EntryNumber", 12.5, "12.5"),
        ("EntryNumber", 2**63, str(2**63)),
        ("AmountDC", "1.234,56", "1.234,56"),
        ("AmountDC", "nan", "nan"),
        ("AmountDC", "0x1A", "0x1A"),
        ("Date", "31-12-2025", "31-12-2025"),
        ("Date", "2025-02-30", "2025-02-30"),
        ("Date", 20251231, "20251231"),
    ],
)
def test_a_value_that_does_not_fit_makes_its_column_text_and_says_so(name, value, kept):
    lines = entity("TransactionLines")
    good = {"EntryNumber": 7, "AmountDC": 1.5, "Date": "/Date(86400000)/"}
    pages = [
        read_page(
            json.dumps({"d": [{"ID": "a", **good}] * 3}, separators=(",", ":")).encode(), lines
        ),
        read_page(
            json.dumps({"d": [{"ID": "a", **good}, {"ID": "b", name: value}]}).encode(), lines
        ),
    ]
    column = lines.find(name).column
    with pytest.warns(UserWarning, match=f"{column} is kept as text: row 4 holds"):
        mixed = to_frame(pages, lines)
    assert mixed[column].iloc[4] == kept
    assert (
        mixed[column].iloc[0] == {"EntryNumber": "7", "AmountDC": "1.5", "Date": "1970-01-02"}[name]
    )
    assert column in mixed.attrs["warnings"]
    assert mixed["entry_id"].isna().all()


def test_half_a_surrogate_pair_is_not_fatal():
    raw = b'{"d":[{"ID":"a","Name":"x\\ud83d"}]}'
    assert to_frame([read_page(raw, entity("Accounts"))])["name"].iloc[0] == "x\\ud83d"


# ---------------------------------------------------------------- where the records are


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ([{"Code": "1"}], ["1"]),
        ({"value": [{"Code": "1"}], "@odata.nextLink": "x"}, ["1"]),
        ({"items": [{"code": "1"}], "total": 1}, ["1"]),
        ({"output": [{"Code": "1"}], "actionRunId": "r"}, ["1"]),
        ({"output": {"data": {"d": {"results": [{"Code": "1"}]}}, "status": 200}}, ["1"]),
        ({"status": 200, "headers": {"a": "b"}, "body": {"d": [{"Code": "1"}]}}, ["1"]),
        ({"warnings": [], "results": [{"Code": "1"}]}, ["1"]),
        ({"accounts": [{"code": "1"}], "page": {"next": None}}, ["1"]),
        ({"output": {"glAccount": {"id": "x", "code": "1"}}}, ["1"]),
        ({"output": {"status": 200, "glAccount": {"id": "x", "code": "1"}}}, ["1"]),
        ({"division": 5, "modified": "x", "accounts": [{"id": "x", "code": "1"}]}, ["1"]),
        ({"id": 5, "glAccounts": [{"id": "x", "code": "1"}]}, ["1"]),
        ({"data": [{"code": "1"}], "error": None}, ["1"]),
        ({"output": {"id": "x", "code": "1", "tags": ["a"]}}, ["1"]),
        ({"records": [{"id": "x", "fields": {"Code": "2"}, "rawFields": {"Code": "1"}}]}, ["1"]),
        ({"d": {"Code": "1", "DeductibilityPercentages": {"results": [{"Code": "2"}]}}}, ["1"]),
        ({"output": {}}, []),
        ({"output": ""}, []),
        ({"results": None}, []),
        (None, []),
        ([], []),
    ],
)
def test_records_are_found_in_any_wrapper(body, codes):
    gl = entity("GLAccounts")
    for separators in ((",", ":"), (", ", ": ")):
        raw = json.dumps(body, separators=separators).encode()
        assert to_frame([read_page(raw, gl)], gl)["code"].tolist() == codes
    assert (
        to_frame([read_page(json.dumps(body, indent=1).encode(), gl)], gl)["code"].tolist() == codes
    )


def test_the_id_of_a_data_record_is_its_key():
    body = {"records": [{"id": "INV-1", "name": "x", "fields": {"InvoiceNumber": 5}}]}
    invoices = entity("SalesInvoices")
    one = to_frame([read_page(json.dumps(body).encode(), invoices)], invoices)
    assert one[["invoice_id", "invoice_number"]].iloc[0].tolist() == ["inv-1", 5]
    assert list(one.columns) == list(invoices.columns)


@pytest.mark.parametrize(
    "raw", [b"<html>Onderhoud</html>", b'{"d":{"results":[{"ID":"a"},{"I', b'{"d":[{"ID":"a"}']
)
def test_what_is_not_json_is_a_bad_answer(raw):
    with pytest.raises(BadAnswerError, match="not readable JSON"):
        read_page(raw, entity("Accounts"))


@pytest.mark.parametrize(
    "body",
    [{"error": {"code": "", "message": {"value": "Verplicht: Naam"}}}, {"output": "oops"}, 5],
)
def test_an_error_is_not_taken_for_a_record(body):
    with pytest.raises(DataError, match=r"Verplicht|oops|5"):
        read_page(json.dumps(body).encode(), entity("Accounts"))


# ---------------------------------------------------------------- cursors


@pytest.mark.parametrize("run", [None, "run_1"])
@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("next", [LINK, None, ""])
def test_the_cursor_is_what_stands_around_the_records(dialect, run, next):
    about = entity("Accounts")
    raw = render(dialect, about, truth(about, 30, seed=8), next=next, run=run)
    kind = {"odata": "__next", "unwrapped": "nextLink", "camel": "nextCursor", "records": "cursor"}
    assert next_cursor(raw) == (Cursor(kind[dialect], LINK) if next else None)
    read = read_page(raw, about)
    assert (read.cursor, read.run_id, read.count) == (next_cursor(raw), run, 30)


@pytest.mark.parametrize(
    ("body", "cursor"),
    [
        ({"nextCursor": "a", "accounts": [{"id": 1}]}, ("nextCursor", "a")),
        ({"next_cursor": "a", "items": [{"id": 1}]}, ("next_cursor", "a")),
        ({"@odata.nextLink": "a", "value": [{"id": 1}]}, ("@odata.nextLink", "a")),
        ({"items": [], "skipToken": 7}, ("skipToken", "7")),
        ({"items": [{"id": 1}], "pagination": {"nextCursor": "a"}}, ("nextCursor", "a")),
        (
            {"output": {"d": {"results": [{"ID": "1"}], "__next": "a"}, "x": {"y": []}}},
            ("__next", "a"),
        ),
        (
            {"output": {"records": [{"id": 1}], "cursor": "a", "more": {"l": [{"id": 2}]}}},
            ("cursor", "a"),
        ),
        (
            {"items": [{"id": 1, "lines": [{"id": 2}], "cursor": "no"}], "cursor": "a"},
            ("cursor", "a"),
        ),
        ({"items": [{"id": 1, "lines": [{"id": 2}], "cursor": "no"}]}, None),
        ({"items": [{"id": 1, "cursor": "no"}], "cursor": None}, None),
        ({"items": [{"id": 1, "text": '"}],"cursor":"no"}'}], "cursor": ""}, None),
        (
            {"items": [{"id": 1, "text": '],"cursor":"no"}'}], "nextLink": 'a]"}'},
            ("nextLink", 'a]"}'),
        ),
        ({"items": [{"id": 1}], "hasMore": True, "next": False}, None),
        ({"items": [{"id": 1}], "hasMore": False, "cursor": "last"}, None),
        ({"d": {"ID": "1", "Cursor": "no", "Lines": [{"ID": "2"}]}}, None),
        ([{"id": 1, "nextLink": "no"}], None),
        ({}, None),
        (None, None),
    ],
)
def test_cursors_are_found_under_every_name_and_never_in_a_record(body, cursor):
    for how in ({"separators": (",", ":")}, {}, {"indent": 2}):
        assert next_cursor(json.dumps(body, **how).encode()) == cursor


def test_no_text_in_a_record_passes_for_a_cursor():
    rng = random.Random(9)
    pieces = [
        '"',
        "]",
        "}",
        "[",
        "{",
        ",",
        ":",
        "\\",
        "cursor",
        "__next",
        "\n",
        "é",
        '"cursor":"no"',
        "}]",
    ]
    for _ in range(200):
        hostile = "".join(rng.choices(pieces, k=rng.randrange(1, 12)))
        rows = [{"id": 1, "name": hostile}, {"id": 2, "name": hostile[::-1]}]
        for wanted in ("yes" + hostile, None):
            raw = json.dumps({"output": {"items": rows, "cursor": wanted}}, separators=(",", ":"))
            assert next_cursor(raw.encode()) == (Cursor("cursor", wanted) if wanted else None)
            names = read_page(raw.encode(), entity("Accounts")).columns["name"].values
            assert [str(name) for name in names] == [hostile, hostile[::-1]]


# ---------------------------------------------------------------- without an entity


def test_what_the_records_are_is_guessed_by_their_names():
    about = entity("SalesOrders")
    raw = render("camel", about, truth(about, 5, seed=10), run="r")
    assert_frame_equal(to_frame([read_page(raw)]), to_frame([read_page(raw, about)], about))
    assert field_names(raw)[0] == camel(next(iter(about.fields)))


def test_types_are_inferred_where_nothing_is_known():
    body = {"things": [{"foo": 1, "barDate": "2025-01-31", "baz": "1", "ok": True, "qux": 1.5}]}
    one = to_frame([read_page(json.dumps(body).encode())])
    assert one.dtypes.astype(str).to_dict() | {"baz": "str"} == {
        "foo": "Int64",
        "bar_date": "datetime64[ms]",
        "baz": "str",
        "ok": "boolean",
        "qux": "float64",
    }
    assert one["baz"].tolist() == ["1"]
    assert to_frame([read_page(b'{"value":["a","b"]}')])["value"].tolist() == ["a", "b"]
    assert to_frame([]).shape == (0, 0)


def test_lines_of_unknown_records_are_rows_too():
    body = {"things": [{"id": 1, "rows": [{"a": 1}, {"a": 2}]}, {"id": 2, "rows": []}]}
    rows = to_frame([read_page(json.dumps(body).encode())], lines=True)
    assert rows["id"].tolist() == [1, 1, 2]
    assert rows["a"].tolist()[:2] == [1, 2]


# ---------------------------------------------------------------- one record


@pytest.mark.parametrize("run", [None, "r1"])
@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", ["Accounts", "SalesInvoices", "Items", "GLAccounts"])
def test_one_record_is_a_series_with_the_types_of_the_list(name, dialect, run):
    about = entity(name)
    records = truth(about, 1, seed=11, lines=True)
    raw = render(dialect, about, records, run=run, single=True)
    one = to_record(raw, about)
    row = frame(dialect, about, records).iloc[0]
    assert list(one.index) == list(about.columns)
    assert one.name == records[0][about.key[0]]
    for column, value in one.items():
        if isinstance(value, list):
            assert value == row[column]
        elif pd.isna(row[column]):
            assert pd.isna(value)
        else:
            assert value == row[column]
            assert isinstance(value, (str, bool, int, float, pd.Timestamp))
    if about.lines:
        assert len(record_lines(raw, about)) == len(records[0][about.lines[0].name])


@pytest.mark.parametrize(
    ("raw", "count"), [(b'{"output":null}', 0), (b'[{"ID":"a"},{"ID":"b"}]', 2)]
)
def test_no_record_or_two_are_not_one(raw, count):
    with pytest.raises(DataError, match=f"holds {count} records"):
        to_record(raw, entity("Accounts"))


# ---------------------------------------------------------------- labels


def test_codes_gain_a_label_column_on_request_and_stay():
    lines = entity("TransactionLines")
    rows = [{"ID": "a", "Type": 20, "VATType": "V"}, {"ID": "b", "Type": 9999}, {"ID": "c"}]
    plain = to_frame([read_page(json.dumps(rows).encode(), lines)], lines, attrs={"a": "b"})
    shown = with_labels(plain, lines, "nl")
    assert shown["type_label"].iloc[0] == "Verkoopboeking"
    assert shown["type_label"].isna().tolist() == [False, True, True]
    assert shown["vat_type_label"].iloc[0] == "Verkoop: grondslag"
    assert with_labels(plain, lines)["type_label"].iloc[0] == "Sales entry"
    assert list(shown.columns).index("type_label") == list(shown.columns).index("type") + 1
    assert shown.attrs == plain.attrs
    assert_frame_equal(shown[plain.columns], plain)
    assert "type_label" not in plain
    empty = with_labels(to_frame([], lines), lines)
    assert empty.dtypes.equals(shown.dtypes)


# ---------------------------------------------------------------- without pyarrow


def test_without_pyarrow_the_frame_is_the_same(tmp_path):
    about = entity("SalesInvoices")
    records = truth(about, 20, seed=12, lines=True)
    raw = tmp_path / "page.json"
    raw.write_bytes(render("odata", about, records, run="r"))
    code = textwrap.dedent(
        """
        import pickle, sys
        from pathlib import Path

        class Missing:
            def find_spec(self, name, path=None, target=None):
                if name.partition(".")[0] == "pyarrow":
                    raise ModuleNotFoundError(name)

        sys.meta_path.insert(0, Missing())
        from exactnb.exact.entities import entity
        from exactnb.frames import page, read_page, to_frame
        assert page.fast is None
        about = entity("SalesInvoices")
        read = read_page(Path(sys.argv[1]).read_bytes(), about)
        frames = [to_frame([read], about), to_frame([read], about, lines=True), to_frame([], about)]
        for one in frames:
            for name in one.columns[one.dtypes.map(lambda d: d.name in ("str", "string"))]:
                one[name] = one[name].astype(object)
        Path(sys.argv[1]).with_suffix(".pickle").write_bytes(pickle.dumps(frames))
        """
    )
    run = [sys.executable, "-W", "error", "-c", code, str(raw)]
    subprocess.run(run, check=True, timeout=60)
    plain = pd.read_pickle(raw.with_suffix(".pickle"))
    read = read_page(raw.read_bytes(), about)
    ours = [to_frame([read], about), to_frame([read], about, lines=True), to_frame([], about)]
    for mine, other in zip(ours, plain, strict=True):
        for name in mine.columns[mine.dtypes.map(lambda d: isinstance(d, pd.StringDtype))]:
            other[name] = other[name].astype(mine[name].dtype)
        assert_frame_equal(other, mine, check_exact=True, check_column_type=False)


ODD = [
    [None, 0, 1, -5, 2**53 + 1, 2**63],
    [None, 5.0, 12.5, 1e300, 1e-7, -0.0],
    [None, True, False],
    [None, "", "x", "0012", " 2 ", "12.50", "5.0", "1e3", "0x1A", "nan", "+5", "-0", "１２", "é😀"],
    [None, "/Date(0)/", "/Date(-86400000)/", "/Date(1725840000000+0200)/", "/Date(12x)/", ""],
    ["2025-01-31", "2025-01-31T10:00:00Z", "2025-01-31T10:00:00+02:00", "2025-01-31 10", "2025-01"],
    ["2025-01-31", "2025-02-30", "2025-01-31T10:00:00.1234567", "2025-01-31T24:00:00", "10:00"],
    [None, {"__deferred": {"uri": "u"}}, {"a": 1}, [], [1], [{"ID": "q"}], {"results": []}],
]
FIELDS = [
    "ID",
    "Code",
    "Created",
    "Division",
    "IsBlocked",
    "PrivatePercentage",
    "X1",
    "X2",
    "glCosts",
]


def test_both_readers_agree_on_whatever_comes(monkeypatch):
    gl, swift = entity("GLAccounts"), 0
    for seed in range(150):
        rng = random.Random(seed)
        pools = {name: rng.choice(ODD) for name in rng.sample(FIELDS, rng.randrange(1, 6))}
        records = [
            {name: rng.choice(pool) for name, pool in pools.items() if rng.random() < 0.99}
            for _ in range(rng.randrange(1, 4))
        ]
        generic = [{"id": "k", "fields": record} for record in records]
        body = rng.choice([{"d": {"results": records}}, records, {"records": generic}])
        raw = json.dumps(body, separators=(",", ":")).encode()
        frames = []
        for fast in (True, False):
            monkeypatch.setattr(page, "_FAST", fast)
            read = read_page(raw, gl)
            swift += any(not isinstance(c.values, list) for c in read.columns.values())
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)
                frames.append(to_frame([read], gl))
        assert frames[0].equals(frames[1]), raw
    assert swift > 10


def test_a_damaged_answer_is_read_or_refused_never_misread_in_silence():
    gl = entity("GLAccounts")
    whole = render("odata", gl, truth(gl, 4, seed=14), next=LINK, run="r")
    wanted, refused = to_frame([read_page(whole, gl)], gl), 0
    rng = random.Random(15)
    for _ in range(150):
        cut = whole[: rng.randrange(1, len(whole))]
        with pytest.raises(BadAnswerError):
            read_page(cut, gl)
        with pytest.raises(BadAnswerError):
            next_cursor(cut)
        spot = rng.randrange(len(whole))
        try:
            read = read_page(whole[:spot] + b"\xff" + whole[spot + 1 :], gl)
        except (BadAnswerError, DataError):
            refused += 1
        else:
            assert to_frame([read], gl).shape[0] == len(wanted)
    assert refused == 150


def test_both_readers_agree_where_one_is_switched_off(monkeypatch):
    about = entity("Accounts")
    raw = render("records", about, truth(about, 30, seed=13), next="c")
    swift = to_frame([read_page(raw, about)], about)
    monkeypatch.setattr(page, "_FAST", False)
    assert_frame_equal(to_frame([read_page(raw, about)], about), swift, check_exact=True)
