"""The files of a table: written once, read as columns, never as wrong ones."""

from __future__ import annotations

import os
import re
import secrets
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from exactnb.errors import DataError, ExactnbError
from exactnb.store import disk
from exactnb.store.kinds import common, conform, plain
from exactnb.store.manifest import Piece

__all__ = ["Pieces", "write"]

#: rows of a row group: few enough for their statistics to rule many out
_GROUP = 65_536
#: values that tell whether those of a column repeat
_SAMPLE = 2_000


def write(
    folder: Path, table: str, rows: pa.Table, kind: Literal["rows", "gone"] = "rows"
) -> Piece:
    """A new file of these rows of a table, on disk when this returns."""
    slug = re.sub(r"[^a-z0-9_]+", "-", table.lower())[:40]
    file = f"{slug}-{secrets.token_hex(8)}.parquet"
    disk.create(
        folder / file,
        lambda sink: pq.write_table(
            rows,
            sink,
            compression="zstd",
            compression_level=1,
            row_group_size=_GROUP,
            use_dictionary=[name for name in rows.column_names if _repeats(rows[name])],
            write_page_checksum=True,
        ),
    )
    return Piece(file, rows.num_rows, kind, _check(folder / file))


def _check(path: Path) -> int:
    """Checksum of the footer of a file; of nothing, where it has none."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 8))
        length = int.from_bytes(file.read(4), "little") + 8
        file.seek(max(0, size - length))
        return zlib.crc32(file.read())


def _repeats(column: pa.ChunkedArray) -> bool:
    """Whether values of a column come again within a row group, by a sample of one."""
    if not (pa.types.is_primitive(column.type) or pa.types.is_string(column.type)):
        return False
    group = column.slice(len(column) // 2, _GROUP)
    step = max(1, len(group) // _SAMPLE)
    sample = group.take(pa.array(range(0, len(group), step), pa.int64())).drop_null()
    return bool(pc.count_distinct(sample).as_py() <= 0.9 * len(sample))


class Pieces:
    """Some files of one table, to be read.

    Parameters
    ----------
    folder
        Where they are.
    listed
        Which, older first.

    Attributes
    ----------
    types : dict
        The type over all files of each column that any file of rows has.

    Raises
    ------
    FileNotFoundError
        One of them is not there (any more), here or when it is read.
    DataError
        One of them is damaged.
    """

    def __init__(self, folder: Path, listed: Sequence[Piece]) -> None:
        self.listed = tuple(listed)
        self._folder = folder
        self._footers = [self._footer(piece) for piece in listed]
        self._schemas = [footer.schema.to_arrow_schema() for footer in self._footers]
        names = dict.fromkeys(
            name
            for piece, schema in zip(self.listed, self._schemas, strict=True)
            if piece.kind == "rows"
            for name in schema.names
        )
        self.types = {
            name: common(self.type_in(at, name) for at in range(len(self.listed))) for name in names
        }

    def type_in(self, at: int, name: str) -> pa.DataType:
        """The type of a column in one of the files; that of nulls where it is not there."""
        schema = self._schemas[at]
        return plain(schema.field(name).type) if name in schema.names else pa.null()

    def read(
        self, at: int, names: Iterable[str], dictionaries: Collection[str] = ()
    ) -> dict[str, pa.ChunkedArray]:
        """The columns of one file, in the types that they have over all files.

        Those in ``dictionaries`` may come with a dictionary for each chunk.
        """
        piece, schema = self.listed[at], self._schemas[at]
        kinds = {name: self.types.get(name, pa.null()) for name in names}
        there = [name for name in kinds if name in schema.names]
        encoded = {
            n for n in there if n in dictionaries and pa.types.is_string(self.type_in(at, n))
        }
        with (
            self._trusted(piece) as path,
            pq.ParquetFile(
                path,
                metadata=self._footers[at],
                read_dictionary=list(encoded),
                page_checksum_verification=True,
                pre_buffer=True,
            ) as file,
        ):
            table = file.read(columns=there)
        found = {}
        for name, kind in kinds.items():
            if name not in schema.names:
                found[name] = pa.chunked_array([pa.nulls(piece.rows, kind)])
            else:
                found[name] = table[name] if name in encoded else conform(table[name], kind)
        return found

    def _footer(self, piece: Piece) -> pq.FileMetaData:
        with self._trusted(piece) as path:
            if _check(path) != piece.check:
                raise pa.ArrowInvalid("the checksum of its footer is another")
            return pq.read_metadata(path)

    @contextmanager
    def _trusted(self, piece: Piece) -> Iterator[Path]:
        """The path of a file; within it, what is wrong with the file is one clear error."""
        path = self._folder / piece.file
        try:
            yield path
        except FileNotFoundError:
            raise
        except (pa.ArrowInvalid, OSError) as error:
            if isinstance(error, OSError) and error.errno:
                raise ExactnbError(
                    f"The local copy cannot be read ({path}): {error.strerror}",
                    hint="See to whom the file belongs, and whether the disk is well.",
                ) from error
            raise DataError(
                f"The local copy is damaged: {piece.file} cannot be read ({error})",
                hint="Pull it anew: books.refresh(full=True). If that does not help, drop it "
                "first, snapshots and all: books.forget().",
            ) from error
