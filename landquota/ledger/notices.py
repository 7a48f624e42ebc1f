"""Notices: what the dates of rules and reservations ask somebody to do, as of a day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from landquota.findings import Finding, Place
from landquota.i18n import text
from landquota.ledger.registry import Registry
from landquota.ledger.reservations import Reservation
from landquota.ledger.words import account


def notices(registry: Registry, reservations: Iterable[Reservation], *, as_of: date) -> list[Finding]:
    """Return the rules that have ended without another one, and the reservations that ought to have lapsed."""
    return [*_expired(registry, as_of), *_overdue(reservations, as_of)]


def _expired(registry: Registry, as_of: date) -> Iterator[Finding]:
    """Find kinds whose rules have ended: what was declared decides again, and nobody may have meant that."""
    for kind in registry.kinds.values():
        if registry.rule(kind.kind, as_of) is not None:
            continue
        ended = [
            (rule.valid_to, rule.key)
            for rule in registry.rules
            if rule.kind == kind.kind and rule.valid_to is not None and rule.valid_to < as_of
        ]
        if ended:
            valid_to, key = max(ended)
            decides = text("may be carried") if kind.carry else text("may not be carried")
            params = {"kind": kind.kind, "valid_to": valid_to, "date": as_of, "key": key, "decides": decides}
            yield Finding("LEDGER-RULE-EXPIRED", Place(feature=key), params)


def _overdue(reservations: Iterable[Reservation], as_of: date) -> Iterator[Finding]:
    for each in reservations:
        if each.expired(as_of):
            params = {
                "reservation": each.key,
                "account": account(each.kind, each.holder, each.year),
                "expires": each.expires,
                "left": each.left,
                "date": as_of,
            }
            yield Finding("LEDGER-RESERVATION-OVERDUE", Place(feature=each.key), params)
