"""The shape of entries: what every entry that a ledger has written looks like, whatever it says.

Whoever forges an entry can give it a right hash.  A day that is none would be kept for good in
tables that only grow, and nothing that reads it would work again.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from landquota.area import UNITS
from landquota.ledger import declarations
from landquota.ledger.entries import Record
from landquota.ledger.movements import MEASURES

#: Fields of bodies that are days, and those that are whole numbers.
_DAYS: Final = frozenset({"expires", "deadline", "starts_by", "valid_from", "valid_to", "stopped_on"})
_NUMBERS: Final = frozenset(
    {
        *("amount", "nominal", "low", "high", "year", "to_year"),
        *("developed", "to_develop", "invested", "investment"),
    }
)
#: Fields of one type of entry that hold one of few words.
_WORDS: Final[Mapping[tuple[str, str], Container[str]]] = MappingProxyType(
    {
        ("holder", "level"): declarations.LEVELS,
        ("kind", "unit"): declarations.UNITS,
        ("period", "action"): ("close", "reopen"),
        ("statement", "measure"): MEASURES,
        ("statement", "unit"): UNITS,
    }
)


def require_shape(record: Record, body: Mapping[str, Any]) -> None:
    """Make sure that days, whole numbers and words are what they have to be.

    Raises
    ------
    TypeError, ValueError
        The entry is not one that a ledger could have written.
    """
    _require_day(record.effective)
    if datetime.fromisoformat(record.recorded).utcoffset() != timedelta(0):
        raise ValueError(record.recorded)
    for name, value in body.items():
        if name in _DAYS:
            _require_day(value)
        elif name in _NUMBERS:
            if type(value) is not int:
                raise TypeError(name)
        elif value not in _WORDS.get((record.type, name), (value,)):
            raise ValueError(name)


def _require_day(written: str) -> None:
    """Refuse what is no day, or one in another form (20180601): days are compared as they are written."""
    day = date.fromisoformat(written)
    if day.isoformat() != written or not declarations.EARLIEST <= day <= declarations.LATEST:
        raise ValueError(written)
