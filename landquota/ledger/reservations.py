"""Reservations: what was set aside for a purpose, and how much of it is still there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import Connection, select
from sqlalchemy import func as sql

from landquota.amount import Amount
from landquota.ledger import schema
from landquota.ledger.movements import State

if TYPE_CHECKING:
    from landquota.ledger.registry import Registry


@dataclass(frozen=True, slots=True)
class Reservation:
    """A reservation of which something is left; `expires` is the last day on which it holds."""

    key: str
    holder: str
    kind: str
    year: int | None
    reserved: Amount
    left: Amount
    effective: date
    expires: date | None
    reason: str | None
    zone: str | None
    parcel: str | None

    def expired(self, as_of: date) -> bool:
        """Return whether its last day has passed by the end of `as_of`: only a lapse is due."""
        return self.expires is not None and self.expires < as_of


def live_reservations(connection: Connection, registry: Registry, *, as_of: date) -> tuple[Reservation, ...]:
    """Return the reservations of which something is left at the end of `as_of`, in the order of their entries."""
    left = _balances(connection, as_of.isoformat())
    entry = schema.entry
    reserved = select(schema.account.c.item).where(schema.account.c.state == State.RESERVED.value)
    query = select(entry.c.key, entry.c.effective, entry.c.body).where(entry.c.key.in_(reserved))
    return tuple(
        _reservation(key, effective, orjson.loads(body), left[key], registry)
        for key, effective, body in connection.execute(query.order_by(entry.c.seq))
        if key in left
    )


def _balances(connection: Connection, day: str) -> dict[str, int]:
    """Return what is left of each reservation that is not used up, by its key."""
    account, transfer = schema.account, schema.transfer
    balances: dict[str, int] = {}
    for side, sign in ((transfer.c.credit, 1), (transfer.c.debit, -1)):
        query = (
            select(account.c.item, sql.sum(transfer.c.amount))
            .join(transfer, side == account.c.id)
            .where(account.c.state == State.RESERVED.value, account.c.item.is_not(None), transfer.c.effective <= day)
            .group_by(account.c.item)
        )
        for item, amount in connection.execute(query):
            balances[item] = balances.get(item, 0) + sign * int(amount)
    return {key: units for key, units in balances.items() if units}


def _reservation(key: str, effective: str, body: Mapping[str, Any], left: int, registry: Registry) -> Reservation:
    kind, expires = body["kind"], body.get("expires")
    counted = registry.kinds[kind].commodity
    return Reservation(
        key=key,
        holder=body["holder"],
        kind=kind,
        year=body.get("year"),
        reserved=counted(body["amount"]),
        left=counted(left),
        effective=date.fromisoformat(effective),
        expires=None if expires is None else date.fromisoformat(expires),
        reason=body.get("reason"),
        zone=body.get("zone"),
        parcel=body.get("parcel"),
    )
