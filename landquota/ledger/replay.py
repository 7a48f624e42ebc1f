"""The replay: what the tables have to be, from the entries alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from landquota.ledger import schema
from landquota.ledger.accounts import Account, TransferRow
from landquota.ledger.entries import Record
from landquota.ledger.projection import Projection
from landquota.ledger.shape import require_shape
from landquota.ledger.turnover import turnovers

#: The columns that identify a row, by table.
_KEYS: Final = {table.name: table.primary_key.columns.keys() for table in (schema.meta, *schema.PROJECTIONS)}


@dataclass(frozen=True, slots=True)
class Due:
    """A row as it should be, and the entry that it follows from; 0 where it is a sum of many."""

    seq: int
    row: Mapping[str, Any]


class Replay:
    """The rows that entries come to, by table and primary key.

    `entries` are those whose body can be read, `failed` those that no ledger could have written.
    """

    def __init__(self, records: Iterable[Record]) -> None:
        self.rows: dict[str, dict[object, Due]] = {table.name: {} for table in schema.PROJECTIONS}
        self.entries: list[tuple[Record, dict[str, Any]]] = []
        self.failed: list[Record] = []
        self._seen: dict[str, tuple[Record, Mapping[str, Any]]] = {}
        self._projection = Projection(
            find_account=lambda _: None, find_target=self._seen.get, find_book=lambda _: None, last_account=0
        )
        for record in records:
            self._add(record)
        self._add_turnover()

    def table(self, name: str) -> Iterable[Due]:
        """Return the rows of a table, in the order of their entries."""
        return self.rows[name].values()

    def accounts(self) -> dict[int, Account]:
        """Return the accounts that the entries open, by number."""
        return {
            due.row["id"]: Account(**{name: due.row[name] for name in Account._fields}) for due in self.table("account")
        }

    def _add(self, record: Record) -> None:
        try:
            body = orjson.loads(record.body)
            if isinstance(body, dict):
                self.entries.append((record, body))
            require_shape(record, body)
            rows = self._projection.rows(record, body)
            self._seen[record.key] = (record, body)
            for table, values in rows:
                row = dict(zip(schema.COLUMNS[table], values, strict=True))
                self.rows[table][primary_key(table, row)] = Due(record.seq, row)
        except (AttributeError, ArithmeticError, KeyError, TypeError, ValueError):
            self.failed.append(record)

    def _add_turnover(self) -> None:
        limited = {due.row["id"] for due in self.table("account") if due.row["holder"] is not None}
        transfers = [TransferRow(**due.row) for due in self.table("transfer")]
        rows = turnovers(transfers, limited=limited)
        self.rows["turnover"] = {primary_key("turnover", row): Due(0, row) for row in rows}


def primary_key(table: str, row: Mapping[str, Any]) -> object:
    """Return what identifies `row` in its table."""
    first, *others = _KEYS[table]
    return " ".join(str(row[name]) for name in _KEYS[table]) if others else row[first]
