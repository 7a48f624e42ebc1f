"""What an entry says, in the form that is hashed and compared."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

#: Version of the canonical form and of the bodies; every body carries the one it is made with.
VERSION: Final = 1


class Content(NamedTuple):
    """Everything of an entry but its number, its time of recording and its place in the chain."""

    type: str
    effective: str
    document: str | None
    clause: str | None
    body: dict[str, object]


def body(*, version: int = VERSION, **fields: object) -> dict[str, object]:
    """Return the fields that say something, so that a later field does not change earlier entries."""
    return {"v": version, **{name: value for name, value in fields.items() if value is not None}}


def iso(day: date | None) -> str | None:
    """Return a day as it is stored."""
    return None if day is None else written(day)


#: A day as it is stored; an import asks for the same ones again and again.
written: Final = lru_cache(maxsize=4096)(date.isoformat)
