"""The ledger as Parquet files that DuckDB, Polars, Dask and Spark can read."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from exactnb.errors import DataError, ExactnbError, InputError

__all__ = ["export_ledger"]

#: what Hive calls a partition of rows without a value
_NULL = "__HIVE_DEFAULT_PARTITION__"
#: a file of an export, by its path below the folder
_FILE = re.compile(rf"division=\d+/financial_year=(-?\d+|{_NULL})/lines\.(parquet|feather)")
_FORMATS = ("parquet", "feather")
#: what groups of rows a reader may skip at once
_GROUP = 128_000


def export_ledger(
    ledgers: Iterable[tuple[int, pa.Table]], path: str | Path, format: str = "parquet"
) -> Path:
    """The folder with the ledgers as files, one for each division and financial year.

    ``division=2400101/financial_year=2025/lines.parquet``: the partitions of Hive, which every
    engine knows. Types are those that all of them read: texts are plain strings, ``date`` and
    ``due_date`` dates, ``created`` and ``modified`` moments, ``amount_dc`` a decimal(18, 2), so
    that a sum of it is exact; ``cents`` says the same in whole cents.

    What was exported there before is replaced in one step, once all of the new is written.

    Parameters
    ----------
    ledgers
        Each division and its ledger, as ``books.ledger(engine="arrow")`` gives it; one is
        held at a time.
    path
        The folder. If it is there, it must be empty or an export.
    format
        "parquet" or "feather".

    Raises
    ------
    InputError
        The format is unknown, or the folder holds anything that is not of an export: nothing is
        written then.
    DataError
        A division comes twice.
    """
    if format not in _FORMATS:
        raise InputError(f"format={format!r} is unknown", hint=f"There are: {', '.join(_FORMATS)}.")
    folder = Path(path).expanduser().absolute()
    _refuse_others(folder)
    with _telling(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        new, old = beside / "new", beside / "old"
        new.mkdir()
        for division, table in ledgers:
            with _telling(folder):
                _write(table, new / f"division={int(division)}", format)
        _refuse_others(folder)
        with _telling(folder):
            _replace(folder, new, old)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return folder


@contextmanager
def _telling(folder: Path) -> Iterator[None]:
    """What the disk refuses, in words."""
    try:
        yield
    except OSError as error:
        raise ExactnbError(
            f"The ledger could not be exported to {folder}: {error.strerror or error}",
            hint="What was there before is as it was. Look to the disk and its rights.",
        ) from error


def _replace(folder: Path, new: Path, old: Path) -> None:
    """Put the new folder where the old one is, or leave that where it was."""
    if folder.exists():
        folder.rename(old)
    try:
        new.rename(folder)
    except OSError:
        if old.exists():
            old.rename(folder)
        raise


def _refuse_others(folder: Path) -> None:
    """See that nothing but an export would be replaced."""
    if folder.is_dir():
        files = [file for file in folder.rglob("*") if not file.is_dir() or file.is_symlink()]
        others = [
            name
            for file in files
            if not _FILE.fullmatch(name := file.relative_to(folder).as_posix())
        ]
    else:
        others = [folder.name] if folder.exists() or folder.is_symlink() else []
    if others:
        more = f" and {len(others) - 1:,} more" if len(others) > 1 else ""
        raise InputError(
            f"{folder} is no export of a ledger: it holds {others[0]}{more}. Nothing was written",
            hint="Give a folder that is empty or not there yet.",
        )


def _write(table: pa.Table, folder: Path, format: str) -> None:
    """The lines of one division, a file for each year."""
    if folder.exists():
        raise DataError(
            f"{folder.name} comes twice",
            hint="Export administrations with the same number to folders of their own.",
        )
    plain = _portable(table)
    years = table["financial_year"].combine_chunks()
    for year in sorted(pc.unique(years).to_pylist(), key=lambda year: (year is None, year)):
        mask = years.is_null() if year is None else pc.fill_null(pc.equal(years, year), False)
        file = folder / f"financial_year={_NULL if year is None else year}" / f"lines.{format}"
        file.parent.mkdir(parents=True)
        lines = plain.filter(mask)
        if format == "parquet":
            import pyarrow.parquet as pq

            pq.write_table(lines, file, compression="zstd", row_group_size=_GROUP)
        else:
            import pyarrow.feather as feather

            feather.write_feather(lines, file, compression="zstd")


def _portable(table: pa.Table) -> pa.Table:
    """The ledger in types that every engine reads, without what the folders say."""
    columns = {}
    for name in table.column_names:
        column = table[name]
        if name in ("division", "financial_year"):
            continue
        if name == "amount_dc":
            column = _decimals(table["cents"])
        elif name in ("date", "due_date"):
            column = column.cast(pa.date32())
        elif pa.types.is_dictionary(column.type):
            column = column.cast(pa.string())
        columns[name] = column
    return pa.table(columns, metadata=table.schema.metadata)


def _decimals(cents: pa.ChunkedArray) -> pa.ChunkedArray:
    """Cents as euros, exactly."""
    euros = pc.multiply(cents.cast(pa.decimal128(19, 0)), pa.scalar(Decimal("0.01")))
    return euros.cast(pa.decimal128(18, 2))
