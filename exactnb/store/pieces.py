"""The files of a table: written once, read as columns, never a wrong one."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq

from exactnb.errors import DataError, ExactnbError
from exactnb.store import disk
from exactnb.store.kinds import common, conform, plain
from exactnb.store.manifest import Piece

__all__ = ["Pieces", "write"]

#: rows of a row group: few enough for their statistics to rule many out
_GROUP = 65_536


def write(
    folder: Path,
    name: str,
    rows: pa.Table,
    kind: Literal["rows", "gone"] = "rows",
    *,
    distinct: Collection[str] = (),
) -> Piece:
    """A new file of these rows, on disk when this returns.

    Parameters
    ----------
    folder, name
        Where, and of which table.
    rows
        Its columns.
    kind
        What the rows are.
    distinct
        Columns in which hardly a value comes twice, such as keys.
    """
    file = f"{re.sub('[^a-z0-9_]+', '-', name.lower())[:40]}-{secrets.token_hex(8)}.parquet"
    compact = [column for column in rows.column_names if column not in distinct]
    disk.create(
        folder / file,
        lambda sink: pq.write_table(
            rows,
            sink,
            compression="zstd",
            compression_level=1,
            row_group_size=_GROUP,
            use_dictionary=compact,
            write_page_checksum=True,
        ),
    )
    return Piece(file, rows.num_rows, kind)


class Pieces:
    """Some files of one table, open to be read.

    Parameters
    ----------
    folder
        Where they are.
    listed
        Which.

    Attributes
    ----------
    types
        The type of each column that any of the files with rows has.
    """

    def __init__(self, folder: Path, listed: Sequence[Piece]) -> None:
        self.listed = tuple(listed)
        self._folder = folder
        self._schemas = [self._schema(piece) for piece in listed]
        names = dict.fromkeys(
            name
            for piece, schema in zip(self.listed, self._schemas, strict=True)
            if piece.kind == "rows"
            for name in schema.names
        )
        self.types = {name: self._common(name) for name in names}

    def _common(self, name: str) -> pa.DataType:
        return common(schema.field(name).type for schema in self._schemas if name in schema.names)

    def type_in(self, at: int, name: str) -> pa.DataType:
        """The type of a column in one of the files."""
        schema = self._schemas[at]
        return plain(schema.field(name).type) if name in schema.names else pa.null()

    def read(
        self, at: int, names: Iterable[str], dictionaries: Collection[str] = ()
    ) -> dict[str, pa.ChunkedArray]:
        """The columns of one file, of the types that they have over all files.

        Those named in ``dictionaries`` come as dictionaries if they are text.
        """
        piece, schema = self.listed[at], self._schemas[at]
        names = list(names)
        there = [name for name in names if name in schema.names]
        encoded = [name for name in there if name in dictionaries and self._is_text(at, name)]
        with self._opened(piece, encoded) as file:
            table = file.read(columns=there, use_threads=True)
        columns = {}
        for name in names:
            kind = self.types.get(name, pa.null())
            if name not in schema.names:
                columns[name] = pa.chunked_array([pa.nulls(piece.rows, kind)])
            elif name in encoded:
                columns[name] = table[name]
            else:
                columns[name] = conform(table[name], kind)
        return columns

    def _is_text(self, at: int, name: str) -> bool:
        return bool(pa.types.is_string(self.type_in(at, name)))

    def _schema(self, piece: Piece) -> pa.Schema:
        with self._opened(piece, ()) as file:
            return file.schema_arrow

    @contextmanager
    def _opened(self, piece: Piece, encoded: Collection[str]) -> Iterator[pq.ParquetFile]:
        path = self._folder / piece.file
        try:
            with pq.ParquetFile(
                path,
                read_dictionary=list(encoded),
                page_checksum_verification=True,
                pre_buffer=True,
            ) as file:
                if file.metadata.num_rows != piece.rows:
                    raise pa.ArrowInvalid("not as many rows as there should be")
                yield file
        except FileNotFoundError:
            raise
        except (pa.ArrowException, OSError) as error:
            if isinstance(error, OSError) and error.errno:
                raise ExactnbError(
                    f"The local copy cannot be read ({path}): {error.strerror}",
                    hint="Look to whom the file belongs, and whether the disk is well.",
                ) from error
            raise DataError(
                f"The local copy is damaged: {piece.file} cannot be read",
                hint="Drop it and pull anew: books.forget(), then books.refresh().",
            ) from error
