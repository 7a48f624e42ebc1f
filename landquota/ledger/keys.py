"""Keys of entries: whoever posts gives them, or the ledger does."""

from __future__ import annotations

import re
from typing import Final

#: How the keys begin that the ledger gives by itself; the number of the entry follows.
GIVEN: Final = "L-"
_NUMBERED: Final = re.compile(rf"{GIVEN}(\d{{6,}})")


def given_key(seq: int) -> str:
    """Return the key that the ledger gives to the entry `seq`."""
    return f"{GIVEN}{seq:06d}"


def number_of_key(key: str) -> int | None:
    """Return the number of the entry to which the ledger gives `key`; None for all other keys."""
    match = _NUMBERED.fullmatch(key) if key.startswith(GIVEN) else None
    return None if match is None else int(match[1])
