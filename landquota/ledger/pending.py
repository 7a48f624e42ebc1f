"""What a write transaction has taken in and is going to write, and what it looks up to judge by."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any, Final

from sqlalchemy import Connection, select
from sqlalchemy import func as sql

from landquota.ledger import schema
from landquota.ledger.accounts import TransferRow, TransferValues
from landquota.ledger.declarations import LATEST
from landquota.ledger.entries import GENESIS, Record
from landquota.ledger.found import FoundEntries
from landquota.ledger.insertion import insert_rows
from landquota.ledger.limits import Limits
from landquota.ledger.opened import OpenedAccounts
from landquota.ledger.projection import Projection, Row
from landquota.ledger.requests import Requests, live_requests
from landquota.ledger.turnover import Turnovers

#: From how many entries on it is worth reading all accounts of quota at once.
_MANY: Final = 500


class Pending:
    """The entries and rows that are taken in and not yet written.

    `recorded` is the time of recording, UTC in ISO form; `head` number and hash of the last entry.

    Parameters
    ----------
    since
        The first day from which an entry of the transaction counts; any, where it is not known.
    find_book
        Looks up the book of a quota kind that is declared.
    """

    def __init__(
        self, connection: Connection, *, recorded: str, since: str, find_book: Callable[[str], str | None]
    ) -> None:
        self._connection = connection
        self.recorded = recorded
        self.head = head_of(connection)
        self.entries: list[tuple[Any, ...]] = []
        self.rows: dict[str, list[tuple[Any, ...]]] = {table.name: [] for table in schema.PROJECTIONS}
        last_account = connection.execute(select(sql.coalesce(sql.max(schema.account.c.id), 0))).scalar_one()
        self.found = FoundEntries(connection, first=self.head[0] + 1)
        self.limits = Limits(connection, last_account=last_account, since=since)
        self._opened = OpenedAccounts(connection)
        self.projection = Projection(
            find_account=self._opened.find,
            find_target=self.found.target,
            find_book=find_book,
            last_account=last_account,
        )
        self.requests: dict[tuple[str, str], Requests] = {}
        self._turnovers = Turnovers(connection, last_account=last_account)

    def expect(self, keys: Collection[str], *, requested: Iterable[tuple[str, str]]) -> None:
        """Look up what the next entries name together instead of one by one.

        What was taken in before is written, and looked up again where it is named: an import
        of a million keeps in mind only what it needs next.

        Parameters
        ----------
        keys
            The keys that they bring, and those that they name.
        requested
            The holders and kinds of the requests among these.
        """
        self.write()
        if len(keys) >= _MANY:
            self._opened.expect_many()
        self.found.expect(keys)
        for holder, kind in requested:
            self.asked(holder, kind)

    def asked(self, holder: str, kind: str) -> Requests:
        """Return the live requests for a holder's quota of a kind, with what the transaction has taken in."""
        requests = self.requests.get((holder, kind))
        if requests is None:
            self.write()  # so that the query sees the earlier entries too
            requests = live_requests(self._connection, as_of=LATEST.isoformat(), of=(holder, kind))
            self.requests[holder, kind] = requests
        return requests

    def add(self, record: Record, rows: Iterable[Row]) -> None:
        """Take in an entry and the rows that it comes to."""
        for table, row in rows:
            if table == schema.transfer.name:
                self.limits.add(TransferRow._make(row))
            self.rows[table].append(row)
        self.entries.append(tuple(record))
        self.found.add(record.key, record)
        self.head = record.seq, record.hash

    def move(self, fields: tuple[Any, ...], row: TransferValues) -> None:
        """Take in an entry that is nothing but a transfer: the fields of its record, and the values of that row."""
        self.limits.add(row)
        self.rows["transfer"].append(row)
        self.entries.append(fields)
        self.found.add(fields[1], fields)
        self.head = fields[0], fields[-1]

    def write(self) -> None:
        """Write what was taken in; it is safe only when the transaction has been committed."""
        if self.entries:
            insert_rows(self._connection, schema.entry, self.entries)
            self.entries.clear()
        for table in schema.PROJECTIONS:
            rows = self.rows[table.name]
            if rows:
                insert_rows(self._connection, table, rows)
            if rows and table is schema.transfer:
                self._turnovers.add(rows)
            rows.clear()
        self.limits.written()


def head_of(connection: Connection) -> tuple[int, str]:
    """Return number and hash of the last entry."""
    columns = schema.entry.c
    row = connection.execute(select(columns.seq, columns.hash).order_by(columns.seq.desc()).limit(1)).one_or_none()
    return (0, GENESIS) if row is None else (row.seq, row.hash)
