"""Limits: no account of a holder falls below zero, on any day, but for what is explicitly allowed.

An entry dated back takes from every later day too, so its account has to bear it from its
own day to the last; balances are those of the end of a day.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Final, NamedTuple

from sqlalchemy import Connection, Select, Text, bindparam, case, or_, select, union_all
from sqlalchemy import func as sql

from landquota.ledger import schema, turnover
from landquota.ledger.accounts import TransferValues
from landquota.ledger.movements import PAYING, USING

#: What a hundredth of a percent is of.
_WHOLE = 10_000

#: What counts on a day: the day, the movement, and what it brings.
Change = tuple[str, str, int]


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


class Sums:
    """What changes come to: all of them, the part that comes in or goes out, and what a later year has paid of it."""

    __slots__ = ("funds", "net", "paid")

    def __init__(self) -> None:
        self.net = self.funds = self.paid = 0

    def add(self, other: Sums, *, sign: int = 1) -> None:
        """Add others, or take them off."""
        self.net += sign * other.net
        self.funds += sign * other.funds
        self.paid += sign * other.paid

    def room(self, day: str, *, hundredths: int) -> Room:
        """Return what is left, with an allowance in hundredths of a percent of the funds."""
        allowed = over_limit(self.funds, hundredths, paid=self.paid)
        return Room(self.net + allowed, day, allowed)


class Timeline:
    """The changes of one account, summed by the days on which it changes.

    What is neither use nor given back is funds; what a later year has paid for this one uses up
    as much of an allowance for good.
    """

    def __init__(self, changes: Iterable[Change] = ()) -> None:
        self._days: list[str] = []
        self._sums: dict[str, Sums] = {}
        self._end = Sums()
        self._last = 0
        self._last_day = ""
        self._new: list[Change] = []
        for change in changes:
            self.add(change)

    def add(self, change: Change) -> None:
        """Let a change count from its day on."""
        # What is asked as a rule, whether the last day bears something, needs no more than this.
        self._new.append(change)
        day, _, units = change
        self._last += units
        if day > self._last_day:  # noqa: PLR1730 - max takes three times as long
            self._last_day = day

    def bears(self, amount: int, day: str) -> bool:
        """Return whether, without any allowance, nothing falls below zero without `amount` from `day` on."""
        if day >= self._last_day:  # as a rule
            return amount <= self._last
        balance = least = self._last
        for later in reversed(self._after(day)):
            balance -= self._sums[later].net
            least = min(least, balance)
        return amount <= least

    def balance(self, day: str) -> int:
        """Return the balance at the end of `day`."""
        return self._at(day).net

    def unpaid(self, day: str) -> int:
        """Return how far below zero the end of `day` is, less what a later year pays for it on later days."""
        paid = accumulate((self._sums[later].paid for later in self._after(day)), initial=0)
        return max(0, -self.balance(day) - max(paid))

    def lowest_from(self, day: str, *, hundredths: int = 0) -> Room:
        """Return what is left at the end of `day` or of any later day, where it is least.

        Parameters
        ----------
        hundredths
            The over-limit allowance in hundredths of a percent of the funds of the same day.
        """
        sums = self._at(day)
        lowest = sums.room(day, hundredths=hundredths)
        for later in self._after(day):
            sums.add(self._sums[later])
            room = sums.room(later, hundredths=hundredths)
            if room.units < lowest.units:
                lowest = room
        return lowest

    def _at(self, day: str) -> Sums:
        """Return what all changes come to at the end of `day`."""
        self._settle()
        sums = Sums()
        sums.add(self._end)
        for later in self._after(day):
            sums.add(self._sums[later], sign=-1)
        return sums

    def _after(self, day: str) -> list[str]:
        """Return the days of change after `day`."""
        self._settle()
        return self._days[bisect_right(self._days, day) :]

    def _settle(self) -> None:
        """Put what has been added to its days."""
        days, end = self._sums, self._end
        for day, movement, change in self._new:
            sums = days.get(day)
            if sums is None:
                sums = days[day] = Sums()
                insort(self._days, day)
            sums.net += change
            if movement not in USING:
                sums.funds += change
                end.funds += change
                if movement == PAYING:
                    sums.paid += change
                    end.paid += change
        end.net = self._last
        self._new.clear()


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
        self._unwritten: defaultdict[int, list[Change]] = defaultdict(list)
        self._of_new: defaultdict[int, list[Change]] = defaultdict(list)

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

    def bears(self, account: int | None, amount: int, day: str) -> bool:
        """Return whether an account has `amount` at the end of `day` and of every later day, without any allowance."""
        timeline = self._timelines.get(account) if account is not None else None
        return (timeline or self.timeline(account)).bears(amount, day)

    def add(self, row: TransferValues) -> None:
        """Count a row of the table of transfers that the transaction is going to write."""
        _, movement, debit, credit, amount, day, _, _, _, _ = row
        for account, change in ((debit, (day, movement, -amount)), (credit, (day, movement, amount))):
            timeline = self._timelines.get(account)
            if timeline is not None:
                timeline.add(change)
            elif account > self._last_account:
                self._of_new[account].append(change)
            else:
                self._unwritten[account].append(change)

    def written(self) -> None:
        """Take note that the transfers counted so far are in the table now, where old accounts are read."""
        self._unwritten.clear()

    def _read(self, account: int) -> list[Change]:
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


def _changes_of(connection: Connection, account: int, *, since: str) -> list[Change]:
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
