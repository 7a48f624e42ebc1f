"""Sums of transfers: what each holder's quota of a kind and year has come to, as of a day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Select, bindparam, select

from landquota.ledger import schema, turnover
from landquota.ledger.accounts import LAND, OF_KINDS, Account
from landquota.ledger.movements import MOVEMENTS, USING, State
from landquota.ledger.opened import account_number
from landquota.ledger.statements import Group

#: The states in which quota lies on one account each.  What is reserved lies on an account per reservation: it
#: is not summed over all of them, for it is what the other states gave for use and did not get back.
_STATES: Final = (State.REQUESTED.value, State.AVAILABLE.value, State.COMMITTED.value)


@dataclass(slots=True)
class Tally:
    """The sums of one group, in smallest units, by term (granted, …) or state (available, …).

    `requests` and `holdings` count the transfers that have not been taken back: those of
    what was asked for, and all others.
    """

    sums: dict[str, int] = field(default_factory=dict)
    requests: int = 0
    holdings: int = 0

    def add(self, name: str, amount: int) -> None:
        """Add to the sum `name`."""
        self.sums[name] = self.sums.get(name, 0) + amount

    def take(self, flow: Flow) -> None:
        """Count what a movement has brought to one of the group's accounts or taken from it."""
        state = flow.account.state
        if state == State.RESERVED:
            return  # it is what the other states gave for use
        movement = MOVEMENTS[flow.movement]
        # A transfer that takes another one back has the accounts the other way round.
        term = movement.gives if flow.credit is not flow.mirror else movement.takes
        sign = -1 if flow.mirror else 1
        self.add(state, flow.change)
        if flow.movement in USING:
            self.add(State.RESERVED, -flow.change)
        if term is not None:
            self.add(term, sign * flow.amount)
        if state == State.REQUESTED:
            self.requests += sign * flow.number
        else:
            self.holdings += sign * flow.number

    def speaks_about(self, measure: str) -> bool:
        """Return whether there are transfers, not taken back, that tell what `measure` is."""
        return bool(self.requests if measure == State.REQUESTED else self.holdings)


class Flow(NamedTuple):
    """What one movement, or the taking back of it, has brought to an account or taken from it."""

    account: Account
    movement: str
    mirror: bool
    credit: bool
    amount: int
    number: int = 1

    @property
    def change(self) -> int:
        """What the account has more by it."""
        return self.amount if self.credit else -self.amount


def tallies(connection: Connection, *, as_of: str, group: Group | None = None) -> dict[Group, Tally]:
    """Return the sums of all transfers that count by the end of `as_of`, or of one `group` only.

    The states are balances; the terms are sums of movements, less what was taken back.
    """
    totals: dict[Group, Tally] = {}
    asked = {**_named(group), **turnover.until(as_of)}
    for flow in _flows(connection, _accounts(connection, group), _SUMS[group is not None], asked):
        totals.setdefault(_group(flow.account), Tally()).take(flow)
    return totals


def available(connection: Connection, *, kind: str, year: int | None, as_of: str) -> dict[str, int]:
    """Return what each holder has available of a kind and year, where it is above zero."""
    has = {
        account.holder or "": balance(connection, number, as_of=as_of)
        for number, account in _accounts(connection).items()
        if (account.kind, account.year, account.state) == (kind, year, State.AVAILABLE)
    }
    return {holder: units for holder, units in has.items() if units > 0}


def other_years(connection: Connection, group: Group, *, as_of: str) -> dict[int | None, int]:
    """Return what the same holder has available of the same kind for other quota years, where it is above zero."""
    has = {
        account.year: balance(connection, number, as_of=as_of)
        for number, account in _accounts(connection).items()
        if (account.holder, account.kind, account.state) == (group.holder, group.kind, State.AVAILABLE)
        and account.year != group.year
    }
    return {year: units for year, units in has.items() if units > 0}


def stock(connection: Connection, parcel: Account, *, as_of: str) -> dict[str, int]:
    """Return how much of the same parcel (or batch) is in each stage of land."""
    columns = schema.account.c
    query = select(columns.state, columns.id).where(columns.holder == parcel.holder, columns.item == parcel.item)
    # A batch and a parcel of one name are two things.
    of_batch = parcel.state == State.BATCH
    query = query.where(columns.state == State.BATCH if of_batch else columns.state != State.BATCH)
    rows = connection.execute(query.where(columns.book == LAND)).all()
    return {state: balance(connection, number, as_of=as_of) for state, number in rows}


def flows_of(connection: Connection, account: Account, *, as_of: str) -> dict[str, int]:
    """Return what each movement has brought to an account, less what it has taken and what was taken back."""
    number = account_number(connection, account)
    sums: Counter[str] = Counter()
    if number is not None:
        asked = {"account": number, **turnover.until(as_of)}
        for flow in _flows(connection, {number: account}, turnover.FLOWS_OF_ONE, asked):
            sums[flow.movement] += flow.change
    return sums


def entry_keys(connection: Connection, *, as_of: str, group: Group | None = None) -> dict[Group, list[str]]:
    """Return the keys of the entries behind each group's sums, in their order."""
    accounts = _accounts(connection, group)  # every transfer of a group touches one of these
    transfer, entry = schema.transfer, schema.entry
    query = (
        select(transfer.c.debit, transfer.c.credit, entry.c.key)
        .join(entry, entry.c.seq == transfer.c.seq)
        .where(transfer.c.effective <= as_of)
        .order_by(transfer.c.seq)
    )
    if group is not None:
        numbers = list(accounts)
        query = query.where(transfer.c.debit.in_(numbers) | transfer.c.credit.in_(numbers))
    keys: dict[Group, list[str]] = {}
    for debit, credit, key in connection.execute(query):
        held = [accounts[number] for number in (debit, credit) if number in accounts]
        for each in dict.fromkeys(_group(account) for account in held):
            keys.setdefault(each, []).append(key)
    return keys


def behind(connection: Connection, group: Group, measure: str, *, as_of: str) -> list[tuple[str, int]]:
    """Return the keys of the entries that a group's `measure` is the sum of, with what each adds to it."""
    accounts = _accounts(connection, group)
    transfer, entry, numbers = schema.transfer.c, schema.entry, list(accounts)
    query = (
        select(entry.c.key, transfer.movement, transfer.mirror, transfer.debit, transfer.credit, transfer.amount)
        .join(entry, entry.c.seq == transfer.seq)
        .where(transfer.effective <= as_of, transfer.debit.in_(numbers) | transfer.credit.in_(numbers))
        .order_by(transfer.seq)
    )
    added: list[tuple[str, int]] = []
    for key, movement, mirror, debit, credit, amount in connection.execute(query):
        tally = Tally()
        for number, credited in ((debit, False), (credit, True)):
            if number in accounts:
                tally.take(Flow(accounts[number], movement, bool(mirror), credited, amount))
        if tally.sums.get(measure):
            added.append((key, tally.sums[measure]))
    return added


def balance(connection: Connection, account: int, *, as_of: str) -> int:
    """Return the balance of one account at the end of `as_of`."""
    asked = {"account": account, **turnover.until(as_of)}
    total = 0
    for side, query in turnover.FLOWS_OF_ONE.items():
        moved = sum(int(row.amount) for row in connection.execute(query, asked))
        total += moved if side == "credit" else -moved
    return total


def _flows(
    connection: Connection, accounts: Mapping[int, Account], queries: turnover.Queries, asked: Mapping[str, object]
) -> Iterator[Flow]:
    """Yield the flows of `accounts`, which `queries` sum in the database; one account and movement may have several."""
    for side, query in queries.items():
        for number, movement, mirror, amount, count in connection.execute(query, asked).all():
            yield Flow(accounts[number], movement, bool(mirror), side == "credit", int(amount), int(count))


def _accounts(connection: Connection, group: Group | None = None) -> dict[int, Account]:
    """Return the accounts that are summed, by their numbers: of holders' quota, scale and money, or of one group."""
    rows = connection.execute(_SUMMED[group is not None], _named(group)).all()
    return {number: Account(*account) for number, *account in rows}


def _summed(*, of_one: bool) -> Select[Any]:
    """Return what selects the accounts that are summed, or those of the group that is named."""
    book, holder, kind, year, state, _ = schema.ACCOUNT_IDENTITY
    query = select(schema.account).where(book.in_(OF_KINDS), schema.account.c.holder.is_not(None), state.in_(_STATES))
    if not of_one:
        return query
    return query.where(holder == bindparam("holder"), kind == bindparam("kind"), year == bindparam("year"))


def _named(group: Group | None) -> dict[str, object]:
    """Return what names a group to the queries; no year counts as 0."""
    return {} if group is None else {"holder": group.holder, "kind": group.kind, "year": group.year or 0}


#: The accounts that are summed, and their sums: of all groups, and of one.  Made once, for that takes longer than
#: to ask for a group.
_SUMMED: Final = (_summed(of_one=False), _summed(of_one=True))
_SUMS: Final = tuple(turnover.flows(query.with_only_columns(schema.account.c.id)) for query in _SUMMED)


def _group(account: Account) -> Group:
    return Group(account.holder or "", account.kind or "", account.year)
