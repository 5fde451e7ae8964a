"""Every default number and environment variable, once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import platformdirs
from pydantic import BaseModel, ConfigDict, Field

__all__ = ["ENVIRONMENT", "Settings"]

#: setting → the environment variables that give it, first one set wins
ENVIRONMENT: Mapping[str, tuple[str, ...]] = {
    "api_url": ("MEMBRANE_API_URL", "MEMBRANE_API_URI"),
    "token": ("MEMBRANE_TOKEN", "MEMBRANE_ACCESS_TOKEN"),
    "workspace_key": ("MEMBRANE_WORKSPACE_KEY",),
    "workspace_secret": ("MEMBRANE_WORKSPACE_SECRET",),
    "tenant_key": ("MEMBRANE_TENANT_KEY", "MEMBRANE_TEST_CUSTOMER_ID"),
    "membrane_bin": ("EXACTNB_MEMBRANE_BIN",),
    "exact_prefix": ("EXACTNB_EXACT_PREFIX",),
    "calls_a_minute": ("EXACTNB_CALLS_A_MINUTE",),
    "calls_a_day": ("EXACTNB_CALLS_A_DAY",),
    "side_by_side": ("EXACTNB_SIDE_BY_SIDE",),
    "progress_delay": ("EXACTNB_PROGRESS_DELAY",),
    "master_hours": ("EXACTNB_MASTER_HOURS",),
    "home": ("EXACTNB_HOME",),
    "read_only": ("EXACTNB_READ_ONLY",),
    "repeat_hours": ("EXACTNB_REPEAT_HOURS",),
}


class Settings(BaseModel):
    """What can be set; :meth:`load` reads the environment, arguments win over it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    api_url: str = "https://api.getmembrane.com"
    """Base address of Membrane."""
    api_version: str = "2025-10-21"
    """Sent as the header ``membrane-api-version``."""

    token: str | None = Field(default=None, repr=False)
    """A Membrane token. It is never shown, logged or kept."""
    workspace_key: str | None = None
    """Key of a Membrane workspace, from which a token is made where none is given."""
    workspace_secret: str | None = Field(default=None, repr=False)
    """Secret of that workspace."""
    tenant_key: str | None = None
    """The tenant (customer) of the workspace for whom the token is made."""
    token_lifetime: int = 3600
    """Seconds for which a token that is minted here is valid."""
    token_renewal: int = 60
    """Seconds before its end at which a minted token is made anew."""

    membrane_bin: str = "membrane"
    """The ``membrane`` command, or a command line such as ``npx @membranehq/cli``."""

    connect_timeout: float = 10.0
    """Seconds in which a connection to Membrane has to be there."""
    read_timeout: float = 30.0
    """Seconds for a short call, such as listing connections."""
    run_timeout: float = 70.0
    """Seconds for a call that Membrane may take up to 60 s for: runs and the proxy."""

    retries: int = 4
    """Times that a read is sent again after 429, 502, 503, 504 or a dropped socket."""
    backoff: float = 0.5
    """Seconds before the first retry; doubles each time, with jitter."""
    backoff_limit: float = 30.0
    """Seconds that a wait before a retry is at most."""
    longest_wait: float = 120.0
    """Seconds that a service may ask us to wait before we rather raise."""

    calls_a_minute: int | None = 60
    """Calls that Exact Online allows in a clock minute for one administration; None: no limit."""
    calls_a_day: int | None = 5000
    """Calls that it allows in a day for one administration; None: no limit."""
    errors_an_hour: int = 8
    """Errors after which we stop by ourselves; Exact Online blocks the key at ten."""

    exact_prefix: str = "/api/v1"
    """What stands before ``/{division}`` in Exact's paths, for the connector's base address."""

    side_by_side: int = Field(default=8, ge=1)
    """Administrations of a portfolio that are refreshed at the same time."""

    progress_delay: float = 1.0
    """Seconds a read may take before it shows its progress."""

    master_hours: float = 1.0
    """Hours for which GL accounts, journals and the like are taken to be as they were read."""
    deleted_days: float = 50.0
    """Days after which deletions are not asked for any more but all is read anew: Exact Online
    tells of them for about two months."""
    refusal_hours: float = 24.0
    """Hours in which a resource that was refused is not asked for again, unless it is named."""

    home: Path = Field(default_factory=lambda: platformdirs.user_data_path("exactnb"))
    """Folder on this machine for what is kept: the outbox, the local copies."""
    read_only: bool = False
    """Whether every connection is read-only, whatever it was opened for."""
    repeat_hours: float = 24.0
    """Hours in which the same write is not sent again unless asked for by name."""
    reconcile_margin: float = 120.0
    """Seconds beyond ``run_timeout`` after which a lost write that is not there was not made:
    it may have waited its turn for as long as ``longest_wait`` before it was sent."""

    @classmethod
    def load(cls, **given: Any) -> Settings:
        """Settings from the environment, with those given (and not None) put over them."""
        found: dict[str, Any] = {}
        for name, variables in ENVIRONMENT.items():
            value = next((os.environ[v] for v in variables if os.environ.get(v)), None)
            if value is not None:
                found[name] = value
        found.update({name: value for name, value in given.items() if value is not None})
        return cls.model_validate(found)
