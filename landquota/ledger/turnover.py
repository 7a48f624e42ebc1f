"""Turnover: what each busy account has received and given in each month, so that a balance need not sum its whole past.

An account of a holder with many transfers has a row for each month, side and movement, which is
always current: whoever asks as of a day takes whole months from here, and only the rest of the
day's own month from the index of the transfers.  Other accounts have no rows: the index is quick.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain, compress
from operator import itemgetter
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    CompoundSelect,
    Connection,
    Insert,
    Select,
    Text,
    and_,
    bindparam,
    case,
    exists,
    insert,
    literal,
    select,
    union_all,
    update,
)
from sqlalchemy import func as sql

from landquota.ledger import schema
from landquota.ledger.accounts import TransferRow, TransferValues

#: With so many transfers an account is busy: summing fewer by the index takes less than a millisecond, and the
#: rows of smaller accounts would be sums of one or two transfers each.
BUSY: Final = 4_096
#: How many accounts, or months, one query names.
_CHUNK: Final = 500
#: The characters of a day that are its month.
_MONTH: Final = 7

_table, _transfer = schema.turnover.c, schema.transfer.c
#: The two sides of a transfer: the account that gives, and the one that receives.
SIDES: Final = (_transfer.debit, _transfer.credit)


#: What is asked of the database for each side of the transfers, by the side's name.
Queries = Mapping[str, CompoundSelect[int, str, int, int, int]]


class Cell(NamedTuple):
    """What a row of the table is the sum of."""

    account: int
    side: str
    movement: str
    mirror: int
    month: str


def month_of(day: str) -> str:
    """Return the month of a day: ``2018-06`` of ``2018-06-01``."""
    return day[:_MONTH]


# Reading: a day in the midst of a month is bound as `day`, its month as `month`.


def until(day: str) -> dict[str, str]:
    """Return what the selects of this module are told of a day."""
    return {"day": day, "month": month_of(day)}


def flows(accounts: Select[int]) -> Queries:
    """Return what selects the sums of each side of `accounts` until the end of `day`.

    The rows are account, movement, mirror, amount and number of transfers; those of one account
    and movement may be several.
    """
    return MappingProxyType({side.name: _flows(side, accounts) for side in SIDES})


def _flows(side: Column[int], accounts: Select[int]) -> CompoundSelect[int, str, int, int, int]:
    amount = sql.sum(_table.amount).label("amount")
    whole = select(_table.account, _table.movement, _table.mirror, amount, sql.sum(_table.number))
    whole = whole.where(_table.account.in_(accounts), _table.side == side.name, _table.month < _OF_DAY)
    begun = select(_table.account, _table.movement, _table.mirror, sql.sum(_transfer.amount), sql.count())
    begun = begun.join(schema.transfer, _in_cell(side)).where(
        _table.account.in_(accounts), _table.side == side.name, _table.month == _OF_DAY, _transfer.effective <= _DAY
    )
    others = select(side, _transfer.movement, _transfer.mirror, sql.sum(_transfer.amount), sql.count())
    others = others.where(side.in_(accounts.where(~_has_rows(schema.account.c.id))), _transfer.effective <= _DAY)
    return union_all(
        whole.group_by(_table.account, _table.movement, _table.mirror),
        begun.group_by(_table.account, _table.movement, _table.mirror),
        others.group_by(side, _transfer.movement, _transfer.mirror),
    )


def is_busy(connection: Connection, account: int) -> bool:
    """Return whether an account has turnover."""
    return connection.execute(_ANY, {"account": account}).first() is not None


def _changes(side: Column[int]) -> Iterator[Select[str, str, int]]:
    """Yield what selects the changes of one side of a busy account: whole months before a day, and the rest by days."""
    sign = 1 if side is _transfer.credit else -1
    brought, cells = sign * sql.sum(_transfer.amount), and_(_table.account == _ACCOUNT, _table.side == side.name)
    whole = select(_DAY, _table.movement, sign * sql.sum(_table.amount)).where(cells, _table.month < _OF_DAY)
    yield whole.group_by(_table.movement)
    begun = select(_DAY, _table.movement, brought).join(schema.transfer, _in_cell(side))
    begun = begun.where(cells, _table.month == _OF_DAY, _transfer.effective < _DAY)
    yield begun.group_by(_table.movement)
    later = select(_transfer.effective, _table.movement, brought).join(schema.transfer, _in_cell(side, since=_DAY))
    later = later.where(cells, _table.month >= _OF_DAY)
    yield later.group_by(_table.movement, _table.mirror, _transfer.effective)


def _has_rows(account: ColumnElement[int]) -> ColumnElement[bool]:
    return exists().where(_table.account == account)


def _in_cell(side: Column[int], *, since: ColumnElement[str] | None = None) -> ColumnElement[bool]:
    """Return the condition that a transfer is of a row's cell, as a range of the index; in `month`, from `since` on."""
    first = _table.month + "-01"
    if since is not None:
        first = case((_table.month == _OF_DAY, since), else_=first)
    return and_(
        side == _table.account,
        _transfer.movement == _table.movement,
        _transfer.mirror == _table.mirror,
        _transfer.effective >= first,
        _transfer.effective <= _table.month + "-31",
    )


_ACCOUNT: Final = bindparam("account", type_=schema.account.c.id.type)
_DAY: Final = bindparam("day", type_=Text)
_OF_DAY: Final = bindparam("month", type_=Text)
_ONE: Final = select(schema.account.c.id).where(schema.account.c.id == _ACCOUNT)
_ANY: Final = select(_table.account).where(_table.account == _ACCOUNT).limit(1)
#: The flows of one `account`; made once, for it is asked of one account after the other.
FLOWS_OF_ONE: Final = flows(_ONE)
#: The changes of a busy `account` by day and movement, those before `day` as if they were of it.
CHANGES: Final = union_all(*chain.from_iterable(map(_changes, SIDES)))


# Writing.


class Turnovers:
    """The rows of the busy accounts, kept current with the transfers that one transaction writes.

    Whether an account is busy follows from its transfers alone: the rows are the same whatever
    was written together.

    Parameters
    ----------
    last_account
        The highest account number before the transaction: what later accounts have is known.
    """

    def __init__(self, connection: Connection, *, last_account: int) -> None:
        self._connection = connection
        self._last_account = last_account
        #: The transfers of each account: of one that was there before only those of this transaction, until counted.
        self._numbers = Counter[int]()
        self._counted: set[int] = set()
        self._busy: set[int] = set()
        self._unlimited: set[int] = set()

    def add(self, rows: Sequence[TransferValues]) -> None:
        """Count transfers that have been written just now."""
        touched: set[int] = set()
        for side in SIDES:
            accounts = [*map(_account_of(side.name), rows)]
            self._numbers.update(accounts)
            touched.update(accounts)
        begun = self._begun(touched)
        busy = self._busy & touched
        if busy:
            self._grow(_summed(rows, busy))
        for chunk in _chunks(begun):
            for side in SIDES:
                self._connection.execute(_BEGINNING[side.name], {"accounts": chunk})
        self._busy |= begun

    def _begun(self, touched: AbstractSet[int]) -> set[int]:
        """Return the accounts that have become busy; those that may be are looked up and counted."""
        numbers, last, begun = self._numbers, self._last_account, set()
        may_be = {account for account in touched if account <= last or numbers[account] >= BUSY}
        asked = {account for account in may_be if account not in self._counted or numbers[account] >= BUSY}
        asked -= self._busy | self._unlimited
        self._unlimited |= asked
        for chunk in _chunks(asked):
            for account, number in self._connection.execute(_NUMBERS, {"accounts": chunk}):
                self._unlimited.remove(account)
                if number is None:
                    self._busy.add(account)
                else:
                    self._numbers[account] = number
                    self._counted.add(account)
                    begun |= {account} if number >= BUSY else set()
        return begun

    def _grow(self, sums: Mapping[Cell, tuple[int, int]]) -> None:
        """Add sums to rows that are there, and to the table those that are not."""
        there: set[Cell] = set()
        months = sorted({cell.month for cell in sums})
        for chunk in _chunks({cell.account for cell in sums}):
            for some in _chunks(months):
                rows = self._connection.execute(_CELLS, {"accounts": chunk, "months": some})
                there.update(map(Cell._make, rows))
        new = [_row(cell, sums[cell]) for cell in sums if cell not in there]
        if new:
            self._connection.execute(insert(schema.turnover), new)
        more = [
            {f"of_{name}": value for name, value in _row(cell, sums[cell]).items()} for cell in sums if cell in there
        ]
        if more:
            self._connection.execute(_GROWTH, more)


def turnovers(transfers: Collection[TransferValues], *, limited: Collection[int]) -> Iterator[dict[str, Any]]:
    """Yield the rows that `transfers` come to, by nothing but adding up.

    Parameters
    ----------
    limited
        The numbers of the accounts of holders.
    """
    numbers = Counter(account for side in SIDES for account in map(_account_of(side.name), transfers))
    busy = {account for account in limited if numbers[account] >= BUSY}
    for cell, sums in _summed(transfers, busy).items():
        yield _row(cell, sums)


def _summed(rows: Collection[TransferValues], busy: AbstractSet[int]) -> dict[Cell, tuple[int, int]]:
    """Return amount and number of the transfers of `busy` accounts, by cell."""
    sums: dict[Cell, tuple[int, int]] = {}
    for side in (each.name for each in SIDES):
        accounts = [*map(_account_of(side), rows)]
        for account, values in compress(zip(accounts, rows, strict=True), map(busy.__contains__, accounts)):
            row = TransferRow._make(values)
            cell = Cell(account, side, row.movement, row.mirror, month_of(row.effective))
            amount, number = sums.get(cell, (0, 0))
            sums[cell] = (amount + row.amount, number + 1)
    return sums


def _account_of(side: str) -> Callable[[TransferValues], int]:
    """Return what tells the account on a side of a transfer."""
    return itemgetter(TransferRow._fields.index(side))


def _row(cell: Cell, sums: tuple[int, int]) -> dict[str, Any]:
    return {**cell._asdict(), "amount": sums[0], "number": sums[1]}


def _chunks(values: Collection[Any]) -> Iterator[list[Any]]:
    ordered = sorted(values)
    for start in range(0, len(ordered), _CHUNK):
        yield ordered[start : start + _CHUNK]


def _numbers() -> Select[int, int | None]:
    """Return what selects how many transfers accounts of holders have; none is counted whose turnover is there."""
    account = schema.account.c.id
    given, received = (
        select(sql.count()).select_from(schema.transfer).where(side == account).scalar_subquery() for side in SIDES
    )
    number = case((_has_rows(account), None), else_=given + received)
    return select(account, number).where(account.in_(_ACCOUNTS), schema.account.c.holder.is_not(None))


def _beginning(side: Column[int]) -> Insert:
    """Return what sums all transfers of accounts that have become busy, once."""
    month = sql.substr(_transfer.effective, 1, _MONTH)
    same = (side, _transfer.movement, _transfer.mirror)
    sums = select(side, literal(side.name), *same[1:], month, sql.sum(_transfer.amount), sql.count())
    return insert(schema.turnover).from_select(
        schema.turnover.c.keys(), sums.where(side.in_(_ACCOUNTS)).group_by(*same, month)
    )


_ACCOUNTS: Final[BindParameter[int]] = bindparam("accounts", expanding=True)
_NUMBERS: Final = _numbers()
_BEGINNING: Final = MappingProxyType({side.name: _beginning(side) for side in SIDES})
_CELLS: Final = select(*(_table[name] for name in Cell._fields)).where(
    _table.account.in_(_ACCOUNTS), _table.month.in_(bindparam("months", expanding=True))
)
_GROWTH: Final = (
    update(schema.turnover)
    .where(*(_table[name] == bindparam(f"of_{name}") for name in Cell._fields))
    .values(amount=_table.amount + bindparam("of_amount"), number=_table.number + bindparam("of_number"))
)
