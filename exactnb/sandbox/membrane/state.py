"""What Membrane's side remembers: connections, connection requests and logs; on disk if asked."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import threading
import uuid
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

#: the logs keep this many of the newest records
LOG_LENGTH = 1000

STATES = (
    "BUILDING",
    "CLIENT_ACTION_REQUIRED",
    "CONFIGURATION_ERROR",
    "SETUP_FAILED",
    "READY",
    "DISCONNECTING",
)


@dataclass
class Connection:
    """One tenant's link to the administration."""

    id: str
    tenant: str
    name: str
    created: str
    updated: str
    key: str | None = None
    state: str = "READY"
    builds_until: float = 0.0
    """Moment (seconds since 1970) at which BUILDING ends."""
    builds_into: str = "CLIENT_ACTION_REQUIRED"
    error: str | None = None
    disconnected: bool = False
    """Whether it once worked and lost its credentials."""
    archived: str | None = None
    meta: dict[str, Any] = field(default_factory=dict)


@dataclass
class ConnectionRequest:
    """A question to a person: please connect, at this address."""

    id: str
    tenant: str
    created: str
    asked: dict[str, Any]
    status: str = "pending"
    connection: str | None = None
    """The connection that came of it, or that is to be reconnected."""


class State:
    """Connections, requests and logs of a sandbox, safe to use from several threads.

    Parameters
    ----------
    directory
        Where to keep them; None: in memory only.
    seed
        Makes the ids of a sandbox without a directory the same every time.
    """

    def __init__(self, directory: Path | None = None, seed: int = 0) -> None:
        self.lock = threading.RLock()
        self.connections: dict[str, Connection] = {}
        self.requests: dict[str, ConnectionRequest] = {}
        self.runs: deque[dict[str, Any]] = deque(maxlen=LOG_LENGTH)
        self.calls: deque[dict[str, Any]] = deque(maxlen=LOG_LENGTH)
        self._seed = seed
        self._numbers: dict[str, Iterator[int]] = {}
        self._directory = directory
        if directory is not None:
            directory.mkdir(parents=True, exist_ok=True)
            self._load(directory)

    def new_id(self, prefix: str) -> str:
        """An id that no other thing has: ``run_5f0c…``."""
        if self._directory is not None:
            return f"{prefix}_{uuid.uuid4().hex[:24]}"
        # each kind counts by itself: what a form looks up beside does not change the next run's id
        number = next(self._numbers.setdefault(prefix, itertools.count(1)))
        text = f"{self._seed}/{prefix}/{number}"
        return f"{prefix}_{hashlib.blake2b(text.encode(), digest_size=12).hexdigest()}"

    def save(self) -> None:
        """Write connections and requests to disk, whole or not at all."""
        if self._directory is None:
            return
        with self.lock:
            book = {
                "connections": [asdict(c) for c in self.connections.values()],
                "requests": [asdict(r) for r in self.requests.values()],
            }
            draft = self._directory / "membrane.json.new"
            draft.write_text(json.dumps(book, indent=1), encoding="utf-8")
            os.replace(draft, self._directory / "membrane.json")

    def log(self, kind: str, record: Mapping[str, Any]) -> None:
        """Add a record to the log ``runs`` or ``calls``."""
        with self.lock:
            getattr(self, kind).append(dict(record))
            if self._directory is not None:
                path = self._directory / f"membrane-{kind}.jsonl"
                with path.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(record) + "\n")

    def _load(self, directory: Path) -> None:
        path = directory / "membrane.json"
        if path.exists():
            book = json.loads(path.read_text(encoding="utf-8"))
            self.connections = {c["id"]: Connection(**c) for c in book["connections"]}
            self.requests = {r["id"]: ConnectionRequest(**r) for r in book["requests"]}
        for kind in ("runs", "calls"):
            path = directory / f"membrane-{kind}.jsonl"
            if path.exists():
                newest = path.read_text(encoding="utf-8").splitlines(keepends=True)[-LOG_LENGTH:]
                getattr(self, kind).extend(map(json.loads, newest))
                path.write_text("".join(newest), encoding="utf-8")


def moment(seconds: float) -> str:
    """A moment as Membrane writes it: ``2026-01-05T09:00:00.000Z``."""
    text = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def tenant_name(tenant: str) -> str:
    """The name that a tenant is shown by."""
    return tenant.replace("-", " ").title()


def user_id(tenant: str) -> str:
    """The internal id that a tenant has."""
    return f"usr_{hashlib.blake2b(tenant.encode(), digest_size=12).hexdigest()}"
