"""What Membrane answers, as pydantic models.

Unknown fields are ignored, and a field whose value is not of the kind that was expected becomes
its default: only what a caller cannot do without is required.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidatorFunctionWrapHandler, field_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticUseDefault

__all__ = [
    "Action",
    "App",
    "ClientAction",
    "CollectionSpec",
    "ConnectionInfo",
    "ConnectionRequest",
    "Customer",
    "DataRecord",
    "RecordPage",
    "RunAnswer",
    "RunLog",
    "SearchHit",
]

Schema = dict[str, Any]


class _Model(BaseModel):
    model_config = ConfigDict(
        extra="ignore",
        frozen=True,
        alias_generator=to_camel,
        populate_by_name=True,
        coerce_numbers_to_str=True,
        defer_build=True,  # built at the first answer, so that importing costs nothing
    )

    @field_validator("*", mode="wrap")
    @classmethod
    def _tolerant(cls, value: Any, handler: ValidatorFunctionWrapHandler, info: Any) -> Any:
        try:
            return handler(value)
        except ValueError:
            if cls.model_fields[info.field_name].is_required():
                raise
            raise PydanticUseDefault from None


class Customer(_Model):
    """Who a token belongs to: a tenant of a Membrane workspace."""

    id: str
    name: str | None = None
    internal_id: str | None = None
    workspace_key: str | None = None
    is_test: bool | None = None


class ServiceError(_Model):
    """An error that Membrane keeps with a connection, an action or a log."""

    message: str = ""
    type: str | None = None
    key: str | None = None
    data: Any = None
    caused_by_error: ServiceError | None = None

    def __str__(self) -> str:
        inner = str(self.caused_by_error) if self.caused_by_error else ""
        return f"{self.message}: {inner}" if inner and inner not in self.message else self.message


class ClientAction(_Model):
    """What a person has to do before a connection can be used, and on which page."""

    type: str
    description: str = ""
    ui_url: str | None = None


class ConnectionInfo(_Model):
    """A connection as Membrane knows it."""

    id: str
    name: str = ""
    key: str | None = None
    state: str | None = None
    connected: bool | None = None
    disconnected: bool | None = None
    is_test: bool | None = None
    tenant_id: str | None = None
    user_id: str | None = None
    integration_id: str | None = None
    integration_key: str | None = None
    integration: dict[str, Any] = Field(default_factory=dict)
    connector_id: str | None = None
    external_app_id: str | None = None
    client_action: ClientAction | None = None
    errors: list[ServiceError] = Field(default_factory=list)
    error: ServiceError | None = None
    created_at: str | None = None
    updated_at: str | None = None
    archived_at: str | None = None

    @property
    def status(self) -> str:
        """The state; where Membrane gives none, it follows from connected and disconnected."""
        if self.state:
            return self.state
        if self.connected or (self.connected is None and self.disconnected is False):
            return "READY"
        return "DISCONNECTED"

    @property
    def ready(self) -> bool:
        """Whether it can be used. A state that is not known is not ready."""
        return self.status == "READY" and not self.archived_at

    @property
    def app(self) -> str | None:
        """Key of the integration, such as ``exact-online``."""
        key = self.integration_key or self.integration.get("key")
        return str(key) if key else None

    @property
    def problem(self) -> str | None:
        """Why it is not ready, as far as Membrane says."""
        said = [str(error) for error in (*self.errors, self.error) if error]
        if not said and self.client_action:
            said = [self.client_action.description]
        return "; ".join(dict.fromkeys(filter(None, said))) or None

    @property
    def url(self) -> str | None:
        """The page where a person can put it right, if there is one."""
        return self.client_action.ui_url if self.client_action else None


class Action(_Model):
    """A callable operation of a connection."""

    id: str
    key: str | None = None
    name: str = ""
    description: str = ""
    type: str | None = None
    state: str | None = None
    connection_id: str | None = None
    integration_id: str | None = None
    integration_key: str | None = None
    is_read_only: bool | None = None
    input_schema: Schema | None = None
    output_schema: Schema | None = None
    errors: list[ServiceError] = Field(default_factory=list)
    updated_at: str | None = None

    @property
    def ready(self) -> bool:
        """Whether it can be run: not while it is being built."""
        return self.state in (None, "READY")


class RunAnswer(_Model):
    """What one run gave."""

    output: Any = None
    action_run_id: str | None = None


class RunLog(_Model):
    """Membrane's record of one run. ``duration`` is in the service's own unit."""

    id: str
    name: str = ""
    status: str | None = None
    created_at: str | None = None
    completed_at: str | None = None
    duration: float | None = None
    action_id: str | None = None
    connection_id: str | None = None
    integration_id: str | None = None
    input: Any = None
    output: Any = None
    error: ServiceError | None = None


class ConnectionRequest(_Model):
    """A request to a person to connect an app, at ``url``."""

    request_id: str
    status: str = "pending"
    url: str | None = None
    name: str | None = None
    result_connection_id: str | None = None
    result_error: ServiceError | None = None
    created_at: str | None = None

    @property
    def pending(self) -> bool:
        """Whether the person has yet to finish."""
        return self.status == "pending"


class SearchHit(_Model):
    """Something that a search found; ``element`` is it as Membrane gives it."""

    element_type: str
    element: dict[str, Any] = Field(default_factory=dict)

    @property
    def id(self) -> str | None:
        """Its id."""
        return self._text("id")

    @property
    def key(self) -> str | None:
        """Its key."""
        return self._text("key")

    @property
    def name(self) -> str | None:
        """Its name."""
        return self._text("name")

    def _text(self, field: str) -> str | None:
        value = self.element.get(field)
        return None if value is None else str(value)


class App(_Model):
    """An app that Membrane can connect to."""

    id: str
    key: str | None = None
    name: str = ""
    app_uri: str | None = None
    default_connector_id: str | None = None


class CollectionSpec(_Model):
    """What a data collection can do, by which the choices of an input are found."""

    name: str = ""
    key: str | None = None
    type: str | None = None
    parameters_schema: Schema | None = None
    fields_schema: Schema | None = None
    lists: dict[str, Any] | None = Field(default=None, alias="list")
    searches: dict[str, Any] | None = Field(default=None, alias="search")
    finds: dict[str, Any] | None = Field(default=None, alias="findById")


class DataRecord(_Model):
    """One record of a data collection; ``fields`` are the app's own."""

    id: str
    name: str | None = None
    uri: str | None = None
    fields: dict[str, Any] = Field(default_factory=dict)
    unified_fields: dict[str, Any] = Field(default_factory=dict)
    created_time: str | None = None
    updated_time: str | None = None


class RecordPage(_Model):
    """A page of records, and the cursor of the next; no cursor: this is the last."""

    records: list[DataRecord]
    cursor: str | None = None
