"""The local copy: what is read, remembered, kept under a name, refused, and forgotten."""

import errno
import json
import os
import stat
import subprocess
import sys
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from exactnb.errors import DataError, ExactnbError, InputError, NotFoundError
from exactnb.store import Shape, State, Store, disk, taking, writer

SHAPE = Shape(("id",), ("day", "number"))
posix = pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX's")


@pytest.fixture
def store(tmp_path):
    return Store.of(tmp_path / "home", "https://api.example", "con/123", 42)


def commit(store, *tables, shape=SHAPE, name="lines", whole=False, gone=None, **meta):
    """One commit of these tables, each a piece of its own."""
    with store.writing() as at_work:
        for each in tables:
            at_work.keep(name, pa.table(each), shape)
        at_work.stage(name, shape, whole=whole, gone=gone, **meta)
        return at_work.commit()


def lines(*ids, day=1, **others):
    more = {name: [value] * len(ids) for name, value in others.items()}
    return {"id": list(ids), "day": [day] * len(ids), "number": list(range(len(ids))), **more}


def ids(store, **asked):
    return store.read("lines", ["id"], **asked)["id"].to_pylist()


@pytest.fixture
def filled(store):
    """A base of 100 lines, then one that changed, one that is new, and one that is gone."""
    commit(store, lines(*(f"{each:03d}" for each in range(100)), text="old"), whole=True, mark=5)
    commit(store, lines("007", "100", text="new"), gone=pa.array(["011"]), mark=6)
    return store


def files(store, table="lines", **asked):
    return [store.folder / each.file for each in store.state(**asked).tables[table].files]


# --- what is read ---------------------------------------------------------------------------


def test_a_new_store_is_empty_and_makes_no_folder(store, raised):
    assert store.state() == State()
    assert store.snapshots() == []
    assert store.size() == 0
    assert "books.refresh()" in raised(NotFoundError, store.read, "lines").hint
    assert not store.folder.exists()


def test_a_changed_row_moves_to_its_place_and_a_gone_one_is_gone(filled):
    assert len(filled.state().tables["lines"].files) == 3
    read = filled.read("lines")
    assert read["id"].to_pylist()[:3] == ["000", "007", "001"]
    assert "011" not in read["id"].to_pylist()
    assert read.num_rows == filled.count("lines") == 100
    texts = dict(zip(read["id"].to_pylist(), read["text"].to_pylist(), strict=True))
    assert (texts["007"], texts["100"], texts["008"]) == ("new", "new", "old")


def test_columns_come_as_asked_and_one_that_is_nowhere_is_named(filled, raised):
    assert filled.read("lines", ["text", "id"]).column_names == ["text", "id"]
    error = raised(NotFoundError, filled.read, "lines", ["id", "txet", "yad"])
    assert "'txet', 'yad'" in error.message
    assert "id, day, number, text" in error.hint


def test_columns_that_may_be_missing_are_asked_by_a_schema(filled):
    asked = pa.schema({"vat": pa.float64(), "id": pa.string(), "code": pa.string()})
    for state in (filled.state(), commit(filled, whole=True)):
        read = filled.read("lines", asked, state=state, dictionaries=["code"])
        assert read.schema.field("vat").type == pa.float64()
        assert read.schema.field("code").type == pa.dictionary(pa.int32(), pa.string())
        assert read["vat"].null_count == read["code"].null_count == read.num_rows


def test_a_column_that_only_later_rows_have_is_null_before(filled):
    commit(filled, lines("000", cost_center="K1"))
    read = filled.read("lines", ["id", "cost_center", "text"]).to_pylist()
    found = {each["id"]: (each["cost_center"], each["text"]) for each in read}
    assert found["000"] == ("K1", None)
    assert found["001"] == (None, "old")


@pytest.mark.parametrize(
    ("before", "after", "texts"),
    [
        (datetime(2025, 1, 31), "onbekend", ["2025-01-31T00:00:00", "onbekend"]),
        (datetime(2025, 1, 31, 9, 5, 0, 250000), 1, ["2025-01-31T09:05:00.250000", "1"]),
        (date(2025, 1, 31), 20250131, ["2025-01-31", "20250131"]),
        (9007199254740993, 0.1, ["9007199254740993", "0.1"]),
        (12.5, "12,5", ["12.5", "12,5"]),
        (True, "ja", ["true", "ja"]),
        (Decimal("12.50"), "x", ["12.50", "x"]),
        ([1, 2], "x", ["[1, 2]", "x"]),
        ({"a": "é"}, "x", ['{"a": "é"}', "x"]),
    ],
)
def test_what_is_not_of_one_type_is_text_of_which_nothing_is_lost(store, before, after, texts):
    commit(store, lines("a", day=1, value=before), lines("b", day=2, value=None), whole=True)
    assert store.read("lines")["value"].to_pylist()[0] == before
    for _ in range(2):  # as two files, then as one
        commit(store, lines("c", day=3, value=after))
        read = store.read("lines", dictionaries=["day"])
        assert read["value"].to_pylist() == [texts[0], None, texts[1]]
        assert read.schema.field("value").type == pa.string()


def test_nulls_have_no_type_and_whole_numbers_and_moments_take_the_widest(store):
    moment = datetime(2025, 1, 31)
    first = pa.table(lines("a")).append_column("n", pa.array([1], pa.int32()))
    commit(store, first.append_column("m", pa.array([moment], pa.timestamp("ms"))), whole=True)
    second = pa.table(lines("b")).append_column("n", pa.array([2**40]))
    commit(store, second.append_column("m", pa.array([moment], pa.timestamp("us"))))
    commit(store, pa.table(lines("c")).append_column("n", pa.nulls(1)))
    read = store.read("lines")
    assert read["n"].to_pylist() == [1, 2**40, None]
    assert read.schema.field("n").type == pa.int64()
    assert read["m"].to_pylist() == [moment, moment, None]


def test_numbers_that_became_text_sort_as_text_throughout(store):
    shape = Shape(("id",), ("number",))
    every = [{"id": str(each), "number": each} for each in range(30)]
    commit(store, pa.Table.from_pylist(every), shape=shape, whole=True)
    assert ids(store)[:3] == ["0", "1", "2"]
    commit(store, {"id": ["x"], "number": ["1b"]}, shape=shape)
    assert len(files(store)) == 2
    assert ids(store)[:5] == ["0", "1", "10", "11", "12"]
    assert ids(store)[11:14] == ["19", "x", "2"]
    assert store.read("lines", ["id"], dictionaries=["id"])["id"].to_pylist() == ids(store)


def test_keys_are_the_same_whatever_they_were_written_as(store):
    commit(store, {"id": [1, 2, 3]}, shape=Shape(("id",)), whole=True)
    commit(store, {"id": ["2", "x"]}, shape=Shape(("id",)), gone=pa.array([3]))
    assert ids(store) == ["1", "2", "x"]


def test_dictionaries_are_the_same_for_the_same_rows_however_they_came(store, tmp_path):
    at_once = Store(tmp_path / "other")
    commit(store, lines(*"abcdefghijklmnopqrstuvwxyz", name="Zuid"), whole=True)
    commit(store, lines("a", name="Noord"), gone=pa.array([*"bcdefghijklmnopqrstuvwxyz"]))
    commit(at_once, lines("a", name="Noord"), whole=True)
    for each in (store, at_once):
        read = each.read("lines", ["id", "name"], dictionaries=["name"])["name"]
        assert read.chunk(0).dictionary.to_pylist() == ["Noord"]
        assert read.to_pandas().cat.categories.tolist() == ["Noord"]


def test_rows_without_a_key_add_up_until_the_table_is_whole(store, raised):
    none = Shape((), ("day",))
    commit(store, lines("a", "a"), shape=none, whole=True)
    commit(store, lines("a", day=0), shape=none)
    assert store.count("lines") == 3
    assert store.read("lines")["day"].to_pylist() == [0, 1, 1]
    assert raised(DataError, commit, store, shape=none, gone=pa.array(["a"]))
    commit(store, lines("b"), shape=Shape(()), whole=True)
    commit(store, lines("a"), shape=Shape(()))
    assert ids(store) == ["b", "a"]


def test_a_pull_that_found_nothing_is_a_table_without_rows(store):
    commit(store, {}, whole=True, as_of="now")
    assert store.count("lines") == 0
    assert store.read("lines").num_rows == 0
    commit(store, name="items", whole=True)
    assert store.state().names == ["items", "lines"]
    commit(store, {}, lines("a"))
    assert ids(store) == ["a"]


def test_another_key_or_order_writes_the_table_anew(filled):
    other = Shape(("id",), ("text", "id"))
    commit(filled, shape=other)
    assert ids(filled)[:2] == ["007", "100"]
    assert len(files(filled)) == 1
    assert filled.state().tables["lines"].meta == {"mark": 6}


def test_more_text_than_one_array_holds_is_read_all_the_same(filled, monkeypatch):
    before = filled.read("lines", ["id", "text"])
    monkeypatch.setattr(taking, "_MOST", 10)
    monkeypatch.setattr(taking, "_CHUNK", 7)
    commit(filled, shape=Shape(("id",), ("text",)))
    after = filled.read("lines", ["id", "text"])
    assert after.schema == before.schema
    assert sorted(after.to_pylist(), key=str) == sorted(before.to_pylist(), key=str)


@pytest.mark.parametrize("kind", [pa.string(), pa.float64(), pa.bool_(), pa.int32(), pa.binary()])
def test_rows_are_taken_as_arrow_takes_them(kind):
    values = pa.array([None, "1", "0", None, "1", "1", None, "0", "1", None]).cast(pa.string())
    column = values.cast(kind) if kind != pa.float64() else values.cast(pa.int64()).cast(kind)
    for start in range(5):
        part = column.slice(start, 5)
        for positions in ([4, 0, 3, 0], [], [1, 2]):
            at = pa.array(positions, pa.int64())
            assert taking.take(part, at).equals(part.take(at))
            both = pa.chunked_array([part, column])
            assert taking.take_all(both, at).equals(both.take(at))


# --- what is remembered ------------------------------------------------------------------------


def test_what_is_pending_is_on_disk_and_seen_by_nobody(store, raised):
    with store.writing() as at_work:
        at_work.keep("lines", pa.table(lines("a")), SHAPE, next="page 2", select=("id", "day"))
        at_work.keep("lines", pa.table(lines("b")), SHAPE, next="page 3")
        assert at_work.state == store.state()
    table = store.state().tables["lines"]
    assert [each.rows for each in table.pending] == [1, 1]
    assert table.pending_meta == {"next": "page 3", "select": ["id", "day"]}
    assert "to its end" in raised(NotFoundError, store.read, "lines").message
    with store.writing() as at_work:
        at_work.stage("lines", SHAPE, whole=True, mark=3)
        at_work.commit()
    assert ids(store) == ["a", "b"]
    assert store.state().tables["lines"].pending_meta == {}
    assert list(store.folder.glob("*.parquet")) == files(store)


def test_what_is_discarded_was_never_there(filled):
    before = filled.state()
    with filled.writing() as at_work:
        at_work.keep("lines", pa.table(lines("z")), SHAPE, next="page 2")
        at_work.discard("lines")
        at_work.discard("items")
        at_work.stage("lines", SHAPE)
        after = at_work.commit()
    assert after.tables == before.tables
    assert list(filled.folder.glob("*.parquet")) != []
    assert {path.name for path in filled.folder.glob("*.parquet")} >= {
        path.name for path in files(filled)
    }


def test_meta_is_put_over_what_was_there_and_begins_anew_with_a_whole_table(filled):
    commit(filled, as_of="later")
    assert filled.state().tables["lines"].meta == {"mark": 6, "as_of": "later"}
    commit(filled, lines("a"), whole=True, mark=1)
    assert filled.state().tables["lines"].meta == {"mark": 1}


def test_the_whole_store_remembers_too_and_nothing_before_the_commit(filled):
    with filled.writing() as at_work:
        at_work.remember(as_of="2025-11-30", division=42)
        at_work.keep("lines", pa.table(lines("z")), SHAPE)
        assert filled.state().meta == {}
        at_work.commit()
        at_work.remember(division=43)
        at_work.commit()
    assert filled.state().meta == {"as_of": "2025-11-30", "division": 43}
    # nothing was staged, so what is pending still is
    assert len(filled.state().tables["lines"].pending) == 1


def test_what_is_no_json_is_refused_before_anything_is_written(filled):
    before = filled.state(), set(filled.folder.iterdir())
    with filled.writing() as at_work:
        with pytest.raises(TypeError):
            at_work.keep("lines", pa.table(lines("z")), SHAPE, moment=datetime(2025, 1, 1))
        with pytest.raises(ValueError, match="not JSON compliant"):
            at_work.stage("lines", SHAPE, mark=float("nan"))
        with pytest.raises(TypeError):
            at_work.remember(marks={1, 2})
    assert (filled.state(), set(filled.folder.iterdir())) == before


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ({"id": ["a", None, None], "day": [1, 2, 3]}, "2 of 3 rows have no 'id'"),
        ({"day": [1]}, "column 'id' of the key is missing"),
    ],
)
def test_rows_without_their_key_are_refused(store, raised, rows, said):
    assert said in raised(DataError, commit, store, rows).message
    assert store.state() == State()


def test_every_thing_that_is_wrong_with_rows_is_said(store, raised):
    rows = pa.table([["a"], [None], [1]], names=["day", "line", "day"])
    with store.writing() as at_work:
        error = raised(DataError, at_work.keep, "lines", rows, Shape(("id", "line")))
    for said in ("'day' is there twice", "'id' of the key is missing", "have no 'line'"):
        assert said in error.message


def test_keys_of_several_columns_are_gone_by_all_of_them(store, raised):
    shape = Shape(("entry", "line"))
    commit(store, {"entry": [1, 1, 2, 2], "line": [1, 2, 1, 2]}, shape=shape, whole=True)
    assert "has 2" in raised(DataError, commit, store, shape=shape, gone=pa.array([1])).message
    gone = pa.table({"line": [2, 1, 2], "entry": [1, 2, 1]})
    commit(store, shape=shape, gone=gone)
    assert store.read("lines").to_pylist() == [{"entry": 1, "line": 1}, {"entry": 2, "line": 2}]


# --- files -------------------------------------------------------------------------------------


def test_what_came_after_the_base_is_merged_into_it_once_it_is_much(store):
    commit(store, lines(*map(str, range(1000))), whole=True)
    numbers = []
    for each in range(60):
        commit(store, lines("0", str(each), "new"), gone=pa.array(["999"]))
        numbers.append(len(files(store)))
    assert max(numbers) > 15
    assert numbers.count(1) >= 2  # by the share of rows, whatever their number of files
    assert store.count("lines") == 1000
    commit(store, lines(*map(str, range(100_000))), whole=True)
    numbers = []
    for each in range(21):
        commit(store, lines(str(each)))
        numbers.append(len(files(store)))
    assert numbers[18:] == [20, 1, 2]  # by the number of files, whatever their rows


def test_the_base_is_one_sorted_file_that_others_can_read(store):
    count = 150_000
    days = pa.array(range(count, 0, -1))
    table = pa.table({"id": [str(each) for each in range(count)], "day": days, "number": days})
    commit(store, table, whole=True)
    (base,) = files(store)
    with pq.ParquetFile(base) as file:
        groups = [file.metadata.row_group(at) for at in range(file.num_row_groups)]
        read = file.read()
    assert read["day"].to_pylist() == list(range(1, count + 1))
    # a reader that wants some days skips the groups that have none of them
    spans = [group.column(1).statistics for group in groups]
    assert len(spans) > 2
    assert all(one.max < next_.min for one, next_ in pairwise(spans))


def test_readers_that_are_at_it_keep_their_files_for_a_while(filled, raised):
    state, before = filled.state(), files(filled)
    for path in before:
        os.utime(path, (0, 0))  # however old they are
    commit(filled, lines("z"), whole=True)
    assert len(ids(filled, state=state)) == 100
    for path in before:
        os.utime(path, (0, 0))
    commit(filled)
    assert not any(path.exists() for path in before)
    error = raised(ExactnbError, filled.read, "lines", state=state)
    assert "written anew" in error.message
    assert filled.count("lines") == 1


def test_a_reader_whose_files_went_away_takes_the_state_that_is_good_now(filled, monkeypatch):
    monkeypatch.setattr(writer, "_GRACE", -1.0)
    look, seen = filled.state, []

    def look_and_wait():
        state = look()
        seen.append(state)
        if len(seen) < 4:
            commit(Store(filled.folder), lines(f"z{len(seen)}"), whole=True)
        return state

    monkeypatch.setattr(filled, "state", look_and_wait)
    assert ids(filled) == ["z3"]
    assert len(seen) > 3


def test_files_that_a_killed_writer_left_are_deleted_once_they_are_old(filled):
    left = [filled.folder / "lines-0123.parquet", filled.folder / "manifest.json.7.tmp"]
    fresh = filled.folder / "lines-4567.parquet"
    for path in (*left, fresh):
        path.write_bytes(b"half")
    for path in left:
        os.utime(path, (0, 0))
    commit(filled)
    assert [path.exists() for path in (*left, fresh)] == [False, False, True]
    assert filled.count("lines") == 100


def test_a_file_that_cannot_be_deleted_yet_is_deleted_later(filled, monkeypatch):
    old = files(filled)
    with monkeypatch.context() as windows:
        windows.setattr(writer, "_GRACE", -1.0)

        def unlink(path, missing_ok=False):
            raise PermissionError(errno.EACCES, "in use", str(path))

        windows.setattr("pathlib.Path.unlink", unlink)
        windows.setattr(disk, "replace", replace_without_unlink)
        commit(filled, lines("z"), whole=True)
    assert all(path.exists() for path in old)
    assert ids(filled) == ["z"]
    monkeypatch.setattr(writer, "_GRACE", -1.0)
    commit(filled)
    assert list(filled.folder.glob("*.parquet")) == files(filled)


def replace_without_unlink(path, data):
    beside = path.with_name("beside")
    beside.write_bytes(data)
    os.replace(beside, path)


@posix
def test_nobody_else_can_look_into_it(filled):
    filled.snapshot("2025-Q4 filed")
    home = filled.folder.parents[2]
    inside = [path for path in home.rglob("*") if home not in (path, path.parent)]
    assert {stat.S_IMODE(path.stat().st_mode) for path in inside if path.is_dir()} == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in inside if path.is_file()} == {0o600}


def test_stores_of_other_connections_and_divisions_are_other_folders(tmp_path):
    asked = [("u", "a", 1), ("u", "a", 2), ("u", "A", 1), ("v", "a", 1), ("u", "../../a", 1)]
    folders = {Store.of(tmp_path, *each).folder for each in asked}
    assert len(folders) == 5
    assert {folder.parent.parent for folder in folders} == {tmp_path / "stores"}
    names = [str(folder.parent.name).lower() for folder in folders]
    assert len(set(names)) == 4  # also where the system takes A for a


def test_size_is_what_it_takes_on_disk(filled):
    one = filled.size()
    assert one == sum(path.stat().st_size for path in filled.folder.iterdir())
    filled.snapshot("now")
    assert one < filled.size() < one + 5000


# --- snapshots ---------------------------------------------------------------------------------


def test_a_snapshot_gives_the_same_figures_whatever_comes_after(filled, monkeypatch):
    monkeypatch.setattr(writer, "_GRACE", -1.0)
    then = filled.read("lines")
    with filled.writing() as at_work:
        at_work.remember(as_of="2025-12-31T23:00:00")
        at_work.keep("lines", pa.table(lines("pending")), SHAPE)
        at_work.commit()
    filled.snapshot("2025-Q4 filed")
    for each in range(5):
        commit(filled, lines("new"), whole=bool(each % 2))
    assert filled.read("lines", state=filled.state("2025-Q4 filed")).equals(then)
    assert filled.state("2025-Q4 filed").tables["lines"].pending == ()
    (kept,) = filled.snapshots()
    assert (kept.name, kept.as_of) == ("2025-Q4 filed", "2025-12-31T23:00:00")
    assert kept.made_at > filled.state("2025-Q4 filed").made_at
    filled.drop_snapshot("2025-Q4 filed")
    commit(filled)
    assert list(filled.folder.glob("*.parquet")) == files(filled)


def test_names_of_snapshots_are_any_text_and_of_each_only_one(filled, raised):
    names = ["2025-Q4 filed", "2025/Q4: filed", "..", "é", "<b>", "x" * 300, "CON", "con"]
    for each in names:
        filled.snapshot(each)
    assert [each.name for each in filled.snapshots()] == names
    assert all(
        path.parent == filled.folder / "snapshots"
        for path in filled.folder.rglob("*.json")
        if path != filled.manifest
    )
    filled.snapshot(" 2025-Q4 filed")  # the same figures: nothing to say
    filled.snapshot("e\u0301")
    assert len(filled.snapshots()) == len(names)
    commit(filled, lines("new"))
    error = raised(InputError, filled.snapshot, "2025-Q4 filed")
    assert "other figures" in error.message
    assert "drop_snapshot('2025-Q4 filed')" in error.hint
    assert raised(InputError, filled.snapshot, "  ")


def test_an_unknown_snapshot_names_those_there_are(filled, raised):
    assert "None was made" in raised(NotFoundError, filled.state, "2025").hint
    filled.snapshot("2025-Q4 filed")
    for call in (filled.state, filled.drop_snapshot):
        error = raised(NotFoundError, call, "2025-Q3 filed")
        assert "'2025-Q3 filed'" in error.message
        assert "'2025-Q4 filed'" in error.hint


def test_a_snapshot_that_is_dropped_at_this_moment_holds_nobody_up(filled, monkeypatch):
    for each in ("first", "second"):
        filled.snapshot(each)
    read = disk.read

    def late(path):
        if path.name.startswith("first"):
            path.unlink(missing_ok=True)
        return read(path)

    monkeypatch.setattr(disk, "read", late)
    assert [each.name for each in filled.snapshots()] == ["second"]
    filled.snapshot("first")
    assert commit(filled, lines("z")) == filled.state()


def test_there_is_nothing_to_keep_of_what_was_never_pulled(store, raised):
    assert "books.refresh()" in raised(NotFoundError, store.snapshot, "now").hint
    with store.writing() as at_work:
        at_work.keep("lines", pa.table(lines("a")), SHAPE)
    assert raised(NotFoundError, store.snapshot, "now")


def test_a_snapshot_needs_no_lock(filled):
    with filled.writing() as at_work:
        at_work.keep("lines", pa.table(lines("new")), SHAPE)
        Store(filled.folder).snapshot("meanwhile")
        at_work.stage("lines", SHAPE)
        at_work.commit()
    assert "new" not in ids(filled, state=filled.state("meanwhile"))


def test_a_snapshot_of_files_that_a_writer_just_deleted_is_of_what_is_there(filled, monkeypatch):
    monkeypatch.setattr(writer, "_GRACE", -1.0)
    keep, tried = filled._snapshots.keep, []

    def late(name, state):
        tried.append(state)
        if len(tried) == 1:
            commit(Store(filled.folder), lines("z"), whole=True)
        return keep(name, state)

    monkeypatch.setattr(filled._snapshots, "keep", late)
    filled.snapshot("now")
    assert ids(filled, state=filled.state("now")) == ["z"]


# --- what goes wrong ---------------------------------------------------------------------------


def spoil(path, how):
    raw = bytearray(path.read_bytes())
    if how == "cut":
        del raw[len(raw) // 2 :]
    elif how == "empty":
        raw.clear()
    else:
        raw[len(raw) * how // 1000] ^= 4
    path.write_bytes(raw)


@pytest.mark.parametrize("how", range(0, 1000, 11))
def test_a_bit_that_flips_is_an_error_or_was_of_no_matter(filled, how):
    wanted = filled.read("lines")
    spoil(files(filled)[0], how)
    with suppress(DataError):
        assert filled.read("lines").equals(wanted)


@pytest.mark.parametrize("how", ["cut", "empty", 500, 990])
def test_a_damaged_file_is_an_error_that_says_how_to_put_it_right(filled, raised, how):
    spoil(files(filled)[0], how)
    error = raised(DataError, filled.read, "lines")
    assert "damaged" in error.message
    assert "full=True" in error.hint
    assert "books.forget()" in error.hint
    assert raised(DataError, commit, filled, lines(*map(str, range(50))))
    with filled.writing() as at_work:  # all anew puts it right
        at_work.discard("lines")
    commit(filled, lines("a"), whole=True)
    assert ids(filled) == ["a"]


def test_a_file_that_is_missing_is_an_error(filled, raised):
    base = files(filled)[0]
    base.unlink()
    assert base.name in raised(DataError, filled.read, "lines").message
    assert raised(DataError, filled.snapshot, "now")
    assert filled.snapshots() == []
    with filled.writing() as at_work:
        at_work.keep("lines", pa.table(lines(*map(str, range(50)))), SHAPE)
        at_work.stage("lines", SHAPE)
        assert base.name in raised(DataError, at_work.commit).message
        at_work.stage("lines", SHAPE, whole=True)
        at_work.commit()
    assert filled.count("lines") == 50


@pytest.mark.parametrize("how", ["cut", "empty", 0, 20, 300, 500, 700, 900])
def test_a_damaged_list_of_files_is_an_error_until_it_is_forgotten(filled, raised, how):
    spoil(filled.manifest, how)
    error = raised(DataError, filled.state)
    assert "books.forget()" in error.hint
    with pytest.raises(DataError), filled.writing():
        pass
    filled.forget()
    assert filled.state() == State()
    commit(filled, lines("a"))
    assert ids(filled) == ["a"]


def test_a_store_of_a_newer_version_says_so(filled, raised):
    body = json.loads(filled.manifest.read_text())
    body["format"] += 1
    filled.manifest.write_text(json.dumps(body))
    assert "newer exactnb" in raised(ExactnbError, filled.state).message


def test_while_a_snapshot_is_damaged_nothing_is_deleted(filled, monkeypatch, raised):
    monkeypatch.setattr(writer, "_GRACE", -1.0)
    filled.snapshot("first")
    filled.snapshot("second")
    needed = files(filled)
    (spoilt,) = filled.folder.glob("snapshots/first-*.json")
    spoil(spoilt, "cut")
    commit(filled, lines("z"), whole=True)
    assert all(path.exists() for path in needed)
    assert ids(filled) == ["z"]
    assert len(ids(filled, state=filled.state("second"))) == 100
    for call in (filled.snapshots, lambda: filled.state("first")):
        assert str(spoilt) in raised(DataError, call).hint
    filled.drop_snapshot("first")
    assert [each.name for each in filled.snapshots()] == ["second"]


@posix
def test_a_full_disk_is_one_clear_error_and_changes_nothing(filled, raised):
    resource = pytest.importorskip("resource")
    before = filled.state()
    many = pa.table(lines(*map(str, range(200_000))))
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    with filled.writing() as at_work:
        at_work.keep("lines", pa.table(lines("new")), SHAPE)
        kept = filled.state(), set(filled.folder.iterdir())
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, limit[1]))
        try:
            error = raised(ExactnbError, at_work.keep, "lines", many, SHAPE)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        assert "cannot be written" in error.message
        assert "EXACTNB_HOME" in error.hint
        assert (filled.state(), set(filled.folder.iterdir())) == kept
        assert at_work.state == filled.state()
        at_work.stage("lines", SHAPE)
        at_work.commit()
    assert before.tables["lines"].files == filled.state().tables["lines"].files[:3]
    assert "new" in ids(filled)


@pytest.mark.parametrize("call", ["os.replace", "os.fsync"])
def test_whatever_the_disk_refuses_the_writer_knows_what_is_there(
    filled, monkeypatch, raised, call
):
    with filled.writing() as at_work:
        at_work.keep("lines", pa.table(lines("new")), SHAPE)
        at_work.stage("lines", SHAPE)
        before = filled.state()
        with monkeypatch.context() as full:

            def refuse(*_):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

            full.setattr(call, refuse)
            error = raised(ExactnbError, at_work.commit)
        assert "No space left" in error.message
        assert filled.state() == at_work.state == before
        at_work.commit()
    assert "new" in ids(filled)
    assert not list(filled.folder.glob("*.tmp"))


def test_an_interrupt_after_the_last_step_leaves_a_writer_that_knows_of_it(filled, monkeypatch):
    with filled.writing() as at_work:
        at_work.keep("lines", pa.table(lines("new")), SHAPE)
        at_work.stage("lines", SHAPE, mark=9)
        with monkeypatch.context() as pressed:
            replace = os.replace

            def interrupt(*paths):
                replace(*paths)
                raise KeyboardInterrupt

            pressed.setattr(os, "replace", interrupt)
            with pytest.raises(KeyboardInterrupt):
                at_work.commit()
        assert at_work.state.tables["lines"].meta == {"mark": 9}
        at_work.keep("lines", pa.table(lines("newer")), SHAPE)
    assert "new" in ids(filled)
    assert len(filled.state().tables["lines"].pending) == 1


def test_a_home_that_is_a_file_is_one_clear_error(tmp_path, raised):
    (tmp_path / "home").write_text("")
    store = Store.of(tmp_path / "home", "u", "c", 1)
    assert "cannot be written" in raised(ExactnbError, commit, store, lines("a")).message
    assert store.state() == State()
    assert store.snapshots() == []


# --- one writer --------------------------------------------------------------------------------


def test_a_writer_writes_within_its_with_only(filled, raised):
    with filled.writing() as at_work:
        pass
    for call in (at_work.commit, lambda: at_work.keep("lines", pa.table(lines("z")), SHAPE)):
        assert "not in force" in raised(ExactnbError, call).message


def test_a_writer_within_a_writer_is_an_error_and_no_deadlock(filled, raised):
    def again():
        with Store(filled.folder).writing():
            pass

    with filled.writing() as at_work:
        assert "this very cell" in raised(ExactnbError, again).message
        assert at_work.commit() == filled.state()
    again()


def test_forgetting_leaves_nothing_and_waits_for_nobody(filled, raised):
    filled.snapshot("now")
    with filled.writing():
        assert "at this moment" in raised(ExactnbError, Store(filled.folder).forget).message
    assert len(ids(filled)) == 100
    filled.forget()
    assert not filled.folder.exists()
    assert filled.snapshots() == []
    assert raised(NotFoundError, filled.read, "lines")
    filled.forget()


def test_pyarrow_is_loaded_when_there_is_work_for_it():
    code = (
        "import sys, pathlib; from exactnb.store import Store; "
        "Store(pathlib.Path('nowhere')).state(); print('pyarrow' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert run.stdout.strip() == "False"
