"""Nothing at all, which is not the same as empty: a field that is not there, a body not sent."""

from __future__ import annotations

import enum
from typing import Final

__all__ = ["ABSENT", "Absent"]


class Absent(enum.Enum):
    """The type of :data:`ABSENT`."""

    ABSENT = "absent"

    def __repr__(self) -> str:
        return "ABSENT"

    def __bool__(self) -> bool:
        return False


#: Not there at all; ``None`` would be JSON's ``null``.
ABSENT: Final = Absent.ABSENT
