"""One administration: find an action, run it, turn its pages; read Exact Online itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from exactnb.absent import ABSENT
from exactnb.actions import POPULAR, PopularActions, Run
from exactnb.catalog import (
    actions_frame,
    expand_input,
    id_input,
    inputs_frame,
    reads,
)
from exactnb.errors import ExactnbError, IncompleteError, InputError, NotFoundError
from exactnb.exact.entities import entity
from exactnb.local import LocalCopy
from exactnb.pages import Ask, Rows, cursor_input, shown
from exactnb.proxy import decoded, verb
from exactnb.schema.check import together
from exactnb.writes import Kept, Ways, Writer

if TYPE_CHECKING:
    import pandas as pd

    from exactnb.display.cards import Card
    from exactnb.frames import Cursor
    from exactnb.membrane.api import Membrane
    from exactnb.membrane.collection import Collection
    from exactnb.membrane.models import Action, ConnectionInfo
    from exactnb.outbox import Outbox
    from exactnb.settings import Settings

__all__ = ["Connection"]


class Connection(PopularActions, Kept, LocalCopy):
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
        outbox: Outbox | None = None,
        reopen: Callable[..., Connection] | None = None,
    ) -> None:
        self.membrane = membrane
        self.info = info
        self.settings = settings
        self.read_only = read_only = read_only or settings.read_only
        self.partial: pd.DataFrame | None = None
        self._reopen = reopen
        self._ways = ways = Ways.over(membrane, info, settings, division, outbox)
        self._catalog, self._proxy = ways.catalog, ways.proxy
        self._writer = Writer(ways, read_only=read_only)

    # --- who and where ----------------------------------------------------------------------

    @property
    def me(self) -> Mapping[str, Any]:
        """Exact's ``current/Me``: the user, and the division that the login is in."""
        return self._proxy.me

    @property
    def division(self) -> int:
        """Code of the administration that is read."""
        return self._proxy.division

    @property
    def division_in_words(self) -> str:
        """Code and name of the administration."""
        return self._proxy.division_in_words

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
        return self.beside(code)

    def beside(self, division: int) -> Connection:
        """As :meth:`in_division`, without asking whether the login sees it."""
        return Connection(
            self.membrane,
            self.info,
            self.settings,
            division=division,
            read_only=self.read_only,
            outbox=self._ways.outbox,
            reopen=self._reopen,
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """How another process opens it; the pickle holds the token (see ``opening.reopen``)."""
        if self._reopen is None:
            raise ExactnbError(
                f"Connection {self.info.name} cannot leave this process: its transport lives in it",
                hint="Use threads, or ex.connect() without transport=…; to what `exactnb sandbox` "
                "serves, in place of ex.demo().",
            )
        return self._reopen, (self.settings, self.info, self._proxy.known, self.read_only)

    def _card(self) -> Card:
        return self._proxy.card(self.info, read_only=self.read_only)

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

    def action(self, key: str) -> Action:
        """An action by its key or id, with the schemas of its input and output.

        Examples
        --------
        >>> books.action("create-contact").input_schema["required"]
        ['account', 'lastName']
        """
        return self._catalog.find(key)

    def collection(self, key: str, parameters: Mapping[str, Any] | None = None) -> Collection:
        """A data collection, which an input's choices come from; nothing is asked yet.

        Its calls wait their turn with the others of this administration.

        Examples
        --------
        >>> books.collection("divisions").list().records[0].id
        '2400101'
        """
        return self.membrane.collection(self.info.id, key, parameters, lane=self._proxy.lane)

    def run(
        self,
        action: str,
        input: Mapping[str, Any] | None = None,
        /,
        *,
        again: bool = False,
        **inputs: Any,
    ) -> Run:
        """Runs any action by its key (or id), once.

        Parameters
        ----------
        action
            Key such as "create-account", or an id.
        input
            The input as a mapping; keyword arguments are added to it.
        again
            Send a write although the same was sent before.

        Raises
        ------
        InputError
            The input does not fit the action's input schema; every wrong field is named.
        ReadOnlyError
            The action writes and this connection is read-only.
        RepeatError
            It writes, and the same was sent within ``settings.repeat_hours``.
        RunError
            Exact Online or Membrane refused.

        Examples
        --------
        >>> books.run("list-gl-accounts", top=1).action
        'list-gl-accounts'
        """
        found = self._catalog.find(action)
        sent = self._ways.conform(found, together(input, inputs, action=action))
        if not reads(found):
            return self._writer.run(found, sent, again=again)
        answer, key = self._ways.run(found, sent, safe=True), found.key or found.id
        return Run.of(answer.json(), action=key, input=sent, connection=self.info.name)

    # --- the popular actions' roads ----------------------------------------------------------

    def _list(
        self, key: str, input: Mapping[str, Any], *, limit: int | None, lines: bool
    ) -> pd.DataFrame:
        action, about = self._catalog.find(key), entity(POPULAR[key])
        if lines:
            input = {**expand_input(action, about), **input}
        sent = self._ways.conform(action, input)

        def ask(cursor: Cursor | None, rows: Rows | None) -> bytes | None:
            more = {} if rows is None else cursor_input(action.input_schema, cursor, rows)
            if more is None:
                return None
            further = cursor is not None
            return self._ways.run(action, {**sent, **more}, safe=True, further=further).content

        return self._gather(ask, about, {"action": key}, limit=limit, lines=lines)

    def _get(self, key: str, id: str, input: Mapping[str, Any], *, lines: bool) -> Any:
        from exactnb.frames import record_lines, to_record

        action, about = self._catalog.find(key), entity(POPULAR[key])
        given = {id_input(action): str(id), **input}
        if lines:
            given |= expand_input(action, about)
        raw = self._ways.run(action, self._ways.conform(action, given), safe=True).content
        return record_lines(raw, about) if lines else to_record(raw, about)

    def _update(self, key: str, id: str, input: Mapping[str, Any], *, again: bool) -> Run:
        if not input:
            raise InputError(
                f"{key} was given nothing to change", hint="Name a field, such as phone=…"
            )
        given = {id_input(self._catalog.find(key)): str(id), **input}
        return self.run(key, given, again=again)

    def _gather(
        self, ask: Ask, about: Any, source: Mapping[str, str], **shape: Any
    ) -> pd.DataFrame:
        """All pages as one frame that says where it came from."""
        source = {**source, "connection": self.info.name, "division": self._proxy.told}
        try:
            return shown(ask, about, source, delay=self.settings.progress_delay, **shape)
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
        again: bool = False,
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
        again
            Send a write although the same was sent before.

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
        answer = self._writer.request(
            path,
            method=verb(method),
            query=query,
            headers=headers,
            json=json,
            content=data.encode() if isinstance(data, str) else data,
            path_params=path_params,
            again=again,
        )
        return decoded(answer)

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
        asked = self._proxy.resource(
            resource,
            select=select,
            filter=filter,
            orderby=orderby,
            top=top,
            expand=expand,
            lines=lines,
        )
        shape = {"limit": limit, "lines": lines, "marked": top is not None}  # then its end is known
        source = {"resource": asked.path}
        return self._gather(asked.page, asked.about, source, select=asked.select, **shape)
