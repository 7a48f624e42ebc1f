"""Requests: what was asked for, and how much of it the grants that name it have satisfied."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Select, and_, bindparam, case, select
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

_NAMES: Final = ("holder", "kind", "year")


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
            self.ask(key, Group(body["holder"], body["kind"], body.get("year")), body["amount"])
        elif body.get("request") in self._live:
            self.satisfy(body["request"], body["amount"])

    def take_back(self, key: str, body: Mapping[str, Any]) -> None:
        """Count the movement `key` no more."""
        if body["movement"] == REQUEST and key in self._live:
            self.satisfy(key, -self._live[key].satisfied)
            del self._live[key]
        elif body.get("request") in self._live:
            self.satisfy(body["request"], -body["amount"])

    def ask(self, key: str, group: Group, amount: int) -> None:
        """Count the request `key` for an amount of a holder's quota."""
        self._live[key] = _Request(group, amount)

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


def live_requests(connection: Connection, *, as_of: str, of: Sequence[str | int | None] = ()) -> Requests:
    """Return the requests that hold at the end of `as_of`, with what has satisfied them by then.

    Parameters
    ----------
    of
        The holder, its kind and its year, or only the first of them; without it everybody's
        requests are looked for.
    """
    requests = Requests()
    said = {"as_of": as_of, **_named(of)}
    for key, holder, kind, year, amount, granted in connection.execute(_live(len(of)), said):
        requests.ask(key, Group(holder, kind, year), amount)
        requests.satisfy(key, int(granted))
    return requests


def satisfied(connection: Connection, *, as_of: str, of: Sequence[str | int | None] = ()) -> Counter[Group]:
    """Return how much of what each group asked for has been satisfied by the end of `as_of`.

    Summed in the database: a group may have asked thousands of times.
    """
    said = {"as_of": as_of, **_named(of)}
    sums = connection.execute(_satisfied(len(of)), said)
    return Counter({Group(holder, kind, year): int(units) for holder, kind, year, units in sums})


def _named(of: Sequence[str | int | None]) -> dict[str, str | int]:
    """Return what the queries are told of holder, kind and year; no year counts as 0."""
    return {name: value or 0 for name, value in zip(_NAMES, of, strict=False)}


@cache
def _satisfied(names: int) -> Select[str, str, int | None, int]:
    live = _live(names).subquery().c
    group = (live.holder, live.kind, live.year)
    return select(*group, sql.sum(live.satisfied)).group_by(*group)


@cache
def _live(names: int) -> Select[str, str, str, int | None, int, int]:
    """Select the requests not taken back by a day, each with what was granted in its name.

    So many `names` of holder, kind and year are given; each statement is made once.
    """
    entry, transfer, account, reversal = schema.entry, schema.transfer, schema.account, schema.reversal
    book, *identity, state, _ = schema.ACCOUNT_IDENTITY
    asking = [part == bindparam(name) for part, name in zip(identity[:names], _NAMES, strict=False)]
    taken_back = and_(reversal.c.target == transfer.c.seq, reversal.c.effective <= bindparam("as_of"))
    named, granted = account.c, _granted().scalar_subquery().label("satisfied")
    return (
        select(entry.c.key, named.holder, named.kind, named.year, transfer.c.amount, granted)
        .join(transfer, transfer.c.seq == entry.c.seq)
        .join(account, account.c.id == transfer.c.credit)
        .outerjoin(reversal, taken_back)
        .where(
            book.in_(OF_KINDS),
            state == State.REQUESTED.value,
            *asking,
            transfer.c.movement == REQUEST,
            transfer.c.effective <= bindparam("as_of"),
            reversal.c.seq.is_(None),
        )
    )


def _granted() -> Select[int]:
    """Select what was granted in the name of an entry; what was taken back counts no more."""
    granted = schema.transfer.alias("granted").c
    amount = case((granted.mirror == 1, -granted.amount), else_=granted.amount)
    return select(sql.coalesce(sql.sum(amount), 0)).where(
        granted.request == schema.entry.c.key, granted.effective <= bindparam("as_of")
    )
