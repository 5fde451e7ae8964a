"""Invoices that may have been booked twice."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import narwhals as nw
import pandas as pd

from exactnb.analyses.audit.references import alike, bare
from exactnb.analyses.period import Period
from exactnb.analyses.result import Result, Where, made, say
from exactnb.analyses.sums import lines_of, period_of, total
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
#: each invoice: what it is, and how many cents
_INVOICE = ("entry_id", "entry_number", "account_code", "account_name", "your_ref")
_SAME = ["account_code", "cents"]


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
    zeros are taken off (score 100); or, within ``days`` days, with digits that changed places
    (90), one character that differs (80), a reference missing (70), other references (60). A
    reference of at least four characters with the same amount under another account counts too
    (85): that account may be there twice. An invoice that was credited in full is none any more:
    credit notes and invoices of one account and amount take each other away, those of one
    reference first, then the nearest earlier one. A pair is a question: two people may follow one
    course.

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
    every = _invoices(ledger, _KINDS[kind], asked)
    counted = every[every["cents"].abs() >= max(round(minimum * 100), 1)]
    standing = _not_credited(counted)
    pairs = _pairs(standing, days)
    if asked is not None:
        pairs = pairs[pairs["within_x"] | pairs["within_y"]]
    table = _table(pairs)

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
                _booked(ledger, _KINDS[kind]),
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


def _lines(ledger: Any, kind: _Kind) -> Any:
    frame = lines_of(
        ledger,
        *(*_INVOICE, "date", "financial_year", "financial_period"),
        *("gl_account_type", "type", "cents"),
    )
    return frame.filter(
        (nw.col("gl_account_type") == kind.control) & nw.col("type").is_in(list(kind.types))
    )


def _booked(ledger: Any, kind: _Kind) -> int:
    """What all invoices come to on the control account, in one sum."""
    whole = total(_lines(ledger, kind), (), cents=nw.col("cents").sum())["cents"].iloc[0]
    return 0 if pd.isna(whole) else int(whole) * kind.sign


def _invoices(ledger: Any, kind: _Kind, asked: Period | None) -> pd.DataFrame:
    """One row an invoice: what it is, its date, and its cents; of credit notes negative."""
    frame = _lines(ledger, kind)
    within = asked.within.cast(nw.Int32) if asked else nw.lit(1)
    made = total(
        frame.with_columns(_within=within),
        _INVOICE,
        date=nw.col("date").min(),
        cents=nw.col("cents").sum(),
        within=nw.col("_within").max(),
    )
    if unnamed := int(made["entry_id"].isna().sum()):
        raise DataError(f"{unnamed:,} invoices belong to no entry (they have no entry_id)")
    for name in ("entry_id", "account_code", "account_name", "your_ref"):
        made[name] = made[name].astype("object").where(made[name].notna(), None)
    made["account_code"] = made["account_code"].fillna("")
    made["cents"] *= kind.sign
    made["date"] = pd.to_datetime(made["date"])
    return made.astype({"cents": "int64", "within": "bool"})


def _not_credited(invoices: pd.DataFrame) -> pd.DataFrame:
    """The invoices that no credit note of the same account and amount takes away."""
    size = invoices["cents"].abs()
    keys = pd.MultiIndex.from_arrays([invoices["account_code"], size])
    credited = keys[invoices["cents"] < 0]
    standing = invoices[(invoices["cents"] > 0)]
    touched = invoices[keys.isin(credited)]
    gone: set[Any] = set()
    for _, group in touched.groupby([touched["account_code"], touched["cents"].abs()]):
        group = group.assign(bare=group["your_ref"].map(bare)).sort_values(["date", "entry_number"])
        for credit in group[group["cents"] < 0].itertuples():
            left = group[(group["cents"] > 0) & ~group.index.isin(gone)]
            same = left[(left["bare"] == credit.bare) & (left["bare"] != "")]
            earlier = left[left["date"] <= credit.date]
            taken = same if len(same) else earlier
            gone |= set(taken.index[-1:])
    return standing[~standing.index.isin(gone)].reset_index(drop=True)


def _pairs(invoices: pd.DataFrame, days: int) -> pd.DataFrame:
    """The pairs that are looked at: invoices of one amount that share something else."""
    invoices = invoices.assign(bare=_bare(invoices["your_ref"]), place=invoices.index)
    known = invoices[invoices["bare"] != ""]
    found = [
        _neighbours(known, ["account_code", "cents", "bare"], None),
        _neighbours(invoices, ["account_code", "cents"], days),
        _neighbours(known[known["bare"].str.len() >= 4], ["cents", "bare"], None),
    ]
    places = pd.concat(found, ignore_index=True).drop_duplicates()
    one, other = (invoices.loc[places[side]].reset_index(drop=True) for side in ("one", "other"))
    return pd.concat([one.add_suffix("_x"), other.add_suffix("_y")], axis=1)


def _bare(references: pd.Series) -> pd.Series:
    """The references without what only dresses them, each worked out once."""
    known = {text: bare(text) for text in references.dropna().unique()}
    return references.map(known).fillna("").astype("object")


def _neighbours(invoices: pd.DataFrame, by: list[str], days: int | None) -> pd.DataFrame:
    """Every two of a group, whose dates lie within so many days."""
    grouped = invoices[invoices.duplicated(by, keep=False)]
    grouped = grouped.sort_values([*by, "date", "entry_number"], kind="stable")
    group = grouped.groupby(by, sort=False).ngroup().to_numpy()
    place, date = grouped["place"].to_numpy(), grouped["date"].to_numpy()
    pairs, step = [], 1
    while step < len(grouped):
        near = group[step:] == group[:-step]
        if days is not None:
            near &= (date[step:] - date[:-step]) <= pd.Timedelta(days=days).to_numpy()
        if not near.any():
            break  # groups stand together in the order of dates: further apart there are none
        pairs.append(pd.DataFrame({"one": place[:-step][near], "other": place[step:][near]}))
        step += 1
    if not pairs:
        return pd.DataFrame({"one": [], "other": []}, dtype="int64")
    return pd.concat(pairs, ignore_index=True)


def _table(pairs: pd.DataFrame) -> pd.DataFrame:
    """The pairs with their scores, the surest first."""
    rows = []
    for pair in pairs.to_dict("records"):
        score, why = _judged(pair)
        one, other = ("_x", "_y")
        if pair["entry_number_x"] > pair["entry_number_y"]:
            one, other = other, one
        rows.append(
            {
                "pair": f"{pair['entry_number' + one]} / {pair['entry_number' + other]}",
                "score": score,
                "account_code": pair["account_code" + one],
                "account_name": pair["account_name" + one],
                "amount": pair["cents_x"] / 100,
                "date": pair["date" + one],
                "reference": pair["your_ref" + one],
                "entry_number": pair["entry_number" + one],
                "other_date": pair["date" + other],
                "other_reference": pair["your_ref" + other],
                "other_entry_number": pair["entry_number" + other],
                "days": abs((pair["date_y"] - pair["date_x"]).days),
                "why": why,
                "entry_id": pair["entry_id" + one],
                "other_entry_id": pair["entry_id" + other],
            }
        )
    kinds = {
        **dict.fromkeys(("pair", "account_code", "account_name", "reference"), "object"),
        **dict.fromkeys(("other_reference", "why", "entry_id", "other_entry_id"), "object"),
        **dict.fromkeys(("score", "days", "entry_number", "other_entry_number"), "int64"),
        **dict.fromkeys(("date", "other_date"), "datetime64[ms]"),
        "amount": "float64",
    }
    order = (
        *("pair", "score", "account_code", "account_name", "amount", "date", "reference"),
        *("entry_number", "other_date", "other_reference", "other_entry_number", "days", "why"),
        *("entry_id", "other_entry_id"),
    )
    table = pd.DataFrame(rows, columns=list(order)).astype(kinds)
    by, rising = ["score", "amount", "pair"], [False, False, True]
    return table.sort_values(by, ascending=rising, ignore_index=True)


def _judged(pair: dict[Any, Any]) -> tuple[int, str]:
    """How sure it is that two are one, and why."""
    one, other = pair["bare_x"], pair["bare_y"]
    if pair["account_code_x"] != pair["account_code_y"]:
        return 85, say(
            f"same amount and reference under account {pair['account_code_y']}",
            f"zelfde bedrag en referentie bij relatie {pair['account_code_y']}",
        )
    same = say("same account and amount", "zelfde relatie en bedrag")
    score, said = alike(one, other)
    return score, f"{same}, {said}"
