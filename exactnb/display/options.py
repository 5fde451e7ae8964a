"""What a user can set about how things look."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

__all__ = ["Options", "options", "say"]


class Options(BaseModel):
    """Settings of the display; a misspelt one is refused at once."""

    model_config = ConfigDict(validate_assignment=True, extra="forbid")

    language: Literal["en", "nl"] = "en"
    """Language of labels, and how numbers and dates are written."""
    rows: int = 60
    """Rows that ``show`` puts on the page at most; it says how many there are."""
    cents: bool = False
    """Whether statements show cents; the figures behind them are always exact to the cent."""
    columns: int = 8
    """Columns that ``show`` picks when none are named."""


options = Options()


def say(en: str, nl: str) -> str:
    """The words in the language of :data:`exactnb.options`."""
    return nl if options.language == "nl" else en
