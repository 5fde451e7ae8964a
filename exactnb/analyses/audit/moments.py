"""Tests of when an entry was made: weekends, holidays, nights, long after its date, at the end.

They look at the moment of creation, which Exact Online writes itself. The date of an entry is what
its maker chose, and month's ends fall on Sundays.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from exactnb.analyses.audit.asked import Asked, Outcome, reasons
from exactnb.analyses.audit.population import Population
from exactnb.display.formats import day
from exactnb.display.options import say
from exactnb.errors import InputError
from exactnb.extras import needed

__all__ = ["after_hours", "back_dated", "holiday", "period_end", "weekend"]


def _moments(tested: Population) -> pd.Series:
    """When the entries of the period were made, those of which it is known."""
    moments: pd.Series = pd.to_datetime(tested.within["created"]).dropna()
    return moments


def _outcome(tested: Population, moments: pd.Series, why: pd.Series, asked: str) -> Outcome:
    """The outcome, which says how many entries it could not judge."""
    unknown = len(tested.within) - len(moments)
    if unknown:
        asked += say(
            f"; {unknown:,} without a moment of creation", f"; {unknown:,} zonder invoermoment"
        )
    return Outcome(len(moments), why, asked, bool(len(moments)) or not unknown)


def weekend(tested: Population, asked: Asked) -> Outcome:
    """Made on a Saturday or Sunday."""
    moments = _moments(tested)
    names = {5: say("Saturday", "zaterdag"), 6: say("Sunday", "zondag")}
    days = moments.dt.day_of_week
    why = reasons(
        days[days >= 5],
        lambda which: say(f"made on a {names[which]}", f"ingevoerd op {names[which]}"),
    )
    said = say("made on a Saturday or Sunday", "ingevoerd op zaterdag of zondag")
    return _outcome(tested, moments, why, said)


def holiday(tested: Population, asked: Asked) -> Outcome:
    """Made on a public holiday."""
    if asked.country is None:
        return Outcome.untested(say("no country was given", "geen land opgegeven"))
    moments = _moments(tested)
    known = _holidays(asked.country, sorted(set(moments.dt.year)))
    dates = moments.dt.date
    why = reasons(
        dates[dates.isin(list(known))],
        lambda date: say(f"made on {known[date]}", f"ingevoerd op {known[date]}"),
    )
    said = say(
        f"made on a public holiday ({asked.country})",
        f"ingevoerd op een feestdag ({asked.country})",
    )
    return _outcome(tested, moments, why, said)


def _holidays(country: str, years: list[int]) -> dict[Any, str]:
    library = needed("holidays", extra="checks", to="know public holidays")
    try:
        known = library.country_holidays(
            country, years=years or [2000], language=say("en_US", "nl")
        )
    except NotImplementedError as error:
        raise InputError(
            f"The holidays of country {country!r} are not known",
            hint='country is a code such as "NL" or "BE"; None leaves this test out.',
        ) from error
    return dict(known)


def after_hours(tested: Population, asked: Asked) -> Outcome:
    """Made before or after office hours."""
    moments = _moments(tested)
    start, end = asked.hours
    clock = moments - moments.dt.normalize()
    said = say(f"made outside {_hour(start)}–{_hour(end)}", f"buiten {_hour(start)}–{_hour(end)}")
    if len(moments) and (clock == pd.Timedelta(0)).all():
        return Outcome.untested(
            said + say("; the ledger has no times of day", "; het grootboek kent geen tijdstippen")
        )
    hours = clock / pd.Timedelta(hours=1)
    found = moments[(hours < start) | (hours >= end)]
    why = reasons(found, lambda m: say(f"made at {m:%H:%M}", f"ingevoerd om {m:%H:%M}"))
    return _outcome(tested, moments, why, said)


def _hour(hour: float) -> str:
    return f"{int(hour):02d}:{round(hour % 1 * 60):02d}"


def back_dated(tested: Population, asked: Asked) -> Outcome:
    """Made long after the date that it bears."""
    moments = _moments(tested)
    dates = tested.within["date"].reindex(moments.index)
    late = (moments.dt.normalize() - pd.to_datetime(dates)).dt.days
    why = reasons(
        late[late > asked.back_dated],
        lambda days: say(
            f"made {days} days after its date", f"{days} dagen na de boekdatum gemaakt"
        ),
    )
    said = say(
        f"made more than {asked.back_dated} days after its date",
        f"meer dan {asked.back_dated} dagen na de boekdatum ingevoerd",
    )
    return _outcome(tested, moments, why, said)


def period_end(tested: Population, asked: Asked) -> Outcome:
    """Dated in the last days of the period, or made after it."""
    entries, last = tested.within, tested.last_day
    if pd.isna(last):
        return Outcome(0, pd.Series(dtype="object"), say("no entries", "geen boekingen"))
    dates, made = pd.to_datetime(entries["date"]), pd.to_datetime(entries["created"])
    first = last - pd.Timedelta(days=asked.period_end - 1)
    found = entries[(dates >= first) | (made.dt.normalize() > last)]
    at_end = say("dated at the period's end", "boekdatum aan het periode-einde")
    why = reasons(
        made[found.index].where(made.dt.normalize() > last),
        lambda moment: (
            at_end
            if pd.isna(moment)
            else say(f"made {day(moment.date())}", f"ingevoerd {day(moment.date())}")
            + say(", after the period", ", na de periode")
        ),
    )
    said = say(
        f"dated {day(first.date())} or later, or made after {day(last.date())}",
        f"boekdatum vanaf {day(first.date())}, of ingevoerd na {day(last.date())}",
    )
    return Outcome(len(entries), why, said)
