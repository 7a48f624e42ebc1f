"""Sums of transfers: what each holder's quota of a kind and year has come to, as of a day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection, or_, select
from sqlalchemy import func as sql

from landquota.ledger import schema
from landquota.ledger.accounts import QUOTA, Account
from landquota.ledger.movements import MOVEMENTS, State
from landquota.ledger.statements import Group


@dataclass(slots=True)
class Tally:
    """The sums of one group, in units of 1/300 m², by term (granted, …) or state (available, …).

    `requests` and `holdings` count the transfers that have not been taken back: those of
    what was asked for, and all others.
    """

    sums: dict[str, int] = field(default_factory=dict)
    requests: int = 0
    holdings: int = 0

    def add(self, name: str, amount: int) -> None:
        """Add to the sum `name`."""
        self.sums[name] = self.sums.get(name, 0) + amount


class _Flow(NamedTuple):
    """All transfers of one movement between two accounts, or all that take such ones back."""

    movement: str
    debit: int
    credit: int
    mirror: bool
    amount: int
    number: int


def tallies(connection: Connection, *, as_of: str, group: Group | None = None) -> dict[Group, Tally]:
    """Return the sums of all transfers that count by the end of `as_of`, or of one `group` only.

    The states are balances; the terms are sums of movements, less what was taken back.
    """
    accounts = {
        number: account
        for number, account in _accounts(connection).items()
        if account.holder is not None and (group is None or _group(account) == group)
    }
    totals: dict[Group, Tally] = {}
    for flow in _flows(connection, as_of, None if group is None else accounts):
        movement = MOVEMENTS[flow.movement]
        # A transfer that takes another one back has the accounts the other way round.
        debit, credit = (movement.gives, movement.takes) if flow.mirror else (movement.takes, movement.gives)
        sign = -1 if flow.mirror else 1
        for number, term, change in ((flow.debit, debit, -flow.amount), (flow.credit, credit, flow.amount)):
            if number not in accounts:
                continue
            account = accounts[number]
            tally = totals.setdefault(_group(account), Tally())
            tally.add(account.state, change)
            if term is not None:
                tally.add(term, sign * flow.amount)
            if account.state == State.REQUESTED:
                tally.requests += sign * flow.number
            else:
                tally.holdings += sign * flow.number
    return totals


def available(connection: Connection, *, kind: str, year: int | None, as_of: str) -> dict[str, int]:
    """Return what each holder has available of a kind and year, where it is above zero."""
    has: dict[str, int] = {}
    for number, account in _accounts(connection).items():
        if account.holder is not None and (account.kind, account.year, account.state) == (kind, year, State.AVAILABLE):
            has[account.holder] = _balance(connection, number, as_of)
    return {holder: units for holder, units in has.items() if units > 0}


def entry_keys(connection: Connection, *, as_of: str) -> dict[Group, list[str]]:
    """Return the keys of the entries behind each group's sums, in their order."""
    accounts = _accounts(connection)
    transfer, entry = schema.transfer, schema.entry
    query = (
        select(transfer.c.debit, transfer.c.credit, entry.c.key)
        .join(entry, entry.c.seq == transfer.c.seq)
        .where(transfer.c.effective <= as_of)
        .order_by(transfer.c.seq)
    )
    keys: dict[Group, list[str]] = {}
    for debit, credit, key in connection.execute(query):
        held = [accounts[number] for number in (debit, credit) if accounts[number].holder is not None]
        for group in dict.fromkeys(_group(account) for account in held):
            keys.setdefault(group, []).append(key)
    return keys


def _flows(connection: Connection, as_of: str, accounts: Iterable[int] | None) -> Iterator[_Flow]:
    """Return the flows between accounts, summed in the database."""
    transfer, reversal = schema.transfer, schema.reversal
    mirror = reversal.c.seq.is_not(None)
    same = (transfer.c.movement, transfer.c.debit, transfer.c.credit, mirror)
    query = (
        select(*same, sql.sum(transfer.c.amount), sql.count())
        .outerjoin(reversal, reversal.c.seq == transfer.c.seq)
        .where(transfer.c.effective <= as_of)
        .group_by(*same)
    )
    if accounts is not None:
        numbers = list(accounts)
        query = query.where(or_(transfer.c.debit.in_(numbers), transfer.c.credit.in_(numbers)))
    for movement, debit, credit, is_mirror, amount, number in connection.execute(query):
        yield _Flow(movement, debit, credit, bool(is_mirror), int(amount), number)


def _balance(connection: Connection, account: int, as_of: str) -> int:
    columns = schema.transfer.c
    received, given = (
        connection.execute(
            select(sql.coalesce(sql.sum(columns.amount), 0)).where(column == account, columns.effective <= as_of)
        ).scalar_one()
        for column in (columns.credit, columns.debit)
    )
    return int(received) - int(given)


def _accounts(connection: Connection) -> dict[int, Account]:
    """Return the quota accounts by number, the issuer's too."""
    rows = connection.execute(select(schema.account).where(schema.account.c.book == QUOTA))
    return {row.id: Account(row.book, row.holder, row.kind, row.year, row.state) for row in rows}


def _group(account: Account) -> Group:
    return Group(account.holder or "", account.kind, account.year)
