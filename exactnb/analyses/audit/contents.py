"""Tests of what an entry says: description, amounts, the accounts it pairs, and who made it."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from exactnb.analyses.audit.asked import Asked, Outcome, euros, reasons
from exactnb.analyses.audit.population import Population
from exactnb.display.formats import number
from exactnb.display.options import say

__all__ = ["description", "near_limit", "rare_pair", "round_amount", "seldom_person"]


def description(tested: Population, asked: Asked) -> Outcome:
    """No description, or one that tells nothing."""
    lines = tested.lines_within
    told = lines["description"].map(
        {text: _tells(text, asked.vague) for text in lines["description"].unique()}
    )
    silent = ~told.astype(bool).groupby(lines["entry"]).any()
    said = tested.within["description"].reindex(silent[silent].index)
    blank = say("no description", "geen omschrijving")
    why = reasons(
        said,
        lambda text: (
            say(f"description says only {text!r}", f"omschrijving zegt alleen {text!r}")
            if text and text.strip()
            else blank
        ),
    )
    words = say(
        "no description, fewer than 3 letters, or a word that tells nothing",
        "geen omschrijving, minder dan 3 letters, of een nietszeggend woord",
    )
    return Outcome(len(tested.within), why, words)


def _tells(text: str | None, vague: frozenset[str]) -> bool:
    letters = re.sub(r"[\W\d_]+", "", text or "")
    return len(letters) >= 3 and letters.casefold() not in vague


def round_amount(tested: Population, asked: Asked) -> Outcome:
    """A line of round thousands."""
    lines, step = tested.lines_within, round(asked.round_to * 100)
    found = lines[(lines["cents"] != 0) & (lines["cents"] % step == 0)]
    largest = found["cents"].abs().groupby(found["entry"]).max()
    why = reasons(largest, lambda cents: say(f"{euros(cents)} is round", f"{euros(cents)} is rond"))
    said = say(f"a line that is a multiple of {euros(step)}", f"een veelvoud van {euros(step)}")
    return Outcome(len(tested.within), why, said)


def near_limit(tested: Population, asked: Asked) -> Outcome:
    """An amount just below a limit from which someone else must approve."""
    if not asked.limits:
        return Outcome.untested(
            say("no approval limits were given", "geen goedkeuringsgrenzen opgegeven")
        )
    lines = tested.lines_within
    largest = lines["cents"].abs().groupby(lines["entry"]).max()
    limits = np.sort(np.array([round(limit * 100) for limit in asked.limits], dtype="int64"))
    place = np.searchsorted(limits, largest.to_numpy(), side="right")
    limit = pd.Series(np.append(limits, 0)[place], index=largest.index)
    near = (limit > 0) & (largest >= limit - (limit * asked.below).round().astype("int64"))
    told = [
        say(
            f"{euros(cents)} is just below {euros(at)}",
            f"{euros(cents)} ligt net onder {euros(at)}",
        )
        for cents, at in zip(largest[near], limit[near], strict=True)
    ]
    part, all_limits = number(asked.below * 100, 0), ", ".join(euros(int(c)) for c in limits)
    said = say(f"up to {part} % below {all_limits}", f"tot {part} % onder {all_limits}")
    why = pd.Series(told, index=largest.index[near], dtype="object")
    return Outcome(len(tested.within), why, said)


def rare_pair(tested: Population, asked: Asked) -> Outcome:
    """A debit and a credit account that hardly ever meet, counted over the whole ledger."""
    net = tested.lines.groupby(["entry", "gl_account_code"], sort=False)["cents"].sum()
    sides = net[net != 0].reset_index()
    pairs = sides[sides["cents"] > 0].merge(sides[sides["cents"] < 0], on="entry")
    both = ["gl_account_code_x", "gl_account_code_y"]
    pairs["times"] = pairs.groupby(both)["entry"].transform("nunique")
    pairs = pairs[pairs["times"] <= asked.seldom_pair]
    pairs = pairs[pairs["entry"].isin(tested.within.index)]
    named = pairs[both[0]] + " / " + pairs[both[1]]
    why = named.groupby(pairs["entry"], sort=False).agg(
        lambda found: ", ".join(found[:3]) + (f" + {len(found) - 3}" if len(found) > 3 else "")
    )
    times = asked.seldom_pair
    whole = len(tested.entries)
    said = say(
        f"debit / credit accounts that meet at most {times}× in the {whole:,} of the ledger",
        f"debet / credit samen hooguit {times}× in alle {whole:,} van het grootboek",
    )
    return Outcome(len(tested.within), why.astype("object"), said)


def seldom_person(tested: Population, asked: Asked) -> Outcome:
    """Made by someone who seldom makes one, counted over the whole ledger."""
    who = tested.within["who"]
    said = say(
        f"by someone with fewer than {asked.seldom_person} in the whole ledger",
        f"door iemand met minder dan {asked.seldom_person} in het hele grootboek",
    )
    if len(who) and who.isna().all():
        return Outcome.untested(said + say("; nobody is named", "; niemand is genoemd"))
    made = tested.entries["who"].value_counts()
    times = who.map(made)
    seldom = who[who.isna() | (times < asked.seldom_person)]
    why = reasons(
        seldom,
        lambda name: (
            say("nobody is named", "niemand is genoemd")
            if name is None or name != name
            else say(f"{name} made {made[name]}", f"{name} maakte er {made[name]}")
        ),
    )
    return Outcome(len(who), why, said)
