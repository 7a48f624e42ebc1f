"""Accounts, and the transfers between them: the simplest double entry there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from landquota.ledger.movements import FROM_RESERVED, MOVEMENTS, Receiver, State

#: The book of quota in 亩; books are never summed together.
QUOTA: Final = "quota"


class Account(NamedTuple):
    """What an amount can be on; the issuer's accounts have no holder and no limit."""

    book: str
    holder: str | None
    kind: str
    year: int | None
    state: str

    @property
    def limited(self) -> bool:
        """Whether its balance may never fall below zero."""
        return self.state != State.ISSUER


@dataclass(frozen=True, slots=True)
class Transfer:
    """An exact amount (units of 1/300 m²) from `debit` to `credit`, counting from a day on.

    A mirrored transfer takes one back: it keeps the movement's name and has the accounts
    the other way round.
    """

    movement: str
    debit: Account
    credit: Account
    amount: int
    effective: str
    zone: str | None = None
    parcel: str | None = None

    def mirrored(self, effective: str) -> Transfer:
        """Return the transfer that takes this one back on the day `effective`."""
        return replace(self, debit=self.credit, credit=self.debit, effective=effective)


def transfer_of(body: Mapping[str, Any], effective: str) -> Transfer:
    """Return the transfer that the body of a movement's entry stands for.

    Raises
    ------
    KeyError
        The body lacks what every movement has, or names an unknown movement.
    """
    movement = MOVEMENTS[body["movement"]]
    from_reserved = bool(body.get("from_reserved")) and movement.name in FROM_RESERVED
    source = State.RESERVED if from_reserved else movement.source
    receiver = body["to"] if movement.needs_to else body["holder"]
    later = movement.receiver is Receiver.LATER_YEAR
    kind, year = body["kind"], body.get("year")
    return Transfer(
        movement=movement.name,
        debit=_account(body["holder"], kind, year, source),
        credit=_account(receiver, kind, body["to_year"] if later else year, movement.target),
        amount=body["amount"],
        effective=effective,
        zone=body.get("zone"),
        parcel=body.get("parcel"),
    )


def _account(holder: str, kind: str, year: int | None, state: State) -> Account:
    return Account(QUOTA, None if state is State.ISSUER else holder, kind, year, state.value)
