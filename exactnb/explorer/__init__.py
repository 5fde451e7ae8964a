"""Walking a ledger: a statement, the lines behind a figure, the entry of a line."""
