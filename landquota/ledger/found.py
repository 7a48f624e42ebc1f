"""Entries by their keys, as a write transaction sees them: in the table, or about to be."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import repeat
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Dialect, Text, bindparam, select

from landquota.ledger import schema
from landquota.ledger.entries import Record

#: How many keys one query asks for.
_CHUNK: Final = 900
_NAMES: Final = tuple(f"key{number:03}" for number in range(_CHUNK))
#: The entry with a key, and the reversals of some entries; made once, for an import asks again and again.
_BY_KEY: Final = select(schema.entry).where(schema.entry.c.key == bindparam("key"))
_REVERSALS: Final = (
    select(schema.reversal.c.target, schema.entry.c.key)
    .join(schema.entry, schema.entry.c.seq == schema.reversal.c.seq)
    .where(schema.reversal.c.target.in_(bindparam("seqs", expanding=True)))
)


class FoundEntries:
    """The entries that a transaction asks for by key, and which of them have been taken back.

    Parameters
    ----------
    first
        The number of the first entry that the transaction adds: reversals of it and of the
        ones after it are in no table.
    """

    def __init__(self, connection: Connection, *, first: int) -> None:
        self._connection = connection
        self._first = first
        self._records: dict[str, tuple[Any, ...] | None] = {}
        self._taken_back: dict[int, str | None] = {}

    def expect(self, keys: Collection[str]) -> None:
        """Look up `keys` together instead of one by one, and forget the others, which are in the table."""
        ordered = sorted(keys)
        self._records = dict.fromkeys(ordered)
        for start in range(0, len(ordered), _CHUNK):
            chunk = ordered[start : start + _CHUNK]
            found = {fields[1]: fields for fields in _with_keys(self._connection, chunk)}
            if found:
                self._records.update(found)
                self._expect_reversals([fields[0] for fields in found.values()])

    def _expect_reversals(self, seqs: Collection[int]) -> None:
        self._taken_back.update(dict.fromkeys(seqs))
        for target, key in self._connection.execute(_REVERSALS, {"seqs": seqs}):
            self._taken_back[target] = key

    def find(self, key: str) -> Record | None:
        """Return the entry with `key`, written or about to be."""
        if key not in self._records:
            row = self._connection.execute(_BY_KEY, {"key": key}).one_or_none()
            self._records[key] = None if row is None else tuple(row)
        fields = self._records[key]
        return None if fields is None else Record._make(fields)

    def target(self, key: str) -> tuple[Record, Mapping[str, Any]] | None:
        """Return the entry with `key`, written or about to be, and its body."""
        record = self.find(key)
        return None if record is None else (record, orjson.loads(record.body))

    def taken_back_by(self, seq: int) -> str | None:
        """Return the key of the reversal of the entry `seq`."""
        if seq in self._taken_back or seq >= self._first:
            return self._taken_back.get(seq)
        row = self._connection.execute(_REVERSALS, {"seqs": [seq]}).one_or_none()
        return None if row is None else row.key

    def add(self, key: str, fields: tuple[Any, ...]) -> None:
        """Take in the fields of the record of an entry that is about to be written."""
        self._records[key] = fields

    def take_back(self, seq: int, *, by: str) -> None:
        """Take note that the entry `seq` is taken back by the one with the key `by`."""
        self._taken_back[seq] = by


def _with_keys(connection: Connection, keys: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Yield the entries with some of `keys`, at most `_CHUNK`, as the driver gives them."""
    values = [*keys, *repeat(keys[-1], _CHUNK - len(keys))]
    parameters = tuple(values) if connection.dialect.positional else dict(zip(_NAMES, values, strict=True))
    yield from map(tuple, connection.exec_driver_sql(_by_keys(connection.dialect), parameters))


@lru_cache(maxsize=2)
def _by_keys(dialect: Dialect) -> str:
    """Return the statement for many keys: SQLAlchemy would fit it to every list, which takes 0.5 µs a key."""
    keys = [bindparam(name, type_=Text) for name in _NAMES]
    return str(select(schema.entry).where(schema.entry.c.key.in_(keys)).compile(dialect=dialect))
