"""Requests: what was asked for, and how much of it the grants that name it have satisfied."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Select, and_, case, select
from sqlalchemy import func as sql

from landquota.amount import Amount
from landquota.i18n import Text, text
from landquota.ledger import schema
from landquota.ledger.accounts import OF_KINDS
from landquota.ledger.movements import MOVEMENTS, State
from landquota.ledger.statements import Group

#: The movement that asks, and those that may satisfy it by naming its key.
REQUEST: Final = "request"
SATISFYING: Final = tuple(name for name, movement in MOVEMENTS.items() if movement.gives == "granted")


@dataclass(frozen=True, slots=True)
class Outstanding:
    """What is left of a request: what was requested, less what has been satisfied."""

    requested: Amount
    satisfied: Amount

    @property
    def amount(self) -> Amount:
        """How much may still be granted in its name."""
        return max(type(self.requested)(), self.requested - self.satisfied)

    def arithmetic(self) -> Text:
        """Return the sum in words."""
        return text(
            "requested {requested} − satisfied {satisfied} = outstanding {outstanding}",
            requested=self.requested.number,
            satisfied=self.satisfied.number,
            outstanding=self.amount,
        )


@dataclass(slots=True)
class _Request:
    group: Group
    asked: int
    satisfied: int = 0


class Requests:
    """The requests that have not been taken back, by key, one movement at a time."""

    def __init__(self) -> None:
        self._live: dict[str, _Request] = {}
        self._satisfied: Counter[Group] = Counter()

    def take(self, key: str, body: Mapping[str, Any]) -> None:
        """Count the movement `key`, if it asks or satisfies."""
        if body["movement"] == REQUEST:
            self._live[key] = _Request(Group(body["holder"], body["kind"], body.get("year")), body["amount"])
        elif body.get("request") in self._live:
            self.satisfy(body["request"], body["amount"])

    def take_back(self, key: str, body: Mapping[str, Any]) -> None:
        """Count the movement `key` no more."""
        if body["movement"] == REQUEST and key in self._live:
            self.satisfy(key, -self._live[key].satisfied)
            del self._live[key]
        elif body.get("request") in self._live:
            self.satisfy(body["request"], -body["amount"])

    def satisfy(self, key: str, amount: int) -> None:
        """Count `amount` as granted in the name of the request `key`."""
        self._live[key].satisfied += amount
        self._satisfied[self._live[key].group] += amount

    def group(self, key: str) -> Group:
        """Return whose quota, of which kind and year, the request `key` asks for."""
        return self._live[key].group

    def outstanding(self, key: str, *, requested: int, counted: type[Amount]) -> Outstanding:
        """Return what is left of the request `key`, as amounts of what is `counted`.

        A withdrawal names no request, so that what is left of all requests for the same quota
        is a limit too; `requested` is their sum less what was withdrawn.
        """
        request = self._live[key]
        alone = Outstanding(counted(request.asked), counted(request.satisfied))
        together = Outstanding(counted(requested), counted(self.satisfied(request.group)))
        return min(alone, together, key=lambda left: left.amount)

    def satisfied(self, group: Group) -> int:
        """Return how much of what was asked for a holder's quota has been satisfied."""
        return self._satisfied[group]


def live_requests(
    connection: Connection, *, as_of: str, holder: str | None = None, kind: str | None = None
) -> Requests:
    """Return the requests that hold at the end of `as_of`, with what has satisfied them by then.

    With a `holder` and a `kind`, only those for quota of theirs, of whatever year, are looked for.
    """
    live = _live(as_of, _asking(holder, kind))
    requests = Requests()
    for key, body in connection.execute(live):
        requests.take(key, json.loads(body))
    transfer = schema.transfer.c
    # What was taken back counts no more.
    amount = case((transfer.mirror == 1, -transfer.amount), else_=transfer.amount)
    keys = live.with_only_columns(schema.entry.c.key)
    query = select(transfer.request, sql.sum(amount)).where(transfer.request.in_(keys), transfer.effective <= as_of)
    for key, satisfied in connection.execute(query.group_by(transfer.request)):
        requests.satisfy(key, int(satisfied))
    return requests


def _live(as_of: str, accounts: Select[int]) -> Select[str, str]:
    """Select the requests, not taken back, that `accounts` have received, by key and body."""
    entry, transfer, reversal = schema.entry, schema.transfer, schema.reversal
    taken_back = and_(reversal.c.target == transfer.c.seq, reversal.c.effective <= as_of)
    return (
        select(entry.c.key, entry.c.body)
        .join(transfer, transfer.c.seq == entry.c.seq)
        .outerjoin(reversal, taken_back)
        .where(
            transfer.c.credit.in_(accounts),
            transfer.c.movement == REQUEST,
            transfer.c.effective <= as_of,
            reversal.c.seq.is_(None),
        )
    )


def _asking(holder: str | None, kind: str | None) -> Select[int]:
    """Select the accounts of what was asked for, of everybody or of one holder and kind."""
    _, of_holder, of_kind, _, state, _ = schema.ACCOUNT_IDENTITY
    asking = select(schema.account.c.id).where(state == State.REQUESTED.value)
    if holder is None or kind is None:
        return asking
    return asking.where(schema.account.c.book.in_(OF_KINDS), of_holder == holder, of_kind == kind)
