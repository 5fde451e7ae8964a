"""Rows written one by one: keys, marks of who and when, row versions, deletions remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exactnb.sandbox.exact import tables

if TYPE_CHECKING:
    from exactnb.sandbox.store import Store

Values = dict[str, Any]

#: EntityType of sync/Deleted
DELETED = {
    "TransactionLines": 1,
    "Accounts": 2,
    "Contacts": 5,
    "GLAccounts": 7,
    "Items": 9,
    "PaymentConditions": 10,
    "SalesInvoices": 13,
    "GLClassifications": 18,
    "Projects": 21,
    "SalesOrders": 32,
    "SalesOrderLines": 33,
}


class Rows:
    """The stored rows of one administration, written by one user at one moment.

    Parameters
    ----------
    store
        The books; a transaction is open while rows are written.
    division
        The administration.
    """

    def __init__(self, store: Store, division: int) -> None:
        self.store = store
        self.division = division
        self.now = 0
        """The moment of the writing, in milliseconds."""
        self.user = store.value("SELECT UserID FROM main.Users ORDER BY rowid")

    def get(self, table: str, key: Any) -> Values | None:
        """The row with this key in this administration."""
        return self.first(f'SELECT * FROM main."{table}" WHERE "{tables.key(table)}" = ?', key)

    def by_code(self, table: str, code: Any) -> Values | None:
        """The row with this code in this administration."""
        padded = tables.padded(table, "Code", code)
        return self.first(f'SELECT * FROM main."{table}" WHERE Code = ?', padded)

    def first(self, sql: str, *values: Any) -> Values | None:
        """The first row that a SELECT with a WHERE finds in this administration."""
        found = self.store.records(f"{sql} AND Division = ?", (*values, self.division))
        return found[0] if found else None

    def all(self, sql: str, *values: Any) -> list[Values]:
        """All rows of a SELECT."""
        return self.store.records(sql, values)

    def insert(self, table: str, values: Values) -> Any:
        """Add a row; its key, which is made when it is not given."""
        columns, key = tables.columns(table), tables.key(table)
        row: Values = {
            "Division": self.division,
            "Created": self.now,
            "Modified": self.now,
            "Creator": self.user,
            "Modifier": self.user,
            **{name: 0 for name, kind in columns.items() if kind == "Boolean"},
            **values,
        }
        if row.get(key) is None:
            row[key] = self.store.new_key()
        if "Timestamp" in columns:
            row["Timestamp"] = self.store.next_timestamp()
        row = {name: value for name, value in row.items() if name in columns}
        self.store.connection.execute(tables.insert(table, tuple(row)), tuple(row.values()))
        return row[key]

    def update(self, table: str, key: Any, values: Values) -> None:
        """Change a row, and with it when and by whom it was changed."""
        columns = tables.columns(table)
        row = {**values, "Modified": self.now, "Modifier": self.user}
        if "Timestamp" in columns:
            row["Timestamp"] = self.store.next_timestamp()
        row = {n: tables.padded(table, n, v) for n, v in row.items() if n in columns}
        assigned = ", ".join(f'"{name}" = ?' for name in row)
        sql = f'UPDATE main."{table}" SET {assigned} WHERE "{tables.key(table)}" = ?'
        self.store.connection.execute(sql, (*row.values(), key))

    def remove(self, table: str, key: Any) -> None:
        """Delete a row and remember it for sync/Deleted."""
        name = tables.key(table)
        self.store.connection.execute(f'DELETE FROM main."{table}" WHERE "{name}" = ?', (key,))
        if table in DELETED:
            columns = "Timestamp, ID, EntityKey, EntityType, DeletedBy, DeletedDate, Division"
            self.store.connection.execute(
                f"INSERT INTO main.SyncDeleted ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    self.store.next_timestamp(),
                    self.store.new_key(),
                    key,
                    DELETED[table],
                    self.user,
                    self.now,
                    self.division,
                ),
            )
