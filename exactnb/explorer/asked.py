"""What is asked of a ledger: the fields above the table, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from difflib import get_close_matches
from typing import Any

import narwhals as nw

from exactnb.analyses.period import Month, Period
from exactnb.analyses.sums import eager, latest, lines_of, movements
from exactnb.display.options import say
from exactnb.errors import ExactnbError, InputError

__all__ = ["STATEMENTS", "Asked", "Books", "flat"]

#: what can be shown first → English, Dutch
STATEMENTS: Mapping[str, tuple[str, str]] = {
    "trial_balance": ("Trial balance", "Proefbalans"),
    "profit_and_loss": ("Profit and loss", "Winst-en-verliesrekening"),
    "balance_sheet": ("Balance sheet", "Balans"),
    "lines": ("Lines", "Boekingsregels"),
}
_STATUS = {"all": ("All entries", "Alle boekingen"), "processed": ("Processed", "Verwerkt")}
#: years before the last one that are offered
_YEARS = 3


@dataclass(frozen=True)
class Asked:
    """What is asked: a statement, or lines, of a part of the ledger. Empty texts ask for all."""

    statement: str = "trial_balance"
    period: str = "YTD"
    status: str = "all"
    gl_account: str = ""
    journal: str = ""
    text: str = ""

    @classmethod
    def of(cls, given: Mapping[str, Any], before: Asked | None = None) -> Asked:
        """What was asked before, with these fields as they are given now.

        Raises
        ------
        InputError
            There are no such fields.
        """
        known = [field.name for field in fields(cls)]
        if wrong := [name for name in given if name not in known]:
            raise InputError(
                f"{', '.join(wrong)} cannot be asked for", hint=f"There are: {', '.join(known)}."
            )
        told = {name: "" if value is None else str(value).strip() for name, value in given.items()}
        return cls(**{**(asdict(before) if before else {}), **told})

    @property
    def narrowed(self) -> dict[str, str]:
        """The filters by which only a part of the lines counts."""
        named = {"text": self.text, "gl_account": self.gl_account, "journal": self.journal}
        return {name: value for name, value in named.items() if value}


class Books:
    """What a ledger has to choose from.

    Attributes
    ----------
    last : Month or None
        The last period that has lines.
    accounts, journals : dict
        Code → description.
    years : list of int
        The financial years that have lines, the last one first.
    """

    def __init__(self, ledger: Any) -> None:
        moves = movements(ledger)
        self.last: Month | None = latest(ledger)
        named = moves.drop_duplicates("gl_account_code")
        codes = named["gl_account_code"].astype("str")
        self.accounts = dict(zip(codes, named["gl_account_description"], strict=True))
        self.years = sorted(map(int, moves["financial_year"].unique()), reverse=True)
        self.journals = _journals(ledger)

    def period(self, text: str) -> Period:
        """The period that is meant; "YTD" runs to the last line, whatever is left out of them."""
        return Period.of(text, latest=self.last)

    def problems(self, asked: Asked) -> dict[str, str]:
        """What is wrong with each field, and what would be right."""
        wrong: dict[str, str] = {}
        try:
            self.period(asked.period)
        except InputError as error:
            wrong["period"] = flat(error)
        chosen: Sequence[tuple[str, str, Mapping[str, Any]]] = (
            ("statement", asked.statement, STATEMENTS),
            ("status", asked.status, _STATUS),
            ("gl_account", asked.gl_account, {"": "", **self.accounts}),
            ("journal", asked.journal, {"": "", **self.journals}),
        )
        for name, value, known in chosen:
            if value not in known:
                near = get_close_matches(value, known, n=3, cutoff=0.5) or list(known)[:4]
                among = ", ".join(filter(None, near))
                wrong[name] = say(
                    f"There is no {value!r}; there are {among}, among others",
                    f"{value!r} is er niet; er zijn onder andere {among}",
                )
        return wrong

    @property
    def presets(self) -> list[str]:
        """Periods that are asked for most: the year to date, its last quarter and month, years."""
        if self.last is None:
            return []
        month = self.last._replace(period=min(max(self.last.period, 1), 12))
        quarter = f"{month.year}-Q{(month.period + 2) // 3}"
        years = [str(year) for year in self.years[: _YEARS + 1]]
        return ["YTD", f"{month.year}-{month.period:02d}", quarter, *years]

    @property
    def choices(self) -> dict[str, list[list[str]]]:
        """Field → its values and what they are called."""
        everything = ["", say("All", "Alle")]
        return {
            "statement": [[key, say(*words)] for key, words in STATEMENTS.items()],
            "status": [[key, say(*words)] for key, words in _STATUS.items()],
            "gl_account": [[code, name] for code, name in self.accounts.items()],
            "journal": [everything, *([c, f"{c} {n}".strip()] for c, n in self.journals.items())],
        }


def flat(error: ExactnbError) -> str:
    """An error in one line, for beside a field."""
    said, _, hint = str(error).partition("\n")
    return f"{said}. {hint.removeprefix('→ ')}" if hint else said


def _journals(ledger: Any) -> dict[str, str]:
    """Code → description of the journals; without one where the ledger has none."""
    schema = nw.from_native(ledger).collect_schema().names()
    names = [name for name in ("journal_code", "journal_description") if name in schema]
    if "journal_code" not in names:
        return {}
    frame = eager(lines_of(ledger, *names).select(*names).unique())
    described = frame[names[-1]] if len(names) == 2 else [""] * len(frame)
    pairs = zip(frame["journal_code"], described, strict=True)
    return dict(
        sorted((c, n if isinstance(n, str) else "") for c, n in pairs if isinstance(c, str))
    )
