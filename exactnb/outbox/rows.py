"""A write: as it is about to be sent, and as it is kept."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple

from exactnb.outbox.masking import Masked

__all__ = ["Kind", "Place", "Row", "Status", "Write"]

Status = Literal["sent", "failed", "unknown"]
#: what a write does; "other" is known only to whoever made the action
Kind = Literal["create", "update", "delete", "other"]


class Place(NamedTuple):
    """The connection that a write goes over."""

    connection_id: str
    connection: str
    """Its name."""
    api_url: str


@dataclass(frozen=True)
class Write:
    """A write that is about to be sent.

    Parameters
    ----------
    action
        Key of the action, or ``POST /crm/Accounts``.
    kind
        What it does.
    division
        Code of the administration.
    input
        What is sent, as plain values.
    schema
        The action's input schema, which says what of the input is not to be kept.
    further
        What else makes it this write and no other, such as a query.
    record_id
        The record that it is about, where there is one already.
    """

    action: str
    kind: Kind
    division: str
    input: Any = field(repr=False)
    schema: Mapping[str, Any] | None = field(default=None, repr=False)
    further: Any = field(default=None, repr=False)
    record_id: str | None = None

    @cached_property
    def masked(self) -> Masked:
        """The input as it may be kept."""
        return Masked(self.input, self.schema)


@dataclass(frozen=True)
class Row:
    """One write as the outbox keeps it; ``moment`` is in seconds since 1970, of our own clock."""

    id: int
    moment: float
    connection_id: str
    connection: str
    api_url: str
    division: str
    action: str
    kind: Kind
    input: str
    status: Status
    run_id: str | None
    record_id: str | None
    message: str | None
    settled_by: str | None

    @property
    def when(self) -> dt.datetime:
        """The moment that it was recorded, in UTC."""
        return dt.datetime.fromtimestamp(self.moment, dt.UTC)

    @property
    def sent(self) -> Any:
        """The input, as far as it is kept."""
        return json.loads(self.input)
