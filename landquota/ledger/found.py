"""Entries by their keys, as a write transaction sees them: in the table, or about to be."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import Connection, bindparam, select

from landquota.ledger import schema
from landquota.ledger.entries import Record

#: How many keys one query asks for.
_CHUNK: Final = 500
#: The entries with some keys, and the reversals of some entries; made once, for an import asks again and again.
_BY_KEY: Final = select(schema.entry).where(schema.entry.c.key.in_(bindparam("keys", expanding=True)))
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
        self._records: dict[str, Record | None] = {}
        self._taken_back: dict[int, str | None] = {}

    def expect(self, keys: Collection[str]) -> None:
        """Look up `keys` together instead of one by one, and forget the others, which are in the table."""
        self._records.clear()
        ordered = sorted(keys)
        for start in range(0, len(ordered), _CHUNK):
            chunk = ordered[start : start + _CHUNK]
            self._records.update(dict.fromkeys(chunk))
            rows = self._connection.execute(_BY_KEY, {"keys": chunk})
            found = {row.key: Record(*row) for row in rows}
            if found:
                self._records.update(found)
                self._expect_reversals([record.seq for record in found.values()])

    def _expect_reversals(self, seqs: Collection[int]) -> None:
        self._taken_back.update(dict.fromkeys(seqs))
        for target, key in self._connection.execute(_REVERSALS, {"seqs": seqs}):
            self._taken_back[target] = key

    def find(self, key: str) -> Record | None:
        """Return the entry with `key`, written or about to be."""
        if key not in self._records:
            row = self._connection.execute(_BY_KEY, {"keys": [key]}).one_or_none()
            self._records[key] = None if row is None else Record(*row)
        return self._records[key]

    def taken_back_by(self, seq: int) -> str | None:
        """Return the key of the reversal of the entry `seq`."""
        if seq in self._taken_back or seq >= self._first:
            return self._taken_back.get(seq)
        row = self._connection.execute(_REVERSALS, {"seqs": [seq]}).one_or_none()
        return None if row is None else row.key

    def add(self, record: Record) -> None:
        """Take in an entry that is about to be written."""
        self._records[record.key] = record

    def take_back(self, seq: int, *, by: str) -> None:
        """Take note that the entry `seq` is taken back by the one with the key `by`."""
        self._taken_back[seq] = by
