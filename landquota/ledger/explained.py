"""How far below zero an account may be found: what allowances and carried deficits explain, day by day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import or_, select

from landquota.ledger import schema
from landquota.ledger.limits import over_limit
from landquota.ledger.movements import MOVEMENTS, USING

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from landquota.ledger.accounts import Transfer
    from landquota.ledger.registry import Registry


class Change(NamedTuple):
    """What a transfer changes on one of its two accounts."""

    day: str
    seq: int
    units: int
    movement: str
    mirror: bool


class Allowed(NamedTuple):
    """An over-limit allowance that an account may have used: since when, and how much."""

    effective: str
    hundredths: int


class Overdrawn(NamedTuple):
    """The first day at whose end an account is further below zero than anything explains."""

    day: str
    seq: int
    balance: int
    explained: int


def first_overdrawn(changes: Iterable[Change], allowances: Sequence[Allowed]) -> Overdrawn | None:
    """Return the first day on which neither an allowance nor a carried deficit explains the balance.

    Parameters
    ----------
    changes
        All that changes the account, in the order of the days.
    allowances
        Those that it may have used: an entry that did stays when they end.
    """
    balance = funds = carried = 0
    for day, group in groupby(changes, key=attrgetter("day")):
        taking = 0
        for change in group:
            balance += change.units
            funds += 0 if change.movement in USING else change.units
            carried += _carried(change)
            taking = change.seq if change.units < 0 else taking
        hundredths = max((each.hundredths for each in allowances if each.effective <= day), default=0)
        explained = max(0, over_limit(funds, hundredths) + carried)
        if balance + explained < 0:
            return Overdrawn(day, taking, balance, explained)
    return None


def stays_explained(connection: Connection, transfer: Transfer, account: int, registry: Registry) -> bool:
    """Return whether what `transfer` would leave on the `account` that it takes from is explained on every day."""
    holder, kind, year = transfer.debit[1:4]
    allowances = [
        Allowed(each.effective.isoformat(), each.hundredths)
        for each in registry.allowances
        if (each.holder, each.kind) == (holder, kind) and each.year in {None, year}
    ]
    taken = Change(transfer.effective, 0, -transfer.amount, transfer.movement, transfer.mirror)
    changes = sorted([*_changes_of(connection, account), taken], key=attrgetter("day"))
    return first_overdrawn(changes, allowances) is None


def _changes_of(connection: Connection, account: int) -> list[Change]:
    """Return what changes the account with this number, in the order of the days."""
    columns = schema.transfer.c
    query = select(columns.effective, columns.seq, columns.debit, columns.amount, columns.movement, columns.mirror)
    rows = connection.execute(
        query.where(or_(columns.debit == account, columns.credit == account)).order_by(columns.effective, columns.seq)
    )
    return [
        Change(day, seq, -amount if debit == account else amount, movement, bool(mirror))
        for day, seq, debit, amount, movement, mirror in rows
    ]


def _carried(change: Change) -> int:
    """Return what of a change is a deficit carried to this account, or the taking back of one."""
    if not MOVEMENTS[change.movement].below or (change.units > 0 and not change.mirror):
        return 0
    return -change.units
