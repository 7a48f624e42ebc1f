"""Lapses: what is due of reservations whose last day has passed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from landquota.amount import Amount
from landquota.ledger import schema
from landquota.ledger.drafts import MovementDraft
from landquota.ledger.limits import timeline_of
from landquota.ledger.movements import State
from landquota.ledger.registry import Registry
from landquota.ledger.reservations import Reservation, live_reservations


@dataclass(frozen=True, slots=True)
class Lapse:
    """A reservation that has expired, and what can lapse of it: entries of later days may have used some."""

    reservation: Reservation
    amount: Amount

    def draft(self, *, effective: date, document: str, clause: str | None, key: str | None = None) -> MovementDraft:
        """Return the movement that gives it back."""
        held = self.reservation
        return MovementDraft(
            movement="lapse",
            holder=held.holder,
            kind=held.kind,
            year=held.year,
            amount=self.amount,
            effective=effective,
            document=document,
            clause=clause,
            reservation=held.key,
            key=key,
        )


def due(connection: Connection, registry: Registry, *, as_of: date) -> tuple[Lapse, ...]:
    """Return the lapses that are due at the end of `as_of`, in the order of the reservations."""
    taken = taken_later(connection, day=as_of)
    overdue = (each for each in live_reservations(connection, registry, as_of=as_of) if each.expired(as_of))
    lapses = (Lapse(each, lapsing(connection, each, taken, day=as_of)) for each in overdue)
    return tuple(lapse for lapse in lapses if lapse.amount)


def lapsing(connection: Connection, held: Reservation, taken: Mapping[str, int], *, day: date) -> Amount:
    """Return what can lapse of a reservation on `day`: no more than is left on that day and on every later one.

    Parameters
    ----------
    taken
        What :func:`taken_later` returns for the same day.
    """
    if held.key not in taken:
        return held.left
    free = timeline_of(connection, taken[held.key]).lowest_from(day.isoformat()).units
    return type(held.left)(max(0, free))


def taken_later(connection: Connection, *, day: date) -> Mapping[str, int]:
    """Return the reservations from which entries of days after `day` take: their accounts' numbers by their keys."""
    account, transfer = schema.account, schema.transfer
    query = (
        select(account.c.item, account.c.id)
        .join(transfer, transfer.c.debit == account.c.id)
        .where(account.c.state == State.RESERVED.value, account.c.item.is_not(None))
        .where(transfer.c.effective > day.isoformat())
        .distinct()
    )
    return {row.item: row.id for row in connection.execute(query)}
