"""What changed between two ledgers of the same administration."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from exactnb.errors import DataError, InputError
from exactnb.frames.build import text_dtype

__all__ = ["compare"]

#: what tells a reader which line it is
_ABOUT = [
    "date", "financial_year", "financial_period", "journal_code", "entry_number", "line_number",
    "gl_account_code", "gl_account_description", "account_name", "description",
]  # fmt: skip
_CHANGES = ("added", "removed", "changed")
_NOTHING = "–"
_HINT = "Both should come from books.ledger(), of the same administration."

Places = np.ndarray[Any, np.dtype[np.int64]]


def compare(
    then: pd.DataFrame,
    now: pd.DataFrame,
    *,
    by: str | Sequence[str] | None = None,
    ignore: Collection[str] = (),
) -> pd.DataFrame:
    """The lines that were added, removed or changed between two ledgers, and their effect.

    Lines are matched by ``id``. All that the two have in common is compared, exactly.

    Parameters
    ----------
    then, now
        From ``books.ledger(as_of="2025-Q4 filed")`` and ``books.ledger()``.
    by
        Columns to sum the effect by, such as
        ``["financial_year", "financial_period", "gl_account_code"]``: then the groups whose sum
        or number of lines changed are given, in place of the lines.
    ignore
        Columns whose changes do not count, such as ``["modified", "modifier_full_name"]``.

    Returns
    -------
    pandas.DataFrame
        Of lines: ``change`` ("added", "removed", "changed"), what tells which line it is (as it
        is now, if it is there), ``amount_then``, ``amount_now`` and ``effect`` = now - then in
        the home currency (``cents`` is the effect in cents), ``columns`` (which of them changed)
        and ``details`` ("description: old → new"). In the order of the ledger.

        Of groups: ``by``, ``lines_then``, ``lines_now``, ``amount_then``, ``amount_now``,
        ``effect``, ``cents``.

        ``attrs`` says how many lines were ``added``, ``removed`` and ``changed`` and, under
        ``not_compared``, which columns only one of the ledgers has.

    Raises
    ------
    DataError
        A ledger lacks columns, names a line twice, or is of another division.
    InputError
        ``by`` or ``ignore`` names no column.

    Examples
    --------
    >>> ledger = pd.DataFrame({"id": ["a", "b"], "cents": [100, -100], "status": [20, 20]})
    >>> later = ledger.assign(status=[20, 50])
    >>> compare(ledger, later)[["change", "id", "details"]].to_dict("records")
    [{'change': 'changed', 'id': 'b', 'details': 'status: 20 → 50'}]
    """
    by = [by] if isinstance(by, str) else list(by or ())
    _require(then, now, by, ignore)
    if by:
        return _by_group(then, now, by)
    here, there = _match(then, now)
    skipped = {*ignore, "id"}
    if "amount_dc" in then and "amount_dc" in now:
        skipped.add("cents")  # they say the same
    columns = [name for name in now.columns if name in then.columns and name not in skipped]
    differing = {name: _differing(then[name], now[name], here, there) for name in columns}
    differing = {name: where for name, where in differing.items() if where.any()}
    changed = np.zeros(len(here), dtype=bool)
    for where in differing.values():
        changed |= where
    parts = (
        np.setdiff1d(np.arange(len(now)), there, assume_unique=True),
        np.setdiff1d(np.arange(len(then)), here, assume_unique=True),
        there[changed],
    )
    added, removed, kept = parts
    blank = np.zeros(len(added) + len(removed), dtype="int64")
    cents_then, cents_now = then["cents"].to_numpy("int64"), now["cents"].to_numpy("int64")
    old = np.concatenate([blank[: len(added)], cents_then[removed], cents_then[here[changed]]])
    new = np.concatenate([cents_now[added], blank[: len(removed)], cents_now[kept]])
    about = ["id", *(name for name in _ABOUT if name in then and name in now)]
    frame = _rows(then, now, about, parts)
    frame.insert(0, "change", pd.Categorical.from_codes(_codes(parts), _CHANGES))
    frame["amount_then"], frame["amount_now"] = old / 100, new / 100
    frame["effect"], frame["cents"] = (new - old) / 100, new - old
    names, details = _told(then, now, differing, here, there, np.flatnonzero(changed))
    lead = [None] * len(blank)
    frame["columns"] = pd.Series([*lead, *names], dtype=text_dtype())
    frame["details"] = pd.Series([*lead, *details], dtype=text_dtype())
    order = [name for name in ("date", "entry_number", "line_number", "id") if name in frame]
    frame = frame.sort_values(order, kind="stable").reset_index(drop=True)
    counts = dict(zip(_CHANGES, map(len, parts), strict=True))
    frame.attrs = _about(then, now) | {name: str(count) for name, count in counts.items()}
    return frame


def _by_group(then: pd.DataFrame, now: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """The sums of both by group, where they differ."""
    sides = []
    for name, ledger in (("then", then), ("now", now)):
        groups = ledger.groupby(by, observed=True, dropna=False, sort=False)["cents"]
        sums = groups.agg(**{f"lines_{name}": "size", f"cents_{name}": "sum"}).reset_index()
        texts = [key for key in by if isinstance(sums[key].dtype, pd.CategoricalDtype)]
        sides.append(sums.astype(dict.fromkeys(texts, text_dtype())))
    both = sides[0].merge(sides[1], on=by, how="outer")
    numbers = ["lines_then", "lines_now", "cents_then", "cents_now"]
    both[numbers] = both[numbers].fillna(0).astype("int64")
    differ = (both["cents_then"] != both["cents_now"]) | (both["lines_then"] != both["lines_now"])
    both = both[differ].sort_values(by).reset_index(drop=True)
    frame = both[[*by, "lines_then", "lines_now"]].copy()
    for name in ("then", "now"):
        frame[f"amount_{name}"] = both[f"cents_{name}"] / 100
    cents = both["cents_now"] - both["cents_then"]
    frame["effect"], frame["cents"] = cents / 100, cents
    frame.attrs = _about(then, now)
    return frame


# ---------------------------------------------------------------- which lines, which columns


def _match(then: pd.DataFrame, now: pd.DataFrame) -> tuple[Places, Places]:
    """The places in both of the lines that both have."""
    ids = [chunk for ledger in (then, now) for chunk in _arrow(ledger["id"]).chunks]
    numbers = pa.chunked_array(ids, pa.string()).dictionary_encode().combine_chunks()
    codes = numbers.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    sides = np.split(codes, [len(then)])
    faults = [
        name
        for name, side in zip(("then", "now"), sides, strict=True)
        if (side < 0).any() or (np.bincount(side) > 1).any()
    ]
    if faults:
        raise DataError(
            f"Lines without an id, or with the same one, cannot be compared: in "
            f"{' and '.join(faults)}",
            hint=_HINT,
        )
    place = np.full(len(numbers.dictionary), -1)
    place[sides[1]] = np.arange(len(now))
    found = place[sides[0]]
    return np.flatnonzero(found >= 0), found[found >= 0]


def _differing(
    then: pd.Series, now: pd.Series, here: Places, there: Places
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Where the values of the same line differ; missing is equal to missing."""
    if all(isinstance(column.dtype, pd.CategoricalDtype) for column in (then, now)):
        # the same words have other codes in either
        place = np.append(now.cat.categories.get_indexer(then.cat.categories), -1)
        place[:-1][place[:-1] < 0] = -2
        codes = place[then.cat.codes.to_numpy()[here]]
        return np.asarray(codes != now.cat.codes.to_numpy()[there], dtype=bool)
    old, new = (
        _arrow(column).take(pa.array(places)) for column, places in ((then, here), (now, there))
    )
    if old.type != new.type:
        old, new = old.cast(pa.string()), new.cast(pa.string())
    unequal = pc.fill_null(pc.not_equal(old, new), False)
    either = pc.or_(unequal, pc.xor(old.is_null(), new.is_null()))
    return np.asarray(either, dtype=bool)


def _arrow(column: pd.Series) -> pa.ChunkedArray:
    values = pa.array(column, from_pandas=True)
    chunked = values if isinstance(values, pa.ChunkedArray) else pa.chunked_array([values])
    if pa.types.is_dictionary(chunked.type) or pa.types.is_large_string(chunked.type):
        return chunked.cast(pa.string())
    return chunked


# ---------------------------------------------------------------- what is said of them


def _rows(
    then: pd.DataFrame, now: pd.DataFrame, names: list[str], parts: tuple[Places, Places, Places]
) -> pd.DataFrame:
    """What tells the lines apart: of those added, removed and changed, in that order."""
    added, removed, kept = parts
    sides = [now[names].iloc[added], then[names].iloc[removed], now[names].iloc[kept]]
    kinds = {
        name: text_dtype() if isinstance(now[name].dtype, pd.CategoricalDtype) else now[name].dtype
        for name in names
    }
    return pd.concat([side.astype(kinds) for side in sides], ignore_index=True)


def _codes(parts: tuple[Places, Places, Places]) -> np.ndarray[Any, np.dtype[np.int8]]:
    return np.repeat(np.arange(3, dtype="int8"), [len(part) for part in parts])


def _told(
    then: pd.DataFrame,
    now: pd.DataFrame,
    differing: dict[str, np.ndarray[Any, np.dtype[np.bool_]]],
    here: Places,
    there: Places,
    changed: Places,
) -> tuple[list[str], list[str]]:
    """For each changed line the columns that changed, and what was and is in them."""
    row = np.full(len(here), -1)
    row[changed] = np.arange(len(changed))
    names: list[list[str]] = [[] for _ in changed]
    details: list[list[str]] = [[] for _ in changed]
    for name, where in differing.items():
        pairs = np.flatnonzero(where)
        old, new = _texts(then[name].iloc[here[pairs]]), _texts(now[name].iloc[there[pairs]])
        for place, before, after in zip(row[pairs].tolist(), old, new, strict=True):
            names[place].append(name)
            details[place].append(f"{name}: {before} → {after}")
    return [", ".join(one) for one in names], ["; ".join(one) for one in details]


def _texts(column: pd.Series) -> list[str]:
    """The values as a person writes them."""
    values = _arrow(column)
    if pa.types.is_timestamp(values.type):
        texts = pc.replace_substring_regex(values.cast(pa.string()), r"( 00:00:00)?(\.0+)?$", "")
        return [text or _NOTHING for text in texts.to_pylist()]
    return [_NOTHING if value is None else str(value) for value in values.to_pylist()]


def _about(then: pd.DataFrame, now: pd.DataFrame) -> dict[str, str]:
    about = {name: str(value) for name, value in now.attrs.items() if name.startswith("division")}
    for name, ledger in (("then", then), ("now", now)):
        about[name] = ledger.attrs.get("snapshot") or ledger.attrs.get("as_of", "")
    only = [name for name in (*then.columns, *now.columns) if (name in then) != (name in now)]
    return about | ({"not_compared": ", ".join(only)} if only else {})


def _require(
    then: pd.DataFrame, now: pd.DataFrame, by: Collection[str], ignore: Collection[str]
) -> None:
    """See that the two can be compared."""
    faults = []
    for name, ledger in (("then", then), ("now", now)):
        if missing := [column for column in ("id", "cents") if column not in ledger]:
            faults.append(f"{name!r} lacks {', '.join(missing)}")
    divisions = [ledger.attrs.get("division") for ledger in (then, now)]
    if None not in divisions and divisions[0] != divisions[1]:
        faults.append(f"they are of different divisions, {divisions[0]} and {divisions[1]}")
    if faults:
        raise DataError(
            f"These ledgers cannot be compared: {'; '.join(faults)}",
            hint=_HINT,
        )
    unknown = [name for name in by if name not in then or name not in now]
    unknown += [name for name in ignore if name not in then and name not in now]
    if unknown:
        raise InputError(
            f"No column is called {', '.join(map(repr, unknown))}",
            hint="ex.ledger_columns() lists the columns of a ledger.",
        )
