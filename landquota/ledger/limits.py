"""Limits: no account of a holder falls below zero, on any day, but for what is explicitly allowed.

An entry dated back takes from every later day too, so its account has to bear it from its
own day to the last; balances are those of the end of a day.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, select
from sqlalchemy import func as sql

from landquota.ledger import schema
from landquota.ledger.accounts import Account, Transfer
from landquota.ledger.movements import USING

#: What a hundredth of a percent is of.
_WHOLE = 10_000


class Room(NamedTuple):
    """The least that an account can give on a day or later, the first such day, and what of it is allowance."""

    units: int
    day: str
    allowed: int


class Timeline:
    """The net change of one account on each day on which it changes.

    `funds` is the part of it that comes in or goes out; the rest is use and what is given back.
    """

    def __init__(self, changes: Iterable[tuple[str, str, int]] = ()) -> None:
        self._days: list[str] = []
        self._nets: dict[str, int] = {}
        self._funds: dict[str, int] = {}
        self._last = 0
        for day, movement, change in changes:
            self.add(day, change, movement=movement)

    def add(self, day: str, change: int, *, movement: str) -> None:
        """Let `change` count from `day` on."""
        if day not in self._nets:
            insort(self._days, day)
            self._nets[day] = self._funds[day] = 0
        self._nets[day] += change
        self._last += change
        if movement not in USING:
            self._funds[day] += change

    def balance(self, day: str) -> int:
        """Return the balance at the end of `day`."""
        return self._last - sum(self._nets[later] for later in self._days[bisect_right(self._days, day) :])

    def lowest_from(self, day: str, *, hundredths: int = 0) -> Room:
        """Return what is left at the end of `day` or of any later day, where it is least.

        Parameters
        ----------
        hundredths
            The over-limit allowance in hundredths of a percent of the funds of the same day.
        """
        at = bisect_right(self._days, day)
        later = self._days[at:]
        balance = self._last - sum(self._nets[d] for d in later)
        funds = sum(self._funds[d] for d in self._days[:at]) if hundredths else 0
        allowed = max(0, funds) * hundredths // _WHOLE
        lowest = Room(balance + allowed, day, allowed)
        for d in later:
            balance += self._nets[d]
            funds += self._funds[d]
            allowed = max(0, funds) * hundredths // _WHOLE if hundredths else 0
            if balance + allowed < lowest.units:
                lowest = Room(balance + allowed, d, allowed)
        return lowest


class Limits:
    """The timelines of the accounts that one write transaction takes from.

    An account is read once, by the covering index; what the transaction adds is kept here,
    so that no entry of an import reads the earlier ones again.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._timelines: dict[Account, Timeline] = {}
        self._unwritten: dict[Account, list[tuple[str, str, int]]] = {}

    def timeline(self, account: Account, account_id: int | None) -> Timeline:
        """Return the timeline of `account`, with what the transaction has added."""
        timeline = self._timelines.get(account)
        if timeline is None:
            changes = [] if account_id is None else _changes(self._connection, account_id)
            timeline = Timeline([*changes, *self._unwritten.pop(account, ())])
            self._timelines[account] = timeline
        return timeline

    def add(self, transfer: Transfer) -> None:
        """Count a transfer that the transaction is going to write."""
        for account, change in ((transfer.debit, -transfer.amount), (transfer.credit, transfer.amount)):
            timeline = self._timelines.get(account)
            if timeline is not None:
                timeline.add(transfer.effective, change, movement=transfer.movement)
            elif account.limited:
                self._unwritten.setdefault(account, []).append((transfer.effective, transfer.movement, change))

    def written(self) -> None:
        """Take note that the transfers counted so far are in the table now."""
        self._unwritten.clear()


def _changes(connection: Connection, account_id: int) -> list[tuple[str, str, int]]:
    changes = []
    columns = schema.transfer.c
    for column, sign in ((columns.debit, -1), (columns.credit, 1)):
        query = select(columns.effective, columns.movement, sql.sum(columns.amount)).where(column == account_id)
        rows = connection.execute(query.group_by(columns.effective, columns.movement))
        changes += [(day, movement, sign * int(amount)) for day, movement, amount in rows]
    return changes
