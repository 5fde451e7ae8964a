"""The lines of a ledger that are asked for: by text, period, GL account, journal and status."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import narwhals as nw

from exactnb.analyses.period import Period
from exactnb.analyses.result import Where
from exactnb.analyses.statements.entries import unknown
from exactnb.analyses.sums import bookings, counted, eager, lines_of, period_of
from exactnb.errors import DataError

__all__ = ["search"]

#: where a text is looked for …
_TEXTS = ("description", "account_name", "your_ref", "payment_reference")
#: … and a number
_NUMBERS = ("invoice_number", "entry_number", "order_number")


def search(
    ledger: Any,
    text: str | None = None,
    *,
    period: str | Period | None = None,
    gl_account: str | None = None,
    journal: str | None = None,
    status: str = "all",
) -> Any:
    """The lines of a ledger that are asked for, as a ledger of its own.

    Parameters
    ----------
    ledger
        From :meth:`exactnb.Connection.ledger`, or the same columns in another engine.
    text
        What stands in the description of a line, in the name of its account or in a reference,
        in capitals or not; of digits only, it may be the number of an invoice, an order or an
        entry too.
    period
        As in ``"2025"``, ``"2025-Q3"``, ``"2025-04"``, ``"2025-01..2025-06"`` or ``"YTD"``.
    gl_account, journal
        Their codes.
    status
        "all" (after entry, na invoer) or "processed" (verwerkt).

    Returns
    -------
    DataFrame
        The same columns, in the same engine; every analysis takes it. Budget lines are left out.
        Lines of an entry may be missing, so that a statement of it need not balance.

    Raises
    ------
    InputError
        There is no such GL account or journal, or the period cannot be read.
    DataError
        The ledger lacks a column that is needed.

    Examples
    --------
    >>> import exactnb as ex
    >>> rent = ex.search(books.ledger(), "huur", period="2025-03", gl_account="4100")
    >>> rent["amount_dc"].tolist()
    [5016.0]
    """
    named = {"gl_account_code": gl_account, "journal_code": journal}
    codes = {name: [str(code)] for name, code in named.items() if code is not None}
    where = Where(
        {**codes, **counted(status)}, period=None if period is None else period_of(ledger, period)
    )
    lines_of(ledger, *where.columns, "type")
    whole = nw.from_native(ledger)
    for name, (code,) in codes.items():
        known = sorted(each for each in _values(whole, name) if isinstance(each, str))
        if code not in known:
            raise unknown(_CALLED[name], code, known)
    found = bookings(where.of(whole))
    if text and text.strip():
        found = found.filter(nw.any_horizontal(*_mentions(found, text.strip()), ignore_nulls=True))
    lines = found.to_native()
    if hasattr(ledger, "attrs"):
        lines.attrs = dict(ledger.attrs)
    return lines


_CALLED = {"gl_account_code": "GL account", "journal_code": "journal"}


def _mentions(frame: nw.DataFrame[Any] | nw.LazyFrame[Any], text: str) -> Iterator[nw.Expr]:
    """Tests of the columns in which a text may stand."""
    schema = frame.collect_schema()
    names = [name for name in _TEXTS if name in schema]
    if not names:
        raise DataError(
            "The ledger has no text to look in", hint=f"It would be {', '.join(_TEXTS)}."
        )
    for name in names:
        if schema[name] in (nw.Categorical, nw.Enum):  # few words, many lines
            words = [each for each in _values(frame, name) if isinstance(each, str)]
            yield nw.col(name).is_in([each for each in words if text.lower() in each.lower()])
        else:
            said = nw.col(name).cast(nw.String).str.to_lowercase()
            yield said.str.contains(text.lower(), literal=True)
    if text.isdecimal():
        for name in _NUMBERS:
            if name in schema and schema[name].is_integer():
                yield nw.col(name) == int(text)


def _values(frame: nw.DataFrame[Any] | nw.LazyFrame[Any], name: str) -> list[Any]:
    """What stands in a column, each once."""
    return list(eager(frame.select(name).unique())[name])
