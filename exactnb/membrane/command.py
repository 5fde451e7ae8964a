"""Running the ``membrane`` program and reading what it prints."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exactnb.errors import BadAnswerError, ServerError, TransportError
from exactnb.membrane.excerpts import first_words, without_secrets
from exactnb.settings import Settings

__all__ = ["INSTALL", "Command", "Done"]

INSTALL = (
    "Install it with `npm install -g @membranehq/cli`, or set EXACTNB_MEMBRANE_BIN to where it is."
)
#: The first bracket of a line: at its start, or behind words such as "Done {".
_BEGIN = re.compile(r"^(?:[^\s\"{}\[\],][^\"{}\[\]\n]*)?([{\[])", re.MULTILINE)
_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")


@dataclass(frozen=True)
class Done:
    """What the program printed, without colours, and how it ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def last_words(self) -> str:
        """The last lines that it printed, for a person to read."""
        text = self.stderr.strip() or self.stdout.strip()
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        return first_words(" · ".join(lines[-3:]).encode(), limit=300) or "it printed nothing"

    def value(self) -> Any:
        """The JSON that it printed, also behind a banner.

        Raises
        ------
        BadAnswerError
            If there is none.
        """
        for text in (self.stdout, self.stderr) if self.code else (self.stdout,):
            found = _json_in(text)
            if found is not None:
                return found.value
        raise BadAnswerError(
            f"The membrane command printed no JSON (exit {self.code}): {self.last_words}",
            hint="Check that EXACTNB_MEMBRANE_BIN is the program of @membranehq/cli; other "
            "programs are called membrane too.",
        )


class Command:
    """The ``membrane`` program that the settings name; never run through a shell."""

    def __init__(self, settings: Settings) -> None:
        self._name = settings.membrane_bin

    def __repr__(self) -> str:
        return f"Command({self._name!r})"

    @property
    def path(self) -> str:
        """Where the program is; TransportError if it is not there."""
        return self._program()[0]

    def run(self, arguments: Sequence[str], *, timeout: float, waits: bool = False) -> Done:
        """What it printed and how it ended, whatever its exit code.

        Parameters
        ----------
        arguments
            Its words.
        timeout
            Seconds after which it is ended.
        waits
            Whether it may be waiting for a person by then: what it printed so far comes back,
            as of a program that ended well.

        Raises
        ------
        TransportError
            If there is no such program, or it cannot be started.
        ServerError
            If it did not end in time.
        """
        shown = without_secrets(" ".join(arguments[:2]))
        try:
            process = subprocess.Popen(
                [*self._program(), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**os.environ, "NO_COLOR": "1", "CI": "1", "FORCE_COLOR": "0"},
                start_new_session=True,
            )
        except OSError as error:
            if error.errno == errno.E2BIG:
                raise TransportError(
                    f"The input is too large for the membrane command ({shown})",
                    hint="Connect over HTTP for this: leave transport= out of ex.connect().",
                    sent=False,
                ) from error
            raise TransportError(
                f"The membrane command could not be started: {error.strerror or error}",
                hint=INSTALL,
                sent=False,
            ) from error
        except ValueError as error:  # a NUL character in an argument
            raise TransportError(
                f"`membrane {shown}` cannot be run: {error}", sent=False
            ) from error
        try:
            stdout, stderr = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired as error:
            if waits and error.output:
                return Done(0, _plain(error.output), "")
            raise ServerError(
                f"`membrane {shown}` did not end within {timeout:g} s",
                hint="Run it again in a minute; a write may have been done: look first.",
                timed_out=True,
            ) from error
        finally:
            _end(process)
        return Done(process.returncode, _plain(stdout), _plain(stderr))

    def _program(self) -> list[str]:
        whole = Path(self._name).expanduser()
        words = (
            [str(whole)] if whole.is_file() else shlex.split(self._name, posix=os.name == "posix")
        )
        found = shutil.which(words[0]) if words else None
        if found is None:
            raise TransportError(
                f"There is no program {words[0] if words else ''!r} on this machine",
                hint=INSTALL,
                sent=False,
            )
        if found.lower().endswith((".cmd", ".bat")):
            # Windows runs these through its shell, which would read the arguments as code
            raise TransportError(
                f"{found} is a batch file, which cannot be given arguments safely",
                hint="Set EXACTNB_MEMBRANE_BIN to `node` and the path of the command's script.",
                sent=False,
            )
        return [found, *words[1:]]


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the program and what it started, if it still runs."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            if os.name == "posix":
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
        process.wait(timeout=10)
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()


def _plain(output: bytes) -> str:
    return _ANSI.sub("", output.decode("utf-8", "replace"))


@dataclass(frozen=True)
class _Found:
    value: Any


def _json_in(text: str) -> _Found | None:
    """The whole text as JSON, else the largest value that begins on a line of its own.

    A value inside a broken one does not count: half an answer must not pass for a whole one.
    """
    text = text.replace("\r", "\n").strip()
    try:
        return _Found(json.loads(text)) if text else None
    except ValueError:
        decoder = json.JSONDecoder()
    best: tuple[int, Any] | None = None
    done = 0
    for start in _BEGIN.finditer(text):
        begin = start.start(1)
        if begin < done:
            continue
        try:
            value, done = decoder.raw_decode(text, begin)
        except ValueError:
            continue
        if best is None or done - begin > best[0]:
            best = done - begin, value
    return _Found(best[1]) if best else None
