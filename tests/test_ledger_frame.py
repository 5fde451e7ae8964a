"""The ledger's frame: its columns and types, its joins, its labels, and what is wrong with it."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from ledger_side import SHAPES, stored

import exactnb as ex
from exactnb.errors import DataError, NotFoundError
from exactnb.exact.entities import entity
from exactnb.frames.build import text_dtype
from exactnb.ledger import ledger_columns, ledger_frame, ledger_table
from exactnb.store import Store

ORDER = """
    date financial_year financial_period journal_code journal_description entry_number line_number
    gl_account_code gl_account_description gl_account_type balance_type balance_side
    account_code account_name description your_ref invoice_number order_number due_date
    amount_dc cents amount_fc currency exchange_rate
    vat_code vat_type vat_percentage amount_vat_fc amount_vat_base_fc
    item_code item_description quantity cost_center cost_unit project_code
    type status line_type payment_reference document_number
    created creator_full_name modified modifier_full_name
    gl_account account item entry_id id
""".split()  # noqa: SIM905
LABELS = ["gl_account_type", "balance_type", "balance_side", "vat_type", "type", "status"]

SALES, BANK, JANSEN = "gl-sales", "gl-bank", "account-jansen"


def lines(**columns) -> pa.Table:
    """Two lines of one entry, with these columns in place of the usual ones."""
    usual = {
        "id": ["line-1", "line-2"],
        "entry_id": ["entry-1", "entry-1"],
        "entry_number": [1, 1],
        "line_number": [0, 1],
        "date": pa.array([1_700_000_000_000] * 2, pa.timestamp("ms")),
        "amount_dc": [12.1, -12.1],
        "gl_account": [BANK, SALES],
        "gl_account_code": ["1100", "8000"],
        "gl_account_description": ["Bank", "Sales"],
        "journal_code": ["20", "20"],
        "account": [None, JANSEN],
        "account_name": [None, "Jansen"],
    }
    return pa.table({name: value for name, value in (usual | columns).items() if value is not None})


def accounts(**columns) -> pa.Table:
    usual = {
        "id": [BANK, SALES],
        "code": ["1100", "8000"],
        "description": ["Bank account", "Turnover"],
        "type": [12, 110],
        "balance_type": ["B", "W"],
        "balance_side": ["D", "C"],
    }
    return pa.table(usual | columns)


@pytest.fixture
def made(tmp_path):
    """The ledger of a store with these tables."""

    def of(**tables) -> pd.DataFrame:
        return ledger_frame(stored(tmp_path / "store", tables))

    return of


# ---------------------------------------------------------------- columns


def test_columns_are_the_ones_that_are_promised(main):
    assert list(main.ledger.columns) == ORDER
    assert isinstance(main.ledger.index, pd.RangeIndex)


def test_every_column_is_documented_with_its_own_type(main):
    described = ledger_columns()
    assert list(described["column"]) == list(main.ledger.columns)
    for row in described.itertuples():
        dtype = text_dtype() if row.dtype == "str" else row.dtype
        assert main.ledger[row.column].dtype == dtype, row.column
        assert row.meaning
        assert row.betekenis
        assert row.meaning != row.betekenis or row.column in ("item_code", "project_code")
    assert described["meaning"].is_unique


def test_every_source_is_a_field_of_exact():
    for row in ledger_columns().itertuples():
        for source in row.source.split(", else "):
            name, field = source.split(".")
            assert field in entity(name).fields, source


def test_columns_are_on_the_menu():
    assert ex.ledger_columns is ledger_columns


def test_categories_are_sorted_texts_that_are_all_in_use(main):
    for name in main.ledger.select_dtypes("category"):
        categories = main.ledger[name].cat.categories
        assert categories.dtype == text_dtype()
        assert categories.is_monotonic_increasing
        assert set(categories) == set(main.ledger[name].dropna())
        assert not main.ledger[name].cat.ordered


def test_attrs_tell_where_it_comes_from(main):
    frame = ledger_frame(main.store, attrs={"connection": "abc", "as_of": "2026-06-30T12:00:00"})
    assert frame.attrs == {
        "connection": "abc",
        "as_of": "2026-06-30T12:00:00",
        "division": str(main.division),
        "division_name": "Noordster Rijwielen B.V.",
        "currency": "EUR",
        "rows": str(len(frame)),
    }


def test_the_frame_may_be_changed(main):
    frame = ledger_frame(main.store)
    frame.loc[0, ["amount_dc", "cents", "type", "due_date"]] = [1.5, 150, 90, pd.NaT]
    frame.loc[0, "description"] = "changed"
    assert frame.loc[0, ["cents", "description"]].tolist() == [150, "changed"]
    frame["amount_dc"].to_numpy(copy=True)[0] = 2
    assert ledger_frame(main.store).loc[0, "description"] != "changed"


# ---------------------------------------------------------------- joins


def test_every_line_has_what_the_tables_say_of_it(administrations):
    """Against a join by dicts, line by line."""
    for each in administrations:
        tables = {name: table.to_pylist() for name, table in each.tables.items()}
        gl, accounts, items = (
            {row["id"]: row for row in tables[name]}
            for name in ("gl_accounts", "accounts", "items")
        )
        journals = {row["code"]: row["description"] for row in tables["journals"]}
        by_id = {row["id"]: row for row in tables["lines"]}
        named = {f"{one}_description" for one in ("gl_account", "journal", "item")} | {
            "account_name"
        }
        frame = each.ledger.astype(object).where(each.ledger.notna(), None)
        looked_up = 0
        for row in frame.to_dict("records"):
            line = by_id.pop(row["id"])
            account, party = gl[line["gl_account"]], accounts.get(line["account"], {})
            item = items.get(line["item"], {})
            assert row["gl_account_code"] == account["code"] == line["gl_account_code"]
            assert row["gl_account_description"] == account["description"]
            assert row["gl_account_type"] == account["type"]
            assert row["balance_type"] == account["balance_type"]
            assert row["balance_side"] == account["balance_side"]
            assert row["journal_description"] == journals[line["journal_code"]]
            assert row["account_code"] == party.get("code") == line["account_code"]
            assert row["account_name"] == party.get("name")
            assert row["item_code"] == item.get("code") == line["item_code"]
            assert row["item_description"] == item.get("description")
            looked_up += bool(party) + bool(item)
            for name in set(ORDER) & set(line) - named:
                assert row[name] == line[name], name
        assert not by_id
        assert looked_up > 10


def test_the_name_of_today_goes_before_the_one_on_the_line(made):
    frame = made(lines=lines(), gl_accounts=accounts())
    assert frame["gl_account_description"].tolist() == ["Bank account", "Turnover"]


def test_two_accounts_of_the_same_name_stay_two(made):
    frame = made(lines=lines(), gl_accounts=accounts(description=["Same", "Same"]))
    assert frame["gl_account_description"].tolist() == ["Same", "Same"]
    assert frame["gl_account_code"].tolist() == ["1100", "8000"]
    assert list(frame["gl_account_description"].cat.categories) == ["Same"]


def test_a_gl_account_that_is_not_known_is_told(made):
    known = accounts().slice(0, 1)
    with pytest.warns(UserWarning, match=r"1 lines are on GL accounts .* \(8000\)"):
        frame = made(lines=lines(), gl_accounts=known)
    assert frame["gl_account_code"].tolist() == ["1100", "8000"]
    assert frame["gl_account_description"].tolist() == ["Bank account", "Sales"]
    assert frame["gl_account_type"].isna().tolist() == [False, True]
    assert frame["balance_type"].isna().tolist() == [False, True]
    assert "8000" in frame.attrs["warnings"]


def test_without_any_master_table_the_lines_speak_for_themselves(made):
    with pytest.warns(UserWarning, match=r"2 lines .* \(1100, 8000\)"):
        frame = made(lines=lines())
    assert frame["gl_account_description"].tolist() == ["Bank", "Sales"]
    assert frame["account_name"].tolist()[1] == "Jansen"
    assert frame["gl_account_type"].isna().all()
    assert frame["journal_description"].isna().all()
    assert list(frame.columns) == ORDER


def test_a_name_that_the_master_table_lacks_is_the_line_s(made):
    frame = made(lines=lines(), gl_accounts=accounts(description=[None, "Turnover"]))
    assert frame["gl_account_description"].tolist() == ["Bank", "Turnover"]


def test_the_warning_of_whoever_reads_is_kept(tmp_path):
    store = stored(tmp_path / "store", {"lines": lines()})
    with pytest.warns(UserWarning, match="GL accounts"):
        frame = ledger_frame(store, attrs={"warnings": "deletions are not seen"})
    assert frame.attrs["warnings"].startswith("deletions are not seen; 2 lines are on")


# ---------------------------------------------------------------- labels


@pytest.mark.parametrize(
    ("language", "receivable", "open_", "balance"),
    [
        ("en", "Accounts receivable", "Open", "Balance sheet"),
        ("nl", "Debiteuren", "Open", "Balans"),
    ],
)
def test_labels_stand_behind_their_codes(main, language, receivable, open_, balance):
    frame = ledger_frame(main.store, labels=True, language=language)
    assert [name for name in frame if not name.endswith("_label")] == ORDER
    for name in LABELS:
        place = frame.columns.get_loc(name)
        assert frame.columns[place + 1] == f"{name}_label"
        assert frame[f"{name}_label"].dtype == "category"
        assert (frame[f"{name}_label"].notna() == frame[name].notna()).all()
    assert len(frame.columns) == len(ORDER) + len(LABELS)
    on_receivables = frame[frame["gl_account_type"] == 20]
    assert set(on_receivables["gl_account_type_label"]) == {receivable}
    assert set(on_receivables["balance_type_label"]) == {balance}
    assert set(frame.loc[frame["status"] == 20, "status_label"]) == {open_}


def test_a_code_without_a_name_has_no_label(tmp_path):
    tables = {"lines": lines(type=[20, 123456]), "gl_accounts": accounts()}
    frame = ledger_frame(stored(tmp_path / "store", tables), labels=True)
    assert frame["type_label"].isna().tolist() == [False, True]


# ---------------------------------------------------------------- amounts


def test_cents_are_exact(made):
    euros = [0.1 + 0.2, -1.005e9, 70_000_000_000_000.01, 8.2, 1.15, -0.0]
    count = len(euros)
    found = made(
        lines=pa.table(
            {
                "id": [str(n) for n in range(count)],
                "date": pa.array([0] * count, pa.timestamp("ms")),
                "entry_number": list(range(count)),
                "line_number": [0] * count,
                "amount_dc": euros,
                "gl_account": [BANK] * count,
            }
        ),
        gl_accounts=accounts(),
    )
    assert found["cents"].tolist() == [30, -100_500_000_000, 7_000_000_000_000_001, 820, 115, 0]


def test_parts_of_a_cent_are_told(made):
    with pytest.warns(UserWarning, match=r"1 lines have parts of a cent .*\(line-2\)"):
        frame = made(lines=lines(amount_dc=[12.1, -12.104]), gl_accounts=accounts())
    assert frame["cents"].tolist() == [1210, -1210]
    assert frame["amount_dc"].tolist() == [12.1, -12.104]


def test_all_that_is_wrong_is_said_at_once(made, raised):
    error = raised(
        DataError,
        made,
        lines=lines(amount_dc=[None, 1e15], due_date=["2025-01-31", "soon"]),
        gl_accounts=accounts(),
    )
    text = str(error)
    assert "1 lines have no amount (line-1)" in text
    assert "1 lines have an amount above 70,368,744,177,664" in text
    assert "(line-2)" in text
    assert "due_date holds what is no date" in text
    assert "books.refresh(full=True)" in text


def test_dates_that_are_stored_as_text_are_dates(made):
    frame = made(lines=lines(due_date=["2025-01-31T00:00:00", None]), gl_accounts=accounts())
    assert frame["due_date"].dtype == "datetime64[ms]"
    assert frame["due_date"].iloc[0] == pd.Timestamp("2025-01-31")


# ---------------------------------------------------------------- little or nothing


def test_columns_that_the_store_lacks_are_missing_values(made):
    frame = made(lines=lines(), gl_accounts=accounts())
    full = ledger_columns().set_index("column")["dtype"]
    for name in ("your_ref", "quantity", "created", "invoice_number", "vat_code", "item_code"):
        assert frame[name].isna().all()
        assert frame[name].dtype == (text_dtype() if full[name] == "str" else full[name])


def test_an_administration_without_lines_has_all_columns_and_types(made, main):
    tables = {name: main.tables[name].slice(0, 0) for name in ("lines", "gl_accounts", "journals")}
    frame = made(**tables)
    assert len(frame) == 0
    assert frame.attrs["rows"] == "0"
    for name in ORDER:
        kind = main.ledger[name].dtype
        assert frame[name].dtype == ("category" if kind == "category" else kind), name


def test_a_store_without_lines_says_how_to_get_them(tmp_path, raised):
    error = raised(NotFoundError, ledger_frame, Store(tmp_path / "store"))
    assert "books.refresh()" in error.hint


def test_an_earlier_state_gives_the_ledger_of_then(tmp_path):
    store = stored(tmp_path / "store", {"lines": lines(), "gl_accounts": accounts()})
    then = store.state()
    with store.writing() as writer:
        more = lines(id=["line-3", "line-4"], entry_number=[2, 2])
        writer.keep("lines", more, SHAPES["lines"])
        writer.stage("lines", SHAPES["lines"])
        writer.commit()
    assert ledger_frame(store, then)["id"].tolist() == ["line-1", "line-2"]
    assert ledger_frame(store)["id"].tolist() == ["line-1", "line-2", "line-3", "line-4"]


# ---------------------------------------------------------------- as an Arrow table


def test_the_arrow_table_says_the_same(main):
    attrs = {"connection": "é"}
    frame = ledger_frame(main.store, labels=True, attrs=attrs)
    table = ledger_table(main.store, labels=True, attrs=attrs)
    assert table.column_names == list(frame.columns)
    assert json.loads(table.schema.metadata[b"exactnb"]) == frame.attrs
    for name in frame:
        wanted = pa.array(frame[name], from_pandas=True)
        found = table[name].combine_chunks()
        if pa.types.is_dictionary(found.type):
            assert found.type.value_type == pa.string()
            found, wanted = found.cast(pa.string()), wanted.cast(pa.string())
        assert found.cast(wanted.type).equals(
            wanted if isinstance(wanted, pa.Array) else wanted.combine_chunks()
        ), name
    assert table.schema.field("cents").type == pa.int64()
    assert table.schema.field("date").type == pa.timestamp("ms")
    assert table.schema.field("invoice_number").type == pa.int32()
    assert np.array_equal(table["cents"].to_numpy(), frame["cents"])
