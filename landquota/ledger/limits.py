"""Limits: no account of a holder falls below zero, on any day, but for what is explicitly allowed.

An entry dated back takes from every later day too, so its account has to bear it from its
own day to the last; balances are those of the end of a day.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Select, Text, bindparam, select, union_all
from sqlalchemy import func as sql

from landquota.ledger import schema
from landquota.ledger.movements import USING

#: What a hundredth of a percent is of.
_WHOLE = 10_000

#: What counts on a day: the day, the movement, and what it brings.
_Change = tuple[str, str, int]


class Room(NamedTuple):
    """The least that an account can give on a day or later, the first such day, and what of it is allowance."""

    units: int
    day: str
    allowed: int


class Timeline:
    """The net change of one account on each day on which it changes.

    `funds` is the part of it that comes in or goes out; the rest is use and what is given back.
    """

    def __init__(self, changes: Iterable[_Change] = ()) -> None:
        self._days: list[str] = []
        self._nets: list[int] = []
        self._funds: list[int] = []
        self._last = self._last_funds = 0
        for day, movement, change in changes:
            self.add(day, change, movement=movement)

    def add(self, day: str, change: int, *, movement: str) -> None:
        """Let `change` count from `day` on."""
        fund = 0 if movement in USING else change
        at = bisect_left(self._days, day)
        if at < len(self._days) and self._days[at] == day:
            self._nets[at] += change
            self._funds[at] += fund
        else:
            self._days.insert(at, day)
            self._nets.insert(at, change)
            self._funds.insert(at, fund)
        self._last += change
        self._last_funds += fund

    def balance(self, day: str) -> int:
        """Return the balance at the end of `day`."""
        return self._last - sum(self._nets[bisect_right(self._days, day) :])

    def lowest_from(self, day: str, *, hundredths: int = 0) -> Room:
        """Return what is left at the end of `day` or of any later day, where it is least.

        Parameters
        ----------
        hundredths
            The over-limit allowance in hundredths of a percent of the funds of the same day.
        """
        days = self._days
        if not days or days[-1] <= day:  # as nearly always, for entries come in the order of their days
            allowed = max(0, self._last_funds) * hundredths // _WHOLE
            return Room(self._last + allowed, day, allowed)
        at = bisect_right(days, day)
        balance, funds = self._last - sum(self._nets[at:]), self._last_funds - sum(self._funds[at:])
        allowed = max(0, funds) * hundredths // _WHOLE
        lowest = Room(balance + allowed, day, allowed)
        for later, net, fund in zip(days[at:], self._nets[at:], self._funds[at:], strict=True):
            balance += net
            funds += fund
            allowed = max(0, funds) * hundredths // _WHOLE
            if balance + allowed < lowest.units:
                lowest = Room(balance + allowed, later, allowed)
        return lowest


class Limits:
    """The timelines of the accounts that one write transaction takes from.

    An account is read once, by the covering index, and one that the transaction opens (those
    after `last_account`) never; what the transaction adds is kept here, so that no entry of an
    import reads the earlier ones again.  No entry counts from a day before `since`: what came
    and went before that day is one sum.
    """

    def __init__(self, connection: Connection, *, last_account: int, since: str) -> None:
        self._connection = connection
        self._last_account = last_account
        self._since = since
        self._timelines: dict[int, Timeline] = {}
        self._unwritten: defaultdict[int, list[_Change]] = defaultdict(list)
        self._of_new: defaultdict[int, list[_Change]] = defaultdict(list)

    def timeline(self, account: int | None) -> Timeline:
        """Return the timeline of the account with this number, with what the transaction has added."""
        if account is None:
            return Timeline()
        timeline = self._timelines.get(account)
        if timeline is None:
            if account > self._last_account:
                changes = self._of_new.pop(account, [])
            else:
                changes = self._read(account) + self._unwritten.pop(account, [])
            timeline = self._timelines[account] = Timeline(changes)
        return timeline

    def add(self, row: Mapping[str, Any]) -> None:
        """Count a row of the table of transfers that the transaction is going to write."""
        day, movement = row["effective"], row["movement"]
        for account, change in ((row["debit"], -row["amount"]), (row["credit"], row["amount"])):
            timeline = self._timelines.get(account)
            if timeline is not None:
                timeline.add(day, change, movement=movement)
            elif account > self._last_account:
                self._of_new[account].append((day, movement, change))
            else:
                self._unwritten[account].append((day, movement, change))

    def written(self) -> None:
        """Take note that the transfers counted so far are in the table now, where old accounts are read."""
        self._unwritten.clear()

    def _read(self, account: int) -> list[_Change]:
        rows = self._connection.execute(_CHANGES, {"account": account, "since": self._since})
        return [(day, movement, int(change)) for day, movement, change in rows]


def _changes() -> Iterator[Select[str, str, int]]:
    """Yield what selects the changes of one account by day and movement, those before a day as if they were of it."""
    column, since = schema.transfer.c, bindparam("since", type_=Text)
    for side, change in ((column.debit, -sql.sum(column.amount)), (column.credit, sql.sum(column.amount))):
        mine = side == bindparam("account")
        before = select(since, column.movement, change).where(mine, column.effective < since)
        yield before.group_by(column.movement)
        later = select(column.effective, column.movement, change).where(mine, column.effective >= since)
        yield later.group_by(column.movement, column.mirror, column.effective)


#: Made once, for an import asks it of thousands of accounts.
_CHANGES: Final = union_all(*_changes())
