"""What bookkeepers, controllers and auditors ask of a ledger: pure functions, frames in and out.

Every function takes a ledger as :meth:`exactnb.Connection.ledger` gives it, or the same columns in
any frame that narwhals knows (pandas, Polars, DuckDB, Dask, PySpark). The lines are summed where
they are, in whole cents; what comes back is a pandas DataFrame that shows itself as a statement,
proves itself (``result.attrs["checks"]``) and leads back to its lines (``ex.lines(result, row)``).
No function looks at a clock or reaches for a connection.
"""
