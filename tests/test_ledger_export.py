"""The ledger as files, read back by the engines that they are for."""

from __future__ import annotations

import datetime as dt
import json
import warnings
from decimal import Decimal

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from exactnb.errors import DataError, ExactnbError, InputError
from exactnb.ledger import export_ledger, ledger_table


@pytest.fixture(scope="module")
def ledgers(administrations):
    return [(each.division, ledger_table(each.store)) for each in administrations]


@pytest.fixture(scope="module")
def exported(ledgers, tmp_path_factory):
    return export_ledger(iter(ledgers), tmp_path_factory.mktemp("export") / "ledger")


@pytest.fixture(scope="module")
def totals(administrations):
    """Lines and cents on the receivables accounts by division and year."""
    found = {}
    for each in administrations:
        on = each.ledger[each.ledger["gl_account_type"] == 20]
        for year, lines in on.groupby("financial_year"):
            found[each.division, int(year)] = (len(lines), int(lines["cents"].sum()))
    return found


def test_a_file_for_each_division_and_year(exported, administrations):
    files = {file.relative_to(exported).as_posix() for file in exported.rglob("*.*")}
    assert files == {
        f"division={each.division}/financial_year={year}/lines.parquet"
        for each in administrations
        for year in each.ledger["financial_year"].unique()
    }


def test_duckdb_reads_it(exported, totals):
    duck = duckdb.connect()
    found = duck.execute(
        "SELECT division, financial_year, count(*), sum(amount_dc), sum(cents) "
        f"FROM read_parquet('{exported}/**/*.parquet', hive_partitioning = true) "
        "WHERE gl_account_type = 20 GROUP BY ALL"
    ).fetchall()
    assert {row[:2]: (row[2], row[4]) for row in found} == totals
    assert {row[:2]: row[3] for row in found} == {
        key: Decimal(cents) / 100 for key, (_, cents) in totals.items()
    }
    kinds = duck.execute(
        f"DESCRIBE SELECT * FROM read_parquet('{exported}/**/*.parquet', hive_partitioning = true)"
    ).fetchall()
    kinds = {row[0]: row[1] for row in kinds}
    assert kinds["date"] == kinds["due_date"] == "DATE"
    assert kinds["created"] == "TIMESTAMP"
    assert kinds["amount_dc"] == "DECIMAL(18,2)"
    assert kinds["gl_account_code"] == "VARCHAR"


def test_polars_reads_it(exported, totals):
    lines = pl.scan_parquet(exported, hive_partitioning=True)
    found = (
        lines.filter(pl.col("gl_account_type") == 20)
        .group_by("division", "financial_year")
        .agg(pl.len(), pl.sum("cents"), pl.sum("amount_dc"))
        .collect()
    )
    assert {row[:2]: row[2:4] for row in found.iter_rows()} == totals
    assert all(row[4] == Decimal(row[3]) / 100 for row in found.iter_rows())
    assert lines.collect_schema()["date"] == pl.Date
    assert lines.collect_schema()["account_name"] == pl.String


def test_dask_reads_it(exported, totals):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # dask's own, of pandas that is newer than it
        import dask.dataframe as dd

        lines = dd.read_parquet(exported)
        lines = lines[lines["gl_account_type"] == 20]
        sums = lines.groupby(["division", "financial_year"], observed=True)["cents"].agg(
            ["size", "sum"]
        )
        found = sums.compute(scheduler="synchronous")
    assert {
        (int(d), int(y)): tuple(row)
        for (d, y), row in zip(found.index, found.to_numpy().tolist(), strict=True)
    } == totals


def test_every_value_is_kept(exported, administrations):
    """Against the frame, through pandas."""
    for each in administrations:
        parts = sorted((exported / f"division={each.division}").rglob("*.parquet"))
        files = {int(part.parent.name.split("=")[1]): pq.ParquetFile(part) for part in parts}
        for year, file in files.items():
            found, wanted = file.read(), each.ledger[each.ledger["financial_year"] == year]
            assert json.loads(found.schema.metadata[b"exactnb"])["division"] == str(each.division)
            assert found.column_names == [n for n in each.ledger if n != "financial_year"]
            for name in found.column_names:
                values = [None if pd.isna(v) else v for v in wanted[name].astype(object)]
                if name == "amount_dc":
                    values = [Decimal(cents) / 100 for cents in wanted["cents"]]
                elif name in ("date", "due_date"):
                    values = [v and v.date() for v in values]
                assert found[name].to_pylist() == values, name


def test_it_is_replaced_as_a_whole(ledgers, exported, tmp_path):
    folder = export_ledger(ledgers, tmp_path / "out")
    again = export_ledger(ledgers[1:], folder)
    assert again == folder
    assert [path.name for path in folder.iterdir()] == [f"division={ledgers[1][0]}"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_fails_half_way_leaves_what_was_there(ledgers, tmp_path):
    folder = export_ledger(ledgers[:1], tmp_path / "out")
    before = sorted(path.stat().st_ino for path in folder.rglob("*.parquet"))

    def broken():
        yield ledgers[1]
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError):
        export_ledger(broken(), folder)
    assert sorted(path.stat().st_ino for path in folder.rglob("*.parquet")) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("file", ["notes.txt", "division=1/financial_year=2025/other.parquet"])
def test_what_is_no_export_is_not_touched(ledgers, tmp_path, raised, file):
    folder = export_ledger(ledgers[:1], tmp_path / "out")
    mine = folder / file
    mine.parent.mkdir(parents=True, exist_ok=True)
    mine.write_text("mine")
    error = raised(InputError, export_ledger, ledgers[1:], folder)
    assert file in str(error)
    assert mine.read_text() == "mine"
    assert (folder / f"division={ledgers[0][0]}").exists()
    error = raised(InputError, export_ledger, ledgers, mine)
    assert "Nothing was written" in str(error)


def test_an_empty_folder_will_do(ledgers, tmp_path):
    (tmp_path / "out").mkdir()
    assert any(export_ledger(ledgers, tmp_path / "out").rglob("*.parquet"))


def test_a_year_that_is_missing_is_null(ledgers, tmp_path):
    division, table = ledgers[1]
    years = pa.array([None, *table["financial_year"].to_pylist()[1:]], pa.int32())
    place = table.column_names.index("financial_year")
    folder = export_ledger(
        [(division, table.set_column(place, "financial_year", years))], tmp_path / "out"
    )
    query = f"SELECT count(*), count(financial_year) FROM read_parquet('{folder}/**/*.parquet')"
    assert duckdb.connect().execute(query).fetchone() == (len(table), len(table) - 1)
    assert export_ledger(ledgers, folder) == folder


def test_feather_too(ledgers, tmp_path):
    import pyarrow.feather as feather

    folder = export_ledger(ledgers, str(tmp_path / "out"), format="feather")
    rows = sum(len(feather.read_table(file)) for file in folder.rglob("*.feather"))
    assert rows == sum(len(table) for _, table in ledgers)


def test_what_cannot_be_done_is_said(ledgers, tmp_path, raised):
    error = raised(InputError, export_ledger, ledgers, tmp_path / "out", "xls")
    assert "parquet, feather" in error.hint
    error = raised(DataError, export_ledger, [*ledgers, ledgers[0]], tmp_path / "out")
    assert "comes twice" in str(error)
    (tmp_path / "file").write_text("")
    error = raised(ExactnbError, export_ledger, ledgers, tmp_path / "file" / "out")
    assert "could not be exported" in str(error)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_dates_are_days(exported):
    (first,) = (
        duckdb.connect()
        .execute(f"SELECT min(date) FROM read_parquet('{exported}/**/*.parquet')")
        .fetchone()
    )
    assert first == dt.date(2023, 1, 1)
