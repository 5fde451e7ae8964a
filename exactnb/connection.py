"""One administration: find an action, run it, turn its pages; read Exact Online itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from exactnb.absent import ABSENT
from exactnb.actions import POPULAR, PopularActions, Run
from exactnb.catalog import Catalog, actions_frame, expand_input, id_input, inputs_frame, reads
from exactnb.display.cards import Card
from exactnb.display.progress import progress
from exactnb.errors import (
    ExactnbError,
    IncompleteError,
    InputError,
    NotFoundError,
    ReadOnlyError,
)
from exactnb.exact import odata
from exactnb.exact.entities import by_resource, entity
from exactnb.frames import Cursor, record_lines, to_record
from exactnb.membrane.pacing import watching
from exactnb.membrane.transport import Response
from exactnb.pages import Ask, Rows, cursor_input, gather
from exactnb.proxy import Proxy
from exactnb.schema.check import conform, find_name, together

if TYPE_CHECKING:
    import pandas as pd

    from exactnb.membrane.api import Membrane
    from exactnb.membrane.models import Action, ConnectionInfo
    from exactnb.settings import Settings

__all__ = ["Connection"]


class Connection(PopularActions):
    """An Exact Online administration, read as DataFrames and written to by actions.

    Made by :func:`exactnb.connect` or :func:`exactnb.demo`.

    Attributes
    ----------
    read_only : bool
        Whether every write is refused.
    partial : DataFrame or None
        What came of the last read that was stopped before its end.
    """

    def __init__(
        self,
        membrane: Membrane,
        info: ConnectionInfo,
        settings: Settings,
        *,
        division: int | None = None,
        read_only: bool = True,
    ) -> None:
        self.membrane = membrane
        self.info = info
        self.settings = settings
        self.read_only = read_only
        self.partial: pd.DataFrame | None = None
        self._chosen = division
        self._catalog = Catalog(membrane, info.id)
        self._proxy = Proxy(
            membrane,
            info.id,
            prefix=settings.exact_prefix,
            division=division,
            read_only=read_only,
        )

    # --- who and where ----------------------------------------------------------------------

    @property
    def me(self) -> Mapping[str, Any]:
        """Exact's ``current/Me``: the user, and the division that the login is in."""
        return self._proxy.me

    @property
    def division(self) -> int:
        """Code of the administration that is read."""
        return self._proxy.division

    def divisions(self) -> pd.DataFrame:
        """The administrations that this login may see, one row each.

        Examples
        --------
        >>> books.divisions()["description"].tolist()
        ['Noordster Rijwielen B.V.', 'Noordster Beheer B.V.']
        """
        return self.odata("SystemDivisions", orderby="Code")

    def in_division(self, code: int) -> Connection:
        """The same connection, looking at another administration.

        Raises
        ------
        NotFoundError
            When the login does not see that division; the message lists those it does.
        """
        known = self.divisions()
        code = int(code) if str(code).isdecimal() else code
        if code not in known["code"].tolist():
            rows = zip(known["code"], known["description"], strict=True)
            listed = ", ".join(f"{number} {name}" for number, name in rows)
            raise NotFoundError(
                f"There is no division {code} on this connection; there are: {listed}"
            )
        return Connection(
            self.membrane, self.info, self.settings, division=code, read_only=self.read_only
        )

    def _card(self) -> Card:
        try:
            user = str(self.me.get("FullName") or "")
            division = f"{self.division} {self._proxy.division_name}".rstrip()
        except ExactnbError as unknown:
            user, division = "unknown", f"unknown: {unknown.message}"
        facts = {
            "Division": division,
            "User": user,
            "Connection": f"{self.info.name} ({self.info.id})",
            "Access": "read only" if self.read_only else "may write",
        }
        return Card(
            "Exact Online administration",
            facts,
            state=self.info.status.lower().replace("_", " "),
            tone="good" if self.info.ready else "bad",
            notes=("books.actions() lists what it can do.",),
        )

    def _repr_html_(self) -> str:
        return self._card()._repr_html_()

    def __repr__(self) -> str:
        return f"<Connection {self.info.name} ({self.info.id})>"

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(str(self._card()))

    # --- actions ----------------------------------------------------------------------------

    def actions(self, intent: str | None = None, *, limit: int | None = None) -> pd.DataFrame:
        """The actions of this connection, best match first when an intent is given.

        Parameters
        ----------
        intent
            What you want to do, in your own words.
        limit
            How many at most.

        Returns
        -------
        DataFrame
            key, name, description, writes, inputs (required ones starred), id.

        Examples
        --------
        >>> books.actions("unpaid invoices", limit=3)["key"].iloc[0]
        'list-sales-invoices'
        """
        return actions_frame(self._catalog.search(intent, limit))

    def inputs(self, action: str) -> pd.DataFrame:
        """What an action takes, one row an input.

        Examples
        --------
        >>> books.inputs("get-account").query("required")["input"].tolist()
        ['id']
        """
        return inputs_frame(self._catalog.find(action))

    def run(self, action: str, input: Mapping[str, Any] | None = None, /, **inputs: Any) -> Run:
        """Runs any action by its key (or id), once.

        Parameters
        ----------
        action
            Key such as "create-account", or an id.
        input
            The input as a mapping; keyword arguments are added to it.

        Raises
        ------
        InputError
            The input does not fit the action's input schema; every wrong field is named.
        ReadOnlyError
            The action writes and this connection is read-only.
        RunError
            Exact Online or Membrane refused.

        Examples
        --------
        >>> books.run("list-gl-accounts", top=1).action
        'list-gl-accounts'
        """
        found = self._catalog.find(action)
        sent = self._conform(found, together(input, inputs, action=action))
        answer = self._run(found, sent).json()
        return Run.of(answer, action=found.key or found.id, input=sent, connection=self.info.name)

    def _run(self, action: Action, input: Mapping[str, Any]) -> Response:
        """The one place through which every run passes."""
        safe = reads(action)
        if self.read_only and not safe:
            raise ReadOnlyError.of(action.key or action.id, action=action.key)
        return self.membrane.run(
            action, input, connection_id=self.info.id, safe=safe, lane=self._proxy.lane
        )

    def _conform(self, action: Action, given: Mapping[str, Any]) -> dict[str, Any]:
        """The input as the action wants it, for the division that was chosen."""
        schema, key = action.input_schema, action.key or action.id
        sent = conform(given, schema, action=key)
        if self._chosen is not None:
            name = find_name("division", schema)
            if name is not None:
                sent.setdefault(name, self._chosen)
            elif self._chosen != int(self.me["CurrentDivision"]):
                raise InputError(
                    f"{key} takes no division: it would read another administration than "
                    f"{self._chosen}",
                    hint="Read the resource itself, such as books.odata('crm/Accounts').",
                    action=key,
                )
        return sent

    # --- the popular actions' roads ----------------------------------------------------------

    def _list(
        self, key: str, input: Mapping[str, Any], *, limit: int | None, lines: bool
    ) -> pd.DataFrame:
        action, about = self._catalog.find(key), entity(POPULAR[key])
        if lines:
            input = {**_expansion(action, about), **input}
        sent = self._conform(action, input)

        def ask(cursor: Cursor | None, rows: Rows | None) -> bytes | None:
            more = {} if rows is None else cursor_input(action.input_schema, cursor, rows)
            return None if more is None else self._run(action, {**sent, **more}).content

        return self._gather(ask, about, {"action": key}, limit=limit, lines=lines)

    def _get(self, key: str, id: str, input: Mapping[str, Any], *, lines: bool) -> Any:
        action, about = self._catalog.find(key), entity(POPULAR[key])
        given = {id_input(action): str(id), **input}
        if lines:
            given |= _expansion(action, about)
        raw = self._run(action, self._conform(action, given)).content
        return record_lines(raw, about) if lines else to_record(raw, about)

    def _update(self, key: str, id: str, input: Mapping[str, Any]) -> Run:
        if not input:
            raise InputError(
                f"{key} was given nothing to change", hint="Name a field, such as phone=…"
            )
        return self.run(key, {id_input(self._catalog.find(key)): str(id), **input})

    def _gather(
        self, ask: Ask, about: Any, source: Mapping[str, str], **shape: Any
    ) -> pd.DataFrame:
        """All pages as one frame that says where it came from."""
        title = next(iter(source.values()))
        source = {**source, "connection": self.info.name, "division": self._proxy.told}
        try:
            with (
                progress(title, self.settings.progress_delay) as bar,
                watching(bar.waiting),
            ):
                return gather(ask, about, source, progress=bar, **shape)
        except IncompleteError as stopped:
            self.partial = stopped.frame
            raise

    # --- Exact Online itself, through the proxy ------------------------------------------------

    def request(
        self,
        path: str,
        *,
        method: str = "GET",
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = ABSENT,
        data: bytes | str | None = None,
        path_params: Mapping[str, Any] | None = None,
    ) -> Any:
        """What Exact Online's own REST API answers, decoded.

        Parameters
        ----------
        path
            ``/crm/Contacts`` is taken inside this division; ``current/Me``, ``/api/…`` and
            full addresses are taken as they are. ``{name}`` is filled from ``path_params``.
        method
            GET, POST, PUT, PATCH or DELETE; all but GET are writes, sent once.
        query
            Such as ``{"$top": 5}``.
        headers
            More headers.
        json
            A body to send as JSON.
        data
            A body to send as it is.
        path_params
            Values for the ``{names}`` in the path.

        Returns
        -------
        Any
            The decoded JSON, text if it is not JSON, None if there is nothing.

        Examples
        --------
        >>> answer = books.request("/crm/Contacts", query={"$top": 1, "$select": "ID"})
        >>> list(answer["d"][0])
        ['__metadata', 'ID']
        """
        answer = self._proxy.send(
            path,
            method=method,
            query=query,
            headers=headers,
            json=json,
            content=data.encode() if isinstance(data, str) else data,
            path_params=path_params,
        )
        if not answer.content.strip():
            return None
        if "json" in answer.headers.get("content-type", "json"):
            return answer.json()
        return answer.content.decode("utf-8", "replace")

    def odata(
        self,
        resource: str,
        *,
        select: str | Sequence[str] | None = None,
        filter: str | Mapping[str, Any] | None = None,
        orderby: str | Sequence[str] | None = None,
        top: int | None = None,
        expand: str | Sequence[str] | None = None,
        limit: int | None = None,
        lines: bool = False,
    ) -> pd.DataFrame:
        """A resource of Exact Online as a typed DataFrame, all pages.

        Parameters
        ----------
        resource
            Such as "vat/VATCodes", "bulk/Financial/TransactionLines", or an entity's name.
        select, filter, orderby, top, expand
            The OData options; names match without regard to case or underscores, and a filter
            may be a mapping such as ``{"Status": 20, "Modified": (">", date(2025, 1, 1))}``.
        limit
            Rows after which to stop asking.
        lines
            One row a line, with the header's columns repeated; the lines are asked for too.

        Examples
        --------
        >>> books.odata("vat/VATCodes", select=["Code", "Percentage"]).columns.tolist()
        ['code', 'percentage']
        """
        about = by_resource(resource) if "/" in resource else entity(resource)
        if lines and expand is None and about is not None and about.lines is not None:
            expand = about.lines[0].name
        path = about.resource if about is not None and "/" not in resource else resource
        chosen = odata.query(about, select=select).get("$select")
        if select is None and about is not None and path.lstrip("/").lower().startswith("bulk/"):
            select = about.values  # which bulk resources cannot do without
        query = odata.query(
            about, select=select, filter=filter, orderby=orderby, top=top, expand=expand
        )

        def ask(cursor: Cursor | None, rows: Rows | None) -> bytes | None:
            if rows is None:
                return self._proxy.page(path, query)
            return None if cursor is None else self._proxy.follow(cursor.value)

        return self._gather(ask, about, {"resource": path}, limit=limit, lines=lines, select=chosen)


def _expansion(action: Action, about: Any) -> dict[str, Any]:
    """The input that asks for the lines too."""
    if about.lines is None:
        raise InputError(f"{about.name} have no lines", action=action.key)
    return expand_input(action, about.lines[0].name)
