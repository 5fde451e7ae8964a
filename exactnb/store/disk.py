"""Files that nobody else can read, that are whole or not there, and the errors of disks."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from exactnb.errors import DataError, ExactnbError

__all__ = ["create", "missing", "private", "read", "refusals", "remove", "replace"]

#: times that Windows is asked again for a file that somebody else has open at this moment
_TRIES = 100 if os.name == "nt" else 1


@contextmanager
def refusals(folder: Path) -> Iterator[None]:
    """Within it, what the disk refuses is one clear error."""
    try:
        yield
    except OSError as error:
        raise ExactnbError(
            f"The local copy cannot be written ({folder}): {error.strerror or error}",
            hint="What was there is untouched. Make room, or set EXACTNB_HOME to a folder of "
            "your own.",
        ) from error


def missing(name: str | None) -> DataError:
    """The error of a file that should be there."""
    return DataError(
        f"The local copy is damaged: {Path(name).name if name else 'a file'} is missing",
        hint="Pull it anew: books.refresh(full=True).",
    )


def private(folder: Path) -> None:
    """Make a folder, and those above it, for nobody else to look into."""
    if not folder.is_dir():
        private(folder.parent)
        with suppress(FileExistsError):  # another process was as quick
            folder.mkdir(mode=0o700)
            _sync(folder.parent)


def read(path: Path) -> bytes:
    """What is in a file."""
    raw: bytes = _patiently(path.read_bytes)
    return raw


def create(path: Path, fill: Callable[[IO[bytes]], Any]) -> None:
    """A new file, on disk when this returns; nothing of it is left where that fails."""
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)
    handle = os.open(path, flags, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            fill(file)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        remove(path)
        raise


def replace(path: Path, data: bytes) -> None:
    """Put a file in the place of another in one step, on disk when this returns."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    remove(beside)  # of a process of this number that was killed
    create(beside, lambda file: file.write(data))
    _sync(path.parent)  # the names of the files that it tells of
    try:
        _patiently(lambda: os.replace(beside, path))
    except BaseException:
        remove(beside)
        raise
    _sync(path.parent)


def remove(path: Path) -> bool:
    """Whether a file is gone now; Windows refuses while somebody has it open."""
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return False
    return True


def _patiently(work: Callable[[], Any]) -> Any:
    for _ in range(_TRIES - 1):
        try:
            return work()
        except PermissionError:
            time.sleep(0.01)
    return work()


def _sync(folder: Path) -> None:
    """Have the names in a folder on disk, where the system knows how."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
