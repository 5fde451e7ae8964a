"""The 20 popular actions as methods, and what a run gives.

Every method is thin: its key, what it is about, and the road (`_list`, `_get`, `_write`) that
:class:`~exactnb.connection.Connection` lends it. The arguments are the action's own inputs,
matched without regard to case or underscores and checked against the input schema that the
service gives; ``books.inputs("list-accounts")`` lists them. An action without a method runs by
key: ``books.run("some-action", {...})``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from exactnb.display.cards import Card
from exactnb.errors import BadAnswerError
from exactnb.privacy import note_names_in

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["POPULAR", "PopularActions", "Run", "record_id"]

#: action key → the entity whose records it lists, gets or writes
POPULAR: Mapping[str, str] = {
    "list-accounts": "Accounts",
    "list-contacts": "Contacts",
    "list-items": "Items",
    "list-sales-invoices": "SalesInvoices",
    "list-sales-orders": "SalesOrders",
    "list-gl-accounts": "GLAccounts",
    "list-journal-entries": "GeneralJournalEntries",
    "get-account": "Accounts",
    "get-contact": "Contacts",
    "get-item": "Items",
    "get-sales-invoice": "SalesInvoices",
    "get-sales-order": "SalesOrders",
    "get-gl-account": "GLAccounts",
    "create-account": "Accounts",
    "create-contact": "Contacts",
    "create-item": "Items",
    "create-sales-invoice": "SalesInvoices",
    "create-sales-order": "SalesOrders",
    "update-account": "Accounts",
    "update-contact": "Contacts",
}


@dataclass(frozen=True)
class Run:
    """One execution of an action.

    Parameters
    ----------
    id
        Membrane's ``actionRunId``: the thing to quote to support; None if it gave none.
    action
        Key of the action.
    input
        What was sent.
    output
        What came back, as plain Python values.
    connection
        Name of the connection.
    outbox_id
        The row of the outbox that keeps it, if it wrote.
    """

    id: str | None
    action: str
    input: Mapping[str, Any] = field(repr=False)  # which may be sensitive
    output: Any = field(repr=False)
    connection: str = ""
    outbox_id: int | None = None

    @classmethod
    def of(cls, answer: Any, **about: Any) -> Run:
        """The run that an answer ``{output, actionRunId}`` tells of."""
        if not isinstance(answer, Mapping):
            raise BadAnswerError(
                f"A {type(answer).__name__} came where a run was due", action=about.get("action")
            )
        run_id = answer.get("actionRunId")
        note_names_in([about.get("input"), answer.get("output")])
        return cls(id=str(run_id) if run_id else None, output=answer.get("output"), **about)

    @property
    def record_id(self) -> str | None:
        """The key of the record in the output, if there is one."""
        return record_id(self.output)

    def _card(self) -> Card:
        facts = {"Action": self.action, "Connection": self.connection, "Run": self.id or "–"}
        if self.record_id:
            facts["Record"] = self.record_id
        return Card(f"{self.action} ran", facts, state="done", tone="good")

    def _repr_html_(self) -> str:
        return self._card()._repr_html_()

    def __str__(self) -> str:
        return str(self._card())

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(str(self))


def record_id(output: Any) -> str | None:
    """The key of the record in an output, in any of the dialects; None if there is none."""
    found = output
    for wrapper in ("d", "record", "data"):
        if isinstance(found, Mapping) and isinstance(found.get(wrapper), Mapping):
            found = found[wrapper]
    if not isinstance(found, Mapping):
        return None
    by_fold = {str(name).lower(): value for name, value in found.items()}
    names = ("id", "invoiceid", "orderid", "entryid")
    value = next((by_fold[name] for name in names if by_fold.get(name)), None)
    return str(value) if value else None


class PopularActions(ABC):
    """The 20 popular actions; a :class:`~exactnb.connection.Connection` has them all."""

    @abstractmethod
    def run(
        self,
        action: str,
        input: Mapping[str, Any] | None = None,
        /,
        *,
        again: bool = False,
        **inputs: Any,
    ) -> Run:
        """Run any action by its key."""

    @abstractmethod
    def _list(
        self, key: str, input: Mapping[str, Any], *, limit: int | None, lines: bool
    ) -> pd.DataFrame: ...

    @abstractmethod
    def _get(self, key: str, id: str, input: Mapping[str, Any], *, lines: bool) -> Any: ...

    @abstractmethod
    def _update(self, key: str, id: str, input: Mapping[str, Any], *, again: bool) -> Run: ...

    # --- lists: one DataFrame of all pages -------------------------------------------------

    def list_accounts(
        self, *, limit: int | None = None, lines: bool = False, **input: Any
    ) -> pd.DataFrame:
        """Customers, suppliers and prospects, one row an account.

        Status C is a customer, P a prospect, S a suspect, A none; ``is_supplier`` tells the
        suppliers.

        Examples
        --------
        >>> books.list_accounts(limit=2).columns[:2].tolist()
        ['id', 'accountant']
        """
        return self._list("list-accounts", input, limit=limit, lines=lines)

    def list_contacts(
        self, *, limit: int | None = None, lines: bool = False, **input: Any
    ) -> pd.DataFrame:
        """Contact persons, one row a person; ``account`` is the account they belong to.

        Examples
        --------
        >>> len(books.list_contacts(limit=3))
        3
        """
        return self._list("list-contacts", input, limit=limit, lines=lines)

    def list_items(
        self, *, limit: int | None = None, lines: bool = False, **input: Any
    ) -> pd.DataFrame:
        """Items, one row a product, part or service.

        Examples
        --------
        >>> str(books.list_items(limit=1)["cost_price_standard"].dtype)
        'float64'
        """
        return self._list("list-items", input, limit=limit, lines=lines)

    def list_sales_invoices(
        self, *, limit: int | None = None, lines: bool = False, **input: Any
    ) -> pd.DataFrame:
        """Sales invoices, one row an invoice, or a line with ``lines=True``.

        ``amount_dc`` includes VAT, in the division's own currency. Status 10 is a draft, 20
        open, 50 processed; whether an invoice is paid is not in it.

        Examples
        --------
        >>> books.list_sales_invoices(status=50, limit=5)["status"].unique().tolist()
        [50]
        """
        return self._list("list-sales-invoices", input, limit=limit, lines=lines)

    def list_sales_orders(
        self, *, limit: int | None = None, lines: bool = False, **input: Any
    ) -> pd.DataFrame:
        """Sales orders, one row an order, or a line with ``lines=True``.

        Status 12 is open, 20 partial, 21 complete, 45 cancelled.

        Examples
        --------
        >>> books.list_sales_orders(limit=1)["order_number"].notna().all()
        np.True_
        """
        return self._list("list-sales-orders", input, limit=limit, lines=lines)

    def list_gl_accounts(
        self, *, limit: int | None = None, lines: bool = False, **input: Any
    ) -> pd.DataFrame:
        """The chart of accounts, one row a GL account.

        ``balance_type`` is B for the balance sheet and W for profit and loss;
        ``balance_side`` D or C is the normal side.

        Examples
        --------
        >>> chart = books.list_gl_accounts()
        >>> chart.set_index("code").loc["1300", "type"]
        np.int64(20)
        """
        return self._list("list-gl-accounts", input, limit=limit, lines=lines)

    def list_journal_entries(
        self, *, limit: int | None = None, lines: bool = False, **input: Any
    ) -> pd.DataFrame:
        """Manual journal entries, one row an entry, or a line with ``lines=True``.

        These are the entries of general journals only, not the ledger: sales, purchases and
        bank are not among them.

        Examples
        --------
        >>> books.list_journal_entries(limit=1)["journal_code"].item()
        '90'
        """
        return self._list("list-journal-entries", input, limit=limit, lines=lines)

    # --- one record ------------------------------------------------------------------------

    def get_account(self, id: str, *, lines: bool = False, **input: Any) -> Any:
        """One account as a Series, with the names and types of :meth:`list_accounts`.

        Raises
        ------
        NotFoundError
            When there is no account of that id.

        Examples
        --------
        >>> first = books.list_accounts(limit=1).iloc[0]
        >>> books.get_account(first["id"])["name"] == first["name"]
        True
        """
        return self._get("get-account", id, input, lines=lines)

    def get_contact(self, id: str, *, lines: bool = False, **input: Any) -> Any:
        """One contact person as a Series, as in :meth:`list_contacts`."""
        return self._get("get-contact", id, input, lines=lines)

    def get_item(self, id: str, *, lines: bool = False, **input: Any) -> Any:
        """One item as a Series, as in :meth:`list_items`."""
        return self._get("get-item", id, input, lines=lines)

    def get_sales_invoice(self, id: str, *, lines: bool = False, **input: Any) -> Any:
        """One sales invoice as a Series, or its lines as a DataFrame with ``lines=True``.

        Examples
        --------
        >>> invoice = books.list_sales_invoices(status=50, limit=1).iloc[0]
        >>> lines = books.get_sales_invoice(invoice["invoice_id"], lines=True)
        >>> total = lines["amount_dc"].sum() + invoice["vat_amount_dc"]
        >>> bool(abs(total - invoice["amount_dc"]) < 0.005)
        True
        """
        return self._get("get-sales-invoice", id, input, lines=lines)

    def get_sales_order(self, id: str, *, lines: bool = False, **input: Any) -> Any:
        """One sales order as a Series, or its lines as a DataFrame with ``lines=True``."""
        return self._get("get-sales-order", id, input, lines=lines)

    def get_gl_account(self, id: str, *, lines: bool = False, **input: Any) -> Any:
        """One GL account as a Series, as in :meth:`list_gl_accounts`."""
        return self._get("get-gl-account", id, input, lines=lines)

    # --- writes: sent once, behind the gate; the same one again only with again=True --------

    def create_account(
        self, input: Mapping[str, Any] | None = None, /, *, again: bool = False, **inputs: Any
    ) -> Run:
        """A new customer, supplier or prospect; ``Run.record_id`` is its key.

        Examples
        --------
        >>> run = books.create_account(name="Rijwielhuis De Testfiets", status="C")
        >>> books.get_account(run.record_id)["name"]
        'Rijwielhuis De Testfiets'
        """
        return self.run("create-account", input, again=again, **inputs)

    def create_contact(
        self, input: Mapping[str, Any] | None = None, /, *, again: bool = False, **inputs: Any
    ) -> Run:
        """A new contact person of an account; ``Run.record_id`` is its key."""
        return self.run("create-contact", input, again=again, **inputs)

    def create_item(
        self, input: Mapping[str, Any] | None = None, /, *, again: bool = False, **inputs: Any
    ) -> Run:
        """A new item; ``Run.record_id`` is its key."""
        return self.run("create-item", input, again=again, **inputs)

    def create_sales_invoice(
        self, input: Mapping[str, Any] | None = None, /, *, again: bool = False, **inputs: Any
    ) -> Run:
        """A new sales invoice, open and without a number until it is processed."""
        return self.run("create-sales-invoice", input, again=again, **inputs)

    def create_sales_order(
        self, input: Mapping[str, Any] | None = None, /, *, again: bool = False, **inputs: Any
    ) -> Run:
        """A new sales order; ``Run.record_id`` is its key."""
        return self.run("create-sales-order", input, again=again, **inputs)

    def update_account(self, id: str, /, *, again: bool = False, **inputs: Any) -> Run:
        """Changes an account: only the fields that are given.

        Examples
        --------
        >>> some = books.list_accounts(limit=1).iloc[0]
        >>> run = books.update_account(some["id"], phone="050 123 45 67")
        >>> books.get_account(some["id"])["phone"]
        '050 123 45 67'
        """
        return self._update("update-account", id, inputs, again=again)

    def update_contact(self, id: str, /, *, again: bool = False, **inputs: Any) -> Run:
        """Changes a contact person: only the fields that are given."""
        return self._update("update-contact", id, inputs, again=again)
