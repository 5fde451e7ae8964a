"""Invoices that may have been booked twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import narwhals as nw
import numpy as np
import pandas as pd

from exactnb.analyses.audit.references import alike, bare
from exactnb.analyses.period import Period
from exactnb.analyses.result import Result, Where, made
from exactnb.analyses.sums import eager, lines_of, period_of, total
from exactnb.display.options import say
from exactnb.display.statement import Check, Column
from exactnb.errors import DataError, InputError

__all__ = ["duplicate_invoices"]


class _Kind(NamedTuple):
    """Where invoices of a kind stand in a ledger."""

    control: int
    """The type of the GL account that carries what is to be paid."""
    types: tuple[int, int]
    """The types of lines of invoices and credit notes."""
    sign: int
    """That of an invoice on the control account."""


_KINDS = {"purchase": _Kind(22, (30, 31), -1), "sales": _Kind(20, (20, 21), 1)}
_Array = np.ndarray[Any, np.dtype[Any]]
#: each invoice: what it is, and how many cents
_INVOICE = ("entry_id", "entry_number", "account_code", "account_name", "your_ref")


def duplicate_invoices(
    ledger: Any,
    period: str | Period | None = None,
    *,
    kind: Literal["purchase", "sales"] = "purchase",
    days: int = 7,
    minimum: float = 0.01,
) -> Result:
    """Pairs of invoices that may be one, the surest first, and why.

    Parameters
    ----------
    ledger
        From :meth:`exactnb.Connection.ledger`, or the same columns in another engine.
    period
        As in ``"2025"``: one of the two is in it; None: all of the ledger.
    kind
        "purchase", or "sales".
    days
        How far the dates of two invoices of one amount may lie apart if their references differ.
    minimum
        Euros below which an invoice is not looked at.

    Returns
    -------
    Result
        One row a pair: ``pair`` (the two entry numbers), ``score`` (0 to 100), ``account_code``,
        ``account_name``, ``amount`` (euros), and of each invoice ``date``, ``reference``,
        ``entry_number`` and ``entry_id`` (those of the later booked one with ``other_``), ``days``
        between them, ``why``.

    Raises
    ------
    DataError
        Columns are missing.

    Notes
    -----
    An invoice is what an entry books on the control account for one account. Compared are those
    of the same account and amount: with the same reference, once capitals, punctuation and leading
    zeros are taken off (score 100; each with the next one); or, within ``days`` days, with
    characters that changed places (90), one character that differs (80), a reference missing (70),
    other references (60). A reference of at least four characters with the same amount under
    another account counts too (85): that account may be there twice. An invoice that was credited
    in full is none any more: credit notes and invoices of one account and amount take each other
    away, those of one reference first, then the nearest earlier one. A pair is a question: two
    people may follow one course.

    Examples
    --------
    >>> import exactnb as ex
    >>> twice = ex.duplicate_invoices(books.ledger(), "2025")
    >>> twice[["pair", "score"]].values.tolist()
    [['25600154 / 25600165', 90], ['25600072 / 25600075', 60]]
    """
    if kind not in _KINDS:
        raise InputError(f"kind is 'purchase' or 'sales', not {kind!r}")
    if days < 0:
        raise InputError(f"days is 0 or more, not {days}")
    asked = None if period is None else period_of(ledger, period)
    lines, sign = _lines(ledger, _KINDS[kind], asked), _KINDS[kind].sign
    every = _invoices(lines, sign, asked)
    counted = every[every["cents"].abs() >= max(round(minimum * 100), 1)]
    standing = _not_credited(counted)
    one, other = _pairs(standing, days)
    within = one["within"] | other["within"]
    table = _table(*(side[within].reset_index(drop=True) for side in (one, other)))

    def behind(place: int, column: str | None) -> Where:
        return Where(
            {"entry_id": [table.loc[place, "entry_id"], table.loc[place, "other_entry_id"]]}
        )

    words = {
        "purchase": say("Purchase invoices booked twice?", "Inkoopfacturen dubbel geboekt?"),
        "sales": say("Sales invoices booked twice?", "Verkoopfacturen dubbel geboekt?"),
    }
    credited = counted["cents"].gt(0).sum() - len(standing)
    return made(
        table,
        ledger,
        title=words[kind],
        subtitle=str(asked) if asked else say("all periods", "alle perioden"),
        columns={
            "pair": Column(say("Entries", "Boekingen")),
            "score": Column("Score", "count"),
            "account_name": Column(say("Account", "Relatie")),
            "amount": Column(say("Amount", "Bedrag"), "cents"),
            "date": Column(say("Date", "Datum"), "date"),
            "reference": Column(say("Reference", "Referentie")),
            "other_date": Column(say("Date", "Datum"), "date"),
            "other_reference": Column(say("Reference", "Referentie")),
            "why": Column(say("Why", "Waarom")),
        },
        checks=[
            Check.of(
                say("invoices = control account", "facturen = tussenrekening"),
                int(every["cents"].sum()),
                int(total(lines, (), cents=nw.col("cents").sum())["cents"].fillna(0).iloc[0])
                * sign,
            )
        ],
        behind=behind,
        lined=True,
        notes=[
            say(
                f"{len(standing):,} invoices compared; {credited:,} that were credited in full and "
                "their credit notes left out. A pair is a question, not a mistake.",
                f"{len(standing):,} facturen vergeleken; {credited:,} volledig gecrediteerd en met "
                "hun creditnota weggelaten. Een paar is een vraag, geen fout.",
            )
        ],
        period=asked,
        kind=kind,
        days=days,
        minimum=minimum,
    )


def _lines(ledger: Any, kind: _Kind, asked: Period | None) -> Any:
    """The lines of invoices and credit notes on the control account."""
    periods = ("financial_year", "financial_period") if asked else ()
    frame = lines_of(ledger, *_INVOICE, "date", "gl_account_type", "type", "cents", *periods)
    return frame.filter(
        (nw.col("gl_account_type") == kind.control) & nw.col("type").is_in(list(kind.types))
    )


def _invoices(lines: Any, sign: int, asked: Period | None) -> pd.DataFrame:
    """One row an invoice, by number: its date and its cents; of credit notes negative."""
    within = asked.within.cast(nw.Int32) if asked else nw.lit(1)
    grouped = lines.with_columns(_within=within).group_by(*_INVOICE)
    made = eager(
        grouped.agg(
            date=nw.col("date").min(),
            cents=nw.col("cents").sum(),
            within=nw.col("_within").max(),
        )
    )
    made = made.sort_values(["entry_number", "entry_id"], ignore_index=True)
    if unnamed := int(made["entry_id"].isna().sum()):
        raise DataError(f"{unnamed:,} invoices belong to no entry (they have no entry_id)")
    for name in ("entry_id", "account_code", "account_name", "your_ref"):
        made[name] = made[name].astype("object").where(made[name].notna(), None)
    made["account_code"] = made["account_code"].fillna("")
    made["cents"] *= sign
    made["date"] = pd.to_datetime(made["date"])
    return made.astype({"cents": "int64", "within": "bool"})


def _not_credited(invoices: pd.DataFrame) -> pd.DataFrame:
    """The invoices that no credit note of the same account and amount takes away."""
    both = invoices.assign(size=invoices["cents"].abs(), credit=invoices["cents"] < 0)
    both = both[both["size"].isin(both.loc[both["credit"], "size"])]
    sides = both.groupby(["account_code", "size"])["credit"].transform("nunique")
    touched = both[sides > 1].sort_values(["date", "entry_number"], kind="stable")
    left: dict[Any, list[Any]] = {}
    for one in touched[~touched["credit"]].itertuples():
        left.setdefault((one.account_code, one.size), []).append(
            (one.date, bare(one.your_ref), one)
        )
    gone = set()
    for credit in touched[touched["credit"]].itertuples():
        invoiced = left[credit.account_code, credit.size]
        named = bare(credit.your_ref)
        same = [place for place, (_, ref, _) in enumerate(invoiced) if named and ref == named]
        earlier = [place for place, (date, _, _) in enumerate(invoiced) if date <= credit.date]
        if taken := same or earlier:
            gone.add(invoiced.pop(taken[-1])[2].Index)
    standing = invoices[(invoices["cents"] > 0) & ~invoices.index.isin(gone)]
    return standing.reset_index(drop=True)


def _pairs(invoices: pd.DataFrame, days: int) -> tuple[pd.DataFrame, ...]:
    """The pairs that are looked at: invoices of one amount that share something else.

    Two frames of as many rows: the invoices with the lower entry numbers, and the others.
    """
    invoices = invoices[invoices.duplicated("cents", keep=False)].reset_index(drop=True)
    invoices["bare"] = _bare(invoices["your_ref"])
    account, reference = (pd.factorize(invoices[name])[0] for name in ("account_code", "bare"))
    cents, date = (invoices[name].to_numpy() for name in ("cents", "date"))
    length = invoices["bare"].str.len().to_numpy(dtype="int64")
    found = [
        _neighbours(np.flatnonzero(length > 0), (account, cents, reference), date, None),
        _neighbours(np.arange(len(invoices)), (account, cents), date, days),
        _neighbours(np.flatnonzero(length >= 4), (cents, reference), date, None),
    ]
    places = np.unique(np.sort(np.concatenate(found), axis=1), axis=0)
    return tuple(invoices.loc[places[:, side]].reset_index(drop=True) for side in (0, 1))


def _bare(references: pd.Series) -> pd.Series:
    """The references without what only dresses them, each worked out once."""
    codes, texts = pd.factorize(references)
    spelled = np.array([*map(bare, texts), ""], dtype="object")  # a missing one has code -1
    return pd.Series(spelled[codes], index=references.index)


def _neighbours(places: _Array, by: Sequence[_Array], date: _Array, days: int | None) -> _Array:
    """Pairs of places in one group: all within so many days; None: each with the next one only.

    What comes every month with the same reference would else pair with all that came before.
    """
    places = places[np.lexsort([date[places], *(key[places] for key in by)])]
    pairs = [np.empty((0, 2), dtype="int64")]
    for step in range(1, 2 if days is None else len(places)):
        one, other = places[:-step], places[step:]
        near = np.logical_and.reduce([key[one] == key[other] for key in by])
        if days is not None:
            near &= (date[other] - date[one]) <= np.timedelta64(days, "D")
        if not near.any():
            break  # a group stands together in the order of dates: further apart there are none
        pairs.append(np.column_stack([one[near], other[near]]))
    return np.concatenate(pairs)


def _table(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """The pairs with their scores, the surest first."""
    judged = [
        _judged(*pair)
        for pair in zip(
            *(one["account_code"], other["account_code"], one["bare"], other["bare"]), strict=True
        )
    ]
    table = pd.DataFrame(
        {
            "pair": one["entry_number"].astype(str) + " / " + other["entry_number"].astype(str),
            "score": np.array([score for score, _ in judged], dtype="int64"),
            "account_code": one["account_code"],
            "account_name": one["account_name"],
            "amount": one["cents"] / 100,
            "date": one["date"],
            "reference": one["your_ref"],
            "entry_number": one["entry_number"],
            "other_date": other["date"],
            "other_reference": other["your_ref"],
            "other_entry_number": other["entry_number"],
            "days": (other["date"] - one["date"]).abs().dt.days,
            "why": pd.Series([why for _, why in judged], dtype="object"),
            "entry_id": one["entry_id"],
            "other_entry_id": other["entry_id"],
        }
    )
    by, rising = ["score", "amount", "entry_number"], [False, False, True]
    return table.sort_values(by, ascending=rising, ignore_index=True)


def _judged(account: str, under: str, one: str, other: str) -> tuple[int, str]:
    """How sure it is that two are one, and why."""
    if account != under:
        return 85, say(
            f"same amount and reference under account {under}",
            f"zelfde bedrag en referentie bij relatie {under}",
        )
    score, said = alike(one, other)
    return score, say("same account and amount, ", "zelfde relatie en bedrag, ") + said
