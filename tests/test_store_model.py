"""The store against what it should be: a plain dictionary of rows, under any sequence of calls."""

import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exactnb.store import Shape, Store, merging, pieces, reading, writer

TYPES = {"entry": pa.int64(), "line": pa.int64(), "date": pa.int64(), "name": pa.string()}
SHAPES = {
    "one column": Shape(("entry",), ("date", "line")),
    "two columns": Shape(("entry", "line"), ("date",)),
    "key alone": Shape(("line", "entry")),
}
small = st.integers(0, 7)
row = st.fixed_dictionaries(
    {
        "entry": small,
        "line": st.integers(0, 2),
        "date": st.none() | st.integers(0, 3),
        "name": st.none() | st.sampled_from("pqrst"),
    }
)
rows = st.lists(row, max_size=6)
step = st.one_of(
    st.tuples(st.just("keep"), rows, st.booleans()),
    st.tuples(st.just("commit"), rows, st.booleans()),
    st.tuples(st.just("commit"), rows, st.just(False)),
    st.tuples(st.just("discard")),
    st.tuples(st.just("open anew")),
    st.tuples(st.just("snapshot")),
)


@pytest.fixture(autouse=True)
def small_files(monkeypatch):
    """What matters with a million rows matters with ten; nothing need be safe on disk."""
    monkeypatch.setattr(merging, "_STRETCH", 3)
    monkeypatch.setattr(merging, "_LONGEST", 2)
    monkeypatch.setattr(pieces, "_GROUP", 4)
    monkeypatch.setattr("os.fsync", lambda _: None)


def table(given_rows, names=tuple(TYPES)):
    return pa.table(
        {name: pa.array([each[name] for each in given_rows], TYPES[name]) for name in names}
    )


class Model:
    """What the store should hold, told as simply as it can be."""

    def __init__(self, shape):
        self.shape = shape
        self.there, self.pending, self.committed = {}, [], False

    def key(self, each):
        return tuple(each[name] for name in self.shape.key)

    def commit(self, gone, whole):
        if whole:
            self.there = {}
        self.there |= {self.key(each): each for each in self.pending}
        for each in gone:
            self.there.pop(self.key(each), None)
        self.pending, self.committed = [], True

    def rows(self):
        def place(each):
            by = (*self.shape.order, *self.shape.key)
            return [(each[name] is None, each[name] or 0) for name in by]

        return sorted(self.there.values(), key=place)


def check(store, state, wanted):
    names = list(TYPES)
    assert store.read("lines", names, state=state).to_pylist() == wanted
    assert store.count("lines", state=state) == len(wanted)
    assert store.read("lines", ["name"], state=state).to_pylist() == [
        {"name": each["name"]} for each in wanted
    ]
    short = store.read("lines", names, state=state, dictionaries=["name", "date"])
    assert short.to_pylist() == wanted
    for name in ("name", "date"):
        used = sorted({each[name] for each in wanted} - {None})
        for chunk in short[name].chunks:
            assert chunk.dictionary.to_pylist() == used
            assert chunk.type.index_type == pa.int32()


@pytest.mark.parametrize("share", [0.05, 1e9], ids=["often compacted", "never compacted"])
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@settings(
    max_examples=40,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(step, min_size=3, max_size=14))
def test_whatever_is_kept_and_committed_reads_as_a_dictionary_would(
    monkeypatch, shape, share, steps
):
    monkeypatch.setattr(writer, "_SHARE", share)
    monkeypatch.setattr(writer, "_GRACE", -1.0)  # nothing that is not needed survives a commit
    with tempfile.TemporaryDirectory() as folder:
        store, model, kept = Store(Path(folder) / "1"), Model(shape), {}
        opened = store.writing()
        at_work = opened.__enter__()
        for what, *details in steps:
            if what == "keep":
                model.pending += details[0]
                # a column that is nowhere but null may be missing
                bare = all(each["name"] is None for each in details[0]) and details[1]
                at_work.keep("lines", table(details[0], list(TYPES)[: 3 if bare else 4]), shape)
            elif what == "commit":
                gone, whole = details
                at_work.stage(
                    "lines", shape, whole=whole, gone=table(gone, shape.key) if gone else None
                )
                model.commit(gone, whole)
                state = at_work.commit()
                assert state == store.state()
                if "name" in store.schema("lines").names:
                    check(store, None, model.rows())
                else:
                    assert store.count("lines") == len(model.rows())
            elif what == "discard":
                at_work.discard("lines")
                model.pending = []
            elif what == "open anew":
                opened.__exit__(None, None, None)
                opened = Store(store.folder).writing()
                at_work = opened.__enter__()
            elif model.committed and set(TYPES) <= set(store.schema("lines").names):
                name = f"snapshot {len(kept)}"
                store.snapshot(name)
                kept[name] = model.rows()
        opened.__exit__(None, None, None)
        for name, wanted in kept.items():
            check(store, store.state(name), wanted)
        for name in kept:
            store.drop_snapshot(name)
        with store.writing() as at_work:
            state = at_work.commit()
        needed = {piece.file for piece in state.pieces()}
        assert {path.name for path in store.folder.glob("*.parquet")} == needed


def columns(count, ids, seed):
    """Rows of every type that a column may have, with nulls and what is like them."""
    dice = np.random.default_rng(seed)

    def holes():
        return dice.random(count) < 0.2

    return {
        "id": pa.array([f"{each:06d}" for each in ids]),
        "float": pa.array(
            dice.choice([np.nan, -1.5, 0.0, 2.5, 1e300], count), mask=holes(), from_pandas=False
        ),
        "flag": pa.array(dice.random(count) < 0.5, mask=holes()),
        "day": pa.array(dice.integers(0, 9000, count) * 86_400_000, pa.timestamp("ms")),
        "date": pa.array(dice.integers(0, 99, count), pa.int32()).cast(pa.date32()),
        "text": pa.array([f"tekst {each}" for each in dice.integers(0, 400, count)], mask=holes()),
        "nothing": pa.nulls(count),
        "price": pa.array(dice.integers(0, 9, count)).cast(pa.decimal128(21, 2)),
        "list": pa.array([[int(each)] * (each % 3) for each in dice.integers(0, 9, count)]),
    }


@pytest.mark.parametrize("order", [(), ("float", "flag"), ("nothing", "text", "day"), ("price",)])
def test_rows_that_are_laid_over_a_base_are_as_those_sorted_all_at_once(
    tmp_path, monkeypatch, order
):
    monkeypatch.setattr(writer, "_SHARE", 1e9)
    monkeypatch.setattr(merging, "_STRETCH", 64)
    dice = np.random.default_rng(11)
    shape, store = Shape(("id",), order), Store(tmp_path / "1")
    with store.writing() as at_work:
        at_work.keep("lines", pa.table(columns(5000, range(5000), 1)), shape)
        at_work.stage("lines", shape, whole=True)
        at_work.commit()
        for seed in range(2, 6):
            # changes that lie together, and changes all over
            start = int(dice.integers(0, 4500))
            ids = [*range(start, start + 60), *dice.choice(5000, 20), *range(5000, 5000 + seed)]
            ids = np.unique(ids)
            at_work.keep("lines", pa.table(columns(len(ids), ids, seed)), shape)
            gone = pa.array([f"{each:06d}" for each in dice.choice(5000, 15)])
            at_work.stage("lines", shape, gone=gone)
            at_work.commit()
    files = store.state().tables["lines"].files
    assert len(files) == 9
    at_once = reading.gather(store.folder, files, shape)
    read = store.read("lines", dictionaries=["text", "flag"])
    assert read.num_rows == at_once.num_rows == store.count("lines")
    for name in at_once.column_names:
        got, wanted = read[name], at_once[name]
        if name in ("text", "flag"):
            got = got.cast(wanted.type)
        if name == "float":  # NaN is not equal to itself
            got, wanted = got.to_numpy(), wanted.to_numpy()
            np.testing.assert_array_equal(got, wanted)
        else:
            assert got.equals(wanted), name
