"""The plan of a year-end: of each holder's quota of a kind and year what lapses, is carried or expires.

What can be moved is what is left on its day and on every later one: what entries of later
days have used is said, and stays for them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from sqlalchemy import Connection, select

from landquota.findings import Finding
from landquota.i18n import Renderable, text
from landquota.ledger import schema
from landquota.ledger.accounts import LAND
from landquota.ledger.checks import field_findings
from landquota.ledger.declarations import EARLIEST, LATEST
from landquota.ledger.known import closed
from landquota.ledger.lapses import lapsing, taken_later
from landquota.ledger.limits import Timeline, timeline_of
from landquota.ledger.movements import State
from landquota.ledger.notices import notices
from landquota.ledger.refusals import EntryRefused
from landquota.ledger.registry import Kind, Registry
from landquota.ledger.reservations import Reservation, live_reservations
from landquota.ledger.words import period
from landquota.ledger.yearend import STAYS_RESERVED, USED_LATER, YearEnd, YearEndRow
from landquota.ledger.yearend_runs import next_run

#: How many keys one query asks for.
_CHUNK: Final = 500
#: The accounts of one holder's quota of a kind: their numbers by state and item.
_Accounts = Mapping[tuple[str, str | None], int]


def planned(
    connection: Connection, registry: Registry, year: int, *, effective: date | None, document: str, clause: str | None
) -> YearEnd:
    """Return what a year-end of `year` would do at the end of the day `effective` (default: 31 December).

    Raises
    ------
    EntryRefused
        There can be no such quota year.
    """
    if not EARLIEST.year <= year < LATEST.year:
        raise EntryRefused([Finding("LEDGER-YEAR", params={"value": year})])
    plan = _Plan(connection, registry, year, effective or date(year, 12, 31))
    rows = _with_sources(connection, list(plan.rows()))
    draft = YearEnd(
        year=year,
        effective=plan.day,
        document=document,
        clause=clause,
        run=next_run(connection, year),
        rows=tuple(rows),
    )
    return replace(draft, findings=(*_obstacles(draft, registry), *plan.notices(rows)))


def _obstacles(draft: YearEnd, registry: Registry) -> Iterator[Finding]:
    """Find what is wrong with every entry of a commit: its document, its day, a closed period."""
    for first in draft.drafts[:1]:
        yield from field_findings(first)
        yield from closed(first, registry)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What the rows of one year-end are worked out from."""

    connection: Connection
    registry: Registry
    year: int
    day: date

    def rows(self) -> Iterator[YearEndRow]:
        """Yield the rows of each quota: first what is moved, in the order of posting, then what stays."""
        accounts = _accounts(self.connection, self.year)
        held = self._reservations()
        taken = taken_later(self.connection, day=self.day)
        declared_by = _declarations(self.connection)
        for holder in self.registry.holders:
            for kind in self.registry.kinds.values():
                if (holder, kind.kind) in accounts:
                    there = accounts[holder, kind.kind]
                    mine = [row for each in held[holder, kind.kind] for row in self._reserved(each, taken)]
                    found = [*mine, *self._quota(holder, kind, there, mine, declared_by[kind.kind])]
                    yield from sorted(found, key=lambda row: not row.moves)

    def notices(self, rows: Sequence[YearEndRow]) -> Iterator[Finding]:
        """Yield the warnings about the kinds concerned; the year's own reservations are among the rows."""
        concerned = {row.kind for row in rows}
        for finding in notices(self.registry, (), as_of=self.day):
            if finding.params["kind"] in concerned:
                yield finding

    def _reservations(self) -> Mapping[tuple[str, str], list[Reservation]]:
        """Return the year's live reservations by holder and kind."""
        held: dict[tuple[str, str], list[Reservation]] = defaultdict(list)
        for each in live_reservations(self.connection, self.registry, as_of=self.day):
            if each.year == self.year:
                held[each.holder, each.kind].append(each)
        return held

    def _quota(
        self, holder: str, kind: Kind, accounts: _Accounts, reserved: Iterable[YearEndRow], declared_by: str
    ) -> Iterator[YearEndRow]:
        """Yield what becomes of what is available, once what lapses of the reservations has come back."""
        number = accounts.get((State.AVAILABLE, None))
        available = Timeline() if number is None else timeline_of(self.connection, number)
        for row in reserved:
            if row.moves:
                available.add((self.day.isoformat(), row.what, row.amount.units))
        yield from self._pooled(holder, kind, accounts)
        yield from self._available(holder, kind, available, declared_by)

    def _reserved(self, held: Reservation, taken: Mapping[str, int]) -> Iterator[YearEndRow]:
        """Yield what lapses of a reservation (its last day may be the day itself) and what stays of it."""
        about = YearEndRow(
            holder=held.holder, kind=held.kind, what="lapse", amount=held.left, by=held.key, reason=_until(held.expires)
        )
        lapses = type(held.left)()
        if held.expires is not None and held.expires <= self.day:
            lapses = lapsing(self.connection, held, taken, day=self.day)
        if lapses:
            yield replace(about, amount=lapses)
        if held.left - lapses:
            yield replace(about, what=STAYS_RESERVED, amount=held.left - lapses)

    def _pooled(self, holder: str, kind: Kind, accounts: _Accounts) -> Iterator[YearEndRow]:
        """Yield what was reserved before reservations had accounts of their own; nobody knows until when."""
        number = accounts.get((State.RESERVED, None))
        units = 0 if number is None else timeline_of(self.connection, number).balance(self.day.isoformat())
        if units:
            reason = text("reserved without a name of its own")
            yield YearEndRow(
                holder=holder, kind=kind.kind, what=STAYS_RESERVED, amount=kind.commodity(units), reason=reason
            )

    def _available(self, holder: str, kind: Kind, timeline: Timeline, declared_by: str) -> Iterator[YearEndRow]:
        left = timeline.balance(self.day.isoformat())
        moved = max(0, timeline.lowest_from(self.day.isoformat()).units)
        unpaid = timeline.unpaid(self.day.isoformat())
        if unpaid:
            yield self._deficit(holder, kind, unpaid)
        if left > 0 < moved:
            yield self._remainder(holder, kind, moved, declared_by)
        if left > moved:
            amount, reason = kind.commodity(left - moved), text("used by entries of later days")
            yield YearEndRow(holder=holder, kind=kind.kind, what=USED_LATER, amount=amount, reason=reason)

    def _deficit(self, holder: str, kind: Kind, units: int) -> YearEndRow:
        allowances = [
            each
            for each in self.registry.allowances
            if (each.holder, each.kind) == (holder, kind.kind) and each.year in {None, self.year}
        ]
        reason: Renderable = text("used beyond what was given")
        if allowances:
            last = allowances[-1]
            reason = text("over-limit allowance {percent} % ({name})", percent=last.percent, name=last.name)
        by = allowances[-1].key if allowances else None
        return YearEndRow(
            holder=holder, kind=kind.kind, what="carry_deficit", amount=kind.commodity(units), reason=reason, by=by
        )

    def _remainder(self, holder: str, kind: Kind, units: int, declared_by: str) -> YearEndRow:
        rule = self.registry.rule(kind.kind, self.day)
        carry = kind.carry if rule is None else rule.carry
        said = text("may be carried") if carry else text("may not be carried")
        reason = text("{said} as declared", said=said)
        if rule is not None:
            reason = text("{said} by a rule ({validity})", said=said, validity=period(rule.effective, rule.valid_to))
        return YearEndRow(
            holder=holder,
            kind=kind.kind,
            what="carry" if carry else "expire",
            amount=kind.commodity(units),
            reason=reason,
            by=declared_by if rule is None else rule.key,
        )


def _until(expires: date | None) -> Renderable:
    return text("reserved without an end") if expires is None else text("reserved until {expires}", expires=expires)


def _accounts(connection: Connection, year: int) -> Mapping[tuple[str, str], _Accounts]:
    """Return the accounts of a quota year by holder and kind."""
    account = schema.account
    query = select(account).where(account.c.year == year, account.c.holder.is_not(None), account.c.book != LAND)
    there: dict[tuple[str, str], dict[tuple[str, str | None], int]] = {}
    for row in connection.execute(query):
        there.setdefault((row.holder, row.kind), {})[row.state, row.item] = row.id
    return there


def _declarations(connection: Connection) -> Mapping[str, str]:
    """Return the key of each kind's declaration."""
    entry, kind = schema.entry, schema.kind
    query = select(kind.c.kind, entry.c.key).join(entry, entry.c.seq == kind.c.seq)
    return {row.kind: row.key for row in connection.execute(query)}


def _with_sources(connection: Connection, rows: Sequence[YearEndRow]) -> list[YearEndRow]:
    """Return the rows with the documents of the entries that decide."""
    entry = schema.entry.c
    keys = sorted({row.by for row in rows if row.by is not None})
    sources: dict[str | None, str] = {}
    for start in range(0, len(keys), _CHUNK):
        query = select(entry.key, entry.document, entry.clause).where(entry.key.in_(keys[start : start + _CHUNK]))
        for key, document, clause in connection.execute(query):
            sources[key] = " ".join(part for part in (document, clause) if part)
    return [replace(row, source=sources.get(row.by) or None) for row in rows]
