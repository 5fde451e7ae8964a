"""Whether a VAT number can be one."""

from __future__ import annotations

import re

__all__ = ["valid_vat_number"]


def valid_vat_number(number: str) -> bool:
    """Whether a European VAT number is of its country's form, check digits included."""
    try:
        from stdnum.eu import vat
    except ImportError:  # then only its form is looked at
        return (
            re.fullmatch(r"[A-Z]{2}[0-9A-Z]{8,12}", re.sub(r"[\s.-]", "", number.upper()))
            is not None
        )
    return bool(vat.is_valid(number))
