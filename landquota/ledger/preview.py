"""Previews: what drafts would do to the ledger, found by posting them and undoing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, select
from sqlalchemy import func as sql

from landquota.amount import Amount
from landquota.area import Area
from landquota.findings import Finding
from landquota.ledger import schema
from landquota.ledger.movements import State
from landquota.ledger.receipts import Receipt
from landquota.ledger.registry import Registry


class Balance(NamedTuple):
    """What is held in one state: of quota by its kind and year, of land by its stage."""

    book: str
    holder: str
    kind: str | None
    year: int | None
    state: str


@dataclass(frozen=True, slots=True)
class Change:
    """A balance that would change."""

    of: Balance
    before: Amount
    after: Amount


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would bring: receipts of what can be posted, what is wrong, and the balances that change.

    Where something is wrong nothing would be written; the changes are then those of the rest.
    """

    receipts: tuple[Receipt, ...]
    findings: tuple[Finding, ...]
    changes: tuple[Change, ...]


def balances(connection: Connection, *, as_of: date) -> dict[Balance, int]:
    """Return every balance at the end of `as_of`, in smallest units, reservations and parcels added up."""
    account, transfer = schema.account.c, schema.transfer.c
    columns = (account.book, account.holder, account.kind, account.year, account.state)
    found: dict[Balance, int] = {}
    for side, sign in ((transfer.credit, 1), (transfer.debit, -1)):
        query = (
            select(*columns, sql.sum(transfer.amount))
            .join_from(schema.transfer, schema.account, side == account.id)
            .where(account.state != State.ISSUER.value, transfer.effective <= as_of.isoformat())
            .group_by(*columns)
        )
        for *of, amount in connection.execute(query):
            balance = Balance(*of)
            found[balance] = found.get(balance, 0) + sign * int(amount)
    return found


def changes(before: Mapping[Balance, int], after: Mapping[Balance, int], registry: Registry) -> tuple[Change, ...]:
    """Return what differs, sorted by book, holder, kind, year and state."""
    order = [state.value for state in State]
    different = [each for each in before.keys() | after.keys() if before.get(each, 0) != after.get(each, 0)]
    different.sort(key=lambda b: (b.book, b.holder, b.kind or "", b.year or 0, order.index(b.state)))
    return tuple(
        Change(each, _counted(each, registry)(before.get(each, 0)), _counted(each, registry)(after.get(each, 0)))
        for each in different
    )


def _counted(balance: Balance, registry: Registry) -> type[Amount]:
    return Area if balance.kind is None else registry.kinds[balance.kind].commodity
