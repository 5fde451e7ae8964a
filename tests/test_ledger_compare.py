"""What changed between two ledgers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import exactnb as ex
from exactnb.errors import DataError, InputError
from exactnb.ledger import compare, ledger_frame

BY = ["financial_year", "financial_period", "gl_account_code"]


@pytest.fixture
def then(main) -> pd.DataFrame:
    return ledger_frame(main.store)


@pytest.fixture
def now(main) -> pd.DataFrame:
    return ledger_frame(main.store)


def test_nothing_changed(then, now):
    found = compare(then, now)
    assert found.empty
    assert {name: found.attrs[name] for name in ("added", "removed", "changed")} == {
        "added": "0", "removed": "0", "changed": "0",
    }  # fmt: skip
    assert compare(then, now, by=BY).empty


def test_each_kind_of_change(then, now):
    gone, new, other = 40, 50, 60
    now.loc[other, "cents"] += 5
    now.loc[other, "amount_dc"] = now["cents"][other] / 100
    now.loc[other, "description"] = "put right"
    found = compare(then.drop(index=new), now.drop(index=gone))
    assert found["change"].tolist() == ["removed", "added", "changed"]
    assert found["id"].tolist() == [then["id"][at] for at in (gone, new, other)]
    removed, added, changed = found.itertuples()
    assert (removed.amount_then, removed.amount_now) == (then["amount_dc"][gone], 0)
    assert (added.amount_then, added.amount_now) == (0, now["amount_dc"][new])
    assert changed.cents == 5
    assert changed.effect == 0.05
    assert changed.amount_now == now["amount_dc"][other]
    assert changed.columns == "description, amount_dc"
    assert changed.details == (
        f"description: {then['description'][other]} → put right; "
        f"amount_dc: {then['amount_dc'][other]} → {now['amount_dc'][other]}"
    )
    assert pd.isna(added.columns)
    assert pd.isna(removed.details)
    assert removed.gl_account_code == then["gl_account_code"][gone]
    assert removed.date == then["date"][gone]


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("gl_account_code", "8999", "8999"),
        ("date", pd.Timestamp("2024-02-29"), "2024-02-29"),
        ("created", pd.Timestamp("2024-02-29T10:30:01"), "2024-02-29 10:30:01"),
        ("invoice_number", 77, "77"),
        ("exchange_rate", 1.25, "1.25"),
        ("your_ref", "=1+1", "=1+1"),
        ("your_ref", None, "–"),
        ("due_date", pd.NaT, "–"),
        ("account", None, "–"),
    ],
)
def test_a_change_in_any_kind_of_column(then, now, column, value, told):
    row = int(np.flatnonzero(then[column].notna() & then["your_ref"].notna())[3])
    if isinstance(now[column].dtype, pd.CategoricalDtype) and value is not None:
        now[column] = now[column].cat.add_categories(value)
    now.loc[row, column] = value
    found = compare(then, now)
    assert found["columns"].tolist() == [column]
    assert found["details"].iloc[0].startswith(f"{column}: ")
    assert found["details"].iloc[0].endswith(f" → {told}")
    back = compare(now, then)
    assert back["details"].iloc[0].startswith(f"{column}: {told} → ")
    assert compare(then, now, ignore=[column]).empty


def test_a_name_that_changed_is_told_for_every_line_of_it(then, now):
    name = now["account_name"].value_counts().index[0]
    now["account_name"] = now["account_name"].cat.rename_categories({name: "Aardig B.V."})
    found = compare(then, now)
    assert len(found) == (then["account_name"] == name).sum() > 10
    assert set(found["columns"]) == {"account_name"}
    assert set(found["details"]) == {f"account_name: {name} → Aardig B.V."}
    assert (found["cents"] == 0).all()


def test_the_order_of_lines_is_no_change(then, now):
    mixed = now.sample(frac=1, random_state=1).reset_index(drop=True)
    assert compare(then, mixed).empty


def test_the_effect_by_group(then, now):
    row = then.loc[100]
    now.loc[100, "financial_period"] = 12
    now.loc[100, ["amount_dc", "cents"]] = (row["amount_dc"] + 1, row["cents"] + 100)
    found = compare(then, now, by=BY)
    assert list(found.columns) == [
        *BY, "lines_then", "lines_now", "amount_then", "amount_now", "effect", "cents",
    ]  # fmt: skip
    assert set(found["gl_account_code"]) == {row["gl_account_code"]}
    by_period = found.set_index("financial_period")
    assert by_period["cents"].to_dict() == {
        row["financial_period"]: -row["cents"],
        12: row["cents"] + 100,
    }
    assert (by_period["lines_now"] - by_period["lines_then"]).tolist() == [-1, 1]
    assert found["cents"].sum() == compare(then, now)["cents"].sum() == 100


def test_the_effect_by_group_is_that_of_the_lines(then, now):
    rng = np.random.default_rng(7)
    some = rng.choice(len(now), 300, replace=False)
    now.loc[some, "cents"] += rng.integers(-9999, 9999, 300)
    now["amount_dc"] = now["cents"] / 100
    now = now.drop(index=some[:20])
    lines = compare(then, now)
    by_line = lines.groupby("gl_account_code")["cents"].sum()
    by_group = compare(then, now, by="gl_account_code").set_index("gl_account_code")["cents"]
    assert by_line[by_line != 0].to_dict() == by_group[by_group != 0].to_dict()
    assert by_line.sum() == now["cents"].sum() - then["cents"].sum()


def test_groups_without_a_name_count_too(then, now):
    loose = int(np.flatnonzero(then["account_name"].isna())[0])
    now.loc[loose, "cents"] += 1
    found = compare(then, now, by="account_name")
    assert found["account_name"].isna().tolist() == [True]
    assert found["cents"].tolist() == [1]


def test_what_cannot_be_compared_is_named(then, now):
    then.attrs["as_of"], now.attrs["snapshot"] = "2026-06-30T12:00:00", "filed"
    found = compare(then.drop(columns="line_type"), now.assign(mine=1))
    assert found.empty
    assert found.attrs["not_compared"] == "line_type, mine"
    assert (found.attrs["then"], found.attrs["now"]) == ("2026-06-30T12:00:00", "filed")


def test_against_nothing_everything_is_new(then, now):
    found = compare(then.iloc[:0], now)
    assert len(found) == len(now)
    assert set(found["change"]) == {"added"}
    assert compare(then, now.iloc[:0])["change"].unique().tolist() == ["removed"]
    assert compare(then.iloc[:0], now.iloc[:0]).empty


def test_ledgers_that_do_not_belong_together(then, now, raised):
    twice = pd.concat([now, now.iloc[:1]], ignore_index=True)
    assert "same one" in str(raised(DataError, compare, then, twice))
    error = raised(DataError, compare, then.drop(columns="id"), now.drop(columns="cents"))
    assert "'then' lacks id; 'now' lacks cents" in str(error)
    now.attrs["division"] = "7"
    assert "different divisions" in str(raised(DataError, compare, then, now))


def test_columns_that_are_not_there(then, now, raised):
    error = raised(InputError, compare, then, now, by="period", ignore=["modifed"])
    assert "'period', 'modifed'" in str(error)
    assert "ledger_columns" in error.hint


def test_it_is_on_the_menu():
    assert ex.compare is compare
