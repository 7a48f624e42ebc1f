"""Limits: no account of a holder falls below zero, on any day.

An entry dated back takes from every later day too, so its account has to bear it from its
own day to the last; balances are those of the end of a day.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable

from sqlalchemy import Connection, select
from sqlalchemy import func as sql

from landquota.ledger import schema
from landquota.ledger.accounts import Account, Transfer


class Timeline:
    """The net change of one account on each day on which it changes."""

    def __init__(self, changes: Iterable[tuple[str, int]] = ()) -> None:
        self._days: list[str] = []
        self._nets: dict[str, int] = {}
        self._last = 0
        for day, change in changes:
            self.add(day, change)

    def add(self, day: str, change: int) -> None:
        """Let `change` count from `day` on."""
        if day not in self._nets:
            insort(self._days, day)
            self._nets[day] = 0
        self._nets[day] += change
        self._last += change

    def lowest_from(self, day: str) -> tuple[int, str]:
        """Return the lowest balance at the end of `day` or any later day, and the first such day."""
        later = self._days[bisect_right(self._days, day) :]
        balance = self._last - sum(self._nets[d] for d in later)
        lowest, when = balance, day
        for d in later:
            balance += self._nets[d]
            if balance < lowest:
                lowest, when = balance, d
        return lowest, when


class Limits:
    """The timelines of the accounts that one write transaction takes from.

    An account is read once, by the covering index; what the transaction adds is kept here,
    so that no entry of an import reads the earlier ones again.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._timelines: dict[Account, Timeline] = {}
        self._unwritten: dict[Account, list[tuple[str, int]]] = {}

    def lowest(self, account: Account, account_id: int | None, *, day: str) -> tuple[int, str]:
        """Return the lowest balance of `account` on `day` or later, and the first day that has it."""
        timeline = self._timelines.get(account)
        if timeline is None:
            changes = [] if account_id is None else _changes(self._connection, account_id)
            timeline = Timeline([*changes, *self._unwritten.pop(account, ())])
            self._timelines[account] = timeline
        return timeline.lowest_from(day)

    def add(self, transfer: Transfer) -> None:
        """Count a transfer that the transaction is going to write."""
        for account, change in ((transfer.debit, -transfer.amount), (transfer.credit, transfer.amount)):
            if account in self._timelines:
                self._timelines[account].add(transfer.effective, change)
            elif account.limited:
                self._unwritten.setdefault(account, []).append((transfer.effective, change))

    def written(self) -> None:
        """Take note that the transfers counted so far are in the table now."""
        self._unwritten.clear()


def _changes(connection: Connection, account_id: int) -> list[tuple[str, int]]:
    changes = []
    columns = schema.transfer.c
    for column, sign in ((columns.debit, -1), (columns.credit, 1)):
        query = select(columns.effective, sql.sum(columns.amount)).where(column == account_id)
        rows = connection.execute(query.group_by(columns.effective))
        changes += [(day, sign * int(amount)) for day, amount in rows]
    return changes
