"""Accounts, and the transfers between them: the simplest double entry there is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from landquota.amount import Money
from landquota.i18n import text
from landquota.ledger.movements import FROM_RESERVED, MOVEMENTS, Movement, Receiver, State
from landquota.ledger.words import Joined

#: The books; they are never summed together.  Quota, planning scale and money have kinds, land has stages.
QUOTA: Final = "quota"
PLAN: Final = "plan"
MONEY: Final = "money"
LAND: Final = "land"
#: Those whose accounts have a holder's quota of a kind and year.
OF_KINDS: Final = (QUOTA, PLAN, MONEY)
#: Since this version of the bodies each reservation is an account of its own; before, they lay in one pool.
_NAMED_RESERVATIONS: Final = 2
# Names of this module: to look a member of an enumeration up takes as long as a call.
_ISSUER, _RESERVED, _LATER_YEAR = State.ISSUER, State.RESERVED, Receiver.LATER_YEAR
_NOBODY: Final = _ISSUER.code


def book_of(*, unit: str, consumed_by: str | None) -> str:
    """Return the book of a quota kind: by what it is measured in, and by what uses it up."""
    if unit == Money.code:
        return MONEY
    return PLAN if consumed_by == PLAN else QUOTA


#: The fields of an :class:`Account` in a plain tuple, which is made in a third of the time, and equals it.
Identity = tuple[str, str | None, str | None, int | None, str, str | None]


class Account(NamedTuple):
    """What an amount can be on; the issuer's accounts have no holder and no limit.

    `item` tells one thing from another within a state: a reservation by the key of the entry
    that made it, land by its parcel or its approval batch.
    """

    book: str
    holder: str | None
    kind: str | None
    year: int | None
    state: str
    item: str | None = None

    @property
    def limited(self) -> bool:
        """Whether its balance may never fall below zero (or what is allowed beyond)."""
        return self.state != _NOBODY

    @property
    def words(self) -> Joined:
        """The words for it: whose, of which kind and year, or of which parcel or reservation."""
        parts = (text("land") if self.kind is None else self.kind, self.holder, self.year, self.item)
        return Joined(tuple(part for part in parts if part is not None))


class Transfer(NamedTuple):
    """An exact amount (in smallest units) from `debit` to `credit`, counting from a day on.

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
    request: str | None = None
    mirror: bool = False

    def mirrored(self, effective: str) -> Transfer:
        """Return the transfer that takes this one back on the day `effective`."""
        return self._replace(debit=self.credit, credit=self.debit, effective=effective, mirror=True)


#: The values of a :class:`TransferRow`, as one that is not made for its names.
TransferValues = tuple[int, str, int, int, int, str, int, str | None, str | None, str | None]


class TransferRow(NamedTuple):
    """A transfer as the table of the name has it: with the number of its entry, and its accounts by theirs."""

    seq: int
    movement: str
    debit: int
    credit: int
    amount: int
    effective: str
    mirror: int
    zone: str | None
    parcel: str | None
    request: str | None


def transfer_of(body: Mapping[str, Any], effective: str, *, key: str = "", book: str = QUOTA) -> Transfer:
    """Return the transfer that the body of a movement's entry stands for.

    Parameters
    ----------
    key
        The entry's key: a reservation is known by it.
    book
        The book of the body's quota kind; land movements know theirs.

    Raises
    ------
    KeyError
        The body lacks what every movement has, or names an unknown movement.
    """
    movement, said = MOVEMENTS[body["movement"]], body.get
    ends = _land(movement, body) if movement.of_land else quota_ends(movement, body, key=key, book=book)
    debit, credit = map(Account._make, ends)
    about = said("zone"), said("parcel"), said("request")
    return Transfer(movement.name, debit, credit, body["amount"], effective, *about)


def quota_ends(movement: Movement, body: Mapping[str, Any], *, key: str, book: str) -> tuple[Identity, Identity]:
    """Return the accounts that a movement of quota, planning scale or money takes from and gives to."""
    said = body.get
    holder, kind, year, reservation = body["holder"], body["kind"], said("year"), said("reservation")
    source, target, receiver, other_year = movement.source, movement.target, holder, year
    if movement.name in FROM_RESERVED and (reservation is not None or said("from_reserved")):
        source = _RESERVED
    elif movement.name == "reserve" and body["v"] >= _NAMED_RESERVATIONS:
        reservation = key
    elif movement.needs_to:
        receiver = body["to"]
    elif movement.receiver is _LATER_YEAR:
        other_year = body["to_year"]
        if movement.below:  # the later year pays for the earlier one
            year, other_year = other_year, year
    giver, taken = None if source is _ISSUER else holder, reservation if source is _RESERVED else None
    receiver, given = None if target is _ISSUER else receiver, reservation if target is _RESERVED else None
    return (
        (book, giver, kind, year, source.code, taken),
        (book, receiver, kind, other_year, target.code, given),
    )


def _land(movement: Movement, body: Mapping[str, Any]) -> tuple[Identity, Identity]:
    """Return the accounts of a land movement: a parcel, or a batch that is not divided, in one stage and in another."""
    source, target = State(body.get("from_stage", movement.source)), movement.target
    if body.get("parcel") is None:
        source, target = (State.BATCH if end is State.APPROVED else end for end in (source, target))
    return _stage(body, source, body["holder"]), _stage(body, target, body.get("to") or body["holder"])


def _stage(body: Mapping[str, Any], state: State, holder: str) -> Account:
    if state is _ISSUER:
        return Account(LAND, None, None, None, _NOBODY)
    item = body["batch"] if state is State.BATCH else body["parcel"]
    return Account(LAND, holder, None, None, state.code, item)
