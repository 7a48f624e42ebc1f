"""Limits: no account of a holder falls below zero, on any day, but for what is explicitly allowed.

An entry dated back takes from every later day too, so its account has to bear it from its
own day to the last; balances are those of the end of a day.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Select, Text, bindparam, case, or_, select, union_all
from sqlalchemy import func as sql

from landquota.ledger import schema, turnover
from landquota.ledger.movements import PAYING, USING

#: What a hundredth of a percent is of.
_WHOLE = 10_000

#: What counts on a day: the day, the movement, and what it brings.
_Change = tuple[str, str, int]


def over_limit(funds: int, hundredths: int, *, paid: int = 0) -> int:
    """Return how far use may exceed `funds`: hundredths of a percent of them, less what a later year has paid of it."""
    if not hundredths:
        return 0
    paid = max(0, paid)
    return max(0, max(0, funds - paid) * hundredths // _WHOLE - paid)


class Room(NamedTuple):
    """The least that an account can give on a day or later, the first such day, and what of it is allowance."""

    units: int
    day: str
    allowed: int


class Timeline:
    """The net change of one account on each day on which it changes.

    `funds` is the part of it that comes in or goes out; the rest is use and what is given back.
    `paid` is what a later year has paid for this one: as much of an allowance is used up for good.
    """

    def __init__(self, changes: Iterable[_Change] = ()) -> None:
        self._days: list[str] = []
        self._nets: list[int] = []
        self._funds: list[int] = []
        self._paid: list[int] = []
        self._last = self._last_funds = self._last_paid = 0
        self._last_day = ""
        self._new: list[_Change] = []
        for day, movement, change in changes:
            self.add(day, change, movement=movement)

    def add(self, day: str, change: int, *, movement: str) -> None:
        """Let `change` count from `day` on."""
        # What is asked as a rule, whether the last day bears something, needs no more than this.
        self._new.append((day, movement, change))
        self._last += change
        self._last_day = max(self._last_day, day)

    def bears(self, amount: int, day: str) -> bool:
        """Return whether nothing falls below zero without `amount` from `day` on, if that is quickly told."""
        return day >= self._last_day and amount <= self._last

    def _settle(self) -> None:
        """Put what has been added to its days."""
        days = self._days
        for day, movement, change in self._new:
            fund, payment = 0 if movement in USING else change, change if movement == PAYING else 0
            # As a rule entries come in the order of their days.
            at = len(days) if not days or days[-1] < day else bisect_left(days, day)
            if at < len(days) and days[at] == day:
                self._nets[at] += change
                self._funds[at] += fund
                self._paid[at] += payment
            else:
                days.insert(at, day)
                self._nets.insert(at, change)
                self._funds.insert(at, fund)
                self._paid.insert(at, payment)
            self._last_funds += fund
            self._last_paid += payment
        self._new.clear()

    def balance(self, day: str) -> int:
        """Return the balance at the end of `day`."""
        self._settle()
        return self._last - sum(self._nets[bisect_right(self._days, day) :])

    def unpaid(self, day: str) -> int:
        """Return how far below zero the end of `day` is, less what a later year pays for it on later days."""
        self._settle()
        paid = accumulate(self._paid[bisect_right(self._days, day) :], initial=0)
        return max(0, -self.balance(day) - max(paid))

    def lowest_from(self, day: str, *, hundredths: int = 0) -> Room:
        """Return what is left at the end of `day` or of any later day, where it is least.

        Parameters
        ----------
        hundredths
            The over-limit allowance in hundredths of a percent of the funds of the same day.
        """
        self._settle()
        days = self._days
        if not days or days[-1] <= day:
            allowed = over_limit(self._last_funds, hundredths, paid=self._last_paid)
            return Room(self._last + allowed, day, allowed)
        at = bisect_right(days, day)
        balance = self._last - sum(self._nets[at:])
        funds, paid = self._last_funds - sum(self._funds[at:]), self._last_paid - sum(self._paid[at:])
        allowed = over_limit(funds, hundredths, paid=paid)
        lowest = Room(balance + allowed, day, allowed)
        changes = zip(days[at:], self._nets[at:], self._funds[at:], self._paid[at:], strict=True)
        for later, net, fund, payment in changes:
            balance += net
            funds += fund
            paid += payment
            allowed = over_limit(funds, hundredths, paid=paid)
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
        day, movement, amount = row["effective"], row["movement"], row["amount"]
        for account, change in ((row["debit"], -amount), (row["credit"], amount)):
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
        return _changes_of(self._connection, account, since=self._since)


def timeline_of(connection: Connection, account_id: int) -> Timeline:
    """Return the timeline of an account by its number."""
    return Timeline(_changes_of(connection, account_id, since=""))


def timeline_before(connection: Connection, account_id: int, seq: int) -> Timeline:
    """Return the timeline of an account as it was before the entry `seq` was posted."""
    columns = schema.transfer.c
    sign = case((columns.debit == account_id, -1), else_=1)
    query = select(columns.effective, columns.movement, sign * columns.amount)
    mine = or_(columns.debit == account_id, columns.credit == account_id)
    rows = connection.execute(query.where(mine, columns.seq < seq))
    return Timeline((day, movement, int(change)) for day, movement, change in rows)


def _changes_of(connection: Connection, account: int, *, since: str) -> list[_Change]:
    """Return the changes of an account by day and movement, those before a day as if they were of it."""
    query = turnover.CHANGES if since and turnover.is_busy(connection, account) else _CHANGES
    rows = connection.execute(query, {"account": account, "since": since, **turnover.until(since)})
    return [(day, movement, int(change)) for day, movement, change in rows]


def _changes() -> Iterator[Select[str, str, int]]:
    """Yield what selects the changes of one account, all of them by the index."""
    column, since = schema.transfer.c, bindparam("since", type_=Text)
    for side, change in ((column.debit, -sql.sum(column.amount)), (column.credit, sql.sum(column.amount))):
        mine = side == bindparam("account")
        before = select(since, column.movement, change).where(mine, column.effective < since)
        yield before.group_by(column.movement)
        later = select(column.effective, column.movement, change).where(mine, column.effective >= since)
        yield later.group_by(column.movement, column.mirror, column.effective)


#: Made once, for an import asks it of thousands of accounts.
_CHANGES: Final = union_all(*_changes())
